//! Sequences, and the options that they share with identity columns.

use super::names::{
    Parsed, if_exists, if_not_exists, name, number, qualified, quoted, relation, role, word,
};
use super::types::plain_type;
use super::{Cursor, Parser};
use crate::op::{Op, SequenceChange, Subject};
use crate::schema::{Kind, Name, Sequence};

/// The options of a sequence, as a statement gives them.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// An option in capitals and its value each, in the order of the statement.
    pub(super) list: Vec<(String, String)>,
    /// The table and column of `OWNED BY`; `Some(None)` is `OWNED BY NONE`.
    pub(super) owned_by: Option<Option<(Name, String)>>,
}

impl Options {
    fn value(&self, name: &str) -> Option<&str> {
        let found = self.list.iter().rev().find(|(option, _)| option == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The first value; `None` if it is no number.
    fn start(&self) -> Option<i64> {
        if let Some(start) = self.value("START WITH") {
            return start.parse().ok();
        }
        let step = self.value("INCREMENT BY").map_or(Some(1), |step| step.parse::<i64>().ok())?;
        let limit = if step > 0 { "MINVALUE" } else { "MAXVALUE" };
        match self.value(limit) {
            Some(limit) => limit.parse().ok(),
            None => Some(if step > 0 { 1 } else { -1 }),
        }
    }

    /// What differs from a sequence without options, in the order of the catalog. `usual` is the type
    /// that needs no words.
    pub(super) fn text(&self, usual: &str) -> String {
        let data_type = self.value("AS").unwrap_or(usual);
        let parse = |name: &str| self.value(name).and_then(|value| value.parse::<i64>().ok());
        let (lowest, highest) = match data_type {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let step = parse("INCREMENT BY").unwrap_or(1);
        // Without a value, as after `NO MINVALUE`, the limits are those of the type.
        let (usual_least, usual_most) = if step > 0 { (1, highest) } else { (lowest, -1) };
        let least = parse("MINVALUE").unwrap_or(usual_least);
        let most = parse("MAXVALUE").unwrap_or(usual_most);
        let usual_start = if step > 0 { least } else { most };
        let start = parse("START WITH").unwrap_or(usual_start);
        let mut words = Vec::new();
        if let Some(name) = self.value("SEQUENCE NAME") {
            words.push(format!("SEQUENCE NAME {name}"));
        }
        if data_type != usual {
            words.push(format!("AS {data_type}"));
        }
        let mut say = |differs: bool, what: &str, value: i64| {
            if differs {
                words.push(format!("{what} {value}"));
            }
        };
        say(start != usual_start, "START WITH", start);
        say(step != 1, "INCREMENT BY", step);
        say(least != usual_least, "MINVALUE", least);
        say(most != usual_most, "MAXVALUE", most);
        let cache = parse("CACHE").unwrap_or(1);
        say(cache != 1, "CACHE", cache);
        if self.value("CYCLE") == Some("yes") {
            words.push("CYCLE".to_owned());
        }
        words.join(" ")
    }
}

/// The options that a text of the catalog gives, for another usual type and with changes.
pub(in crate::dialect::postgres) fn changed_options(
    text: &str,
    usual: &str,
    changes: &[(String, String)],
    new_usual: &str,
) -> Option<String> {
    let tokens = crate::sql::Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let mut found =
        if cursor.is_empty() { Options::default() } else { options(&mut cursor).ok()? };
    if found.value("AS").is_none() {
        found.list.push(("AS".to_owned(), usual.to_owned()));
    }
    if !changes.is_empty() {
        // The first value stays what it is when a limit changes.
        let start = found.start()?;
        found.list.push(("START WITH".to_owned(), start.to_string()));
    }
    for (name, value) in changes {
        match name.as_str() {
            "RESTART" => {}
            "SET" => return None,
            _ => found.list.push((name.clone(), value.clone())),
        }
    }
    let prefix = if text.starts_with("UNLOGGED") { "UNLOGGED " } else { "" };
    Some(format!("{prefix}{}", found.text(new_usual)).trim_end().to_owned())
}

/// Passes over the options of a sequence up to the end.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Parsed<Options> {
    let mut found = Options::default();
    if cursor.is_empty() {
        return Err(cursor.unexpected("an option of a sequence"));
    }
    while !cursor.is_empty() {
        option(cursor, &mut found)?;
    }
    Ok(found)
}

/// Passes over one option of a sequence.
pub(super) fn option(cursor: &mut Cursor<'_>, found: &mut Options) -> Parsed<()> {
    let start = *cursor;
    let mut add = |name: &str, value: String| {
        let again = found.list.iter().any(|(known, _)| known == name);
        found.list.push((name.to_owned(), value));
        if again { Err(start.unexpected("an option that is not given before")) } else { Ok(()) }
    };
    if cursor.eat("AS") {
        return add("AS", plain_type(cursor)?.text);
    }
    if cursor.eat("OWNED BY") {
        let owner = if cursor.eat("NONE") { None } else { Some(column(cursor)?) };
        found.owned_by = Some(owner);
        return Ok(());
    }
    if cursor.eat("SEQUENCE NAME") {
        return add("SEQUENCE NAME", qualified(cursor, "the name of a sequence")?.to_string());
    }
    if cursor.eat("NO") {
        let word = cursor.eat_any(&["MINVALUE", "MAXVALUE", "CYCLE"]);
        let word = word.ok_or_else(|| cursor.unexpected("`CYCLE`, `MAXVALUE` or `MINVALUE`"))?;
        return add(word, String::new());
    }
    if cursor.eat("CYCLE") {
        return add("CYCLE", "yes".to_owned());
    }
    if cursor.eat("RESTART") {
        cursor.eat("WITH");
        let has_number =
            cursor.is_any(&["-", "+"]) || cursor.is_kind(crate::sql::TokenKind::Number);
        return add("RESTART", if has_number { number(cursor)? } else { String::new() });
    }
    if cursor.eat_any(&["LOGGED", "UNLOGGED"]).is_some() {
        return Ok(());
    }
    let name = match cursor.eat_any(&["CACHE", "INCREMENT", "MAXVALUE", "MINVALUE", "START"]) {
        Some("INCREMENT") => {
            cursor.eat("BY");
            "INCREMENT BY"
        }
        Some("START") => {
            cursor.eat("WITH");
            "START WITH"
        }
        Some(word) => word,
        None => return Err(cursor.unexpected("an option of a sequence")),
    };
    add(name, number(cursor)?)
}

/// A column with its table before it.
fn column(cursor: &mut Cursor<'_>) -> Parsed<(Name, String)> {
    let start = *cursor;
    let mut parts = vec![name(cursor, "the name of a table")?];
    while cursor.eat(".") {
        parts.push(super::names::label(cursor, "the name of a column")?);
    }
    let column = parts.pop().unwrap_or_default();
    let Some(table) = parts.pop() else {
        return Err(start.unexpected("a column with its table"));
    };
    Ok((Name { namespace: parts.pop(), name: table }, column))
}

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
            role(cursor)?;
            Op::AlterOther { kind: Kind::Grant, key: grant_key(&subject), if_exists }
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
