//! `history`.

use migrate_core::graph::{Node, Set};

use crate::Status;
use crate::cli::describe::{Entry, Line};
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate history
  cargo migrate history -v                 # all that is known of each
  cargo migrate history -r 3f2a:           # from a revision to the heads
  cargo migrate history -r -3:current -i   # the last three that are applied")]
pub struct Args {
    /// Only from A up to B; either may be missing, or `current`
    #[arg(short = 'r', long = "rev-range", value_name = "A:B", allow_hyphen_values = true)]
    range: Option<String>,
    /// Mark where the database stands
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
        if ui.format() == Format::Json {
            ui.json(&report::Revision::all(graph, &nodes, status.as_ref()));
            return Ok(Exit::Done);
        }
        let heads = status.as_ref().filter(|_| self.indicate_current);
        let heads = heads.map(|status| graph.set(status.heads(graph))).unwrap_or(nothing);
        for node in nodes {
            if ui.is_verbose() {
                let applied = status.as_ref().map(|s| s.applied.contains(node));
                let applied = applied.map(|applied| (applied, heads.contains(node)));
                ui.line(Entry { graph, node, applied });
            } else {
                ui.line(Line::of(graph, node).with_parents().current(heads.contains(node)));
            }
        }
        Ok(Exit::Done)
    }

    /// The database is asked only for what depends on it.
    async fn status(&self, context: &Context<'_>) -> Result<Option<Status>, CliError> {
        let needed = self.indicate_current
            || self.range.as_ref().is_some_and(|range| range.contains("current"));
        if needed {
            return context.status().await.map(Some);
        }
        let ui = context.ui;
        let wanted = ui.format() == Format::Json || ui.is_verbose();
        Ok(if wanted { context.status_if_known().await } else { None })
    }
}
