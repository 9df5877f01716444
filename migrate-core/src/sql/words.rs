//! The first words of a statement: enough to tell what kind it is.

use super::cursor::lexemes;
use super::{LexRules, Lexeme, TokenKind, Tokens};
use crate::source::Span;

/// The words at the front of a statement in upper case, comments aside, up to the first token that
/// is no plain word and at most `limit`.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::leading_words};
/// let words = leading_words("create /* big */ index Concurrently \"i\" ON t (a)", Dialect::Postgres.lex_rules(), 6);
/// assert_eq!(words, ["CREATE", "INDEX", "CONCURRENTLY"]);
/// ```
#[must_use]
pub fn leading_words(sql: &str, lex_rules: &LexRules, limit: usize) -> Vec<String> {
    all_lexemes(sql, lex_rules)
        .take_while(|lexeme| lexeme.kind == TokenKind::Word)
        .take(limit)
        .map(|lexeme| lexeme.text.to_ascii_uppercase())
        .collect()
}

fn all_lexemes<'a>(sql: &'a str, lex_rules: &'a LexRules) -> impl Iterator<Item = Lexeme<'a>> {
    lexemes(sql, Span::new(0, sql.len()), lex_rules).map_while(Result::ok)
}

/// Whether a statement opens or ends a transaction.
#[must_use]
pub fn controls_transaction(sql: &str, lex_rules: &LexRules) -> bool {
    let tokens = Tokens::head(sql, 3, lex_rules);
    let mut cursor = tokens.cursor();
    if cursor.eat("ROLLBACK") {
        cursor.eat("TRANSACTION");
        return !cursor.is("TO");
    }
    let first = ["START TRANSACTION", "PREPARE TRANSACTION", "BEGIN", "COMMIT", "END", "ABORT"];
    cursor.is_any(&first)
}

/// Whether a statement has a form: keywords with one space between, and `..` for any tokens.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::has_form};
/// let has = |sql| has_form(sql, "REINDEX .. CONCURRENTLY", Dialect::Postgres.lex_rules());
/// assert!(has("reindex (verbose) table concurrently t"));
/// assert!(!has("REINDEX TABLE t"));
/// ```
#[must_use]
pub fn has_form(sql: &str, form: &str, lex_rules: &LexRules) -> bool {
    let mut tokens = all_lexemes(sql, lex_rules).map(|lexeme| lexeme.text);
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
        let is = |sql| controls_transaction(sql, Dialect::Sqlite.lex_rules());
        assert!(is("begin immediate"));
        assert!(is("-- now\nCOMMIT"));
        assert!(!is("ROLLBACK TO a"));
        assert!(!is("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END"));
        assert!(!is("\"BEGIN\""));
    }
}
