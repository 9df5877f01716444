//! `#[column(..)]`: what a field states of its column, and of constraints of this column alone.

use proc_macro2::Span;
use syn::Attribute;

use super::Found;
use super::items::{Item, Value, of_attributes, refuse_attributes};
use super::parts::{ForeignKeySettings, INDEX_KEYS};
use super::values;
use crate::mistake::{Mistake, Spanned};
use crate::model::{
    IdentityChoice, Model, ModelCheck, ModelColumn, ModelIndex, ModelKey, ModelPart, Only, Text,
};

/// The settings of a column.
const KEYS: [&str; 19] = [
    "name",
    "type",
    "primary_key",
    "unique",
    "index",
    "default",
    "check",
    "references",
    "on_delete",
    "on_update",
    "deferrable",
    "generated",
    "virtual",
    "identity",
    "collation",
    "comment",
    "renamed_from",
    "nullable",
    "skip",
];

/// What `#[column(..)]` says.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) skip: bool,
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) nullable: Option<bool>,
    pub(crate) sql_type: Option<Text>,
    pub(crate) default: Option<Text>,
    pub(crate) generated: Option<Text>,
    pub(crate) is_virtual: bool,
    pub(crate) identity: Option<IdentityChoice>,
    pub(crate) collation: Option<Text>,
    pub(crate) comment: Option<Text>,
    pub(crate) renamed_from: Option<Spanned<String>>,
    primary_key: Option<Span>,
    unique: Option<(Option<Spanned<String>>, Span)>,
    indexes: Vec<ModelIndex>,
    checks: Vec<Text>,
    foreign_key: ForeignKeySettings,
}

impl Settings {
    /// Reads the attributes of a field.
    pub(crate) fn read(attributes: &[Attribute], found: &mut Found) -> Self {
        let mut settings = Self::default();
        let help = "write `#[column(..)]`, or move it to the struct";
        refuse_attributes(attributes, "table", "is an attribute of the struct", help, found);
        let mut given: Vec<String> = Vec::new();
        for item in of_attributes(attributes, "column", found) {
            let Item::Keyed { key, span, value } = &item else {
                found.push(
                    Mistake::new(item.span(), "a text alone is not a setting of a column")
                        .help(format!("the settings are {}", KEYS.join(", "))),
                );
                continue;
            };
            if given.contains(key) && !["index", "check"].contains(&key.as_str()) {
                found.push(Mistake::new(*span, format!("`{key}` is given twice")));
                continue;
            }
            given.push(key.clone());
            settings.set(key, *span, value, found);
        }
        settings.contradictions(found);
        settings
    }

    fn set(&mut self, key: &str, span: Span, value: &Value, found: &mut Found) {
        let of_databases = |found: &mut Found| values::per_dialect(key, span, value, found);
        match key {
            "skip" => self.skip = found.note(values::flag(key, span, value)).unwrap_or_default(),
            "nullable" => self.nullable = found.note(values::flag(key, span, value)),
            "virtual" => {
                self.is_virtual = found.note(values::flag(key, span, value)).unwrap_or_default();
            }
            "name" => self.name = found.note(values::text(key, span, value)),
            "renamed_from" => self.renamed_from = found.note(values::text(key, span, value)),
            "type" => self.sql_type = of_databases(found),
            "default" => self.default = of_databases(found),
            "generated" => self.generated = of_databases(found),
            "collation" => self.collation = of_databases(found),
            "comment" => self.comment = of_databases(found),
            "check" => self.checks.extend(of_databases(found)),
            "identity" => self.identity = identity(key, span, value, found),
            "primary_key" => {
                let flag = found.note(values::flag(key, span, value)).unwrap_or_default();
                self.primary_key = flag.then_some(span);
            }
            "unique" => match value {
                Value::Text(_) => {
                    let name = found.note(values::text(key, span, value));
                    self.unique = Some((name, span));
                }
                value => {
                    let flag = found.note(values::flag(key, span, value)).unwrap_or_default();
                    self.unique = flag.then_some((None, span));
                }
            },
            "index" => self.indexes.extend(index(span, value, found)),
            key => {
                if !self.foreign_key.set(key, span, value, found) {
                    found.push(values::unknown(span, "a setting of a column", key, &KEYS));
                }
            }
        }
    }

