//! The options that several commands share. They override those of the project.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use migrate_core::command::Command;
use migrate_core::config::Locking;
use migrate_core::dialect::Dialect;
use migrate_core::plan::Plan;
use migrate_core::script::Transactions;
use migrate_core::variables::{VariableValues, Variables};

use super::{CliError, Context};
use crate::{FleetOptions, Options, Reporting};

/// The default folder of copies.
const BACKUPS: &str = "backups";

/// The options of commands that run.
#[derive(Debug, Clone, Args)]
pub(super) struct RunArgs {
    /// Print the steps and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not prompt
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Run all revisions in one transaction, or each in its own: all or each [default: all on
    /// SQLite, each elsewhere]
    #[arg(long, value_name = "WHAT", value_parser = transactions)]
    transaction: Option<Transactions>,
    /// Time that a statement may wait for a database lock, such as 500ms or 5s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    lock_timeout: Option<Duration>,
    /// Time that a statement may take, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    statement_timeout: Option<Duration>,
    /// Time to wait after each revision until PostgreSQL's standbys have applied it; 0s: no wait
    #[arg(long, value_name = "TIME", value_parser = duration)]
    wait_for_replicas: Option<Duration>,
    #[command(flatten)]
    lock: LockArgs,
}

/// How concurrent runs are prevented.
#[derive(Debug, Clone, Args)]
pub(super) struct LockArgs {
    /// Lock that prevents concurrent runs: auto, session, table or none
    #[arg(long, value_name = "HOW", value_parser = locking)]
    lock: Option<Locking>,
    /// Time to wait for another run on the same database, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    lock_wait: Option<Duration>,
}

impl RunArgs {
    /// The options of a run whose events are printed.
    pub(super) fn shown(&self, context: &Context<'_>) -> Options {
        let reporting = match context.ui.is_verbose() {
            true => Reporting::EachStatement,
            false if context.ui.shows_progress() => Reporting::Statements,
            false => Reporting::Steps,
        };
        Options { reporting, ..self.options(&context.options) }
    }

    /// The options, overridden by those of the command line.
    pub(super) fn options(&self, options: &Options) -> Options {
        let options = self.lock.options(options);
        Options {
            transactions: self.transaction.or(options.transactions),
            lock_timeout: self.lock_timeout.or(options.lock_timeout),
            statement_timeout: self.statement_timeout.or(options.statement_timeout),
            wait_for_replicas: self.wait_for_replicas.or(options.wait_for_replicas),
            ..options
        }
    }
}

impl LockArgs {
    /// The options, overridden by those of the command line.
    pub(super) fn options(&self, options: &Options) -> Options {
        Options {
            lock: self.lock.unwrap_or(options.lock),
            lock_wait: self.lock_wait.unwrap_or(options.lock_wait),
            ..options.clone()
        }
    }
}

/// The values of variables in the SQL.
#[derive(Debug, Clone, Default, Args)]
pub struct VariableArgs {
    /// Value of a variable that migrate.toml declares, such as tenant=acme; can be repeated
    #[arg(short = 'x', global = true, value_name = "NAME=VALUE", value_parser = VariableValues::read)]
    values: Vec<(String, String)>,
}

impl VariableArgs {
    /// The values for a database.
    ///
    /// # Errors
    /// A value belongs to no declared variable, or cannot be written.
    pub fn values(
        &self,
        declared: &Variables,
        dialect: Option<Dialect>,
    ) -> Result<VariableValues, CliError> {
        let values = VariableValues { values: self.values.iter().cloned().collect(), dialect };
        match values.check(declared) {
            Ok(()) => Ok(values),
            Err((message, help)) => Err(CliError::usage(message).help(help)),
        }
    }
}

/// How a server is connected to.
#[derive(Debug, Clone, Default, Args)]
pub struct ConnectArgs {
    /// Time to retry a server that does not answer; 0s tries once [default: 10s]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    connect_timeout: Option<Duration>,
}

impl ConnectArgs {
    /// The options, overridden by those of the command line.
    #[must_use]
    pub fn options(&self, options: Options) -> Options {
        let typed = self.connect_timeout.unwrap_or(options.connect_timeout);
        Options { connect_timeout: typed, ..options }
    }
}

/// A copy of the database before a run.
#[derive(Debug, Clone, Args)]
pub(super) struct BackupArgs {
    /// Copy the database to a folder first, and stop if that fails [default folder: backups]
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = BACKUPS, conflicts_with = "dry_run")]
    backup: Option<PathBuf>,
}

