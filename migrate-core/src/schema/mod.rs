//! Schemas as values: tables, types, views and other objects by name.
//!
//! The value is the same for every source, a catalog or a parser. Types and expressions are texts
//! in the SQL of their database and are not interpreted here. `compare` returns the differences
//! between two schemas, `describe` describes them, and `text_diff` shows them as SQL, which
//! `render` writes.

mod attributes;
mod change;
mod compare;
mod describe;
mod diagram;
mod drawing;
mod model;
mod objects;
mod render;
mod text_diff;
mod types;
mod written;

#[cfg(test)]
mod tests;

pub use change::{Attribute, Change, Difference, Item, Object};
pub use compare::compare;
pub use describe::{difference, leftover, static_difference};
pub use diagram::{dot, mermaid};
pub use drawing::{html, svg};
pub use model::{
    Action, Check, Column, Constraint, Domain, Enum, ForeignKey, Generated, Index, IndexPart, Key,
    Kind, Name, Other, Schema, Sequence, Table, Trigger, View,
};
pub use objects::changed_objects;
pub use text_diff::sql_diff;
pub use types::{
    DataType, Deferrable, Identity, IdentityKind, MatchType, NullsOrder, PartitionBy,
    PartitionMethod, PartitionOf,
};
pub use written::Written;
