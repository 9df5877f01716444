//! Rust structs as the wanted schema.
//!
//! `parse` reads the attributes of one item into a [`Model`], or returns all its mistakes. `write`
//! turns models into statements, which the parser and `apply` of migrate-core turn into a schema:
//! names of constraints, normal forms of types and indexes of foreign keys are those of the database.
//! `drift` compares a model with the schema at the head, and `overlay` makes the wanted schema from both:
//! what a struct does not state stays as the history has it.
//!
//! The mapping of types is one table, [`MAPPINGS`]. Limits: a macro sees one item, so it knows no newtypes
//! and no enums of fields; the reader of sources does.

mod case;
mod declare;
mod drift;
mod grammar;
mod mistake;
mod model;
mod overlay;
mod parse;
mod sql;
mod types;
mod write;

#[cfg(feature = "print")]
mod print;
#[cfg(feature = "reader")]
mod reader;

pub use case::Case;
pub use declare::{Declared, declare};
pub use drift::{enum_drift, table_drift};
pub use mistake::{Mistake, Spanned};
pub use model::{
    Flattened, IdentityChoice, Model, ModelCheck, ModelColumn, ModelEnum, ModelForeignKey,
    ModelIndex, ModelKey, ModelPart, ModelValue, Only, Storage, Text,
};
pub use overlay::{Wanted, overlay, rename};
pub use parse::{parse_enum, parse_table};
#[cfg(feature = "print")]
pub use print::print;
#[cfg(feature = "reader")]
pub use reader::{Models, Place, Root, read};
pub use types::{MAPPINGS, Mapping, Reads, RustType, SqlType, mapping_table};

#[cfg(test)]
mod tests;
