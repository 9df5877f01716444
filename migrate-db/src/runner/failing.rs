//! What went wrong, told with its place, and noted in the log.

use std::borrow::Cow;

use migrate_core::plan::{Direction, Step};
use migrate_core::script::{Record, Statement};
use migrate_core::source::Span;
use migrate_core::version_table::{self as table, Elapsed, ExpectedRow, Progress, RowState};

use super::recording::millis;
use super::{Current, End, Runner};
use crate::doubt;
use crate::driver::ErrorDetails;
use crate::error::{Error, StatementError};
use crate::queue::{Batch, What};
use crate::unfinished::resume_command;

impl Runner<'_> {
    /// Adds to the outcome of a statement that stands alone what it left half made: where that is
    /// the very thing that it was to make, it did not do its work, whatever it says.
    pub(super) async fn with_remnants(
        &mut self,
        end: Result<End, Error>,
        statement: Statement,
        sql: &str,
    ) -> Result<End, Error> {
        let dialect = self.work.table.dialect();
        let remnants = match &end {
            Ok(End::Overtaken) => return end,
            Err(error) if error.is_lost() => return end,
            _ => doubt::remnants(self.connection, dialect, sql).await,
        };
        match end {
            Err(Error::Statement(mut failed)) => {
                failed.half_made = remnants.into_iter().map(|remnant| remnant.name).collect();
                Err(Error::Statement(failed))
            }
            Ok(End::Done) => {
                let Some(remnant) = remnants.into_iter().find(|remnant| remnant.named) else {
                    return Ok(End::Done);
                };
                let source = sqlx::Error::Protocol(format!(
                    "it changed nothing: {} is left INVALID by an earlier attempt",
                    remnant.name
                ));
                let queued =
                    Batch { sql: Cow::Owned(sql.to_owned()), what: What::Statement(statement) };
                match self.failure(&queued, None, ErrorDetails::default(), source) {
                    Error::Statement(mut failed) => {
                        failed.half_made = vec![remnant.name];
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
        queued: &Batch<'_>,
        position: Option<usize>,
        remarks: ErrorDetails,
        source: sqlx::Error,
    ) -> Error {
        let What::Statement(statement @ Statement { node, span, number, .. }) = queued.what else {
            let doing = match (queued.what, self.current) {
                (What::Begin, _) => "opening a transaction",
                (What::Commit, Some(current)) => {
                    let id = self.work.graph.id(current.step.node);
                    let several = self.uncommitted.len() + self.ending.len() > 1;
                    let up_to = if several { "all revisions up to" } else { "revision" };
                    return Error::database(format!("committing {up_to} {id}"), source);
                }
                (What::Commit, None) => "committing",
                (What::Set, _) => "setting up the session",
                _ => "writing the version table",
            };
            return Error::database(doing, source);
        };
        let name = |step: Step| self.work.graph.id(step.node).to_string();
        let before = self.ending.iter().map(|ending| ending.step).take_while(|s| s.node != node);
        let undone = self.uncommitted.iter().map(|done| done.step).chain(before);
        let revision = self.work.graph.revision(node);
        let offset = position
            .and_then(|n| queued.sql.char_indices().nth(n))
            .map(|(offset, _)| span.start + offset);
        let place = offset.map_or(span, |offset| Span::new(offset, offset + 1));
        Error::Statement(Box::new(StatementError {
            revision: revision.id().to_string(),
            message: revision.message().to_owned(),
            direction: self.current.map_or(Direction::Up, |c| c.step.direction),
            number,
            sql: queued.sql.clone().into_owned(),
            location: revision.file.locate(span),
            place: revision.file.locate(place),
            offset: offset.map(|offset| offset - span.start),
            detail: remarks.detail,
            hint: remarks.hint,
            committed: self.committed.iter().map(|done| name(done.step)).collect(),
            rolled_back: undone.map(name).collect(),
            half_made: Vec::new(),
            partial: self.may_have_left_a_part(statement, &queued.sql),
            whole: self.current.is_none_or(|c| c.journalled.is_none()),
            resume: self.resume_command(),
            redo: self.work.redo,
            source,
        }))
    }

    fn resume_command(&self) -> String {
        let Some(Current { step, .. }) = self.current else { return String::new() };
        match step.direction {
            Direction::Down if self.work.redo => "cargo migrate redo".to_owned(),
            way => resume_command(self.work.graph, self.work.graph.id(step.node).as_str(), way),
        }
    }

    /// Writes a failure into the log, if that is possible: the error itself matters more. A
    /// statement that was refused did not run, so that no doubt remains about it; a step none of
    /// whose statements ran did not begin.
    pub(super) async fn note_failure(&mut self, error: &mut Error) {
        let lost = error.is_lost();
        let (Some(current), Error::Statement(failed)) = (self.current, error) else { return };
        if lost || !self.exists().await {
            return;
        }
        let origin = self.origin(Elapsed::Millis(millis(current.since.elapsed())));
        let detail = format!("{failed}: {}", failed.source);
        let log =
            self.work.table.record([(&*failed.revision, table::Event::Failure, &*detail, origin)]);
        if let Some(done) = current.journalled.filter(|_| !failed.partial) {
            let begun = Some(0).filter(|_| done == 0 && failed.half_made.is_empty());
            let withdrawal = begun.and_then(|_| self.withdrawal(current));
            let record = Record::Retract(current.step, done);
            let (graph, table) = (self.work.graph, self.work.table);
            let [retraction, _] = record.sql(graph, table, origin, &mut self.prefixes);
            let withdrawn = withdrawal.is_some();
            let changed = self.connection.execute(&withdrawal.unwrap_or(retraction)).await;
            failed.whole |= withdrawn && changed.is_ok_and(|rows| rows == 1);
        }
        let _ = self.connection.execute(&log).await;
    }

    /// Takes back the row of a step none of whose statements ran; `None` where its earlier row is
    /// not known.
    fn withdrawal(&self, Current { step, resumed, .. }: Current) -> Option<String> {
        let id = self.work.graph.id(step.node).as_str();
        let from = |state| ExpectedRow { done: Some(0), ..ExpectedRow::from(state) };
        if step.direction == Direction::Up {
            return Some(self.work.table.delete([id], from(RowState::Upgrading)));
        }
        if resumed {
            return None;
        }
        let recorded = self.recorded.iter().find(|(node, _)| *node == step.node);
        let own = self.work.graph.revision(step.node).fingerprint;
        let to = Progress {
            state: RowState::Applied,
            begun: 0,
            done: 0,
            fingerprint: recorded.map_or(own, |(_, fingerprint)| *fingerprint),
            elapsed: Elapsed::Unknown,
        };
        Some(self.work.table.update(id, from(RowState::Downgrading), &to))
    }

    /// Whether both tables exist.
    pub(super) async fn exists(&mut self) -> bool {
        for question in [self.work.table.exists(), self.work.table.log_exists()] {
            if self.connection.rows(&question).await.map_or(true, |rows| rows.is_empty()) {
                return false;
            }
        }
        true
    }
}
