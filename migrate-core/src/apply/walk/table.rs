//! Operations on tables and what is in them.

use super::projection::{Copied, columns};
use super::{MAYBE_CREATED, MAYBE_DROPPED, called, vacant};
use crate::apply::effect::mark_users;
use crate::apply::fault::Fault;
use crate::apply::find::Found;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::Op;
use crate::schema::{Kind, Name, Table};

/// Why the text of a view is not known that a statement on tables changes: a default of a column, which a
/// replaced view keeps.
pub(super) const CHANGED_AS_TABLE: &str = "a statement on tables changes it";

pub(super) fn apply(state: &mut State, op: &Op) -> Result<(), Fault> {
    let rules = state.rules;
    match op {
        Op::CreateTable { name, table, if_not_exists, or_replace, like, inherits } => {
            // A temporary table of the name stays.
            if *or_replace
                && let Some(place) = rules.place(state, Kind::Table, name)
                && let Found::Known((Kind::Table, existing)) = state.occupied(Kind::Table, &place)
            {
                rules.drop_table(state, &existing, false)?;
            }
            let Some(place) = free_place(state, name, *if_not_exists)? else { return Ok(()) };
            let mut table = (**table).clone();
            state.mark_created(Kind::Table, &place);
            if !like.is_empty() || !inherits.is_empty() {
                rules.copy_tables(state, &place, &mut table, like, inherits)?;
            }
            rules.fill_typed_table(state, &place, &mut table);
            rules.complete_table(state, &place, &mut table)?;
            state.set_table(&place, Some(table));
            Ok(())
        }
        Op::CreateTableAs { name, table, projection, if_not_exists, .. } => {
            let Some(place) = free_place(state, name, *if_not_exists)? else { return Ok(()) };
            let mut table: Table = (**table).clone();
            let columns = projection.as_ref().and_then(|query| columns(state, query, &table));
            state.mark_created(Kind::Table, &place);
            const WHY: &str = "the columns come from a query";
            let named = std::mem::take(&mut table.columns);
            let columns = columns.unwrap_or_else(|| {
                // The query may give further ones.
                state.mark(Kind::Table, &place, Part::Columns, WHY);
                let unknown = |column| Copied { column, is_known: false };
                named.into_iter().map(unknown).collect()
            });
            for Copied { column, is_known } in columns {
                if !is_known {
                    let folded = rules.fold(Kind::Column, &column.name).into_owned();
                    state.mark(Kind::Table, &place, Part::Column(folded), WHY);
                }
                table.columns.push(column);
            }
            state.set_table(&place, Some(table));
            Ok(())
        }
        Op::DropTable { name, if_exists, cascade, .. } => match state.find_table(name) {
            Found::Known(key) => rules.drop_table(state, &key, *cascade),
            Found::Unknown => {
                if let Some(place) = state.only_place(Kind::Table, name) {
                    state.set_table(&place, None);
                    if *if_exists {
                        state.mark_known(Kind::Table, &place);
                    } else {
                        // There was a table, so there was nothing else.
                        state.mark_created(Kind::Table, &place);
                    }
                } else {
                    state.mark_candidates(Kind::Table, name, MAYBE_DROPPED);
                }
                Ok(())
            }
            Found::Missing if *if_exists => Ok(()),
            Found::Missing => Err(Fault::missing(called(Kind::Table, name))),
        },
        Op::RenameTable { name, to, if_exists } => rename(state, name, to, *if_exists),
        Op::AlterTable { table, change } => {
            with_table(state, table, |state, key| rules.alter_table(state, key, change))
        }
        Op::AddColumn { table, column, constraints, position, if_not_exists } => {
            with_table(state, table, |state, key| match state.find_column(key, &column.name) {
                Found::Known(_) if *if_not_exists => Ok(()),
                Found::Known(found) => Err(Fault::exists(format!("column {key}.{found}"))),
                Found::Unknown if *if_not_exists => {
                    let folded = rules.fold(Kind::Column, &column.name).into_owned();
                    state.mark(Kind::Table, key, Part::Column(folded), MAYBE_CREATED);
                    Ok(())
                }
                Found::Unknown | Found::Missing => {
                    if let Some(found) =
                        state.table(key).and_then(|table| state.spelled_column(table, &column.name))
                    {
                        state.edit_table(key, |table| table.columns.retain(|c| c.name != found));
                    }
                    rules.add_column(state, key, column, constraints, position)
                }
            })
        }
        Op::ReplaceColumn { table, column, with, constraints, position, if_exists } => {
            with_table(state, table, |state, key| match state.find_column(key, column) {
                Found::Known(found) => {
                    free_column(state, key, &found, &with.name)?;
                    rules.replace_column(state, key, &found, with, constraints, position)
                }
                Found::Unknown => {
                    const WHY: &str = "a column that may exist was replaced";
                    for name in [column, &with.name] {
                        mark_column(state, key, name, WHY);
                    }
                    // Keys that it brings along have names of their own.
                    if constraints.primary_key.is_some() || !constraints.indexes.is_empty() {
                        state.mark(Kind::Table, key, Part::Indexes, WHY);
                        state.mark(Kind::Table, key, Part::Constraints, WHY);
                    }
                    Ok(())
                }
                Found::Missing if *if_exists => Ok(()),
                Found::Missing => Err(Fault::missing(format!("column {key}.{column}"))),
            })
        }
        Op::AlterColumn { table, column, change } => {
            with_table(state, table, |state, key| match state.find_column(key, column) {
                Found::Known(found) => rules.alter_column(state, key, &found, change),
                Found::Unknown => Ok(()),
                Found::Missing => Err(Fault::missing(format!("column {key}.{column}"))),
            })
        }
        Op::DropColumn { table, column, if_exists, cascade } => {
            with_table(state, table, |state, key| match state.find_column(key, column) {
                Found::Known(found) => rules.drop_column(state, key, &found, *cascade),
                Found::Unknown => {
                    mark_column(state, key, column, "a column that may exist was dropped");
                    Ok(())
                }
                Found::Missing if *if_exists => Ok(()),
                Found::Missing => Err(Fault::missing(format!("column {key}.{column}"))),
            })
        }
        Op::RenameColumn { table, column, to } => rename_column(state, table, column, to),
        Op::AddConstraint { table, constraint, using_index, .. } => {
            with_table(state, table, |state, key| {
                rules.add_constraint(state, key, constraint, using_index.as_deref())
            })
        }
        Op::DropConstraint { table, constraint, if_exists, cascade } => {
            with_table(state, table, |state, key| {
                rules.drop_constraint(state, key, constraint, *if_exists, *cascade)
            })
        }
        Op::AlterConstraint { table, name, .. } | Op::ValidateConstraint { table, name } => {
            with_table(state, table, |state, key| {
                let folded = rules.fold(Kind::Constraint, name).into_owned();
                const WHY: &str = "the change of the constraint is not understood";
                state.mark(Kind::Table, key, Part::Constraint(folded), WHY);
                Ok(())
            })
        }
        _ => Ok(()),
    }
}

