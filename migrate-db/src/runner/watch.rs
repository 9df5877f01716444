//! Sends statements and reports them: what runs for longer than a second, and what each changed.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use migrate_core::graph::Graph;
use migrate_core::plan::Step;
use migrate_core::script::{Action, Script, Statement, statements_of};

use super::supervise::Supervisor;
use super::{Runner, Work};
use crate::driver::BatchResult;
use crate::event::{Event, Reporting};
use crate::queue::{self, Batch, What};

/// How often statements that are on their way are looked after.
const LOOKED_AFTER_EVERY: Duration = Duration::from_millis(100);

/// How long a step runs before it is reported, and how often after that.
const REPORTED_EVERY: Duration = Duration::from_secs(1);

/// Runs of this many steps show their progress by steps.
const MANY_STEPS: usize = 10;

/// The most trips that a run takes more for [`Reporting::Statements`].
const MOST_TRIPS: usize = 100;

/// Returns the most statements of revisions that are sent together.
pub(super) fn statements_per_trip(script: &Script, work: &Work<'_>) -> usize {
    // Elsewhere each result arrives when its statement is done.
    if !work.table.dialect().capabilities().pipelines_transaction {
        return usize::MAX;
    }
    let count = |of: fn(&Action) -> bool| script.actions.iter().filter(|a| of(a)).count();
    let steps = count(|action| matches!(action, Action::Step(_) | Action::Resume(..)));
    match work.reporting {
        Reporting::EachStatement => 1,
        Reporting::Statements if steps < MANY_STEPS => {
            count(|action| matches!(action, Action::Statement(_))).div_ceil(MOST_TRIPS).max(1)
        }
        Reporting::Steps | Reporting::Statements => usize::MAX,
    }
}

impl Runner<'_> {
    /// Whether what is queued must be sent so that progress can be reported.
    pub(super) fn is_trip_full(&self) -> bool {
        self.queue.statements() >= self.statements_per_trip
    }

    /// Sends statements as one text. A step that takes longer than a second is reported about once
    /// a second, each statement of a revision when its result is here.
    pub(super) async fn trip(&mut self, queue: &[Batch<'_>]) -> BatchResult {
        let sent = Instant::now();
        let text = queue::text(queue);
        let session = self.connection.session();
        let Self { connection, work, tell, current, reported, is_silent, .. } = self;
        let step = current.map(|current| current.step);
        let since = current.map_or(sent, |current| current.since);
        if since.elapsed() >= REPORTED_EVERY && reported.elapsed() >= REPORTED_EVERY {
            *reported = Instant::now();
            report_running(work, step, queue, 0, since, tell);
        }
        let arrived = AtomicUsize::new(0);
        let mut supervisor = Supervisor::new(session);
        let mut trip = pin!(connection.trip_counted(&text, &arrived));
        let trip = loop {
            if let Ok(trip) = tokio::time::timeout(LOOKED_AFTER_EVERY, trip.as_mut()).await {
                break trip;
            }
            let results = arrived.load(Ordering::Relaxed);
            if sent.max(*reported).elapsed() >= REPORTED_EVERY {
                *reported = Instant::now();
                report_running(work, step, queue, results, since, tell);
            }
            if let Some(failure) = supervisor.check(work, &text, results).await {
                *is_silent = true;
                break BatchResult { failure: Some(failure), ..BatchResult::default() };
            }
        };
        let mut before = sent;
        for ((queued, rows), moment) in queue.iter().zip(&trip.changed).zip(&trip.moments) {
            let duration = moment.saturating_duration_since(before);
            before = *moment;
            if let What::Statement(statement) = queued.what {
                tell(&Event::Executed {
                    revision: work.graph.id(statement.node).to_string(),
                    statement: statement.number,
                    sql: queued.sql.to_string(),
                    rows: *rows,
                    duration,
                });
            }
        }
        trip
    }
}

/// Reports the statement whose result is next to arrive.
fn report_running(
    work: &Work<'_>,
    step: Option<Step>,
    queue: &[Batch<'_>],
    arrived: usize,
    since: Instant,
    tell: &mut (dyn FnMut(&Event) + Send),
) {
    let of_file = |queued: &Batch<'_>| match queued.what {
        What::Statement(statement) => Some(statement),
        _ => None,
    };
    let at = arrived.min(queue.len().saturating_sub(1));
    let (Some(step), Some(queued)) = (step, queue.get(at)) else { return };
    let dialect = work.table.dialect();
    let next: Option<Statement> = queue[at..].iter().find_map(of_file);
    let graph: &Graph = work.graph;
    let step = Step { node: next.map_or(step.node, |next| next.node), ..step };
    let statements = statements_of(graph, step, dialect).unwrap_or_default().len();
    let first = next.map_or(statements, |next| next.number);
    let together = queue[at..].iter().filter_map(of_file);
    let last = together.filter(|other| other.node == step.node).map(|other| other.number).max();
    // Results that arrive one by one show which statement runs.
    let last = last.filter(|_| dialect.capabilities().pipelines_transaction).unwrap_or(first);
    let revision = graph.revision(step.node);
    let alone = if last == first { queue.iter().find(|q| of_file(q) == next) } else { None };
    tell(&Event::Running {
        revision: revision.id().to_string(),
        message: revision.message().to_owned(),
        direction: step.direction,
        first,
        last,
        statements,
        sql: alone
            .filter(|_| next.is_some())
            .or(Some(queued).filter(|_| next.is_none()))
            .map(|q| q.sql.to_string()),
        elapsed: since.elapsed(),
    });
}
