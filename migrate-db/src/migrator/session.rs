//! One visit to one database: connected, locked, and brought where it shall be.
//!
//! A session looks before it takes the lock, so that nothing to do costs one question; and again
//! under the lock, so that what is done fits what is there.

use std::borrow::Cow;
use std::time::Instant;

use migrate_core::graph::{Graph, Target};
use migrate_core::history::History;
use migrate_core::plan::{self, Direction, Goal};
use migrate_core::script::{How, Script, ScriptError};
use migrate_core::version_table::VersionTable;

use super::ahead::Reached;
use super::lock::{self, Held};
use super::options::Options;
use super::report::{Preview, Report};
use super::resume::resume;
use crate::database::Database;
use crate::doubt::{self, Doubt};
use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::ghosts;
use crate::runner::{Done, Outcome, Runner, Work};
use crate::state::{self, Status};
use crate::unfinished::{Repair, Unfinished};

/// How often a lost connection is made anew in one run.
const RECONNECTIONS: u32 = 5;

/// Which way a command goes.
#[derive(Clone, Copy)]
pub(super) enum Way<'t> {
    Up(&'t Target),
    Down(&'t Target),
}

impl Way<'_> {
    fn goal(self, graph: &Graph, status: &Status) -> Result<Goal, Error> {
        Ok(match self {
            Self::Up(target) => Goal::upgrade(graph, &status.applied, target)?,
            Self::Down(target) => Goal::downgrade(graph, &status.applied, target)?,
        })
    }

    /// What going the way does from where a database stands. What cannot be undone, or has no
    /// section for the database, is refused before anything is touched.
    pub(super) fn preview<'h>(
        self,
        history: Cow<'h, History>,
        status: Status,
        database: &Database,
        options: &Options,
    ) -> Result<Preview<'h>, Error> {
        if self.direction() == Direction::Up {
            status.agree(&history)?;
        }
        let graph = &history.graph;
        let plan = self.goal(graph, &status)?.plan(graph, &status.applied);
        let dialect = database.dialect();
        Script::of(graph, &plan.steps, dialect, options.how(dialect))
            .map_err(|e| plan_error(&e, graph))?;
        Ok(Preview { history, status, plan })
    }

    const fn direction(self) -> Direction {
        match self {
            Self::Up(_) => Direction::Up,
            Self::Down(_) => Direction::Down,
        }
    }
}

/// How a round ended.
enum Round {
    /// There is nothing left to do.
    Arrived(Report),
    /// A part was done; another round does the rest.
    GoesOn,
    /// Somebody else did it, or a part of it.
    Overtaken,
}

/// A connection to a database that is to be changed.
pub(super) struct Session<'m> {
    database: &'m Database,
    reached: Reached,
    /// Given back behind the connection that it guards.
    lock: Option<Held>,
    table: VersionTable,
    options: &'m Options,
    tell: &'m mut (dyn FnMut(&Event) + Send),
}

impl<'m> Session<'m> {
    /// A visit to a database that was reached.
    pub(super) fn new(
        reached: Option<Reached>,
        database: &'m Database,
        options: &'m Options,
        tell: &'m mut (dyn FnMut(&Event) + Send),
    ) -> Option<Self> {
        let table = VersionTable::new(database.dialect(), &options.version_table);
        Some(Self { database, reached: reached?, lock: None, table, options, tell })
    }

