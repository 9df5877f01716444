//! A session: one visit to one database, from the connection to the release of the lock.
//!
//! A session reads the state before it takes the lock, so that a run with nothing to do costs one
//! query. Under the lock it checks that the state is still the same.

use std::borrow::Cow;

use migrate_core::config::UnknownDowns;
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Set, Target};
use migrate_core::history::History;
use migrate_core::plan::{self, Direction, Goal};
use migrate_core::script::{Action, Script, ScriptError};
use migrate_core::version_table::VersionTable;

use super::lock::{self, LockGuard};
use super::options::Options;
use super::prefetch::Connected;
use super::report::{Preview, Report};
use super::rounds::{Limit, Objective};
use crate::database::Database;
use crate::error::{Error, ReplicasBehind};
use crate::event::Event;
use crate::replicas::{self, Wait};
use crate::runner::Outcome;
use crate::state::{self, DatabaseState, MissingTable};
use crate::status::ids;
use crate::unfinished::{Repair, Unfinished};
use crate::unknown;

/// The direction and the target of a command.
#[derive(Clone, Copy)]
pub(super) enum Destination<'t> {
    Up(&'t Target),
    Down(&'t Target),
}

impl Destination<'_> {
    fn goal(self, graph: &Graph, status: &DatabaseState) -> Result<Goal, Error> {
        Ok(match self {
            Self::Up(target) => Goal::upgrade(graph, &status.applied, target)?,
            Self::Down(target) => Goal::downgrade(graph, &status.applied, target)?,
        })
    }

    /// Returns what leads from a state to the destination. Irreversible revisions and missing
    /// sections are errors before anything runs.
    pub(super) fn preview<'h>(
        self,
        history: Cow<'h, History>,
        status: DatabaseState,
        dialect: Dialect,
        options: &Options,
    ) -> Result<Preview<'h>, Error> {
        status.check_version_table(&VersionTable::new(dialect, &options.version_table))?;
        status.check_replaced(&history.graph)?;
        if self.direction() == Direction::Up {
            status.check_matches(&history)?;
        }
        let graph = &history.graph;
        let plan = self.goal(graph, &status)?.plan(graph, &status.applied);
        Script::of(graph, &plan.steps, dialect, options.script_options(dialect))
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
    pub(super) connected: Connected<'m>,
    /// Released after the connection that it guards.
    pub(super) lock: Option<LockGuard>,
    pub(super) table: VersionTable,
    /// The state of the database as it was read before the lock was taken.
    pub(super) state_before_lock: Option<DatabaseState>,
    pub(super) options: &'m Options,
    pub(super) on_event: &'m mut (dyn FnMut(&Event) + Send),
}

impl<'m> Session<'m> {
    /// Starts a session on a connected database.
    pub(super) fn new(
        connected: Option<Connected<'m>>,
        database: &'m Database,
        options: &'m Options,
        on_event: &'m mut (dyn FnMut(&Event) + Send),
    ) -> Option<Self> {
        let table = VersionTable::new(database.dialect(), &options.version_table);
        Some(Self {
            database,
            connected: connected?,
            lock: None,
            state_before_lock: None,
            table,
            options,
            on_event,
        })
    }

