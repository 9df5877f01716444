//! What proves that a statement ran: only what is there on balance, and nothing where repeating it
//! would do more.

use crate::dialect::Dialect;
use crate::sql::{CatalogObject, Effect, effect};

/// The trace in short: `+` and `-` before what appears and disappears.
fn of(dialect: Dialect, sql: &str) -> String {
    match effect(sql, dialect.lex_rules()) {
        None => "doubt".to_owned(),
        Some(Effect::Repeatable) => "again".to_owned(),
        Some(Effect::RepeatableWhileEmpty(name)) => format!("while {} is empty", name.name),
        Some(Effect::Changes(changes)) => {
            let one = |name: &CatalogObject| match name {
                CatalogObject::Table(name) => name.name.clone(),
                CatalogObject::FilledTable(name) => format!("rows of {}", name.name),
                CatalogObject::Column(table, name) => format!("{}.{}", table.name, name.name),
                CatalogObject::Index(_, name) => format!("index {}", name.name),
                CatalogObject::Routine(name) => format!("routine {}", name.name),
                CatalogObject::Trigger(name) => format!("trigger {}", name.name),
            };
            let sign = |creates| if creates { "+" } else { "-" };
            let changes =
                changes.iter().map(|e| format!("{}{}", sign(e.creates()), one(e.object())));
            changes.collect::<Vec<_>>().join(" ")
        }
    }
}

fn assert_all(dialect: Dialect, cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(of(dialect, sql), *expected, "{sql}");
    }
}

#[test]
fn names_that_come_and_go_in_one_statement_prove_nothing() {
    assert_all(
        Dialect::Mysql,
        &[
            ("ALTER TABLE t CHANGE a b INT, CHANGE b a INT", "doubt"),
            ("ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a", "doubt"),
            ("ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN B TO c", "-t.a +t.c"),
            ("ALTER TABLE t CHANGE é b INT, CHANGE b e INT", "doubt"),
            ("ALTER TABLE t DROP COLUMN c, ADD COLUMN c INT", "doubt"),
            ("ALTER TABLE t DROP COLUMN c, ADD (c INT, d INT)", "doubt"),
            ("ALTER TABLE t DROP COLUMN IF EXISTS c, ADD COLUMN c INT", "doubt"),
            ("ALTER TABLE t DROP COLUMN d, ADD COLUMN c INT", "-t.d +t.c"),
            ("ALTER TABLE t WAIT 5 CHANGE a b INT, CHANGE b a INT", "doubt"),
            ("ALTER TABLE t DROP INDEX i, ADD INDEX i (a)", "doubt"),
            ("ALTER TABLE t DROP INDEX a, ADD UNIQUE (a)", "doubt"),
            ("ALTER TABLE t DROP INDEX i, ADD CONSTRAINT i UNIQUE (a)", "doubt"),
            ("ALTER TABLE t DROP COLUMN a, ADD INDEX i (b)", "-t.a"),
            ("ALTER TABLE t DROP INDEX i, ADD COLUMN a INT UNIQUE", "+t.a"),
            ("ALTER TABLE t RENAME INDEX a TO b, RENAME INDEX b TO a", "doubt"),
            ("ALTER TABLE t RENAME TO T", "doubt"),
            ("ALTER TABLE t ADD COLUMN c INT, RENAME TO u", "-t +u"),
            ("RENAME TABLE a TO b, b TO a", "doubt"),
            ("RENAME TABLE a TO x, b TO a, x TO b", "doubt"),
            ("RENAME TABLE a TO old, new TO a", "+old -new"),
            ("RENAME TABLE a TO ops.a", "doubt"),
        ],
    );
}

#[test]
fn what_would_be_done_twice_is_in_doubt() {
    assert_all(
        Dialect::Mysql,
        &[
            ("ALTER TABLE t ADD INDEX (a)", "doubt"),
            ("ALTER TABLE t ADD INDEX USING BTREE (a)", "doubt"),
            ("ALTER TABLE t ADD UNIQUE (a)", "doubt"),
            ("ALTER TABLE t ADD UNIQUE KEY u (a)", "+index u"),
            ("ALTER TABLE t ADD CHECK (a > 0)", "doubt"),
            ("ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT UNIQUE", "doubt"),
            ("ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT, ADD INDEX (c)", "doubt"),
            ("ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT", "again"),
            ("ALTER TABLE t ADD COLUMN IF NOT EXISTS c INT, DROP COLUMN IF EXISTS c", "doubt"),
            ("ALTER TABLE t MODIFY a INT AFTER b, MODIFY b INT AFTER a", "doubt"),
            ("ALTER TABLE t AUTO_INCREMENT = 100", "doubt"),
            ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "doubt"),
            ("ALTER TABLE t ADD VECTOR INDEX (v)", "doubt"),
            ("UPDATE t SET n = n + 1", "doubt"),
            ("INSERT INTO t SELECT * FROM u", "doubt"),
            ("SET GLOBAL max_connections = @@max_connections * 2", "doubt"),
            ("SET foreign_key_checks = 0", "again"),
            ("TRUNCATE t", "while t is empty"),
            ("CREATE OR REPLACE TABLE t (a INT)", "while t is empty"),
            ("CREATE OR REPLACE TABLE t AS SELECT 1", "doubt"),
            ("CREATE OR REPLACE SEQUENCE s", "doubt"),
            ("CREATE OR REPLACE DATABASE d", "doubt"),
            ("CREATE OR REPLACE DEFINER = a@b VIEW v AS SELECT 1", "again"),
            ("CREATE TABLE t AS SELECT 1 AS a", "+rows of t"),
            ("CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a", "doubt"),
            ("CREATE TABLE IF NOT EXISTS t (a INT)", "again"),
            ("CREATE VIEW v AS SELECT 1", "+v"),
            ("DROP TABLE t", "-t"),
            ("DROP TABLE t, u", "doubt"),
            ("ALTER TABLE t /*!50100 ADD COLUMN a INT, */ CHANGE b c INT", "doubt"),
        ],
    );
}

#[test]
fn other_databases_have_forms_of_their_own() {
    assert_all(
        Dialect::Postgres,
        &[
            ("ALTER TABLE ONLY t RENAME a TO b", "-t.a +t.b"),
            ("ALTER TABLE t RENAME CONSTRAINT a TO b", "doubt"),
            ("ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a)", "doubt"),
            ("ALTER TABLE t ADD c INT, ADD CONSTRAINT d CHECK (c > 0)", "+t.c"),
            ("CREATE INDEX CONCURRENTLY ON t (a)", "doubt"),
            ("CREATE INDEX CONCURRENTLY i ON t (a)", "+index i"),
            ("REINDEX SCHEMA public", "again"),
            ("REINDEX TABLE CONCURRENTLY t", "doubt"),
            ("DO $$ BEGIN COMMIT; END $$", "doubt"),
        ],
    );
    assert_all(
        Dialect::Sqlite,
        &[
            ("ALTER TABLE [t] RENAME COLUMN [a] TO b", "-t.a +t.b"),
            ("PRAGMA journal_mode = WAL", "again"),
            ("VACUUM", "again"),
        ],
    );
}
