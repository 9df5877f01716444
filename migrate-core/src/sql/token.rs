//! What the lexer hands out.

use std::fmt;

use crate::source::Span;

/// One token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands in the text.
    pub span: Span,
}

/// What a token is.
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
    /// An operator, a bracket, a comma and whatever else stands for itself.
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
    /// What opens the token: `'`, `/*`, `$tag$`.
    pub span: Span,
    /// What it would have been.
    pub what: Unterminated,
}

/// What is not closed.
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
