//! What a statement leaves in the catalog, so that one can see afterwards whether it ran.
//!
//! Reads the beginnings of the commonest statements of DDL and gives up on everything else: who
//! cannot tell must ask. What the catalog says is a dialect's matter.

use super::{Lexer, Lexis, TokenKind};
use crate::source::Span;

/// How one sees whether a statement ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// No need to see it: running it again does no harm.
    Repeatable,
    /// Something is there afterwards that was not before.
    Appears(Object),
    /// Something was there before and is not afterwards.
    Disappears(Object),
}

/// Something that a catalog lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A table or a view.
    Table(Name),
    /// A column of a table.
    Column(Name, Name),
    /// An index, of a table where its name alone does not find it.
    Index(Option<Name>, Name),
    /// A function or a procedure.
    Routine(Name),
    /// A trigger.
    Trigger(Name),
}

/// A name as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// All of it, with its quotes.
    pub written: String,
    /// The schema without quotes, where it is written.
    pub schema: Option<String>,
    /// The name without quotes.
    pub name: String,
}

/// The trace of a statement; `None` where it cannot be told.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::{Object, Trace, trace}};
/// let of = |sql| trace(sql, Dialect::Mysql.lexis());
/// assert!(matches!(of("CREATE TABLE `t` (a INT)"), Some(Trace::Appears(Object::Table(t))) if t.name == "t"));
/// assert!(matches!(of("DROP TABLE IF EXISTS t"), Some(Trace::Repeatable)));
/// assert!(of("ALTER TABLE t MODIFY a BIGINT").is_none());
/// ```
#[must_use]
pub fn trace(sql: &str, lexis: &Lexis) -> Option<Trace> {
    let tokens: Vec<Part<'_>> = Lexer::new(sql, Span::new(0, sql.len()), lexis)
        .map_while(Result::ok)
        .filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::CodeComment))
        .map(|token| Part { kind: token.kind, text: token.span.of(sql) })
        .collect();
    Reader { rest: &tokens }.statement()
}

#[derive(Clone, Copy)]
struct Part<'s> {
    kind: TokenKind,
    text: &'s str,
}

#[derive(Clone, Copy)]
struct Reader<'t, 's> {
    rest: &'t [Part<'s>],
}

