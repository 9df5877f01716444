//! What the server keeps as code: views, triggers, routines, events. Their bodies are token ranges.

use super::data_type::data_type;
use super::grammar::{
    column_list, end_of_item, group, if_not_exists, mentioned, name, one_of, parentheses_close,
    qualified, query, string, written,
};
use super::user::user;
use crate::op::Op;
use crate::schema::{Kind, Name, Other, Trigger, View};
use crate::sql::{Cursor, Unexpected, quote};

/// What stands between `CREATE` and the kind of the object.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    pub(super) or_replace: bool,
    algorithm: Option<&'static str>,
    /// The user in quotes, where one is named.
    definer: Option<String>,
    invoker: bool,
}

impl Header {
    /// Passes over the clauses, which stand in this order.
    pub(super) fn read(cursor: &mut Cursor<'_>, or_replace: bool) -> Result<Self, Unexpected> {
        let mut header = Self { or_replace, ..Self::default() };
        if cursor.eat("ALGORITHM") {
            cursor.expect("=")?;
            header.algorithm = Some(one_of(cursor, &["UNDEFINED", "MERGE", "TEMPTABLE"])?);
        }
        if cursor.eat("DEFINER") {
            cursor.expect("=")?;
            header.definer = Some(user(cursor)?).filter(|user| !user.is_empty());
        }
        if cursor.eat("SQL SECURITY") {
            header.invoker = one_of(cursor, &["DEFINER", "INVOKER"])? == "INVOKER";
        }
        Ok(header)
    }

    /// As the catalog's reader writes it.
    fn definer(&self) -> Option<String> {
        self.definer.as_ref().map(|user| format!("DEFINER={}", user.replace('\'', "")))
    }

    /// The definer behind the text of what is no view.
    fn settings(&self) -> String {
        self.definer().map_or_else(String::new, |definer| format!("\n/* {definer} */"))
    }
}

/// Reads a view behind `VIEW`.
pub(super) fn view(mut cursor: Cursor<'_>, header: &Header) -> Result<Op, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of a view")?;
    let start = cursor;
    if cursor.is("(") {
        column_list(&mut cursor)?;
    }
    let columns = written(start.before(&cursor));
    cursor.expect("AS")?;
    let (select, option) = without_check_option(cursor);
    query(select)?;
    let definition = if columns.is_empty() { String::new() } else { format!("{columns} AS ") };
    let details = [
        header
            .algorithm
            .filter(|name| *name != "UNDEFINED")
            .map(|name| format!("ALGORITHM={name}")),
        header.definer(),
        header.invoker.then(|| "SQL SECURITY INVOKER".to_owned()),
        option.map(|kind| format!("WITH {kind} CHECK OPTION")),
    ];
    let details = details.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let definition = definition + &written(select);
    let view = Box::new(View { definition, details, ..View::default() });
    let reads = mentioned(select);
    let or_replace = header.or_replace;
    Ok(Op::CreateView { name, view, reads, if_not_exists, or_replace })
}

/// A query and the option behind it: `WITH [CASCADED | LOCAL] CHECK OPTION`.
fn without_check_option(cursor: Cursor<'_>) -> (Cursor<'_>, Option<&'static str>) {
    let lexemes = cursor.lexemes();
    let ends_with = |words: &[&str]| {
        lexemes.len() > words.len()
            && lexemes[lexemes.len() - words.len()..].iter().zip(words).all(|(l, w)| l.is(w))
    };
    for (words, kind) in [
        (&["WITH", "CASCADED", "CHECK", "OPTION"][..], "CASCADED"),
        (&["WITH", "LOCAL", "CHECK", "OPTION"][..], "LOCAL"),
        (&["WITH", "CHECK", "OPTION"][..], "CASCADED"),
    ] {
        if ends_with(words) {
            return (cursor.without_last(words.len()), Some(kind));
        }
    }
    (cursor, None)
}

