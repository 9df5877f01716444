//! A connection that is made before it is asked for, while something else is prepared.

use std::time::Duration;

use futures_util::future::BoxFuture;
use migrate_core::graph::{Graph, Node, Target};
use migrate_core::history::History;
use migrate_core::version_table::VersionTable;
use tokio::task::JoinHandle;

use super::{Options, Report};
use crate::applied_digest::AppliedDigest;
use crate::connect;
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::event::Event;
use crate::state::{self, DatabaseState, StoredState};

/// A connection on its way, and what the version table says: what a command that reads a thousand
/// files asks for before it does.
pub struct Prefetch {
    connecting: JoinHandle<Result<Option<Connected>, Error>>,
    /// What came of it, once it was waited for.
    outcome: Option<Result<Option<Connected>, Error>>,
}

/// A database that was reached.
pub(super) struct Connected {
    pub(super) connection: Connection,
    /// What its version table said when it was reached, where that was asked. Only who looks before
    /// taking a lock may go by it.
    stored: Option<StoredState>,
}

impl From<Connection> for Connected {
    fn from(connection: Connection) -> Self {
        Self { connection, stored: None }
    }
}

impl Connected {
    /// Where the database stands: by what it said when it was reached, the first time, if that was
    /// asked; else by what it says now.
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
    /// Begins to connect, on the tokio runtime that this is called in. A database that does not
    /// exist is not created. What stands in the way is told when the connection is asked for.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(database: &Database, options: &Options) -> Self {
        let source = database.source.clone();
        let table = VersionTable::new(database.dialect(), &options.version_table);
        let limit = options.connect_timeout;
        let connecting = async move {
            let opening = Connection::open(&source, false);
            let Some(mut connection) = connect::with_timeout(&source, limit, opening).await? else {
                return Ok(None);
            };
            // What stands in the way of reading is told when it is read again.
            let stored = match table.check() {
                Ok(()) => state::read_stored(&mut connection, &table).await.ok(),
                Err(_) => None,
            };
            Ok(Some(Connected { connection, stored }))
        };
        Self { connecting: tokio::spawn(connecting), outcome: None }
    }

    /// Whether it shows at once that there is no database to ask.
    pub async fn has_failed(&mut self) -> bool {
        tokio::task::yield_now().await;
        self.connecting.is_finished() && !matches!(self.wait().await, Ok(Some(_)))
    }

    /// What [`Migrator::upgrade`](super::Migrator::upgrade) would report that has nothing to do
    /// because all is applied, by what the version table said when the database was reached; `None`
    /// in all other cases.
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

    /// The revisions of a graph that had no row when the database was reached; all of them where
    /// that is not known.
    pub async fn unapplied(&mut self, graph: &Graph) -> Vec<Node> {
        match self.wait().await {
            Ok(Some(Connected { stored: Some(stored), .. })) => stored.unapplied(graph),
            _ => graph.order().collect(),
        }
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// When the database cannot be reached, or does not let go.
    pub async fn close(self) -> Result<(), Error> {
        match self.connected().await? {
            Some(connected) => super::reads::close(connected.connection).await,
            None => Ok(()),
        }
    }

    /// The database; `None` when it does not exist.
    async fn connected(mut self) -> Result<Option<Connected>, Error> {
        let _ = self.wait().await;
        self.outcome.unwrap_or(Ok(None))
    }

    async fn wait(&mut self) -> &Result<Option<Connected>, Error> {
        let outcome = match self.outcome.take() {
            Some(outcome) => outcome,
            None => match (&mut self.connecting).await {
                Ok(outcome) => outcome,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime ends, and with it whoever would be told.
                    Err(_) => Ok(None),
                },
            },
        };
        self.outcome.insert(outcome)
    }
}

/// The connection that is on its way, else a new one; `None` when the database does not exist and
/// is not to be created.
pub(super) async fn connect(
    prefetch: Option<Prefetch>,
    database: &Database,
    create: bool,
    limit: Duration,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<Connected>, Error> {
    let source = &database.source;
    let open = || -> BoxFuture<'_, Result<Option<Connected>, Error>> {
        Box::pin(async move { Ok(Connection::open(source, create).await?.map(Connected::from)) })
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
