//! Privileges and owners. Those of roles, databases and languages are no part of a schema.

use super::function::reference;
use super::names::{Parsed, cascade, list, name, qualified, role, sequence};
use super::{Cursor, Parser};
use crate::op::{AccessChange, Op, Subject};
use crate::schema::{Kind, Name};
use crate::sql::TokenKind;

/// A privilege in capitals, and the columns that it is on; empty for the whole object.
type Granted = (String, Vec<String>);

/// One privilege: `SELECT`, `UPDATE (a, b)`; no word for all.
fn privilege(item: &mut Cursor<'_>) -> Parsed<Granted> {
    let word = if item.eat("ALL") {
        item.eat("PRIVILEGES");
        String::new()
    } else if item.eat("ALTER SYSTEM") {
        "ALTER SYSTEM".to_owned()
    } else if let Some(word) = item.eat_any(&["SELECT", "REFERENCES", "CREATE"]) {
        word.to_owned()
    } else {
        name(item, "a privilege")?.to_ascii_uppercase()
    };
    let columns = if item.is("(") { super::names::columns(item)? } else { Vec::new() };
    Ok((word, columns))
}

/// A role as the catalog names it.
pub(super) fn grantee(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let found = role(cursor)?;
    Ok(match found.as_str() {
        "public" => "PUBLIC".to_owned(),
        "CURRENT_ROLE" | "SESSION_USER" => "CURRENT_USER".to_owned(),
        _ => found,
    })
}

/// The operation that changes the owner of an object.
pub(super) fn owner(cursor: &mut Cursor<'_>, subject: Subject) -> Parsed<Op> {
    Ok(Op::ChangeAccess { subject, change: AccessChange::Owner(grantee(cursor)?) })
}

impl<'t> Parser<'t> {
    /// `GRANT` and `REVOKE`, behind these words.
    pub(super) fn grant(self, mut cursor: Cursor<'t>, revokes: bool) -> Parsed<Vec<Op>> {
        let option_only =
            revokes && (cursor.eat("GRANT OPTION FOR") || cursor.eat("ADMIN OPTION FOR"));
        let toward = if revokes { "FROM" } else { "TO" };
        let granted = cursor.take_until(|cursor| cursor.is("ON") || cursor.is(toward));
        if granted.is_empty() {
            return Err(granted.unexpected("a privilege"));
        }
        if !cursor.eat("ON") {
            // A role is given to another.
            cursor.expect(toward)?;
            sequence(&mut cursor, role)?;
            cursor.rest();
            return Ok(Vec::new());
        }
        let granted = list(granted, privilege)?;
        let mut subjects: Vec<Subject> = Vec::new();
        let mut outside: Vec<String> = Vec::new();
        let in_schema = [
            ("ALL TABLES IN SCHEMA", "tables"),
            ("ALL SEQUENCES IN SCHEMA", "sequences"),
            ("ALL FUNCTIONS IN SCHEMA", "functions"),
            ("ALL PROCEDURES IN SCHEMA", "procedures"),
            ("ALL ROUTINES IN SCHEMA", "routines"),
        ];
        let own = [
            ("SCHEMA", Kind::Namespace),
            ("SEQUENCE", Kind::Sequence),
            ("TYPE", Kind::Type),
            ("DOMAIN", Kind::Domain),
        ];
        let others = [
            ("FOREIGN SERVER", "foreign server"),
            ("FOREIGN DATA WRAPPER", "foreign server wrapper"),
            ("DATABASE", "database"),
            ("LANGUAGE", "language"),
            ("TABLESPACE", "tablespace"),
            ("LARGE OBJECT", "large object"),
            ("PARAMETER", "parameter"),
        ];
        let functions = [
            ("FUNCTION", Kind::Function),
            ("PROCEDURE", Kind::Procedure),
            ("ROUTINE", Kind::Function),
        ];
        let subject = |kind| move |name: Name| Subject { kind, name, part: None };
        if let Some((_, kind)) =
            functions.into_iter().find(|(word, _)| kind_word(&mut cursor, word, toward))
        {
            let found = sequence(&mut cursor, |cursor| reference(cursor, kind, false))?;
            let subject = |(name, key)| Subject { kind, name, part: Some(key) };
            subjects.extend(found.into_iter().map(subject));
        } else if let Some((_, word)) =
            in_schema.into_iter().find(|(words, _)| kind_word(&mut cursor, words, toward))
        {
            let names = sequence(&mut cursor, |cursor| name(cursor, "the name of a schema"))?;
            subjects.extend(names.into_iter().map(|name| Subject {
                kind: Kind::Namespace,
                name: Name::new(name),
                part: Some(word.to_owned()),
            }));
        } else if let Some((_, word)) =
            others.into_iter().find(|(words, _)| kind_word(&mut cursor, words, toward))
        {
            outside = sequence(&mut cursor, |cursor| {
                if cursor.is_kind(TokenKind::Number) {
                    cursor.bump();
                    return Ok(format!("on {word}"));
                }
                qualified(cursor, "a name").map(|name| format!("on {word} {name}"))
            })?;
        } else {
            let found = own.into_iter().find(|(word, _)| kind_word(&mut cursor, word, toward));
            let kind = found.map_or(Kind::Table, |(_, kind)| kind);
            if kind == Kind::Table {
                cursor.eat("TABLE");
            }
            let names = sequence(&mut cursor, |cursor| qualified(cursor, "a name"))?;
            subjects.extend(names.into_iter().map(subject(kind)));
        }
        cursor.expect(toward)?;
        let roles = sequence(&mut cursor, |cursor| {
            cursor.eat("GROUP");
            grantee(cursor)
        })?;
        let grant_option = !revokes && cursor.eat("WITH GRANT OPTION");
        let mut by_other = false;
        if cursor.eat("GRANTED BY") {
            by_other = grantee(&mut cursor)? != "CURRENT_USER";
        }
        cascade(&mut cursor);
        cursor.end()?;
        let change = |privileges: Vec<String>| {
            if revokes {
                AccessChange::Revoke { privileges, from: roles.clone(), option_only }
            } else {
                AccessChange::Grant { privileges, to: roles.clone(), grant_option }
            }
        };
        let unknown = |key| Op::AlterOther { kind: Kind::Grant, key, if_exists: true };
        let mut ops: Vec<Op> = outside.into_iter().map(unknown).collect();
        for subject in subjects {
            if by_other {
                ops.push(unknown(super::sequence::grant_key(&subject)));
                continue;
            }
            let whole: Vec<String> = granted
                .iter()
                .filter(|(_, columns)| columns.is_empty())
                .map(|(word, _)| word.clone())
                .collect();
            if !whole.is_empty() {
                let all = if whole.iter().any(String::is_empty) { Vec::new() } else { whole };
                ops.push(Op::ChangeAccess { subject: subject.clone(), change: change(all) });
            }
            for (word, columns) in &granted {
                for column in columns {
                    let kind = Kind::Column;
                    let subject =
                        Subject { kind, name: subject.name.clone(), part: Some(column.clone()) };
                    let words = if word.is_empty() { Vec::new() } else { vec![word.clone()] };
                    ops.push(Op::ChangeAccess { subject, change: change(words) });
                }
            }
        }
        Ok(ops)
    }
}

/// Passes over the word for the kind of an object, unless it is the name of a table.
fn kind_word(cursor: &mut Cursor<'_>, words: &str, toward: &str) -> bool {
    let mut copy = *cursor;
    let found = copy.eat(words) && !copy.is(toward) && !copy.is(",") && !copy.is(".");
    if found {
        *cursor = copy;
    }
    found
}
