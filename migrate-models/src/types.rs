//! The mapping of Rust types to column types: what sqlx reads and writes.
//!
//! A type is known by the last part of its path, as a macro resolves no names. For each database a
//! row has the type that a new column gets, and the types from which sqlx reads the Rust type: a
//! column of one of these is left as it is.

mod rows;

use std::fmt::Write as _;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, DataType};
use syn::{GenericArgument, PathArguments, Type};

pub use rows::MAPPINGS;

use crate::grammar::grammar;

/// A row of the mapping.
#[derive(Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The Rust types, as the last part of a path.
    pub rust: &'static [&'static str],
    /// The column types on each database, in the order of [`Dialect::ALL`].
    pub columns: [SqlType; 3],
}

/// The column types of a Rust type on one database.
#[derive(Debug, PartialEq, Eq)]
pub struct SqlType {
    /// The type of a new column; `None` if it must be stated, or sqlx does not support the type there.
    pub written: Option<&'static str>,
    /// Names of types that are read, without their arguments. On SQLite, parts of names, as SQLite
    /// itself looks at parts.
    pub read: &'static [&'static str],
}

impl Mapping {
    /// The column types on a database.
    #[must_use]
    pub const fn of(&self, dialect: Dialect) -> &SqlType {
        &self.columns[dialect as usize]
    }
}

/// The type of a field, without `Option`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// A type with a row in [`MAPPINGS`].
    Known(&'static Mapping),
    /// An array of one (PostgreSQL).
    Array(Box<RustType>),
    /// A type by the last part of its path: a newtype, an alias or an enum.
    Named(String),
    /// A type that is stored as JSON.
    Json,
    /// Another type, as it is written.
    Other(String),
}

/// Whether sqlx reads a type from a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// It does.
    Yes,
    /// It does not, or the types are different ones.
    No,
    /// Not known: a newtype, an enum, a domain.
    Unknown,
}

impl RustType {
    /// Reads a type; `true` if it is an `Option`.
    #[must_use]
    pub fn of(of: &Type) -> (Self, bool) {
        match of {
            Type::Paren(inner) => Self::of(&inner.elem),
            Type::Group(inner) => Self::of(&inner.elem),
            Type::Reference(inner) => Self::of(&inner.elem),
            Type::Slice(inner) => (list(Self::of(&inner.elem).0, &inner.elem), false),
            Type::Array(inner) => (list(Self::of(&inner.elem).0, &inner.elem), false),
            Type::Path(path) if path.qself.is_none() => Self::of_path(&path.path),
            other => (Self::Other(shown(other)), false),
        }
    }

    fn of_path(path: &syn::Path) -> (Self, bool) {
        let Some(last) = path.segments.last() else { return (Self::Other(String::new()), false) };
        let name = last.ident.to_string();
        let arguments: Vec<&Type> = match &last.arguments {
            PathArguments::AngleBracketed(all) => {
                let types = all.args.iter();
                types.filter_map(|a| if let GenericArgument::Type(t) = a { Some(t) } else { None })
            }
            .collect(),
            _ => Vec::new(),
        };
        match (name.as_str(), arguments.as_slice()) {
            ("Option", [inner]) => (Self::of(inner).0, true),
            ("Box" | "Arc" | "Rc" | "Cow", [inner]) => Self::of(inner),
            ("Json", [_]) => (Self::Json, false),
            ("Text", [_]) => (Self::known("String"), false),
            ("Vec", [inner]) => (list(Self::of(inner).0, inner), false),
            ("PgRange", [inner]) => {
                let key = format!("PgRange<{}>", last_name(inner));
                (Self::lookup(&key).unwrap_or(Self::Other(key)), false)
            }
            (name, []) => {
                let known = Self::lookup(name);
                (known.unwrap_or_else(|| Self::Named(name.to_owned())), false)
            }
            (name, _) => {
                let key = format!("{name}<_>");
                (Self::lookup(&key).unwrap_or_else(|| Self::Other(shown_path(path))), false)
            }
        }
    }

