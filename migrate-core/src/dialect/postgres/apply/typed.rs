//! Tables of a composite type: `CREATE TABLE staff OF employee`.

use super::super::composite;
use super::super::keywords::quote_name;
use super::objects::find;
use crate::apply::{Part, State};
use crate::op::Op;
use crate::schema::{Column, Kind, Name, Table};
use crate::source::Span;

/// The option with the type of a table.
const OF_TYPE: &str = "of type";

/// Gives a new table the columns of its type. What the statement says of a column is added to it.
pub(super) fn fill(state: &mut State, name: &Name, table: &mut Table) {
    let Some(of) = table.options.get(OF_TYPE) else { return };
    let (key, exists) = find(state, Kind::Type, of);
    let definition = state.other(Kind::Type, &key).filter(|_| exists);
    let Some(columns) = definition.and_then(|other| columns(&other.definition)) else {
        state.mark(Kind::Table, name, Part::Columns, "the type of the table is not known");
        return;
    };
    let stated = std::mem::replace(&mut table.columns, columns);
    for one in stated {
        let Some(column) = table.columns.iter_mut().find(|own| own.name == one.name) else {
            continue;
        };
        column.nullable &= one.nullable;
        column.default = one.default.or(column.default.take());
        column.generated = one.generated.or(column.generated.take());
        column.identity = one.identity.or(column.identity.take());
    }
}

/// The columns that a table of a type has.
fn columns(definition: &str) -> Option<Vec<Column>> {
    let attributes = composite::read(definition)?.into_iter();
    let attributes = attributes.map(|(name, of)| format!("{} {of}", quote_name(&name)));
    let text = format!("CREATE TABLE t ({})", attributes.collect::<Vec<_>>().join(", "));
    let ops = super::super::parse::parse(&text, Span::new(0, text.len())).ok()?;
    let mut tables = ops.into_iter().filter_map(|located| match located.value {
        Op::CreateTable { table, .. } => Some(table.columns),
        _ => None,
    });
    tables.next()
}

/// The tables of a type.
fn tables_of(state: &State, key: &str) -> Vec<Name> {
    let of = |table: &Table| {
        table.options.get(OF_TYPE).is_some_and(|of| find(state, Kind::Type, of).0 == key)
    };
    let tables = state.schema().tables.iter().filter(|(_, table)| of(table));
    tables.map(|(name, _)| name.clone()).collect()
}

/// Notes that the attributes of a type change: its tables follow with `CASCADE` alone.
pub(super) fn forget_tables_of(state: &mut State, key: &str) {
    for name in tables_of(state, key) {
        state.mark(Kind::Table, &name, Part::Columns, "the attributes of its type change");
    }
}
