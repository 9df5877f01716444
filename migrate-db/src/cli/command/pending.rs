//! `pending`.

use crate::cli::describe::Line;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate pending
  cargo migrate pending --format json")]
pub struct Args {}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.database()?;
        let graph = context.legible()?;
        let status = context.status().await?;
        let pending = status.pending(graph);
        if context.ui.format() == Format::Json {
            context.ui.json(&report::Revision::all(graph, &pending, Some(&status)));
            return Ok(Exit::Done);
        }
        for node in &pending {
            context.ui.line(Line::of(graph, *node));
        }
        if pending.is_empty() {
            context.ui.note("nothing is pending");
        }
        Ok(Exit::Done)
    }
}
