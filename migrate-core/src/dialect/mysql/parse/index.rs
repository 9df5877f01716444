//! The parts and options of an index, and options of storage engines.

use super::super::keywords::{is_keyword, is_reserved};
use super::expression::expression;
use super::grammar::{
    end_of_item, group, is_name, name, name_or_string, number, one_of, string, written,
};
use crate::schema::{Index, IndexPart, Key};
use crate::sql::{Cursor, Lexeme, TokenKind, Unexpected};

/// Passes over `USING`, the parts in parentheses, and the options, and returns the value as a
/// primary key too.
pub(super) fn index_behind_name(
    item: &mut Cursor<'_>,
    index: &mut Index,
) -> Result<Key, Unexpected> {
    let mut options = Options::default();
    options.method(item)?;
    let list = group(item)?;
    if list.is_empty() {
        return Err(list.unexpected("the name of a column"));
    }
    index.parts = list.items().map(part).collect::<Result<_, _>>()?;
    while options.option(item)? {}
    let is_plain = |part: &IndexPart| {
        part.prefix.is_none()
            && !part.descending
            && part.details.is_empty()
            && part.column.is_some()
    };
    let whole =
        if index.parts.iter().all(is_plain) { String::new() } else { parts_text(&index.parts) };
    let mut details = vec![whole];
    details.extend(options.using.as_ref().map(|method| format!("USING {method}")));
    details.push(options.details());
    details.extend(options.comment.as_deref().map(super::comment_text));
    details.retain(|detail| !detail.is_empty());
    let columns = index.parts.iter().filter_map(|part| part.column.clone()).collect();
    let primary = Key { columns, details: details.join(" "), ..Key::default() };
    if index.method.is_some() {
        // Such an index has no order.
        index.parts.iter_mut().for_each(|part| part.descending = false);
    }
    match options.using.as_deref() {
        Some("BTREE") | None => {}
        Some(method) if index.method.is_none() => {
            index.method = Some(method.to_lowercase());
            index.parts.iter_mut().for_each(|part| part.descending = false);
        }
        Some(_) => {}
    }
    let is_btree = options.using.as_deref() == Some("BTREE") && index.method.is_none();
    let mut details = vec![if is_btree { "USING BTREE".to_owned() } else { String::new() }];
    details.push(options.details());
    details.retain(|detail| !detail.is_empty());
    index.details = details.join(" ");
    index.comment = options.comment;
    Ok(primary)
}

/// The parts of a key, as the server prints them.
fn parts_text(parts: &[IndexPart]) -> String {
    let text = |part: &IndexPart| {
        let mut text = part.column.as_deref().map_or_else(
            || format!("({})", part.expression),
            |column| crate::sql::quote(column, '`'),
        );
        if let Some(prefix) = part.prefix {
            text.push_str(&format!("({prefix})"));
        }
        if !part.details.is_empty() {
            text.push(' ');
            text.push_str(&part.details);
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    };
    format!("({})", parts.iter().map(text).collect::<Vec<_>>().join(","))
}

fn part(mut item: Cursor<'_>) -> Result<IndexPart, Unexpected> {
    let mut part = IndexPart::default();
    if item.is("(") {
        let inside = group(&mut item)?;
        expression(inside)?;
        part.expression = written(inside.strip_parens());
    } else {
        part.column = Some(name(&mut item, "the name of a column")?);
        if item.is("(") {
            let mut inside = group(&mut item)?;
            part.prefix = number(&mut inside)?.parse().ok();
            end_of_item(inside)?;
        }
    }
    if item.eat("WITHOUT OVERLAPS") {
        part.details = "WITHOUT OVERLAPS".to_owned();
    }
    part.descending = item.eat("DESC");
    let _ = part.descending || item.eat("ASC");
    end_of_item(item)?;
    Ok(part)
}

/// The options of an index.
#[derive(Debug, Clone, Default)]
struct Options {
    /// The method in capitals.
    using: Option<String>,
    block_size: Option<String>,
    parser: Option<String>,
    ignored: bool,
    invisible: bool,
    others: Vec<String>,
    comment: Option<String>,
}

impl Options {
    /// Passes over `USING BTREE`, if it comes next.
    fn method(&mut self, item: &mut Cursor<'_>) -> Result<bool, Unexpected> {
        let found = item.eat("USING") || item.eat("TYPE");
        if found {
            self.using = Some(one_of(item, &["BTREE", "HASH", "RTREE"])?.to_owned());
        }
        Ok(found)
    }

    /// Passes over an option, if one comes next.
    fn option(&mut self, item: &mut Cursor<'_>) -> Result<bool, Unexpected> {
        if self.method(item)? {
            return Ok(true);
        }
        if item.eat("COMMENT") {
            self.comment = Some(string(item)?);
        } else if item.eat("KEY_BLOCK_SIZE") {
            item.eat("=");
            self.block_size = Some(number(item)?);
        } else if item.eat("WITH") {
            item.expect("PARSER")?;
            self.parser = Some(name(item, "the name of a parser")?);
        } else if item.eat("NOT") {
            item.expect("IGNORED")?;
            self.ignored = false;
        } else if item.eat("IGNORED") {
            self.ignored = true;
        } else if item.eat("INVISIBLE") {
            self.invisible = true;
        } else if item.eat("VISIBLE") {
            self.invisible = false;
        } else if item.is("CLUSTERING =") || item.is("ENGINE_ATTRIBUTE") || is_own_option(item) {
            let start = *item;
            item.bump();
            item.eat("=");
            name_or_value(item)?;
            self.others.push(written(start.before(item)));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// The options that have no field of their own in an index, in the order of the server.
    fn details(&self) -> String {
        let mut details = Vec::new();
        details.extend(
            self.block_size
                .as_ref()
                .filter(|size| *size != "0")
                .map(|size| format!("KEY_BLOCK_SIZE={size}")),
        );
        details.extend(
            self.parser
                .as_ref()
                .map(|name| format!("WITH PARSER {}", crate::sql::quote(name, '`'))),
        );
        details.extend(self.ignored.then(|| "IGNORED".to_owned()));
        details.extend(self.invisible.then(|| "INVISIBLE".to_owned()));
        details.extend(self.others.iter().cloned());
        details.join(" ")
    }
}

/// Whether an option of a storage engine comes next: a name that is no keyword, `=` and a value.
pub(super) fn is_own_option(item: &Cursor<'_>) -> bool {
    let is_word = |next: Lexeme<'_>| match next.kind {
        TokenKind::Word => {
            let upper = next.text.to_ascii_uppercase();
            !is_reserved(&upper) && !is_keyword(&upper)
        }
        _ => is_name(next),
    };
    item.peek().is_some_and(is_word) && item.lexemes().get(1).is_some_and(|next| next.is("="))
}

/// Passes over the value of an option: a name, a string or a number.
pub(super) fn name_or_value(item: &mut Cursor<'_>) -> Result<String, Unexpected> {
    if item.is_kind(TokenKind::Number) {
        return number(item);
    }
    if item.eat("DEFAULT") {
        return Ok("DEFAULT".to_owned());
    }
    name_or_string(item, "a value")
}
