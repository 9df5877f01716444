//! Privileges. What they amount to is not computed: the grants on the object are unknown afterwards.

use super::function::reference;
use super::names::{Parsed, cascade, list, name, qualified, role, sequence};
use super::sequence::grant_key;
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Kind, Name};
use crate::sql::TokenKind;

impl<'t> Parser<'t> {
    /// `GRANT` and `REVOKE`, behind these words.
    pub(super) fn grant(self, mut cursor: Cursor<'t>, revokes: bool) -> Parsed<Vec<Op>> {
        if revokes {
            let _ = cursor.eat("GRANT OPTION FOR") || cursor.eat("ADMIN OPTION FOR");
        }
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
        let columns = granted.lexemes().iter().any(|lexeme| lexeme.is("("));
        list(granted, |item| {
            if item.eat("ALL") {
                item.eat("PRIVILEGES");
            } else {
                item.eat("ALTER");
                if item.eat_any(&["SELECT", "REFERENCES", "CREATE"]).is_none() && !item.is("(") {
                    name(item, "a privilege")?;
                }
            }
            if item.is("(") { super::names::columns(item).map(drop) } else { Ok(()) }
        })?;
        let mut ops = Vec::new();
        let mut change =
            |key: String| ops.push(Op::AlterOther { kind: Kind::Grant, key, if_exists: true });
        let words = [
            ("ALL TABLES IN SCHEMA", ""),
            ("ALL SEQUENCES IN SCHEMA", ""),
            ("ALL FUNCTIONS IN SCHEMA", ""),
            ("ALL PROCEDURES IN SCHEMA", ""),
            ("ALL ROUTINES IN SCHEMA", ""),
            ("SCHEMA", "schema"),
            ("SEQUENCE", "sequence"),
            ("TYPE", "type"),
            ("DOMAIN", "domain"),
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
        if let Some((_, kind)) =
            functions.into_iter().find(|(word, _)| kind_word(&mut cursor, word, toward))
        {
            for (name, key) in sequence(&mut cursor, |cursor| reference(cursor, kind, false))? {
                change(grant_key(&Subject { kind, name, part: Some(key) }));
            }
        } else if let Some((form, word)) =
            words.into_iter().find(|(words, _)| kind_word(&mut cursor, words, toward))
        {
            let names = sequence(&mut cursor, |cursor| {
                if cursor.is_kind(TokenKind::Number) {
                    cursor.bump();
                    return Ok(Name::default());
                }
                qualified(cursor, "a name")
            })?;
            for name in names {
                change(match word {
                    "" => format!("on {} {name}", form.to_ascii_lowercase()),
                    word => format!("on {word} {name}"),
                });
            }
        } else {
            cursor.eat("TABLE");
            for name in sequence(&mut cursor, |cursor| qualified(cursor, "the name of a table"))? {
                change(format!("on table {name}"));
                if columns {
                    change(format!("on columns of table {name}"));
                }
            }
        }
        cursor.expect(toward)?;
        sequence(&mut cursor, |cursor| {
            cursor.eat("GROUP");
            role(cursor)
        })?;
        if !revokes {
            cursor.eat("WITH GRANT OPTION");
        }
        if cursor.eat("GRANTED BY") {
            role(&mut cursor)?;
        }
        cascade(&mut cursor);
        cursor.end()?;
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
