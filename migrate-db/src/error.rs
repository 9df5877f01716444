//! What can go wrong while a database is migrated.
//!
//! A failure of the world is an [`Error`]; a mistake in the user's files comes as diagnostics
//! inside one. Every error says what was being done and what helps; none holds a password.

mod help;
mod step;

#[cfg(feature = "cli")]
pub(crate) use help::FILES;

pub use step::{BatchLimit, EndlessBatches, ReplicasBehind, StepFailure};

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use migrate_core::command::{Help, Invocation};
use migrate_core::diagnostic::Diagnostics;
use migrate_core::dialect::Dialect;
use migrate_core::graph::TargetError;
use migrate_core::plan::Direction;
use migrate_core::source::Location;

use crate::advice::said;
use crate::unfinished::Unfinished;
use crate::url::{Problem, redact};

/// Why a database was not migrated, or not asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The history has mistakes: nothing was connected.
    #[error("the history has mistakes:\n{0}")]
    History(Diagnostics),
    /// A value of a variable belongs to no declared variable, or cannot be written.
    #[error("{message}")]
    Variable {
        /// The name and the reason.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// The target names no place to go to.
    #[error("{}", .0.message)]
    Target(#[from] TargetError),
    /// A revision of the plan cannot run: it is irreversible, has no section for the database, or
    /// needs a session that is lost.
    #[error("{message}")]
    Script {
        /// The revision and the reason.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// A setting is wrong: a name of the version table that does not work on the database.
    #[error("{message}")]
    Setting {
        /// The setting and the reason.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// The operation needs a URL that names a database.
    #[error("{message}")]
    DatabaseName {
        /// What the URL lacks.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// The operation would not be safe: the file to delete is not a database, or the server asks
    /// for a password in clear text.
    #[error("{message}")]
    Unsafe {
        /// The reason.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// A redo has nothing to revert.
    #[error("nothing is applied")]
    NothingApplied,
    /// Another redo stopped between its halves and has to be finished first.
    #[error("the redo of {} is not finished", .0.join(", "))]
    RedoUnfinished(Vec<String>),
    /// Statements of a step that stopped partway were edited after they ran.
    #[error(
        "revision {revision} stopped after statement {done}, and the statements up to there were edited since"
    )]
    EditedStatements {
        /// The revision.
        revision: String,
        /// The number of statements that ran.
        done: usize,
        /// The path of its file.
        path: String,
    },
    /// The version table was found changed again and again though no runner changes it.
    #[error(
        "the version table was found changed {times} times, but no other runner seems to change it"
    )]
    NoProgress {
        /// How often.
        times: u32,
    },
    /// The Rust function of a step failed.
    #[error(transparent)]
    Step(#[from] Box<StepFailure>),
    /// The statement of a batch section changes rows again and again.
    #[error(transparent)]
    EndlessBatches(#[from] Box<EndlessBatches>),
    /// Replicas did not apply in time what is committed.
    #[error(transparent)]
    ReplicasBehind(#[from] Box<ReplicasBehind>),
    /// The downs of unknown revisions would run, which the options forbid.
    #[error("the downs of unknown revisions may not run: {}", .0.join(", "))]
    UnknownDowns(Vec<String>),
    /// A row of the version table was written by a newer version of the tool.
    #[error("the version table has a row that this version does not understand: {0}")]
    VersionRow(String),
    /// The server or the session accepts no writes, or not for all nodes of a cluster: a standby, a
    /// replica, a setting. Nothing was run.
    #[error("{message}")]
    ReadOnly {
        /// What is read-only.
        message: String,
        /// Where writes are accepted.
        help: Vec<Help>,
    },
    /// A connection that the program lends is not enough for the run: a transaction is open on it,
    /// or the lock needs a connection of its own. Nothing was run.
    #[error("{message}")]
    Lent {
        /// What the connection lacks.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// The role may not read the version table.
    #[error("the version table {table} cannot be read: {reason}")]
    NoRight {
        /// The quoted name of the version table.
        table: String,
        /// The reason, from the database.
        reason: String,
        /// The missing rights as statements in backticks.
        grants: Vec<String>,
    },
    /// A section outside of a transaction left references to rows that do not exist.
    #[error("revision {revision} left broken references: {}", .broken.join("; "))]
    BrokenReferences {
        /// The revision.
        revision: String,
        /// The broken references.
        broken: Vec<String>,
    },
    /// A test cannot be prepared.
    #[error("{message}")]
    Test {
        /// The reason.
        message: String,
        /// Advice.
        help: Vec<Help>,
    },
    /// The URL is malformed or has a parameter that is not known. It is not shown: its password
    /// cannot be found in it.
    #[error("the database URL is not understood: {message}")]
    Url {
        /// What is wrong, without any part of the URL.
        message: String,
        /// What would be right.
        help: Vec<Help>,
    },
    /// This program was built without the driver.
    #[error("this program was built without the {0} driver")]
    NoDriver(Dialect),
    /// There is no server for tests.
    #[error("no {dialect} server for tests")]
    NoServer {
        /// The database.
        dialect: Dialect,
        /// The ways to have one, and what came of each.
        ways: Vec<String>,
    },
    /// The database cannot be reached or opened.
    #[error("cannot connect to {place}")]
    Connect {
        /// The URL without its password.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database refused something that the tool itself asked.
    #[error("{doing} failed")]
    Database {
        /// What was being done.
        doing: String,
        /// Why.
        source: sqlx::Error,
    },
    /// A statement of a revision file failed.
    #[error(transparent)]
    Statement(#[from] Box<StatementError>),
    /// The version table names unknown revisions: no file defines them.
    #[error("the database has unknown revisions, which no file defines: {}", few(.0))]
    Unknown(Vec<String>),
    /// The database has run a part of the revisions that another one replaces, and their files do not
    /// exist, or the command cannot use them.
    #[error("this database has run a part of what revision {revision} replaces: {}; not {}", few(.recorded), few(.missing))]
    PartlyReplaced {
        /// The replacing revision.
        revision: String,
        /// The replaced revisions that it has run.
        recorded: Vec<String>,
        /// Those that it has not run.
        missing: Vec<String>,
    },
    /// Applied revisions were edited since.
    #[error("revisions were edited after this database ran them: {}", names(.0))]
    Edited(Vec<(String, String)>),
    /// Of a revision's file only the front was read, and more is needed: see
    /// [`Snapshot`](migrate_core::embed::Snapshot). Whoever reads all files does not meet it.
    #[error("the file of revision {0} was not read")]
    Unread(String),
    /// The database lacks revisions that the program has.
    #[error("revisions are not applied to this database: {}", few(.0))]
    Pending(Vec<String>),
    /// A step that runs statement by statement did not end.
    #[error("revision {} stopped partway through its {} step: {} known to have run", .unfinished.revision, .unfinished.direction(), counted(.unfinished))]
    Unfinished {
        /// The step.
        unfinished: Box<Unfinished>,
        /// The statement behind those that ran, with its place, when the file is there.
        next: Option<Box<(String, Location)>>,
        /// What that statement left half made, by name: indexes that are INVALID.
        invalid_indexes: Vec<String>,
        /// The command that continues the step.
        resume: Invocation,
    },
    /// The version table is missing, and the log lists applied revisions.
    #[error("the version table {table} is missing, but its log {log} lists applied revisions: {}", .applied.join(", "))]
    VersionTable {
        /// The quoted name of the version table.
        table: String,
        /// The quoted name of its log.
        log: String,
        /// The revisions that the log leaves applied.
        applied: Vec<String>,
    },
    /// The run was asked to stop.
    #[error("interrupted: {}", interrupted(.heads.as_deref()))]
    Interrupted {
        /// The heads of the database after it; `None` where they could not be found out.
        heads: Option<Vec<String>>,
        /// Whether the server did not answer: it may still execute a statement, and commit it.
        unanswered: bool,
        /// The command that continues a step that stopped partway.
        resume: Option<Invocation>,
    },
    /// The lock, or the database file, was not free in time.
    #[error("waited {} s for the database: {holder}", .waited.as_secs())]
    Busy {
        /// How long.
        waited: Duration,
        /// Who is in the way, as far as known.
        holder: String,
    },
    /// Others are connected to a database that was to be dropped.
    #[error("others are connected to the database: {}", .0.join("; "))]
    Connected(Vec<String>),
    /// A program that belongs to the database failed, or is not there.
    #[error("`{program}` {failure}")]
    Program {
        /// Its name.
        program: String,
        /// What came of it, with its own words.
        failure: String,
        /// What helps.
        help: Vec<Help>,
    },
    /// A folder of revisions cannot be read.
    #[error("the folder {} cannot be read", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A row of the version table was not as expected: somebody else moved it.
    #[error("the version row of {0} was moved by someone else in the meantime")]
    Moved(String),
    /// The commit would have left references to rows that are not there.
    #[error("revision {revision} would leave broken references: {}", .broken.join("; "))]
    ForeignKeys {
        /// The last revision of the transaction.
        revision: String,
        /// What is broken.
        broken: Vec<String>,
    },
}

/// The kinds of [`Error`], for a program that decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call, the URL, the configuration or the history is wrong. Nothing was run.
    Usage,
    /// The database cannot be reached.
    Connect,
    /// Another runner, a lock in the database, or a replica that is behind, was in the way for too
    /// long.
    Busy,
    /// The database refused a statement of a revision, or its rows break references after it.
    Statement,
    /// The database refused a statement of the tool itself, or accepts no writes.
    Database,
    /// Database and history disagree: unknown, edited or missing revisions.
    Mismatch,
    /// A step stopped partway and needs a decision.
    Unfinished,
    /// The run was asked to stop.
    Interrupted,
    /// A file or a program outside of the database failed.
    Environment,
}

impl Error {
    /// Returns the kind of the error.
    ///
    /// ```
    /// let error = migrate_db::Database::from_url("oracle://x").unwrap_err();
    /// assert_eq!(error.kind(), migrate_db::ErrorKind::Usage);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::History(_)
            | Self::Target(_)
            | Self::Script { .. }
            | Self::Setting { .. }
            | Self::Lent { .. }
            | Self::Variable { .. }
            | Self::DatabaseName { .. }
            | Self::NothingApplied
            | Self::RedoUnfinished(_)
            | Self::UnknownDowns(_)
            | Self::Url { .. }
            | Self::NoDriver(_)
            | Self::Unread(_) => ErrorKind::Usage,
            Self::Connect { .. } | Self::NoServer { .. } => ErrorKind::Connect,
            Self::Busy { .. }
            | Self::Connected(_)
            | Self::Moved(_)
            | Self::NoProgress { .. }
            | Self::ReplicasBehind(_) => ErrorKind::Busy,
            Self::Statement(_)
            | Self::Step(_)
            | Self::EndlessBatches(_)
            | Self::ForeignKeys { .. }
            | Self::BrokenReferences { .. } => ErrorKind::Statement,
            Self::Database { .. }
            | Self::ReadOnly { .. }
            | Self::NoRight { .. }
            | Self::VersionRow(_) => ErrorKind::Database,
            Self::Unknown(_)
            | Self::PartlyReplaced { .. }
            | Self::Edited(_)
            | Self::Pending(_)
            | Self::VersionTable { .. } => ErrorKind::Mismatch,
            Self::Unfinished { .. } | Self::EditedStatements { .. } => ErrorKind::Unfinished,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Program { .. }
            | Self::File { .. }
            | Self::Folder { .. }
            | Self::Unsafe { .. }
            | Self::Test { .. } => ErrorKind::Environment,
        }
    }

    /// Returns `true` if another try may succeed without a change: the server may be starting, or
    /// another runner may be done by then.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.is_lost() || self.is_starting() || matches!(self.kind(), ErrorKind::Busy)
    }

    /// Returns `true` if the database lacks revisions that the program has.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Pending(_))
    }

    /// Returns `true` if the database has revisions that the program lacks: an older program meets
    /// the database of a newer one.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl From<Problem> for Error {
    fn from(Problem { message, help }: Problem) -> Self {
        Self::Url { message, help: help.into_iter().map(Help::from).collect() }
    }
}

/// A statement of a revision file that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct StatementError {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// The direction.
    pub direction: Direction,
    /// The statement's number in its section, from 1.
    pub number: usize,
    /// The statement.
    pub sql: String,
    /// Where it begins.
    pub location: Location,
    /// Where the database points to in it, else where it begins.
    pub place: Location,
    /// The same place as bytes from its beginning.
    pub offset: Option<usize>,
    /// More about it, from the database.
    pub detail: Option<String>,
    /// What the database advises.
    pub hint: Option<String>,
    /// Revisions that this run committed before.
    pub committed: Vec<String>,
    /// Revisions that were rolled back with this one.
    pub rolled_back: Vec<String>,
    /// What it left half made, by name: indexes that are INVALID.
    pub invalid_indexes: Vec<String>,
    /// Whether it may have done a part of its work: a procedure that commits by itself.
    pub partial: bool,
    /// Whether the failed step itself was rolled back whole.
    pub whole: bool,
    /// The number of statements of the step that ran before and stay, where the step was not rolled
    /// back whole.
    pub done: usize,
    /// Whether these are batches, of the one statement of a batch section.
    pub in_batches: bool,
    /// The command that continues the step, or starts it again.
    pub resume: Invocation,
    /// Whether the step is a part of a redo.
    pub redo: bool,
    /// What the database said.
    pub source: sqlx::Error,
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "statement {} of revision {} ({}) failed at {}:{}",
            self.number, self.revision, self.direction, self.place.path, self.place.line
        )
    }
}

