//! Compares a struct with the schema at the head of the history. A mistake is certain: nothing that is
//! marked as unknown takes part in one.

use migrate_core::apply::{Found, Part, State};
use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, Kind, Name, Table};
use migrate_core::suggest::nearest;
use proc_macro2::Span;

use crate::declare::column_of_type;
use crate::grammar::grammar;
use crate::mistake::Mistake;
use crate::model::{Model, ModelColumn, ModelEnum, Storage, old_name};
use crate::types::Reads;

/// The command that brings the history to the structs.
const GENERATE: &str =
    "`cargo migrate new --autogenerate` writes the revision that changes the table";

/// Returns what differs between a struct and its table.
#[must_use]
pub fn table_drift(model: &Model, dialect: Dialect, head: &State) -> Vec<Mistake> {
    let name = match head.find(&[Kind::Table, Kind::View], &model.table.value) {
        Found::Known((Kind::Table, name)) => name,
        // The columns of a view are not known.
        Found::Known(_) | Found::Unknown => return Vec::new(),
        Found::Missing => return vec![no_table(model, head)],
    };
    let Some(table) = head.table(&name) else { return Vec::new() };
    let mut found = Vec::new();
    for column in &model.columns {
        match head.find_column(&name, &column.name.value) {
            Found::Unknown => {}
            Found::Missing => found.push(match old_column(column, head, &name) {
                Some(old) => {
                    let what = format!("column `{old}` of table `{name}`");
                    not_renamed(&what, &column.name.value, column.field.span)
                }
                None => no_column(column, &name, table),
            }),
            Found::Known(spelled) => {
                if let Some(existing) = table.column(&spelled) {
                    found.extend(column_drift(column, dialect, table, existing));
                }
            }
        }
    }
    if model.flattened.is_empty() {
        found.extend(missing_fields(model, dialect, head, &name, table));
    }
    found
}

/// A rename that is asked for and that no revision makes yet.
fn not_renamed(what: &str, to: &str, span: Span) -> Mistake {
    Mistake::new(span, format!("{what} is not renamed to `{to}` in the migrations yet"))
        .help("`cargo migrate new --autogenerate` writes the revision that renames it")
}

/// The column of the head that a field without one renames.
fn old_column(column: &ModelColumn, head: &State, table: &Name) -> Option<String> {
    match head.find_column(table, &column.renamed_from.as_ref()?.value) {
        Found::Known(old) => Some(old),
        _ => None,
    }
}

fn no_table(model: &Model, head: &State) -> Mistake {
    let name = &model.table.value;
    if let Some(old) = &model.renamed_from
        && let Found::Known((Kind::Table, old)) =
            head.find(&[Kind::Table], &old_name(&old.value, name))
    {
        return not_renamed(&format!("table `{old}`"), &name.to_string(), model.table.span);
    }
    let wrong = format!("the migrations have no table `{name}`");
    let tables: Vec<String> = head.schema().tables.keys().map(ToString::to_string).collect();
    let text = name.to_string();
    let plural = tables.iter().find(|table| {
        [format!("{text}s"), format!("{text}es")].contains(table)
            || text.strip_suffix('y').is_some_and(|stem| **table == format!("{stem}ies"))
    });
    let near = plural.map(String::as_str).or_else(|| nearest(&text, tables.iter().map(|t| &**t)));
    let mistake = Mistake::new(model.table.span, wrong);
    let mistake = match near {
        Some(near) => mistake.help(format!("did you mean `#[table(name = \"{near}\")]`?")),
        None => mistake,
    };
    mistake.help("`cargo migrate new --autogenerate` writes the revision that creates it")
}

fn no_column(column: &ModelColumn, name: &Name, table: &Table) -> Mistake {
    let wrong = format!("table `{name}` has no column `{}` in the migrations", column.name.value);
    let columns = table.columns.iter().map(|column| column.name.as_str());
    let near = nearest(&column.name.value, columns);
    let mistake = Mistake::new(column.field.span, wrong).help(GENERATE);
    match near {
        Some(near) => mistake.help(format!(
            "if the column `{near}` is meant: `#[sqlx(rename = \"{near}\")]`, or `#[column(renamed_from = \"{near}\")]` to rename it"
        )),
        None => mistake,
    }
}

fn column_drift(
    column: &ModelColumn,
    dialect: Dialect,
    table: &Table,
    existing: &Column,
) -> Option<Mistake> {
    let shown = &existing.data_type;
    if type_differs(column, dialect, existing) {
        let wanted = match column.sql_type.as_ref().and_then(|text| text.of(dialect)) {
            Some(stated) => stated.value.clone(),
            None => column.rust_type.value.describe(),
        };
        let wrong =
            format!("column `{}` is `{shown}` in the migrations, not `{wanted}`", existing.name);
        return Some(Mistake::new(column.rust_type.span, wrong).help(GENERATE));
    }
    if nullability_differs(column, dialect, table, existing) {
        let (is, fix) = if existing.nullable {
            ("may be NULL", "write `Option<..>`")
        } else {
            ("is NOT NULL", "write the type without `Option`")
        };
        let wrong = format!("column `{}` {is} in the migrations", existing.name);
        let help = format!("{fix}, or {GENERATE}");
        return Some(Mistake::new(column.rust_type.span, wrong).help(help));
    }
    None
}

