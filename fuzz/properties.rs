// What must hold for any text. The fuzz targets call these functions, and so does a test on stable
// Rust for every file of the corpus.

use migrate_core::dialect::Dialect;
use migrate_core::lock::Lock;
use migrate_core::revision::Revision;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::{Hasher, Lexer, split};

/// Tokens and statements lie inside of the text, in order, and on character boundaries.
pub(crate) fn sql(text: &str) {
    let whole = Span::new(0, text.len());
    for dialect in Dialect::ALL {
        let mut at = 0;
        for token in Lexer::new(text, whole, dialect.lex_rules()).map_while(Result::ok) {
            assert!(at <= token.span.start && token.span.start < token.span.end);
            assert!(text.get(token.span.range()).is_some());
            at = token.span.end;
        }
        let file = SourceFile::new("a.sql", text.to_owned());
        let whole = Span::new(0, file.text().len());
        let (statements, found) = split(&file, whole, dialect.lex_rules());
        let mut at = 0;
        for statement in &statements {
            assert!(at <= statement.span.start && statement.span.start < statement.span.end);
            assert!(file.text().get(statement.span.range()).is_some());
            at = statement.span.end;
        }
        let _ = found.to_string();
        Hasher::new().sql(file.text(), whole, dialect.lex_rules());
    }
}

/// A file is a revision, or there is an error that says why not.
pub(crate) fn revision(text: &str) {
    let (revision, found) =
        Revision::parse(SourceFile::new("a.sql", text.to_owned()), &Dialect::ALL);
    assert!(revision.is_some() || found.has_errors());
    let _ = found.to_string();
}

/// A lock file that is read without an error is written and read again as itself.
pub(crate) fn lock(text: &str) {
    let (lock, found) = Lock::parse(&SourceFile::new("migrate.lock", text.to_owned()));
    let _ = found.to_string();
    if !found.has_errors() {
        let written = lock.render();
        let (again, found) = Lock::parse(&SourceFile::new("migrate.lock", written.clone()));
        assert!(!found.has_errors(), "{found}\n{written}");
        assert_eq!(again.render(), written);
    }
}
