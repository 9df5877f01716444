//! Completes tables: names of constraints, implied indexes, character sets, prefixes of keys.

use super::key;
use crate::apply::{Fault, Found, Part, State};
use crate::dialect::mysql::LEX_RULES;
use crate::dialect::mysql::catalog::text::text;
use crate::dialect::mysql::parse::sized;
use crate::op::Like;
use crate::schema::{Column, Kind, Name, Table};
use crate::sql::{Tokens, quote};

/// The details of the check that belongs to a column.
pub(super) fn of_column(column: &str) -> String {
    format!("of the column {}", quote(column, '`'))
}

/// Returns `true` if values of a column are texts with a collation.
pub(in crate::dialect::mysql) fn is_text(column: &Column) -> bool {
    let name = column.data_type.name();
    ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"].contains(&name)
}

/// A column that `CREATE TABLE .. AS SELECT` takes from another table: MariaDB keeps its default and its comment, and
/// a number that counts up becomes 0. A default that is computed may get lost (`uuid()`).
pub(super) fn copied_column(source: &Table, column: &Column, new: &Table) -> Option<Column> {
    let has_charset = |table: &Table| {
        ["charset", "collation"].iter().any(|option| table.options.contains_key(*option))
    };
    let is_plain = column.details.is_empty() || column.details.starts_with("ON UPDATE");
    let is_default = |text: &String| {
        let lower = text.to_ascii_lowercase();
        lower == "null"
            || lower.starts_with("current_timestamp")
            || lower.starts_with(['\'', '-']) && !lower.contains(['(', '|'])
            || lower.chars().all(|one| one.is_ascii_digit() || one == '.')
    };
    if !is_plain
        || is_text(column) && (has_charset(source) || has_charset(new))
        || column.data_type.name() == "json"
        || !column.default.iter().all(is_default)
    {
        return None;
    }
    let is_counter = column.identity.is_some();
    Some(Column {
        default: if is_counter { Some("0".to_owned()) } else { column.default.clone() },
        identity: None,
        generated: None,
        nullable: column.nullable && !is_counter,
        ..column.clone()
    })
}

/// Completes a table that is new or has new parts.
pub(super) fn complete(state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
    // A collation implies its character set.
    if !table.options.contains_key("charset")
        && let Some(collation) = table.options.get("collation")
    {
        let charset = collation.split('_').next().unwrap_or_default().to_owned();
        table.options.insert("charset".to_owned(), charset);
    }
    let is_innodb = table.options.get("engine").is_none_or(|engine| engine == "InnoDB");
    if !is_innodb {
        // Other engines read foreign keys and forget them, but for their indexes.
        for key in std::mem::take(&mut table.foreign_keys) {
            key::imply_index(table, &key);
        }
    }
    size_texts(table);
    key::complete(state, name, table)?;
    name_checks(table);
    collations(table);
    prefixes(table);
    table.checks.sort_by_cached_key(|check| {
        (check.name.clone(), check.details.clone(), check.expression.clone())
    });
    table.foreign_keys.sort_by_cached_key(|key| key.name.clone());
    Ok(())
}

/// `TEXT(100)` is the shortest type that holds as many characters of the table's character set.
fn size_texts(table: &mut Table) {
    let Some(charset) = table.options.get("charset") else { return };
    for column in &mut table.columns {
        let known = column.collation.is_none().then(|| sized(&column.data_type, charset));
        if let Some(text) = known.flatten() {
            column.data_type = text.into();
        }
    }
}

/// Checks of the table without a name get the first that is free.
fn name_checks(table: &mut Table) {
    let mut taken: Vec<String> = table
        .checks
        .iter()
        .filter_map(|check| check.name.as_ref())
        .map(|n| n.to_lowercase())
        .collect();
    let unnamed = table
        .checks
        .iter_mut()
        .filter(|check| check.name.is_none() && !check.details.starts_with("of the column"));
    for check in unnamed {
        let mut numbers = (1..=u32::MAX).map(|number| format!("CONSTRAINT_{number}"));
        let free = numbers.find(|name| !taken.contains(&name.to_lowercase()));
        taken.extend(free.as_ref().map(|name| name.to_lowercase()));
        check.name = free;
        check.generated_name = true;
    }
}

