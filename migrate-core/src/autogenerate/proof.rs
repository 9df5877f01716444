//! Applies generated statements to a schema, and compares the result.

use super::Refusal;
use super::plan::presented;
use crate::apply::{State, apply, is_known};
use crate::dialect::Dialect;
use crate::diff::{align, says_same};
use crate::op::Op;
use crate::schema::{Difference, Schema, compare};
use crate::source::Span;
use crate::steps::Step;

/// Applies statements as they are read from a file.
pub(super) fn run(state: &mut State, dialect: Dialect, steps: &[Step]) -> Result<(), Refusal> {
    for step in steps {
        let sql = &step.sql;
        let refused = |why: String| Refusal::Statement { sql: sql.clone(), why };
        let Some(parsed) = dialect.parse(sql, Span::new(0, sql.len())) else { continue };
        for op in parsed.map_err(|error| refused(error.to_string()))? {
            if matches!(op.value, Op::Opaque { .. }) {
                return Err(refused("its effect is not known".to_owned()));
            }
            apply(state, &op).map_err(|fault| refused(fault.to_string()))?;
        }
    }
    Ok(())
}

/// What still differs from the expected schema.
pub(super) fn left(dialect: Dialect, state: &State, expected: &Schema) -> Vec<Difference> {
    let now = presented(state);
    let orders = dialect.diff_rules().orders_columns();
    let aligned = align(dialect, state, &now, expected);
    let all = compare(&now, &aligned).into_iter();
    all.filter(|one| {
        (orders || !one.is_order())
            && is_known(state, state.unknown(), one)
            && !says_same(dialect, state, &now, expected, one)
    })
    .collect()
}
