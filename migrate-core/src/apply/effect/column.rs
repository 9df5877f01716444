//! Columns.

use super::table::mark_users;
use crate::apply::fault::Fault;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::{ColumnChange, Position};
use crate::schema::{Column, Kind, Name, Table};

/// Adds a column at its position, with the constraints that are written at it.
///
/// # Errors
/// What [`Rules::complete_table`](crate::apply::Rules::complete_table) refuses.
pub fn add_column(
    state: &mut State,
    table: &Name,
    column: &Column,
    constraints: &Table,
    position: &Position,
) -> Result<(), Fault> {
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    insert(state, &mut changed, column.clone(), position);
    merge(&mut changed, constraints);
    state.rules.complete_table(state, table, &mut changed)?;
    state.edit_table(table, |table| *table = changed);
    known(state, table, &column.name);
    Ok(())
}

/// Adds the constraints of one table to another.
fn merge(table: &mut Table, constraints: &Table) {
    let Table { primary_key, uniques, checks, foreign_keys, constraints, indexes, .. } =
        constraints;
    if primary_key.is_some() {
        table.primary_key.clone_from(primary_key);
    }
    table.uniques.extend_from_slice(uniques);
    table.checks.extend_from_slice(checks);
    table.foreign_keys.extend_from_slice(foreign_keys);
    table.constraints.extend_from_slice(constraints);
    table.indexes.extend(indexes.iter().map(|(name, index)| (name.clone(), index.clone())));
}

fn insert(state: &State, table: &mut Table, column: Column, position: &Position) {
    let at = match position {
        Position::First => 0,
        Position::Last | Position::Kept => table.columns.len(),
        Position::After(other) => {
            let spelled = state.spelled_column(table, other);
            let at = table.columns.iter().position(|column| Some(&column.name) == spelled.as_ref());
            at.map_or(table.columns.len(), |at| at + 1)
        }
    };
    table.columns.insert(at, column);
}

/// A column of a table is known from here on.
fn known(state: &mut State, table: &Name, column: &str) {
    let folded = state.rules.fold(Kind::Column, column).into_owned();
    state.mark_part_known(Kind::Table, table, Part::Column(folded));
}

/// Replaces the definition of a column, and renames it where the new definition has another name.
///
/// # Errors
/// What [`Rules`](crate::apply::Rules) refuse of its parts.
pub fn replace_column(
    state: &mut State,
    table: &Name,
    column: &str,
    with: &Column,
    constraints: &Table,
    position: &Position,
) -> Result<(), Fault> {
    let rules = state.rules;
    if column != with.name {
        rules.rename_column(state, table, column, &with.name)?;
    }
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    let Some(at) = changed.columns.iter().position(|one| one.name == with.name) else {
        return Ok(());
    };
    if *position == Position::Kept {
        changed.columns[at] = with.clone();
    } else {
        changed.columns.remove(at);
        insert(state, &mut changed, with.clone(), position);
    }
    merge(&mut changed, constraints);
    rules.complete_table(state, table, &mut changed)?;
    state.edit_table(table, |table| *table = changed);
    known(state, table, &with.name);
    Ok(())
}

/// Changes the type, the default, the nullability or the numbering of a column; other changes make
/// the column unknown.
///
/// # Errors
/// What [`Rules::complete_table`](crate::apply::Rules::complete_table) refuses.
pub fn alter_column(
    state: &mut State,
    table: &Name,
    column: &str,
    change: &ColumnChange,
) -> Result<(), Fault> {
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    let Some(found) = changed.columns.iter_mut().find(|one| one.name == column) else {
        return Ok(());
    };
    match change {
        ColumnChange::Type { data_type, user_type, collation, .. } => {
            found.data_type = data_type.clone();
            found.user_type.clone_from(user_type);
            found.collation.clone_from(collation);
        }
        ColumnChange::Default(default) => found.default.clone_from(default),
        ColumnChange::Nullable(nullable) => found.nullable = *nullable,
        ColumnChange::AddIdentity(identity) => found.identity = Some(identity.clone()),
        ColumnChange::DropIdentity { .. } => found.identity = None,
        ColumnChange::DropExpression { .. } => found.generated = None,
        ColumnChange::Generated(generated) => found.generated = Some(generated.clone()),
        ColumnChange::SetExpression(expression) => {
            if let Some(generated) = &mut found.generated {
                generated.expression.clone_from(expression);
            }
        }
        _ => {
            let folded = state.rules.fold(Kind::Column, column).into_owned();
            const WHY: &str = "the change of the column is not understood";
            state.mark(Kind::Table, table, Part::Column(folded), WHY);
            return Ok(());
        }
    }
    state.rules.complete_table(state, table, &mut changed)?;
    state.edit_table(table, |table| *table = changed);
    Ok(())
}

