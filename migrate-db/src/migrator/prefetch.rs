//! A connection that is made while the program does something else.

use futures_util::future::BoxFuture;
use migrate_core::graph::{Graph, Node, Target};
use migrate_core::history::History;
use migrate_core::version_table::VersionTable;
use tokio::task::JoinHandle;

use super::{Options, Report};
use crate::applied_digest::AppliedDigest;
use crate::connect;
use crate::database::{ConnectionSource, Database};
use crate::driver::{Connection, StepConnection};
use crate::error::Error;
use crate::event::Event;
use crate::state::{self, DatabaseState, StoredState};

/// A connection that is being made, and the contents of the version table: a command that reads a
/// thousand files starts both before.
pub struct Prefetch {
    connecting: JoinHandle<Result<Option<Connected<'static>>, Error>>,
    /// The result, after it was awaited.
    outcome: Option<Result<Option<Connected<'static>>, Error>>,
}

/// A connected database.
pub(super) struct Connected<'c> {
    pub(super) connection: Connection<'c>,
    /// The contents of its version table at that time, if they were read. Valid before a lock is
    /// taken.
    stored: Option<StoredState>,
}

impl<'c> From<Connection<'c>> for Connected<'c> {
    fn from(connection: Connection<'c>) -> Self {
        Self { connection, stored: None }
    }
}

impl<'c> Connected<'c> {
    /// Uses a connection that the program lends.
    ///
    /// # Errors
    /// [`Error::Lent`] when a transaction is open on it.
    pub(super) async fn lent(connection: StepConnection<'c>) -> Result<Option<Self>, Error> {
        let Some(mut connection) = Connection::lent(connection) else { return Ok(None) };
        let open = connection.is_in_transaction().await;
        if open.map_err(|e| Error::database("looking for an open transaction", e))? {
            return Err(Error::Lent {
                message: "a transaction is open on the connection that the program lends"
                    .to_owned(),
                help: vec![
                    "a run begins and commits transactions of its own: commit or roll back first"
                        .into(),
                ],
            });
        }
        Ok(Some(connection.into()))
    }

    /// Returns the state of the database: from the contents that were read at first, once, else
    /// from a new query.
    pub(super) async fn status(
        &mut self,
        table: &VersionTable,
        history: &History,
    ) -> Result<DatabaseState, Error> {
        match self.stored.take() {
            Some(stored) => DatabaseState::of(&stored, history, table.dialect()),
            None => state::read(&mut self.connection, table, history).await,
        }
    }
}

impl std::fmt::Debug for Prefetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prefetch").finish_non_exhaustive()
    }
}

impl Prefetch {
    /// Starts to connect, on the current tokio runtime. A missing database is not created. Errors
    /// are returned when the connection is needed.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(database: &Database, options: &Options) -> Self {
        let source = database.source.clone();
        let table = VersionTable::new(database.dialect(), &options.version_table);
        let (limit, session) = (options.connect_timeout, options.session.clone());
        let connecting = async move {
            let opening = Connection::open(&source, false);
            let Some(mut connection) = connect::with_timeout(&source, limit, opening).await? else {
                return Ok(None);
            };
            begin_session(&mut connection, &source, &table, &session).await?;
            // An error here is met again when the table is read.
            let stored = match table.check() {
                Ok(()) => state::read_stored(&mut connection, &table).await.ok(),
                Err(_) => None,
            };
            Ok(Some(Connected { connection, stored }))
        };
        Self { connecting: tokio::spawn(connecting), outcome: None }
    }

    /// Returns `true` if the connection has already failed.
    pub async fn has_failed(&mut self) -> bool {
        tokio::task::yield_now().await;
        self.connecting.is_finished() && !matches!(self.wait().await, Ok(Some(_)))
    }

    /// Returns the report of an [`upgrade`](super::Migrator::upgrade) that has nothing to do
    /// because all is applied, from the contents of the version table; `None` in all other cases.
    pub async fn nothing_to_do(&mut self, all: &AppliedDigest, target: &Target) -> Option<Report> {
        if !all.is_target(target) {
            return None;
        }
        match self.wait().await {
            Ok(Some(Connected { stored: Some(stored), .. })) if stored.is_fully_applied(all) => {
                Some(Report { steps: Vec::new(), heads_after: all.heads().to_vec() })
            }
            _ => None,
        }
    }

    /// Returns the revisions of a graph that had no row; all of them where that is not known.
    pub async fn unapplied(&mut self, graph: &Graph) -> Vec<Node> {
        match self.wait().await {
            Ok(Some(Connected { stored: Some(stored), .. })) => stored.unapplied(graph),
            _ => graph.order().collect(),
        }
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// When the database cannot be reached, or the connection cannot be closed.
    pub async fn close(self) -> Result<(), Error> {
        match self.connected().await? {
            Some(connected) => super::reads::close(connected.connection).await,
            None => Ok(()),
        }
    }

    /// Returns the connection; `None` when the database does not exist.
    async fn connected(mut self) -> Result<Option<Connected<'static>>, Error> {
        let _ = self.wait().await;
        self.outcome.unwrap_or(Ok(None))
    }

    async fn wait(&mut self) -> &Result<Option<Connected<'static>>, Error> {
        let outcome = match self.outcome.take() {
            Some(outcome) => outcome,
            None => match (&mut self.connecting).await {
                Ok(outcome) => outcome,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime ends, so nobody awaits the result.
                    Err(_) => Ok(None),
                },
            },
        };
        self.outcome.insert(outcome)
    }
}

/// Returns the prefetched connection, else a new one; `None` when the database does not exist and
/// is not to be created.
pub(super) async fn connect(
    prefetch: Option<Prefetch>,
    database: &Database,
    create: bool,
    options: &Options,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<Connected<'static>>, Error> {
    let (source, limit) = (&database.source, options.connect_timeout);
    let table = VersionTable::new(database.dialect(), &options.version_table);
    let table = &table;
    let open = || -> BoxFuture<'_, Result<Option<Connected<'static>>, Error>> {
        Box::pin(async move {
            let Some(mut connection) = Connection::open(source, create).await? else {
                return Ok(None);
            };
            begin_session(&mut connection, source, table, &options.session).await?;
            Ok(Some(connection.into()))
        })
    };
    let first = async {
        let connected = match prefetch {
            Some(prefetch) => prefetch.connected().await?,
            None => None,
        };
        if connected.is_some() { Ok(connected) } else { open().await }
    };
    connect::connect_with_retry(source, limit, on_event, first, open).await
}

/// Lets the session of a connection begin as that of a run does, where the version table is looked for in
/// a schema that the session chooses. A connection of a pool has the session of its application.
async fn begin_session(
    connection: &mut Connection<'_>,
    source: &ConnectionSource,
    table: &VersionTable,
    statements: &[String],
) -> Result<(), Error> {
    if statements.is_empty() || table.landing().is_none() || source.url().is_none() {
        return Ok(());
    }
    let failed = |e| Error::database("preparing the session", e);
    connection.prepare().await.map_err(failed)?;
    connection.apply_session_settings(statements).await.map_err(failed)
}
