//! The Rust type of a column.

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Column, DataType};

use crate::declare::column_of_type;
use crate::types::{Reads, RustType};

/// The Rust types that are printed, the preferred ones first, with their paths.
const TYPES: [(&str, &str); 34] = [
    ("i64", "i64"),
    ("i32", "i32"),
    ("i16", "i16"),
    ("i8", "i8"),
    ("u64", "u64"),
    ("u32", "u32"),
    ("u16", "u16"),
    ("u8", "u8"),
    ("bool", "bool"),
    ("f64", "f64"),
    ("f32", "f32"),
    ("String", "String"),
    ("Vec<u8>", "Vec<u8>"),
    ("Json<_>", "sqlx::types::JsonValue"),
    ("DateTime<_>", "sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>"),
    ("NaiveDateTime", "sqlx::types::chrono::NaiveDateTime"),
    ("NaiveDate", "sqlx::types::chrono::NaiveDate"),
    ("NaiveTime", "sqlx::types::chrono::NaiveTime"),
    ("Uuid", "sqlx::types::Uuid"),
    ("Decimal", "sqlx::types::Decimal"),
    ("PgTimeTz", "sqlx::postgres::types::PgTimeTz"),
    ("PgInterval", "sqlx::postgres::types::PgInterval"),
    ("IpNetwork", "sqlx::types::ipnetwork::IpNetwork"),
    ("MacAddress", "sqlx::types::mac_address::MacAddress"),
    ("BitVec", "sqlx::types::BitVec"),
    ("Oid", "sqlx::postgres::types::Oid"),
    ("PgMoney", "sqlx::postgres::types::PgMoney"),
    ("PgLTree", "sqlx::postgres::types::PgLTree"),
    ("PgHstore", "sqlx::postgres::types::PgHstore"),
    ("PgCiText", "sqlx::postgres::types::PgCiText"),
    ("PgRange<i32>", "sqlx::postgres::types::PgRange<i32>"),
    ("PgRange<i64>", "sqlx::postgres::types::PgRange<i64>"),
    ("PgRange<Decimal>", "sqlx::postgres::types::PgRange<sqlx::types::Decimal>"),
    ("PgRange<NaiveDate>", "sqlx::postgres::types::PgRange<sqlx::types::chrono::NaiveDate>"),
];

/// A Rust type, and the column type that must be stated beside it.
pub(super) struct RustName {
    pub(super) path: String,
    pub(super) stated: Option<String>,
}

/// The Rust types of a database, with their own column types.
pub(super) struct RustTypes {
    pub(super) dialect: Dialect,
    types: Vec<(RustType, &'static str, Option<DataType>)>,
}

impl RustTypes {
    pub(super) fn new(dialect: Dialect) -> Self {
        let of = |(name, path): &(&str, &'static str)| {
            let kind = RustType::lookup(name)?;
            let own = kind.written(dialect).and_then(|text| column_of_type(dialect, &text));
            Some((kind, *path, own.map(|column| column.data_type)))
        };
        Self { dialect, types: TYPES.iter().filter_map(of).collect() }
    }

    /// The type of a column: one whose own column type it is, else one that is read from it.
    pub(super) fn of(&self, column: &Column) -> RustName {
        if column.data_type.is_array() {
            let element = Column { data_type: column.data_type.element(), ..column.clone() };
            let inner = self.of(&element);
            let stated = inner.stated.map(|_| column.data_type.to_string());
            return RustName { path: format!("Vec<{}>", inner.path), stated };
        }
        let same = |of: &DataType| of.eq_ignore_ascii_case(&column.data_type);
        let mut types = self.types.iter();
        if let Some((_, path, _)) = types.find(|(.., own)| own.as_ref().is_some_and(same)) {
            return RustName { path: (*path).to_owned(), stated: None };
        }
        let reads = |kind: &RustType| kind.reads(self.dialect, column) == Reads::Yes;
        let read = self.types.iter().find(|(kind, ..)| reads(kind));
        let path = read.map_or("String", |(_, path, _)| path);
        let stated = Some(column.data_type.to_string()).filter(|text| !text.is_empty());
        RustName { path: path.to_owned(), stated }
    }
}
