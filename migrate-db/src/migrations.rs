//! The history that a program carries, and the shortest way to run it.

use std::fmt;
use std::sync::OnceLock;

use migrate_core::config::Settings;
use migrate_core::embed;
use migrate_core::graph::{Graph, Node, Place, Target};
use migrate_core::history::History;

use crate::database::Database;
use crate::error::Error;
use crate::migrator::{Migrator, Report};
use crate::state::Status;
use crate::unfinished::resume_command;

/// A history embedded by [`migrations!`](crate::migrations), with what `migrate.toml` says of how
/// to run it.
///
/// ```ignore
/// static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();
///
/// let report = MIGRATIONS.upgrade(&pool).await?;
/// println!("{} revisions applied", report.steps.len());
/// ```
///
/// A database is given as a reference to a sqlx pool or as a [`Database`].
pub struct Migrations {
    files: &'static [&'static str],
    index: &'static [u8],
    decoded: OnceLock<(History, Settings)>,
}

/// The value of `migrations!`.
#[must_use]
pub const fn embedded(files: &'static [&'static str], index: &'static [u8]) -> Migrations {
    Migrations { files, index, decoded: OnceLock::new() }
}

/// Runs a test of an application on a fresh database at head, for `#[migrate_db::test]`.
///
/// # Panics
/// When the test does, and when there is no server, or the history does not run on it.
#[cfg(feature = "testkit")]
pub fn test<P, T, F>(
    migrations: &Migrations,
    test: crate::testkit::application::Test,
    body: impl FnOnce(P) -> F,
) -> T
where
    P: crate::testkit::application::Pool,
    T: crate::testkit::application::Returned,
    F: Future<Output = T>,
{
    let (history, settings) = migrations.decoded();
    crate::testkit::application::run(history, settings, test, body)
}

/// One test of `round_trip_tests!`.
#[cfg(feature = "testkit")]
#[track_caller]
pub fn round_trip(
    migrations: &Migrations,
    dialect: &str,
    test: &str,
    functions: Option<crate::testkit::setup::FunctionsHook>,
) {
    let (history, settings) = migrations.decoded();
    crate::testkit::round_trip(history, settings, dialect, test, functions);
}

impl Migrations {
    /// The revisions, their graph and their lock. The first call puts them together, in a few
    /// microseconds per revision.
    ///
    /// # Panics
    /// When a revision file changed in the very moment in which it was compiled in: the program
    /// then holds a text that nobody checked, and must be built again.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.decoded().0
    }

    fn decoded(&self) -> &(History, Settings) {
        self.decoded.get_or_init(|| match embed::decode(self.index, self.files) {
            Ok(decoded) => decoded,
            Err(error) => panic!("the embedded migrations cannot be used: {error}; build again"),
        })
    }

    /// A migrator with the options that `migrate.toml` gave when the program was built, for all
    /// that the methods here do not say.
    #[must_use]
    pub fn migrator(&self) -> Migrator<'_> {
        let (history, settings) = self.decoded();
        Migrator::new(history).options(settings.into())
    }

    /// The run-and-ask commands on this history, for the program's own binary. Without a database
    /// they want `--database-url` or DATABASE_URL.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn mount(&self, database: Option<Database>) -> crate::cli::Mount<'_> {
        let (history, settings) = self.decoded();
        crate::cli::Mount { history, options: settings.into(), heads: settings.heads, database }
    }

    /// Applies everything that is missing. Safe with many replicas that start at once: one does
    /// the work, the others wait and find nothing left to do.
    ///
    /// # Errors
    /// See [`Migrator::upgrade`].
    pub async fn upgrade(&self, database: impl Into<Database>) -> Result<Report, Error> {
        let heads = Target::At { branch: None, place: Place::Heads, offset: None };
        self.migrator().upgrade(database, &heads).await
    }

    /// Applies what is missing below a target, for example `615021cc5b23`, `billing@head` or `+1`.
    ///
    /// # Errors
    /// See [`Migrator::upgrade`].
    pub async fn upgrade_to(
        &self,
        database: impl Into<Database>,
        target: &str,
    ) -> Result<Report, Error> {
        self.migrator().upgrade(database, &target.parse()?).await
    }

    /// Undoes what is above a target, for example `615021cc5b23`, `-1` or `base`.
    ///
    /// # Errors
    /// See [`Migrator::downgrade`].
    pub async fn downgrade_to(
        &self,
        database: impl Into<Database>,
        target: &str,
    ) -> Result<Report, Error> {
        self.migrator().downgrade(database, &target.parse()?).await
    }

    /// Where a database stands, in full. Reads only, as do the methods below.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn status(&self, database: impl Into<Database>) -> Result<Status, Error> {
        self.migrator().status(database).await
    }

    /// The revisions that a database stands at: none before the first, several on branches. What
    /// only another program knows is not among them; see [`Status::unknown`].
    ///
    /// # Errors
    /// As [`Migrations::status`].
    pub async fn current(&self, database: impl Into<Database>) -> Result<Vec<String>, Error> {
        let status = self.status(database).await?;
        let graph = &self.history().graph;
        Ok(ids(graph, &status.heads(graph)))
    }

    /// The revisions that [`Migrations::upgrade`] would apply, in their order.
    ///
    /// # Errors
    /// As [`Migrations::status`].
    pub async fn pending(&self, database: impl Into<Database>) -> Result<Vec<String>, Error> {
        let status = self.status(database).await?;
        let graph = &self.history().graph;
        Ok(ids(graph, &status.pending(graph)))
    }

    /// Whether a database is what this program was built for: everything applied as it is in the
    /// files, and nothing else. For programs that must not migrate by themselves.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Edited`], [`Error::Unfinished`] and [`Error::Pending`], and as
    /// [`Migrations::status`].
    pub async fn check(&self, database: impl Into<Database>) -> Result<(), Error> {
        let status = self.status(database).await?;
        status.check_matches(self.history())?;
        let graph = &self.history().graph;
        if let Some(unfinished) = status.unfinished.first() {
            return Err(Error::Unfinished {
                unfinished: Box::new(unfinished.clone()),
                next: None,
                invalid_indexes: Vec::new(),
                resume: resume_command(graph, &unfinished.revision, unfinished.direction()),
            });
        }
        match status.pending(graph).as_slice() {
            [] => Ok(()),
            pending => Err(Error::Pending(ids(graph, pending))),
        }
    }
}

fn ids(graph: &Graph, nodes: &[Node]) -> Vec<String> {
    nodes.iter().map(|node| graph.id(*node).to_string()).collect()
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrations").field("revisions", &self.files.len()).finish_non_exhaustive()
    }
}
