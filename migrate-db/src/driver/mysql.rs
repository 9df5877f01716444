//! MySQL and MariaDB through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::stream::BoxStream;
use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySqlConnection, MySqlDatabaseError, MySqlPool};

use super::handle::{self, Handle};
use super::read_only::ReadOnly;
use super::{BatchResult, Cells, Denial, Driver, Retry, mysql_server};
use crate::error::Error;

pub(crate) struct Mysql {
    handle: Handle<sqlx::MySql>,
    /// What brings the session back to how it was prepared.
    restore_statements: Vec<String>,
    /// The connection's number, account and address. The number alone may be that of another
    /// connection after the server has restarted.
    session: Option<String>,
    /// Whether the server's `read_only` is on, from which some accounts are exempt.
    server_reads_only: bool,
    /// Whether the server is a node of a Galera cluster.
    in_cluster: bool,
}

/// The server's own settings, which its client has too; sqlx's would change what `||` means. What
/// dumps switch off at their beginning is on again for the next revision.
const SETTINGS: &str = "SET NAMES utf8mb4, SESSION sql_mode = DEFAULT, SESSION time_zone = DEFAULT, \
    SESSION foreign_key_checks = DEFAULT, SESSION unique_checks = DEFAULT, SESSION autocommit = 1";

/// What a node of a Galera cluster has, and other servers have not.
const CLUSTER: &str = "SHOW SESSION VARIABLES WHERE Variable_name = 'wsrep_on' AND Value = 'ON' \
    OR Variable_name = 'wsrep_OSU_method'";

/// The database, the name of the session, and whether the server is read-only.
const WHERE_AND_WHO: &str = "SELECT DATABASE(), CONCAT(id, ' ', user, '@', host), \
    CAST(@@global.read_only AS CHAR) \
    FROM information_schema.processlist WHERE id = CONNECTION_ID()";

impl Mysql {
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = mysql_server::options(url)?;
        Ok(Self::of(options.connect().await.map_err(|e| Error::connect(url, e))?))
    }

    pub(super) fn of(connection: MySqlConnection) -> Self {
        Self::new(Handle::Owned(connection))
    }

    pub(super) async fn acquire(pool: &MySqlPool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        Ok(Self::new(Handle::pooled(connection)))
    }

    const fn new(handle: Handle<sqlx::MySql>) -> Self {
        Self {
            handle,
            restore_statements: Vec::new(),
            session: None,
            server_reads_only: false,
            in_cluster: false,
        }
    }

    /// A connection outside the pool.
    pub(super) async fn dedicated(pool: &MySqlPool) -> Result<Self, Error> {
        let options = pool.connect_options();
        let connection =
            options.connect().await.map_err(|e| Error::connect("the pool's server", e))?;
        Ok(Self::of(connection))
    }
}

impl Mysql {
    /// sqlx's own connection.
    pub(super) fn raw(&mut self) -> &mut sqlx::MySqlConnection {
        &mut self.handle
    }
}

impl Driver for Mysql {
    async fn send_counted(&mut self, sql: &str, arrived: &AtomicUsize) -> BatchResult {
        handle::send::<sqlx::MySql>(
            &mut self.handle,
            sql,
            |result| result.rows_affected(),
            0,
            arrived,
        )
        .await
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        handle::rows::<sqlx::MySql>(&mut self.handle, sql).await
    }

    fn stream<'c>(&'c mut self, sql: &'c str) -> BoxStream<'c, sqlx::Result<Cells>> {
        handle::stream::<sqlx::MySql>(&mut self.handle, sql)
    }

    async fn prepare(&mut self) -> sqlx::Result<()> {
        let rows = self.rows(WHERE_AND_WHO).await?;
        let mut cells = rows.into_iter().flatten();
        let database = cells.next().flatten();
        self.session = cells.next().flatten();
        let read_only = cells.next().flatten();
        self.server_reads_only = read_only.is_some_and(|value| value != "0" && value != "OFF");
        let back = database.map(|name| format!(";\nUSE `{}`", name.replace('`', "``")));
        let restore_statements = format!("{SETTINGS}{}", back.unwrap_or_default());
        self.send(&restore_statements).await.done()?;
        self.restore_statements = vec![restore_statements];
        Ok(())
    }

