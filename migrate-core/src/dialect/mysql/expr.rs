//! Whether two expressions are the same to MySQL and MariaDB.

use crate::expr::{Answer, Place, Scope, same_tokens};

/// Compares two texts at a place.
pub(in crate::dialect) fn compare_expressions(
    _place: Place<'_>,
    a: &str,
    b: &str,
    _scope: &dyn Scope,
) -> Answer {
    if same_tokens(a, b, &super::LEX_RULES) {
        return Answer::Equal;
    }
    Answer::Unknown("compared as they are written".to_owned())
}
