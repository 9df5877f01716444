//! `migrate.toml`: what a project says once, so that no command needs to be told.
//!
//! Turns the text into a [`Config`] and tells every mistake at its place. Reads no file and no
//! environment: `${VAR}` in a database URL is filled in by [`expand`] from what the caller looks
//! up, and only when the URL is used. A key that means nothing is an error, never passed over.
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

mod expand;
mod read;
mod testing;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use expand::{ExpandError, expand};
pub use testing::TestSettings;

use crate::dialect::Dialect;
use crate::history::Heads;
use crate::script::Transactions;
use crate::suggest::nearest;
use crate::version_table::DEFAULT_NAME;

/// The configuration file's name, beside Cargo.toml or where the command is run.
pub const FILE_NAME: &str = "migrate.toml";

/// The folder of the revisions when nobody says otherwise.
pub const DEFAULT_DIR: &str = "migrations";

/// What `migrate.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    top: Settings,
    /// Whether the top of the file says anything, or there are no databases by name: else a
    /// command must be told which database is meant.
    top_counts: bool,
    databases: BTreeMap<String, Settings>,
}

/// The settings of one database. A named database takes nothing over from the top of the file:
/// what it does not say is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the revisions, relative to the file; [`DEFAULT_DIR`] by default.
    pub dir: String,
    /// The databases whose SQL the revisions are written in; none named means none known.
    pub dialects: Vec<Dialect>,
    /// How many heads the history may have.
    pub heads: Heads,
    /// The version table, as `name` or `schema.name`.
    pub version_table: String,
    /// The database, as written: see [`expand`].
    pub database_url: Option<String>,
    /// What stands in one transaction; `None` leaves it to the database.
    pub transaction: Option<Transactions>,
    /// How runners keep each other out.
    pub lock: Locking,
    /// How long to wait for another runner to finish.
    pub lock_wait: Option<Duration>,
    /// How long to try to reach a server that does not answer.
    pub connect_timeout: Option<Duration>,
    /// How long a statement may wait for a lock of the database.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run.
    pub statement_timeout: Option<Duration>,
    /// The size limit of a revision file, in bytes; 64 MiB by default.
    pub max_file_size: Option<u64>,
    /// Whether downs of revisions that no file holds may run.
    pub unknown_downs: UnknownDowns,
    /// Statements that a run's session begins with, as `SET foreign_key_checks = 0`.
    pub session: Vec<String>,
    /// How the revisions are tested.
    pub test: TestSettings,
}

/// How runners keep each other out. A database that is a file is its own lock, whatever is chosen
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locking {
    /// The database's own lock; the row of a table where the database says that it has none.
    #[default]
    Auto,
    /// The database's own lock, held by a connection that does nothing else.
    Session,
    /// A row of a table beside the version table, for clusters and poolers that have no locks for
    /// sessions: see [`crate::lock_table`].
    Table,
    /// None: each step still happens once, but a runner that is overtaken worked for nothing.
    None,
}

impl Locking {
    /// Every way, in the order in which they are always listed.
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

/// Whether the downs of revisions that no file holds may run: their SQL comes from the version
/// table, and whoever may write that table decides what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnknownDowns {
    /// A terminal is asked; without one, only `--yes` allows it. A program that calls the library
    /// has decided by its call.
    #[default]
    Ask,
    /// They run.
    Run,
    /// They are refused.
    Refuse,
}

impl UnknownDowns {
    /// Every choice, in the order in which they are always listed.
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

impl Default for Settings {
    fn default() -> Self {
        Self {
            dir: DEFAULT_DIR.to_owned(),
            dialects: Vec::new(),
            heads: Heads::default(),
            version_table: DEFAULT_NAME.to_owned(),
            database_url: None,
            transaction: None,
            lock: Locking::default(),
            lock_wait: None,
            connect_timeout: None,
            lock_timeout: None,
            statement_timeout: None,
            max_file_size: None,
            unknown_downs: UnknownDowns::default(),
            session: Vec::new(),
            test: TestSettings::default(),
        }
    }
}

impl Config {
    /// The settings of a database: by its name, or those at the top of the file.
    ///
    /// # Errors
    /// When the file has no such database, or names some and says nothing without a name.
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

    /// All settings of the file, each with its name if it has one.
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &Settings)> {
        let top = self.database(None).ok().map(|settings| (None, settings));
        top.into_iter().chain(self.databases.iter().map(|(name, s)| (Some(name.as_str()), s)))
    }
}

/// No settings go by that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoDatabase {
    /// The name asked for; `None` when none was given.
    pub name: Option<String>,
    /// The names that the file has.
    pub known: Vec<String>,
}

impl NoDatabase {
    /// What would help.
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
