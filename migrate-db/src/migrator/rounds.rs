//! Rounds of planning and running, until a session has reached its aim.
//!
//! Each round starts from what the database says. A runner that was overtaken plans again, as long
//! as somebody really moves the database.

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
use crate::doubt::{self, Doubt};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::runner::{Done, Outcome, Runner, Work};
use crate::state::{self, Missing, Status};
use crate::unfinished::{Unfinished, resume_command};

/// How often a lost connection is made again in one run.
const RECONNECTIONS: u32 = 5;

/// How often a run may be overtaken while the version table stays as it is.
const STANDSTILLS: u32 = 5;

/// How often a run may be overtaken at all.
const REPLANS: u32 = 10_000;

/// How long a row must stay as it is before its statement in doubt is that of a dead runner, where
/// no lock says that there is no other one.
const LIVE_RUNNER: Duration = Duration::from_secs(3);

/// How long the question may take where an interrupted run left the database.
const ANSWER: Duration = Duration::from_secs(5);

/// What a session is to reach.
pub(super) enum Aim {
    /// A goal, by steps in one direction.
    Goal(Goal, Direction),
    /// Revisions reverted and applied again.
    Redo(Redo),
}

/// How a round ended.
enum Round {
    /// There is nothing left to do.
    Arrived(Report),
    /// A part was done; another round does the rest.
    GoesOn,
    /// Another runner did it, or a part of it.
    Overtaken(Status),
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
    /// Counts one more time, from this status.
    ///
    /// # Errors
    /// When nobody moves the database, or planning does not come to an end.
    pub(super) fn overtaken(&mut self, status: &Status) -> Result<(), Error> {
        let now = (status.generation, status.unfinished.clone());
        self.standstills = if self.last.as_ref() == Some(&now) { self.standstills + 1 } else { 0 };
        self.total += 1;
        self.last = Some(now);
        if self.standstills < STANDSTILLS && self.total < REPLANS {
            return Ok(());
        }
        Err(Error::Plan {
            message: format!(
                "the version table was found changed {} times, and nobody seems to change it",
                self.total
            ),
            help: vec![
                "see that no revision writes to the version table or its log".to_owned(),
                "`cargo migrate log` shows what happened, `cargo migrate repair` what is unfinished"
                    .to_owned(),
            ],
        })
    }
}

