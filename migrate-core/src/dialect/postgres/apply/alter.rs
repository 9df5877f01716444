//! Changes of tables and their constraints.

use super::kin;
use crate::apply::{Fault, Found, Part, State, add_constraint, alter_table, drop_constraint};
use crate::op::{ConstraintKey, TableChange, TableConstraint};
use crate::schema::{Deferrable, Key, Kind, Name, PartitionOf, Table};

/// The texts that name a value of an enumerated type have its new name.
pub(super) fn rename_value(state: &mut State, of: &Name, value: &str, to: &str) {
    const WHY: &str = "a value of its type was renamed";
    let literal = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let (old, new) = (literal(value), literal(to));
    let columns: Vec<(Name, String, Option<String>)> = state
        .schema()
        .tables
        .iter()
        .flat_map(|(name, table)| {
            let own = table.columns.iter().filter(|one| one.user_type.as_ref() == Some(of));
            own.map(|column| (name.clone(), column.name.clone(), column.default.clone()))
        })
        .collect();
    for (table, column, default) in columns {
        super::column::unknown_texts(state, &table, &column);
        // In an array, some characters are written otherwise.
        let may_hold = |text: &String| {
            text.contains(old.trim_matches('\'')) || value.contains(['\'', '"', '\\'])
        };
        let Some(text) = default.filter(may_hold) else { continue };
        match text.strip_prefix(&*old).filter(|rest| rest.is_empty() || rest.starts_with("::")) {
            Some(rest) => {
                let text = format!("{new}{rest}");
                super::sequence::edit_column(state, &table, &column, |_, found| {
                    found.default = Some(text);
                });
            }
            None => state.mark(Kind::Table, &table, Part::Column(column), WHY),
        }
    }
}

/// Changes a property of a table.
pub(super) fn table(state: &mut State, name: &Name, change: &TableChange) -> Result<(), Fault> {
    match change {
        TableChange::Option { name: option, value } => {
            if option == "row security" {
                row_security(state, name, value.as_deref());
                return Ok(());
            }
            // A partitioned table keeps no rows: the server takes the statement and does nothing.
            if option == "unlogged" && state.table(name).is_some_and(|of| of.partition_by.is_some())
            {
                return Ok(());
            }
            if option == "unlogged" {
                super::logged::set(state, name, value.is_none())?;
            }
            let combined = ["with", "toast with"]
                .into_iter()
                .find_map(|prefix| Some((prefix, option.strip_prefix(prefix)?.strip_prefix('.')?)));
            if let Some((prefix, setting)) = combined {
                let old = state.table(name).and_then(|table| table.options.get(prefix).cloned());
                let new = with_setting(&old.unwrap_or_default(), setting, value.as_deref());
                state.edit_table(name, |table| match new {
                    Some(new) => drop(table.options.insert(prefix.to_owned(), new)),
                    None => drop(table.options.remove(prefix)),
                });
                return Ok(());
            }
            alter_table(state, name, change)
        }
        TableChange::AttachPartition { partition, of } => {
            if let Found::Known(key) = state.find_table(partition) {
                kin::refuse_circle(state, &key, name)?;
                let of = PartitionOf { parent: name.clone(), bound: of.bound.clone() };
                let is_certain = !super::is_uncertain(state, &key);
                state.edit_table(&key, |table| table.partition_of = Some(of));
                state.set_uses((Kind::Table, key.clone(), None), Some(vec![name.clone()]));
                if is_certain && !super::is_uncertain(state, name) {
                    return super::parts::attach(state, name, &key);
                }
                super::parts::clone_triggers(state, name, &key);
                unknown_parts(state, &key, "it was attached to a partitioned table");
            }
            Ok(())
        }
        TableChange::DetachPartition { partition } => {
            if let Found::Known(key) = state.find_table(partition) {
                let is_certain = !super::is_uncertain(state, &key);
                super::parts::detach(state, name, &key);
                if !is_certain || super::is_uncertain(state, name) {
                    unknown_parts(state, &key, "it was detached from a partitioned table");
                }
            }
            Ok(())
        }
        TableChange::Inherit(parent) => {
            let Found::Known(parent) = state.find_table(parent) else {
                super::mark_text_of_table(state, name);
                kin::forget(state, name);
                return Ok(());
            };
            kin::refuse_circle(state, name, &parent)?;
            let user = (Kind::Table, name.clone(), None);
            let uses = [state.uses(&user), std::slice::from_ref(&parent)].concat();
            state.set_uses(user, Some(uses));
            state.edit_table(name, |table| {
                let mut parents = kin::parents(table);
                parents.push(parent.to_string());
                kin::set_parents(table, &parents);
            });
            Ok(())
        }
        TableChange::NoInherit(parent) => {
            let Found::Known(parent) = state.find_table(parent) else {
                super::mark_text_of_table(state, name);
                kin::forget(state, name);
                return Ok(());
            };
            no_inherit(state, name, &parent);
            Ok(())
        }
        TableChange::Trigger { name: Some(trigger), state: switch } => {
            let part = Part::Trigger(trigger.clone());
            let is_known = state.unknown().part(Kind::Table, &state.fold(name), &part).is_none();
            let has = |table: &Table| table.triggers.contains_key(trigger);
            if is_known
                && kin::children(state, name).is_empty()
                && state.table(name).is_some_and(has)
            {
                switch_trigger(state, name, trigger, switch);
                return Ok(());
            }
            state.mark(Kind::Table, name, part.clone(), "the trigger was switched");
            for child in kin::children(state, name) {
                state.mark(Kind::Table, &child, part.clone(), "the trigger was switched");
            }
            Ok(())
        }
        TableChange::Trigger { name: None, .. } => {
            let triggers: Vec<String> = state
                .table(name)
                .map(|table| table.triggers.keys().cloned().collect())
                .unwrap_or_default();
            for trigger in triggers {
                state.mark(Kind::Table, name, Part::Trigger(trigger), "all triggers were switched");
            }
            state.mark(Kind::Table, name, Part::Constraints, "all triggers were switched");
            for child in state.children_of(name) {
                state.mark(Kind::Table, &child, Part::Constraints, "all triggers were switched");
            }
            Ok(())
        }
        _ => alter_table(state, name, change),
    }
}

