//! Mistakes in structs and their attributes, with the place of each.

use std::fmt;

use proc_macro2::Span;

/// A mistake at a place in Rust code.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// The tokens that it is about.
    pub span: Span,
    /// The problem in one sentence, without a full stop.
    pub message: String,
    /// Ways to fix it.
    pub help: Vec<String>,
}

impl Mistake {
    /// Creates a mistake.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: Vec::new() }
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Mistake {
    /// Writes the message, then `  = help: ..` lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  = help: {help}"))
    }
}

/// A value and its place in Rust code.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The tokens that give it.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Creates a value with its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
