//! PostgreSQL through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::stream::BoxStream;
use migrate_core::dialect::Dialect;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnection, PgDatabaseError, PgErrorPosition, PgPool};

use super::handle::{self, Handle};
use super::read_only::ReadOnly;
use super::{BatchResult, Cells, Denial, Driver, ErrorDetails, Retry, postgres_server};
use crate::error::Error;

pub(crate) struct Postgres {
    handle: Handle<sqlx::Postgres>,
    /// What brings the session back to how it was before the run.
    restore_statements: Vec<String>,
    /// The number of the server's process.
    session: Option<String>,
    /// Whether its transactions may be read-only: so it was, or statements ran since.
    may_be_read_only: bool,
}

/// Brings back what RESET ALL does not, the role first: what follows may need its rights. DISCARD ALL
/// does the same, but not inside a transaction.
const THOROUGH_RESET: &[&str] = &[
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ROLE",
    "CLOSE ALL",
    "DEALLOCATE ALL",
    "UNLISTEN *",
    "SELECT pg_catalog.pg_advisory_unlock_all()",
    "DISCARD SEQUENCES",
    "DISCARD TEMP",
];

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        Ok(Self::of(postgres_server::open(url).await?))
    }

    pub(super) fn of(connection: PgConnection) -> Self {
        Self::new(Handle::Owned(connection))
    }

    pub(super) async fn acquire(pool: &PgPool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        Ok(Self::new(Handle::pooled(connection)))
    }

    const fn new(handle: Handle<sqlx::Postgres>) -> Self {
        Self { handle, restore_statements: Vec::new(), session: None, may_be_read_only: false }
    }

    /// A connection outside the pool.
    pub(super) async fn dedicated(pool: &PgPool) -> Result<Self, Error> {
        let options = pool.connect_options();
        let connection =
            options.connect().await.map_err(|e| Error::connect("the pool's server", e))?;
        Ok(Self::of(connection))
    }
}

impl Postgres {
    /// sqlx's own connection.
    pub(super) fn raw(&mut self) -> &mut sqlx::PgConnection {
        &mut self.handle
    }
}

impl Driver for Postgres {
    async fn send_counted(&mut self, sql: &str, arrived: &AtomicUsize) -> BatchResult {
        handle::send::<sqlx::Postgres>(
            &mut self.handle,
            sql,
            |result| result.rows_affected(),
            0,
            arrived,
        )
        .await
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        handle::rows::<sqlx::Postgres>(&mut self.handle, sql).await
    }

    fn stream<'c>(&'c mut self, sql: &'c str) -> BoxStream<'c, sqlx::Result<Cells>> {
        handle::stream::<sqlx::Postgres>(&mut self.handle, sql)
    }

    async fn prepare(&mut self) -> sqlx::Result<()> {
        let question = "SELECT pg_catalog.current_setting('search_path'), \
            CAST(pg_catalog.pg_backend_pid() AS TEXT), \
            pg_catalog.current_setting('transaction_read_only')";
        let rows = self.rows(question).await?;
        let mut cells = rows.into_iter().flatten();
        let path = cells.next().flatten().unwrap_or_default();
        self.session = cells.next().flatten();
        self.may_be_read_only = cells.next().flatten().as_deref() == Some("on");
        // Dumps begin by emptying the search path and switching checks off: the next revision is
        // to find what it finds when it runs alone.
        let path = Dialect::Postgres.safe_literal(&path);
        let path = format!("SELECT pg_catalog.set_config('search_path', {path}, false)");
        self.restore_statements = vec!["RESET ALL".to_owned(), path];
        Ok(())
    }

    async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>> {
        let more = if thorough { THOROUGH_RESET } else { &[] };
        let more = more.iter().map(|sql| (*sql).to_owned());
        Ok(more.chain(self.restore_statements.iter().cloned()).collect())
    }

    fn session(&self) -> Option<String> {
        self.session.clone()
    }

    async fn apply_session_settings(&mut self, statements: &[String]) -> sqlx::Result<()> {
        for statement in statements {
            self.send(statement).await.done()?;
            self.restore_statements.push(statement.clone());
            self.may_be_read_only = true;
        }
        Ok(())
    }

    async fn read_only(&mut self) -> sqlx::Result<Option<ReadOnly>> {
        if !self.may_be_read_only {
            return Ok(None);
        }
        let question = "SELECT pg_catalog.current_setting('transaction_read_only'), \
            CAST(pg_catalog.pg_is_in_recovery() AS TEXT)";
        let cells: Vec<_> = self.rows(question).await?.into_iter().flatten().flatten().collect();
        match cells.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["on", "true"] => {}
            ["on", _] => return Ok(Some(ReadOnly::Session)),
            _ => return Ok(None),
        }
        // A standby that reads from an archive has no sender.
        let sender =
            "SELECT sender_host || ':' || sender_port FROM pg_catalog.pg_stat_wal_receiver";
        let rows = self.rows(sender).await.unwrap_or_default();
        Ok(Some(ReadOnly::Standby { primary: rows.into_iter().flatten().flatten().next() }))
    }

    async fn set_limits(&mut self, time: Duration, bytes: u64) -> sqlx::Result<()> {
        let timeout = format!("SET statement_timeout = {}", time.as_millis());
        self.send(&timeout).await.done()?;
        self.restore_statements.push(timeout);
        // Only a superuser may.
        let files = format!("SET temp_file_limit = {}", bytes / 1024);
        if self.send(&files).await.failure.is_none() {
            self.restore_statements.push(files);
        }
        Ok(())
    }

    async fn begin(&mut self, _foreign_keys: bool) -> sqlx::Result<()> {
        self.send("BEGIN").await.done().map(drop)
    }

    fn retry_reason(&self, error: &sqlx::Error) -> Option<Retry> {
        // Serialization failure, deadlock, lock timeout.
        let code = error.as_database_error()?.code()?;
        matches!(code.as_ref(), "40001" | "40P01" | "55P03").then_some(Retry::Conflict)
    }

    fn denial(&self, error: &sqlx::Error) -> Option<Denial> {
        // Undefined table, invalid schema, insufficient privilege.
        match error.as_database_error()?.code()?.as_ref() {
            "42P01" | "3F000" => Some(Denial::NoTable),
            "42501" => Some(Denial::NoRight),
            _ => None,
        }
    }

    fn has_no_locks(&self, error: &sqlx::Error) -> bool {
        // No such function, feature not supported.
        let code = error.as_database_error().and_then(|e| e.code());
        code.is_some_and(|code| matches!(code.as_ref(), "42883" | "0A000"))
    }

    fn details(&self, error: &sqlx::Error) -> ErrorDetails {
        let error = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>());
        let Some(error) = error else { return ErrorDetails::default() };
        let position = match error.position() {
            Some(PgErrorPosition::Original(position)) => Some(position.saturating_sub(1)),
            _ => None,
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        ErrorDetails { position, detail: owned(error.detail()), hint: owned(error.hint()) }
    }

    async fn close(self) -> sqlx::Result<()> {
        if !self.restore_statements.is_empty() {
            // Worked with: whatever the revisions left in the session goes with it.
            return self.handle.close().await;
        }
        self.handle.release().await
    }
}
