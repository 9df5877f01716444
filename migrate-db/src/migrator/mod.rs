//! Brings a database to a place in a history.
//!
//! [`Migrator`] is what a program calls. A session is one visit to a database, and the runner below
//! it runs one script. Nothing here prints: events go to [`Migrator::on_event`].

mod lock;
mod options;
mod prefetch;
mod reads;
mod redo;
mod report;
mod resume;
mod rounds;
mod session;

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use migrate_core::dialect::Dialect;
use migrate_core::graph::Target;
use migrate_core::history::History;
use migrate_core::plan::{Direction, Goal, Step};
use migrate_core::version_table::VersionTable;

pub use options::Options;
pub use prefetch::Prefetch;
pub use report::{PlannedStep, Preview, Report, ReportedStep};
#[cfg(feature = "testkit")]
pub(crate) use session::plan_error;

use prefetch::{Connected, connect};
use rounds::Objective;
use session::{Destination, Session};

use crate::access::Access;
use crate::database::Database;
use crate::driver::StepConnection;
use crate::error::Error;
use crate::event::Event;
use crate::state::DatabaseState;
use crate::unfinished::{Repair, Unfinished};

/// Moves databases along one history.
///
/// ```no_run
/// # async fn example(history: &migrate_db::History) -> Result<(), migrate_db::Error> {
/// let database = migrate_db::Database::from_url("sqlite:app.db")?;
/// let report = migrate_db::Migrator::new(history).upgrade(&database, &"head".parse()?).await?;
/// println!("{} revisions applied", report.steps.len());
/// # Ok(()) }
/// ```
pub struct Migrator<'h> {
    history: &'h History,
    options: Options,
    prefetch: Mutex<Option<Prefetch>>,
    on_event: Mutex<EventHandler<'h>>,
}

/// The function that gets the events.
type EventHandler<'h> = Box<dyn FnMut(&Event) + Send + 'h>;

/// The future of a public method. Behind a pointer it is compiled in this crate, once: a body of
/// its own costs the caller's compiler a second.
type Boxed<'b, T> = BoxFuture<'b, Result<T, Error>>;

