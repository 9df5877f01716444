//! Laws of operations on every database: those on different tables commute, what is unknown stays
//! unknown, and the way back leads to the state before.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Fault, State, apply};
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::schema::{Kind, Name};
use crate::source::Span;

/// Applies a statement that every parser takes.
fn run(state: &mut State, dialect: Dialect, sql: &str) -> Result<(), Fault> {
    let ops = dialect.parse(sql, Span::new(0, sql.len())).unwrap().unwrap();
    state.checkpoint();
    for op in &ops {
        if let Err(fault) = apply(state, op) {
            state.roll_back();
            return Err(fault);
        }
    }
    state.release();
    Ok(())
}

/// Two tables without any tie between them.
fn tables(dialect: Dialect) -> State {
    let mut state = State::new(dialect.rules());
    for table in ["t", "u"] {
        let sql = format!("CREATE TABLE {table} (a INTEGER PRIMARY KEY, b VARCHAR(20), c INTEGER)");
        run(&mut state, dialect, &sql).unwrap();
        let sql = format!("CREATE INDEX {table}_b ON {table} (b)");
        run(&mut state, dialect, &sql).unwrap();
    }
    state
}

/// A statement on a table; every parser reads it.
fn statement(table: &'static str) -> impl Strategy<Value = String> {
    let column = || select(vec!["a", "b", "c", "d"]);
    let of = select(vec!["INTEGER", "VARCHAR(20)", "TEXT", "DATE"]);
    let option = select(vec!["", "NOT NULL", "DEFAULT 1", "CHECK (c > 0)"]);
    prop_oneof![
        (column(), of, option).prop_map(move |(c, of, option)| format!(
            "ALTER TABLE {table} ADD COLUMN {c} {of} {option}"
        )),
        column().prop_map(move |c| format!("ALTER TABLE {table} DROP COLUMN {c}")),
        (column(), column())
            .prop_map(move |(c, to)| format!("ALTER TABLE {table} RENAME COLUMN {c} TO {to}")),
        column().prop_map(move |c| format!("CREATE INDEX {table}_{c} ON {table} ({c})")),
        column().prop_map(move |c| format!("CREATE UNIQUE INDEX {table}_u ON {table} (a, {c})")),
        Just(format!("ALTER TABLE {table} RENAME TO {table}_2")),
        Just(format!("CREATE VIEW {table}_v AS SELECT a FROM {table}")),
        Just(format!("DROP VIEW {table}_v")),
        Just(format!("CREATE TABLE {table}_3 (a INTEGER REFERENCES {table} (a))")),
        Just(format!("DROP TABLE {table}_3")),
        Just(format!("DROP TABLE {table}")),
        Just(format!("CREATE TABLE {table} (a INTEGER, c INTEGER)")),
    ]
}

fn statements(table: &'static str) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(table), 0..6)
}

/// A statement that may do anything to what it mentions.
fn opaque(state: &mut State, names: &[&str]) {
    let names = names.iter().map(|name| Name::new(*name)).collect();
    apply(state, &Located { value: Op::Opaque { names }, span: Span::default() }).unwrap();
}

proptest! {
    #[test]
    fn operations_on_different_tables_commute(one in statements("t"), other in statements("u")) {
        for dialect in Dialect::ALL {
            let mut ends = Vec::new();
            for order in [[&one, &other], [&other, &one]] {
                let mut state = tables(dialect);
                let mut taken = Vec::new();
                for sql in order.into_iter().flatten() {
                    taken.push((sql, run(&mut state, dialect, sql).is_ok()));
                }
                taken.sort();
                ends.push((taken, state.current().clone()));
            }
            prop_assert_eq!(&ends[0].0, &ends[1].0, "{}", dialect);
            prop_assert!(ends[0].1 == ends[1].1, "{}: {:?} {:?}", dialect, one, other);
        }
    }

    #[test]
    fn an_unknown_never_becomes_known_by_itself(other in statements("u")) {
        for dialect in Dialect::ALL {
            let mut state = tables(dialect);
            opaque(&mut state, &["t"]);
            let marks: Vec<_> = state.unknown().marks().map(|(at, _)| at.clone()).collect();
            for sql in &other {
                let _ = run(&mut state, dialect, sql);
                for mark in &marks {
                    let mut now = state.unknown().marks();
                    prop_assert!(now.any(|(at, _)| at == mark), "{}: {} {:?}", dialect, sql, mark);
                }
            }
            // What changes a table that may exist does not make it known either.
            for sql in ["ALTER TABLE t ADD COLUMN e INTEGER", "ALTER TABLE t DROP COLUMN b"] {
                run(&mut state, dialect, sql).unwrap();
            }
            let mut marks = state.unknown().marks();
            let is_any = marks.any(|(target, _)| target.name.name == "t" && target.kind.is_none());
            prop_assert!(is_any);
            prop_assert!(state.unknown().whole(Kind::Table, &Name::new("t")).is_some());
        }
    }

    #[test]
    fn the_way_back_leads_to_the_state_before(one in statements("t"), other in statements("u")) {
        for dialect in Dialect::ALL {
            let mut state = tables(dialect);
            opaque(&mut state, &["u_3"]);
            let before = state.current().clone();
            state.checkpoint();
            for sql in one.iter().chain(&other) {
                let _ = run(&mut state, dialect, sql);
            }
            state.roll_back();
            prop_assert!(*state.current() == before, "{}: {:?} {:?}", dialect, one, other);
        }
    }
}