/// Reads a trigger behind `TRIGGER`.
pub(super) fn trigger(
    mut cursor: Cursor<'_>,
    text: &str,
    header: &Header,
) -> Result<Op, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of a trigger")?;
    let time = one_of(&mut cursor, &["BEFORE", "AFTER"])?;
    let mut events = vec![one_of(&mut cursor, &["INSERT", "UPDATE", "DELETE"])?];
    while cursor.eat("OR") {
        events.push(one_of(&mut cursor, &["INSERT", "UPDATE", "DELETE"])?);
    }
    cursor.expect("ON")?;
    let table = qualified(&mut cursor, "the name of a table")?;
    cursor.expect("FOR EACH ROW")?;
    if cursor.eat("FOLLOWS") || cursor.eat("PRECEDES") {
        super::grammar::name(&mut cursor, "the name of a trigger")?;
    }
    let statement = body(cursor, text)?;
    let definition = format!(
        "CREATE TRIGGER {} {time} {} ON {} FOR EACH ROW {statement}{}",
        quote(&name.name, '`'),
        events.join(" OR "),
        quote(&table.name, '`'),
        header.settings()
    );
    let (uses, or_replace) = (mentioned(cursor), header.or_replace);
    let trigger = Trigger { definition, ..Trigger::default() };
    Ok(Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace })
}

/// The text of a body, of which only the beginning and the end are checked.
fn body<'s>(cursor: Cursor<'_>, text: &'s str) -> Result<&'s str, Unexpected> {
    if cursor.is_empty() {
        return Err(cursor.unexpected("a statement"));
    }
    parentheses_close(cursor)?;
    let blocks = ["BEGIN", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR", "RETURN"];
    let is_labelled = cursor.lexemes().get(1).is_some_and(|next| next.is(":"));
    if !cursor.is_any(&blocks) && !is_labelled {
        super::statement(cursor, text, cursor.span())?;
    }
    Ok(cursor.span().of(text))
}

/// Reads a routine behind `FUNCTION` or `PROCEDURE`. A function of a library belongs to the server.
pub(super) fn routine(
    mut cursor: Cursor<'_>,
    text: &str,
    header: &Header,
    kind: Kind,
    aggregate: bool,
) -> Result<Option<Op>, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of a routine")?;
    if kind == Kind::Function && cursor.is("RETURNS") && !cursor.is("(") {
        cursor.bump();
        one_of(&mut cursor, &["STRING", "INTEGER", "INT", "REAL", "DECIMAL"])?;
        cursor.expect("SONAME")?;
        string(&mut cursor)?;
        cursor.end()?;
        return Ok(None);
    }
    let start = cursor;
    let list = group(&mut cursor)?;
    list.items().try_for_each(parameter)?;
    let parameters = start.before(&cursor).span().of(text);
    let mut words = String::from(if aggregate { "AGGREGATE FUNCTION" } else { "PROCEDURE" });
    let mut returns = String::new();
    if kind == Kind::Function {
        words = words.replace("PROCEDURE", "FUNCTION");
        cursor.expect("RETURNS")?;
        returns = format!(" RETURNS {}", returned_type(&mut cursor)?);
    }
    let characteristics = Characteristics::read(&mut cursor)?;
    let statement = body(cursor, text)?;
    let definition = format!(
        "CREATE {words} {}{parameters}{returns}\n{}{statement}{}",
        quote(&name.name, '`'),
        characteristics.text(header.invoker),
        header.settings()
    );
    Ok(Some(create(kind, name.name, definition, mentioned(cursor), if_not_exists, header)))
}

fn create(
    kind: Kind,
    key: String,
    definition: String,
    uses: Vec<Name>,
    if_not_exists: bool,
    header: &Header,
) -> Op {
    let other = Box::new(Other { definition, table: None });
    Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace: header.or_replace }
}

/// A parameter: `IN a INT`.
fn parameter(mut item: Cursor<'_>) -> Result<(), Unexpected> {
    item.eat_any(&["INOUT", "IN", "OUT"]);
    name(&mut item, "the name of a parameter")?;
    parameter_type(&mut item)?;
    if item.eat("DEFAULT") {
        return super::expression::expression(item);
    }
    end_of_item(item)
}

fn parameter_type(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    let start = *cursor;
    if cursor.eat("TYPE OF") || cursor.eat("ROW TYPE OF") {
        super::grammar::column_name(cursor)?;
        return Ok(written(start.before(cursor)));
    }
    if cursor.eat("ROW") {
        group(cursor)?;
        return Ok(written(start.before(cursor)));
    }
    let found = data_type(cursor)?;
    let charset = found.charset.map_or_else(String::new, |name| format!(" CHARSET {name}"));
    let collation = if cursor.eat("COLLATE") {
        format!(" COLLATE {}", super::text_type::collation(cursor)?)
    } else {
        String::new()
    };
    Ok(format!("{}{charset}{collation}", found.text))
}

fn returned_type(cursor: &mut Cursor<'_>) -> Result<String, Unexpected> {
    parameter_type(cursor)
}

