//! Random statements of MariaDB.

use migrate_core::dialect::Dialect;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn table() -> impl Strategy<Value = &'static str> {
    select(vec!["t", "t", "t", "u", "u", "`t u`", "v"])
}

fn column() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "a", "b", "c", "A", "`d e`", "`key`"])
}

/// A column: its name, its type and what is written at it. Most are such that the server takes them.
fn definition() -> impl Strategy<Value = String> {
    definition_of(column())
}

fn definition_of(name: impl Strategy<Value = &'static str>) -> impl Strategy<Value = String> {
    let number = (
        select(vec![
            "INT",
            "INT",
            "INTEGER UNSIGNED",
            "BIGINT",
            "TINYINT(1)",
            "BOOL",
            "DECIMAL(10,2)",
            "DOUBLE",
            "FLOAT(7,3)",
            "INT(5) ZEROFILL",
            "BIT(3)",
        ]),
        select(vec![
            "",
            "",
            "NULL",
            "NOT NULL",
            "NOT NULL DEFAULT 1",
            "DEFAULT 1.50",
            "DEFAULT '1'",
            "DEFAULT -1",
            "DEFAULT NULL",
            "DEFAULT (1 + 2)",
            "DEFAULT TRUE",
            "DEFAULT b'1'",
            "UNIQUE",
            "UNIQUE KEY COMMENT 'it''s'",
            "PRIMARY KEY",
            "KEY",
            "AUTO_INCREMENT PRIMARY KEY",
            "NOT NULL AUTO_INCREMENT UNIQUE",
            "CHECK (a > 0)",
            "CHECK (a > 0 AND NOT (a = 5))",
            "CHECK (b <> 'x') COMMENT 'x'",
            "REFERENCES t (a)",
            "REFERENCES u (a) ON DELETE CASCADE",
            "AS (a + 1) STORED",
            "GENERATED ALWAYS AS (a * 2) VIRTUAL",
            "AS (length(b)) PERSISTENT COMMENT 'y'",
            "INVISIBLE",
            "DEFAULT 0 INVISIBLE",
        ]),
    );
    let text = (
        select(vec![
            "VARCHAR(20)",
            "VARCHAR(20)",
            "CHAR(3)",
            "CHAR",
            "TEXT",
            "TINYTEXT",
            "VARCHAR(20) CHARACTER SET latin1",
            "VARCHAR(20) CHARSET utf8mb4",
            "VARCHAR(20) BINARY",
            "CHAR(5) CHARACTER SET latin1 COLLATE latin1_bin",
            "NVARCHAR(20)",
            "TEXT CHARACTER SET latin1",
            "TEXT(100)",
            "ENUM('a', 'b')",
            "SET('a','b')",
            "JSON",
            "BLOB",
            "VARBINARY(10)",
            "VARCHAR(8) BYTE",
            "UUID",
        ]),
        select(vec![
            "",
            "",
            "NULL",
            "NOT NULL",
            "NOT NULL DEFAULT 'a'",
            "DEFAULT \"a\"",
            "DEFAULT ''",
            "DEFAULT NULL",
            "DEFAULT (uuid())",
            "DEFAULT (concat('a', 'b'))",
            "COLLATE utf8mb4_bin",
            "COLLATE utf8mb4_general_ci",
            "COLLATE latin1_swedish_ci NOT NULL",
            "UNIQUE",
            "PRIMARY KEY",
            "CHECK (b <> 'x')",
            "AS (concat(a, 'x')) STORED",
            "COMMENT 'a \"b\"'",
        ]),
    );
    let time = (
        select(vec![
            "DATE",
            "DATETIME",
            "DATETIME(3)",
            "TIMESTAMP",
            "TIMESTAMP(6)",
            "TIME",
            "YEAR",
        ]),
        select(vec![
            "",
            "NULL",
            "NOT NULL",
            "NULL DEFAULT NULL",
            "DEFAULT CURRENT_TIMESTAMP",
            "NOT NULL DEFAULT NOW() ON UPDATE NOW()",
            "DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
            "DEFAULT '2020-01-02'",
            "DEFAULT '2020-1-2 03:04:05'",
            "DEFAULT 0",
            "DEFAULT 1999",
        ]),
    );
    let kind = prop_oneof![4 => number, 3 => text, 1 => time];
    (name, kind).prop_map(|(name, (of, option))| format!("{name} {of} {option}"))
}