    /// A type by its name in [`MAPPINGS`].
    #[must_use]
    pub fn lookup(name: &str) -> Option<Self> {
        MAPPINGS.iter().find(|row| row.rust.contains(&name)).map(Self::Known)
    }

    fn known(name: &str) -> Self {
        Self::lookup(name).unwrap_or_else(|| Self::Other(name.to_owned()))
    }

    /// The row of the mapping, for a type that is no array.
    #[must_use]
    pub fn row(&self) -> Option<&'static Mapping> {
        match self {
            Self::Known(row) => Some(row),
            Self::Json => MAPPINGS.iter().find(|row| row.rust.contains(&"Json<_>")),
            _ => None,
        }
    }

    /// The type of a new column; `None` if it must be stated.
    #[must_use]
    pub fn written(&self, dialect: Dialect) -> Option<String> {
        match self {
            Self::Array(element) if grammar(dialect).arrays => {
                Some(format!("{}[]", element.written(dialect)?))
            }
            other => other.row()?.of(dialect).written.map(str::to_owned),
        }
    }

    /// Whether sqlx reads this type from a column.
    #[must_use]
    pub fn reads(&self, dialect: Dialect, column: &Column) -> Reads {
        self.reads_type(dialect, &column.data_type, column.user_type.is_some())
    }

    fn reads_type(&self, dialect: Dialect, of: &DataType, user_type: bool) -> Reads {
        if let Self::Array(element) = self {
            return match of.is_array() {
                true => element.reads_type(dialect, &of.element(), user_type),
                false if user_type => Reads::Unknown,
                false => Reads::No,
            };
        }
        let Some(row) = self.row() else { return Reads::Unknown };
        let name = of.name().to_ascii_lowercase();
        let read = row.of(dialect).read;
        let matches = if grammar(dialect).types_by_affinity {
            name.is_empty() || read.iter().any(|part| name.contains(part))
        } else {
            !of.is_array() && read.contains(&name.as_str())
        };
        match matches {
            true => Reads::Yes,
            false if user_type || read.is_empty() => Reads::Unknown,
            false => Reads::No,
        }
    }

    /// The type as messages show it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Known(row) => row.rust.first().copied().unwrap_or_default().to_owned(),
            Self::Array(element) => format!("Vec<{}>", element.describe()),
            Self::Named(name) | Self::Other(name) => name.clone(),
            Self::Json => "Json<_>".to_owned(),
        }
    }
}

/// An array, or bytes.
fn list(element: RustType, written: &Type) -> RustType {
    if last_name(written) == "u8" {
        return RustType::known("Vec<u8>");
    }
    RustType::Array(Box::new(element))
}

/// The last part of the path of a type, with `<_>` for its arguments.
fn last_name(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map_or_else(String::new, |last| {
            let arguments = if last.arguments.is_empty() { "" } else { "<_>" };
            format!("{}{arguments}", last.ident)
        }),
        _ => String::new(),
    }
}

fn shown_path(path: &syn::Path) -> String {
    let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
    let arguments = path.segments.last().is_some_and(|last| !last.arguments.is_empty());
    format!("{}{}", names.join("::"), if arguments { "<..>" } else { "" })
}

fn shown(of: &Type) -> String {
    match of {
        Type::Path(path) => shown_path(&path.path),
        Type::Tuple(_) => "a tuple".to_owned(),
        Type::Ptr(_) => "a pointer".to_owned(),
        _ => "this type".to_owned(),
    }
}

