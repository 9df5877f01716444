//! What must differ, and what must be equal.

use super::Memory;

/// A table, and the same with a small change.
const TABLES: &[(&str, &str)] = &[
    ("CREATE TABLE t (a)", "CREATE TABLE t (b)"),
    ("CREATE TABLE t (a)", "CREATE TABLE t (a, b)"),
    ("CREATE TABLE t (a, b)", "CREATE TABLE t (b, a)"),
    ("CREATE TABLE t (a)", "CREATE TABLE t (A)"),
    ("CREATE TABLE t (a)", "CREATE TABLE T (a)"),
    ("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INTEGER)"),
    ("CREATE TABLE t (a VARCHAR(20))", "CREATE TABLE t (a VARCHAR(21))"),
    ("CREATE TABLE t (a DOUBLE PRECISION)", "CREATE TABLE t (a DOUBLE)"),
    ("CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a NOT NULL ON CONFLICT IGNORE)"),
    ("CREATE TABLE t (a CONSTRAINT n NOT NULL)", "CREATE TABLE t (a NOT NULL)"),
    ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT 2)"),
    ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT -1)"),
    ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT '1')"),
    ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a DEFAULT 'x')", "CREATE TABLE t (a DEFAULT 'X')"),
    ("CREATE TABLE t (a DEFAULT '')", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a DEFAULT 'NULL')", "CREATE TABLE t (a DEFAULT NULL)"),
    ("CREATE TABLE t (a DEFAULT x'00')", "CREATE TABLE t (a DEFAULT x'01')"),
    ("CREATE TABLE t (a DEFAULT CURRENT_TIME)", "CREATE TABLE t (a DEFAULT CURRENT_DATE)"),
    ("CREATE TABLE t (a DEFAULT CURRENT_TIME)", "CREATE TABLE t (a DEFAULT 'CURRENT_TIME')"),
    ("CREATE TABLE t (a DEFAULT (1 + 2))", "CREATE TABLE t (a DEFAULT (1 - 2))"),
    ("CREATE TABLE t (a COLLATE NOCASE)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a COLLATE NOCASE)", "CREATE TABLE t (a COLLATE RTRIM)"),
    ("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a + 1))"),
    ("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)"),
    ("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b)"),
    ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER)"),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
    ),
    ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)"),
    (
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))",
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
    ),
    ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER UNIQUE)"),
    ("CREATE TABLE t (a, b, PRIMARY KEY (a, b))", "CREATE TABLE t (a, b, PRIMARY KEY (b, a))"),
    ("CREATE TABLE t (a, b, PRIMARY KEY (a, b))", "CREATE TABLE t (a, b, PRIMARY KEY (a, b DESC))"),
    ("CREATE TABLE t (a PRIMARY KEY)", "CREATE TABLE t (a PRIMARY KEY ON CONFLICT REPLACE)"),
    ("CREATE TABLE t (a PRIMARY KEY)", "CREATE TABLE t (a CONSTRAINT k PRIMARY KEY)"),
    ("CREATE TABLE t (a PRIMARY KEY)", "CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID"),
    ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT) STRICT"),
    (
        "CREATE TABLE t (a INT PRIMARY KEY) STRICT",
        "CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
    ),
    ("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a, b, UNIQUE (b, a))"),
    ("CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a UNIQUE, b UNIQUE)"),
    ("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a CONSTRAINT u UNIQUE)"),
    ("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK)"),
    ("CREATE TABLE t (a, UNIQUE (a))", "CREATE TABLE t (a, UNIQUE (a COLLATE NOCASE))"),
    ("CREATE TABLE t (a CHECK (a > 0))", "CREATE TABLE t (a CHECK (a >= 0))"),
    ("CREATE TABLE t (a CHECK (a > 0))", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a CHECK (a > 0))", "CREATE TABLE t (a CONSTRAINT c CHECK (a > 0))"),
    ("CREATE TABLE t (a CHECK (a IN ('x')))", "CREATE TABLE t (a CHECK (a IN ('X')))"),
    ("CREATE TABLE t (a CHECK (a IN (\"x\")))", "CREATE TABLE t (a CHECK (a IN (\"X\")))"),
    ("CREATE TABLE t (a CHECK (a <> 'b'), b)", "CREATE TABLE t (a CHECK (a <> \"b\"), b)"),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a)"),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a REFERENCES q)"),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a REFERENCES p (u))"),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a CONSTRAINT f REFERENCES p)"),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a REFERENCES p ON DELETE SET NULL)"),
    (
        "CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)",
        "CREATE TABLE t (a REFERENCES p ON UPDATE CASCADE)",
    ),
    (
        "CREATE TABLE t (a REFERENCES p ON DELETE SET NULL)",
        "CREATE TABLE t (a REFERENCES p ON DELETE SET DEFAULT)",
    ),
    ("CREATE TABLE t (a REFERENCES p ON DELETE RESTRICT)", "CREATE TABLE t (a REFERENCES p)"),
    (
        "CREATE TABLE t (a REFERENCES p)",
        "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    ),
    ("CREATE TABLE t (a REFERENCES p)", "CREATE TABLE t (a REFERENCES p MATCH FULL)"),
    (
        "CREATE TABLE t (a, b, FOREIGN KEY (a) REFERENCES p)",
        "CREATE TABLE t (a, b, FOREIGN KEY (b) REFERENCES p)",
    ),
    (
        "CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p (x, y))",
        "CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p (y, x))",
    ),
    ("CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE VIRTUAL TABLE t USING fts5(a, b)"),
    ("CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE VIRTUAL TABLE t USING fts5(a, prefix='2')"),
    ("CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE VIRTUAL TABLE t USING fts4(a)"),
    ("CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE TABLE t (a)"),
];