/// A key, a check or a foreign key, as in `CREATE TABLE` and behind `ADD`.
fn constraint() -> impl Strategy<Value = String> {
    let name = || select(vec!["", "", "k", "a", "f"]);
    let part = || select(vec!["", "", "", "(5)", "(20)", " DESC"]);
    let action = select(vec!["", "ON DELETE CASCADE", "ON DELETE SET NULL ON UPDATE NO ACTION"]);
    prop_oneof![
        1 => (column(), part()).prop_map(|(c, p)| format!("PRIMARY KEY ({c}{p})")),
        1 => (column(), part()).prop_map(|(c, p)| format!("PRIMARY KEY (a, {c}{p})")),
        2 => (name(), column(), part()).prop_map(|(n, c, p)| format!("UNIQUE KEY {n} ({c}{p})")),
        2 => (name(), column(), part()).prop_map(|(n, c, p)| format!("KEY {n} (a, {c}{p})")),
        2 => (name(), column(), part()).prop_map(|(n, c, p)| format!("INDEX {n} ({c}{p})")),
        1 => (name(), column()).prop_map(|(n, c)| format!("INDEX {n} ({c}) USING BTREE COMMENT 'z'")),
        1 => column().prop_map(|c| format!("CONSTRAINT k UNIQUE (b, {c})")),
        1 => column().prop_map(|c| format!("FULLTEXT KEY ({c})")),
        1 => column().prop_map(|c| format!("CONSTRAINT k CHECK ({c} > 1 OR a IS NULL)")),
        1 => column().prop_map(|c| format!("CHECK ({c} IS NOT NULL)")),
        2 => (name(), column(), table())
            .prop_map(|(n, c, t)| format!("FOREIGN KEY {n} ({c}) REFERENCES {t} (a)")),
        2 => (column(), table(), column(), action)
            .prop_map(|(c, t, p, on)| format!("CONSTRAINT f FOREIGN KEY ({c}) REFERENCES {t} ({p}) {on}")),
        1 => column().prop_map(|c| format!("FOREIGN KEY (a, {c}) REFERENCES t (a, b)")),
    ]
}

fn table_options() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "",
        "",
        "",
        "ENGINE=InnoDB",
        "ENGINE=MyISAM",
        "DEFAULT CHARSET=latin1",
        "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "COLLATE=latin1_bin",
        "CHARSET=utf8",
        "COMMENT='a table'",
        "ROW_FORMAT=DYNAMIC",
        "AUTO_INCREMENT=5",
        "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    ])
}

fn create_table() -> impl Strategy<Value = String> {
    let start = select(vec![
        "TABLE",
        "TABLE",
        "TABLE",
        "TABLE",
        "TABLE IF NOT EXISTS",
        "OR REPLACE TABLE",
        "TEMPORARY TABLE",
    ]);
    // Most tables have what others refer to.
    let first = prop_oneof![
        3 => Just("a INT PRIMARY KEY".to_owned()),
        2 => Just("a INT NOT NULL, b VARCHAR(20), KEY (a, b)".to_owned()),
        1 => Just("a INT, b INT, c INT".to_owned()),
        2 => definition(),
    ];
    let more = vec(prop_oneof![2 => definition(), 2 => constraint()], 0..3);
    (start, table(), first, more, table_options()).prop_map(
        |(start, name, first, more, options)| {
            let more: String = more.iter().map(|one| format!(", {one}")).collect();
            format!("CREATE {start} {name} ({first}{more}) {options}")
        },
    )
}

