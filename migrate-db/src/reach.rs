//! Patience with a server that does not answer, as one that is starting.
//!
//! Tries again to connect, and nothing else: what was done on a connection is never tried again
//! here. A pool has patience of its own, and a file needs none.

use std::io;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::database::{Database, Place};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;

impl Database {
    /// Waits for a server that is starting, so long at most; returns at once for a pool and a file. For what connects once, as [`Database::create`]: a migrator waits by itself.
    ///
    /// # Errors
    /// What the server, or the network, said last.
    pub async fn reach(
        &self,
        limit: Duration,
        tell: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<(), Error> {
        if !is_server(&self.place) {
            return Ok(());
        }
        let open = || -> BoxFuture<'_, Result<(), Error>> { Box::pin(self.answers()) };
        persistently(&self.place, limit, tell, open(), open).await
    }

    /// Whether the server answers: also when it says no, which is told by what asks it next.
    async fn answers(&self) -> Result<(), Error> {
        match Connection::maintenance(&self.place, &self.name()).await {
            Err(error) if error.is_starting() => Err(error),
            Ok(connection) => {
                let closed = connection.close().await;
                closed.map_err(|e| Error::database("closing the connection", e))
            }
            Err(_) => Ok(()),
        }
    }
}

fn is_server(place: &Place) -> bool {
    place.dialect().admin().databases.is_some() && place.url().is_some()
}

/// Tries to connect once, but not for ever.
pub(crate) async fn in_time<T>(
    place: &Place,
    limit: Duration,
    trying: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    if limit.is_zero() || !is_server(place) {
        return trying.await;
    }
    let outcome = tokio::time::timeout(limit, trying).await;
    outcome.unwrap_or_else(|_| {
        let waited = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {limit:?}"));
        Err(Error::connect(place.url().unwrap_or_default(), waited.into()))
    })
}

/// Tries to connect once and, while a server may be starting, again.
pub(crate) async fn persistently<'p, T>(
    place: &'p Place,
    limit: Duration,
    tell: &mut (dyn FnMut(&Event) + Send),
    first: impl Future<Output = Result<T, Error>>,
    again: impl Fn() -> BoxFuture<'p, Result<T, Error>>,
) -> Result<T, Error> {
    let since = Instant::now();
    let mut attempt = 0;
    let mut outcome = in_time(place, limit, first).await;
    loop {
        match outcome {
            Err(error) if error.is_starting() && since.elapsed() < limit && is_server(place) => {
                if attempt == 0 {
                    tell(&Event::Awaiting { because: error.reason(), limit });
                }
                tokio::time::sleep(pause(attempt)).await;
            }
            outcome => return outcome,
        }
        attempt += 1;
        outcome = in_time(place, limit, again()).await;
    }
}
