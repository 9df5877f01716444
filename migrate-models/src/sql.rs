//! A statement that is put together from parts of Rust code, with the place of each part.

use migrate_core::source::Span as Range;
use proc_macro2::Span;

use crate::mistake::Spanned;

/// A statement and the places of its parts.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) text: String,
    parts: Vec<(usize, usize, Span)>,
    /// The place of what is no part.
    whole: Span,
}

impl Sql {
    pub(crate) fn new(whole: Span) -> Self {
        Self { text: String::new(), parts: Vec::new(), whole }
    }

    /// Adds text that belongs to the statement as a whole.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text that comes from a place.
    pub(crate) fn push_from(&mut self, text: &str, place: Span) {
        let start = self.text.len();
        self.text.push_str(text);
        self.parts.push((start, self.text.len(), place));
    }

    /// Adds a text that a person wrote.
    pub(crate) fn push_part(&mut self, part: &Spanned<String>) {
        self.push_from(&part.value, part.span);
    }

    /// The place of a part of the text: the innermost part that touches it.
    pub(crate) fn place(&self, at: Range) -> Span {
        let touching =
            |(start, end, _): &&(usize, usize, Span)| *start <= at.start && at.start <= *end;
        let narrow = |(start, end, _): &&(usize, usize, Span)| end - start;
        let found = self.parts.iter().filter(touching).min_by_key(narrow);
        found.map_or(self.whole, |(_, _, place)| *place)
    }

    /// The whole text as a range.
    pub(crate) fn range(&self) -> Range {
        Range::new(0, self.text.len())
    }
}
