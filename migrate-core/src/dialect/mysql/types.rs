//! The normal names of types: what the catalog writes for what a statement writes.
//!
//! `integer` is `int(11)`, `bool` is `tinyint(1)`, `nvarchar(20)` is `varchar(20)` in another
//! character set, and MariaDB's `json` is `longtext` with a check. Measured on MariaDB 10.11 against
//! `SHOW CREATE TABLE`. MySQL 8 writes no display widths; that is from its documentation.

use crate::schema::DataType;
use crate::sql::{Cursor, TokenKind, Tokens, quote};

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
    match read_type(&mut cursor, context) {
        Some(normal) if cursor.is_empty() => normal,
        _ => NormalType { data_type: text.into(), ..NormalType::default() },
    }
}

/// Passes over a type with its character set and collation, as it stands in a column's definition.
pub fn read_type(cursor: &mut Cursor<'_>, context: TypeContext<'_>) -> Option<NormalType> {
    let mut copy = *cursor;
    let base = base(&mut copy, context)?;
    let mut normal = NormalType { serial: base.serial, ..NormalType::default() };
    let name = match base.family {
        Family::Integer(widths) => integer(&base, widths, &mut copy, context),
        Family::Number => signed(&base.name, &base.arguments, &mut copy),
        Family::Text => {
            normal.charset = base.charset.map(str::to_owned);
            text(&base, &mut normal, &mut copy, context)
        }
        Family::Plain => with_arguments(&base.name, &base.arguments),
        Family::Json => {
            normal.checks_json = context.is_mariadb;
            if context.is_mariadb {
                normal.charset = Some("utf8mb4".to_owned());
                normal.collation = Some("utf8mb4_bin".to_owned());
                attributes(&mut normal, &mut copy);
            }
            base.name
        }
    };
    normal.data_type = name.into();
    *cursor = copy;
    Some(normal)
}

/// What may follow a type's name.
enum Family {
    /// A whole number, with its display widths: signed and unsigned.
    Integer([u8; 2]),
    /// Another number.
    Number,
    /// A type with a character set.
    Text,
    /// JSON.
    Json,
    /// A type without attributes.
    Plain,
}

struct Base {
    name: String,
    family: Family,
    arguments: Vec<String>,
    charset: Option<&'static str>,
    serial: bool,
}

/// Passes over the name of a type and its arguments.
fn base(cursor: &mut Cursor<'_>, context: TypeContext<'_>) -> Option<Base> {
    if !cursor.is_kind(TokenKind::Word) {
        return None;
    }
    let of = |name: &str, family| Base {
        name: name.to_owned(),
        family,
        arguments: Vec::new(),
        charset: None,
        serial: false,
    };
    if let Some((_, name, widths)) = INTEGERS.iter().find(|(word, ..)| cursor.eat(word)) {
        return Some(Base { arguments: arguments(cursor), ..of(name, Family::Integer(*widths)) });
    }
    if cursor.eat_any(&["bool", "boolean"]).is_some() {
        return Some(of("tinyint(1)", Family::Plain));
    }
    if cursor.eat("serial") {
        let name = if context.is_mariadb { "bigint(20) unsigned" } else { "bigint unsigned" };
        return Some(Base { serial: true, ..of(name, Family::Plain) });
    }
    if cursor.eat_any(&["decimal", "numeric", "dec", "fixed"]).is_some() {
        let mut arguments = arguments(cursor);
        for default in ["10", "0"].iter().skip(arguments.len()) {
            arguments.push((*default).to_owned());
        }
        if arguments[0] == "0" {
            "10".clone_into(&mut arguments[0]);
        }
        return Some(Base { arguments, ..of("decimal", Family::Number) });
    }
    if cursor.eat_any(&["double precision", "double", "real", "float8"]).is_some() {
        return Some(Base { arguments: arguments(cursor), ..of("double", Family::Number) });
    }
    if cursor.eat_any(&["float4", "float"]).is_some() {
        let mut arguments = arguments(cursor);
        let mut name = "float";
        if let [digits] = arguments.as_slice() {
            name =
                if digits.parse().is_ok_and(|digits: u32| digits > 24) { "double" } else { name };
            arguments.clear();
        }
        return Some(Base { arguments, ..of(name, Family::Number) });
    }
    if cursor.eat("bit") {
        let length = arguments(cursor).pop().filter(|length| length != "0");
        let arguments = vec![length.unwrap_or_else(|| "1".to_owned())];
        return Some(Base { arguments, ..of("bit", Family::Plain) });
    }
    if let Some(base) = text_type(cursor) {
        return Some(base);
    }
    if cursor.eat("json") {
        let name = if context.is_mariadb { "longtext" } else { "json" };
        return Some(of(name, Family::Json));
    }
    if cursor.eat("year") {
        let digits = arguments(cursor).pop().filter(|digits| digits == "2");
        let digits = digits.unwrap_or_else(|| "4".to_owned());
        let digits = if context.is_mariadb { vec![digits] } else { Vec::new() };
        return Some(Base { arguments: digits, ..of("year", Family::Plain) });
    }
    if let Some(name) = cursor.eat_any(&["timestamp", "datetime", "time"]) {
        let mut digits = arguments(cursor);
        digits.retain(|digits| digits != "0");
        return Some(Base { arguments: digits, ..of(name, Family::Plain) });
    }
    let name = cursor.bump()?.text.to_ascii_lowercase();
    Some(Base { arguments: arguments(cursor), ..of(&name, Family::Plain) })
}

