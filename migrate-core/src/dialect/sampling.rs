//! How a sample of the rows of a database is copied into another one.

use crate::schema::DataType;

/// How a sample of the rows of a database is copied into another one. The program reads each value as
/// a literal from one connection and writes it through another, so the copy may be on any server.
#[derive(Debug, Clone, Copy)]
pub struct SampleTemplates {
    /// Returns the schema that a name without a schema means, where the copy has the same schemas.
    pub default_schema: Option<&'static str>,
    /// Begins a transaction that reads, in which all statements see the same rows.
    pub begin_reading: &'static [&'static str],
    /// Prepares the session that reads, after the catalog was read in that transaction.
    pub read: &'static [&'static str],
    /// Prepares the session that writes: no checks of foreign keys, literals as they are read.
    pub write: &'static [&'static str],
    /// Returns the statements that create the settings, tables and indexes of the original; `None`
    /// where the server's own program copies the schema.
    pub before_rows: Option<&'static str>,
    /// Returns the statements that come after the rows: triggers, views, positions of sequences.
    pub after_rows: Option<&'static str>,
    /// Stands before a table that other tables may inherit from.
    pub only: &'static str,
    /// Stands after a table of which `{percent}` percent of the rows are read.
    pub sample: &'static str,
    /// Stands between the columns of an INSERT and its rows.
    pub overriding: &'static str,
    /// Returns the expression of a quoted column, of this type, as a literal. NULL instead of the
    /// literal means that the value is too large to be read.
    pub literal: fn(&str, &DataType) -> String,
    /// The option of a table whose rows are elsewhere; they are not copied.
    pub foreign: Option<&'static str>,
    /// The option of a table that keeps its rows in other tables, which cannot be sampled.
    pub virtual_table: Option<&'static str>,
}
