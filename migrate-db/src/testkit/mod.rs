//! Round-trip tests: every revision up, down and up again on a real database with rows in it.
//!
//! `provision` finds a server, `stage` makes databases on it, `rows` fills tables and compares
//! them. `session` takes steps on one database, `base` leads one along the history, `round_trip` takes
//! one revision through its test, `runner` makes verdicts of that, with `attempts` to tell
//! what rows have to do with a failure, `cache` keeps them, and `suite`
//! puts all of it together. `application` is what the tests of an application get: a fresh
//! database at head. What is wrong becomes a [`Finding`], which `report` puts in words.
//! `entry` is what a generated test calls.

#[doc(hidden)]
pub mod application;
mod attempts;
mod base_database;
mod cache;
mod entry;
mod fill;
mod history_tests;
mod merge;
mod provision;
pub mod report;
mod round_trip;
mod rows;
mod runner;
mod schema;
mod scope;
mod session;
pub mod setup;
mod stage;
mod suite;
mod uses;
mod verdict;

pub(crate) use entry::round_trip;
pub use fill::{Fill, contents, fill};
pub use migrate_core::diagnostic::Code;
pub use provision::{Server, is_skipped, server};
pub use rows::{Contents, Filled, RowDiff, SampleRows, ValueChange, diff_rows, undeclared};
pub use schema::schema;
pub use suite::{Suite, TestEvent};
pub use verdict::{Finding, Outcome, Verdict};
