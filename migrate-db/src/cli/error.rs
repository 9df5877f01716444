//! Errors of commands.
//!
//! A library error is converted to a [`CliError`] with a kind, which decides the exit code, a
//! message, causes and help. Nothing here prints.

use std::error::Error;
use std::fmt;

use migrate_core::command::Help;
use migrate_core::diagnostic::Diagnostics;
use migrate_core::graph::{Graph, TargetError};

use super::Exit;
use crate::advice::{is_login, said, without_line};
use crate::error::FILES;

/// Why a command ended early.
#[derive(Debug)]
pub struct CliError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The message, without a final full stop.
    pub message: String,
    /// The cause.
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// Help, one line each.
    pub help: Vec<Help>,
    /// Mistakes in the user's files, shown before the message.
    pub diagnostics: Diagnostics,
    /// The SQL that failed, shown with the message.
    pub excerpt: Option<Box<Excerpt>>,
    /// Whether the database URL is wrong, or the server refuses the account in it.
    pub concerns_url: bool,
}

/// SQL in its file, with the message of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file.
    pub path: String,
    /// The line that the SQL begins on, from 1.
    pub line: usize,
    /// The SQL.
    pub sql: String,
    /// The place in it that the database points to, in bytes.
    pub offset: Option<usize>,
    /// What the database says.
    pub label: String,
}

/// The kinds of [`CliError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The attempt failed.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// The answer to a question is no.
    No,
    /// A file is needed of which only the header was read. The caller retries with all files.
    Unread,
    /// SIGINT stopped the attempt.
    Interrupted,
    /// SIGTERM stopped the attempt.
    Terminated,
}

impl CliError {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            help: Vec::new(),
            diagnostics: Diagnostics::new(),
            excerpt: None,
            concerns_url: false,
        }
    }

    /// An attempt failed.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// The command line or the configuration is wrong.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// The answer to a question is no.
    #[must_use]
    pub fn no(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::No, message)
    }

    /// A command needs a database and none is configured.
    #[must_use]
    pub fn no_database() -> Self {
        Self::usage("no database is configured")
            .help("pass `--database-url sqlite:app.db`, or set DATABASE_URL")
    }

    /// Mistakes in the user's configuration, which prevent every command.
    #[must_use]
    pub fn configuration(diagnostics: Diagnostics) -> Self {
        Self { kind: ErrorKind::Usage, ..Self::from(diagnostics) }
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Removes help that only names the command that was typed.
    #[must_use]
    pub(super) fn without_help_for(mut self, command: &str) -> Self {
        self.help.retain(|help| !help.begins_with(command));
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The causes, outermost first. A cause whose text ends the text before it is left out.
    pub(super) fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut source = self.source();
        while let Some(cause) = source {
            let text = match cause.downcast_ref::<sqlx::Error>() {
                Some(error) => said(error),
                None => cause.to_string(),
            };
            let core = without_line(&text).unwrap_or(&text);
            let repeats = |before: &String| before.ends_with(&text) || before.ends_with(core);
            if !causes.last().is_some_and(repeats) {
                causes.push(text);
            }
            source = cause.source();
        }
        causes
    }

    /// Replaces `<revision of the files>` in the help by the only head, if there is one.
    pub(super) fn name_head(mut self, graph: &Graph) -> Self {
        let heads: Vec<_> = graph.order().filter(|node| graph.is_head(*node)).collect();
        if let [head] = heads.as_slice() {
            let id = graph.id(*head).to_string();
            for help in &mut self.help {
                help.fill(FILES, &id);
            }
        }
        self
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Failed | ErrorKind::Unread => Exit::Failed,
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::No => Exit::No,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Terminated => Exit::Terminated,
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<Diagnostics> for CliError {
    fn from(diagnostics: Diagnostics) -> Self {
        use migrate_core::diagnostic::Severity;
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        let message = match errors {
            1 => "nothing was done because of the error above".to_owned(),
            n => format!("nothing was done because of the {n} errors above"),
        };
        Self { diagnostics, ..Self::failed(message) }
    }
}

impl From<TargetError> for CliError {
    fn from(error: TargetError) -> Self {
        Self { help: error.help, ..Self::usage(error.message) }
    }
}

impl From<crate::Error> for CliError {
    fn from(error: crate::Error) -> Self {
        use crate::Error as E;
        let help = hints(&error);
        let kind = match &error {
            E::History(_) | E::Connect { .. } | E::Database { .. } | E::Statement(_) => {
                ErrorKind::Failed
            }
            E::Unread(_) => ErrorKind::Unread,
            E::Target(_)
            | E::Url { .. }
            | E::NoDriver(_)
            | E::Setting { .. }
            | E::DatabaseName { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        };
        let concerns_url = match &error {
            E::Url { .. } => true,
            E::Connect { source, .. } => is_login(source),
            _ => false,
        };
        match error {
            E::History(found) => found.into(),
            E::Statement(failed) => (*failed).into(),
            error => {
                let message = error.to_string();
                let source = cause(error);
                Self { source, help, concerns_url, ..Self::new(kind, message) }
            }
        }
    }
}

impl From<crate::StatementError> for CliError {
    /// The statement is shown at its place in its file.
    fn from(error: crate::StatementError) -> Self {
        let message = format!(
            "statement {} of revision {} ({}) failed",
            error.number, error.revision, error.direction
        );
        let help = error.help();
        let excerpt = Excerpt {
            path: error.location.path,
            line: error.location.line,
            sql: error.sql,
            offset: error.offset,
            label: words(&error.source),
        };
        Self { help, excerpt: Some(Box::new(excerpt)), ..Self::failed(message) }
    }
}

/// Returns the library's advice, with the flags of the commands in place of its options.
fn hints(error: &crate::Error) -> Vec<Help> {
    use crate::Error as E;
    match error {
        E::UnknownDowns(_) => vec![
            "their SQL comes from the version table: `--dry-run` names them, `--sql` shows it".into(),
            "`--yes` runs it once, `unknown-downs = \"run\"` in migrate.toml always".into(),
            "or bring the files back".into(),
        ],
        E::Connected(_) => vec!["end them, or let the server do that: `--force`".into()],
        E::Busy { .. } => vec!["end the other program, or wait longer: `--lock-wait 5m`".into()],
        E::Connect { .. } if error.is_starting() => vec![
            "check that the server is running there; one that is starting may need longer: `--connect-timeout 1m`".into(),
        ],
        _ => error.help(),
    }
}

/// The database's message without sqlx's prefix.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}

/// The cause of an error whose own message does not contain it.
fn cause(error: crate::Error) -> Option<Box<dyn Error + Send + Sync>> {
    match error {
        crate::Error::Connect { source, .. } | crate::Error::Database { source, .. } => {
            Some(source.into())
        }
        crate::Error::File { source, .. } => Some(source.into()),
        _ => None,
    }
}
