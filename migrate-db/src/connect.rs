//! Connecting with retries, for a server that is starting.
//!
//! Only the connection is tried again, never work that was done on one. A pool retries by itself,
//! and a file needs no retry.

use std::io;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::database::{ConnectionSource, Database};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;

impl Database {
    /// Waits up to `limit` for a server that is starting. Returns at once for a pool or a file. A
    /// migrator waits by itself; this is for [`Database::create`] and other methods that connect
    /// once.
    ///
    /// # Errors
    /// The last error of the server or the network.
    pub async fn wait_for_server(
        &self,
        limit: Duration,
        on_event: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<(), Error> {
        if !is_server(&self.source) {
            return Ok(());
        }
        let open = || -> BoxFuture<'_, Result<(), Error>> { Box::pin(self.answers()) };
        connect_with_retry(&self.source, limit, on_event, open(), open).await
    }

    /// Connects once. An error that time does not cure counts as an answer; the caller meets it
    /// again.
    async fn answers(&self) -> Result<(), Error> {
        match Connection::maintenance(&self.source, &self.name()).await {
            Err(error) if error.is_starting() => Err(error),
            Ok(connection) => {
                let closed = connection.close().await;
                closed.map_err(|e| Error::database("closing the connection", e))
            }
            Err(_) => Ok(()),
        }
    }
}

fn is_server(source: &ConnectionSource) -> bool {
    source.dialect().admin().databases.is_some() && source.url().is_some()
}

/// Connects once, within a time limit.
pub(crate) async fn with_timeout<T>(
    source: &ConnectionSource,
    limit: Duration,
    trying: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    if limit.is_zero() || !is_server(source) {
        return trying.await;
    }
    let outcome = tokio::time::timeout(limit, trying).await;
    outcome.unwrap_or_else(|_| {
        let waited = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {limit:?}"));
        Err(Error::connect(source.url().unwrap_or_default(), waited.into()))
    })
}

/// Connects, and tries again while the server may be starting.
pub(crate) async fn connect_with_retry<'p, T>(
    source: &'p ConnectionSource,
    limit: Duration,
    on_event: &mut (dyn FnMut(&Event) + Send),
    first: impl Future<Output = Result<T, Error>>,
    again: impl Fn() -> BoxFuture<'p, Result<T, Error>>,
) -> Result<T, Error> {
    let since = Instant::now();
    let mut attempt = 0;
    let mut outcome = with_timeout(source, limit, first).await;
    loop {
        match outcome {
            Err(error) if error.is_starting() && since.elapsed() < limit && is_server(source) => {
                if attempt == 0 {
                    on_event(&Event::Awaiting { because: error.reason(), limit });
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            outcome => return outcome,
        }
        attempt += 1;
        outcome = with_timeout(source, limit, again()).await;
    }
}
