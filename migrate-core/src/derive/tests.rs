//! Downs of small ups.

use super::{Derived, derive_down};
use crate::dialect::Dialect;
use crate::evolution::Evolution;
use crate::history::History;
use crate::source::SourceFile;

use Dialect::{Mysql, Postgres, Sqlite};

/// The down of an up, behind a revision that makes the schema before it.
fn derive(dialect: Dialect, before: &str, up: &str) -> Derived {
    let file = |id: &str, parent: &str, up: &str| {
        let text = format!("-- revision: {id}\n-- revises: {parent}\n\n-- migrate:up\n{up}\n");
        SourceFile::new(format!("{id}.sql"), text)
    };
    let files = vec![file("a", "", before), file("b", "a", up)];
    let (history, _) = History::read(files, None, &[dialect]);
    let mut evolution = Evolution::new(&history.graph, dialect).unwrap();
    derive_down(&mut evolution, history.graph.node("b").unwrap())
}

#[track_caller]
fn check(dialect: Dialect, before: &str, up: &str, wanted: &[&str]) -> Derived {
    let derived = derive(dialect, before, up);
    let found: Vec<String> = derived
        .statements
        .iter()
        .map(|step| step.text().split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(found, wanted, "{derived:#?}");
    derived
}

fn lost(derived: &Derived) -> Vec<String> {
    derived.losses.iter().map(|loss| loss.subject().unwrap()).collect()
}

const USERS: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(20) NOT NULL DEFAULT 'x');
    CREATE INDEX users_email ON users (email);";

#[test]
fn what_is_created_is_dropped() {
    for dialect in Dialect::ALL {
        let derived = check(
            dialect,
            "",
            "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1); CREATE INDEX i ON t (a);",
            &["DROP TABLE t"],
        );
        assert!(derived.missing.is_empty() && derived.losses.is_empty(), "{derived:?}");
    }
}

#[test]
fn a_dropped_column_comes_back_with_its_index() {
    let derived = check(
        Postgres,
        USERS,
        "ALTER TABLE users DROP COLUMN email;",
        &[
            "ALTER TABLE users ADD COLUMN email character varying(20) DEFAULT 'x' NOT NULL",
            "CREATE INDEX users_email ON users (email)",
        ],
    );
    assert_eq!(lost(&derived), ["users.email"]);
    let derived = check(
        Sqlite,
        USERS,
        "DROP INDEX users_email; ALTER TABLE users DROP COLUMN email;",
        &[
            "ALTER TABLE users ADD COLUMN email VARCHAR(20) NOT NULL DEFAULT 'x'",
            "CREATE INDEX users_email ON users (email)",
        ],
    );
    assert_eq!(lost(&derived), ["users.email"]);
}

#[test]
fn renames_go_back_as_renames() {
    let up = "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN email TO mail;
        ALTER TABLE people ADD COLUMN email INTEGER;";
    // The new column has the name that the renamed one gets back.
    let derived = check(
        Sqlite,
        USERS,
        up,
        &[
            "ALTER TABLE people DROP COLUMN email",
            "ALTER TABLE people RENAME COLUMN mail TO email",
            "ALTER TABLE people RENAME TO users",
        ],
    );
    assert!(derived.losses.is_empty(), "{derived:?}");
    check(
        Postgres,
        USERS,
        "ALTER INDEX users_email RENAME TO by_email; ALTER TABLE users RENAME CONSTRAINT users_pkey TO pk;",
        &[
            "ALTER TABLE users RENAME CONSTRAINT pk TO users_pkey",
            "ALTER INDEX by_email RENAME TO users_email",
        ],
    );
    let derived = check(
        Mysql,
        USERS,
        "ALTER TABLE users CHANGE email mail VARCHAR(40);",
        &[
            "ALTER TABLE users RENAME COLUMN mail TO email",
            "-- backfill: rows without users.email get its default \
             UPDATE users SET email = 'x' WHERE email IS NULL",
            "ALTER TABLE users MODIFY COLUMN email varchar(20) NOT NULL DEFAULT 'x'",
        ],
    );
    assert!(derived.losses.is_empty(), "{derived:?}");
}

