//! The normal names of types: what the catalog writes for what a statement writes.
//!
//! `integer` is `int(11)`, `bool` is `tinyint(1)`, `nvarchar(20)` is `varchar(20)` in another
//! character set, and MariaDB's `json` is `longtext` with a check. Measured on MariaDB 10.11 against
//! `SHOW CREATE TABLE`. MySQL 8 writes no display widths; that is from its documentation.

use super::parse::{Type, charset_of, collation, data_type, sized, without_width};
use crate::dialect::TypeFamily;
use crate::dialect::family::TypeWords;
use crate::schema::{Column, DataType, Schema};
use crate::sql::Tokens;

/// What decides what a type means, besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeContext<'c> {
    /// Whether the server is MariaDB.
    pub is_mariadb: bool,
    /// The table's character set.
    pub charset: &'c str,
}

impl Default for TypeContext<'_> {
    fn default() -> Self {
        Self { is_mariadb: true, charset: "utf8mb4" }
    }
}

/// What a type in a statement means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NormalType {
    /// The type as `SHOW CREATE TABLE` writes it, without character set and collation.
    pub data_type: DataType,
    /// The character set, where the type gives one.
    pub charset: Option<String>,
    /// The collation, where the type gives one, or a character set whose collation is certain.
    pub collation: Option<String>,
    /// Whether the collation is the binary one of the table's character set: `varchar(20) binary`.
    pub binary_collation: bool,
    /// Whether the column has a check that its value is JSON (MariaDB).
    pub checks_json: bool,
    /// Whether the column is NOT NULL, numbers rows and is unique: `serial`.
    pub serial: bool,
}

/// The type that a text means. A text that is no type is kept as it is.
///
/// ```
/// use migrate_core::dialect::mysql::{TypeContext, normalise_type};
/// let of = |text| normalise_type(text, TypeContext::default());
/// assert_eq!(of("INTEGER UNSIGNED").data_type, "int(10) unsigned");
/// assert_eq!(of("nvarchar(20)").charset.as_deref(), Some("utf8mb3"));
/// assert!(of("json").checks_json);
/// let mysql = TypeContext { is_mariadb: false, ..TypeContext::default() };
/// assert_eq!(normalise_type("int(11)", mysql).data_type, "int");
/// ```
#[must_use]
pub fn normalise_type(text: &str, context: TypeContext<'_>) -> NormalType {
    let tokens = Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let kept = || NormalType { data_type: text.into(), ..NormalType::default() };
    let Ok(mut given) = data_type(&mut cursor) else { return kept() };
    if cursor.eat("COLLATE") {
        given.collation = collation(&mut cursor).ok();
    }
    if cursor.is_empty() { normal(given, context) } else { kept() }
}

/// A type with what its character set and the server add to it.
fn normal(given: Type, context: TypeContext<'_>) -> NormalType {
    let Type { mut text, mut charset, mut collation, binary, serial, json } = given;
    if charset.is_none() {
        charset = collation.as_deref().map(|collation| charset_of(collation).to_owned());
    }
    if let Some(charset) = &charset
        && collation.is_none()
    {
        let usual = usual_collation(charset).map(str::to_owned);
        collation = if binary { Some(format!("{charset}_bin")) } else { usual };
    }
    if let Some(known) = sized(&text, charset.as_deref().unwrap_or(context.charset)) {
        text = known;
    }
    if !context.is_mariadb {
        text = match text.as_str() {
            _ if json => "json".to_owned(),
            "year(4)" => "year".to_owned(),
            other => without_width(other),
        };
        if json {
            (charset, collation) = (None, None);
        }
    }
    NormalType {
        data_type: text.into(),
        binary_collation: binary && charset.is_none(),
        charset,
        collation,
        checks_json: json && context.is_mariadb,
        serial,
    }
}

/// The collation of a character set, where no setting changes it.
fn usual_collation(charset: &str) -> Option<&'static str> {
    Some(match charset {
        "latin1" => "latin1_swedish_ci",
        "ascii" => "ascii_general_ci",
        "binary" => "binary",
        "ucs2" => "ucs2_general_ci",
        "utf8mb3" => "utf8mb3_general_ci",
        "latin2" => "latin2_general_ci",
        "utf16" => "utf16_general_ci",
        "utf32" => "utf32_general_ci",
        _ => return None,
    })
}

