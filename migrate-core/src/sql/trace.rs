//! What a statement leaves in the catalog, so that one can see afterwards whether it ran.
//!
//! Reads the beginnings of the commonest statements of DDL and gives up on everything else: who
//! cannot tell must ask. What the catalog says is a dialect's matter.

use super::{Cursor, Lexis, Tokens};

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
    /// The name without quotes, in the case in which the database keeps it.
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
    statement(Tokens::read_until_error(sql, lexis).cursor())
}

fn statement(mut cursor: Cursor<'_>) -> Option<Trace> {
    if cursor
        .eat_any(&["TRUNCATE", "ANALYZE", "OPTIMIZE", "VACUUM", "SET", "USE", "GRANT"])
        .is_some()
    {
        return Some(Trace::Repeatable);
    }
    if cursor.eat("CREATE") {
        return create(&mut cursor);
    }
    if cursor.eat("DROP") {
        return drop(&mut cursor);
    }
    if cursor.eat("RENAME") && cursor.eat("TABLE") {
        name(&mut cursor)?;
        let to = name_after(&mut cursor, "TO")?;
        return cursor.is_empty().then_some(Trace::Appears(Object::Table(to)));
    }
    if cursor.eat("ALTER") && cursor.eat("TABLE") {
        return alter(&mut cursor);
    }
    None
}

fn create(cursor: &mut Cursor<'_>) -> Option<Trace> {
    if cursor.eat("OR") {
        return cursor.eat("REPLACE").then_some(Trace::Repeatable);
    }
    if cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some() {
        return None;
    }
    let of_index = cursor.eat_any(&["UNIQUE", "FULLTEXT", "SPATIAL"]).is_some();
    if cursor.eat("INDEX") {
        cursor.eat("CONCURRENTLY");
        if if_exists(cursor) {
            return Some(Trace::Repeatable);
        }
        let index = name(cursor)?;
        while !cursor.is("ON") {
            cursor.bump()?;
        }
        cursor.eat("ON");
        cursor.eat("ONLY");
        return Some(Trace::Appears(Object::Index(Some(name(cursor)?), index)));
    }
    let object = kind(cursor).filter(|_| !of_index)?;
    if if_exists(cursor) {
        return Some(Trace::Repeatable);
    }
    Some(Trace::Appears(object(name(cursor)?)))
}

fn drop(cursor: &mut Cursor<'_>) -> Option<Trace> {
    if cursor.eat("INDEX") {
        cursor.eat("CONCURRENTLY");
        if if_exists(cursor) {
            return Some(Trace::Repeatable);
        }
        let name = name(cursor)?;
        let table = if cursor.is("ON") { Some(name_after(cursor, "ON")?) } else { None };
        return (!cursor.is(",")).then_some(Trace::Disappears(Object::Index(table, name)));
    }
    let object = kind(cursor)?;
    if if_exists(cursor) {
        return Some(Trace::Repeatable);
    }
    let name = name(cursor)?;
    // Of several some may be gone and some not.
    (!cursor.is(",")).then_some(Trace::Disappears(object(name)))
}

fn kind(cursor: &mut Cursor<'_>) -> Option<fn(Name) -> Object> {
    if cursor.eat_any(&["TABLE", "VIEW"]).is_some() {
        return Some(Object::Table);
    }
    if cursor.eat_any(&["PROCEDURE", "FUNCTION"]).is_some() {
        return Some(Object::Routine);
    }
    cursor.eat("TRIGGER").then_some(Object::Trigger)
}

/// One change that can be seen tells of all: they happen together.
fn alter(cursor: &mut Cursor<'_>) -> Option<Trace> {
    if if_exists(cursor) {
        return None;
    }
    let table = name(cursor)?;
    cursor.items().find_map(|item| action(item, &table))
}

fn action(mut cursor: Cursor<'_>, table: &Name) -> Option<Trace> {
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
    if cursor.eat("ADD") {
        if cursor.eat("UNIQUE") && !cursor.is("INDEX") && !cursor.is("KEY") {
            return name(&mut cursor).map(index).map(Trace::Appears);
        }
        if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
            return (!cursor.is("IF")).then(|| name(&mut cursor).map(index).map(Trace::Appears))?;
        }
        let sure = cursor.eat("COLUMN");
        let other = NO_COLUMN.iter().any(|word| cursor.is(word));
        return (!other || sure && !cursor.is("IF") && !cursor.is("("))
            .then(|| name(&mut cursor).map(column).map(Trace::Appears))?;
    }
    if cursor.eat("DROP") {
        if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
            return (!cursor.is("IF"))
                .then(|| name(&mut cursor).map(index).map(Trace::Disappears))?;
        }
        let sure = cursor.eat("COLUMN");
        let other = NO_COLUMN.iter().any(|word| cursor.is(word));
        return (!other || sure && !cursor.is("IF"))
            .then(|| name(&mut cursor).map(column).map(Trace::Disappears))?;
    }
    if cursor.eat("CHANGE") {
        cursor.eat("COLUMN");
        let (old, new) = (name(&mut cursor)?, name(&mut cursor)?);
        let renamed = !old.name.eq_ignore_ascii_case(&new.name);
        return renamed.then(|| Trace::Appears(column(new)));
    }
    if cursor.eat("RENAME") {
        if cursor.eat("COLUMN") {
            name(&mut cursor)?;
            return Some(Trace::Appears(column(name_after(&mut cursor, "TO")?)));
        }
        if cursor.eat_any(&["INDEX", "KEY"]).is_some() {
            name(&mut cursor)?;
            return Some(Trace::Appears(index(name_after(&mut cursor, "TO")?)));
        }
        let _ = cursor.eat("TO") || cursor.eat("AS");
        return name(&mut cursor).map(Object::Table).map(Trace::Appears);
    }
    None
}

fn if_exists(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat("IF NOT EXISTS") || cursor.eat("IF EXISTS")
}

fn name_after(cursor: &mut Cursor<'_>, word: &str) -> Option<Name> {
    if cursor.eat(word) { name(cursor) } else { None }
}

fn name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let start = *cursor;
    let found = cursor.qualified_name()?;
    let written = start.before(cursor).lexemes().iter().map(|lexeme| lexeme.text).collect();
    Some(Name { written, schema: found.namespace, name: found.name })
}
