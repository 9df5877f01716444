//! Writes rows of the version table and the log.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use migrate_core::graph::Node;
use migrate_core::plan::Step;
use migrate_core::script::{Record, Transactions, Unit};
use migrate_core::version_table::{self as table, Elapsed, Origin, Progress, RowState};

use super::batch::{BatchItem, ItemKind};
use super::states::{ActionOutcome, CompletedStep, CurrentStep, PendingRecord, RunContext};
use super::{Runner, TOOL};
use crate::error::Error;
use crate::event::Event;
use crate::unfinished::{Repair, Unfinished};

impl<'r> Runner<'r, '_> {
    /// Writes a record: in the open transaction, else in one of its own.
    pub(super) async fn record(&mut self, record: Record) -> Result<ActionOutcome, Error> {
        let own = !self.open;
        let ends = match record {
            Record::Done(step) | Record::Finish(step) => Some(step),
            _ => None,
        };
        // Some settings cannot be restored inside a transaction.
        let restores_first =
            own && !self.context.table.dialect().capabilities().pipelines_transaction;
        if ends.is_some()
            && restores_first
            && let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.restore_session().await?
        {
            return Ok(end);
        }
        if own {
            let guarded = !matches!(record, Record::Progress(..));
            if let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.begin_guarded(false, guarded).await?
            {
                return Ok(end);
            }
        }
        if ends.is_some()
            && !restores_first
            && let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.restore_session().await?
        {
            return Ok(end);
        }
        let since = self.current.map_or_else(Instant::now, |c| c.since);
        // Written after the statements of the batch, when their times are known.
        let follows = matches!(record, Record::Done(_)) && self.records_follow();
        let clock = self.clock(record);
        let elapsed = match clock {
            _ if follows => Elapsed::Unknown,
            Some(clock) => clock,
            None if ends.is_none() => {
                let so_far = |c: CurrentStep| Elapsed::Millis(millis(c.since.elapsed()));
                self.current.map_or(Elapsed::Unknown, so_far)
            }
            None => {
                // The batch belongs to the step, whose time is known when it has run.
                if let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                    self.flush().await?
                {
                    return Ok(end);
                }
                Elapsed::Millis(millis(since.elapsed()))
            }
        };
        if !follows {
            self.push_record(record, elapsed);
        }
        if matches!(record, Record::Progress(..)) {
            (self.unit, self.nontransactional) = (None, false);
        }
        self.journal_on_commit = match record {
            Record::Start(_) => Some((0, 0)),
            Record::Attempt(_, unit) => Some((unit.before(), unit.last - unit.before())),
            Record::Progress(_, unit) => Some((unit.last, 0)),
            _ => None,
        };
        match ends {
            Some(step) if follows || clock.is_some() => {
                self.pending_records.push(PendingRecord { step, since, end: self.batch.len() });
                let full =
                    self.pending_records.len() >= self.steps_per_batch || self.batch.is_full();
                if follows && full {
                    return self.flush().await;
                }
            }
            Some(step) => self.uncommitted.push(CompletedStep { step, duration: since.elapsed() }),
            None => {}
        }
        if own { self.commit().await } else { Ok(ActionOutcome::Done) }
    }

    /// Takes the session back to its state before the step.
    async fn restore_session(&mut self) -> Result<ActionOutcome, Error> {
        let needs_new = self.current.is_some_and(|current| current.needs_new_session);
        let thorough = self.current.is_some_and(|current| current.may_leave_objects)
            || needs_new && self.connection.is_lent();
        // The driver looks at what the statements of the step have changed.
        if thorough
            && !self.context.table.dialect().capabilities().pipelines_transaction
            && let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.flush().await?
        {
            return Ok(end);
        }
        let statements = self.connection.restore_statements(thorough).await;
        self.needs_new_connection |= needs_new;
        for sql in statements.map_err(|e| Error::database("reading the session", e))? {
            let end = self.enqueue(Cow::Owned(sql), ItemKind::Set).await?;
            if matches!(end, ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) {
                return Ok(end);
            }
        }
        Ok(ActionOutcome::Done)
    }

    /// Returns the clock of the database for a step that is sent together with its record.
    fn clock(&self, record: Record) -> Option<Elapsed> {
        let alone = self.context.transactions == Transactions::PerRevision;
        let together = self.context.table.dialect().capabilities().pipelines_transaction && alone;
        (together && matches!(record, Record::Done(_))).then_some(Elapsed::Clock)
    }

    /// Returns `true` if the records of steps that are sent together are written after them.
    pub(super) fn records_follow(&self) -> bool {
        let capabilities = self.context.table.dialect().capabilities();
        capabilities.batches && !capabilities.pipelines_transaction
    }

    /// Returns the records of the steps that have just run, in as few statements as possible.
    pub(super) fn pending_rows(&self, durations: &[Duration]) -> Vec<BatchItem<'static>> {
        let took = |(pending, duration): (&PendingRecord, &Duration)| {
            let elapsed = Elapsed::Millis(millis(*duration));
            (pending.step, self.origin(elapsed))
        };
        let steps: Vec<(Step, Origin<'_>)> =
            self.pending_records.iter().zip(durations).map(took).collect();
        let mut batch = Vec::new();
        for steps in steps.chunk_by(|(a, _), (b, _)| a.direction == b.direction) {
            let what = ItemKind::Record(Some((steps[0].0.node, steps.len() as u64)));
            let sql = Record::done(steps, self.context.graph, self.context.table);
            batch.extend(sql.map(|sql| BatchItem { sql: Cow::Owned(sql), what }));
        }
        batch
    }

    fn push_record(&mut self, record: Record, elapsed: Elapsed) {
        let RunContext { by, redo, .. } = self.context;
        let origin = Origin { by, tool: TOOL, elapsed, redo };
        // A check of the row count comes too late where the commit is in the same batch.
        if self.context.table.dialect().capabilities().pipelines_transaction
            && let Some(guard) = record.guard(self.context.graph, self.context.table)
        {
            self.batch.push(guard, ItemKind::Guard);
        }
        let sql = record.sql(self.context.graph, self.context.table, origin, &mut self.prefixes);
        let what = ItemKind::Record(subject(record).map(|node| (node, 1)));
        for sql in sql.into_iter().filter(|sql| !sql.is_empty()) {
            self.batch.push(sql, what);
        }
    }

    pub(super) const fn origin(&self, elapsed: Elapsed) -> Origin<'r> {
        Origin { by: self.context.by, tool: TOOL, elapsed, redo: self.context.redo }
    }

    /// Reports a step that is committed.
    pub(super) fn finished(&mut self, CompletedStep { step, duration }: CompletedStep) {
        let revision = self.context.graph.revision(step.node);
        (self.on_event)(&Event::Finished {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: step.direction,
            duration,
        });
    }

    /// Records how a step that stopped partway ended.
    pub(crate) async fn repair(
        &mut self,
        unfinished: &Unfinished,
        repair: Repair,
    ) -> Result<(), Error> {
        let Unfinished { revision: id, state, done, begun, .. } = unfinished;
        let origin = self.origin(Elapsed::Unknown);
        let node = self.context.graph.node(id).ok_or_else(|| Error::Unknown(vec![id.clone()]));
        let step = |node| Step { node, direction: unfinished.direction() };
        let (row, detail) = match repair {
            Repair::Reverted => (self.context.table.delete([&**id], *state), "reverted"),
            Repair::Applied => {
                let fingerprint = self.context.graph.revision(node?).fingerprint;
                let to = Progress {
                    state: RowState::Applied,
                    begun: 0,
                    done: 0,
                    fingerprint,
                    elapsed: Elapsed::Unknown,
                };
                (self.context.table.update(id, *state, &to), "applied")
            }
            Repair::Ran | Repair::NotRun => {
                let record = if repair == Repair::Ran && unfinished.in_doubt() {
                    let unit = Unit { first: *done + 1, last: *begun };
                    Record::Progress(step(node?), unit)
                } else {
                    Record::Retract(step(node?), *done)
                };
                let (graph, table) = (self.context.graph, self.context.table);
                let [row, _] = record.sql(graph, table, origin, &mut self.prefixes);
                let ran = "the statement in doubt ran";
                (
                    row,
                    if repair == Repair::Ran { ran } else { "the statement in doubt did not run" },
                )
            }
        };
        let log = self.context.table.record([(&**id, table::Event::Repair, detail, origin)]);
        let node = self.context.graph.node(id).map(|node| (node, 1));
        let mut end = self.begin(false).await?;
        if matches!(end, ActionOutcome::Done) {
            self.batch.push(row, ItemKind::Record(node));
            self.batch.push(log, ItemKind::Record(node));
            end = self.commit().await?;
        }
        match end {
            ActionOutcome::Done => Ok(()),
            ActionOutcome::Overtaken => Err(Error::Moved(id.clone())),
            ActionOutcome::Conflict(error) => Err(error),
        }
    }
}

/// Returns the revision of a record.
fn subject(record: Record) -> Option<Node> {
    match record {
        Record::Done(step)
        | Record::Start(step)
        | Record::Attempt(step, _)
        | Record::Progress(step, _)
        | Record::Retract(step, _)
        | Record::Finish(step) => Some(step.node),
        Record::Stamp(node)
        | Record::Unstamp(node)
        | Record::Replace(node)
        | Record::Forget(node, _) => Some(node),
        Record::Purge => None,
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
