//! PostgreSQL through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::handle::Handle;
use super::{Cells, Driver, LockTry};
use crate::error::Error;

pub(crate) struct Postgres {
    handle: Handle<sqlx::Postgres>,
    options: PgConnectOptions,
    /// The connection that holds the lock: it works for nothing else, and the lock goes with it.
    lock: Option<sqlx::postgres::PgConnection>,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
        let connection = options.connect().await.map_err(|e| Error::connect(url, e))?;
        Ok(Self { handle: Handle::Owned(connection), options, lock: None })
    }

    pub(super) async fn acquire(pool: &PgPool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        let options = pool.connect_options().as_ref().clone();
        Ok(Self { handle: Handle::pooled(connection), options, lock: None })
    }
}

impl Driver for Postgres {
    async fn execute(&mut self, sql: &str) -> sqlx::Result<u64> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *self.handle).await?;
        Ok(done.rows_affected())
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *self.handle).await?;
        rows.iter()
            .map(|row| {
                (0..row.len()).map(|n| row.try_get_unchecked::<Option<String>, _>(n)).collect()
            })
            .collect()
    }

    async fn begin(&mut self, _foreign_keys: bool) -> sqlx::Result<()> {
        self.execute("BEGIN").await.map(drop)
    }

    fn is_busy(&self, _error: &sqlx::Error) -> bool {
        false
    }

    async fn try_lock(&mut self, name: &str) -> Result<LockTry, Error> {
        if self.lock.is_none() {
            let connection =
                self.options.connect().await.map_err(|e| Error::connect("the lock", e))?;
            self.lock = Some(connection);
        }
        let Some(lock) = &mut self.lock else { return Ok(LockTry::Taken) };
        let taken: Option<bool> =
            sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 7))")
                .bind(name)
                .persistent(false)
                .fetch_one(lock)
                .await
                .map_err(|e| Error::database("taking the lock", e))?;
        Ok(if taken == Some(true) {
            LockTry::Taken
        } else {
            LockTry::Held("another session".to_owned())
        })
    }

    async fn close(mut self) -> sqlx::Result<()> {
        if let Some(lock) = self.lock.take() {
            sqlx::Connection::close(lock).await?;
        }
        self.handle.give_back().await
    }
}
