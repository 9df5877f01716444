//! Triggers, event triggers, rules and policies: what stands on a table.

use super::expr::{in_parens, take};
use super::names::{
    Parsed, cascade, function_name, group, if_exists, label, list, mentioned, name, qualified,
    role, sequence, string,
};
use super::sequence::quoted_name;
use super::{Cursor, Parser};
use crate::op::{Op, Subject};
use crate::schema::{Kind, Name, Other, Trigger};
use crate::sql::TokenKind;

impl<'t> Parser<'t> {
    /// `CREATE TRIGGER`, behind these words.
    pub(super) fn create_trigger(
        self,
        mut cursor: Cursor<'t>,
        (constraint, or_replace): (bool, bool),
    ) -> Parsed<Vec<Op>> {
        let trigger = name(&mut cursor, "the name of a trigger")?;
        let times: &[&str] =
            if constraint { &["AFTER"] } else { &["BEFORE", "AFTER", "INSTEAD OF"] };
        let Some(time) = cursor.eat_any(times) else {
            return Err(cursor.unexpected("`AFTER`, `BEFORE` or `INSTEAD OF`"));
        };
        let events = events(&mut cursor)?;
        cursor.expect("ON")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        let what = if constraint { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
        let mut text = format!(
            "CREATE {what} {} {time} {events} ON {}",
            super::names::quoted(&trigger),
            quoted_name(&table)
        );
        if constraint {
            if cursor.eat("FROM") {
                let from = qualified(&mut cursor, "the name of a table")?;
                text.push_str(&format!(" FROM {}", quoted_name(&from)));
            }
            let when = super::column::attributes(&mut cursor)?.deferrable.unwrap_or_default();
            text.push_str(match when {
                crate::schema::Deferrable::No => " NOT DEFERRABLE INITIALLY IMMEDIATE",
                crate::schema::Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
                crate::schema::Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
            });
        } else if cursor.eat("REFERENCING") {
            text.push_str(" REFERENCING");
            while let Some(which) = cursor.eat_any(&["OLD TABLE", "NEW TABLE"]) {
                cursor.eat("AS");
                text.push_str(&format!(" {which} AS {}", name(&mut cursor, "a name")?));
            }
        }
        let mut each = "STATEMENT";
        if cursor.eat("FOR") {
            cursor.eat("EACH");
            each = cursor
                .eat_any(&["ROW", "STATEMENT"])
                .ok_or_else(|| cursor.unexpected("`ROW` or `STATEMENT`"))?;
        } else if constraint {
            return Err(cursor.unexpected("`FOR EACH ROW`"));
        }
        text.push_str(&format!(" FOR EACH {each}"));
        let mut uses = Vec::new();
        if cursor.eat("WHEN") {
            let condition = in_parens(&mut cursor)?;
            uses.extend(mentioned(condition));
            text.push_str(&format!(" WHEN ({})", self.written(condition)));
        }
        let function = execute(&mut cursor)?;
        let arguments = group(&mut cursor)?;
        trigger_arguments(arguments)?;
        cursor.end()?;
        let arguments: Vec<String> = arguments.items().map(argument).collect();
        text.push_str(&format!(
            " EXECUTE FUNCTION {}({})",
            quoted_name(&function),
            arguments.join(", ")
        ));
        uses.push(function);
        let (name, trigger) =
            (Name::new(trigger), Trigger { definition: text, ..Trigger::default() });
        let if_not_exists = false;
        Ok(vec![Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace }])
    }

    /// `ALTER TRIGGER`, `ALTER POLICY` or `ALTER RULE`, behind these words.
    pub(super) fn alter_on_table(self, mut cursor: Cursor<'t>, kind: Kind) -> Parsed<Vec<Op>> {
        let if_exists = kind == Kind::Policy && if_exists(&mut cursor);
        let part = name(&mut cursor, "a name")?;
        cursor.expect("ON")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        if cursor.eat("RENAME TO") {
            let to = name(&mut cursor, "the new name")?;
            cursor.end()?;
            let subject = Subject { kind, name: table, part: Some(part) };
            return Ok(vec![Op::Rename { subject, to, if_exists }]);
        }
        if kind == Kind::Trigger
            && cursor.eat_any(&["DEPENDS ON EXTENSION", "NO DEPENDS ON EXTENSION"]).is_some()
        {
            name(&mut cursor, "the name of an extension")?;
            cursor.end()?;
            return Ok(Vec::new());
        }
        if kind != Kind::Policy || cursor.is_empty() {
            return Err(cursor.unexpected("`RENAME TO`"));
        }
        self.policy_parts(&mut cursor, false)?;
        cursor.end()?;
        Ok(vec![Op::AlterOther { kind, key: format!("{part} on {table}"), if_exists }])
    }

