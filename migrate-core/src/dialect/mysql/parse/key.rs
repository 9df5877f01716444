//! Keys, checks and foreign keys: as elements of `CREATE TABLE`, behind `ADD` of `ALTER TABLE`, and in
//! `CREATE INDEX`.

use super::expression::expression;
use super::grammar::{
    column_list, group, if_not_exists, is_name, name, one_of, qualified, written,
};
use super::index::index_behind_name;
use crate::schema::{Action, Check, ForeignKey, Index, IndexPart, Key};
use crate::sql::{Cursor, Unexpected};

/// An element of a table that is no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// A key or an index.
    Key(Box<NewKey>),
    /// A check.
    Check {
        /// The check.
        check: Check,
        /// Whether a check of that name is left as it is.
        if_not_exists: bool,
    },
    /// A foreign key.
    ForeignKey {
        /// The foreign key.
        key: Box<ForeignKey>,
        /// The name after `FOREIGN KEY`, where another one stands after `CONSTRAINT`.
        other_name: Option<String>,
        /// Whether a constraint of that name is left as it is.
        if_not_exists: bool,
    },
    /// `PERIOD FOR name (a, b)`: the option of the table and its value.
    Period(String, String),
}

/// The kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Primary,
    Unique,
    Plain,
}

/// A key, perhaps without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewKey {
    pub(super) kind: KeyKind,
    /// The name, where the statement gives one. That of a primary key is lost.
    pub(super) name: Option<String>,
    pub(super) index: Index,
    /// The value as a primary key.
    pub(super) primary: Key,
    pub(super) if_not_exists: bool,
}

impl NewKey {
    /// A unique or primary key that is written at a column.
    pub(super) fn of_column(kind: KeyKind, column: &str) -> Self {
        let part = IndexPart { column: Some(column.to_owned()), ..IndexPart::default() };
        let unique = kind == KeyKind::Unique;
        Self {
            kind,
            name: None,
            index: Index { unique, parts: vec![part], ..Index::default() },
            primary: Key { columns: vec![column.to_owned()], ..Key::default() },
            if_not_exists: false,
        }
    }
}

/// Returns `true` if an element begins here that is no column.
pub(super) fn begins_element(item: &Cursor<'_>) -> bool {
    const WORDS: [&str; 9] = [
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "KEY",
        "INDEX",
        "FULLTEXT",
        "SPATIAL",
        "FOREIGN",
        "CHECK",
    ];
    item.is_any(&WORDS) || item.is("PERIOD FOR")
}

/// Passes over an element that is no column.
pub(super) fn element(item: &mut Cursor<'_>) -> Result<Element, Unexpected> {
    if item.eat("PERIOD FOR") {
        if_not_exists(item)?;
        let period = name(item, "the name of a period")?;
        let start = *item;
        column_list(item)?;
        let columns = written(start.before(item));
        return Ok(Element::Period(format!("period for {}", period.to_lowercase()), columns));
    }
    let mut constraint = None;
    if item.eat("CONSTRAINT") {
        if_not_exists(item)?;
        constraint = match item.peek() {
            Some(next) if is_name(next) => Some(name(item, "the name of a constraint")?),
            _ => None,
        };
        if !item.is_any(&["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"]) {
            return Err(item.unexpected("`PRIMARY`, `UNIQUE`, `FOREIGN` or `CHECK`"));
        }
    }
    if item.eat("CHECK") {
        return check(item, constraint);
    }
    if item.eat("FOREIGN") {
        item.expect("KEY")?;
        return foreign_key(item, constraint);
    }
    key(item, constraint).map(Box::new).map(Element::Key)
}

fn check(item: &mut Cursor<'_>, name: Option<String>) -> Result<Element, Unexpected> {
    let if_not_exists = if_not_exists(item)?;
    let condition = group(item)?;
    expression(condition)?;
    let mut details = String::new();
    if item.eat("NOT ENFORCED") {
        details.push_str("NOT ENFORCED");
    }
    item.eat("ENFORCED");
    let expression = written(condition.strip_parens());
    Ok(Element::Check {
        check: Check { name, expression, details, ..Check::default() },
        if_not_exists,
    })
}

fn foreign_key(item: &mut Cursor<'_>, constraint: Option<String>) -> Result<Element, Unexpected> {
    let if_not_exists = if_not_exists(item)?;
    let given = if item.is("(") { None } else { Some(name(item, "the name of a key")?) };
    let columns = column_list(item)?;
    item.expect("REFERENCES")?;
    let mut key = references(item)?;
    key.columns = columns;
    // The index that serves it is named alike.
    let other_name = given.clone().filter(|_| constraint.is_some() && constraint != given);
    key.name = constraint.or(given);
    Ok(Element::ForeignKey { key: Box::new(key), other_name, if_not_exists })
}

/// Passes over what follows `REFERENCES`. The own columns are left out.
pub(super) fn references(item: &mut Cursor<'_>) -> Result<ForeignKey, Unexpected> {
    const ACTIONS: [&str; 5] = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT"];
    let parent = qualified(item, "the name of a table")?;
    let parent_columns = if item.is("(") { column_list(item)? } else { Vec::new() };
    if item.eat("MATCH") {
        // The server reads it and forgets it.
        one_of(item, &["FULL", "PARTIAL", "SIMPLE"])?;
    }
    let mut key = ForeignKey {
        parent,
        parent_columns,
        on_update: Action::Restrict,
        on_delete: Action::Restrict,
        ..ForeignKey::default()
    };
    let mut seen = [false; 2];
    while item.is("ON DELETE") && !seen[0] || item.is("ON UPDATE") && !seen[1] {
        item.eat("ON");
        let deletes = one_of(item, &["DELETE", "UPDATE"])? == "DELETE";
        let action = Action::from_words(one_of(item, &ACTIONS)?);
        // InnoDB keeps no default for rows that refer.
        let action = if action == Action::SetDefault { Action::Restrict } else { action };
        if deletes {
            (key.on_delete, seen[0]) = (action, true);
        } else {
            (key.on_update, seen[1]) = (action, true);
        }
    }
    Ok(key)
}

/// Passes over a key. `constraint` is the name behind `CONSTRAINT`.
fn key(item: &mut Cursor<'_>, constraint: Option<String>) -> Result<NewKey, Unexpected> {
    let mut index = Index::default();
    let kind = if item.eat("PRIMARY") {
        item.expect("KEY")?;
        KeyKind::Primary
    } else if item.eat("UNIQUE") {
        let _ = item.eat("KEY") || item.eat("INDEX");
        index.unique = true;
        KeyKind::Unique
    } else if let Some(method) = item.eat_any(&["FULLTEXT", "SPATIAL"]) {
        let _ = item.eat("KEY") || item.eat("INDEX");
        index.method = Some(method.to_lowercase());
        KeyKind::Plain
    } else {
        one_of(item, &["KEY", "INDEX"])?;
        KeyKind::Plain
    };
    let if_not_exists = if_not_exists(item)?;
    let begins_type =
        item.is("USING") || item.is("TYPE") && item.lexemes().get(1).is_some_and(|t| !t.is("("));
    let own = if item.is("(") || begins_type && !names_key(item) {
        None
    } else {
        Some(name(item, "the name of a key")?)
    };
    let primary = index_behind_name(item, &mut index)?;
    Ok(NewKey { kind, name: own.or(constraint), index, primary, if_not_exists })
}

/// Whether `TYPE` is the name of the key: `KEY type (a)` or `KEY type USING BTREE (a)`.
fn names_key(item: &Cursor<'_>) -> bool {
    item.is("TYPE USING") || item.is("TYPE TYPE")
}
