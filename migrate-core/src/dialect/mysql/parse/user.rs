//! Users, and the privileges that they are granted.

use super::grammar::{group, is_name, name_behind_dot, name_or_string, one_of, qualified};
use crate::op::Op;
use crate::schema::Kind;
use crate::sql::{Cursor, Unexpected};

/// Passes over a user or role: `'ada'@'%'`, `CURRENT_USER`.
pub(super) fn user(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    if cursor.eat_any(&["CURRENT_USER", "CURRENT_ROLE", "PUBLIC"]).is_some() {
        if cursor.is("(") {
            group(cursor)?;
        }
        return Ok(String::new());
    }
    let name = name_or_string(cursor, "a user")?;
    let host = if cursor.eat("@") { name_behind_dot(cursor, "a host")? } else { "%".to_owned() };
    Ok(format!("'{name}'@'{host}'"))
}

/// Passes over users with commas between them.
pub(super) fn users(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Unexpected> {
    let mut users = vec![user(cursor)?];
    while cursor.eat(",") {
        users.push(user(cursor)?);
    }
    Ok(users)
}

/// Reads a statement behind `GRANT` or `REVOKE`: privileges on objects of the database are known by
/// name alone.
pub(super) fn privileges(mut cursor: Cursor<'_>, revokes: bool) -> Result<Vec<Op>, Unexpected> {
    let what = cursor.take_until(|cursor| cursor.is("ON") || cursor.is("TO") || cursor.is("FROM"));
    if what.is_empty() {
        return Err(cursor.unexpected("a privilege or a role"));
    }
    let key = if cursor.eat("ON") { object(&mut cursor)? } else { None };
    let preposition = if revokes { "FROM" } else { "TO" };
    one_of(&mut cursor, &[preposition])?;
    let mut ops = Vec::new();
    loop {
        let user = user(&mut cursor)?;
        if let Some(object) = &key {
            let key = format!("{user} on {object}");
            ops.push(Op::AlterOther { kind: Kind::Grant, key, if_exists: true });
        }
        // How the user is known, and what else is granted.
        cursor.take_until(|cursor| cursor.is(","));
        if !cursor.eat(",") {
            return Ok(ops);
        }
    }
}

/// Passes over the object of a privilege; `None` for the whole server.
fn object(cursor: &mut Cursor<'_>) -> Result<Option<String>, Unexpected> {
    let kind = cursor.eat_any(&["TABLE", "FUNCTION", "PROCEDURE", "PACKAGE BODY", "PACKAGE"]);
    if cursor.eat("*") {
        if cursor.eat(".") {
            one_of(cursor, &["*"])?;
            return Ok(None);
        }
        return Ok(Some("the database".to_owned()));
    }
    let is_whole = cursor.lexemes().get(1).is_some_and(|next| next.is("."))
        && cursor.lexemes().get(2).is_some_and(|next| next.is("*"));
    if is_whole && cursor.peek().is_some_and(is_name) {
        cursor.bump();
        cursor.bump();
        cursor.bump();
        return Ok(Some("the database".to_owned()));
    }
    let name = qualified(cursor, "the name of an object")?.name;
    Ok(Some(match kind {
        Some("FUNCTION" | "PROCEDURE") => {
            format!("{} {name}", kind.unwrap_or_default().to_lowercase())
        }
        _ => name,
    }))
}
