//! Reads `CREATE INDEX`, and the lists of what a key or an index orders by.

use super::text::{Scope, find, quoted, text};
use crate::dialect::sqlite::{LEX_RULES, created_name};
use crate::schema::{Column, Index, IndexPart};
use crate::sql::Cursor;

/// Returns the index of a `CREATE INDEX` on a table with these columns.
pub(in crate::dialect::sqlite) fn index(
    mut cursor: Cursor<'_>,
    columns: &[Column],
) -> Option<Index> {
    cursor.eat("CREATE");
    let unique = cursor.eat("UNIQUE");
    if !cursor.eat("INDEX") {
        return None;
    }
    created_name(&mut cursor)?;
    if !cursor.eat("ON") {
        return None;
    }
    cursor.name()?;
    let parts = cursor.group()?.items().map(|item| part(item, columns)).collect();
    let predicate = cursor.eat("WHERE").then(|| {
        let condition = cursor.take_until(|cursor| cursor.is(";"));
        text(condition.strip_parens().lexemes(), Scope::Columns(columns))
    });
    Some(Index { unique, parts, predicate, ..Index::default() })
}

/// Returns a part of an index or a key. The column's own collation and the ascending order are
/// omitted.
pub(in crate::dialect::sqlite) fn part(mut item: Cursor<'_>, columns: &[Column]) -> IndexPart {
    let mut descending = false;
    if let [_, .., last] = item.lexemes()
        && (last.is("DESC") || last.is("ASC"))
    {
        (item, descending) = (item.without_last(1), last.is("DESC"));
    }
    // The outermost collation counts.
    let mut collation = None;
    loop {
        item = item.strip_parens();
        match item.lexemes() {
            [_, .., word, name] if word.is("COLLATE") => {
                collation = collation.or(name.name(&LEX_RULES));
                item = item.without_last(2);
            }
            _ => break,
        }
    }
    let collation = collation.map(|name| name.to_ascii_uppercase());
    let column = match item.lexemes() {
        [one] => one.name(&LEX_RULES).and_then(|name| find(columns, &name)),
        _ => None,
    };
    let usual = column.map(|column| column.collation.as_deref().unwrap_or("BINARY"));
    let collation = collation.filter(|name| usual != Some(name)).map(|name| quoted(&name));
    IndexPart {
        column: column.map(|column| column.name.clone()),
        expression: column
            .map_or_else(|| text(item.lexemes(), Scope::Columns(columns)), |_| String::new()),
        collation,
        descending,
        ..IndexPart::default()
    }
}

/// Returns the SQL of parts.
pub(in crate::dialect::sqlite) fn parts_text(parts: &[IndexPart]) -> String {
    let text = |part: &IndexPart| {
        let mut text = part.column.as_deref().map_or_else(|| part.expression.clone(), quoted);
        if let Some(collation) = &part.collation {
            text.push_str(" COLLATE ");
            text.push_str(collation);
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    };
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}
