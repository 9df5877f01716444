//! Keys, indexes, checks and foreign keys in `#[table(..)]`.

use migrate_core::schema::{Action, Deferrable};
use proc_macro2::Span;

use super::Found;
use super::items::{Item, Value};
use super::values;
use crate::mistake::{Mistake, Spanned};
use crate::model::{ModelCheck, ModelForeignKey, ModelIndex, ModelKey, ModelPart, Only, Text};

fn list<'i>(
    key: &str,
    span: Span,
    value: &'i Value,
    usage: &str,
    found: &mut Found,
) -> Option<&'i [Item]> {
    if let Value::List(items) = value {
        return Some(items);
    }
    found.push(Mistake::new(span, format!("`{key}` has parts in parentheses")).help(usage));
    None
}

/// `primary_key(a, b)`, `unique(a, b, name = "..", nulls_not_distinct, deferrable)`.
pub(crate) fn key(name: &str, span: Span, value: &Value, found: &mut Found) -> Option<ModelKey> {
    let usage = format!("write `{name}(a, b)`");
    let mut result = ModelKey::at(span);
    for item in list(name, span, value, &usage, found)? {
        let Item::Keyed { key, span, value } = item else {
            result.columns.extend(found.note(values::name(item)));
            continue;
        };
        let (span, value) = (*span, value);
        match (key.as_str(), value) {
            (_, Value::Nothing)
                if !["nulls_not_distinct", "deferrable"].contains(&key.as_str()) =>
            {
                result.columns.push(Spanned::new(key.clone(), span));
            }
            ("name", value) => result.name = found.note(values::text(key, span, value)),
            ("nulls_not_distinct", value) => {
                let flag = found.note(values::flag(key, span, value));
                result.nulls_not_distinct = flag.unwrap_or_default();
            }
            ("deferrable", value) => {
                let when = found.note(values::deferrable(key, span, value));
                result.deferrable = when.unwrap_or_default();
            }
            ("dialects", value) => result.only = values::only(key, span, value, found),
            _ => found.push(values::unknown(
                span,
                &format!("a setting of `{name}`"),
                key,
                &["name", "nulls_not_distinct", "deferrable", "dialects"],
            )),
        }
    }
    at_least_one(name, result.columns.is_empty(), span, &usage, found).then_some(result)
}

impl ModelKey {
    /// A key without columns.
    pub(crate) fn at(span: Span) -> Self {
        Self {
            name: None,
            columns: Vec::new(),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            only: Only::default(),
            span,
        }
    }
}

impl ModelIndex {
    /// An index without parts.
    pub(crate) fn at(span: Span) -> Self {
        Self {
            name: None,
            parts: Vec::new(),
            unique: false,
            method: None,
            predicate: None,
            include: Vec::new(),
            nulls_not_distinct: false,
            only: Only::default(),
            span,
        }
    }

    /// A setting of an index; `false` if there is none of the name.
    pub(crate) fn set(&mut self, key: &str, span: Span, value: &Value, found: &mut Found) -> bool {
        match key {
            "name" => self.name = found.note(values::text(key, span, value)),
            "unique" => {
                self.unique = found.note(values::flag(key, span, value)).unwrap_or_default();
            }
            "using" => self.method = found.note(values::text(key, span, value)),
            "where" => self.predicate = values::per_dialect(key, span, value, found),
            "include" => self.include = values::names(key, span, value, found),
            "nulls_not_distinct" => {
                let flag = found.note(values::flag(key, span, value));
                self.nulls_not_distinct = flag.unwrap_or_default();
            }
            "dialects" => self.only = values::only(key, span, value, found),
            _ => return false,
        }
        true
    }
}

/// The settings of an index.
pub(crate) const INDEX_KEYS: [&str; 7] =
    ["name", "unique", "using", "where", "include", "nulls_not_distinct", "dialects"];

/// `index(a, desc(b), "lower(c)", name = "..", unique, using = "gin", where = "..")`.
pub(crate) fn index(span: Span, value: &Value, found: &mut Found) -> Option<ModelIndex> {
    let usage = "write `index(a, desc(b), \"lower(c)\")`";
    let mut result = ModelIndex::at(span);
    for item in list("index", span, value, usage, found)? {
        match item {
            Item::Text(text) => {
                result.parts.push(ModelPart::Sql(text.clone()));
            }
            Item::Keyed { key, span, value: Value::List(items) }
                if ["asc", "desc"].contains(&key.as_str()) =>
            {
                result.parts.extend(ordered(key == "desc", *span, items, found));
            }
            Item::Keyed { key, span, value: Value::Nothing }
                if !["unique", "nulls_not_distinct"].contains(&key.as_str()) =>
            {
                let name = Spanned::new(key.clone(), *span);
                result.parts.push(ModelPart::Column { name, descending: false, nulls: None });
            }
            Item::Keyed { key, span, value } => {
                if !result.set(key, *span, value, found) {
                    found.push(values::unknown(*span, "a setting of `index`", key, &INDEX_KEYS));
                }
            }
        }
    }
    at_least_one("index", result.parts.is_empty(), span, usage, found).then_some(result)
}

/// `desc(a, nulls = "last")`.
fn ordered(descending: bool, span: Span, items: &[Item], found: &mut Found) -> Option<ModelPart> {
    let mut column = None;
    let mut nulls = None;
    for item in items {
        match item {
            Item::Keyed { key, span, value } if key == "nulls" => {
                nulls = found.note(values::nulls(key, *span, value));
            }
            item if column.is_none() => column = found.note(values::name(item)),
            item => found.push(Mistake::new(item.span(), "one column has an order of its own")),
        }
    }
    let Some(name) = column else {
        found.push(Mistake::new(span, "name the column that is ordered").help("write `desc(a)`"));
        return None;
    };
    Some(ModelPart::Column { name, descending, nulls })
}

