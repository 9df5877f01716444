//! `branches`.

use crate::cli::describe::Line;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit, report};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate branches
  cargo migrate branches --format json")]
pub struct Args {}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.legible()?;
        let points: Vec<_> = graph.order().filter(|node| graph.is_branch_point(*node)).collect();
        if context.ui.format() == Format::Json {
            let status = context.status_if_known().await;
            context.ui.json(&report::Revision::all(graph, &points, status.as_ref()));
            return Ok(Exit::Done);
        }
        for node in points {
            context.ui.line(Line::of(graph, node));
            for child in graph.children(node) {
                context.ui.line(format_args!("    -> {}", Line::of(graph, *child)));
            }
        }
        Ok(Exit::Done)
    }
}
