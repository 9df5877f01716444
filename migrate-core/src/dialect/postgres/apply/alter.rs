//! Changes of tables and columns.

use super::super::types::{type_of_serial, usual_storage};
use super::kin;
use super::sequence::{relative, take};
use crate::apply::{
    Fault, Found, Part, State, add_constraint, alter_column, alter_table, drop_constraint,
};
use crate::dialect::postgres::parse::{changed_options, identity_changes};
use crate::op::{ColumnChange, ConstraintKey, TableChange, TableConstraint};
use crate::schema::{
    Column, Deferrable, Identity, IdentityKind, Key, Kind, Name, PartitionOf, Table,
};

/// Changes a property of a column.
pub(super) fn column(
    state: &mut State,
    table: &Name,
    column: &str,
    change: &ColumnChange,
) -> Result<(), Fault> {
    let Some(old) = state.table(table).and_then(|table| table.column(column)).cloned() else {
        return Ok(());
    };
    let change = match change {
        // NULL of a type with a length is cast to it, and kept.
        ColumnChange::Default(Some(text))
            if text.eq_ignore_ascii_case("null")
                && !old.data_type.contains('(')
                && !super::table::is_domain(state, &old) =>
        {
            &ColumnChange::Default(None)
        }
        change => change,
    };
    let is_certain = !super::is_uncertain(state, table);
    let in_key = state.table(table).is_some_and(|table| {
        table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|one| one == column))
    });
    let kind = old.identity.as_ref().map(|identity| identity.kind);
    match change {
        ColumnChange::Nullable(true) if is_certain && in_key => {
            let message =
                format!("column {table}.{column} is in the primary key and cannot be NULL");
            return Err(Fault::refused(message));
        }
        ColumnChange::Nullable(true)
            if is_certain
                && matches!(kind, Some(IdentityKind::Always | IdentityKind::ByDefault)) =>
        {
            let message =
                format!("column {table}.{column} is an identity column and cannot be NULL");
            return Err(Fault::refused(message));
        }
        ColumnChange::Default(_)
            if is_certain
                && matches!(kind, Some(IdentityKind::Always | IdentityKind::ByDefault)) =>
        {
            let message = format!("column {table}.{column} is an identity column");
            return Err(Fault::refused(message));
        }
        ColumnChange::Default(_) if kind == Some(IdentityKind::Serial) => {
            let owner = Some((table.clone(), column.to_owned()));
            if let Some((name, _)) = take(state, table, column, owner)
                && let ColumnChange::Default(Some(text)) = change
                && super::present::is_next_of(text, &name)
            {
                // The same default as before: `present` sees that it is the column's own.
                return alter_column(state, table, column, change);
            }
        }
        ColumnChange::Type { user_type: Some(name), .. }
            if type_of_serial(name).is_some()
                && state.find(&[Kind::Enum, Kind::Domain], name) == Found::Missing
                && !super::objects::find(state, Kind::Type, &name.to_string()).1 =>
        {
            return Err(Fault::missing(format!("type {name}")));
        }
        ColumnChange::Type { data_type, .. } => {
            if is_certain && let Some(of) = state.table(table) {
                super::drop::check_unheld(of, table, column)?;
            }
            alter_column(state, table, column, change)?;
            if kind == Some(IdentityKind::Serial) {
                super::sequence::edit_column(state, table, column, |_, found| {
                    if let Some(identity) = &mut found.identity {
                        identity.options =
                            relative(&identity.options, &old.data_type, &found.data_type);
                    }
                });
            }
            if *data_type != old.data_type {
                unknown_texts(state, table, column);
                keep_default(state, table, &old);
            }
            return Ok(());
        }
        ColumnChange::AddIdentity(_) if is_certain && (old.nullable || kind.is_some()) => {
            let message = format!(
                "column {table}.{column} must be NOT NULL before it becomes an identity column"
            );
            return Err(Fault::refused(message));
        }
        ColumnChange::DropIdentity { if_exists: false } if is_certain && kind.is_none() => {
            return Err(Fault::missing(format!("identity of column {table}.{column}")));
        }
        ColumnChange::DropIdentity { .. } if kind == Some(IdentityKind::Serial) => return Ok(()),
        ColumnChange::AlterIdentity(text) => return alter_identity(state, table, column, text),
        ColumnChange::Detail { name, value } => {
            let details = detail(&old.details, name, value.as_deref(), &old.data_type);
            match details {
                Some(details) => super::sequence::edit_column(state, table, column, |_, found| {
                    found.details = details;
                }),
                None => {
                    state.mark(
                        Kind::Table,
                        table,
                        Part::Column(column.to_owned()),
                        "the detail is not understood",
                    );
                }
            }
            return Ok(());
        }
        _ => {}
    }
    alter_column(state, table, column, change)
}

