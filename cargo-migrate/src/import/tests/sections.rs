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
        assert_eq!(m.notes, [format!("the up holds {note}: marked transaction:false")]);
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
        assert_eq!(import.migrations[0].notes, ["the down holds no statement"]);
    }
    let import = read(
        Format::Sqlx,
        Dialect::Mysql,
        &files(&[("1_a.up.sql", ""), ("1_a.down.sql", "/*!40101 SET NAMES utf8 */;")]),
    );
    assert!(import.migrations[0].down.is_some(), "what MySQL runs is a statement");
}

#[test]
fn sql_that_cannot_be_split_is_an_error_in_its_own_file() {
    let import = read_in(
        Format::Dbmate,
        &[("1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nDO $$ BEGIN END;\n")],
    );
    assert_eq!(codes(&import), [Code::UnterminatedToken]);
    let place = &import.problems[0].places[0].location;
    assert_eq!((place.path.as_str(), place.line), ("1_a.sql", 4));
    assert!(import.migrations[0].down.is_some(), "it is not taken for a blank");
}

#[test]
fn touching_a_version_table_is_noted() {
    let m = up(Dialect::Postgres, "DROP TABLE \"Schema_Migrations\"; SELECT '_sqlx_migrations';");
    assert_eq!(
        m.notes,
        ["the up touches `schema_migrations`, a version table that a fresh database does not have"]
    );
}
