//! `#[derive(Enum)]`: the values of an enum and the form in which they are stored.

use migrate_core::schema::Name;
use proc_macro2::Span;
use syn::{Data, DeriveInput, Fields};

use super::items::{Item, Value, of_attributes, plain, refuse_attributes};
use super::{Found, documentation, sqlx, values};
use crate::case::Case;
use crate::mistake::{Mistake, Spanned};
use crate::model::{ModelEnum, ModelValue, Storage, Text};
use crate::types::RustType;

/// The settings of an enum.
const KEYS: [&str; 8] =
    ["name", "schema", "storage", "rename_all", "renamed_from", "comment", "doc_comments", "drift"];

/// The settings of a value.
const VALUE_KEYS: [&str; 2] = ["name", "renamed_from"];

#[derive(Debug, Default)]
struct Settings {
    name: Option<Spanned<String>>,
    schema: Option<Spanned<String>>,
    as_text: bool,
    rename_all: Option<Case>,
    renamed_from: Option<Spanned<String>>,
    comment: Option<Text>,
    doc_comments: bool,
    drift_is_off: bool,
}

/// Reads an enum that derives `Enum` or `sqlx::Type`.
///
/// # Errors
///
/// All mistakes in the item and its attributes.
pub fn parse_enum(input: &DeriveInput) -> Result<ModelEnum, Vec<Mistake>> {
    let mut found = Found { mistakes: Vec::new() };
    let ident = Spanned::new(plain(&input.ident.to_string()), input.ident.span());
    let Data::Enum(data) = &input.data else {
        let wrong = Mistake::new(ident.span, "a type of columns is derived from an enum");
        return Err(vec![wrong.help("a struct is a table: derive `Table`")]);
    };
    let of_sqlx = sqlx::container(&input.attrs, &mut found);
    let mut settings = Settings { rename_all: of_sqlx.rename_all, ..Settings::default() };
    let help = "write `#[enumeration(..)]`, or move it to a variant";
    refuse_attributes(&input.attrs, "value", "is an attribute of a variant", help, &mut found);
    let mut given: Vec<String> = Vec::new();
    for item in of_attributes(&input.attrs, "enumeration", &mut found) {
        let Item::Keyed { key, span, value } = &item else {
            found.push(Mistake::new(item.span(), "a text alone is not a setting of an enum"));
            continue;
        };
        if given.contains(key) {
            found.push(Mistake::new(*span, format!("`{key}` is given twice")));
            continue;
        }
        given.push(key.clone());
        settings.set(key, *span, value, &mut found);
    }
    let mut values = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let wrong = "a value of a column has no fields";
            found.push(Mistake::new(variant.ident.span(), wrong));
            continue;
        }
        let name = plain(&variant.ident.to_string());
        values.push(value(&variant.attrs, &name, variant.ident.span(), &settings, &mut found));
    }
    if data.variants.is_empty() {
        found.push(Mistake::new(ident.span, "an enum of a column has at least one value"));
    }
    for (at, value) in values.iter().enumerate() {
        if values[..at].iter().any(|other| other.label.value == value.label.value) {
            let wrong = format!("`{}` is the text of two values", value.label.value);
            found.push(Mistake::new(value.label.span, wrong));
        }
    }
    let comment = settings.comment.take().or_else(|| {
        let text = documentation(&input.attrs).filter(|_| settings.doc_comments)?;
        Some(Text { all: Some(Spanned::new(text, ident.span)), each: Vec::new() })
    });
    let storage = storage(input, &ident, &settings, of_sqlx.type_name);
    if found.mistakes.is_empty() {
        let checks_drift = !settings.drift_is_off;
        let renamed_from = settings.renamed_from;
        Ok(ModelEnum { ident, storage, renamed_from, values, comment, checks_drift })
    } else {
        Err(found.mistakes)
    }
}

