//! Batch sections: one statement or Rust function, repeated in transactions of its own.
//!
//! Each batch commits with the number of batches done, so a run that was killed continues with the
//! next one. A bound statement is repeated until it changes nothing; a statement with a key runs once
//! for each range. A repetition that changes more rows than the table has is endless, and stops.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use migrate_core::plan::Step;
use migrate_core::revision::{Batch, BatchKey, BatchStatement, BatchVerb, fill_batch};
use migrate_core::script::{Record, Statement, Unit, batch_of};

use super::Runner;
use super::batch::ItemKind;
use super::states::ActionOutcome;
use crate::error::{BatchLimit, EndlessBatches, Error};
use crate::event::Event;
use crate::steps::StepBatch;

/// The longest sleep before a request to stop is noticed.
const NOTICED_WITHIN: Duration = Duration::from_millis(100);

/// The batches of one step in this run.
pub(super) struct BatchRun {
    since: Instant,
    /// The rows that they changed.
    rows: u64,
    /// The rows of the table, or of the rest of the key, when they were counted last.
    expected: Option<u64>,
    /// The position on the key; `None` without a key.
    range: Option<Range>,
}

/// A position on a key, as literals.
struct Range {
    /// The last value that is done.
    after: Option<String>,
    /// The largest value when the run began.
    end: Option<String>,
}

/// What one batch does.
enum Work<'w> {
    Statement(String),
    Function(StepBatch<'w>),
}

impl Runner<'_, '_> {
    /// Runs the next batch. When nothing is left, [`Runner::batch_run`] is `None`.
    pub(super) async fn run_batch(
        &mut self,
        step: Step,
        statement: Statement,
    ) -> Result<ActionOutcome, Error> {
        let end = self.run_next(step, statement).await;
        if self.batch_run.is_none()
            && self.calls_function(step)
            && let Some(current) = &mut self.current
        {
            // What the function did to the session is not known.
            current.needs_new_session = true;
        }
        end
    }

    async fn run_next(&mut self, step: Step, statement: Statement) -> Result<ActionOutcome, Error> {
        let (graph, dialect) = (self.context.graph, self.context.table.dialect());
        let Some(batch) = batch_of(graph, step, dialect) else { return Ok(ActionOutcome::Done) };
        let sql = statement.span.of(graph.revision(step.node).file.text());
        let done = self.current.and_then(|current| current.journalled).unwrap_or(0);
        let run = match self.batch_run.take() {
            Some(run) => run,
            None => self.begin_batches(step, batch, sql, done).await?,
        };
        let range = match (&batch.key, &run.range) {
            (Some(key), Some(range)) => match self.next_range(key, range, batch.size).await? {
                Some(range) => Some(range),
                None => return Ok(ActionOutcome::Done),
            },
            _ => None,
        };
        let run = self.batch_run.insert(run);
        let (rows, expected, since) = (run.rows, run.expected, run.since);
        if batch.rounds.is_some_and(|limit| done as u64 >= limit) {
            let limit = BatchLimit::Rounds(done as u64);
            return Err(self.endless(step, statement, done, rows, limit));
        }
        let number = done + 1;
        let bounds = range.as_ref().map(|(first, last)| (first.as_str(), last.as_str()));
        let work = self.work(step, batch, sql, number, bounds);
        self.batch_rows = 0;
        let sent = Instant::now();
        let end = self.send_one(step, Statement { number, ..statement }, work, bounds).await?;
        if !matches!(end, ActionOutcome::Done) {
            return Ok(end);
        }
        let changed = self.batch_rows;
        let rows = rows + changed;
        let finished = batch.key.is_none() && changed == 0;
        if let Some(run) = &mut self.batch_run {
            run.rows = rows;
            if let (Some(position), Some((_, last))) = (&mut run.range, range) {
                position.after = Some(last);
            }
        }
        if finished {
            self.batch_run = None;
        }
        let revision = graph.revision(step.node);
        self.reported = Instant::now();
        (self.on_event)(&Event::Batch {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: step.direction,
            batch: number,
            rows: changed,
            total: rows,
            expected,
            duration: sent.elapsed(),
            elapsed: since.elapsed(),
        });
        if !finished {
            self.check_progress(step, statement, batch, sql, number).await?;
            self.wait_for_replicas(true).await?;
            self.rest(batch.pause).await;
        }
        Ok(ActionOutcome::Done)
    }

