//! Waits until the replicas of a server have applied what a run has committed.

use std::time::{Duration, Instant};

use migrate_core::dialect::{Dialect, ReplicaQueries};

use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::interrupt::Interrupt;

/// How often a wait is reported.
const REPORTED_EVERY: Duration = Duration::from_secs(1);

/// How a wait ended.
pub(crate) enum Wait {
    /// Every connected replica has applied everything.
    CaughtUp,
    /// The run was asked to stop.
    Interrupted,
    /// The time is over.
    TimedOut {
        /// The replicas that are behind, and how far.
        behind: Vec<String>,
        /// The time waited.
        waited: Duration,
    },
}

/// Checks that the replicas of a server can be asked how far they are.
///
/// # Errors
/// [`Error::Setting`] where the database has no such query, or the role lacks the right.
pub(crate) async fn check(connection: &mut Connection<'_>, dialect: Dialect) -> Result<(), Error> {
    let queries = queries(dialect)?;
    let rows = connection.rows(queries.missing_right).await.map_err(failed)?;
    let Some(grant) = rows.into_iter().flatten().flatten().next() else { return Ok(()) };
    Err(Error::Setting {
        message: "`wait-for-replicas` is set, and this role may not see how far the standbys are"
            .to_owned(),
        help: vec![
            format!("`{grant}` allows it, as does membership in pg_monitor").into(),
            "or take `wait-for-replicas` away".into(),
        ],
    })
}

/// Waits until every connected replica has applied what is committed now.
///
/// # Errors
/// As [`check`], and when the server does not answer.
pub(crate) async fn wait(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    limit: Duration,
    interrupt: Option<&Interrupt>,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Wait, Error> {
    let queries = queries(dialect)?;
    let since = Instant::now();
    let mut reported = since;
    let mut attempt = 0;
    let rows = connection.rows(queries.position).await.map_err(failed)?;
    // A replica has none of its own to wait for.
    let Some(position) = rows.into_iter().flatten().flatten().next() else {
        return Ok(Wait::CaughtUp);
    };
    let question = queries.behind.replace("{}", &dialect.safe_literal(&position));
    loop {
        let rows = connection.rows(&question).await.map_err(failed)?;
        if rows.is_empty() {
            return Ok(Wait::CaughtUp);
        }
        if interrupt.is_some_and(Interrupt::is_requested) {
            return Ok(Wait::Interrupted);
        }
        let waited = since.elapsed();
        let behind: Vec<String> = rows.iter().map(|cells| describe(cells)).collect();
        if waited >= limit {
            return Ok(Wait::TimedOut { behind, waited });
        }
        if reported.elapsed() >= REPORTED_EVERY {
            reported = Instant::now();
            on_event(&Event::WaitingForReplicas { behind, waited });
        }
        tokio::time::sleep(pause(attempt).min(limit - waited)).await;
        attempt += 1;
    }
}

fn queries(dialect: Dialect) -> Result<ReplicaQueries, Error> {
    dialect.session().replicas.ok_or_else(|| Error::Setting {
        message: format!("`wait-for-replicas` does not work on {}", dialect.name()),
        help: vec![
            "only PostgreSQL tells the server that is written to how far its standbys are".into(),
            "take `wait-for-replicas` away for this database".into(),
        ],
    })
}

fn failed(source: sqlx::Error) -> Error {
    Error::database("asking how far the standbys are", source)
}

/// Describes a row of [`ReplicaQueries::behind`].
fn describe(cells: &[Option<String>]) -> String {
    let cell = |n: usize| cells.get(n).and_then(Option::as_deref);
    let name = cell(0).unwrap_or("?");
    match cell(1) {
        Some(bytes) => format!("{name} is {bytes} bytes behind"),
        None => format!("{name} has not reported yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_that_has_not_reported_is_named_too() {
        let cells =
            |bytes: Option<&str>| [Some("west at 10.0.0.7"), bytes].map(|c| c.map(str::to_owned));
        assert_eq!(describe(&cells(Some("8192"))), "west at 10.0.0.7 is 8192 bytes behind");
        assert_eq!(describe(&cells(None)), "west at 10.0.0.7 has not reported yet");
    }

    #[test]
    fn databases_without_an_answer_are_refused() {
        for dialect in [Dialect::Sqlite, Dialect::Mysql] {
            assert!(matches!(queries(dialect), Err(Error::Setting { .. })), "{dialect}");
        }
        assert!(queries(Dialect::Postgres).is_ok());
    }
}
