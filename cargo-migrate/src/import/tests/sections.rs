//! What is found in SQL, and done to it.

use super::*;

fn up(dialect: Dialect, sql: &str) -> Imported {
    read(Format::Sqlx, dialect, &files(&[("1_a.sql", sql)])).migrations.remove(0)
}

#[test]
fn what_refuses_a_transaction_is_marked_with_a_note() {
    for (sql, note) in [
        (
            "create /* x */ index\n concurrently if not exists i on t (a);",
            "CREATE INDEX CONCURRENTLY",
        ),
        (
            "SELECT 1; CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
            "CREATE UNIQUE INDEX CONCURRENTLY",
        ),
        ("DROP INDEX CONCURRENTLY i;", "DROP INDEX CONCURRENTLY"),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t;", "REINDEX CONCURRENTLY"),
        ("VACUUM ANALYZE t;", "VACUUM"),
        (
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY;",
            "ALTER TABLE DETACH PARTITION CONCURRENTLY",
        ),
    ] {
        let m = up(Dialect::Postgres, sql);
        assert!(!m.up.transaction, "{sql}");
        assert_eq!(texts(&m), [format!("the up holds {note}: marked transaction:false")]);
    }
}

#[test]
fn what_may_run_in_a_transaction_stays_in_one() {
    for sql in [
        "-- CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX i ON t (a);",
        "SELECT 'CREATE INDEX CONCURRENTLY i ON t (a)';",
        "DO $$ BEGIN RAISE NOTICE 'VACUUM'; END $$;",
        "ALTER TYPE mood ADD VALUE 'sad';",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v;",
        "ROLLBACK TO SAVEPOINT a;",
        "",
    ] {
        let m = up(Dialect::Postgres, sql);
        assert!(m.up.transaction && m.notes.is_empty(), "{sql}: {:?}", m.notes);
    }
    assert!(up(Dialect::Mysql, "CREATE INDEX CONCURRENTLY ON t (a);").up.transaction);
    assert!(!up(Dialect::Sqlite, "VACUUM;").up.transaction);
}

#[test]
fn a_declared_section_gets_no_note() {
    let m = up(Dialect::Postgres, "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);");
    assert!(!m.up.transaction && m.notes.is_empty());
}

#[test]
fn a_transaction_around_everything_is_taken_away() {
    let m = up(Dialect::Postgres, "-- x\nBEGIN;\nCREATE TABLE t (a INT);\nCOMMIT ;\n");
    assert!(m.up.transaction);
    assert_eq!(m.up.text, "-- x\n\nCREATE TABLE t (a INT);\n");
    assert!(m.notes[0].contains("left out"));
    let m = up(Dialect::Sqlite, "start transaction; SELECT 1; end");
    assert_eq!(m.up.text.trim(), "SELECT 1;");
}

#[test]
fn other_transaction_control_is_run_as_it_stands() {
    for sql in ["SELECT 1; COMMIT; BEGIN; SELECT 2;", "BEGIN; SELECT 1; COMMIT; BEGIN; COMMIT;"] {
        let m = up(Dialect::Postgres, sql);
        assert!(!m.up.transaction, "{sql}");
        assert_eq!(m.up.text.trim_end(), sql);
        assert!(m.notes[0].contains("controls transactions"));
    }
}

#[test]
fn lines_that_look_like_markers_get_a_space_and_a_note() {
    let m = up(
        Dialect::Postgres,
        "SELECT 1;\n-- migrate:down\n  --Migrate:up x\n-- migrates: no\n-- to migrate: no\nSELECT 2; -- migrate:up\n",
    );
    assert_eq!(
        m.up.text,
        "SELECT 1;\n-- migrate :down\n  --Migrate :up x\n-- migrates: no\n-- to migrate: no\nSELECT 2; -- migrate:up\n"
    );
    assert!(m.notes[0].contains("2 line(s)"));
    assert!(up(Dialect::Postgres, "--é\n-- é").notes.is_empty());
}

