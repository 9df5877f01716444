//! What a statement changes in the catalog, so that one can see afterwards whether it ran.
//!
//! Reads the beginnings of the commonest statements of DDL and gives up on everything else: where
//! nothing can be proven, a person is asked. What the catalog says is a dialect's matter.
//!
//! A statement gives evidence only through names that it makes or removes on balance: a swap
//! (`CHANGE a b, CHANGE b a`) leaves the same names as before, and proves nothing.

mod alter;

use super::{Cursor, LexRules, Lexeme, Tokens};

/// How one sees whether a statement ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// No need to see it: running it again has no further effect.
    Repeatable,
    /// Running it again has no further effect while this table holds no rows.
    RepeatableWhileEmpty(Name),
    /// What is there afterwards and was not before, and the other way round; never empty. The
    /// statement happens whole or not at all, so that all of it must agree.
    Shows(Vec<Evidence>),
}

/// An object whose presence shows whether a statement ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The object.
    pub object: Object,
    /// Whether it is there afterwards and was not before; else the other way round.
    pub appears: bool,
}

/// Something that a catalog lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A table or a view.
    Table(Name),
    /// A table that is made together with its rows.
    FilledTable(Name),
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// All of it, with its quotes.
    pub written: String,
    /// The schema without quotes, where it is written.
    pub schema: Option<String>,
    /// The name without quotes, in the case in which the database keeps it.
    pub name: String,
}

/// The trace of a statement; `None` where it cannot be told.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::{Trace, trace}};
/// let of = |sql| trace(sql, Dialect::Mysql.lex_rules());
/// assert!(matches!(of("CREATE TABLE `t` (a INT)"), Some(Trace::Shows(_))));
/// assert_eq!(of("DROP TABLE IF EXISTS t"), Some(Trace::Repeatable));
/// assert_eq!(of("ALTER TABLE t MODIFY a BIGINT"), None);
/// assert_eq!(of("ALTER TABLE t CHANGE a b INT, CHANGE b a INT"), None);
/// ```
#[must_use]
pub fn trace(sql: &str, lex_rules: &LexRules) -> Option<Trace> {
    // Whether the server reads the code in a comment depends on its version.
    if lex_rules.code_comments && (sql.contains("/*!") || sql.contains("/*M!")) {
        return None;
    }
    Reader(Tokens::read_until_error(sql, lex_rules).cursor()).statement()
}

/// A statement, or an action of one, with the questions that are asked of it here.
#[derive(Clone, Copy)]
struct Reader<'t>(Cursor<'t>);

