//! A connection that is made before it is asked for, while something else is prepared.

use std::time::Duration;

use futures_util::future::BoxFuture;
use migrate_core::graph::{Graph, Node, Target};
use migrate_core::history::History;
use migrate_core::version_table::VersionTable;
use tokio::task::JoinHandle;

use super::{Options, Report};
use crate::applied_digest::AppliedDigest;
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::event::Event;
use crate::reach;
use crate::state::{self, Answer, Status};

/// A connection on its way, and what the version table says: what a command that reads a thousand
/// files asks for before it does.
pub struct Prefetch {
    connecting: JoinHandle<Result<Option<Reached>, Error>>,
    /// What came of it, once it was waited for.
    outcome: Option<Result<Option<Reached>, Error>>,
}

/// A database that was reached.
pub(super) struct Reached {
    pub(super) connection: Connection,
    /// What its version table said when it was reached, where that was asked. Only who looks before
    /// taking a lock may go by it.
    answer: Option<Answer>,
}

impl From<Connection> for Reached {
    fn from(connection: Connection) -> Self {
        Self { connection, answer: None }
    }
}

impl Reached {
    /// Where the database stands: by what it said when it was reached, the first time, if that was
    /// asked; else by what it says now.
    pub(super) async fn status(
        &mut self,
        table: &VersionTable,
        history: &History,
    ) -> Result<Status, Error> {
        match self.answer.take() {
            Some(answer) => Status::of(&answer, history, table.dialect()),
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
        let place = database.place.clone();
        let table = VersionTable::new(database.dialect(), &options.version_table);
        let limit = options.connect_timeout;
        let connecting = async move {
            let opening = Connection::open(&place, false);
            let Some(mut connection) = reach::in_time(&place, limit, opening).await? else {
                return Ok(None);
            };
            // What stands in the way of reading is told when it is read again.
            let answer = match table.check() {
                Ok(()) => state::answer(&mut connection, &table).await.ok(),
                Err(_) => None,
            };
            Ok(Some(Reached { connection, answer }))
        };
        Self { connecting: tokio::spawn(connecting), outcome: None }
    }

    /// Whether it shows at once that there is no database to ask.
    pub async fn is_in_vain(&mut self) -> bool {
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
            Ok(Some(Reached { answer: Some(answer), .. })) if answer.shows(all) => {
                Some(Report { steps: Vec::new(), heads_after: all.heads().to_vec() })
            }
            _ => None,
        }
    }

    /// The revisions of a graph that had no row when the database was reached; all of them where
    /// that is not known.
    pub async fn unapplied(&mut self, graph: &Graph) -> Vec<Node> {
        match self.wait().await {
            Ok(Some(Reached { answer: Some(answer), .. })) => answer.lacks(graph),
            _ => graph.order().collect(),
        }
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// When the database cannot be reached, or does not let go.
    pub async fn close(self) -> Result<(), Error> {
        match self.reached().await? {
            Some(reached) => super::close(reached.connection).await,
            None => Ok(()),
        }
    }

    /// The database; `None` when it does not exist.
    async fn reached(mut self) -> Result<Option<Reached>, Error> {
        let _ = self.wait().await;
        self.outcome.unwrap_or(Ok(None))
    }

    async fn wait(&mut self) -> &Result<Option<Reached>, Error> {
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
    ahead: Option<Prefetch>,
    database: &Database,
    create: bool,
    limit: Duration,
    tell: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<Reached>, Error> {
    let place = &database.place;
    let open = || -> BoxFuture<'_, Result<Option<Reached>, Error>> {
        Box::pin(async move { Ok(Connection::open(place, create).await?.map(Reached::from)) })
    };
    let first = async {
        let reached = match ahead {
            Some(ahead) => ahead.reached().await?,
            None => None,
        };
        if reached.is_some() { Ok(reached) } else { open().await }
    };
    reach::persistently(place, limit, tell, first, open).await
}