/// Names of whole numbers, what the server calls them, and their display widths.
const INTEGERS: [(&str, &str, [u8; 2]); 12] = [
    ("tinyint", "tinyint", [4, 3]),
    ("smallint", "smallint", [6, 5]),
    ("mediumint", "mediumint", [9, 8]),
    ("middleint", "mediumint", [9, 8]),
    ("int", "int", [11, 10]),
    ("integer", "int", [11, 10]),
    ("bigint", "bigint", [20, 20]),
    ("int1", "tinyint", [4, 3]),
    ("int2", "smallint", [6, 5]),
    ("int3", "mediumint", [9, 8]),
    ("int4", "int", [11, 10]),
    ("int8", "bigint", [20, 20]),
];

/// Types with a character set, or of bytes.
fn text_type(cursor: &mut Cursor<'_>) -> Option<Base> {
    const VARIABLE: [&str; 4] = ["char varying", "character varying", "varchar", "varcharacter"];
    const NATIONAL: [&str; 8] = [
        "national char varying",
        "national character varying",
        "national varchar",
        "national varcharacter",
        "nchar varchar",
        "nchar varcharacter",
        "nchar varying",
        "nvarchar",
    ];
    const LONG: [&str; 5] = [
        "long varchar",
        "long varcharacter",
        "long char varying",
        "long character varying",
        "long",
    ];
    const BLOBS: [&str; 8] = [
        "tinytext",
        "text",
        "mediumtext",
        "longtext",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
    ];
    let of = |name: &str, arguments| Base {
        name: name.to_owned(),
        family: Family::Text,
        arguments,
        charset: None,
        serial: false,
    };
    let one = |cursor: &mut Cursor<'_>| {
        let given = arguments(cursor);
        if given.is_empty() { vec!["1".to_owned()] } else { given }
    };
    if cursor.eat_any(&NATIONAL).is_some() {
        return Some(Base { charset: Some("utf8mb3"), ..of("varchar", arguments(cursor)) });
    }
    if cursor.eat_any(&["national char", "national character", "nchar"]).is_some() {
        return Some(Base { charset: Some("utf8mb3"), ..of("char", one(cursor)) });
    }
    if cursor.eat_any(&VARIABLE).is_some() {
        return Some(of("varchar", arguments(cursor)));
    }
    if cursor.eat_any(&["char", "character"]).is_some() {
        return Some(of("char", one(cursor)));
    }
    if cursor.eat("long varbinary") {
        return Some(Base { family: Family::Plain, ..of("mediumblob", Vec::new()) });
    }
    if cursor.eat_any(&LONG).is_some() {
        return Some(of("mediumtext", Vec::new()));
    }
    if cursor.eat("binary") {
        return Some(Base { family: Family::Plain, ..of("binary", one(cursor)) });
    }
    if let Some(name) = cursor.eat_any(&["enum", "set"]) {
        return Some(of(name, labels(cursor)));
    }
    let name = cursor.eat_any(&BLOBS)?;
    Some(of(name, arguments(cursor)))
}

/// A whole number with its display width, which MySQL 8 writes for `tinyint(1)` and ZEROFILL alone.
fn integer(
    base: &Base,
    [signed, unsigned]: [u8; 2],
    cursor: &mut Cursor<'_>,
    context: TypeContext<'_>,
) -> String {
    let sign = sign(cursor);
    let given = base.arguments.first().filter(|width| *width != "0");
    let usual = if sign.is_empty() { signed } else { unsigned };
    let width = given.cloned().unwrap_or_else(|| usual.to_string());
    let is_bool = base.name == "tinyint" && width == "1" && sign.is_empty();
    if context.is_mariadb || is_bool || sign.ends_with("zerofill") {
        format!("{}({width}){sign}", base.name)
    } else {
        format!("{}{sign}", base.name)
    }
}

fn signed(name: &str, arguments: &[String], cursor: &mut Cursor<'_>) -> String {
    with_arguments(name, arguments) + sign(cursor)
}

