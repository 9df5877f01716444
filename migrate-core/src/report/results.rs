//! The results of round-trip tests in a report.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::json::{list, string, strings};

/// The result of one test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestResult {
    /// The database system and its server, in words.
    pub database: String,
    /// The id of the revision, or the name of a test of the whole history.
    pub name: String,
    /// Whether the test passed.
    pub outcome: TestOutcome,
    /// The defects found.
    pub findings: Vec<TestFinding>,
    /// Further information, for example why a test was skipped.
    pub notes: Vec<String>,
}

/// What came of a test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TestOutcome {
    /// No defect was found.
    Passed,
    /// A defect was found, or the test could not be done.
    Failed,
    /// The test was not run.
    #[default]
    Skipped,
}

impl TestOutcome {
    /// The word for it, as in the JSON of `cargo migrate test`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A defect that a test found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestFinding {
    /// The code.
    pub code: String,
    /// What is wrong; the first line is a summary.
    pub message: String,
    /// A diff of SQL or rows; may be empty.
    pub diff: String,
    /// What helps.
    pub help: Vec<String>,
}

/// Appends the results, each with the number of its revision.
pub(super) fn write(results: &[TestResult], numbers: &HashMap<&str, usize>, out: &mut String) {
    list(results, out, |result, out| {
        out.push_str("{\"revision\":");
        let _ = match numbers.get(result.name.as_str()) {
            Some(number) => write!(out, "{number}"),
            None => write!(out, "null"),
        };
        out.push_str(",\"database\":");
        string(&result.database, out);
        out.push_str(",\"name\":");
        string(&result.name, out);
        out.push_str(",\"outcome\":");
        string(result.outcome.as_str(), out);
        out.push_str(",\"findings\":");
        list(&result.findings, out, |finding, out| {
            out.push_str("{\"code\":");
            string(&finding.code, out);
            out.push_str(",\"message\":");
            string(&finding.message, out);
            out.push_str(",\"diff\":");
            string(&finding.diff, out);
            out.push_str(",\"help\":");
            strings(&finding.help, out);
            out.push('}');
        });
        out.push_str(",\"notes\":");
        strings(&result.notes, out);
        out.push('}');
    });
}
