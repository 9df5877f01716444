//! Brings a database to a place in a history.
//!
//! [`Migrator`] reads where the database stands, plans, takes the lock, looks again, and lets the
//! runner run the script. It prints nothing: what happens is told to [`Migrator::on_event`].

use std::time::{Duration, Instant};

use migrate_core::graph::{Graph, Node, Target};
use migrate_core::history::History;
use migrate_core::plan::{self, Direction, Goal, Plan, Step};
use migrate_core::script::{Script, ScriptError, Transactions, fingerprint_of, statements_of};
use migrate_core::version_table::{DEFAULT_NAME, FullRow, LogRow, VersionTable};

use crate::database::Database;
use crate::driver::{Connection, LockTry, pause};
use crate::error::Error;
use crate::event::Event;
use crate::ghosts;
use crate::runner::{Done, Outcome, Repair, Runner};
use crate::state::{self, Status, Unfinished};

/// Moves databases along one history.
///
/// ```no_run
/// # async fn example(history: &migrate_core::history::History) -> Result<(), migrate_db::Error> {
/// let database = migrate_db::Database::from_url("sqlite:app.db")?;
/// let report = migrate_db::Migrator::new(history).upgrade(&database, &"head".parse()?).await?;
/// println!("{} revisions applied", report.steps.len());
/// # Ok(()) }
/// ```
pub struct Migrator<'h> {
    history: &'h History,
    options: Options,
    tell: Box<dyn FnMut(&Event) + Send + 'h>,
}

/// How a [`Migrator`] works; [`Options::default`] fits most.
#[derive(Debug, Clone)]
pub struct Options {
    /// The version table, `name` or `schema.name`.
    pub version_table: String,
    /// What stands in one transaction; `None` is what suits the database.
    pub transactions: Option<Transactions>,
    /// How long to wait for another run, or for a locked database file.
    pub lock_wait: Duration,
    /// Who is recorded in the version table and the log.
    pub by: String,
}

impl Default for Options {
    /// The table `migrate_version`, the database's own transactions, a minute of patience, and the
    /// process's user and host.
    fn default() -> Self {
        Self {
            version_table: DEFAULT_NAME.to_owned(),
            transactions: None,
            lock_wait: Duration::from_secs(60),
            by: by_default(),
        }
    }
}

/// `user@host` as far as the process can tell.
fn by_default() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).or_else(|| variable("USERNAME"));
    let host = variable("HOSTNAME").or_else(|| {
        std::fs::read_to_string("/etc/hostname").ok().map(|host| host.trim().to_owned())
    });
    match (user, host.filter(|host| !host.is_empty())) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => "unknown".to_owned(),
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The steps, all of them committed.
    pub steps: Vec<ReportedStep>,
    /// The ids that are heads of the database now.
    pub heads_after: Vec<String>,
}

/// One step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedStep {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// The direction.
    pub direction: Direction,
    /// How long it took.
    pub duration: Duration,
}

/// Which way a command goes.
#[derive(Clone, Copy)]
enum Way<'t> {
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

    const fn direction(self) -> Direction {
        match self {
            Self::Up(_) => Direction::Up,
            Self::Down(_) => Direction::Down,
        }
    }
}

