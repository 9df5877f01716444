//! Reads all rows of some tables, with every value as text.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Schema};

use super::value::{quoted, shown};
use crate::driver::{Cells, Connection};

/// The rows of some tables, every value as text that shows it exactly: for SQLite as a literal,
/// with which `1` and `'1'` differ; bytes in hexadecimal; floating point with all its digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    pub(super) tables: BTreeMap<Name, Rows>,
}

/// The rows of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    /// The columns that tell a row from others; empty where there is no primary key.
    pub(super) key: Vec<String>,
    pub(super) rows: Vec<Cells>,
}

impl Contents {
    /// How many rows a table has; `None` when it was not read.
    #[must_use]
    pub fn rows(&self, table: &Name) -> Option<usize> {
        self.tables.get(table).map(|rows| rows.rows.len())
    }

    /// The values of a column, row by row; `None` when it was not read. A value is text as the
    /// database shows it, on SQLite a literal; NULL is `None`.
    #[must_use]
    pub fn values(&self, table: &Name, column: &str) -> Option<Vec<Option<&str>>> {
        let rows = self.tables.get(table)?;
        let at = rows.columns.iter().position(|name| name == column)?;
        Some(rows.rows.iter().map(|row| row.get(at)?.as_deref()).collect())
    }
}

/// How many tables are read in one message.
const TOGETHER: usize = 32;

/// Reads all rows of some tables. Tables that the schema has not are left out, and so are those
/// whose rows are another's: partitions, foreign and virtual tables.
pub(crate) async fn contents(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    schema: &Schema,
    tables: &BTreeSet<Name>,
) -> sqlx::Result<Contents> {
    let mut contents = Contents::default();
    let mut queries: Vec<(Name, String)> = Vec::new();
    for name in tables {
        let Some(table) = schema.tables.get(name) else { continue };
        if super::table_plan::is_no_store(table).is_some() {
            continue;
        }
        let columns: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
        if !columns.is_empty() {
            let cells: Vec<String> =
                table.columns.iter().map(|c| shown(dialect, &c.name, &c.data_type)).collect();
            // The number tells the rows of several tables apart.
            let sql = format!(
                "SELECT '{}', {} FROM {}",
                queries.len(),
                cells.join(", "),
                quoted(dialect, name)
            );
            queries.push((name.clone(), sql));
        }
        contents.tables.insert(name.clone(), Rows { columns, key, rows: Vec::new() });
    }
    for some in queries.chunks(TOGETHER) {
        let sql: Vec<&str> = some.iter().map(|(_, sql)| sql.as_str()).collect();
        for mut row in connection.rows(&sql.join("; ")).await? {
            let number = (!row.is_empty()).then(|| row.remove(0)).flatten();
            let number = number.and_then(|number| number.parse::<usize>().ok());
            if dialect == Dialect::Sqlite {
                // Its NULL is a literal as well.
                row.iter_mut().for_each(|cell| drop(cell.take_if(|text| text == "NULL")));
            }
            let table = number.and_then(|n| queries.get(n));
            if let Some(rows) = table.and_then(|(name, _)| contents.tables.get_mut(name)) {
                rows.rows.push(row);
            }
        }
    }
    contents.tables.values_mut().for_each(|rows| rows.rows.sort());
    Ok(contents)
}
