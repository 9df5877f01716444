//! Round-trip tests: every revision up, down and up again on a real database with rows in it.
//!
//! `provision` finds a server, `stage` makes databases on it, `rows` fills tables and compares
//! them. `course` takes steps on one database, `walk` leads one along the history, `trial` takes
//! one revision through its test, `judge` makes verdicts of that, with `attempts` to tell
//! what rows have to do with a failure, `memory` keeps them, and `suite`
//! puts all of it together. `application` is what the tests of an application get: a fresh
//! database at head. What is wrong becomes a [`Finding`], which `tell` puts in words.
//! `entry` is what a generated test calls.

#[doc(hidden)]
pub mod application;
mod attempts;
mod course;
mod entry;
mod furnish;
mod judge;
mod look;
mod memory;
mod merge;
mod prelude;
mod provision;
mod rows;
mod scope;
mod stage;
mod suite;
pub mod tell;
mod trial;
mod uses;
mod verdict;
mod walk;
mod whole;

pub(crate) use entry::round_trip;
pub use furnish::{Fill, contents, fill};
pub use look::schema;
pub use provision::{Server, is_skipped, server};
pub use rows::{Change, Contents, Filled, Loss, Samples, losses, undeclared};
pub use suite::{Suite, TestEvent};
pub use verdict::{Finding, FindingCode, Outcome, Verdict};
