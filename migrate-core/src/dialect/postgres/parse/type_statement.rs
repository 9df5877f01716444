//! Enumerated types, domains, composite types, ranges and base types.

use super::expr::{in_parens, take};
use super::names::{
    Parsed, cascade, group, if_exists, if_not_exists, list, name, qualified, string,
};
use super::types::{collation, option_value, plain_type};
use super::{Cursor, Parser};
use crate::op::{AttributeChange, ColumnChange, Op, Subject, ValuePosition};
use crate::schema::{Check, Domain, Enum, Kind, Name, Other};

impl<'t> Parser<'t> {
    /// `CREATE TYPE`, behind these words.
    pub(super) fn create_type(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let name = qualified(&mut cursor, "the name of a type")?;
        if cursor.eat("AS ENUM") {
            let inside = group(&mut cursor)?;
            cursor.end()?;
            let labels = if inside.is_empty() {
                Vec::new()
            } else {
                list(inside, |item| string(item, "a value in quotes"))?
            };
            let value = Box::new(Enum { labels, comment: None });
            return Ok(vec![Op::CreateEnum { name, value }]);
        }
        let definition = if cursor.eat("AS RANGE") {
            let inside = group(&mut cursor)?;
            definitions(inside)?;
            format!("RANGE ({})", self.written(inside))
        } else if cursor.eat("AS") {
            let inside = group(&mut cursor)?;
            if inside.is_empty() { String::new() } else { self.composite(inside)? }
        } else if cursor.is_empty() {
            "SHELL".to_owned()
        } else {
            let inside = group(&mut cursor)?;
            definitions(inside)?;
            format!("({})", self.written(inside))
        };
        cursor.end()?;
        Ok(vec![other(Kind::Type, name.to_string(), definition, cursor)])
    }

    fn composite(self, inside: Cursor<'t>) -> Parsed<String> {
        let attributes = list(inside, |item| {
            let name = name(item, "the name of an attribute")?;
            let data_type = plain_type(item)?;
            let mut text = format!("{name} {}", data_type.text);
            if item.eat("COLLATE") {
                text.push_str(&format!(" COLLATE {}", collation(item)?));
            }
            Ok(text)
        })?;
        Ok(attributes.join(", "))
    }

    /// `ALTER TYPE`, behind these words.
    pub(super) fn alter_type(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let name = qualified(&mut cursor, "the name of a type")?;
        let subject = Subject { kind: Kind::Type, name: name.clone(), part: None };
        if cursor.eat("ADD VALUE") {
            let if_not_exists = if_not_exists(&mut cursor)?;
            let value = string(&mut cursor, "a value in quotes")?;
            let position = match cursor.eat_any(&["BEFORE", "AFTER"]) {
                Some("BEFORE") => ValuePosition::Before(string(&mut cursor, "a value in quotes")?),
                Some(_) => ValuePosition::After(string(&mut cursor, "a value in quotes")?),
                None => ValuePosition::Last,
            };
            cursor.end()?;
            return Ok(vec![Op::AddEnumValue { name, value, position, if_not_exists }]);
        }
        if cursor.eat("RENAME VALUE") {
            let value = string(&mut cursor, "a value in quotes")?;
            cursor.expect("TO")?;
            let to = string(&mut cursor, "a value in quotes")?;
            cursor.end()?;
            return Ok(vec![Op::RenameEnumValue { name, value, to }]);
        }
        let changed = |name: Name| {
            let (kind, if_exists) = (Kind::Type, false);
            Ok(vec![Op::AlterOther { kind, key: name.to_string(), if_exists }])
        };
        if cursor.eat("RENAME ATTRIBUTE") {
            let from = super::names::name(&mut cursor, "the name of an attribute")?;
            cursor.expect("TO")?;
            let to = super::names::name(&mut cursor, "the new name")?;
            cascade(&mut cursor);
            cursor.end()?;
            let changes = vec![AttributeChange::Rename(from, to)];
            return Ok(vec![Op::AlterAttributes { name, changes }]);
        }
        if let Some(ops) = self.alter_any(&mut cursor, &subject, false)? {
            return Ok(ops);
        }
        if cursor.eat("SET") {
            definitions(group(&mut cursor)?)?;
            cursor.end()?;
            return changed(name);
        }
        Ok(vec![Op::AlterAttributes { name, changes: self.attributes(cursor)? }])
    }

