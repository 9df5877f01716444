//! Mistakes in the user's files, as data.
//!
//! A [`Diagnostic`] has a stable [`Code`], a message, places and help; checks collect them in
//! [`Diagnostics`] so that a person sees all mistakes at once. Failures of the world (a disk, a
//! database) are errors of the crates above, never diagnostics. Nothing here prints.

mod code;

use std::fmt;

pub use code::{Code, Group};

use crate::source::{Location, SourceFile, Span};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The history cannot be used as it stands.
    Error,
    /// Worth a look; nothing is refused.
    Warning,
}

/// One finding about the user's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is; stable across versions.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence without a final full stop.
    pub message: String,
    /// Where: the first is the main one, the others have to do with it.
    pub places: Vec<Place>,
    /// What would be right, and the command that mends it.
    pub help: Vec<String>,
}

/// A place with what to say about it (may be empty).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub location: Location,
    /// A few words to stand beside the place.
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

    /// Adds a place in a file with words beside it.
    #[must_use]
    pub fn labelled(mut self, file: &SourceFile, span: Span, label: impl Into<String>) -> Self {
        self.places.push(Place { location: file.locate(span), label: label.into() });
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// Plain text without colours or source, for compile errors and logs:
    /// `error[code]: message`, then `  --> file:line:column` per place and `  = help: ..` lines.
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

/// A collector of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// An empty collector.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all findings of another collector.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
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