/// A change of a database that has `FIXED`, and the way back.
const STEPS: &[(&str, &str)] = &[
    ("ALTER TABLE f ADD COLUMN z TEXT", "ALTER TABLE f DROP COLUMN z"),
    ("ALTER TABLE f ADD COLUMN z NOT NULL DEFAULT 0 CHECK (z >= 0)", "ALTER TABLE f DROP COLUMN z"),
    ("ALTER TABLE f ADD COLUMN z REFERENCES p", "ALTER TABLE f DROP COLUMN z"),
    ("ALTER TABLE f RENAME COLUMN b TO bb", "ALTER TABLE f RENAME COLUMN bb TO b"),
    ("ALTER TABLE f RENAME COLUMN b TO \"b b\"", "ALTER TABLE f RENAME \"b b\" TO b"),
    ("ALTER TABLE f RENAME TO g", "ALTER TABLE g RENAME TO f"),
    ("ALTER TABLE p RENAME TO r", "ALTER TABLE r RENAME TO p"),
    ("ALTER TABLE p RENAME COLUMN id TO key", "ALTER TABLE p RENAME COLUMN key TO id"),
    ("DROP INDEX by_a", "CREATE INDEX by_a ON f (a)"),
    (
        "DROP INDEX by_a; CREATE UNIQUE INDEX by_a ON f (a)",
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a)",
    ),
    (
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a DESC)",
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a ASC)",
    ),
    (
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a, b)",
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a)",
    ),
    ("DROP INDEX by_a; CREATE INDEX by_a ON f (b)", "DROP INDEX by_a; CREATE INDEX by_a ON f (a)"),
    (
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a COLLATE NOCASE)",
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a COLLATE BINARY)",
    ),
    (
        "DROP INDEX by_a; CREATE INDEX by_a ON f (upper(a))",
        "DROP INDEX by_a; CREATE INDEX by_a ON f ((a))",
    ),
    (
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a) WHERE b > 0",
        "DROP INDEX by_a; CREATE INDEX by_a ON f (a);",
    ),
    (
        "DROP INDEX by_a; CREATE INDEX by_aa ON f (a)",
        "DROP INDEX by_aa; CREATE INDEX by_a ON f (a)",
    ),
    (
        "DROP INDEX part; CREATE INDEX part ON f (b) WHERE a IS NULL",
        "DROP INDEX part; CREATE INDEX part ON f (b) WHERE a IS NOT NULL",
    ),
    (
        "DROP TRIGGER t_f",
        "CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END",
    ),
    (
        "DROP TRIGGER t_f; CREATE TRIGGER t_f BEFORE UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END",
        "DROP TRIGGER t_f; CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END",
    ),
    (
        "DROP TRIGGER t_f; CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = old.a; END",
        "DROP TRIGGER t_f; CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END",
    ),
    (
        "DROP TRIGGER t_f; CREATE TRIGGER t_f AFTER UPDATE OF a ON f WHEN new.a BEGIN UPDATE f SET b = new.a; END",
        "DROP TRIGGER t_f; CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END",
    ),
    (
        "DROP VIEW v",
        "CREATE VIEW v AS SELECT a, 'b' AS kind FROM f; CREATE TRIGGER t_v INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    ),
    ("DROP TRIGGER t_v", "CREATE TRIGGER t_v INSTEAD OF INSERT ON v BEGIN SELECT 1; END"),
    (
        "DROP VIEW w; CREATE VIEW w AS SELECT b FROM f",
        "DROP VIEW w; CREATE VIEW w AS SELECT a FROM f",
    ),
    (
        "DROP VIEW w; CREATE VIEW w (x) AS SELECT a FROM f",
        "DROP VIEW w; CREATE VIEW w AS SELECT a FROM f",
    ),
    (
        "DROP VIEW w; CREATE VIEW w AS SELECT a AS A FROM f",
        "DROP VIEW w; CREATE VIEW w AS SELECT a FROM f",
    ),
    ("DROP VIEW w; CREATE TABLE w (a)", "DROP TABLE w; CREATE VIEW w AS SELECT a FROM f"),
    ("CREATE TABLE n AS SELECT * FROM f", "DROP TABLE n"),
    ("CREATE VIRTUAL TABLE n USING fts5(x)", "DROP TABLE n"),
];

