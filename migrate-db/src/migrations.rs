//! The history that a program carries, and the shortest way to run it.

#[cfg(feature = "testkit")]
use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::directory::Directory;
use migrate_core::embed;
use migrate_core::graph::{Place, Target};
use migrate_core::history::History;
use migrate_core::variables::{VariableValues, bind};

use crate::access::Access;
#[cfg(feature = "cli")]
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::fleet::{self, FleetOptions, Member, MemberReport};
use crate::migrator::{Migrator, Options, Report};
use crate::status::{Status, ids};
use crate::steps::BoundStep;
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
/// Each method takes a reference to a sqlx pool, a [`Database`], or a connection
/// (`&mut SqliteConnection`; see [`Access`]). Other options and events are set on a migrator:
///
/// ```no_run
/// # async fn example(migrations: &migrate_db::Migrations) -> Result<(), migrate_db::Error> {
/// # let database = migrate_db::Database::from_url("sqlite:app.db")?;
/// let options = migrate_db::Options { by: "web-1".to_owned(), ..migrations.options() };
/// let mut migrator = migrations.with_options(options).on_event(|event| eprintln!("{event:?}"));
/// migrator.upgrade(&database, &"head".parse()?).await?;
/// # Ok(()) }
/// ```
pub struct Migrations {
    files: &'static [&'static str],
    index: &'static [u8],
    steps: &'static [BoundStep],
    /// The history as written, and the settings.
    decoded: OnceLock<(History, Settings)>,
    /// The history with placeholders in the place of variables, where there are variables.
    bound: OnceLock<History>,
}

/// The value of `migrations!`.
#[must_use]
pub const fn embedded(files: &'static [&'static str], index: &'static [u8]) -> Migrations {
    Migrations { files, index, steps: &[], decoded: OnceLock::new(), bound: OnceLock::new() }
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
    let (_, settings) = migrations.decoded();
    let history = migrations.bound_for_tests(P::DIALECT);
    crate::testkit::application::run(&history, settings, migrations.steps, test, body)
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
    let history = match Dialect::from_name(dialect) {
        Some(dialect) => migrations.bound_for_tests(dialect),
        None => Cow::Borrowed(history),
    };
    crate::testkit::round_trip(&history, settings, dialect, test, functions, migrations.steps);
}

impl Migrations {
    /// Reads a folder of revisions at run time, for a program that gets its migrations from outside.
    /// The options are the defaults: see [`Migrations::with_options`].
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be read, and [`Error::History`] with all mistakes in
    /// its files.
    pub fn from_folder(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let read = Directory::new(path).history(&[]);
        let (history, found) =
            read.map_err(|source| Error::Folder { path: path.to_owned(), source })?;
        if found.has_errors() {
            return Err(Error::History(found));
        }
        let decoded = OnceLock::from((history, Settings::default()));
        Ok(Self { files: &[], index: &[], steps: &[], decoded, bound: OnceLock::new() })
    }

    /// The revisions, their graph and their lock. The first call puts them together, in a few
    /// microseconds per revision.
    ///
    /// # Panics
    /// When a revision file changed in the very moment in which it was compiled in: the program
    /// then holds a text that nobody checked, and must be built again.
    #[must_use]
    pub fn history(&self) -> &History {
        let (history, settings) = self.decoded();
        if settings.variables.is_empty() {
            return history;
        }
        self.bound.get_or_init(|| {
            let mut history = history.clone();
            // The compiler checked them.
            let _ = bind(&mut history, &settings.variables, &VariableValues::default());
            history
        })
    }

