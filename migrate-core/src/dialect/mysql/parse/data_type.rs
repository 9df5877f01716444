//! Types of columns, with the character set that belongs to them.

use super::grammar::{end_of_item, group, name_or_string, number};
use crate::sql::{Cursor, TokenKind, Unexpected};

/// A type as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Type {
    /// The type, as MariaDB prints it.
    pub(super) text: String,
    /// The character set, where one is given or is part of the type.
    pub(super) charset: Option<String>,
    /// The collation, where one is given behind the character set.
    pub(super) collation: Option<String>,
    /// Whether texts are compared by their bytes.
    pub(super) binary: bool,
    /// Whether it is `SERIAL`: NOT NULL, numbered and unique.
    pub(super) serial: bool,
    /// Whether values are checked to be JSON.
    pub(super) json: bool,
}

fn plain(text: impl Into<String>) -> Type {
    Type { text: text.into(), ..Type::default() }
}

const INTEGERS: [(&str, &str, u8, u8); 12] = [
    // The name, the type, and the widths with and without a sign.
    ("TINYINT", "tinyint", 4, 3),
    ("SMALLINT", "smallint", 6, 5),
    ("MEDIUMINT", "mediumint", 9, 8),
    ("MIDDLEINT", "mediumint", 9, 8),
    ("INTEGER", "int", 11, 10),
    ("INT", "int", 11, 10),
    ("BIGINT", "bigint", 20, 20),
    ("INT1", "tinyint", 4, 3),
    ("INT2", "smallint", 6, 5),
    ("INT3", "mediumint", 9, 8),
    ("INT4", "int", 11, 10),
    ("INT8", "bigint", 20, 20),
];

/// Types that are one word, and have neither arguments nor a character set.
const WORDS: [(&str, &str); 22] = [
    ("DATE", "date"),
    ("TINYBLOB", "tinyblob"),
    ("MEDIUMBLOB", "mediumblob"),
    ("LONGBLOB", "longblob"),
    ("INET4", "inet4"),
    ("INET6", "inet6"),
    ("UUID", "uuid"),
    ("XMLTYPE", "xmltype"),
    ("GEOMETRY", "geometry"),
    ("POINT", "point"),
    ("LINESTRING", "linestring"),
    ("POLYGON", "polygon"),
    ("MULTIPOINT", "multipoint"),
    ("MULTILINESTRING", "multilinestring"),
    ("MULTIPOLYGON", "multipolygon"),
    ("GEOMETRYCOLLECTION", "geometrycollection"),
    ("GEOMCOLLECTION", "geometrycollection"),
    ("LONG VARBINARY", "mediumblob"),
    ("BOOLEAN", "tinyint(1)"),
    ("BOOL", "tinyint(1)"),
    ("SERIAL", "bigint(20) unsigned"),
    ("JSON", "longtext"),
];

/// Passes over a type.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> Result<Type, Unexpected> {
    for (name, text, signed, unsigned) in INTEGERS {
        if cursor.eat(name) {
            return integer(cursor, text, [signed, unsigned]);
        }
    }
    for (name, text) in WORDS {
        if !cursor.is(&format!("{name} (")) && cursor.eat(name) {
            let known = plain(text);
            return Ok(match name {
                "JSON" => Type { json: true, collation: Some("utf8mb4_bin".to_owned()), ..known },
                "SERIAL" => Type { serial: true, ..known },
                _ => known,
            });
        }
    }
    match numeric(cursor)? {
        Some(found) => Ok(found),
        None => match temporal_or_bytes(cursor)? {
            Some(found) => Ok(found),
            None => text_type(cursor),
        },
    }
}

fn integer(
    cursor: &mut Cursor<'_>,
    text: &str,
    [signed, unsigned]: [u8; 2],
) -> Result<Type, Unexpected> {
    let given = if cursor.is("(") { Some(length(cursor)?) } else { None };
    let sign = sign(cursor);
    let usual = if sign.is_empty() { signed } else { unsigned };
    let width = given.filter(|width| width != "0").unwrap_or_else(|| usual.to_string());
    Ok(plain(format!("{text}({width}){sign}")))
}

