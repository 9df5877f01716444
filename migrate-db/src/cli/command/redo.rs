//! `redo`.

use migrate_core::plan::Direction;

use crate::cli::arguments::RunArgs;
use crate::cli::confirm::ConfirmArgs;
use crate::cli::run_output::{announce, done};
use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The down and the up run in one transaction where the database supports that. Elsewhere a failed
up leaves the revision reverted: fix the file and run `redo` or `upgrade` to finish.

Examples:
  cargo migrate redo             # after editing the newest revision
  cargo migrate redo 615021      # where several branches are applied"
)]
pub struct Args {
    /// The revision, required when several branches are applied
    revision: Option<String>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    confirm: ConfirmArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        context.well_formed()?;
        let database = context.database()?;
        let preview = async || {
            let migrator = context.migrator().options(self.run.shown(context));
            migrator.plan_redo(database, self.revision.as_deref()).await
        };
        context.sound_alone(Direction::Up)?;
        if context.found.has_errors() {
            let ahead = preview().await?;
            context.sound_for_steps(&ahead.history.graph, &ahead.plan)?;
        } else {
            context.ui.warnings(&context.found);
        }
        announce(context.ui, database, &self.run.options(&context.options));
        if self.run.dry_run {
            let ahead = preview().await?;
            return Ok(crate::cli::run_output::preview(
                context.ui,
                &ahead.history.graph,
                &ahead.plan,
            ));
        }
        if self.confirm.must_look(database) {
            self.confirm.confirm_loss(context, database, &preview().await?)?;
        }
        let ahead = match context.hooks.is_empty() {
            true => None,
            false => Some(preview().await?),
        };
        let mut migrator = context.migrator().options(self.run.shown(context));
        let run = async { Ok(migrator.redo(database, self.revision.as_deref()).await?) };
        let report = context.with_hooks("redo", ahead.as_ref(), run).await?;
        drop(migrator);
        Ok(done(context.ui, &report))
    }
}
