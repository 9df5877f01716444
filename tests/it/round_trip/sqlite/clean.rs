//! Migrations that do as they say.

mod rows;
mod schema;

use super::super::cases::Case;

pub(super) fn all() -> Vec<Case> {
    [schema::CASES, rows::CASES].concat()
}
