//! Rows of the version table and the log: with the step that they are about, and by hand.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use migrate_core::graph::Node;
use migrate_core::plan::Step;
use migrate_core::script::{Record, Transactions, Unit};
use migrate_core::version_table::{self as table, Elapsed, Origin, Progress, RowState};

use super::{Current, Done, End, Ending, Runner, TOOL, Work};
use crate::error::Error;
use crate::event::Event;
use crate::queue::{Batch, What};
use crate::unfinished::{Repair, Unfinished};

impl<'r> Runner<'r> {
    /// Moves rows: in the open transaction, else in one of its own.
    pub(super) async fn record(&mut self, record: Record) -> Result<End, Error> {
        let own = !self.open;
        if own {
            let guarded = !matches!(record, Record::Progress(..));
            if let end @ (End::Overtaken | End::Conflict(_)) =
                self.begin_guarded(false, guarded).await?
            {
                return Ok(end);
            }
        }
        let ends = match record {
            Record::Done(step) | Record::Finish(step) => Some(step),
            _ => None,
        };
        let leaves = ends.is_some() && self.current.is_some_and(|current| current.leaves);
        let mut settings = Vec::new();
        if leaves && let Some(question) = self.work.table.dialect().session().drop_temporary {
            if let end @ (End::Overtaken | End::Conflict(_)) = self.flush().await? {
                return Ok(end);
            }
            let rows = self.connection.rows(question).await;
            let rows = rows.map_err(|e| Error::database("looking for temporary objects", e))?;
            settings.extend(rows.into_iter().flatten().flatten());
        }
        if ends.is_some() {
            settings.extend(self.connection.restore(leaves));
            self.stale |= self.current.is_some_and(|current| current.renews);
        }
        for sql in settings {
            let end = self.send(Cow::Owned(sql), What::Set).await?;
            if matches!(end, End::Overtaken | End::Conflict(_)) {
                return Ok(end);
            }
        }
        let since = self.current.map_or_else(Instant::now, |c| c.since);
        // Written behind the statements of the trip, when the times are known.
        let follows = matches!(record, Record::Done(_)) && self.records_follow();
        let clock = self.clock(record);
        let elapsed = match clock {
            _ if follows => Elapsed::Unknown,
            Some(clock) => clock,
            None if ends.is_none() => {
                let so_far = |c: Current| Elapsed::Millis(millis(c.since.elapsed()));
                self.current.map_or(Elapsed::Unknown, so_far)
            }
            None => {
                // What is waiting belongs to the step: only when it is done the time is known.
                if let end @ (End::Overtaken | End::Conflict(_)) = self.flush().await? {
                    return Ok(end);
                }
                Elapsed::Millis(millis(since.elapsed()))
            }
        };
        if !follows {
            self.queue_record(record, elapsed);
        }
        if matches!(record, Record::Progress(..)) {
            (self.unit, self.lasting) = (None, false);
        }
        self.noting = match record {
            Record::Start(_) => Some((0, 0)),
            Record::Attempt(_, unit) => Some((unit.before(), unit.last - unit.before())),
            Record::Progress(_, unit) => Some((unit.last, 0)),
            _ => None,
        };
        match ends {
            Some(step) if follows || clock.is_some() => {
                self.ending.push(Ending { step, since, behind: self.queue.len() });
                let full = self.ending.len() >= self.batch || self.queue.is_full();
                if follows && full {
                    return self.flush().await;
                }
            }
            Some(step) => self.uncommitted.push(Done { step, duration: since.elapsed() }),
            None => {}
        }
        if own { self.commit().await } else { Ok(End::Done) }
    }

    /// The database's own clock for a step that may travel with its record.
    fn clock(&self, record: Record) -> Option<Elapsed> {
        let alone = self.work.transactions == Transactions::PerRevision;
        let together = self.work.table.dialect().capabilities().pipelines_transaction && alone;
        (together && matches!(record, Record::Done(_))).then_some(Elapsed::Clock)
    }

    /// Whether the records of steps that travel together are written together behind them.
    pub(super) fn records_follow(&self) -> bool {
        let capabilities = self.work.table.dialect().capabilities();
        capabilities.batches && !capabilities.pipelines_transaction
    }

