//! Queries that find out what an interrupted run left.

use crate::sql::CatalogChange;

/// Queries that find out what an interrupted run left.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// Returns a query for an object that a statement creates or drops: one row if the object exists,
    /// `half` in it if the object is incomplete, `unsure` if it may be another object of that name.
    pub object_exists: fn(&CatalogChange) -> Option<String>,
    /// Returns the incomplete objects that a statement (the string literal `{}`) may have left: a
    /// name, and `named` if the statement contains it.
    pub invalid_index: Option<&'static str>,
    /// Returns the sessions that still execute a statement (the string literal `{}`), one per row.
    pub running: Option<&'static str>,
    /// Finds tables without transactions; `None` where every table has them.
    pub engines: Option<EngineQueries>,
}

/// Queries for tables that keep rows whose transaction is rolled back. A row `lasting` means that one
/// does; a row `code` means that code is involved whose statements are not known.
#[derive(Debug, Clone, Copy)]
pub struct EngineQueries {
    /// For the table or view `{name}` in `{schema}`, both expressions.
    pub table: &'static str,
    /// For the functions whose names are in the list `{names}`.
    pub functions: &'static str,
    /// Returns one row if the database has such a table.
    pub any_lasting: &'static str,
}
