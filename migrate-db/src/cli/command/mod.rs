//! The commands, one file each: arguments, help and a call of the library.

mod branches;
mod check;
mod current;
mod diff;
mod downgrade;
mod drift;
mod heads;
mod history;
mod lint;
mod list;
mod log;
mod models;
mod pending;
mod redo;
mod repair;
mod report;
mod schema;
mod show;
mod stamp;
mod upgrade;

use futures_util::future::BoxFuture;
use migrate_core::dialect::Dialect;

use super::arguments::FleetArgs;
use super::fleet::FleetGroup;
use super::{CliError, Context, Exit, Ui};
use crate::applied_digest::AppliedDigest;
use crate::migrator::Prefetch;
use crate::{Database, Options};

/// The commands that run revisions and those that inspect.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Apply revisions up to a target
    Upgrade(upgrade::Args),
    /// Revert revisions down to a target, which stays applied
    Downgrade(downgrade::Args),
    /// Revert the newest applied revision and apply it again
    Redo(redo::Args),
    /// Mark revisions as applied without running them
    Stamp(stamp::Args),
    /// Record what happened to a step that stopped partway
    Repair(repair::Args),
    /// Show the revisions that the database is at
    #[command(aliases = ["status", "info"])]
    Current(current::Args),
    /// List the revisions, newest first
    History(history::Args),
    /// List the revisions that nothing revises
    Heads(heads::Args),
    /// List the revisions that several others revise
    Branches(branches::Args),
    /// Show a revision
    Show(show::Args),
    /// Print the SQL that makes the schema of a revision, a database or a file
    Schema(schema::Args),
    /// Show what differs between two schemas
    Diff(diff::Args),
    /// Write a page about the history: graph, changes, schemas and findings
    Report(report::Args),
    /// Print tables as structs that derive `Table`
    Models(models::Args),
    /// List the revisions that are not applied, in the order in which they would run
    Pending(pending::Args),
    /// Show the log of the database, newest entry first
    Log(log::Args),
    /// Check the files, the lock file, the heads and the database
    #[command(alias = "validate")]
    Check(check::Args),
    /// Report SQL that is valid and risky
    Lint(lint::Args),
}

impl Command {
    /// Returns `true` if the command certainly uses the database, so that it can be connected to early.
    #[must_use]
    pub const fn asks_database(&self) -> bool {
        match self {
            Self::Upgrade(args) => args.asks_database(),
            Self::Downgrade(args) => args.asks_database(),
            Self::Redo(_) | Self::Repair(_) | Self::Current(_) | Self::Pending(_) => true,
            _ => false,
        }
    }

    /// Completes the command if nothing is to be done because everything is applied, and closes the
    /// connection. Returns `None` if [`Command::run`] must be called; nothing was printed then.
    ///
    /// # Errors
    /// When the target is malformed, or the connection cannot be closed.
    pub async fn answer_if_idle(
        &self,
        all: &AppliedDigest,
        prefetch: &mut Option<Prefetch>,
        database: (&Database, &Options),
        ui: &Ui,
    ) -> Result<Option<Exit>, CliError> {
        match self {
            Self::Upgrade(args) => args.answer_if_idle(all, prefetch, database, ui).await,
            _ => Ok(None),
        }
    }

    /// Returns `true` if [`Command::answer_if_idle`] may complete the command.
    #[must_use]
    pub fn may_be_idle(&self) -> bool {
        matches!(self, Self::Upgrade(args) if args.may_be_idle())
    }

