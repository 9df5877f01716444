//! Why the server refuses an operation.

use std::fmt;

use crate::source::Span;

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A statement names an object that does not exist.
    NoSuchObject,
    /// A statement creates an object whose name is taken.
    AlreadyExists,
    /// A statement drops or changes an object that another one needs.
    StillNeeded,
    /// The server refuses what the statement asks for, whatever exists.
    Refused,
}

impl FaultKind {
    /// The code, as in documentation: `no-such-object`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSuchObject => "no-such-object",
            Self::AlreadyExists => "already-exists",
            Self::StillNeeded => "still-needed",
            Self::Refused => "statement-refused",
        }
    }
}

/// An operation that the server certainly refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of mistake it is.
    pub kind: FaultKind,
    /// The statement, or the part of it.
    pub span: Span,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Fault {
    /// A fault; [`apply`](super::apply) adds the span of the operation.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, span: Span::default(), message: message.into(), help: None }
    }

    /// An object that does not exist.
    pub fn missing(what: impl fmt::Display) -> Self {
        Self::new(FaultKind::NoSuchObject, format!("there is no {what}"))
    }

    /// A name that is taken.
    pub fn exists(what: impl fmt::Display) -> Self {
        Self::new(FaultKind::AlreadyExists, format!("{what} exists already"))
    }

    /// Something that another object needs.
    pub fn needed(what: impl fmt::Display, by: impl fmt::Display) -> Self {
        Self::new(FaultKind::StillNeeded, format!("{what} is needed by {by}"))
    }

    /// Something that the server never does.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Refused, message)
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
