//! How bytes travel: one connection to one database.
//!
//! A driver sends text and fetches rows of text; what the text says is the dialect's matter in
//! migrate-core. [`Connection`] is the one enum that selects a driver; the cargo features decide
//! which there are.

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod handle;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "mysql")]
mod mysql_server;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_login;
#[cfg(feature = "postgres")]
mod postgres_server;
mod read;
mod read_only;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_file;
mod whole;

use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use futures_util::stream::BoxStream;

use crate::database::ConnectionSource;
use crate::error::Error;
use crate::interrupt::Interrupt;
use read_only::ReadOnly;
#[cfg(feature = "cli")]
pub(crate) use whole::is_missing_file;
pub(crate) use whole::{
    create, drop, dump, holds_database, host, load, name, no_url, real_name, replace, users,
    with_name,
};

/// A row as text.
pub(crate) type Cells = Vec<Option<String>>;

/// What came of statements that were sent at once.
#[derive(Debug, Default)]
pub(crate) struct BatchResult {
    /// How many rows each statement changed, up to the first that failed.
    pub(crate) changed: Vec<u64>,
    /// When the result of each was there.
    pub(crate) moments: Vec<Instant>,
    /// The last row that any of them gave, when it can be read as text.
    pub(crate) last_row: Option<Cells>,
    /// Why the statement behind those failed.
    pub(crate) failure: Option<sqlx::Error>,
}

impl BatchResult {
    fn done(self) -> sqlx::Result<u64> {
        match self.failure {
            None => Ok(self.changed.iter().sum()),
            Some(error) => Err(error),
        }
    }
}

/// What a database says of a failure beside its message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ErrorDetails {
    /// Where in the text that was sent, in characters from 0.
    pub(crate) position: Option<usize>,
    /// More about it.
    pub(crate) detail: Option<String>,
    /// What the database advises.
    pub(crate) hint: Option<String>,
}

/// What the program of a server copies of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "inspect"),
    expect(dead_code, reason = "only a sample is copied in two parts")
)]
pub(crate) enum DumpPart {
    /// The schema and the rows.
    Whole,
    /// The schema.
    Schema,
    /// The part of the schema that must be there before rows.
    BeforeRows,
    /// The rest of the schema: what would be in the way of rows, or slow to keep up to date.
    AfterRows,
}

/// What makes a failure worth another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Another connection is in the way; only this statement was refused.
    Busy,
    /// The transaction lost against another one and is gone.
    Conflict,
}

/// Why a database does not answer a question about a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// There is no such table.
    NoTable,
    /// The role has no right to it.
    NoRight,
}