    /// `DROP TRIGGER`, `DROP POLICY` or `DROP RULE`, behind these words.
    pub(super) fn drop_on_table(self, mut cursor: Cursor<'t>, kind: Kind) -> Parsed<Vec<Op>> {
        let if_exists = if_exists(&mut cursor);
        let part = name(&mut cursor, "a name")?;
        cursor.expect("ON")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        let cascade = cascade(&mut cursor);
        cursor.end()?;
        if kind == Kind::Trigger {
            let (name, table) = (Name::new(part), Some(table));
            return Ok(vec![Op::DropTrigger { name, table, if_exists, cascade }]);
        }
        let key = Some(format!("{part} on {table}"));
        Ok(vec![Op::Drop { kind, name: table, key, if_exists, cascade }])
    }

    /// `CREATE EVENT TRIGGER`, behind these words.
    pub(super) fn create_event_trigger(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let name = name(&mut cursor, "the name of a trigger")?;
        cursor.expect("ON")?;
        let event = label(&mut cursor, "an event")?;
        let mut tags = Vec::new();
        if cursor.eat("WHEN") {
            loop {
                super::names::name(&mut cursor, "`TAG`")?;
                cursor.expect("IN")?;
                tags.extend(list(group(&mut cursor)?, |item| string(item, "a tag in quotes"))?);
                if !cursor.eat("AND") {
                    break;
                }
            }
        }
        let function = execute(&mut cursor)?;
        let inside = group(&mut cursor)?;
        inside.end()?;
        cursor.end()?;
        let tags = if tags.is_empty() {
            String::new()
        } else {
            format!(" WHEN TAG IN ({})", tags.join(", "))
        };
        let definition = format!("ON {event}{tags} EXECUTE FUNCTION {}()", quoted_name(&function));
        Ok(vec![Op::CreateOther {
            kind: Kind::EventTrigger,
            key: name,
            other: Box::new(Other { definition, table: None }),
            uses: vec![function],
            if_not_exists: false,
            or_replace: false,
        }])
    }

    /// `CREATE RULE`, behind these words.
    pub(super) fn create_rule(self, mut cursor: Cursor<'t>, or_replace: bool) -> Parsed<Vec<Op>> {
        let rule = name(&mut cursor, "the name of a rule")?;
        cursor.expect("AS ON")?;
        if cursor.eat_any(&["SELECT", "INSERT", "UPDATE", "DELETE"]).is_none() {
            return Err(cursor.unexpected("`DELETE`, `INSERT`, `SELECT` or `UPDATE`"));
        }
        cursor.expect("TO")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        let body = cursor;
        if cursor.eat("WHERE") {
            take(&mut cursor)?;
        }
        cursor.expect("DO")?;
        cursor.eat_any(&["ALSO", "INSTEAD"]);
        if cursor.is_empty() {
            return Err(cursor.unexpected("an action"));
        }
        let definition = self.written(self.statement);
        Ok(vec![Op::CreateOther {
            kind: Kind::Rule,
            key: format!("{rule} on {table}"),
            other: Box::new(Other { definition, table: Some(table) }),
            uses: mentioned(body),
            if_not_exists: false,
            or_replace,
        }])
    }

    /// `CREATE POLICY`, behind these words.
    pub(super) fn create_policy(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        let policy = name(&mut cursor, "the name of a policy")?;
        cursor.expect("ON")?;
        let table = qualified(&mut cursor, "the name of a table")?;
        let body = cursor;
        let definition = self.policy_parts(&mut cursor, true)?;
        cursor.end()?;
        Ok(vec![Op::CreateOther {
            kind: Kind::Policy,
            key: format!("{policy} on {table}"),
            other: Box::new(Other { definition, table: Some(table) }),
            uses: mentioned(body),
            if_not_exists: false,
            or_replace: false,
        }])
    }

