//! One visit to one database: connected, locked, and brought where it shall be.
//!
//! A session looks before it takes the lock, so that nothing to do costs one question; and again
//! under the lock, so that what is done fits what is there.

use std::borrow::Cow;

use migrate_core::config::UnknownDowns;
use migrate_core::graph::{Graph, Target};
use migrate_core::history::History;
use migrate_core::plan::{self, Direction, Goal};
use migrate_core::script::{Script, ScriptError};
use migrate_core::version_table::VersionTable;

use super::lock::{self, LockGuard};
use super::options::Options;
use super::prefetch::Reached;
use super::report::{Preview, Report};
use super::rounds::{Aim, Limit};
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::ghosts;
use crate::runner::Outcome;
use crate::state::{self, Missing, Status};
use crate::unfinished::{Repair, Unfinished};

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
        status.is_known(&VersionTable::new(database.dialect(), &options.version_table))?;
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

/// A connection to a database that is to be changed.
pub(super) struct Session<'m> {
    pub(super) database: &'m Database,
    pub(super) reached: Reached,
    /// Given back behind the connection that it guards.
    pub(super) lock: Option<LockGuard>,
    pub(super) table: VersionTable,
    pub(super) options: &'m Options,
    pub(super) tell: &'m mut (dyn FnMut(&Event) + Send),
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
        self.work_towards(&history, &Aim::Goal(plan.goal, way.direction())).await
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
        let known = &history.graph;
        let history = extended.map_or(Cow::Borrowed(history), Cow::Owned);
        let preview = way.preview(history, status, self.database, self.options)?;
        let unknown = preview.unknown_downs(known);
        if self.options.unknown_downs == UnknownDowns::Refuse && !unknown.is_empty() {
            return Err(Error::Plan {
                message: format!(
                    "the downs of revisions that no file holds may not run: {}",
                    unknown.join(", ")
                ),
                help: vec![
                    "their SQL comes from the version table: `--dry-run` names them, `--sql` shows it".to_owned(),
                    "`--yes` runs it once, `unknown-downs = \"run\"` in migrate.toml always".to_owned(),
                    "or bring the files back".to_owned(),
                ],
            });
        }
        Ok(preview)
    }

    /// Makes the session fit for work and takes the lock.
    pub(super) async fn enter(&mut self) -> Result<(), Error> {
        let failed = |e| Error::database("preparing the session", e);
        self.reached.connection.prepare().await.map_err(failed)?;
        self.reached.connection.set_up(&self.options.session).await.map_err(failed)?;
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
        let mut limit = Limit::default();
        loop {
            let status = state::read(&mut self.reached.connection, &self.table, history).await?;
            if self.recreate(graph, &status).await? {
                continue;
            }
            if !purge && !status.unknown.is_empty() {
                return Err(Error::Unknown(status.unknown));
            }
            let applied = if purge { &blank.applied } else { &status.applied };
            let stamp = plan::stamp(graph, applied, targets, purge)?;
            let script = Script::stamp(&stamp, purge, self.database.dialect());
            let how = self.options.how(self.database.dialect());
            if self.runner(graph, &status, how, false).run(&script).await? == Outcome::Complete {
                return Ok(Report::new(graph, &[], &graph.heads_of(&stamp.applied_after)));
            }
            limit.overtaken(&status)?;
        }
    }

    pub(super) async fn repair(
        &mut self,
        history: &History,
        repair: Repair,
    ) -> Result<Vec<Unfinished>, Error> {
        self.enter().await?;
        let status = state::read(&mut self.reached.connection, &self.table, history).await?;
        status.is_known(&self.table)?;
        self.recreate(&history.graph, &status).await?;
        let how = self.options.how(self.database.dialect());
        let mut runner = self.runner(&history.graph, &status, how, false);
        for unfinished in &status.unfinished {
            runner.repair(unfinished, repair).await?;
        }
        Ok(status.unfinished)
    }

    /// Writes the version table again, when it is missing, with the revisions that the log leaves
    /// applied; which those are.
    pub(super) async fn repair_from_log(
        &mut self,
        history: &History,
    ) -> Result<Vec<String>, Error> {
        self.enter().await?;
        let graph = &history.graph;
        let status = state::read(&mut self.reached.connection, &self.table, history).await?;
        let Some(Missing::Versions(applied)) = &status.missing else { return Ok(Vec::new()) };
        let (known, unknown): (Vec<_>, Vec<_>) =
            applied.iter().cloned().partition(|id| graph.node(id).is_some());
        if !unknown.is_empty() {
            return Err(Error::Unknown(unknown));
        }
        let mut insert: Vec<_> = known.iter().filter_map(|id| graph.node(id)).collect();
        insert.sort_unstable();
        let applied_after = status.applied.clone();
        let stamp = plan::Stamp { insert, remove: Vec::new(), applied_after };
        let script = Script::stamp(&stamp, false, self.database.dialect());
        self.recreate(graph, &status).await?;
        let how = self.options.how(self.database.dialect());
        match self.runner(graph, &status, how, false).run(&script).await? {
            Outcome::Complete => Ok(known),
            Outcome::Overtaken => Err(Error::Moved(known.join(", "))),
        }
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
    if let ScriptError::Unread { node } = error {
        return Error::Unread(graph.id(*node).to_string());
    }
    let (message, help) = error.explain(graph);
    Error::Plan { message, help }
}
