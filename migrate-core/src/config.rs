//! `migrate.toml`: the settings of a project.
//!
//! Parses the text into a [`Config`] and reports every mistake at its place. The module reads no
//! file and no environment variable: the caller expands `${VAR}` in a database URL with [`expand`]
//! when it uses the URL. An unknown key is an error.
//!
//! ```
//! use migrate_core::config::Config;
//! use migrate_core::source::SourceFile;
//! let text = "dialects = [\"sqlite\"]\n[database.billing]\ndir = \"billing/migrations\"\n";
//! let (config, found) = Config::parse(&SourceFile::new("migrate.toml", text));
//! assert!(found.is_empty());
//! assert_eq!(config.database(None).unwrap().dir, "migrations");
//! assert_eq!(config.database(Some("billing")).unwrap().dir, "billing/migrations");
//! ```

mod command_line;
mod conventions;
mod each;
mod expand;
mod lint;
mod pattern;
mod read;
mod rehearsal;
mod testing;
mod value;
mod variables;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use command_line::CommandLine;
pub use conventions::Conventions;
pub use each::Each;
pub use expand::{ExpandError, expand};
pub use pattern::matches_pattern;
pub use rehearsal::RehearsalSettings;
pub use testing::TestSettings;

use crate::dialect::Dialect;
use crate::history::{Heads, StaticCheckOptions, StaticChecks};
use crate::lint::LintSettings;
use crate::script::Transactions;
use crate::suggest::nearest;
use crate::variables::Variables;
use crate::version_table::DEFAULT_NAME;

/// The name of the configuration file, in the directory of Cargo.toml or the current directory.
pub const FILE_NAME: &str = "migrate.toml";

/// The default directory of the revisions.
pub const DEFAULT_DIR: &str = "migrations";

/// The contents of `migrate.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    top: Settings,
    /// Whether the top level has settings, or no databases are named. Otherwise a command requires
    /// the name of a database.
    top_counts: bool,
    databases: BTreeMap<String, Settings>,
}

/// The settings of one database. A named database does not inherit settings from the top level;
/// omitted settings have their defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the revisions, relative to the file; [`DEFAULT_DIR`] by default.
    pub dir: String,
    /// The databases whose SQL the revisions contain; empty if unknown.
    pub dialects: Vec<Dialect>,
    /// The file that holds the schema of the heads as SQL, relative to the file. Commands that change
    /// revisions write it.
    pub schema_file: Option<String>,
    /// The number of heads that the history may have.
    pub heads: Heads,
    /// Which revisions the compiler refuses for what static checks find.
    pub static_checks: StaticChecks,
    /// Whether a struct that differs from its table at the head does not compile.
    pub model_drift: bool,
    /// The version table, as `name` or `schema.name`.
    pub version_table: String,
    /// The database URL as written; see [`expand`].
    pub database_url: Option<String>,
    /// The databases that share the history; `None` if `database_url` is the only one.
    pub each: Option<Each>,
    /// The URL of each of them as written, in which `{name}` stands for its name; `None` for a schema
    /// of the database of `database_url`.
    pub each_url: Option<String>,
    /// The extent of a transaction; `None` for the database's default.
    pub transaction: Option<Transactions>,
    /// The lock that excludes other runners.
    pub lock: Locking,
    /// How long to wait for another runner to finish.
    pub lock_wait: Option<Duration>,
    /// How long to try to connect to a server that does not answer.
    pub connect_timeout: Option<Duration>,
    /// How long a statement may wait for a lock of the database.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run.
    pub statement_timeout: Option<Duration>,
    /// How long a run waits after each revision until the replicas have applied it.
    pub wait_for_replicas: Option<Duration>,
    /// The size limit of a revision file, in bytes; 64 MiB by default.
    pub max_file_size: Option<u64>,
    /// Whether stored downs of unknown revisions may run.
    pub unknown_downs: UnknownDowns,
    /// Statements that a session executes first, such as `SET foreign_key_checks = 0`.
    pub session: Vec<String>,
    /// The source of the wanted schema; `None` if the file names none.
    pub models: Option<Models>,
    /// The tables and views that `new --autogenerate` and `check` compare; empty for all.
    pub tables: Vec<String>,
    /// Objects that they never compare.
    pub ignore: Vec<String>,
    /// The project's own conventions.
    pub conventions: Conventions,
    /// The variables in SQL.
    pub variables: Variables,
    /// The settings of round-trip tests.
    pub test: TestSettings,
    /// The settings of lint.
    pub lint: LintSettings,
    /// The limits of a rehearsal.
    pub rehearsal: RehearsalSettings,
}