/// Passes over the characteristics of a routine.
///
/// # Errors
///
/// A token that cannot stand there.
pub(in crate::dialect::mysql) fn skip_characteristics(
    cursor: &mut Cursor<'_>,
) -> Result<(), Unexpected> {
    Characteristics::read(cursor).map(drop)
}

/// The characteristics of a routine.
#[derive(Default)]
struct Characteristics {
    access: Option<&'static str>,
    deterministic: bool,
    invoker: bool,
    comment: String,
}

impl Characteristics {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Unexpected> {
        const ACCESS: [&str; 4] = ["CONTAINS SQL", "NO SQL", "READS SQL DATA", "MODIFIES SQL DATA"];
        let mut found = Self::default();
        loop {
            if let Some(access) = cursor.eat_any(&ACCESS) {
                found.access = Some(access).filter(|access| *access != "CONTAINS SQL");
            } else if cursor.eat("NOT DETERMINISTIC") {
                found.deterministic = false;
            } else if cursor.eat("DETERMINISTIC") {
                found.deterministic = true;
            } else if cursor.eat("LANGUAGE") {
                cursor.expect("SQL")?;
            } else if cursor.eat("SQL SECURITY") {
                found.invoker = one_of(cursor, &["DEFINER", "INVOKER"])? == "INVOKER";
            } else if cursor.eat("COMMENT") {
                found.comment = string(cursor)?;
            } else {
                return Ok(found);
            }
        }
    }

    /// As the server prints them.
    fn text(&self, invoker: bool) -> String {
        let mut lines: Vec<String> =
            self.access.iter().map(|access| (*access).to_owned()).collect();
        lines.extend(self.deterministic.then(|| "DETERMINISTIC".to_owned()));
        lines.extend((self.invoker || invoker).then(|| "SQL SECURITY INVOKER".to_owned()));
        lines.extend((!self.comment.is_empty()).then(|| super::comment_text(&self.comment)));
        lines.into_iter().map(|line| format!("    {line}\n")).collect()
    }
}

/// Reads an event behind `EVENT`, or behind the name in `ALTER EVENT`.
pub(super) fn event(mut cursor: Cursor<'_>, text: &str, header: &Header) -> Result<Op, Unexpected> {
    let if_not_exists = if_not_exists(&mut cursor)?;
    let name = qualified(&mut cursor, "the name of an event")?;
    cursor.expect("ON SCHEDULE")?;
    let start = cursor;
    schedule(&mut cursor)?;
    let schedule = written(start.before(&cursor));
    let (completion, status, comment) = event_options(&mut cursor)?;
    cursor.expect("DO")?;
    let statement = body(cursor, text)?;
    let comment = comment.filter(|comment| !comment.is_empty());
    let comment =
        comment.map_or_else(String::new, |text| format!(" {}", super::comment_text(&text)));
    let definition = format!(
        "CREATE EVENT {} ON SCHEDULE {schedule} ON COMPLETION {completion} {status}{comment} \
         DO {statement}{}",
        quote(&name.name, '`'),
        header.settings()
    );
    Ok(create(Kind::Event, name.name, definition, mentioned(cursor), if_not_exists, header))
}

/// Passes over the schedule of an event.
pub(super) fn schedule(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    one_of(cursor, &["AT", "EVERY"])?;
    let ends = ["ON COMPLETION", "ENABLE", "DISABLE", "COMMENT", "DO", "RENAME"];
    let time = cursor.take_until(|cursor| cursor.is_any(&ends));
    if time.is_empty() { Err(cursor.unexpected("a time")) } else { parentheses_close(time) }
}

/// Passes over the options of an event: completion, status and comment.
pub(super) fn event_options(
    cursor: &mut Cursor<'_>,
) -> Result<(&'static str, &'static str, Option<String>), Unexpected> {
    let (mut completion, mut status, mut comment) = ("NOT PRESERVE", "ENABLED", None);
    if cursor.eat("ON COMPLETION") {
        completion = one_of(cursor, &["NOT PRESERVE", "PRESERVE"])?;
    }
    if cursor.eat("ENABLE") {
    } else if cursor.eat("DISABLE") {
        status = "DISABLED";
        if cursor.eat("ON") {
            one_of(cursor, &["SLAVE", "REPLICA"])?;
            status = "SLAVESIDE_DISABLED";
        }
    }
    if cursor.eat("COMMENT") {
        comment = Some(string(cursor)?);
    }
    Ok((completion, status, comment))
}