/// What each driver can do. Errors are sqlx's own: the runner adds what it was doing.
trait Driver: Sized {
    /// Sends statements as one text, and counts the results as they arrive.
    async fn send_counted(&mut self, sql: &str, arrived: &AtomicUsize) -> BatchResult;
    /// Sends statements as one text.
    async fn send(&mut self, sql: &str) -> BatchResult {
        self.send_counted(sql, &AtomicUsize::new(0)).await
    }
    /// Sends one query; all its rows, every cell as text.
    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>>;
    /// Sends one query; its rows as they arrive, every cell as text.
    fn stream<'c>(&'c mut self, sql: &'c str) -> BoxStream<'c, sqlx::Result<Cells>>;
    /// Makes the session fit for a run.
    async fn prepare(&mut self) -> sqlx::Result<()>;
    /// What brings the session back to how it was prepared, after a step of the user's.
    /// `thorough` also brings back what a plain step does not change.
    async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>>;
    /// Notes the settings of the session before a statement that may change them.
    async fn note_settings(&mut self) -> sqlx::Result<()> {
        Ok(())
    }
    /// Runs the statements that a project's sessions begin with, now and whenever the session is
    /// restored.
    async fn apply_session_settings(&mut self, statements: &[String]) -> sqlx::Result<()>;
    /// Returns why the prepared session cannot write; `None` where it can.
    async fn read_only(&mut self) -> sqlx::Result<Option<ReadOnly>> {
        Ok(None)
    }
    /// Ends statements that take longer, from now on, and limits the size of what they write, as far
    /// as the database can.
    async fn set_limits(&mut self, time: Duration, bytes: u64) -> sqlx::Result<()>;
    /// Ends statements when the run is asked to stop, where no server could be asked to cancel them.
    async fn end_when_requested(&mut self, _interrupt: &Interrupt) -> sqlx::Result<()> {
        Ok(())
    }
    /// The server's name for the session; `None` where there is no server.
    fn session(&self) -> Option<String> {
        None
    }
    /// Opens a transaction that will write.
    async fn begin(&mut self, foreign_keys: bool) -> sqlx::Result<()>;
    /// Opens a transaction that will write, and asks one query in it.
    async fn begin_and_ask(
        &mut self,
        foreign_keys: bool,
        question: Option<&str>,
    ) -> sqlx::Result<Option<String>> {
        self.begin(foreign_keys).await?;
        let Some(question) = question else { return Ok(None) };
        // A log that cannot be read says nothing of other runners.
        let rows = self.rows(question).await.unwrap_or_default();
        Ok(rows.into_iter().flatten().flatten().next())
    }
    /// Prepares for statements outside of transactions, until [`Driver::leave_autocommit`].
    async fn enter_autocommit(&mut self, _foreign_keys: bool) -> sqlx::Result<()> {
        Ok(())
    }
    /// Ends that: the next statements are in transactions.
    fn leave_autocommit(&mut self) {}
    /// What is broken since [`Driver::enter_autocommit`], in templates.
    async fn autocommit_violations(&mut self) -> sqlx::Result<Vec<String>> {
        Ok(Vec::new())
    }
    /// What would be broken if the transaction were committed now, in templates.
    async fn violations(&mut self) -> sqlx::Result<Vec<String>> {
        Ok(Vec::new())
    }
    /// Whether trying again may help.
    fn retry_reason(&self, error: &sqlx::Error) -> Option<Retry>;
    /// Why a question about a table is refused; `None` for other reasons.
    fn denial(&self, error: &sqlx::Error) -> Option<Denial>;
    /// What else the database says of a failure.
    fn details(&self, _error: &sqlx::Error) -> ErrorDetails {
        ErrorDetails::default()
    }
    /// Whether the database says that it has no locks for sessions.
    fn has_no_locks(&self, _error: &sqlx::Error) -> bool {
        false
    }
    /// Returns `true` if the program lends the connection.
    fn is_lent(&self) -> bool;
    /// Returns `true` if a transaction is open on a connection that was lent.
    async fn is_in_transaction(&mut self) -> sqlx::Result<bool>;
    /// Gives the session's settings back; what was open is rolled back.
    async fn close(self) -> sqlx::Result<()>;
}

/// A connection to one database. One that the program lends has its lifetime.
pub(crate) enum Connection<'c> {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Sqlite<'c>),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres<'c>),
    #[cfg(feature = "mysql")]
    Mysql(mysql::Mysql<'c>),
    /// None: the enum has a lifetime under all features.
    #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
    None(std::convert::Infallible, std::marker::PhantomData<&'c ()>),
}

/// Calls the same method on whichever driver it is.
macro_rules! dispatch {
    ($self:expr, $driver:ident => $call:expr) => {
        match *$self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(ref mut $driver) => $call,
            #[cfg(feature = "postgres")]
            Connection::Postgres(ref mut $driver) => $call,
            #[cfg(feature = "mysql")]
            Connection::Mysql(ref mut $driver) => $call,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            Connection::None(never, _) => match never {},
        }
    };
}

