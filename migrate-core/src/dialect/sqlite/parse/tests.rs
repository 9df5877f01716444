//! What each statement is read as, and where an error is.

use super::*;
use crate::schema::Table;

fn ops(sql: &str) -> Vec<Op> {
    let found =
        parse(sql, Span::new(0, sql.len())).unwrap_or_else(|error| panic!("{sql}: {error}"));
    found.into_iter().map(|located| located.value).collect()
}

fn op(sql: &str) -> Op {
    ops(sql).pop().unwrap()
}

fn named(name: &str) -> Name {
    match name.split_once('.') {
        Some((namespace, name)) => {
            Name { namespace: Some(namespace.to_owned()), name: name.to_owned() }
        }
        None => Name::new(name),
    }
}

fn created(sql: &str) -> (String, Table) {
    match op(sql) {
        Op::CreateTable { name, table, .. } => (name.to_string(), *table),
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn a_table_is_read_with_its_constraints() {
    let sql = "CREATE TABLE IF NOT EXISTS main.users (\
         id INTEGER PRIMARY KEY AUTOINCREMENT, \
         team DECIMAL(10, +2) NOT NULL ON CONFLICT FAIL DEFAULT -1 REFERENCES teams ON DELETE CASCADE \
             NOT DEFERRABLE INITIALLY DEFERRED, \
         CONSTRAINT one UNIQUE (team COLLATE nocase DESC) CHECK (team > 0)\
         ) STRICT, WITHOUT ROWID";
    let (name, table) = created(sql);
    assert_eq!(name, "users");
    assert_eq!((table.columns.len(), table.uniques.len(), table.checks.len()), (2, 1, 1));
    assert_eq!(table.foreign_keys[0].parent, named("teams"));
    assert!(table.strict && table.without_rowid);
    let (name, _) = created("CREATE TEMP TABLE [a b] ('c' 'd' DEFAULT x)");
    assert_eq!(name, "temp.a b");
    let (_, table) = created("CREATE VIRTUAL TABLE docs USING fts5(title, tokenize = 'porter')");
    assert_eq!(table.options["module"], "fts5");
}

#[test]
fn alter_table_is_read_in_all_forms() {
    for (sql, expected) in [
        (
            "ALTER TABLE a RENAME TO b",
            Op::RenameTable { name: named("a"), to: named("b"), if_exists: false },
        ),
        (
            "ALTER TABLE a RENAME b TO c",
            Op::RenameColumn { table: named("a"), column: "b".to_owned(), to: "c".to_owned() },
        ),
        (
            "ALTER TABLE x.a RENAME COLUMN \"b\" TO c",
            Op::RenameColumn { table: named("x.a"), column: "b".to_owned(), to: "c".to_owned() },
        ),
        (
            "ALTER TABLE a DROP b",
            Op::DropColumn {
                table: named("a"),
                column: "b".to_owned(),
                if_exists: false,
                cascade: false,
            },
        ),
    ] {
        assert_eq!(op(sql), expected, "{sql}");
    }
    let Op::AddColumn { table, column, constraints, .. } =
        op("ALTER TABLE a ADD b INT NOT NULL DEFAULT 1 UNIQUE REFERENCES c (d)")
    else {
        panic!("a column is added");
    };
    assert_eq!((table, column.name.as_str()), (named("a"), "b"));
    assert!(!column.nullable && constraints.columns.is_empty());
    assert_eq!((constraints.uniques.len(), constraints.foreign_keys.len()), (1, 1));
}

#[test]
fn indexes_views_and_triggers_are_read() {
    let Op::CreateIndex { name, table, index, if_not_exists, .. } =
        op("CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a, lower(b) DESC) WHERE a > 1")
    else {
        panic!("an index is created");
    };
    assert_eq!((name.as_deref(), table, if_not_exists), (Some("i"), named("t"), true));
    assert!(index.unique && index.parts[1].descending);
    assert_eq!(index.parts[0].column.as_deref(), Some("a"));
    assert_eq!(index.predicate.as_deref(), Some("a > 1"));

    let Op::CreateView { view, .. } = op("CREATE VIEW v (a) AS SELECT \"b\"  FROM t") else {
        panic!("a view is created");
    };
    assert_eq!((view.details.as_str(), view.definition.as_str()), ("(a)", "SELECT \"b\"  FROM t"));

    let sql = "CREATE TEMP TRIGGER g INSTEAD OF UPDATE OF a, b ON v FOR EACH ROW WHEN new.a \
               BEGIN SELECT CASE WHEN 1 THEN 2 END; END";
    let Op::CreateTrigger { name, table, .. } = op(sql) else { panic!("a trigger is created") };
    assert_eq!((name, table), (named("temp.g"), named("v")));
    assert_eq!(
        op("DROP TRIGGER IF EXISTS x.g"),
        Op::DropTrigger { name: named("x.g"), table: None, if_exists: true, cascade: false }
    );
}

#[test]
fn statements_of_rows_name_the_tables() {
    for (sql, writes) in [
        ("INSERT OR IGNORE INTO main.a SELECT * FROM b", Some("main.a")),
        ("REPLACE INTO a VALUES (1)", Some("a")),
        ("UPDATE OR FAIL a SET x = (SELECT y FROM b)", Some("a")),
        ("DELETE FROM a WHERE x IN b", Some("a")),
        ("WITH c AS (SELECT * FROM b) INSERT INTO a SELECT * FROM c", Some("a")),
        ("SELECT * FROM b", None),
    ] {
        let Op::Rows { reads, writes: found } = op(sql) else { panic!("{sql} is of rows") };
        assert_eq!(found, writes.map(named), "{sql}");
        assert!(sql.contains('1') || reads.contains(&named("b")), "{sql}: {reads:?}");
    }
    assert_eq!(ops("BEGIN IMMEDIATE"), []);
    assert_eq!(
        op("PRAGMA main.Foreign_Keys(off)"),
        Op::Set { name: "foreign_keys".to_owned(), value: Some("off".to_owned()) }
    );
    let op = op("CREATE TABLE a AS SELECT * FROM b");
    let Op::CreateTableAs { name, reads, .. } = op else { panic!("a table of a query") };
    assert_eq!((name, reads), (named("a"), vec![named("b")]));
}

/// Errors of people, and the token at which each is found.
#[test]
fn an_error_is_at_the_token_that_cannot_stand_there() {
    for (sql, at, message) in [
        ("DROP INDEX IF EXIST i", "EXIST", "expected `EXISTS`, found `EXIST`"),
        ("DROP INDEX i ON t", "ON", "expected the end of the statement, found `ON`"),
        (
            "ALTER TABLE t DELETE COLUMN a",
            "DELETE",
            "expected `RENAME`, `ADD` or `DROP`, found `DELETE`",
        ),
        (
            "ALTER TABLE t DROP COLUMN a TEXT",
            "TEXT",
            "expected the end of the statement, found `TEXT`",
        ),
        ("ALTER TABLE t ADD COLUMN a NOT", "", "expected `NULL`, found the end of the statement"),
        ("CREATE TABLE t (a INT,)", ")", "expected the name of a column, found `)`"),
        ("CREATE TABLE t (a VARCHAR(max))", "max", "expected a number, found `max`"),
        (
            "CREATE TABLE t (a INT NOT NULL b INT)",
            "b",
            "expected a constraint, `,` or `)`, found `b`",
        ),
        (
            "CREATE TABLE t (a REFERENCES p ON DELETE SET)",
            "SET",
            "expected `CASCADE`, `NO ACTION`, `RESTRICT`, `SET DEFAULT` or `SET NULL`, found `SET`",
        ),
        (
            "CREATE TABLE t (a) WITHOUT ROW",
            "WITHOUT",
            "expected `STRICT`, `WITHOUT ROWID` or the end of the statement, found `WITHOUT`",
        ),
        ("CREATE TABLE t (a", "", "expected `)`, found the end of the statement"),
        ("CREATE UNIQUE TABLE t (a)", "TABLE", "expected `INDEX`, found `TABLE`"),
        ("CREATE INDEX i ON t", "", "expected `(`, found the end of the statement"),
        ("CREATE INDEX order ON t (a)", "order", "expected the name of an index, found `order`"),
        ("CREATE INDEX i ON t (a b)", "b", "expected an operator, found `b`"),
        ("CREATE TABLE t (a CHECK (a > 0 1))", "1", "expected an operator, found `1`"),
        ("CREATE VIEW v AS TABLE t", "TABLE", "expected a query, found `TABLE`"),
        (
            "CREATE TRIGGER g AFTER TRUNCATE ON t BEGIN SELECT 1; END",
            "TRUNCATE",
            "expected `DELETE`, `INSERT` or `UPDATE`, found `TRUNCATE`",
        ),
        ("SELCT 1", "SELCT", "expected a statement, found `SELCT`"),
    ] {
        let error = parse(sql, Span::new(0, sql.len())).unwrap_err();
        assert_eq!((error.span.of(sql), error.to_string().as_str()), (at, message), "{sql}");
    }
}

#[test]
fn a_keyword_is_a_name_where_sqlite_takes_it_for_one() {
    for sql in [
        "CREATE TABLE if (key, text TEXT, replace, 'x')",
        "CREATE TABLE t (a REFERENCES p MATCH anything ON INSERT CASCADE)",
        "CREATE TABLE t (a UNSIGNED BIG INT(1), b CONSTRAINT c, CONSTRAINT d CHECK (b) CHECK (a))",
        "CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP, b DEFAULT yes, c DEFAULT +1.5, d DEFAULT (1))",
        "CREATE TABLE t (a GENERATED ALWAYS AS (1) STORED, b AS (2))",
        "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p DEFERRABLE INITIALLY IMMEDIATE)",
        "CREATE INDEX temp.i ON t (a COLLATE nocase ASC, \"b\")",
        "CREATE INDEX i ON t (CAST(a AS big int) DESC, f(DISTINCT b), CASE a WHEN 1 THEN 2 END)",
        "CREATE TABLE t (a CHECK (a NOT IN (SELECT b c FROM p q) AND a LIKE 'x' ESCAPE '!' OR a -> '$'))",
        "DROP TABLE main.t",
    ] {
        assert_eq!(ops(sql).len(), 1, "{sql}");
    }
}
