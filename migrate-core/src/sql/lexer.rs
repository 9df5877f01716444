//! The lexer: splits text into tokens.
//!
//! Every byte of the text belongs to exactly one token or is white space, so nothing that a
//! database would see is lost. The lexer does not know keywords or the ends of statements, and does
//! not check numbers and operators.

use super::bytes::{
    CLASS, Class, OPERATORS, continues_operator, continues_word, custom_operator, is_digit_name,
};
use super::{LexError, LexRules, Token, TokenKind, Unterminated};
use crate::source::Span;

/// Reads tokens. White space is skipped, and comments are tokens. After an error the iterator ends.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::source::Span;
/// use migrate_core::sql::{Lexer, TokenKind};
///
/// let text = "DROP TABLE \"a b\"; -- gone";
/// let lexer = Lexer::new(text, Span::new(0, text.len()), Dialect::Postgres.lex_rules());
/// let kinds: Vec<_> = lexer.map(|token| token.unwrap().kind).collect();
/// use TokenKind::*;
/// assert_eq!(kinds, [Word, Word, QuotedName, Semicolon, Comment]);
/// ```
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    lex_rules: &'a LexRules,
    /// The opening of the current code comment.
    code: Option<Span>,
    /// The end of the last name: a dot there is not a decimal point.
    name_end: usize,
    /// The last string had escapes, and so has one that continues it on the next line.
    escapes: bool,
}

impl<'a> Lexer<'a> {
    /// Creates a lexer for the part of `text` that `span` covers; a span beyond the text or inside
    /// a character is shortened.
    #[must_use]
    pub fn new(text: &'a str, span: Span, lex_rules: &'a LexRules) -> Self {
        let end = text.floor_char_boundary(span.end);
        let pos = text.ceil_char_boundary(span.start.min(end));
        let bytes = &text.as_bytes()[..end];
        Self { text, bytes, pos, lex_rules, code: None, name_end: usize::MAX, escapes: false }
    }

    /// Returns `true` if the next token is inside a comment whose content is code.
    pub(super) fn in_code(&self) -> bool {
        self.code.is_some()
    }

    /// The position of the next token.
    pub(super) fn offset(&self) -> usize {
        self.pos
    }

    /// Continues at another position, which must be on a character boundary.
    pub(super) fn seek(&mut self, position: usize) {
        self.pos = position.min(self.bytes.len());
    }

