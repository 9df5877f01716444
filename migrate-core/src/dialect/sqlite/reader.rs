//! The tokens of one statement, and a place among them. Knows how names are quoted and how
//! parentheses nest, and no statement.

use super::LEXIS;
use crate::source::Span;
use crate::sql::{Lexer, TokenKind};

/// A token that is no comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'s> {
    pub(super) kind: TokenKind,
    pub(super) text: &'s str,
}

/// The tokens of a text, comments left out.
pub(super) fn parts(sql: &str) -> Vec<Part<'_>> {
    Lexer::new(sql, Span::new(0, sql.len()), &LEXIS)
        .map_while(Result::ok)
        .filter(|token| token.kind != TokenKind::Comment)
        .map(|token| Part { kind: token.kind, text: token.span.of(sql) })
        .collect()
}

impl Part<'_> {
    /// Whether it is this word, without quotes.
    pub(super) fn is(self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The name that it is, without quotes. A string is one too where a name must stand.
    pub(super) fn name(self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::QuotedName | TokenKind::String => {
                let mut inside = self.text.chars();
                let quote = inside.next()?;
                inside.next_back();
                let inside = inside.as_str();
                // A bracket cannot be doubled.
                Some(if quote == '[' {
                    inside.to_owned()
                } else {
                    inside.replace(&format!("{quote}{quote}"), &quote.to_string())
                })
            }
            _ => None,
        }
    }
}

/// What is not read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'t, 's> {
    pub(super) rest: &'t [Part<'s>],
}

impl<'t, 's> Reader<'t, 's> {
    pub(super) fn new(parts: &'t [Part<'s>]) -> Self {
        Self { rest: parts }
    }

    pub(super) fn next(&mut self) -> Option<Part<'s>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Whether these words come next, which are in capitals with one space between.
    pub(super) fn is(&self, words: &str) -> bool {
        // Nearly always not, and that shows at once.
        let first = self.rest.first().and_then(|part| part.text.bytes().next());
        if first.map(|byte| byte.to_ascii_uppercase()) != words.bytes().next() {
            return false;
        }
        let mut rest = self.rest.iter();
        words.split(' ').all(|word| rest.next().is_some_and(|part| part.is(word)))
    }

    /// Passes over these words, if they come next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            self.rest = &self.rest[words.split(' ').count()..];
        }
        found
    }

    /// Passes over this symbol, if it comes next.
    pub(super) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.rest.first().is_some_and(|part| part.is_symbol(symbol));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Passes over a name.
    pub(super) fn name(&mut self) -> Option<String> {
        let name = self.rest.first()?.name()?;
        self.next();
        Some(name)
    }

    /// Passes over the name of what is created, `IF NOT EXISTS` and a schema before it.
    pub(super) fn created(&mut self) -> Option<String> {
        self.eat("IF NOT EXISTS");
        let name = self.name()?;
        if self.eat_symbol(".") { self.name() } else { Some(name) }
    }

    /// Passes over parentheses, if they come next; what stands inside.
    pub(super) fn group(&mut self) -> Option<&'t [Part<'s>]> {
        self.rest.first().filter(|part| part.is_symbol("("))?;
        let end = closing(self.rest)?;
        let inside = &self.rest[1..end];
        self.rest = &self.rest[end + 1..];
        Some(inside)
    }
}

/// Where the parenthesis closes that opens first.
fn closing(parts: &[Part<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, part) in parts.iter().enumerate() {
        if part.is_symbol("(") {
            depth += 1;
        } else if part.is_symbol(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// What stands between commas that stand in no parentheses.
pub(super) fn list<'t, 's>(parts: &'t [Part<'s>]) -> Vec<&'t [Part<'s>]> {
    let mut depth = 0_i32;
    parts
        .split(|part| {
            depth += i32::from(part.is_symbol("(")) - i32::from(part.is_symbol(")"));
            depth == 0 && part.is_symbol(",")
        })
        .filter(|item| !item.is_empty())
        .collect()
}

/// Without the parentheses around the whole.
pub(super) fn bare<'t, 's>(mut parts: &'t [Part<'s>]) -> &'t [Part<'s>] {
    while let [first, inside @ .., _] = parts
        && first.is_symbol("(")
        && closing(parts) == Some(parts.len() - 1)
    {
        parts = inside;
    }
    parts
}