/// `check("age >= 0", name = "..")`, or with a text for each database.
pub(crate) fn check(span: Span, value: &Value, found: &mut Found) -> Option<ModelCheck> {
    let usage = "write `check(\"age >= 0\")`";
    let (mut name, mut only, mut expression) = (None, Only::default(), Text::default());
    if let Value::Text(_) = value {
        let expression = values::per_dialect("check", span, value, found)?;
        return Some(ModelCheck { name, expression, column: None, lists_values: false, only });
    }
    for item in list("check", span, value, usage, found)? {
        match item {
            Item::Text(text) if expression.all.is_none() => {
                expression.all = Some(text.clone());
            }
            Item::Text(text) => {
                found.push(Mistake::new(text.span, "`check` has two conditions").help(
                    "write a `check(..)` for each, or `check(sqlite = \"..\", postgres = \"..\")`",
                ));
            }
            Item::Keyed { key, span, value } => match key.as_str() {
                "name" => name = found.note(values::text(key, *span, value)),
                "dialects" => only = values::only(key, *span, value, found),
                _ => {
                    let known = ["name", "dialects", "sqlite", "postgres", "mysql"];
                    let of = values::dialect(key, *span)
                        .map_err(|_| values::unknown(*span, "a setting of `check`", key, &known));
                    let Some(of) = found.note(of) else { continue };
                    if let Some(text) = found.note(values::text(key, *span, value)) {
                        expression.each.push((of, text));
                    }
                }
            },
        }
    }
    let is_empty = expression.all.is_none() && expression.each.is_empty();
    at_least_one("check", is_empty, span, usage, found).then_some(ModelCheck {
        name,
        expression,
        column: None,
        lists_values: false,
        only,
    })
}

/// The settings of a foreign key.
#[derive(Debug, Default)]
pub(crate) struct ForeignKeySettings {
    pub(crate) references: Option<Spanned<String>>,
    pub(crate) on_update: Action,
    pub(crate) on_delete: Action,
    pub(crate) deferrable: Deferrable,
    /// The first setting besides the table, which needs one.
    pub(crate) first: Option<(String, Span)>,
}

impl ForeignKeySettings {
    /// A setting; `false` if there is none of the name.
    pub(crate) fn set(&mut self, key: &str, span: Span, value: &Value, found: &mut Found) -> bool {
        match key {
            "references" => {
                self.references = found.note(values::text(key, span, value));
                return true;
            }
            "on_update" => {
                self.on_update = found.note(values::action(key, span, value)).unwrap_or_default();
            }
            "on_delete" => {
                self.on_delete = found.note(values::action(key, span, value)).unwrap_or_default();
            }
            "deferrable" => {
                let when = found.note(values::deferrable(key, span, value));
                self.deferrable = when.unwrap_or_default();
            }
            _ => return false,
        }
        self.first.get_or_insert((key.to_owned(), span));
        true
    }

    /// The foreign key of some columns.
    pub(crate) fn of(
        self,
        columns: Vec<Spanned<String>>,
        span: Span,
        found: &mut Found,
    ) -> Option<ModelForeignKey> {
        let (parent, parent_columns) = found.note(values::reference(&self.references?))?;
        if !parent_columns.is_empty() && parent_columns.len() != columns.len() {
            let wrong = format!(
                "the foreign key has {} and refers to {}",
                count(columns.len()),
                count(parent_columns.len())
            );
            found.push(Mistake::new(parent.span, wrong));
            return None;
        }
        Some(ModelForeignKey {
            name: None,
            columns,
            parent,
            parent_columns,
            on_update: self.on_update,
            on_delete: self.on_delete,
            deferrable: self.deferrable,
            only: Only::default(),
            span,
        })
    }
}

fn count(columns: usize) -> String {
    format!("{columns} column{}", if columns == 1 { "" } else { "s" })
}

/// `foreign_key(a, b, references = "users(a, b)", on_delete = "cascade")`.
pub(crate) fn foreign_key(span: Span, value: &Value, found: &mut Found) -> Option<ModelForeignKey> {
    let usage = "write `foreign_key(a, b, references = \"users(a, b)\")`";
    let mut settings = ForeignKeySettings::default();
    let (mut name, mut only, mut columns) = (None, Only::default(), Vec::new());
    for item in list("foreign_key", span, value, usage, found)? {
        let Item::Keyed { key, span, value } = item else {
            columns.extend(found.note(values::name(item)));
            continue;
        };
        match (key.as_str(), value) {
            (key, Value::Nothing) if key != "deferrable" => {
                columns.push(Spanned::new(key.to_owned(), *span));
            }
            ("name", value) => name = found.note(values::text(key, *span, value)),
            ("dialects", value) => only = values::only(key, *span, value, found),
            _ if settings.set(key, *span, value, found) => {}
            _ => found.push(values::unknown(
                *span,
                "a setting of `foreign_key`",
                key,
                &["references", "on_update", "on_delete", "deferrable", "name", "dialects"],
            )),
        }
    }
    if settings.references.is_none() || columns.is_empty() {
        found.push(Mistake::new(span, "`foreign_key` needs columns and `references`").help(usage));
        return None;
    }
    let key = settings.of(columns, span, found)?;
    Some(ModelForeignKey { name, only, ..key })
}

fn at_least_one(key: &str, is_empty: bool, span: Span, usage: &str, found: &mut Found) -> bool {
    if is_empty {
        found.push(Mistake::new(span, format!("`{key}` names nothing")).help(usage));
    }
    !is_empty
}