/// An action of `ALTER TABLE`.
fn action() -> impl Strategy<Value = String> {
    let position = || select(vec!["", "", "", "FIRST", "AFTER a", "AFTER `d e`"]);
    let index = || select(vec!["a", "b", "k", "f", "a_2", "i", "PRIMARY"]);
    prop_oneof![
        6 => (definition(), position()).prop_map(|(d, p)| format!("ADD COLUMN {d} {p}")),
        1 => definition().prop_map(|d| format!("ADD COLUMN IF NOT EXISTS {d}")),
        1 => (definition(), constraint()).prop_map(|(d, c)| format!("ADD ({d}, {c})")),
        4 => column().prop_map(|c| format!("DROP COLUMN {c}")),
        1 => column().prop_map(|c| format!("DROP COLUMN IF EXISTS {c}")),
        4 => (definition(), position()).prop_map(|(d, p)| format!("MODIFY {d} {p}")),
        4 => (column(), definition(), position())
            .prop_map(|(c, d, p)| format!("CHANGE {c} {d} {p}")),
        3 => (column(), column()).prop_map(|(c, to)| format!("RENAME COLUMN {c} TO {to}")),
        2 => (column(), select(vec!["SET DEFAULT 5", "SET DEFAULT 'x'", "DROP DEFAULT",
            "SET DEFAULT NULL", "SET DEFAULT (1 + 1)"]))
            .prop_map(|(c, d)| format!("ALTER COLUMN {c} {d}")),
        5 => constraint().prop_map(|c| format!("ADD {c}")),
        1 => Just("DROP PRIMARY KEY".to_owned()),
        3 => index().prop_map(|i| format!("DROP INDEX {i}")),
        1 => index().prop_map(|i| format!("DROP KEY IF EXISTS {i}")),
        2 => select(vec!["t_ibfk_1", "u_ibfk_1", "u_ibfk_2", "f", "k", "a"])
            .prop_map(|f| format!("DROP FOREIGN KEY {f}")),
        2 => select(vec!["t_ibfk_1", "u_ibfk_1", "CONSTRAINT_1", "f", "k"])
            .prop_map(|f| format!("DROP CONSTRAINT {f}")),
        2 => (index(), index()).prop_map(|(i, j)| format!("RENAME INDEX {i} TO {j}")),
        1 => index().prop_map(|i| format!("ALTER INDEX {i} IGNORED")),
        1 => table().prop_map(|t| format!("RENAME TO {t}")),
        1 => select(vec![
            "CONVERT TO CHARACTER SET latin1",
            "CONVERT TO CHARACTER SET utf8mb4",
            "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        ]).prop_map(str::to_owned),
        2 => table_options().prop_map(|o| if o.is_empty() { "FORCE".to_owned() } else { o.to_owned() }),
        1 => Just("AUTO_INCREMENT = 7".to_owned()),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    let part = select(vec!["a", "b", "a, b", "b(5)", "c DESC", "`d e`", "a, `key`"]);
    let query = select(vec![
        "SELECT a FROM t",
        "SELECT * FROM t",
        "SELECT t.a, u.b FROM t JOIN u ON t.a = u.a",
        "SELECT b AS a FROM u WHERE c = 1",
        "SELECT 1 AS a",
    ]);
    let body = select(vec![
        "SET NEW.a = 1",
        "UPDATE t SET a = 1",
        "INSERT INTO u (a) VALUES (1)",
        "BEGIN DELETE FROM t; SET @x = 1; END",
    ]);
    let event = select(vec!["AFTER UPDATE", "BEFORE DELETE", "BEFORE INSERT"]);
    let actions = || vec(action(), 1..4).prop_map(|actions| actions.join(", "));
    prop_oneof![
        8 => create_table(),
        20 => (table(), actions()).prop_map(|(t, a)| format!("ALTER TABLE {t} {a}")),
        10 => (table(), action()).prop_map(|(t, a)| format!("ALTER TABLE {t} {a}")),
        1 => (table(), action()).prop_map(|(t, a)| format!("ALTER TABLE IF EXISTS {t} {a}")),
        2 => table().prop_map(|t| format!("DROP TABLE {t}")),
        1 => table().prop_map(|t| format!("DROP TABLE IF EXISTS {t}")),
        1 => (table(), table()).prop_map(|(t, u)| format!("DROP TABLE IF EXISTS {t}, {u}")),
        2 => (table(), table()).prop_map(|(t, to)| format!("RENAME TABLE {t} TO {to}")),
        1 => Just("RENAME TABLE t TO swap, u TO t, swap TO u".to_owned()),
        3 => (select(vec!["", "UNIQUE ", "FULLTEXT ", "OR REPLACE "]), select(vec!["i", "k", "a", "IF NOT EXISTS i"]), table(), part)
            .prop_map(|(u, i, t, p)| format!("CREATE {u}INDEX {i} ON {t} ({p})")),
        2 => (select(vec!["i", "k", "a", "`PRIMARY`", "IF EXISTS b"]), table())
            .prop_map(|(i, t)| format!("DROP INDEX {i} ON {t}")),
        2 => (select(vec!["VIEW", "OR REPLACE VIEW"]), table(), query)
            .prop_map(|(c, v, q)| format!("CREATE {c} {v} AS {q}")),
        1 => table().prop_map(|v| format!("DROP VIEW {v}")),
        2 => (select(vec!["g", "h"]), event, table(), body)
            .prop_map(|(g, e, t, b)| format!("CREATE TRIGGER {g} {e} ON {t} FOR EACH ROW {b}")),
        1 => Just("DROP TRIGGER g".to_owned()),
        1 => (table(), table()).prop_map(|(t, u)| format!("CREATE TABLE {t} LIKE {u}")),
        1 => (table(), taken(), table())
            .prop_map(|(t, q, u)| format!("CREATE TABLE {t} AS SELECT {q} FROM {u}")),
        1 => (table(), definition(), table())
            .prop_map(|(t, d, u)| format!("CREATE TABLE {t} ({d}) AS SELECT a FROM {u}")),
        1 => select(vec!["SET foreign_key_checks = 0", "SET foreign_key_checks = 1"])
            .prop_map(str::to_owned),
        1 => select(vec![
            "CREATE SEQUENCE s",
            "CREATE SEQUENCE t START WITH 5 INCREMENT BY 2",
            "DROP SEQUENCE s",
            "ALTER SEQUENCE s RESTART 10",
            "ALTER SEQUENCE s MAXVALUE 1000",
        ]).prop_map(str::to_owned),
        1 => table().prop_map(|t| format!("TRUNCATE TABLE {t}")),
    ]
}

/// Tables to begin with, and what happens to them.
fn statements() -> impl Strategy<Value = Vec<String>> {
    let first = select(vec![
        "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(20), c INT, `d e` INT NOT NULL)",
        "CREATE TABLE t (a INT NOT NULL, b TEXT, c INT UNIQUE, KEY (a, c)) CHARSET=latin1",
        "CREATE TABLE t (a SERIAL, b INT, c VARCHAR(10) DEFAULT 'c', CHECK (b > 0))",
    ]);
    let second = select(vec![
        "CREATE TABLE u (a INT, b INT, FOREIGN KEY (a) REFERENCES t (a))",
        "CREATE TABLE u (a INT PRIMARY KEY, c INT, FOREIGN KEY (c) REFERENCES u (a))",
        "CREATE TABLE u (a INT, b VARCHAR(20) COLLATE utf8mb4_bin, c TEXT, FULLTEXT KEY (b, c))",
        "CREATE VIEW u AS SELECT a, b FROM t",
    ]);
    (first, second, vec(statement(), 1..30)).prop_map(|(first, second, mut more)| {
        more.splice(0..0, [first.to_owned(), second.to_owned()]);
        more
    })
}

/// What a query takes from a table.
fn taken() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "*", "b, a AS x", "a, b", "a, *"])
}