    /// Settings that exclude each other.
    fn contradictions(&self, found: &mut Found) {
        let first = |text: &Option<Text>| {
            let text = text.as_ref()?;
            text.all.as_ref().or(text.each.first().map(|(_, text)| text)).map(|text| text.span)
        };
        if let (Some(span), true) = (first(&self.generated), self.default.is_some()) {
            found.push(Mistake::new(span, "a generated column has no default"));
        }
        if let (Some((key, span)), None) = (&self.foreign_key.first, &self.foreign_key.references) {
            found.push(
                Mistake::new(*span, format!("`{key}` needs a foreign key"))
                    .help("add `references = \"users.id\"`"),
            );
        }
        if self.is_virtual && self.generated.is_none() {
            let span = self.name.as_ref().map_or_else(Span::call_site, |name| name.span);
            found.push(
                Mistake::new(span, "`virtual` is about a generated column")
                    .help("add `generated = \"..\"`"),
            );
        }
    }

    /// Adds the constraints and indexes of this column to a model.
    pub(crate) fn add_parts(self, column: &ModelColumn, model: &mut Model, found: &mut Found) {
        let name = |span: Span| Spanned::new(column.name.value.clone(), span);
        if let Some(span) = self.primary_key {
            let key = model.primary_key.get_or_insert_with(|| ModelKey::at(span));
            key.columns.push(name(span));
        }
        if let Some((constraint, span)) = self.unique {
            let key =
                ModelKey { name: constraint, columns: vec![name(span)], ..ModelKey::at(span) };
            model.uniques.push(key);
        }
        for mut index in self.indexes {
            let name = name(index.span);
            index.parts.push(ModelPart::Column { name, descending: false, nulls: None });
            model.indexes.push(index);
        }
        model.checks.extend(self.checks.into_iter().map(|expression| ModelCheck {
            name: None,
            expression,
            column: Some(column.name.value.clone()),
            lists_values: false,
            only: Only::default(),
        }));
        if let Some(span) = self.foreign_key.references.as_ref().map(|text| text.span) {
            let columns = vec![name(column.field.span)];
            model.foreign_keys.extend(self.foreign_key.of(columns, span, found));
        }
    }
}

/// `identity`, or `identity = "always"`.
fn identity(key: &str, span: Span, value: &Value, found: &mut Found) -> Option<IdentityChoice> {
    const WORDS: [(&str, IdentityChoice); 2] =
        [("always", IdentityChoice::Always), ("by default", IdentityChoice::ByDefault)];
    match value {
        Value::Nothing => Some(IdentityChoice::Any),
        value => {
            let text = found.note(values::text(key, span, value))?;
            found.note(values::choice(&text, key, &WORDS))
        }
    }
}

/// `index`, `index = "name"` or `index(name = "..", unique, ..)`.
fn index(span: Span, value: &Value, found: &mut Found) -> Option<ModelIndex> {
    let mut index = ModelIndex::at(span);
    match value {
        Value::Nothing => {}
        Value::List(items) => {
            for item in items {
                let Item::Keyed { key, span, value } = item else {
                    found.push(Mistake::new(
                        item.span(),
                        "a text alone is not a setting of an index",
                    ));
                    continue;
                };
                if !index.set(key, *span, value, found) {
                    found.push(values::unknown(*span, "a setting of `index`", key, &INDEX_KEYS));
                }
            }
        }
        value => index.name = Some(found.note(values::text("index", span, value))?),
    }
    Some(index)
}
