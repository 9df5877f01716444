//! Pictures of a schema: tables and their foreign keys as text for Mermaid and Graphviz.
//!
//! Objects other than tables are left out. Names are written so that no name can end its place in
//! the language of the picture.

use std::fmt::Write as _;

use super::model::{Column, Schema, Table};

/// Returns an entity-relationship diagram in the language of Mermaid.
///
/// ```
/// use migrate_core::schema::{Column, Name, Schema, Table, mermaid};
/// let id = Column { name: "id".into(), data_type: "integer".into(), ..Column::default() };
/// let mut schema = Schema::default();
/// schema.tables.insert(Name::new("users"), Table { columns: vec![id], ..Table::default() });
/// assert_eq!(mermaid(&schema), "erDiagram\n    \"users\" {\n        integer id\n    }\n");
/// ```
#[must_use]
pub fn mermaid(schema: &Schema) -> String {
    let mut text = String::from("erDiagram\n");
    for (name, table) in &schema.tables {
        let _ = writeln!(text, "    \"{}\" {{", plain(&name.to_string()));
        for column in &table.columns {
            let keys = keys(table, column);
            let keys = if keys.is_empty() { keys } else { format!(" {keys}") };
            let _ =
                writeln!(text, "        {} {}{keys}", word(&column.data_type), word(&column.name));
        }
        text.push_str("    }\n");
    }
    for (name, table) in &schema.tables {
        for key in &table.foreign_keys {
            let nullable =
                key.columns.iter().any(|own| table.column(own).is_some_and(|c| c.nullable));
            let is_unique = is_unique(table, &key.columns);
            let parent = if nullable { "|o" } else { "||" };
            let child = if is_unique { "o|" } else { "o{" };
            let _ = writeln!(
                text,
                "    \"{}\" {parent}--{child} \"{}\" : \"{}\"",
                plain(&key.parent.to_string()),
                plain(&name.to_string()),
                plain(&key.columns.join(", ")),
            );
        }
    }
    text
}

/// Returns a graph in the language of Graphviz: a box per table, an arrow per foreign key from the
/// table that refers.
///
/// ```
/// use migrate_core::schema::{Name, Schema, Table, dot};
/// let mut schema = Schema::default();
/// schema.tables.insert(Name::new("users"), Table::default());
/// assert!(dot(&schema).contains("\"users\" [label="));
/// ```
#[must_use]
pub fn dot(schema: &Schema) -> String {
    let mut text = String::from("digraph schema {\n    rankdir=LR;\n    node [shape=record];\n");
    for (name, table) in &schema.tables {
        let name = name.to_string();
        let mut label = record(&name);
        label.push('|');
        for column in &table.columns {
            let keys = keys(table, column);
            let keys = if keys.is_empty() { keys } else { format!(" {keys}") };
            let of = record(&column.data_type);
            let _ = write!(label, "{} {of}{keys}\\l", record(&column.name));
        }
        let _ = writeln!(text, "    {} [label=\"{{{label}}}\"];", string(&name));
    }
    for (name, table) in &schema.tables {
        for key in &table.foreign_keys {
            let _ = writeln!(
                text,
                "    {} -> {} [label={}];",
                string(&name.to_string()),
                string(&key.parent.to_string()),
                string(&key.columns.join(", ")),
            );
        }
    }
    text.push_str("}\n");
    text
}

/// `PK`, `FK`, `UK` of a column, separated by commas.
pub(super) fn keys(table: &Table, column: &Column) -> String {
    let own = std::slice::from_ref(&column.name);
    let in_primary = table.primary_key.iter().any(|key| key.columns.contains(&column.name));
    let in_foreign = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let words =
        [(in_primary, "PK"), (in_foreign, "FK"), (!in_primary && is_unique(table, own), "UK")];
    let words: Vec<&str> = words.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
    words.join(", ")
}

/// Returns `true` if two rows never have the same values in these columns.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let in_key = table.primary_key.iter().chain(&table.uniques).any(|key| key.columns == columns);
    in_key
        || table.indexes.values().any(|index| {
            let parts = index.parts.iter().map(|part| part.column.as_ref());
            index.unique && index.predicate.is_none() && parts.eq(columns.iter().map(Some))
        })
}

/// A text between quotes of Mermaid.
fn plain(text: &str) -> String {
    text.replace('"', "#quot;").replace(['\n', '\r'], " ")
}

/// A word of Mermaid: other characters than letters, digits, `_`, `-` and parentheses become `_`.
fn word(text: &str) -> String {
    let is_good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '(' | ')' | '[' | ']');
    let text: String = text.chars().map(|c| if is_good(c) { c } else { '_' }).collect();
    match text.chars().next() {
        None => "_".to_owned(),
        Some(first) if !first.is_alphabetic() && first != '_' => format!("_{text}"),
        Some(_) => text,
    }
}

/// A string of Graphviz.
fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}

/// A text in a record of Graphviz, inside of a string.
fn record(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '"' | '\\' | '{' | '}' | '|' | '<' | '>' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
