//! Round-trip tests: applies each revision, reverts it and applies it again, on a real database
//! with rows in it.
//!
//! `provision` finds a server and `stage` creates databases on it. `setup` prepares new databases
//! and sessions. `rows` fills tables and compares their rows. `session` runs steps on one
//! database, and `base_database` is the database that follows the history. `round_trip` tests one
//! revision, `attempts` repeats a test to learn whether rows cause a failure, and `runner` turns
//! the results into verdicts. `static_comparison` compares
//! the static schema with the database. `cache` stores verdicts, `suite` runs all tests of a history, and
//! `report` formats the results. `entry` is called by generated tests. `application` gives the
//! tests of an application a new database at head.

#[doc(hidden)]
pub mod application;
mod attempts;
mod base_database;
mod cache;
mod entry;
mod fill;
mod history_tests;
mod limits;
mod merge;
mod provision;
#[doc(hidden)]
pub mod report;
mod round_trip;
mod rows;
mod runner;
mod schema;
mod scope;
mod session;
pub mod setup;
mod stage;
mod static_comparison;
mod suite;
mod uses;
mod verdict;

pub(crate) use entry::round_trip;
#[doc(hidden)]
pub use fill::{Fill, contents, fill};
pub use migrate_core::diagnostic::{Code, Severity};
#[doc(hidden)]
pub use provision::{Server, is_skipped, server};
#[doc(hidden)]
pub use rows::{Contents, Filled, RowDiff, SampleRows, ValueChange, diff_rows, undeclared};
#[doc(hidden)]
pub use schema::schema;
pub use suite::{Suite, TestEvent};
pub use verdict::{Finding, Outcome, Verdict};