impl<'t> Reader<'t> {
    fn statement(mut self) -> Option<Trace> {
        if self.eat_any(&["ANALYZE", "OPTIMIZE", "VACUUM", "PRAGMA", "USE", "GRANT", "REVOKE"]) {
            return Some(Trace::Repeatable);
        }
        if self.eat("REINDEX") {
            return (!self.has("CONCURRENTLY")).then_some(Trace::Repeatable);
        }
        if self.eat("SET") {
            // The session is gone, and its settings are made again in any case.
            let global = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "@@"];
            let beyond = global.iter().any(|word| self.has(word))
                || self.0.lexemes().iter().any(|lexeme| lexeme.text.starts_with("@@"));
            return (!beyond).then_some(Trace::Repeatable);
        }
        if self.eat("TRUNCATE") {
            self.eat("TABLE");
            self.eat("ONLY");
            let name = self.name()?;
            return self.end().then_some(Trace::RepeatableWhileEmpty(name));
        }
        if self.eat("CREATE") {
            return self.create();
        }
        if self.eat("DROP") {
            return self.drop();
        }
        if self.eat("RENAME") && self.eat("TABLE") {
            return self.rename();
        }
        if self.eat("ALTER") && self.eat("TABLE") {
            return self.alter();
        }
        None
    }

    fn create(&mut self) -> Option<Trace> {
        if self.eat("OR") {
            return self.replace();
        }
        if self.eat_any(&["TEMPORARY", "TEMP"]) || self.has("SONAME") {
            return None;
        }
        let of_index = self.eat_any(&["UNIQUE", "FULLTEXT", "SPATIAL"]);
        if self.eat("INDEX") {
            self.eat("CONCURRENTLY");
            if self.if_exists() {
                return Some(Trace::Repeatable);
            }
            if self.is("ON") {
                return None;
            }
            let name = self.name()?;
            while !self.is("ON") {
                self.skip()?;
            }
            self.eat("ON");
            self.eat("ONLY");
            return appears(Object::Index(Some(self.name()?), name));
        }
        let is_table = self.is("TABLE");
        let mut object = self.kind().filter(|_| !of_index)?;
        let rows =
            self.has("SELECT") || self.has("TABLE") || self.has("VALUES") && !self.has("PARTITION");
        if is_table && rows {
            object = Object::FilledTable;
        }
        if self.if_exists() {
            // Without its rows it is not what the statement makes.
            let name = self.name()?;
            return match object(name) {
                Object::FilledTable(_) => None,
                _ => Some(Trace::Repeatable),
            };
        }
        appears(object(self.name()?))
    }

    /// `CREATE OR REPLACE`: what holds no rows is the same afterwards, however often.
    fn replace(&mut self) -> Option<Trace> {
        self.eat("REPLACE").then_some(())?;
        const WHOLE: [&str; 5] = ["VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "INDEX"];
        const OTHER: [&str; 9] = [
            "TABLE",
            "SEQUENCE",
            "DATABASE",
            "SCHEMA",
            "EVENT",
            "USER",
            "ROLE",
            "SERVER",
            "TEMPORARY",
        ];
        while !self.end() {
            if self.is("TABLE") {
                self.skip();
                let name = self.name()?;
                return (!self.has("SELECT")).then_some(Trace::RepeatableWhileEmpty(name));
            }
            if OTHER.iter().any(|word| self.is(word)) {
                return None;
            }
            if WHOLE.iter().any(|word| self.is(word)) {
                return Some(Trace::Repeatable);
            }
            self.skip();
        }
        None
    }

    fn drop(&mut self) -> Option<Trace> {
        if self.eat("INDEX") {
            self.eat("CONCURRENTLY");
            if self.if_exists() {
                return Some(Trace::Repeatable);
            }
            let name = self.name()?;
            let table = if self.is("ON") { Some(self.after("ON")?) } else { None };
            return (!self.is(",")).then(|| disappears(Object::Index(table, name)))?;
        }
        let object = self.kind()?;
        if self.if_exists() {
            return Some(Trace::Repeatable);
        }
        let name = self.name()?;
        // Of several some may be gone and some not.
        (!self.is(",")).then(|| disappears(object(name)))?
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

    /// `RENAME TABLE a TO b, c TO d`.
    fn rename(&mut self) -> Option<Trace> {
        let mut shows = Vec::new();
        loop {
            let from = self.name()?;
            let to = self.after("TO")?;
            shows.push(Evidence { object: Object::Table(from), appears: false });
            shows.push(Evidence { object: Object::Table(to), appears: true });
            if !self.eat(",") {
                break;
            }
        }
        if self.end() { on_balance(shows) } else { None }
    }

    fn is(&self, word: &str) -> bool {
        self.0.is(word)
    }

    fn eat(&mut self, word: &str) -> bool {
        self.0.eat(word)
    }

    fn eat_any(&mut self, words: &[&'static str]) -> bool {
        self.0.eat_any(words).is_some()
    }

    fn skip(&mut self) -> Option<Lexeme<'t>> {
        self.0.bump()
    }

    fn end(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a word stands anywhere in what is left.
    fn has(&self, word: &str) -> bool {
        self.0.lexemes().iter().any(|lexeme| lexeme.is(word))
    }

    fn if_exists(&mut self) -> bool {
        self.eat("IF NOT EXISTS") || self.eat("IF EXISTS")
    }

    fn after(&mut self, word: &str) -> Option<Name> {
        if self.eat(word) { self.name() } else { None }
    }

    fn name(&mut self) -> Option<Name> {
        let start = self.0;
        let found = self.0.qualified_name()?;
        let written = start.before(&self.0).lexemes().iter().map(|lexeme| lexeme.text).collect();
        Some(Name { written, schema: found.namespace, name: found.name })
    }
}

fn appears(object: Object) -> Option<Trace> {
    Some(Trace::Shows(vec![Evidence { object, appears: true }]))
}

fn disappears(object: Object) -> Option<Trace> {
    Some(Trace::Shows(vec![Evidence { object, appears: false }]))
}

/// What is left when names that come and go in the same statement are taken out: those are there
/// before and afterwards.
fn on_balance(shows: Vec<Evidence>) -> Option<Trace> {
    let is_both = |one: &Evidence| {
        shows
            .iter()
            .any(|other| one.appears != other.appears && may_be_same(&one.object, &other.object))
    };
    let left: Vec<Evidence> = shows.iter().filter(|one| !is_both(one)).cloned().collect();
    (!left.is_empty()).then_some(Trace::Shows(left))
}

fn may_be_same(a: &Object, b: &Object) -> bool {
    match (a, b) {
        (Object::Table(a), Object::Table(b)) => {
            let schemas = a.schema.as_ref().zip(b.schema.as_ref());
            schemas.is_none_or(|(a, b)| are_alike(a, b)) && are_alike(&a.name, &b.name)
        }
        (Object::Column(_, a), Object::Column(_, b))
        | (Object::Index(_, a), Object::Index(_, b)) => are_alike(&a.name, &b.name),
        _ => false,
    }
}

/// Whether a database may take two names for one: case and accents may count or not.
fn are_alike(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !a.is_ascii() || !b.is_ascii()
}
