//! Defaults of columns: one value, a function, or an expression in parentheses.

use super::super::keywords::is_reserved;
use super::expression::expression;
use super::grammar::{end_of_item, group, number, one_of, qualified, query, written};
use crate::sql::{Cursor, TokenKind, Unexpected};

/// The present time, as the server prints it.
pub(super) fn now(item: &mut Cursor<'_>) -> Result<String, Unexpected> {
    const NAMES: [&str; 4] = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIMESTAMP", "LOCALTIME"];
    one_of(item, &NAMES)?;
    let mut digits = String::new();
    if item.is("(") {
        let mut inside = group(item)?;
        if !inside.is_empty() {
            digits = number(&mut inside)?;
        }
        end_of_item(inside)?;
    }
    if digits == "0" {
        digits.clear();
    }
    Ok(format!("current_timestamp({digits})"))
}

/// Passes over a default: one value, or an expression in parentheses. `None` is NULL.
pub(super) fn default(item: &mut Cursor<'_>) -> Result<Option<String>, Unexpected> {
    let start = *item;
    if item.eat("NULL") {
        return Ok(None);
    }
    value(item)?;
    Ok(Some(written(start.before(item))))
}

fn value(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if item.is("(") {
        return expression(group(item)?);
    }
    while item.eat("-") || item.eat("+") {}
    if item.eat("NEXT VALUE FOR") || item.eat("PREVIOUS VALUE FOR") {
        qualified(item, "the name of a sequence")?;
        return Ok(());
    }
    if item.is("CASE") {
        return case(item);
    }
    let at = *item;
    let Some(next) = item.peek() else { return Err(item.unexpected("a value")) };
    match next.kind {
        TokenKind::Number => drop(item.bump()),
        TokenKind::String => {
            while item.is_kind(TokenKind::String) {
                item.bump();
            }
        }
        // The character set of a string, a typed literal, a name or a function.
        TokenKind::Word | TokenKind::QuotedName => {
            item.bump();
            let is_literal = next.text.starts_with('_')
                || ["DATE", "TIME", "TIMESTAMP"].iter().any(|word| next.is(word));
            if is_literal && (item.is_kind(TokenKind::String) || item.is_kind(TokenKind::Number)) {
                item.bump();
                return Ok(());
            }
            while item.eat(".") {
                item.bump();
            }
            let is_function = item.is("(");
            if is_function {
                let inside = group(item)?;
                let is_type = next.is("CAST") || next.is("CONVERT");
                if !inside.is_empty() && !is_type && query(inside).is_err() {
                    inside.items().try_for_each(expression)?;
                }
            } else if next.kind == TokenKind::Word && !is_value_word(next.text) {
                return Err(at.unexpected("a value"));
            }
        }
        _ => return Err(item.unexpected("a value")),
    }
    Ok(())
}

/// Whether a word without parentheses is a value: a keyword that is one, or a name.
fn is_value_word(word: &str) -> bool {
    const VALUES: [&str; 12] = [
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "UTC_DATE",
        "UTC_TIME",
        "UTC_TIMESTAMP",
        "CURRENT_USER",
        "CURRENT_ROLE",
    ];
    let upper = word.to_ascii_uppercase();
    VALUES.contains(&upper.as_str()) || !is_reserved(&upper)
}

/// `CASE .. END` without a group around it.
fn case(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    let mut depth = 0_usize;
    while let Some(next) = item.peek() {
        if next.is("CASE") {
            depth += 1;
        } else if next.is("END") {
            depth -= 1;
        }
        item.skip();
        if depth == 0 {
            return Ok(());
        }
    }
    Err(item.unexpected("`END`"))
}
