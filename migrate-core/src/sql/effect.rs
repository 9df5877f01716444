//! The effect of a statement on the catalog, to find out later whether it ran.
//!
//! The module reads the beginnings of the commonest DDL statements. For every other statement the
//! effect is unknown, and a person decides. A dialect's `recovery` templates query the catalog.
//!
//! Only names that a statement creates or drops on balance are evidence: a swap
//! (`CHANGE a b, CHANGE b a`) leaves the same names as before, and proves nothing.

mod alter;

use super::{Cursor, LexRules, Lexeme, Tokens};

/// The effect of a statement on the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Running the statement again has no further effect.
    Repeatable,
    /// Running the statement again has no further effect while this table has no rows.
    RepeatableWhileEmpty(WrittenName),
    /// The objects that the statement creates and drops; never empty. The statement is atomic, so all
    /// of them must agree.
    Changes(Vec<CatalogChange>),
}

/// A change of the catalog that shows whether a statement ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogChange {
    /// The object exists after the statement and did not exist before.
    Creates(CatalogObject),
    /// The object existed before the statement and does not exist after it.
    Drops(CatalogObject),
}

impl CatalogChange {
    /// The object that is created or dropped.
    #[must_use]
    pub const fn object(&self) -> &CatalogObject {
        match self {
            Self::Creates(object) | Self::Drops(object) => object,
        }
    }

    /// Returns `true` if the object is created.
    #[must_use]
    pub const fn creates(&self) -> bool {
        matches!(self, Self::Creates(_))
    }
}

/// An object in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogObject {
    /// A table or a view.
    Table(WrittenName),
    /// A table that is created together with its rows.
    FilledTable(WrittenName),
    /// A column of a table.
    Column(WrittenName, WrittenName),
    /// An index, with its table where the name of the index alone is not unique.
    Index(Option<WrittenName>, WrittenName),
    /// A function or a procedure.
    Routine(WrittenName),
    /// A trigger.
    Trigger(WrittenName),
}

/// A name as written in a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenName {
    /// The whole text with its quotes and its schema.
    pub written: String,
    /// The schema without quotes, where it is written.
    pub schema: Option<String>,
    /// The name without quotes, in the case in which the database stores it.
    pub name: String,
}

/// Returns the effect of a statement; `None` where it is unknown.
///
/// ```
/// use migrate_core::{dialect::Dialect, sql::{Effect, effect}};
/// let of = |sql| effect(sql, Dialect::Mysql.lex_rules());
/// assert!(matches!(of("CREATE TABLE `t` (a INT)"), Some(Effect::Changes(_))));
/// assert_eq!(of("DROP TABLE IF EXISTS t"), Some(Effect::Repeatable));
/// assert_eq!(of("ALTER TABLE t MODIFY a BIGINT"), None);
/// assert_eq!(of("ALTER TABLE t CHANGE a b INT, CHANGE b a INT"), None);
/// ```
#[must_use]
pub fn effect(sql: &str, lex_rules: &LexRules) -> Option<Effect> {
    // The server's version decides whether it executes the code in a comment.
    if lex_rules.code_comments && (sql.contains("/*!") || sql.contains("/*M!")) {
        return None;
    }
    Statement(Tokens::read_until_error(sql, lex_rules).cursor()).effect()
}

/// A statement, or one action of an ALTER TABLE.
#[derive(Clone, Copy)]
struct Statement<'t>(Cursor<'t>);

impl<'t> Statement<'t> {
    fn effect(mut self) -> Option<Effect> {
        if self.eat_any(&["ANALYZE", "OPTIMIZE", "VACUUM", "PRAGMA", "USE", "GRANT", "REVOKE"]) {
            return Some(Effect::Repeatable);
        }
        if self.eat("REINDEX") {
            return (!self.has("CONCURRENTLY")).then_some(Effect::Repeatable);
        }
        if self.eat("SET") {
            // The settings of the lost session are made again in any case.
            let global = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "@@"];
            let beyond = global.iter().any(|word| self.has(word))
                || self.0.lexemes().iter().any(|lexeme| lexeme.text.starts_with("@@"));
            return (!beyond).then_some(Effect::Repeatable);
        }
        if self.eat("TRUNCATE") {
            self.eat("TABLE");
            self.eat("ONLY");
            let name = self.name()?;
            return self.end().then_some(Effect::RepeatableWhileEmpty(name));
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

    fn create(&mut self) -> Option<Effect> {
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
                return Some(Effect::Repeatable);
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
            return creates(CatalogObject::Index(Some(self.name()?), name));
        }
        let is_table = self.is("TABLE");
        let mut object = self.kind().filter(|_| !of_index)?;
        let rows =
            self.has("SELECT") || self.has("TABLE") || self.has("VALUES") && !self.has("PARTITION");
        if is_table && rows {
            object = CatalogObject::FilledTable;
        }
        if self.if_exists() {
            // A table without the rows is not the result of the statement.
            let name = self.name()?;
            return match object(name) {
                CatalogObject::FilledTable(_) => None,
                _ => Some(Effect::Repeatable),
            };
        }
        creates(object(self.name()?))
    }