#[test]
fn functions_go_back_under_their_names() {
    let before = "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 2';
        CREATE FUNCTION alone() RETURNS integer LANGUAGE sql AS 'SELECT 3';
        CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 4';
        CREATE SCHEMA app;
        CREATE FUNCTION app.h(a integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 5';";
    for (up, down) in [
        ("ALTER FUNCTION f(integer) RENAME TO g", "ALTER FUNCTION g(integer) RENAME TO f"),
        ("ALTER FUNCTION alone RENAME TO g", "ALTER FUNCTION g() RENAME TO alone"),
        ("ALTER ROUTINE alone() RENAME TO \"G h\"", "ALTER FUNCTION \"G h\"() RENAME TO alone"),
        ("ALTER PROCEDURE p() RENAME TO q", "ALTER PROCEDURE q() RENAME TO p"),
        ("ALTER FUNCTION app.h(int[]) RENAME TO f", "ALTER FUNCTION app.f(integer[]) RENAME TO h"),
        ("ALTER FUNCTION app.h SET SCHEMA public", "ALTER FUNCTION h(integer[]) SET SCHEMA app"),
        ("ALTER FUNCTION f(text) SET SCHEMA app", "ALTER FUNCTION app.f(text) SET SCHEMA public"),
    ] {
        let derived = check(Postgres, before, &format!("{up};"), &[down]);
        assert!(derived.missing.is_empty() && derived.losses.is_empty(), "{derived:?}");
    }
}

#[test]
fn a_column_that_must_have_values_gets_them() {
    let up = "ALTER TABLE users DROP COLUMN n;";
    for (dialect, wanted) in [
        (
            Postgres,
            &[
                "-- backfill: 0 is a placeholder; choose users.n for the rows that are there \
                 ALTER TABLE users ADD COLUMN n integer DEFAULT 0 NOT NULL",
                "ALTER TABLE users ALTER COLUMN n DROP DEFAULT",
            ][..],
        ),
        (
            Mysql,
            &[
                "ALTER TABLE users ADD COLUMN n int(11) NULL",
                "-- backfill: 0 is a placeholder; choose users.n for the rows that are there \
                 UPDATE users SET n = 0 WHERE n IS NULL",
                "ALTER TABLE users MODIFY COLUMN n int(11) NOT NULL",
            ],
        ),
    ] {
        let before = "CREATE TABLE users (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);";
        let derived = check(dialect, before, up, wanted);
        assert_eq!((lost(&derived), derived.missing.len()), (vec!["users.n".to_owned()], 0));
    }
    let before = "CREATE TABLE users (id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE);";
    let derived = derive(Postgres, before, up);
    assert_eq!(derived.missing[0].why, "users.n must have a value in every row");
}

#[test]
fn a_function_goes_before_the_table_whose_rows_it_returns() {
    let up = "CREATE TABLE t (a integer);
        CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t $$;";
    check(Postgres, "", up, &["DROP FUNCTION f()", "DROP TABLE t"]);
    let before = "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;";
    let up = "CREATE or REPLACE FUNCTION f() RETURNS integer AS $$ SELECT 2 $$ LANGUAGE sql;";
    let wanted = "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$";
    check(Postgres, before, up, &[wanted]);
}

#[test]
fn a_table_that_was_rebuilt_is_rebuilt_with_its_rows() {
    let up = "CREATE TABLE n (id INTEGER PRIMARY KEY, mail TEXT);
        INSERT INTO n (id, mail) SELECT id, email FROM users;
        DROP TABLE users; ALTER TABLE n RENAME TO users;";
    let derived = derive(Sqlite, USERS, up);
    assert!(derived.missing.is_empty() && derived.losses.is_empty(), "{derived:?}");
    assert!(derived.statements[0].sql.contains("RENAME COLUMN mail TO email"), "{derived:?}");
    assert!(
        derived.statements.iter().any(|step| step.sql.starts_with("INSERT INTO")),
        "{derived:?}"
    );

    let copied = |query: &str| {
        let up = format!(
            "CREATE TABLE n (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO n (id, email) {query};
             DROP TABLE users; ALTER TABLE n RENAME TO users;"
        );
        lost(&derive(Sqlite, USERS, &up))
    };
    assert_eq!(copied("SELECT id, lower(email) FROM users"), ["users.email"]);
    assert_eq!(copied("SELECT id, email FROM users WHERE id > 1"), ["users"]);
    assert!(copied("SELECT id, email FROM users").is_empty());
    let up = "CREATE TABLE n (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO n SELECT id, NULL FROM users;
         DROP TABLE users; ALTER TABLE n RENAME TO users;";
    assert_eq!(lost(&derive(Sqlite, USERS, up)), ["users.email"]);

    let up = "DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY);";
    assert_eq!(lost(&derive(Sqlite, USERS, up)), ["users"]);
}

#[test]
fn rows_that_stay_are_told() {
    let up = "ALTER TABLE users ADD COLUMN n INTEGER; UPDATE users SET n = 1;";
    assert!(derive(Postgres, USERS, up).missing.is_empty());
    let up = "UPDATE users SET email = lower(email);";
    let derived = derive(Postgres, USERS, up);
    assert_eq!(derived.missing.len(), 1, "{derived:?}");
    assert!(derived.statements.is_empty());
    let derived = derive(Mysql, USERS, "DELETE FROM users; DROP TABLE users;");
    assert!(derived.missing.is_empty() && lost(&derived) == ["users"], "{derived:?}");
}

#[test]
fn what_is_not_understood_is_told() {
    let up = "CREATE TABLE t (a int); DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_user; END $$;";
    let derived = derive(Postgres, USERS, up);
    let why: Vec<&str> = derived.missing.iter().map(|missing| missing.why.as_str()).collect();
    // It may drop the table too.
    assert_eq!(why, ["the statement is not understood", "table t is not known"], "{derived:?}");
}

#[test]
fn an_index_is_built_while_writers_go_on_as_it_was_dropped() {
    let derived = check(
        Postgres,
        USERS,
        "DROP INDEX CONCURRENTLY users_email; CREATE INDEX CONCURRENTLY j ON users (id);",
        &["DROP INDEX CONCURRENTLY j", "CREATE INDEX CONCURRENTLY users_email ON users (email)"],
    );
    assert!(derived.outside_transaction);
}

#[test]
fn a_label_that_was_added_goes_with_a_new_type() {
    let before = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (m mood);";
    check(
        Postgres,
        before,
        "ALTER TYPE mood ADD VALUE 'so so' BEFORE 'ok';",
        &[
            "ALTER TYPE mood RENAME TO mood_before",
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "ALTER TABLE t ALTER COLUMN m TYPE mood USING \"m\"::text::mood",
            "DROP TYPE mood_before",
        ],
    );
    check(
        Postgres,
        before,
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; ALTER TYPE mood RENAME TO mode;",
        &["ALTER TYPE mode RENAME TO mood", "ALTER TYPE mood RENAME VALUE 'fine' TO 'ok'"],
    );
}
