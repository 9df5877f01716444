//! Reads a `SELECT` of one table: the columns that it takes as they are, and the table. Everything that computes,
//! joins or groups is left to the caller, who has no types to follow it.

use super::{Cursor, TokenKind};
use crate::schema::Name;

/// Words that stand for a value and never for a column, where they are not in quotes.
const VALUES: [&str; 15] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "false",
    "localtime",
    "localtimestamp",
    "null",
    "session_user",
    "true",
    "user",
];

/// What may follow the table of a query that takes its rows one by one.
const CLAUSES: [&str; 5] = ["WHERE", "ORDER", "LIMIT", "OFFSET", "FETCH"];

/// A query up to the first table of `FROM`.
#[derive(Debug)]
pub struct Select<'t> {
    /// Whether rows that are alike stay several: there is no `DISTINCT`.
    pub has_all_rows: bool,
    /// What is selected.
    pub items: Vec<SelectItem>,
    /// The table; `None` for another source, or none.
    pub table: Option<Name>,
    /// The name of the table in the query, where it has another one.
    pub alias: Option<String>,
    /// What follows.
    pub rest: Cursor<'t>,
}

/// One item of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectItem {
    /// `*` or `t.*`.
    All {
        /// The table.
        of: Option<String>,
    },
    /// `a`, `t.a`, `a AS b`.
    Column {
        /// The table.
        of: Option<String>,
        /// The column.
        name: String,
        /// Its name in the result, where that is another one.
        alias: Option<String>,
    },
    /// Something that is computed.
    Computed,
}

/// Reads a query; `None` for another statement.
#[must_use]
pub fn select(mut cursor: Cursor<'_>) -> Option<Select<'_>> {
    if !cursor.eat("SELECT") {
        return None;
    }
    let has_all_rows = !cursor.eat("DISTINCT");
    cursor.eat("ALL");
    let list = cursor.take_until(|cursor| cursor.is("FROM"));
    let has_table = cursor.eat("FROM") && !cursor.is_kind(TokenKind::String);
    let table = if has_table { cursor.qualified_name() } else { None };
    let mut alias = None;
    if table.is_some() && (cursor.eat("AS") || !cursor.is_any(&CLAUSES)) {
        alias = cursor.name();
    }
    let items = list.items().map(item).collect();
    Some(Select { has_all_rows, items, table, alias, rest: cursor })
}

impl Select<'_> {
    /// Returns `true` if every row of the result is one of the table.
    #[must_use]
    pub fn is_of_one_table(&self) -> bool {
        let sets = ["UNION", "INTERSECT", "EXCEPT", "MINUS"];
        let is_set = sets.iter().any(|set| self.rest.lexemes().iter().any(|one| one.is(set)));
        self.table.is_some() && (self.rest.is_empty() || self.rest.is_any(&CLAUSES)) && !is_set
    }
}

fn item(cursor: Cursor<'_>) -> SelectItem {
    column(cursor).unwrap_or(SelectItem::Computed)
}

fn column(mut item: Cursor<'_>) -> Option<SelectItem> {
    let mut of = None;
    if item.eat("*") {
        return item.is_empty().then_some(SelectItem::All { of });
    }
    let first = item.peek()?;
    let mut column = name(&mut item)?;
    if item.eat(".") {
        of = Some(column);
        if item.eat("*") {
            return item.is_empty().then_some(SelectItem::All { of });
        }
        column = name(&mut item)?;
    } else if first.kind == TokenKind::Word
        && VALUES.iter().any(|word| first.text.eq_ignore_ascii_case(word))
    {
        return None;
    }
    let alias = if item.is_empty() {
        None
    } else {
        item.eat("AS");
        Some(name(&mut item)?)
    };
    item.is_empty().then_some(SelectItem::Column { of, name: column, alias })
}

/// A name that is no string.
fn name(item: &mut Cursor<'_>) -> Option<String> {
    if item.is_kind(TokenKind::String) { None } else { item.name() }
}
