//! Sends batches and reports progress: statements that run for longer than a second, and the rows
//! that each changed.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use migrate_core::graph::Graph;
use migrate_core::plan::Step;
use migrate_core::script::{Action, Script, Statement, statements_of};

use super::batch::{self, BatchItem, ItemKind};
use super::supervise::Supervisor;
use super::{RunContext, Runner};
use crate::driver::BatchResult;
use crate::event::{Event, Reporting};

/// The time between two looks at executing statements.
const LOOKED_AFTER_EVERY: Duration = Duration::from_millis(100);

/// How long a step runs before it is reported, and how often after that.
const REPORTED_EVERY: Duration = Duration::from_secs(1);

/// Runs of this many steps show their progress by steps.
const MANY_STEPS: usize = 10;

/// The maximum number of additional round trips for [`Reporting::Statements`].
const MAX_BATCHES: usize = 100;

/// Returns the maximum number of revision statements in a batch.
pub(super) fn statements_per_batch(script: &Script, context: &RunContext<'_>) -> usize {
    // Other databases send each result when its statement is done.
    if !context.table.dialect().capabilities().pipelines_transaction {
        return usize::MAX;
    }
    let count = |of: fn(&Action) -> bool| script.actions.iter().filter(|a| of(a)).count();
    let steps = count(|action| matches!(action, Action::Step(_) | Action::Resume(..)));
    match context.reporting {
        Reporting::EachStatement => 1,
        Reporting::Statements if steps < MANY_STEPS => {
            count(|action| matches!(action, Action::Statement(_) | Action::Batches(..)))
                .div_ceil(MAX_BATCHES)
                .max(1)
        }
        Reporting::Steps | Reporting::Statements => usize::MAX,
    }
}

impl Runner<'_, '_> {
    /// Returns `true` if the batch must be sent so that progress can be reported.
    pub(super) fn has_full_batch(&self) -> bool {
        self.batch.statements() >= self.statements_per_batch
    }

    /// Sends statements as one text. A step that takes longer than a second is reported about once
    /// a second, each statement when its result arrives.
    pub(super) async fn send_batch(&mut self, batch: &[BatchItem<'_>]) -> BatchResult {
        let sent = Instant::now();
        let text = batch::text(batch);
        let session = self.connection.session();
        let Self { connection, context, on_event, current, reported, is_silent, .. } = self;
        let step = current.map(|current| current.step);
        let since = current.map_or(sent, |current| current.since);
        if since.elapsed() >= REPORTED_EVERY && reported.elapsed() >= REPORTED_EVERY {
            *reported = Instant::now();
            report_running(context, step, batch, 0, since, on_event);
        }
        let arrived = AtomicUsize::new(0);
        let mut supervisor = Supervisor::new(session);
        let mut result = pin!(connection.send_counted(&text, &arrived));
        let result = loop {
            if let Ok(result) = tokio::time::timeout(LOOKED_AFTER_EVERY, result.as_mut()).await {
                break result;
            }
            let results = arrived.load(Ordering::Relaxed);
            if sent.max(*reported).elapsed() >= REPORTED_EVERY {
                *reported = Instant::now();
                report_running(context, step, batch, results, since, on_event);
            }
            if let Some(failure) = supervisor.check(context, &text, results).await {
                *is_silent = true;
                break BatchResult { failure: Some(failure), ..BatchResult::default() };
            }
        };
        let mut before = sent;
        for ((item, rows), moment) in batch.iter().zip(&result.changed).zip(&result.moments) {
            let duration = moment.saturating_duration_since(before);
            before = *moment;
            if let ItemKind::Statement(statement) = item.what {
                on_event(&Event::Executed {
                    revision: context.graph.id(statement.node).to_string(),
                    statement: statement.number,
                    sql: item.sql.to_string(),
                    rows: *rows,
                    duration,
                });
            }
        }
        result
    }
}

/// Reports the statement whose result is next to arrive.
fn report_running(
    context: &RunContext<'_>,
    step: Option<Step>,
    batch: &[BatchItem<'_>],
    arrived: usize,
    since: Instant,
    on_event: &mut (dyn FnMut(&Event) + Send),
) {
    let of_file = |item: &BatchItem<'_>| match item.what {
        ItemKind::Statement(statement) => Some(statement),
        _ => None,
    };
    let at = arrived.min(batch.len().saturating_sub(1));
    let (Some(step), Some(item)) = (step, batch.get(at)) else { return };
    let dialect = context.table.dialect();
    let next: Option<Statement> = batch[at..].iter().find_map(of_file);
    let graph: &Graph = context.graph;
    let step = Step { node: next.map_or(step.node, |next| next.node), ..step };
    let statements = statements_of(graph, step, dialect).unwrap_or_default().len();
    let first = next.map_or(statements, |next| next.number);
    let together = batch[at..].iter().filter_map(of_file);
    let last = together.filter(|other| other.node == step.node).map(|other| other.number).max();
    // Results that arrive one by one show which statement runs.
    let last = last.filter(|_| dialect.capabilities().pipelines_transaction).unwrap_or(first);
    let revision = graph.revision(step.node);
    let alone = if last == first { batch.iter().find(|q| of_file(q) == next) } else { None };
    on_event(&Event::Running {
        revision: revision.id().to_string(),
        message: revision.message().to_owned(),
        direction: step.direction,
        first,
        last,
        statements,
        sql: alone
            .filter(|_| next.is_some())
            .or(Some(item).filter(|_| next.is_none()))
            .map(|q| q.sql.to_string()),
        elapsed: since.elapsed(),
    });
}
