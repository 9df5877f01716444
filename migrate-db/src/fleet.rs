//! Several databases that share one history: tenants, shards, regions.
//!
//! A failure of one of them is its own: it hides none of the others. Nothing is recorded about the
//! whole, as each database knows what is applied in it. Calling again therefore continues with those
//! that are behind.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use migrate_core::graph::Target;
use migrate_core::history::History;

use crate::database::Database;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::migrator::{Migrator, Options, Report};

/// One of several databases that share a history.
///
/// ```
/// use migrate_db::{Database, Member};
/// let acme = Member::new("acme", Database::from_url("sqlite:tenants/acme.db").unwrap());
/// assert_eq!(acme.name(), "acme");
/// ```
#[derive(Clone)]
pub struct Member {
    name: String,
    database: Database,
    schema: Option<String>,
}

impl Member {
    /// Creates a member with the name that reports give it.
    #[must_use]
    pub fn new(name: impl Into<String>, database: impl Into<Database>) -> Self {
        Self { name: name.into(), database: database.into(), schema: None }
    }

    /// Keeps the version table in a schema, which the search path may not begin with.
    #[doc(hidden)]
    #[must_use]
    pub fn within(self, schema: Option<String>) -> Self {
        Self { schema, ..self }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the database.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Returns a migrator for this member.
    pub(crate) fn migrator<'h>(&self, history: &'h History, options: &Options) -> Migrator<'h> {
        Migrator::new(history).options(self.options(options))
    }

    /// Returns the options for this member: its schema has a version table of its own.
    pub(crate) fn options(&self, options: &Options) -> Options {
        let mut options = options.clone();
        if let Some(schema) = &self.schema
            && !options.version_table.contains('.')
        {
            options.version_table = format!("{schema}.{}", options.version_table);
        }
        options
    }
}

impl fmt::Debug for Member {
    /// Names it only: the URL of its database may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How several databases are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetOptions {
    /// The number of databases that are worked on at once; at least 1. Each takes up to three
    /// connections.
    pub parallel: usize,
    /// Whether to continue with the others after a failure. Otherwise those that were begun are
    /// finished, and no other is begun.
    pub keep_going: bool,
}

impl Default for FleetOptions {
    /// Four at once, and no other after a failure.
    fn default() -> Self {
        Self { parallel: 4, keep_going: false }
    }
}

/// The outcome of one database of several.
#[derive(Debug)]
#[non_exhaustive]
pub struct MemberReport {
    /// The name of the member.
    pub name: String,
    /// What was done; `None` if it was not begun, because another one failed or the run was
    /// interrupted.
    pub outcome: Option<Result<Report, Error>>,
}

/// Upgrades each member to a target.
pub(crate) async fn upgrade(
    history: &History,
    options: &Options,
    members: &[Member],
    target: &Target,
    fleet: FleetOptions,
) -> Vec<MemberReport> {
    let work = |member: &Member| -> BoxFuture<'_, Result<Report, Error>> {
        let (mut migrator, database) = (member.migrator(history, options), member.database.clone());
        Box::pin(async move { migrator.upgrade(database, target).await })
    };
    let outcomes = run_each(members, fleet, options.interrupt.as_ref(), work, |_, _| ()).await;
    let report =
        |(member, outcome): (&Member, _)| MemberReport { name: member.name.clone(), outcome };
    members.iter().zip(outcomes).map(report).collect()
}

/// Does some work on each member and calls `finished` with each outcome as it comes. The result has
/// the order of the members, with `None` for those that were not begun.
pub(crate) async fn run_each<'m, M, T, E>(
    members: &'m [M],
    options: FleetOptions,
    interrupt: Option<&Interrupt>,
    work: impl Fn(&'m M) -> BoxFuture<'m, Result<T, E>>,
    mut finished: impl FnMut(&'m M, &Result<T, E>),
) -> Vec<Option<Result<T, E>>> {
    let mut outcomes: Vec<Option<Result<T, E>>> = members.iter().map(|_| None).collect();
    let stopped = AtomicBool::new(false);
    let begin = |number: usize, member: &'m M| {
        let (work, stopped) = (&work, &stopped);
        async move {
            if stopped.load(Relaxed) || interrupt.is_some_and(Interrupt::is_requested) {
                return (number, None);
            }
            (number, Some(work(member).await))
        }
    };
    // A list, because a stream that held the closure would not be Send. A future begins when it is polled.
    let begun: Vec<_> =
        members.iter().enumerate().map(|(number, member)| begin(number, member)).collect();
    let mut running = stream::iter(begun).buffer_unordered(options.parallel.max(1));
    while let Some((number, outcome)) = running.next().await {
        if let Some(outcome) = &outcome {
            finished(&members[number], outcome);
            stopped.fetch_or(outcome.is_err() && !options.keep_going, Relaxed);
        }
        outcomes[number] = outcome;
    }
    drop(running);
    outcomes
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn run(options: FleetOptions) -> (Vec<Option<Result<u32, u32>>>, usize) {
        let (running, most) = (Cell::new(0_usize), Cell::new(0));
        let members: Vec<u32> = (0..9).collect();
        let work = |member: &u32| -> BoxFuture<'_, Result<u32, u32>> {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            let member = *member;
            Box::pin(async move {
                tokio::task::yield_now().await;
                if member == 4 { Err(member) } else { Ok(member) }
            })
        };
        let outcomes =
            run_each(&members, options, None, work, |_, _| running.set(running.get() - 1)).await;
        (outcomes, most.get())
    }

    #[tokio::test]
    async fn no_other_is_begun_after_a_failure_unless_that_is_wanted() {
        let (outcomes, most) = run(FleetOptions { parallel: 1, keep_going: false }).await;
        assert_eq!((outcomes[3], outcomes[4], outcomes[5]), (Some(Ok(3)), Some(Err(4)), None));
        assert_eq!(most, 1);
        let (outcomes, most) = run(FleetOptions { parallel: 3, keep_going: true }).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_some()).count(), 9);
        assert_eq!(most, 3);
    }
}
