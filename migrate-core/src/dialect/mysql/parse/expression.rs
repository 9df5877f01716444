//! Expressions are token ranges. What is checked is which tokens can follow each other: enough to find
//! a word too many or an operand that is missing, and never stricter than the server.

use super::super::keywords::{is_keyword, is_reserved};
use super::grammar::{group, query};
use crate::sql::{Cursor, Lexeme, TokenKind, Unexpected};

/// Reserved words that are in expressions without parentheses behind them. Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 77] = [
    "ALL", "AND", "AS", "ASC", "BETWEEN", "BINARY", "BOTH", "BY", "CASE", "CHAR", "CHARACTER",
    "COLLATE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "CURRENT_USER", "DAY_HOUR", "DAY_MICROSECOND", "DAY_MINUTE", "DAY_SECOND", "DEFAULT",
    "DESC", "DISTINCT", "DISTINCTROW", "DIV", "ELSE", "EXISTS", "FALSE", "FOR", "FROM", "GROUP",
    "HOUR_MICROSECOND", "HOUR_MINUTE", "HOUR_SECOND", "IN", "INTERVAL", "IS", "LEADING", "LIKE",
    "LIMIT", "LOCALTIME", "LOCALTIMESTAMP", "MATCH", "MAXVALUE", "MINUTE_MICROSECOND",
    "MINUTE_SECOND", "MOD", "NATURAL", "NOT", "NULL", "ON", "OR", "ORDER", "PARTITION",
    "RANGE", "REGEXP", "RLIKE", "ROWS", "SECOND_MICROSECOND", "SELECT", "SEPARATOR", "SET",
    "THEN", "TRAILING", "TRUE", "UNION", "UNSIGNED", "USING", "UTC_DATE", "UTC_TIME",
    "UTC_TIMESTAMP", "VALUES", "WHEN", "WHERE", "WITH", "XOR", "YEAR_MONTH",
];

/// Other keywords that can follow an operand. Sorted.
#[rustfmt::skip]
const BEHIND_OPERAND: [&str; 37] = [
    "AGAINST", "ARRAY", "AT", "CURRENT", "DAY", "EMPTY", "END", "ERROR", "ESCAPE", "EXCLUDE",
    "FOLLOWING", "FORMAT", "HOUR", "IGNORE", "IMMEDIATE", "MEMBER", "MICROSECOND", "MINUTE",
    "MONTH", "OFFSET", "OVERLAPS", "PRECEDING", "QUARTER", "RETURNING", "SECOND", "SOUNDS",
    "SQL_TSI_DAY", "SQL_TSI_FRAC_SECOND", "SQL_TSI_HOUR", "SQL_TSI_MINUTE", "SQL_TSI_MONTH",
    "SQL_TSI_QUARTER", "SQL_TSI_SECOND", "SQL_TSI_WEEK", "SQL_TSI_YEAR", "WEEK", "YEAR",
];

/// Checks that a range of tokens can be an expression: there is one, its parentheses close, two
/// operands have an operator between them, and two operators an operand.
pub(super) fn expression(cursor: Cursor<'_>) -> Result<(), Unexpected> {
    if cursor.is_empty() {
        return Err(cursor.unexpected("an expression"));
    }
    operands(cursor)
}

/// Operators that stand between two operands.
const BINARY: [&str; 24] = [
    "=", "<=>", "<", ">", "<=", ">=", "<>", "!=", "/", "%", "||", "&&", "|", "&", "^", "<<", ">>",
    ":=", "->", "->>", "*", "AND", "DIV", "XOR",
];

/// Operators that need an operand behind them.
const UNARY: [&str; 6] = ["+", "-", "!", "~", "NOT", "OR"];

fn is_one_of(lexeme: Lexeme<'_>, words: &[&str]) -> bool {
    words.iter().any(|word| lexeme.is(word))
}

fn operands(mut cursor: Cursor<'_>) -> Result<(), Unexpected> {
    let is_star = cursor.lexemes().len() == 1 && cursor.is("*");
    let mut before: Option<Lexeme<'_>> = None;
    while let Some(next) = cursor.peek().filter(|_| !is_star) {
        if before.is_some_and(|before| before.is("@")) && next.kind == TokenKind::Word {
            // The name of a variable may be any word.
            cursor.bump();
            before = Some(Lexeme { kind: TokenKind::QuotedName, ..next });
            continue;
        }
        let is_binary = is_one_of(next, &BINARY);
        let needs_operand = before.is_none_or(|before| is_one_of(before, &BINARY));
        if next.is("(") {
            let inside = group(&mut cursor)?;
            // A type has several words.
            let is_type = before.is_some_and(|before| is_one_of(before, &["CAST", "CONVERT"]));
            if !is_type && query(inside).is_err() {
                for item in inside.items() {
                    expression(item)?;
                }
            }
        } else if next.is(")") || next.is(",") && before.is_none() {
            return Err(cursor.unexpected("an expression"));
        } else if !before.is_some_and(|before| before.is(".")) && cannot_stand(cursor) {
            return Err(cursor.unexpected("an operand or an operator"));
        } else if is_binary && needs_operand && !(next.is("*") && before.is_none()) {
            return Err(cursor.unexpected("an operand"));
        } else if before.is_some_and(|before| cannot_follow(before, next)) {
            return Err(cursor.unexpected("an operator"));
        } else {
            cursor.bump();
        }
        before = Some(next);
    }
    match before {
        Some(last) if is_one_of(last, &BINARY) || is_one_of(last, &UNARY) => {
            Err(cursor.unexpected("an operand"))
        }
        _ => Ok(()),
    }
}

/// Whether a reserved word comes next that is in no expression. Before parentheses it is a function.
fn cannot_stand(cursor: Cursor<'_>) -> bool {
    let [word, rest @ ..] = cursor.lexemes() else { return false };
    let is_function = rest.first().is_some_and(|next| next.is("(") || next.is("."));
    if word.kind != TokenKind::Word || is_function {
        return false;
    }
    let upper = word.text.to_ascii_uppercase();
    is_reserved(&upper) && RESERVED.binary_search(&upper.as_str()).is_err()
}

/// Whether two operands follow each other that nothing joins.
fn cannot_follow(before: Lexeme<'_>, next: Lexeme<'_>) -> bool {
    if !is_operand(before) {
        return false;
    }
    if next.kind == TokenKind::Word {
        let upper = next.text.to_ascii_uppercase();
        if is_keyword(&upper) {
            return BEHIND_OPERAND.binary_search(&upper.as_str()).is_err();
        }
    }
    if !is_operand(next) {
        return false;
    }
    let joined = match (before.kind, next.kind) {
        // Strings in a row are one.
        (TokenKind::String, TokenKind::String) => true,
        // A character set, or `{d '2020-01-01'}`.
        (TokenKind::Word, TokenKind::String) => {
            before.text.len() <= 2 || before.text.starts_with('_')
        }
        (TokenKind::Word, TokenKind::Number) => before.text.starts_with('_'),
        _ => false,
    };
    !joined
}

/// Whether a lexeme is a value or a name and surely no keyword.
fn is_operand(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Number | TokenKind::String | TokenKind::QuotedName => true,
        TokenKind::Word => {
            let upper = lexeme.text.to_ascii_uppercase();
            !is_reserved(&upper) && !is_keyword(&upper)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(RESERVED.is_sorted() && BEHIND_OPERAND.is_sorted());
        assert!(RESERVED.iter().all(|word| is_reserved(word)));
    }
}
