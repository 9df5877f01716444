//! Brings a database to a place in a history.
//!
//! [`Migrator`] is what a program calls; a session does one visit, and the runner below it one
//! script. Nothing here prints: what happens is told to [`Migrator::on_event`].

mod lock;
mod options;
mod prefetch;
mod redo;
mod report;
mod resume;
mod rounds;
mod session;

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use migrate_core::graph::Target;
use migrate_core::history::History;
use migrate_core::plan::Direction;
use migrate_core::version_table::{FullRow, LogRow, VersionTable};

pub use options::Options;
pub use prefetch::Prefetch;
use prefetch::{Connected, connect};
pub use report::{Preview, Report, ReportedStep};
#[cfg(feature = "testkit")]
pub(crate) use session::plan_error;
use session::{Destination, Session};

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::event::Event;
use crate::state::{self, Status};
use crate::unfinished::{Repair, Unfinished};

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
    prefetch: Option<Prefetch>,
    on_event: Box<dyn FnMut(&Event) + Send + 'h>,
}

/// What a method comes down to. Behind a pointer it is compiled here, once, and not in every program
/// that calls: a body of its own costs the caller's compiler a second.
type Boxed<'b, T> = BoxFuture<'b, Result<T, Error>>;

impl<'h> Migrator<'h> {
    /// A migrator for a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History) -> Self {
        Self { history, options: Options::default(), prefetch: None, on_event: Box::new(|_| {}) }
    }

    /// Works with these options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Uses this connection for the first visit, which must be to the same database.
    #[must_use]
    pub fn prefetch(mut self, prefetch: Option<Prefetch>) -> Self {
        self.prefetch = prefetch;
        self
    }

    /// Tells what happens as it happens.
    #[must_use]
    pub fn on_event(mut self, on_event: impl FnMut(&Event) + Send + 'h) -> Self {
        self.on_event = Box::new(on_event);
        self
    }

    /// The version table on a database.
    #[must_use]
    pub fn version_table(&self, database: &Database) -> VersionTable {
        VersionTable::new(database.dialect(), &self.options.version_table)
    }

    /// Where a database stands. Reads only: a database that does not exist has nothing applied.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn status(&mut self, database: impl Into<Database>) -> Result<Status, Error> {
        self.read_status(database.into()).await
    }

    fn read_status(&mut self, database: Database) -> Boxed<'_, Status> {
        Box::pin(async move {
            let history = self.history;
            let status = self.read(&database, async |connected, table| {
                let status = connected.status(table, history).await?;
                status.check_version_table(table)?;
                Ok(status)
            });
            Ok(status.await?.unwrap_or_else(|| Status::empty(&history.graph)))
        })
    }

    /// Every column of the version table, oldest first. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn rows(&mut self, database: impl Into<Database>) -> Result<Vec<FullRow>, Error> {
        self.read_rows(database.into()).await
    }

    fn read_rows(&mut self, database: Database) -> Boxed<'_, Vec<FullRow>> {
        Box::pin(async move {
            let rows = self.read(&database, async |connected, table| {
                state::full_rows(&mut connected.connection, table).await
            });
            Ok(rows.await?.unwrap_or_default())
        })
    }

    /// The log, oldest first. Reads only.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn log(&mut self, database: impl Into<Database>) -> Result<Vec<LogRow>, Error> {
        self.read_log(database.into()).await
    }

    fn read_log(&mut self, database: Database) -> Boxed<'_, Vec<LogRow>> {
        Box::pin(async move {
            let log = self.read(&database, async |connected, table| {
                state::log(&mut connected.connection, table).await
            });
            Ok(log.await?.unwrap_or_default())
        })
    }

    /// The database, as soon as it can be reached; `None` when it does not exist and is not to be
    /// created.
    async fn connect(
        &mut self,
        database: &Database,
        create: bool,
    ) -> Result<Option<Connected>, Error> {
        check(&self.version_table(database))?;
        let limit = self.options.connect_timeout;
        connect(self.prefetch.take(), database, create, limit, &mut *self.on_event).await
    }

    /// What a database says that is not to be changed; `None` where there is none.
    async fn read<T>(
        &mut self,
        database: &Database,
        ask: impl AsyncFnOnce(&mut Connected, &VersionTable) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let table = self.version_table(database);
        let Some(mut connected) = self.connect(database, false).await? else {
            return Ok(None);
        };
        let said = ask(&mut connected, &table).await;
        close(connected.connection).await?;
        said.map(Some)
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
        self.run(database.into(), Destination::Up(target)).await
    }

    /// Reverts the revisions above a target, which stays applied. Unknown revisions are reverted by
    /// the down section that the version table stores.
    ///
    /// # Errors
    /// As [`Migrator::upgrade`]; [`Error::Plan`] when a revision on the way cannot be undone:
    /// nothing is run then.
    pub async fn downgrade(
        &mut self,
        database: impl Into<Database>,
        target: &Target,
    ) -> Result<Report, Error> {
        self.run(database.into(), Destination::Down(target)).await
    }

    fn run<'b>(
        &'b mut self,
        database: Database,
        destination: Destination<'b>,
    ) -> Boxed<'b, Report> {
        Box::pin(async move {
            let create = matches!(destination, Destination::Up(_));
            let connected = self.connect(&database, create).await?;
            let (history, options) = (self.history, &self.options);
            let session = Session::new(connected, &database, options, &mut *self.on_event);
            let Some(mut session) = session else {
                let preview = preview_without_database(history, &database, options, destination)?;
                let heads = preview.plan.heads_after(&history.graph);
                return Ok(Report::new(&history.graph, &[], &heads));
            };
            let report = session.go(history, destination).await;
            session.end(report).await
        })
    }

    /// Reverts the newest applied revision, or the named head of several, and applies it again: in
    /// one transaction where the database can hold both. Elsewhere, when the up fails, the down
    /// stands; [`Migrator::upgrade`] or another redo finishes it then.
    ///
    /// # Errors
    /// As [`Migrator::downgrade`] and [`Migrator::upgrade`].
    pub async fn redo(
        &mut self,
        database: impl Into<Database>,
        revision: Option<&str>,
    ) -> Result<Report, Error> {
        self.run_redo(database.into(), revision).await
    }

    fn run_redo<'b>(
        &'b mut self,
        database: Database,
        revision: Option<&'b str>,
    ) -> Boxed<'b, Report> {
        Box::pin(async move {
            let connected = self.connect(&database, false).await?;
            let session = Session::new(connected, &database, &self.options, &mut *self.on_event);
            let mut session = session.ok_or_else(redo::nothing_applied)?;
            let report = session.redo(self.history, revision).await;
            session.end(report).await
        })
    }

    /// What [`Migrator::redo`] would do now. Reads only.
    ///
    /// # Errors
    /// Those that the run would meet before its first step.
    pub async fn plan_redo(
        &mut self,
        database: impl Into<Database>,
        revision: Option<&str>,
    ) -> Result<Preview<'h>, Error> {
        self.preview_redo(database.into(), revision).await
    }

    fn preview_redo<'b>(
        &'b mut self,
        database: Database,
        revision: Option<&'b str>,
    ) -> Boxed<'b, Preview<'h>> {
        Box::pin(async move {
            let connected = self.connect(&database, false).await?;
            let session = Session::new(connected, &database, &self.options, &mut *self.on_event);
            let mut session = session.ok_or_else(redo::nothing_applied)?;
            let preview = session.preview_redo(self.history, revision).await;
            session.end(preview).await
        })
    }

    /// What [`Migrator::upgrade`] or [`Migrator::downgrade`] would do now. Reads only.
    ///
    /// # Errors
    /// Those that the run would meet before its first step.
    pub async fn plan(
        &mut self,
        database: impl Into<Database>,
        direction: Direction,
        target: &Target,
    ) -> Result<Preview<'h>, Error> {
        let destination = match direction {
            Direction::Up => Destination::Up(target),
            Direction::Down => Destination::Down(target),
        };
        self.preview(database.into(), destination).await
    }

    fn preview<'b>(
        &'b mut self,
        database: Database,
        destination: Destination<'b>,
    ) -> Boxed<'b, Preview<'h>> {
        Box::pin(async move {
            let connected = self.connect(&database, false).await?;
            let (history, options) = (self.history, &self.options);
            let session = Session::new(connected, &database, options, &mut *self.on_event);
            let Some(mut session) = session else {
                return preview_without_database(history, &database, options, destination);
            };
            let preview = session.preview(history, destination).await;
            session.end(preview).await
        })
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
        self.run_stamp(database.into(), targets, purge).await
    }

    fn run_stamp<'b>(
        &'b mut self,
        database: Database,
        targets: &'b [Target],
        purge: bool,
    ) -> Boxed<'b, Report> {
        Box::pin(async move {
            let connected = self.connect(&database, true).await?;
            let session = Session::new(connected, &database, &self.options, &mut *self.on_event);
            let Some(mut session) = session else { return Ok(Report::default()) };
            let report = session.stamp(self.history, targets, purge).await;
            session.end(report).await
        })
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
        self.run_repair(database.into(), repair).await
    }

    /// Writes a version table that is missing again, with the revisions that its log leaves applied;
    /// which those are, none when it is not missing.
    ///
    /// # Errors
    /// [`Error::Unknown`] when one of them is unknown, and as [`Migrator::repair`].
    pub async fn repair_from_log(
        &mut self,
        database: impl Into<Database>,
    ) -> Result<Vec<String>, Error> {
        self.run_repair_from_log(database.into()).await
    }

    fn run_repair_from_log(&mut self, database: Database) -> Boxed<'_, Vec<String>> {
        Box::pin(async move {
            let connected = self.connect(&database, false).await?;
            let session = Session::new(connected, &database, &self.options, &mut *self.on_event);
            let Some(mut session) = session else { return Ok(Vec::new()) };
            let written = session.repair_from_log(self.history).await;
            session.end(written).await
        })
    }

    fn run_repair(&mut self, database: Database, repair: Repair) -> Boxed<'_, Vec<Unfinished>> {
        Box::pin(async move {
            let connected = self.connect(&database, false).await?;
            let session = Session::new(connected, &database, &self.options, &mut *self.on_event);
            let Some(mut session) = session else { return Ok(Vec::new()) };
            let resolved = session.repair(self.history, repair).await;
            session.end(resolved).await
        })
    }
}

/// Refuses a version table that would not stay where it is put.
pub(crate) fn check(table: &VersionTable) -> Result<(), Error> {
    table.check().map_err(|(message, help)| Error::Plan { message, help: vec![help] })
}

/// What going the way does where there is no database yet.
fn preview_without_database<'h>(
    history: &'h History,
    database: &Database,
    options: &Options,
    destination: Destination<'_>,
) -> Result<Preview<'h>, Error> {
    destination.preview(Cow::Borrowed(history), Status::empty(&history.graph), database, options)
}

async fn close(connection: Connection) -> Result<(), Error> {
    connection.close().await.map_err(|e| Error::database("closing the connection", e))
}
