//! Supervises executing statements from a second connection.
//!
//! When a run is interrupted, the server is asked to cancel the statement. When no result arrives
//! for long, the server is asked whether it still executes one: a connection that fails without a
//! reset would block the run for ever.

use std::io;
use std::time::{Duration, Instant};

use migrate_core::dialect::CancelTemplates;
use migrate_core::plan::Direction;
use migrate_core::script::{Action, Record};
use migrate_core::version_table::RowState;

use super::Runner;
use super::states::{CurrentStep, RunContext};
use crate::driver::Connection;
use crate::error::Error;

/// How long the server may take to answer a cancel request.
const ANSWER: Duration = Duration::from_secs(10);

/// The time limit of a query on the second connection.
const QUESTION: Duration = Duration::from_secs(10);

/// How long no result arrives before the server is asked, and the time between such queries.
const SILENCE: Duration = Duration::from_secs(10);

/// How many answers in a row must show that the server executes nothing.
const STRIKES: u32 = 2;

/// How often in a row the server may be unreachable.
const UNREACHABLE: u32 = 6;

/// The supervision of one batch.
pub(super) struct Supervisor {
    /// The server's name for the session that executes them.
    session: Option<String>,
    interrupted: Option<Instant>,
    /// The number of results so far, and the time of the last.
    arrived: (usize, Instant),
    asked: Instant,
    strikes: u32,
    unreachable: u32,
}

impl Supervisor {
    pub(super) fn new(session: Option<String>) -> Self {
        let now = Instant::now();
        Self {
            session,
            interrupted: None,
            arrived: (0, now),
            asked: now,
            strikes: 0,
            unreachable: 0,
        }
    }

    /// Returns the reason to stop waiting for the statements.
    pub(super) async fn check(
        &mut self,
        context: &RunContext<'_>,
        text: &str,
        arrived: usize,
    ) -> Option<sqlx::Error> {
        // Without a second connection nothing but the result ends a statement.
        context.source?;
        let templates = context.table.dialect().session().cancel;
        if context.interrupt.is_some_and(|interrupt| interrupt.is_requested()) {
            let Some(templates) = templates else {
                // The connection ends the statement itself.
                let since = *self.interrupted.get_or_insert_with(Instant::now);
                return (since.elapsed() >= ANSWER).then(|| ended("interrupted"));
            };
            match self.interrupted {
                None => {
                    self.interrupted = Some(Instant::now());
                    let _ =
                        tokio::time::timeout(QUESTION, self.cancel(templates, context, text)).await;
                }
                Some(since) if since.elapsed() >= ANSWER => {
                    return Some(ended("the server does not answer the cancel request"));
                }
                Some(_) => {}
            }
            return None;
        }
        if self.arrived.0 != arrived {
            self.arrived = (arrived, Instant::now());
            (self.strikes, self.unreachable) = (0, 0);
        }
        let templates = templates?;
        if self.arrived.1.elapsed() < SILENCE || self.asked.elapsed() < SILENCE {
            return None;
        }
        let found = tokio::time::timeout(QUESTION, self.find(templates, context, text)).await;
        self.asked = Instant::now();
        match found {
            Ok(Ok((_, Some(_)))) => (self.strikes, self.unreachable) = (0, 0),
            Ok(Ok((_, None))) => self.strikes += 1,
            Ok(Err(_)) | Err(_) => self.unreachable += 1,
        }
        if self.strikes >= STRIKES {
            return Some(ended("the connection is silent, and the server executes nothing for it"));
        }
        (self.unreachable >= UNREACHABLE)
            .then(|| ended("the connection is silent, and the server cannot be reached"))
    }

