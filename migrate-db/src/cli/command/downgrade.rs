//! `downgrade`.

use migrate_core::command::Command;
use migrate_core::config::UnknownDowns;
use migrate_core::plan::Direction;

use crate::cli::arguments::{BackupArgs, FleetArgs, RunArgs, SqlArgs};
use crate::cli::confirm::ConfirmArgs;
use crate::cli::describe::Count;
use crate::cli::fleet::{self, Act, FleetGroup};
use crate::cli::run_output::{announce, done, preview, script, target};
use crate::cli::{CliError, Context, Exit};
use crate::{Database, Member};

/// The target that is offered on a terminal.
const NEWEST: &str = "-1";

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate downgrade -1               # revert the newest revision
  cargo migrate downgrade 3f2a             # revert everything built on it
  cargo migrate downgrade billing@base     # revert one branch
  cargo migrate downgrade base --dry-run   # print the steps, change nothing
  cargo migrate downgrade -1 --backup=/var/backups   # copy the database there first
  cargo migrate downgrade head:3f2a --sql  # the SQL, without a database")]
pub struct Args {
    /// Target: an id or its beginning, a label, base, -N, REV-N, BRANCH@TARGET
    ///
    /// Without a target, the command offers on a terminal to revert the newest revision.
    #[arg(allow_negative_numbers = true)]
    target: Option<String>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    backup: BackupArgs,
    #[command(flatten)]
    sql: SqlArgs,
    #[command(flatten)]
    pub(super) fleet: FleetArgs,
}

impl Args {
    /// Returns `true` if the command certainly uses the database.
    pub(super) const fn asks_database(&self) -> bool {
        !self.sql.sql
    }

    /// Downgrades several databases.
    pub(super) async fn run_on_each(&self, groups: &[FleetGroup<'_>]) -> Result<Exit, CliError> {
        fleet::for_one("--dialect", self.sql.dialect.is_some())?;
        let text = self.target.as_deref().ok_or_else(no_target)?;
        let changes_nothing = self.run.dry_run || self.sql.sql;
        if !changes_nothing {
            let databases = groups.iter().flat_map(|group| &group.members);
            let databases: Vec<&Database> = databases.map(Member::database).collect();
            let Some(group) = groups.first() else { return Ok(Exit::Done) };
            self.confirm.confirm_each(&group.context, &databases, text, self.run.yes)?;
        }
        let act = match (self.run.dry_run, self.sql.sql) {
            (true, _) => Act::List,
            (_, true) => Act::Print,
            _ => Act::Run(self.backup.folder()),
        };
        let prepare = |context: &Context<'_>| {
            let target = target(context.well_formed()?, text)?;
            let mut options = self.run.options(&context.options);
            if options.unknown_downs == UnknownDowns::Ask {
                let may = self.run.yes || changes_nothing;
                options.unknown_downs = if may { UnknownDowns::Run } else { UnknownDowns::Refuse };
            }
            Ok((target, options))
        };
        fleet::move_each(groups, &self.fleet, Direction::Down, act, prepare).await
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        if self.sql.sql {
            let text = self.target.as_deref().ok_or_else(no_target)?;
            let dialect = self.sql.dialect;
            return script(context, Direction::Down, text, &self.run, dialect).await;
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
        let mut options = self.run.shown(context);
        let asks = options.unknown_downs == UnknownDowns::Ask;
        // What is asked below, or planned only, is allowed for now.
        options.unknown_downs = match options.unknown_downs {
            UnknownDowns::Ask if self.run.yes || may_ask || self.run.dry_run => UnknownDowns::Run,
            UnknownDowns::Ask => UnknownDowns::Refuse,
            choice => choice,
        };
        announce(context.ui, database, &options);
        let must_look = self.confirm.must_look(database);
        let needs_plan = must_look || self.backup.wanted() || !context.hooks.is_empty();
        let mut preview_of_run = None;
        if self.run.dry_run || may_ask || needs_plan {
            let migrator = context.migrator().options(options.clone());
            let ahead = migrator.plan(database, Direction::Down, &target).await?;
            let unknown = ahead.unknown_downs(&context.history.graph);
            if self.run.dry_run {
                if !unknown.is_empty() {
                    context.ui.note(format_args!(
                        "{} without a file: the SQL of the down comes from the version table",
                        unknown.join(", ")
                    ));
                }
                return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
            }
            if may_ask && asks && !unknown.is_empty() {
                context.ui.confirm(format_args!(
                    "{} has no file. The SQL of the down comes from the version table. Run it?",
                    unknown.join(", ")
                ))?;
            }
            let confirmed = self.confirm.confirm_loss(context, database, &ahead)?;
            let may_ask = may_ask && !confirmed;
            if may_ask && ahead.plan.applied_after.is_empty() && !ahead.plan.steps.is_empty() {
                let all = Count(ahead.plan.steps.len(), "revision");
                context.ui.confirm(format_args!(
                    "This reverts everything, {all}, down to an empty database. Continue?"
                ))?;
            }
            if self.target.is_none() {
                let graph = &ahead.history.graph;
                let steps = ahead.plan.steps.iter();
                let titles: Vec<String> = steps.map(|step| graph.title(step.node)).collect();
                context
                    .ui
                    .confirm(format_args!("Revert the newest revision, {}?", titles.join(", ")))?;
            }
            self.backup.copy(context, &ahead.plan).await?;
            preview_of_run = Some(ahead);
        }
        let mut migrator = context.migrator().options(options);
        let run = async { Ok(migrator.downgrade(database, &target).await?) };
        let report = context.with_hooks("downgrade", preview_of_run.as_ref(), run).await?;
        drop(migrator);
        Ok(done(context.ui, &report))
    }
}

fn no_target() -> CliError {
    CliError::usage("no target is named").help(
        Command::Downgrade
            .with("-1")
            .help("reverts the newest revision, ")
            .run(Command::Downgrade.with("REV"))
            .then(" everything above a revision"),
    )
}