    /// Ends the session with the outcome of its work. A connection whose work failed is not
    /// returned to a pool; one that is lent gets its settings back. The lock is released in any case.
    pub(super) async fn end<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        let mut connection = self.connected.connection;
        let (lock, own_lock) = match self.lock {
            Some(LockGuard::OwnSession(release)) => (None, Some(release)),
            lock => (lock, None),
        };
        // The program uses a lent connection again, also after a failure.
        let closes = outcome.is_ok() || connection.is_lent();
        if let Some(release) = own_lock {
            // If this fails, the connection is gone, and the lock with it.
            let _ = connection.execute(&release).await;
        }
        let closed = if closes { connection.close().await } else { Ok(()) };
        if let Some(lock) = lock {
            lock.release().await;
        }
        let closed = closed.map_err(|e| Error::database("closing the connection", e));
        outcome.and_then(|done| closed.map(|()| done))
    }

    /// Runs what leads to a destination.
    pub(super) async fn run(
        &mut self,
        history: &History,
        destination: Destination<'_>,
    ) -> Result<Report, Error> {
        let preview = self.preview(history, destination).await?;
        if let Some(report) = preview.nothing_to_do() {
            self.wait_for_replicas().await?;
            return Ok(report);
        }
        let Preview { history: extended, plan, status } = preview;
        let was_replaced = !std::ptr::eq(&raw const *extended, history)
            && destination.direction() == Direction::Up;
        // Statements of the project may let the session see another table.
        self.state_before_lock = Some(status).filter(|_| self.options.session.is_empty());
        (self.on_event)(&Event::Planned { steps: plan.steps.len() });
        let objective = Objective::Goal(plan.goal, destination.direction());
        let report = self.work_towards(&extended, &objective).await?;
        if !was_replaced {
            return Ok(report);
        }
        // The rest of the replaced revisions has run: now the replacing one is applied.
        let heads = self.replace_now(history).await?;
        Ok(Report { heads_after: heads.unwrap_or(report.heads_after), ..report })
    }

    /// Records replacing revisions whose replaced ones are applied. Returns the heads of the database; `None`
    /// while a part of the replaced ones is missing.
    async fn replace_now(&mut self, history: &History) -> Result<Option<Vec<String>>, Error> {
        let mut limit = Limit::default();
        loop {
            let status = state::read(&mut self.connected.connection, &self.table, history).await?;
            if self.record_replacements(&history.graph, &status).await?.is_none() {
                let is_whole = status.partly_replaced().next().is_none();
                return Ok(is_whole.then(|| ids(&history.graph, status.heads(&history.graph))));
            }
            limit.overtaken(&status)?;
        }
    }

    /// Returns what would lead to the destination now. Reads only.
    pub(super) async fn preview<'h>(
        &mut self,
        history: &'h History,
        destination: Destination<'_>,
    ) -> Result<Preview<'h>, Error> {
        let status = self.connected.status(&self.table, history).await?;
        let extended =
            match self.with_unknown_revisions(history, &status, destination.direction()).await? {
                None => status.expanded(history)?,
                extended => extended,
            };
        let status = match &extended {
            Some(history) => {
                state::read(&mut self.connected.connection, &self.table, history).await?
            }
            None => status,
        };
        let known = &history.graph;
        let history = extended.map_or(Cow::Borrowed(history), Cow::Owned);
        let preview =
            destination.preview(history, status, self.database.dialect(), self.options)?;
        let unknown = preview.unknown_downs(known);
        if self.options.unknown_downs == UnknownDowns::Refuse && !unknown.is_empty() {
            return Err(Error::UnknownDowns(unknown));
        }
        Ok(preview)
    }

    /// Prepares the connection and takes the lock.
    pub(super) async fn enter(&mut self) -> Result<(), Error> {
        let failed = |e| Error::database("preparing the session", e);
        self.connected.connection.prepare().await.map_err(failed)?;
        self.connected
            .connection
            .apply_session_settings(&self.options.session)
            .await
            .map_err(failed)?;
        if let Some(reason) = self.connected.connection.read_only().await.map_err(failed)? {
            return Err(reason.into_error());
        }
        if let Some(schema) = self.table.landing() {
            let rows = self
                .connected
                .connection
                .rows(&format!("SELECT {schema}"))
                .await
                .map_err(failed)?;
            let schema = rows.into_iter().flatten().flatten().next();
            self.table = self.table.clone().within(schema);
        }
        if self.options.replica_wait().is_some() {
            replicas::check(&mut self.connected.connection, self.database.dialect()).await?;
        }
        let Self { database, connected, table, options, on_event, .. } = self;
        self.lock = if connected.connection.is_lent() {
            let connection = &mut connected.connection;
            lock::acquire_on_lent(connection, table, options, &mut **on_event).await?
        } else {
            lock::acquire_lock(&database.source, table, options, &mut **on_event).await?
        };
        Ok(())
    }

    /// Waits until the replicas have applied what earlier runs committed, if the run is to.
    pub(super) async fn wait_for_replicas(&mut self) -> Result<(), Error> {
        let Some(limit) = self.options.replica_wait() else { return Ok(()) };
        let dialect = self.database.dialect();
        let connection = &mut self.connected.connection;
        replicas::check(connection, dialect).await?;
        let interrupt = self.options.interrupt.as_ref();
        match replicas::wait(connection, dialect, limit, interrupt, &mut *self.on_event).await? {
            Wait::CaughtUp => Ok(()),
            Wait::Interrupted => {
                Err(Error::Interrupted { heads: None, unanswered: false, resume: None })
            }
            Wait::TimedOut { behind, waited } => {
                Err(Error::ReplicasBehind(Box::new(ReplicasBehind {
                    step: None,
                    partway: false,
                    replicas: behind,
                    waited,
                    committed: Vec::new(),
                })))
            }
        }
    }

    pub(super) async fn stamp(
        &mut self,
        history: &History,
        targets: &[Target],
        purge: bool,
    ) -> Result<Report, Error> {
        // While the files of a squashed range exist, a database may stand in the middle of it.
        let divided = history.divided_by(targets);
        let (whole, history) = (&history.graph, divided.as_ref().unwrap_or(history));
        let graph = &history.graph;
        let empty = DatabaseState::empty(graph);
        plan::stamp(graph, &empty.applied, targets, purge)?;
        self.enter().await?;
        let mut limit = Limit::default();
        loop {
            let status = state::read(&mut self.connected.connection, &self.table, history).await?;
            if self.recreate(graph, &status).await? {
                continue;
            }
            if !purge && !status.unknown.is_empty() {
                if status.unknown.iter().any(|id| whole.node(id).is_some()) {
                    plan::stamp(whole, &Set::empty(whole), targets, purge)?;
                }
                return Err(Error::Unknown(status.unknown));
            }
            if !purge && self.record_replacements(graph, &status).await?.is_some() {
                limit.overtaken(&status)?;
                continue;
            }
            let applied = if purge { &empty.applied } else { &status.applied };
            let stamp = plan::stamp(graph, applied, targets, purge)?;
            let mut script = Script::stamp(&stamp, purge, self.database.dialect());
            if !purge {
                forget_replaced(graph, &status, &stamp, &mut script)?;
            }
            let script_options = self.options.script_options(self.database.dialect());
            if self.runner(graph, &status, script_options, false).run(&script).await?
                == Outcome::Complete
            {
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
        let status = state::read(&mut self.connected.connection, &self.table, history).await?;
        status.check_version_table(&self.table)?;
        self.recreate(&history.graph, &status).await?;
        // Without the old files, a step can still be recorded as reverted.
        let expanded = status.expanded(history).ok().flatten();
        let (history, status) = match &expanded {
            Some(history) => {
                (history, state::read(&mut self.connected.connection, &self.table, history).await?)
            }
            None => (history, status),
        };
        let script_options = self.options.script_options(self.database.dialect());
        let mut runner = self.runner(&history.graph, &status, script_options, false);
        for unfinished in &status.unfinished {
            runner.repair(unfinished, repair).await?;
        }
        Ok(status.unfinished)
    }

    /// Writes a missing version table again, with the revisions that the log leaves applied.
    /// Returns their ids.
    pub(super) async fn repair_from_log(
        &mut self,
        history: &History,
    ) -> Result<Vec<String>, Error> {
        self.enter().await?;
        let graph = &history.graph;
        let status = state::read(&mut self.connected.connection, &self.table, history).await?;
        let Some(MissingTable::Versions(applied)) = &status.missing else { return Ok(Vec::new()) };
        let (applied, part) = state::with_replacing(graph, applied);
        if let Some(replacement) = part {
            return Err(state::partly_replaced(graph, &replacement));
        }
        let (known, unknown): (Vec<_>, Vec<_>) =
            applied.into_iter().partition(|id| graph.node(id).is_some());
        if !unknown.is_empty() {
            return Err(Error::Unknown(unknown));
        }
        let mut insert: Vec<_> = known.iter().filter_map(|id| graph.node(id)).collect();
        insert.sort_unstable();
        let applied_after = status.applied.clone();
        let stamp = plan::Stamp { insert, remove: Vec::new(), applied_after };
        let script = Script::stamp(&stamp, false, self.database.dialect());
        self.recreate(graph, &status).await?;
        let script_options = self.options.script_options(self.database.dialect());
        match self.runner(graph, &status, script_options, false).run(&script).await? {
            Outcome::Complete => Ok(known),
            Outcome::Overtaken => Err(Error::Moved(known.join(", "))),
        }
    }

    /// Returns the history extended by the unknown revisions of the database, where the direction
    /// is down.
    async fn with_unknown_revisions(
        &mut self,
        history: &History,
        status: &DatabaseState,
        direction: Direction,
    ) -> Result<Option<History>, Error> {
        if status.unknown.is_empty() || direction == Direction::Up {
            return Ok(None);
        }
        let rows = state::full_rows(&mut self.connected.connection, &self.table).await?;
        unknown::extend(history, &rows, self.table.dialect()).map(Some)
    }
}

/// Adds to a stamp what deletes the rows of replaced revisions of which a part is recorded.
///
/// # Errors
/// [`Error::PartlyReplaced`] where the stamp says nothing about the replacing revision.
fn forget_replaced(
    graph: &Graph,
    status: &DatabaseState,
    stamp: &plan::Stamp,
    script: &mut Script,
) -> Result<(), Error> {
    for replacement in status.partly_replaced() {
        let is_decided =
            stamp.insert.contains(&replacement.node) || stamp.applied_after.iter().next().is_none();
        if !is_decided {
            return Err(state::partly_replaced(graph, replacement));
        }
        let records = state::forgotten(replacement);
        if script.is_empty() {
            *script = Script::of_records(records, script.dialect);
        } else {
            script.actions.splice(1..1, records.into_iter().map(Action::Record));
        }
    }
    Ok(())
}

pub(crate) fn plan_error(error: &ScriptError, graph: &Graph) -> Error {
    if let ScriptError::Unread { node } = error {
        return Error::Unread(graph.id(*node).to_string());
    }
    let (message, help) = error.explain(graph);
    Error::Script { message, help }
}
