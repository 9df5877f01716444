//! What the commands work with: a history, what is wrong with it, and perhaps a database.

use migrate_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::graph::Graph;
use migrate_core::history::{Heads, History};

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::follow::follow;
use super::{CliError, Ui};
use crate::{Ahead, Database, Migrator, Options, Status};

/// What a [`Command`](super::Command) works with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The history.
    pub history: &'a History,
    /// What was found wrong with it.
    pub found: Diagnostics,
    /// The database, when one is named.
    pub database: Option<Database>,
    /// A connection to it that is on its way, for the first visit.
    pub ahead: Mutex<Option<Ahead>>,
    /// How the database is migrated.
    pub options: Options,
    /// How many heads `check` accepts.
    pub heads: Heads,
    /// The way to the user.
    pub ui: &'a Ui,
}

impl<'a> Context<'a> {
    /// A history in which nothing was found wrong: an embedded one, say.
    #[must_use]
    pub fn new(history: &'a History, database: Option<Database>, ui: &'a Ui) -> Self {
        Self {
            history,
            found: Diagnostics::new(),
            database,
            ahead: Mutex::default(),
            options: Options::default(),
            heads: Heads::default(),
            ui,
        }
    }

    /// The graph for a command that changes a database: nothing may be wrong with it.
    ///
    /// # Errors
    /// The diagnostics, when one of them is an error.
    pub(super) fn sound(&self) -> Result<&'a Graph, CliError> {
        if self.found.has_errors() {
            return Err(self.found.clone().into());
        }
        self.ui.warnings(&self.found);
        Ok(&self.history.graph)
    }

    /// The graph for a command that asks: it may go on as long as the graph is one.
    ///
    /// # Errors
    /// The diagnostics, when the graph itself is in doubt.
    pub(super) fn legible(&self) -> Result<&'a Graph, CliError> {
        let in_doubt = |d: &Diagnostic| d.severity == Severity::Error && d.code.is_structural();
        if self.found.iter().any(in_doubt) {
            return Err(self.found.clone().into());
        }
        self.ui.warnings(&self.found);
        Ok(&self.history.graph)
    }

    /// The database.
    ///
    /// # Errors
    /// When none is named.
    pub(super) fn database(&self) -> Result<&Database, CliError> {
        self.database.as_ref().ok_or_else(CliError::no_database)
    }

    /// The database whose SQL is meant: the one typed, that of the database, or the only one that
    /// the history is written for.
    ///
    /// # Errors
    /// When it cannot be told.
    pub(super) fn dialect(&self, typed: Option<Dialect>) -> Result<Dialect, CliError> {
        let known = typed.or(self.database.as_ref().map(Database::dialect));
        match (known, self.history.dialects.as_slice()) {
            (Some(dialect), _) => Ok(dialect),
            (None, [dialect]) => Ok(*dialect),
            _ => Err(CliError::usage("which database's SQL is meant is not known")
                .help("say so with `--dialect sqlite`, `postgres` or `mysql`")),
        }
    }

    /// What reads and moves the database, and shows what it does.
    pub(super) fn migrator(&self) -> Migrator<'a> {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let migrator = Migrator::new(self.history).options(self.options.clone()).ahead(ahead);
        migrator.on_event(follow(self.ui))
    }

    /// Where the database stands.
    ///
    /// # Errors
    /// When none is named, or it cannot be read.
    pub(super) async fn status(&self) -> Result<Status, CliError> {
        Ok(self.migrator().status(self.database()?).await?)
    }

    /// Where the database stands, for a command that can do without: `None` when no database is
    /// named, or, with a warning, when it cannot be read.
    pub(super) async fn status_if_known(&self) -> Option<Status> {
        let database = self.database.as_ref()?;
        // What can be done without is not waited for.
        let options = Options { connect_timeout: Duration::ZERO, ..self.options.clone() };
        match self.migrator().options(options).status(database).await {
            Ok(status) => Some(status),
            Err(error) => {
                let error = CliError::from(error);
                let why: Vec<String> =
                    [error.message.clone()].into_iter().chain(error.causes()).collect();
                self.ui.warn(format_args!("what is applied is not known: {}", why.join(": ")));
                None
            }
        }
    }
}
