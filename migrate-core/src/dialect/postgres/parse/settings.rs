//! Settings of the session, and statements without an effect on schema and rows.

use super::super::index_option::CLUSTER;
use super::names::{Parsed, group, label, qualified, sequence, string, word};
use super::{Cursor, Parser};
use crate::op::{Op, TableChange};
use crate::sql::TokenKind;

/// Passes over the name of a setting: `search_path`, `app.user`, `TIME ZONE`.
pub(super) fn setting_name(cursor: &mut Cursor<'_>) -> Parsed<String> {
    if cursor
        .eat_any(&["TIME ZONE", "TRANSACTION ISOLATION LEVEL", "SESSION AUTHORIZATION"])
        .is_some()
    {
        return Ok(String::new());
    }
    let mut found = word(cursor, "the name of a setting")?;
    while cursor.eat(".") {
        found = format!("{found}.{}", word(cursor, "the name of a setting")?);
    }
    Ok(found.to_ascii_lowercase())
}

/// Passes over a setting and its value, behind `SET`.
pub(super) fn setting(cursor: &mut Cursor<'_>) -> Parsed<(String, String)> {
    if cursor.eat("TIME ZONE") {
        cursor.bump();
        if cursor.is_kind(TokenKind::String) {
            cursor.bump();
        }
        return Ok(("timezone".to_owned(), String::new()));
    }
    let name = setting_name(cursor)?;
    if cursor.eat("FROM CURRENT") {
        return Ok((name, String::new()));
    }
    if !cursor.eat("=") && !cursor.eat("TO") {
        return Err(cursor.unexpected("`=` or `TO`"));
    }
    let values = sequence(cursor, |cursor| {
        let Some(next) = cursor.peek() else { return Err(cursor.unexpected("a value")) };
        match next.kind {
            TokenKind::String => Ok(format!("\"{}\"", string(cursor, "a value")?)),
            TokenKind::Number => super::names::number(cursor),
            TokenKind::Symbol if next.is("-") || next.is("+") => super::names::number(cursor),
            TokenKind::Word if next.is("DEFAULT") => {
                cursor.bump();
                Ok("DEFAULT".to_owned())
            }
            TokenKind::QuotedName => Ok(format!("\"{}\"", label(cursor, "a value")?)),
            _ => {
                let is_value = cursor.is_any(&["TRUE", "FALSE", "ON"]);
                if is_value { label(cursor, "a value") } else { word(cursor, "a value") }
            }
        }
    })?;
    Ok((name, values.join(", ")))
}

impl<'t> Parser<'t> {
    /// `SET`, behind this word.
    pub(super) fn set(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        if !cursor.lexemes().get(1).is_some_and(|next| next.is(".") || next.is("=")) {
            cursor.eat_any(&["LOCAL", "SESSION"]);
        }
        if cursor.is_any(&[
            "TRANSACTION",
            "CHARACTERISTICS",
            "CONSTRAINTS",
            "ROLE",
            "AUTHORIZATION",
            "NAMES",
            "XML",
        ]) {
            // Who owns what is created later is not followed.
            return Ok(Vec::new());
        }
        if cursor.eat("SCHEMA") {
            let value = Some(format!("\"{}\"", string(&mut cursor, "a schema in quotes")?));
            cursor.end()?;
            return Ok(vec![Op::Set { name: "search_path".to_owned(), value }]);
        }
        let (name, value) = setting(&mut cursor)?;
        cursor.end()?;
        Ok(vec![Op::Set { name, value: Some(value) }])
    }

    /// `CLUSTER`, behind this word: the table remembers the index that the statement names.
    pub(super) fn cluster(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        if cursor.is("(") {
            group(&mut cursor)?;
        } else {
            cursor.eat("VERBOSE");
        }
        if cursor.is_empty() {
            return Ok(Vec::new());
        }
        let first = qualified(&mut cursor, "the name of a table")?;
        let (table, index) = if cursor.eat("USING") {
            (first, label(&mut cursor, "the name of an index")?)
        } else if cursor.eat("ON") {
            (qualified(&mut cursor, "the name of a table")?, first.name)
        } else {
            cursor.end()?;
            return Ok(Vec::new());
        };
        cursor.end()?;
        let change = TableChange::Option { name: CLUSTER.to_owned(), value: Some(index) };
        Ok(vec![Op::AlterTable { table, change }])
    }

    /// `RESET`, behind this word.
    pub(super) fn reset(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        if cursor.eat("ALL") {
            cursor.end()?;
            return Ok(vec![Op::Set {
                name: "search_path".to_owned(),
                value: Some("DEFAULT".to_owned()),
            }]);
        }
        let name = setting_name(&mut cursor)?;
        cursor.end()?;
        Ok(vec![Op::Set { name, value: Some("DEFAULT".to_owned()) }])
    }
}

/// What a statement without an effect on schema and rows asks of its parts.
pub(super) fn without_effect(mut cursor: Cursor<'_>) -> Parsed<()> {
    if cursor.eat_any(&["COMMIT", "END", "ROLLBACK", "ABORT"]).is_some() {
        if cursor.is_any(&["PREPARED", "TO"]) || cursor.is("WORK TO") || cursor.is("TRANSACTION TO")
        {
            return Ok(());
        }
        cursor.eat_any(&["WORK", "TRANSACTION"]);
        let _ = cursor.eat("AND CHAIN") || cursor.eat("AND NO CHAIN");
        return cursor.end();
    }
    if cursor.eat("PREPARE") {
        return word(&mut cursor, "the name of a statement").map(drop);
    }
    if cursor.eat("REINDEX") {
        if cursor.is("(") {
            group(&mut cursor)?;
        }
        let forms = ["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"];
        let Some(form) = cursor.eat_any(&forms) else {
            return Err(cursor.unexpected("`DATABASE`, `INDEX`, `SCHEMA`, `SYSTEM` or `TABLE`"));
        };
        cursor.eat("CONCURRENTLY");
        if !cursor.is_empty() || matches!(form, "INDEX" | "TABLE" | "SCHEMA") {
            qualified(&mut cursor, "a name")?;
        }
        return cursor.end();
    }
    if cursor.eat("LOCK") {
        cursor.eat("TABLE");
        sequence(&mut cursor, super::names::relation)?;
        if cursor.eat("IN") {
            let modes = [
                "ACCESS SHARE",
                "ROW SHARE",
                "ROW EXCLUSIVE",
                "SHARE UPDATE EXCLUSIVE",
                "SHARE ROW EXCLUSIVE",
                "SHARE",
                "EXCLUSIVE",
                "ACCESS EXCLUSIVE",
            ];
            if cursor.eat_any(&modes).is_none() {
                return Err(cursor.unexpected("the mode of a lock"));
            }
            cursor.expect("MODE")?;
        }
        cursor.eat("NOWAIT");
        return cursor.end();
    }
    if cursor.eat("SHOW") && cursor.is_empty() {
        return Err(cursor.unexpected("the name of a setting"));
    }
    Ok(())
}
