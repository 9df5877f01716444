//! Reads a statement into operations.
//!
//! Strict inside the statements of DDL: a token that cannot stand where it stands is an error at that
//! token. It is never stricter than MariaDB, and takes what MySQL alone understands; what means
//! something else there has MariaDB's meaning. Expressions, queries and bodies are token ranges.
//! Types and names have the form of MariaDB's catalog where the statement alone tells it.

mod action;
mod alter;
mod code;
mod code_comment;
mod column;
mod create;
mod data_type;
mod default;
mod drop;
mod expression;
mod grammar;
mod index;
mod interplay;
mod key;
mod option;
mod rows;
mod sequence;
mod session;
mod swap;
mod table;
mod text_type;
mod user;

pub(super) use code::skip_characteristics;
pub(super) use data_type::{Type, data_type};
pub(super) use grammar::mentioned;
pub(super) use interplay::DROPS;
pub(super) use sequence::{changed_definition, definition_changes};
pub(super) use table::{free_name, leads};
pub(super) use text_type::{bytes_of, charset_of, collation, sized, without_width};

use super::LEX_RULES;
use crate::dialect::Dialect;
use crate::op::{Located, Op};
use crate::source::Span;
use crate::sql::{Cursor, Statement, Tokens, Unexpected, statements_in};

/// The operations of one statement, which `span` covers in `text`. A statement that has no effect on
/// the schema and on rows has none.
///
/// # Errors
///
/// The first token that cannot stand where it stands.
///
/// ```
/// use migrate_core::dialect::mysql::parse;
/// use migrate_core::op::Op;
/// use migrate_core::source::Span;
///
/// let sql = "ALTER TABLE users DROP COLUMN email, DROP INDEX by_email";
/// let ops = parse(sql, Span::new(0, sql.len())).unwrap();
/// // The index is dropped first: it may be gone with its last column.
/// assert!(matches!(&ops[0].value, Op::DropIndex { name, .. } if name.name == "by_email"));
/// assert!(matches!(&ops[1].value, Op::DropColumn { column, .. } if column == "email"));
///
/// let sql = "ALTER TABLE users DELETE COLUMN email";
/// let error = parse(sql, Span::new(0, sql.len())).unwrap_err();
/// assert_eq!(error.span.of(sql), "DELETE");
/// ```
pub fn parse(text: &str, span: Span) -> Result<Vec<Located<Op>>, Unexpected> {
    let mut texts = code_comment::readings(text, span).into_iter();
    let Some(first) = texts.next() else { return read(text, span) };
    let first = read(&first, span);
    for other in texts {
        let other = read(&other, span);
        if other != first {
            // Servers differ, and which one it is is not known.
            return different(text, span, first, other);
        }
    }
    first
}

/// Two servers read a statement differently. What only one of them does to a session is done; all
/// else is unknown.
fn different(
    text: &str,
    span: Span,
    one: Result<Vec<Located<Op>>, Unexpected>,
    other: Result<Vec<Located<Op>>, Unexpected>,
) -> Result<Vec<Located<Op>>, Unexpected> {
    let is_session = |ops: &[Located<Op>]| ops.iter().all(|op| matches!(op.value, Op::Set { .. }));
    match (one, other) {
        (Err(error), Err(_)) => Err(error),
        (Ok(one), Ok(other)) if is_session(&one) && is_session(&other) => {
            Ok(if one.is_empty() { other } else { one })
        }
        _ => {
            let names = Tokens::read(text, span, &LEX_RULES)
                .map(|tokens| grammar::mentioned(tokens.cursor()))
                .unwrap_or_default();
            Ok(vec![Located { value: Op::Opaque { names }, span }])
        }
    }
}

/// Reads a statement whose comments with code are all executed.
fn read(text: &str, span: Span) -> Result<Vec<Located<Op>>, Unexpected> {
    // What is not closed is reported where statements are split.
    let Ok(tokens) = Tokens::read(text, span, &LEX_RULES) else {
        return Ok(vec![Located { value: Op::Opaque { names: Vec::new() }, span }]);
    };
    match statement(tokens.cursor(), text, span) {
        // With a delimiter of the client, one text holds several statements.
        Err(error) if error.found == ";" => several(text, span).unwrap_or(Err(error)),
        read => read,
    }
}

