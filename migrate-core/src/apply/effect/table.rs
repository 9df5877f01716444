//! Whole tables, views and other objects.

use crate::apply::fault::Fault;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::{Like, TableChange};
use crate::schema::{Kind, Name, Other, Table};

/// Marks what a new table copies as unknown.
///
/// # Errors
/// Never.
pub fn copy_tables(
    state: &mut State,
    name: &Name,
    _table: &mut Table,
    like: &[Like],
    inherits: &[Name],
) -> Result<(), Fault> {
    if !like.is_empty() || !inherits.is_empty() {
        const WHY: &str = "the table copies another one";
        state.mark(Kind::Table, name, Part::Columns, WHY);
        state.mark(Kind::Table, name, Part::Constraints, WHY);
        state.mark(Kind::Table, name, Part::Indexes, WHY);
    }
    Ok(())
}

/// Drops a table with its indexes and triggers, and nothing else.
///
/// # Errors
/// Never.
pub fn drop_table(state: &mut State, name: &Name, _cascade: bool) -> Result<(), Fault> {
    if let Some(table) = state.set_table(name, None) {
        for trigger in table.triggers.into_keys() {
            state.set_uses((Kind::Trigger, name.clone(), Some(trigger)), None);
        }
    }
    state.mark_known(Kind::Table, name);
    Ok(())
}

/// Renames a table. Foreign keys follow it; the texts of objects that mention it are unknown then.
///
/// # Errors
/// Never.
pub fn rename_table(state: &mut State, from: &Name, to: &Name) -> Result<(), Fault> {
    rename_table_alone(state, from, to);
    mark_users(state, &from.name, "a table that it mentions was renamed");
    Ok(())
}

/// Renames a table, and the parents of foreign keys. Texts that mention the table stay.
pub(crate) fn rename_table_alone(state: &mut State, from: &Name, to: &Name) {
    let children = state.children_of(from);
    let Some(table) = state.set_table(from, None) else { return };
    let triggers: Vec<String> = table.triggers.keys().cloned().collect();
    state.mark_created(Kind::Table, to);
    state.set_table(to, Some(table));
    state.move_marks(Kind::Table, from, to);
    state.mark_known(Kind::Table, from);
    for child in children {
        let child = if child == *from { to } else { &child };
        let fold = |state: &State, name: &Name| state.fold(name);
        let folded = fold(state, from);
        let hits: Vec<bool> = state
            .table(child)
            .map(|table| table.foreign_keys.iter().map(|key| state.fold(&key.parent) == folded))
            .into_iter()
            .flatten()
            .collect();
        state.edit_table(child, |table| {
            for (key, hit) in table.foreign_keys.iter_mut().zip(hits) {
                if hit {
                    key.parent = to.clone();
                }
            }
        });
    }
    for trigger in triggers {
        let user = (Kind::Trigger, from.clone(), Some(trigger.clone()));
        let names = state.uses(&user).to_vec();
        state.set_uses(user, None);
        state.set_uses((Kind::Trigger, to.clone(), Some(trigger)), Some(names));
    }
    let owned: Vec<(Kind, String)> = state
        .schema()
        .others
        .iter()
        .filter(|(_, other)| other.table.as_ref() == Some(from))
        .map(|(key, _)| key.clone())
        .collect();
    for (kind, key) in owned {
        if let Some(mut other) = state.other(kind, &key).cloned() {
            other.table = Some(to.clone());
            state.set_other(kind, &key, Some(other));
        }
    }
}

/// Marks the texts of all objects that mention a name as unknown.
pub(crate) fn mark_users(state: &mut State, name: &str, why: &'static str) {
    mark_users_but(state, name, why, |_, _| false);
}

/// Marks the texts of all objects that mention a name as unknown, but for those that keep theirs.
pub(crate) fn mark_users_but(
    state: &mut State,
    name: &str,
    why: &'static str,
    keeps: impl Fn(Kind, &Other) -> bool,
) {
    for (kind, owner, part) in state.users_of(name) {
        if part.is_none() && state.other(kind, &owner.to_string()).is_some_and(|of| keeps(kind, of))
        {
            continue;
        }
        match part {
            Some(trigger) => {
                let of = state.owner_kind(&owner);
                let folded = state.rules.fold(Kind::Trigger, &trigger).into_owned();
                state.mark(of, &owner, Part::Trigger(folded), why);
            }
            // A table mentions its parents, and no text.
            None if kind == Kind::Table => {}
            None => state.mark(kind, &owner, Part::Text, why),
        }
    }
}

/// Sets an option of a table; other changes make its options unknown.
///
/// # Errors
/// Never.
pub fn alter_table(state: &mut State, table: &Name, change: &TableChange) -> Result<(), Fault> {
    match change {
        TableChange::None => {}
        TableChange::Option { name, value } => {
            state.edit_table(table, |table| match value {
                Some(value) => {
                    table.options.insert(name.clone(), value.clone());
                }
                None => {
                    table.options.remove(name);
                }
            });
        }
        _ => {
            state.mark(Kind::Table, table, Part::Text, "the change of the table is not understood")
        }
    }
    Ok(())
}

/// Drops a view with its indexes and triggers, and nothing else.
///
/// # Errors
/// Never.
pub fn drop_view(state: &mut State, name: &Name) -> Result<(), Fault> {
    if let Some(view) = state.set_view(name, None) {
        for trigger in view.triggers.into_keys() {
            state.set_uses((Kind::Trigger, name.clone(), Some(trigger)), None);
        }
    }
    state.set_uses((Kind::View, name.clone(), None), None);
    state.mark_known(Kind::View, name);
    Ok(())
}

/// Drops an enum, a domain, a sequence, or an object that is known by text alone, and nothing else.
///
/// # Errors
/// Never.
pub fn drop_other(state: &mut State, kind: Kind, name: &Name) -> Result<(), Fault> {
    match kind {
        Kind::Enum => drop(state.set_enum(name, None)),
        Kind::Domain => drop(state.set_domain(name, None)),
        Kind::Sequence => drop(state.set_sequence(name, None)),
        _ => drop(state.set_other(kind, &name.name, None)),
    }
    state.set_uses((kind, name.clone(), None), None);
    state.mark_known(kind, name);
    Ok(())
}