    /// `CREATE OR REPLACE`: repeatable for objects that hold no rows.
    fn replace(&mut self) -> Option<Effect> {
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
                return (!self.has("SELECT")).then_some(Effect::RepeatableWhileEmpty(name));
            }
            if OTHER.iter().any(|word| self.is(word)) {
                return None;
            }
            if WHOLE.iter().any(|word| self.is(word)) {
                return Some(Effect::Repeatable);
            }
            self.skip();
        }
        None
    }

    fn drop(&mut self) -> Option<Effect> {
        if self.eat("INDEX") {
            self.eat("CONCURRENTLY");
            if self.if_exists() {
                return Some(Effect::Repeatable);
            }
            let name = self.name()?;
            let table = if self.is("ON") { Some(self.after("ON")?) } else { None };
            return (!self.is(",")).then(|| discreates(CatalogObject::Index(table, name)))?;
        }
        let object = self.kind()?;
        if self.if_exists() {
            return Some(Effect::Repeatable);
        }
        let name = self.name()?;
        // Of several objects, some may be dropped and some not.
        (!self.is(",")).then(|| discreates(object(name)))?
    }

    fn kind(&mut self) -> Option<fn(WrittenName) -> CatalogObject> {
        if self.eat_any(&["TABLE", "VIEW"]) {
            return Some(CatalogObject::Table);
        }
        if self.eat_any(&["PROCEDURE", "FUNCTION"]) {
            return Some(CatalogObject::Routine);
        }
        self.eat("TRIGGER").then_some(CatalogObject::Trigger)
    }

    /// `RENAME TABLE a TO b, c TO d`.
    fn rename(&mut self) -> Option<Effect> {
        let mut changes = Vec::new();
        loop {
            let from = self.name()?;
            let to = self.after("TO")?;
            changes.push(CatalogChange::Drops(CatalogObject::Table(from)));
            changes.push(CatalogChange::Creates(CatalogObject::Table(to)));
            if !self.eat(",") {
                break;
            }
        }
        if self.end() { on_balance(changes) } else { None }
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

    /// Returns `true` if the rest contains a word.
    fn has(&self, word: &str) -> bool {
        self.0.lexemes().iter().any(|lexeme| lexeme.is(word))
    }

    fn if_exists(&mut self) -> bool {
        self.eat("IF NOT EXISTS") || self.eat("IF EXISTS")
    }

    fn after(&mut self, word: &str) -> Option<WrittenName> {
        if self.eat(word) { self.name() } else { None }
    }

    fn name(&mut self) -> Option<WrittenName> {
        let start = self.0;
        let found = self.0.qualified_name()?;
        let written = start.before(&self.0).lexemes().iter().map(|lexeme| lexeme.text).collect();
        Some(WrittenName { written, schema: found.namespace, name: found.name })
    }
}

fn creates(object: CatalogObject) -> Option<Effect> {
    Some(Effect::Changes(vec![CatalogChange::Creates(object)]))
}

fn discreates(object: CatalogObject) -> Option<Effect> {
    Some(Effect::Changes(vec![CatalogChange::Drops(object)]))
}

/// Removes the names that one statement both creates and drops: they exist before and after it.
fn on_balance(changes: Vec<CatalogChange>) -> Option<Effect> {
    let is_both = |one: &CatalogChange| {
        changes.iter().any(|other| {
            one.creates() != other.creates() && may_be_same(one.object(), other.object())
        })
    };
    let left: Vec<CatalogChange> = changes.iter().filter(|one| !is_both(one)).cloned().collect();
    (!left.is_empty()).then_some(Effect::Changes(left))
}

fn may_be_same(a: &CatalogObject, b: &CatalogObject) -> bool {
    match (a, b) {
        (CatalogObject::Table(a), CatalogObject::Table(b)) => {
            let schemas = a.schema.as_ref().zip(b.schema.as_ref());
            schemas.is_none_or(|(a, b)| are_alike(a, b)) && are_alike(&a.name, &b.name)
        }
        (CatalogObject::Column(_, a), CatalogObject::Column(_, b))
        | (CatalogObject::Index(_, a), CatalogObject::Index(_, b)) => are_alike(&a.name, &b.name),
        _ => false,
    }
}

/// Returns `true` if a database may treat two names as one: case and accents may be significant or
/// not.
fn are_alike(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !a.is_ascii() || !b.is_ascii()
}
