//! PostgreSQL through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::stream::BoxStream;
use migrate_core::dialect::Dialect;
use sqlx::postgres::{PgConnection, PgDatabaseError, PgErrorPosition, PgPool};
use sqlx::{ConnectOptions as _, Connection as _};

use super::handle::{self, Handle};
use super::read_only::ReadOnly;
use super::{BatchResult, Cells, Denial, Driver, ErrorDetails, Retry, postgres_server};
use crate::error::Error;

pub(crate) struct Postgres<'c> {
    handle: Handle<'c, sqlx::Postgres>,
    /// What gives a lent connection its settings back; the second is for temporary objects.
    lent: Option<(Vec<String>, Option<&'static str>)>,
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

/// The settings that a session was given after its start. Those of the open transaction, and names
/// that no catalog lists (`SET app.tenant`), are not among them.
const SESSION_SETTINGS: &str = "SELECT name, setting FROM pg_catalog.pg_settings \
    WHERE source = 'session' AND context <> 'internal' AND name NOT LIKE 'transaction\\_%'";

/// What a lent session is asked: its user and role, and whether it has temporary objects.
const LENT: &str = "SELECT CAST(session_user AS TEXT), pg_catalog.current_setting('role'), \
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()) \
    OR EXISTS (SELECT FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema()) \
    OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()) \
    THEN 'yes' END";

impl Postgres<'static> {
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

    /// A connection outside the pool.
    pub(super) async fn dedicated(pool: &PgPool) -> Result<Self, Error> {
        let options = pool.connect_options();
        let connection =
            options.connect().await.map_err(|e| Error::connect("the pool's server", e))?;
        Ok(Self::of(connection))
    }
}

impl<'c> Postgres<'c> {
    pub(super) const fn lent(connection: &'c mut PgConnection) -> Self {
        Self::new(Handle::Lent(connection))
    }

    const fn new(handle: Handle<'c, sqlx::Postgres>) -> Self {
        Self {
            handle,
            lent: None,
            restore_statements: Vec::new(),
            session: None,
            may_be_read_only: false,
        }
    }

    /// sqlx's own connection.
    pub(super) fn raw(&mut self) -> &mut sqlx::PgConnection {
        &mut self.handle
    }

    /// Returns what brings a lent session back to its settings of now. RESET ALL would also reset
    /// what the program has set.
    async fn restore_lent(&mut self) -> sqlx::Result<(Vec<String>, Option<&'static str>)> {
        let literal = |text: &Option<String>| {
            Dialect::Postgres.safe_literal(text.as_deref().unwrap_or_default())
        };
        let row = self.rows(LENT).await?.pop().unwrap_or_default();
        let mut cells = row.into_iter();
        let mut restore = Vec::new();
        for (name, is_changed) in [
            ("session_authorization", "CAST(session_user AS TEXT) <> v"),
            ("role", "pg_catalog.current_setting('role') <> v"),
        ] {
            let value = literal(&cells.next().flatten());
            restore.push(format!(
                "SELECT pg_catalog.set_config('{name}', v, false) \
                 FROM (SELECT CAST({value} AS TEXT)) s(v) WHERE {is_changed}"
            ));
        }
        let settings = self.rows(SESSION_SETTINGS).await?;
        let had = settings.iter().filter_map(|row| match &row[..] {
            [name, value] => Some(format!("({}, {})", literal(name), literal(value))),
            _ => None,
        });
        let had: Vec<String> =
            ["(NULL::TEXT, NULL::TEXT)".to_owned()].into_iter().chain(had).collect();
        restore.push(format!(
            "SELECT pg_catalog.set_config(s.name, COALESCE(h.value, s.reset_val), false) \
             FROM pg_catalog.pg_settings s LEFT JOIN (VALUES {}) h(name, value) ON h.name = s.name \
             WHERE (s.source = 'session' OR h.name IS NOT NULL) AND s.context <> 'internal' \
             AND s.name NOT LIKE 'transaction\\_%' \
             AND s.setting IS DISTINCT FROM COALESCE(h.value, s.reset_val)",
            had.join(", ")
        ));
        let had_temporary = cells.next().flatten().is_some();
        Ok((restore, (!had_temporary).then_some("DISCARD TEMP")))
    }
}

impl Driver for Postgres<'_> {
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
        if self.handle.is_lent() {
            let lent = self.restore_lent().await?;
            self.restore_statements.clone_from(&lent.0);
            self.lent = Some(lent);
            return Ok(());
        }
        // Dumps begin by emptying the search path and switching checks off: the next revision is
        // to find what it finds when it runs alone.
        let path = Dialect::Postgres.safe_literal(&path);
        let path = format!("SELECT pg_catalog.set_config('search_path', {path}, false)");
        self.restore_statements = vec!["RESET ALL".to_owned(), path];
        Ok(())
    }

    async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>> {
        let more = match &self.lent {
            _ if !thorough => &[],
            Some((_, discard)) => discard.as_slice(),
            None => THOROUGH_RESET,
        };
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

    fn is_lent(&self) -> bool {
        self.handle.is_lent()
    }

    async fn is_in_transaction(&mut self) -> sqlx::Result<bool> {
        if self.handle.is_in_transaction() {
            return Ok(true);
        }
        // Outside of a transaction each statement is one, which begins with it.
        let question = "SELECT 'yes' WHERE transaction_timestamp() <> statement_timestamp()";
        match self.rows(question).await {
            Ok(rows) => Ok(!rows.is_empty()),
            // The transaction has failed.
            Err(error)
                if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("25P02") =>
            {
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    async fn close(mut self) -> sqlx::Result<()> {
        if let Some((settings, discard)) = self.lent.take() {
            let discard = discard.into_iter().map(str::to_owned);
            for sql in discard.chain(settings) {
                self.send(&sql).await.done()?;
            }
            return Ok(());
        }
        if !self.restore_statements.is_empty() {
            // Worked with: whatever the revisions left in the session goes with it.
            return self.handle.close().await;
        }
        self.handle.release().await
    }
}
