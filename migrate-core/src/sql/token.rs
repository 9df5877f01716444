//! The tokens of the lexer.

use std::fmt;

use crate::source::Span;

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its place in the text.
    pub span: Span,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in quotes, backticks or brackets, which the span includes.
    QuotedName,
    /// A string with its quotes and its prefix (`E'..'`, `x'..'`, `$tag$..$tag$`).
    String,
    /// A number.
    Number,
    /// A parameter: `$1`, `?1`, `:name`.
    Parameter,
    /// An operator, a bracket, a comma or another symbol.
    Symbol,
    /// `;`
    Semicolon,
    /// A comment with its marks. A MySQL optimizer hint (`/*+ .. */`) is one too.
    Comment,
    /// The opening (`/*!40101`) or the closing (`*/`) of a comment whose content is code and
    /// comes as tokens of its own.
    CodeComment,
}

/// A token that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LexError {
    /// The opening text: `'`, `/*`, `$tag$`.
    pub span: Span,
    /// The kind of the token.
    pub what: Unterminated,
}

/// The kind of an unclosed token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unterminated {
    /// A string.
    String,
    /// A name in quotes.
    QuotedName,
    /// A comment.
    Comment,
    /// A string between `$tag$` and `$tag$`.
    DollarString,
}

impl fmt::Display for Unterminated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::String => "string",
            Self::QuotedName => "quoted name",
            Self::Comment => "comment",
            Self::DollarString => "dollar-quoted string",
        })
    }
}

impl fmt::Display for LexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} is not closed", self.what)
    }
}

impl std::error::Error for LexError {}