impl Session<'_> {
    /// Rounds of planning and running, until nothing is left to do.
    pub(super) async fn work_towards(
        &mut self,
        history: &History,
        aim: &Aim,
    ) -> Result<Report, Error> {
        match self.rounds(history, aim).await {
            Err(Error::Interrupted { unanswered, .. }) => {
                Err(self.interrupted(history, unanswered).await)
            }
            outcome => outcome,
        }
    }

    /// What an interrupted run leaves, as another connection finds it.
    async fn interrupted(&mut self, history: &History, unanswered: bool) -> Error {
        let asked = async {
            let connection = Connection::open(&self.database.place, false).await.ok().flatten();
            let status = state::read(&mut connection?, &self.table, history).await.ok()?;
            let heads = status.heads(&history.graph);
            let heads = heads.iter().map(|node| history.graph.id(*node).to_string()).collect();
            Some((heads, status.unfinished.into_iter().next()))
        };
        // A statement that is not cancelled may be committed after the question.
        let found = if unanswered { None } else { tokio::time::timeout(ANSWER, asked).await.ok() };
        let (heads, unfinished) = found.flatten().map_or((None, None), |(h, u)| (Some(h), u));
        let resume = unfinished.as_ref().map(|unfinished| {
            resume_command(&history.graph, &unfinished.revision, unfinished.direction())
        });
        Error::Interrupted { heads, unanswered, resume }
    }

    async fn rounds(&mut self, history: &History, aim: &Aim) -> Result<Report, Error> {
        let mut done = Vec::new();
        let mut lost = 0;
        let mut limit = Limit::default();
        let mut entered = self.enter().await;
        loop {
            let round = match entered {
                Ok(()) => self.round(history, aim, limit.total > 0, &mut done).await,
                Err(error) => Err(error),
            };
            entered = Ok(());
            match round {
                Ok(Round::Arrived(report)) => return Ok(report),
                Ok(Round::GoesOn) => {}
                Ok(Round::Overtaken(status)) => {
                    limit.overtaken(&status)?;
                    (self.tell)(&Event::Replanned);
                }
                // What became of the last transaction stands in the version table: the next round
                // starts from there, and refuses what is in doubt.
                Err(error) if error.is_lost() && lost < RECONNECTIONS => {
                    lost += 1;
                    self.reconnect(error).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One round from what the database says now.
    async fn round(
        &mut self,
        history: &History,
        aim: &Aim,
        was_overtaken: bool,
        done: &mut Vec<Done>,
    ) -> Result<Round, Error> {
        let graph = &history.graph;
        let dialect = self.database.dialect();
        let how = aim.how(self.options.how(dialect));
        let status = state::read(&mut self.reached.connection, &self.table, history).await?;
        status.is_known(&self.table)?;
        if self.recreate(graph, &status).await? {
            return Ok(Round::GoesOn);
        }
        let mut half_made = Vec::new();
        if let Some(unfinished) = status.unfinished.first().filter(|u| u.in_doubt()) {
            if self.is_at_work(history, &status, was_overtaken).await? {
                return Ok(Round::GoesOn);
            }
            let settled = doubt::settle(
                &mut self.reached.connection,
                graph,
                unfinished,
                dialect,
                self.options.lock_wait,
                self.tell,
            );
            match settled.await? {
                Doubt::Settled(repair) => {
                    let mut runner = self.runner(graph, &status, how, aim.is_redo());
                    return match runner.repair(unfinished, repair).await {
                        Ok(()) => Ok(Round::GoesOn),
                        Err(Error::Moved(_)) => Ok(Round::Overtaken(status)),
                        Err(error) => Err(error),
                    };
                }
                Doubt::Stays(names) => half_made = names,
            }
        }
        let continues = |step| aim.continues(step);
        let unfinished = resume(history, &status, continues, self.database, how, half_made)?;
        let plan = self.plan(graph, aim, &status).await?;
        let script = match &unfinished {
            Some(script) => script.clone(),
            None => {
                Script::of(graph, &plan.steps, dialect, how).map_err(|e| plan_error(&e, graph))?
            }
        };
        let mut runner = self.runner(graph, &status, how, aim.is_redo());
        let outcome = runner.run(&script).await;
        done.append(&mut runner.committed);
        Ok(match outcome? {
            Outcome::Overtaken => Round::Overtaken(status),
            Outcome::Complete if unfinished.is_some() => Round::GoesOn,
            Outcome::Complete => Round::Arrived(Report::new(graph, done, &plan.heads_after(graph))),
        })
    }

    async fn plan(&mut self, graph: &Graph, aim: &Aim, status: &Status) -> Result<Plan, Error> {
        match aim {
            Aim::Goal(goal, _) => Ok(goal.plan(graph, &status.applied)),
            Aim::Redo(redo) => {
                let log = state::log(&mut self.reached.connection, &self.table).await?;
                Ok(redo.plan(graph, status, &log))
            }
        }
    }

    /// Creates the table that is missing while the other one exists; whether one was.
    pub(super) async fn recreate(&mut self, graph: &Graph, status: &Status) -> Result<bool, Error> {
        let table = match &status.missing {
            None => return Ok(false),
            Some(Missing::Log) => self.table.log(),
            Some(Missing::Versions(_)) => self.table.version(),
        };
        let how = self.options.how(self.database.dialect());
        self.runner(graph, status, how, false).recreate(table).await?;
        Ok(true)
    }

    /// Waits a moment for another runner that is at the statement in doubt; whether it moved. Under
    /// a lock there is none.
    async fn is_at_work(
        &mut self,
        history: &History,
        status: &Status,
        was_overtaken: bool,
    ) -> Result<bool, Error> {
        let alone = self.options.lock != Locking::None && (self.lock.is_some() || !was_overtaken);
        let since = Instant::now();
        let mut attempt = 0;
        while !alone && since.elapsed() < LIVE_RUNNER.min(self.options.lock_wait) {
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
            let now = state::read(&mut self.reached.connection, &self.table, history).await?;
            if now.generation != status.generation || now.unfinished != status.unfinished {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn runner<'r>(
        &'r mut self,
        graph: &'r Graph,
        status: &Status,
        how: ScriptOptions,
        redo: bool,
    ) -> Runner<'r> {
        let work = Work {
            graph,
            table: &self.table,
            by: &self.options.by,
            wait: self.options.lock_wait,
            transactions: how.transactions,
            reporting: self.options.reporting,
            redo,
            locked: self.lock.is_some(),
            place: Some(&self.database.place),
            session: &self.options.session,
            interrupt: self.options.interrupt.as_ref(),
        };
        Runner::new(&mut self.reached.connection, work, &mut *self.tell, status)
    }

    async fn reconnect(&mut self, error: Error) -> Result<(), Error> {
        let since = Instant::now();
        let mut error = error;
        let mut attempt = 0;
        while since.elapsed() < self.options.lock_wait && error.is_lost() {
            (self.tell)(&Event::Reconnecting);
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
            match Connection::open(&self.database.place, false).await {
                Ok(Some(connection)) => {
                    self.reached = connection.into();
                    // The lock's own connection may be alive: it would stand in our way.
                    if let Some(lock) = self.lock.take() {
                        lock.free().await;
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

impl Aim {
    const fn is_redo(&self) -> bool {
        matches!(self, Self::Redo(_))
    }

    /// Whether going on with an unfinished step leads to the aim.
    fn continues(&self, step: Step) -> bool {
        match self {
            Self::Goal(_, direction) => step.direction == *direction,
            Self::Redo(redo) => redo.is_about(step.node),
        }
    }

    /// A redo happens whole or not at all, where the database can hold it in one transaction.
    const fn how(&self, how: ScriptOptions) -> ScriptOptions {
        match self {
            Self::Goal(..) => how,
            Self::Redo(_) => ScriptOptions { transactions: Transactions::All, ..how },
        }
    }
}