    /// The records of the steps that have just run, in as few statements as that takes.
    pub(super) fn records_behind(&self, durations: &[Duration]) -> Vec<Batch<'static>> {
        let took = |(ending, duration): (&Ending, &Duration)| {
            let elapsed = Elapsed::Millis(millis(*duration));
            (ending.step, self.origin(elapsed))
        };
        let steps: Vec<(Step, Origin<'_>)> = self.ending.iter().zip(durations).map(took).collect();
        let mut queue = Vec::new();
        for steps in steps.chunk_by(|(a, _), (b, _)| a.direction == b.direction) {
            let what = What::Record(Some((steps[0].0.node, steps.len() as u64)));
            let sql = Record::done(steps, self.work.graph, self.work.table);
            queue.extend(sql.map(|sql| Batch { sql: Cow::Owned(sql), what }));
        }
        queue
    }

    fn queue_record(&mut self, record: Record, elapsed: Elapsed) {
        let Work { by, redo, .. } = self.work;
        let origin = Origin { by, tool: TOOL, elapsed, redo };
        // What counts rows afterwards comes too late where the commit travels with them.
        if self.work.table.dialect().capabilities().pipelines_transaction
            && let Some(guard) = record.guard(self.work.graph, self.work.table)
        {
            self.queue.push(guard, What::Guard);
        }
        let sql = record.sql(self.work.graph, self.work.table, origin, &mut self.prefixes);
        let what = What::Record(subject(record).map(|node| (node, 1)));
        for sql in sql.into_iter().filter(|sql| !sql.is_empty()) {
            self.queue.push(sql, what);
        }
    }

    pub(super) const fn origin(&self, elapsed: Elapsed) -> Origin<'r> {
        Origin { by: self.work.by, tool: TOOL, elapsed, redo: self.work.redo }
    }

    /// Reports a step that is committed.
    pub(super) fn finished(&mut self, Done { step, duration }: Done) {
        let revision = self.work.graph.revision(step.node);
        (self.tell)(&Event::Finished {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: step.direction,
            duration,
        });
    }

    /// Settles a step that stopped in the middle.
    pub(crate) async fn repair(
        &mut self,
        unfinished: &Unfinished,
        repair: Repair,
    ) -> Result<(), Error> {
        let Unfinished { revision: id, state, done, begun, .. } = unfinished;
        let origin = self.origin(Elapsed::Unknown);
        let node = self.work.graph.node(id).ok_or_else(|| Error::Unknown(vec![id.clone()]));
        let step = |node| Step { node, direction: unfinished.direction() };
        let (row, detail) = match repair {
            Repair::Reverted => (self.work.table.delete([&**id], *state), "reverted"),
            Repair::Applied => {
                let fingerprint = self.work.graph.revision(node?).fingerprint;
                let to = Progress {
                    state: RowState::Applied,
                    begun: 0,
                    done: 0,
                    fingerprint,
                    elapsed: Elapsed::Unknown,
                };
                (self.work.table.update(id, *state, &to), "applied")
            }
            Repair::Ran | Repair::NotRun => {
                let record = if repair == Repair::Ran && unfinished.in_doubt() {
                    let unit = Unit { first: *done + 1, last: *begun };
                    Record::Progress(step(node?), unit)
                } else {
                    Record::Retract(step(node?), *done)
                };
                let (graph, table) = (self.work.graph, self.work.table);
                let [row, _] = record.sql(graph, table, origin, &mut self.prefixes);
                let ran = "the statement in doubt ran";
                (
                    row,
                    if repair == Repair::Ran { ran } else { "the statement in doubt did not run" },
                )
            }
        };
        let log = self.work.table.record([(&**id, table::Event::Repair, detail, origin)]);
        let node = self.work.graph.node(id).map(|node| (node, 1));
        let mut end = self.begin(false).await?;
        if matches!(end, End::Done) {
            self.queue.push(row, What::Record(node));
            self.queue.push(log, What::Record(node));
            end = self.commit().await?;
        }
        match end {
            End::Done => Ok(()),
            End::Overtaken => Err(Error::Moved(id.clone())),
            End::Conflict(error) => Err(error),
        }
    }
}

/// The revision that a record is about.
fn subject(record: Record) -> Option<Node> {
    match record {
        Record::Done(step)
        | Record::Start(step)
        | Record::Attempt(step, _)
        | Record::Progress(step, _)
        | Record::Retract(step, _)
        | Record::Finish(step) => Some(step.node),
        Record::Stamp(node) | Record::Unstamp(node) => Some(node),
        Record::Purge => None,
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
