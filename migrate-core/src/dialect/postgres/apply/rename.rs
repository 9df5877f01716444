//! What a new name, or another namespace, changes.

use std::collections::BTreeMap;

use super::code::{has_type, is_free_of};
use super::names::{sequence_of, set_sequence, type_text};
use super::text;
use crate::apply::{
    Fault, Found, Part, State, mark_users_but, rename_in_children, rename_in_table,
    rename_table_alone,
};
use crate::schema::{DataType, Kind, Name, Table, Trigger};

/// Renames a table, or moves it to another namespace.
pub(super) fn table(state: &mut State, from: &Name, to: &Name) {
    let sequences: Vec<(String, String)> = state
        .table(from)
        .map(|table| {
            let columns = table.columns.iter();
            columns
                .filter_map(|column| Some((column.name.clone(), sequence_of(from, column)?)))
                .collect()
        })
        .unwrap_or_default();
    let children = super::kin::children(state, from);
    let own = (Kind::Table, from.clone(), None);
    let parents = state.uses(&own).to_vec();
    state.edit_table(from, |table| move_triggers(&mut table.triggers, from, to));
    rename_table_alone(state, from, to);
    if !parents.is_empty() {
        state.set_uses(own, None);
        state.set_uses((Kind::Table, to.clone(), None), Some(parents));
    }
    super::parts::rename_parent(state, &children, from, to);
    for (column, sequence) in sequences {
        if from.namespace != to.namespace {
            let place =
                |of: &Name| Name { namespace: of.namespace.clone(), name: sequence.clone() };
            super::sequence::rename_in_defaults(state, &place(from), &place(to));
        }
        super::sequence::edit_column(state, to, &column, |table, found| {
            set_sequence(table, found, &sequence);
        });
    }
    owner(state, from, to);
    keys(state, from, to);
    row_type(state, from, to);
    mark_users_but(state, &from.name, "a table that it mentions was renamed", |kind, other| {
        is_free_of(kind, other, from)
    });
}

/// The triggers of a table or view name it.
pub(super) fn move_triggers(triggers: &mut BTreeMap<String, Trigger>, from: &Name, to: &Name) {
    let (old, new) = (format!(" ON {} ", type_text(from)), format!(" ON {} ", type_text(to)));
    for trigger in triggers.values_mut() {
        trigger.definition = trigger.definition.replacen(&old, &new, 1);
    }
}

/// The sequences that a table or view owns name it.
pub(super) fn owner(state: &mut State, from: &Name, to: &Name) {
    owners(state, |owner, _| (owner == from).then(|| to.clone()), |_, column| column.to_owned());
}

/// Changes the owners of sequences.
fn owners(
    state: &mut State,
    table: impl Fn(&Name, &str) -> Option<Name>,
    column: impl Fn(&Name, &str) -> String,
) {
    let owned: Vec<(Name, (Name, String))> = state
        .schema()
        .sequences
        .iter()
        .filter_map(|(name, sequence)| {
            let (owner, of) = sequence.owned_by.as_ref()?;
            Some((name.clone(), (table(owner, of)?, column(owner, of))))
        })
        .collect();
    for (name, owner) in owned {
        state.edit_sequence(&name, |sequence| sequence.owned_by = Some(owner));
    }
}

/// Changes the keys of what stands on a table or view.
fn keys(state: &mut State, from: &Name, to: &Name) {
    let suffix = format!(" on {from}");
    let (table, column) = (format!("on table {from}"), format!("on column {from}."));
    let changed: Vec<(Kind, String, String)> = state
        .schema()
        .others
        .keys()
        .filter_map(|(kind, key)| {
            let new = if let Some(part) = key.strip_suffix(&suffix) {
                format!("{part} on {to}")
            } else if *key == table {
                format!("on table {to}")
            } else {
                format!("on column {to}.{}", key.strip_prefix(&column)?)
            };
            Some((*kind, key.clone(), new))
        })
        .collect();
    for (kind, old, new) in changed {
        other(state, kind, &old, &new);
    }
    if from.name != to.name {
        let grant = Name::new(format!("on table {from}"));
        state.move_marks(Kind::Grant, &grant, &Name::new(format!("on table {to}")));
    }
}

/// Gives an object that is known by text alone another key.
pub(super) fn other(state: &mut State, kind: Kind, from: &str, to: &str) {
    let Some(value) = state.set_other(kind, from, None) else { return };
    let users = state.uses(&(kind, Name::new(from), None)).to_vec();
    state.set_uses((kind, Name::new(from), None), None);
    state.mark_known(kind, &Name::new(to));
    state.set_other(kind, to, Some(value));
    state.set_uses((kind, Name::new(to), None), Some(users));
    state.move_marks(kind, &Name::new(from), &Name::new(to));
    if !matches!(kind, Kind::Comment | Kind::Grant) {
        let part = |key: &str| format!("on {} {key}", kind.word());
        other(state, Kind::Comment, &part(from), &part(to));
        other(state, Kind::Grant, &part(from), &part(to));
    }
}