    /// Returns what a batch does.
    fn work<'w>(
        &self,
        step: Step,
        batch: &'w Batch,
        sql: &str,
        number: usize,
        range: Option<(&'w str, &'w str)>,
    ) -> Work<'w> {
        if self.calls_function(step) {
            let (size, direction) = (batch.size, step.direction);
            let column = batch.key.as_ref().map(BatchKey::column).unwrap_or_default();
            let range = range.map(|(first, last)| (column, first, last));
            return Work::Function(StepBatch { size, number, direction, range });
        }
        Work::Statement(fill_batch(sql, self.context.table.dialect(), |name| match (name, range) {
            ("batch", None) => Some(batch.size.to_string()),
            ("first", Some((first, _))) => Some(first.to_owned()),
            ("last", Some((_, last))) => Some(last.to_owned()),
            _ => None,
        }))
    }

    /// Runs one batch and the record of it in one transaction.
    async fn send_one(
        &mut self,
        step: Step,
        statement: Statement,
        work: Work<'_>,
        range: Option<(&str, &str)>,
    ) -> Result<ActionOutcome, Error> {
        let unit = Unit::of(statement.number);
        let id = self.context.graph.id(step.node).as_str();
        let mut end = self.record_nontransactional_attempt(statement).await?;
        if matches!(end, ActionOutcome::Done) {
            // The rows that a batch deletes or changes may be referred to, and a check of all
            // references after each batch would read whole tables.
            end = self.begin(true).await?;
        }
        if matches!(end, ActionOutcome::Done) {
            let statement = Statement { number: 1, ..statement };
            end = match work {
                Work::Statement(sql) => {
                    self.enqueue(Cow::Owned(sql), ItemKind::Statement(statement)).await?
                }
                Work::Function(batch) => self.call_for_batch(step, batch).await?,
            };
        }
        if matches!(end, ActionOutcome::Done) {
            end = self.record(Record::Progress(step, unit)).await?;
        }
        if let (ActionOutcome::Done, Some((_, last))) = (&end, range) {
            let position = self.context.table.set_batch_position(id, last);
            end =
                self.enqueue(Cow::Owned(position), ItemKind::Record(Some((step.node, 1)))).await?;
        }
        if matches!(end, ActionOutcome::Done) { self.commit().await } else { Ok(end) }
    }

    async fn begin_batches(
        &mut self,
        step: Step,
        batch: &Batch,
        sql: &str,
        done: usize,
    ) -> Result<BatchRun, Error> {
        let dialect = self.context.table.dialect();
        let mut range = None;
        if let Some(key) = &batch.key {
            let question =
                self.context.table.batch_position(self.context.graph.id(step.node).as_str());
            // An earlier step may have left its own position.
            let after = if done > 0 { self.value(&question).await? } else { None };
            let end = self
                .value(&format!(
                    "SELECT {}",
                    literal(&key.end(true), dialect.templates().as_literal)
                ))
                .await?;
            range = Some(Range { after, end });
        }
        let expected = match (&batch.key, &range) {
            (Some(key), Some(range)) => {
                let condition = condition(key, range.after.as_deref(), range.end.as_deref());
                Some(self.count(&format!("{} WHERE {condition}", key.table())).await?)
            }
            _ => self.count_rows(sql).await?,
        };
        Ok(BatchRun { since: Instant::now(), rows: 0, expected, range })
    }

    /// Returns the first and the last value of the next range; `None` at the end of the key.
    async fn next_range(
        &mut self,
        key: &BatchKey,
        range: &Range,
        size: u64,
    ) -> Result<Option<(String, String)>, Error> {
        let Some(end) = &range.end else { return Ok(None) };
        let as_literal = self.context.table.dialect().templates().as_literal;
        let (table, column) = (key.table(), key.column());
        let condition = condition(key, range.after.as_deref(), Some(end));
        let first = format!(
            "SELECT {} FROM {table} WHERE {condition} ORDER BY {column} LIMIT 1",
            literal(column, as_literal)
        );
        let Some(first) = self.value(&first).await? else { return Ok(None) };
        let last = format!(
            "SELECT {} FROM {table} WHERE {condition} ORDER BY {column} LIMIT 1 OFFSET {}",
            literal(column, as_literal),
            size - 1
        );
        let last = self.value(&last).await?.unwrap_or_else(|| end.clone());
        Ok(Some((first, last)))
    }

    /// Stops a repetition that changes more rows than there are.
    async fn check_progress(
        &mut self,
        step: Step,
        statement: Statement,
        batch: &Batch,
        sql: &str,
        done: usize,
    ) -> Result<(), Error> {
        let dialect = self.context.table.dialect();
        let updates =
            BatchStatement::read(sql, dialect).is_some_and(|s| s.verb == BatchVerb::Update);
        let Some(BatchRun { rows, expected: Some(expected), .. }) = self.batch_run else {
            return Ok(());
        };
        if !updates || batch.key.is_some() || batch.rounds.is_some() || rows <= expected {
            return Ok(());
        }
        // Rows may have come since they were counted, and a few of them gone.
        let now = self.count_rows(sql).await?.unwrap_or(u64::MAX);
        if let Some(run) = &mut self.batch_run {
            run.expected = Some(now);
        }
        if rows <= now.saturating_add(batch.size) {
            return Ok(());
        }
        Err(self.endless(step, statement, done, rows, BatchLimit::Rows(now)))
    }

    fn endless(
        &self,
        step: Step,
        statement: Statement,
        batches: usize,
        rows: u64,
        limit: BatchLimit,
    ) -> Error {
        let revision = self.context.graph.revision(step.node);
        Error::EndlessBatches(Box::new(EndlessBatches {
            revision: revision.id().to_string(),
            direction: step.direction,
            place: revision.file.locate(statement.span),
            batches,
            rows,
            limit,
            resume: self.resume_command(),
        }))
    }

    /// Returns the number of rows of the table that a statement changes, if it is a single one.
    async fn count_rows(&mut self, sql: &str) -> Result<Option<u64>, Error> {
        match BatchStatement::read(sql, self.context.table.dialect()).and_then(|read| read.table) {
            Some(table) => self.count(table).await.map(Some),
            None => Ok(None),
        }
    }

    async fn count(&mut self, from: &str) -> Result<u64, Error> {
        let as_text = self.context.table.dialect().templates().number_as_text;
        let question = format!("SELECT {} FROM {from}", as_text.replace("{}", "COUNT(*)"));
        let count = self.value(&question).await?;
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    async fn value(&mut self, question: &str) -> Result<Option<String>, Error> {
        let rows = self.connection.rows(question).await;
        let rows =
            rows.map_err(|e| Error::database("looking for the rows of the next batch", e))?;
        Ok(rows.into_iter().flatten().next().flatten())
    }

    /// Pauses between two batches, or until the run is to stop.
    async fn rest(&mut self, pause: Duration) {
        let since = Instant::now();
        while let Some(left) = pause.checked_sub(since.elapsed()).filter(|left| !left.is_zero())
            && !self.is_interrupted()
        {
            tokio::time::sleep(left.min(NOTICED_WITHIN)).await;
        }
    }
}

fn literal(expression: &str, as_literal: &str) -> String {
    as_literal.replace("{}", expression)
}

/// The condition of the rows after a position, up to the end.
fn condition(key: &BatchKey, after: Option<&str>, end: Option<&str>) -> String {
    let column = key.column();
    let bound = |operator: &str, value: &str| format!("{column} {operator} {value}");
    let bounds = [after.map(|after| bound(">", after)), end.map(|end| bound("<=", end))];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() { format!("{column} IS NOT NULL") } else { bounds.join(" AND ") }
}
