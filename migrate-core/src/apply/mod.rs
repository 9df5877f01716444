//! Applies operations to a schema, without a database.
//!
//! [`State`] holds the schema, what is not known of it, the settings of the session and the way
//! back. [`apply`] makes the change of one operation, or returns the [`Fault`] for which the server
//! refuses it. The walk is the same for every database; [`Rules`] are what differs, and stand with
//! the dialect. A fault is certain: where something that is unknown takes part, there is none.

mod against;
mod effect;
mod fault;
mod find;
mod rules;
mod state;
mod unknown;
mod walk;

pub use against::{Against, CatalogComparison, against, certain_differences, is_claimed, is_known};
pub use effect::{
    add_column, add_constraint, alter_column, alter_table, copy_tables, create_index, drop_column,
    drop_constraint, drop_index, drop_other, drop_table, drop_view, rename_column, rename_table,
    replace_column,
};
pub(crate) use effect::{
    mark_users, mark_users_but, rename_in_children, rename_in_table, rename_table_alone,
};
pub use fault::{Fault, FaultKind};
pub use find::Found;
pub use rules::{PartScope, Rules, Sameness};
pub(crate) use state::constraint_names;
pub use state::{State, User};
pub use unknown::{Origin, Part, Reason, StaticSchema, Target, Unknown};
pub(crate) use walk::apply as apply_generally;

use crate::op::{Located, Op};
use crate::schema::Name;
use crate::source::Span;

/// Marks what a statement mentions as unknown: one that cannot be applied.
pub fn mark_mentioned(state: &mut State, names: &[Name], span: Span) {
    state.set_span(span);
    walk::opaque(state, names);
}

/// Applies an operation. After a fault the state is as before.
///
/// # Errors
///
/// The server certainly refuses the operation.
pub fn apply(state: &mut State, op: &Located<Op>) -> Result<(), Fault> {
    state.set_span(op.span);
    state.checkpoint();
    let rules = state.rules;
    let result = match rules.take(state, &op.value) {
        Some(result) => result,
        None => walk::apply(state, &op.value),
    };
    match result {
        Ok(()) => {
            state.release();
            Ok(())
        }
        Err(fault) => {
            state.roll_back();
            Err(Fault { span: op.span, ..fault })
        }
    }
}

#[cfg(test)]
mod tests;
