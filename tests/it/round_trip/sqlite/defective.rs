//! Defective migrations.

mod columns;
mod objects;
mod rows;

use super::super::cases::Case;

pub(super) fn all() -> Vec<Case> {
    [objects::CASES, columns::CASES, rows::CASES].concat()
}
