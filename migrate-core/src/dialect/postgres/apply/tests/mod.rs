//! What statements make of a schema, class by class, as random statements on real servers found them.

mod claims;
mod kin;
mod misc_objects;

use crate::apply::{Fault, State, apply};
use crate::dialect::Dialect;
use crate::schema::{Schema, compare, difference};
use crate::source::Span;

fn try_run(state: &mut State, sql: &str) -> Result<(), Fault> {
    let ops = Dialect::Postgres.parse(sql, Span::new(0, sql.len()));
    let ops = ops.unwrap().unwrap_or_else(|error| panic!("{sql}: {error}"));
    ops.iter().try_for_each(|op| apply(state, op))
}

/// The schema behind statements, none of which is refused.
#[track_caller]
fn state(statements: &[&str]) -> State {
    let mut state = State::new(Dialect::Postgres.rules());
    for sql in statements {
        try_run(&mut state, sql).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    }
    state
}

/// The schema as the catalog's reader gives it.
fn presented(state: &State) -> Schema {
    let mut schema = state.schema().clone();
    state.rules().present(state, &mut schema);
    schema
}

/// Two lists of statements make the same schema, and nothing of the first is unknown.
#[track_caller]
fn same(statements: &[&str], others: &[&str]) {
    let (one, other) = (state(statements), state(others));
    let found = compare(&presented(&one), &presented(&other));
    let found: Vec<String> = found
        .iter()
        .filter(|it| !it.is_order())
        .map(|it| format!("{} {:?}", difference(it), it.change))
        .collect();
    assert!(found.is_empty(), "{statements:#?}\n{found:#?}");
    let marks = marks(&one);
    assert!(marks.is_empty(), "{statements:#?}\n{marks:#?}");
}

/// What is not known.
fn marks(state: &State) -> Vec<String> {
    let all = state.unknown().everything().map(|_| "everything".to_owned());
    let marks = state.unknown().marks().map(|(target, _)| target.to_string());
    all.into_iter().chain(marks).collect()
}

/// What is unknown behind statements.
#[track_caller]
fn unknown(statements: &[&str], expected: &[&str]) {
    assert_eq!(marks(&state(statements)), expected, "{statements:#?}");
}

/// Why the last statement is refused.
#[track_caller]
fn refused(statements: &[&str]) -> String {
    let (last, first) = statements.split_last().unwrap();
    try_run(&mut state(first), last).unwrap_err().to_string()
}