/// The columns of a type have it under its new name.
pub(super) fn row_type(state: &mut State, from: &Name, to: &Name) {
    let users: Vec<Name> = state
        .schema()
        .tables
        .iter()
        .filter(|(_, table)| table.columns.iter().any(|one| one.user_type.as_ref() == Some(from)))
        .map(|(name, _)| name.clone())
        .collect();
    let (old, new) = (type_text(from), type_text(to));
    let is_of =
        |text: &str| text.strip_prefix(&*old).is_some_and(|rest| rest.is_empty() || rest == "[]");
    let domains = state.schema().domains.iter().filter(|(_, domain)| is_of(&domain.data_type));
    for domain in domains.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        state.edit_domain(&domain, |domain| {
            domain.data_type = DataType::from(domain.data_type.replacen(&*old, &new, 1));
        });
    }
    for user in users {
        state.edit_table(&user, |table| {
            for column in
                table.columns.iter_mut().filter(|one| one.user_type.as_ref() == Some(from))
            {
                column.user_type = Some(to.clone());
                let rest = column.data_type.strip_prefix(old.as_str()).unwrap_or_default();
                column.data_type = DataType::from(format!("{new}{rest}"));
            }
        });
    }
}

/// Renames a column.
pub(super) fn column(state: &mut State, table: &Name, column: &str, to: &str) {
    let sequence = state.table(table).and_then(|found| sequence_of(table, found.column(column)?));
    state.edit_table(table, |found| note_renamed(found, column));
    mark_conditions(state, table, column);
    rename_in_table(state, table, column, to);
    rename_in_children(state, table, column, to);
    if let Some(sequence) = sequence {
        super::sequence::edit_column(state, table, to, |table, found| {
            set_sequence(table, found, &sequence);
        });
    }
    owners(
        state,
        |owner, of| (owner == table && of == column).then(|| owner.clone()),
        |_, _| to.to_owned(),
    );
    state.edit_table(table, |table| {
        if let Some(by) = &mut table.partition_by {
            by.text = text::rename(&by.text, column, to);
        }
        for trigger in table.triggers.values_mut() {
            if let Some((head, tail)) = trigger.definition.split_once(" ON ")
                && head.contains("UPDATE OF")
            {
                trigger.definition = format!("{} ON {tail}", text::rename(head, column, to));
            }
        }
    });
    let old = format!("on column {table}.{column}");
    let new = format!("on column {table}.{to}");
    other(state, Kind::Comment, &old, &new);
    other(state, Kind::Grant, &old, &new);
    mark_users_but(
        state,
        &table.name,
        "a column that it may mention was renamed",
        |kind, other| kind.is_function() && has_type(other, table).is_some(),
    );
}

/// The triggers of a view may mention a column of it that is renamed.
pub(super) fn marks_of_view(state: &mut State, view: &Name) {
    const WHY: &str = "a column that it may mention was renamed";
    let triggers = state.view(view).map(|view| view.triggers.keys().cloned().collect::<Vec<_>>());
    for trigger in triggers.unwrap_or_default() {
        state.mark(Kind::View, view, Part::Trigger(trigger), WHY);
    }
}

/// Conditions of triggers, and policies, rules and statistics that mention a column that is renamed.
fn mark_conditions(state: &mut State, table: &Name, column: &str) {
    const WHY: &str = "a column that it mentions was renamed";
    let Some(found) = state.table(table) else { return };
    let condition = |text: &str| text.split_once(" WHEN ").map(|(_, rest)| rest.to_owned());
    let triggers = found.triggers.iter().filter(|(_, trigger)| {
        condition(&trigger.definition).is_some_and(|text| text::has_word(&text, column))
    });
    let triggers: Vec<String> = triggers.map(|(name, _)| name.clone()).collect();
    let others = state.schema().others.iter().filter(|((kind, _), other)| {
        matches!(kind, Kind::Policy | Kind::Rule | Kind::Statistics)
            && other.table.as_ref() == Some(table)
            && text::has_word(&other.definition, column)
    });
    let others: Vec<(Kind, String)> = others.map(|(key, _)| key.clone()).collect();
    for trigger in triggers {
        state.mark(Kind::Table, table, Part::Trigger(trigger), WHY);
    }
    for (kind, key) in others {
        state.mark(kind, &Name::new(key), Part::Text, WHY);
    }
}