/// The place of a new table; `None` if none is created, or it is not known.
fn free_place(state: &mut State, name: &Name, if_not_exists: bool) -> Result<Option<Name>, Fault> {
    let Some(place) = state.rules.place(state, Kind::Table, name) else {
        state.mark_name(name, MAYBE_CREATED);
        return Ok(None);
    };
    match vacant(state, Kind::Table, &place, if_not_exists)? {
        Some(true) => {
            state.mark(Kind::Table, &place, Part::Whole, MAYBE_CREATED);
            Ok(None)
        }
        Some(false) => Ok(None),
        None => Ok(Some(place)),
    }
}

/// Does something with a table that certainly exists; a table that may exist stays unknown.
fn with_table(
    state: &mut State,
    name: &Name,
    change: impl FnOnce(&mut State, &Name) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match state.find_table(name) {
        Found::Known(key) => change(state, &key),
        Found::Unknown => {
            mark_known_places(state, name);
            Ok(())
        }
        // Some statements on tables are on views too.
        Found::Missing => match state.find(&[Kind::View, Kind::Sequence], name) {
            Found::Missing => Err(Fault::missing(called(Kind::Table, name))),
            Found::Known((kind, key)) => {
                state.mark(kind, &key, Part::Text, CHANGED_AS_TABLE);
                Ok(())
            }
            Found::Unknown => Ok(()),
        },
    }
}

