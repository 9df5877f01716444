//! Real histories. They are large and not part of the repository: `MIGRATE_CORPORA` names their
//! folder.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::dialect::sqlite::{Entry, parse, schema};
use migrate_core::dialect::{Dialect, mysql};
use migrate_core::op::Op;
use migrate_core::schema::{Name, Schema, Table, compare};
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

/// The SQL files of a history; `None`, and a message, where it is absent.
#[expect(clippy::print_stdout, reason = "a test helper: what was left out is said")]
fn corpus(name: &str) -> Option<Vec<PathBuf>> {
    let folder = corpora().join(name);
    if !folder.is_dir() {
        println!("corpus {name} is absent: set MIGRATE_CORPORA to the folder that holds it");
        return None;
    }
    let mut paths = Vec::new();
    sql_files(&folder, &mut paths);
    Some(paths)
}

#[test]
fn every_file_of_real_histories_splits() {
    for (name, dialect, files) in CORPORA {
        let Some(paths) = corpus(name) else { continue };
        assert!(paths.len() >= files, "{name} is not whole: {} files", paths.len());
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceFile::new(path.display().to_string(), text);
            let span = Span::new(0, file.text().len());
            let mut hash = Hasher::new();
            let (statements, diagnostics) =
                scan(&file, span, dialect.lex_rules(), Some(&mut hash.readings()));
            if BROKEN.iter().any(|broken| path.ends_with(broken)) {
                assert!(!diagnostics.is_empty(), "{} is not broken", path.display());
                continue;
            }
            assert!(diagnostics.is_empty(), "{diagnostics}");
            let significant = |span| {
                Lexer::new(file.text(), span, dialect.lex_rules())
                    .map(Result::unwrap)
                    .filter(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Semicolon))
                    .count()
            };
            let inside: usize = statements.iter().map(|s| significant(s.span)).sum();
            assert_eq!(inside, significant(span), "{}", path.display());
        }
    }
}

/// Statements that SQLite refuses too, and the token at which they are refused.
const REFUSED: [(&str, &str); 1] = [("DROP INDEX job_group_id ON jobs", "ON")];

/// What the parser reads of a `CREATE TABLE` is what the catalog's reader makes of its text.
fn is_read_as_in_the_catalog(sql: &str, name: &Name, table: &Table) -> bool {
    let entry = Entry { kind: "table", name: &name.name, table: &name.name, sql };
    let mut found = schema(&[entry]);
    let mut expected = Schema::default();
    expected.tables.insert(Name::new(name.name.clone()), table.clone());
    // Whether a parent exists is not known to the statement; the order of the keys means nothing.
    for table in found.tables.values_mut().chain(expected.tables.values_mut()) {
        table.foreign_keys.sort_by(|a, b| a.columns.cmp(&b.columns));
        for key in &mut table.foreign_keys {
            key.parent_columns.clear();
        }
    }
    compare(&expected, &found).is_empty()
}

#[test]
fn every_statement_of_sqlite_histories_is_read() {
    for name in ["gitness_sqlite", "authelia_sqlite"] {
        let Some(paths) = corpus(name) else { continue };
        let (mut read, mut opaque) = (0, 0);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceFile::new(path.display().to_string(), text);
            let span = Span::new(0, file.text().len());
            let (statements, _) = scan(&file, span, Dialect::Sqlite.lex_rules(), None);
            for statement in statements {
                let sql = statement.span.of(file.text());
                let ops = match parse(file.text(), statement.span) {
                    Ok(ops) => ops,
                    Err(error) => {
                        let refused = (sql, error.span.of(file.text()));
                        assert!(REFUSED.contains(&refused), "{}: {sql}: {error}", path.display());
                        continue;
                    }
                };
                read += 1;
                for op in ops {
                    match &op.value {
                        Op::Opaque { .. } => opaque += 1,
                        Op::CreateTable { name, table, .. } => {
                            assert!(is_read_as_in_the_catalog(sql, name, table), "{sql}");
                        }
                        _ => {}
                    }
                }
            }
        }
        println!("{name}: {read} statements read, {opaque} of them opaque");
        assert!(read > 100 && opaque * 50 < read, "{name}: {opaque} of {read} are opaque");
    }
}

/// Statements that PostgreSQL refuses too, by the token at which they are refused and what is left
/// from there: they are in downs that nobody ran.
const REFUSED_BY_POSTGRES: [(&str, &str); 4] = [
    ("crates_io", "ALTER TABLE crate_downloads ALTER COLUMN \"date\" TYPE timestamp"),
    // Four times: a column without a type, and an aggregate without its arguments.
    ("graph_node", ""),
    ("graph_node", "constraint deployment_schemas_subgraph_shard_uq"),
    ("graph_node", "raise 'This migration is irreversible'"),
];

#[test]
fn every_statement_of_postgres_histories_is_read() {
    let mut refused: Vec<(&str, &str)> = Vec::new();
    for name in ["crates_io", "graph_node"] {
        let Some(paths) = corpus(name) else { continue };
        let (mut read, mut opaque) = (0, 0);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceFile::new(path.display().to_string(), text);
            let span = Span::new(0, file.text().len());
            let (statements, _) = scan(&file, span, Dialect::Postgres.lex_rules(), None);
            for statement in statements {
                read += 1;
                match Dialect::Postgres.parse(file.text(), statement.span).unwrap() {
                    Ok(ops) => {
                        let is_opaque = |op: &Op| matches!(op, Op::Opaque { .. });
                        opaque += usize::from(ops.iter().any(|op| is_opaque(&op.value)));
                    }
                    Err(error) => {
                        let rest = Span::new(error.span.start, statement.span.end);
                        let found = (name, rest.of(file.text()));
                        let known = REFUSED_BY_POSTGRES.iter().find(|known| **known == found);
                        let path = path.display();
                        assert!(known.is_some(), "{path}: {error}");
                        refused.extend(known);
                    }
                }
            }
        }
        println!("{name}: {read} statements read, {opaque} of them opaque");
        assert!(read > 100 && opaque * 100 < read, "{name}: {opaque} of {read} are opaque");
    }
    assert!(refused.is_empty() || refused.len() == 7, "{refused:?}");
}

/// Every statement of these histories was run on MariaDB 10.11.
#[test]
fn every_statement_of_mysql_histories_is_read() {
    for name in ["authelia_mysql", "syncstorage_tokenserver_mysql"] {
        let Some(paths) = corpus(name) else { continue };
        let (mut read, mut opaque) = (0, 0);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let file = SourceFile::new(path.display().to_string(), text);
            let span = Span::new(0, file.text().len());
            let (statements, _) = scan(&file, span, Dialect::Mysql.lex_rules(), None);
            for statement in statements {
                let sql = statement.span.of(file.text());
                let ops = mysql::parse(file.text(), statement.span)
                    .unwrap_or_else(|error| panic!("{}: {sql}: {error}", path.display()));
                read += 1;
                opaque += usize::from(ops.iter().any(|op| matches!(op.value, Op::Opaque { .. })));
            }
        }
        println!("{name}: {read} statements read, {opaque} of them opaque");
        assert!(read > 30 && opaque == 0, "{name}: {opaque} of {read} are opaque");
    }
}
