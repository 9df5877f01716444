//! Errors of statements, with their place, and their record in the log.

use std::borrow::Cow;

use migrate_core::command::{Command, Invocation};
use migrate_core::plan::{Direction, Step};
use migrate_core::script::{Record, Statement};
use migrate_core::source::Span;
use migrate_core::version_table::{self as table, Elapsed, ExpectedRow, Progress, RowState};

use super::Runner;
use super::batch::{BatchItem, ItemKind};
use super::records::millis;
use super::states::{ActionOutcome, CurrentStep};
use crate::driver::ErrorDetails;
use crate::error::{Error, StatementError};
use crate::recovery;
use crate::unfinished::resume_command;

impl Runner<'_, '_> {
    /// Adds the indexes that a statement left INVALID to its outcome. Where that is the index it
    /// was to create, the statement failed, whatever it returned.
    pub(super) async fn with_invalid_indexes(
        &mut self,
        end: Result<ActionOutcome, Error>,
        statement: Statement,
        sql: &str,
    ) -> Result<ActionOutcome, Error> {
        let dialect = self.context.table.dialect();
        let invalid_indexes = match &end {
            Ok(ActionOutcome::Overtaken) => return end,
            Err(error) if error.is_lost() => return end,
            _ => recovery::invalid_indexes(self.connection, dialect, sql).await,
        };
        match end {
            Err(Error::Statement(mut failed)) => {
                failed.invalid_indexes =
                    invalid_indexes.into_iter().map(|index| index.name).collect();
                Err(Error::Statement(failed))
            }
            Ok(ActionOutcome::Done) => {
                let Some(index) = invalid_indexes.into_iter().find(|index| index.named) else {
                    return Ok(ActionOutcome::Done);
                };
                let source = sqlx::Error::Protocol(format!(
                    "it changed nothing: {} is left INVALID by an earlier attempt",
                    index.name
                ));
                let item = BatchItem {
                    sql: Cow::Owned(sql.to_owned()),
                    what: ItemKind::Statement(statement),
                };
                match self.failure(&item, None, ErrorDetails::default(), source) {
                    Error::Statement(mut failed) => {
                        failed.invalid_indexes = vec![index.name];
                        Err(Error::Statement(failed))
                    }
                    other => Err(other),
                }
            }
            other => other,
        }
    }

    pub(super) fn failure(
        &self,
        item: &BatchItem<'_>,
        position: Option<usize>,
        details: ErrorDetails,
        source: sqlx::Error,
    ) -> Error {
        let ItemKind::Statement(statement @ Statement { node, span, number, .. }) = item.what
        else {
            let doing = match (item.what, self.current) {
                (ItemKind::Begin, _) => "opening a transaction",
                (ItemKind::Commit, Some(current)) => {
                    let id = self.context.graph.id(current.step.node);
                    let several = self.uncommitted.len() + self.pending_records.len() > 1;
                    let up_to = if several { "all revisions up to" } else { "revision" };
                    return Error::database(format!("committing {up_to} {id}"), source);
                }
                (ItemKind::Commit, None) => "committing",
                (ItemKind::Set, _) => "setting up the session",
                _ => "writing the version table",
            };
            return Error::database(doing, source);
        };
        let name = |step: Step| self.context.graph.id(step.node).to_string();
        let before =
            self.pending_records.iter().map(|pending| pending.step).take_while(|s| s.node != node);
        let undone = self.uncommitted.iter().map(|done| done.step).chain(before);
        let revision = self.context.graph.revision(node);
        // A value in place of `:batch` moves what follows it.
        let written = span.of(revision.file.text());
        let is_written = |offset: &usize| written.get(..*offset) == item.sql.get(..*offset);
        let offset = position
            .and_then(|n| item.sql.char_indices().nth(n))
            .map(|(offset, _)| offset)
            .filter(is_written)
            .map(|offset| span.start + offset);
        let place = offset.map_or(span, |offset| Span::new(offset, offset + 1));
        Error::Statement(Box::new(StatementError {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: self.current.map_or(Direction::Up, |c| c.step.direction),
            number,
            sql: item.sql.clone().into_owned(),
            location: revision.file.locate(span),
            place: revision.file.locate(place),
            offset: offset.map(|offset| offset - span.start),
            detail: details.detail,
            hint: details.hint,
            committed: self.committed.iter().map(|done| name(done.step)).collect(),
            rolled_back: undone.map(name).collect(),
            invalid_indexes: Vec::new(),
            partial: self.may_be_partial(statement, &item.sql),
            whole: self.current.is_none_or(|c| c.journalled.is_none()),
            done: self.current.and_then(|c| c.journalled).unwrap_or(0),
            in_batches: self.batch_run.is_some(),
            resume: self.resume_command(),
            redo: self.context.redo,
            source,
        }))
    }