/// Marks the tables that a name may mean where another one, which may exist, comes before them.
pub(super) fn mark_known_places(state: &mut State, name: &Name) {
    const WHY: &str = "the statement changes it, or another table of its name";
    let places = state.rules.candidates(state, &[Kind::Table], name).unwrap_or_default();
    for place in places {
        if state.exists(Kind::Table, &place)
            && state.unknown().whole(Kind::Table, &state.fold(&place)).is_none()
        {
            state.mark(Kind::Table, &place, Part::Whole, WHY);
        }
    }
}

/// Marks a column that may exist, and the keys and indexes that have its name in them.
fn mark_column(state: &mut State, table: &Name, column: &str, why: &'static str) {
    let rules = state.rules;
    let folded = rules.fold(Kind::Column, column).into_owned();
    let same = |name: &String| rules.fold(Kind::Column, name) == folded;
    let mut parts = vec![Part::Column(folded.clone())];
    if let Some(table) = state.table(table) {
        for (name, index) in &table.indexes {
            if index.parts.iter().any(|part| part.column.as_ref().is_none_or(same)) {
                parts.push(Part::Index(rules.fold(Kind::Index, name).into_owned()));
            }
        }
        let keys = table.primary_key.iter().chain(&table.uniques).map(|key| &key.columns);
        let mut keys = keys.chain(table.foreign_keys.iter().map(|key| &key.columns));
        if keys.any(|columns| columns.iter().any(same)) {
            parts.push(Part::Constraints);
        }
    }
    for part in parts {
        state.mark(Kind::Table, table, part, why);
    }
}

fn free_column(state: &State, table: &Name, column: &str, to: &str) -> Result<(), Fault> {
    match state.find_column(table, to) {
        Found::Known(found) if found != column => {
            Err(Fault::exists(format!("column {table}.{found}")))
        }
        _ => Ok(()),
    }
}

fn rename(state: &mut State, name: &Name, to: &Name, if_exists: bool) -> Result<(), Fault> {
    let rules = state.rules;
    let found = state.find_table(name);
    let new = |state: &State, from: &Name| match &to.namespace {
        Some(_) => rules.place(state, Kind::Table, to),
        None => Some(Name { namespace: from.namespace.clone(), name: to.name.clone() }),
    };
    match found {
        Found::Known(from) => {
            let Some(to) = new(state, &from) else {
                state.mark_name(to, "the place of the new name is not known");
                state.mark(
                    Kind::Table,
                    &from,
                    Part::Whole,
                    "the place of the new name is not known",
                );
                return Ok(());
            };
            if let Found::Known((kind, taken)) = state.occupied(Kind::Table, &to)
                && taken != from
            {
                return Err(Fault::exists(called(kind, &taken)));
            }
            rules.rename_table(state, &from, &to)
        }
        Found::Unknown => {
            const WHY: &str = "a table that may exist was renamed";
            for from in rules.candidates(state, &[Kind::Table], name).unwrap_or_default() {
                if let Some(to) = new(state, &from) {
                    state.mark_name(&to, WHY);
                }
                state.mark_name(&from, WHY);
            }
            state.mark_name(name, WHY);
            state.mark_name(to, WHY);
            Ok(())
        }
        Found::Missing if if_exists => Ok(()),
        Found::Missing => match state.find(&[Kind::View, Kind::Sequence], name) {
            Found::Missing => Err(Fault::missing(called(Kind::Table, name))),
            _ => {
                const WHY: &str = "a statement on tables renames it";
                state.mark_name(name, WHY);
                state.mark_name(to, WHY);
                Ok(())
            }
        },
    }
}

fn rename_column(state: &mut State, table: &Name, column: &str, to: &str) -> Result<(), Fault> {
    let rules = state.rules;
    with_table(state, table, |state, key| match state.find_column(key, column) {
        Found::Known(found) => {
            free_column(state, key, &found, to)?;
            rules.rename_column(state, key, &found, to)
        }
        Found::Unknown => {
            const WHY: &str = "a column that may exist was renamed";
            for name in [column, to] {
                mark_column(state, key, name, WHY);
            }
            // What has the column has its new name.
            for part in [Part::Constraints, Part::Indexes] {
                state.mark(Kind::Table, key, part, WHY);
            }
            for child in state.children_of(key) {
                state.mark(Kind::Table, &child, Part::Constraints, WHY);
            }
            mark_users(state, &key.name, WHY);
            Ok(())
        }
        Found::Missing => Err(Fault::missing(format!("column {key}.{column}"))),
    })
}
