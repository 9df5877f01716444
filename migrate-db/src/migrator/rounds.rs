//! Rounds of planning and running, until a session has reached its objective.
//!
//! Each round starts from the state of the database. A runner that was overtaken plans again, as
//! long as another runner changes the database.

use std::time::{Duration, Instant};

use migrate_core::config::Locking;
use migrate_core::graph::Graph;
use migrate_core::history::History;
use migrate_core::plan::{Direction, Goal, Plan, Step};
use migrate_core::script::{Script, ScriptOptions, Transactions};

use super::redo::Redo;
use super::report::Report;
use super::resume::resume;
use super::session::{Session, plan_error};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::recovery::{self, Resolution};
use crate::runner::{CompletedStep, Outcome, RunContext, Runner};
use crate::state::{self, DatabaseState, MissingTable};
use crate::unfinished::{Unfinished, resume_command};

/// The maximum number of new connections in one run.
const MAX_RECONNECTIONS: u32 = 5;

/// How often a run may be overtaken while the version table does not change.
const MAX_UNCHANGED_REPLANS: u32 = 5;

/// How often a run may be overtaken at all.
const MAX_REPLANS: u32 = 10_000;

/// Without a lock, a row must stay unchanged this long before its statement in doubt counts as that
/// of a dead runner.
const LIVE_RUNNER: Duration = Duration::from_secs(3);

/// The time limit of the query that finds the state after an interruption.
const ANSWER: Duration = Duration::from_secs(5);

/// The objective of a session.
pub(super) enum Objective {
    /// A goal, by steps in one direction.
    Goal(Goal, Direction),
    /// Revisions reverted and applied again.
    Redo(Redo),
}

/// How a round ended.
enum Round {
    /// Nothing is left to do.
    Complete(Report),
    /// A part is done, and another round does the rest.
    Continue,
    /// Another runner changed the version table.
    Overtaken(DatabaseState),
}

/// Counts how often a run is overtaken.
#[derive(Default)]
pub(super) struct Limit {
    total: u32,
    standstills: u32,
    /// The generation and the unfinished steps when it was overtaken last.
    last: Option<(u64, Vec<Unfinished>)>,
}

impl Limit {
    /// Counts one more time.
    ///
    /// # Errors
    /// When the database does not change, or planning does not come to an end.
    pub(super) fn overtaken(&mut self, status: &DatabaseState) -> Result<(), Error> {
        let now = (status.generation, status.unfinished.clone());
        self.standstills = if self.last.as_ref() == Some(&now) { self.standstills + 1 } else { 0 };
        self.total += 1;
        self.last = Some(now);
        if self.standstills < MAX_UNCHANGED_REPLANS && self.total < MAX_REPLANS {
            return Ok(());
        }
        Err(Error::NoProgress { times: self.total })
    }
}

impl<'m> Session<'m> {
    /// Plans and runs until nothing is left to do.
    pub(super) async fn work_towards(
        &mut self,
        history: &History,
        objective: &Objective,
    ) -> Result<Report, Error> {
        match self.rounds(history, objective).await {
            Err(Error::Interrupted { unanswered, .. }) => {
                Err(self.interrupted(history, unanswered).await)
            }
            outcome => outcome,
        }
    }

    /// Returns the error of an interrupted run, with the state that another connection finds.
    async fn interrupted(&mut self, history: &History, unanswered: bool) -> Error {
        let asked = async {
            let status = if self.connected.connection.is_lent() {
                state::read(&mut self.connected.connection, &self.table, history).await
            } else {
                let source = &self.database.source;
                let connection = Connection::open(source, false).await.ok().flatten();
                state::read(&mut connection?, &self.table, history).await
            };
            let status = status.ok()?;
            let heads = status.heads(&history.graph);
            let heads = heads.iter().map(|node| history.graph.id(*node).to_string()).collect();
            Some((heads, status.unfinished.into_iter().next()))
        };
        // A statement that was not cancelled may be committed after the query.
        let found = if unanswered { None } else { tokio::time::timeout(ANSWER, asked).await.ok() };
        let (heads, unfinished) = found.flatten().map_or((None, None), |(h, u)| (Some(h), u));
        let resume = unfinished.as_ref().map(|unfinished| {
            resume_command(&history.graph, &unfinished.revision, unfinished.direction())
        });
        Error::Interrupted { heads, unanswered, resume }
    }