    /// Opens a second connection and finds the session that executes the statements.
    async fn find(
        &self,
        templates: CancelTemplates,
        context: &RunContext<'_>,
        text: &str,
    ) -> Result<(Option<Connection<'static>>, Option<String>), Error> {
        let (Some(session), Some(source)) = (&self.session, context.source) else {
            return Ok((None, Some(String::new())));
        };
        let Some(mut connection) = Connection::dedicated(source).await? else {
            return Ok((None, Some(String::new())));
        };
        let literal = |text: &str| context.table.dialect().safe_literal(text);
        let find = templates.find.replace("{id}", session).replace("{session}", &literal(session));
        let question = find.replace("{sql}", &literal(text));
        let rows = connection.rows(&question).await;
        let rows = rows.map_err(|e| Error::database("asking what the server does", e))?;
        let found: Vec<String> = rows.into_iter().flatten().flatten().collect();
        // Behind a pooler the session may be another one. The text identifies it if it is the only
        // one.
        let one = match found.as_slice() {
            [one] => Some(one.clone()),
            several => several.iter().find(|id| *id == session).cloned(),
        };
        Ok((Some(connection), one))
    }

    async fn cancel(
        &self,
        templates: CancelTemplates,
        context: &RunContext<'_>,
        text: &str,
    ) -> Result<(), Error> {
        if let (Some(mut connection), Some(session)) = self.find(templates, context, text).await? {
            let sql = templates.cancel.replace("{id}", &session);
            let cancelled = connection.execute(&sql).await;
            cancelled.map_err(|e| Error::database("cancelling a statement", e))?;
            let _ = connection.close().await;
        }
        Ok(())
    }
}

impl Runner<'_, '_> {
    /// Returns `true` if the run may stop before an action. Between a statement and the record of
    /// its end it may not.
    pub(super) fn may_stop_before(&self, action: &Action) -> bool {
        match action {
            Action::Step(_)
            | Action::Resume(..)
            | Action::Begin { .. }
            | Action::Batches(..)
            | Action::Outside { .. } => true,
            Action::Record(Record::Attempt(..)) => true,
            Action::Statement(_) | Action::Function(_) => self.open,
            _ => false,
        }
    }

    pub(super) const fn interrupted(&self) -> Error {
        Error::Interrupted { heads: None, unanswered: self.is_silent, resume: None }
    }

    /// Opens a new connection if the last revision may have changed more of the session than can be
    /// restored.
    pub(super) async fn renew_connection(&mut self) -> Result<(), Error> {
        if self.open || !std::mem::take(&mut self.needs_new_connection) {
            return Ok(());
        }
        let Some(source) = self.context.source else { return Ok(()) };
        if let Some(mut fresh) = Connection::dedicated(source).await? {
            let failed = |e| Error::database("preparing the session", e);
            fresh.prepare().await.map_err(failed)?;
            if let Some(interrupt) = self.context.interrupt {
                fresh.end_when_requested(interrupt).await.map_err(failed)?;
            }
            fresh.apply_session_settings(self.context.session).await.map_err(failed)?;
            let used = std::mem::replace(self.connection, fresh);
            // The connection is not used again, so an error does not matter.
            let _ = used.close().await;
        }
        Ok(())
    }

    /// Returns `true` if another runner has changed the version table or, without a lock, the row
    /// of the current step.
    pub(super) async fn is_overtaken(&mut self, in_transaction: bool) -> bool {
        if in_transaction && self.log_has_changed().await {
            return true;
        }
        let Some(CurrentStep { step, journalled: Some(done), attempted, .. }) = self.current else {
            return false;
        };
        if self.context.locked {
            return false;
        }
        let question = self.context.table.progress(self.context.graph.id(step.node).as_str());
        let Ok(rows) = self.connection.rows(&question).await else { return false };
        // The step itself may have removed its row.
        let Some(now) = rows.into_iter().next() else { return false };
        // A finished step begins to count again.
        let state = match step.direction {
            Direction::Up => RowState::Upgrading,
            Direction::Down => RowState::Downgrading,
        };
        let own = [done.to_string(), (done + attempted).to_string(), state.word().to_owned()];
        now != own.map(Some)
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.context.interrupt.is_some_and(|interrupt| interrupt.is_requested())
    }
}

fn ended(why: &str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}
