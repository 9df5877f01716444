//! Passes over the name of a type. Its normal form is for [`read_type`].

use super::names::{Parsed, function_name, group, label, list, quoted};
use super::{Cursor, Unexpected};
use crate::dialect::postgres::read_type;
use crate::schema::{DataType, Name};
use crate::sql::TokenKind;

/// A type as a statement names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypeName {
    /// The text as the catalog prints it. A name that is none of the server's stays as it is written.
    pub(super) text: String,
    /// The name where it is none of the server's.
    pub(super) user_type: Option<Name>,
    /// Whether it is `serial`, `bigserial` or `smallserial`; the text is the type of the numbers.
    pub(super) is_serial: bool,
}

impl TypeName {
    pub(super) fn data_type(&self) -> DataType {
        DataType::from(self.text.as_str())
    }
}

/// The name of a type that is none of the server's.
pub(in crate::dialect::postgres) fn user_type(text: &str) -> Option<Name> {
    let tokens = crate::sql::Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let found = type_name(&mut cursor).ok()?;
    found.user_type.filter(|_| cursor.is_empty())
}

/// Passes over a type.
pub(super) fn type_name(cursor: &mut Cursor<'_>) -> Parsed<TypeName> {
    cursor.eat("SETOF");
    let start = *cursor;
    simple(cursor)?;
    if cursor.eat("ARRAY") {
        if cursor.eat("[") {
            length(cursor)?;
            cursor.expect("]")?;
        }
    } else {
        while cursor.eat("[") {
            if !cursor.is("]") {
                length(cursor)?;
            }
            cursor.expect("]")?;
        }
    }
    let mut written = start.before(cursor);
    let found = read_type(&mut written).filter(|_| written.is_empty());
    Ok(match found {
        Some(found) => TypeName {
            text: found.data_type.to_string(),
            user_type: found.user_type,
            is_serial: found.serial,
        },
        // `%TYPE`.
        None => TypeName {
            text: start.before(cursor).lexemes().iter().map(|lexeme| lexeme.text).collect(),
            ..TypeName::default()
        },
    })
}

/// Returns `true` if a type of several words or with a keyword for a name comes next.
pub(super) fn is_keyword_type(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&[
        "INT",
        "INTEGER",
        "SMALLINT",
        "BIGINT",
        "REAL",
        "FLOAT",
        "DECIMAL",
        "DEC",
        "NUMERIC",
        "BOOLEAN",
        "BIT",
        "CHARACTER",
        "CHAR",
        "VARCHAR",
        "NATIONAL",
        "NCHAR",
        "TIMESTAMP",
        "TIME",
        "INTERVAL",
        "DOUBLE PRECISION",
    ])
}

/// A whole number without a sign.
fn length(cursor: &mut Cursor<'_>) -> Parsed<()> {
    let is_whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match cursor.peek() {
        Some(next) if next.kind == TokenKind::Number && is_whole(next.text) => {
            cursor.bump();
            Ok(())
        }
        _ => Err(cursor.unexpected("a whole number")),
    }
}

fn in_parens(cursor: &mut Cursor<'_>) -> Parsed<()> {
    if !cursor.is("(") {
        return Ok(());
    }
    let mut inside = group(cursor)?;
    length(&mut inside)?;
    if inside.is_empty() { Ok(()) } else { Err(inside.unexpected("`)`")) }
}

fn arguments(cursor: &mut Cursor<'_>) -> Parsed<()> {
    if !cursor.is("(") {
        return Ok(());
    }
    list(group(cursor)?, |item| super::expr::expression(item.rest())).map(drop)
}