    async fn rounds(&mut self, history: &History, objective: &Objective) -> Result<Report, Error> {
        let mut done = Vec::new();
        let mut lost = 0;
        let mut limit = Limit::default();
        let mut entered = self.enter().await;
        loop {
            let round = match entered {
                Ok(()) => self.round(history, objective, limit.total > 0, &mut done).await,
                Err(error) => Err(error),
            };
            entered = Ok(());
            match round {
                Ok(Round::Complete(report)) => return Ok(report),
                Ok(Round::Continue) => {}
                Ok(Round::Overtaken(status)) => {
                    limit.overtaken(&status)?;
                    (self.on_event)(&Event::Replanned);
                }
                // The version table shows whether the last transaction was committed. The next
                // round starts from there and refuses a statement in doubt.
                Err(error)
                    if error.is_lost()
                        && lost < MAX_RECONNECTIONS
                        && !self.connected.connection.is_lent() =>
                {
                    lost += 1;
                    self.reconnect(error).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs one round from the current state of the database.
    async fn round(
        &mut self,
        history: &History,
        objective: &Objective,
        was_overtaken: bool,
        done: &mut Vec<CompletedStep>,
    ) -> Result<Round, Error> {
        let graph = &history.graph;
        let dialect = self.database.dialect();
        let script_options = objective.script_options(self.options.script_options(dialect));
        let status = self.current_state(history).await?;
        status.check_version_table(&self.table)?;
        if self.recreate(graph, &status).await? {
            return Ok(Round::Continue);
        }
        if let Some(end) = self.record_replacements(graph, &status).await? {
            return Ok(match end {
                Outcome::Complete => Round::Continue,
                Outcome::Overtaken => Round::Overtaken(status),
            });
        }
        let mut invalid_indexes = Vec::new();
        if let Some(unfinished) = status.unfinished.first().filter(|u| u.in_doubt()) {
            if self.is_running_elsewhere(history, &status, was_overtaken).await? {
                return Ok(Round::Continue);
            }
            let resolved = recovery::resolve(
                &mut self.connected.connection,
                graph,
                unfinished,
                dialect,
                self.options.lock_wait,
                self.on_event,
            );
            match resolved.await? {
                Resolution::Resolved(repair) => {
                    let mut runner =
                        self.runner(graph, &status, script_options, objective.is_redo());
                    return match runner.repair(unfinished, repair).await {
                        Ok(()) => Ok(Round::Continue),
                        Err(Error::Moved(_)) => Ok(Round::Overtaken(status)),
                        Err(error) => Err(error),
                    };
                }
                Resolution::Unresolved(names) => invalid_indexes = names,
            }
        }
        let continues = |step| objective.continues(step);
        let unfinished =
            resume(history, &status, continues, self.database, script_options, invalid_indexes)?;
        let plan = self.plan(graph, objective, &status).await?;
        let script = match &unfinished {
            Some(script) => script.clone(),
            None => Script::of(graph, &plan.steps, dialect, script_options)
                .map_err(|e| plan_error(&e, graph))?,
        };
        self.wait_for_replicas().await?;
        let mut runner = self.runner(graph, &status, script_options, objective.is_redo());
        let outcome = runner.run(&script).await;
        done.append(&mut runner.committed);
        Ok(match outcome? {
            Outcome::Overtaken => Round::Overtaken(status),
            Outcome::Complete if unfinished.is_some() => Round::Continue,
            Outcome::Complete => {
                Round::Complete(Report::new(graph, done, &plan.heads_after(graph)))
            }
        })
    }

    /// Returns the state of the database now: that from before the lock, where its generation is
    /// still the newest, else a new one.
    ///
    /// Every change of the version table writes a log row, but for the progress of a step that is
    /// recorded statement by statement: a state with such a step is read again.
    async fn current_state(&mut self, history: &History) -> Result<DatabaseState, Error> {
        let connection = &mut self.connected.connection;
        if let Some(state) = self.state_before_lock.take()
            && state.has_version_table
            && state.missing.is_none()
            && state.unfinished.is_empty()
            && let Ok(rows) = connection.read(&self.table.generation()).await
            && let Some(newest) = rows.into_iter().flatten().flatten().next()
            && newest.parse() == Ok(state.generation)
        {
            return Ok(state);
        }
        state::read(connection, &self.table, history).await
    }

    async fn plan(
        &mut self,
        graph: &Graph,
        objective: &Objective,
        status: &DatabaseState,
    ) -> Result<Plan, Error> {
        match objective {
            Objective::Goal(goal, _) => Ok(goal.plan(graph, &status.applied)),
            Objective::Redo(redo) => {
                let log = state::log(&mut self.connected.connection, &self.table).await?;
                Ok(redo.plan(graph, status, &log))
            }
        }
    }

    /// Records revisions as applied whose replaced revisions are. `None` if there are none.
    pub(super) async fn record_replacements(
        &mut self,
        graph: &Graph,
        status: &DatabaseState,
    ) -> Result<Option<Outcome>, Error> {
        let dialect = self.database.dialect();
        let script = |records| Script::of_records(records, dialect);
        let Some(script) = status.replacement_script(script) else { return Ok(None) };
        let script_options = self.options.script_options(dialect);
        self.runner(graph, status, script_options, false).run(&script).await.map(Some)
    }

    /// Creates the version table or the log where only the other one exists. Returns `true` if one
    /// was created.
    pub(super) async fn recreate(
        &mut self,
        graph: &Graph,
        status: &DatabaseState,
    ) -> Result<bool, Error> {
        let table = match &status.missing {
            None => return Ok(false),
            Some(MissingTable::Log) => self.table.log(),
            Some(MissingTable::Versions(_)) => self.table.version(),
        };
        let script_options = self.options.script_options(self.database.dialect());
        self.runner(graph, status, script_options, false).recreate(table).await?;
        Ok(true)
    }

    /// Waits for another runner that may be executing the statement in doubt. Returns `true` if the
    /// row changed. Under a lock there is no other runner.
    async fn is_running_elsewhere(
        &mut self,
        history: &History,
        status: &DatabaseState,
        was_overtaken: bool,
    ) -> Result<bool, Error> {
        let alone = self.options.lock != Locking::None && (self.lock.is_some() || !was_overtaken);
        let since = Instant::now();
        let mut attempt = 0;
        while !alone && since.elapsed() < LIVE_RUNNER.min(self.options.lock_wait) {
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
            let now = state::read(&mut self.connected.connection, &self.table, history).await?;
            if now.generation != status.generation || now.unfinished != status.unfinished {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn runner<'r>(
        &'r mut self,
        graph: &'r Graph,
        status: &DatabaseState,
        script_options: ScriptOptions,
        redo: bool,
    ) -> Runner<'r, 'm> {
        let context = RunContext {
            graph,
            table: &self.table,
            by: &self.options.by,
            wait: self.options.lock_wait,
            transactions: script_options.transactions,
            reporting: self.options.reporting,
            redo,
            locked: self.lock.is_some(),
            source: (!self.connected.connection.is_lent()).then_some(&self.database.source),
            session: &self.options.session,
            steps: self.options.steps,
            interrupt: self.options.interrupt.as_ref(),
            replica_wait: self.options.replica_wait(),
        };
        Runner::new(&mut self.connected.connection, context, &mut *self.on_event, status)
    }

    async fn reconnect(&mut self, error: Error) -> Result<(), Error> {
        let since = Instant::now();
        let mut error = error;
        let mut attempt = 0;
        // After a failover the server that is to take over may still be a standby.
        while since.elapsed() < self.options.lock_wait
            && (error.is_lost() || matches!(error, Error::ReadOnly { .. }))
        {
            (self.on_event)(&Event::Reconnecting);
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
            match Connection::open(&self.database.source, false).await {
                Ok(Some(connection)) => {
                    self.connected = connection.into();
                    // The connection of the lock may still be alive and would block this run.
                    if let Some(lock) = self.lock.take() {
                        lock.release().await;
                    }
                    match self.enter().await {
                        Ok(()) => return Ok(()),
                        Err(failed) => error = failed,
                    }
                }
                Ok(None) => break,
                Err(failed) => error = failed,
            }
        }
        Err(error)
    }
}

impl Objective {
    const fn is_redo(&self) -> bool {
        matches!(self, Self::Redo(_))
    }

    /// Returns `true` if an unfinished step leads to the objective.
    fn continues(&self, step: Step) -> bool {
        match self {
            Self::Goal(_, direction) => step.direction == *direction,
            Self::Redo(redo) => redo.is_about(step.node),
        }
    }

    /// A redo runs in one transaction where the database can hold both halves.
    const fn script_options(&self, script_options: ScriptOptions) -> ScriptOptions {
        match self {
            Self::Goal(..) => script_options,
            Self::Redo(_) => ScriptOptions { transactions: Transactions::All, ..script_options },
        }
    }
}