    /// Returns `true` if the headers of files are enough for revisions that the database has applied
    /// with the same fingerprint. The files of all other revisions must be read completely.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        match self {
            Self::Upgrade(args) => args.reads_headers(),
            Self::Current(_) | Self::Pending(_) => true,
            _ => false,
        }
    }

    /// Returns the database system of the SQL that the command line names: with `--dialect`, or with the URL of
    /// another database than the configured one.
    #[must_use]
    pub fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Schema(args) => args.dialect(),
            Self::Diff(args) => args.dialect(),
            Self::Models(args) => args.dialect(),
            Self::Show(args) => args.dialect,
            Self::Report(args) => args.dialect,
            _ => None,
        }
    }

    /// Returns `true` if the command changes nothing, so that it can be ended at any moment.
    #[must_use]
    pub const fn only_inspects(&self) -> bool {
        match self {
            Self::Check(args) => !args.uses_scratch(),
            _ => self.asking_name().is_some(),
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    /// The failure, with help for the user.
    pub async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        if self.fleet().is_some() {
            return Err(CliError::usage("this program has one database")
                .help("leave out `--all` and `--only`")
                .help("a program with several names them with `Mount::fleet`"));
        }
        context.ui.check_format(match self {
            Self::Schema(_) => schema::FORMATS,
            Self::Diff(_) => diff::FORMATS,
            Self::Lint(_) => lint::FORMATS,
            Self::History(_) => history::FORMATS,
            _ => &[],
        })?;
        self.act(context).await.map_err(|error| {
            let error = error.name_head(&context.history.graph);
            match self.asking_name() {
                Some(name) => error.without_help_for(name),
                None => error,
            }
        })
    }

    /// Returns which databases the command runs on, if they are several; then [`Command::run_on_each`]
    /// is called in place of [`Command::run`].
    #[must_use]
    pub fn fleet(&self) -> Option<&FleetArgs> {
        let args = match self {
            Self::Upgrade(args) => &args.fleet,
            Self::Downgrade(args) => &args.fleet,
            Self::Current(args) => &args.fleet,
            Self::Check(args) => &args.fleet,
            _ => return None,
        };
        Some(args).filter(|args| args.wanted())
    }

    /// Runs a command with [`Command::fleet`] on several databases.
    ///
    /// # Errors
    /// The failure, with help for the user. Failures of single databases are printed before.
    pub async fn run_on_each(&self, groups: &[FleetGroup<'_>]) -> Result<Exit, CliError> {
        if let Some(group) = groups.first() {
            group.context.ui.check_format(&[])?;
        }
        let work: BoxFuture<'_, _> = match self {
            Self::Upgrade(args) => Box::pin(args.run_on_each(groups)),
            Self::Downgrade(args) => Box::pin(args.run_on_each(groups)),
            Self::Current(args) => Box::pin(args.run_on_each(groups)),
            Self::Check(args) => Box::pin(args.run_on_each(groups)),
            _ => return Ok(Exit::Done),
        };
        work.await
    }

    /// The name of a command that only inspects.
    const fn asking_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Current(_) => "current",
            Self::History(_) => "history",
            Self::Heads(_) => "heads",
            Self::Branches(_) => "branches",
            Self::Show(_) => "show",
            Self::Schema(_) => "schema",
            Self::Diff(_) => "diff",
            Self::Report(_) => "report",
            Self::Models(_) => "models",
            Self::Pending(_) => "pending",
            Self::Log(_) => "log",
            Self::Check(_) => "check",
            Self::Lint(_) => "lint",
            _ => return None,
        })
    }

    async fn act(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Upgrade(args) => args.run(context).await,
            Self::Downgrade(args) => args.run(context).await,
            Self::Redo(args) => args.run(context).await,
            Self::Stamp(args) => args.run(context).await,
            Self::Repair(args) => args.run(context).await,
            Self::Current(args) => args.run(context).await,
            Self::History(args) => args.run(context).await,
            Self::Heads(args) => args.run(context).await,
            Self::Branches(args) => args.run(context).await,
            Self::Show(args) => args.run(context).await,
            Self::Schema(args) => args.run(context).await,
            Self::Diff(args) => args.run(context).await,
            Self::Report(args) => args.run(context).await,
            Self::Models(args) => args.run(context).await,
            Self::Pending(args) => args.run(context).await,
            Self::Log(args) => args.run(context).await,
            Self::Check(args) => args.run(context).await,
            Self::Lint(args) => args.run(context).await,
        }
    }
}
