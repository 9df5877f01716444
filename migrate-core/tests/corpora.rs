//! Real histories. They are large and not part of the repository: `MIGRATE_CORPORA` names their
//! folder.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::{Hasher, Lexer, TokenKind, scan};

const CORPORA: [(&str, Dialect, usize); 3] = [
    ("gitness_sqlite", Dialect::Sqlite, 161),
    ("crates_io", Dialect::Postgres, 571),
    ("authelia_mysql", Dialect::Mysql, 52),
];

/// Files that are broken, and by what.
const BROKEN: [&str; 0] = [];

fn corpora() -> PathBuf {
    std::env::var_os("MIGRATE_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
        PathBuf::from,
    )
}

#[expect(
    clippy::unwrap_used,
    reason = "a test helper: a folder that cannot be read fails the test"
)]
fn sql_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sql_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "sql") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_of_real_histories_splits() {
    for (name, dialect, files) in CORPORA {
        let folder = corpora().join(name);
        if !folder.is_dir() {
            println!("corpus {name} is absent: set MIGRATE_CORPORA to the folder that holds it");
            continue;
        }
        let mut paths = Vec::new();
        sql_files(&folder, &mut paths);
        assert!(paths.len() >= files, "{name} is not whole: {} files", paths.len());
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceFile::new(path.display().to_string(), text);
            let span = Span::new(0, file.text().len());
            let mut hash = Hasher::new();
            let (statements, diagnostics) =
                scan(&file, span, dialect.lexis(), Some(&mut hash.readings()));
            if BROKEN.iter().any(|broken| path.ends_with(broken)) {
                assert!(!diagnostics.is_empty(), "{} is not broken", path.display());
                continue;
            }
            assert!(diagnostics.is_empty(), "{diagnostics}");
            let significant = |span| {
                Lexer::new(file.text(), span, dialect.lexis())
                    .map(Result::unwrap)
                    .filter(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Semicolon))
                    .count()
            };
            let inside: usize = statements.iter().map(|s| significant(s.span)).sum();
            assert_eq!(inside, significant(span), "{}", path.display());
        }
    }
}
