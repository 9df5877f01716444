//! Runs a script on a connection.
//!
//! Walks the actions in order: opens and commits transactions, executes statements, moves rows and
//! sees that exactly one row moved. In every transaction it looks first whether somebody else has
//! moved the version table, so that nothing rests on a lock alone. It does not plan: when it is
//! overtaken it stops and says so.

use std::time::{Duration, Instant};

use migrate_core::graph::{Graph, Node};
use migrate_core::plan::{Direction, Step};
use migrate_core::script::{Action, Record, Script, Statement};
use migrate_core::version_table::{self as table, Origin, Progress, RowState, VersionTable};

use crate::driver::{Connection, pause};
use crate::error::{Error, StatementError};
use crate::event::Event;
use crate::state::{Status, Unfinished};

/// The tool and its version, as recorded.
pub(crate) const TOOL: &str = concat!("migrate-db ", env!("CARGO_PKG_VERSION"));

/// What a run works with.
pub(crate) struct Runner<'r> {
    pub(crate) connection: &'r mut Connection,
    pub(crate) graph: &'r Graph,
    pub(crate) table: &'r VersionTable,
    /// Who is recorded.
    pub(crate) by: &'r str,
    /// How long to wait for somebody else.
    pub(crate) wait: Duration,
    pub(crate) tell: &'r mut (dyn FnMut(&Event) + Send),
    /// Whether the version table is known to exist.
    has_table: bool,
    /// The log's newest number when the plan was made, and after each transaction of ours.
    generation: u64,
    /// Whether the version table is there also after a rollback.
    table_stays: bool,
    /// Whether a transaction is open.
    open: bool,
    /// Steps done in the open transaction.
    uncommitted: Vec<Done>,
    /// Steps done and committed.
    pub(crate) committed: Vec<Done>,
}

/// A step that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// The step.
    pub step: Step,
    /// How long it took.
    pub duration: Duration,
}

/// How a script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it ran.
    Complete,
    /// Somebody else moved the version table: nothing of the present transaction was done.
    Overtaken,
}

/// How to settle a step that stopped in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// The statement in doubt did run: go on behind it.
    Ran,
    /// The statement in doubt did not run: go on with it.
    NotRun,
    /// The revision is wholly applied.
    Applied,
    /// Nothing of the revision is applied.
    Reverted,
}

/// The step that is being done.
struct Current {
    step: Step,
    since: Instant,
    journalled: bool,
}

impl<'r> Runner<'r> {
    pub(crate) fn new(
        connection: &'r mut Connection,
        graph: &'r Graph,
        table: &'r VersionTable,
        by: &'r str,
        wait: Duration,
        tell: &'r mut (dyn FnMut(&Event) + Send),
        status: &Status,
    ) -> Self {
        Self {
            connection,
            graph,
            table,
            by,
            wait,
            tell,
            has_table: status.has_version_table,
            table_stays: status.has_version_table,
            generation: status.generation,
            open: false,
            uncommitted: Vec::new(),
            committed: Vec::new(),
        }
    }

    /// Runs a script. What is open when something fails is rolled back; what was committed before
    /// stays in [`Runner::committed`].
    pub(crate) async fn run(&mut self, script: &Script) -> Result<Outcome, Error> {
        let mut current: Option<Current> = None;
        for action in &script.actions {
            let done = self.act(action, &mut current).await;
            match done {
                Ok(Outcome::Complete) => {}
                Ok(Outcome::Overtaken) => {
                    self.roll_back().await;
                    return Ok(Outcome::Overtaken);
                }
                Err(error) => {
                    // The error has taken the names of what is rolled back.
                    self.roll_back().await;
                    self.note_failure(&error, current.as_ref()).await;
                    return Err(error);
                }
            }
        }
        Ok(Outcome::Complete)
    }

    async fn act(
        &mut self,
        action: &Action,
        current: &mut Option<Current>,
    ) -> Result<Outcome, Error> {
        match action {
            Action::Step(step) => {
                let revision = self.graph.revision(step.node);
                (self.tell)(&Event::Started {
                    revision: revision.id().to_string(),
                    message: revision.message().to_owned(),
                    direction: step.direction,
                });
                *current = Some(Current { step: *step, since: Instant::now(), journalled: false });
            }
            Action::Begin { foreign_keys } => return self.begin(*foreign_keys).await,
            Action::Commit => self.commit(current.as_ref()).await?,
            Action::Statement(statement) => self.statement(statement, current.as_ref()).await?,
            Action::Record(record) => return self.record(*record, current).await,
        }
        Ok(Outcome::Complete)
    }

