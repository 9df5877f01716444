//! What must hold of tokens, statements and fingerprints.

mod effects;
mod faults;
mod hazards;
mod laws;
mod tokens;

use super::{Fingerprint, Hasher, LexRules, Lexer, Token, split};
use crate::dialect::Dialect;
use crate::source::{SourceFile, Span};

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

fn lex_rules(dialect: Dialect) -> &'static LexRules {
    dialect.lex_rules()
}

/// The texts of the statements, and the diagnostics as text.
fn statements(dialect: Dialect, text: &str) -> (Vec<String>, String) {
    // As it is, so that spans fit the given text.
    let file = SourceFile::normalised("a.sql", String::leak(text.to_owned()));
    let (found, diagnostics) = split(&file, whole(text), lex_rules(dialect));
    (found.iter().map(|s| s.span.of(text).to_owned()).collect(), diagnostics.to_string())
}

fn tokens(dialect: Dialect, text: &str) -> Vec<Token> {
    Lexer::new(text, whole(text), lex_rules(dialect)).map_while(Result::ok).collect()
}

fn fingerprint(dialect: Dialect, text: &str) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.sql(text, whole(text), lex_rules(dialect));
    hasher.finish()
}
