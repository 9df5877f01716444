//! A position among the tokens of a statement, for every parser of SQL.
//!
//! A [`Cursor`] is a view of tokens without comments. It is `Copy`: a parser that looks ahead works
//! on a copy. The cursor knows how parentheses nest and how a database writes names; it knows no
//! statement. Where a token cannot stand, [`Cursor::unexpected`] gives the error with its span.

use std::fmt;

use super::{LexError, LexRules, Lexer, TokenKind, unquote};
use crate::schema::Name;
use crate::source::Span;

/// A token with its text. Comments are never lexemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme<'s> {
    /// What it is.
    pub kind: TokenKind,
    /// The text as it is written, with its quotes.
    pub text: &'s str,
    /// Where it stands in the text that was read.
    pub span: Span,
}

impl Lexeme<'_> {
    /// Returns `true` for this keyword without quotes in any case, or for this symbol.
    #[must_use]
    pub fn is(self, word: &str) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Symbol | TokenKind::Semicolon)
            && self.text.eq_ignore_ascii_case(word)
    }

    /// The name that this is, without quotes, in the case in which the database keeps it. A keyword
    /// is a name too: which of them are reserved depends on the place.
    #[must_use]
    pub fn name(self, rules: &LexRules) -> Option<String> {
        unquote::name(self, rules)
    }
}

/// The lexemes of a part of a text, one by one.
pub(crate) fn lexemes<'s>(
    text: &'s str,
    span: Span,
    rules: &'s LexRules,
) -> impl Iterator<Item = Result<Lexeme<'s>, LexError>> {
    Lexer::new(text, span, rules).filter_map(move |token| match token {
        Ok(token) if matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment) => None,
        Ok(token) => {
            Some(Ok(Lexeme { kind: token.kind, text: token.span.of(text), span: token.span }))
        }
        Err(error) => Some(Err(error)),
    })
}

/// The lexemes of a text, which cursors look at.
#[derive(Debug, Clone)]
pub struct Tokens<'s> {
    text: &'s str,
    lexemes: Vec<Lexeme<'s>>,
    rules: &'s LexRules,
    end: Lexeme<'s>,
}

impl<'s> Tokens<'s> {
    /// Reads the part of `text` that `span` covers.
    ///
    /// # Errors
    ///
    /// The first token that is not closed.
    pub fn read(text: &'s str, span: Span, rules: &'s LexRules) -> Result<Self, LexError> {
        let lexemes = lexemes(text, span, rules).collect::<Result<_, _>>()?;
        Ok(Self::new(text, lexemes, span.end, rules))
    }

    /// Reads a whole text up to the first token that is not closed.
    #[must_use]
    pub fn read_until_error(text: &'s str, rules: &'s LexRules) -> Self {
        Self::head(text, usize::MAX, rules)
    }

    /// Reads at most `count` lexemes from the start of a text.
    #[must_use]
    pub fn head(text: &'s str, count: usize, rules: &'s LexRules) -> Self {
        let whole = Span::new(0, text.len());
        let lexemes = lexemes(text, whole, rules).map_while(Result::ok).take(count).collect();
        Self::new(text, lexemes, text.len(), rules)
    }

    fn new(text: &'s str, lexemes: Vec<Lexeme<'s>>, end: usize, rules: &'s LexRules) -> Self {
        let end = Lexeme { kind: TokenKind::Symbol, text: "", span: Span::new(end, end) };
        Self { text, lexemes, rules, end }
    }

    /// A cursor at the first lexeme.
    #[must_use]
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { text: self.text, lexemes: &self.lexemes, rules: self.rules, end: self.end }
    }
}