    /// `CREATE DOMAIN`, behind these words.
    pub(super) fn create_domain(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let name = qualified(&mut cursor, "the name of a domain")?;
        cursor.eat("AS");
        let data_type = plain_type(&mut cursor)?.data_type();
        let mut domain = Domain { data_type, nullable: true, ..Domain::default() };
        while !cursor.is_empty() {
            if cursor.eat("COLLATE") {
                domain.collation = Some(collation(&mut cursor)?);
            } else if cursor.eat("DEFAULT") {
                let text = self.written(take_default(&mut cursor)?);
                domain.default = Some(text).filter(|text| !text.eq_ignore_ascii_case("null"));
            } else {
                self.constraint_of_domain(&mut cursor, &mut domain)?;
            }
        }
        let domain = Box::new(domain);
        Ok(vec![Op::CreateDomain { name, domain }])
    }

    /// Passes over one constraint of a domain.
    fn constraint_of_domain(self, cursor: &mut Cursor<'t>, domain: &mut Domain) -> Parsed<()> {
        let name = if cursor.eat("CONSTRAINT") {
            Some(name(cursor, "the name of a constraint")?)
        } else {
            None
        };
        if cursor.eat("NOT NULL") {
            domain.nullable = false;
        } else if cursor.eat("NULL") {
        } else if cursor.eat("CHECK") {
            let expression = self.written(in_parens(cursor)?.strip_parens());
            let details =
                if cursor.eat("NOT VALID") { "NOT VALID".to_owned() } else { String::new() };
            domain.checks.push(Check { name, expression, details, ..Check::default() });
        } else {
            return Err(cursor.unexpected("`CHECK`, `DEFAULT`, `NOT NULL` or `NULL`"));
        }
        Ok(())
    }

    /// `ALTER DOMAIN`, behind these words.
    pub(super) fn alter_domain(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let domain = qualified(&mut cursor, "the name of a domain")?;
        let subject = Subject { kind: Kind::Domain, name: domain.clone(), part: None };
        if let Some(ops) = self.alter_any(&mut cursor, &subject, false)? {
            return Ok(ops);
        }
        let change = if let Some(change) = self.common_change(&mut cursor)? {
            change
        } else if cursor.eat("RENAME CONSTRAINT") {
            let name = super::names::name(&mut cursor, "the name of a constraint")?;
            cursor.expect("TO")?;
            let to = super::names::name(&mut cursor, "the new name")?;
            ColumnChange::RenameCheck { name, to }
        } else if cursor.eat("DROP CONSTRAINT") {
            let if_exists = if_exists(&mut cursor);
            let name = super::names::name(&mut cursor, "the name of a constraint")?;
            cascade(&mut cursor);
            ColumnChange::DropCheck { name, if_exists }
        } else if cursor.eat("VALIDATE CONSTRAINT") {
            let name = super::names::name(&mut cursor, "the name of a constraint")?;
            ColumnChange::ValidateCheck(name)
        } else {
            cursor.expect("ADD")?;
            let mut with = Domain { nullable: true, ..Domain::default() };
            self.constraint_of_domain(&mut cursor, &mut with)?;
            match with.checks.pop() {
                Some(check) => ColumnChange::AddCheck(check),
                None => ColumnChange::Nullable(with.nullable),
            }
        };
        cursor.end()?;
        Ok(vec![Op::AlterDomain { name: domain, change }])
    }
}

/// Passes over the default of a domain.
fn take_default<'t>(cursor: &mut Cursor<'t>) -> Parsed<Cursor<'t>> {
    let mut copy = *cursor;
    let restricted = super::expr::take_restricted(&mut copy)?;
    if copy.is_empty() || copy.is_any(&["NOT", "NULL", "CHECK", "CONSTRAINT", "COLLATE", "DEFAULT"])
    {
        *cursor = copy;
        return Ok(restricted);
    }
    take(cursor)
}

/// Checks `name = value` in a list.
pub(super) fn definitions(inside: Cursor<'_>) -> Parsed<Vec<(String, String)>> {
    list(inside, |item| {
        let name = super::names::label(item, "the name of an option")?;
        if item.is_empty() {
            return Ok((name, String::new()));
        }
        item.expect("=")?;
        let value = if item.is("NONE") {
            item.bump();
            "none".to_owned()
        } else {
            option_value(item)?
        };
        Ok((name, value))
    })
}

/// An object that is known by name and text alone.
pub(super) fn other(kind: Kind, key: String, definition: String, uses: Cursor<'_>) -> Op {
    Op::CreateOther {
        kind,
        key,
        other: Box::new(Other { definition, table: None }),
        uses: super::names::mentioned(uses),
        if_not_exists: false,
        or_replace: false,
    }
}
