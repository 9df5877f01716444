//! What a column does with values of another type (<https://www.sqlite.org/datatype3.html>, section 3).

use crate::schema::DataType;

/// What a column does with values of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Numeric,
    Real,
    Text,
    Blob,
}

/// The affinity of a declared type. `ANY` is read as in a STRICT table.
pub(super) fn affinity(of: &DataType) -> Affinity {
    let name = of.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["INT"]) {
        Affinity::Integer
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if name.is_empty() || name == "ANY" || has(&["BLOB"]) {
        Affinity::Blob
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// The type that SQLite declares for a column of `CREATE TABLE .. AS`; `None` for one that depends on the table.
pub(super) fn copied(of: &DataType) -> Option<&'static str> {
    if of.eq_ignore_ascii_case("ANY") {
        return None;
    }
    Some(match affinity(of) {
        Affinity::Integer => "INT",
        Affinity::Numeric => "NUM",
        Affinity::Real => "REAL",
        Affinity::Text => "TEXT",
        Affinity::Blob => "",
    })
}
