//! Sequences, and `ALTER` as all objects have it.

use super::names::{Parsed, if_exists, if_not_exists, name, qualified, quoted, relation, word};
use super::sequence_option::{Options, options};
use super::{Cursor, Parser};
use crate::op::{Op, SequenceChange, Subject};
use crate::schema::{Kind, Name, Sequence};

impl<'t> Parser<'t> {
    /// `CREATE SEQUENCE`.
    pub(super) fn create_sequence(
        self,
        mut cursor: Cursor<'t>,
        (temporary, unlogged): (bool, bool),
    ) -> Parsed<Vec<Op>> {
        let if_not_exists = if_not_exists(&mut cursor)?;
        let name = qualified(&mut cursor, "the name of a sequence")?;
        let name = super::table::of_session(name, temporary);
        let found = if cursor.is_empty() { Options::default() } else { options(&mut cursor)? };
        let text = found.text("bigint");
        let definition = match (unlogged, text.is_empty()) {
            (true, true) => "UNLOGGED".to_owned(),
            (true, false) => format!("UNLOGGED {text}"),
            _ => text,
        };
        let owned_by = found.owned_by.flatten();
        let sequence = Box::new(Sequence { definition, owned_by, comment: None });
        Ok(vec![Op::CreateSequence { name, sequence, if_not_exists, or_replace: false }])
    }

    /// `ALTER SEQUENCE`.
    pub(super) fn alter_sequence(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let if_exists = if_exists(&mut cursor);
        let sequence = relation(&mut cursor)?;
        let subject = Subject { kind: Kind::Sequence, name: sequence.clone(), part: None };
        if let Some(op) = self.alter_any(&mut cursor, &subject, if_exists)? {
            return Ok(op);
        }
        if cursor.eat("SET LOGGED") || cursor.eat("SET UNLOGGED") {
            cursor.end()?;
            return Ok(vec![Op::AlterSequence {
                name: sequence,
                change: SequenceChange::Options(vec![("SET".to_owned(), "LOGGED".to_owned())]),
                if_exists,
            }]);
        }
        let found = options(&mut cursor)?;
        let mut ops = Vec::new();
        let op = |change| Op::AlterSequence { name: sequence.clone(), change, if_exists };
        if !found.list.is_empty() {
            ops.push(op(SequenceChange::Options(found.list)));
        }
        if let Some(owner) = found.owned_by {
            ops.push(op(SequenceChange::OwnedBy(owner)));
        }
        Ok(ops)
    }

    /// The forms of `ALTER` that all objects have: `RENAME TO`, `SET SCHEMA`, `OWNER TO`,
    /// `DEPENDS ON EXTENSION`.
    pub(super) fn alter_any(
        self,
        cursor: &mut Cursor<'t>,
        subject: &Subject,
        if_exists: bool,
    ) -> Parsed<Option<Vec<Op>>> {
        let subject = subject.clone();
        let op = if cursor.eat("RENAME TO") {
            let to = name(cursor, "the new name")?;
            Op::Rename { subject, to, if_exists }
        } else if cursor.eat("SET SCHEMA") {
            let namespace = name(cursor, "the name of a schema")?;
            Op::SetNamespace { subject, namespace, if_exists }
        } else if cursor.eat("OWNER TO") {
            match subject.kind {
                Kind::Table
                | Kind::View
                | Kind::MaterialisedView
                | Kind::Sequence
                | Kind::Function
                | Kind::Procedure
                | Kind::Type
                | Kind::Domain
                | Kind::Namespace => super::grant::owner(cursor, subject)?,
                _ => {
                    super::names::role(cursor)?;
                    Op::AlterOther { kind: Kind::Grant, key: grant_key(&subject), if_exists }
                }
            }
        } else if cursor.eat("DEPENDS ON EXTENSION") || cursor.eat("NO DEPENDS ON EXTENSION") {
            word(cursor, "the name of an extension")?;
            cursor.end()?;
            return Ok(Some(Vec::new()));
        } else {
            return Ok(None);
        };
        cursor.end()?;
        Ok(Some(vec![op]))
    }
}

/// The key of the grants on an object: `on table users`.
pub(super) fn grant_key(subject: &Subject) -> String {
    let name = match &subject.part {
        Some(part) => part.clone(),
        None => subject.name.to_string(),
    };
    format!("on {} {name}", subject.kind.word())
}

/// A name with its namespace as SQL writes it.
pub(super) fn quoted_name(name: &Name) -> String {
    let space = name.namespace.as_deref().map(|space| format!("{}.", quoted(space)));
    format!("{}{}", space.unwrap_or_default(), quoted(&name.name))
}
