//! Names of columns in the texts of expressions.

use super::super::LEX_RULES;
use crate::schema::Column;
use crate::sql::{Lexeme, TokenKind, Tokens};

/// The lexemes of a text that may name a column.
fn names<'t>(lexemes: &'t [Lexeme<'t>]) -> impl Iterator<Item = (Lexeme<'t>, String)> {
    lexemes.iter().enumerate().filter_map(|(at, lexeme)| {
        let before = at.checked_sub(1).and_then(|at| lexemes.get(at));
        let after = lexemes.get(at + 1);
        let is_type = before.is_some_and(|before| before.is("::") || before.is("COLLATE"));
        let is_other = after
            .is_some_and(|after| after.is("(") || after.is(".") || after.kind == TokenKind::String);
        if is_type || is_other {
            return None;
        }
        Some((*lexeme, lexeme.name(&LEX_RULES)?))
    })
}

/// The columns of a table that an expression mentions, each once.
pub(super) fn columns_in(text: &str, columns: &[Column]) -> Vec<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut found: Vec<String> = Vec::new();
    for (_, name) in names(tokens.cursor().lexemes()) {
        if columns.iter().any(|column| column.name == name) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Returns `true` if an expression mentions a column.
pub(super) fn mentions(text: &str, column: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    names(tokens.cursor().lexemes()).any(|(_, name)| name == column)
}

/// Returns `true` if a text is one string.
pub(super) fn is_string(text: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    matches!(tokens.cursor().lexemes(), [only] if only.kind == TokenKind::String)
}

/// Returns `true` if a name stands anywhere in a text.
pub(super) fn has_word(text: &str, name: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut lexemes = tokens.cursor().lexemes().iter();
    lexemes.any(|lexeme| lexeme.name(&LEX_RULES).is_some_and(|found| found == name))
}

/// An expression with another name for a column.
pub(super) fn rename(text: &str, column: &str, to: &str) -> String {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut result = String::new();
    let mut end = 0;
    for (lexeme, name) in names(tokens.cursor().lexemes()) {
        if name == column {
            result.push_str(&text[end..lexeme.span.start]);
            result.push_str(&crate::dialect::postgres::quote_name(to));
            end = lexeme.span.end;
        }
    }
    result + &text[end..]
}

/// Returns `true` if two texts have the same tokens: keywords and names in any case, without the
/// parentheses around the whole.
pub(super) fn same_tokens(one: &str, other: &str) -> bool {
    let (one, other) =
        (Tokens::read_until_error(one, &LEX_RULES), Tokens::read_until_error(other, &LEX_RULES));
    let (one, other) = (one.cursor().strip_parens(), other.cursor().strip_parens());
    one.lexemes().len() == other.lexemes().len()
        && one.lexemes().iter().zip(other.lexemes()).all(|(one, other)| {
            one.text == other.text
                || one.name(&LEX_RULES).is_some() && one.name(&LEX_RULES) == other.name(&LEX_RULES)
        })
}