/// The source of the wanted schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Models {
    /// Structs of the package that derive `Table`.
    Rust,
    /// SQL files, and folders of them, relative to the file. `{dialect}` in a path stands for the name of
    /// the database.
    Sql(Vec<String>),
}

/// The lock that excludes other runners. A database that is a file is its own lock whatever the
/// setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locking {
    /// The database's session lock, or a row of a table where the database reports that it has
    /// none.
    #[default]
    Auto,
    /// The database's session lock, held by a dedicated connection.
    Session,
    /// A row of a lock table, for clusters and poolers without session locks; see
    /// [`crate::lock_table`].
    Table,
    /// No lock. Each step still runs once, but another runner may do the work first and make this
    /// one start over.
    None,
}

impl Locking {
    /// Every value, in the order of listings.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Session, Self::Table, Self::None];

    /// The word in `migrate.toml` and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Session => "session",
            Self::Table => "table",
            Self::None => "none",
        }
    }
}

/// Whether stored downs of unknown revisions may run. Their SQL comes from the version table, so
/// everyone with write access to that table controls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnknownDowns {
    /// Ask on a terminal; without one, only `--yes` allows it. A call of the library counts as
    /// consent.
    #[default]
    Ask,
    /// Run them.
    Run,
    /// Refuse them.
    Refuse,
}

impl UnknownDowns {
    /// Every value, in the order of listings.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Run, Self::Refuse];

    /// The word in `migrate.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Run => "run",
            Self::Refuse => "refuse",
        }
    }
}

impl Settings {
    /// How the static checks are made.
    #[must_use]
    pub fn static_check_options(&self) -> StaticCheckOptions {
        StaticCheckOptions { checks: self.static_checks, has_prelude: self.test.prelude.is_some() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dir: DEFAULT_DIR.to_owned(),
            dialects: Vec::new(),
            schema_file: None,
            heads: Heads::default(),
            static_checks: StaticChecks::default(),
            model_drift: true,
            version_table: DEFAULT_NAME.to_owned(),
            database_url: None,
            each: None,
            each_url: None,
            transaction: None,
            lock: Locking::default(),
            lock_wait: None,
            connect_timeout: None,
            lock_timeout: None,
            statement_timeout: None,
            wait_for_replicas: None,
            max_file_size: None,
            unknown_downs: UnknownDowns::default(),
            session: Vec::new(),
            models: None,
            tables: Vec::new(),
            ignore: Vec::new(),
            conventions: Conventions::default(),
            variables: Variables::new(),
            test: TestSettings::default(),
            lint: LintSettings::default(),
            rehearsal: RehearsalSettings::default(),
        }
    }
}

impl Config {
    /// Returns the settings of a database by its name, or those of the top level.
    ///
    /// # Errors
    /// The file has no such database, or it names databases and has no settings for an unnamed one.
    pub fn database(&self, name: Option<&str>) -> Result<&Settings, NoDatabase> {
        let settings = match name {
            Some(name) => self.databases.get(name),
            None => Some(&self.top).filter(|_| self.top_counts || self.databases.is_empty()),
        };
        settings.ok_or_else(|| NoDatabase {
            name: name.map(str::to_owned),
            known: self.databases.keys().cloned().collect(),
        })
    }

    /// The names under `[database.<name>]`, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.databases.keys().map(String::as_str)
    }

    /// All settings of the file, with the name of each database if it has one.
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &Settings)> {
        let top = self.database(None).ok().map(|settings| (None, settings));
        top.into_iter().chain(self.databases.iter().map(|(name, s)| (Some(name.as_str()), s)))
    }
}

/// The requested database is not in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoDatabase {
    /// The requested name; `None` if none was given.
    pub name: Option<String>,
    /// The names that the file has.
    pub known: Vec<String>,
}

impl NoDatabase {
    /// Returns a line of help.
    #[must_use]
    pub fn help(&self) -> String {
        let known = || self.known.join(", ");
        match &self.name {
            _ if self.known.is_empty() => {
                format!("add `[database.<name>]` to {FILE_NAME}, or leave out `--name`")
            }
            None => format!("say which with `--name`: {}", known()),
            Some(name) => match nearest(name, self.known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `--name {near}`?"),
                None => format!("the databases are {}", known()),
            },
        }
    }
}

impl fmt::Display for NoDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{FILE_NAME} has no database `{name}`"),
            None => write!(f, "{FILE_NAME} has several databases and none was chosen"),
        }
    }
}

impl std::error::Error for NoDatabase {}

#[cfg(test)]
mod tests;
