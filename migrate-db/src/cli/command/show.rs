//! `show`.

use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::loaded_schema::LoadedSchema;
use migrate_core::plan::{Direction, Step};
use migrate_core::revision::Down;
use migrate_core::schema::difference;
use migrate_core::script::statements_of;

use crate::cli::arguments::dialect;
use crate::cli::describe::Entry;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate show head
  cargo migrate show current
  cargo migrate show 3f2a --sql")]
pub struct Args {
    /// The revision: an id or its beginning, a label, head, heads, current
    #[arg(allow_negative_numbers = true, value_name = "REV")]
    revision: String,
    /// Show the SQL of its up and down
    #[arg(long)]
    sql: bool,
    /// The database system whose SQL is shown [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect, requires = "sql")]
    pub(super) dialect: Option<Dialect>,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.legible()?;
        let status = match self.revision.contains("current") {
            true => Some(context.status().await?),
            false => context.status_if_known().await,
        };
        let nothing = Set::empty(graph);
        let applied = status.as_ref().map_or(&nothing, |status| &status.applied);
        let nodes = graph.resolve_many(&self.revision, applied)?;
        let ui = context.ui;
        ui.page();
        if self.sql {
            let dialect = context.dialect(self.dialect)?;
            let sql: String = nodes.iter().map(|node| sql(graph, *node, dialect)).collect();
            match ui.format() {
                Format::Json => ui.exact_json(&report::Sql { sql: &sql }),
                Format::Text => ui.text(&sql),
            }
        } else if ui.format() == Format::Json {
            ui.json(&report::Revision::all(graph, &nodes, status.as_ref()));
        } else {
            let heads = status.as_ref().map(|s| s.heads(graph)).unwrap_or_default();
            // Without a database, and with SQL for several, it is not known whose schema is meant.
            let dialect = context.dialect(None).ok();
            for node in nodes {
                let applied = status.as_ref().map(|s| s.applied.contains(node));
                let applied = applied.map(|applied| (applied, heads.contains(&node)));
                ui.line(Entry { graph, node, applied });
                if let Some(dialect) = dialect {
                    show_changes(context, node, dialect);
                }
            }
        }
        Ok(Exit::Done)
    }
}

/// Prints what the up of a revision changes in the schema, in words.
fn show_changes(context: &Context<'_>, node: Node, dialect: Dialect) {
    let (before, after) = LoadedSchema::around(&context.history.graph, dialect, node);
    let ui = context.ui;
    for one in before.differences(&after).certain {
        ui.line(format_args!("    {}", difference(&one)));
    }
    for part in after.unknown().iter().filter(|part| !before.unknown().contains(part)) {
        ui.line(format_args!("    {part}"));
    }
    for refused in after.refused().iter().filter(|one| !before.refused().iter().any(|o| o == *one))
    {
        ui.line(format_args!("    refused: {}", refused.message));
    }
}

fn sql(graph: &Graph, node: Node, dialect: Dialect) -> String {
    let revision = graph.revision(node);
    let mut text = String::new();
    for direction in [Direction::Up, Direction::Down] {
        let step = Step { node, direction };
        text.push_str(&format!("-- {} {direction}", revision.id()));
        match (direction, revision.down(dialect)) {
            (Direction::Down, Down::Irreversible(reason)) => {
                text.push_str(&format!(": irreversible, {reason}"));
            }
            (Direction::Down, Down::Noop(reason)) => {
                text.push_str(&format!(": nothing to undo, {reason}"));
            }
            _ => {}
        }
        text.push('\n');
        for span in statements_of(graph, step, dialect).unwrap_or_default().iter() {
            dialect.client_statement(span.of(revision.file.text()), &mut text);
        }
        text.push('\n');
    }
    text
}