/// Whether a column has certainly another type than a field.
fn type_differs(column: &ModelColumn, dialect: Dialect, existing: &Column) -> bool {
    if let Some(stated) = column.sql_type.as_ref().and_then(|text| text.of(dialect)) {
        let Some(stated) = column_of_type(dialect, &stated.value) else { return false };
        // The namespace of a type is found by the search path.
        return stated.user_type.is_none()
            && existing.user_type.is_none()
            && !stated.data_type.eq_ignore_ascii_case(&existing.data_type);
    }
    column.rust_type.value.reads(dialect, existing) == Reads::No
}

/// Whether a column may be NULL and its field may not, or the reverse.
pub(crate) fn nullability_differs(
    column: &ModelColumn,
    dialect: Dialect,
    table: &Table,
    existing: &Column,
) -> bool {
    if column.nullable == existing.nullable || existing.generated.is_some() {
        return false;
    }
    // A stored value of a column that numbers rows is never NULL, nor is a part of a key.
    let numbers = existing.identity.is_some() || is_row_number(dialect, table, existing);
    let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&existing.name));
    !(existing.nullable && (numbers || in_key))
}

/// Whether a column is SQLite's row number under another name.
fn is_row_number(dialect: Dialect, table: &Table, column: &Column) -> bool {
    grammar(dialect).types_by_affinity
        && !table.without_rowid
        && column.data_type.eq_ignore_ascii_case("integer")
        && table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.clone()])
}

/// The columns that an INSERT of the struct cannot leave out.
fn missing_fields(
    model: &Model,
    dialect: Dialect,
    head: &State,
    name: &Name,
    table: &Table,
) -> Vec<Mistake> {
    let fold = |text: &str| dialect.rules().fold(Kind::Column, text).into_owned();
    let known: Vec<String> = model
        .columns
        .iter()
        .map(|column| &column.name.value)
        .chain(model.other_columns.iter().map(|name| &name.value))
        // What is renamed is told at its field.
        .chain(model.columns.iter().filter_map(|column| {
            let is_new = head.find_column(name, &column.name.value) == Found::Missing;
            column.renamed_from.as_ref().filter(|_| is_new).map(|old| &old.value)
        }))
        .map(|text| fold(text))
        .collect();
    let folded = head.fold(name);
    let is_unknown = |column: &Column| {
        let part = Part::Column(fold(&column.name));
        head.unknown().part(Kind::Table, &folded, &part).is_some()
    };
    let needed = |column: &&Column| {
        !column.nullable
            && column.default.is_none()
            && column.generated.is_none()
            && column.identity.is_none()
            && !known.contains(&fold(&column.name))
            && !is_unknown(column)
    };
    let columns = table.columns.iter().filter(needed);
    columns
        .map(|column| {
            let wrong = format!(
                "column `{}` of table `{name}` is NOT NULL without a default, and the struct has no field for it",
                column.name
            );
            Mistake::new(model.ident.span, wrong)
                .help(format!("add a field, or `#[table(other_columns({}))]` if others write it", column.name))
                .help("`cargo migrate new --autogenerate` writes the revision that drops it")
        })
        .collect()
}

/// Returns what differs between an enum and its type.
#[must_use]
pub fn enum_drift(of: &ModelEnum, dialect: Dialect, head: &State) -> Vec<Mistake> {
    let Storage::Native(name) = &of.storage else { return Vec::new() };
    if !grammar(dialect).enum_types {
        return Vec::new();
    }
    let found = match head.find(&[Kind::Enum], &name.value) {
        Found::Known((_, name)) => name,
        Found::Unknown => return Vec::new(),
        Found::Missing => {
            if let Some(old) = &of.renamed_from
                && let Found::Known((_, old)) =
                    head.find(&[Kind::Enum], &old_name(&old.value, &name.value))
            {
                let what = format!("enum `{old}`");
                return vec![not_renamed(&what, &name.value.to_string(), name.span)];
            }
            let wrong = format!("the migrations have no enum `{}`", name.value);
            return vec![Mistake::new(name.span, wrong).help(GENERATE_TYPE)];
        }
    };
    let labels = head.enumeration(&found).map(|existing| &existing.labels);
    labels.map_or_else(Vec::new, |labels| value_drift(of, &found, labels))
}

fn value_drift(of: &ModelEnum, found: &Name, labels: &[String]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut renamed: Vec<&String> = Vec::new();
    for value in &of.values {
        let label = &value.label;
        if labels.contains(&label.value) {
            continue;
        }
        if let Some(old) = &value.renamed_from
            && labels.contains(&old.value)
        {
            let what = format!("value '{}' of enum `{found}`", old.value);
            mistakes.push(not_renamed(&what, &label.value, label.span));
            renamed.push(&old.value);
        } else {
            let wrong = format!("enum `{found}` has no value '{}' in the migrations", label.value);
            mistakes.push(Mistake::new(label.span, wrong).help(GENERATE_TYPE));
        }
    }
    for label in labels {
        let is_known = of.values.iter().any(|value| value.label.value == *label);
        if !is_known && !renamed.contains(&label) {
            let wrong = format!(
                "enum `{found}` has the value '{label}' in the migrations, and here is none"
            );
            mistakes.push(Mistake::new(of.ident.span, wrong).help(GENERATE_TYPE));
        }
    }
    mistakes
}

const GENERATE_TYPE: &str =
    "`cargo migrate new --autogenerate` writes the revision that changes the type";
