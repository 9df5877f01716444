//! All tests of a history on one database.

mod run;
mod shares;

use std::path::PathBuf;
use std::time::Duration;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::History;

use super::history_tests::HistoryTest;
use super::setup::FunctionsHook;
use super::stage::Stage;
use super::verdict::Verdict;
use crate::error::Error;
use crate::steps::BoundStep;
use run::{Events, Run};

/// What happens while a suite runs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TestEvent<'a> {
    /// So many tests are going to run or are known already.
    Planned(usize),
    /// The server is there: what it is and where it comes from, in words.
    Provisioned(&'a str),
    /// The test of a revision begins: its id and message.
    Started(&'a str, &'a str),
    /// The statements with which the project has each session begin, as they are repeated before
    /// each revision.
    Session(&'a [String]),
    /// A test is done.
    Finished(&'a Verdict),
}

/// The tests of one history on one database: one per revision, and those of the whole history.
///
/// What is known from an earlier run of the same text is not run again.
pub struct Suite<'h> {
    history: &'h History,
    settings: Settings,
    dialect: Dialect,
    only: Option<Vec<String>>,
    history_tests: Vec<HistoryTest>,
    fresh: bool,
    jobs: usize,
    leaves_nothing: bool,
    read_ahead: Duration,
    folder: Option<PathBuf>,
    functions: Option<FunctionsHook>,
    steps: &'static [BoundStep],
}

impl<'h> Suite<'h> {
    /// The suite of a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History, settings: &Settings, dialect: Dialect) -> Self {
        Self {
            history,
            settings: settings.clone(),
            dialect,
            only: None,
            history_tests: HistoryTest::ALL.to_vec(),
            fresh: false,
            jobs: 1,
            leaves_nothing: false,
            read_ahead: Duration::ZERO,
            folder: None,
            functions: None,
            steps: &[],
        }
    }

    /// Runs these tests alone: revisions by full id, tests of the whole history by name.
    #[must_use]
    pub fn only(mut self, tests: Vec<String>) -> Self {
        self.history_tests = tests.iter().filter_map(|name| HistoryTest::from_name(name)).collect();
        self.only = Some(tests);
        self
    }

    /// Works on so many databases at once, where there is enough to do.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Runs everything anew, whatever is known.
    #[must_use]
    pub fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }

    /// Removes every database when it is done, also those from which the next run would go on: for
    /// a history that will not be tested again.
    #[must_use]
    pub fn leaves_nothing(mut self) -> Self {
        self.leaves_nothing = true;
        self
    }

    /// Registers functions and collations with a hook, on every connection to a SQLite test database,
    /// and once in each new database of a server, before the prelude and the history.
    ///
    /// Cached results do not depend on what the hook does: after a change of it, run with
    /// [`Suite::fresh`] or `MIGRATE_TEST_FRESH=1`.
    ///
    /// ```
    /// use migrate_core::{config::Settings, dialect::Dialect, history::History};
    /// use migrate_db::testkit::{Suite, setup::TestConnection};
    ///
    /// async fn register(connection: TestConnection<'_>) -> sqlx::Result<()> {
    ///     # #[cfg(feature = "sqlite")]
    ///     if let TestConnection::Sqlite(connection) = connection {
    ///         let handle = connection.lock_handle().await?;
    ///         // sqlite3_create_function_v2(handle.as_raw_handle().as_ptr(), ..)
    ///         drop(handle);
    ///     }
    ///     Ok(())
    /// }
    ///
    /// fn suite(history: &History) -> Suite<'_> {
    ///     Suite::new(history, &Settings::default(), Dialect::Sqlite)
    ///         .functions(|connection| Box::pin(async { Ok(register(connection).await?) }))
    /// }
    /// ```
    #[must_use]
    pub fn functions(mut self, hook: FunctionsHook) -> Self {
        self.functions = Some(hook);
        self
    }

    /// Binds the Rust functions that revisions call. While there are any, results are kept for this
    /// build of the program only.
    #[must_use]
    pub fn steps(mut self, steps: &'static [BoundStep]) -> Self {
        self.steps = steps;
        self
    }

    /// Keeps what is known in this folder, which need not exist.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Goes on to the revisions that follow for so long: other processes are waiting for them.
    #[must_use]
    pub(super) const fn read_ahead(mut self, read_ahead: Duration) -> Self {
        self.read_ahead = read_ahead;
        self
    }

    /// Runs the tests. Returns their verdicts, in the order of the history.
    ///
    /// # Errors
    /// When there is no server, or it fails in a way that says nothing about a revision.
    pub async fn run(
        &self,
        tell: &mut (dyn FnMut(TestEvent<'_>) + Send),
    ) -> Result<Vec<Verdict>, Error> {
        let mut run = Run::new(self)?;
        let events = Events::new(tell);
        events.send(TestEvent::Planned(run.len()));
        run.load_cached();
        if run.is_done() {
            return Ok(run.finish(&events));
        }
        let Some(stage) = Stage::open(self.dialect, &self.settings).await? else {
            return Ok(run.skip_all(&events));
        };
        events.send(TestEvent::Provisioned(stage.describe()));
        let _lock = run.lock()?;
        run.begin_on(&stage).await?;
        // Another process may have tested them while this one waited.
        run.load_cached();
        if run.is_done() {
            return Ok(run.finish(&events));
        }
        if !self.settings.session.is_empty() {
            events.send(TestEvent::Session(&self.settings.session));
        }
        run.test_pending(&stage, &events).await
    }
}
