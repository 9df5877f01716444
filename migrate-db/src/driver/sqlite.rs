//! SQLite through sqlx.
//!
//! A run keeps foreign keys off inside its transactions, so that rebuilding a table does not
//! cascade into the tables that refer to it, and compares `PRAGMA foreign_key_check` before the
//! work and before the commit instead.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use futures_util::stream::BoxStream;
use migrate_core::dialect::Dialect;
use migrate_core::sql::has_form;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions as _, Connection as _};

use super::handle::{self, Handle};
use super::{BatchResult, Cells, Denial, Driver, Retry};
use crate::error::Error;
use crate::interrupt::Interrupt;

/// How long one attempt waits for another connection, in milliseconds; the runner tries again.
const BUSY_TIMEOUT_MS: u32 = 250;

/// How often a result is looked for before sleeping: a tenth of a millisecond at most.
const POLLS: u32 = 200;

/// How many operations of its virtual machine stand between two looks at the clock.
const OPERATIONS: i32 = 10_000;

/// The settings of a connection that a revision may change and the next one must not find changed.
/// The first may forbid to set the others. `foreign_keys` has rules of its own.
const SETTINGS: [&str; 31] = [
    "query_only",
    "ignore_check_constraints",
    "defer_foreign_keys",
    "recursive_triggers",
    "legacy_alter_table",
    "reverse_unordered_selects",
    "writable_schema",
    "trusted_schema",
    "cell_size_check",
    "automatic_index",
    "read_uncommitted",
    "cache_spill",
    "full_column_names",
    "short_column_names",
    "analysis_limit",
    "busy_timeout",
    "cache_size",
    "checkpoint_fullfsync",
    "count_changes",
    "empty_result_callbacks",
    "fullfsync",
    "journal_mode",
    "journal_size_limit",
    "locking_mode",
    "max_page_count",
    "mmap_size",
    "secure_delete",
    "synchronous",
    "temp_store",
    "threads",
    "wal_autocheckpoint",
];

/// Returns statements that drop the temporary objects of the session, one per row.
const DROP_TEMPORARY: &str = "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' \
    FROM sqlite_temp_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type = 'table'";

/// The value of a setting that cannot be read.
const LIKE_IS_CASE_SENSITIVE: &str = "SELECT CAST('a' NOT LIKE 'A' AS TEXT)";

/// A session before the run.
struct SessionBefore {
    foreign_keys: String,
    busy_timeout: String,
    /// As [`Sqlite::settings`], before the project's statements for sessions; `None` without those.
    settings: Option<Vec<Option<String>>>,
    /// The statements that would drop its temporary objects, where the connection is not our own.
    temporary: Vec<String>,
}

pub(crate) struct Sqlite<'c> {
    handle: Handle<'c, sqlx::Sqlite>,
    /// The session before the run.
    before: Option<Box<SessionBefore>>,
    foreign_keys: Option<bool>,
    /// The values of [`SETTINGS`], and of `case_sensitive_like`, before a revision changed one;
    /// `None` while none may have been changed.
    settings: Option<Vec<Option<String>>>,
    /// The statements of the project's session that make temporary objects.
    session: Vec<String>,
    /// Broken references when the transaction began, or the section outside of one.
    broken: Broken,
    /// Whether statements are sent outside of transactions.
    in_autocommit: bool,
}

/// How often each table refers to rows that are not there, by table and parent; or why that cannot
/// be told.
type Broken = Result<BTreeMap<(String, String), usize>, String>;

impl Sqlite<'static> {
    /// Opens the file of a URL; `None` when it does not exist and is not to be created.
    pub(super) async fn open(url: &str, create: bool) -> Result<Option<Self>, Error> {
        let options = SqliteConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if !create && !in_memory && !options.get_filename().exists() {
            return Ok(None);
        }
        let connection = options
            .create_if_missing(create)
            .connect()
            .await
            .map_err(|e| Error::connect(url, e))?;
        Ok(Some(Self::new(Handle::Owned(connection))))
    }

    pub(super) async fn acquire(pool: &SqlitePool) -> Result<Self, Error> {
        let connection = pool.acquire().await.map_err(|e| Error::connect("the pool", e))?;
        Ok(Self::new(Handle::pooled(connection)))
    }
}