/// A collation that is the table's own is not told.
fn collations(table: &mut Table) {
    let charset = table.options.get("charset").cloned();
    let collation = table.options.get("collation").cloned();
    for column in &mut table.columns {
        if !is_text(column) {
            column.collation = None;
            continue;
        }
        let Some(own) = &mut column.collation else { continue };
        if own.starts_with('_')
            && let Some(charset) = &charset
        {
            own.insert_str(0, charset);
        }
        let is_usual = match &collation {
            Some(collation) => own == collation,
            // The usual collation of a character set stands for both.
            None => Some(&*own) == charset.as_ref(),
        };
        if is_usual {
            column.collation = None;
        }
    }
}

/// A prefix that holds the whole column is none.
fn prefixes(table: &mut Table) {
    let columns = &table.columns;
    for index in table.indexes.values_mut() {
        let is_whole = matches!(index.method.as_deref(), Some("fulltext" | "spatial"));
        for part in &mut index.parts {
            let Some(prefix) = part.prefix else { continue };
            let column = part.column.as_deref().unwrap_or_default();
            if is_whole || holds(columns, column, prefix) {
                part.prefix = None;
            }
        }
    }
    if let Some(key) = &mut table.primary_key
        && let Some(details) = primary_prefixes(columns, &key.details)
    {
        key.details = details;
    }
}

/// Returns `true` if a prefix holds a whole column.
fn holds(columns: &[Column], name: &str, prefix: u64) -> bool {
    let column = columns.iter().find(|column| column.name == name);
    let length = column.and_then(|column| {
        let has_length = ["char", "varchar", "binary", "varbinary"];
        let length = column.data_type.number(0)?;
        has_length.contains(&column.data_type.name()).then_some(length)
    });
    length.is_some_and(|length| u64::try_from(length).is_ok_and(|length| prefix >= length))
}

/// The details of a primary key without prefixes that hold a whole column: its parts are a text there as
/// soon as one of them is more than a column.
fn primary_prefixes(columns: &[Column], details: &str) -> Option<String> {
    let tokens = Tokens::read_until_error(details, &LEX_RULES);
    let mut rest = tokens.cursor();
    let group = rest.group()?;
    let mut is_plain = true;
    let parts: Vec<String> = group
        .items()
        .map(|item| {
            let mut behind = item;
            let column = behind.name().unwrap_or_default();
            let name = text(item.before(&behind), "");
            let length = behind.group().and_then(|length| text(length, "").parse().ok());
            let is_whole = length.is_some_and(|length| holds(columns, &column, length));
            is_plain &= behind.is_empty() && (length.is_none() || is_whole);
            if is_whole { name + &text(behind, "") } else { text(item, "") }
        })
        .collect();
    let parts = if is_plain { String::new() } else { format!("({})", parts.join(",")) };
    let mut found = vec![parts, text(rest, "")];
    found.retain(|text| !text.is_empty());
    Some(found.join(" "))
}

/// Copies a table: all but its foreign keys and triggers.
pub(super) fn copy(
    state: &mut State,
    name: &Name,
    table: &mut Table,
    like: &[Like],
) -> Result<(), Fault> {
    for source in like {
        match state.find_table(&source.source) {
            Found::Known(key) => {
                let marks: Vec<Part> = state
                    .unknown()
                    .marks_of(Kind::Table, &key)
                    .map(|(part, _)| part.clone())
                    .collect();
                for part in marks {
                    state.mark(Kind::Table, name, part, "the table copies another one");
                }
                if let Some(source) = state.table(&key).cloned() {
                    let (foreign_keys, triggers) = (Vec::new(), Default::default());
                    *table = Table { foreign_keys, triggers, ..source };
                }
            }
            Found::Unknown => {
                state.mark(Kind::Table, name, Part::Whole, "the table copies another one");
            }
            Found::Missing => {
                let is_view = state.find(&[Kind::View, Kind::Sequence], &source.source);
                if is_view == Found::Missing {
                    return Err(Fault::missing(format!("table {}", source.source)));
                }
                state.mark(Kind::Table, name, Part::Whole, "the table copies another one");
            }
        }
    }
    Ok(())
}

/// Brings a table to the form in which the catalog's reader gives it.
pub(super) fn present(table: &mut Table) {
    table.foreign_keys.iter_mut().for_each(|key| key.written_at = None);
    table.foreign_keys.sort_by_cached_key(|key| key.name.clone());
}
