//! The lock that excludes other runners.
//!
//! A runner polls for the lock on a dedicated connection: a session that waits inside the database
//! would block the holder's CREATE INDEX CONCURRENTLY. The lock is released on every path. A
//! session lock ends with its connection. A lock row is deleted by a thread that outlives an error,
//! a panic or a dropped future of its holder. Correctness does not depend on the lock: the runner
//! checks the version table in each transaction.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use migrate_core::config::Locking;
use migrate_core::dialect::LockTemplates;
use migrate_core::lock_table::{LockTable, SIGN_OF_LIFE};
use migrate_core::version_table::VersionTable;

use super::Options;
use crate::database::ConnectionSource;
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;

/// The time limit of a heartbeat, and of releasing the row in an emergency.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(2);

/// A lock that is held.
pub(super) enum LockGuard {
    /// The database's own lock; it ends with the connection.
    Session(Connection<'static>),
    /// The database's own lock, on the lent session that also does the work: the statement that
    /// releases it.
    OwnSession(String),
    /// A row of the lock table.
    Row(LockRow),
}

impl LockGuard {
    /// Releases the lock.
    pub(super) async fn release(self) {
        match self {
            // If closing fails, the database has released the lock already.
            Self::Session(connection) => drop(connection.close().await),
            Self::Row(row) => row.release().await,
            // The session releases it.
            Self::OwnSession(_) => {}
        }
    }
}

/// Acquires the lock of a version table; `None` where the database has none.
///
/// # Errors
/// [`Error::Busy`] when somebody else has it for too long.
pub(super) async fn acquire_lock(
    source: &ConnectionSource,
    table: &VersionTable,
    options: &Options,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<LockGuard>, Error> {
    let templates = source.dialect().lock().filter(|_| options.lock != Locking::None);
    let Some(templates) = templates else { return Ok(None) };
    let Some(mut connection) = Connection::dedicated(source).await? else { return Ok(None) };
    if let Some(prepare) = templates.prepare {
        let prepared = connection.execute(prepare).await;
        prepared.map_err(|e| Error::database("preparing the lock's session", e))?;
    }
    let needs_row = needs_row(&mut connection, templates, options).await?;
    let kind = LockKind::Session(templates, table.version());
    let mut acquire = Acquire { connection: &mut connection, kind };
    let wait = options.lock_wait;
    if !needs_row {
        match acquire.poll(wait, on_event).await {
            Ok(()) => return Ok(Some(LockGuard::Session(connection))),
            Err(Error::Database { source, .. })
                if options.lock == Locking::Auto && acquire.connection.has_no_locks(&source) => {}
            Err(error) => return Err(error),
        }
    }
    let lock = LockTable::beside(table);
    acquire.prepare(&lock).await.map_err(|e| Error::database("creating the lock table", e))?;
    let token = token();
    let holder = format!("{} (process {})", options.by, std::process::id());
    acquire.kind = LockKind::Row { lock: lock.clone(), token: token.clone(), holder };
    acquire.poll(wait, on_event).await?;
    Ok(Some(LockGuard::Row(LockRow::hold(connection, source.clone(), lock, token))))
}

/// Acquires the lock on a lent connection, for its session; `None` where the database has none.
///
/// # Errors
/// As [`acquire_lock`], and [`Error::Lent`] where the lock must be a row, whose heartbeats need a
/// connection of their own.
pub(super) async fn acquire_on_lent(
    connection: &mut Connection<'_>,
    table: &VersionTable,
    options: &Options,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<LockGuard>, Error> {
    let templates = table.dialect().lock().filter(|_| options.lock != Locking::None);
    let Some(templates) = templates else { return Ok(None) };
    if needs_row(connection, templates, options).await? {
        return Err(lock_table_on_lent());
    }
    let kind = LockKind::OwnSession(templates, table.version());
    let mut acquire = Acquire { connection, kind };
    match acquire.poll(options.lock_wait, on_event).await {
        Ok(()) => {
            let release = (templates.release_own_session)(&table.version());
            Ok(Some(LockGuard::OwnSession(release)))
        }
        Err(Error::Database { source, .. }) if acquire.connection.has_no_locks(&source) => {
            Err(lock_table_on_lent())
        }
        Err(error) => Err(error),
    }
}

fn lock_table_on_lent() -> Error {
    Error::Lent {
        message: "the lock is a row of a table here, and its heartbeats need a connection of their own beside the lent one".to_owned(),
        help: vec![
            "pass a pool or a URL instead of a connection".into(),
            "or run without a lock (`Locking::None`): each transaction still checks that no other runner was there".into(),
        ],
    }
}

/// Returns `true` if the lock must be a row of the lock table: by the options, or in a cluster in
/// which session locks exclude the sessions of one server only.
async fn needs_row(
    connection: &mut Connection<'_>,
    templates: &LockTemplates,
    options: &Options,
) -> Result<bool, Error> {
    let rows = match (options.lock, templates.is_local) {
        (Locking::Table, _) => return Ok(true),
        (Locking::Auto, Some(question)) => connection.read(question).await,
        _ => return Ok(false),
    };
    Ok(!rows.map_err(|e| Error::database("choosing the lock", e))?.is_empty())
}

/// A runner that polls for the lock.
struct Acquire<'a, 'c> {
    connection: &'a mut Connection<'c>,
    kind: LockKind,
}

enum LockKind {
    Session(&'static LockTemplates, String),
    OwnSession(&'static LockTemplates, String),
    Row { lock: LockTable, token: String, holder: String },
}

impl Acquire<'_, '_> {
    async fn poll(
        &mut self,
        wait: Duration,
        on_event: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<(), Error> {
        let failed = |e| Error::database("taking the lock", e);
        let since = Instant::now();
        let mut attempt = 0;
        while !self.try_take().await.map_err(failed)? {
            let waited = since.elapsed();
            // The query for the holder costs more than another try: about once a second, and at the
            // end.
            if attempt % 4 == 3 || waited >= wait {
                let holder = self.holder().await.map_err(failed)?;
                let holder = holder.unwrap_or_else(|| "somebody who has just gone".to_owned());
                if waited >= wait {
                    return Err(Error::Busy { waited, holder });
                }
                on_event(&Event::Waiting { holder, waited });
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
        Ok(())
    }

    async fn try_take(&mut self) -> sqlx::Result<bool> {
        match &self.kind {
            LockKind::Session(templates, name) => {
                let stored = self.connection.ask(&(templates.try_lock)(name)).await?;
                let taken = stored.as_deref() == Some("yes");
                if let Some(before_retry) = templates.before_retry.filter(|_| !taken) {
                    self.connection.execute(before_retry).await?;
                }
                Ok(taken)
            }
            LockKind::OwnSession(templates, name) => {
                let stored = self.connection.ask(&(templates.try_own_session)(name)).await?;
                Ok(stored.as_deref() == Some("yes"))
            }
            LockKind::Row { lock, token, holder } => {
                let connection = &mut *self.connection;
                // A refused insert is an error in the server's log, so none is tried while the row
                // exists.
                let taken = async {
                    Ok(connection.execute(&lock.take_over(token, holder)).await? == 1
                        || connection.rows(&lock.holder()).await?.is_empty()
                            && connection.execute(&lock.take(token, holder)).await? == 1)
                };
                match taken.await {
                    Err(sqlx::Error::Database(e)) if e.is_unique_violation() => Ok(false),
                    Err(error) if self.connection.retry_reason(&error).is_some() => Ok(false),
                    taken => taken,
                }
            }
        }
    }

    async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        match &self.kind {
            LockKind::Session(templates, name) | LockKind::OwnSession(templates, name) => {
                self.connection.ask(&(templates.holder)(name)).await
            }
            LockKind::Row { lock, .. } => {
                let rows = self.connection.read(&lock.holder()).await?;
                Ok(rows.first().map(|cells| LockTable::read_holder(cells)))
            }
        }
    }

    /// Creates the lock table if it is missing. Another runner may create it at the same time,
    /// which some databases refuse in spite of IF NOT EXISTS.
    async fn prepare(&mut self, lock: &LockTable) -> sqlx::Result<()> {
        if let Some(before_retry) = match &self.kind {
            LockKind::Session(templates, _) => templates.before_retry,
            LockKind::OwnSession(..) | LockKind::Row { .. } => None,
        } {
            self.connection.execute(before_retry).await?;
        }
        if !self.connection.read(lock.exists()).await?.is_empty() {
            return Ok(());
        }
        match self.connection.execute(&lock.create()).await {
            Err(error) if self.connection.read(lock.exists()).await?.is_empty() => Err(error),
            _ => Ok(()),
        }
    }
}

/// A held lock row and the thread of its heartbeat.
pub(super) struct LockRow {
    /// The connection that took the row, kept to release it.
    connection: Option<Connection<'static>>,
    lock: LockTable,
    token: String,
    /// Tells the thread that the row is released. When it is dropped without a message, the thread
    /// releases the row.
    released: Option<mpsc::Sender<()>>,
    heartbeat: Option<JoinHandle<()>>,
}

impl LockRow {
    fn hold(
        connection: Connection<'static>,
        source: ConnectionSource,
        lock: LockTable,
        token: String,
    ) -> Self {
        let (released, stop) = mpsc::channel();
        let heartbeat = Heartbeat { source, lock: lock.clone(), token: token.clone() };
        // Without the thread the row expires like that of a dead runner.
        let heartbeat = thread::Builder::new()
            .name("migrate lock".to_owned())
            .spawn(move || heartbeat.run(&stop))
            .ok();
        Self { connection: Some(connection), lock, token, released: Some(released), heartbeat }
    }

    async fn release(mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if connection.execute(&self.lock.free(&self.token)).await.is_ok() {
            if let Some(released) = self.released.take() {
                let _ = released.send(());
            }
            self.heartbeat = None;
            let _ = connection.close().await;
        }
    }
}

impl Drop for LockRow {
    fn drop(&mut self) {
        drop(self.released.take());
        if let Some(heartbeat) = self.heartbeat.take() {
            let _ = heartbeat.join();
        }
    }
}

/// The heartbeat, on a thread and a runtime of its own, so that a blocked holder does not stop it.
struct Heartbeat {
    source: ConnectionSource,
    lock: LockTable,
    token: String,
}

impl Heartbeat {
    fn run(&self, stop: &mpsc::Receiver<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        let mut connection = None;
        loop {
            let (sql, last) = match stop.recv_timeout(SIGN_OF_LIFE) {
                Ok(()) => return,
                Err(RecvTimeoutError::Timeout) => (self.lock.live(&self.token), false),
                Err(RecvTimeoutError::Disconnected) => (self.lock.free(&self.token), true),
            };
            let sent = async {
                tokio::time::timeout(HEARTBEAT_TIMEOUT, self.send(&mut connection, &sql)).await
            };
            let changed = runtime.block_on(sent).ok().and_then(Result::ok);
            match changed {
                _ if last => return,
                // Another runner took the row of a holder that seemed dead.
                Some(0) => return,
                Some(_) => {}
                // The next heartbeat opens another connection.
                None => connection = None,
            }
        }
    }

    async fn send(&self, kept: &mut Option<Connection<'static>>, sql: &str) -> Result<u64, Error> {
        let connection = match kept {
            Some(connection) => connection,
            None => match Connection::dedicated(&self.source).await? {
                Some(connection) => kept.insert(connection),
                None => return Ok(0),
            },
        };
        connection.execute(sql).await.map_err(|e| Error::database("keeping the lock", e))
    }
}

/// Returns a token that no other runner has. Hashers are seeded at random.
fn token() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
