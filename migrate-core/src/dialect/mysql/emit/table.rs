//! Tables: columns, keys, constraints and options.

use super::{list, name, quoted, string};
use crate::dialect::{Dialect, Unsupported};
use crate::op::{Position, TableChange, TableConstraint};
use crate::schema::{
    Action, Check, Column, Constraint, ForeignKey, Index, IndexPart, Key, Name, Table,
};

pub(super) fn create(own: &Name, table: &Table) -> String {
    let mut items: Vec<String> = table.columns.iter().map(|one| column(one, table)).collect();
    items.extend(table.primary_key.iter().map(primary_key));
    items.extend(table.uniques.iter().map(unique));
    items.extend(table.indexes.iter().map(|(own, value)| index(own, value)));
    let of_table = |check: &&Check| !check.details.starts_with("of the column");
    items.extend(table.checks.iter().filter(of_table).map(check));
    items.extend(table.foreign_keys.iter().map(foreign_key));
    items.extend(table.constraints.iter().map(other));
    let periods = table.options.iter().filter(|(option, _)| option.starts_with("period for "));
    items.extend(periods.map(|(option, value)| period(option, value)));
    let mut text = format!("CREATE TABLE {} (\n    {}\n)", name(own), items.join(",\n    "));
    for (option, value) in &table.options {
        text.push_str(&option_text(option, value));
    }
    if let Some(comment) = &table.comment {
        text.push_str(&format!(" COMMENT={}", string(comment)));
    }
    if let Some(by) = &table.partition_by {
        text.push_str(&format!("\nPARTITION BY {}", by.text));
    }
    text
}

/// `period for system_time` with its columns in parentheses.
fn period(option: &str, value: &str) -> String {
    let own = option.strip_prefix("period for ").unwrap_or(option);
    format!(
        "PERIOD FOR {} {value}",
        if own == "system_time" { "SYSTEM_TIME".to_owned() } else { quoted(own) }
    )
}

/// An option of the table with a space before it; nothing for a period, which stands among the columns.
fn option_text(option: &str, value: &str) -> String {
    match option {
        period if period.starts_with("period for ") => String::new(),
        "charset" => format!(" DEFAULT CHARSET={value}"),
        "collation" => format!(" COLLATE={value}"),
        "engine" => format!(" ENGINE={value}"),
        "with system versioning" => " WITH SYSTEM VERSIONING".to_owned(),
        "tablespace" | "storage" => format!(" {} {value}", option.to_uppercase()),
        _ if value.is_empty() => format!(" {}", option.to_uppercase()),
        _ if value.starts_with('(') => format!(" {}={value}", option.to_uppercase()),
        _ if is_word(value) => format!(" {}={value}", option.to_uppercase()),
        _ => format!(" {}={}", option.to_uppercase(), string(value)),
    }
}

fn is_word(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) fn is_of_column(check: &Check, column: &str) -> bool {
    check.details == format!("of the column {}", Dialect::Mysql.quote(column))
}

/// The definition of a column, with those checks of `constraints` that are a part of it.
pub(super) fn column(column: &Column, constraints: &Table) -> String {
    let mut text = format!("{} {}", quoted(&column.name), column.data_type);
    if let Some(collation) = &column.collation {
        let is_charset = !collation.contains('_') && collation != "binary";
        text.push_str(&format!(
            " {} {collation}",
            if is_charset { "CHARACTER SET" } else { "COLLATE" }
        ));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression));
    }
    // MariaDB refuses NOT NULL on a generated column.
    match (column.nullable, column.generated.is_some()) {
        (false, false) => text.push_str(" NOT NULL"),
        (true, false) => text.push_str(" NULL"),
        _ => {}
    }
    if column.identity.is_some() {
        text.push_str(" AUTO_INCREMENT");
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    let details = column.details.replace("WITHOUT DEFAULT", "");
    let details = details.trim();
    if !details.is_empty() {
        text.push_str(&format!(" {details}"));
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT {}", string(comment)));
    }
    for check in constraints.checks.iter().filter(|check| is_of_column(check, &column.name)) {
        text.push_str(&format!(" CHECK ({})", check.expression));
    }
    text
}

pub(super) fn position(position: &Position) -> String {
    match position {
        Position::First => " FIRST".to_owned(),
        Position::After(column) => format!(" AFTER {}", quoted(column)),
        Position::Last | Position::Kept => String::new(),
    }
}