impl<'s> Reader<'_, 's> {
    fn statement(mut self) -> Option<Trace> {
        if self.eat_any(&["TRUNCATE", "ANALYZE", "OPTIMIZE", "VACUUM", "SET", "USE", "GRANT"]) {
            return Some(Trace::Repeatable);
        }
        if self.eat("CREATE") {
            return self.create();
        }
        if self.eat("DROP") {
            return self.drop();
        }
        if self.eat("RENAME") && self.eat("TABLE") {
            self.name()?;
            let to = self.after("TO")?;
            return self.end().then_some(Trace::Appears(Object::Table(to)));
        }
        if self.eat("ALTER") && self.eat("TABLE") {
            return self.alter();
        }
        None
    }

    fn create(&mut self) -> Option<Trace> {
        if self.eat("OR") {
            return self.eat("REPLACE").then_some(Trace::Repeatable);
        }
        if self.eat_any(&["TEMPORARY", "TEMP"]) {
            return None;
        }
        let of_index = self.eat_any(&["UNIQUE", "FULLTEXT", "SPATIAL"]);
        if self.eat("INDEX") {
            self.eat("CONCURRENTLY");
            if self.if_exists() {
                return Some(Trace::Repeatable);
            }
            let name = self.name()?;
            while !self.is("ON") {
                self.skip()?;
            }
            self.eat("ON");
            self.eat("ONLY");
            return Some(Trace::Appears(Object::Index(Some(self.name()?), name)));
        }
        let object = self.kind().filter(|_| !of_index)?;
        if self.if_exists() {
            return Some(Trace::Repeatable);
        }
        Some(Trace::Appears(object(self.name()?)))
    }

    fn drop(&mut self) -> Option<Trace> {
        if self.eat("INDEX") {
            self.eat("CONCURRENTLY");
            if self.if_exists() {
                return Some(Trace::Repeatable);
            }
            let name = self.name()?;
            let table = if self.is("ON") { Some(self.after("ON")?) } else { None };
            return (!self.is(",")).then_some(Trace::Disappears(Object::Index(table, name)));
        }
        let object = self.kind()?;
        if self.if_exists() {
            return Some(Trace::Repeatable);
        }
        let name = self.name()?;
        // Of several some may be gone and some not.
        (!self.is(",")).then_some(Trace::Disappears(object(name)))
    }

    fn kind(&mut self) -> Option<fn(Name) -> Object> {
        if self.eat_any(&["TABLE", "VIEW"]) {
            return Some(Object::Table);
        }
        if self.eat_any(&["PROCEDURE", "FUNCTION"]) {
            return Some(Object::Routine);
        }
        self.eat("TRIGGER").then_some(Object::Trigger)
    }

    /// One change that can be seen tells of all: they happen together.
    fn alter(&mut self) -> Option<Trace> {
        if self.if_exists() {
            return None;
        }
        let table = self.name()?;
        let mut depth = 0_usize;
        let mut first = true;
        while first || !self.rest.is_empty() {
            if depth == 0 && (first || self.eat(",")) {
                let found = Reader { rest: self.rest }.action(&table);
                if found.is_some() {
                    return found;
                }
            }
            first = false;
            match self.rest.first().map(|part| part.text) {
                Some("(") => depth += 1,
                Some(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 0 || !self.is(",") {
                self.skip();
            }
        }
        None
    }

    fn action(mut self, table: &Name) -> Option<Trace> {
        const NO_COLUMN: [&str; 14] = [
            "INDEX",
            "KEY",
            "UNIQUE",
            "CONSTRAINT",
            "FOREIGN",
            "PRIMARY",
            "FULLTEXT",
            "SPATIAL",
            "CHECK",
            "PERIOD",
            "PARTITION",
            "SYSTEM",
            "IF",
            "(",
        ];
        let column = |name| Object::Column(table.clone(), name);
        let index = |name| Object::Index(Some(table.clone()), name);
        if self.eat("ADD") {
            if self.eat("UNIQUE") && !self.is("INDEX") && !self.is("KEY") {
                return self.name().map(index).map(Trace::Appears);
            }
            if self.eat_any(&["INDEX", "KEY"]) {
                return (!self.is("IF")).then(|| self.name().map(index).map(Trace::Appears))?;
            }
            let sure = self.eat("COLUMN");
            let other = NO_COLUMN.iter().any(|word| self.is(word));
            return (!other || sure && !self.is("IF") && !self.is("("))
                .then(|| self.name().map(column).map(Trace::Appears))?;
        }
        if self.eat("DROP") {
            if self.eat_any(&["INDEX", "KEY"]) {
                return (!self.is("IF")).then(|| self.name().map(index).map(Trace::Disappears))?;
            }
            let sure = self.eat("COLUMN");
            let other = NO_COLUMN.iter().any(|word| self.is(word));
            return (!other || sure && !self.is("IF"))
                .then(|| self.name().map(column).map(Trace::Disappears))?;
        }
        if self.eat("CHANGE") {
            self.eat("COLUMN");
            let (old, new) = (self.name()?, self.name()?);
            let renamed = !old.name.eq_ignore_ascii_case(&new.name);
            return renamed.then(|| Trace::Appears(column(new)));
        }
        if self.eat("RENAME") {
            if self.eat("COLUMN") {
                self.name()?;
                return Some(Trace::Appears(column(self.after("TO")?)));
            }
            if self.eat_any(&["INDEX", "KEY"]) {
                self.name()?;
                return Some(Trace::Appears(index(self.after("TO")?)));
            }
            self.eat_any(&["TO", "AS"]);
            return self.name().map(Object::Table).map(Trace::Appears);
        }
        None
    }

    fn is(&self, word: &str) -> bool {
        self.rest.first().is_some_and(|part| {
            part.kind != TokenKind::QuotedName && part.text.eq_ignore_ascii_case(word)
        })
    }

    fn eat(&mut self, word: &str) -> bool {
        self.is(word) && self.skip().is_some()
    }

    fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(word))
    }

    fn skip(&mut self) -> Option<Part<'s>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn end(&self) -> bool {
        self.rest.is_empty()
    }

    fn if_exists(&mut self) -> bool {
        self.eat("IF") && (self.eat("NOT") || self.is("EXISTS")) && self.eat("EXISTS")
    }

    fn after(&mut self, word: &str) -> Option<Name> {
        if self.eat(word) { self.name() } else { None }
    }

    fn name(&mut self) -> Option<Name> {
        let first = self.part()?;
        if !self.eat(".") {
            return Some(Name {
                written: first.text.to_owned(),
                schema: None,
                name: bare(first.text),
            });
        }
        let second = self.part()?;
        Some(Name {
            written: format!("{}.{}", first.text, second.text),
            schema: Some(bare(first.text)),
            name: bare(second.text),
        })
    }

    fn part(&mut self) -> Option<Part<'s>> {
        self.skip().filter(|part| matches!(part.kind, TokenKind::Word | TokenKind::QuotedName))
    }
}

/// A name without its quotes.
fn bare(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(quote @ ('`' | '"')) => {
            chars.next_back();
            chars.as_str().replace(&format!("{quote}{quote}"), &quote.to_string())
        }
        _ => text.to_owned(),
    }
}
