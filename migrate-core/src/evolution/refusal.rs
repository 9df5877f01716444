//! What the database certainly refuses, as a diagnostic.

use crate::apply::{Fault, FaultKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};
use crate::sql::Unexpected;

/// A statement that the database certainly refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A token cannot stand where it stands.
    Syntax(Unexpected),
    /// The schema does not allow it.
    Fault(Fault),
}

impl Refusal {
    /// The code of the finding.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Syntax(_) => Code::SqlSyntax,
            Self::Fault(fault) => match fault.kind {
                FaultKind::NoSuchObject => Code::NoSuchObject,
                FaultKind::AlreadyExists => Code::AlreadyExists,
                FaultKind::StillNeeded => Code::StillNeeded,
                FaultKind::Refused => Code::StatementRefused,
            },
        }
    }

    /// The token, or the statement.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Syntax(error) => error.span,
            Self::Fault(fault) => fault.span,
        }
    }

    /// What is wrong, without a full stop.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Syntax(error) => error.to_string(),
            Self::Fault(fault) => fault.message.clone(),
        }
    }

    /// The finding with a message of the caller, at its place in the file of the statement.
    #[must_use]
    pub fn diagnostic(&self, file: &SourceFile, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code(), message).at(file, self.span());
        match self {
            Self::Fault(Fault { help: Some(help), .. }) => diagnostic.help(help),
            _ => diagnostic,
        }
    }
}
