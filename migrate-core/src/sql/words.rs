//! The first words of a statement: enough to tell what kind it is.

use super::{Lexer, Lexis, TokenKind};
use crate::source::Span;

/// The words at the front of a statement in upper case, comments aside, up to the first token that
/// is no plain word and at most `limit`.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::leading_words};
/// let words = leading_words("create /* big */ index Concurrently \"i\" ON t (a)", Dialect::Postgres.lexis(), 6);
/// assert_eq!(words, ["CREATE", "INDEX", "CONCURRENTLY"]);
/// ```
#[must_use]
pub fn leading_words(sql: &str, lexis: &Lexis, limit: usize) -> Vec<String> {
    Lexer::new(sql, Span::new(0, sql.len()), lexis)
        .map_while(Result::ok)
        .filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment))
        .take_while(|token| token.kind == TokenKind::Word)
        .take(limit)
        .map(|token| token.span.of(sql).to_ascii_uppercase())
        .collect()
}

/// Whether a statement opens or ends a transaction.
#[must_use]
pub fn controls_transaction(sql: &str, lexis: &Lexis) -> bool {
    let words = leading_words(sql, lexis, 3);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ROLLBACK", "TO", ..] | ["ROLLBACK", "TRANSACTION", "TO"] => false,
        ["BEGIN" | "COMMIT" | "ROLLBACK" | "END" | "ABORT", ..] => true,
        ["START" | "PREPARE", "TRANSACTION", ..] => true,
        _ => false,
    }
}

/// Whether a statement has a form: keywords with one space between, and `..` for any tokens.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::has_form};
/// let has = |sql| has_form(sql, "REINDEX .. CONCURRENTLY", Dialect::Postgres.lexis());
/// assert!(has("reindex (verbose) table concurrently t"));
/// assert!(!has("REINDEX TABLE t"));
/// ```
#[must_use]
pub fn has_form(sql: &str, form: &str, lexis: &Lexis) -> bool {
    let mut tokens = Lexer::new(sql, Span::new(0, sql.len()), lexis)
        .map_while(Result::ok)
        .filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment))
        .map(|token| token.span.of(sql));
    let mut gap = false;
    for word in form.split(' ') {
        if word == ".." {
            gap = true;
            continue;
        }
        let is = |token: &str| token.eq_ignore_ascii_case(word);
        let found = if gap { tokens.any(is) } else { tokens.next().is_some_and(is) };
        if !found {
            return false;
        }
        gap = false;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn a_trigger_with_begin_is_no_transaction() {
        let is = |sql| controls_transaction(sql, Dialect::Sqlite.lexis());
        assert!(is("begin immediate"));
        assert!(is("-- now\nCOMMIT"));
        assert!(!is("ROLLBACK TO a"));
        assert!(!is("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END"));
        assert!(!is("\"BEGIN\""));
    }
}
