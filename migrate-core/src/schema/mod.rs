//! What a database holds, as a value: tables, types, views and the rest, by name.
//!
//! The same value comes from wherever a schema is known; this module does not know from where. It
//! holds types and expressions as text, in the words of the database that it is of, and knows
//! nothing of their meaning. `compare` finds what differs between two schemas as a `change` each, `describe` puts it in
//! words, `text_diff` shows it as SQL, which `render` writes.

mod attributes;
mod change;
mod compare;
mod describe;
mod model;
mod render;
mod text_diff;
mod types;

#[cfg(test)]
mod tests;

pub use change::{Attribute, Change, Difference, Item, Object};
pub use compare::compare;
pub use describe::{difference, leftover};
pub use model::{
    Action, Check, Column, Constraint, Domain, Enum, ForeignKey, Generated, Index, IndexPart, Key,
    Kind, Name, Other, Schema, Sequence, Table, Trigger, View,
};
pub use text_diff::sql_diff;
pub use types::{
    DataType, Deferrable, Identity, IdentityKind, MatchType, NullsOrder, PartitionBy,
    PartitionMethod, PartitionOf,
};