const FIXED: &str = "
    CREATE TABLE p (id INTEGER PRIMARY KEY, u UNIQUE);
    CREATE TABLE f (a TEXT, b INT CHECK (b <> \"none\"), p INT REFERENCES p (id));
    CREATE INDEX by_a ON f (a);
    CREATE INDEX part ON f (b) WHERE a IS NOT NULL;
    CREATE TRIGGER t_f AFTER UPDATE OF a ON f BEGIN UPDATE f SET b = new.a; END;
    CREATE VIEW v AS SELECT a, 'b' AS kind FROM f;
    CREATE TRIGGER t_v INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
    CREATE VIEW w AS SELECT a FROM f;
";

/// Texts that mean the same.
const EQUAL: &[(&str, &str)] = &[
    ("CREATE TABLE t (a TEXT NOT NULL)", "create table t(\n\ta  text not null -- here\n)"),
    ("CREATE TABLE t (a TEXT)", "CREATE TABLE IF NOT EXISTS main.\"t\" ([a] TEXT)"),
    ("CREATE TABLE t (a VARCHAR(20))", "CREATE TABLE `t` (`a` varchar ( 20 ) NULL)"),
    ("CREATE TABLE t (a, b)", "CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b"),
    (
        "CREATE TABLE t (a, b DEFAULT 5 NOT NULL)",
        "CREATE TABLE t (a); ALTER TABLE t ADD b NOT NULL DEFAULT (5)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, /* second */ b TEXT DEFAULT 'x, y'); ALTER TABLE t DROP b",
    ),
    ("CREATE TABLE t (a, c)", "CREATE TABLE t (a, b, c); ALTER TABLE t DROP COLUMN b"),
    ("CREATE TABLE t (a)", "CREATE TABLE s (a); ALTER TABLE s RENAME TO t"),
    (
        "CREATE TABLE t (a CHECK (a > 0))",
        "CREATE TABLE t (b CHECK (b > 0)); ALTER TABLE t RENAME b TO a",
    ),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (a); CREATE TABLE n (\"a\", \"b\"); INSERT INTO n SELECT a, 1 FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t",
    ),
    (
        "CREATE TABLE t (\"a\" INT, b TEXT)",
        "CREATE TABLE s (a INT, b TEXT); CREATE TABLE t AS SELECT * FROM s; DROP TABLE s",
    ),
    ("CREATE TABLE t (a PRIMARY KEY)", "CREATE TABLE t (a, PRIMARY KEY (A))"),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE t (a INTEGER NOT NULL, PRIMARY KEY (a AUTOINCREMENT))",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY ASC)",
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))",
    ),
    ("CREATE TABLE t (a PRIMARY KEY DESC)", "CREATE TABLE t (a, PRIMARY KEY (a DESC))"),
    (
        "CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE t (a NOT NULL PRIMARY KEY) without rowid",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC) WITHOUT ROWID",
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC)) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "CREATE TABLE t (a INT PRIMARY KEY) WITHOUT ROWID, STRICT",
    ),
    ("CREATE TABLE t (a UNIQUE, b UNIQUE)", "CREATE TABLE t (a, b, UNIQUE (b), UNIQUE (a ASC))"),
    ("CREATE TABLE t (a UNIQUE, b UNIQUE)", "CREATE TABLE t (a, b, UNIQUE (b) UNIQUE (a))"),
    (
        "CREATE TABLE t (a COLLATE NOCASE UNIQUE)",
        "CREATE TABLE t (a COLLATE nocase, UNIQUE (a COLLATE NOCASE) ON CONFLICT ABORT)",
    ),
    (
        "CREATE TABLE t (a CONSTRAINT c CHECK (a > 0))",
        "CREATE TABLE t (a, CONSTRAINT \"c\" CHECK ((\"A\">0)))",
    ),
    ("CREATE TABLE t (a CHECK (a IN (\"x\", 'y')))", "CREATE TABLE t (a CHECK (a in ('x','y')))"),
    (
        "CREATE TABLE t (a CHECK (Length(a) != 1 AND \"key\" == 2), key)",
        "CREATE TABLE t (a, \"key\", CHECK (length(a) <> 1 and key = 2))",
    ),
    (
        "CREATE TABLE t (a CHECK (a <> \"none\"), b)",
        "CREATE TABLE t (a CHECK (a <> \"none\"), c); ALTER TABLE t RENAME c TO b",
    ),
    ("CREATE TABLE t (a DEFAULT NULL)", "CREATE TABLE t (a)"),
    (
        "CREATE TABLE t (a DEFAULT 'x', b DEFAULT (1))",
        "CREATE TABLE t (a DEFAULT \"x\", b DEFAULT +1)",
    ),
    (
        "CREATE TABLE t (a DEFAULT -5, b DEFAULT current_timestamp)",
        "CREATE TABLE t (a DEFAULT (-5), b DEFAULT CURRENT_TIMESTAMP)",
    ),
    ("CREATE TABLE t (a DEFAULT x)", "CREATE TABLE t (a DEFAULT 'x')"),
    (
        "CREATE TABLE t (a, b INT AS (a + 1))",
        "CREATE TABLE t (a, b INT GENERATED ALWAYS AS ( a+1 ) VIRTUAL)",
    ),
    ("CREATE TABLE t (a COLLATE BINARY)", "CREATE TABLE t (a)"),
    (
        "CREATE TABLE t (a REFERENCES p (id) MATCH SIMPLE ON UPDATE NO ACTION)",
        "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES P NOT DEFERRABLE)",
    ),
    (
        "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY IMMEDIATE NOT NULL)",
        "CREATE TABLE t (a REFERENCES p NOT NULL DEFERRABLE)",
    ),
    (
        "CREATE TABLE t (a, b, FOREIGN KEY (b) REFERENCES p, FOREIGN KEY (a) REFERENCES p)",
        "CREATE TABLE t (a REFERENCES p, b REFERENCES p)",
    ),
    (
        "CREATE TABLE t (a REFERENCES t (b), b)",
        "CREATE TABLE s (a REFERENCES s (b), b); ALTER TABLE s RENAME TO t",
    ),
    (
        "CREATE TABLE t (a); CREATE INDEX i ON t (a, lower(a)) WHERE a > 1",
        "CREATE TABLE t (a); create index if not exists main.i on T ( \"A\" asc,LOWER(a) ) where (a>1)",
    ),
    (
        "CREATE TABLE t (a); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (b); CREATE INDEX i ON t (b); ALTER TABLE t RENAME b TO a",
    ),
    (
        "CREATE TABLE t (a); CREATE INDEX i ON t (a); CREATE INDEX j ON t (a, a)",
        "CREATE TABLE t (a); CREATE INDEX j ON t (a, a); CREATE INDEX i ON t (a)",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE t (a); CREATE VIEW IF NOT EXISTS \"v\" as\n select \"a\" from [t] -- all",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT 'x' AS k, a FROM t",
        "CREATE TABLE s (b); CREATE VIEW v AS SELECT \"x\" AS k, b FROM s; DROP VIEW v; ALTER TABLE s RENAME TO t; ALTER TABLE t RENAME b TO a; CREATE VIEW v AS SELECT \"x\" AS k, a FROM t",
    ),
    (
        "CREATE TABLE t (a); CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT new.a; END",
        "CREATE TABLE t (a); create trigger main.g insert on \"t\" for each row begin select NEW.\"a\" ; end",
    ),
    (
        "CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 'x'; END",
        "CREATE TABLE s (a); CREATE TRIGGER g AFTER INSERT ON s BEGIN SELECT 'x'; END; ALTER TABLE s RENAME TO t",
    ),
    ("CREATE VIRTUAL TABLE t USING fts5(a, b)", "create virtual table t using FTS5( a,b )"),
];