/// A condition that asks the catalog.
fn question() -> impl Strategy<Value = String> {
    let index = || select(vec!["a", "b", "k", "f", "i", "PRIMARY", "a_2"]);
    let constraint = select(vec!["t_ibfk_1", "u_ibfk_1", "f", "k", "PRIMARY", "CONSTRAINT_1", "a"]);
    let kind = select(vec!["PRIMARY KEY", "FOREIGN KEY", "UNIQUE", "CHECK"]);
    let column = || select(vec!["a", "b", "c", "A", "d e", "key"]);
    let named = select(vec!["t", "t", "u", "t u", "v", "T"]);
    let filter = prop_oneof![
        4 => column().prop_map(|c| format!("columns WHERE column_name = '{c}'")),
        1 => column().prop_map(|c| format!("columns WHERE is_nullable = 'YES' AND column_name = '{c}'")),
        2 => Just("columns WHERE TRUE".to_owned()),
        2 => select(vec!["tables WHERE TRUE", "tables WHERE table_type = 'BASE TABLE'",
            "tables WHERE table_type = 'VIEW'"]).prop_map(str::to_owned),
        3 => index().prop_map(|i| format!("statistics WHERE index_name = '{i}'")),
        2 => (kind, constraint.clone())
            .prop_map(|(k, c)| format!("table_constraints WHERE constraint_type = '{k}' AND constraint_name = '{c}'")),
        2 => constraint.clone().prop_map(|c| format!("table_constraints WHERE constraint_name = '{c}'")),
        1 => constraint.clone().prop_map(|c| format!("key_column_usage WHERE constraint_name = '{c}'")),
        2 => constraint.prop_map(|c| format!("referential_constraints WHERE constraint_name = '{c}'")),
    ];
    (
        filter,
        named,
        select(vec!["AND table_schema = DATABASE()", "AND table_schema = DATABASE()", ""]),
    )
        .prop_map(|(filter, table, own)| {
            let own = if filter.starts_with("referential") || filter.starts_with("table_c") {
                own.replace("table_schema", "constraint_schema")
            } else {
                own.to_owned()
            };
            format!("information_schema.{filter} AND table_name = '{table}' {own}")
        })
}

