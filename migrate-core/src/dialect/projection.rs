//! Reads queries that take columns of one table as they are. Every other query gives nothing: it may compute,
//! join or group, and what its columns are is not known without its types.

use crate::op::{Projected, Projection};
use crate::sql::{Cursor, Lexeme, TokenKind};

/// Words that stand for a value and never for a column, where they are not in quotes.
const VALUES: [&str; 12] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

/// What begins behind the table of such a query.
const ENDS: [&str; 5] = ["WHERE", "ORDER", "LIMIT", "OFFSET", "FETCH"];

/// Reads a whole query.
pub(super) fn projection(mut cursor: Cursor<'_>) -> Option<Projection> {
    if !cursor.eat("SELECT") {
        return None;
    }
    cursor.eat("ALL");
    let list = cursor.take_until(|cursor| cursor.is("FROM"));
    if !cursor.eat("FROM") || cursor.is_kind(TokenKind::String) {
        return None;
    }
    let table = cursor.qualified_name()?;
    let has_alias = cursor.eat("AS") || !(cursor.is_empty() || cursor.is_any(&ENDS));
    let alias = if has_alias { Some(cursor.name()?) } else { None };
    if !(cursor.is_empty() || cursor.is_any(&ENDS)) {
        return None;
    }
    let is_set = |lexeme: &Lexeme<'_>| {
        ["UNION", "INTERSECT", "EXCEPT", "MINUS"].iter().any(|word| lexeme.is(word))
    };
    if cursor.lexemes().iter().any(is_set) {
        return None;
    }
    let named = alias.as_ref().unwrap_or(&table.name);
    let columns = list.items().map(|item| projected(item, named)).collect::<Option<Vec<_>>>()?;
    (!columns.is_empty()).then_some(Projection { table, columns })
}

fn projected(mut item: Cursor<'_>, table: &str) -> Option<Projected> {
    if item.eat("*") {
        return item.is_empty().then_some(Projected::All);
    }
    let first = item.peek()?;
    let mut name = name(&mut item)?;
    if item.eat(".") {
        if !name.eq_ignore_ascii_case(table) {
            return None;
        }
        if item.eat("*") {
            return item.is_empty().then_some(Projected::All);
        }
        name = self::name(&mut item)?;
    } else if first.kind == TokenKind::Word
        && VALUES.iter().any(|word| first.text.eq_ignore_ascii_case(word))
    {
        return None;
    }
    let alias = if item.is_empty() {
        None
    } else {
        item.eat("AS");
        Some(self::name(&mut item)?)
    };
    item.is_empty().then_some(Projected::Column { name, alias })
}

/// A name that is no string.
fn name(item: &mut Cursor<'_>) -> Option<String> {
    if item.is_kind(TokenKind::String) { None } else { item.name() }
}