/// Passes over SIGNED, UNSIGNED and ZEROFILL.
fn sign(cursor: &mut Cursor<'_>) -> &'static str {
    let mut sign = "";
    while let Some(word) = cursor.eat_any(&["unsigned", "zerofill", "signed"]) {
        sign = match (word, sign) {
            ("zerofill", _) | (_, " unsigned zerofill") => " unsigned zerofill",
            ("unsigned", _) | (_, " unsigned") => " unsigned",
            _ => "",
        };
    }
    sign
}

/// A type with a character set. `BYTE` and `CHARACTER SET binary` make it a type of bytes, and a
/// length of a TEXT or BLOB selects the shortest type that holds it.
fn text(
    base: &Base,
    normal: &mut NormalType,
    cursor: &mut Cursor<'_>,
    context: TypeContext<'_>,
) -> String {
    let bytes = attributes(normal, cursor);
    let is_binary = bytes || normal.charset.as_deref() == Some("binary");
    let mut name = base.name.as_str();
    if is_binary && !matches!(name, "enum" | "set") {
        normal.charset = None;
        normal.collation = None;
        name = match name {
            "char" => "binary",
            "varchar" => "varbinary",
            "tinytext" => "tinyblob",
            "text" => "blob",
            "mediumtext" => "mediumblob",
            "longtext" => "longblob",
            other => other,
        };
    }
    if matches!(name, "text" | "blob") {
        let charset = normal.charset.as_deref().unwrap_or(context.charset);
        let width = if name == "blob" { 1 } else { bytes_of_character(charset) };
        let length = base.arguments.first().and_then(|length| length.parse::<u64>().ok());
        return match length.map(|length| length.saturating_mul(width)) {
            None | Some(0) => name.to_owned(),
            Some(bytes) if bytes < 1 << 8 => format!("tiny{name}"),
            Some(bytes) if bytes < 1 << 16 => name.to_owned(),
            Some(bytes) if bytes < 1 << 24 => format!("medium{name}"),
            Some(_) => format!("long{name}"),
        };
    }
    with_arguments(name, &base.arguments)
}

/// Passes over character set, collation and the words for them. Returns `true` for `BYTE`.
fn attributes(normal: &mut NormalType, cursor: &mut Cursor<'_>) -> bool {
    let (mut is_byte, mut is_bin) = (false, false);
    loop {
        if cursor.eat_any(&["character set", "charset", "char set"]).is_some() {
            let Some(name) = name(cursor) else { break };
            normal.charset = Some(if name == "utf8" { "utf8mb3".to_owned() } else { name });
            normal.collation = None;
        } else if cursor.eat("collate") {
            let Some(name) = name(cursor) else { break };
            let charset = name.split('_').next().unwrap_or_default();
            if normal.charset.is_none() {
                normal.charset =
                    Some(if charset == "utf8" { "utf8mb3" } else { charset }.to_owned());
            }
            normal.collation = Some(match name.strip_prefix("utf8_") {
                Some(rest) => format!("utf8mb3_{rest}"),
                None => name,
            });
        } else if cursor.eat("ascii") {
            normal.charset = Some("latin1".to_owned());
        } else if cursor.eat("unicode") {
            normal.charset = Some("ucs2".to_owned());
        } else if cursor.eat("byte") {
            is_byte = true;
        } else if cursor.eat("binary") {
            is_bin = true;
        } else {
            break;
        }
    }
    normal.binary_collation = is_bin && normal.charset.is_none();
    if let (Some(charset), None) = (&normal.charset, &normal.collation) {
        normal.collation = if is_bin {
            Some(format!("{charset}_bin"))
        } else {
            usual_collation(charset).map(str::to_owned)
        };
    }
    is_byte
}

/// A character set or collation, in lower case, with or without quotes.
fn name(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.name().or_else(|| cursor.string()).map(|name| name.to_lowercase())
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

fn bytes_of_character(charset: &str) -> u64 {
    match charset {
        "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => 4,
        "utf8" | "utf8mb3" | "eucjpms" | "ujis" => 3,
        "ucs2" | "big5" | "cp932" | "euckr" | "gb2312" | "gbk" | "sjis" => 2,
        _ => 1,
    }
}

fn with_arguments(name: &str, arguments: &[String]) -> String {
    if arguments.is_empty() { name.to_owned() } else { format!("{name}({})", arguments.join(",")) }
}

/// Passes over arguments in parentheses.
fn arguments(cursor: &mut Cursor<'_>) -> Vec<String> {
    let text = |item: Cursor<'_>| item.lexemes().iter().map(|lexeme| lexeme.text).collect();
    cursor.group().into_iter().flat_map(Cursor::items).map(text).collect()
}

/// Passes over the labels of an enum or a set, which lose spaces at their ends.
fn labels(cursor: &mut Cursor<'_>) -> Vec<String> {
    let label = |mut item: Cursor<'_>| match item.string() {
        Some(label) => quote(&label.trim_end_matches(' ').replace('\\', r"\\"), '\''),
        None => item.lexemes().iter().map(|lexeme| lexeme.text).collect(),
    };
    cursor.group().into_iter().flat_map(Cursor::items).map(label).collect()
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
}
