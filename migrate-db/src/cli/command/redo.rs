//! `redo`.

use crate::cli::arguments::RunArgs;
use crate::cli::running::{announce, done, preview};
use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Both halves happen, or none, where the database can hold them in one transaction. Elsewhere the
down stands when the up fails: mend the file, and `redo` or `upgrade` finishes it.

Examples:
  cargo migrate redo             # after editing the newest revision
  cargo migrate redo 615021      # where several branches are applied"
)]
pub struct Args {
    /// Which revision, where several are the newest of their branch
    revision: Option<String>,
    #[command(flatten)]
    run: RunArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.sound()?;
        let database = context.database()?;
        announce(context.ui, database, &self.run.options(&context.options));
        let revision = self.revision.as_deref();
        let mut migrator = context.migrator().options(self.run.shown(context));
        if self.run.dry_run {
            let ahead = migrator.plan_redo(database, revision).await?;
            return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
        }
        let report = migrator.redo(database, revision).await?;
        drop(migrator);
        Ok(done(context.ui, &report))
    }
}
