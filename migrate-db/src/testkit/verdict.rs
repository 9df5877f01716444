//! The results of tests.

use std::time::Duration;

use migrate_core::diagnostic::{Code, Severity};
use migrate_core::dialect::Dialect;
use migrate_core::revision::Revision;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Its kind.
    pub code: Code,
    /// Whether the test fails because of it.
    pub severity: Severity,
    /// What is wrong, a line; more lines may follow for the statement and the database's words.
    pub message: String,
    /// The diff of the schema in SQL, `-` and `+` before the lines; or the rows. May be empty.
    pub diff: String,
    /// What would mend it.
    pub help: Vec<String>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Up, down and up again, all as it should be.
    Passed,
    /// Something is wrong: a finding is an error.
    Failed,
    /// It could not be tested: a revision below it cannot be applied, or the database is skipped.
    Skipped,
}

/// What came of the test of one revision, or of one test of the whole history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The revision's id; for a test of the whole history its name, as `head to base`.
    pub name: String,
    /// The revision's message; may be empty.
    pub message: String,
    /// The revision's file, as shown; `None` for a test of the whole history.
    pub path: Option<String>,
    /// The database.
    pub dialect: Dialect,
    /// How it ended.
    pub outcome: Outcome,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What a person should know besides: tables that could not be filled, accepted findings, that
    /// there is no way down, why it was skipped.
    pub notes: Vec<String>,
    /// How long it took; what was known from an earlier run took nothing.
    pub duration: Duration,
    /// Whether it is known from an earlier run of the same text.
    pub cached: bool,
}

impl Finding {
    /// A finding with the level that its code has by default.
    #[must_use]
    pub fn new(code: Code, message: String) -> Self {
        let severity = code.level();
        Self { code, severity, message, diff: String::new(), help: Vec::new() }
    }

    /// Returns `true` if the test fails because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl Verdict {
    /// A revision that has passed so far.
    pub(super) fn of(revision: &Revision, dialect: Dialect) -> Self {
        Self {
            message: revision.message().to_owned(),
            path: Some(revision.file.path().to_owned()),
            ..Self::of_history(revision.id().as_str(), dialect)
        }
    }

    /// The same, not tested after all.
    pub(super) fn skipped(mut self, why: String) -> Self {
        self.outcome = Outcome::Skipped;
        self.notes.push(why);
        self
    }

    /// A test of the whole history that has passed so far, by its name.
    #[must_use]
    pub fn of_history(name: &str, dialect: Dialect) -> Self {
        Self {
            name: name.to_owned(),
            message: String::new(),
            path: None,
            dialect,
            outcome: Outcome::Passed,
            findings: Vec::new(),
            notes: Vec::new(),
            duration: Duration::ZERO,
            cached: false,
        }
    }
}