fn primary_key(key: &Key) -> String {
    let details = key.details.as_str();
    // The parts stand in the details where they are more than columns.
    if details.starts_with('(') {
        return format!("PRIMARY KEY {details}");
    }
    format!("PRIMARY KEY {} {details}", list(&key.columns)).trim_end().to_owned()
}

fn unique(key: &Key) -> String {
    let own = key.name.as_deref().map_or_else(String::new, |own| format!(" {}", quoted(own)));
    format!("UNIQUE KEY{own} {}", list(&key.columns))
}

pub(super) fn index(own: &str, index: &Index) -> String {
    let (kind, method) = match (index.unique, index.method.as_deref()) {
        (true, method) => ("UNIQUE KEY".to_owned(), method),
        (false, Some(method @ ("fulltext" | "spatial" | "vector"))) => {
            (format!("{} KEY", method.to_uppercase()), None)
        }
        (false, method) => ("KEY".to_owned(), method),
    };
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut text = format!("{kind} {} ({})", quoted(own), parts.join(", "));
    if let Some(method) = method {
        text.push_str(&format!(" USING {}", method.to_uppercase()));
    }
    if !index.details.is_empty() {
        text.push_str(&format!(" {}", index.details));
    }
    if let Some(comment) = &index.comment {
        text.push_str(&format!(" COMMENT {}", string(comment)));
    }
    text
}

fn part(part: &IndexPart) -> String {
    let mut text = part
        .column
        .as_ref()
        .map_or_else(|| format!("({})", part.expression), |column| quoted(column));
    if let Some(length) = part.prefix {
        text.push_str(&format!("({length})"));
    }
    if !part.details.is_empty() {
        text.push_str(&format!(" {}", part.details));
    }
    if part.descending { format!("{text} DESC") } else { text }
}

fn named(own: Option<&str>) -> String {
    own.map_or_else(String::new, |own| format!("CONSTRAINT {} ", quoted(own)))
}

fn check(check: &Check) -> String {
    let text =
        format!("{}CHECK ({}) {}", named(check.name.as_deref()), check.expression, check.details);
    text.trim_end().to_owned()
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "{}FOREIGN KEY {} REFERENCES {} {}",
        named(key.name.as_deref()),
        list(&key.columns),
        name(&key.parent),
        list(&key.parent_columns)
    );
    // RESTRICT is what MariaDB does anyway, and NO ACTION what MySQL does.
    for (event, action) in [("ON DELETE", key.on_delete), ("ON UPDATE", key.on_update)] {
        if action != Action::Restrict {
            text.push_str(&format!(" {event} {}", action.words()));
        }
    }
    text
}

fn other(own: &Constraint) -> String {
    let own_name = (!own.name.is_empty()).then_some(own.name.as_str());
    format!("{}{}", named(own_name), own.definition)
}

pub(super) fn constraint(constraint: &TableConstraint) -> String {
    match constraint {
        TableConstraint::PrimaryKey(key) => primary_key(key),
        TableConstraint::Unique(key) => unique(key),
        TableConstraint::Check(own) => check(own),
        TableConstraint::ForeignKey(key) => foreign_key(key),
        TableConstraint::Other(own) => other(own),
    }
}

pub(super) fn change(change: &TableChange) -> Result<String, Unsupported> {
    Ok(match change {
        TableChange::Option { name: option, value: Some(value) } => {
            option_text(option, value).trim().to_owned()
        }
        TableChange::Option { name: option, value: None } => match option.as_str() {
            "row_format" => "ROW_FORMAT=DEFAULT".to_owned(),
            "engine" => "ENGINE=InnoDB".to_owned(),
            "with system versioning" => "DROP SYSTEM VERSIONING".to_owned(),
            "collation" => return Err(Unsupported::new("a collation that is no longer told")),
            // Numbers and switches that do not know the word.
            "avg_row_length" | "checksum" | "delay_key_write" | "key_block_size" | "max_rows"
            | "min_rows" => format!("{}=0", option.to_uppercase()),
            _ => format!("{}=DEFAULT", option.to_uppercase()),
        },
        TableChange::ConvertCharset { charset, collation, .. } => {
            let collation =
                collation.as_ref().map_or_else(String::new, |of| format!(" COLLATE {of}"));
            format!("CONVERT TO CHARACTER SET {charset}{collation}")
        }
        TableChange::Partitions(text) if text.is_empty() => "REMOVE PARTITIONING".to_owned(),
        TableChange::Partitions(text) => format!("PARTITION BY {text}"),
        _ => return Err(Unsupported::new("a change of a table")),
    })
}
