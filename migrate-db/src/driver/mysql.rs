//! MySQL and MariaDB through sqlx.
//!
//! Statements travel by the simple query protocol, which makes no prepared statements: poolers and
//! DDL get along with it.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::stream::BoxStream;
use migrate_core::dialect::Dialect;
use sqlx::mysql::{MySqlConnection, MySqlDatabaseError, MySqlPool};
use sqlx::{ConnectOptions as _, Connection as _};

use super::handle::{self, Handle};
use super::read_only::ReadOnly;
use super::{BatchResult, Cells, Denial, Driver, Retry, mysql_server};
use crate::error::Error;

pub(crate) struct Mysql<'c> {
    handle: Handle<'c, sqlx::MySql>,
    /// A lent session before the run.
    lent: Option<SessionBefore>,
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

/// The database and the variables of a session.
struct SessionBefore {
    database: Option<String>,
    variables: BTreeMap<String, Option<String>>,
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

/// Variables that [`SETTINGS`] brings back after each step: in a transaction another value of
/// `autocommit` would commit it.
const SET_BY_SETTINGS: [&str; 9] = [
    "autocommit",
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "collation_connection",
    "foreign_key_checks",
    "sql_mode",
    "time_zone",
    "unique_checks",
];

/// Variables that change by themselves, or with the database of the session.
const VOLATILE: [&str; 17] = [
    "character_set_database",
    "collation_database",
    "error_count",
    "gtid_next",
    "gtid_seq_no",
    "identity",
    "in_transaction",
    "insert_id",
    "last_gtid",
    "last_insert_id",
    "pseudo_thread_id",
    "rand_seed1",
    "rand_seed2",
    "statement_id",
    "timestamp",
    "warning_count",
    "wsrep_last_seen_gtid",
];

impl Mysql<'static> {
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

    /// A connection outside the pool.
    pub(super) async fn dedicated(pool: &MySqlPool) -> Result<Self, Error> {
        let options = pool.connect_options();
        let connection =
            options.connect().await.map_err(|e| Error::connect("the pool's server", e))?;
        Ok(Self::of(connection))
    }
}

impl<'c> Mysql<'c> {
    pub(super) const fn lent(connection: &'c mut MySqlConnection) -> Self {
        Self::new(Handle::Lent(connection))
    }

    const fn new(handle: Handle<'c, sqlx::MySql>) -> Self {
        Self {
            handle,
            lent: None,
            restore_statements: Vec::new(),
            session: None,
            server_reads_only: false,
            in_cluster: false,
        }
    }

    /// sqlx's own connection.
    pub(super) fn raw(&mut self) -> &mut sqlx::MySqlConnection {
        &mut self.handle
    }

    async fn variables(&mut self) -> sqlx::Result<BTreeMap<String, Option<String>>> {
        let rows = self.rows("SHOW SESSION VARIABLES").await?.into_iter();
        let variables = rows.filter_map(|row| {
            let mut cells = row.into_iter();
            Some((cells.next()??, cells.next()?))
        });
        Ok(variables.filter(|(name, _)| !VOLATILE.contains(&name.as_str())).collect())
    }

    /// Gives the variables of a lent session the values that they had, apart from some.
    async fn restore_variables(&mut self, apart_from: &[&str]) -> sqlx::Result<()> {
        let now = self.variables().await?;
        let Some(before) = &self.lent else { return Ok(()) };
        let changed = before.variables.iter().filter(|(name, value)| {
            !apart_from.contains(&name.as_str()) && now.get(*name).is_some_and(|now| now != *value)
        });
        let changed: Vec<_> = changed.map(|(n, v)| (n.clone(), v.clone())).collect();
        for (name, value) in changed {
            let text = value.map_or_else(|| "NULL".to_owned(), |v| Dialect::Mysql.safe_literal(&v));
            // A number is refused as a string, and some strings look like numbers.
            let number = text.trim_matches('\'');
            let set = |value: &str| format!("SET SESSION `{name}` = {value}");
            let mut set_to = self.send(&set(&text)).await.failure;
            if set_to.as_ref().and_then(number_of) == Some(1232) {
                set_to = self.send(&set(number)).await.failure;
            }
            match set_to {
                // Read-only, or a variable of the server, which others may have set.
                Some(error) if matches!(number_of(&error), Some(1229 | 1238)) => {}
                Some(error) => return Err(error),
                None => {}
            }
        }
        Ok(())
    }
}

impl Driver for Mysql<'_> {
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
        if self.handle.is_lent() && self.lent.is_none() {
            let variables = self.variables().await?;
            self.lent = Some(SessionBefore { database: database.clone(), variables });
        }
        self.session = cells.next().flatten();
        let read_only = cells.next().flatten();
        self.server_reads_only = read_only.is_some_and(|value| value != "0" && value != "OFF");
        let back = database.map(|name| format!(";\n{}", use_database(&name)));
        let restore_statements = format!("{SETTINGS}{}", back.unwrap_or_default());
        self.send(&restore_statements).await.done()?;
        self.restore_statements = vec![restore_statements];
        Ok(())
    }

    async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>> {
        if thorough && self.lent.is_some() {
            self.restore_variables(&SET_BY_SETTINGS).await?;
        }
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
            Some(error) if number_of(&error) == Some(1290) => Ok(Some(ReadOnly::Server)),
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
        let number = number_of(error)?;
        let by_another_node = self.in_cluster && matches!(number, 1180 | 1317);
        (matches!(number, 1205 | 1213) || by_another_node).then_some(Retry::Conflict)
    }

    fn denial(&self, error: &sqlx::Error) -> Option<Denial> {
        match number_of(error)? {
            // No such table, no such database.
            1146 | 1049 => Some(Denial::NoTable),
            // Access denied to a database, command denied on a table or a column.
            1044 | 1142 | 1143 => Some(Denial::NoRight),
            _ => None,
        }
    }

    fn has_no_locks(&self, error: &sqlx::Error) -> bool {
        // No such function, not supported; what clusters say that forbid it.
        match number_of(error) {
            Some(1235 | 1289 | 1305 | 4165) => true,
            Some(1105) => error.to_string().contains("GET_LOCK"),
            _ => false,
        }
    }

    fn is_lent(&self) -> bool {
        self.handle.is_lent()
    }

    async fn is_in_transaction(&mut self) -> sqlx::Result<bool> {
        if self.handle.is_in_transaction() {
            return Ok(true);
        }
        // It is refused in a transaction. Elsewhere it is about the next one, which is the query.
        let result = self.send("SET TRANSACTION READ WRITE;\nSELECT 1").await;
        match result.failure {
            None => Ok(false),
            Some(error) if number_of(&error) == Some(1568) => Ok(true),
            Some(error) => Err(error),
        }
    }

    async fn close(mut self) -> sqlx::Result<()> {
        if self.handle.is_lent() {
            self.restore_variables(&[]).await?;
            if let Some(database) = self.lent.take().and_then(|before| before.database) {
                self.send(&use_database(&database)).await.done()?;
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

fn use_database(name: &str) -> String {
    format!("USE `{}`", name.replace('`', "``"))
}

/// The server's number of an error. Its code is a class that many errors share.
pub(super) fn number_of(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}
