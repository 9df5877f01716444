//! Source files, and places in their text.
//!
//! A [`SourceFile`] contains the text without a byte order mark and with `\n` as the only line end,
//! so that neither changes an offset, a fingerprint or the executed SQL. The module does not read
//! files and does not interpret the text.

use std::borrow::Cow;
use std::ops::Range;

/// A half-open range of byte offsets into a [`SourceFile`]'s text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// Creates a span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The range, for slicing.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns the text of the span; empty if the span is not within `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

/// The text of one file and its displayed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    path: Cow<'static, str>,
    text: Cow<'static, str>,
    whole: bool,
}

impl SourceFile {
    /// Creates a file from its text; a byte order mark is removed and `\r\n` becomes `\n`.
    ///
    /// ```
    /// use migrate_core::source::SourceFile;
    /// let file = SourceFile::new("a.sql", "\u{feff}SELECT 1;\r\n");
    /// assert_eq!(file.text(), "SELECT 1;\n");
    /// ```
    #[must_use]
    pub fn new(path: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), text: normalise(text.into()), whole: true }
    }

    /// Creates a file from a text without byte order mark and `\r\n`, which a macro has already
    /// parsed.
    #[must_use]
    pub const fn normalised(path: &'static str, text: &'static str) -> Self {
        Self { path: Cow::Borrowed(path), text: Cow::Borrowed(text), whole: true }
    }

    /// Creates a file of which only the beginning was read. The text must not contain a byte order
    /// mark or `\r\n`.
    #[must_use]
    pub(crate) fn front(path: String, text: &'static str) -> Self {
        Self { path: Cow::Owned(path), text: Cow::Borrowed(text), whole: false }
    }

    /// Returns `false` if only the beginning of the file is known, without its SQL.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The displayed path, relative to the user's current directory.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, or its known part: see [`SourceFile::is_whole`].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of an offset, counted from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        let upto = offset.min(self.text.len());
        self.text.as_bytes()[..upto].iter().filter(|b| **b == b'\n').count() + 1
    }

    /// The place of a span: line and column from 1, and the text of its first line.
    #[must_use]
    pub fn locate(&self, span: Span) -> Location {
        let start = floor_boundary(&self.text, span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |n| n + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |n| start + n);
        let end = floor_boundary(&self.text, span.end.clamp(start, line_end));
        Location {
            path: self.path.clone().into_owned(),
            line: self.line(start),
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end].chars().count().max(1),
            text: self.text[line_start..line_end].to_owned(),
        }
    }
}

/// A place in a file, complete enough to be shown without the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The displayed path.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The number of marked characters of the line, at least 1.
    pub width: usize,
    /// The text of that line.
    pub text: String,
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn normalise(text: Cow<'static, str>) -> Cow<'static, str> {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    };
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let file = SourceFile::new("m/a.sql", "-- é\nSELECT 'é' FROM t;\n");
        let at = file.text().find("FROM").unwrap();
        let place = file.locate(Span::new(at, at + 4));
        assert_eq!((place.line, place.column, place.width), (2, 12, 4));
        assert_eq!(place.text, "SELECT 'é' FROM t;");
    }

    #[test]
    fn a_span_outside_the_text_is_placed_at_its_end() {
        let file = SourceFile::new("a.sql", "x");
        assert_eq!(file.locate(Span::new(90, 99)).line, 1);
        assert_eq!(Span::new(90, 99).of(file.text()), "");
    }
}
