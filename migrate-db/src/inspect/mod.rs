//! Reads what a database holds from its own catalog.
//!
//! One room per database; each asks its catalog in as few round trips as it can and gives the
//! [`Schema`] that migrate-core compares. Nothing here judges what it finds.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migrate_core::dialect::Dialect;
use migrate_core::schema::Schema;

use crate::driver::Connection;

/// On MySQL the moment from which the times of an event of `information_schema.EVENTS` were reckoned: when it
/// was altered, where its schedule begins then, else when it was made.
#[cfg(any(feature = "mysql", feature = "testkit"))]
pub(crate) const EVENT_MADE: &str = "IF(ABS(TIMESTAMPDIFF(SECOND, LAST_ALTERED, STARTS)) < 3, \
    LAST_ALTERED, CREATED)";

/// What the database of a connection holds, but for the tables of these names and what belongs to
/// them (the version table, its log, its lock), each `name` or `namespace.name`. Works inside an
/// open transaction, and reads only.
pub(crate) async fn schema(
    connection: &mut Connection,
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
