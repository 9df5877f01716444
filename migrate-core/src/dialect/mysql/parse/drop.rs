//! `DROP` of every kind, `RENAME TABLE` and `TRUNCATE`.

use super::action::{algorithm_or_lock, name_of_key};
use super::alter::wait;
use super::grammar::{if_exists, name, one_of, qualified};
use super::user::users;
use crate::op::{Located, Op};
use crate::schema::{Kind, Name};
use crate::source::Span;
use crate::sql::{Cursor, Unexpected};

const KINDS: [&str; 22] = [
    "TABLES",
    "TABLE",
    "INDEX",
    "VIEW",
    "TRIGGER",
    "FUNCTION",
    "PROCEDURE",
    "EVENT",
    "SEQUENCE",
    "DATABASE",
    "SCHEMA",
    "PACKAGE BODY",
    "PACKAGE",
    "USER",
    "ROLE",
    "SERVER",
    "PREPARE",
    "TABLESPACE",
    "UNDO TABLESPACE",
    "LOGFILE GROUP",
    "RESOURCE GROUP",
    "SPATIAL REFERENCE SYSTEM",
];

/// Reads the statement behind `DROP`.
pub(super) fn drop_statement(mut cursor: Cursor<'_>) -> Result<Vec<Located<Op>>, Unexpected> {
    let temporary = cursor.eat("TEMPORARY");
    let kinds = if temporary { &["TABLES", "TABLE", "SEQUENCE"][..] } else { &KINDS[..] };
    let Some(kind) = cursor.eat_any(kinds) else {
        let expected = if temporary { "`TABLE`" } else { "the kind of an object" };
        return Err(cursor.unexpected(expected));
    };
    match kind {
        "TABLE" | "TABLES" | "VIEW" | "SEQUENCE" => relations(cursor, kind, temporary),
        "INDEX" => index(cursor).map(|op| vec![op]),
        "PREPARE" => {
            name(&mut cursor, "the name of a prepared statement")?;
            cursor.end().map(|()| Vec::new())
        }
        "USER" | "ROLE" => {
            if_exists(&mut cursor)?;
            users(&mut cursor)?;
            cursor.end().map(|()| Vec::new())
        }
        "TABLESPACE"
        | "UNDO TABLESPACE"
        | "LOGFILE GROUP"
        | "RESOURCE GROUP"
        | "SERVER"
        | "SPATIAL REFERENCE SYSTEM" => Ok(Vec::new()),
        _ => object(cursor, kind).map(|op| vec![op]),
    }
}

fn at(span: Span, value: Op) -> Located<Op> {
    Located { value, span }
}

/// `DROP TABLE a, b`, and the same of views and sequences.
fn relations(
    mut cursor: Cursor<'_>,
    kind: &str,
    temporary: bool,
) -> Result<Vec<Located<Op>>, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let what = match kind {
        "VIEW" => "the name of a view",
        "SEQUENCE" => "the name of a sequence",
        _ => "the name of a table",
    };
    let mut ops = Vec::new();
    loop {
        let start = cursor;
        let name = qualified(&mut cursor, what)?;
        let name = super::table::of_session(name, temporary);
        let cascade = false;
        let span = start.before(&cursor).span();
        ops.push(at(
            span,
            match kind {
                "VIEW" => Op::DropView { name, kind: Kind::View, if_exists, cascade },
                "SEQUENCE" => {
                    Op::Drop { kind: Kind::Sequence, name, key: None, if_exists, cascade }
                }
                _ => Op::DropTable { name, if_exists, cascade, together: Vec::new() },
            },
        ));
        if !cursor.eat(",") {
            break;
        }
    }
    wait(&mut cursor)?;
    // These mean nothing.
    let _ = cursor.eat("RESTRICT") || cursor.eat("CASCADE");
    cursor.end()?;
    Ok(ops)
}

fn index(mut cursor: Cursor<'_>) -> Result<Located<Op>, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let start = cursor;
    let key = name_of_key(&mut cursor)?;
    let span = start.before(&cursor).span();
    cursor.expect("ON")?;
    let table = qualified(&mut cursor, "the name of a table")?;
    wait(&mut cursor)?;
    while algorithm_or_lock(&mut cursor)? {}
    cursor.end()?;
    if key.eq_ignore_ascii_case("PRIMARY") {
        let constraint = crate::op::ConstraintKey::PrimaryKey;
        return Ok(at(span, Op::DropConstraint { table, constraint, if_exists, cascade: false }));
    }
    let (name, cascade, concurrently) = (Name::new(key), false, false);
    Ok(at(span, Op::DropIndex { name, table: Some(table), if_exists, cascade, concurrently }))
}

fn object(mut cursor: Cursor<'_>, kind: &str) -> Result<Located<Op>, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let span = cursor.span();
    let name = qualified(&mut cursor, "a name")?;
    cursor.end()?;
    let others = |kind, key: String| Op::Drop {
        kind,
        name: Name::new(key.clone()),
        key: Some(key),
        if_exists,
        cascade: false,
    };
    // Which database is that of the session is not known.
    let is_elsewhere = name.namespace.is_some();
    let op = match kind {
        "DATABASE" | "SCHEMA" => Op::Opaque { names: Vec::new() },
        "TRIGGER" => Op::DropTrigger { name, table: None, if_exists, cascade: false },
        _ if is_elsewhere => Op::Opaque { names: vec![name] },
        "FUNCTION" => others(Kind::Function, name.name),
        "PROCEDURE" => others(Kind::Procedure, name.name),
        "PACKAGE" => others(Kind::Procedure, format!("package {}", name.name)),
        "PACKAGE BODY" => others(Kind::Procedure, format!("package body {}", name.name)),
        _ => others(Kind::Event, name.name),
    };
    Ok(at(span, op))
}

/// Reads the statement behind `RENAME`.
pub(super) fn rename(mut cursor: Cursor<'_>) -> Result<Vec<Located<Op>>, Unexpected> {
    if one_of(&mut cursor, &["TABLE", "TABLES", "USER"])? == "USER" {
        loop {
            users(&mut cursor)?;
            cursor.expect("TO")?;
            users(&mut cursor)?;
            if cursor.is_empty() {
                return Ok(Vec::new());
            }
        }
    }
    let if_exists = if_exists(&mut cursor)?;
    let mut ops = Vec::new();
    loop {
        let start = cursor;
        let name = qualified(&mut cursor, "the name of a table")?;
        wait(&mut cursor)?;
        cursor.expect("TO")?;
        let to = qualified(&mut cursor, "the new name")?;
        // One after the other, so that tables can be swapped.
        ops.push(at(start.before(&cursor).span(), Op::RenameTable { name, to, if_exists }));
        if !cursor.eat(",") {
            break;
        }
    }
    cursor.end()?;
    Ok(ops)
}

/// Reads the statement behind `TRUNCATE`.
pub(super) fn truncate(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    cursor.eat("TABLE");
    let table = qualified(&mut cursor, "the name of a table")?;
    wait(&mut cursor)?;
    cursor.end()?;
    Ok(Op::Rows { reads: Vec::new(), writes: Some(table) })
}
