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
    front(sql, lexis).take(limit).map(str::to_ascii_uppercase).collect()
}

fn front<'a>(sql: &'a str, lexis: &'a Lexis) -> impl Iterator<Item = &'a str> {
    Lexer::new(sql, Span::new(0, sql.len()), lexis)
        .map_while(Result::ok)
        .filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment))
        .take_while(|token| token.kind == TokenKind::Word)
        .map(|token| token.span.of(sql))
}

/// Whether a statement opens or ends a transaction.
#[must_use]
pub fn controls_transaction(sql: &str, lexis: &Lexis) -> bool {
    let is = |word: &str, known: &[&str]| known.iter().any(|k| word.eq_ignore_ascii_case(k));
    let mut words = front(sql, lexis);
    let mut next = || words.next().unwrap_or_default();
    let first = next();
    if is(first, &["START", "PREPARE"]) {
        return is(next(), &["TRANSACTION"]);
    }
    if is(first, &["ROLLBACK"]) {
        let second = next();
        return !is(if is(second, &["TRANSACTION"]) { next() } else { second }, &["TO"]);
    }
    is(first, &["BEGIN", "COMMIT", "END", "ABORT"])
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
