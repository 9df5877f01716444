//! `downgrade`.

use migrate_core::config::UnknownDowns;
use migrate_core::plan::{Direction, Step};

use crate::cli::arguments::{BackupArgs, RunArgs, SqlArgs};
use crate::cli::describe::Count;
use crate::cli::running::{announce, done, preview, script, target};
use crate::cli::{CliError, Context, Exit};
use crate::{Database, Preview};

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
    /// The name of the database: needed beside --yes where rows of one that looks like production
    /// are lost
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
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
        let mut options = self.run.shown(context);
        let asks = options.unknown_downs == UnknownDowns::Ask;
        // What is asked below, or planned only, is allowed for now.
        options.unknown_downs = match options.unknown_downs {
            UnknownDowns::Ask if self.run.yes || may_ask || self.run.dry_run => UnknownDowns::Run,
            UnknownDowns::Ask => UnknownDowns::Refuse,
            choice => choice,
        };
        announce(context.ui, database, &options);
        let production = database.production();
        let must_look = production.is_some() || self.confirm.is_some();
        if self.run.dry_run || may_ask || must_look || self.backup.wanted() {
            let mut migrator = context.migrator().options(options.clone());
            let ahead = migrator.plan(database, Direction::Down, &target).await?;
            let unknown = ahead.unknown_downs(&context.history.graph);
            if self.run.dry_run {
                if !unknown.is_empty() {
                    context.ui.note(format_args!(
                        "no file holds {}: the SQL of the down comes from the version table",
                        unknown.join(", ")
                    ));
                }
                return Ok(preview(context.ui, &ahead.history.graph, &ahead.plan));
            }
            if may_ask && asks && !unknown.is_empty() {
                context.ui.confirm(format_args!(
                    "No file holds {}; the SQL of the down comes from the version table. Run it?",
                    unknown.join(", ")
                ))?;
            }
            let confirmed = self.confirm_loss(context, database, production.as_deref(), &ahead)?;
            let may_ask = may_ask && !confirmed;
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

impl Args {
    /// Sees that a person means to lose rows of a database that looks like production; whether they
    /// have said so.
    fn confirm_loss(
        &self,
        context: &Context<'_>,
        database: &Database,
        production: Option<&str>,
        ahead: &Preview,
    ) -> Result<bool, CliError> {
        let (graph, plan) = (&ahead.history.graph, &ahead.plan);
        let (name, described) = (database.name(), database.described());
        if let Some(typed) = self.confirm.as_ref().filter(|typed| **typed != name) {
            return Err(CliError::usage(format!(
                "`--confirm {typed}`, but the database is {name}"
            ))
            .help("nothing was changed; look which database is meant"));
        }
        let loses = |step: &&Step| graph.revision(step.node).down_loses_rows(database.dialect());
        let lossy = plan.steps.iter().find(loses);
        let what = match lossy {
            _ if plan.steps.is_empty() => return Ok(false),
            _ if plan.applied_after.is_empty() => "undo everything".to_owned(),
            Some(step) => format!("undo {}, which loses rows", graph.id(step.node)),
            None => return Ok(false),
        };
        let Some(why) = production.filter(|_| self.confirm.is_none()) else { return Ok(false) };
        if !context.ui.is_interactive() {
            return Err(CliError::usage(format!(
                "this would {what}, in {described}, which looks like production: {why}"
            ))
            .help(format!("say `--yes --confirm {name}` if that is what you want")));
        }
        let question =
            format!("This would {what}, in {described}. It looks like production: {why}.");
        context.ui.confirm_by(question, &name)?;
        Ok(true)
    }
}

fn no_target() -> CliError {
    CliError::usage("no target is named").help(
        "`cargo migrate downgrade -1` undoes the newest revision, `cargo migrate downgrade REV` \
         everything above a revision",
    )
}