    async fn restore_statements(&mut self, _thorough: bool) -> sqlx::Result<Vec<String>> {
        Ok(self.restore_statements.clone())
    }

    async fn apply_session_settings(&mut self, statements: &[String]) -> sqlx::Result<()> {
        for statement in statements {
            self.send(statement).await.done()?;
            self.restore_statements.push(statement.clone());
        }
        Ok(())
    }

    async fn read_only(&mut self) -> sqlx::Result<Option<ReadOnly>> {
        let variables = self.rows(CLUSTER).await?;
        let is = |name: &str, value: &str| {
            variables.iter().any(|cells| {
                matches!(&cells[..], [Some(n), Some(v)] if n.eq_ignore_ascii_case(name) && v == value)
            })
        };
        self.in_cluster = is("wsrep_on", "ON");
        if self.in_cluster && is("wsrep_OSU_method", "RSU") {
            return Ok(Some(ReadOnly::OneNode));
        }
        if !self.server_reads_only {
            return Ok(None);
        }
        // The server itself decides which accounts may write all the same.
        match self.send("START TRANSACTION READ WRITE;\nROLLBACK").await.failure {
            None => Ok(None),
            Some(error) if number(&error) == Some(1290) => Ok(Some(ReadOnly::Server)),
            Some(error) => Err(error),
        }
    }

    async fn set_limits(&mut self, time: Duration, _bytes: u64) -> sqlx::Result<()> {
        // MariaDB's ends every statement, MySQL's only those that read.
        let ways = [
            format!("SET SESSION max_statement_time = {}", time.as_secs_f64()),
            format!("SET SESSION max_execution_time = {}", time.as_millis()),
        ];
        for way in ways {
            if self.send(&way).await.failure.is_none() {
                self.restore_statements.push(way);
                break;
            }
        }
        Ok(())
    }

    fn session(&self) -> Option<String> {
        self.session.clone()
    }

    async fn begin(&mut self, _foreign_keys: bool) -> sqlx::Result<()> {
        self.send("START TRANSACTION").await.done().map(drop)
    }

    async fn begin_and_ask(
        &mut self,
        foreign_keys: bool,
        question: Option<&str>,
    ) -> sqlx::Result<Option<String>> {
        let Some(question) = question else {
            return self.begin(foreign_keys).await.map(|()| None);
        };
        let result = self.send(&format!("START TRANSACTION;\n{question}")).await;
        match result.failure {
            // The transaction was not opened.
            Some(error) if result.changed.is_empty() => Err(error),
            Some(_) => Ok(None),
            None => Ok(result.last_row.and_then(|row| row.into_iter().next().flatten())),
        }
    }

    fn retry_reason(&self, error: &sqlx::Error) -> Option<Retry> {
        // Lock wait timeout, deadlock. In a cluster a transaction of another node may end this one:
        // that is a deadlock too, or an interrupted statement, or an error of the commit.
        let number = number(error)?;
        let by_another_node = self.in_cluster && matches!(number, 1180 | 1317);
        (matches!(number, 1205 | 1213) || by_another_node).then_some(Retry::Conflict)
    }

    fn denial(&self, error: &sqlx::Error) -> Option<Denial> {
        match number(error)? {
            // No such table, no such database.
            1146 | 1049 => Some(Denial::NoTable),
            // Access denied to a database, command denied on a table or a column.
            1044 | 1142 | 1143 => Some(Denial::NoRight),
            _ => None,
        }
    }

    fn has_no_locks(&self, error: &sqlx::Error) -> bool {
        let error =
            error.as_database_error().and_then(|e| e.try_downcast_ref::<MySqlDatabaseError>());
        // No such function, not supported; what clusters say that forbid it.
        error.is_some_and(|e| {
            matches!(e.number(), 1235 | 1289 | 1305 | 4165)
                || e.number() == 1105 && e.message().contains("GET_LOCK")
        })
    }

    async fn close(self) -> sqlx::Result<()> {
        if !self.restore_statements.is_empty() {
            // Worked with: whatever the revisions left in the session goes with it.
            return self.handle.close().await;
        }
        self.handle.release().await
    }
}

/// The server's number of an error.
fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}
