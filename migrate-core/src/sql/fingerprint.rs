//! The fingerprint of what a revision means.
//!
//! It covers tokens, not text: comments, white space, line ends, the case of words without quotes
//! and superfluous semicolons do not count, all else does. The encoding is unambiguous: two
//! different series of fields and tokens never feed the hash the same bytes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::split::{Event, walk};
use super::{LexRules, TokenKind};
use crate::source::Span;

/// 256 bits over meaning; written as 64 lower-case hexadecimal digits.
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

/// A text that is no fingerprint.
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

/// What stands in the hash before each part, so that no two series of parts read the same.
#[derive(Clone, Copy)]
enum FieldKind {
    Field = 1,
    Token = 2,
    EndOfStatement = 3,
    Verbatim = 4,
    EndOfSql = 5,
}

/// Changes whenever the encoding does.
const ENCODING: &[u8] = b"cargo-migrate fingerprint 1\n";

/// Takes what a revision means, part by part, and gives its [`Fingerprint`].
///
/// The parts are gathered and hashed once: in a macro, which is not optimised, hashing costs more
/// than all else.
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
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        // Most of what is hashed fits, and so much an allocator has at hand.
        let mut bytes = Vec::with_capacity(1000);
        bytes.extend_from_slice(ENCODING);
        Self { parts: Parts(bytes) }
    }

    /// Takes a named value, as written.
    pub fn field(&mut self, name: &str, value: &str) {
        self.parts.add(FieldKind::Field, name.as_bytes());
        self.parts.counted(value.as_bytes());
    }

    /// Takes the tokens of the part of `text` that `span` covers. What cannot be read as tokens
    /// counts as it is written.
    pub fn sql(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.readings().read(text, span, lex_rules);
    }

    /// Begins to take a text as each of several databases reads it.
    pub fn readings(&mut self) -> Readings<'_> {
        self.parts.readings()
    }

    /// The fingerprint of all that was taken.
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
    /// The parts that are not hashed yet.
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

    /// Takes the tokens of the part of `text` that `span` covers, as [`Hasher::sql`].
    pub fn sql(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.parts.readings().read(text, span, lex_rules);
        self.hash();
    }

    /// The fingerprint of all that was taken so far.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.state.clone().finalize().into())
    }

    fn hash(&mut self) {
        self.state.update(&self.parts.0);
        self.parts.0.clear();
    }
}

/// The tokens of a text as several databases read it, one after the other. What two of them read
/// alike is taken once.
#[derive(Debug)]
pub struct Readings<'h> {
    parts: &'h mut Parts,
    /// Where the first reading begins, and where others that differ do.
    first: usize,
    others: Vec<usize>,
    /// Where the one that is going on begins.
    current: usize,
    /// Semicolons that count once a token of the same statement follows them.
    semicolons: usize,
}

impl Readings<'_> {
    /// Takes the tokens of the part of `text` that `span` covers.
    pub fn read(&mut self, text: &str, span: Span, lex_rules: &LexRules) {
        self.begin(span);
        walk(text, span, lex_rules, |event| self.event(text, event, lex_rules));
        self.end();
    }

    pub(super) fn begin(&mut self, span: Span) {
        self.current = self.parts.0.len();
        // Growing costs more than all else.
        self.parts.0.reserve(span.end.saturating_sub(span.start) * 3 / 2 + 16);
    }

    pub(super) fn event(&mut self, text: &str, event: Event, lex_rules: &LexRules) {
        match event {
            Event::Token(token) => {
                let bytes = token.span.of(text).as_bytes();
                match token.kind {
                    // An optimizer hint is a comment that changes what is done.
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

/// Parts, each with its kind and length before it.
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

    /// The length in seven bits a byte, then the bytes.
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