/// Code that asks the catalog, and changes something or not.
fn code() -> impl Strategy<Value = String> {
    let test = select(vec!["> 0", "= 0", "= 1", "< 1", ">= 2", "<> 1"]);
    let otherwise = prop_oneof![2 => Just("DO 0".to_owned()), 1 => statement()];
    (question(), test, statement(), otherwise, 0..6).prop_map(|(from, test, then, other, form)| {
        let count = format!("(SELECT COUNT(*) FROM {from}) {test}");
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
        let (yes, no) = (quoted(&then), quoted(&other));
        match form {
            0 => format!("SET @s = IF({count}, {yes}, {no}); PREPARE s FROM @s; EXECUTE s"),
            1 => format!(
                "SELECT COUNT(*) INTO @n FROM {from}; SET @s = CASE WHEN @n {test} THEN {yes} \
                 ELSE {no} END; PREPARE s FROM @s; EXECUTE s; DEALLOCATE PREPARE s"
            ),
            2 => format!("BEGIN NOT ATOMIC IF {count} THEN {then}; ELSE {other}; END IF; END"),
            3 => format!("EXECUTE IMMEDIATE (SELECT IF(COUNT(*) {test}, {yes}, {no}) FROM {from})"),
            4 => format!(
                "CREATE OR REPLACE PROCEDURE p(IN yes TEXT) BEGIN DECLARE n INT DEFAULT 0; \
                 SET n = (SELECT COUNT(*) FROM {from}); IF n {test} THEN SET @s = yes; \
                 PREPARE s FROM @s; EXECUTE s; ELSE {other}; END IF; END; CALL p({yes})"
            ),
            _ => format!(
                "SET @s = IF(NOT EXISTS (SELECT * FROM {from}), CONCAT('', {yes}), {no}); \
                 PREPARE s FROM @s; EXECUTE s"
            ),
        }
    })
}

fn with_code() -> impl Strategy<Value = Vec<String>> {
    let one = prop_oneof![1 => statement(), 2 => code()];
    (statements(), vec(one, 1..12)).prop_map(|(mut first, more)| {
        first.truncate(5);
        first.extend(more);
        first
    })
}

#[test]
fn random_code_changes_mysql_alike() {
    super::check(Dialect::Mysql, 15, with_code());
}

#[test]
fn random_statements_change_mysql_alike() {
    super::check(Dialect::Mysql, 15, statements());
}

#[test]
fn found_statements_change_mysql_alike() {
    super::check_found(Dialect::Mysql, include_str!("found/mysql.sql"));
}