    pub(super) fn resume_command(&self) -> Invocation {
        let Some(CurrentStep { step, .. }) = self.current else { return Command::Upgrade.into() };
        match step.direction {
            Direction::Down if self.context.redo => Command::Redo.into(),
            way => {
                resume_command(self.context.graph, self.context.graph.id(step.node).as_str(), way)
            }
        }
    }

    /// Writes a failure into the log if possible; the error itself matters more. A statement that
    /// was refused did not run, so it is not in doubt. A step of which no statement ran did not
    /// begin.
    pub(super) async fn note_failure(&mut self, error: &mut Error) {
        let lost = error.is_lost();
        let Some(current) = self.current else { return };
        let failed = match error {
            Error::Statement(failed) => failed,
            Error::Step(failed) => {
                let detail = format!("{failed}: {}", failed.source);
                return self.note_failed_function(current, &detail).await;
            }
            _ => return,
        };
        if lost || !self.tables_exist().await {
            return;
        }
        let origin = self.origin(Elapsed::Millis(millis(current.since.elapsed())));
        let detail = format!("{failed}: {}", failed.source);
        let log = self.context.table.record([(
            &*failed.revision,
            table::Event::Failure,
            &*detail,
            origin,
        )]);
        if let Some(done) = current.journalled.filter(|_| !failed.partial) {
            let begun = Some(0).filter(|_| done == 0 && failed.invalid_indexes.is_empty());
            let withdrawal = begun.and_then(|_| self.withdrawal(current));
            let record = Record::Retract(current.step, done);
            let (graph, table) = (self.context.graph, self.context.table);
            let [retraction, _] = record.sql(graph, table, origin, &mut self.prefixes);
            let withdrawn = withdrawal.is_some();
            let changed = self.connection.execute(&withdrawal.unwrap_or(retraction)).await;
            failed.whole |= withdrawn && changed.is_ok_and(|rows| rows == 1);
        }
        let _ = self.connection.execute(&log).await;
    }

    /// Writes the failure of a function into the log, and withdraws the row of its step.
    async fn note_failed_function(&mut self, current: CurrentStep, detail: &str) {
        if !self.tables_exist().await {
            return;
        }
        if current.journalled.is_some()
            && let Some(withdrawal) = self.withdrawal(current)
        {
            // If this fails too, the next run begins the step again.
            let _ = self.connection.execute(&withdrawal).await;
        }
        let origin = self.origin(Elapsed::Millis(millis(current.since.elapsed())));
        let id = self.context.graph.id(current.step.node).as_str();
        let log = self.context.table.record([(id, table::Event::Failure, detail, origin)]);
        let _ = self.connection.execute(&log).await;
    }

    /// Returns the statement that withdraws the row of a step of which no statement ran; `None`
    /// where its earlier row is not known.
    fn withdrawal(&self, CurrentStep { step, resumed, .. }: CurrentStep) -> Option<String> {
        let id = self.context.graph.id(step.node).as_str();
        let from = |state| ExpectedRow { done: Some(0), ..ExpectedRow::from(state) };
        if step.direction == Direction::Up {
            return Some(self.context.table.delete([id], from(RowState::Upgrading)));
        }
        if resumed {
            return None;
        }
        let recorded = self.recorded.iter().find(|(node, _)| *node == step.node);
        let own = self.context.graph.revision(step.node).fingerprint;
        let to = Progress {
            state: RowState::Applied,
            begun: 0,
            done: 0,
            fingerprint: recorded.map_or(own, |(_, fingerprint)| *fingerprint),
            elapsed: Elapsed::Unknown,
        };
        Some(self.context.table.update(id, from(RowState::Downgrading), &to))
    }

    /// Returns `true` if both tables exist.
    pub(super) async fn tables_exist(&mut self) -> bool {
        for question in [self.context.table.exists(), self.context.table.log_exists()] {
            if self.connection.rows(&question).await.map_or(true, |rows| rows.is_empty()) {
                return false;
            }
        }
        true
    }
}