impl BackupArgs {
    /// Returns `true` if a copy was requested.
    pub(super) fn wanted(&self) -> bool {
        self.backup.is_some()
    }

    /// The folder for copies, if they were requested.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.backup.as_deref()
    }

    /// Copies the database if that was requested and the plan has steps.
    pub(super) async fn copy(&self, context: &Context<'_>, plan: &Plan) -> Result<(), CliError> {
        let Some(folder) = self.backup.as_ref().filter(|_| !plan.steps.is_empty()) else {
            return Ok(());
        };
        let database = context.database()?;
        let copied = database.backup_into(folder).await.map_err(|error| {
            CliError::from(error).help("nothing was changed, because the copy is made first")
        })?;
        match copied {
            Some(file) => {
                let file = file.display();
                context.ui.note(format_args!("copied {database} to {file}"));
                let restore = Command::DbRestore.with(file.to_string()).help("restores it");
                context.ui.note(context.ui.named(&restore));
            }
            None => context
                .ui
                .note(format_args!("{database} does not exist yet, so there is nothing to copy")),
        }
        Ok(())
    }
}

/// The databases that a command runs on, where it can run on several.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Several databases")]
pub struct FleetArgs {
    /// Run on every database of migrate.toml or, with --name, on each of that one's `each`
    #[arg(long, group = "fleet")]
    pub(super) all: bool,
    /// Run only on those of them with this name, such as acme or 'eu-*'; may be repeated
    #[arg(long, group = "fleet", value_name = "NAME")]
    only: Vec<String>,
    /// Number of databases to work on at once [default: 4]
    #[arg(long, requires = "fleet", value_name = "COUNT")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: Option<u16>,
    /// Continue with the other databases after a failure
    #[arg(long, requires = "fleet")]
    keep_going: bool,
}

impl FleetArgs {
    /// Returns `true` if the command is to run on several databases.
    #[must_use]
    pub fn wanted(&self) -> bool {
        self.all || !self.only.is_empty()
    }

    /// The names that were typed, with `*` for any characters; empty for all databases.
    #[must_use]
    pub fn only(&self) -> &[String] {
        &self.only
    }

    /// The same for a command that only reads: a failure does not hide the other databases.
    pub(super) fn tolerant(&self) -> Self {
        Self { keep_going: true, ..self.clone() }
    }

    /// How the databases are worked on.
    pub(super) fn options(&self) -> FleetOptions {
        let default = FleetOptions::default();
        let parallel = self.parallel.map_or(default.parallel, usize::from);
        FleetOptions { parallel, keep_going: self.keep_going }
    }
}

/// The options of commands that can print SQL instead of running it.
#[derive(Debug, Clone, Args)]
pub(super) struct SqlArgs {
    /// Print the SQL that would run and change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) sql: bool,
    /// The database system whose SQL is printed [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect, requires = "sql")]
    pub(super) dialect: Option<Dialect>,
}

fn duration(text: &str) -> Result<Duration, String> {
    migrate_core::revision::duration("", text)
        .map_err(|_| "write a time such as 30s or 5m".to_owned())
}

pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    Dialect::from_name(text).ok_or_else(|| {
        let names = Dialect::ALL.map(Dialect::name);
        format!("the database systems are {}", names.join(", "))
    })
}

fn transactions(text: &str) -> Result<Transactions, String> {
    match text {
        "all" => Ok(Transactions::All),
        "each" => Ok(Transactions::PerRevision),
        _ => Err("write all or each".to_owned()),
    }
}

fn locking(text: &str) -> Result<Locking, String> {
    let words = Locking::ALL.map(Locking::word);
    let known = Locking::ALL.into_iter().find(|lock| lock.word() == text);
    known.ok_or_else(|| format!("write one of {}", words.join(", ")))
}
