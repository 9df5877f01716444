//! `heads`.

use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate heads
  cargo migrate heads --resolve-dependencies   # omit heads that others depend on")]
pub struct Args {
    /// Omit heads that another revision depends on
    #[arg(long)]
    resolve_dependencies: bool,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.legible()?;
        let heads = if self.resolve_dependencies { graph.real_heads() } else { graph.heads() };
        super::list::print(context, graph, &heads).await;
        Ok(Exit::Done)
    }
}
