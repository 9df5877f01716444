//! Runs a script on a connection.
//!
//! The runner executes the actions of a script in order: it opens and commits transactions, sends
//! statements and writes version rows. It checks that each write changed exactly one row, and in
//! every transaction that no other runner changed the version table, so correctness does not depend
//! on the lock. The runner does not plan: when it is overtaken, it stops with
//! [`Outcome::Overtaken`].

mod batch;
mod batches;
mod delivery;
mod failing;
mod function;
mod outside;
mod records;
mod states;
mod supervise;
mod transaction;
mod watch;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use migrate_core::graph::{Graph, Node};
use migrate_core::script::{Action, Prefixes, Record, Script, Unit};
use migrate_core::sql::Fingerprint;

pub(crate) use self::states::{CompletedStep, Outcome, RunContext};

use self::batch::{Batch, ItemKind};
use self::batches::BatchRun;
use self::states::{ActionOutcome, CurrentStep, PendingRecord};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::state::DatabaseState;

/// The tool and its version, as recorded in the version table.
pub(crate) const TOOL: &str = concat!("migrate-db ", env!("CARGO_PKG_VERSION"));

/// A run on a connection.
pub(crate) struct Runner<'r, 'c> {
    connection: &'r mut Connection<'c>,
    context: RunContext<'r>,
    on_event: &'r mut (dyn FnMut(&Event) + Send),
    /// When a long step was last reported.
    reported: Instant,
    /// The maximum number of revision statements in a batch.
    statements_per_batch: usize,
    /// Whether the connection stopped answering and must not be used again.
    is_silent: bool,
    /// Whether the next revision needs a new connection.
    needs_new_connection: bool,
    /// Whether the version table is known to exist.
    has_table: bool,
    /// Whether it will still exist after a rollback.
    table_stays: bool,
    /// The newest log number: when the plan was made, then after each own transaction.
    generation: u64,
    /// The newest log number that the open transaction will leave.
    next_generation: Option<u64>,
    /// Whether the open transaction began without a check of the generation.
    unguarded: bool,
    /// Recorded fingerprints that differ from those of the files.
    recorded: Vec<(Node, Fingerprint)>,
    /// Whether a transaction is open, or its BEGIN waits in the batch.
    open: bool,
    /// Statements that wait to be sent.
    batch: Batch<'r>,
    /// Fingerprints of the first statements of each step.
    prefixes: Prefixes,
    /// The step in progress.
    current: Option<CurrentStep>,
    /// The journal entry that the open transaction commits: the number of statements done, and the
    /// number begun after them.
    journal_on_commit: Option<(usize, usize)>,
    /// The statements that are journalled as begun.
    unit: Option<Unit>,
    /// The batches in progress.
    batch_run: Option<BatchRun>,
    /// The rows that the last statement of a revision changed.
    batch_rows: u64,
    /// Whether a table without transactions is involved, by query.
    engines: BTreeMap<String, bool>,
    /// Whether rows that these statements write survive a rollback.
    nontransactional: bool,
    /// Steps whose version rows wait to be written.
    pending_records: Vec<PendingRecord>,
    /// The number of steps per batch. It grows while round trips are short, so that a long step is
    /// still reported by itself.
    steps_per_batch: usize,
    /// Steps executed in the open transaction.
    uncommitted: Vec<CompletedStep>,
    /// Steps that were committed.
    pub(crate) committed: Vec<CompletedStep>,
}

impl<'r, 'c> Runner<'r, 'c> {
    pub(crate) fn new(
        connection: &'r mut Connection<'c>,
        context: RunContext<'r>,
        on_event: &'r mut (dyn FnMut(&Event) + Send),
        status: &DatabaseState,
    ) -> Self {
        let limit = context.table.dialect().capabilities().max_batch_bytes;
        Self {
            connection,
            context,
            on_event,
            reported: Instant::now(),
            statements_per_batch: usize::MAX,
            is_silent: false,
            needs_new_connection: false,
            has_table: status.has_version_table,
            table_stays: status.has_version_table,
            generation: status.generation,
            next_generation: None,
            unguarded: false,
            recorded: status.recorded.clone(),
            open: false,
            batch: Batch::new(limit),
            prefixes: Prefixes::default(),
            current: None,
            journal_on_commit: None,
            unit: None,
            batch_run: None,
            batch_rows: 0,
            engines: BTreeMap::new(),
            nontransactional: false,
            pending_records: Vec::new(),
            steps_per_batch: 1,
            uncommitted: Vec::new(),
            committed: Vec::new(),
        }
    }

