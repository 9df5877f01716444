//! Reads `CREATE INDEX`, and the lists of what a key or an index orders by.

use super::reader::{Part, Reader, bare, list};
use super::text::{Scope, find, quoted, text};
use crate::schema::{Column, Index, IndexPart};

/// The index that a `CREATE INDEX` makes on a table with these columns.
pub(super) fn index(parts: &[Part<'_>], columns: &[Column]) -> Option<Index> {
    let mut reader = Reader::new(parts);
    reader.eat("CREATE");
    let unique = reader.eat("UNIQUE");
    if !reader.eat("INDEX") {
        return None;
    }
    reader.created()?;
    if !reader.eat("ON") {
        return None;
    }
    reader.name()?;
    let parts = list(reader.group()?).into_iter().map(|item| part(item, columns)).collect();
    let predicate = reader.eat("WHERE").then(|| {
        let end = reader.rest.iter().rposition(|part| part.text != ";").map_or(0, |at| at + 1);
        text(bare(&reader.rest[..end]), Scope::Columns(columns))
    });
    Some(Index { unique, parts, predicate, ..Index::default() })
}

/// One part of an index or a key. What a column has anyway, its collation and the ascending order,
/// is not told again.
pub(super) fn part(item: &[Part<'_>], columns: &[Column]) -> IndexPart {
    let mut item = item;
    let mut descending = false;
    if let [before @ .., last] = item
        && (last.is("DESC") || last.is("ASC"))
    {
        (item, descending) = (before, last.is("DESC"));
    }
    // The outermost collation counts.
    let mut collation = None;
    loop {
        item = bare(item);
        match item {
            [before @ .., word, name] if word.is("COLLATE") && !before.is_empty() => {
                collation = collation.or(name.name());
                item = before;
            }
            _ => break,
        }
    }
    let collation = collation.map(|name| name.to_ascii_uppercase());
    let order = descending.then(|| "DESC".to_owned());
    let column = match item {
        [one] => one.name().and_then(|name| find(columns, &name)),
        _ => None,
    };
    let usual = column.map(|column| column.collation.as_deref().unwrap_or("BINARY"));
    let collation = collation
        .filter(|name| usual != Some(name))
        .map(|name| format!("COLLATE {}", quoted(&name)));
    IndexPart {
        column: column.map(|column| column.name.clone()),
        expression: column.map_or_else(|| text(item, Scope::Columns(columns)), |_| String::new()),
        details: collation.into_iter().chain(order).collect::<Vec<_>>().join(" "),
    }
}

/// Parts as SQL writes them.
pub(super) fn parts_text(parts: &[IndexPart]) -> String {
    let text = |part: &IndexPart| {
        let what = part.column.as_deref().map_or_else(|| part.expression.clone(), quoted);
        if part.details.is_empty() { what } else { format!("{what} {}", part.details) }
    };
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}
