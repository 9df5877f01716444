//! Options of tables, and partitions.

use super::expression::expression;
use super::grammar::{
    end_of_item, group, name, name_or_string, number, one_of, qualified, string, written,
};
use super::index::{is_own_option, name_or_value};
use super::text_type::{charset, collation};
use crate::sql::{Cursor, TokenKind, Unexpected};

/// An option of a table and its value, as in [`Table::options`](crate::schema::Table::options), or
/// what else stands among the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TableOption {
    /// An option; `None` resets it.
    Option(String, Option<String>),
    /// The comment.
    Comment(String),
    /// Something without an effect on the schema: the next number.
    None,
}

/// Options whose value is a number, or `DEFAULT`, which resets it.
const NUMBERS: [&str; 14] = [
    "AVG_ROW_LENGTH",
    "MAX_ROWS",
    "MIN_ROWS",
    "CHECKSUM",
    "DELAY_KEY_WRITE",
    "PAGE_CHECKSUM",
    "STATS_SAMPLE_PAGES",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "KEY_BLOCK_SIZE",
    "PACK_KEYS",
    "TRANSACTIONAL",
    "TABLE_CHECKSUM",
    "SEQUENCE",
];

/// Options whose value is a string.
const STRINGS: [&str; 9] = [
    "CONNECTION",
    "COMPRESSION",
    "ENCRYPTION",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "PASSWORD",
    "DATA DIRECTORY",
    "INDEX DIRECTORY",
    "AUTOEXTEND_SIZE",
];

/// Passes over an option, if one comes next.
pub(super) fn option(cursor: &mut Cursor<'_>) -> Result<Option<TableOption>, Unexpected> {
    use TableOption::{Comment, None as Nothing, Option as Set};
    let mut behind_default = *cursor;
    behind_default.eat("DEFAULT");
    let set = |name: &str, value: String| Some(Set(name.to_owned(), Some(value)));
    if let Some(found) = character_set(&mut behind_default)? {
        *cursor = behind_default;
        return Ok(set("charset", found));
    }
    if behind_default.eat("COLLATE") {
        behind_default.eat("=");
        let found = collation(&mut behind_default)?;
        *cursor = behind_default;
        return Ok(Some(Set("collation".to_owned(), Some(found).filter(|name| name != "default"))));
    }
    if cursor.eat("ENGINE") || cursor.is("TYPE =") && cursor.eat("TYPE") {
        cursor.eat("=");
        let engine = name_or_string(cursor, "the name of an engine")?;
        return Ok(set("engine", engine_name(&engine)));
    }
    if cursor.eat("COMMENT") {
        cursor.eat("=");
        return Ok(Some(Comment(string(cursor)?)));
    }
    if cursor.eat("AUTO_INCREMENT") {
        cursor.eat("=");
        number(cursor)?;
        return Ok(Some(Nothing));
    }
    if cursor.eat("ROW_FORMAT") {
        cursor.eat("=");
        let format = one_of(
            cursor,
            &["DEFAULT", "DYNAMIC", "FIXED", "COMPRESSED", "REDUNDANT", "COMPACT", "PAGE"],
        )?;
        let value = (format != "DEFAULT").then(|| format.to_owned());
        return Ok(Some(Set("row_format".to_owned(), value)));
    }
    if let Some(name) = cursor.eat_any(&NUMBERS) {
        cursor.eat("=");
        let is_default = cursor.eat("DEFAULT");
        let value = if is_default { None } else { Some(number(cursor)?) };
        let is_silent = matches!(name, "TABLE_CHECKSUM" | "SEQUENCE");
        let value = value.filter(|value| value != "0" || is_told_as_zero(name));
        let name = name.to_lowercase();
        return Ok(Some(if is_silent { Nothing } else { Set(name, value) }));
    }
    if let Some(name) = cursor.eat_any(&STRINGS) {
        cursor.eat("=");
        // What MySQL alone has is an option of an engine in MariaDB.
        let of_mysql = matches!(name, "AUTOEXTEND_SIZE" | "ENCRYPTION" | "COMPRESSION");
        let value = if of_mysql { name_or_value(cursor)? } else { string(cursor)? };
        let is_forgotten = name == "PASSWORD";
        return Ok(if is_forgotten { Some(Nothing) } else { set(&name.to_lowercase(), value) });
    }
    rare(cursor)
}

/// Whether an option is printed also when it is 0.
fn is_told_as_zero(name: &str) -> bool {
    matches!(name, "PACK_KEYS" | "STATS_AUTO_RECALC" | "STATS_PERSISTENT" | "TRANSACTIONAL")
}

fn rare(cursor: &mut Cursor<'_>) -> Result<Option<TableOption>, Unexpected> {
    use TableOption::{None as Nothing, Option as Set};
    if cursor.eat("WITH SYSTEM VERSIONING") {
        return Ok(Some(Set("with system versioning".to_owned(), Some(String::new()))));
    }
    if cursor.eat("TABLESPACE") {
        cursor.eat("=");
        name(cursor, "the name of a tablespace")?;
        return Ok(Some(Nothing));
    }
    if cursor.eat("STORAGE") {
        one_of(cursor, &["DISK", "MEMORY"])?;
        return Ok(Some(Nothing));
    }
    if cursor.eat("INSERT_METHOD") {
        cursor.eat("=");
        one_of(cursor, &["NO", "FIRST", "LAST"])?;
        return Ok(Some(Nothing));
    }
    if cursor.eat("UNION") {
        cursor.eat("=");
        let start = *cursor;
        for mut item in group(cursor)?.items() {
            qualified(&mut item, "the name of a table")?;
            end_of_item(item)?;
        }
        let tables = written(start.before(cursor));
        return Ok(Some(Set("union".to_owned(), Some(tables).filter(|text| text != "()"))));
    }
    if is_own_option(cursor) {
        let option = name(cursor, "an option")?.to_lowercase();
        cursor.eat("=");
        let value = name_or_value(cursor)?;
        return Ok(Some(Set(option, Some(value).filter(|value| value != "DEFAULT"))));
    }
    Ok(None)
}