impl std::error::Error for StatementError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// `1 statement is`, `2 batches are`.
fn counted(unfinished: &Unfinished) -> String {
    match (unfinished.done, unfinished.in_batches) {
        (1, _) => format!("1 {} is", unfinished.unit()),
        (count, false) => format!("{count} statements are"),
        (count, true) => format!("{count} batches are"),
    }
}

fn names(pairs: &[(String, String)]) -> String {
    few(&pairs.iter().map(|(id, path)| format!("{id} ({path})")).collect::<Vec<_>>())
}

/// How many names are listed in full.
const LISTED: usize = 6;

/// Names with commas between; of many their number and the last three.
fn few(names: &[String]) -> String {
    match names.len() {
        0..=LISTED => names.join(", "),
        many => format!("{many}, the last of them {}", names[many - 3..].join(", ")),
    }
}

impl Error {
    pub(crate) fn connect(place: &str, source: sqlx::Error) -> Self {
        Self::Connect { place: redact(place), source }
    }

    pub(crate) fn database(doing: impl Into<String>, source: sqlx::Error) -> Self {
        Self::Database { doing: doing.into(), source }
    }

    /// The id of the revision whose step failed, where the error names one.
    #[cfg(feature = "testkit")]
    pub(crate) fn revision(&self) -> Option<&str> {
        match self {
            Self::Statement(error) => Some(&error.revision),
            Self::Step(error) => Some(&error.revision),
            Self::ForeignKeys { revision, .. } => Some(revision),
            _ => None,
        }
    }

