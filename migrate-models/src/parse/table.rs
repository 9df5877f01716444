//! `#[table(..)]`: what a struct states of its table.

use migrate_core::schema::Name;
use migrate_core::suggest::nearest;
use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Field, Token};

use super::items::{Item, Value, of_attributes, plain, refuse_attributes};
use super::{Found, documentation, fields, parts, sqlx, values};
use crate::case::Case;
use crate::mistake::{Mistake, Spanned};
use crate::model::{Model, ModelPart, Text};

/// The settings of a table.
const KEYS: [&str; 14] = [
    "name",
    "schema",
    "renamed_from",
    "comment",
    "doc_comments",
    "options",
    "primary_key",
    "unique",
    "index",
    "check",
    "foreign_key",
    "other_columns",
    "rename_all",
    "drift",
];

/// Settings that may be given several times.
const REPEATED: [&str; 4] = ["unique", "index", "check", "foreign_key"];

struct Reader {
    model: Model,
    name: Option<Spanned<String>>,
    schema: Option<Spanned<String>>,
    rename_all: Option<Case>,
    doc_comments: bool,
}

/// Reads a struct with named fields.
pub(crate) fn read(
    input: &DeriveInput,
    fields: &Punctuated<Field, Token![,]>,
    found: &mut Found,
) -> Model {
    let ident = Spanned::new(plain(&input.ident.to_string()), input.ident.span());
    let table = Spanned::new(Name::new(Case::Snake.apply(&ident.value)), ident.span);
    let model = Model {
        ident,
        table,
        renamed_from: None,
        comment: None,
        options: None,
        checks_drift: true,
        columns: Vec::new(),
        flattened: Vec::new(),
        other_columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        indexes: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
    };
    let rename_all = sqlx::container(&input.attrs, found).rename_all;
    let mut reader = Reader { model, name: None, schema: None, rename_all, doc_comments: false };
    let help = "write `#[table(..)]`, or move it to a field";
    refuse_attributes(&input.attrs, "column", "is an attribute of a field", help, found);
    let mut given: Vec<String> = Vec::new();
    for item in of_attributes(&input.attrs, "table", found) {
        let Item::Keyed { key, span, value } = &item else {
            found.push(
                Mistake::new(item.span(), "a text alone is not a setting of a table")
                    .help("write `#[table(name = \"users\")]`"),
            );
            continue;
        };
        if given.contains(key) && !REPEATED.contains(&key.as_str()) {
            found.push(Mistake::new(*span, format!("`{key}` is given twice")));
            continue;
        }
        given.push(key.clone());
        reader.set(key, *span, value, found);
    }
    if let Some(name) = reader.name {
        reader.model.table = Spanned::new(Name::new(name.value), name.span);
    }
    reader.model.table.value.namespace = reader.schema.map(|schema| schema.value);
    let mut model = reader.model;
    if model.comment.is_none() && reader.doc_comments {
        model.comment = documentation(&input.attrs)
            .map(|text| Text { all: Some(Spanned::new(text, model.ident.span)), each: Vec::new() });
    }
    fields::add(&mut model, fields, reader.rename_all, reader.doc_comments, found);
    if model.columns.is_empty() && model.flattened.is_empty() {
        found.push(Mistake::new(model.ident.span, "a table has at least one column"));
    }
    resolve(&mut model, found);
    model
}

impl Reader {
    fn set(&mut self, key: &str, span: Span, value: &Value, found: &mut Found) {
        let model = &mut self.model;
        match key {
            "name" => self.name = found.note(values::text(key, span, value)),
            "schema" => self.schema = found.note(values::text(key, span, value)),
            "renamed_from" => model.renamed_from = found.note(values::text(key, span, value)),
            "comment" => model.comment = values::per_dialect(key, span, value, found),
            "options" => model.options = values::per_dialect(key, span, value, found),
            "doc_comments" => {
                self.doc_comments = found.note(values::flag(key, span, value)).unwrap_or_default();
            }
            "rename_all" => {
                if let Some(case) = sqlx::case(key, span, value, found) {
                    if self.rename_all.is_some_and(|of_sqlx| of_sqlx != case) {
                        found.push(
                            Mistake::new(span, "sqlx renames the columns in another way")
                                .help("remove one of the two attributes"),
                        );
                    }
                    self.rename_all = Some(case);
                }
            }
            "primary_key" => {
                let key = parts::key(key, span, value, found);
                model.primary_key = key;
            }
            "unique" => model.uniques.extend(parts::key(key, span, value, found)),
            "index" => model.indexes.extend(parts::index(span, value, found)),
            "check" => model.checks.extend(parts::check(span, value, found)),
            "foreign_key" => model.foreign_keys.extend(parts::foreign_key(span, value, found)),
            "other_columns" => model.other_columns = values::names(key, span, value, found),
            "drift" => {
                let Some(text) = found.note(values::text(key, span, value)) else { return };
                let choices = [("error", true), ("off", false)];
                let choice = values::choice(&text, key, &choices);
                model.checks_drift = found.note(choice).unwrap_or(true);
            }
            _ => found.push(values::unknown(span, "a setting of a table", key, &KEYS)),
        }
    }
}

/// Replaces fields by their columns in keys and indexes, and finds names that are neither.
pub(crate) fn resolve(model: &mut Model, found: &mut Found) {
    let fields: Vec<(String, String)> = model
        .columns
        .iter()
        .map(|column| (column.field.value.clone(), column.name.value.clone()))
        .collect();
    let complete = model.flattened.is_empty();
    let other: Vec<String> = model.other_columns.iter().map(|name| name.value.clone()).collect();
    let mut name = |name: &mut Spanned<String>| {
        let is_column = |column: &String| *column == name.value;
        if fields.iter().any(|(_, column)| is_column(column)) || other.iter().any(is_column) {
            return;
        }
        if let Some((_, column)) = fields.iter().find(|(field, _)| *field == name.value) {
            name.value.clone_from(column);
        } else if complete {
            let wrong = format!("there is no field or column `{}`", name.value);
            let near = nearest(&name.value, fields.iter().map(|(field, _)| field.as_str()));
            let mistake = Mistake::new(name.span, wrong);
            found.push(match near {
                Some(near) => mistake.help(format!("did you mean `{near}`?")),
                None => mistake,
            });
        }
    };
    model.primary_key.iter_mut().chain(&mut model.uniques).for_each(|key| {
        key.columns.iter_mut().for_each(&mut name);
    });
    for key in &mut model.foreign_keys {
        key.columns.iter_mut().for_each(&mut name);
    }
    for index in &mut model.indexes {
        index.include.iter_mut().for_each(&mut name);
        for part in &mut index.parts {
            if let ModelPart::Column { name: column, .. } = part {
                name(column);
            }
        }
    }
}
