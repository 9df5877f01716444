//! Sends batches and judges their results.
//!
//! Statements that may travel together wait in a batch, so that a step costs one round trip. A
//! result that does not match what its statement should do stops the run.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::Runner;
use super::batch::{self, BatchItem, ItemKind};
use super::states::{ActionOutcome, CompletedStep, Delivery, PendingRecord};
use crate::driver::{Retry, pause};
use crate::error::Error;
use crate::event::{Event, Reporting};

/// Round trips shorter than this may carry more steps.
const SHORT_ROUND_TRIP: Duration = Duration::from_millis(20);

/// The maximum number of steps in one round trip.
const MAX_STEPS_PER_BATCH: usize = 128;

impl<'r> Runner<'r, '_> {
    /// Adds a statement to the batch, and sends the batch unless it may wait for more.
    pub(super) async fn enqueue(
        &mut self,
        sql: Cow<'r, str>,
        what: ItemKind,
    ) -> Result<ActionOutcome, Error> {
        if self.batch.is_full_for(&sql)
            && let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.flush().await?
        {
            return Ok(end);
        }
        self.batch.push(sql, what);
        let together = self.open
            && self.context.table.dialect().capabilities().batches
            && !self.has_full_batch();
        if together { Ok(ActionOutcome::Done) } else { self.flush().await }
    }

    /// Sends the batch, then the version rows of the steps that it completes.
    pub(super) async fn flush(&mut self) -> Result<ActionOutcome, Error> {
        let since = Instant::now();
        let batch = self.batch.take();
        let moments = match self.deliver(batch).await? {
            Delivery::Complete(moments) => moments,
            Delivery::Stopped(end) => return Ok(end),
        };
        let durations = self.durations(since, &moments);
        if self.records_follow() {
            let records = self.pending_rows(&durations);
            if let Delivery::Stopped(end) = self.deliver(records).await? {
                return Ok(end);
            }
        }
        // As many steps as fit in a short round trip, at most twice the number of this one. A batch
        // without the end of a step is no measure.
        if !self.pending_records.is_empty() {
            let fitting = SHORT_ROUND_TRIP.as_micros() * self.steps_per_batch as u128
                / since.elapsed().as_micros().max(1);
            let longest = match self.context.reporting {
                Reporting::EachStatement => 1,
                Reporting::Steps | Reporting::Statements => MAX_STEPS_PER_BATCH,
            };
            let most = (self.steps_per_batch * 2).min(longest);
            self.steps_per_batch =
                usize::try_from(fitting).map_or(most, |fitting| fitting.clamp(1, most));
        }
        for (pending, duration) in
            std::mem::take(&mut self.pending_records).into_iter().zip(durations)
        {
            self.uncommitted.push(CompletedStep { step: pending.step, duration });
        }
        Ok(ActionOutcome::Done)
    }

    /// Returns the time of each step in a batch: from the last result of the step before it to its
    /// own last result.
    fn durations(&self, sent: Instant, moments: &[Instant]) -> Vec<Duration> {
        let mut from = None;
        let mut took = |pending: &PendingRecord| {
            let begun = from.unwrap_or(pending.since);
            let last = pending.end.checked_sub(1).and_then(|last| moments.get(last));
            let end = last.copied().unwrap_or(begun.max(sent));
            from = Some(end);
            end.saturating_duration_since(begun)
        };
        self.pending_records.iter().map(&mut took).collect()
    }

    /// Sends statements. While another connection blocks one, the rest is sent again.
    pub(super) async fn deliver(
        &mut self,
        mut batch: Vec<BatchItem<'r>>,
    ) -> Result<Delivery, Error> {
        let since = Instant::now();
        let mut attempt = 0;
        let mut moments = Vec::with_capacity(batch.len());
        while !batch.is_empty() {
            let result = self.send_batch(&batch).await;
            self.check_rows(&batch, &result.changed)?;
            let changed = batch.iter().zip(&result.changed);
            let mut changed =
                changed.filter(|(item, _)| matches!(item.what, ItemKind::Statement(_)));
            self.batch_rows = changed.next_back().map_or(self.batch_rows, |(_, rows)| *rows);
            if let Some(row) = result.last_row.as_ref()
                && batch.iter().take(result.changed.len()).any(|q| q.what == ItemKind::Generation)
            {
                let newest = row.first().and_then(Option::as_deref).and_then(|n| n.parse().ok());
                self.next_generation = newest.or(self.next_generation);
            }
            moments.extend_from_slice(&result.moments);
            if result.failure.is_none() {
                break;
            }
            let details =
                result.failure.as_ref().map(|e| self.connection.details(e)).unwrap_or_default();
            let (index, position) = batch::failed(&batch, &result, &details);
            let Some(error) = result.failure else { break };
            match self.connection.retry_reason(&error) {
                Some(Retry::Busy) => {
                    self.check_busy(error, since, attempt, "writing")?;
                    batch.drain(..index);
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Some(Retry::Conflict) => {
                    let error = self.failure(&batch[index], position, details, error);
                    return Ok(Delivery::Stopped(ActionOutcome::Conflict(error)));
                }
                None if batch[index].what == ItemKind::Guard && is_refused(&error) => {
                    return Ok(Delivery::Stopped(ActionOutcome::Overtaken));
                }
                None => return Err(self.failure(&batch[index], position, details, error)),
            }
        }
        Ok(Delivery::Complete(moments))
    }

    /// Checks that every record changed one row per step. Otherwise another runner changed it.
    fn check_rows(&self, batch: &[BatchItem<'_>], changed: &[u64]) -> Result<(), Error> {
        for (item, changed) in batch.iter().zip(changed) {
            if let ItemKind::Record(Some((node, rows))) = item.what
                && *changed != rows
            {
                return Err(Error::Moved(self.context.graph.id(node).to_string()));
            }
        }
        Ok(())
    }

    /// Returns an error when another attempt cannot help or the time is up.
    pub(super) fn check_busy(
        &mut self,
        error: sqlx::Error,
        since: Instant,
        attempt: u32,
        doing: &str,
    ) -> Result<(), Error> {
        let holder = "another connection is writing".to_owned();
        if self.connection.retry_reason(&error) != Some(Retry::Busy) {
            return Err(Error::database(doing, error));
        }
        let waited = since.elapsed();
        if waited >= self.context.wait {
            return Err(Error::Busy { waited, holder });
        }
        // One attempt includes the driver's own short wait: four take about a second.
        if attempt % 4 == 3 {
            (self.on_event)(&Event::Waiting { holder, waited });
        }
        Ok(())
    }
}

/// Returns `true` for the division by zero by which a guard refuses.
fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "22012")
}