/// A connection that is lent to a function of the program: a step in Rust, or a hook of the tests.
/// Which variants exist depends on the features.
#[derive(Debug)]
#[non_exhaustive]
pub enum StepConnection<'c> {
    /// SQLite's. `lock_handle` gives the raw handle, on which a hook registers functions.
    #[cfg(feature = "sqlite")]
    Sqlite(&'c mut sqlx::SqliteConnection),
    /// PostgreSQL's.
    #[cfg(feature = "postgres")]
    Postgres(&'c mut sqlx::PgConnection),
    /// MySQL's or MariaDB's.
    #[cfg(feature = "mysql")]
    Mysql(&'c mut sqlx::MySqlConnection),
    /// None: the enum has a lifetime under all features.
    #[doc(hidden)]
    None(std::marker::PhantomData<&'c ()>),
}

impl Connection<'static> {
    /// Connects. Without `create` a database that does not exist yet is `None`.
    pub(crate) async fn open(
        source: &ConnectionSource,
        create: bool,
    ) -> Result<Option<Self>, Error> {
        let _ = create;
        match source {
            #[cfg(feature = "sqlite")]
            ConnectionSource::SqlitePool(pool) => {
                Ok(Some(Self::Sqlite(sqlite::Sqlite::acquire(pool).await?)))
            }
            #[cfg(feature = "sqlite")]
            ConnectionSource::Sqlite(url) => {
                Ok(sqlite::Sqlite::open(url, create).await?.map(Self::Sqlite))
            }
            #[cfg(feature = "postgres")]
            ConnectionSource::PostgresPool(pool) => {
                Ok(Some(Self::Postgres(postgres::Postgres::acquire(pool).await?)))
            }
            #[cfg(feature = "postgres")]
            ConnectionSource::Postgres(url) => {
                Ok(Some(Self::Postgres(postgres::Postgres::open(url).await?)))
            }
            #[cfg(feature = "mysql")]
            ConnectionSource::MysqlPool(pool) => {
                Ok(Some(Self::Mysql(mysql::Mysql::acquire(pool).await?)))
            }
            #[cfg(feature = "mysql")]
            ConnectionSource::Mysql(url) => Ok(Some(Self::Mysql(mysql::Mysql::open(url).await?))),
            // The program has the only one.
            ConnectionSource::Lent(_) => Ok(None),
            ConnectionSource::NoDriver(dialect) => Err(Error::NoDriver(*dialect)),
        }
    }

    /// A connection of its own for a lock, also where the place is a pool; `None` where the
    /// database file is its own lock, and for a connection that is lent.
    pub(crate) async fn dedicated(source: &ConnectionSource) -> Result<Option<Self>, Error> {
        match source {
            #[cfg(feature = "postgres")]
            ConnectionSource::PostgresPool(pool) => {
                Ok(Some(Self::Postgres(postgres::Postgres::dedicated(pool).await?)))
            }
            #[cfg(feature = "mysql")]
            ConnectionSource::MysqlPool(pool) => {
                Ok(Some(Self::Mysql(mysql::Mysql::dedicated(pool).await?)))
            }
            source if source.dialect().lock().is_none() => Ok(None),
            source => Self::open(source, false).await,
        }
    }

    /// A connection to the server of a place, but to none of the databases that people keep there.
    pub(crate) async fn maintenance(source: &ConnectionSource, name: &str) -> Result<Self, Error> {
        let templates = source.dialect().admin().databases.as_ref();
        let others = templates.map_or(&[][..], |templates| templates.maintenance).iter();
        let mut outcome = Err(no_url(source.dialect()));
        for other in others.filter(|other| **other != name) {
            outcome = Self::on_database(source, other).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn on_database(source: &ConnectionSource, database: &str) -> Result<Self, Error> {
        let _ = database;
        match source {
            #[cfg(feature = "postgres")]
            ConnectionSource::Postgres(url) => {
                let connection = postgres_server::connect(url, database).await?;
                Ok(Self::Postgres(postgres::Postgres::of(connection)))
            }
            #[cfg(feature = "mysql")]
            ConnectionSource::Mysql(url) => {
                Ok(Self::Mysql(mysql::Mysql::of(mysql_server::connect(url, database).await?)))
            }
            source => Err(no_url(source.dialect())),
        }
    }
}

impl<'c> Connection<'c> {
    /// Uses a connection that the program lends. [`Connection::close`] gives its session back as it
    /// was; the connection itself stays open.
    pub(crate) fn lent(connection: StepConnection<'c>) -> Option<Self> {
        match connection {
            #[cfg(feature = "sqlite")]
            StepConnection::Sqlite(connection) => {
                Some(Self::Sqlite(sqlite::Sqlite::lent(connection)))
            }
            #[cfg(feature = "postgres")]
            StepConnection::Postgres(connection) => {
                Some(Self::Postgres(postgres::Postgres::lent(connection)))
            }
            #[cfg(feature = "mysql")]
            StepConnection::Mysql(connection) => Some(Self::Mysql(mysql::Mysql::lent(connection))),
            StepConnection::None(_) => None,
        }
    }

    /// Returns `true` if the program lends the connection, so that there is no other one.
    pub(crate) fn is_lent(&mut self) -> bool {
        dispatch!(self, driver => driver.is_lent())
    }

    /// Returns `true` if a transaction is open on a connection that was lent.
    pub(crate) async fn is_in_transaction(&mut self) -> sqlx::Result<bool> {
        dispatch!(self, driver => driver.is_in_transaction().await)
    }

    /// Lends sqlx's connection to a function of the program.
    pub(crate) fn for_step(&mut self) -> StepConnection<'_> {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref mut driver) => StepConnection::Sqlite(driver.raw()),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref mut driver) => StepConnection::Postgres(driver.raw()),
            #[cfg(feature = "mysql")]
            Self::Mysql(ref mut driver) => StepConnection::Mysql(driver.raw()),
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            Self::None(never, _) => match never {},
        }
    }

    /// Returns `true` if functions belong to the connection and not to the database.
    #[cfg(feature = "testkit")]
    pub(crate) fn owns_functions(&self) -> bool {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => false,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            Self::None(never, _) => match never {},
        }
    }

    pub(crate) async fn send(&mut self, sql: &str) -> BatchResult {
        if let Err(error) = without_nul(sql) {
            return BatchResult { failure: Some(error), ..BatchResult::default() };
        }
        dispatch!(self, driver => driver.send(sql).await)
    }

    /// Sends statements as one text, and counts the results as they arrive.
    pub(crate) async fn send_counted(&mut self, sql: &str, arrived: &AtomicUsize) -> BatchResult {
        dispatch!(self, driver => driver.send_counted(sql, arrived).await)
    }

    /// Sends one statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str) -> sqlx::Result<u64> {
        self.send(sql).await.done()
    }

    pub(crate) async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        without_nul(sql)?;
        dispatch!(self, driver => driver.rows(sql).await)
    }

    /// Sends one query; its rows as they arrive, for results that may not fit into memory.
    #[cfg_attr(
        not(feature = "inspect"),
        expect(dead_code, reason = "only a sample reads so many rows")
    )]
    pub(crate) fn stream<'s>(&'s mut self, sql: &'s str) -> BoxStream<'s, sqlx::Result<Cells>> {
        dispatch!(self, driver => driver.stream(sql))
    }

    pub(crate) async fn prepare(&mut self) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.prepare().await)
    }

    pub(crate) async fn read_only(&mut self) -> sqlx::Result<Option<ReadOnly>> {
        dispatch!(self, driver => driver.read_only().await)
    }

    pub(crate) async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>> {
        dispatch!(self, driver => driver.restore_statements(thorough).await)
    }

    pub(crate) async fn note_settings(&mut self) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.note_settings().await)
    }

    pub(crate) async fn end_when_requested(&mut self, interrupt: &Interrupt) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.end_when_requested(interrupt).await)
    }

    pub(crate) fn session(&mut self) -> Option<String> {
        dispatch!(self, driver => driver.session())
    }

    pub(crate) async fn apply_session_settings(
        &mut self,
        statements: &[String],
    ) -> sqlx::Result<()> {
        if statements.is_empty() {
            return Ok(());
        }
        dispatch!(self, driver => driver.apply_session_settings(statements).await)
    }

    #[cfg_attr(not(feature = "testkit"), expect(dead_code, reason = "only tests are limited"))]
    pub(crate) async fn set_limits(&mut self, time: Duration, bytes: u64) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.set_limits(time, bytes).await)
    }

    #[cfg(feature = "testkit")]
    pub(crate) async fn begin(&mut self, foreign_keys: bool) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.begin(foreign_keys).await)
    }

    /// Opens a transaction and asks one query in it, in one round trip where the database can.
    /// Returns the first cell of the answer; `None` where the query failed or there is none.
    pub(crate) async fn begin_and_ask(
        &mut self,
        foreign_keys: bool,
        question: Option<&str>,
    ) -> sqlx::Result<Option<String>> {
        dispatch!(self, driver => driver.begin_and_ask(foreign_keys, question).await)
    }

    pub(crate) async fn enter_autocommit(&mut self, foreign_keys: bool) -> sqlx::Result<()> {
        dispatch!(self, driver => driver.enter_autocommit(foreign_keys).await)
    }

    pub(crate) fn leave_autocommit(&mut self) {
        dispatch!(self, driver => driver.leave_autocommit());
    }

    pub(crate) async fn autocommit_violations(&mut self) -> sqlx::Result<Vec<String>> {
        dispatch!(self, driver => driver.autocommit_violations().await)
    }

    pub(crate) async fn violations(&mut self) -> sqlx::Result<Vec<String>> {
        dispatch!(self, driver => driver.violations().await)
    }

    pub(crate) fn retry_reason(&mut self, error: &sqlx::Error) -> Option<Retry> {
        dispatch!(self, driver => driver.retry_reason(error))
    }

    pub(crate) fn denial(&mut self, error: &sqlx::Error) -> Option<Denial> {
        dispatch!(self, driver => driver.denial(error))
    }

    pub(crate) fn details(&mut self, error: &sqlx::Error) -> ErrorDetails {
        dispatch!(self, driver => driver.details(error))
    }

    pub(crate) fn has_no_locks(&mut self, error: &sqlx::Error) -> bool {
        dispatch!(self, driver => driver.has_no_locks(error))
    }

    /// Sends statements; the first cell of the last row.
    pub(crate) async fn ask(&mut self, sql: &str) -> sqlx::Result<Option<String>> {
        let result = self.send(sql).await;
        match result.failure {
            Some(error) => Err(error),
            None => Ok(result.last_row.and_then(|row| row.into_iter().next().flatten())),
        }
    }

    pub(crate) async fn close(self) -> sqlx::Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(driver) => driver.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(driver) => driver.close().await,
            #[cfg(feature = "mysql")]
            Self::Mysql(driver) => driver.close().await,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            Self::None(never, _) => match never {},
        }
    }
}

/// Returns the number of an error of MySQL or MariaDB.
#[cfg(feature = "testkit")]
pub(crate) fn mysql_error_number(error: &sqlx::Error) -> Option<u16> {
    #[cfg(feature = "mysql")]
    return mysql::number_of(error);
    #[cfg(not(feature = "mysql"))]
    {
        let _ = error;
        None
    }
}

/// Refuses a text that a database would take for a shorter one: SQLite and PostgreSQL end it at the
/// first NUL byte.
fn without_nul(sql: &str) -> sqlx::Result<()> {
    if sql.contains('\0') {
        return Err(sqlx::Error::InvalidArgument(
            "the SQL contains a NUL byte, at which databases end the text".to_owned(),
        ));
    }
    Ok(())
}

/// How long to wait before the `attempt`-th retry: 10 ms at first, 250 ms at most.
pub(crate) fn pause(attempt: u32) -> Duration {
    Duration::from_millis(10 << attempt.min(5)).min(Duration::from_millis(250))
}
