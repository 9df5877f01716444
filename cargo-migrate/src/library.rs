//! Runs the commands of migrate-db: those that run revisions and those that inspect.
//!
//! Two things make the commonest calls fast. The connection is made while files are read, and the
//! [`Snapshot`] of the folder spares reading files that were not touched. Neither decides what
//! runs: where a snapshot is not enough, all files are read.

use std::sync::Mutex;

use migrate_core::autogenerate::Filter;
use migrate_core::diagnostic::Diagnostics;
use migrate_core::history::History;
use migrate_db::__private::{AppliedDigest, Prefetch};
use migrate_db::cli::{self, CliError, ErrorKind, Exit, FleetGroup, RunHooks};
use migrate_db::{Database, Options};

use crate::autogenerate;
use crate::context::{Context, Snapshot, SnapshotContent};
use crate::{fleet, writing};

/// Runs a command of migrate-db in the project of `context`.
///
/// # Errors
/// Those of the command, and those of the configuration and the folder.
pub(crate) async fn run(command: &cli::Command, context: &Context<'_>) -> Result<Exit, CliError> {
    let (database, options) = match context.is_fleet() {
        false => (context.database()?, context.options()),
        true if needs_database(command) => return Err(fleet::no_single_database(context)),
        true => (None, context.options()),
    };
    let asked = database.as_ref().filter(|_| command.asks_database());
    let prefetch = asked.map(|database| Prefetch::new(database, &options));
    Call { command, context, database, options, prefetch }.run().await
}

/// Runs a command of migrate-db on each database of some projects, or on those with one of the names
/// in `only`.
///
/// # Errors
/// Those of the command, and those of the configuration and the folders.
pub(crate) async fn run_on_each(
    command: &cli::Command,
    only: &[String],
    contexts: &[Context<'_>],
) -> Result<Exit, CliError> {
    let members = fleet::members(contexts, only).await?;
    let mut histories = Vec::new();
    for context in contexts {
        let (history, found) = context.history()?;
        histories.push(if needs_seals(command) {
            writing::reseal(context, None, history, found).await?
        } else {
            (history, found)
        });
    }
    let groups = contexts.iter().zip(&histories).zip(members);
    let groups: Vec<FleetGroup<'_>> = groups
        .filter(|(_, members)| !members.is_empty())
        .map(|((context, (history, found)), members)| FleetGroup {
            context: library_context(context, history, found.clone(), None),
            name: context.name.clone(),
            members,
        })
        .collect();
    if groups.is_empty()
        && let Some(context) = contexts.first()
    {
        context.ui.note("`each` names no database: there is nothing to do");
    }
    command.run_on_each(&groups).await
}

/// The input of a command.
fn library_context<'c>(
    context: &'c Context<'c>,
    history: &'c History,
    found: Diagnostics,
    database: Option<Database>,
) -> cli::Context<'c> {
    cli::Context {
        options: context.options(),
        found,
        filter: Filter {
            tables: context.settings.tables.clone(),
            ignore: context.settings.ignore.clone(),
        },
        heads: context.settings.heads,
        static_checks: context.settings.static_check_options(),
        lint: context.settings.lint.clone(),
        hooks: RunHooks {
            before: context.settings.conventions.before_run.clone(),
            after: context.settings.conventions.after_run.clone(),
            folder: context.root.clone(),
        },
        ..cli::Context::new(history, database, context.ui)
    }
}

/// One call of a command.
struct Call<'c> {
    command: &'c cli::Command,
    context: &'c Context<'c>,
    database: Option<Database>,
    options: Options,
    /// A connection that is being made; only where the command needs one.
    prefetch: Option<Prefetch>,
}

