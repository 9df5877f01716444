//! What SQLite refuses in a table or an index.

use super::text;
use super::{is_reserved, is_virtual};
use crate::apply::{Fault, FaultKind, Found, Part, State};
use crate::schema::{Index, Kind, Name, Table};

/// Checks a table that is created, or has a new column.
pub(super) fn check(name: &Name, table: &Table) -> Result<(), Fault> {
    if is_reserved(name) {
        return Err(Fault::refused(format!("{name} is a name of SQLite's own")));
    }
    if is_virtual(table) {
        return Ok(());
    }
    for (at, column) in table.columns.iter().enumerate() {
        let same = |other: &&crate::schema::Column| other.name.eq_ignore_ascii_case(&column.name);
        if table.columns[..at].iter().any(|other| same(&other)) {
            let message = format!("table {name} has two columns {}", column.name);
            return Err(Fault::new(FaultKind::AlreadyExists, message));
        }
        if table.strict && !STRICT_TYPES.contains(&&*column.data_type) {
            let message = match &*column.data_type {
                "" => format!("column {name}.{} of a STRICT table has no type", column.name),
                other => {
                    format!("column {name}.{} of a STRICT table has type {other}", column.name)
                }
            };
            return Err(Fault::refused(message).help(
                "a STRICT table has the types INT, INTEGER, \
                REAL, TEXT, BLOB and ANY",
            ));
        }
    }
    let has = |column: &String| table.columns.iter().any(|c| c.name.eq_ignore_ascii_case(column));
    let keys = table.primary_key.iter().chain(&table.uniques).map(|key| &key.columns);
    for column in keys.chain(table.foreign_keys.iter().map(|key| &key.columns)).flatten() {
        if !has(column) {
            return Err(Fault::missing(format!("column {name}.{column}")));
        }
    }
    for key in &table.foreign_keys {
        if !key.parent_columns.is_empty() && key.parent_columns.len() != key.columns.len() {
            let message = format!(
                "a foreign key of table {name} has {} columns and refers to {}",
                key.columns.len(),
                key.parent_columns.len()
            );
            return Err(Fault::refused(message));
        }
    }
    if table.without_rowid && table.primary_key.is_none() {
        let message = format!("table {name} is WITHOUT ROWID and has no primary key");
        return Err(Fault::refused(message));
    }
    Ok(())
}

const STRICT_TYPES: [&str; 6] = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];

/// An index as it is on a table whose columns are known.
pub(super) fn index(
    state: &State,
    name: &Name,
    table: &Table,
    index: &Index,
) -> Result<Index, Fault> {
    let mut index = index.clone();
    for part in &mut index.parts {
        if let Some(column) = &part.column {
            match state.find_column(name, column) {
                Found::Known(_) => {}
                // A name that is a value, or the number of the row.
                _ if OTHERS.iter().any(|other| column.eq_ignore_ascii_case(other)) => continue,
                Found::Missing => return Err(Fault::missing(format!("column {name}.{column}"))),
                Found::Unknown => continue,
            }
        }
        *part = text::index_part(part, &table.columns);
    }
    let folded = state.fold(name);
    let columns = state.unknown().part(Kind::Table, &folded, &Part::Columns).is_none();
    if let Some(predicate) = &mut index.predicate
        && columns
    {
        *predicate = text::normal(predicate, &table.columns);
    }
    Ok(index)
}

const OTHERS: [&str; 8] = [
    "rowid",
    "_rowid_",
    "oid",
    "true",
    "false",
    "current_date",
    "current_time",
    "current_timestamp",
];
