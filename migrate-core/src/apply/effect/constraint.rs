//! Constraints and indexes.

use crate::apply::fault::Fault;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::{ConstraintKey, TableConstraint};
use crate::schema::{Index, Kind, Name, Table};

/// Adds a constraint. One that takes over an index makes the constraints and indexes unknown.
///
/// # Errors
/// What [`Rules::complete_table`](crate::apply::Rules::complete_table) refuses.
pub fn add_constraint(
    state: &mut State,
    table: &Name,
    constraint: &TableConstraint,
    using_index: Option<&str>,
) -> Result<(), Fault> {
    if using_index.is_some() {
        const WHY: &str = "a constraint takes over an index";
        state.mark(Kind::Table, table, Part::Constraints, WHY);
        state.mark(Kind::Table, table, Part::Indexes, WHY);
        return Ok(());
    }
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    match constraint.clone() {
        TableConstraint::PrimaryKey(_) if changed.primary_key.is_some() => {
            return Err(Fault::exists(format!("a primary key of table {table}")));
        }
        TableConstraint::PrimaryKey(key) => changed.primary_key = Some(key),
        TableConstraint::Unique(key) => changed.uniques.push(key),
        TableConstraint::Check(check) => changed.checks.push(check),
        TableConstraint::ForeignKey(key) => changed.foreign_keys.push(key),
        TableConstraint::Other(other) => changed.constraints.push(other),
    }
    state.rules.complete_table(state, table, &mut changed)?;
    state.edit_table(table, |table| *table = changed);
    Ok(())
}

/// Drops a constraint, and nothing else.
///
/// # Errors
/// There certainly is no such constraint.
pub fn drop_constraint(
    state: &mut State,
    table: &Name,
    constraint: &ConstraintKey,
    if_exists: bool,
) -> Result<(), Fault> {
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    let dropped = remove_constraint(state, &mut changed, constraint);
    state.edit_table(table, |table| *table = changed);
    let (name, what) = match constraint {
        ConstraintKey::PrimaryKey => (None, format!("primary key of table {table}")),
        ConstraintKey::Named(name) => (Some(name), format!("constraint {name} of table {table}")),
        ConstraintKey::ForeignKey(name) => {
            (Some(name), format!("foreign key {name} of table {table}"))
        }
        ConstraintKey::Check(name) => (Some(name), format!("check {name} of table {table}")),
    };
    let part = name.map_or(Part::Constraints, |name| {
        Part::Constraint(state.rules.fold(Kind::Constraint, name).into_owned())
    });
    let folded = state.fold(table);
    let unknown = state.unknown().part(Kind::Table, &folded, &part).is_some();
    if dropped {
        if name.is_some() {
            state.mark_part_known(Kind::Table, table, part);
        }
        return Ok(());
    }
    if if_exists || unknown { Ok(()) } else { Err(Fault::missing(what)) }
}

/// Removes a constraint from a table, if it has it.
fn remove_constraint(state: &State, table: &mut Table, constraint: &ConstraintKey) -> bool {
    let same = |name: Option<&String>, wanted: &str| {
        let fold = |text| state.rules.fold(Kind::Constraint, text);
        name.is_some_and(|name| fold(name) == fold(wanted))
    };
    let key = |table: &mut Table, wanted: &str| {
        let count = table.foreign_keys.len();
        table.foreign_keys.retain(|key| !same(key.name.as_ref(), wanted));
        table.foreign_keys.len() < count
    };
    let check = |table: &mut Table, wanted: &str| {
        let count = table.checks.len();
        table.checks.retain(|check| !same(check.name.as_ref(), wanted));
        table.checks.len() < count
    };
    match constraint {
        ConstraintKey::PrimaryKey => table.primary_key.take().is_some(),
        ConstraintKey::ForeignKey(name) => key(table, name),
        ConstraintKey::Check(name) => check(table, name),
        ConstraintKey::Named(name) => {
            if table.primary_key.as_ref().is_some_and(|key| same(key.name.as_ref(), name)) {
                table.primary_key = None;
                return true;
            }
            let count = table.uniques.len() + table.constraints.len();
            table.uniques.retain(|key| !same(key.name.as_ref(), name));
            table.constraints.retain(|one| !same(Some(&one.name), name));
            table.uniques.len() + table.constraints.len() < count
                || key(table, name)
                || check(table, name)
        }
    }
}

/// Creates an index. One without a name makes the indexes unknown.
///
/// # Errors
/// Never.
pub fn create_index(
    state: &mut State,
    owner: &Name,
    name: Option<&str>,
    index: &Index,
) -> Result<(), Fault> {
    let is_table = state.table(owner).is_some();
    let kind = if is_table { Kind::Table } else { Kind::View };
    let Some(name) = name else {
        state.mark(kind, owner, Part::Indexes, "the server chooses the name of the index");
        return Ok(());
    };
    let (name, index) = (name.to_owned(), index.clone());
    let folded = state.rules.fold(Kind::Index, &name).into_owned();
    if is_table {
        state.edit_table(owner, |table| table.indexes.insert(name, index));
    } else {
        state.edit_view(owner, |view| view.indexes.insert(name, index));
    }
    state.mark_part_known(kind, owner, Part::Index(folded));
    Ok(())
}

/// Drops an index.
///
/// # Errors
/// Never.
pub fn drop_index(state: &mut State, owner: &Name, name: &str) -> Result<(), Fault> {
    let is_table = state.table(owner).is_some();
    if is_table {
        state.edit_table(owner, |table| table.indexes.remove(name));
    } else {
        state.edit_view(owner, |view| view.indexes.remove(name));
    }
    let kind = if is_table { Kind::Table } else { Kind::View };
    let folded = state.rules.fold(Kind::Index, name).into_owned();
    state.mark_part_known(kind, owner, Part::Index(folded));
    Ok(())
}
