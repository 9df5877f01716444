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
    /// What brings the session back to how it was prepared.
    restore: Vec<String>,
}

/// The server's own settings, which its client has too; sqlx's would change what `||` means. What
/// dumps switch off at their beginning is on again for the next revision.
const SETTINGS: &str = "SET NAMES utf8mb4, SESSION sql_mode = DEFAULT, SESSION time_zone = DEFAULT, \
    SESSION foreign_key_checks = DEFAULT, SESSION unique_checks = DEFAULT, SESSION autocommit = 1";

impl Mysql {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = MySqlConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
        let connection = options.connect().await.map_err(|e| Error::connect(url, e))?;
        Ok(Self { handle: Handle::Owned(connection), options, lock: None, restore: Vec::new() })
    }

    pub(super) async fn acquire(pool: &MySqlPool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        let options = pool.connect_options().as_ref().clone();
        Ok(Self { handle: Handle::pooled(connection), options, lock: None, restore: Vec::new() })
    }
}

impl Driver for Mysql {
    async fn trip(&mut self, sql: &str) -> Trip {
        handle::trip::<sqlx::MySql>(&mut self.handle, sql, |result| result.rows_affected(), 0).await
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        handle::rows::<sqlx::MySql>(&mut self.handle, sql).await
    }

    async fn prepare(&mut self) -> sqlx::Result<()> {
        let rows = self.rows("SELECT DATABASE()").await?;
        let database = rows.into_iter().flatten().flatten().next();
        let back = database.map(|name| format!(";\nUSE `{}`", name.replace('`', "``")));
        let restore = format!("{SETTINGS}{}", back.unwrap_or_default());
        self.trip(&restore).await.done()?;
        self.restore = vec![restore];
        Ok(())
    }

    fn restore(&self) -> Vec<String> {
        self.restore.clone()
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
        if !self.restore.is_empty() {
            // Worked with: whatever the revisions left in the session goes with it.
            return self.handle.end().await;
        }
        self.handle.give_back().await
    }
}
