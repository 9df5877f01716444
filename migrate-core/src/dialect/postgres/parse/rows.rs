//! Statements that read or change rows.

use super::expr::{Operators, pass};
use super::names::{Parsed, group, label, list, mentioned, name, qualified, relation, sequence};
use super::query::{from_item, query, select, targets, with};
use super::{Cursor, LEX_RULES, Parser};
use crate::op::Op;
use crate::schema::{Name, Table};
use crate::sql::{Lexeme, TokenKind};

/// The first words of such statements.
pub(super) const OF_ROWS: [&str; 9] =
    ["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "VALUES", "TABLE", "WITH", "("];

/// Checks a statement that reads or changes rows.
pub(super) fn statement(mut cursor: Cursor<'_>, depth: u32) -> Parsed<()> {
    let start = cursor;
    with(&mut cursor, depth)?;
    match cursor.eat_any(&["INSERT", "UPDATE", "DELETE", "MERGE"]) {
        Some("INSERT") => insert(&mut cursor, depth)?,
        Some("UPDATE") => update(&mut cursor, depth)?,
        Some("DELETE") => delete(&mut cursor, depth)?,
        Some(_) => {
            cursor.expect("INTO")?;
            relation(&mut cursor)?;
            return Ok(());
        }
        None => return query(start, depth),
    }
    if cursor.eat("RETURNING") {
        targets(&mut cursor, depth)?;
    }
    cursor.end()
}

fn insert(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    cursor.expect("INTO")?;
    qualified(cursor, "the name of a table")?;
    if cursor.eat("AS") {
        name(cursor, "an alias")?;
    }
    if cursor.is("(") && !super::query::begins(cursor) {
        list(group(cursor)?, target)?;
    }
    if cursor.eat("OVERRIDING") && cursor.eat_any(&["SYSTEM VALUE", "USER VALUE"]).is_none() {
        return Err(cursor.unexpected("`SYSTEM VALUE` or `USER VALUE`"));
    }
    if !cursor.eat("DEFAULT VALUES") {
        select(cursor, depth + 1)?;
    }
    if cursor.eat("ON") {
        cursor.expect("CONFLICT")?;
        if cursor.eat("ON CONSTRAINT") {
            name(cursor, "the name of a constraint")?;
        } else if cursor.is("(") {
            super::index::parts(group(cursor)?)?;
            if cursor.eat("WHERE") {
                pass(cursor, Operators::All, depth + 1)?;
            }
        }
        cursor.expect("DO")?;
        if !cursor.eat("NOTHING") {
            cursor.expect("UPDATE")?;
            assignments(cursor, depth)?;
            if cursor.eat("WHERE") {
                pass(cursor, Operators::All, depth + 1)?;
            }
        }
    }
    Ok(())
}

fn update(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    relation(cursor)?;
    if cursor.eat("AS") || !cursor.is("SET") {
        name(cursor, "`SET`")?;
    }
    assignments(cursor, depth)?;
    if cursor.eat("FROM") {
        sequence(cursor, |cursor| from_item(cursor, depth + 1))?;
    }
    condition(cursor, depth)
}

fn delete(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    cursor.expect("FROM")?;
    relation(cursor)?;
    if cursor.eat("AS") || !cursor.is_any(&["USING", "WHERE", "RETURNING"]) && !cursor.is_empty() {
        name(cursor, "an alias")?;
    }
    if cursor.eat("USING") {
        sequence(cursor, |cursor| from_item(cursor, depth + 1))?;
    }
    condition(cursor, depth)
}

fn condition(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if cursor.eat("WHERE CURRENT OF") {
        return name(cursor, "a cursor").map(drop);
    }
    if cursor.eat("WHERE") { pass(cursor, Operators::All, depth + 1) } else { Ok(()) }
}

/// A column with subscripts and fields.
fn target(cursor: &mut Cursor<'_>) -> Parsed<()> {
    name(cursor, "the name of a column")?;
    loop {
        if cursor.eat(".") {
            label(cursor, "the name of a field")?;
        } else if cursor.eat("[") {
            cursor.take_until(|cursor| cursor.is("]") || cursor.is("["));
            cursor.expect("]")?;
        } else {
            return Ok(());
        }
    }
}

/// Passes over `SET` and what is assigned.
fn assignments(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    cursor.expect("SET")?;
    sequence(cursor, |cursor| {
        if cursor.is("(") {
            list(group(cursor)?, target)?;
        } else {
            target(cursor)?;
        }
        cursor.expect("=")?;
        pass(cursor, Operators::All, depth + 1)
    })
    .map(drop)
}

impl<'t> Parser<'t> {
    /// A statement that reads or changes rows, once for each table that it changes.
    pub(super) fn rows(self, cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        statement(cursor, 0)?;
        let reads = mentioned(cursor);
        if cursor.is_any(&["SELECT", "WITH"])
            && let Some(op) = created(cursor, &reads)
        {
            return Ok(vec![op]);
        }
        if let Some(op) = set_config(cursor) {
            return Ok(vec![op]);
        }
        let mut reads = reads;
        if cursor.is("SELECT") {
            reads.extend(in_strings(cursor));
        }
        let written = written(cursor);
        if written.is_empty() {
            let calls = if cursor.is("SELECT") { super::calls::calls(cursor) } else { Vec::new() };
            return Ok([vec![Op::Rows { reads, writes: None }], calls].concat());
        }
        let op = |table| Op::Rows { reads: reads.clone(), writes: Some(table) };
        Ok(written.into_iter().map(op).collect())
    }

    /// `TRUNCATE`.
    pub(super) fn truncate(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        cursor.eat("TABLE");
        let tables = sequence(&mut cursor, relation)?;
        cursor.eat_any(&["RESTART IDENTITY", "CONTINUE IDENTITY"]);
        super::names::cascade(&mut cursor);
        cursor.end()?;
        let op = |table| Op::Rows { reads: Vec::new(), writes: Some(table) };
        Ok(tables.into_iter().map(op).collect())
    }

    /// `COPY`.
    pub(super) fn copy(self, mut cursor: Cursor<'t>) -> Parsed<Vec<Op>> {
        cursor.eat("BINARY");
        let reads = mentioned(cursor);
        if cursor.is("(") {
            statement(group(&mut cursor)?, 1)?;
            return Ok(vec![Op::Rows { reads, writes: None }]);
        }
        let table = qualified(&mut cursor, "the name of a table")?;
        if cursor.is("(") {
            super::names::columns(&mut cursor)?;
        }
        if !cursor.is("FROM") && !cursor.is("TO") {
            return Err(cursor.unexpected("`FROM` or `TO`"));
        }
        let writes = Some(table).filter(|_| cursor.is("FROM"));
        Ok(vec![Op::Rows { reads, writes }])
    }
}

/// The tables that a statement changes, those of its `WITH` among them.
fn written(cursor: Cursor<'_>) -> Vec<Name> {
    let mut found = Vec::new();
    let mut rest = cursor;
    let mut before: Option<Lexeme<'_>> = None;
    while let Some(next) = rest.bump() {
        let begins = before.is_none_or(|before| before.is("(") || before.is(")"));
        before = Some(next);
        let mut table = rest;
        let is_write = begins
            && match () {
                () if next.is("INSERT") || next.is("MERGE") => table.eat("INTO"),
                () if next.is("DELETE") => table.eat("FROM"),
                () => next.is("UPDATE"),
            };
        if is_write {
            found.extend(relation(&mut table).ok());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The table that a `SELECT .. INTO` creates.
fn created(mut cursor: Cursor<'_>, reads: &[Name]) -> Option<Op> {
    if cursor.is("WITH") {
        cursor
            .take_until(|cursor| cursor.is_any(&["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"]));
    }
    if !cursor.eat("SELECT") {
        return None;
    }
    cursor.take_until(|cursor| cursor.is("INTO") || cursor.is("FROM"));
    if !cursor.eat("INTO") {
        return None;
    }
    let (name, temporary) = super::query::new_table(&mut cursor).ok()?;
    let name = super::table::of_session(name, temporary);
    let table = Box::new(Table::default());
    let (reads, projection, if_not_exists) = (reads.to_vec(), None, false);
    Some(Op::CreateTableAs { name, table, reads, projection, if_not_exists })
}

/// `SELECT set_config('search_path', 'app', false)`.
fn set_config(mut cursor: Cursor<'_>) -> Option<Op> {
    cursor.eat("SELECT");
    cursor.eat("pg_catalog .");
    if !cursor.eat("set_config") {
        return None;
    }
    let mut arguments = cursor.group().filter(|_| cursor.is_empty())?.items();
    let name = arguments.next()?.string()?;
    let mut value = arguments.next()?;
    let text = value.string().filter(|_| value.is_empty());
    Some(Op::Set { name: name.to_ascii_lowercase(), value: Some(text.unwrap_or_default()) })
}

/// Names in the strings of a statement that calls a function: what the function may change.
fn in_strings(cursor: Cursor<'_>) -> Vec<Name> {
    let strings = cursor.lexemes().iter().filter(|lexeme| lexeme.kind == TokenKind::String);
    let texts = strings.filter_map(|lexeme| crate::sql::string_value(*lexeme, &LEX_RULES));
    texts.filter_map(|text| name_in(&text)).collect()
}

/// A text that is a name as SQL writes it.
pub(in crate::dialect::postgres) fn name_in(text: &str) -> Option<Name> {
    let tokens = crate::sql::Tokens::head(text, 4, &LEX_RULES);
    let mut cursor = tokens.cursor();
    let name = cursor.qualified_name()?;
    cursor.is_empty().then_some(name)
}
