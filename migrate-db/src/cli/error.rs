//! What a command says when it cannot go on.
//!
//! Library errors become a [`CliError`] at the command's door: a kind, which decides the exit
//! code, a message, what caused it, and what would help. Nothing here prints.

use std::error::Error;
use std::fmt;

use migrate_core::diagnostic::Diagnostics;
use migrate_core::graph::TargetError;

use super::Exit;

/// Why a command ended early.
#[derive(Debug)]
pub struct CliError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What is wrong, without a final full stop.
    pub message: String,
    /// What caused it.
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// What would help, a line each.
    pub help: Vec<String>,
    /// Mistakes in the user's files, shown before the message.
    pub diagnostics: Diagnostics,
}

/// The kinds of [`CliError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// It was tried and failed.
    Failed,
    /// The call or the configuration is wrong.
    Usage,
    /// A question was answered no.
    No,
}

impl CliError {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            help: Vec::new(),
            diagnostics: Diagnostics::new(),
        }
    }

    /// Something was tried and failed.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// The call or the configuration is wrong.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A question was answered no.
    #[must_use]
    pub fn no(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::No, message)
    }

    /// Mistakes in the user's configuration: nothing can be done before they are mended.
    #[must_use]
    pub fn configuration(diagnostics: Diagnostics) -> Self {
        Self { kind: ErrorKind::Usage, ..Self::from(diagnostics) }
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.kind {
            ErrorKind::Failed => Exit::Failed,
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::No => Exit::No,
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
            1 => "nothing was done because of the mistake above".to_owned(),
            n => format!("nothing was done because of the {n} mistakes above"),
        };
        Self { diagnostics, ..Self::failed(message) }
    }
}

impl From<TargetError> for CliError {
    fn from(error: TargetError) -> Self {
        Self { help: error.help, ..Self::usage(error.message) }
    }
}
