//! Reads what a database holds from its own catalog.
//!
//! There is one module per database. Each asks its catalog in as few round trips as it can and gives the
//! [`Schema`] that migrate-core compares. Nothing here judges what it finds.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// On MySQL the moment from which the times of an event of `information_schema.EVENTS` were reckoned: when it
/// was altered, where its schedule begins then, else when it was made.
#[cfg(any(feature = "mysql", feature = "testkit"))]
pub(crate) const EVENT_MADE: &str = "IF(ABS(TIMESTAMPDIFF(SECOND, LAST_ALTERED, STARTS)) < 3, \
    LAST_ALTERED, CREATED)";

impl Database {
    /// Reads the schema of the database from its catalog: an empty one when the database does not
    /// exist. Tables named in `without`, each `name` or `schema.name`, and what belongs to them are
    /// left out. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn schema(&self, without: &[String]) -> Result<Schema, Error> {
        let Some(mut connection) = Connection::open(&self.source, false).await? else {
            return Ok(Schema::default());
        };
        let read = schema(&mut connection, self.dialect(), without).await;
        let closed = connection.close().await;
        let read = read.map_err(|e| Error::database("reading the catalog", e))?;
        closed.map_err(|e| Error::database("closing the connection", e))?;
        Ok(read)
    }
}

/// What the database of a connection holds, but for the tables of these names and what belongs to
/// them (the version table, its log, its lock), each `name` or `namespace.name`. Works inside an
/// open transaction, and reads only.
pub(crate) async fn schema(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    without: &[String],
) -> sqlx::Result<Schema> {
    match dialect {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::schema(connection, without).await,
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres::schema(connection, without).await,
        #[cfg(feature = "mysql")]
        Dialect::Mysql => mysql::schema(connection, without).await,
        #[allow(unreachable_patterns, reason = "which patterns remain depends on the features")]
        _ => {
            let _ = (connection, without);
            Ok(Schema::default())
        }
    }
}

/// Reads what one connection's database holds again and again, for less than [`schema`] where the
/// catalog tells what has changed.
pub(crate) enum SchemaReader {
    /// Reads it all each time.
    Plain {
        /// The tables to leave out.
        without: Vec<String>,
        dialect: Dialect,
    },
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::CatalogReader>),
}

impl SchemaReader {
    pub(crate) fn new(dialect: Dialect, without: &[String]) -> Self {
        match dialect {
            #[cfg(feature = "postgres")]
            Dialect::Postgres => Self::Postgres(Box::new(postgres::CatalogReader::new(without))),
            _ => Self::Plain { without: without.to_vec(), dialect },
        }
    }

    /// Whether readings get slower until there is one outside of a transaction.
    pub(crate) const fn needs_full_read(&self) -> bool {
        match self {
            Self::Plain { .. } => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(reader) => reader.needs_full_read,
        }
    }

    /// Goes on in another connection to the same database.
    pub(crate) fn reconnected(&mut self) {
        match self {
            Self::Plain { .. } => {}
            #[cfg(feature = "postgres")]
            Self::Postgres(reader) => reader.reconnected(),
        }
    }

    /// A reader for a physical copy of the database, made after the last reading.
    pub(crate) fn for_copy(&self) -> Self {
        match self {
            Self::Plain { without, dialect } => {
                Self::Plain { without: without.clone(), dialect: *dialect }
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(reader) => Self::Postgres(Box::new(reader.for_copy())),
        }
    }

    /// Runs statements, and gives what [`schema`] says behind them: in one trip where that can be.
    pub(crate) async fn schema_after(
        &mut self,
        connection: &mut Connection<'_>,
        statements: &str,
    ) -> sqlx::Result<Schema> {
        match self {
            Self::Plain { without, dialect } => {
                if !statements.is_empty() {
                    connection.execute(statements).await?;
                }
                schema(connection, *dialect, without).await
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(reader) => reader.schema_after(connection, statements).await,
        }
    }
}
