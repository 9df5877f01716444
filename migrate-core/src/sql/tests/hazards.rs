use super::*;
use Dialect::{Mysql, Postgres, Sqlite};

/// Each text is the statements, separated by a line with `====`; joined by `;` and a line end
/// they must come apart as they were.
fn comes_apart(dialect: Dialect, cases: &[&str]) {
    for case in cases {
        let expected: Vec<_> = case.split("\n====\n").map(str::trim).collect();
        let text = expected.iter().map(|statement| format!("{statement};\n")).collect::<String>();
        let (found, diagnostics) = statements(dialect, &text);
        assert_eq!(found, expected, "{dialect}");
        assert_eq!(diagnostics, "", "{dialect}: {text}");
    }
}

/// For texts whose separators are part of the matter.
fn gives(dialect: Dialect, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let (found, diagnostics) = statements(dialect, text);
        assert_eq!(&found, expected, "{dialect}: {text}");
        assert_eq!(diagnostics, "", "{dialect}: {text}");
    }
}

#[test]
fn semicolons_and_comments_between_statements_are_no_statements() {
    for dialect in Dialect::ALL {
        gives(
            dialect,
            &[
                ("", &[]),
                (" ;; ; -- a; b\n /* c; */ ;", &[]),
                ("SELECT 1", &["SELECT 1"]),
                ("SELECT 1;;SELECT 2;", &["SELECT 1", "SELECT 2"]),
                ("-- a\nSELECT 1 -- b\n; -- c", &["SELECT 1"]),
                ("/* a */ SELECT /* ; */ 1 /* b */;", &["SELECT /* ; */ 1"]),
                ("BEGIN; SELECT 1; END; COMMIT", &["BEGIN", "SELECT 1", "END", "COMMIT"]),
                ("SELECT ';', 'it''s;', ''; SELECT 2", &["SELECT ';', 'it''s;', ''", "SELECT 2"]),
                ("SELECT \";\"; SELECT \"a\"\";\"", &["SELECT \";\"", "SELECT \"a\"\";\""]),
                ("SELECT 1\r\n;\r\nSELECT 2", &["SELECT 1", "SELECT 2"]),
            ],
        );
    }
}

#[test]
fn postgres_statements_end_where_the_server_ends_them() {
    comes_apart(
        Postgres,
        &[
            "DO $$ BEGIN a; END $$\n====\nSELECT 1",
            "CREATE FUNCTION f() RETURNS text AS $f$ BEGIN EXECUTE $$ a; $$; END; $f$ LANGUAGE plpgsql\n====\nSELECT $1",
            "SELECT E'\\';', a$b$\n====\nSELECT U&'\\003b;', B'1', X'f', '\\'\n====\nSELECT 2",
            "SELECT 1 /* a; /* b; */ c; */\n, 2\n====\nSELECT 3",
            "SELECT 1 -- it's; $$\n, 2\n====\nSELECT '--'\n====\nSELECT 3--4;\n+ 5",
            "SELECT a #>> '{;}', b ?| c, d @> e, f::text, g[1:2]\n====\nSELECT 2",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v)\n====\nSELECT 1",
            "CREATE OR REPLACE RULE r AS ON UPDATE TO t WHERE (a = 1) DO INSTEAD NOTHING\n====\nSELECT 1",
            "create or replace function f(a int DEFAULT (1)) RETURNS int BEGIN ATOMIC\n\
               SELECT CASE WHEN a > 1 THEN CASE b WHEN 1 THEN 2 END ELSE 3 END;\n\
               INSERT INTO t(\"end\") SELECT x.end FROM x;\n END\n====\nSELECT 1",
            "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC END\n====\nCREATE TABLE t()",
            "CREATE FUNCTION begin(atomic int) RETURNS int RETURN 1\n====\nSELECT 1",
            "CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION begin()\n====\nSELECT 1",
            "COPY (SELECT a FROM stdin) TO '/tmp/a'\n====\nCOPY t FROM 'stdin'\n====\nCOPY t TO stdout",
            // What is broken ends at its semicolon all the same.
            "CREATE TABLE t (a int\n====\nSELECT 1",
        ],
    );
}

