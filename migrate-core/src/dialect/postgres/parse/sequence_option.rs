//! The options that sequences and identity columns share, as statements and catalogs write them.

use super::Cursor;
use super::names::{Parsed, name, number, qualified};
use super::sequence::quoted_name;
use super::types::plain_type;
use crate::schema::{IdentityKind, Name};

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

    fn number(&self, name: &str) -> Option<i64> {
        self.value(name).and_then(|value| value.parse::<i64>().ok())
    }

    /// The least and the largest number. Without a value, as after `NO MINVALUE`, the limits are those of the
    /// type.
    fn limits(&self, usual: &str) -> (i64, i64) {
        let (usual_least, usual_most) = self.usual_limits(usual);
        let least = self.number("MINVALUE").unwrap_or(usual_least);
        (least, self.number("MAXVALUE").unwrap_or(usual_most))
    }

    fn usual_limits(&self, usual: &str) -> (i64, i64) {
        let (lowest, highest) = match self.value("AS").unwrap_or(usual) {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        if self.number("INCREMENT BY").unwrap_or(1) > 0 { (1, highest) } else { (lowest, -1) }
    }

    /// What differs from a sequence without options, in the order of the catalog. `usual` is the type
    /// that needs no words.
    pub(super) fn text(&self, usual: &str) -> String {
        let data_type = self.value("AS").unwrap_or(usual);
        let step = self.number("INCREMENT BY").unwrap_or(1);
        let (usual_least, usual_most) = self.usual_limits(usual);
        let (least, most) = self.limits(usual);
        let usual_start = if step > 0 { least } else { most };
        let start = self.number("START WITH").unwrap_or(usual_start);
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
        let cache = self.number("CACHE").unwrap_or(1);
        say(cache != 1, "CACHE", cache);
        if self.value("CYCLE") == Some("yes") {
            words.push("CYCLE".to_owned());
        }
        words.join(" ")
    }
}

/// The options of a text of the catalog.
fn read_options(text: &str) -> Option<Options> {
    let tokens = crate::sql::Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    if cursor.is_empty() { Some(Options::default()) } else { options(&mut cursor).ok() }
}

/// The options that a text of the catalog gives, for another usual type and with changes.
pub(in crate::dialect::postgres) fn changed_options(
    text: &str,
    usual: &str,
    changes: &[(String, String)],
    new_usual: &str,
) -> Option<String> {
    let mut found = read_options(text)?;
    if found.value("AS").is_none() {
        found.list.push(("AS".to_owned(), usual.to_owned()));
    }
    if !changes.is_empty() {
        // The first value stays what it is when a limit changes.
        let start = found.start()?;
        found.list.push(("START WITH".to_owned(), start.to_string()));
        let falls = |step: Option<&str>| step.is_some_and(|step| step.starts_with('-'));
        let step = changes.iter().find(|(name, _)| name == "INCREMENT BY");
        if step.is_some_and(|(_, step)| falls(Some(step)) != falls(found.value("INCREMENT BY"))) {
            // So do the limits when the sequence counts the other way.
            let (least, most) = found.limits(usual);
            found.list.push(("MINVALUE".to_owned(), least.to_string()));
            found.list.push(("MAXVALUE".to_owned(), most.to_string()));
        }
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

/// Options in capitals and their new values.
type Changes = Vec<(String, String)>;

/// The changes that lead from the options of one text of the catalog to those of another; `None` where no
/// statement changes them. A sequence whose next number may be outside of its limits begins again.
pub(in crate::dialect::postgres) fn option_changes(
    (old, usual): (&str, &str),
    (new, new_usual): (&str, &str),
) -> Option<Changes> {
    let read = |text: &str, usual: &str| {
        read_options(text).map(|mut found| {
            if found.value("AS").is_none() {
                found.list.push(("AS".to_owned(), usual.to_owned()));
            }
            found
        })
    };
    let (before, after) = (read(old, usual)?, read(new, new_usual)?);
    if old.starts_with("UNLOGGED") != new.starts_with("UNLOGGED")
        || before.value("SEQUENCE NAME") != after.value("SEQUENCE NAME")
    {
        return None;
    }
    let mut changes = Vec::new();
    let falls = |of: &Options| of.number("INCREMENT BY").is_some_and(|step| step < 0);
    let turns = falls(&before) != falls(&after);
    for name in ["AS", "INCREMENT BY", "MINVALUE", "MAXVALUE", "CACHE", "CYCLE"] {
        let usual_value = matches!(name, "INCREMENT BY" | "CACHE").then_some("1");
        let value = |of: &Options| of.value(name).or(usual_value).map(str::to_owned);
        let (was, is) = (value(&before), value(&after));
        if was != is || turns && name.ends_with("VALUE") {
            changes.push((name.to_owned(), is.unwrap_or_default()));
        }
    }
    let (first, start) = (before.start()?, after.start()?);
    if first != start {
        changes.push(("START WITH".to_owned(), start.to_string()));
    }
    if turns || first != start && before.limits(usual) != after.limits(new_usual) {
        changes.push(("RESTART".to_owned(), String::new()));
    }
    Some(changes)
}

/// The new kind of an identity and its changed options, from `SET GENERATED .. SET INCREMENT BY .. RESTART`;
/// `None` where the text is no such change.
pub(in crate::dialect::postgres) fn identity_changes(
    text: &str,
) -> Option<(Option<IdentityKind>, Changes)> {
    let tokens = crate::sql::Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let (mut kind, mut found) = (None, Options::default());
    while !cursor.is_empty() {
        let is_set = cursor.eat("SET");
        if is_set && cursor.eat("GENERATED") {
            let is_always = cursor.eat("ALWAYS");
            if !is_always && !cursor.eat("BY DEFAULT") {
                return None;
            }
            kind = Some(if is_always { IdentityKind::Always } else { IdentityKind::ByDefault });
        } else if is_set || cursor.is("RESTART") {
            option(&mut cursor, &mut found).ok()?;
        } else {
            return None;
        }
    }
    Some((kind, found.list))
}

/// The first number of a sequence with these options, and whether it falls.
pub(in crate::dialect::postgres) fn first_number(text: &str) -> Option<(i64, bool)> {
    let found = read_options(text)?;
    let step = found.value("INCREMENT BY").map_or(Some(1), |step| step.parse::<i64>().ok())?;
    Some((found.start()?, step < 0))
}

/// An option as SQL writes it.
pub(in crate::dialect::postgres) fn option_text((name, value): &(String, String)) -> String {
    match (name.as_str(), value.as_str()) {
        ("CYCLE", "yes") => name.clone(),
        ("MINVALUE" | "MAXVALUE" | "CYCLE", "") => format!("NO {name}"),
        (_, "") => name.clone(),
        _ => format!("{name} {value}"),
    }
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
        let name = qualified(cursor, "the name of a sequence")?;
        let namespace = name.namespace.filter(|space| space != "public");
        return add("SEQUENCE NAME", quoted_name(&Name { namespace, name: name.name }));
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