/// The mapping as a table for the documentation.
#[must_use]
pub fn mapping_table() -> String {
    let mut text =
        String::from("| Rust | SQLite | PostgreSQL | MySQL, MariaDB |\n|---|---|---|---|\n");
    for row in MAPPINGS {
        let rust: Vec<String> = row.rust.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(text, "| {} |", rust.join(", "));
        for dialect in Dialect::ALL {
            let of = row.of(dialect);
            let cell = match (of.written, of.read) {
                (None, []) => "-".to_owned(),
                (None, read) => format!("stated; {}", read.join(", ")),
                (Some(written), read) => format!("`{written}`; {}", read.join(", ")),
            };
            let _ = write!(text, " {} |", cell.trim_end_matches("; "));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (RustType, bool) {
        RustType::of(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn types_are_known_by_the_last_part_of_their_path() {
        for (text, sqlite, postgres, mysql) in [
            ("i64", "INTEGER", "BIGINT", "BIGINT"),
            ("Option<String>", "TEXT", "TEXT", "VARCHAR(255)"),
            ("Box<str>", "TEXT", "TEXT", "VARCHAR(255)"),
            ("&'static str", "TEXT", "TEXT", "VARCHAR(255)"),
            ("Vec<u8>", "BLOB", "BYTEA", "BLOB"),
            ("[u8; 32]", "BLOB", "BYTEA", "BLOB"),
            ("chrono::DateTime<Utc>", "DATETIME", "TIMESTAMPTZ", "TIMESTAMP"),
            ("sqlx::types::Json<Settings>", "TEXT", "JSONB", "JSON"),
            ("uuid::Uuid", "BLOB", "UUID", "BINARY(16)"),
        ] {
            let (kind, _) = of(text);
            let written: Vec<_> =
                Dialect::ALL.iter().map(|dialect| kind.written(*dialect).unwrap()).collect();
            assert_eq!(written, [sqlite, postgres, mysql], "{text}");
        }
        assert_eq!(of("Vec<String>").0.written(Dialect::Postgres).as_deref(), Some("TEXT[]"));
        assert_eq!(of("Vec<String>").0.written(Dialect::Sqlite), None);
        assert_eq!(of("PgRange<i32>").0.written(Dialect::Postgres).as_deref(), Some("INT4RANGE"));
        assert!(of("Option<i32>").1 && !of("i32").1);
        assert!(matches!(of("UserId").0, RustType::Named(name) if name == "UserId"));
    }

    #[test]
    fn a_column_is_read_or_another_type() {
        let reads = |rust: &str, dialect, sql: &str| {
            let column = Column { data_type: sql.into(), ..Column::default() };
            of(rust).0.reads(dialect, &column)
        };
        for (rust, dialect, sql, expected) in [
            ("String", Dialect::Postgres, "character varying(20)", Reads::Yes),
            ("String", Dialect::Postgres, "integer", Reads::No),
            ("i32", Dialect::Postgres, "bigint", Reads::No),
            ("i64", Dialect::Sqlite, "INT", Reads::Yes),
            ("i64", Dialect::Mysql, "bigint(20)", Reads::Yes),
            ("u64", Dialect::Mysql, "bigint(20) unsigned", Reads::Yes),
            ("u64", Dialect::Mysql, "bigint(20)", Reads::No),
            ("Vec<i32>", Dialect::Postgres, "integer[]", Reads::Yes),
            ("Vec<i32>", Dialect::Postgres, "integer", Reads::No),
            ("i32", Dialect::Postgres, "integer[]", Reads::No),
            ("UserId", Dialect::Postgres, "integer", Reads::Unknown),
            ("u64", Dialect::Postgres, "bigint", Reads::Unknown),
            ("DateTime<Utc>", Dialect::Postgres, "timestamp(3) with time zone", Reads::Yes),
            ("DateTime<Utc>", Dialect::Postgres, "timestamp without time zone", Reads::No),
        ] {
            assert_eq!(reads(rust, dialect, sql), expected, "{rust} {dialect} {sql}");
        }
        let domain = Column {
            data_type: "email".into(),
            user_type: Some(migrate_core::schema::Name::new("email")),
            ..Column::default()
        };
        assert_eq!(of("String").0.reads(Dialect::Postgres, &domain), Reads::Unknown);
    }

    #[test]
    fn no_rust_type_has_two_rows() {
        let mut names: Vec<&str> = MAPPINGS.iter().flat_map(|row| row.rust).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
