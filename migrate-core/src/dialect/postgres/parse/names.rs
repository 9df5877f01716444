//! Names, lists and the small parts that many statements share.

use super::LEX_RULES;
use crate::dialect::postgres::keywords::{is_column_word, is_function_word, is_reserved};
pub(super) use crate::dialect::postgres::quote_name as quoted;
use crate::op::{Condition, Op};
use crate::schema::Name;
use crate::sql::{Cursor, Lexeme, TokenKind, Unexpected};

/// What a parser of a part of a statement returns.
pub(super) type Parsed<T> = Result<T, Unexpected>;

/// Returns `true` for a keyword that is no name in later versions alone: no statement is refused that an
/// older server takes.
fn is_new(word: &str) -> bool {
    word == "system_user" || word == "merge_action" || word == "json" || word.starts_with("json_")
}

/// Returns `true` if a lexeme can name a table, a column or another object.
pub(super) fn is_name(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Word => {
            let word = lexeme.text.to_ascii_lowercase();
            !(is_reserved(&word) || is_function_word(&word)) || is_new(&word)
        }
        TokenKind::QuotedName => lexeme.text.len() > 2,
        _ => false,
    }
}

/// Returns `true` if a lexeme can name a function or a type.
pub(super) fn is_function(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Word => {
            let word = lexeme.text.to_ascii_lowercase();
            !(is_reserved(&word) || is_column_word(&word)) || is_new(&word)
        }
        TokenKind::QuotedName => lexeme.text.len() > 2,
        _ => false,
    }
}

/// Passes over the name of a table, a column or another object.
pub(super) fn name(cursor: &mut Cursor<'_>, what: &str) -> Parsed<String> {
    if cursor.peek().is_some_and(is_name) {
        return cursor.expect_name(what);
    }
    Err(cursor.unexpected(what))
}

/// Passes over a name in a place where every keyword is one.
pub(super) fn label(cursor: &mut Cursor<'_>, what: &str) -> Parsed<String> {
    cursor.expect_name(what)
}

/// Passes over a word that is no reserved one: a name of a role, a language, a setting.
pub(super) fn word(cursor: &mut Cursor<'_>, what: &str) -> Parsed<String> {
    let is_word = cursor.peek().is_some_and(|next| is_name(next) || is_function(next));
    if is_word { cursor.expect_name(what) } else { Err(cursor.unexpected(what)) }
}

/// Passes over a name with the schema, and the database, before it.
pub(super) fn qualified(cursor: &mut Cursor<'_>, what: &str) -> Parsed<Name> {
    let first = name(cursor, what)?;
    rest_of_name(cursor, first, what)
}

/// The same for the name of a function.
pub(super) fn function_name(cursor: &mut Cursor<'_>, what: &str) -> Parsed<Name> {
    let dotted = cursor.lexemes().get(1).is_some_and(|next| next.is("."));
    let fits = if dotted { is_name } else { is_function };
    if !cursor.peek().is_some_and(fits) {
        return Err(cursor.unexpected(what));
    }
    let first = cursor.expect_name(what)?;
    rest_of_name(cursor, first, what)
}

fn rest_of_name(cursor: &mut Cursor<'_>, first: String, what: &str) -> Parsed<Name> {
    let mut parts = vec![first];
    while parts.len() < 3 && cursor.eat(".") {
        parts.push(label(cursor, what)?);
    }
    let name = parts.pop().unwrap_or_default();
    Ok(Name { namespace: parts.pop(), name })
}

/// Passes over a table as statements name it that may leave out its children: `ONLY users`.
pub(super) fn relation(cursor: &mut Cursor<'_>) -> Parsed<Name> {
    if cursor.eat("ONLY") {
        if cursor.is("(") {
            let mut inside = group(cursor)?;
            let found = qualified(&mut inside, "the name of a table")?;
            inside.end()?;
            return Ok(found);
        }
        return qualified(cursor, "the name of a table");
    }
    let found = qualified(cursor, "the name of a table")?;
    cursor.eat("*");
    Ok(found)
}

/// Passes over parentheses that must stand here.
pub(super) fn group<'t>(cursor: &mut Cursor<'t>) -> Parsed<Cursor<'t>> {
    match cursor.group() {
        Some(inside) => Ok(inside),
        None if cursor.is("(") => {
            cursor.rest();
            Err(cursor.unexpected("`)`"))
        }
        None => Err(cursor.unexpected("`(`")),
    }
}

