//! What MySQL and MariaDB does with operations on a schema, where it differs from the general rules.

use crate::apply::Rules;

/// The rules of MySQL and MariaDB.
#[derive(Debug)]
pub(super) struct Mysql;

impl Rules for Mysql {}
