//! MySQL and MariaDB through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it. The lock lives on a connection of its own, which works for nothing else:
//! the lock goes with it, whatever happens to this program.

use std::str::FromStr as _;

use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlPool};
use sqlx::{ConnectOptions as _, Connection as _};

use super::handle::{self, Handle};
use super::{Cells, Driver, Obstacle, Trip};
use crate::error::Error;

pub(crate) struct Mysql {
    handle: Handle<sqlx::MySql>,
    options: MySqlConnectOptions,
    lock: Option<sqlx::mysql::MySqlConnection>,
}

impl Mysql {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = MySqlConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
        let connection = options.connect().await.map_err(|e| Error::connect(url, e))?;
        Ok(Self { handle: Handle::Owned(connection), options, lock: None })
    }

    pub(super) async fn acquire(pool: &MySqlPool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        let options = pool.connect_options().as_ref().clone();
        Ok(Self { handle: Handle::pooled(connection), options, lock: None })
    }
}

impl Driver for Mysql {
    async fn trip(&mut self, sql: &str) -> Trip {
        handle::trip::<sqlx::MySql>(&mut self.handle, sql, |result| result.rows_affected(), 0).await
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        handle::rows::<sqlx::MySql>(&mut self.handle, sql).await
    }

    async fn prepare(&mut self) -> sqlx::Result<Option<String>> {
        Ok(None)
    }

    async fn begin(&mut self, _foreign_keys: bool) -> sqlx::Result<()> {
        self.trip("START TRANSACTION").await.done().map(drop)
    }

    fn obstacle(&self, error: &sqlx::Error) -> Option<Obstacle> {
        // Lock wait timeout, deadlock.
        let error = error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?;
        matches!(error.number(), 1205 | 1213).then_some(Obstacle::Conflict)
    }

    async fn ask_beside(&mut self, sql: &str) -> sqlx::Result<Option<String>> {
        let lock = match &mut self.lock {
            Some(lock) => lock,
            none => none.insert(self.options.connect().await?),
        };
        let trip = handle::trip::<sqlx::MySql>(lock, sql, |result| result.rows_affected(), 0).await;
        match trip.failure {
            Some(error) => Err(error),
            None => Ok(trip.last_row.and_then(|row| row.into_iter().next().flatten())),
        }
    }

    async fn close(mut self) -> sqlx::Result<()> {
        if let Some(lock) = self.lock.take() {
            lock.close().await?;
        }
        self.handle.give_back().await
    }
}
