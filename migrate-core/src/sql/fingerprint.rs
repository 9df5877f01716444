//! The fingerprint of the meaning of a revision.
//!
//! It covers tokens rather than text: comments, white space, line ends, the case of unquoted words
//! and superfluous semicolons do not count; everything else does. The encoding is unambiguous: two
//! different series of fields and tokens never give the hash the same bytes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::split::{Event, walk};
use super::{LexRules, TokenKind};
use crate::source::Span;

/// A hash of 256 bits, written as 64 lower-case hexadecimal digits.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::source::Span;
/// use migrate_core::sql::{Fingerprint, Hasher};
///
/// let of = |sql: &str| {
///     let mut hasher = Hasher::new();
///     hasher.sql(sql, Span::new(0, sql.len()), Dialect::Sqlite.lex_rules());
///     hasher.finish()
/// };
/// let print = of("DROP TABLE t");
/// assert_eq!(print, of("drop  table T; -- gone"));
/// assert_ne!(print, of("DROP TABLE \"T\""));
/// assert_eq!(print.to_string().parse(), Ok(print));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that is not a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedFingerprint;

impl fmt::Display for MalformedFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint is 64 lower-case hexadecimal digits")
    }
}

impl std::error::Error for MalformedFingerprint {}

impl FromStr for Fingerprint {
    type Err = MalformedFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(MalformedFingerprint),
        };
        if text.len() != 64 {
            return Err(MalformedFingerprint);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

/// The prefix of each part in the hash, so that no two series of parts are equal.
#[derive(Clone, Copy)]
enum FieldKind {
    Field = 1,
    Token = 2,
    EndOfStatement = 3,
    Verbatim = 4,
    EndOfSql = 5,
}

/// The version of the encoding.
const ENCODING: &[u8] = b"cargo-migrate fingerprint 1\n";

/// Collects the parts of a revision and computes its [`Fingerprint`].
///
/// The parts are collected and hashed once: macros are not optimised, so hashing costs more than
/// everything else there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hasher {
    parts: Parts,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Hasher {
    /// Creates a hasher without parts.
    #[must_use]
    pub fn new() -> Self {
        // Most revisions fit, and an allocator has this size available.
        let mut bytes = Vec::with_capacity(1000);
        bytes.extend_from_slice(ENCODING);
        Self { parts: Parts(bytes) }
    }

    /// Takes a named value, as written.
    pub fn field(&mut self, name: &str, value: &str) {
        self.parts.add(FieldKind::Field, name.as_bytes());
        self.parts.counted(value.as_bytes());
    }

    /// Adds the tokens of the part of `text` that `span` covers. Text that is not tokens is added
    /// as written.
    pub fn sql(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.readings().read(text, span, lex_rules);
    }

    /// Begins a text that several databases read.
    pub fn readings(&mut self) -> Readings<'_> {
        self.parts.readings()
    }

    /// Returns the fingerprint of all parts.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.parts.0).into())
    }
}

/// Returns the fingerprint after each part, where [`Hasher`] returns one at the end. Both return
/// the same fingerprint for the same parts.
#[derive(Debug, Clone)]
pub struct PrefixHasher {
    state: Sha256,
    /// The parts not hashed yet.
    parts: Parts,
}

impl Default for PrefixHasher {
    fn default() -> Self {
        Self { state: Sha256::new_with_prefix(ENCODING), parts: Parts::default() }
    }
}

impl PrefixHasher {
    /// Takes a named value, as written.
    pub fn field(&mut self, name: &str, value: &str) {
        self.parts.add(FieldKind::Field, name.as_bytes());
        self.parts.counted(value.as_bytes());
        self.hash();
    }

    /// Adds the tokens of the part of `text` that `span` covers, like [`Hasher::sql`].
    pub fn sql(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.parts.readings().read(text, span, lex_rules);
        self.hash();
    }

    /// Returns the fingerprint of the parts so far.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.state.clone().finalize().into())
    }

    fn hash(&mut self) {
        self.state.update(&self.parts.0);
        self.parts.0.clear();
    }
}

/// The tokens of a text as several databases read it, one after another. Equal readings are stored
/// once.
#[derive(Debug)]
pub struct Readings<'h> {
    parts: &'h mut Parts,
    /// The start of the first reading and of each different one.
    first: usize,
    others: Vec<usize>,
    /// The start of the current reading.
    current: usize,
    /// Semicolons that count once a token of the same statement follows them.
    semicolons: usize,
}

impl Readings<'_> {
    /// Adds the tokens of the part of `text` that `span` covers.
    pub fn read(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.begin(span);
        walk(text, span, lex_rules, |event| self.event(text, event, lex_rules));
        self.end();
    }

    pub(super) fn begin(&mut self, span: Span) {
        self.current = self.parts.0.len();
        // Reserved, because growing costs more than everything else.
        self.parts.0.reserve(span.end.saturating_sub(span.start) * 3 / 2 + 16);
    }

    pub(super) fn event(&mut self, text: &str, event: Event, lex_rules: &LexRules) {
        match event {
            Event::Token(token) => {
                let bytes = token.span.of(text).as_bytes();
                match token.kind {
                    // An optimizer hint is a comment with an effect.
                    TokenKind::Comment
                        if !(lex_rules.code_comments && bytes.starts_with(b"/*+")) => {}
                    TokenKind::Semicolon => self.semicolons += 1,
                    kind => {
                        for _ in 0..std::mem::take(&mut self.semicolons) {
                            self.parts.add(FieldKind::Token, b";");
                        }
                        self.parts.add(FieldKind::Token, bytes);
                        if kind == TokenKind::Word {
                            let start = self.parts.0.len() - bytes.len();
                            self.parts.0[start..].make_ascii_lowercase();
                        }
                    }
                }
            }
            Event::Statement(_) => {
                self.semicolons = 0;
                self.parts.add(FieldKind::EndOfStatement, b"");
            }
            Event::Verbatim(span) => self.parts.add(FieldKind::Verbatim, span.of(text).as_bytes()),
            Event::Fault(_) => {}
        }
    }

    pub(super) fn end(&mut self) {
        self.semicolons = 0;
        self.parts.add(FieldKind::EndOfSql, b"");
        if self.current == self.first {
            return;
        }
        let (earlier, this) = self.parts.0.split_at(self.current);
        let mut end = earlier.len();
        let known = self.others.iter().rev().chain([&self.first]).any(|start| {
            let known = earlier[*start..end] == *this;
            end = *start;
            known
        });
        if known {
            self.parts.0.truncate(self.current);
        } else {
            self.others.push(self.current);
        }
    }
}

/// Parts, each preceded by its kind and length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts(Vec<u8>);

impl Parts {
    fn readings(&mut self) -> Readings<'_> {
        let start = self.0.len();
        Readings { parts: self, first: start, others: Vec::new(), current: start, semicolons: 0 }
    }

    fn add(&mut self, part: FieldKind, bytes: &[u8]) {
        self.0.push(part as u8);
        self.counted(bytes);
    }

    /// Writes the length with seven bits per byte, then the bytes.
    fn counted(&mut self, bytes: &[u8]) {
        let mut length = bytes.len();
        while length > 0x7f {
            self.0.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        self.0.push(length as u8);
        self.0.extend_from_slice(bytes);
    }
}
