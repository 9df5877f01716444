//! What a database holds, as a value: tables, types, views and the rest, by name.
//!
//! The same value comes from wherever a schema is known; this room does not know from where. It
//! holds types and expressions as text, in the words of the database that it is of, and knows
//! nothing of their meaning. `compare` finds what differs between two, `tell` puts it in words, `diff`
//! shows it as SQL, which `write` writes.

mod compare;
mod diff;
mod facts;
mod tell;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use compare::{Change, Difference, Object, compare};
pub use diff::sql_diff;
pub use tell::{difference, leftover};
pub use value::{
    Action, Check, Column, Constraint, Domain, Enum, ForeignKey, Generated, Index, IndexPart, Key,
    Kind, Name, Other, Schema, Sequence, Table, Trigger, View,
};
