//! The parts of statements that every family of them uses: names, lists, parentheses, queries. A
//! token that cannot stand where it stands is an error; queries are token ranges.

use super::super::catalog::text::text;
use super::super::keywords::is_reserved;
use crate::schema::Name;
use crate::sql::{Cursor, Lexeme, TokenKind, Unexpected};

/// Returns `true` if a lexeme can be a name. With `ANSI_QUOTES`, which an earlier statement may
/// have set, a string in double quotes is a name.
pub(super) fn is_name(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Word => !is_reserved(&lexeme.text.to_ascii_uppercase()),
        TokenKind::QuotedName => true,
        TokenKind::String => lexeme.text.starts_with('"'),
        _ => false,
    }
}

/// Passes over a name.
pub(super) fn name(cursor: &mut Cursor<'_>, what: &str) -> Result<String, Unexpected> {
    if !cursor.peek().is_some_and(is_name) {
        return Err(cursor.unexpected(what));
    }
    cursor.string().or_else(|| cursor.name()).ok_or_else(|| cursor.unexpected(what))
}

/// Passes over a name behind a dot or an `@`, where every word is one.
pub(super) fn name_behind_dot(cursor: &mut Cursor<'_>, what: &str) -> Result<String, Unexpected> {
    cursor.string().or_else(|| cursor.name()).ok_or_else(|| cursor.unexpected(what))
}

/// Passes over a name and the database before it.
pub(super) fn qualified(cursor: &mut Cursor<'_>, what: &str) -> Result<Name, Unexpected> {
    if cursor.eat(".") {
        return Ok(Name::new(name_behind_dot(cursor, what)?));
    }
    let first = name(cursor, what)?;
    if !cursor.eat(".") {
        return Ok(Name::new(first));
    }
    Ok(Name { namespace: Some(first), name: name_behind_dot(cursor, what)? })
}

/// Passes over the name of a column, which may have those of its table and database before it.
pub(super) fn column_name(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    let what = "the name of a column";
    let behind_dot = cursor.eat(".");
    let mut column = if behind_dot { name_behind_dot(cursor, what)? } else { name(cursor, what)? };
    while cursor.eat(".") {
        column = name_behind_dot(cursor, what)?;
    }
    Ok(column)
}

/// Passes over names with commas between them.
pub(super) fn qualified_list(cursor: &mut Cursor<'_>, what: &str) -> Result<Vec<Name>, Unexpected> {
    let mut names = vec![qualified(cursor, what)?];
    while cursor.eat(",") {
        names.push(qualified(cursor, what)?);
    }
    Ok(names)
}

/// The names of columns in parentheses.
pub(super) fn column_list(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Unexpected> {
    let list = group(cursor)?;
    if list.is_empty() {
        return Err(list.unexpected("the name of a column"));
    }
    let column = |mut item: Cursor<'_>| {
        let column = name(&mut item, "the name of a column")?;
        end_of_item(item).map(|()| column)
    };
    list.items().map(column).collect()
}

pub(super) fn if_exists(cursor: &mut Cursor<'_>) -> Result<bool, Unexpected> {
    let found = cursor.eat("IF");
    if found {
        cursor.expect("EXISTS")?;
    }
    Ok(found)
}

pub(super) fn if_not_exists(cursor: &mut Cursor<'_>) -> Result<bool, Unexpected> {
    let found = cursor.eat("IF");
    if found {
        cursor.expect("NOT EXISTS")?;
    }
    Ok(found)
}

/// Passes over parentheses that must stand here.
pub(super) fn group<'t>(cursor: &mut Cursor<'t>) -> Result<Cursor<'t>, Unexpected> {
    match cursor.group() {
        Some(inside) => Ok(inside),
        None if cursor.is("(") => {
            cursor.rest();
            Err(cursor.unexpected("`)`"))
        }
        None => Err(cursor.unexpected("`(`")),
    }
}

/// Returns an error unless an item of a list is read.
pub(super) fn end_of_item(item: Cursor<'_>) -> Result<(), Unexpected> {
    if item.is_empty() { Ok(()) } else { Err(item.unexpected("`,` or `)`")) }
}

/// Passes over a whole number and returns its text.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    match cursor.peek() {
        Some(next) if next.kind == TokenKind::Number => {
            cursor.bump();
            Ok(next.text.to_owned())
        }
        _ => Err(cursor.unexpected("a number")),
    }
}

/// Passes over a number with a sign.
pub(super) fn signed_number(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    let sign = if cursor.eat("-") { "-" } else { "" };
    let _ = sign.is_empty() && cursor.eat("+");
    Ok(format!("{sign}{}", number(cursor)?))
}

/// Passes over a string and returns its value; of a string of bytes that is its text.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    match cursor.peek() {
        Some(next) if next.kind == TokenKind::String => {
            let value = cursor.string().unwrap_or_else(|| next.text.to_owned());
            if cursor.peek() != Some(next) {
                return Ok(value);
            }
            cursor.bump();
            Ok(value)
        }
        _ => Err(cursor.unexpected("a string")),
    }
}

/// Passes over a name or a string that stands for one: a character set, a user, an engine.
pub(super) fn name_or_string(cursor: &mut Cursor<'_>, what: &str) -> Result<String, Unexpected> {
    if cursor.is_kind(TokenKind::String) { string(cursor) } else { name(cursor, what) }
}

/// Passes over a word of a few.
pub(super) fn one_of(
    cursor: &mut Cursor<'_>,
    words: &[&'static str],
) -> Result<&'static str, Unexpected> {
    cursor.eat_any(words).ok_or_else(|| {
        let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let expected = match listed.as_slice() {
            [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            all => all.join(""),
        };
        cursor.unexpected(&expected)
    })
}

/// A part of a statement as text on one line.
pub(super) fn written(cursor: Cursor<'_>) -> String {
    text(cursor, "")
}

/// A query is not read, but one must begin, perhaps in parentheses.
pub(super) fn query(cursor: Cursor<'_>) -> Result<(), Unexpected> {
    let mut start = cursor;
    while start.is("(") {
        start.bump();
    }
    let is_query = start.is_any(&["SELECT", "VALUES (", "VALUES ROW", "WITH", "TABLE"]);
    if !is_query {
        return Err(cursor.unexpected("a query"));
    }
    parentheses_close(cursor)
}

/// Returns an error where a parenthesis does not open or close.
pub(super) fn parentheses_close(mut cursor: Cursor<'_>) -> Result<(), Unexpected> {
    while !cursor.is_empty() {
        if cursor.is(")") {
            return Err(cursor.unexpected("`(` before it"));
        }
        if cursor.is("(") {
            group(&mut cursor)?;
        } else {
            cursor.bump();
        }
    }
    Ok(())
}

/// The names in a part of a statement: tables, columns and all else that no reserved word is.
pub(in crate::dialect::mysql) fn mentioned(cursor: Cursor<'_>) -> Vec<Name> {
    let mut names = Vec::new();
    let mut rest = cursor;
    while let Some(next) = rest.peek() {
        let is_variable = next.is("@");
        if is_variable {
            rest.bump();
            rest.bump();
        } else if is_name(next) && next.kind != TokenKind::String {
            match rest.qualified_name().or_else(|| rest.name().map(Name::new)) {
                Some(name) => names.push(name),
                None => drop(rest.bump()),
            }
        } else {
            rest.bump();
        }
        // A name behind the dot of what was no name.
        if rest.eat(".") {
            rest.bump();
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}
