//! `SET`, `USE` and `PREPARE`, and the variables of the session.

use super::expression::expression;
use super::grammar::{name, name_behind_dot, one_of, written};
use crate::dialect::mysql::PREPARED;
use crate::op::Op;
use crate::sql::{Cursor, TokenKind, Unexpected};

fn set(name: &str, value: String) -> Op {
    Op::Set { name: name.to_owned(), value: Some(value) }
}

/// Reads the statement behind `SET`: an operation for each assignment.
pub(super) fn set_statement(mut cursor: Cursor<'_>) -> Result<Vec<Op>, Unexpected> {
    if let Some(what) = cursor.eat_any(&["NAMES", "CHARACTER SET", "CHARSET"]) {
        let key = if what == "NAMES" { "names" } else { "character set" };
        if cursor.eat("DEFAULT") {
            cursor.end()?;
            return Ok(vec![set(key, "DEFAULT".to_owned())]);
        }
        let value = super::text_type::charset(&mut cursor)?;
        if cursor.eat("COLLATE") {
            super::text_type::collation(&mut cursor)?;
        }
        // Further assignments may follow.
        let mut ops = vec![set(key, value)];
        if cursor.eat(",") {
            ops.extend(assignments(cursor)?);
        } else {
            cursor.end()?;
        }
        return Ok(ops);
    }
    let of_users = ["PASSWORD", "ROLE", "DEFAULT ROLE", "TRANSACTION", "RESOURCE GROUP"];
    let is_scope = ["SESSION TRANSACTION", "GLOBAL TRANSACTION", "LOCAL TRANSACTION"];
    if cursor.is_any(&of_users) && !cursor.lexemes().get(1).is_some_and(|next| next.is("."))
        || cursor.is_any(&is_scope)
    {
        return Ok(Vec::new());
    }
    assignments(cursor)
}

fn assignments(cursor: Cursor<'_>) -> Result<Vec<Op>, Unexpected> {
    if cursor.is_empty() {
        return Err(cursor.unexpected("a variable"));
    }
    let mut ops = Vec::new();
    for item in cursor.items() {
        ops.extend(assignment(item)?);
    }
    Ok(ops)
}

/// An assignment to a variable of the session. One of the whole server has no effect here.
fn assignment(mut item: Cursor<'_>) -> Result<Option<Op>, Unexpected> {
    const SCOPES: [&str; 5] = ["SESSION", "LOCAL", "GLOBAL", "PERSIST", "PERSIST_ONLY"];
    let mut is_session = true;
    let mut key;
    if item.eat("@") {
        if item.eat("@") {
            key = String::new();
        } else {
            // Reserved words are names there.
            let variable = name_behind_dot(&mut item, "a variable")?;
            assign(&mut item)?;
            expression(item)?;
            return Ok(Some(set(&format!("@{}", variable.to_lowercase()), written(item))));
        }
    } else {
        key = String::new();
    }
    if let Some(scope) = item.eat_any(&SCOPES) {
        is_session = matches!(scope, "SESSION" | "LOCAL");
        item.eat(".");
        if item.eat("TRANSACTION") {
            return Ok(None);
        }
    }
    key += &name(&mut item, "a variable")?.to_lowercase();
    while item.eat(".") {
        key = format!("{key}.{}", name(&mut item, "a variable")?.to_lowercase());
    }
    assign(&mut item)?;
    let value = match item.lexemes() {
        [only] if matches!(only.kind, TokenKind::Word) => only.text.to_owned(),
        _ => {
            expression(item)?;
            item.string().filter(|_| item.is_empty()).unwrap_or_else(|| written(item))
        }
    };
    Ok(is_session.then(|| set(&key, value)))
}

fn assign(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    one_of(item, &["=", ":="]).map(drop)
}

/// Reads the statement behind `PREPARE`.
pub(super) fn prepare(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    let statement = name(&mut cursor, "the name of a prepared statement")?;
    cursor.expect("FROM")?;
    expression(cursor)?;
    Ok(set(&format!("{PREPARED}{}", statement.to_lowercase()), written(cursor)))
}

/// The variables that a statement about rows assigns: `SELECT .. INTO @a`, `@a := ..`.
pub(super) fn assigned(statement: Cursor<'_>) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut rest = statement;
    let mut is_into = false;
    while !rest.is_empty() {
        is_into = rest.is("INTO") || is_into && (rest.is("@") || rest.is(","));
        if !rest.eat("@") {
            rest.bump();
            continue;
        }
        let Ok(variable) = name_behind_dot(&mut rest, "a variable") else { continue };
        if is_into || rest.is(":=") {
            let value = selected(statement, &variable).unwrap_or_default();
            ops.push(set(&format!("@{}", variable.to_lowercase()), value));
        }
    }
    ops
}

/// The query of one item whose value a variable gets, in parentheses.
fn selected(mut statement: Cursor<'_>, variable: &str) -> Option<String> {
    if !statement.is("SELECT") || statement.lexemes().iter().any(|one| one.is(":=")) {
        return None;
    }
    let head = statement.take_until(|cursor| cursor.is("INTO"));
    let mut items = head;
    items.bump();
    let items = items.take_until(|cursor| cursor.is("FROM")).items();
    statement.eat("INTO @").then_some(())?;
    let is_it = name_behind_dot(&mut statement, "a variable").is_ok_and(|name| name == variable);
    let is_last = statement.is_empty() || statement.is("FROM");
    (is_it && is_last && items.count() == 1)
        .then(|| format!("({} {})", written(head), written(statement)))
}

/// Reads the statement behind `USE`.
pub(super) fn use_database(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    let database = name(&mut cursor, "the name of a database")?;
    cursor.end()?;
    Ok(set("database", database))
}