    /// What follows the table of a policy, in the words of the catalog.
    fn policy_parts(self, cursor: &mut Cursor<'t>, created: bool) -> Parsed<String> {
        let mut words = Vec::new();
        if created && cursor.eat("AS") {
            match cursor.eat_any(&["PERMISSIVE", "RESTRICTIVE"]) {
                Some("RESTRICTIVE") => words.push("AS RESTRICTIVE".to_owned()),
                Some(_) => {}
                None => return Err(cursor.unexpected("`PERMISSIVE` or `RESTRICTIVE`")),
            }
        }
        let mut command = "ALL";
        if created && cursor.eat("FOR") {
            let commands = ["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"];
            command = cursor.eat_any(&commands).ok_or_else(|| cursor.unexpected("a command"))?;
        }
        words.push(format!("FOR {command}"));
        let mut roles = vec!["PUBLIC".to_owned()];
        if cursor.eat("TO") {
            roles = sequence(cursor, |cursor| Ok(super::names::quoted(&role(cursor)?)))?;
            for role in &mut roles {
                if role == "public" {
                    role.make_ascii_uppercase();
                }
            }
            roles.sort();
        }
        words.push(format!("TO {}", roles.join(", ")));
        if cursor.eat("USING") {
            words.push(format!("USING ({})", self.written(in_parens(cursor)?)));
        }
        if cursor.eat("WITH CHECK") {
            words.push(format!("WITH CHECK ({})", self.written(in_parens(cursor)?)));
        }
        Ok(words.join(" "))
    }
}

/// Passes over the events of a trigger, in the order of the catalog.
fn events(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    loop {
        let start = *cursor;
        let order = ["INSERT", "DELETE", "UPDATE", "TRUNCATE"];
        let Some(event) = cursor.eat_any(&order) else {
            return Err(cursor.unexpected("`DELETE`, `INSERT`, `TRUNCATE` or `UPDATE`"));
        };
        let at = order.iter().position(|one| *one == event).unwrap_or_default();
        if found.iter().any(|(known, _)| *known == at) {
            return Err(start.unexpected("an event that is not given before"));
        }
        let mut text = event.to_owned();
        if event == "UPDATE" && cursor.eat("OF") {
            let columns = sequence(cursor, |cursor| name(cursor, "the name of a column"))?;
            text = format!("UPDATE OF {}", super::column::column_list(&columns));
        }
        found.push((at, text));
        if !cursor.eat("OR") {
            break;
        }
    }
    found.sort();
    let texts: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    Ok(texts.join(" OR "))
}

/// Passes over `EXECUTE FUNCTION f`.
fn execute(cursor: &mut Cursor<'_>) -> Parsed<Name> {
    cursor.expect("EXECUTE")?;
    if cursor.eat_any(&["FUNCTION", "PROCEDURE"]).is_none() {
        return Err(cursor.unexpected("`FUNCTION`"));
    }
    function_name(cursor, "the name of a function")
}

/// The arguments of a trigger's function: literals and words.
fn trigger_arguments(inside: Cursor<'_>) -> Parsed<()> {
    if inside.is_empty() {
        return Ok(());
    }
    list(inside, |item| match item.peek().map(|next| next.kind) {
        Some(TokenKind::String) => string(item, "an argument").map(drop),
        Some(TokenKind::Number) => {
            item.bump();
            Ok(())
        }
        _ => label(item, "an argument").map(drop),
    })
    .map(drop)
}

/// An argument as the catalog writes it: a string.
fn argument(mut item: Cursor<'_>) -> String {
    let text = match item.string() {
        Some(text) => text,
        None => match item.peek() {
            Some(next) if next.kind == TokenKind::Number => next.text.to_owned(),
            _ => item.name().unwrap_or_default(),
        },
    };
    format!("'{}'", text.replace('\'', "''"))
}