impl<'h> Migrator<'h> {
    /// A migrator for a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History) -> Self {
        Self { history, options: Options::default(), tell: Box::new(|_| {}) }
    }

    /// Works with these options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Tells what happens as it happens.
    #[must_use]
    pub fn on_event(mut self, tell: impl FnMut(&Event) + Send + 'h) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// The version table on a database.
    #[must_use]
    pub fn version_table(&self, database: &Database) -> VersionTable {
        VersionTable::new(database.dialect(), &self.options.version_table)
    }

    /// What stands in one transaction on a database.
    #[must_use]
    pub fn transactions(&self, database: &Database) -> Transactions {
        self.options.transactions.unwrap_or(database.dialect().words().transactions)
    }

    /// Where a database stands. Reads only: a database that does not exist has nothing applied.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn status(&mut self, database: impl Into<Database>) -> Result<Status, Error> {
        let database = database.into();
        let table = self.version_table(&database);
        let Some(mut connection) = Connection::open(&database.place, false).await? else {
            return Ok(Status::blank(&self.history.graph));
        };
        let status = state::read(&mut connection, &table, self.history).await;
        close(connection).await?;
        status
    }

    /// Every column of the version table, oldest first. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn rows(&mut self, database: impl Into<Database>) -> Result<Vec<FullRow>, Error> {
        let database = database.into();
        let table = self.version_table(&database);
        let Some(mut connection) = Connection::open(&database.place, false).await? else {
            return Ok(Vec::new());
        };
        let rows = state::full_rows(&mut connection, &table).await;
        close(connection).await?;
        rows
    }

    /// The log, oldest first. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn log(&mut self, database: impl Into<Database>) -> Result<Vec<LogRow>, Error> {
        let database = database.into();
        let table = self.version_table(&database);
        let Some(mut connection) = Connection::open(&database.place, false).await? else {
            return Ok(Vec::new());
        };
        let rows = state::log(&mut connection, &table).await;
        close(connection).await?;
        rows
    }

    /// Applies what is missing below a target. The database is created when it is a SQLite file
    /// that does not exist. Safe with many callers at once: each step happens once.
    ///
    /// # Errors
    /// [`Error::Target`] when the target names no place, [`Error::Plan`] when the plan cannot run
    /// here, [`Error::Unknown`] and [`Error::Edited`] when database and files disagree, and what
    /// the database says. Nothing of a failed transaction stays.
    pub async fn upgrade(
        &mut self,
        database: impl Into<Database>,
        target: &Target,
    ) -> Result<Report, Error> {
        self.run(&database.into(), Way::Up(target)).await
    }

    /// Undoes what is above a target, which stays applied. Revisions that no file holds are undone
    /// with the way down that the database keeps.
    ///
    /// # Errors
    /// As [`Migrator::upgrade`]; [`Error::Plan`] when a revision on the way cannot be undone:
    /// nothing is run then.
    pub async fn downgrade(
        &mut self,
        database: impl Into<Database>,
        target: &Target,
    ) -> Result<Report, Error> {
        self.run(&database.into(), Way::Down(target)).await
    }

    async fn run(&mut self, database: &Database, way: Way<'_>) -> Result<Report, Error> {
        let table = self.version_table(database);
        let create = matches!(way, Way::Up(_));
        let Some(mut connection) = Connection::open(&database.place, create).await? else {
            let status = Status::blank(&self.history.graph);
            let goal = way.goal(&self.history.graph, &status)?;
            return Ok(report(
                &self.history.graph,
                &goal.plan(&self.history.graph, &status.applied),
                &[],
            ));
        };
        let report = self.run_on(&mut connection, database, &table, way).await;
        let closed = close(connection).await;
        let report = report?;
        closed?;
        Ok(report)
    }

    async fn run_on(
        &mut self,
        connection: &mut Connection,
        database: &Database,
        table: &VersionTable,
        way: Way<'_>,
    ) -> Result<Report, Error> {
        let status = state::read(connection, table, self.history).await?;
        let extended =
            with_ghosts(self.history, connection, table, &status, way.direction()).await?;
        let history = extended.as_ref().unwrap_or(self.history);
        let status = match &extended {
            Some(history) => state::read(connection, table, history).await?,
            None => status,
        };
        if way.direction() == Direction::Up {
            refuse_disagreement(history, &status)?;
        }
        let goal = way.goal(&history.graph, &status)?;
        let plan = goal.plan(&history.graph, &status.applied);
        let mode = self.transactions(database);
        Script::of(&history.graph, &plan.steps, database.dialect(), mode)
            .map_err(|e| plan_error(&e, &history.graph))?;
        if plan.steps.is_empty() && status.unfinished.is_empty() {
            return Ok(report(&history.graph, &plan, &[]));
        }
        connection.prepare().await.map_err(|e| Error::database("preparing the session", e))?;
        self.lock(connection, table).await?;
        (self.tell)(&Event::Planned { steps: plan.steps.len() });
        let mut done: Vec<Done> = Vec::new();
        // Under the lock what was read before may be old: each round starts from what is there.
        loop {
            let status = state::read(connection, table, history).await?;
            let Options { by, lock_wait, .. } = &self.options;
            let mut runner = Runner::new(
                connection,
                &history.graph,
                table,
                by,
                *lock_wait,
                &mut *self.tell,
                &status,
            );
            let unfinished = resume(history, &status, way.direction(), database)?;
            let plan = goal.plan(&history.graph, &status.applied);
            let script = match &unfinished {
                Some(script) => script.clone(),
                None => Script::of(&history.graph, &plan.steps, database.dialect(), mode)
                    .map_err(|e| plan_error(&e, &history.graph))?,
            };
            let outcome = runner.run(&script).await;
            done.append(&mut runner.committed);
            if outcome? == Outcome::Overtaken {
                (self.tell)(&Event::Replanned);
            } else if unfinished.is_none() {
                return Ok(report(&history.graph, &plan, &done));
            }
        }
    }

    /// Writes or removes rows without running anything.
    ///
    /// # Errors
    /// As [`Migrator::upgrade`], but for mistakes that only running could meet.
    pub async fn stamp(
        &mut self,
        database: impl Into<Database>,
        targets: &[Target],
        purge: bool,
    ) -> Result<Report, Error> {
        let database = database.into();
        let table = self.version_table(&database);
        let Some(mut connection) = Connection::open(&database.place, true).await? else {
            return Ok(Report::default());
        };
        let report = self.stamp_on(&mut connection, &database, &table, targets, purge).await;
        let closed = close(connection).await;
        let report = report?;
        closed?;
        Ok(report)
    }

    async fn stamp_on(
        &mut self,
        connection: &mut Connection,
        database: &Database,
        table: &VersionTable,
        targets: &[Target],
        purge: bool,
    ) -> Result<Report, Error> {
        let graph = &self.history.graph;
        plan::stamp(graph, &Status::blank(graph).applied, targets, purge)?;
        connection.prepare().await.map_err(|e| Error::database("preparing the session", e))?;
        self.lock(connection, table).await?;
        loop {
            let status = state::read(connection, table, self.history).await?;
            if !purge && !status.unknown.is_empty() {
                return Err(Error::Unknown(status.unknown));
            }
            let blank = Status::blank(graph);
            let applied = if purge { &blank.applied } else { &status.applied };
            let stamp = plan::stamp(graph, applied, targets, purge)?;
            let script = Script::stamp(&stamp, purge, database.dialect());
            let Options { by, lock_wait, .. } = &self.options;
            let mut runner =
                Runner::new(connection, graph, table, by, *lock_wait, &mut *self.tell, &status);
            if runner.run(&script).await? == Outcome::Complete {
                let heads = graph.tips(&stamp.applied_after);
                return Ok(Report { steps: Vec::new(), heads_after: ids(graph, &heads) });
            }
        }
    }

    /// Settles the steps that stopped in the middle, as a person has found out; what it settled.
    ///
    /// # Errors
    /// When the database cannot be reached, read or written.
    pub async fn repair(
        &mut self,
        database: impl Into<Database>,
        repair: Repair,
    ) -> Result<Vec<Unfinished>, Error> {
        let database = database.into();
        let table = self.version_table(&database);
        let Some(mut connection) = Connection::open(&database.place, false).await? else {
            return Ok(Vec::new());
        };
        let settled = self.repair_on(&mut connection, &table, repair).await;
        let closed = close(connection).await;
        let settled = settled?;
        closed?;
        Ok(settled)
    }

    async fn repair_on(
        &mut self,
        connection: &mut Connection,
        table: &VersionTable,
        repair: Repair,
    ) -> Result<Vec<Unfinished>, Error> {
        connection.prepare().await.map_err(|e| Error::database("preparing the session", e))?;
        self.lock(connection, table).await?;
        let status = state::read(connection, table, self.history).await?;
        let graph = &self.history.graph;
        let Options { by, lock_wait, .. } = &self.options;
        let mut runner =
            Runner::new(connection, graph, table, by, *lock_wait, &mut *self.tell, &status);
        for unfinished in &status.unfinished {
            runner.repair(unfinished, repair).await?;
        }
        Ok(status.unfinished)
    }

    /// Polls for the lock: a session that waits inside the database would stand in the way of the
    /// holder's own CREATE INDEX CONCURRENTLY.
    async fn lock(
        &mut self,
        connection: &mut Connection,
        table: &VersionTable,
    ) -> Result<(), Error> {
        let since = Instant::now();
        let mut attempt = 0;
        loop {
            let LockTry::Held(holder) = connection.try_lock(&table.version()).await? else {
                return Ok(());
            };
            let waited = since.elapsed();
            if waited >= self.options.lock_wait {
                return Err(Error::Busy { waited, holder });
            }
            if attempt % 4 == 3 {
                (self.tell)(&Event::Waiting { holder, waited });
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }
}

fn report(graph: &Graph, plan: &Plan, done: &[Done]) -> Report {
    let steps = done.iter().map(|Done { step, duration }| ReportedStep {
        revision: graph.id(step.node).to_string(),
        message: graph.revision(step.node).message().to_owned(),
        direction: step.direction,
        duration: *duration,
    });
    Report { steps: steps.collect(), heads_after: ids(graph, &plan.heads_after(graph)) }
}

fn ids(graph: &Graph, nodes: &[Node]) -> Vec<String> {
    nodes.iter().map(|node| graph.id(*node).to_string()).collect()
}

async fn close(connection: Connection) -> Result<(), Error> {
    connection.close().await.map_err(|e| Error::database("closing the connection", e))
}

fn plan_error(error: &ScriptError, graph: &Graph) -> Error {
    let (message, help) = error.explain(graph);
    Error::Plan { message, help }
}

/// The history with the revisions that only the database knows, where the way leads down.
async fn with_ghosts(
    history: &History,
    connection: &mut Connection,
    table: &VersionTable,
    status: &Status,
    direction: Direction,
) -> Result<Option<History>, Error> {
    if status.unknown.is_empty() || direction == Direction::Up {
        return Ok(None);
    }
    let rows = state::full_rows(connection, table).await?;
    ghosts::extend(history, &rows, table.dialect()).map(Some)
}

/// Going up on top of rows that no file holds, or of files that changed, is refused.
fn refuse_disagreement(history: &History, status: &Status) -> Result<(), Error> {
    if !status.unknown.is_empty() {
        return Err(Error::Unknown(status.unknown.clone()));
    }
    if !status.edited.is_empty() {
        let name = |node: &Node| {
            let revision = history.graph.revision(*node);
            (revision.id().to_string(), revision.file.path().to_owned())
        };
        return Err(Error::Edited(status.edited.iter().map(name).collect()));
    }
    Ok(())
}

/// The rest of the step that stopped in the middle, when it is known exactly where it stands and
/// the command goes the same way.
fn resume(
    history: &History,
    status: &Status,
    direction: Direction,
    database: &Database,
) -> Result<Option<Script>, Error> {
    let Some(unfinished) = status.unfinished.first() else { return Ok(None) };
    let graph = &history.graph;
    let going = unfinished.direction();
    let node = graph.node(&unfinished.revision);
    let step = node.map(|node| Step { node, direction: going });
    let next = step.and_then(|step| {
        let span = *statements_of(graph, step, database.dialect()).ok()?.get(unfinished.done)?;
        let file = &graph.revision(step.node).file;
        Some(Box::new((span.of(file.text()).to_owned(), file.locate(span))))
    });
    let Some(step) = step.filter(|_| going == direction && !unfinished.in_doubt()) else {
        return Err(Error::Unfinished { unfinished: Box::new(unfinished.clone()), next });
    };
    if unfinished.fingerprint
        != Some(fingerprint_of(graph, step, unfinished.done, database.dialect()))
    {
        let revision = graph.revision(step.node);
        return Err(Error::Plan {
            message: format!(
                "revision {} stopped behind statement {}, and the statements up to there were edited since",
                revision.id(),
                unfinished.done
            ),
            help: vec![format!(
                "restore them in {}; what follows may be mended",
                revision.file.path()
            )],
        });
    }
    Script::resume(graph, step, unfinished.done, database.dialect())
        .map(Some)
        .map_err(|e| plan_error(&e, graph))
}
