//! Reads a column, as `SHOW CREATE TABLE` writes it.

use super::text::{text, value};
use crate::schema::{Check, Column, Generated, IdentityKind};
use crate::sql::{Cursor, TokenKind};

/// The words that begin an attribute after the type or an expression, in order. The server writes
/// them in upper case, and types and expressions in lower case.
const ATTRIBUTES: [&str; 24] = [
    "AS",
    "AUTO_INCREMENT",
    "CHARACTER",
    "CHECK",
    "COLLATE",
    "COLUMN_FORMAT",
    "COMMENT",
    "COMPRESSED",
    "DEFAULT",
    "ENGINE_ATTRIBUTE",
    "GENERATED",
    "INVISIBLE",
    "NOT",
    "NULL",
    "ON",
    "PERSISTENT",
    "REF_SYSTEM_ID",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SRID",
    "STORAGE",
    "STORED",
    "VIRTUAL",
    "WITH",
    "WITHOUT",
];

/// Returns `true` if an attribute begins here. The options of storage engines have quoted names.
fn begins_attribute(cursor: &Cursor<'_>) -> bool {
    cursor.is_kind(TokenKind::QuotedName)
        || cursor.peek().is_some_and(|next| ATTRIBUTES.binary_search(&next.text).is_ok())
}

/// Reads a column of a table in `database`, and the check that belongs to it.
pub(super) fn read(mut item: Cursor<'_>, database: &str) -> (Column, Option<Check>) {
    let text = |cursor: Cursor<'_>| text(cursor, database);
    let name = item.name().unwrap_or_default();
    let data_type = text(item.take_until(begins_attribute)).into();
    let mut column = Column { name, data_type, nullable: true, ..Column::default() };
    let mut check = None;
    let mut has_default = false;
    let mut details: Vec<String> = Vec::new();
    while !item.is_empty() {
        let start = item;
        if item.eat("CHARACTER SET") || item.eat("COLLATE") {
            column.collation = Some(value(&mut item));
        } else if item.eat("GENERATED ALWAYS AS") {
            // Or `AS ROW START` for the times of system versioning.
            if let Some(expression) = item.group() {
                let expression = text(expression.strip_parens());
                let stored = item.is("STORED") || item.is("PERSISTENT");
                column.generated = Some(Generated { expression, stored });
                item.bump();
            } else {
                item.take_until(begins_attribute);
                details.push(text(start.before(&item)));
            }
        } else if item.eat("NOT NULL") {
            column.nullable = false;
        } else if item.eat("NULL") {
        } else if item.eat("DEFAULT") {
            let start = item;
            // NULL is a default too.
            item.skip();
            item.take_until(begins_attribute);
            has_default = true;
            column.default = (!start.is("NULL")).then(|| text(start.before(&item)));
        } else if item.eat("AUTO_INCREMENT") {
            column.identity = Some(IdentityKind::AutoIncrement.into());
        } else if item.eat("COMMENT") {
            column.comment = Some(value(&mut item));
        } else if item.eat("CHECK") {
            let expression = item.group().map(|group| text(group.strip_parens()));
            check = Some(Check {
                expression: expression.unwrap_or_default(),
                details: format!("of the column {}", quoted(&column.name)),
                ..Check::default()
            });
        } else {
            item.skip();
            item.take_until(begins_attribute);
            details.push(text(start.before(&item)));
        }
    }
    if !has_default && is_without_default(&column) {
        details.push("WITHOUT DEFAULT".to_owned());
    }
    column.details = details.join(" ");
    (column, check)
}

/// Returns `true` if the server tells of a column whose default was dropped that it has none. One that may be NULL has
/// `DEFAULT NULL` otherwise; for types that can have no other default it is not written.
pub(in crate::dialect::mysql) fn is_without_default(column: &Column) -> bool {
    let has_none = ["text", "blob", "json", "geom", "point", "linestring", "polygon"];
    let is_silent = has_none.iter().any(|word| column.data_type.contains(word));
    let is_computed = column.generated.is_some() || column.identity.is_some();
    column.nullable && column.default.is_none() && !is_computed && !is_silent
}

fn quoted(name: &str) -> String {
    crate::sql::quote(name, '`')
}
