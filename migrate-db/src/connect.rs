//! Patience with a server that does not answer, as one that is starting.
//!
//! Tries again to connect, and nothing else: what was done on a connection is never tried again
//! here. A pool has patience of its own, and a file needs none.

use std::io;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::database::{ConnectionSource, Database};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;

impl Database {
    /// Waits for a server that is starting, so long at most; returns at once for a pool and a file. For what connects once, as [`Database::create`]: a migrator waits by itself.
    ///
    /// # Errors
    /// What the server, or the network, said last.
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

    /// Whether the server answers: also when it says no, which is told by what asks it next.
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

/// Tries to connect once, but not for ever.
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

/// Tries to connect once and, while a server may be starting, again.
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
