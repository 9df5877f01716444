//! `upgrade`.

use migrate_core::plan::Direction;

use crate::cli::running::{RunArgs, SqlArgs, done, migrator, preview, script};
use crate::cli::{CliError, Context, Exit};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate upgrade                    # to the head
  cargo migrate upgrade +1                 # one revision further
  cargo migrate upgrade billing@head       # one branch only
  cargo migrate upgrade --dry-run          # show the steps
  cargo migrate upgrade 3f2a:head --sql    # the SQL between two revisions, without a database")]
pub struct Args {
    /// Where to go: an id or its beginning, a label, head, heads, +N, REV+N, BRANCH@TARGET
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    sql: SqlArgs,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.sound()?;
        if self.sql.sql {
            return script(context, graph, Direction::Up, &self.target, self.sql.dialect).await;
        }
        let target = self.target.parse()?;
        let database = context.database()?;
        if self.run.dry_run {
            let ahead = context.migrator().plan(database, Direction::Up, &target).await?;
            return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
        }
        let report = migrator(context, &self.run).upgrade(database, &target).await?;
        Ok(done(context.ui, &report))
    }
}
