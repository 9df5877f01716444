use crate::apply::{Part, State, apply};
use crate::dialect::Dialect;
use crate::schema::{Kind, Name};
use crate::source::Span;
use crate::sql::statements_in;

/// Runs a script; the last error, if a statement is refused.
fn run(script: &str) -> (State, Option<String>) {
    let dialect = Dialect::Mysql;
    let mut state = State::new(dialect.rules());
    let mut refused = None;
    let span = Span::new(0, script.len());
    for statement in statements_in(script, span, dialect.lex_rules()) {
        let ops = dialect.parse(script, statement.span).unwrap();
        for op in ops.unwrap_or_else(|error| panic!("{error}")) {
            if let Err(fault) = apply(&mut state, &op) {
                refused = Some(fault.to_string());
            }
        }
    }
    (state, refused)
}

fn columns(state: &State) -> Vec<&str> {
    let table = state.table(&Name::new("t")).unwrap();
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

const ADD_IF_MISSING: &str = "SET @db = DATABASE(); SET @t = 't'; SET @c = 'b';\n\
    SET @s = (SELECT IF((SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE \
    (table_name = @t) AND (table_schema = @db) AND (column_name = @c)) > 0, \
    'SELECT 1', CONCAT('ALTER TABLE ', @t, ' ADD ', @c, ' INT')));\n\
    PREPARE s FROM @s; EXECUTE s; DEALLOCATE PREPARE s;";

#[test]
fn a_column_is_added_where_the_catalog_has_none() {
    let script = format!("CREATE TABLE t (a INT);\n{ADD_IF_MISSING}\n{ADD_IF_MISSING}");
    let (state, refused) = run(&script);
    assert_eq!(refused, None);
    assert!(state.unknown().is_empty(), "{:?}", state.unknown());
    assert_eq!(columns(&state), ["a", "b"]);
}

#[test]
fn forms_of_the_question_are_told() {
    let add = "'ALTER TABLE t ADD b INT'";
    for (question, has_b) in [
        // As people write it.
        (
            format!(
                "SET @n = (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'b'); SET @s = IF(@n = 0, {add}, 'DO 0')"
            ),
            true,
        ),
        (
            format!(
                "SELECT COUNT(*) INTO @n FROM information_schema.columns WHERE table_schema = SCHEMA() AND table_name = 't' AND column_name = 'b'; SET @s = IF(@n < 1, {add}, 'DO 0')"
            ),
            true,
        ),
        (
            format!(
                "SELECT IF(COUNT(*) = 0, {add}, 'DO 0') INTO @s FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'a'"
            ),
            false,
        ),
        (
            format!(
                "SET @s = IF(EXISTS(SELECT * FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 't' AND index_name = 'by_a'), {add}, 'DO 0')"
            ),
            true,
        ),
        (
            format!(
                "SET @s = IF(NOT EXISTS(SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = DATABASE() AND table_name = 't' AND constraint_type = 'PRIMARY KEY'), {add}, 'DO 0')"
            ),
            true,
        ),
        (
            format!(
                "SET @s = CASE WHEN (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'u') = 1 THEN 'DROP TABLE u' ELSE {add} END"
            ),
            true,
        ),
        (format!("SET @s = (SELECT IF(1 = 2, 'DO 0', {add}))"), true),
        ("SET @s = 'DO 0'".to_owned(), false),
    ] {
        let script = format!(
            "CREATE TABLE t (a INT, KEY by_a (a)); {question}; PREPARE s FROM @s; EXECUTE s"
        );
        let (state, refused) = run(&script);
        assert_eq!(refused, None, "{question}");
        assert!(state.unknown().is_empty(), "{question}: {:?}", state.unknown());
        assert_eq!(columns(&state).contains(&"b"), has_b, "{question}");
    }
}

#[test]
fn what_may_be_otherwise_is_unknown() {
    for question in [
        // Another database may have the table.
        "SET @n = (SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b')",
        "SET @n = (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'x' AND table_name = 't' AND column_name = 'b')",
        "SET @n = (SELECT COUNT(*) FROM t)",
        "SET @n = @never",
        "SELECT @n := 1",
        "SET @n = (SELECT MAX(1) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'u')",
    ] {
        let script = format!(
            "CREATE TABLE t (a INT); CREATE TABLE v (a INT); {question}; \
             SET @s = IF(@n = 1, 'ALTER TABLE t ADD b INT', 'ALTER TABLE t ADD c INT'); \
             PREPARE s FROM @s; EXECUTE s"
        );
        let (state, refused) = run(&script);
        assert_eq!(refused, None, "{question}");
        let is_unknown = |name: &str| {
            state.unknown().part(Kind::Table, &Name::new(name), &Part::Columns).is_some()
        };
        assert!(is_unknown("t"), "{question}");
        assert!(!is_unknown("v"), "{question}");
    }
}

/// Of two statements the one did not run that the server refuses.
#[test]
fn a_statement_that_is_refused_did_not_run() {
    let (state, refused) = run("CREATE TABLE t (a INT, b INT); SET @n = @never; \
        SET @s = IF(@n, 'ALTER TABLE t ADD b INT', 'ALTER TABLE t ADD c INT'); \
        PREPARE s FROM @s; EXECUTE s");
    assert_eq!(refused, None);
    assert!(state.unknown().is_empty());
    assert_eq!(columns(&state), ["a", "b", "c"]);
}

#[test]
fn texts_that_are_not_known_may_do_anything() {
    for script in [
        "CREATE TABLE t (a INT); SET @s = CONCAT('DROP TABLE ', (SELECT a FROM t)); PREPARE s FROM @s; EXECUTE s",
        "CREATE TABLE t (a INT); EXECUTE never",
        "CREATE TABLE t (a INT); CREATE PROCEDURE p() BEGIN WHILE 1 DO EXECUTE s; END WHILE; END; CALL p()",
        "CREATE TABLE t (a INT); CREATE FUNCTION f() RETURNS INT BEGIN SET @s = 'x'; RETURN 1; END; SET @s = 'DO 0'; SELECT f(); PREPARE s FROM @s; EXECUTE s",
    ] {
        let (state, _) = run(script);
        assert!(state.unknown().everything().is_some(), "{script}");
    }
}

#[test]
fn procedures_are_followed() {
    let body = "BEGIN DECLARE n INT DEFAULT 0; \
        SET n = (SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = t AND COLUMN_NAME = c); \
        IF n = 0 THEN SET @q = CONCAT('ALTER TABLE ', t, ' ADD ', c, ' INT'); PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s; \
        ELSEIF n = 1 THEN ALTER TABLE t MODIFY b BIGINT; ELSE DROP TABLE t; END IF; END";
    let script = format!(
        "CREATE TABLE t (a INT); CREATE PROCEDURE p(IN t VARCHAR(9), c VARCHAR(9)) SQL SECURITY INVOKER {body}; CALL p('t', 'b'); CALL p('t', 'b'); DROP PROCEDURE p"
    );
    let (state, refused) = run(&script);
    assert_eq!(refused, None);
    assert!(state.unknown().is_empty(), "{:?}", state.unknown());
    let b = state.table(&Name::new("t")).unwrap().column("b").unwrap().clone();
    assert_eq!(b.data_type.to_string(), "bigint(20)");
    // A branch that is not decided: only what the code mentions is unknown.
    let script = "CREATE TABLE t (a INT); CREATE TABLE v (a INT); CREATE PROCEDURE p() \
        BEGIN IF (SELECT COUNT(*) FROM v) > 0 THEN ALTER TABLE t ADD b INT; END IF; END; CALL p()";
    let (state, _) = run(script);
    assert!(state.unknown().whole(Kind::Table, &Name::new("t")).is_some());
    assert!(state.unknown().whole(Kind::Table, &Name::new("v")).is_none());
}

#[test]
fn a_block_is_followed() {
    let (state, refused) = run("CREATE TABLE t (a INT); BEGIN NOT ATOMIC \
        IF NOT EXISTS (SELECT * FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'b') \
        THEN ALTER TABLE t ADD b INT; END IF; END");
    assert_eq!(refused, None);
    assert!(state.unknown().is_empty(), "{:?}", state.unknown());
    assert_eq!(columns(&state), ["a", "b"]);
}