/// What a column can hold.
pub(super) fn type_family(_: &Schema, column: &Column) -> TypeFamily {
    let words = TypeWords::of(&column.data_type);
    // Without arguments the attributes stand with the name.
    let name = words.name.split(' ').next().unwrap_or_default();
    let unsigned = column.data_type.contains("unsigned");
    let int = |bits| if unsigned { TypeFamily::unsigned(bits) } else { TypeFamily::signed(bits) };
    match name {
        "tinyint" if words.arguments == "1" => TypeFamily::Bool,
        "tinyint" => int(8),
        "smallint" => int(16),
        "mediumint" => int(24),
        "int" | "integer" => int(32),
        "bigint" => int(64),
        "decimal" | "numeric" => words.decimal(10, unsigned),
        "float" | "double" => {
            TypeFamily::Float { single: name == "float" && words.number(1).is_none() }
        }
        "bit" => TypeFamily::Bits { length: words.length().unwrap_or(1), exactly: true },
        "char" | "varchar" => TypeFamily::Text(words.length()),
        "tinytext" => TypeFamily::Text(Some(255)),
        "text" | "mediumtext" | "longtext" => TypeFamily::Text(None),
        "binary" | "varbinary" => TypeFamily::Bytes(words.length()),
        "tinyblob" => TypeFamily::Bytes(Some(255)),
        "blob" | "mediumblob" | "longblob" => TypeFamily::Bytes(None),
        "enum" => TypeFamily::Labels(labels(words.arguments)),
        "set" => TypeFamily::Set(labels(words.arguments)),
        "json" => TypeFamily::Json,
        "date" => TypeFamily::Date,
        "datetime" => TypeFamily::Timestamp { zone: false },
        "timestamp" => TypeFamily::Timestamp { zone: true },
        "time" => TypeFamily::Time { zone: false },
        "year" => TypeFamily::Int(1901, 2155),
        "uuid" => TypeFamily::Uuid,
        _ => words.other(name),
    }
}

