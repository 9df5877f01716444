//! The names of history tests, shared by the macro that writes round-trip tests and the testkit
//! that runs them.
//!
//! A test has the name of its revision's id or one of the names here. Ids contain no spaces, so the
//! two cannot be confused.

/// There is one head, unless the project allows several.
pub const SINGLE_HEAD: &str = "single head";
/// All revisions can be applied, one after another, to an empty database.
pub const BASE_TO_HEAD: &str = "base to head";
/// All revisions can be reverted and leave nothing behind.
pub const HEAD_TO_BASE: &str = "head to base";

/// The tests of the whole history, in the order of listings.
pub const WHOLE: [&str; 3] = [SINGLE_HEAD, BASE_TO_HEAD, HEAD_TO_BASE];