impl<'c> Sqlite<'c> {
    pub(super) fn lent(connection: &'c mut SqliteConnection) -> Self {
        Self::new(Handle::Lent(connection))
    }

    fn new(handle: Handle<'c, sqlx::Sqlite>) -> Self {
        Self {
            handle,
            before: None,
            foreign_keys: None,
            settings: None,
            session: Vec::new(),
            broken: Ok(BTreeMap::new()),
            in_autocommit: false,
        }
    }

    async fn execute(&mut self, sql: &str) -> sqlx::Result<()> {
        self.send(sql).await.done().map(drop)
    }

    async fn pragma(&mut self, name: &str) -> sqlx::Result<String> {
        let rows = self.rows(&format!("PRAGMA {name}")).await?;
        Ok(rows.into_iter().flatten().flatten().next().unwrap_or_default())
    }

    /// Reads the settings in the order of [`SETTINGS`], and `case_sensitive_like` after them. A
    /// setting that this build of SQLite lacks is `None`.
    async fn read_settings(&mut self) -> sqlx::Result<Vec<Option<String>>> {
        let mut values = Vec::with_capacity(SETTINGS.len() + 1);
        let pragmas = SETTINGS.map(|name| format!("PRAGMA {name}"));
        for query in pragmas.iter().map(String::as_str).chain([LIKE_IS_CASE_SENSITIVE]) {
            let rows = self.rows(query).await?;
            values.push(rows.into_iter().flatten().flatten().next());
        }
        Ok(values)
    }

    /// Returns the statements that drop temporary objects apart from some, and give settings their
    /// earlier values.
    async fn restore(
        &mut self,
        before: Vec<Option<String>>,
        kept: &[String],
    ) -> sqlx::Result<Vec<String>> {
        let mut statements = self.temporary_objects().await?;
        statements.retain(|sql| !kept.contains(sql));
        // Only outside of a transaction it can be set, so there it is looked at.
        self.foreign_keys = None;
        let now = self.read_settings().await?;
        let names = SETTINGS.into_iter().chain(["case_sensitive_like"]);
        // Only what changed: inside a transaction some settings are refused even with their value.
        let changed = names.zip(before.into_iter().zip(now)).filter(|(_, (then, now))| then != now);
        let restore = changed.filter_map(|(name, (then, now))| restore(name, &then?, &now?));
        statements.extend(restore);
        Ok(statements)
    }

    /// Returns the statements that drop the temporary objects of the session.
    async fn temporary_objects(&mut self) -> sqlx::Result<Vec<String>> {
        Ok(self.rows(DROP_TEMPORARY).await?.into_iter().flatten().flatten().collect())
    }

    async fn set_foreign_keys(&mut self, on: bool) -> sqlx::Result<()> {
        if self.foreign_keys != Some(on) {
            self.execute(if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" })
                .await?;
            self.foreign_keys = Some(on);
        }
        Ok(())
    }

    async fn broken(&mut self) -> sqlx::Result<Broken> {
        match self.rows("PRAGMA foreign_key_check").await {
            Ok(rows) => {
                let mut broken = BTreeMap::new();
                for row in rows {
                    let cell = |n: usize| row.get(n).cloned().flatten().unwrap_or_default();
                    *broken.entry((cell(0), cell(2))).or_default() += 1;
                }
                Ok(Ok(broken))
            }
            // "foreign key mismatch": a reference to columns that are no key.
            Err(sqlx::Error::Database(error)) => Ok(Err(error.message().to_owned())),
            Err(error) => Err(error),
        }
    }
}

impl Sqlite<'_> {
    /// What is broken that was not before, in words.
    async fn newly_broken(&mut self) -> sqlx::Result<Vec<String>> {
        let now = match (self.broken().await?, &self.broken) {
            (Ok(now), _) => now,
            (Err(_), Err(_)) => return Ok(Vec::new()),
            (Err(message), Ok(_)) => return Ok(vec![message]),
        };
        let before = self.broken.as_ref().ok();
        Ok(now
            .into_iter()
            .filter(|(source, count)| {
                before.and_then(|b| b.get(source)).is_none_or(|was| count > was)
            })
            .map(|((table, parent), count)| match count {
                1 => format!("a row of {table} refers to a row of {parent} that is not there"),
                _ => {
                    format!("{count} rows of {table} refer to rows of {parent} that are not there")
                }
            })
            .collect())
    }
}