    /// The end of the part to read.
    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    /// The text not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.pos..self.bytes.len()).unwrap_or_default()
    }

    /// Skips white space and then `expected`, if it follows.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        self.skip_space();
        let found = self.bytes[self.pos..].starts_with(expected.as_bytes());
        if found {
            self.pos += expected.len();
        }
        found
    }

    fn at(&self, position: usize) -> u8 {
        self.bytes.get(position).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.pos)
            && CLASS[*byte as usize] == Class::Space
        {
            self.pos += 1;
        }
    }

    /// Returns the end of the run of word characters from `position`.
    fn word_end(&self, position: usize) -> usize {
        let rest = self.bytes.get(position..).unwrap_or_default();
        position + rest.iter().position(|b| !continues_word(*b)).unwrap_or(rest.len())
    }

    fn unterminated<T>(&mut self, opening: usize, what: Unterminated) -> Result<T, LexError> {
        let span = Span::new(self.pos, self.pos + opening);
        self.pos = self.bytes.len();
        Err(LexError { span, what })
    }

    /// Reads one token, which begins at the current position with `byte`.
    fn token(&mut self, byte: u8) -> Result<TokenKind, LexError> {
        let next = self.at(self.pos + 1);
        match CLASS[byte as usize] {
            Class::Word => self.word(byte, next),
            Class::Digit => Ok(self.number()),
            Class::Dot if next.is_ascii_digit() && self.pos != self.name_end => Ok(self.number()),
            Class::Quote => self.string(1, b'\'', self.lex_rules.backslash_escapes || self.escapes),
            Class::DoubleQuote if self.lex_rules.double_quoted_strings => {
                self.string(1, b'"', self.lex_rules.backslash_escapes)
            }
            Class::DoubleQuote => self.name(1, b'"'),
            Class::Backtick if self.lex_rules.backtick_names => self.name(1, b'`'),
            Class::Bracket if self.lex_rules.bracket_names => self.bracketed(),
            Class::Dot if next == b'.' => Ok(self.take(2, TokenKind::Symbol)),
            Class::Dollar => self.dollar(next),
            Class::Semicolon => Ok(self.take(1, TokenKind::Semicolon)),
            Class::Dash if next == b'-' && self.opens_line_comment() => Ok(self.line_comment()),
            Class::Hash if self.lex_rules.hash_comments => Ok(self.line_comment()),
            Class::Slash if next == b'*' => self.block_comment(),
            Class::Operator if byte == b'*' && next == b'/' && self.code.is_some() => {
                self.code = None;
                Ok(self.take(2, TokenKind::CodeComment))
            }
            Class::Parameter | Class::Colon
                if self.lex_rules.named_parameters && continues_word(next) =>
            {
                Ok(self.parameter())
            }
            Class::Parameter if byte == b'?' && !self.lex_rules.custom_operators => {
                Ok(self.parameter())
            }
            Class::Colon => {
                Ok(self.take(1 + usize::from(matches!(next, b':' | b'=')), TokenKind::Symbol))
            }
            _ => Ok(self.operator(byte)),
        }
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.pos += length;
        kind
    }

    fn word(&mut self, byte: u8, next: u8) -> Result<TokenKind, LexError> {
        let (quoted, prefixed) = (next == b'\'', self.lex_rules.prefixed_strings);
        match byte.to_ascii_lowercase() {
            b'e' if quoted && self.lex_rules.escape_strings => {
                self.escapes = true;
                return self.string(2, b'\'', true);
            }
            b'x' if quoted => return self.string(2, b'\'', false),
            b'b' if quoted && prefixed => return self.string(2, b'\'', false),
            b'n' if quoted && prefixed => {
                return self.string(2, b'\'', self.lex_rules.backslash_escapes);
            }
            b'u' if next == b'&' && self.lex_rules.escape_strings => match self.at(self.pos + 2) {
                b'\'' => return self.string(3, b'\'', false),
                b'"' => return self.name(3, b'"'),
                _ => {}
            },
            _ => {}
        }
        self.pos = self.word_end(self.pos + 1);
        self.name_end = self.pos;
        Ok(TokenKind::Word)
    }

    /// Reads a number with all adjacent letters: `1e-5`, `0xff`, `1_000`.
    fn number(&mut self) -> TokenKind {
        let start = self.pos;
        let plain = |bytes: &[u8]| bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'_' | b'.'));
        let mut end = self.word_end(start + 1);
        let mut whole = self.bytes[start] != b'.';
        // `1..10` is a range of two numbers.
        if whole
            && self.at(end) == b'.'
            && self.at(end + 1) != b'.'
            && plain(&self.bytes[start..end])
        {
            whole = false;
            end = self.word_end(end + 1);
        }
        if matches!(self.bytes[end - 1], b'e' | b'E')
            && matches!(self.at(end), b'+' | b'-')
            && self.at(end + 1).is_ascii_digit()
            && plain(&self.bytes[start..end - 1])
        {
            whole = false;
            end = self.word_end(end + 1);
        }
        self.pos = end;
        if whole && self.lex_rules.digit_names && is_digit_name(&self.bytes[start..end]) {
            self.name_end = end;
            return TokenKind::Word;
        }
        TokenKind::Number
    }

    /// A string whose opening is `opening` bytes long and ends in `quote`; a doubled quote stands
    /// for itself.
    fn string(&mut self, opening: usize, quote: u8, escapes: bool) -> Result<TokenKind, LexError> {
        self.quoted(opening, quote, escapes, Unterminated::String)?;
        Ok(TokenKind::String)
    }

    fn name(&mut self, opening: usize, quote: u8) -> Result<TokenKind, LexError> {
        self.quoted(opening, quote, false, Unterminated::QuotedName)?;
        self.name_end = self.pos;
        Ok(TokenKind::QuotedName)
    }

    fn quoted(
        &mut self,
        opening: usize,
        quote: u8,
        escapes: bool,
        what: Unterminated,
    ) -> Result<(), LexError> {
        let mut at = self.pos + opening;
        while let Some(byte) = self.bytes.get(at) {
            at += 1;
            if *byte == quote {
                if self.at(at) != quote {
                    self.pos = at;
                    return Ok(());
                }
                at += 1;
            } else if *byte == b'\\' && escapes {
                at += 1;
            }
        }
        self.unterminated(opening, what)
    }

    fn bracketed(&mut self) -> Result<TokenKind, LexError> {
        match self.bytes[self.pos..].iter().position(|b| *b == b']') {
            Some(length) => {
                self.pos += length + 1;
                self.name_end = self.pos;
                Ok(TokenKind::QuotedName)
            }
            None => self.unterminated(1, Unterminated::QuotedName),
        }
    }

    fn dollar(&mut self, next: u8) -> Result<TokenKind, LexError> {
        if !self.lex_rules.dollar_quotes {
            if self.lex_rules.named_parameters && continues_word(next) {
                return Ok(self.parameter());
            }
            self.pos = self.word_end(self.pos + 1);
            self.name_end = self.pos;
            return Ok(TokenKind::Word);
        }
        if next.is_ascii_digit() {
            return Ok(self.parameter());
        }
        let after = &self.bytes[self.pos + 1..];
        let tag = after.iter().position(|b| *b == b'$' || !continues_word(*b));
        let Some(length) = tag.filter(|length| after[*length] == b'$').map(|n| n + 2) else {
            return Ok(self.take(1, TokenKind::Symbol));
        };
        let (tag, body) = self.rest().split_at(length);
        match body.find(tag) {
            Some(found) => Ok(self.take(length + found + length, TokenKind::String)),
            None => self.unterminated(length, Unterminated::DollarString),
        }
    }

    fn parameter(&mut self) -> TokenKind {
        self.pos = self.word_end(self.pos + 1);
        TokenKind::Parameter
    }

    /// Returns `true` if two dashes open a comment here.
    fn opens_line_comment(&self) -> bool {
        // The text after the span counts too, so that a part is read as within the whole.
        let after = self.text.as_bytes().get(self.pos + 2);
        !self.lex_rules.dashes_need_space || after.is_none_or(|b| *b <= b' ' || *b == 0x7f)
    }

    fn line_comment(&mut self) -> TokenKind {
        let returns = self.lex_rules.return_ends_comment;
        let rest = &self.bytes[self.pos..];
        let end = rest.iter().position(|b| *b == b'\n' || (*b == b'\r' && returns));
        self.take(end.unwrap_or(rest.len()), TokenKind::Comment)
    }

    fn block_comment(&mut self) -> Result<TokenKind, LexError> {
        let marks = &self.bytes[self.pos..];
        if self.lex_rules.code_comments {
            let mark = if marks.starts_with(b"/*!") { 3 } else { 4 };
            if mark == 3 || marks.starts_with(b"/*M!") {
                let version = marks[mark..].iter().take(6).take_while(|b| b.is_ascii_digit());
                let length = mark + version.count();
                self.code.get_or_insert(Span::new(self.pos, self.pos + length));
                return Ok(self.take(length, TokenKind::CodeComment));
            }
        }
        let (mut at, mut depth) = (self.pos + 2, 1);
        while let Some(two) = self.bytes.get(at..at + 2) {
            match two {
                b"*/" => depth -= 1,
                b"/*" if self.lex_rules.nested_comments => depth += 1,
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            if depth == 0 {
                self.pos = at;
                return Ok(TokenKind::Comment);
            }
        }
        self.unterminated(2, Unterminated::Comment)
    }

    fn operator(&mut self, byte: u8) -> TokenKind {
        let rest = &self.bytes[self.pos..];
        let length = if !self.lex_rules.custom_operators {
            OPERATORS.iter().find(|known| rest.starts_with(known)).map_or(1, |known| known.len())
        } else if continues_operator(byte) {
            custom_operator(rest)
        } else {
            1
        };
        self.take(length, TokenKind::Symbol)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Result<Token, LexError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_space();
        let start = self.pos;
        let Some(byte) = self.bytes.get(start) else {
            // A comment with code that does not end.
            let span = self.code.take()?;
            return Some(Err(LexError { span, what: Unterminated::Comment }));
        };
        let escapes = self.escapes;
        match self.token(*byte) {
            Ok(kind) => {
                // Only a string, or a comment between two strings, continues the escapes of the
                // last one.
                if escapes && !matches!(kind, TokenKind::String | TokenKind::Comment) {
                    self.escapes = false;
                }
                Some(Ok(Token { kind, span: Span::new(start, self.pos) }))
            }
            Err(error) => {
                self.code = None;
                Some(Err(error))
            }
        }
    }
}

impl std::iter::FusedIterator for Lexer<'_> {}