/// `UNSIGNED`, `SIGNED` and `ZEROFILL`, as the server prints them.
fn sign(cursor: &mut Cursor<'_>) -> &'static str {
    let signed = cursor.eat("SIGNED");
    let (mut unsigned, mut zerofill) = (false, false);
    loop {
        if !signed && cursor.eat("UNSIGNED") {
            unsigned = true;
        } else if cursor.eat("ZEROFILL") {
            zerofill = true;
        } else {
            return if zerofill {
                " unsigned zerofill"
            } else if unsigned {
                " unsigned"
            } else {
                ""
            };
        }
    }
}

/// A number in parentheses.
fn length(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    let mut inside = group(cursor)?;
    let length = number(&mut inside)?;
    if inside.is_empty() { Ok(length) } else { Err(inside.unexpected("`)`")) }
}

/// One or two numbers in parentheses.
fn precision(cursor: &mut Cursor<'_>, least: usize) -> Result<Vec<String>, Unexpected> {
    let mut inside = group(cursor)?;
    let mut numbers = vec![number(&mut inside)?];
    if inside.eat(",") {
        numbers.push(number(&mut inside)?);
    }
    match inside.is_empty() && numbers.len() >= least {
        true => Ok(numbers),
        false if numbers.len() < least => Err(inside.unexpected("`,`")),
        false => Err(inside.unexpected("`)`")),
    }
}

fn numeric(cursor: &mut Cursor<'_>) -> Result<Option<Type>, Unexpected> {
    let found = if cursor.eat_any(&["DECIMAL", "DEC", "NUMERIC", "FIXED", "NUMBER"]).is_some() {
        let given = if cursor.is("(") { precision(cursor, 1)? } else { Vec::new() };
        let at = |at: usize, usual: &str| given.get(at).cloned().unwrap_or(usual.to_owned());
        let whole = Some(at(0, "10")).filter(|whole| whole != "0").unwrap_or("10".to_owned());
        format!("decimal({whole},{}){}", at(1, "0"), sign(cursor))
    } else if cursor.eat_any(&["DOUBLE PRECISION", "DOUBLE", "REAL", "FLOAT8"]).is_some() {
        let given = if cursor.is("(") { precision(cursor, 2)? } else { Vec::new() };
        let given = if given.is_empty() { String::new() } else { format!("({})", given.join(",")) };
        format!("double{given}{}", sign(cursor))
    } else if cursor.eat_any(&["FLOAT4", "FLOAT"]).is_some() {
        let given = if cursor.is("(") { precision(cursor, 1)? } else { Vec::new() };
        let is_double = |bits: &String| bits.parse::<u64>().is_ok_and(|bits| bits > 24);
        let text = match given.as_slice() {
            [bits] if is_double(bits) => "double".to_owned(),
            [whole, part] => format!("float({whole},{part})"),
            _ => "float".to_owned(),
        };
        text + sign(cursor)
    } else if cursor.eat("BIT") {
        let bits = if cursor.is("(") { length(cursor)? } else { "1".to_owned() };
        format!("bit({})", if bits == "0" { "1" } else { &bits })
    } else {
        return Ok(None);
    };
    Ok(Some(plain(found)))
}

fn temporal_or_bytes(cursor: &mut Cursor<'_>) -> Result<Option<Type>, Unexpected> {
    const TEMPORAL: [&str; 3] = ["TIMESTAMP", "DATETIME", "TIME"];
    if let Some(name) = cursor.eat_any(&TEMPORAL) {
        let digits = if cursor.is("(") { length(cursor)? } else { "0".to_owned() };
        let digits = if digits == "0" { String::new() } else { format!("({digits})") };
        return Ok(Some(plain(name.to_lowercase() + &digits)));
    }
    if cursor.eat("YEAR") {
        let digits = if cursor.is("(") { length(cursor)? } else { "4".to_owned() };
        sign(cursor);
        return Ok(Some(plain(format!("year({digits})"))));
    }
    if cursor.eat("BLOB") {
        let bytes = if cursor.is("(") { length(cursor)? } else { "65535".to_owned() };
        return Ok(Some(plain(by_size(&bytes, 1, "blob"))));
    }
    if cursor.eat("BINARY") {
        let bytes = if cursor.is("(") { length(cursor)? } else { "1".to_owned() };
        return Ok(Some(plain(format!("binary({bytes})"))));
    }
    if let Some(name) = cursor.eat_any(&["VARBINARY", "VECTOR"]) {
        return Ok(Some(plain(format!("{}({})", name.to_lowercase(), length(cursor)?))));
    }
    Ok(None)
}

/// `text` or `blob` with the prefix that a number of characters needs.
fn by_size(characters: &str, bytes: u64, word: &str) -> String {
    let prefix = match characters.parse::<u64>().map(|count| count.saturating_mul(bytes)) {
        Ok(0) | Ok(256..=65535) => "",
        Ok(..=255) => "tiny",
        Ok(..=16_777_215) => "medium",
        Ok(_) | Err(_) => "long",
    };
    format!("{prefix}{word}")
}

/// The most bytes that a character of a character set has.
pub(in super::super) fn bytes_of(charset: &str) -> u64 {
    match charset {
        "latin1" | "ascii" | "binary" | "latin2" | "cp1250" | "cp1251" | "koi8r" => 1,
        "ucs2" | "gbk" | "sjis" | "big5" => 2,
        "utf8mb3" | "ujis" => 3,
        _ => 4,
    }
}

fn text_type(cursor: &mut Cursor<'_>) -> Result<Type, Unexpected> {
    const CHAR: [&str; 2] = ["CHARACTER", "CHAR"];
    const VARCHAR: [&str; 4] = ["CHARACTER VARYING", "CHAR VARYING", "VARCHARACTER", "VARCHAR"];
    let is_long = cursor.eat("LONG");
    let is_national = !is_long && cursor.eat("NATIONAL");
    let mut found = if is_long {
        cursor.eat_any(&VARCHAR);
        plain("mediumtext")
    } else if cursor.eat_any(&["NCHAR VARYING", "NCHAR VARCHAR", "NVARCHAR"]).is_some() {
        national("varchar", length(cursor)?)
    } else if cursor.eat_any(&VARCHAR).is_some() {
        let length = length(cursor)?;
        if is_national { national("varchar", length) } else { plain(format!("varchar({length})")) }
    } else if cursor.is("NCHAR") || cursor.is_any(&CHAR) {
        let is_national = cursor.eat("NCHAR") || is_national;
        cursor.eat_any(&CHAR);
        let length = if cursor.is("(") { length(cursor)? } else { "1".to_owned() };
        if is_national { national("char", length) } else { plain(format!("char({length})")) }
    } else if is_national {
        return Err(cursor.unexpected("`CHAR` or `VARCHAR`"));
    } else if cursor.eat("TEXT") {
        let length = if cursor.is("(") { Some(length(cursor)?) } else { None };
        let mut found = plain("text");
        attributes(cursor, &mut found)?;
        if let Some(length) = length {
            let word = if found.text == "blob" { "blob" } else { "text" };
            let bytes =
                if word == "blob" { 1 } else { found.charset.as_deref().map_or(4, bytes_of) };
            found.text = by_size(&length, bytes, word);
        }
        return Ok(found);
    } else if let Some(name) = cursor.eat_any(&["TINYTEXT", "MEDIUMTEXT", "LONGTEXT"]) {
        plain(name.to_lowercase())
    } else if let Some(name) = cursor.eat_any(&["ENUM", "SET"]) {
        plain(format!("{}({})", name.to_lowercase(), values(cursor)?))
    } else {
        return Err(cursor.unexpected("a type"));
    };
    attributes(cursor, &mut found)?;
    Ok(found)
}

fn national(name: &str, length: String) -> Type {
    Type { charset: Some("utf8mb3".to_owned()), ..plain(format!("{name}({length})")) }
}

/// The values of an `ENUM` or a `SET`.
fn values(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    let list = group(cursor)?;
    if list.is_empty() {
        return Err(list.unexpected("a string"));
    }
    let value = |mut item: Cursor<'_>| {
        // Bits and bytes are values too.
        let bytes = item.peek().filter(|next| next.kind == TokenKind::String);
        let value = match item.string() {
            Some(value) => value.trim_end_matches(' ').replace('\\', "\\\\").replace('\'', "''"),
            None => match bytes {
                Some(bytes) => {
                    item.bump();
                    return end_of_item(item).map(|()| bytes.text.to_owned());
                }
                None => return Err(item.unexpected("a string")),
            },
        };
        end_of_item(item).map(|()| format!("'{value}'"))
    };
    Ok(list.items().map(value).collect::<Result<Vec<_>, _>>()?.join(","))
}