    /// Opens a transaction and looks whether the version table is as it was.
    async fn begin(&mut self, foreign_keys: bool) -> Result<Outcome, Error> {
        let since = Instant::now();
        let mut attempt = 0;
        while let Err(error) = self.connection.begin(foreign_keys).await {
            self.still_busy(error, since, attempt, "opening a transaction")?;
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
        self.open = true;
        if !self.has_table {
            self.create_table().await?;
        }
        let generation = self.read_generation().await?;
        Ok(if generation == self.generation { Outcome::Complete } else { Outcome::Overtaken })
    }

    async fn create_table(&mut self) -> Result<(), Error> {
        for sql in self.table.create() {
            self.connection.execute(&sql).await.map_err(|e| {
                Error::database(format!("creating the table {}", self.table.version()), e)
            })?;
        }
        self.has_table = true;
        Ok(())
    }

    async fn read_generation(&mut self) -> Result<u64, Error> {
        let rows = self
            .connection
            .rows(&self.table.generation())
            .await
            .map_err(|e| Error::database("reading the log table", e))?;
        Ok(rows
            .into_iter()
            .flatten()
            .flatten()
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or_default())
    }

    async fn commit(&mut self, current: Option<&Current>) -> Result<(), Error> {
        let broken = self
            .connection
            .violations()
            .await
            .map_err(|e| Error::database("looking for broken references", e))?;
        if !broken.is_empty() {
            let revision =
                current.map_or_else(String::new, |c| self.graph.id(c.step.node).to_string());
            return Err(Error::ForeignKeys { revision, broken });
        }
        let generation = self.read_generation().await?;
        self.patiently("COMMIT", "committing").await?;
        self.open = false;
        self.table_stays = self.has_table;
        self.generation = generation;
        self.committed.append(&mut self.uncommitted);
        (self.tell)(&Event::Committed);
        Ok(())
    }

    async fn roll_back(&mut self) {
        if std::mem::take(&mut self.open) {
            // When even this fails the connection is gone, and the transaction with it.
            let _ = self.connection.execute("ROLLBACK").await;
            self.has_table = self.table_stays;
            self.uncommitted.clear();
        }
    }

    /// Executes a statement of ours, again while somebody else is in the way.
    async fn patiently(&mut self, sql: &str, doing: &str) -> Result<u64, Error> {
        let since = Instant::now();
        let mut attempt = 0;
        loop {
            match self.connection.execute(sql).await {
                Ok(changed) => return Ok(changed),
                Err(error) => self.still_busy(error, since, attempt, doing)?,
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }

    /// Whether to try again: an error when trying does not help or the time is up.
    fn still_busy(
        &mut self,
        error: sqlx::Error,
        since: Instant,
        attempt: u32,
        doing: &str,
    ) -> Result<(), Error> {
        let holder = "another connection is writing".to_owned();
        if !self.connection.is_busy(&error) {
            return Err(Error::database(doing, error));
        }
        let waited = since.elapsed();
        if waited >= self.wait {
            return Err(Error::Busy { waited, holder });
        }
        // One attempt takes the driver's own short wait: four of them are about a second.
        if attempt % 4 == 3 {
            (self.tell)(&Event::Waiting { holder, waited });
        }
        Ok(())
    }

    async fn statement(
        &mut self,
        statement: &Statement,
        current: Option<&Current>,
    ) -> Result<(), Error> {
        let file = &self.graph.revision(statement.node).file;
        let sql = statement.span.of(file.text());
        match self.connection.execute(sql).await {
            Ok(_) => Ok(()),
            Err(source) => {
                let name = |done: &Done| self.graph.id(done.step.node).to_string();
                let revision = self.graph.revision(statement.node);
                let error = StatementError {
                    revision: revision.id().to_string(),
                    message: revision.message().to_owned(),
                    direction: current.map_or(Direction::Up, |c| c.step.direction),
                    number: statement.number,
                    sql: sql.to_owned(),
                    location: file.locate(statement.span),
                    committed: self.committed.iter().map(name).collect(),
                    rolled_back: self.uncommitted.iter().map(name).collect(),
                    whole: !current.is_some_and(|c| c.journalled),
                    source,
                };
                Err(Box::new(error).into())
            }
        }
    }

    /// Moves rows: in the open transaction, else in one of its own.
    async fn record(
        &mut self,
        record: Record,
        current: &mut Option<Current>,
    ) -> Result<Outcome, Error> {
        let own = !self.open;
        if own && self.begin(false).await? == Outcome::Overtaken {
            return Ok(Outcome::Overtaken);
        }
        let elapsed = current.as_ref().map(|c| c.since.elapsed());
        let origin = Origin { by: self.by, tool: TOOL, duration_ms: elapsed.map(millis) };
        let sql = record.sql(self.graph, self.table, origin);
        for statement in sql.iter().filter(|sql| !sql.is_empty()) {
            let changed = self.patiently(statement, "writing the version table").await?;
            if let Some(node) = subject(record).filter(|_| changed != 1) {
                return Err(Error::Moved(self.graph.id(node).to_string()));
            }
        }
        if own {
            self.commit(None).await?;
        }
        match record {
            Record::Start(_) => {
                if let Some(current) = current {
                    current.journalled = true;
                }
            }
            Record::Done(step) | Record::Finish(step) => {
                let duration = elapsed.unwrap_or_default();
                let done = Done { step, duration };
                if self.open {
                    self.uncommitted.push(done)
                } else {
                    self.committed.push(done)
                }
                (self.tell)(&Event::Finished {
                    revision: self.graph.id(step.node).to_string(),
                    direction: step.direction,
                    duration,
                });
            }
            Record::Attempt(..)
            | Record::Progress(..)
            | Record::Stamp(_)
            | Record::Unstamp(_)
            | Record::Purge => {}
        }
        Ok(Outcome::Complete)
    }

    /// Settles a step that stopped in the middle.
    pub(crate) async fn repair(
        &mut self,
        unfinished: &Unfinished,
        repair: Repair,
    ) -> Result<(), Error> {
        let Unfinished { revision: id, state, done, begun, .. } = unfinished;
        let origin = Origin { by: self.by, tool: TOOL, duration_ms: None };
        let node = self.graph.node(id).ok_or_else(|| Error::Unknown(vec![id.clone()]));
        let step = |node| Step { node, direction: unfinished.direction() };
        let (row, detail) = match repair {
            Repair::Reverted => (self.table.delete(id, *state), "reverted"),
            Repair::Applied => {
                let fingerprint = self.graph.revision(node?).fingerprint;
                let to = Progress {
                    state: RowState::Applied,
                    begun: 0,
                    done: 0,
                    fingerprint,
                    duration_ms: None,
                };
                (self.table.update(id, *state, &to), "applied")
            }
            Repair::Ran => {
                let [row, _] =
                    Record::Progress(step(node?), *begun).sql(self.graph, self.table, origin);
                (row, "the statement in doubt ran")
            }
            Repair::NotRun => {
                let [row, _] =
                    Record::Progress(step(node?), *done).sql(self.graph, self.table, origin);
                (row, "the statement in doubt did not run")
            }
        };
        if self.begin(false).await? == Outcome::Overtaken {
            self.roll_back().await;
            return Err(Error::Moved(id.clone()));
        }
        for sql in [row, self.table.record(id, table::Event::Repair, detail, origin)] {
            if self.patiently(&sql, "writing the version table").await? != 1 {
                self.roll_back().await;
                return Err(Error::Moved(id.clone()));
            }
        }
        self.commit(None).await
    }

    /// Writes a failure into the log, if that is possible: the error itself matters more. A
    /// statement that failed did not run, so that no doubt remains about it.
    async fn note_failure(&mut self, error: &Error, current: Option<&Current>) {
        let (Some(current), Error::Statement(failed)) = (current, error) else { return };
        if !self.has_table && !self.exists().await {
            return;
        }
        self.has_table = true;
        let id = self.graph.id(current.step.node);
        let duration_ms = Some(millis(current.since.elapsed()));
        let origin = Origin { by: self.by, tool: TOOL, duration_ms };
        let detail = format!("{failed}: {}", failed.source);
        let log = self.table.record(id.as_str(), table::Event::Failure, &detail, origin);
        if current.journalled {
            let record = Record::Progress(current.step, failed.number - 1);
            let [row, _] = record.sql(self.graph, self.table, origin);
            let _ = self.connection.execute(&row).await;
        }
        let _ = self.connection.execute(&log).await;
    }

    async fn exists(&mut self) -> bool {
        self.connection.rows(&self.table.exists()).await.is_ok_and(|rows| !rows.is_empty())
    }
}

/// The revision that a record is about.
fn subject(record: Record) -> Option<Node> {
    match record {
        Record::Done(step)
        | Record::Start(step)
        | Record::Attempt(step, _)
        | Record::Progress(step, _)
        | Record::Finish(step) => Some(step.node),
        Record::Stamp(node) | Record::Unstamp(node) => Some(node),
        Record::Purge => None,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
