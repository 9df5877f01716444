//! A value of a row, and how SQL writes it.

use std::fmt::Write as _;

use migrate_core::dialect::Dialect;
use migrate_core::schema::Name;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// A whole number.
    Int(i128),
    /// A text, or what the database reads from a text: `2024-02-29`, `{1,2}`.
    Text(String),
    /// What stands in SQL as it is: `X'00'`, `1.5`.
    Sql(String),
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As SQL writes it.
    pub(super) fn literal(&self, dialect: Dialect) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Int(number) => number.to_string(),
            Self::Text(text) => dialect.literal(text),
            Self::Sql(sql) => sql.clone(),
        }
    }

    /// What a unique key compares: most databases have collations in which case and blanks at the
    /// end do not count.
    pub(super) fn key(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.trim_end().to_lowercase()),
            other => other.clone(),
        }
    }

    /// Bytes.
    pub(super) fn bytes(bytes: &[u8], dialect: Dialect) -> Self {
        let mut hex = String::new();
        for byte in bytes {
            let _ = write!(hex, "{byte:02x}");
        }
        match dialect {
            Dialect::Postgres => Self::Text(format!("\\x{hex}")),
            _ => Self::Sql(format!("X'{hex}'")),
        }
    }
}

/// A table's name in quotes.
pub(super) fn quoted(dialect: Dialect, name: &Name) -> String {
    let table = dialect.quote(&name.name);
    match &name.namespace {
        Some(namespace) => format!("{}.{table}", dialect.quote(namespace)),
        None => table,
    }
}

/// Names in quotes, with commas.
pub(super) fn list<'n>(dialect: Dialect, names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| dialect.quote(name)).collect();
    names.join(", ")
}

/// An expression that shows a column's value exactly, as text.
///
/// SQLite's is a literal; a binary value of MySQL's too, and so are numbers with a fraction, which
/// it would round for a person.
pub(super) fn shown(dialect: Dialect, column: &str, data_type: &str) -> String {
    let name = dialect.quote(column);
    match dialect {
        Dialect::Sqlite => format!("quote({name})"),
        Dialect::Postgres => format!("{name}::text"),
        Dialect::Mysql => match data_type.split(['(', ' ']).next().unwrap_or_default() {
            "float" => format!("CAST(CAST({name} AS DOUBLE) AS CHAR)"),
            word if is_binary(word) => format!("CONCAT('X''', HEX({name}), '''')"),
            _ => format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"),
        },
    }
}

/// A value from what [`shown`] gave.
pub(super) fn of_shown(dialect: Dialect, data_type: &str, cell: Option<String>) -> Value {
    match cell {
        None => Value::Null,
        Some(text) => {
            let word = data_type.split(['(', ' ']).next().unwrap_or_default();
            if dialect == Dialect::Sqlite || dialect == Dialect::Mysql && is_binary(word) {
                // SQLite's word for NULL is a literal too.
                if text == "NULL" { Value::Null } else { Value::Sql(text) }
            } else {
                Value::Text(text)
            }
        }
    }
}

/// Whether a type of MySQL's holds bytes that are no text.
fn is_binary(word: &str) -> bool {
    const WORDS: [&str; 17] = [
        "binary",
        "varbinary",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
        "bit",
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "geomcollection",
        "vector",
    ];
    WORDS.contains(&word)
}
