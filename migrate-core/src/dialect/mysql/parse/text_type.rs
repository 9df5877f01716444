//! Types of texts, with the character set and the collation that belong to them.

use super::data_type::{Type, length, plain};
use super::grammar::{end_of_item, group, name_or_string};
use crate::sql::{Cursor, TokenKind, Unexpected};

/// `text` or `blob` with the prefix that a number of characters needs.
pub(super) fn by_size(characters: &str, bytes: u64, word: &str) -> String {
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
        "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => 4,
        "utf8" | "utf8mb3" | "eucjpms" | "ujis" => 3,
        "ucs2" | "big5" | "cp932" | "euckr" | "gb2312" | "gbk" | "sjis" => 2,
        _ => 1,
    }
}

/// `text(100)`, where the character set of its table is known: the shortest type that holds it.
pub(in super::super) fn sized(text: &str, charset: &str) -> Option<String> {
    let length = text.strip_prefix("text(")?.strip_suffix(')')?;
    Some(by_size(length, bytes_of(charset), "text"))
}

pub(super) fn text_type(cursor: &mut Cursor<'_>) -> Result<Type, Unexpected> {
    const CHAR: [&str; 2] = ["CHARACTER", "CHAR"];
    const VARCHAR: [&str; 4] = ["CHARACTER VARYING", "CHAR VARYING", "VARCHARACTER", "VARCHAR"];
    const NATIONAL: [&str; 4] =
        ["NCHAR VARYING", "NCHAR VARCHARACTER", "NCHAR VARCHAR", "NVARCHAR"];
    let is_long = cursor.eat("LONG");
    let is_national = !is_long && cursor.eat("NATIONAL");
    let mut found = if is_long {
        cursor.eat_any(&VARCHAR);
        plain("mediumtext")
    } else if cursor.eat_any(&NATIONAL).is_some() {
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
            found.text = match &found.charset {
                _ if found.text == "blob" => by_size(&length, 1, "blob"),
                Some(charset) => by_size(&length, bytes_of(charset), "text"),
                None if by_size(&length, 1, "") == by_size(&length, 4, "") => {
                    by_size(&length, 1, "text")
                }
                None => format!("text({length})"),
            };
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
pub(in super::super) fn collation(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
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

/// The character set of a collation.
pub(in super::super) fn charset_of(collation: &str) -> &str {
    collation.split('_').next().unwrap_or_default()
}

/// The type of a column that has a collation behind its type: bytes with one are a text.
pub(super) fn collated(text: &str, collation: &str) -> Option<String> {
    if collation == "binary" || collation == "default" {
        return None;
    }
    if let Some(sized) = sized(text, charset_of(collation)) {
        return Some(sized);
    }
    let of_bytes = text.ends_with("blob") || text.contains("binary(");
    of_bytes.then(|| text.replace("blob", "text").replace("binary", "char"))
}

/// A type without the width in which numbers are shown, which MySQL 8 has no more.
pub(in super::super) fn without_width(text: &str) -> String {
    let (before, rest) = text.split_once('(').unwrap_or((text, ""));
    let (_, after) = rest.split_once(')').unwrap_or(("", ""));
    let is_integer = before.ends_with("int") && !text.contains("zerofill");
    if is_integer && text != "tinyint(1)" { format!("{before}{after}") } else { text.to_owned() }
}