/// Drops a column, and nothing else.
///
/// # Errors
/// Never.
pub fn drop_column(state: &mut State, table: &Name, column: &str) -> Result<(), Fault> {
    state.edit_table(table, |table| table.columns.retain(|one| one.name != column));
    known(state, table, column);
    Ok(())
}

/// Renames a column in its table, in its keys and indexes, and in the foreign keys of other tables.
/// Expressions are rewritten by
/// [`Rules::rename_in_expression`](crate::apply::Rules::rename_in_expression), or unknown; the texts
/// of views and triggers that mention the table are unknown.
///
/// # Errors
/// Never.
pub fn rename_column(state: &mut State, table: &Name, column: &str, to: &str) -> Result<(), Fault> {
    rename_in_table(state, table, column, to);
    rename_in_children(state, table, column, to);
    mark_users(state, &table.name, "a column that it may mention was renamed");
    Ok(())
}

/// Renames a column in the foreign keys that refer to it.
pub(crate) fn rename_in_children(state: &mut State, table: &Name, column: &str, to: &str) {
    for child in state.children_of(table) {
        let hits: Vec<bool> = state
            .table(&child)
            .map(|child| child.foreign_keys.iter().map(|key| state.same_name(&key.parent, table)))
            .into_iter()
            .flatten()
            .collect();
        let rules = state.rules;
        let folded = rules.fold(Kind::Column, column);
        state.edit_table(&child, |child| {
            for (key, _) in child.foreign_keys.iter_mut().zip(hits).filter(|(_, hit)| *hit) {
                for name in &mut key.parent_columns {
                    if rules.fold(Kind::Column, name) == folded {
                        to.clone_into(name);
                    }
                }
            }
        });
    }
}

/// Renames a column in its table: column, keys, own foreign keys, indexes and expressions.
pub(crate) fn rename_in_table(state: &mut State, table: &Name, column: &str, to: &str) {
    let rules = state.rules;
    let mut lost = Vec::new();
    state.edit_table(table, |table| {
        let rename = |name: &mut String| {
            if name == column {
                to.clone_into(name);
            }
        };
        for column in &mut table.columns {
            rename(&mut column.name);
        }
        let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
        for key in keys {
            key.columns.iter_mut().chain(&mut key.include).for_each(rename);
            if !key.details.is_empty() {
                match rules.rename_in_expression(&key.details, column, to) {
                    Some(text) => key.details = text,
                    None => lost.push(Part::Constraints),
                }
            }
        }
        for key in &mut table.foreign_keys {
            key.columns.iter_mut().chain(&mut key.written_at).for_each(rename);
        }
        let mut expression =
            |text: &mut String, part: Part| match rules.rename_in_expression(text, column, to) {
                Some(renamed) => *text = renamed,
                None => lost.push(part),
            };
        for check in &mut table.checks {
            check.written_at.iter_mut().for_each(rename);
            expression(&mut check.expression, Part::Constraints);
        }
        for constraint in &mut table.constraints {
            expression(&mut constraint.definition, Part::Constraint(constraint.name.clone()));
        }
        for column in &mut table.columns {
            let part = Part::Column(rules.fold(Kind::Column, &column.name).into_owned());
            if let Some(generated) = &mut column.generated {
                expression(&mut generated.expression, part);
            }
        }
        for (name, index) in &mut table.indexes {
            index.include.iter_mut().for_each(rename);
            let part = Part::Index(rules.fold(Kind::Index, name).into_owned());
            for one in &mut index.parts {
                match &mut one.column {
                    Some(name) => rename(name),
                    None => expression(&mut one.expression, part.clone()),
                }
            }
            if let Some(predicate) = &mut index.predicate {
                expression(predicate, part);
            }
        }
    });
    for part in lost {
        state.mark(Kind::Table, table, part, "a column that it may mention was renamed");
    }
    let folded = rules.fold(Kind::Column, column).into_owned();
    state.mark_part_known(Kind::Table, table, Part::Column(folded));
}