    /// Whether the connection was lost: what became of the last transaction, only the database
    /// knows.
    pub(crate) fn is_lost(&self) -> bool {
        let source = match self {
            Self::Connect { source, .. } | Self::Database { source, .. } => source,
            Self::Statement(error) => &error.source,
            Self::Step(error) => match error.source.downcast_ref() {
                Some(source) => source,
                None => return false,
            },
            _ => return false,
        };
        match source {
            sqlx::Error::Io(_) => true,
            // Somebody answers who is no server, or not yet: what forwards to one that starts.
            sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => matches!(self, Self::Connect { .. }),
            // A server that shuts down or recovers, and connection failures, as PostgreSQL says.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                code.starts_with("08") || ["57P01", "57P02", "57P03"].contains(&code.as_ref())
            }),
            _ => false,
        }
    }

    /// Why, in the words of whoever said it first.
    pub(crate) fn reason(&self) -> String {
        let mut reason: &dyn std::error::Error = self;
        while let Some(source) = reason.source() {
            if let Some(error) = source.downcast_ref::<sqlx::Error>()
                && error.as_database_error().is_some()
            {
                return said(error);
            }
            reason = source;
        }
        reason.to_string()
    }

    /// Whether a server may be starting that is not there yet: nothing was done on it.
    pub(crate) fn is_starting(&self) -> bool {
        use std::io::ErrorKind;

        let Self::Connect { source, .. } = self else { return false };
        match source {
            sqlx::Error::Io(error) => matches!(
                error.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::UnexpectedEof
                    | ErrorKind::BrokenPipe
                    | ErrorKind::NotFound
            ),
            // Nothing that time mends.
            sqlx::Error::Tls(_) => false,
            _ => self.is_lost(),
        }
    }
}

fn interrupted(heads: Option<&[String]>) -> String {
    match heads {
        None => "what is applied could not be found out".to_owned(),
        Some([]) => "the database is at base".to_owned(),
        Some(heads) => format!("the database is at {}", heads.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::few;

    #[test]
    fn of_many_names_the_last_are_listed() {
        let names: Vec<String> = (1..=300).map(|n| format!("r{n}")).collect();
        assert_eq!(few(&names[..3]), "r1, r2, r3");
        assert_eq!(few(&names), "300, the last of them r298, r299, r300");
    }
}
