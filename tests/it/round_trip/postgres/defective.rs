//! Defective migrations.

pub(super) mod columns;
pub(super) mod failures;
pub(super) mod objects;
pub(super) mod parts;
pub(super) mod rows;

use super::super::cases::Case;

pub(super) const CASES: [&[Case]; 5] =
    [objects::CASES, parts::CASES, columns::CASES, rows::CASES, failures::CASES];
