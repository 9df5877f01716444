//! `upgrade`.

use migrate_core::plan::Direction;

use crate::applied_digest::AppliedDigest;
use crate::cli::arguments::{BackupArgs, FleetArgs, RunArgs, SqlArgs};
use crate::cli::fleet::{self, Act, FleetGroup};
use crate::cli::run_output::{announce, done, has_empty_up, preview, script, target};
use crate::cli::{CliError, Context, Exit, Ui};
use crate::migrator::Prefetch;
use crate::{Database, Options};

#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  cargo migrate upgrade                    # to the head
  cargo migrate upgrade +1                 # the next revision only
  cargo migrate upgrade billing@head       # one branch only
  cargo migrate upgrade --dry-run          # print the steps, change nothing
  cargo migrate upgrade --backup           # copy the database to the folder backups first
  cargo migrate upgrade 3f2a:head --sql    # the SQL between two revisions, without a database
  cargo migrate upgrade --name tenants --all   # every database of `each` in migrate.toml")]
pub struct Args {
    /// Target: an id or its beginning, a label, head, heads, +N, REV+N, BRANCH@TARGET
    #[arg(default_value = "head", allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    run: RunArgs,
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

    /// Returns `true` if the command may find that nothing is to be done.
    pub(super) fn may_be_idle(&self) -> bool {
        !self.sql.sql && !self.run.dry_run && !self.backup.wanted()
    }

    /// Returns `true` if the SQL of applied revisions is not needed.
    pub(super) fn reads_headers(&self) -> bool {
        !self.sql.sql && !self.backup.wanted()
    }

    /// Completes the command if everything is applied.
    pub(super) async fn answer_if_idle(
        &self,
        all: &AppliedDigest,
        ahead: &mut Option<Prefetch>,
        (database, options): (&Database, &Options),
        ui: &Ui,
    ) -> Result<Option<Exit>, CliError> {
        let target = self.target.parse()?;
        // What is applied here may not be applied on a standby.
        if self.run.options(options).replica_wait().is_some() {
            return Ok(None);
        }
        let Some(asked) = ahead else { return Ok(None) };
        let Some(report) = asked.nothing_to_do(all, &target).await else { return Ok(None) };
        if let Some(ahead) = ahead.take() {
            ahead.close().await?;
        }
        announce(ui, database, &self.run.options(options));
        Ok(Some(done(ui, &report)))
    }

    /// Upgrades several databases.
    pub(super) async fn run_on_each(&self, groups: &[FleetGroup<'_>]) -> Result<Exit, CliError> {
        fleet::for_one("--dialect", self.sql.dialect.is_some())?;
        let act = match (self.run.dry_run, self.sql.sql) {
            (true, _) => Act::List,
            (_, true) => Act::Print,
            _ => Act::Run(self.backup.folder()),
        };
        let prepare = |context: &Context<'_>| {
            let target = target(context.well_formed()?, &self.target)?;
            Ok((target, self.run.options(&context.options)))
        };
        fleet::move_each(groups, &self.fleet, Direction::Up, act, prepare).await
    }

    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        if self.sql.sql {
            let dialect = self.sql.dialect;
            return script(context, Direction::Up, &self.target, &self.run, dialect).await;
        }
        let target = target(context.well_formed()?, &self.target)?;
        context.sound_for(Direction::Up, &target).await?;
        let database = context.database()?;
        let options = self.run.shown(context);
        announce(context.ui, database, &options);
        let mut preview_of_run = None;
        if self.run.dry_run || self.backup.wanted() || !context.hooks.is_empty() {
            let migrator = context.migrator().options(options.clone());
            let ahead = migrator.plan(database, Direction::Up, &target).await?;
            if self.run.dry_run {
                return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
            }
            self.backup.copy(context, &ahead.plan).await?;
            preview_of_run = Some(ahead);
        }
        let mut migrator = context.migrator().options(options);
        let run = async { Ok(migrator.upgrade(database, &target).await?) };
        let report = context.with_hooks("upgrade", preview_of_run.as_ref(), run).await?;
        // Its bar goes before the summary comes.
        drop(migrator);
        let graph = &context.history.graph;
        for step in &report.steps {
            let node = graph.node(&step.revision);
            if let Some(node) = node.filter(|node| has_empty_up(graph, *node, database.dialect())) {
                let title = graph.title(node);
                context.ui.warn(format_args!("the up of {title} is empty: it changed nothing"));
            }
        }
        Ok(done(context.ui, &report))
    }
}