#[test]
fn sqlite_triggers_end_at_the_end_of_their_bodies() {
    comes_apart(
        Sqlite,
        &[
            "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET b = 1; DELETE FROM u; END\n====\nSELECT 1",
            "create temp trigger if not exists a before update of begin, end on t when new.end > 1\n\
               begin select case when new.a then case 1 when 2 then 3 end else 4 end; end\n====\nSELECT 1",
            "CREATE TEMPORARY TRIGGER a INSTEAD OF DELETE ON v BEGIN\n\
               INSERT INTO t SELECT \"end\", [begin;], `end` FROM u -- END;\n ; /* END */ END\n====\nSELECT 1",
            "CREATE TABLE trigger_x (begin TEXT, end TEXT)\n====\nDROP TRIGGER a\n====\nSELECT 1",
            "SELECT x'3b', :a, '\\'\n====\nSELECT [;], `;`\n====\nBEGIN\n====\nEND",
            // Not a trigger that any database would take, yet no reason to swallow what follows.
            "CREATE TRIGGER a AFTER INSERT ON t\n====\nSELECT 1",
        ],
    );
}

#[test]
fn mysql_statements_end_where_the_server_ends_them() {
    comes_apart(
        Mysql,
        &[
            "SELECT '\\';', \"\\\";\", `;`\n====\nSELECT 1--1\n====\nSELECT 2",
            "SELECT 1 # a; 'b\n, 2\n====\nSELECT 1 -- a; 'b\n, 2\n====\nSELECT 3",
            "/*!40101 SET @a = @@b */\n====\n/*!40000 ALTER TABLE t DISABLE KEYS */",
            "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END */\n====\nSELECT 1",
            "/*!50003 SET a = 1; SET b = 2 */\n====\nSELECT 1",
            "SELECT IF(a, b, c), CASE a WHEN 1 THEN 2 END, REPEAT('a', 3)\n====\nDROP TABLE IF EXISTS t\n====\nSELECT 1",
            "START TRANSACTION\n====\nBEGIN WORK\n====\nCOMMIT\n====\nXA END 'a'\n====\nSELECT 1",
        ],
    );
}

