//! A column, as `SHOW CREATE TABLE` writes it.

use migrate_core::schema::{Check, Column, Generated, IdentityKind};

use super::piece::Piece;

/// The words that begin something new behind the type or behind an expression, in order. The server
/// writes these in capitals, and types and expressions in small letters.
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

/// Reads a column, and the check that goes with it.
pub(super) fn read(item: Piece<'_>) -> (Column, Option<Check>) {
    let attribute = |piece: &Piece<'_>, at: usize| {
        // The options of storage engines have names in quotes.
        piece.is_quoted_name(at) || ATTRIBUTES.binary_search(&piece.at(at)).is_ok()
    };
    let mut at = item.find(1, attribute);
    let mut column = Column {
        name: item.name(0),
        data_type: item.part(1, at).sql().into(),
        nullable: true,
        ..Column::default()
    };
    let mut check = None;
    let mut has_default = false;
    let mut details: Vec<String> = Vec::new();
    while at < item.len() {
        let start = at;
        // Everything has one token at least, and NULL is a default too.
        at = item.find(at + 1, attribute);
        if item.are(start, &["CHARACTER", "SET"]) {
            column.collation = Some(item.name(start + 2));
        } else if item.is(start, "COLLATE") {
            column.collation = Some(item.name(start + 1));
        } else if item.is(start, "GENERATED") {
            // `GENERATED ALWAYS AS (..)`, or `AS ROW START` for the times of system versioning.
            let expression = start + 3;
            if item.at(expression) == "(" {
                at = item.behind(expression);
                column.generated = Some(Generated {
                    expression: item.inside(expression).bare().sql(),
                    stored: item.is(at, "STORED") || item.is(at, "PERSISTENT"),
                });
                at += 1;
            } else {
                at = item.find(expression, attribute);
                details.push(item.part(start, at).sql());
            }
        } else if item.are(start, &["NOT", "NULL"]) {
            column.nullable = false;
            at = start + 2;
        } else if item.is(start, "NULL") {
            at = start + 1;
        } else if item.is(start, "DEFAULT") {
            at = item.find(item.behind(start + 1), attribute);
            has_default = true;
            let value = item.part(start + 1, at);
            column.default = (!value.is(0, "NULL")).then(|| value.sql());
        } else if item.is(start, "AUTO_INCREMENT") {
            column.identity = Some(IdentityKind::AutoIncrement.into());
        } else if item.is(start, "COMMENT") {
            column.comment = Some(item.name(start + 1));
        } else if item.is(start, "CHECK") {
            check = Some(Check {
                name: None,
                expression: item.inside(start + 1).bare().sql(),
                details: format!("of the column {}", item.at(0)),
                ..Check::default()
            });
        } else {
            details.push(item.part(start, at).sql());
        }
    }
    // A column that may be NULL has `DEFAULT NULL`, unless the default was dropped, which MySQL
    // knows. It does not say it of types that can have no other.
    let has_none = ["text", "blob", "json", "geom", "point", "linestring", "polygon"];
    let is_silent = has_none.iter().any(|word| column.data_type.contains(word));
    let numbered = column.generated.is_some() || column.identity.is_some();
    if column.nullable && !has_default && !numbered && !is_silent {
        details.push("WITHOUT DEFAULT".to_owned());
    }
    column.details = details.join(" ");
    (column, check)
}