/// Passes over `CHARACTER SET = x`, if it comes next.
fn character_set(cursor: &mut Cursor<'_>) -> Result<Option<String>, Unexpected> {
    if !(cursor.eat("CHARACTER SET") || cursor.eat("CHAR SET") || cursor.eat("CHARSET")) {
        return Ok(None);
    }
    cursor.eat("=");
    if cursor.eat("DEFAULT") {
        return Ok(Some("default".to_owned()));
    }
    charset(cursor).map(Some)
}

/// The name of an engine in the case in which the server has it.
fn engine_name(name: &str) -> String {
    const ENGINES: [&str; 13] = [
        "InnoDB",
        "MyISAM",
        "Aria",
        "MEMORY",
        "CSV",
        "ARCHIVE",
        "BLACKHOLE",
        "MRG_MyISAM",
        "FEDERATED",
        "CONNECT",
        "Spider",
        "ROCKSDB",
        "SEQUENCE",
    ];
    let name = match name.to_ascii_uppercase().as_str() {
        "HEAP" => "MEMORY",
        "MERGE" => "MRG_MyISAM",
        "INNOBASE" => "InnoDB",
        _ => name,
    };
    let known = ENGINES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    known.unwrap_or(name).to_owned()
}

/// Passes over `PARTITION BY ..` with the partitions, and returns its text without the first two
/// words.
pub(super) fn partition_by(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    cursor.expect("PARTITION BY")?;
    let start = *cursor;
    partition_method(cursor)?;
    count(cursor, "PARTITIONS")?;
    if cursor.eat("SUBPARTITION") {
        cursor.expect("BY")?;
        partition_method(cursor)?;
        count(cursor, "SUBPARTITIONS")?;
    }
    if cursor.is("(") {
        partitions(group(cursor)?)?;
    }
    Ok(written(start.before(cursor)))
}

fn count(cursor: &mut Cursor<'_>, word: &str) -> Result<(), Unexpected> {
    if cursor.eat(word) { number(cursor).map(drop) } else { Ok(()) }
}

fn partition_method(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    let linear = cursor.eat("LINEAR");
    let methods: &[&str] =
        if linear { &["HASH", "KEY"] } else { &["RANGE", "LIST", "HASH", "KEY", "SYSTEM_TIME"] };
    match one_of(cursor, methods)? {
        "KEY" => {
            if cursor.eat("ALGORITHM") {
                cursor.expect("=")?;
                number(cursor)?;
            }
            columns(group(cursor)?)
        }
        "SYSTEM_TIME" => {
            // `INTERVAL 1 DAY STARTS '..' AUTO`, `LIMIT 1000`: the words of one server.
            cursor.take_until(|cursor| {
                cursor.is("(") || cursor.is("PARTITIONS") || cursor.is("SUBPARTITION")
            });
            Ok(())
        }
        method => {
            if matches!(method, "RANGE" | "LIST") && cursor.eat("COLUMNS") {
                return columns(group(cursor)?);
            }
            expression(group(cursor)?)
        }
    }
}

fn columns(list: Cursor<'_>) -> Result<(), Unexpected> {
    for mut item in list.items() {
        name(&mut item, "the name of a column")?;
        end_of_item(item)?;
    }
    Ok(())
}

/// Passes over the definitions of partitions.
pub(super) fn partitions(list: Cursor<'_>) -> Result<(), Unexpected> {
    if !list.is("PARTITION") {
        return Err(list.unexpected("`PARTITION`"));
    }
    list.items().try_for_each(partition)
}

fn partition(mut item: Cursor<'_>) -> Result<(), Unexpected> {
    // Behind the first the word may be missing.
    item.eat("PARTITION");
    partition_name(&mut item)?;
    if item.eat("VALUES") {
        match one_of(&mut item, &["LESS THAN", "IN"])? {
            "IN" => expression(group(&mut item)?)?,
            _ if item.eat("MAXVALUE") => {}
            _ => {
                for value in group(&mut item)?.items() {
                    if !value.is("MAXVALUE") {
                        expression(value)?;
                    }
                }
            }
        }
    } else {
        let _ = item.eat_any(&["DEFAULT", "HISTORY", "CURRENT"]);
    }
    partition_options(&mut item)?;
    if item.is("(") {
        for mut part in group(&mut item)?.items() {
            part.expect("SUBPARTITION")?;
            partition_name(&mut part)?;
            partition_options(&mut part)?;
            end_of_item(part)?;
        }
    }
    end_of_item(item)
}

fn partition_name(item: &mut Cursor<'_>) -> Result<String, Unexpected> {
    name(item, "the name of a partition")
}

fn partition_options(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    const OPTIONS: [&str; 8] = [
        "STORAGE ENGINE",
        "ENGINE",
        "COMMENT",
        "DATA DIRECTORY",
        "INDEX DIRECTORY",
        "MAX_ROWS",
        "MIN_ROWS",
        "TABLESPACE",
    ];
    loop {
        if item.eat_any(&OPTIONS).is_some() || item.eat("NODEGROUP") {
            item.eat("=");
            let is_value = item.is_kind(TokenKind::Number) || item.is_kind(TokenKind::String);
            if is_value {
                item.bump();
            } else {
                name(item, "a value")?;
            }
        } else if is_own_option(item) {
            item.bump();
            item.eat("=");
            name_or_value(item)?;
        } else {
            return Ok(());
        }
    }
}
