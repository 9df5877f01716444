//! What the declared types of SQLite say about values.

use crate::dialect::TypeFamily;
use crate::dialect::family::TypeWords;
use crate::schema::{Column, Schema};

/// The affinity of a declared type, but for those that programs read as something narrower.
pub(super) fn type_family(_: &Schema, column: &Column) -> TypeFamily {
    let words = TypeWords::of(&column.data_type);
    let name = words.name.as_str();
    let has = |part: &str| name.contains(part);
    if has("bool") {
        TypeFamily::Bool
    } else if has("interval") || has("point") {
        TypeFamily::Text(None)
    } else if has("int") {
        TypeFamily::signed(64)
    } else if has("char") || has("clob") || has("text") {
        TypeFamily::Text(words.length())
    } else if has("json") {
        TypeFamily::Json
    } else if has("blob") || has("binary") {
        TypeFamily::Bytes(None)
    } else if has("real") || has("floa") || has("doub") {
        TypeFamily::Float { single: false }
    } else if has("datetime") || has("timestamp") {
        TypeFamily::Timestamp { zone: false }
    } else if has("date") {
        TypeFamily::Date
    } else if has("time") {
        TypeFamily::Time { zone: false }
    } else if has("uuid") {
        TypeFamily::Uuid
    } else if has("numeric") || has("decimal") {
        words.decimal(0, false)
    } else {
        TypeFamily::Text(None)
    }
}
