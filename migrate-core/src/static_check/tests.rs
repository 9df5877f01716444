//! What is found in revisions, and what is not.

use super::check;
use crate::dialect::Dialect;
use crate::history::{History, StaticCheckOptions, StaticChecks};
use crate::source::SourceFile;

const BASE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
                    CREATE INDEX users_name ON users (name);";

/// The findings of a revision on top of a table with an index.
fn found(body: &str) -> String {
    let base = format!(
        "-- revision: a\n-- revises:\n\n-- migrate:up\n{BASE}\n\n-- migrate:down\nDROP TABLE users;\n"
    );
    let revision = format!("-- revision: b\n-- revises: a\n\n{body}\n");
    let files = vec![SourceFile::new("a.sql", base), SourceFile::new("b.sql", revision)];
    let (history, wrong) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(wrong.is_empty(), "{wrong}");
    check(&history, StaticChecks::All, None).to_string()
}

fn of(up: &str, down: &str) -> String {
    found(&format!("-- migrate:up\n{up}\n\n-- migrate:down\n{down}"))
}

#[test]
fn a_down_that_restores_the_schema_has_no_finding() {
    for (up, down) in [
        ("ALTER TABLE users ADD email TEXT;", "ALTER TABLE users DROP email;"),
        ("DROP INDEX users_name;", "CREATE INDEX users_name ON users (\"name\" ASC);"),
        ("ALTER TABLE users RENAME TO people;", "ALTER TABLE people RENAME TO users;"),
        (
            "DROP TABLE users;",
            "CREATE TABLE users (id INTEGER, name TEXT NOT NULL, PRIMARY KEY (id));
             CREATE INDEX users_name ON users (name);",
        ),
        ("CREATE TABLE t AS SELECT * FROM users;", "DROP TABLE t;"),
        ("ALTER TABLE users DROP name;", "SELECT 1;"),
    ] {
        let found = of(up, down);
        if up.contains("DROP name") {
            assert!(found.contains("still-needed"), "{found}");
        } else {
            assert_eq!(found, "", "{up}");
        }
    }
}

#[test]
fn what_differs_after_the_down_is_found_at_its_statement() {
    for (up, down, expected) in [
        (
            "CREATE TABLE audit (id);",
            "SELECT 1;",
            "error[left-behind]: after the down table audit is left behind\n  --> b.sql:5:1\n  \
             --> b.sql:7:1: the down\n  = help: add to the down: DROP TABLE audit;",
        ),
        (
            "DROP INDEX users_name;",
            "SELECT 1;",
            "error[not-restored]: after the down index users_name of table users is missing\n  \
             --> b.sql:5:1\n  --> b.sql:7:1: the down",
        ),
        (
            "DROP INDEX users_name;",
            "SELECT 1;\nCREATE UNIQUE INDEX users_name ON users (name);",
            "error[restored-otherwise]: after the down uniqueness of index users_name of table users \
             was not there and is UNIQUE\n  --> b.sql:9:1\n  --> b.sql:7:1: the down",
        ),
        (
            "ALTER TABLE users ADD email TEXT;",
            "ALTER TABLE users DELETE COLUMN email;",
            "error[sql-syntax]: expected `RENAME`, `ADD` or `DROP`, found `DELETE` in the down\n  \
             --> b.sql:8:19",
        ),
        (
            "CREATE INDEX users_id ON users (id);",
            "DROP INDEX users_ids;",
            "error[no-such-object]: there is no index users_ids at this point of the down\n  \
             --> b.sql:8:1",
        ),
        (
            "CREATE TABLE Users (id);",
            "DROP TABLE Users;",
            "error[already-exists]: table users exists already at this point of the up\n  \
             --> b.sql:5:1",
        ),
    ] {
        assert_eq!(of(up, down), expected, "{up} {down}");
    }
}

#[test]
fn a_finding_can_be_accepted_and_an_effect_stated() {
    let up = "-- migrate:up\nCREATE TABLE audit (id);\n\n-- migrate:down\nSELECT 1;\n\n";
    assert_eq!(found(&format!("{up}-- migrate:allow left-behind it stays\n")), "");
    let effect = "-- migrate:effect\nCREATE TABLE other (id);\n";
    let both = found(&format!("{up}{effect}"));
    assert!(both.contains("table other is left behind"), "{both}");
}