/// Reads the items of a list, at least one.
pub(super) fn list<'t, T>(
    list: Cursor<'t>,
    mut read: impl FnMut(&mut Cursor<'t>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    if list.is_empty() {
        return Ok(vec![read(&mut list.clone())?]);
    }
    let mut rest = list;
    let mut found = Vec::new();
    loop {
        let mut item = until_comma(&mut rest);
        found.push(read(&mut item)?);
        if !item.is_empty() {
            return Err(item.unexpected("`,` or `)`"));
        }
        if !rest.eat(",") {
            return Ok(found);
        }
    }
}

/// Passes over everything up to a comma outside of parentheses and brackets, and returns it.
pub(super) fn until_comma<'t>(cursor: &mut Cursor<'t>) -> Cursor<'t> {
    let mut depth = 0_usize;
    cursor.take_until(|cursor| {
        if cursor.is("[") {
            depth += 1;
        } else if cursor.is("]") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && cursor.is(",")
    })
}

/// Reads a list of columns in parentheses.
pub(super) fn columns(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    list(group(cursor)?, |item| name(item, "the name of a column"))
}

/// Reads names with commas between them up to a place where none follows.
pub(super) fn sequence<'t, T>(
    cursor: &mut Cursor<'t>,
    mut read: impl FnMut(&mut Cursor<'t>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut found = vec![read(cursor)?];
    while cursor.eat(",") {
        found.push(read(cursor)?);
    }
    Ok(found)
}

/// Passes over `IF NOT EXISTS`.
pub(super) fn if_not_exists(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    // `if` alone is a name.
    if cursor.is("IF NOT") {
        cursor.expect("IF NOT EXISTS")?;
        return Ok(true);
    }
    Ok(false)
}

/// Passes over `IF EXISTS`.
pub(super) fn if_exists(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat("IF EXISTS")
}

/// Passes over `CASCADE` or `RESTRICT`; `true` for the first.
pub(super) fn cascade(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat("CASCADE") {
        return true;
    }
    cursor.eat("RESTRICT");
    false
}

/// Passes over a string, with its continuations on the next lines.
pub(super) fn string(cursor: &mut Cursor<'_>, what: &str) -> Parsed<String> {
    if !cursor.is_kind(TokenKind::String) {
        return Err(cursor.unexpected(what));
    }
    let mut value = String::new();
    loop {
        let continues = cursor.gap().contains(['\n', '\r']);
        match cursor.string() {
            Some(part) => value.push_str(&part),
            // Bits and bytes have no text.
            None => drop(cursor.bump()),
        }
        if !continues || !cursor.is_kind(TokenKind::String) {
            break;
        }
    }
    Ok(value)
}

/// Passes over a whole number with a sign.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let minus = cursor.eat("-");
    if !minus {
        cursor.eat("+");
    }
    if !cursor.is_kind(TokenKind::Number) {
        return Err(cursor.unexpected("a number"));
    }
    let digits = cursor.bump().map_or("", |digits| digits.text);
    Ok(if minus { format!("-{digits}") } else { digits.to_owned() })
}

/// Passes over the name of a role.
pub(super) fn role(cursor: &mut Cursor<'_>) -> Parsed<String> {
    if let Some(found) = cursor.eat_any(&["CURRENT_ROLE", "CURRENT_USER", "SESSION_USER"]) {
        return Ok(found.to_owned());
    }
    word(cursor, "the name of a role")
}

/// The names in a part of a statement: tables, columns and all else that is no keyword.
pub(super) fn mentioned(cursor: Cursor<'_>) -> Vec<Name> {
    let lexemes = cursor.lexemes();
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        at += 1;
        if !is_name(*lexeme) && !is_function(*lexeme) {
            continue;
        }
        let mut name = Name::new(lexeme.name(&LEX_RULES).unwrap_or_default());
        while let [dot, next, ..] = lexemes.get(at..).unwrap_or_default()
            && dot.is(".")
            && let Some(part) = next.name(&LEX_RULES)
        {
            name = Name { namespace: Some(name.name), name: part };
            at += 2;
        }
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// An operation of a statement with `ONLY`.
pub(super) fn only(alone: bool, op: Op) -> Op {
    if alone { Op::Conditional { condition: Condition::Alone, op: Box::new(op) } } else { op }
}

/// An operation of a statement with `IF EXISTS`.
pub(super) fn only_if(table: Option<&Name>, op: Op) -> Op {
    match table {
        Some(table) => {
            Op::Conditional { condition: Condition::TableExists(table.clone()), op: Box::new(op) }
        }
        None => op,
    }
}