const PARENTS: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, u UNIQUE, x, y, UNIQUE (x, y));
    CREATE TABLE q (id INTEGER PRIMARY KEY);";

#[tokio::test]
async fn every_change_shows_and_its_undoing_does_not() {
    for (one, other) in TABLES {
        let memory = Memory::with(&format!("{PARENTS} {one}")).await;
        let before = memory.schema().await;
        memory.run(&format!("DROP TABLE t; {other}")).await;
        assert_ne!(memory.schema().await, before, "{one}\n{other}");
        memory.run(&format!("DROP TABLE t; {one}")).await;
        assert_eq!(memory.schema().await, before, "{one}");
    }
    let memory = Memory::with(FIXED).await;
    let before = memory.schema().await;
    for (there, back) in STEPS {
        memory.run(there).await;
        let after = memory.schema().await;
        assert_ne!(after, before, "{there}");
        memory.run(back).await;
        assert_eq!(memory.schema().await, before, "{there}\n{back}");
        memory.run(there).await;
        assert_eq!(memory.schema().await, after, "{there}, again");
        memory.run(back).await;
    }
}

#[tokio::test]
async fn what_means_the_same_is_equal() {
    for (one, other) in EQUAL {
        let first = Memory::with(&format!("{PARENTS} {one}")).await.schema().await;
        let second = Memory::with(&format!("{PARENTS} {other}")).await.schema().await;
        assert_eq!(first, second, "{one}\n{other}");
        assert!(first.tables.values().all(|table| !table.options.contains_key("definition")));
    }
}
