//! Random statements of SQLite.

use migrate_core::dialect::Dialect;
use proptest::prelude::*;
use proptest::sample::select;

fn table() -> impl Strategy<Value = &'static str> {
    select(vec!["t", "t", "t", "u", "u", "u", "T", "\"t u\"", "main.t", "temp.t"])
}

fn bare() -> impl Strategy<Value = &'static str> {
    select(vec!["t", "u", "w", "\"t u\"", "v"])
}

fn column() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "b", "c", "A", "\"d e\"", "key"])
}

fn definition() -> impl Strategy<Value = String> {
    let options = select(vec![
        "",
        "NOT NULL DEFAULT 1",
        "UNIQUE",
        "CHECK (a > 0)",
        "CHECK (b <> 'a' AND [c] = A)",
        "CHECK (\"a\" <> \"no column\")",
        "REFERENCES t",
        "REFERENCES u (a) ON DELETE CASCADE",
        "COLLATE NOCASE",
        "AS (a || 'b') STORED",
        "PRIMARY KEY",
        "DEFAULT (1 + 2)",
    ]);
    let types = select(vec!["", "INTEGER", "TEXT", "VARCHAR(20)"]);
    (column(), types, options).prop_map(|(name, of, option)| format!("{name} {of} {option}"))
}

fn constraint() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        column().prop_map(|c| format!(", UNIQUE (a, {c} DESC)")),
        column().prop_map(|c| format!(", PRIMARY KEY ({c})")),
        column().prop_map(|c| format!(", CONSTRAINT k CHECK ({c} > 1 OR a IS NULL)")),
        (column(), bare()).prop_map(|(c, t)| format!(", FOREIGN KEY ({c}) REFERENCES {t}")),
    ]
}

fn create_table() -> impl Strategy<Value = String> {
    let options = select(vec!["", "", "", " STRICT", " WITHOUT ROWID"]);
    let mut starts = vec!["TABLE"; 20];
    starts.extend(["TABLE IF NOT EXISTS", "TABLE IF NOT EXISTS", "TEMP TABLE"]);
    let start = select(starts);
    let columns = proptest::collection::vec(definition(), 1..4);
    (start, bare(), columns, constraint(), options).prop_map(
        |(start, name, columns, more, options)| {
            format!("CREATE {start} {name} ({}{more}){options}", columns.join(", "))
        },
    )
}

fn statement() -> impl Strategy<Value = String> {
    let index = || select(vec!["i", "j", "I", "t"]);
    let part = select(vec![
        "a",
        "b DESC",
        "lower(a)",
        "c COLLATE NOCASE",
        "a COLLATE BINARY",
        "a + b",
        "\"b\" DESC",
        "\"no column\"",
        "lower(\"c\" || \"no column\")",
    ]);
    let predicate = select(vec![
        "",
        "",
        " WHERE a > 1",
        " WHERE [b] IS NOT NULL",
        " WHERE \"a\" <> \"no column\"",
    ]);
    let query = select(vec![
        "SELECT a FROM t",
        "SELECT * FROM t",
        "SELECT t.a, u.b FROM t JOIN u ON t.a = u.a",
        "SELECT b AS a FROM u WHERE c = 1",
        "SELECT 1 AS a",
    ]);
    let body = select(vec![
        "UPDATE t SET a = new.b; ",
        "INSERT INTO u (a) VALUES (old.a); ",
        "SELECT 1; ",
        "DELETE FROM t WHERE a = old.\"b\"; ",
    ]);
    let event = select(vec!["AFTER UPDATE", "BEFORE DELETE", "AFTER UPDATE OF a, b"]);
    prop_oneof![
        4 => create_table(),
        2 => table().prop_map(|t| format!("DROP TABLE {t}")),
        1 => table().prop_map(|t| format!("DROP TABLE IF EXISTS {t}")),
        3 => (table(), bare()).prop_map(|(t, to)| format!("ALTER TABLE {t} RENAME TO {to}")),
        3 => (table(), definition()).prop_map(|(t, d)| format!("ALTER TABLE {t} ADD COLUMN {d}")),
        3 => (table(), column()).prop_map(|(t, c)| format!("ALTER TABLE {t} DROP COLUMN {c}")),
        4 => (table(), column(), column())
            .prop_map(|(t, c, to)| format!("ALTER TABLE {t} RENAME COLUMN {c} TO {to}")),
        3 => (index(), bare(), part, predicate)
            .prop_map(|(i, t, p, w)| format!("CREATE INDEX {i} ON {t} ({p}){w}")),
        1 => index().prop_map(|i| format!("DROP INDEX {i}")),
        2 => (bare(), query).prop_map(|(v, q)| format!("CREATE VIEW {v} AS {q}")),
        1 => bare().prop_map(|v| format!("DROP VIEW {v}")),
        2 => (bare(), event, body)
            .prop_map(|(t, e, b)| format!("CREATE TRIGGER g {e} ON {t} BEGIN {b}END")),
        1 => Just("DROP TRIGGER g".to_owned()),
        1 => Just("CREATE VIRTUAL TABLE docs USING fts5(a, b)".to_owned()),
        1 => select(vec!["DROP TABLE docs", "ALTER TABLE docs ADD c", "CREATE TABLE docs_data (a)"])
            .prop_map(str::to_owned),
        1 => (bare(), taken(), bare()).prop_map(|(t, q, u)| format!("CREATE TABLE {t} AS SELECT {q} FROM {u}")),
    ]
}

/// What a query takes from a table.
fn taken() -> impl Strategy<Value = &'static str> {
    select(vec!["a, b", "*", "c AS x, a", "b, *", "rowid, a", "a, 'b'", "A, c y"])
}

/// Tables to begin with, and what happens to them.
fn statements() -> impl Strategy<Value = Vec<String>> {
    let first = select(vec![
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'b', c)",
        "CREATE TABLE t (a INTEGER, b TEXT UNIQUE, c INTEGER CHECK (c > 0), PRIMARY KEY (a, c))",
        "CREATE TABLE t (a, b, c, \"d e\" TEXT COLLATE NOCASE)",
    ]);
    let second = select(vec![
        "CREATE TABLE u (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, c INTEGER REFERENCES t (a))",
        "CREATE TABLE u (a TEXT, b TEXT, c INT, FOREIGN KEY (a, b) REFERENCES t)",
        "CREATE VIEW u AS SELECT a, b FROM t",
        "CREATE TABLE w (a, b)",
    ]);
    let more = proptest::collection::vec(statement(), 1..40);
    (first, second, more).prop_map(|(first, second, mut more)| {
        more.splice(0..0, [first, second].map(str::to_owned));
        more
    })
}

#[test]
fn random_statements_change_sqlite_alike() {
    super::check(Dialect::Sqlite, 120, statements());
}

#[test]
fn found_statements_change_sqlite_alike() {
    super::check_found(Dialect::Sqlite, include_str!("found/sqlite.sql"));
}
