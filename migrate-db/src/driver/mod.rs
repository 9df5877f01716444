//! How bytes travel: one connection to one database.
//!
//! A driver executes text and fetches rows of text; what the text says is the dialect's matter in
//! migrate-core. [`Connection`] is the one enum that selects a driver; the cargo features decide
//! which there are.

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod handle;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use migrate_core::dialect::Dialect;

use crate::database::Place;
use crate::error::Error;

/// A row as text.
pub(crate) type Cells = Vec<Option<String>>;

/// What each driver can do. Errors are sqlx's own: the runner adds what it was doing.
trait Driver: Sized {
    /// Executes one statement; how many rows it changed.
    async fn execute(&mut self, sql: &str) -> sqlx::Result<u64>;
    /// Executes one statement and fetches its rows, every cell as text.
    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>>;
    /// Makes the session fit for a run.
    async fn prepare(&mut self) -> sqlx::Result<()> {
        Ok(())
    }
    /// Opens a transaction that will write.
    async fn begin(&mut self, foreign_keys: bool) -> sqlx::Result<()>;
    /// What would be broken if the transaction were committed now, in words.
    async fn violations(&mut self) -> sqlx::Result<Vec<String>> {
        Ok(Vec::new())
    }
    /// Whether trying again may help, because another connection is in the way.
    fn is_busy(&self, error: &sqlx::Error) -> bool;
    /// Takes the lock of a version table for the session, without waiting.
    async fn try_lock(&mut self, _name: &str) -> Result<LockTry, Error> {
        Ok(LockTry::Taken)
    }
    /// Gives the lock back and the session's settings; what was open is rolled back.
    async fn close(self) -> sqlx::Result<()>;
}

/// What came of trying to take the lock.
#[derive(Debug)]
pub(crate) enum LockTry {
    /// It is ours, or the database needs none.
    Taken,
    /// Somebody has it: who, in words.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        expect(dead_code, reason = "SQLite needs no lock beside its own")
    )]
    Held(String),
}

/// A connection to one database.
pub(crate) enum Connection {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Mysql),
}

/// Calls the same method on whichever driver it is.
macro_rules! each {
    ($self:expr, $driver:ident => $call:expr) => {
        match *$self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(ref mut $driver) => $call,
            #[cfg(feature = "postgres")]
            Connection::Postgres(ref mut $driver) => $call,
            #[cfg(feature = "mysql")]
            Connection::Mysql(ref mut $driver) => $call,
        }
    };
}

impl Connection {
    /// Connects. Without `create` a database that does not exist yet is `None`.
    pub(crate) async fn open(place: &Place, create: bool) -> Result<Option<Self>, Error> {
        let _ = create;
        match place {
            #[cfg(feature = "sqlite")]
            Place::SqlitePool(pool) => Ok(Some(Self::Sqlite(sqlite::Sqlite::acquire(pool).await?))),
            #[cfg(feature = "sqlite")]
            Place::Sqlite(url) => Ok(sqlite::Sqlite::open(url, create).await?.map(Self::Sqlite)),
            #[cfg(feature = "postgres")]
            Place::PostgresPool(pool) => {
                Ok(Some(Self::Postgres(postgres::Postgres::acquire(pool).await?)))
            }
            #[cfg(feature = "postgres")]
            Place::Postgres(url) => Ok(Some(Self::Postgres(postgres::Postgres::open(url).await?))),
            #[cfg(feature = "mysql")]
            Place::MysqlPool(pool) => Ok(Some(Self::Mysql(mysql::Mysql::acquire(pool).await?))),
            #[cfg(feature = "mysql")]
            Place::Mysql(url) => Ok(Some(Self::Mysql(mysql::Mysql::open(url).await?))),
            Place::NoDriver(dialect) => Err(Error::NoDriver(*dialect)),
        }
    }

    pub(crate) async fn execute(&mut self, sql: &str) -> sqlx::Result<u64> {
        each!(self, driver => driver.execute(sql).await)
    }

    pub(crate) async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        each!(self, driver => driver.rows(sql).await)
    }

    pub(crate) async fn prepare(&mut self) -> sqlx::Result<()> {
        each!(self, driver => driver.prepare().await)
    }

    pub(crate) async fn begin(&mut self, foreign_keys: bool) -> sqlx::Result<()> {
        each!(self, driver => driver.begin(foreign_keys).await)
    }

    pub(crate) async fn violations(&mut self) -> sqlx::Result<Vec<String>> {
        each!(self, driver => driver.violations().await)
    }

    pub(crate) fn is_busy(&mut self, error: &sqlx::Error) -> bool {
        each!(self, driver => driver.is_busy(error))
    }

    pub(crate) async fn try_lock(&mut self, name: &str) -> Result<LockTry, Error> {
        each!(self, driver => driver.try_lock(name).await)
    }

    pub(crate) async fn close(self) -> sqlx::Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(driver) => driver.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(driver) => driver.close().await,
            #[cfg(feature = "mysql")]
            Self::Mysql(driver) => driver.close().await,
        }
    }
}

/// How long to wait before the `attempt`-th retry: 10 ms at first, 250 ms at most.
pub(crate) fn pause(attempt: u32) -> Duration {
    Duration::from_millis(10 << attempt.min(5)).min(Duration::from_millis(250))
}

/// The dialect names the driver.
pub(crate) const fn feature(dialect: Dialect) -> &'static str {
    dialect.name()
}
