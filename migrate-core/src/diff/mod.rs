//! The operations that lead from one schema to another.
//!
//! [`diff`] turns the differences that [`compare`] finds into operations and puts them in an order in which
//! the database takes them: what depends on an object is dropped before it and created after it. Each
//! dialect answers a few questions through [`DiffRules`]; everything else is the same for all.
//!
//! [`align`] comes before it where people wrote both schemas: it makes texts that say the same equal.
//!
//! Limits. An object that is renamed is seen as one that is dropped and one that is created: only a person
//! knows. Dependence between objects is taken from the names that their texts mention, so it may be
//! assumed where there is none, and is never missed.

mod additions;
mod align;
mod changes;
mod dependents;
mod functions;

mod keep;
mod nodes;
mod order;
mod removals;
mod tables;
mod types;

#[cfg(test)]
mod tests;

pub use align::{align, says_same};
pub(crate) use keep::{keep, put};
pub(crate) use types::ancestors;

use crate::dialect::DiffRules;
use crate::op::Op;
use crate::schema::{Schema, compare};

/// The operations that turn a database with the schema `before` into one with `after`. None where the two
/// are equal.
///
/// ```
/// use migrate_core::diff::diff;
/// use migrate_core::dialect::postgres;
/// use migrate_core::op::Op;
/// use migrate_core::schema::{Column, Name, Schema, Table};
///
/// let mut before = Schema::default();
/// before.tables.insert(Name::new("users"), Table::default());
/// let mut after = before.clone();
/// let email = Column { name: "email".into(), data_type: "text".into(), nullable: true, ..Column::default() };
/// after.tables.get_mut(&Name::new("users")).unwrap().columns.push(email);
/// let ops = diff(&before, &after, &postgres::Emitter);
/// assert!(matches!(&ops[..], [Op::AddColumn { column, .. }] if column.name == "email"));
/// ```
#[must_use]
pub fn diff(before: &Schema, after: &Schema, rules: &dyn DiffRules) -> Vec<Op> {
    let differences = compare(before, after);
    let changes = changes::Changes::of(before, after, &differences, rules);
    let (early, late) = removals::ops(before, &changes, rules);
    let mut ops = changes.first.clone();
    ops.extend(early);
    let added = additions::ops(before, after, &changes, rules);
    // A view that takes all columns must not take one that goes.
    let is_view =
        |op: &Op| matches!(op, Op::CreateView { view, .. } if view.definition.contains('*'));
    let at = added.iter().position(is_view).filter(|_| rules.expands_stars());
    let at = at.unwrap_or(added.len());
    let (columns, late): (Vec<Op>, Vec<Op>) =
        late.into_iter().partition(|op| matches!(op, Op::DropColumn { .. }));
    ops.extend_from_slice(&added[..at]);
    ops.extend(columns);
    ops.extend_from_slice(&added[at..]);
    ops.extend(late);
    ops.extend(changes.last);
    ops
}
