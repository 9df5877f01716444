//! A piece of the SQL that the server tells about itself, as tokens. Knows how the server writes
//! (names in backticks, strings with backslashes) and nothing of what a statement means.

use migrate_core::dialect::Dialect;
use migrate_core::source::Span;
use migrate_core::sql::{Lexer, Token, TokenKind};

/// All tokens of a text; comments are none, and what stands in `/*!80016 .. */` is code.
pub(super) fn tokens(text: &str) -> sqlx::Result<Vec<Token>> {
    let lexer = Lexer::new(text, Span::new(0, text.len()), Dialect::Mysql.lexis());
    let mut tokens = Vec::new();
    for token in lexer {
        match token {
            Ok(token) if matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment) => {}
            Ok(token) => tokens.push(token),
            Err(_) => {
                let start: String = text.chars().take(80).collect();
                return Err(sqlx::Error::Protocol(format!(
                    "what the catalog says has no end: {start}"
                )));
            }
        }
    }
    Ok(tokens)
}

/// The first tokens of a text whose rest may be anything.
pub(super) fn head(text: &str, count: usize) -> Vec<Token> {
    let lexer = Lexer::new(text, Span::new(0, text.len()), Dialect::Mysql.lexis());
    lexer.map_while(Result::ok).take(count).collect()
}

/// Some tokens in a row.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The database that is read; its name is left out of what is written.
    database: &'a str,
}

impl<'a> Piece<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], database: &'a str) -> Self {
        Self { text, tokens, database }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens from one place up to another; nothing where there are none.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.len());
        Self { tokens: &self.tokens[from.min(to)..to], ..*self }
    }

    pub(super) fn from(&self, from: usize) -> Self {
        self.part(from, self.len())
    }

    /// A token as it is written; empty behind the end.
    pub(super) fn at(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    /// Where in the text the tokens before a place end.
    pub(super) fn end(&self, at: usize) -> usize {
        let before = self.tokens.get(..at.min(self.len())).and_then(<[Token]>::last);
        before.map_or(0, |token| token.span.end)
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether a keyword stands at a place.
    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.kind(at) == Some(TokenKind::Word) && self.at(at).eq_ignore_ascii_case(word)
    }

    /// Whether keywords stand at a place, one behind the other.
    pub(super) fn are(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.is(at + n, word))
    }

    pub(super) fn is_quoted_name(&self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::QuotedName)
    }

    /// A name or a string without its quotes.
    pub(super) fn name(&self, at: usize) -> String {
        unquoted(self.at(at))
    }

    /// The place behind the token, or behind the parentheses that open there.
    pub(super) fn behind(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for place in at..self.len() {
            match self.at(place) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return place + 1;
            }
        }
        self.len().max(at + 1)
    }

    /// What stands between the parentheses that open at a place.
    pub(super) fn inside(&self, at: usize) -> Self {
        self.part(at + 1, self.behind(at) - 1)
    }

    /// Without parentheses around all of it.
    pub(super) fn bare(self) -> Self {
        match self.at(0) == "(" && self.behind(0) == self.len() {
            true => self.inside(0).bare(),
            false => self,
        }
    }

    /// The first place outside of parentheses that is as wanted, or the end.
    pub(super) fn find(&self, from: usize, wanted: impl Fn(&Self, usize) -> bool) -> usize {
        let mut at = from;
        while at < self.len() && !wanted(self, at) {
            at = self.behind(at);
        }
        at.min(self.len())
    }

    /// What stands between commas.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let mut at = 0;
        std::iter::from_fn(move || {
            if at >= self.len() {
                return None;
            }
            let end = self.find(at, |piece, place| piece.at(place) == ",");
            let item = self.part(at, end);
            at = end + 1;
            Some(item)
        })
    }

    /// As the server wrote it, on one line, without the name of the database that is read.
    pub(super) fn sql(&self) -> String {
        let mut sql = String::new();
        let mut at = 0;
        while at < self.len() {
            let start = self.tokens[at].span.start;
            if at > 0 && self.tokens[at - 1].span.end < start {
                sql.push(' ');
            }
            if self.names_own_database(at) {
                at += 2;
            }
            sql.push_str(self.at(at));
            at += 1;
        }
        sql
    }

    /// Whether a place says in which database something is, and it is the one that is read. A
    /// table's alias that is called so is not meant: of two names the first is the database only
    /// where no column can stand.
    fn names_own_database(&self, at: usize) -> bool {
        let names = self.is_quoted_name(at)
            && self.at(at + 1) == "."
            && self.is_quoted_name(at + 2)
            && (at == 0 || self.at(at - 1) != ".");
        if !names || self.name(at) != self.database {
            return false;
        }
        let before = (0..at).rev().find(|place| self.at(*place) != "(");
        let words = ["FROM", "JOIN", "STRAIGHT_JOIN", "FOR", "NEXTVAL", "LASTVAL", "SETVAL"];
        matches!(self.at(at + 3), "." | "(")
            || before.is_some_and(|place| words.iter().any(|word| self.is(place, word)))
    }
}

/// A name or a string of the server's without its quotes.
fn unquoted(text: &str) -> String {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '`' | '"' | '\'')) else {
        return text.to_owned();
    };
    let inside = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let mut plain = String::new();
    let mut chars = inside.unwrap_or(text).chars();
    while let Some(c) = chars.next() {
        let follows = if c == quote || (c == '\\' && quote != '`') { chars.next() } else { None };
        plain.push(match follows {
            None => c,
            Some('n') if c == '\\' => '\n',
            Some('r') if c == '\\' => '\r',
            Some('t') if c == '\\' => '\t',
            Some('0') if c == '\\' => '\0',
            Some(other) => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> String {
        Piece::new(text, &tokens(text).unwrap(), "app").sql()
    }

    #[test]
    fn the_database_is_left_out_and_an_alias_of_its_name_is_not() {
        let text = "select `app`.`t`.`a`,`app`.`b`,`app`.`f`(1) from (`app`.`t` join `ops`.`app`)";
        assert_eq!(sql(text), "select `t`.`a`,`app`.`b`,`f`(1) from (`t` join `ops`.`app`)");
        assert_eq!(sql("nextval(`app`.`s`)"), "nextval(`s`)");
        assert_eq!(sql("'`app`.`t`.`a`'"), "'`app`.`t`.`a`'");
    }

    #[test]
    fn lines_and_the_marks_of_versions_are_no_part_of_it() {
        assert_eq!(sql("a\n  /*!80016 NOT ENFORCED */,\tb"), "a NOT ENFORCED , b");
    }

    #[test]
    fn quotes_come_off() {
        for (text, plain) in [
            ("`a``b`", "a`b"),
            (r"'it''s \\ a\nline'", "it's \\ a\nline"),
            ("\"root\"", "root"),
            (r"`a\n`", r"a\n"),
            ("word", "word"),
        ] {
            assert_eq!(unquoted(text), plain);
        }
    }

    #[test]
    fn what_is_open_is_an_error() {
        assert!(tokens("CREATE TABLE `t` (`a` int DEFAULT 'x").is_err());
    }
}