/// Reads the statements between semicolons; `None` if the text is one, with no semicolon behind it.
fn several(text: &str, span: Span) -> Option<Result<Vec<Located<Op>>, Unexpected>> {
    let statements = statements_in(text, span, &LEX_RULES);
    let each = |statement: &Statement| read(text, statement.span);
    let all = || statements.iter().map(each).collect::<Result<Vec<_>, _>>();
    let is_shorter = statements.iter().all(|statement| statement.span != span);
    is_shorter.then(|| Ok(all()?.into_iter().flatten().collect()))
}

/// Statements without an effect on schema and rows.
const WITHOUT_EFFECT: [&str; 35] = [
    "BACKUP",
    "BEGIN",
    "BINLOG",
    "CACHE",
    "CHANGE",
    "CLONE",
    "COMMIT",
    "DEALLOCATE",
    "DESC",
    "DESCRIBE",
    "DO",
    "EXPLAIN",
    "FLUSH",
    "GET",
    "HANDLER",
    "HELP",
    "IMPORT",
    "INSTALL",
    "KILL",
    "LOCK",
    "PURGE",
    "RELEASE",
    "RESET",
    "RESIGNAL",
    "RESTART",
    "ROLLBACK",
    "SAVEPOINT",
    "SHOW",
    "SHUTDOWN",
    "SIGNAL",
    "START",
    "STOP",
    "UNINSTALL",
    "UNLOCK",
    "XA",
];

/// Statements that run code, or text.
const DYNAMIC: [&str; 9] =
    ["CALL", "EXECUTE", "BEGIN NOT ATOMIC", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR"];

fn statement(
    mut cursor: Cursor<'_>,
    text: &str,
    span: Span,
) -> Result<Vec<Located<Op>>, Unexpected> {
    let whole = cursor;
    let here = |ops: Vec<Op>| ops.into_iter().map(|value| Located { value, span }).collect();
    if cursor.is_empty() {
        return Ok(Vec::new());
    }
    if cursor.eat("CREATE") {
        return create::create(cursor, text).map(here);
    }
    if cursor.eat("DROP") {
        return drop::drop_statement(cursor);
    }
    if cursor.eat("ALTER") {
        return create::alter(cursor, text, span);
    }
    if cursor.eat("RENAME") {
        return drop::rename(cursor);
    }
    if cursor.eat("TRUNCATE") {
        return drop::truncate(cursor).map(|op| here(vec![op]));
    }
    if cursor.is("SET STATEMENT") {
        // MariaDB's settings for one statement.
        cursor.take_until(|cursor| cursor.is("FOR"));
        cursor.expect("FOR")?;
        return statement(cursor, text, span);
    }
    if cursor.eat("SET") {
        return session::set_statement(cursor).map(here);
    }
    if cursor.eat("USE") {
        return session::use_database(cursor).map(|op| here(vec![op]));
    }
    if let Some(word) = cursor.eat_any(&["GRANT", "REVOKE"]) {
        return user::privileges(cursor, word == "REVOKE").map(here);
    }
    if whole.is_any(&DYNAMIC) {
        if cursor.eat("CALL") {
            return call(cursor).map(|op| here(vec![op]));
        }
        return Ok(here(vec![Op::Run { text: span.of(text).to_owned() }]));
    }
    if cursor.eat("PREPARE") {
        return session::prepare(cursor).map(|op| here(vec![op]));
    }
    if whole.is_any(&rows::OF_ROWS) {
        let rows = rows::rows(whole)?;
        return Ok(here([vec![rows], session::assigned(whole)].concat()));
    }
    if cursor.eat_any(&["ANALYZE", "CHECK", "CHECKSUM", "OPTIMIZE", "REPAIR"]).is_some() {
        return rows::maintain(cursor).map(|()| Vec::new());
    }
    if whole.is_any(&WITHOUT_EFFECT) {
        return Ok(Vec::new());
    }
    Err(whole.unexpected("a statement"))
}

/// Reads a call behind `CALL`.
fn call(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    let name = grammar::qualified(&mut cursor, "the name of a procedure")?;
    let mut arguments = Vec::new();
    if cursor.is("(") {
        for mut item in grammar::group(&mut cursor)?.items() {
            expression::expression(item)?;
            let value = item.string();
            arguments.push(value.filter(|_| item.is_empty()));
        }
    }
    cursor.end()?;
    Ok(Op::Call { name, arguments })
}

/// `COMMENT 'x'`, as the server prints it.
fn comment_text(comment: &str) -> String {
    format!("COMMENT {}", Dialect::Mysql.literal(comment))
}

#[cfg(test)]
mod tests;
