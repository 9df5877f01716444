//! The kinds of values that columns get. What a type can hold is the dialect's knowledge; how such values are
//! written is here.

use migrate_core::dialect::{Dialect, TypeFamily};
use migrate_core::schema::{Column, Schema};

use super::edge_values;
use super::form::Form;

/// What the values of a column are made from.
#[derive(Debug, Clone)]
pub(super) enum ValueKind {
    /// Whole numbers from the first to the second.
    Int(i128, i128),
    /// Numbers with so many digits, so many of them behind the point; no digits: any number.
    Decimal { digits: u32, scale: i32, unsigned: bool },
    /// Floating point, of four bytes or of eight.
    Float { single: bool },
    /// Truth.
    Bool,
    /// Text of so many characters at most.
    Text(Option<usize>),
    /// Text that is read as something narrower.
    Formed(Form),
    /// So many bytes at most.
    Bytes(Option<usize>),
    /// Exactly so many bits, or at most.
    Bits { length: usize, exactly: bool },
    /// JSON.
    Json,
    /// One of some words.
    Labels(Vec<String>),
    /// Several of some words.
    Set(Vec<String>),
    /// A list of these.
    Array(Box<ValueKind>),
    /// A composite value with so many fields.
    Composite(usize),
    /// What the database reads from these texts, and how more of the kind are made.
    Words(&'static [&'static str], Option<fn(u64) -> String>),
    /// Expressions.
    Expressions(&'static [&'static str]),
    /// Something else.
    Unknown,
}

/// What the values of a column are made from.
pub(super) fn of(dialect: Dialect, schema: &Schema, column: &Column) -> ValueKind {
    of_family(dialect, dialect.type_family(schema, column))
}

fn of_family(dialect: Dialect, family: TypeFamily) -> ValueKind {
    match family {
        TypeFamily::Int(min, max) => ValueKind::Int(min, max),
        TypeFamily::Decimal { digits, scale, unsigned } => {
            ValueKind::Decimal { digits, scale, unsigned }
        }
        TypeFamily::Float { single } => ValueKind::Float { single },
        TypeFamily::Bool => ValueKind::Bool,
        TypeFamily::Text(limit) => ValueKind::Text(limit),
        TypeFamily::Bytes(limit) => ValueKind::Bytes(limit),
        TypeFamily::Bits { length, exactly } => ValueKind::Bits { length, exactly },
        TypeFamily::Json => ValueKind::Json,
        TypeFamily::Labels(labels) => ValueKind::Labels(labels),
        TypeFamily::Set(labels) => ValueKind::Set(labels),
        TypeFamily::Array(element) => ValueKind::Array(Box::new(of_family(dialect, *element))),
        TypeFamily::Composite(fields) => ValueKind::Composite(fields),
        TypeFamily::Date => edge_values::date(dialect),
        TypeFamily::Timestamp { zone } => edge_values::timestamp(dialect, zone),
        TypeFamily::Time { zone: false } => edge_values::time(),
        TypeFamily::Time { zone: true } => edge_values::time_with_zone(),
        TypeFamily::Interval => edge_values::interval(),
        TypeFamily::Uuid => edge_values::uuid(),
        TypeFamily::Other { name, length } => match dialect {
            Dialect::Postgres => edge_values::postgres(&name, length),
            _ => edge_values::mysql(&name),
        },
        _ => ValueKind::Unknown,
    }
}
