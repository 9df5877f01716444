//! Tables and their columns.

use super::super::keywords::identifier as quoted;
use super::super::written::table_statement;
use super::{list, name};
use crate::schema::{
    Action, Check, Column, Deferrable, ForeignKey, IdentityKind, Key, MatchType, Name, Table,
};

pub(super) fn create(own: &Name, table: &Table) -> String {
    if let Some(statement) = table_statement(own, table) {
        return statement;
    }
    if let Some(module) = table.options.get("module") {
        let arguments = table.options.get("arguments");
        let arguments = arguments.map_or_else(String::new, |list| format!("({list})"));
        return format!("CREATE VIRTUAL TABLE {} USING {}{arguments}", name(own), quoted(module));
    }
    if let Some(text) = table.options.get("definition") {
        return text.clone();
    }
    let mut items: Vec<String> = table
        .columns
        .iter()
        .map(|one| format!("{}{}", column(one), key_of_column(one, table)))
        .collect();
    items.extend(
        table.primary_key.iter().filter(|_| column_of_key(table).is_none()).map(primary_key),
    );
    items.extend(table.uniques.iter().map(unique));
    items.extend(table.checks.iter().map(check));
    items.extend(table.foreign_keys.iter().map(foreign_key));
    let mut options = Vec::new();
    if table.strict {
        options.push("STRICT");
    }
    if table.without_rowid {
        options.push("WITHOUT ROWID");
    }
    let options =
        if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    format!("CREATE TABLE {} (\n    {}\n){options}", name(own), items.join(",\n    "))
}

/// The column at which the primary key must stand: one that numbers rows without using a number twice, or whose
/// key descends there and so is no alias of the row number.
fn column_of_key(table: &Table) -> Option<&Column> {
    let key = table.primary_key.as_ref()?;
    let [only] = key.columns.as_slice() else { return None };
    let column = table.column(only)?;
    let is_counter =
        column.identity.as_ref().is_some_and(|of| of.kind == IdentityKind::NeverReused);
    (is_counter || key.details.contains("NOT ROWID")).then_some(column)
}

fn key_of_column(column: &Column, table: &Table) -> String {
    let at = column_of_key(table).is_some_and(|of| of.name == column.name);
    let Some(key) = table.primary_key.as_ref().filter(|_| at) else { return String::new() };
    let order = if key.details.contains(" DESC)") || key.details.contains("NOT ROWID") {
        " DESC"
    } else {
        ""
    };
    let counter = if column.identity.is_some() { " AUTOINCREMENT" } else { "" };
    format!(" {}PRIMARY KEY{order}{}{counter}", named(key.name.as_deref()), conflict(&key.details))
}

/// `ON CONFLICT ..` among the details, with a space before it.
fn conflict(details: &str) -> String {
    let Some(at) = details.find("ON CONFLICT ") else { return String::new() };
    let word = details[at + "ON CONFLICT ".len()..].split(' ').next().unwrap_or_default();
    format!(" ON CONFLICT {word}")
}

/// The definition of a column without keys.
fn column(column: &Column) -> String {
    let mut text = quoted(&column.name);
    if !column.data_type.is_empty() {
        text.push_str(&format!(" {}", type_text(&column.data_type)));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", quoted(collation)));
    }
    let says_null = column.details.contains("NOT NULL");
    if !column.nullable && !says_null {
        text.push_str(" NOT NULL");
    }
    if !column.details.is_empty() {
        text.push_str(&format!(" {}", column.details));
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default_text(default)));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression));
    }
    text
}

/// The words of a type; one that is not made of plain words has quotes.
fn type_text(of: &str) -> String {
    let end = of.find('(').unwrap_or(of.len());
    let is_plain =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let words: Vec<&str> = of[..end].split_whitespace().collect();
    if words.iter().all(|word| is_plain(word)) { of.to_owned() } else { crate::sql::quote(of, '"') }
}

/// A literal stands alone, an expression in parentheses.
fn default_text(default: &str) -> String {
    let is_string = default.starts_with('\'') && default.ends_with('\'') && {
        let inside = &default[1..default.len().max(2) - 1];
        !inside.replace("''", "").contains('\'')
    };
    let is_number = default.strip_prefix('-').unwrap_or(default).parse::<f64>().is_ok();
    let is_blob = default.starts_with("X'") && default.ends_with('\'');
    let words = ["TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    if is_string || is_number || is_blob || words.contains(&default) {
        default.to_owned()
    } else {
        format!("({default})")
    }
}

/// A column with the constraints that `ADD COLUMN` takes.
pub(super) fn added(of: &Column, constraints: &Table) -> String {
    let mut text = column(of);
    text.push_str(&key_of_column(of, constraints));
    for one in &constraints.checks {
        text.push_str(&format!(" {}", check(one)));
    }
    for key in &constraints.foreign_keys {
        let references = foreign_key(key);
        if let Some(at) = references.find(" REFERENCES ") {
            text.push_str(&format!(" {}{}", named(key.name.as_deref()), &references[at + 1..]));
        }
    }
    text
}

fn named(own: Option<&str>) -> String {
    own.map_or_else(String::new, |own| format!("CONSTRAINT {} ", quoted(own)))
}

fn primary_key(key: &Key) -> String {
    format!("{}PRIMARY KEY {}", named(key.name.as_deref()), parts_and_conflict(key))
}

fn unique(key: &Key) -> String {
    format!("{}UNIQUE {}", named(key.name.as_deref()), parts_and_conflict(key))
}

/// The columns of a key; order and collations are the first of its details.
fn parts_and_conflict(key: &Key) -> String {
    let parts = match key.details.strip_prefix('(').and_then(|_| key.details.rfind(')')) {
        Some(end) => key.details[..=end].to_owned(),
        None => format!("({})", list(&key.columns)),
    };
    format!("{parts}{}", conflict(&key.details))
}

fn check(check: &Check) -> String {
    format!(
        "{}CHECK ({}){}",
        named(check.name.as_deref()),
        check.expression,
        conflict(&check.details)
    )
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "{}FOREIGN KEY ({}) REFERENCES {}",
        named(key.name.as_deref()),
        list(&key.columns),
        quoted(&key.parent.name)
    );
    if !key.parent_columns.is_empty() {
        text.push_str(&format!(" ({})", list(&key.parent_columns)));
    }
    for (event, action) in [("ON DELETE", key.on_delete), ("ON UPDATE", key.on_update)] {
        if action != Action::NoAction {
            text.push_str(&format!(" {event} {}", action.words()));
        }
    }
    if key.match_type != MatchType::Simple {
        text.push_str(&format!(" {}", key.match_type));
    }
    if key.deferrable != Deferrable::No {
        text.push_str(&format!(" {}", key.deferrable.words()));
    }
    text
}