/// Switches a trigger on or off; the catalog tells the state behind the definition.
fn switch_trigger(state: &mut State, table: &Name, trigger: &str, switch: &str) {
    let suffix = match switch {
        "ENABLE" => String::new(),
        switch => format!(";\nALTER TABLE {table} {switch} TRIGGER {trigger}"),
    };
    state.edit_table(table, |found| {
        let Some(found) = found.triggers.get_mut(trigger) else { return };
        let plain = found.definition.split(";\nALTER TABLE ").next().unwrap_or_default();
        found.definition = format!("{plain}{suffix}");
    });
}

/// A table has a parent less: what no other one has is its own.
pub(super) fn no_inherit(state: &mut State, name: &Name, parent: &Name) {
    let user = (Kind::Table, name.clone(), None);
    let uses = state.uses(&user).iter().filter(|one| *one != parent).cloned().collect();
    state.set_uses(user, Some(uses));
    let Some(mut table) = state.table(name).cloned() else { return };
    let mut parents = kin::parents(&table);
    parents.retain(|one| *one != parent.to_string());
    kin::set_parents(&mut table, &parents);
    for column in &mut table.columns {
        if !kin::is_inherited(state, name, |parent| parent.column(&column.name).is_some()) {
            column.details = kin::without(&column.details, kin::INHERITED);
        }
    }
    for check in &mut table.checks {
        let has = |parent: &Table| parent.checks.iter().any(|one| one.name == check.name);
        if !kin::is_inherited(state, name, has) {
            check.details = kin::without(&check.details, kin::INHERITED);
        }
    }
    state.edit_table(name, |found| *found = table);
}

/// The constraints and indexes of a table are not known.
pub(super) fn unknown_parts(state: &mut State, table: &Name, why: &'static str) {
    state.mark(Kind::Table, table, Part::Constraints, why);
    state.mark(Kind::Table, table, Part::Indexes, why);
}

fn row_security(state: &mut State, name: &Name, value: Option<&str>) {
    let old = state.table(name).and_then(|table| table.options.get("row security").cloned());
    let old = old.unwrap_or_default();
    let (mut enabled, mut forced) = (old.contains("enabled"), old.contains("forced"));
    match value {
        Some("enabled") => enabled = true,
        Some("disabled") => enabled = false,
        Some("forced") => forced = true,
        _ => forced = false,
    }
    let new = match (enabled, forced) {
        (true, true) => Some("enabled, forced"),
        (true, false) => Some("enabled"),
        (false, true) => Some("forced"),
        (false, false) => None,
    };
    state.edit_table(name, |table| match new {
        Some(new) => drop(table.options.insert("row security".to_owned(), new.to_owned())),
        None => drop(table.options.remove("row security")),
    });
}

/// Settings in parentheses with one of them set or reset; `None` where none is left.
pub(super) fn with_setting(old: &str, name: &str, value: Option<&str>) -> Option<String> {
    let inside = old.trim().trim_start_matches('(').trim_end_matches(')');
    let is_it = |item: &&str| item.split('=').next() == Some(name);
    let mut items: Vec<String> = inside
        .split(", ")
        .filter(|item| !item.is_empty() && !is_it(item))
        .map(str::to_owned)
        .collect();
    items.extend(value.map(|value| format!("{name}={value}")));
    items.sort();
    (!items.is_empty()).then(|| format!("({})", items.join(", ")))
}

