//! `downgrade`.

use migrate_core::plan::Direction;

use crate::cli::arguments::{BackupArgs, RunArgs, SqlArgs};
use crate::cli::describe::Count;
use crate::cli::running::{done, preview, script};
use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate downgrade -1               # undo the newest revision
  cargo migrate downgrade 3f2a             # undo what was built on it; it stays applied
  cargo migrate downgrade billing@base     # undo one branch
  cargo migrate downgrade base --dry-run   # show the steps
  cargo migrate downgrade -1 --backup=/var/backups   # copy the database there first
  cargo migrate downgrade head:3f2a --sql  # the SQL, without a database")]
pub struct Args {
    /// Where to go: an id or its beginning, a label, base, -N, REV-N, BRANCH@TARGET
    #[arg(allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    backup: BackupArgs,
    #[command(flatten)]
    sql: SqlArgs,
}

impl Args {
    /// Whether it surely asks the database.
    pub(super) const fn asks_database(&self) -> bool {
        !self.sql.sql
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.sound()?;
        if self.sql.sql {
            return script(
                context,
                graph,
                Direction::Down,
                &self.target,
                &self.run,
                self.sql.dialect,
            )
            .await;
        }
        let target = self.target.parse()?;
        let database = context.database()?;
        let may_ask = context.ui.is_interactive() && !self.run.yes;
        let options = self.run.options(&context.options);
        if self.run.dry_run || may_ask || self.backup.wanted() {
            let mut migrator = context.migrator().options(options.clone());
            let ahead = migrator.plan(database, Direction::Down, &target).await?;
            if self.run.dry_run {
                return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
            }
            if may_ask && ahead.plan.applied_after.is_empty() && !ahead.plan.steps.is_empty() {
                let all = Count(ahead.plan.steps.len(), "revision");
                context.ui.confirm(format_args!(
                    "This undoes everything, {all}, down to an empty database. Go on?"
                ))?;
            }
            self.backup.copy(context, &ahead.plan).await?;
        }
        let report = context.migrator().options(options).downgrade(database, &target).await?;
        Ok(done(context.ui, &report))
    }
}