#[test]
fn a_sealed_revision_gives_warnings() {
    let base = "-- revision: a\n-- revises:\n\n-- migrate:up\nCREATE TABLE t (x);\n\n\
                -- migrate:down\nSELECT 1;\n";
    let top = "-- revision: b\n-- revises: a\n\n-- migrate:up\nCREATE TABLE u (x);\n\n\
               -- migrate:down\nSELECT 1;\n";
    let files = || vec![SourceFile::new("a.sql", base), SourceFile::new("b.sql", top)];
    let (history, _) = History::read(files(), None, &[Dialect::Sqlite]);
    let lock = crate::lock::Lock::of(&history.graph, &[Dialect::Sqlite], None).render();
    let lock = SourceFile::new("migrate.lock", lock);
    let (history, wrong) = History::read(files(), Some(&lock), &[Dialect::Sqlite]);
    assert!(wrong.is_empty(), "{wrong}");
    let levels = |checks| {
        let found = check(&history, checks, None).to_string();
        found
            .lines()
            .filter_map(|line| line.split_once('['))
            .map(|(l, _)| l.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(levels(StaticChecks::New), ["warning", "error"]);
    assert_eq!(levels(StaticChecks::All), ["error", "error"]);
    assert!(levels(StaticChecks::Off).is_empty());
}

/// The findings of two branches on top of the base, and their merge.
fn of_branches(one: &str, other: &str) -> String {
    let file = |id: &str, parents: &str, up: &str| {
        let text = format!(
            "-- revision: {id}\n-- revises: {parents}\n\n-- migrate:up\n{up}\n\n\
             -- migrate:irreversible test\n"
        );
        SourceFile::new(format!("{id}.sql"), text)
    };
    let files = vec![
        file("a", "", BASE),
        file("b", "a", one),
        file("c", "a", other),
        file("m", "b, c", "SELECT 1;"),
    ];
    let (history, wrong) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(wrong.is_empty(), "{wrong}");
    check(&history, StaticChecks::All, None).to_string()
}

#[test]
fn branches_whose_order_matters_are_found_at_both_places() {
    for (one, other, expected) in [
        (
            "ALTER TABLE users ADD email TEXT;",
            "SELECT 1;\nALTER TABLE users ADD email INTEGER;",
            "error[order-matters]: after the branch that it meets, the up fails: column users.email exists already\n  \
             --> c.sql:6:1\n  --> b.sql:5:1: the other branch\n",
        ),
        (
            "CREATE TABLE t (a);",
            "CREATE TABLE IF NOT EXISTS t (b);",
            "error[order-matters]: after the branch that it meets, the up fails: table t exists already\n  \
             --> b.sql:5:1\n  --> c.sql:5:1: the other branch\n",
        ),
        (
            "DROP TABLE users;",
            "ALTER TABLE users ADD email TEXT;",
            "error[order-matters]: after the branch that it meets, the up fails: there is no table users\n  \
             --> c.sql:5:1\n  --> b.sql:5:1: the other branch\n",
        ),
        (
            "CREATE TABLE IF NOT EXISTS t (a);",
            "CREATE TABLE IF NOT EXISTS t (b);",
            "error[order-matters]: the branches in the other order give another schema: ",
        ),
    ] {
        let found = of_branches(one, other);
        assert!(found.starts_with(expected), "{found}");
        assert_eq!(found.matches("error[").count(), 1, "{found}");
    }
}

#[test]
fn branches_whose_order_does_not_matter_have_no_finding() {
    for (one, other) in [
        ("CREATE TABLE t (a);", "CREATE TABLE u (a);"),
        ("ALTER TABLE users ADD email TEXT;", "ALTER TABLE users ADD phone TEXT;"),
        ("ALTER TABLE users ADD email TEXT;", "CREATE TABLE t AS SELECT id FROM users;"),
        ("DROP INDEX users_name;", "DROP INDEX IF EXISTS users_phone;"),
        ("UPDATE users SET name = 'a';", "UPDATE users SET name = 'b';"),
    ] {
        assert_eq!(of_branches(one, other), "", "{one} {other}");
    }
}

#[test]
fn with_a_prelude_no_object_is_said_to_be_absent() {
    let of_prelude = "-- revision: a\n-- revises:\n\n-- migrate:up\nALTER TABLE old ADD x INT;\n\
                      CREATE TABLE own (id INT);\n\n-- migrate:down\nDROP TABLE own;\n";
    let of_own = "-- revision: b\n-- revises: a\n\n-- migrate:up\nALTER TABLE own ADD x INT;\n\n\
                  -- migrate:down\nDROP own;\n";
    let files = vec![SourceFile::new("a.sql", of_prelude), SourceFile::new("b.sql", of_own)];
    let (history, wrong) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(wrong.is_empty(), "{wrong}");
    let codes = |has_prelude| {
        let options = StaticCheckOptions { checks: StaticChecks::All, has_prelude };
        let found = check(&history, options, None);
        found.iter().map(|one| one.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(codes(false), ["no-such-object", "sql-syntax"]);
    assert_eq!(codes(true), ["sql-syntax"]);
}

#[test]
fn postgres_is_checked_as_the_others_are() {
    let file = |id: &str, parent: &str, body: &str| {
        let text = format!("-- revision: {id}\n-- revises: {parent}\n\n{body}\n");
        SourceFile::new(format!("{id}.sql"), text)
    };
    let files = vec![
        file(
            "a",
            "",
            "-- migrate:up\nCREATE TYPE mood AS ENUM ('ok');\n\
             CREATE TABLE users (id bigint PRIMARY KEY, mood mood NOT NULL, email text);\n\n\
             -- migrate:down\nDROP TABLE users;",
        ),
        file(
            "b",
            "a",
            "-- migrate:up\nCREATE TABLE posts (id bigint, author bigint REFERENCES users);\n\
             CREATE INDEX ON posts (author);\n\n\
             -- migrate:down\nDROP INDEX posts_author_id_idx;\nDROP TABLE posts;",
        ),
        file(
            "c",
            "b",
            "-- migrate:up\nALTER TABLE users ALTER email SET NOT NULL, ADD UNIQUE (email);\n\n\
             -- migrate:down\nALTER TABLE users DROP CONSTRAINT users_email_key;",
        ),
        file("d", "c", "-- migrate:up\nDROP TABLE users;\n\n-- migrate:irreversible gone"),
    ];
    let (history, wrong) = History::read(files, None, &[Dialect::Postgres]);
    assert!(wrong.is_empty(), "{wrong}");
    let found = check(&history, StaticChecks::All, None).to_string();
    let found: Vec<&str> = found.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(
        found,
        [
            "error[left-behind]: after the down enum mood is left behind",
            "error[no-such-object]: there is no index posts_author_id_idx at this point of the down",
            "error[restored-otherwise]: after the down nullability of column users.email was NULL and \
             is NOT NULL",
            "error[still-needed]: table users is needed by the foreign key posts_author_fkey of table \
             posts at this point of the up",
        ]
    );
}

#[test]
fn each_section_has_the_session_of_the_project() {
    let history = |dialect, (up, down): (&str, &str), next: &str| {
        let file = |id: &str, parent: &str, body: &str| {
            let text = format!("-- revision: {id}\n-- revises: {parent}\n\n{body}\n");
            SourceFile::new(format!("{id}.sql"), text)
        };
        let a = format!("-- migrate:up\n{up}\n\n-- migrate:down\n{down}");
        let b = format!("-- migrate:up\n{next}\n\n-- migrate:irreversible test");
        let files = vec![file("a", "", &a), file("b", "a", &b)];
        let (history, wrong) = History::read(files, None, &[dialect]);
        assert!(wrong.is_empty(), "{wrong}");
        history
    };
    let found = |history: &History, session: &[&str]| {
        let session: Vec<String> = session.iter().map(|text| (*text).to_owned()).collect();
        let mut history = history.clone();
        history.graph = history.graph.with_session(&session);
        let found = check(&history, StaticChecks::All, None);
        found.iter().map(|one| one.code.as_str()).collect::<Vec<_>>()
    };
    // A setting of the up ends with it.
    let up = "CREATE SCHEMA app; SET search_path TO app; CREATE TABLE t (x int);";
    let works = (up, "DROP TABLE app.t; DROP SCHEMA app;");
    let postgres =
        history(Dialect::Postgres, works, "CREATE TABLE t (x int); DROP TABLE t, app.t;");
    assert_eq!(found(&postgres, &[]), [""; 0]);
    let fails = history(Dialect::Postgres, (up, "DROP TABLE t;"), "SELECT 1;");
    assert_eq!(found(&fails, &[]), ["no-such-object"]);
    // Nothing is claimed where the project looks elsewhere for names.
    let elsewhere = ("CREATE TABLE t (x int);", "DROP TABLE app.t;");
    let elsewhere = history(Dialect::Postgres, elsewhere, "SELECT 1;");
    assert_eq!(found(&elsewhere, &[]), ["no-such-object"]);
    assert_eq!(found(&elsewhere, &["SET search_path TO app, public"]), [""; 0]);
    assert_eq!(found(&elsewhere, &["SELECT set_config('search_path', 'app', false)"]), [""; 0]);
    assert_eq!(found(&elsewhere, &["SET search_path TO public, app"]), ["no-such-object"]);
    let parents = ("CREATE TABLE t (x INT, FOREIGN KEY (x) REFERENCES u (x));", "DROP TABLE t;");
    let mysql = history(Dialect::Mysql, parents, "SET foreign_key_checks = 1;");
    assert_ne!(found(&mysql, &[]), [""; 0]);
    assert_eq!(found(&mysql, &["SET foreign_key_checks = 0"]), [""; 0]);
}

/// The findings of a revision on top of tables of a database.
fn on(dialect: Dialect, base: &str, up: &str, down: &str) -> String {
    let text = |id: &str, parent: &str, up: &str, down: &str| {
        let text =
            format!("-- revision: {id}\n-- revises: {parent}\n\n-- migrate:up\n{up}\n\n{down}\n");
        SourceFile::new(format!("{id}.sql"), text)
    };
    let down = format!("-- migrate:down\n{down}");
    let files =
        vec![text("a", "", base, "-- migrate:irreversible test"), text("b", "a", up, &down)];
    let (history, wrong) = History::read(files, None, &[dialect]);
    assert!(wrong.is_empty(), "{wrong}");
    let found = check(&history, StaticChecks::All, None);
    found.iter().map(|one| one.code.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_function_that_is_not_known_may_change_what_it_names() {
    let base =
        "CREATE SCHEMA app; CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE app.t (id int);";
    let drop = "ALTER TABLE t DROP COLUMN geom;";
    for up in [
        "SELECT AddGeometryColumn('t', 'geom', 4326, 'POINT', 2);",
        "SELECT AddGeometryColumn('public', 't', 'geom', 4326, 'POINT', 2);",
        "SELECT public.addgeometrycolumn('public.t', 'geom', srid => 4326);",
        "SELECT * FROM add_dimension('t'::regclass, by_hash('geom', 4));",
        "DO $$ BEGIN PERFORM AddGeometryColumn('t', 'geom', 4326, 'POINT', 2); END $$;",
        "CALL add_geometry('t', 'geom');",
        "SELECT AddGeometryColumn(relname, 'geom', 4326, 'POINT', 2) FROM pg_class;",
    ] {
        assert_eq!(on(Dialect::Postgres, base, up, drop), "", "{up}");
    }
    let other = "SELECT AddGeometryColumn('app', 't', 'geom', 4326, 'POINT', 2);";
    assert_eq!(on(Dialect::Postgres, base, other, "ALTER TABLE app.t DROP COLUMN geom;"), "");
    // What it does not name stays known, and the server's own functions change nothing.
    let wrong = "ALTER TABLE t DROP COLUMN wrong;";
    for up in [
        "SELECT AddGeometryColumn('u', 'geom', 4326, 'POINT', 2);",
        "SELECT pg_catalog.setval('t', max(id)), count(*) OVER (ORDER BY id) FROM t AS x (id);",
        "SELECT json_agg(t), pg_advisory_lock(1) FROM t;",
    ] {
        assert_eq!(on(Dialect::Postgres, base, up, wrong), "no-such-object", "{up}");
    }
    let base = "CREATE TABLE t (id INTEGER PRIMARY KEY);";
    let spatial = "SELECT AddGeometryColumn('t', 'geom', 4326, 'POINT', 'XY');";
    assert_eq!(on(Dialect::Sqlite, base, spatial, drop), "");
    assert_eq!(
        on(Dialect::Sqlite, base, "SELECT max(id), json(id) FROM t;", wrong),
        "no-such-object"
    );
    let call = "CALL mysql.add_geometry('t', 'geom');";
    assert_eq!(on(Dialect::Mysql, base, call, drop), "");
}
