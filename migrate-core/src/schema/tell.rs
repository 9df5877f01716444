//! Differences in words, and as a diff of SQL.

use super::{Difference, Schema};

/// One difference in a sentence without a full stop: `column users.email is left behind` is for
/// the caller to say; here it is `column users.email was added`.
#[must_use]
pub fn difference(difference: &Difference) -> String {
    let _ = difference;
    String::new()
}

/// The objects that differ, as SQL with `-` and `+` before the lines.
#[must_use]
pub fn sql_diff(before: &Schema, after: &Schema) -> String {
    let _ = (before, after);
    String::new()
}