impl<'h> Migrator<'h> {
    /// Creates a migrator for a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History) -> Self {
        Self {
            history,
            options: Options::default(),
            prefetch: Mutex::default(),
            on_event: Mutex::new(Box::new(|_| {})),
        }
    }

    /// Sets the options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Uses a connection that is already being made for the first call, which must be about the
    /// same database.
    #[doc(hidden)]
    #[must_use]
    pub fn prefetch(mut self, prefetch: Option<Prefetch>) -> Self {
        self.prefetch = Mutex::new(prefetch);
        self
    }

    /// Calls a function with each event as it happens.
    #[must_use]
    pub fn on_event(mut self, on_event: impl FnMut(&Event) + Send + 'h) -> Self {
        self.on_event = Mutex::new(Box::new(on_event));
        self
    }

    fn emit(&self, event: &Event) {
        (self.on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    fn version_table(&self, database: &Database) -> VersionTable {
        VersionTable::new(database.dialect(), &self.options.version_table)
    }

    /// Connects to a database; `None` when it does not exist and is not to be created.
    async fn connect<'c>(
        &self,
        database: &Database,
        lent: Option<StepConnection<'c>>,
        create: bool,
    ) -> Result<Option<Connected<'c>>, Error> {
        check(&self.version_table(database))?;
        if let Some(connection) = lent {
            return Connected::lent(connection).await;
        }
        let prefetch = self.prefetch.lock().unwrap_or_else(PoisonError::into_inner).take();
        let options = &self.options;
        connect(prefetch, database, create, options, &mut |event: &Event| self.emit(event)).await
    }

    /// Does some work in a session; `None` where there is no database.
    async fn visit<T>(
        &self,
        access: Access<'_>,
        create: bool,
        work: impl AsyncFnOnce(&mut Session<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Access { database, lent } = access;
        let connected = self.connect(&database, lent, create).await?;
        let mut on_event = |event: &Event| self.emit(event);
        let session = Session::new(connected, &database, &self.options, &mut on_event);
        let Some(mut session) = session else { return Ok(None) };
        let outcome = work(&mut session).await;
        session.end(outcome).await.map(Some)
    }

    /// Applies the revisions that are missing below a target. An SQLite file that does not exist is
    /// created. Any number of callers may do this at once: each step runs once.
    ///
    /// # Errors
    /// [`Error::Target`] when the target names no place, [`Error::Unknown`] and [`Error::Edited`]
    /// when database and files disagree, [`Error::Statement`] when the database refuses a
    /// statement. A failed transaction is rolled back.
    pub async fn upgrade(
        &mut self,
        database: impl Into<Access<'_>>,
        target: &Target,
    ) -> Result<Report, Error> {
        self.run(database.into(), Destination::Up(target)).await
    }

    /// Reverts the revisions above a target, which stays applied. Unknown revisions are reverted by
    /// the down section that the version table stores.
    ///
    /// # Errors
    /// As [`Migrator::upgrade`], and when a revision on the way is irreversible. Nothing runs then.
    pub async fn downgrade(
        &mut self,
        database: impl Into<Access<'_>>,
        target: &Target,
    ) -> Result<Report, Error> {
        self.run(database.into(), Destination::Down(target)).await
    }

    fn run<'b>(&'b self, access: Access<'b>, destination: Destination<'b>) -> Boxed<'b, Report> {
        Box::pin(async move {
            let create = matches!(destination, Destination::Up(_));
            let history = self.history;
            let work = async |session: &mut Session<'_>| session.run(history, destination).await;
            let dialect = access.database.dialect();
            match self.visit(access, create, work).await? {
                Some(report) => Ok(report),
                None => {
                    let preview = self.preview_without_database(dialect, destination)?;
                    let heads = preview.plan.heads_after(&history.graph);
                    Ok(Report::new(&history.graph, &[], &heads))
                }
            }
        })
    }

    /// Does one step, for a rehearsal. Nothing is created.
    pub(crate) fn step<'b>(&'b self, database: &'b Database, step: Step) -> Boxed<'b, ()> {
        Box::pin(async move {
            let goal = match step.direction {
                Direction::Up => Goal::Applied(vec![step.node]),
                Direction::Down => Goal::Undone(vec![step.node]),
            };
            let objective = Objective::Goal(goal, step.direction);
            let work = async |session: &mut Session<'_>| {
                session.work_towards(self.history, &objective).await
            };
            self.visit(database.into(), false, work).await.map(drop)
        })
    }

    /// Reverts the newest applied revision, or the named head of several, and applies it again: in
    /// one transaction where the database can hold both. Elsewhere, when the up fails, the revision
    /// stays reverted; [`Migrator::upgrade`] or another redo finishes then.
    ///
    /// # Errors
    /// As [`Migrator::downgrade`] and [`Migrator::upgrade`].
    pub async fn redo(
        &mut self,
        database: impl Into<Access<'_>>,
        revision: Option<&str>,
    ) -> Result<Report, Error> {
        self.run_redo(database.into(), revision).await
    }

    fn run_redo<'b>(&'b self, access: Access<'b>, revision: Option<&'b str>) -> Boxed<'b, Report> {
        Box::pin(async move {
            let work = async |session: &mut Session<'_>| session.redo(self.history, revision).await;
            let report = self.visit(access, false, work).await?;
            report.ok_or_else(redo::nothing_applied)
        })
    }

    /// Writes or removes version rows without running anything. With `purge` all rows are removed
    /// first, unknown ones too.
    ///
    /// # Errors
    /// As [`Migrator::upgrade`], without the errors of statements.
    pub async fn stamp(
        &mut self,
        database: impl Into<Access<'_>>,
        targets: &[Target],
        purge: bool,
    ) -> Result<Report, Error> {
        self.run_stamp(database.into(), targets, purge).await
    }

    fn run_stamp<'b>(
        &'b self,
        access: Access<'b>,
        targets: &'b [Target],
        purge: bool,
    ) -> Boxed<'b, Report> {
        Box::pin(async move {
            let work =
                async |session: &mut Session<'_>| session.stamp(self.history, targets, purge).await;
            Ok(self.visit(access, true, work).await?.unwrap_or_default())
        })
    }

    /// Records how steps that stopped partway ended, as a person has found out. Returns those
    /// steps.
    ///
    /// # Errors
    /// When the database cannot be reached, read or written.
    pub async fn repair(
        &mut self,
        database: impl Into<Access<'_>>,
        repair: Repair,
    ) -> Result<Vec<Unfinished>, Error> {
        self.run_repair(database.into(), repair).await
    }

    fn run_repair<'b>(&'b self, access: Access<'b>, repair: Repair) -> Boxed<'b, Vec<Unfinished>> {
        Box::pin(async move {
            let work = async |session: &mut Session<'_>| session.repair(self.history, repair).await;
            Ok(self.visit(access, false, work).await?.unwrap_or_default())
        })
    }

    /// Writes a missing version table again, with the revisions that its log leaves applied.
    /// Returns their ids; none when the table is not missing.
    ///
    /// # Errors
    /// [`Error::Unknown`] when one of them is unknown, and as [`Migrator::repair`].
    pub async fn repair_from_log(
        &mut self,
        database: impl Into<Access<'_>>,
    ) -> Result<Vec<String>, Error> {
        self.run_repair_from_log(database.into()).await
    }

    fn run_repair_from_log<'b>(&'b self, access: Access<'b>) -> Boxed<'b, Vec<String>> {
        Box::pin(async move {
            let work =
                async |session: &mut Session<'_>| session.repair_from_log(self.history).await;
            Ok(self.visit(access, false, work).await?.unwrap_or_default())
        })
    }

    /// Returns what going somewhere does where there is no database yet.
    fn preview_without_database(
        &self,
        dialect: Dialect,
        destination: Destination<'_>,
    ) -> Result<Preview<'h>, Error> {
        let state = DatabaseState::empty(&self.history.graph);
        destination.preview(Cow::Borrowed(self.history), state, dialect, &self.options)
    }
}

/// Refuses a version table that would not stay where it is put.
pub(crate) fn check(table: &VersionTable) -> Result<(), Error> {
    table.check().map_err(|(message, help)| Error::Setting { message, help: vec![help.into()] })
}
