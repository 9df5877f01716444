//! Round-trip tests: every revision up, down and up again on a real database with rows in it.
//!
//! `provision` finds a server, `stage` makes databases on it, `rows` fills tables and compares
//! them, `trial` takes one revision through its steps, `suite` all of them in an order in which
//! each begins where the one before ended. A failure becomes a [`Finding`], in words; nothing here
//! prints.

mod provision;
mod rows;
mod stage;
mod suite;
mod trial;
mod verdict;

pub use suite::{Suite, TestEvent};
pub use verdict::{Finding, FindingCode, Outcome, Verdict};