    /// Returns the history with the values of variables that `migrate.toml` declares, quoted for a
    /// database. A run of SQL with variables needs it:
    ///
    /// ```no_run
    /// # async fn example(migrations: &migrate_db::Migrations) -> Result<(), migrate_db::Error> {
    /// # let database = migrate_db::Database::from_url("sqlite:app.db")?;
    /// let history = migrations.with_variables(database.dialect(), [("tenant", "acme")])?;
    /// let mut migrator = migrate_db::Migrator::new(&history).options(migrations.options());
    /// migrator.upgrade(&database, &"head".parse()?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Variable`] if a name is not declared, or a value cannot be written.
    pub fn with_variables<N: Into<String>, V: Into<String>>(
        &self,
        dialect: Dialect,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<History, Error> {
        let (history, settings) = self.decoded();
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into()));
        let values = VariableValues { values: values.collect(), dialect: Some(dialect) };
        values
            .check(&settings.variables)
            .map_err(|(message, help)| Error::Variable { message, help: vec![help.into()] })?;
        let mut history = history.clone();
        let found = bind(&mut history, &settings.variables, &values);
        if found.has_errors() { Err(Error::History(found)) } else { Ok(history) }
    }

    /// The history with defaults, and with placeholders as values, for tests on a database.
    #[cfg(feature = "testkit")]
    fn bound_for_tests(&self, dialect: Dialect) -> Cow<'_, History> {
        let (history, settings) = self.decoded();
        let mut history = Cow::Borrowed(history);
        if !settings.variables.is_empty() {
            let values = VariableValues::for_tests(&settings.variables, dialect);
            // The compiler checked them.
            let _ = bind(history.to_mut(), &settings.variables, &values);
        }
        history
    }

    fn decoded(&self) -> &(History, Settings) {
        self.decoded.get_or_init(|| match embed::decode(self.index, self.files) {
            Ok(decoded) => decoded,
            Err(error) => panic!("the embedded migrations cannot be used: {error}; build again"),
        })
    }

    /// Returns the options that `migrate.toml` had when the program was compiled.
    #[must_use]
    pub fn options(&self) -> Options {
        Options { steps: self.steps, ..Options::from(&self.decoded().1) }
    }

    /// Returns a migrator with [`Migrations::options`].
    #[must_use]
    pub fn migrator(&self) -> Migrator<'_> {
        self.with_options(self.options())
    }

    /// Binds the Rust functions that revisions call, as `migrations!(steps = [..])` does.
    #[doc(hidden)]
    #[must_use]
    pub const fn steps(mut self, steps: &'static [BoundStep]) -> Self {
        self.steps = steps;
        self
    }

    /// Returns a migrator with other options. The Rust functions are those of this history.
    #[must_use]
    pub fn with_options(&self, options: Options) -> Migrator<'_> {
        Migrator::new(self.history()).options(Options { steps: self.steps, ..options })
    }

    /// Returns a migrator that calls a function with each event as it happens.
    #[must_use]
    pub fn on_event<'h>(&'h self, on_event: impl FnMut(&Event) + Send + 'h) -> Migrator<'h> {
        self.migrator().on_event(on_event)
    }

    /// The run-and-ask commands on this history, for the program's own binary. Without a database
    /// they want `--database-url` or DATABASE_URL.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn mount(&self, database: Option<Database>) -> crate::cli::Mount<'_> {
        let (history, settings) = self.decoded();
        crate::cli::Mount {
            history,
            options: self.options(),
            heads: settings.heads,
            variables: &settings.variables,
            database,
            members: Vec::new(),
        }
    }

    /// Applies everything that is missing. Safe with many replicas that start at once: one does
    /// the work, the others wait and find nothing left to do.
    ///
    /// # Errors
    /// See [`Migrator::upgrade`].
    pub async fn upgrade(&self, database: impl Into<Access<'_>>) -> Result<Report, Error> {
        let heads = Target::At { branch: None, place: Place::Heads, offset: None };
        self.migrator().upgrade(database, &heads).await
    }

    /// Applies what is missing below a target, for example `615021cc5b23`, `billing@head` or `+1`.
    ///
    /// # Errors
    /// See [`Migrator::upgrade`].
    pub async fn upgrade_to(
        &self,
        database: impl Into<Access<'_>>,
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
        database: impl Into<Access<'_>>,
        target: &str,
    ) -> Result<Report, Error> {
        self.migrator().downgrade(database, &target.parse()?).await
    }

    /// Applies everything that is missing in each of several databases, some of them at once. Returns
    /// an outcome for each, in their order. Calling again continues with those that are behind.
    ///
    /// ```no_run
    /// # async fn example(migrations: &migrate_db::Migrations) -> Result<(), migrate_db::Error> {
    /// use migrate_db::{Database, FleetOptions, Member};
    /// let member = |name: &str| {
    ///     let database = Database::from_url(&format!("sqlite:tenants/{name}.db"))?;
    ///     Ok::<_, migrate_db::Error>(Member::new(name, database))
    /// };
    /// let members = [member("acme")?, member("globex")?];
    /// for report in migrations.upgrade_each(&members, FleetOptions::default()).await {
    ///     if let Some(Err(error)) = &report.outcome {
    ///         eprintln!("{}: {error}", report.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn upgrade_each(&self, members: &[Member], fleet: FleetOptions) -> Vec<MemberReport> {
        let heads = Target::At { branch: None, place: Place::Heads, offset: None };
        fleet::upgrade(self.history(), &self.options(), members, &heads, fleet).await
    }

    /// Returns the state of a database. Reads only, as do the methods below.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn status(&self, database: impl Into<Access<'_>>) -> Result<Status, Error> {
        self.migrator().status(database).await
    }

    /// Returns the heads of a database: none before the first revision, several on branches.
    /// Unknown revisions are in [`Status::unknown`].
    ///
    /// # Errors
    /// As [`Migrations::status`].
    pub async fn current(&self, database: impl Into<Access<'_>>) -> Result<Vec<String>, Error> {
        Ok(self.status(database).await?.heads)
    }

    /// Returns the revisions that [`Migrations::upgrade`] would apply, in their order.
    ///
    /// # Errors
    /// As [`Migrations::status`].
    pub async fn pending(&self, database: impl Into<Access<'_>>) -> Result<Vec<String>, Error> {
        Ok(self.status(database).await?.pending)
    }

    /// Returns an error unless everything is applied as it is in this program, and nothing else.
    /// For programs that must not migrate by themselves.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Edited`], [`Error::Unfinished`] and [`Error::Pending`], and as
    /// [`Migrations::status`].
    pub async fn check(&self, database: impl Into<Access<'_>>) -> Result<(), Error> {
        let state = self.migrator().state(database).await?;
        state.check_matches(self.history())?;
        let graph = &self.history().graph;
        if let Some(unfinished) = state.unfinished.first() {
            return Err(Error::Unfinished {
                unfinished: Box::new(unfinished.clone()),
                next: None,
                invalid_indexes: Vec::new(),
                resume: resume_command(graph, &unfinished.revision, unfinished.direction()),
            });
        }
        match state.pending(graph).as_slice() {
            [] => Ok(()),
            pending => Err(Error::Pending(ids(graph, pending.iter().copied()))),
        }
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let revisions =
            self.decoded.get().map_or(self.files.len(), |(history, _)| history.graph.len());
        f.debug_struct("Migrations").field("revisions", &revisions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::source::SourceFile;
    use migrate_core::variables::{Variable, VariableKind};

    use super::*;

    const FILE: &str = "-- revision: a\n-- revises:\n-- migrate:up\nCREATE TABLE ${tenant} (id INTEGER);\n\
        -- migrate:down\nDROP TABLE ${tenant};\n";

    fn migrations() -> Migrations {
        let (history, found) =
            History::read(vec![SourceFile::new("a.sql", FILE)], None, &[Dialect::Sqlite]);
        assert!(!found.has_errors(), "{found}");
        let variable = Variable { kind: VariableKind::Identifier, default: None };
        let variables = [("tenant".to_owned(), variable)].into();
        let settings = Settings { variables, ..Settings::default() };
        embedded(&[FILE], embed::encode(&history, &settings).leak())
    }

    #[test]
    fn an_embedded_history_has_placeholders_until_it_gets_values() {
        let migrations = migrations();
        let of = |history: &History| {
            let revision = history.graph.revision(history.graph.node("a").unwrap());
            (revision.unset_variables.clone(), revision.file.text().to_owned())
        };
        let (unset, text) = of(migrations.history());
        assert_eq!(unset, ["tenant"]);
        assert!(text.contains("CREATE TABLE variable_tenant ("), "{text}");
        let history = migrations.with_variables(Dialect::Sqlite, [("tenant", "a\"b")]).unwrap();
        let (unset, text) = of(&history);
        assert!(unset.is_empty() && text.contains("CREATE TABLE \"a\"\"b\" ("), "{text}");
        let error = migrations.with_variables(Dialect::Sqlite, [("tennant", "a")]).unwrap_err();
        assert_eq!(error.to_string(), "there is no variable `tennant`");
        assert_eq!(error.help(), ["did you mean `tenant`?"]);
    }
}
