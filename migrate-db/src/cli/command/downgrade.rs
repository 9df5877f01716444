//! `downgrade`.

use migrate_core::plan::Direction;

use crate::cli::arguments::{BackupArgs, RunArgs, SqlArgs};
use crate::cli::describe::Count;
use crate::cli::running::{announce, done, preview, script, target};
use crate::cli::{CliError, Context, Exit};

/// The target that a terminal is offered.
const NEWEST: &str = "-1";

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
    ///
    /// Without one, a terminal is asked whether the newest revision is to be undone.
    #[arg(allow_negative_numbers = true)]
    target: Option<String>,
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
        if self.sql.sql {
            let graph = context.sound()?;
            let text = self.target.as_deref().ok_or_else(no_target)?;
            let dialect = self.sql.dialect;
            return script(context, graph, Direction::Down, text, &self.run, dialect).await;
        }
        let may_ask = context.ui.is_interactive() && !self.run.yes;
        let may_offer = may_ask || self.run.dry_run;
        let text = match &self.target {
            Some(text) => text,
            None if context.ui.is_interactive() && may_offer => NEWEST,
            None => return Err(no_target()),
        };
        let target = target(context.well_formed()?, text)?;
        let database = context.database()?;
        context.sound_for(Direction::Down, &target).await?;
        let options = self.run.shown(context);
        announce(context.ui, database, &options);
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
            if self.target.is_none() {
                let graph = &ahead.history.graph;
                let steps = ahead.plan.steps.iter();
                let titles: Vec<String> = steps.map(|step| graph.title(step.node)).collect();
                context
                    .ui
                    .confirm(format_args!("Undo the newest revision, {}?", titles.join(", ")))?;
            }
            self.backup.copy(context, &ahead.plan).await?;
        }
        let report = context.migrator().options(options).downgrade(database, &target).await?;
        Ok(done(context.ui, &report))
    }
}

fn no_target() -> CliError {
    CliError::usage("no target is named").help(
        "`cargo migrate downgrade -1` undoes the newest revision, `cargo migrate downgrade REV` \
         everything above a revision",
    )
}