impl Call<'_> {
    async fn run(mut self) -> Result<Exit, CliError> {
        let (mut snapshot, content) = self.read_snapshot().await;
        let partial = match (&mut snapshot, content) {
            (Some(snapshot), Some(SnapshotContent::AppliedDigest(all))) => {
                if let Some(exit) = self.answer_if_idle(&all).await? {
                    return Ok(exit);
                }
                snapshot.history()
            }
            (_, Some(SnapshotContent::History(history))) => Some(*history),
            _ => None,
        };
        if let Some(history) = self.complete(partial).await {
            match self.run_on_partial(history, snapshot.take()).await {
                // Something turned up that only the whole files can answer.
                Err(error) if error.kind == ErrorKind::Unread => {}
                outcome => return outcome,
            }
        }
        self.run_on_files(snapshot).await
    }

    /// The snapshot of the folder and what it holds, for commands that may do with it.
    async fn read_snapshot(&mut self) -> (Option<Snapshot>, Option<SnapshotContent>) {
        let Some(prefetch) = &mut self.prefetch else { return (None, None) };
        if !self.command.reads_headers() || prefetch.has_failed().await {
            return (None, None);
        }
        match self.context.read_snapshot(self.command.may_be_idle()).await {
            Some((snapshot, content)) => (Some(snapshot), content),
            None => (None, None),
        }
    }

    /// Answers a command that has nothing to do because everything is applied.
    async fn answer_if_idle(&mut self, all: &AppliedDigest) -> Result<Option<Exit>, CliError> {
        let Self { command, context, database, options, prefetch } = self;
        let Some(database) = database else { return Ok(None) };
        let exit = command.answer_if_idle(all, prefetch, (database, options), context.ui).await?;
        if exit.is_some() {
            context.ui.detail("no file was touched since the last call: none was read");
        }
        Ok(exit)
    }

    /// Reads the files of the revisions that an upgrade will run; `None` where all are to be read.
    async fn complete(&mut self, partial: Option<History>) -> Option<History> {
        let mut history = partial?;
        if let (cli::Command::Upgrade(_), Some(prefetch)) = (self.command, &mut self.prefetch) {
            let unapplied = prefetch.unapplied(&history.graph).await;
            self.context.complete(&mut history, &unapplied).then_some(())?;
        }
        Some(history)
    }

    async fn run_on_partial(
        &mut self,
        history: History,
        snapshot: Option<Snapshot>,
    ) -> Result<Exit, CliError> {
        let graph = &history.graph;
        let read = graph.order().filter(|node| graph.revision(*node).file.is_whole()).count();
        self.context.ui.detail(format_args!(
            "read {read} of {} files: the others were not touched since",
            graph.len()
        ));
        let exit = self.run_on(&history, Diagnostics::new()).await;
        let is_unread = matches!(&exit, Err(error) if error.kind == ErrorKind::Unread);
        if let Some(snapshot) = snapshot.filter(|_| !is_unread) {
            snapshot.take(&history);
        }
        leak(history);
        exit
    }

    async fn run_on_files(&mut self, snapshot: Option<Snapshot>) -> Result<Exit, CliError> {
        let read = match self.prefetch {
            Some(_) => self.context.history_in_background().await?,
            None => self.context.history_as_written()?,
        };
        let (history, found) = self.context.bound(read, self.command.dialect())?;
        let (history, found) = if needs_seals(self.command) {
            writing::reseal(self.context, self.database.as_ref(), history, found).await?
        } else {
            (history, found)
        };
        let mut found = found;
        if matches!(self.command, cli::Command::Check(_))
            && let Some(finding) = writing::check_schema_file(self.context, &history)?
        {
            found.push(finding);
        }
        let flawless = found.is_empty();
        let exit = self.run_on(&history, found).await;
        if let Some(snapshot) = snapshot.filter(|_| flawless) {
            snapshot.take(&history);
        }
        leak(history);
        exit
    }

    async fn run_on(&mut self, history: &History, found: Diagnostics) -> Result<Exit, CliError> {
        let is_legible = !found.iter().any(|one| one.code.is_structural());
        let models = match self.command {
            cli::Command::Check(_) if is_legible => autogenerate::ahead(self.context, history)?,
            _ => None,
        };
        let values = self.context.variable_values(self.command.dialect())?;
        let context = cli::Context {
            models,
            variables: (&self.context.settings.variables, values),
            prefetch: Mutex::new(self.prefetch.take()),
            ..library_context(self.context, history, found, self.database.clone())
        };
        self.command.run(&context).await
    }
}

/// Whether broken seals matter to a command, so that those of unpublished revisions are renewed.
const fn needs_seals(command: &cli::Command) -> bool {
    matches!(
        command,
        cli::Command::Upgrade(_)
            | cli::Command::Downgrade(_)
            | cli::Command::Redo(_)
            | cli::Command::Stamp(_)
            | cli::Command::Repair(_)
            | cli::Command::Check(_)
    )
}

/// Whether a command works on one database, and on none without being told which.
const fn needs_database(command: &cli::Command) -> bool {
    command.asks_database() || matches!(command, cli::Command::Stamp(_) | cli::Command::Log(_))
}

/// The process ends next: thousands of revisions need not be freed first.
fn leak(history: History) {
    std::mem::forget(history);
}
