//! What the macro that writes round-trip tests and the kit that runs them must agree on.
//!
//! A test is named by what it tests: the id of a revision, or one of the names here. No id has a
//! space in it, so neither is taken for the other.

/// There is one head, unless the project wants several.
pub const SINGLE_HEAD: &str = "single head";
/// All revisions can be applied, one after the other, to an empty database.
pub const BASE_TO_HEAD: &str = "base to head";
/// All of them can be undone again, and leave nothing behind.
pub const HEAD_TO_BASE: &str = "head to base";

/// The tests of a whole history, beside those of its revisions, in the order in which they are
/// listed.
pub const WHOLE: [&str; 3] = [SINGLE_HEAD, BASE_TO_HEAD, HEAD_TO_BASE];
