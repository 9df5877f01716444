//! What the methods of a migrator take: a database, or a connection that the program lends.

use std::fmt;

use migrate_core::dialect::Dialect;

use crate::database::{ConnectionSource, Database};
use crate::driver::StepConnection;

/// How a run reaches its database: by a [`Database`], by a reference to a sqlx pool, or on a
/// connection that the program lends (`&mut SqliteConnection`, `&mut PgConnection`,
/// `&mut MySqlConnection`).
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let file = "-- revision: a\n-- revises:\n-- migrate:up\nCREATE TABLE users (id INTEGER);\n\
/// #     -- migrate:down\nDROP TABLE users;\n";
/// # let folder = std::env::temp_dir().join(format!("migrate-access-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # std::fs::write(folder.join("a.sql"), file)?;
/// # let migrations = migrate_db::Migrations::from_folder(&folder)?;
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use sqlx::Connection as _;
/// let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await?;
/// migrations.upgrade(&mut connection).await?;
/// sqlx::query("INSERT INTO users VALUES (1)").execute(&mut connection).await?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<_, Box<dyn std::error::Error>>(()) })
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
///
/// A run on a lent connection has no other one:
///
/// - No transaction may be open on it ([`Error::Lent`](crate::Error::Lent)).
/// - The lock belongs to the session, on PostgreSQL and MySQL. Where it would be a row of the lock
///   table (a Galera cluster, [`Locking::Table`](crate::Locking::Table)), the run is refused: its
///   heartbeats need a connection of their own.
/// - A connection that breaks is not replaced. The run ends with the error, and another run on a new
///   connection continues.
/// - An [`Interrupt`](crate::Interrupt) takes effect after the statement that is running: there is no
///   connection to cancel it from.
/// - The settings of the session are put back at the end, also after an error. Other traces of a
///   revision may stay until the connection is closed: prepared statements, user variables, advisory
///   locks, on MySQL temporary tables, on PostgreSQL custom settings (`SET app.tenant`).
/// - A run whose future is dropped leaves its transaction, its settings and its lock: close the
///   connection.
pub struct Access<'c> {
    pub(crate) database: Database,
    pub(crate) lent: Option<StepConnection<'c>>,
}

impl fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("database", &self.database)
            .field("lent", &self.lent.is_some())
            .finish()
    }
}

impl<T: Into<Database>> From<T> for Access<'_> {
    fn from(database: T) -> Self {
        Self { database: database.into(), lent: None }
    }
}

macro_rules! from_connection {
    ($feature:literal, $name:ident, $database:ty, $connection:ty) => {
        #[cfg(feature = $feature)]
        impl<'c> From<&'c mut $connection> for Access<'c> {
            fn from(connection: &'c mut $connection) -> Self {
                let source = ConnectionSource::Lent(Dialect::$name);
                let lent = Some(StepConnection::$name(connection));
                Self { database: Database { source }, lent }
            }
        }

        #[cfg(feature = $feature)]
        impl<'c> From<&'c mut sqlx::pool::PoolConnection<$database>> for Access<'c> {
            fn from(connection: &'c mut sqlx::pool::PoolConnection<$database>) -> Self {
                Self::from(&mut **connection)
            }
        }
    };
}

from_connection!("sqlite", Sqlite, sqlx::Sqlite, sqlx::SqliteConnection);
from_connection!("postgres", Postgres, sqlx::Postgres, sqlx::PgConnection);
from_connection!("mysql", Mysql, sqlx::MySql, sqlx::MySqlConnection);
