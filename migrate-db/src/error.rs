//! What can go wrong while a database is migrated.
//!
//! A failure of the world is an [`Error`]; a mistake in the user's files comes as diagnostics
//! inside one. Every error says what was being done and what helps; none holds a password.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use migrate_core::diagnostic::Diagnostics;
use migrate_core::dialect::Dialect;
use migrate_core::graph::TargetError;
use migrate_core::plan::Direction;
use migrate_core::source::Location;

use crate::advice::{advice, said};
use crate::unfinished::Unfinished;
use crate::url::{Problem, redact};

/// Why a database was not migrated, or not asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The history has mistakes: nothing was connected.
    #[error("the history has mistakes:\n{0}")]
    History(Diagnostics),
    /// The target names no place to go to.
    #[error("{}", .0.message)]
    Target(#[from] TargetError),
    /// The plan cannot run on this database.
    #[error("{message}")]
    Plan {
        /// What is in the way.
        message: String,
        /// What helps.
        help: Vec<String>,
    },
    /// The URL is malformed or has a parameter that is not known. It is not shown: its password
    /// cannot be found in it.
    #[error("the database URL is not understood: {message}")]
    Url {
        /// What is wrong, without any part of the URL.
        message: String,
        /// What would be right.
        help: Vec<String>,
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
    #[error("revision {} stopped in the middle of its {} step: {} known to have run", .unfinished.revision, .unfinished.direction(), statements(.unfinished.done))]
    Unfinished {
        /// The step.
        unfinished: Box<Unfinished>,
        /// The statement behind those that ran, with its place, when the file is there.
        next: Option<Box<(String, Location)>>,
        /// What that statement left half made, by name: indexes that are INVALID.
        invalid_indexes: Vec<String>,
        /// The command that continues the step.
        resume: String,
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
        /// The command that continues a step that stopped in the middle.
        resume: Option<String>,
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
        help: Vec<String>,
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
    /// Another runner, or a lock in the database, was in the way for too long.
    Busy,
    /// The database refused a statement of a revision, or its rows break references after it.
    Statement,
    /// The database refused a statement of the tool itself.
    Database,
    /// Database and history disagree: unknown, edited or missing revisions.
    Mismatch,
    /// A step stopped in the middle and needs a decision.
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
            | Self::Plan { .. }
            | Self::Url { .. }
            | Self::NoDriver(_)
            | Self::Unread(_) => ErrorKind::Usage,
            Self::Connect { .. } | Self::NoServer { .. } => ErrorKind::Connect,
            Self::Busy { .. } | Self::Connected(_) | Self::Moved(_) => ErrorKind::Busy,
            Self::Statement(_) | Self::ForeignKeys { .. } => ErrorKind::Statement,
            Self::Database { .. } => ErrorKind::Database,
            Self::Unknown(_) | Self::Edited(_) | Self::Pending(_) | Self::VersionTable { .. } => {
                ErrorKind::Mismatch
            }
            Self::Unfinished { .. } => ErrorKind::Unfinished,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Program { .. } | Self::File { .. } | Self::Folder { .. } => {
                ErrorKind::Environment
            }
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
        Self::Url { message, help }
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
    /// The command that continues the step, or starts it again.
    pub resume: String,
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

/// `1 statement is`, `2 statements are`.
fn statements(count: usize) -> String {
    match count {
        1 => "1 statement is".to_owned(),
        count => format!("{count} statements are"),
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

    /// What would help, a line each, commands in backticks.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let line = |text: &str| vec![text.to_owned()];
        match self {
            Self::Target(error) => error.help.clone(),
            Self::Plan { help, .. } | Self::Url { help, .. } => help.clone(),
            Self::NoDriver(dialect) => vec![format!(
                "add the feature: `migrate-db = {{ version = \"..\", features = [\"{}\"] }}`",
                dialect.name()
            )],
            Self::NoServer { dialect, ways } => {
                let ways = ways.iter().zip(1..).map(|(way, n)| format!("{n}. {way}"));
                let skip = format!("or do without, and say so: MIGRATE_TEST_SKIP={dialect}");
                ways.chain([skip]).collect()
            }
            Self::Statement(error) => error.help(),
            Self::Unknown(_) => vec![
                "bring the missing files back, or deploy the version that has them".to_owned(),
                "`cargo migrate downgrade <revision of the files>` undoes them with the way down that the database keeps".to_owned(),
                "`cargo migrate stamp --purge <revision>` says where the database really stands, without running anything".to_owned(),
            ],
            Self::Pending(_) => line("`cargo migrate upgrade` applies them"),
            Self::Edited(_) => vec![
                "put the change into a new revision (`cargo migrate new`) and restore the file".to_owned(),
                "for the newest revision in development: `cargo migrate redo`".to_owned(),
                "if the change makes no difference to databases: `cargo migrate accept <revision> --because \"..\"`".to_owned(),
            ],
            Self::Unfinished { invalid_indexes, resume, .. } if !invalid_indexes.is_empty() => {
                invalid_indexes.iter().map(|index| invalid_index(index, resume)).collect()
            }
            Self::Unfinished { unfinished, next, .. } if unfinished.in_doubt() => {
                let look = next.as_deref().map(|(sql, place)| {
                    format!("the statement at {}:{} may have run or not; look at the database: {sql}", place.path, place.line)
                });
                let choice = "then `cargo migrate repair --ran` goes on behind it, or `cargo migrate repair --not-run` goes on with it";
                look.into_iter().chain([choice.to_owned()]).collect()
            }
            Self::Unfinished { resume, .. } => vec![
                format!("`{resume}` goes on where it stopped"),
                "or put the database right by hand and say so: `cargo migrate repair --applied` or `--reverted`".to_owned(),
            ],
            Self::VersionTable { .. } => vec![
                "`cargo migrate repair --from-log` writes it again with these revisions".to_owned(),
                "`cargo migrate stamp --purge base` starts again with no revision applied, where the database is empty".to_owned(),
            ],
            Self::Interrupted { unanswered: true, .. } => {
                line("the server did not answer and may still execute a statement: `cargo migrate current` shows later what is applied")
            }
            Self::Interrupted { heads: None, .. } => line("`cargo migrate current` shows where the database stands"),
            Self::Interrupted { resume, .. } => {
                resume.iter().map(|command| format!("a step stopped in the middle: `{command}` goes on there")).collect()
            }
            Self::Program { help, .. } => help.clone(),
            Self::Connected(_) => line("end them, or let the server do that: `--force`"),
            Self::Connect { source, .. } if is_missing(source) => {
                line("`cargo migrate db create` creates it")
            }
            Self::Connect { .. } if self.is_starting() => {
                line("see that the server runs there; one that is starting may need longer: `--connect-timeout 1m`")
            }
            Self::Connect { source, .. } | Self::Database { source, .. } => advice(source),
            Self::Busy { .. } => line("end the other program, or wait longer: `--lock-wait 5m`"),
            Self::Moved(_) => line("run the command again: it starts from what the database says now"),
            Self::ForeignKeys { .. } => vec![
                "delete or mend the rows in the same revision; everything was rolled back".to_owned(),
                "or write `foreign-keys:true` behind the marker, and SQLite cascades as in the application".to_owned(),
            ],
            Self::Unread(_) | Self::History(_) | Self::File { .. } | Self::Folder { .. } => {
                Vec::new()
            }
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

fn invalid_index(index: &str, resume: &str) -> String {
    format!(
        "the index {index} is left INVALID: `DROP INDEX CONCURRENTLY {index}` removes it, then `{resume}` makes it anew"
    )
}

/// Whether the server says that it has no such database.
fn is_missing(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().is_some_and(|code| code == "3D000");
    // The server's own number stands in no code.
    code || error.message().starts_with("Unknown database ")
}

impl StatementError {
    pub(crate) fn help(&self) -> Vec<String> {
        let mut help = advice(&self.source);
        help.extend(self.detail.iter().map(|detail| format!("the database says more: {detail}")));
        help.extend(self.hint.iter().map(|hint| format!("the database advises: {hint}")));
        help.extend(self.invalid_indexes.iter().map(|index| invalid_index(index, &self.resume)));
        if self.partial && !self.whole {
            help.push("it may have done a part of its work: look at the database, then `cargo migrate repair --ran` goes on behind it, or `--not-run` with it".to_owned());
            return help;
        }
        match (self.whole, self.rolled_back.len()) {
            (true, _) if self.redo && self.committed.is_empty() => {
                help.push(
                    "the redo was rolled back whole: the revision is applied as before".to_owned(),
                );
            }
            (true, 0) => help.push("the step was rolled back whole".to_owned()),
            (true, n) => help.push(format!(
                "the step and the {n} before it were rolled back whole: {}",
                few(&self.rolled_back)
            )),
            (false, _) => {
                let before = match self.done {
                    0 => "no statement of the step stays".to_owned(),
                    1 => "the first statement of the step stays".to_owned(),
                    n => format!("the first {n} statements of the step stay"),
                };
                help.push(format!(
                    "{before}: fix the file and run `{}` to continue, or undo them and run `cargo migrate repair`",
                    self.resume
                ));
            }
        }
        if self.redo && !self.committed.is_empty() {
            help.push(format!(
                "the down stands, of {}: `cargo migrate upgrade` finishes the redo",
                self.committed.join(", ")
            ));
            return help;
        }
        if !self.committed.is_empty() {
            help.push(format!("done and committed before: {}", few(&self.committed)));
        }
        help
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
