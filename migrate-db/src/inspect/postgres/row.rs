//! Rows of the catalog as they come: cells read one after the other, and PostgreSQL's notations
//! for rows, lists and quoted text. Knows nothing of what is in them.
//!
//! All rows of a question travel in one cell, each as `(a,"b c",)`: thousands of rows with a dozen
//! cells each would take the driver many times as long as their text does here.

use std::borrow::Cow;

/// The number of an object, valid for one reading only: it never leaves this module.
pub(super) type Oid = u32;

/// A row whose cells are read from left to right. What is missing or unreadable is empty: the
/// queries are our own.
#[derive(Clone)]
pub(super) struct Row<'t>(std::vec::IntoIter<Option<Cow<'t, str>>>);

/// The rows of a text that holds them without anything between.
pub(super) fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('(')?;
        let mut cells = Vec::with_capacity(24);
        loop {
            cells.push(cell(&mut rest));
            let end = rest.chars().next()?;
            rest = &rest[1..];
            if end == ')' {
                return Some(Row(cells.into_iter()));
            }
        }
    })
}

/// Takes a cell from the front: nothing is NULL, and what stands in quotes has quotes and
/// backslashes twice.
fn cell<'t>(rest: &mut &'t str) -> Option<Cow<'t, str>> {
    let text = *rest;
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.bytes().position(|b| matches!(b, b',' | b')')).unwrap_or(text.len());
        *rest = &text[end..];
        return (end > 0).then(|| Cow::Borrowed(&text[..end]));
    };
    let mut end = 0;
    let mut doubled = false;
    while let Some(quote) = quoted[end..].find('"') {
        end += quote;
        if !quoted[end + 1..].starts_with('"') {
            break;
        }
        doubled = true;
        end += 2;
    }
    *rest = quoted.get(end + 1..).unwrap_or_default();
    let text = &quoted[..end];
    Some(match doubled || text.contains('\\') {
        true => Cow::Owned(text.replace("\"\"", "\"").replace("\\\\", "\\")),
        false => Cow::Borrowed(text),
    })
}

impl<'t> Row<'t> {
    fn next(&mut self) -> Option<Cow<'t, str>> {
        self.0.next().flatten()
    }

    /// A cell that may be NULL.
    pub(super) fn maybe(&mut self) -> Option<String> {
        self.next().map(Cow::into_owned)
    }

    pub(super) fn text(&mut self) -> String {
        self.maybe().unwrap_or_default()
    }

    /// The first letter of a cell; a space where there is none.
    pub(super) fn letter(&mut self) -> char {
        self.next().and_then(|text| text.chars().next()).unwrap_or(' ')
    }

    pub(super) fn flag(&mut self) -> bool {
        self.letter() == 't'
    }

    /// A number, an object's for example; 0 where there is none.
    pub(super) fn number<N: std::str::FromStr + Default>(&mut self) -> N {
        self.next().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// An array, or a vector of numbers.
    pub(super) fn list(&mut self) -> Vec<String> {
        self.next().map(|text| list(&text)).unwrap_or_default()
    }

    /// Settings; not the counter that some builds keep for every column.
    pub(super) fn settings(&mut self) -> Vec<String> {
        let mut settings = self.list();
        settings.retain(|setting| !setting.starts_with("pg_attver="));
        settings
    }

    /// An array, or a vector, of numbers.
    pub(super) fn numbers<N: std::str::FromStr>(&mut self) -> Vec<N> {
        self.list().iter().filter_map(|item| item.parse().ok()).collect()
    }
}

/// The items of `{a,"b c"}`, or of `1 2`.
pub(super) fn list(text: &str) -> Vec<String> {
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return text.split_whitespace().map(str::to_owned).collect();
    };
    let mut items = Vec::new();
    if inside.is_empty() {
        return items;
    }
    let mut item = String::new();
    let mut quoted = false;
    let mut characters = inside.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => item.extend(characters.next()),
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            c => item.push(c),
        }
    }
    items.push(item);
    items
}

/// Where the parenthesis that opens the text is closed; `None` when none opens it.
fn closed_at(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    let mut escapes = false;
    let mut before = ' ';
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match (quote, c) {
            (Some(_), '\\') if escapes => drop(characters.next()),
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            // The database writes `E''` only where there is a backslash.
            (None, '\'' | '"') => {
                quote = Some(c);
                escapes = c == '\'' && before == 'E';
            }
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            return (at > 0).then_some(at);
        }
        before = c;
    }
    None
}

/// An expression without the parentheses around the whole of it.
pub(super) fn bare(expression: &str) -> &str {
    match closed_at(expression) {
        Some(at) if at + 1 == expression.len() => &expression[1..at],
        _ => expression,
    }
}

/// A text as SQL writes it.
pub(super) fn literal(text: &str) -> String {
    let text = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", text.replace('\\', "\\\\"))
    } else {
        format!("'{text}'")
    }
}

/// Words with a space between, those that are there.
#[derive(Default)]
pub(super) struct Words(String);

impl Words {
    pub(super) fn add(&mut self, word: impl AsRef<str>) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word.as_ref());
    }

    pub(super) fn add_if(&mut self, condition: bool, word: &str) {
        if condition {
            self.add(word);
        }
    }

    /// `WITH (a=1, b=2)` in the order of names: the database keeps that in which they were set.
    pub(super) fn add_list(&mut self, before: &str, mut items: Vec<String>) {
        if !items.is_empty() {
            items.sort();
            let list = format!("({})", items.join(", "));
            self.add(format!("{before} {list}").trim_start());
        }
    }

    pub(super) fn end(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, list, literal, rows};

    #[test]
    fn rows_are_read_as_they_are_written() {
        let text = r#"(a,,"","b ""c"", \\(d),é")(1,t)"#;
        let mut rows = rows(text);
        let mut row = rows.next().unwrap();
        assert_eq!((row.text(), row.maybe()), ("a".to_owned(), None));
        assert_eq!(row.maybe().as_deref(), Some(""));
        assert_eq!(row.text(), r#"b "c", \(d),é"#);
        let mut row = rows.next().unwrap();
        assert_eq!((row.number::<u32>(), row.flag(), row.maybe()), (1, true, None));
        assert!(rows.next().is_none());
    }

    #[test]
    fn arrays_and_vectors_are_lists() {
        assert_eq!(list("{}"), Vec::<String>::new());
        assert_eq!(list(r#"{a=1,"b c","d\"e\\f"}"#), ["a=1", "b c", "d\"e\\f"]);
        assert_eq!(list("1 0 3"), ["1", "0", "3"]);
    }

    #[test]
    fn parentheses_go_only_when_they_hold_all() {
        assert_eq!(bare("(a > 0)"), "a > 0");
        assert_eq!(bare("(a) OR (b)"), "(a) OR (b)");
        assert_eq!(bare("(a = ')'::text)"), "a = ')'::text");
        assert_eq!(bare(r"(a = E'\')'::text)"), r"a = E'\')'::text");
        assert_eq!(bare("lower(a)"), "lower(a)");
        assert_eq!(bare(""), "");
    }

    #[test]
    fn a_literal_survives_quotes_and_backslashes() {
        assert_eq!(literal("a'b"), "'a''b'");
        assert_eq!(literal(r"a\b"), r"E'a\\b'");
    }
}
