//! Sequences of MariaDB.

use super::grammar::{if_exists, if_not_exists, qualified, signed_number};
use super::option::{TableOption, option};
use crate::op::{Op, SequenceChange};
use crate::schema::Sequence;
use crate::sql::{Cursor, Unexpected};

/// The options of a sequence that a statement gives; the inner `None` is `NO ..`.
#[derive(Debug, Clone, Default)]
struct Options {
    start: Option<String>,
    least: Option<Option<String>>,
    most: Option<Option<String>>,
    increment: Option<String>,
    cache: Option<Option<String>>,
    cycle: Option<bool>,
    restart: Option<Option<String>>,
}

impl Options {
    /// Passes over an option, if one comes next.
    fn read(&mut self, cursor: &mut Cursor<'_>, alters: bool) -> Result<bool, Unexpected> {
        if cursor.eat("START") {
            let _ = cursor.eat("WITH") || cursor.eat("=");
            self.start = Some(signed_number(cursor)?);
        } else if cursor.eat("INCREMENT") {
            let _ = cursor.eat("BY") || cursor.eat("=");
            self.increment = Some(signed_number(cursor)?);
        } else if cursor.eat("MINVALUE") {
            cursor.eat("=");
            self.least = Some(Some(signed_number(cursor)?));
        } else if cursor.eat("NOMINVALUE") || cursor.eat("NO MINVALUE") {
            self.least = Some(None);
        } else if cursor.eat("MAXVALUE") {
            cursor.eat("=");
            self.most = Some(Some(signed_number(cursor)?));
        } else if cursor.eat("NOMAXVALUE") || cursor.eat("NO MAXVALUE") {
            self.most = Some(None);
        } else if cursor.eat("CACHE") {
            cursor.eat("=");
            self.cache = Some(Some(signed_number(cursor)?));
        } else if cursor.eat("NOCACHE") || cursor.eat("NO CACHE") {
            self.cache = Some(None);
        } else if cursor.eat("CYCLE") {
            self.cycle = Some(true);
        } else if cursor.eat("NOCYCLE") || cursor.eat("NO CYCLE") {
            self.cycle = Some(false);
        } else if alters && cursor.eat("RESTART") {
            let named = cursor.eat("WITH") || cursor.eat("=");
            let is_number = named
                || !(cursor.is_empty()
                    || cursor.peek().is_some_and(|next| next.kind == crate::sql::TokenKind::Word));
            self.restart = Some(if is_number { Some(signed_number(cursor)?) } else { None });
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// The definition, as the server prints it.
    fn definition(&self, engine: Option<&str>) -> String {
        let increment = self.increment.clone().unwrap_or_else(|| "1".to_owned());
        let falls = increment.starts_with('-');
        let given = |value: &Option<Option<String>>| value.clone().flatten();
        let usual = |rising: &str, falling: &str| if falls { falling } else { rising }.to_owned();
        let least = given(&self.least).unwrap_or_else(|| usual("1", "-9223372036854775807"));
        let most = given(&self.most).unwrap_or_else(|| usual("9223372036854775806", "-1"));
        let first = if falls { &most } else { &least };
        let start = self.start.as_ref().unwrap_or(first);
        let cache = match &self.cache {
            Some(None) => "nocache".to_owned(),
            Some(Some(count)) if count == "0" => "nocache".to_owned(),
            Some(Some(count)) => format!("cache {count}"),
            None => "cache 1000".to_owned(),
        };
        let cycle = if self.cycle == Some(true) { "cycle" } else { "nocycle" };
        let engine = engine.unwrap_or("InnoDB");
        format!(
            "start with {start} minvalue {least} maxvalue {most} increment by {increment} \
             {cache} {cycle} ENGINE={engine}"
        )
    }

    /// The options by name, for a change.
    fn named(self) -> Vec<(String, String)> {
        let no = |value: Option<String>| value.unwrap_or_else(|| "NO".to_owned());
        let options = [
            ("START", self.start),
            ("MINVALUE", self.least.map(no)),
            ("MAXVALUE", self.most.map(no)),
            ("INCREMENT", self.increment),
            ("CACHE", self.cache.map(no)),
            ("CYCLE", self.cycle.map(|cycle| if cycle { "YES" } else { "NO" }.to_owned())),
            ("RESTART", self.restart.map(Option::unwrap_or_default)),
        ];
        let given = options.into_iter();
        given.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// The options of a definition as the server prints it, and its engine.
fn of_definition(text: &str) -> Option<(Options, Option<String>)> {
    let tokens = crate::sql::Tokens::read_until_error(text, &super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let mut options = Options::default();
    while options.read(&mut cursor, false).ok()? {}
    let engine = match option(&mut cursor).ok()? {
        Some(TableOption::Option(name, value)) if name == "engine" => value,
        _ => None,
    };
    cursor.is_empty().then_some((options, engine))
}

/// A definition after changes; `None` where they are not understood.
pub(in crate::dialect::mysql) fn changed_definition(
    text: &str,
    changes: &[(String, String)],
) -> Option<String> {
    let (mut options, engine) = of_definition(text)?;
    for (name, value) in changes {
        let value = Some(value.clone()).filter(|value| value != "NO");
        match (name.as_str(), value) {
            ("START", value) => options.start = value,
            ("INCREMENT", value) => options.increment = value,
            ("MINVALUE", Some(value)) => options.least = Some(Some(value)),
            ("MAXVALUE", Some(value)) => options.most = Some(Some(value)),
            ("CACHE", value) => options.cache = Some(value),
            ("CYCLE", value) => options.cycle = Some(value.is_some()),
            ("RESTART", _) => {}
            _ => return None,
        }
    }
    Some(options.definition(engine.as_deref()))
}

/// The changes that lead from one definition to another; `None` where the engine is another one.
pub(in crate::dialect::mysql) fn definition_changes(
    before: &str,
    after: &str,
) -> Option<Vec<(String, String)>> {
    let ((old, engine), (new, other)) = (of_definition(before)?, of_definition(after)?);
    if engine != other {
        return None;
    }
    let old = old.named();
    let mut changes: Vec<(String, String)> =
        new.named().into_iter().filter(|change| !old.contains(change)).collect();
    let has = |name: &str| changes.iter().any(|(own, _)| own == name);
    // The next number may be outside of the new limits.
    if has("START") && (has("MINVALUE") || has("MAXVALUE")) {
        changes.push(("RESTART".to_owned(), String::new()));
    }
    Some(changes)
}

/// Reads a sequence behind `CREATE [OR REPLACE] [TEMPORARY] SEQUENCE`.
pub(super) fn create_sequence(
    mut cursor: Cursor<'_>,
    or_replace: bool,
    temporary: bool,
) -> Result<Op, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of a sequence")?;
    let name = super::table::of_session(name, temporary);
    if cursor.eat("AS") {
        super::data_type::data_type(&mut cursor)?;
    }
    let mut options = Options::default();
    let (mut engine, mut comment) = (None, None);
    loop {
        if options.read(&mut cursor, false)? {
            continue;
        }
        match option(&mut cursor)? {
            Some(TableOption::Comment(text)) => {
                comment = Some(text).filter(|text| !text.is_empty())
            }
            Some(TableOption::Option(name, value)) if name == "engine" => engine = value,
            Some(_) => {}
            None => break,
        }
    }
    cursor.end()?;
    let definition = options.definition(engine.as_deref());
    let sequence = Box::new(Sequence { definition, owned_by: None, comment });
    Ok(Op::CreateSequence { name, sequence, if_not_exists, or_replace })
}

/// Reads a statement behind `ALTER SEQUENCE`.
pub(super) fn alter_sequence(mut cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    let if_exists = if_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of a sequence")?;
    let mut options = Options::default();
    while options.read(&mut cursor, true)? {}
    cursor.end()?;
    let change = SequenceChange::Options(options.named());
    Ok(Op::AlterSequence { name, change, if_exists })
}