    /// Returns the newest log number after this run.
    #[cfg(feature = "testkit")]
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    /// Runs a script. A failure rolls back the open transaction; steps committed before stay in
    /// [`Runner::committed`]. A transaction that loses a conflict is tried again from its beginning
    /// until [`RunContext::wait`] has passed.
    pub(crate) async fn run(&mut self, script: &Script) -> Result<Outcome, Error> {
        let (mut at, mut begun, mut attempt) = (0, 0, 0);
        let mut since = Instant::now();
        self.check_functions(script)?;
        self.statements_per_batch = watch::statements_per_batch(script, &self.context);
        let _running = self.context.interrupt.map(Interrupt::enter);
        if let Some(interrupt) = self.context.interrupt {
            let failed = |e| Error::database("preparing the session", e);
            self.connection.end_when_requested(interrupt).await.map_err(failed)?;
        }
        let mut actions = Cow::Borrowed(script.actions.as_slice());
        while let Some(action) = actions.get(at) {
            if self.is_interrupted() && self.may_stop_before(action) {
                self.roll_back().await;
                return Err(self.interrupted());
            }
            if matches!(action, Action::Begin { .. }) {
                begun = at;
                if let Some((range, single)) = self.split_group(&actions, at).await? {
                    actions.to_mut().splice(range, single);
                    continue;
                }
            }
            let within = self.open;
            let recorded = match (action, actions.get(at + 1)) {
                (Action::Begin { .. }, Some(Action::Statement(next))) => {
                    self.record_nontransactional_attempt(*next).await
                }
                _ => Ok(ActionOutcome::Done),
            };
            let end = match recorded {
                Ok(ActionOutcome::Done) => self.act(action).await,
                other => other,
            };
            let opened = self.open;
            match end {
                // Each batch has the whole time to win its conflicts.
                Ok(ActionOutcome::Done) if self.batch_run.is_some() => {
                    (since, attempt) = (Instant::now(), 0);
                }
                Ok(ActionOutcome::Done) => at += 1,
                Ok(ActionOutcome::Overtaken) => {
                    self.roll_back().await;
                    return Ok(Outcome::Overtaken);
                }
                Ok(ActionOutcome::Conflict(mut error)) => {
                    self.roll_back().await;
                    if !self.may_repeat(action, opened) || since.elapsed() >= self.context.wait {
                        self.note_failure(&mut error).await;
                        return Err(error);
                    }
                    (self.on_event)(&Event::Retried { because: error.to_string() });
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                    // An action that opens its own transaction is repeated alone.
                    at = if within { begun } else { at };
                }
                Err(mut error) => {
                    self.roll_back().await;
                    if self.is_interrupted() {
                        if !self.is_silent {
                            self.note_failure(&mut error).await;
                        }
                        return Err(self.interrupted());
                    }
                    // Without a lock another runner may have executed the same statement; so may
                    // the server, for a runner that was killed.
                    let moved = matches!(error, Error::Moved(_)) && !self.context.locked;
                    if moved || !error.is_lost() && self.is_overtaken(opened).await {
                        return Ok(Outcome::Overtaken);
                    }
                    self.note_failure(&mut error).await;
                    return Err(error);
                }
            }
        }
        Ok(Outcome::Complete)
    }

    async fn act(&mut self, action: &Action) -> Result<ActionOutcome, Error> {
        match action {
            Action::Step(step) | Action::Resume(step, _) => {
                self.renew_connection().await?;
                let done = if let Action::Resume(_, done) = action { Some(*done) } else { None };
                let revision = self.context.graph.revision(step.node);
                self.connection.leave_autocommit();
                (self.unit, self.nontransactional) = (None, false);
                self.batch_run = None;
                (self.on_event)(&Event::Started {
                    revision: revision.id().to_string(),
                    message: revision.message().to_owned(),
                    direction: step.direction,
                });
                self.current = Some(CurrentStep {
                    step: *step,
                    since: Instant::now(),
                    journalled: done,
                    attempted: 0,
                    resumed: done.is_some(),
                    may_leave_objects: false,
                    needs_new_session: false,
                });
                Ok(ActionOutcome::Done)
            }
            Action::Outside { foreign_keys } => self.enter_autocommit(*foreign_keys).await,
            Action::Begin { foreign_keys } => {
                self.renew_connection().await?;
                // The section of an earlier step may have been outside of transactions.
                self.connection.leave_autocommit();
                self.begin(*foreign_keys).await
            }
            Action::Commit => self.commit().await,
            Action::Set(sql) => self.enqueue(Cow::Owned(sql.clone()), ItemKind::Set).await,
            Action::Statement(statement) => {
                let graph: &'r Graph = self.context.graph;
                let sql = statement.span.of(graph.revision(statement.node).file.text());
                let dialect = self.context.table.dialect();
                let changes_session = dialect.may_change_session(sql);
                if changes_session {
                    let noted = self.connection.note_settings().await;
                    noted.map_err(|e| Error::database("reading the session", e))?;
                }
                if let Some(current) = &mut self.current {
                    current.may_leave_objects |= changes_session;
                    current.needs_new_session |= dialect.needs_new_session(sql);
                }
                if statement.alone {
                    self.check_engines(*statement).await?;
                }
                let end = self.enqueue(Cow::Borrowed(sql), ItemKind::Statement(*statement)).await;
                if statement.alone {
                    self.with_invalid_indexes(end, *statement, sql).await
                } else {
                    end
                }
            }
            Action::Function(step) => self.call_function(*step).await,
            Action::Batches(step, statement) => {
                self.renew_connection().await?;
                self.run_batch(*step, *statement).await
            }
            Action::Record(Record::Attempt(step, unit)) => self.record_attempt(*step, *unit).await,
            Action::Record(Record::Finish(step)) => {
                self.check_references_in_autocommit().await?;
                self.record(Record::Finish(*step)).await
            }
            Action::Record(record) => self.record(*record).await,
        }
    }
}
