//! A connection that is made before it is asked for, while something else is prepared.

use migrate_core::version_table::VersionTable;
use tokio::task::JoinHandle;

use super::Options;
use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// A connection on its way: what a command that reads a thousand files asks for before it does.
pub struct Ahead {
    connecting: JoinHandle<Result<Option<Connection>, Error>>,
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
            let mut connection = Connection::open(&place, false).await?;
            if let Some(connection) = &mut connection {
                // Before its first answer a database reads what it knows of its tables.
                let _ = connection.rows(&table.exists()).await;
            }
            Ok(connection)
        };
        Self { connecting: tokio::spawn(connecting) }
    }

    /// The connection; `None` when the database does not exist.
    async fn connection(self) -> Result<Option<Connection>, Error> {
        match self.connecting.await {
            Ok(connection) => connection,
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
) -> Result<Option<Connection>, Error> {
    if let Some(ahead) = ahead
        && let Some(connection) = ahead.connection().await?
    {
        return Ok(Some(connection));
    }
    Connection::open(&database.place, create).await
}
