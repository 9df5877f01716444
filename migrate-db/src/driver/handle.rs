//! A connection of our own or one of the application's pool, and the text protocol on it.
//!
//! A pooled connection that was not given back in order (an error, a panic, a dropped future) is
//! closed instead of returned, so that nobody meets our open transaction or settings in it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, ColumnIndex, Connection as _, Database, Decode, Either, Executor};

use super::{BatchResult, Cells};

pub(super) enum Handle<'c, DB: Database> {
    Owned(DB::Connection),
    Pooled(Pooled<DB>),
    Lent(&'c mut DB::Connection),
}

pub(super) struct Pooled<DB: Database> {
    connection: PoolConnection<DB>,
    is_clean: bool,
}

impl<DB: Database> Handle<'_, DB> {
    pub(super) fn pooled(connection: PoolConnection<DB>) -> Self {
        Self::Pooled(Pooled { connection, is_clean: false })
    }

    /// Returns `true` if the connection belongs to a pool or to the program.
    #[cfg(feature = "sqlite")]
    pub(super) const fn is_borrowed(&self) -> bool {
        !matches!(self, Self::Owned(_))
    }

    /// Returns `true` if the program lends the connection and uses it again.
    pub(super) const fn is_lent(&self) -> bool {
        matches!(self, Self::Lent(_))
    }

    /// Closes a connection, also one of the pool.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) async fn close(self) -> sqlx::Result<()> {
        match self {
            Self::Owned(_) => self.release().await,
            Self::Pooled(pooled) => {
                drop(pooled);
                Ok(())
            }
            Self::Lent(_) => Ok(()),
        }
    }

    /// Closes or gives back a connection whose session is as it was.
    pub(super) async fn release(self) -> sqlx::Result<()> {
        match self {
            Self::Owned(connection) => {
                // A server that hangs up first, as some do on a socket, is as well.
                let _ = connection.close().await;
                Ok(())
            }
            Self::Pooled(mut pooled) => {
                pooled.is_clean = true;
                Ok(())
            }
            Self::Lent(_) => Ok(()),
        }
    }
}

impl<DB: Database> Drop for Pooled<DB> {
    fn drop(&mut self) {
        if !self.is_clean {
            self.connection.close_on_drop();
        }
    }
}

impl<DB: Database> Deref for Handle<'_, DB> {
    type Target = DB::Connection;
    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(pooled) => &pooled.connection,
            Self::Lent(connection) => connection,
        }
    }
}

impl<DB: Database> DerefMut for Handle<'_, DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(pooled) => &mut pooled.connection,
            Self::Lent(connection) => connection,
        }
    }
}

/// Waits for a future, but looks a few times before it goes to sleep: a result of SQLite's thread
/// is there in less time than two changes of context take.
async fn poll_then_await<T>(future: impl Future<Output = T>, polls: u32) -> T {
    let mut future = std::pin::pin!(future);
    {
        let mut idle = Context::from_waker(Waker::noop());
        for _ in 0..polls {
            if let Poll::Ready(value) = future.as_mut().poll(&mut idle) {
                return value;
            }
            std::thread::yield_now();
        }
    }
    future.await
}

/// Sends statements as one text; what each changed, until the first that failed. Before it sleeps
/// for a result it looks for it so many times; `arrived` counts the results.
pub(super) async fn send<DB>(
    connection: &mut DB::Connection,
    sql: &str,
    changed: fn(&DB::QueryResult) -> u64,
    polls: u32,
    arrived: &AtomicUsize,
) -> BatchResult
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    usize: ColumnIndex<DB::Row>,
    for<'r> Option<String>: Decode<'r, DB>,
{
    let mut result = BatchResult::default();
    let mut last: Option<DB::Row> = None;
    let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(connection);
    loop {
        match poll_then_await(results.try_next(), polls).await {
            Ok(Some(Either::Left(done))) => {
                result.changed.push(changed(&done));
                result.moments.push(Instant::now());
                arrived.store(result.changed.len(), Ordering::Relaxed);
            }
            Ok(Some(Either::Right(row))) => last = Some(row),
            Ok(None) => break,
            Err(error) => {
                result.failure = Some(error);
                break;
            }
        }
    }
    // The rows of a user's query may be of any type: only our own last one is asked for as text.
    result.last_row = last.and_then(|row| cells(&row).ok());
    result
}

/// The cells of a row as text.
pub(super) fn cells<R>(row: &R) -> sqlx::Result<Cells>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    for<'r> Option<String>: Decode<'r, R::Database>,
{
    (0..row.len()).map(|n| row.try_get_unchecked::<Option<String>, _>(n)).collect()
}

/// Sends one query; all its rows as text.
pub(super) async fn rows<DB>(connection: &mut DB::Connection, sql: &str) -> sqlx::Result<Vec<Cells>>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    usize: ColumnIndex<DB::Row>,
    for<'r> Option<String>: Decode<'r, DB>,
{
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.iter().map(cells).collect()
}

/// Sends one query; its rows as text, as they arrive.
pub(super) fn stream<'c, DB>(
    connection: &'c mut DB::Connection,
    sql: &'c str,
) -> BoxStream<'c, sqlx::Result<Cells>>
where
    DB: Database,
    for<'e> &'e mut DB::Connection: Executor<'e, Database = DB>,
    usize: ColumnIndex<DB::Row>,
    for<'r> Option<String>: Decode<'r, DB>,
{
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch(connection).map(|row| cells(&row?)).boxed()
}
