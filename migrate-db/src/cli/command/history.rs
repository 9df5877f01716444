//! `history`.

use migrate_core::graph::{Graph, Node, Set};

use crate::cli::describe::{Entry, Line};
use crate::cli::lanes::{Lanes, Row};
use crate::cli::ui::{Format, OutputFormat};
use crate::cli::{CliError, Context, Exit, report};
use crate::state::DatabaseState;

/// The formats beside text and JSON.
pub(super) const FORMATS: &[OutputFormat] =
    &[OutputFormat::Mermaid, OutputFormat::Dot, OutputFormat::Svg, OutputFormat::Html];

/// Draws revisions, and which of them are applied if that is known.
type Picture = fn(&Graph, &[Node], Option<&Set>) -> String;

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate history
  cargo migrate history --graph            # draw the branches
  cargo migrate history -v                 # all fields of each revision
  cargo migrate history -r 3f2a:           # from a revision to the heads
  cargo migrate history -r -3:current -i   # the last three applied revisions
  cargo migrate history --format html > history.html   # a picture; also mermaid, dot and svg")]
pub struct Args {
    /// Only from A up to B; either may be omitted or `current`
    #[arg(short = 'r', long = "rev-range", value_name = "A:B", allow_hyphen_values = true)]
    range: Option<String>,
    /// Draw the edges between the revisions
    #[arg(long)]
    graph: bool,
    /// Mark the revisions that the database is at
    #[arg(short, long)]
    indicate_current: bool,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.legible()?;
        let status = self.status(context).await?;
        let nothing = Set::empty(graph);
        let mut nodes: Vec<Node> = match &self.range {
            Some(range) => graph.range(range, status.as_ref().map_or(&nothing, |s| &s.applied))?,
            None => graph.order().collect(),
        };
        nodes.reverse();
        let ui = context.ui;
        let picture: Option<Picture> = match ui.output_format() {
            OutputFormat::Mermaid => Some(Graph::mermaid),
            OutputFormat::Dot => Some(Graph::dot),
            OutputFormat::Svg => Some(Graph::svg),
            OutputFormat::Html => Some(Graph::html),
            _ => None,
        };
        if let Some(picture) = picture {
            nodes.reverse();
            ui.text(&picture(graph, &nodes, status.as_ref().map(|status| &status.applied)));
            return Ok(Exit::Done);
        }
        if ui.format() == Format::Json {
            ui.json(&report::Revision::all(graph, &nodes, status.as_ref()));
            return Ok(Exit::Done);
        }
        let heads = status.as_ref().filter(|_| self.indicate_current);
        let heads = heads.map(|status| graph.set(status.heads(graph))).unwrap_or(nothing);
        ui.page();
        let listed = graph.set(nodes.iter().copied());
        let mut lanes = Lanes::new();
        for node in nodes {
            let is_current = heads.contains(node);
            let line = Line::of(graph, node).current(is_current);
            let text = if ui.is_verbose() {
                let applied = status.as_ref().map(|s| s.applied.contains(node));
                let applied = applied.map(|applied| (applied, is_current));
                Entry { graph, node, applied }.to_string()
            } else if self.graph {
                line.with_dependencies().to_string()
            } else {
                line.with_parents().to_string()
            };
            if self.graph {
                let parents = graph.parents(node).iter().copied();
                let parents: Vec<Node> = parents.filter(|p| listed.contains(*p)).collect();
                draw(context, &lanes.row(node, &parents), &text);
            } else {
                ui.line(text);
            }
        }
        Ok(Exit::Done)
    }

    /// The database is asked only for what depends on it.
    async fn status(&self, context: &Context<'_>) -> Result<Option<DatabaseState>, CliError> {
        let needed = self.indicate_current
            || self.range.as_ref().is_some_and(|range| range.contains("current"));
        if needed {
            return context.status().await.map(Some);
        }
        let ui = context.ui;
        let is_drawn = FORMATS.contains(&ui.output_format());
        let wanted = ui.format() == Format::Json || is_drawn || ui.is_verbose();
        Ok(if wanted { context.status_if_known().await } else { None })
    }
}

/// Prints a text beside its row of the graph.
fn draw(context: &Context<'_>, row: &Row, text: &str) {
    if let Some(above) = &row.above {
        context.ui.line(above);
    }
    // Texts stand below each other within a revision only: the row may be narrower than the next.
    let width = row.beside.chars().count().max(row.below.chars().count());
    let mut beside = row.beside.as_str();
    for line in text.lines() {
        let line = if line.is_empty() { String::new() } else { format!("  {line}") };
        context.ui.line(format!("{beside:width$}{line}").trim_end());
        beside = &row.below;
    }
    if text.ends_with("\n") {
        context.ui.line(beside);
    }
}