impl Sqlite<'_> {
    /// sqlx's own connection.
    pub(super) fn raw(&mut self) -> &mut sqlx::SqliteConnection {
        &mut self.handle
    }
}

/// Returns the statement that gives a setting its earlier value.
fn restore(name: &str, then: &str, now: &str) -> Option<String> {
    match name {
        // WAL is a property of the file, which a revision may well change.
        "journal_mode" if [then, now].contains(&"wal") => None,
        "secure_delete" if then == "2" => Some("PRAGMA secure_delete = FAST".to_owned()),
        _ => Some(format!("PRAGMA {name} = {then}")),
    }
}

impl Driver for Sqlite<'_> {
    async fn send_counted(&mut self, sql: &str, arrived: &AtomicUsize) -> BatchResult {
        handle::send::<sqlx::Sqlite>(
            &mut self.handle,
            sql,
            |result| result.rows_affected(),
            POLLS,
            arrived,
        )
        .await
    }

    async fn rows(&mut self, sql: &str) -> sqlx::Result<Vec<Cells>> {
        handle::rows::<sqlx::Sqlite>(&mut self.handle, sql).await
    }

    fn stream<'c>(&'c mut self, sql: &'c str) -> BoxStream<'c, sqlx::Result<Cells>> {
        handle::stream::<sqlx::Sqlite>(&mut self.handle, sql)
    }

    async fn prepare(&mut self) -> sqlx::Result<()> {
        // One text: each change to the thread of the database costs as much as a small query.
        let prepare = format!(
            "PRAGMA foreign_keys; PRAGMA busy_timeout; PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"
        );
        let mut values = self.rows(&prepare).await?.into_iter().flatten().flatten();
        if self.before.is_none() {
            let foreign_keys = values.next().unwrap_or_default();
            let busy_timeout = values.next().unwrap_or_default();
            let temporary = if self.handle.is_borrowed() {
                self.temporary_objects().await?
            } else {
                Vec::new()
            };
            let before = SessionBefore { foreign_keys, busy_timeout, settings: None, temporary };
            self.before = Some(Box::new(before));
        }
        Ok(())
    }

    async fn apply_session_settings(&mut self, statements: &[String]) -> sqlx::Result<()> {
        if self.handle.is_borrowed() {
            let settings = self.read_settings().await?;
            if let Some(before) = &mut self.before {
                before.settings.get_or_insert(settings);
            }
        }
        for statement in statements {
            self.execute(statement).await?;
            let rules = Dialect::Sqlite.lex_rules();
            let stays = ["PRAGMA", "ATTACH"].iter().any(|form| has_form(statement, form, rules));
            if !stays {
                self.session.push(statement.clone());
            }
        }
        Ok(())
    }

    async fn note_settings(&mut self) -> sqlx::Result<()> {
        if self.settings.is_none() {
            self.settings = Some(self.read_settings().await?);
        }
        Ok(())
    }

    async fn end_when_requested(&mut self, interrupt: &Interrupt) -> sqlx::Result<()> {
        if self.handle.is_lent() {
            // The program's own handler would be lost.
            return Ok(());
        }
        let interrupt = interrupt.clone();
        let mut handle = self.handle.lock_handle().await?;
        handle.set_progress_handler(OPERATIONS, move || !interrupt.is_requested());
        Ok(())
    }

    async fn set_limits(&mut self, time: Duration, bytes: u64) -> sqlx::Result<()> {
        // The limit is one of all statements together.
        let until = Instant::now() + time;
        let mut handle = self.handle.lock_handle().await?;
        handle.set_progress_handler(OPERATIONS, move || Instant::now() < until);
        drop(handle);
        let page = self.pragma("page_size").await?.parse().unwrap_or(4096_u64);
        self.execute(&format!("PRAGMA max_page_count = {}", bytes / page.max(1))).await
    }

    async fn restore_statements(&mut self, thorough: bool) -> sqlx::Result<Vec<String>> {
        let Some(before) = self.settings.clone().filter(|_| thorough) else {
            return Ok(Vec::new());
        };
        let kept = self.before.as_ref().map(|before| before.temporary.clone());
        let mut statements = self.restore(before, &kept.unwrap_or_default()).await?;
        statements.extend(self.session.iter().cloned());
        Ok(statements)
    }

    async fn begin(&mut self, foreign_keys: bool) -> sqlx::Result<()> {
        // Between statements outside of transactions only the tool's own rows are written.
        if self.in_autocommit {
            return self.execute("BEGIN IMMEDIATE").await;
        }
        if self.foreign_keys == Some(foreign_keys) {
            self.execute("BEGIN IMMEDIATE").await?;
        } else {
            let setting = if foreign_keys { "ON" } else { "OFF" };
            self.execute(&format!("PRAGMA foreign_keys = {setting}; BEGIN IMMEDIATE")).await?;
            self.foreign_keys = Some(foreign_keys);
        }
        self.broken = if foreign_keys { Ok(BTreeMap::new()) } else { self.broken().await? };
        Ok(())
    }

    async fn enter_autocommit(&mut self, foreign_keys: bool) -> sqlx::Result<()> {
        self.set_foreign_keys(foreign_keys).await?;
        self.broken = self.broken().await?;
        self.in_autocommit = true;
        Ok(())
    }

    fn leave_autocommit(&mut self) {
        if std::mem::take(&mut self.in_autocommit) {
            // The section may have set it otherwise.
            self.foreign_keys = None;
        }
    }

    async fn autocommit_violations(&mut self) -> sqlx::Result<Vec<String>> {
        if self.in_autocommit { self.newly_broken().await } else { Ok(Vec::new()) }
    }

    async fn violations(&mut self) -> sqlx::Result<Vec<String>> {
        if self.in_autocommit || self.foreign_keys == Some(true) {
            return Ok(Vec::new());
        }
        self.newly_broken().await
    }

    fn retry_reason(&self, error: &sqlx::Error) -> Option<Retry> {
        // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes.
        let code = error.as_database_error()?.code()?.parse::<u32>().ok()?;
        matches!(code & 0xff, 5 | 6).then_some(Retry::Busy)
    }

    fn denial(&self, error: &sqlx::Error) -> Option<Denial> {
        let message = error.as_database_error()?.message();
        let no_table =
            message.starts_with("no such table") || message.starts_with("unknown database");
        no_table.then_some(Denial::NoTable)
    }

    fn is_lent(&self) -> bool {
        self.handle.is_lent()
    }

    async fn is_in_transaction(&mut self) -> sqlx::Result<bool> {
        if self.handle.is_in_transaction() {
            return Ok(true);
        }
        // A transaction is refused inside of another.
        match self.execute("BEGIN; ROLLBACK").await {
            Ok(()) => Ok(false),
            Err(sqlx::Error::Database(error))
                if error.message().contains("within a transaction") =>
            {
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    async fn close(mut self) -> sqlx::Result<()> {
        if let Some(before) = self.before.take()
            && self.handle.is_borrowed()
        {
            if let Some(settings) = before.settings.or(self.settings.take()) {
                for sql in self.restore(settings, &before.temporary).await? {
                    self.execute(&sql).await?;
                }
            }
            self.set_foreign_keys(before.foreign_keys == "1").await?;
            self.execute(&format!("PRAGMA busy_timeout = {}", before.busy_timeout)).await?;
        }
        if self.handle.is_borrowed() && !self.handle.is_lent() {
            self.handle.lock_handle().await?.remove_progress_handler();
        }
        self.handle.release().await
    }
}
