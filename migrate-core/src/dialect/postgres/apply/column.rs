//! Changes of columns.

use super::super::types::{type_of_serial, usual_storage};
use super::alter::with_setting;
use super::sequence::{relative, take};
use crate::apply::{Fault, Found, Part, State, alter_column};
use crate::dialect::postgres::parse::{changed_options, identity_changes};
use crate::op::ColumnChange;
use crate::schema::{Column, Identity, IdentityKind, Kind, Name};

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

/// The texts that mention a column of another type may be written otherwise now.
pub(super) fn unknown_texts(state: &mut State, table: &Name, column: &str) {
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
