//! The walk, the marks and the way back, with SQLite's statements.

mod laws;

use super::{Fault, FaultKind, Part, State, apply};
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::schema::{Kind, Name};
use crate::source::Span;

fn try_run(state: &mut State, sql: &str) -> Result<(), Fault> {
    let ops = Dialect::Sqlite.parse(sql, Span::new(0, sql.len())).unwrap().unwrap();
    ops.iter().try_for_each(|op| apply(state, op))
}

fn run(state: &mut State, statements: &[&str]) {
    for sql in statements {
        try_run(state, sql).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    }
}

fn state(statements: &[&str]) -> State {
    let mut state = State::new(Dialect::Sqlite.rules());
    run(&mut state, statements);
    state
}

#[test]
fn what_is_certainly_wrong_is_a_fault() {
    let tables = ["CREATE TABLE t (a, b)", "CREATE INDEX i ON t (a)", "CREATE VIEW v AS SELECT 1"];
    let mut state = state(&tables);
    for (sql, kind, message) in [
        ("DROP TABLE u", FaultKind::NoSuchObject, "there is no table u"),
        ("CREATE TABLE T (a)", FaultKind::AlreadyExists, "table t exists already"),
        ("CREATE TABLE v (a)", FaultKind::AlreadyExists, "view v exists already"),
        ("CREATE VIEW I AS SELECT 1", FaultKind::AlreadyExists, "index i exists already"),
        ("CREATE INDEX I ON t (b)", FaultKind::AlreadyExists, "index i exists already"),
        ("DROP INDEX j", FaultKind::NoSuchObject, "there is no index j"),
        ("ALTER TABLE t ADD A", FaultKind::AlreadyExists, "column t.a exists already"),
        ("ALTER TABLE t DROP c", FaultKind::NoSuchObject, "there is no column t.c"),
        ("ALTER TABLE t RENAME a TO b", FaultKind::AlreadyExists, "column t.b exists already"),
        ("INSERT INTO u VALUES (1)", FaultKind::NoSuchObject, "there is no table u"),
    ] {
        let before = state.current().clone();
        let fault = try_run(&mut state, sql).unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (kind, message), "{sql}");
        assert_eq!(fault.span, Span::new(0, sql.len()));
        assert_eq!(*state.current(), before, "{sql}");
    }
    run(&mut state, &["DROP TABLE IF EXISTS u", "CREATE TABLE IF NOT EXISTS t (x)"]);
    assert_eq!(state.schema().tables[&Name::new("t")].columns.len(), 2);
}

#[test]
fn a_statement_that_is_not_understood_makes_what_it_mentions_unknown() {
    let mut state = state(&["CREATE TABLE t (a)", "CREATE TABLE u (a)"]);
    let opaque = Op::Opaque { names: vec![Name::new("T"), Name::new("w")] };
    apply(&mut state, &Located { value: opaque, span: Span::new(3, 9) }).unwrap();
    let reason = state.unknown().whole(Kind::Table, &Name::new("t")).unwrap();
    assert_eq!(reason.origin.span, Span::new(3, 9));
    assert!(state.unknown().whole(Kind::Table, &Name::new("u")).is_none());
    // Neither claim is certain.
    run(&mut state, &["ALTER TABLE t ADD a", "DROP TABLE w"]);
    assert!(try_run(&mut state, "ALTER TABLE u ADD a").is_err());
    // What is dropped and created is known.
    run(&mut state, &["DROP TABLE t", "CREATE TABLE t (b)"]);
    assert!(try_run(&mut state, "ALTER TABLE t ADD b").is_err());
    for kind in [Kind::Table, Kind::View] {
        assert!(state.unknown().whole(kind, &Name::new("t")).is_none());
    }
    // The statement may have made an object of another kind.
    assert!(state.unknown().whole(Kind::Trigger, &Name::new("t")).is_some());
}

#[test]
fn after_everything_is_unknown_new_objects_are_known() {
    let mut state = state(&["CREATE TABLE t (a)"]);
    let opaque = Located { value: Op::Opaque { names: Vec::new() }, span: Span::default() };
    apply(&mut state, &opaque).unwrap();
    run(&mut state, &["CREATE TABLE u (a)", "DROP TABLE w", "ALTER TABLE t ADD a"]);
    assert!(try_run(&mut state, "CREATE TABLE u (a)").is_err());
    apply(&mut state, &opaque).unwrap();
    assert!(state.unknown().whole(Kind::Table, &Name::new("u")).is_some());
}

#[test]
fn a_checkpoint_leads_back() {
    let mut state = state(&["CREATE TABLE t (a, b)", "CREATE TABLE c (x REFERENCES t)"]);
    let before = state.current().clone();
    state.checkpoint();
    run(
        &mut state,
        &[
            "ALTER TABLE t RENAME TO u",
            "ALTER TABLE u RENAME a TO z",
            "CREATE INDEX i ON u (z)",
            "DROP TABLE c",
            "CREATE VIEW c AS SELECT * FROM u",
            "CREATE TABLE q AS SELECT z + 0 AS z FROM u",
        ],
    );
    let q = state.unknown().part(Kind::Table, &Name::new("q"), &Part::Column("z".to_owned()));
    assert!(q.is_some());
    let (old, new) = state.changed(1);
    assert_eq!(old.tables.len(), 2);
    assert_eq!(new.tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["q", "u"]);
    state.roll_back();
    assert_eq!(*state.current(), before);
    assert!(try_run(&mut state, "DROP INDEX i").is_err());
    assert_eq!(state.children_of(&Name::new("t")), [Name::new("c")]);
}