/// A position among lexemes: those that are not read yet.
///
/// ```
/// use migrate_core::dialect::Dialect;
/// use migrate_core::sql::Tokens;
///
/// let tokens = Tokens::read_until_error("DROP TABLE IF EXISTS Users", Dialect::Postgres.lex_rules());
/// let mut cursor = tokens.cursor();
/// assert!(cursor.eat("drop table"));
/// assert!(cursor.eat("IF EXISTS"));
/// assert_eq!(cursor.name().as_deref(), Some("users"));
/// assert!(cursor.end().is_ok());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'t> {
    text: &'t str,
    lexemes: &'t [Lexeme<'t>],
    rules: &'t LexRules,
    /// What follows the last lexeme: a closing parenthesis, a comma, or an empty text.
    end: Lexeme<'t>,
}

impl<'t> Cursor<'t> {
    /// What is not read yet.
    #[must_use]
    pub const fn lexemes(&self) -> &'t [Lexeme<'t>] {
        self.lexemes
    }

    /// Returns `true` if everything is read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lexemes.is_empty()
    }

    /// The next lexeme.
    #[must_use]
    pub fn peek(&self) -> Option<Lexeme<'t>> {
        self.lexemes.first().copied()
    }

    /// Returns `true` if the next lexeme is of a kind.
    #[must_use]
    pub fn is_kind(&self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|next| next.kind == kind)
    }

    /// The text between the next lexeme and the one after it: white space and comments.
    #[must_use]
    pub fn gap(&self) -> &'t str {
        match self.lexemes {
            [first, second, ..] => {
                self.text.get(first.span.end..second.span.start).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// Passes over the next lexeme and returns it.
    pub fn bump(&mut self) -> Option<Lexeme<'t>> {
        let (first, rest) = self.lexemes.split_first()?;
        self.lexemes = rest;
        Some(*first)
    }

    /// Passes over `count` lexemes, or over all if there are fewer.
    fn advance(&mut self, count: usize) {
        self.lexemes = self.lexemes.get(count..).unwrap_or_default();
    }

    /// Returns `true` if these keywords or symbols come next, which have one space between them.
    #[must_use]
    pub fn is(&self, words: &str) -> bool {
        // Nearly always the first byte already differs.
        let first = self.lexemes.first().and_then(|next| next.text.bytes().next());
        if first.map(|byte| byte.to_ascii_uppercase())
            != words.bytes().next().map(|byte| byte.to_ascii_uppercase())
        {
            return false;
        }
        let mut rest = self.lexemes.iter();
        words.split(' ').all(|word| rest.next().is_some_and(|next| next.is(word)))
    }

    /// Returns `true` if one of several keywords or symbols comes next.
    #[must_use]
    pub fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Passes over these keywords or symbols, if they come next.
    pub fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            self.advance(words.split(' ').count());
        }
        found
    }

    /// Passes over the first of several forms that comes next, and returns it.
    pub fn eat_any(&mut self, forms: &[&'static str]) -> Option<&'static str> {
        forms.iter().copied().find(|form| self.eat(form))
    }

    /// Passes over these keywords or symbols.
    ///
    /// # Errors
    ///
    /// The lexeme that stands in their place. Of several words it is the first that differs.
    pub fn expect(&mut self, words: &str) -> Result<(), Unexpected> {
        for word in words.split(' ') {
            if !self.eat(word) {
                return Err(self.unexpected(&format!("`{word}`")));
            }
        }
        Ok(())
    }

    /// Passes over a name and returns it without quotes, in the case in which the database keeps it.
    pub fn name(&mut self) -> Option<String> {
        let name = unquote::name(self.peek()?, self.rules)?;
        self.advance(1);
        Some(name)
    }

    /// Passes over a name.
    ///
    /// # Errors
    ///
    /// The lexeme that stands in its place.
    pub fn expect_name(&mut self, what: &str) -> Result<String, Unexpected> {
        self.name().ok_or_else(|| self.unexpected(what))
    }

    /// Passes over a name with the namespace before it, if there is one: `ops.users`. A third name
    /// before these, a database, is left out.
    pub fn qualified_name(&mut self) -> Option<Name> {
        let mut copy = *self;
        let mut name = Name::new(copy.name()?);
        while copy.eat(".") {
            name = Name { namespace: Some(name.name), name: copy.name()? };
        }
        *self = copy;
        Some(name)
    }

    /// Passes over a string literal and returns its value.
    pub fn string(&mut self) -> Option<String> {
        let value = unquote::string(self.peek()?, self.rules)?;
        self.advance(1);
        Some(value)
    }

    /// Passes over parentheses, if they come next and close; what stands inside them.
    pub fn group(&mut self) -> Option<Self> {
        let close = self.closing()?;
        let inside = Self { lexemes: &self.lexemes[1..close], end: self.lexemes[close], ..*self };
        self.advance(close + 1);
        Some(inside)
    }

    /// Passes over one lexeme, or over parentheses with what stands inside them.
    pub fn skip(&mut self) {
        let count = self.closing().map_or(1, |close| close + 1);
        self.advance(count);
    }

    /// Where the parenthesis closes that comes next.
    fn closing(&self) -> Option<usize> {
        self.lexemes.first().filter(|next| next.is("("))?;
        let mut depth = 0_usize;
        for (at, lexeme) in self.lexemes.iter().enumerate() {
            if lexeme.is("(") {
                depth += 1;
            } else if lexeme.is(")") {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// Passes over everything up to the first place outside of parentheses where `stop` holds, and
    /// returns it. If there is no such place, that is all.
    pub fn take_until(&mut self, mut stop: impl FnMut(&Self) -> bool) -> Self {
        let start = *self;
        while !self.is_empty() && !stop(self) {
            self.skip();
        }
        start.before(self)
    }

    /// Passes over everything and returns it.
    pub fn rest(&mut self) -> Self {
        let rest = *self;
        self.lexemes = &[];
        rest
    }

    /// What stands between this position and a later one of the same lexemes.
    #[must_use]
    pub fn before(&self, later: &Self) -> Self {
        let count = self.lexemes.len() - later.lexemes.len().min(self.lexemes.len());
        Self { lexemes: &self.lexemes[..count], end: later.peek().unwrap_or(later.end), ..*self }
    }

    /// The same without the last `count` lexemes.
    #[must_use]
    pub fn without_last(&self, count: usize) -> Self {
        let mut later = *self;
        later.advance(self.lexemes.len().saturating_sub(count));
        self.before(&later)
    }

    /// What stands between commas outside of parentheses. Two commas in a row have an empty item
    /// between them; where there are no lexemes there is no item.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let mut rest = (!self.is_empty()).then_some(self);
        std::iter::from_fn(move || {
            let mut cursor = rest?;
            let item = cursor.take_until(|cursor| cursor.is(","));
            rest = cursor.eat(",").then_some(cursor);
            Some(item)
        })
    }

    /// The same without parentheses around the whole.
    #[must_use]
    pub fn strip_parens(self) -> Self {
        let mut inside = self;
        match inside.group() {
            Some(group) if inside.is_empty() => group.strip_parens(),
            _ => self,
        }
    }

    /// The span of what is not read yet: from the first lexeme to the last. At the end it is the span
    /// of what follows.
    #[must_use]
    pub fn span(&self) -> Span {
        match self.lexemes {
            [] => self.end.span,
            [only] => only.span,
            [first, .., last] => Span::new(first.span.start, last.span.end),
        }
    }

    /// Returns an error unless everything is read.
    ///
    /// # Errors
    ///
    /// The lexeme that is left.
    pub fn end(&self) -> Result<(), Unexpected> {
        if self.is_empty() { Ok(()) } else { Err(self.unexpected("the end of the statement")) }
    }

    /// The error for the next lexeme, which cannot stand there.
    #[must_use]
    pub fn unexpected(&self, expected: &str) -> Unexpected {
        let found = self.peek().unwrap_or(self.end);
        Unexpected { span: found.span, found: found.text.to_owned(), expected: expected.to_owned() }
    }
}

/// A token that cannot stand where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpected {
    /// The token, or the empty place at the end of the text.
    pub span: Span,
    /// Its text; empty at the end of the text.
    pub found: String,
    /// What would be right there: a token in backticks, or words.
    pub expected: String,
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found.as_str() {
            "" => write!(f, "expected {}, found the end of the statement", self.expected),
            found => write!(f, "expected {}, found `{found}`", self.expected),
        }
    }
}

impl std::error::Error for Unexpected {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn with<T>(dialect: Dialect, sql: &str, read: impl FnOnce(Cursor<'_>) -> T) -> T {
        read(Tokens::read_until_error(sql, dialect.lex_rules()).cursor())
    }

    fn texts(cursor: Cursor<'_>) -> String {
        cursor.lexemes().iter().map(|lexeme| lexeme.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keywords_have_any_case_and_no_quotes() {
        with(Dialect::Sqlite, "create /* a */ Table \"IF\"", |mut cursor| {
            assert!(!cursor.is("CREATE VIEW"));
            assert!(cursor.eat("CREATE TABLE"));
            assert!(!cursor.is("IF"));
            assert_eq!(cursor.name().as_deref(), Some("IF"));
        });
    }

    #[test]
    fn items_are_split_outside_of_parentheses() {
        with(Dialect::Postgres, "(a numeric(1, 2), b, , c) x", |mut cursor| {
            let inside = cursor.group().unwrap();
            let items: Vec<_> = inside.items().map(texts).collect();
            assert_eq!(items, ["a numeric ( 1 , 2 )", "b", "", "c"]);
            assert!(cursor.is("x"));
        });
        with(Dialect::Postgres, "a,", |cursor| assert_eq!(cursor.items().count(), 2));
        with(Dialect::Postgres, "", |cursor| assert_eq!(cursor.items().count(), 0));
        with(Dialect::Postgres, "(a", |mut cursor| assert!(cursor.group().is_none()));
    }

    #[test]
    fn only_parentheses_around_the_whole_are_stripped() {
        for (sql, stripped) in
            [("((a))", "a"), ("(a) + (b)", "( a ) + ( b )"), ("()", ""), (")(", ") (")]
        {
            with(Dialect::Mysql, sql, |cursor| assert_eq!(texts(cursor.strip_parens()), stripped));
        }
    }

    #[test]
    fn a_part_ends_outside_of_parentheses() {
        with(Dialect::Postgres, "f(a NOT b) NOT NULL", |mut cursor| {
            let default = cursor.take_until(|cursor| cursor.is("NOT NULL"));
            assert_eq!(texts(default), "f ( a NOT b )");
            assert_eq!(texts(cursor.rest()), "NOT NULL");
            assert!(cursor.is_empty());
        });
    }

    #[test]
    fn an_error_is_at_the_token_that_cannot_stand_there() {
        let error = |sql: &str| {
            with(Dialect::Sqlite, sql, |mut cursor| {
                cursor.eat("CREATE TABLE t");
                let mut inside = cursor.group().unwrap();
                inside.bump();
                let error = inside.expect("NOT NULL").unwrap_err();
                (error.to_string(), error.span.of(sql).to_owned())
            })
        };
        let found = |message: &str, at: &str| (message.to_owned(), at.to_owned());
        assert_eq!(error("CREATE TABLE t (a NOT 5)"), found("expected `NULL`, found `5`", "5"));
        assert_eq!(error("CREATE TABLE t (a)"), found("expected `NOT`, found `)`", ")"));
        with(Dialect::Sqlite, "DROP  ", |mut cursor| {
            cursor.bump();
            let error = cursor.unexpected("a table");
            assert_eq!(error.to_string(), "expected a table, found the end of the statement");
            assert_eq!(error.span, Span::new(6, 6));
        });
    }

    #[test]
    fn a_qualified_name_is_read_whole_or_not_at_all() {
        with(Dialect::Postgres, "App.\"Users\" x", |mut cursor| {
            let name = cursor.qualified_name().unwrap();
            assert_eq!((name.namespace.as_deref(), &*name.name), (Some("app"), "Users"));
        });
        with(Dialect::Postgres, "a.5", |mut cursor| {
            assert_eq!(cursor.qualified_name(), None);
            assert!(cursor.is("a"));
        });
    }
}
