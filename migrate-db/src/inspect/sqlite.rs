//! The catalog of SQLite: the statements that it keeps, which migrate-core reads, and for virtual
//! tables what their modules say.

use std::collections::BTreeSet;

use migrate_core::dialect::sqlite::{self, Entry};
use migrate_core::schema::{Column, Name, Schema};

use crate::driver::{Cells, Connection};

/// What `sqlite_` begins is SQLite's own, and an index without a statement serves a constraint.
const STATEMENTS: &str = "SELECT type, name, tbl_name, sql FROM main.sqlite_master \
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// Tables that a virtual table keeps its rows in, and after them the columns of virtual tables.
const SHADOWS: &str = "SELECT name FROM pragma_table_list \
     WHERE schema = 'main' AND type = 'shadow'";
const COLUMNS: &str = "SELECT l.name, c.name, c.type, c.hidden \
     FROM pragma_table_list AS l, pragma_table_xinfo(l.name, 'main') AS c \
     WHERE l.schema = 'main' AND l.type = 'virtual' ORDER BY l.name, c.cid";

pub(super) async fn schema(
    connection: &mut Connection<'_>,
    without: &[String],
) -> sqlx::Result<Schema> {
    let rows = connection.rows(STATEMENTS).await?;
    let entries: Vec<Entry<'_>> = rows.iter().filter_map(entry).collect();
    let mut schema = sqlite::schema(&entries);
    if schema.tables.values().any(|table| table.options.contains_key("module")) {
        for cells in connection.rows(SHADOWS).await?.into_iter().filter_map(first) {
            schema.tables.remove(&Name::new(cells));
        }
        // A module that this program lacks, which is no reason to fail.
        for cells in connection.rows(COLUMNS).await.unwrap_or_default() {
            column(&mut schema, cells);
        }
    }
    let without: BTreeSet<String> = without
        .iter()
        .map(|name| name.strip_prefix("main.").unwrap_or(name).to_ascii_lowercase())
        .collect();
    schema.tables.retain(|name, _| !without.contains(&name.name.to_ascii_lowercase()));
    Ok(schema)
}

fn entry(cells: &Cells) -> Option<Entry<'_>> {
    let [Some(kind), Some(name), Some(table), Some(sql)] = cells.as_slice() else { return None };
    Some(Entry { kind, name, table, sql })
}

fn first(cells: Cells) -> Option<String> {
    cells.into_iter().next().flatten()
}

/// Adds a column of a virtual table: the table's name, its own, its type, whether it is hidden.
fn column(schema: &mut Schema, cells: Cells) {
    let mut cells = cells.into_iter().map(Option::unwrap_or_default);
    let mut next = || cells.next().unwrap_or_default();
    let Some(table) = schema.tables.get_mut(&Name::new(next())) else { return };
    let (name, data_type) = (next(), next().to_ascii_uppercase().into());
    let details = if next() == "1" { "HIDDEN".to_owned() } else { String::new() };
    table.columns.push(Column { name, data_type, nullable: true, details, ..Column::default() });
}
