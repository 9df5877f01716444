//! What PostgreSQL does with operations on a schema, where it differs from the general rules.

use crate::apply::Rules;

/// The rules of PostgreSQL.
#[derive(Debug)]
pub(super) struct Postgres;

impl Rules for Postgres {}
