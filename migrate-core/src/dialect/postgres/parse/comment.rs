//! `COMMENT ON`, and the names of objects of any kind.

use super::function::reference;
use super::names::{Parsed, label, name, qualified, string};
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Kind, Name};

impl<'t> Parser<'t> {
    /// `COMMENT ON`, behind these words.
    pub(super) fn comment(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let Some(subject) = self.subject(&mut cursor)? else {
            cursor.take_until(|cursor| cursor.is("IS"));
            cursor.expect("IS")?;
            text_or_null(&mut cursor)?;
            cursor.end()?;
            return Ok(Vec::new());
        };
        cursor.expect("IS")?;
        let comment = text_or_null(&mut cursor)?;
        cursor.end()?;
        Ok(vec![Op::Comment { subject, comment }])
    }

    /// Passes over the name of an object with the word for its kind; `None` where no schema shows it.
    pub(super) fn subject(self, cursor: &mut Cursor<'t>) -> Parsed<Option<Subject>> {
        let plain = [
            ("TABLE", Kind::Table),
            ("FOREIGN TABLE", Kind::Table),
            ("VIEW", Kind::View),
            ("MATERIALIZED VIEW", Kind::MaterialisedView),
            ("INDEX", Kind::Index),
            ("SEQUENCE", Kind::Sequence),
            ("TYPE", Kind::Type),
            ("DOMAIN", Kind::Domain),
            ("COLLATION", Kind::Collation),
            ("STATISTICS", Kind::Statistics),
            ("SCHEMA", Kind::Namespace),
            ("EXTENSION", Kind::Extension),
            ("EVENT TRIGGER", Kind::EventTrigger),
            ("PUBLICATION", Kind::Publication),
            ("SERVER", Kind::ForeignServer),
        ];
        for (words, kind) in plain {
            if cursor.eat(words) {
                let name = qualified(cursor, "a name")?;
                return Ok(Some(Subject { kind, name, part: None }));
            }
        }
        if cursor.eat("COLUMN") {
            let start = *cursor;
            let mut parts = vec![name(cursor, "the name of a table")?];
            while cursor.eat(".") {
                parts.push(label(cursor, "the name of a column")?);
            }
            let part = parts.pop();
            let Some(table) = parts.pop() else {
                return Err(start.unexpected("a column with its table"));
            };
            let name = Name { namespace: parts.pop(), name: table };
            return Ok(Some(Subject { kind: Kind::Column, name, part }));
        }
        let functions = [
            ("FUNCTION", Kind::Function, false),
            ("PROCEDURE", Kind::Procedure, false),
            ("ROUTINE", Kind::Function, false),
            ("AGGREGATE", Kind::Function, true),
        ];
        for (words, kind, aggregate) in functions {
            if cursor.eat(words) {
                let (name, key) = reference(cursor, kind, aggregate)?;
                return Ok(Some(Subject { kind, name, part: Some(key) }));
            }
        }
        let on_table = [
            ("CONSTRAINT", Kind::Constraint),
            ("TRIGGER", Kind::Trigger),
            ("POLICY", Kind::Policy),
            ("RULE", Kind::Rule),
        ];
        for (words, kind) in on_table {
            if cursor.eat(words) {
                let part = name(cursor, "a name")?;
                cursor.expect("ON")?;
                let of_domain = kind == Kind::Constraint && cursor.eat("DOMAIN");
                let name = qualified(cursor, "the name of a table")?;
                let part = Some(if of_domain { format!("{part} on domain {name}") } else { part });
                let kind = if of_domain { Kind::Domain } else { kind };
                return Ok(Some(Subject { kind, name, part }));
            }
        }
        let rare = [
            "OPERATOR",
            "CAST",
            "TEXT SEARCH",
            "DATABASE",
            "ROLE",
            "TABLESPACE",
            "LANGUAGE",
            "PROCEDURAL",
            "LARGE OBJECT",
            "SUBSCRIPTION",
            "FOREIGN DATA WRAPPER",
            "CONVERSION",
            "TRANSFORM",
            "ACCESS METHOD",
        ];
        if cursor.is_any(&rare) {
            return Ok(None);
        }
        Err(cursor.unexpected("the kind of an object"))
    }
}

fn text_or_null(cursor: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if cursor.eat("NULL") {
        return Ok(None);
    }
    Ok(Some(string(cursor, "a text in quotes or `NULL`")?).filter(|text| !text.is_empty()))
}