#[test]
fn a_down_is_blank_when_it_holds_no_statement() {
    for down in ["", "\r\n\r\n", "-- nothing to do\n", "/* a; b */ ;;\n", "\u{feff}"] {
        let import = read_in(Format::Sqlx, &[("1_a.up.sql", "SELECT 1"), ("1_a.down.sql", down)]);
        assert_eq!(import.migrations[0].down, None, "{down:?}");
        assert_eq!(import.migrations[0].no_down, NoDown::Blank);
    }
    let import = read(
        Format::Sqlx,
        Dialect::Mysql,
        &files(&[("1_a.up.sql", ""), ("1_a.down.sql", "/*!40101 SET NAMES utf8 */;")]),
    );
    assert!(import.migrations[0].down.is_some(), "what MySQL runs is a statement");
}

#[test]
fn a_down_that_cannot_be_split_is_broken_and_an_up_is_an_error() {
    let import = read_in(
        Format::Dbmate,
        &[("1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nDO $$ BEGIN END;\n")],
    );
    assert_eq!(codes(&import), []);
    let m = &import.migrations[0];
    assert!(m.down.is_none());
    assert_eq!(m.no_down, NoDown::Broken("the dollar-quoted string is not closed".to_owned()));
    let expected = "1_a.sql:4: the down cannot be read: the dollar-quoted string is not closed";
    assert_eq!(m.notes[0].to_string(), expected);
    let import = read_in(Format::Sqlx, &[("1_a.sql", "SELECT 1;\nDO $$ BEGIN END;\n")]);
    assert_eq!(codes(&import), [Code::UnterminatedToken]);
    assert_eq!(import.problems[0].places[0].location.line, 2);
}

#[test]
fn a_down_that_cannot_be_read_at_all_is_broken_too() {
    let list = [
        ForeignFile { path: "1_a.up.sql".into(), text: Ok("SELECT 1;".into()) },
        ForeignFile { path: "1_a.down.sql".into(), text: Err("it is not UTF-8".into()) },
    ];
    let import = read(Format::Sqlx, Dialect::Sqlite, &list);
    assert_eq!(codes(&import), []);
    let why = "cannot be read: it is not UTF-8".to_owned();
    assert_eq!(import.migrations[0].no_down, NoDown::Broken(why));
}

#[test]
fn sqlx_enforces_foreign_keys_on_sqlite() {
    for (format, dialect, enforced) in [
        (Format::Sqlx, Dialect::Sqlite, true),
        (Format::Sqlx, Dialect::Postgres, false),
        (Format::GolangMigrate, Dialect::Sqlite, false),
    ] {
        let pair = files(&[("1_a.up.sql", "SELECT 1;"), ("1_a.down.sql", "SELECT 2;")]);
        let import = read(format, dialect, &pair);
        let m = &import.migrations[0];
        assert_eq!(m.up.foreign_keys, enforced, "{format} {dialect:?}");
        assert_eq!(m.down.as_ref().unwrap().foreign_keys, enforced);
    }
}

#[test]
fn touching_a_version_table_is_noted_where_it_is_needed() {
    let m = up(Dialect::Postgres, "SELECT '_sqlx_migrations';\nDROP TABLE \"Schema_Migrations\";");
    let expected = "1_a.sql:2: the up touches `schema_migrations`, a version table that a fresh database does not have";
    assert_eq!(m.notes[0].to_string(), expected);
    for sql in [
        "DROP TABLE IF EXISTS schema_migrations;",
        "CREATE TABLE schema_migrations (a INT); DROP TABLE schema_migrations;",
    ] {
        assert!(up(Dialect::Postgres, sql).notes.is_empty(), "{sql}");
    }
}

fn texts(migration: &Imported) -> Vec<&str> {
    migration.notes.iter().map(|note| note.text.as_str()).collect()
}