#[test]
fn mysql_stored_programs_need_no_delimiter() {
    comes_apart(
        Mysql,
        &[
            "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END\n====\nSELECT 1",
            "CREATE DEFINER=`root`@`localhost` PROCEDURE IF NOT EXISTS p(IN a INT, OUT b DECIMAL(10,2))\n\
               COMMENT 'a;b' NOT DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER\n\
             outer_block: BEGIN\n\
               DECLARE done, i INT DEFAULT IF(a, 1, 0);\n\
               DECLARE c CURSOR FOR SELECT CASE x WHEN 1 THEN 2 END FROM t;\n\
               DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLSTATE VALUE '23000', 1062 BEGIN ROLLBACK; RESIGNAL; END;\n\
               DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = IF(done, 1, 0);\n\
               IF a > 1 AND CASE b WHEN 1 THEN 2 END THEN SELECT 1; ELSEIF a THEN SELECT 2;\n\
               ELSE IF EXISTS (SELECT 1) THEN DROP TABLE IF EXISTS t; END IF; END IF;\n\
               CASE a WHEN 1 THEN SELECT CASE WHEN 1 THEN 2 ELSE 3 END; ELSE BEGIN END; END CASE;\n\
               l: LOOP SET i = i + 1; IF i > 3 THEN LEAVE l; END IF; END LOOP l;\n\
               WHILE CASE i WHEN 1 THEN 0 ELSE 1 END DO SET i = i - 1; DO SLEEP(0); END WHILE;\n\
               REPEAT SET i = REPEAT('a', 2); UNTIL i > 3 OR CASE i WHEN 1 THEN 1 END END REPEAT;\n\
               SELECT begin, end, t.case, @if FROM t;\n\
               CREATE TABLE IF NOT EXISTS u (a INT);\n\
             END outer_block\n====\nSELECT 1",
            "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN IF(a, CASE a WHEN 1 THEN 2 END, 3)\n====\nSELECT 1",
            "CREATE FUNCTION f() RETURNS CHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NO SQL BEGIN RETURN 'a'; END\n====\nSELECT 1",
            "CREATE FUNCTION f() RETURNS SET('a', 'b') RETURN (SELECT IF(1, 2, 3))\n====\nSELECT 1",
            "CREATE FUNCTION f() RETURNS VARCHAR(9) CHAR SET latin1 IF 1 THEN RETURN 1; END IF\n====\nSELECT 1",
            "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'\n====\nSELECT 1",
            "CREATE PROCEDURE p(a INT) IF a THEN SELECT 1; END IF\n====\nSELECT 1",
            "CREATE PROCEDURE p() `x`: LOOP LEAVE `x`; END LOOP\n====\nSELECT 1",
            "CREATE PROCEDURE p() SET @a = IF(1, 2, 3)\n====\nSELECT 1",
            "CREATE PROCEDURE p() ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT\n====\nSELECT 1",
            "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW IF NEW.case THEN IF @case THEN SET @end = 1; END IF; END IF\n====\nSELECT 1",
            "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN SELECT 1; END; SELECT 2; END\n====\nSELECT 1",
            // A CASE that is not closed does no harm beyond its statement.
            "CREATE PROCEDURE p() BEGIN SELECT CASE a; IF b THEN IF c THEN SELECT 1; END IF; END IF; END\n====\nSELECT 1",
            "CREATE OR REPLACE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = IF(NEW.b, CASE 1 WHEN 1 THEN 2 END, 3)\n====\nSELECT 1",
            "CREATE TRIGGER IF NOT EXISTS a AFTER UPDATE ON t FOR EACH ROW FOLLOWS `b` IF NOT EXISTS (SELECT 1) THEN SET @a = 1; END IF\n====\nSELECT 1",
            "CREATE DEFINER = event@localhost TRIGGER a AFTER DELETE ON t FOR EACH ROW PRECEDES b BEGIN SET @a = 1; END\n====\nSELECT 1",
            "CREATE EVENT e ON SCHEDULE EVERY IF(1, 2, 3) DAY ON COMPLETION PRESERVE DO BEGIN DELETE FROM t; END\n====\nSELECT 1",
            "ALTER DEFINER = CURRENT_USER() EVENT e DO BEGIN DELETE FROM t; END\n====\nALTER EVENT e DISABLE\n====\nSELECT 1",
            "CREATE DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW v AS SELECT trigger_x, event FROM t\n====\nSELECT 1",
            // MariaDB runs blocks that are not stored.
            "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END\n====\nSELECT 1",
            "IF EXISTS (SELECT 1) THEN SELECT 1; ELSE SELECT 2; END IF\n====\nSELECT 1",
            "FOR i IN 1..10 DO SELECT i; END FOR\n====\nSELECT 1",
        ],
    );
}

#[test]
fn mysql_delimiters_are_those_of_the_client() {
    gives(
        Mysql,
        &[
            (
                "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nSELECT 1;",
                &["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 1"],
            ),
            (
                "delimiter $$\nSELECT 1; SELECT 2 $$ SELECT 'a$$' $$\nDelimiter ;\nSELECT 3",
                &["SELECT 1; SELECT 2", "SELECT 'a$$'", "SELECT 3"],
            ),
            (
                "DELIMITER $$\nBEGIN SELECT 1; END$$\nDELIMITER ; -- back\nSELECT 3;",
                &["BEGIN SELECT 1; END", "SELECT 3"],
            ),
            (
                "DELIMITER ;;\n/*!50003 CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a=1;; END */;;\nDELIMITER ;\nSELECT 1;",
                &[
                    "/*!50003 CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a=1;; END */",
                    "SELECT 1",
                ],
            ),
            (
                "DELIMITER //\nSELECT 1//\nDELIMITER ;\nCREATE PROCEDURE p() BEGIN SELECT 1; END; SELECT 2;",
                &["SELECT 1", "CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"],
            ),
            (
                "DELIMITER |\nSELECT 1; END; |\n|\nSELECT a|SELECT 2",
                &["SELECT 1; END", "SELECT a", "SELECT 2"],
            ),
            (
                "DELIMITER end_of\nSELECT 1 end_of SELECT 'end_of' -- end_of\nend_of",
                &["SELECT 1", "SELECT 'end_of'"],
            ),
            ("DELIMITER €\nSELECT a€SELECT 2€", &["SELECT a", "SELECT 2"]),
            ("DELIMITER //\nDELIMITER ;\nSELECT delimiter //\n;", &["SELECT delimiter //"]),
            ("DELIMITER //\nSELECT 1;//\nSELECT 2;\n", &["SELECT 1", "SELECT 2"]),
        ],
    );
}