/// A NULL of a type with a length is there, and stays of that type without the length.
fn keep_null(state: &mut State, table: &Name, old: &Column) {
    let Some((of, rest)) = old.data_type.split_once('(') else { return };
    let of = match of {
        "character" => "bpchar",
        "bit" => "\"bit\"",
        of => of,
    };
    let rest = rest.split_once(')').map_or("", |(_, rest)| rest);
    let kept = format!("NULL::{of}{rest}");
    super::sequence::edit_column(state, table, &old.name, |_, found| {
        found.default = Some(kept);
    });
}

/// A default stays what it is of the old type, to which the server brings a literal.
fn keep_default(state: &mut State, table: &Name, old: &Column) {
    let Some(text) = old.default.as_deref() else { return };
    if text.eq_ignore_ascii_case("null") {
        return keep_null(state, table, old);
    }
    if !super::text::is_string(text) {
        return;
    }
    let length = old.data_type.find('(').unwrap_or(old.data_type.len());
    let of = match &old.data_type[..length] {
        "character" => "bpchar",
        of @ ("text" | "character varying") => of,
        _ => {
            const WHY: &str = "its default is of the type that it had before";
            state.mark(Kind::Table, table, Part::Column(old.name.clone()), WHY);
            return;
        }
    };
    let kept = format!("{text}::{of}");
    super::sequence::edit_column(state, table, &old.name, |_, found| {
        if found.default == old.default {
            found.default = Some(kept);
        }
    });
}

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
        unknown_texts(state, &table, &column);
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

/// The texts that mention a column of another type may be written otherwise now.
fn unknown_texts(state: &mut State, table: &Name, column: &str) {
    const WHY: &str = "the type of a column that it mentions was changed";
    let Some(found) = state.table(table) else { return };
    let mut parts = Vec::new();
    for (name, index) in &found.indexes {
        let in_part = |text: &str| super::text::mentions(text, column);
        if index.predicate.as_deref().is_some_and(in_part)
            || index.parts.iter().any(|part| in_part(&part.expression))
        {
            parts.push(Part::Index(name.clone()));
        }
    }
    for check in &found.checks {
        if super::text::mentions(&check.expression, column) {
            parts.extend(check.name.clone().map(Part::Constraint));
        }
    }
    for constraint in &found.constraints {
        if super::text::mentions(&constraint.definition, column) {
            parts.push(Part::Constraint(constraint.name.clone()));
        }
    }
    for part in parts {
        state.mark(Kind::Table, table, part, WHY);
    }
}

fn alter_identity(state: &mut State, table: &Name, column: &str, text: &str) -> Result<(), Fault> {
    let found = state.table(table).and_then(|table| table.column(column));
    let changed = found.and_then(|found| {
        let identity = found.identity.as_ref()?;
        let (kind, changes) = identity_changes(text)?;
        let of = &found.data_type;
        let options = match changes.is_empty() {
            true => identity.options.clone(),
            false => changed_options(&identity.options, of, &changes, of)?,
        };
        Some(Identity { kind: kind.unwrap_or(identity.kind), options })
    });
    match changed {
        Some(changed) => super::sequence::edit_column(state, table, column, |_, found| {
            found.identity = Some(changed);
        }),
        None => state.mark(
            Kind::Table,
            table,
            Part::Column(column.to_owned()),
            "the change is not understood",
        ),
    }
    Ok(())
}

/// The details of a column with one of them set or reset; `None` if they are not known.
fn detail(old: &str, name: &str, value: Option<&str>, data_type: &str) -> Option<String> {
    let order = ["STORAGE", "COMPRESSION", "STATISTICS", "WITH", "INHERITED"];
    let mut words = detail_words(old)?;
    if !words.iter().all(|(word, _)| order.contains(&word.as_str())) {
        return None;
    }
    let (name, value) = match name.strip_prefix("WITH.") {
        Some(setting) => {
            let all = words.iter().find(|(word, _)| word == "WITH");
            let all = all.map_or("", |(_, all)| all);
            ("WITH", with_setting(all, setting, value))
        }
        None => (name, value.map(str::to_owned)),
    };
    if !order.contains(&name) {
        return None;
    }
    words.retain(|(word, _)| word != name);
    let mut value = value;
    if name == "STORAGE" {
        let usual = usual_storage(data_type)?;
        value = value.filter(|value| value != usual && value != "default");
    }
    words.extend(value.map(|value| (name.to_owned(), value)));
    words.sort_by_key(|(word, _)| order.iter().position(|one| one == word));
    let text = |(word, value): &(String, String)| format!("{word} {value}").trim_end().to_owned();
    Some(words.iter().map(text).collect::<Vec<_>>().join(" "))
}

/// The details of a column with their values.
fn detail_words(text: &str) -> Option<Vec<(String, String)>> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        let value = match word {
            "INHERITED" => "",
            _ if behind.starts_with('(') => &behind[..=behind.find(')')?],
            _ => behind.split(' ').next().filter(|value| !value.is_empty())?,
        };
        words.push((word.to_owned(), value.to_owned()));
        rest = behind[value.len()..].trim_start();
    }
    Some(words)
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
fn with_setting(old: &str, name: &str, value: Option<&str>) -> Option<String> {
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