fn simple(cursor: &mut Cursor<'_>) -> Parsed<()> {
    let plain = ["DOUBLE PRECISION", "INT", "INTEGER", "SMALLINT", "BIGINT", "REAL", "BOOLEAN"];
    if cursor.eat_any(&plain).is_some() {
        return Ok(());
    }
    if cursor.eat_any(&["DECIMAL", "DEC", "NUMERIC"]).is_some() {
        return arguments(cursor);
    }
    if cursor.eat("BIT") {
        cursor.eat("VARYING");
        return arguments(cursor);
    }
    if cursor.eat_any(&["FLOAT", "VARCHAR"]).is_some() {
        return in_parens(cursor);
    }
    let texts = ["CHARACTER", "CHAR", "NATIONAL CHARACTER", "NATIONAL CHAR", "NCHAR"];
    if cursor.eat_any(&texts).is_some() {
        cursor.eat("VARYING");
        return in_parens(cursor);
    }
    if cursor.eat_any(&["TIMESTAMP", "TIME"]).is_some() {
        in_parens(cursor)?;
        let _ = cursor.eat("WITH TIME ZONE") || cursor.eat("WITHOUT TIME ZONE");
        return Ok(());
    }
    if cursor.eat("INTERVAL") {
        return if cursor.is("(") { in_parens(cursor) } else { fields(cursor) };
    }
    function_name(cursor, "a type")?;
    if cursor.eat("%") {
        return cursor.expect("TYPE");
    }
    arguments(cursor)
}

/// The fields of an interval, behind the type or behind a literal.
pub(super) fn fields(cursor: &mut Cursor<'_>) -> Parsed<()> {
    let Some(first) = cursor.eat_any(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]) else {
        return Ok(());
    };
    let mut last = first;
    if first != "SECOND" && cursor.eat("TO") {
        let allowed: &[&'static str] = match first {
            "YEAR" => &["MONTH"],
            "DAY" => &["HOUR", "MINUTE", "SECOND"],
            "HOUR" => &["MINUTE", "SECOND"],
            "MINUTE" => &["SECOND"],
            _ => &[],
        };
        last = cursor.eat_any(allowed).ok_or_else(|| cursor.unexpected("a smaller field"))?;
    }
    if last == "SECOND" { in_parens(cursor) } else { Ok(()) }
}

/// Passes over a type and returns the error for a set, which only a function returns.
pub(super) fn plain_type(cursor: &mut Cursor<'_>) -> Result<TypeName, Unexpected> {
    if cursor.is("SETOF") {
        return Err(cursor.unexpected("a type"));
    }
    type_name(cursor)
}

/// Passes over a collation.
pub(super) fn collation(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let name = super::names::qualified(cursor, "a collation")?;
    let space = name.namespace.filter(|space| space != "pg_catalog");
    let space = space.map(|space| format!("{}.", quoted(&space))).unwrap_or_default();
    Ok(format!("{space}{}", quoted(&name.name)))
}

/// Passes over an argument of an option: a type, a word, an operator, a number or a string.
pub(super) fn option_value(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let Some(next) = cursor.peek() else { return Err(cursor.unexpected("a value")) };
    match next.kind {
        TokenKind::String => super::names::string(cursor, "a value"),
        TokenKind::Number => super::names::number(cursor),
        TokenKind::Symbol if cursor.is_any(&["-", "+"]) => {
            let minus = next.is("-");
            cursor.bump();
            if cursor.is_kind(TokenKind::Number) {
                let digits = label_text(cursor);
                return Ok(if minus { format!("-{digits}") } else { digits });
            }
            Ok(next.text.to_owned())
        }
        TokenKind::Symbol if !next.is("(") && !next.is(")") && !next.is(",") => {
            cursor.bump();
            Ok(next.text.to_owned())
        }
        TokenKind::Word | TokenKind::QuotedName => {
            let mut copy = *cursor;
            if let Ok(found) = type_name(&mut copy)
                && (copy.is_empty() || copy.is(","))
            {
                let written = *cursor;
                *cursor = copy;
                // A word is kept as it is written, not as the type that it may be.
                let texts = written.before(cursor);
                return Ok(match texts.lexemes() {
                    [only] => only.name(&super::LEX_RULES).unwrap_or_default(),
                    _ => found.text,
                });
            }
            label(cursor, "a value")
        }
        _ => Err(cursor.unexpected("a value")),
    }
}

fn label_text(cursor: &mut Cursor<'_>) -> String {
    cursor.bump().map(|next| next.text.to_owned()).unwrap_or_default()
}
