//! What each statement is read as, and where an error is.

use super::*;
use crate::op::{ConstraintKey, Position, TableChange, TableConstraint};
use crate::schema::{Action, Kind, Name, Table};

fn ops(sql: &str) -> Vec<Op> {
    let found =
        parse(sql, Span::new(0, sql.len())).unwrap_or_else(|error| panic!("{sql}: {error}"));
    found.into_iter().map(|located| located.value).collect()
}

fn created(sql: &str) -> Table {
    match ops(sql).pop().unwrap() {
        Op::CreateTable { table, .. } | Op::CreateTableAs { table, .. } => *table,
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn a_column_has_the_form_of_the_catalog() {
    for (definition, data_type, details) in [
        ("INT", "int(11)", ""),
        ("INTEGER UNSIGNED ZEROFILL", "int(10) unsigned zerofill", ""),
        ("bool", "tinyint(1)", ""),
        ("DEC(5)", "decimal(5,0)", ""),
        ("FLOAT(30)", "double", ""),
        ("REAL(5, 2)", "double(5,2)", ""),
        ("CHARACTER VARYING(3)", "varchar(3)", ""),
        ("char byte", "binary(1)", ""),
        ("BLOB(10)", "tinyblob", ""),
        ("TEXT(70000) CHARSET latin1", "mediumtext", ""),
        ("YEAR", "year(4)", ""),
        ("ENUM('a', 'b''c ')", "enum('a','b''c')", ""),
        ("TIMESTAMP(0) ON UPDATE NOW()", "timestamp", "ON UPDATE current_timestamp()"),
        ("INT COMMENT 'x' INVISIBLE", "int(11)", "INVISIBLE"),
    ] {
        let table = created(&format!("CREATE TABLE t (a {definition})"));
        let column = &table.columns[0];
        let found = (column.data_type.as_str(), column.details.as_str());
        assert_eq!(found, (data_type, details), "{definition}");
    }
    let table = created("CREATE TABLE t (a JSON, b SERIAL, c INT AS (a + 1) STORED, d INT KEY)");
    assert_eq!(table.columns[0].collation.as_deref(), Some("utf8mb4_bin"));
    assert_eq!(table.checks[0].expression, "json_valid(`a`)");
    assert!(!table.columns[1].nullable && table.columns[1].identity.is_some());
    assert!(table.indexes["b"].unique);
    assert!(table.columns[2].generated.as_ref().is_some_and(|generated| generated.stored));
    assert_eq!(table.primary_key.unwrap().columns, ["d"]);
}

#[test]
fn keys_have_the_names_that_the_server_chooses() {
    let names = |elements: &str| {
        let table = created(&format!("CREATE TABLE t (a INT, b INT, {elements})"));
        table.indexes.into_keys().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("KEY (a), KEY (A), UNIQUE a_3 (a), UNIQUE (a)"), "a a_2 a_3 a_4");
    assert_eq!(names("CONSTRAINT k UNIQUE KEY z (a), CONSTRAINT u UNIQUE (b)"), "u z");
    // A foreign key makes an index unless one leads with its columns.
    assert_eq!(names("FOREIGN KEY (a) REFERENCES p (id)"), "a");
    assert_eq!(names("CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)"), "f");
    assert_eq!(names("CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), KEY k (a, b)"), "k");
    assert_eq!(names("PRIMARY KEY (a), FOREIGN KEY (a) REFERENCES p (id)"), "");
}

#[test]
fn a_table_is_read_with_everything() {
    let table = created(
        "CREATE TABLE IF NOT EXISTS t (\
         id BIGINT UNSIGNED AUTO_INCREMENT, \
         team VARCHAR(20) CHARACTER SET latin1 NOT NULL DEFAULT 'x' REFERENCES teams (name) ON DELETE CASCADE, \
         CONSTRAINT positive CHECK ((id > 0)), \
         PRIMARY KEY (id) USING BTREE, FULLTEXT KEY words (team), KEY (team(5) DESC)\
         ) ENGINE innodb, AUTO_INCREMENT 7 DEFAULT CHARSET=utf8 COMMENT='it''s' \
         PARTITION BY HASH (id) PARTITIONS 3",
    );
    assert_eq!(table.columns[1].collation.as_deref(), Some("latin1"));
    assert_eq!(table.foreign_keys[0].on_delete, Action::Cascade);
    assert_eq!(table.checks[0].expression, "id > 0");
    assert_eq!(table.primary_key.unwrap().details, "USING BTREE");
    assert_eq!(table.indexes["words"].method.as_deref(), Some("fulltext"));
    let part = &table.indexes["team"].parts[0];
    assert!(part.prefix == Some(5) && part.descending);
    let options: Vec<_> = table.options.iter().map(|(k, v)| format!("{k}: {v}")).collect();
    assert_eq!(options, ["charset: utf8mb3", "engine: InnoDB"]);
    assert_eq!(table.comment.as_deref(), Some("it's"));
    assert_eq!(table.partition_by.unwrap().text, "HASH (id) PARTITIONS 3");
}

#[test]
fn actions_of_alter_table_come_in_an_order_that_works_one_by_one() {
    let words = |sql: &str| {
        let name = |op: &Op| match op {
            Op::DropIndex { name, .. } => format!("drop index {name}"),
            Op::DropConstraint { constraint: ConstraintKey::PrimaryKey, .. } => "drop key".into(),
            Op::DropColumn { column, .. } => format!("drop {column}"),
            Op::AddColumn { column, position: Position::After(after), .. } => {
                format!("add {} after {after}", column.name)
            }
            Op::AddColumn { column, .. } => format!("add {}", column.name),
            Op::RenameColumn { column, to, .. } => format!("{column} to {to}"),
            Op::ReplaceColumn { column, with, .. } => format!("replace {column} {}", with.name),
            Op::CreateIndex { name, .. } => format!("index {}", name.clone().unwrap_or_default()),
            Op::RenameTable { to, .. } => format!("rename {to}"),
            Op::AlterTable { change: TableChange::Option { name, .. }, .. } => name.clone(),
            other => panic!("{other:?}"),
        };
        ops(sql).iter().map(name).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        words(
            "ALTER TABLE t RENAME u, ADD INDEX i (b), ADD b INT AFTER a, DROP c, DROP KEY k, DROP PRIMARY KEY"
        ),
        "drop index k, drop key, drop c, add b after a, index i, rename u"
    );
    assert_eq!(
        words("ALTER TABLE t ENGINE=MyISAM ROW_FORMAT DYNAMIC, ADD x INT"),
        "add x, engine, row_format"
    );
    assert_eq!(
        words("ALTER TABLE t CHANGE a b INT, CHANGE b a INT"),
        "a to a (swapped), replace b a, replace a (swapped) b"
    );
    assert_eq!(words("ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO c"), "b to c, a to b");
}

#[test]
fn other_statements_are_read() {
    for (sql, words) in [
        ("DROP TABLE IF EXISTS a, b CASCADE", "DropTable DropTable"),
        ("RENAME TABLE a TO b, c TO a", "RenameTable RenameTable"),
        ("TRUNCATE t", "Rows"),
        ("SET foreign_key_checks = 0, @a := 1", "Set Set"),
        ("SET GLOBAL max_connections = 10", ""),
        ("LOCK TABLES a WRITE", ""),
        ("CREATE VIEW v AS SELECT 1", "CreateView"),
        ("ALTER VIEW v AS SELECT 2", "DropView CreateView"),
        ("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "CreateTrigger"),
        ("CREATE PROCEDURE p (IN a INT) BEGIN SELECT 1; END", "CreateOther"),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", "CreateOther"),
        ("CREATE SEQUENCE s START 5", "CreateSequence"),
        ("CALL p(1)", "Call"),
        ("GRANT SELECT ON t TO 'ada'@'%'", "AlterOther"),
        ("CREATE OR REPLACE TABLE t AS SELECT 1", "DropTable CreateTableAs"),
        ("ALTER TABLE IF EXISTS t DROP a", "Conditional"),
        ("INSERT INTO t SELECT * FROM u", "Rows"),
        // What a DELIMITER of the client puts into one text.
        (
            "DROP TABLE t; CREATE TABLE t (a INT); INSERT INTO t VALUES (1);",
            "DropTable CreateTable Rows",
        ),
        ("/*!40101 SET NAMES utf8 */", "Set"),
        ("SET @drop = (SELECT 1), @before := @drop + 1, @'a b' = 2", "Set Set Set"),
        ("PREPARE s FROM @drop", "Set"),
        ("EXECUTE s", "Run"),
        ("SELECT COUNT(*) INTO @n FROM t", "Rows Set"),
        ("SELECT @n := a FROM t", "Rows Set"),
        ("SELECT '@n' FROM t WHERE a = @n", "Rows"),
        ("/*M!999999\\- enable the sandbox mode */ ", ""),
        ("CREATE TABLE t (a INT /*!80023 INVISIBLE */)", "Opaque"),
        ("CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */", "CreateTable"),
    ] {
        let found: Vec<String> = ops(sql)
            .iter()
            .map(|op| {
                let text = format!("{op:?}");
                text.split([' ', '{']).next().unwrap_or_default().to_owned()
            })
            .collect();
        assert_eq!(found.join(" "), words, "{sql}");
    }
}

#[test]
fn code_has_the_form_of_the_catalog() {
    let sql = "CREATE DEFINER=root@localhost TRIGGER g AFTER UPDATE ON t FOR EACH ROW SET @a = 1";
    let Some(Op::CreateTrigger { trigger, uses, .. }) = ops(sql).pop() else { panic!() };
    let expected = "CREATE TRIGGER `g` AFTER UPDATE ON `t` FOR EACH ROW SET @a = 1\n/* DEFINER=root@localhost */";
    assert_eq!(trigger.definition, expected);
    assert_eq!(uses, []);
    let sql = "CREATE FUNCTION f (a INT) RETURNS INT DETERMINISTIC RETURN a + t.b";
    let Some(Op::CreateOther { kind, key, other, .. }) = ops(sql).pop() else { panic!() };
    assert_eq!((kind, key.as_str()), (Kind::Function, "f"));
    let expected = "CREATE FUNCTION `f`(a INT) RETURNS int(11)\n    DETERMINISTIC\nRETURN a + t.b";
    assert_eq!(other.definition, expected);
    let Some(Op::CreateSequence { sequence, .. }) = ops("CREATE SEQUENCE s INCREMENT -2").pop()
    else {
        panic!()
    };
    let expected = "start with -1 minvalue -9223372036854775807 maxvalue -1 increment by -2 cache 1000 nocycle ENGINE=InnoDB";
    assert_eq!(sequence.definition, expected);
}

#[test]
fn constraints_are_added_by_kind() {
    let sql = "ALTER TABLE t ADD PRIMARY KEY (a), ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES x.p (id), \
               ADD CHECK (a > 1)";
    let found = ops(sql);
    let constraint = |at: usize| match &found[at] {
        Op::AddConstraint { constraint, .. } => (**constraint).clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(constraint(0), TableConstraint::PrimaryKey(key) if key.columns == ["a"]));
    let TableConstraint::ForeignKey(key) = constraint(1) else { panic!() };
    let parent = Name { namespace: Some("x".to_owned()), name: "p".to_owned() };
    assert_eq!((key.name.as_deref(), key.parent), (Some("f"), parent));
    assert!(matches!(constraint(2), TableConstraint::Check(check) if check.expression == "a > 1"));
}

#[test]
fn an_error_is_at_the_token_that_cannot_stand_there() {
    for (sql, at, expected) in [
        ("ALTER TABLE t DELETE COLUMN a", "DELETE", "an action of `ALTER TABLE`"),
        ("DROP INDEX IF EXIST i ON t", "EXIST", "`EXISTS`"),
        ("DROP INDEX i", "", "`ON`"),
        ("CREATE TABLE t (a INT,)", ")", "the name of a column"),
        ("CREATE TABLE t (a INT NOT DEFAULT 1)", "NOT", "an attribute of the column, `,` or `)`"),
        ("CREATE TABLE t (a VARCHAR)", ")", "`(`"),
        ("CREATE TABLE t (a INT) ENGINE=", "", "the name of an engine"),
        ("CREATE TABLE t (a TYPO)", "TYPO", "a type"),
        ("CREATE TABLE t (a INT CHECK (a > > 1))", ">", "an operand"),
        ("CREATE TABLE t (a INT CHECK (a 1))", "1", "an operator"),
        ("CREATE TABLE t (key INT)", "INT", "the name of a key"),
        ("ALTER TABLE t ADD COLUMN a INT DROP b", "DROP", "an attribute of the column, `,` or `)`"),
        ("CREATE VIEW v SELECT 1", "SELECT", "`AS`"),
        (
            "CREATE TRIGGER g BEFORE SELECT ON t FOR EACH ROW SET @a = 1",
            "SELECT",
            "`INSERT`, `UPDATE` or `DELETE`",
        ),
        ("RENAME TABLE a b", "b", "`TO`"),
        ("FOO", "FOO", "a statement"),
    ] {
        let error = parse(sql, Span::new(0, sql.len())).expect_err(sql);
        assert_eq!((error.span.of(sql), error.expected.as_str()), (at, expected), "{sql}");
    }
}
