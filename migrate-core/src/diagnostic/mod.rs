//! Mistakes in the user's files, as data.
//!
//! A [`Diagnostic`] has a stable [`Code`], a message, places and help. Checks collect all of them
//! in [`Diagnostics`], so that every mistake is reported at once. Failures of the environment, such
//! as a disk or a database, are errors of other crates and never diagnostics. Nothing here prints.

mod code;

use std::fmt;

pub use code::{Code, Group};

use crate::command::Help;
use crate::source::{Location, SourceFile, Span};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The history cannot be used.
    Error,
    /// Information that prevents nothing.
    Warning,
}

/// One finding about the user's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of the finding; stable across versions.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The problem in one sentence without a final full stop.
    pub message: String,
    /// The places: the main one first, then related ones.
    pub places: Vec<Place>,
    /// Ways to fix the problem, with commands.
    pub help: Vec<Help>,
}

/// A place with a label, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The location.
    pub location: Location,
    /// A short note about the place.
    pub label: String,
}

impl Diagnostic {
    /// Creates a finding without a place, with the default severity of its code.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.level(),
            message: message.into(),
            places: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds a place in a file.
    #[must_use]
    pub fn at(self, file: &SourceFile, span: Span) -> Self {
        self.labelled(file, span, "")
    }

    /// Adds a place in a file with a label.
    #[must_use]
    pub fn labelled(mut self, file: &SourceFile, span: Span, label: impl Into<String>) -> Self {
        self.places.push(Place { location: file.locate(span), label: label.into() });
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// Writes plain text without colours or source, for compile errors and logs: `error[code]:
    /// message`, then `  --> file:line:column` per place and `  = help: ..` lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{level}[{}]: {}", self.code, self.message)?;
        for Place { location, label } in &self.places {
            write!(f, "\n  --> {}:{}:{}", location.path, location.line, location.column)?;
            if !label.is_empty() {
                write!(f, ": {label}")?;
            }
        }
        for help in &self.help {
            write!(f, "\n  = help: {help}")?;
        }
        Ok(())
    }
}

/// A list of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Creates an empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all findings of another list.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Returns `true` if one of the findings is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Returns `true` if there are no findings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of findings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The findings in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, diagnostic) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