/// Adds a constraint, which may take over an index.
pub(super) fn add(
    state: &mut State,
    table: &Name,
    constraint: &TableConstraint,
    using_index: Option<&str>,
) -> Result<(), Fault> {
    check_name(state, table, constraint)?;
    let Some(index) = using_index else { return add_constraint(state, table, constraint, None) };
    let Some(found) = state.table(table).and_then(|table| table.indexes.get(index)).cloned() else {
        return add_constraint(state, table, constraint, using_index);
    };
    let columns: Option<Vec<String>> = found.parts.iter().map(|part| part.column.clone()).collect();
    let Some(columns) = columns else {
        return Err(Fault::refused(format!("index {index} contains expressions")));
    };
    let complete = |key: &Key| Key {
        name: Some(key.name.clone().unwrap_or_else(|| index.to_owned())),
        columns: columns.clone(),
        include: found.include.clone(),
        nulls_not_distinct: found.nulls_not_distinct,
        details: found.details.clone(),
        ..key.clone()
    };
    let constraint = match constraint {
        TableConstraint::PrimaryKey(key) => TableConstraint::PrimaryKey(complete(key)),
        TableConstraint::Unique(key) => TableConstraint::Unique(complete(key)),
        other => other.clone(),
    };
    state.edit_table(table, |table| table.indexes.remove(index));
    add_constraint(state, table, &constraint, None)
}

/// A constraint cannot have the name of another one of the table.
fn check_name(state: &State, table: &Name, constraint: &TableConstraint) -> Result<(), Fault> {
    let name = match constraint {
        TableConstraint::PrimaryKey(key) | TableConstraint::Unique(key) => key.name.as_deref(),
        TableConstraint::Check(check) => check.name.as_deref(),
        TableConstraint::ForeignKey(key) => key.name.as_deref(),
        TableConstraint::Other(other) => Some(other.name.as_str()).filter(|name| !name.is_empty()),
    };
    let Some(name) = name else { return Ok(()) };
    let part = Part::Constraint(name.to_owned());
    if state.unknown().part(Kind::Table, table, &part).is_some() {
        return Ok(());
    }
    let taken = state
        .table(table)
        .is_some_and(|table| crate::apply::constraint_names(table).any(|found| found == name));
    if taken { Err(Fault::exists(format!("constraint {name} of table {table}"))) } else { Ok(()) }
}

/// Drops a constraint.
pub(super) fn drop_named(
    state: &mut State,
    table: &Name,
    constraint: &ConstraintKey,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Fault> {
    let ConstraintKey::Named(name) = constraint else {
        return drop_constraint(state, table, constraint, if_exists);
    };
    let key = state.table(table).and_then(|table| {
        let mut keys = table.primary_key.iter().chain(&table.uniques);
        keys.find(|key| key.name.as_ref() == Some(name)).map(|key| key.columns.clone())
    });
    if let Some(columns) = key {
        let what = format!("constraint {name} of table {table}");
        super::drop::users_of_key(state, table, &columns, cascade, &what)?;
    }
    drop_constraint(state, table, constraint, if_exists)
}

/// Changes when a constraint is checked, or validates it.
pub(super) fn constraint(
    state: &mut State,
    table: &Name,
    name: &str,
    deferrable: Option<Deferrable>,
    details: Option<&str>,
) -> Result<(), Fault> {
    let Some(mut changed) = state.table(table).cloned() else { return Ok(()) };
    let Table { checks, foreign_keys, .. } = &mut changed;
    let key = foreign_keys.iter_mut().find(|key| key.name.as_deref() == Some(name));
    let check = checks.iter_mut().find(|check| check.name.as_deref() == Some(name));
    let found = match (key, check, details) {
        (Some(key), _, None) => {
            key.details = key.details.replace("NOT VALID", "").trim().to_owned();
            true
        }
        (_, Some(check), None) => {
            check.details =
                check.details.replace("NOT VALID", "").replace("  ", " ").trim().to_owned();
            true
        }
        (Some(key), _, Some("")) => {
            key.deferrable = deferrable.unwrap_or_default();
            true
        }
        _ => false,
    };
    if found {
        state.edit_table(table, |table| *table = changed);
        return Ok(());
    }
    let part = Part::Constraint(name.to_owned());
    let exists = crate::apply::constraint_names(&changed).any(|found| found == name);
    if !exists && state.unknown().part(Kind::Table, table, &part).is_none() {
        return Err(Fault::missing(format!("constraint {name} of table {table}")));
    }
    state.mark(Kind::Table, table, part, "the change of the constraint is not understood");
    Ok(())
}
