//! What came of round-trip tests, as it leaves the program: lines, JSON, JUnit's XML.
//!
//! The words are the testkit's; how they look and which shape they have is decided here.

mod json;
mod junit;
mod show;

#[cfg(test)]
mod tests;

use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_db::testkit::Verdict;
use migrate_db::testkit::report::Tally;

pub(crate) use json::Json;
pub(crate) use junit::junit;
pub(crate) use show::{findings, progress_line, summary};

/// What came of the tests on one database.
#[derive(Debug)]
pub(crate) struct Tested {
    pub(crate) dialect: Dialect,
    /// What it was tested on, in words; empty when nothing was.
    pub(crate) server: String,
    /// In the order of the history.
    pub(crate) verdicts: Vec<Verdict>,
    /// Why the tests could not go on, if they could not.
    pub(crate) error: Option<String>,
    pub(crate) took: Duration,
}

impl Tested {
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(&self.verdicts)
    }
}