impl Settings {
    fn set(&mut self, key: &str, span: Span, value: &Value, found: &mut Found) {
        match key {
            "name" => self.name = found.note(values::text(key, span, value)),
            "schema" => self.schema = found.note(values::text(key, span, value)),
            "renamed_from" => self.renamed_from = found.note(values::text(key, span, value)),
            "comment" => self.comment = values::per_dialect(key, span, value, found),
            "doc_comments" => {
                self.doc_comments = found.note(values::flag(key, span, value)).unwrap_or_default();
            }
            "rename_all" => self.rename_all = sqlx::case(key, span, value, found),
            "storage" => {
                let choices = [("native", false), ("text", true)];
                let choice = values::text(key, span, value)
                    .and_then(|text| values::choice(&text, key, &choices));
                self.as_text = found.note(choice).unwrap_or_default();
            }
            "drift" => {
                let choices = [("error", false), ("off", true)];
                let choice = values::text(key, span, value)
                    .and_then(|text| values::choice(&text, key, &choices));
                self.drift_is_off = found.note(choice).unwrap_or_default();
            }
            _ => found.push(values::unknown(span, "a setting of an enum", key, &KEYS)),
        }
    }
}

fn value(
    attributes: &[syn::Attribute],
    name: &str,
    span: Span,
    settings: &Settings,
    found: &mut Found,
) -> ModelValue {
    let mut label = sqlx::field(attributes, found).rename;
    let mut renamed_from = None;
    let help = "write `#[value(..)]`, or move it to the enum";
    refuse_attributes(attributes, "enumeration", "is an attribute of the enum", help, found);
    let mut given: Vec<String> = Vec::new();
    for item in of_attributes(attributes, "value", found) {
        let Item::Keyed { key, span, value } = &item else {
            found.push(Mistake::new(item.span(), "write `name = \"..\"`"));
            continue;
        };
        if given.contains(key) {
            found.push(Mistake::new(*span, format!("`{key}` is given twice")));
            continue;
        }
        given.push(key.clone());
        match key.as_str() {
            "name" => label = found.note(values::text(key, *span, value)),
            "renamed_from" => renamed_from = found.note(values::text(key, *span, value)),
            _ => found.push(values::unknown(*span, "a setting of a value", key, &VALUE_KEYS)),
        }
    }
    let label = label.unwrap_or_else(|| {
        let text = settings.rename_all.map_or_else(|| name.to_owned(), |case| case.apply(name));
        Spanned::new(text, span)
    });
    ModelValue { label, renamed_from }
}

fn storage(
    input: &DeriveInput,
    ident: &Spanned<String>,
    settings: &Settings,
    type_name: Option<Spanned<String>>,
) -> Storage {
    if let Some(integer) = is_integer_repr(input) {
        return Storage::Integer(integer);
    }
    let text_type = type_name.clone().filter(|name| derives_stored_text(&name.value));
    if settings.as_text || text_type.is_some() && settings.name.is_none() {
        return Storage::Text(text_type);
    }
    let name = settings.name.clone().or(type_name);
    let name = name.unwrap_or_else(|| Spanned::new(Case::Snake.apply(&ident.value), ident.span));
    let (namespace, text) = match name.value.split_once('.') {
        Some((namespace, text)) => (Some(namespace.to_owned()), text.to_owned()),
        None => (settings.schema.as_ref().map(|schema| schema.value.clone()), name.value.clone()),
    };
    Storage::Native(Spanned::new(Name { namespace, name: text }, name.span))
}

/// Returns `true` if `type_name` of sqlx names a type of text.
fn derives_stored_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.split('(').next().unwrap_or_default().trim().to_owned();
    ["text", "varchar", "char", "character varying", "citext"].contains(&name.as_str())
}

/// The integer of `#[repr(i32)]`.
fn is_integer_repr(input: &DeriveInput) -> Option<RustType> {
    let repr = input.attrs.iter().find(|attribute| attribute.path().is_ident("repr"))?;
    let syn::Meta::List(list) = &repr.meta else { return None };
    let word = list.tokens.to_string();
    ["i8", "i16", "i32", "i64", "u8", "u16", "u32"].contains(&word.as_str()).then_some(())?;
    RustType::lookup(&word)
}