/// The character set of a text, and whether it is binary.
fn attributes(cursor: &mut Cursor<'_>, found: &mut Type) -> Result<(), Unexpected> {
    if cursor.eat("BYTE") {
        found.text = match found.text.strip_prefix("var") {
            Some(rest) => format!("varbinary{}", rest.trim_start_matches("char")),
            None => found.text.replace("char", "binary").replace("text", "blob"),
        };
        return Ok(());
    }
    found.binary = cursor.eat("BINARY");
    if cursor.eat("ASCII") {
        found.charset = Some("latin1".to_owned());
    } else if cursor.eat("UNICODE") {
        found.charset = Some("ucs2".to_owned());
    } else if cursor.eat("CHARACTER SET") || cursor.eat("CHAR SET") || cursor.eat("CHARSET") {
        found.charset = Some(charset(cursor)?);
    }
    found.binary |= cursor.eat("BINARY");
    if found.charset.as_deref() == Some("binary") {
        // A text of bytes is no text.
        found.charset = None;
        let text = found.text.replace("varchar", "varbinary").replace("text", "blob");
        found.text = match text.strip_prefix("char") {
            Some(length) => format!("binary{length}"),
            None => text,
        };
    }
    Ok(())
}

/// Passes over the name of a character set.
pub(super) fn charset(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    // The only one that is a reserved word.
    if cursor.eat("BINARY") {
        return Ok("binary".to_owned());
    }
    let name = name_or_string(cursor, "a character set")?.to_lowercase();
    Ok(if name == "utf8" { "utf8mb3".to_owned() } else { name })
}

/// Passes over the name of a collation.
pub(super) fn collation(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    if cursor.eat("BINARY") {
        return Ok("binary".to_owned());
    }
    if cursor.eat("DEFAULT") {
        return Ok("default".to_owned());
    }
    let name = name_or_string(cursor, "a collation")?.to_lowercase();
    Ok(match name.strip_prefix("utf8_") {
        Some(rest) => format!("utf8mb3_{rest}"),
        None => name,
    })
}
