//! A connection that is made before it is asked for, while something else is prepared.

use migrate_core::version_table::VersionTable;
use tokio::task::JoinHandle;

use super::Options;
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::state::{self, Record};

/// A connection on its way, and what the version table says: what a command that reads a thousand
/// files asks for before it does.
pub struct Ahead {
    connecting: JoinHandle<Result<Option<Reached>, Error>>,
}

/// A database that was reached.
pub(super) struct Reached {
    pub(super) connection: Connection,
    /// What its version table said when it was reached, where that was asked. Only who looks before
    /// taking a lock may go by it.
    pub(super) record: Option<Option<Record>>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead").finish_non_exhaustive()
    }
}

impl Ahead {
    /// Begins to connect, on the tokio runtime that this is called in. A database that does not
    /// exist is not created. What stands in the way is told when the connection is asked for.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(database: &Database, options: &Options) -> Self {
        let place = database.place.clone();
        let table = VersionTable::new(database.dialect(), &options.version_table);
        let connecting = async move {
            let Some(mut connection) = Connection::open(&place, false).await? else {
                return Ok(None);
            };
            // What stands in the way of reading is told when it is read again.
            let record = state::record(&mut connection, &table).await.ok();
            Ok(Some(Reached { connection, record }))
        };
        Self { connecting: tokio::spawn(connecting) }
    }

    /// The database; `None` when it does not exist.
    async fn reached(self) -> Result<Option<Reached>, Error> {
        match self.connecting.await {
            Ok(reached) => reached,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and with it whoever would be told.
                Err(_) => Ok(None),
            },
        }
    }
}

/// The connection that is on its way, else a new one; `None` when the database does not exist and
/// is not to be created.
pub(super) async fn connect(
    ahead: Option<Ahead>,
    database: &Database,
    create: bool,
) -> Result<Option<Reached>, Error> {
    if let Some(ahead) = ahead
        && let Some(reached) = ahead.reached().await?
    {
        return Ok(Some(reached));
    }
    let connection = Connection::open(&database.place, create).await?;
    Ok(connection.map(|connection| Reached { connection, record: None }))
}