/// Notes at keys and indexes that a column of theirs is renamed.
fn note_renamed(table: &mut Table, column: &str) {
    for key in table.primary_key.iter_mut().chain(&mut table.uniques) {
        let mut columns = key.columns.iter().chain(&key.include);
        key.has_renamed_column |= columns.any(|one| one == column);
    }
    for index in table.indexes.values_mut() {
        let mut parts = index.parts.iter();
        index.has_renamed_column |= index.include.iter().any(|one| one == column)
            || parts.any(|part| match &part.column {
                Some(name) => name == column,
                None => text::mentions(&part.expression, column),
            });
    }
}

/// Renames a constraint of a table.
pub(super) fn constraint(
    state: &mut State,
    table: &Name,
    name: &str,
    to: &str,
) -> Result<(), Fault> {
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    let unknown = |name: &str| {
        state.unknown().part(Kind::Table, table, &Part::Constraint(name.to_owned())).is_some()
    };
    let exists = |name: &str| crate::apply::constraint_names(&changed).any(|found| found == name);
    if !exists(name) {
        if unknown(name) {
            state.mark(
                Kind::Table,
                table,
                Part::Constraint(to.to_owned()),
                "a constraint that may exist was renamed",
            );
            return Ok(());
        }
        return Err(Fault::missing(format!("constraint {name} of table {table}")));
    }
    if exists(to) && !unknown(to) {
        return Err(Fault::exists(format!("constraint {to} of table {table}")));
    }
    let was_unknown = unknown(name);
    let keys = changed
        .primary_key
        .iter_mut()
        .chain(&mut changed.uniques)
        .map(|key| (&mut key.name, &mut key.generated_name));
    let checks =
        changed.checks.iter_mut().map(|check| (&mut check.name, &mut check.generated_name));
    let foreign =
        changed.foreign_keys.iter_mut().map(|key| (&mut key.name, &mut key.generated_name));
    for (found, generated) in keys.chain(checks).chain(foreign) {
        if found.as_deref() == Some(name) {
            (*found, *generated) = (Some(to.to_owned()), false);
        }
    }
    for constraint in changed.constraints.iter_mut().filter(|one| one.name == name) {
        to.clone_into(&mut constraint.name);
    }
    state.edit_table(table, |table| *table = changed);
    if was_unknown {
        let part = Part::Constraint(to.to_owned());
        state.mark(Kind::Table, table, part, "a constraint that is not known was renamed");
    }
    super::index_option::rename(state, table, name, to);
    let old = format!("on constraint {name} on {table}");
    other(state, Kind::Comment, &old, &format!("on constraint {to} on {table}"));
    Ok(())
}

/// Renames an index, which may serve a constraint.
pub(super) fn index(
    state: &mut State,
    name: &Name,
    to: &str,
    if_exists: bool,
) -> Result<(), Fault> {
    let places = super::candidates(state, name).unwrap_or_default();
    let found = match state.find_part(Kind::Index, name, None) {
        // It may be that of a table whose indexes are not known, but for one that is known.
        Found::Unknown
            if places.iter().any(|place| super::names::is_index_of_key(state, place)) =>
        {
            Found::Missing
        }
        found => found,
    };
    match found {
        Found::Known((owner, found)) => {
            let rename =
                |indexes: &mut std::collections::BTreeMap<String, crate::schema::Index>| {
                    if let Some(index) = indexes.remove(&found) {
                        indexes.insert(to.to_owned(), index);
                    }
                };
            if state.table(&owner).is_some() {
                state.edit_table(&owner, |table| rename(&mut table.indexes));
                super::index_option::rename(state, &owner, &found, to);
            } else {
                state.edit_view(&owner, |view| rename(&mut view.indexes));
            }
            return Ok(());
        }
        Found::Unknown => {
            const WHY: &str = "an index that may exist was renamed";
            state.mark_name(&Name::new(to), WHY);
            for (owner, index) in state.owners_of(Kind::Index, &name.name) {
                let kind = state.owner_kind(&owner);
                state.mark(kind, &owner, Part::Index(index), WHY);
                state.mark(kind, &owner, Part::Index(to.to_owned()), WHY);
            }
            for (owner, found) in state.owners_of(Kind::Constraint, &name.name) {
                state.mark(Kind::Table, &owner, Part::Constraint(found), WHY);
                state.mark(Kind::Table, &owner, Part::Constraint(to.to_owned()), WHY);
            }
            return Ok(());
        }
        Found::Missing => {}
    }
    let owners = state.owners_of(Kind::Constraint, &name.name);
    for place in &places {
        let here = owners.iter().find(|(owner, _)| owner.namespace == place.namespace);
        if let Some((owner, found)) = here.cloned() {
            let comment = format!("on index {name}");
            other(state, Kind::Comment, &comment, &format!("on index {to}"));
            return constraint(state, &owner, &found, to);
        }
    }
    if if_exists { Ok(()) } else { Err(Fault::missing(format!("index {name}"))) }
}