    /// Ends the visit with what came of it. A connection whose work failed is not given back to a
    /// pool; the lock is given back in any case.
    pub(super) async fn end<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        let closed = {
            let connection = self.reached.connection;
            match &outcome {
                Ok(_) => connection.close().await,
                Err(_) => Ok(()),
            }
        };
        if let Some(lock) = self.lock {
            lock.free().await;
        }
        let closed = closed.map_err(|e| Error::database("closing the connection", e));
        outcome.and_then(|done| closed.map(|()| done))
    }

    /// Goes the way as far as it leads.
    pub(super) async fn go(&mut self, history: &History, way: Way<'_>) -> Result<Report, Error> {
        let preview = self.preview(history, way).await?;
        if let Some(report) = preview.nothing_to_do() {
            return Ok(report);
        }
        let Preview { history, plan, .. } = preview;
        (self.tell)(&Event::Planned { steps: plan.steps.len() });
        self.work_towards(&history, &plan.goal, way.direction()).await
    }

    /// What going the way would do now. Reads only.
    pub(super) async fn preview<'h>(
        &mut self,
        history: &'h History,
        way: Way<'_>,
    ) -> Result<Preview<'h>, Error> {
        let status = self.reached.status(&self.table, history).await?;
        let extended = self.with_ghosts(history, &status, way.direction()).await?;
        let status = match &extended {
            Some(history) => {
                state::read(&mut self.reached.connection, &self.table, history).await?
            }
            None => status,
        };
        let history = extended.map_or(Cow::Borrowed(history), Cow::Owned);
        way.preview(history, status, self.database, self.options)
    }

    /// Rounds of planning and running, until nothing is left to do.
    async fn work_towards(
        &mut self,
        history: &History,
        goal: &Goal,
        direction: Direction,
    ) -> Result<Report, Error> {
        let how = self.options.how(self.database.dialect());
        let mut done = Vec::new();
        let mut lost = 0;
        let mut entered = self.enter().await;
        loop {
            let round = match entered {
                Ok(()) => self.round(history, goal, direction, how, &mut done).await,
                Err(error) => Err(error),
            };
            entered = Ok(());
            match round {
                Ok(Round::Arrived(report)) => return Ok(report),
                Ok(Round::GoesOn) => {}
                Ok(Round::Overtaken) => (self.tell)(&Event::Replanned),
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
        goal: &Goal,
        direction: Direction,
        how: How,
        done: &mut Vec<Done>,
    ) -> Result<Round, Error> {
        let graph = &history.graph;
        let status = state::read(&mut self.reached.connection, &self.table, history).await?;
        let mut half_made = Vec::new();
        if let Some(unfinished) = status.unfinished.first().filter(|u| u.in_doubt()) {
            let (wait, dialect) = (self.options.lock_wait, self.table.dialect());
            let settled = doubt::settle(
                &mut self.reached.connection,
                graph,
                unfinished,
                dialect,
                wait,
                self.tell,
            );
            match settled.await? {
                Doubt::Settled(repair) => {
                    self.runner(graph, &status, how).repair(unfinished, repair).await?;
                    return Ok(Round::GoesOn);
                }
                Doubt::Stays(names) => half_made = names,
            }
        }
        let unfinished = resume(history, &status, direction, self.database, how, half_made)?;
        let plan = goal.plan(graph, &status.applied);
        let script = match &unfinished {
            Some(script) => script.clone(),
            None => Script::of(graph, &plan.steps, self.database.dialect(), how)
                .map_err(|e| plan_error(&e, graph))?,
        };
        let mut runner = self.runner(graph, &status, how);
        let outcome = runner.run(&script).await;
        done.append(&mut runner.committed);
        Ok(match outcome? {
            Outcome::Overtaken => Round::Overtaken,
            Outcome::Complete if unfinished.is_some() => Round::GoesOn,
            Outcome::Complete => Round::Arrived(Report::new(graph, done, &plan.heads_after(graph))),
        })
    }

    fn runner<'r>(&'r mut self, graph: &'r Graph, status: &Status, how: How) -> Runner<'r> {
        let work = Work {
            graph,
            table: &self.table,
            by: &self.options.by,
            wait: self.options.lock_wait,
            transactions: how.transactions,
            reporting: self.options.reporting,
        };
        Runner::new(&mut self.reached.connection, work, &mut *self.tell, status)
    }

    /// Makes the session fit for work and takes the lock.
    async fn enter(&mut self) -> Result<(), Error> {
        let failed = |e| Error::database("preparing the session", e);
        self.reached.connection.prepare().await.map_err(failed)?;
        if let Some(schema) = self.table.landing() {
            let rows =
                self.reached.connection.rows(&format!("SELECT {schema}")).await.map_err(failed)?;
            let schema = rows.into_iter().flatten().flatten().next();
            self.table = self.table.clone().within(schema);
        }
        let place = &self.database.place;
        self.lock = lock::take(place, &self.table, self.options, &mut *self.tell).await?;
        Ok(())
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

    pub(super) async fn stamp(
        &mut self,
        history: &History,
        targets: &[Target],
        purge: bool,
    ) -> Result<Report, Error> {
        let graph = &history.graph;
        let blank = Status::blank(graph);
        plan::stamp(graph, &blank.applied, targets, purge)?;
        self.enter().await?;
        loop {
            let status = state::read(&mut self.reached.connection, &self.table, history).await?;
            if !purge && !status.unknown.is_empty() {
                return Err(Error::Unknown(status.unknown));
            }
            let applied = if purge { &blank.applied } else { &status.applied };
            let stamp = plan::stamp(graph, applied, targets, purge)?;
            let script = Script::stamp(&stamp, purge, self.database.dialect());
            let how = self.options.how(self.database.dialect());
            if self.runner(graph, &status, how).run(&script).await? == Outcome::Complete {
                return Ok(Report::new(graph, &[], &graph.tips(&stamp.applied_after)));
            }
        }
    }

    pub(super) async fn repair(
        &mut self,
        history: &History,
        repair: Repair,
    ) -> Result<Vec<Unfinished>, Error> {
        self.enter().await?;
        let status = state::read(&mut self.reached.connection, &self.table, history).await?;
        let how = self.options.how(self.database.dialect());
        let mut runner = self.runner(&history.graph, &status, how);
        for unfinished in &status.unfinished {
            runner.repair(unfinished, repair).await?;
        }
        Ok(status.unfinished)
    }

    /// The history with the revisions that only the database knows, where the way leads down.
    async fn with_ghosts(
        &mut self,
        history: &History,
        status: &Status,
        direction: Direction,
    ) -> Result<Option<History>, Error> {
        if status.unknown.is_empty() || direction == Direction::Up {
            return Ok(None);
        }
        let rows = state::full_rows(&mut self.reached.connection, &self.table).await?;
        ghosts::extend(history, &rows, self.table.dialect()).map(Some)
    }
}

pub(crate) fn plan_error(error: &ScriptError, graph: &Graph) -> Error {
    let (message, help) = error.explain(graph);
    Error::Plan { message, help }
}