/// The labels of `'a','it''s'`.
fn labels(arguments: &str) -> Vec<String> {
    let tokens = Tokens::read_until_error(arguments, &super::LEX_RULES);
    tokens.cursor().items().filter_map(|mut item| item.string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_in_the_catalog() {
        for (written, catalog) in [
            ("tinyint", "tinyint(4)"),
            ("INT4", "int(11)"),
            ("middleint", "mediumint(9)"),
            ("bigint unsigned", "bigint(20) unsigned"),
            ("mediumint unsigned", "mediumint(8) unsigned"),
            ("int zerofill", "int(10) unsigned zerofill"),
            ("int unsigned zerofill", "int(10) unsigned zerofill"),
            ("int signed", "int(11)"),
            ("int(5) zerofill", "int(5) unsigned zerofill"),
            ("int(0)", "int(11)"),
            ("tinyint(1) unsigned", "tinyint(1) unsigned"),
            ("bool", "tinyint(1)"),
            ("numeric(8)", "decimal(8,0)"),
            ("decimal(0)", "decimal(10,0)"),
            ("fixed(5,2)", "decimal(5,2)"),
            ("decimal zerofill unsigned", "decimal(10,0) unsigned zerofill"),
            ("float(10)", "float"),
            ("float(30)", "double"),
            ("float(7,3)", "float(7,3)"),
            ("float unsigned", "float unsigned"),
            ("real(5,2)", "double(5,2)"),
            ("double precision zerofill", "double unsigned zerofill"),
            ("float8", "double"),
            ("bit", "bit(1)"),
            ("bit(0)", "bit(1)"),
            ("char", "char(1)"),
            ("national character varying(3)", "varchar(3)"),
            ("nchar", "char(1)"),
            ("varcharacter(3)", "varchar(3)"),
            ("char varying(4)", "varchar(4)"),
            ("binary", "binary(1)"),
            ("text(60)", "tinytext"),
            ("text(100)", "text"),
            ("text(16383)", "text"),
            ("text(16384)", "mediumtext"),
            ("text(5000000)", "longtext"),
            ("text(100) charset latin1", "tinytext"),
            ("text(0)", "text"),
            ("blob(255)", "tinyblob"),
            ("blob(256)", "blob"),
            ("blob(65536)", "mediumblob"),
            ("long varchar", "mediumtext"),
            ("long varbinary", "mediumblob"),
            ("long", "mediumtext"),
            ("json", "longtext"),
            ("year", "year(4)"),
            ("year(2)", "year(2)"),
            ("time(3)", "time(3)"),
            ("datetime(0)", "datetime"),
            ("uuid", "uuid"),
            ("multipoint", "multipoint"),
            ("enum('a' , \"it's  \")", "enum('a','it''s')"),
            (r"enum('c\\d')", r"enum('c\\d')"),
            ("serial", "bigint(20) unsigned"),
            ("varchar(3) byte", "varbinary(3)"),
            ("tinytext charset binary", "tinyblob"),
            ("char(5) charset binary", "binary(5)"),
        ] {
            let context = TypeContext::default();
            assert_eq!(normalise_type(written, context).data_type, catalog, "{written}");
            assert_eq!(normalise_type(catalog, context).data_type, catalog, "{catalog}, again");
        }
    }

    #[test]
    fn character_sets_and_collations_are_facts() {
        for (written, charset, collation) in [
            ("varchar(20)", None, None),
            ("nvarchar(20)", Some("utf8mb3"), Some("utf8mb3_general_ci")),
            ("varchar(20) character set latin1", Some("latin1"), Some("latin1_swedish_ci")),
            ("varchar(20) charset utf8 binary", Some("utf8mb3"), Some("utf8mb3_bin")),
            ("varchar(3) binary character set latin1", Some("latin1"), Some("latin1_bin")),
            ("varchar(20) collate utf8mb4_bin", Some("utf8mb4"), Some("utf8mb4_bin")),
            ("varchar(3) collate utf8_bin", Some("utf8mb3"), Some("utf8mb3_bin")),
            ("varchar(20) character set utf8mb4", Some("utf8mb4"), None),
            ("char(5) ascii", Some("latin1"), Some("latin1_swedish_ci")),
            ("char(5) unicode", Some("ucs2"), Some("ucs2_general_ci")),
            ("varchar(5) byte", None, None),
            ("json", Some("utf8mb4"), Some("utf8mb4_bin")),
            ("json collate utf8mb4_general_ci", Some("utf8mb4"), Some("utf8mb4_general_ci")),
            ("varchar(20) binary", None, None),
        ] {
            let of = normalise_type(written, TypeContext::default());
            let found = (of.charset.as_deref(), of.collation.as_deref());
            assert_eq!(found, (charset, collation), "{written}");
        }
        let of = |text| normalise_type(text, TypeContext::default()).binary_collation;
        assert!(of("varchar(20) binary") && !of("varchar(20)"));
    }

    #[test]
    fn mysql_8_writes_no_display_widths() {
        let context = TypeContext { is_mariadb: false, ..TypeContext::default() };
        for (written, catalog) in [
            ("int(11)", "int"),
            ("bigint unsigned", "bigint unsigned"),
            ("tinyint(1)", "tinyint(1)"),
            ("tinyint(4)", "tinyint"),
            ("int(5) zerofill", "int(5) unsigned zerofill"),
            ("year(4)", "year"),
            ("json", "json"),
        ] {
            let normal = normalise_type(written, context);
            assert_eq!(normal.data_type, catalog, "{written}");
            assert!(!normal.checks_json);
        }
    }

    #[test]
    fn what_is_no_type_is_kept() {
        for text in ["", "5", "int int", "("] {
            assert_eq!(normalise_type(text, TypeContext::default()).data_type, text);
        }
    }

    #[test]
    fn labels_with_quotes_and_commas() {
        assert_eq!(labels("'a','it''s','x,y',''"), ["a", "it's", "x,y", ""]);
    }

    #[test]
    fn unsigned_and_signed_numbers() {
        for (data_type, family) in [
            ("int(10) unsigned", TypeFamily::Int(0, 4_294_967_295)),
            ("bigint unsigned", TypeFamily::Int(0, 18_446_744_073_709_551_615)),
            ("tinyint(4)", TypeFamily::Int(-128, 127)),
            ("tinyint(1)", TypeFamily::Bool),
        ] {
            let column = Column { data_type: data_type.into(), ..Column::default() };
            assert_eq!(type_family(&Schema::default(), &column), family, "{data_type}");
        }
    }
}
