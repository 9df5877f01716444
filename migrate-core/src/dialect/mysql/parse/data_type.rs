//! Types of columns. `text_type` has those with a character set.

use super::grammar::{group, number};
use super::text_type::{by_size, text_type};
use crate::sql::{Cursor, Unexpected};

/// A type as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Type {
    /// The type, as MariaDB prints it. A `text(100)` has its length as long as its character set is
    /// not known.
    pub(in super::super) text: String,
    /// The character set, where one is given or is part of the type.
    pub(in super::super) charset: Option<String>,
    /// The collation, where one is given behind the character set.
    pub(in super::super) collation: Option<String>,
    /// Whether texts are compared by their bytes.
    pub(in super::super) binary: bool,
    /// Whether it is `SERIAL`: NOT NULL, numbered and unique.
    pub(in super::super) serial: bool,
    /// Whether values are checked to be JSON.
    pub(in super::super) json: bool,
}

pub(super) fn plain(text: impl Into<String>) -> Type {
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
pub(in super::super) fn data_type(cursor: &mut Cursor<'_>) -> Result<Type, Unexpected> {
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
pub(super) fn length(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
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
        // Only two digits are a type of their own.
        let digits = if digits == "2" { digits } else { "4".to_owned() };
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
