//! Migrations that do as they say.

pub(super) mod columns;
pub(super) mod objects;
pub(super) mod rows;
pub(super) mod tables;

use super::super::cases::Case;

pub(super) const CASES: [&[Case]; 4] = [objects::CASES, tables::CASES, columns::CASES, rows::CASES];
