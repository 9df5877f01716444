//! Passes over queries.
//!
//! A query is checked clause by clause, in the order of the grammar. The names that it mentions are
//! all that is kept of it.

use super::Cursor;
use super::expr::{MAX_DEPTH, Operators, expressions, is_operator, pass};
use super::names::{
    Parsed, columns, function_name, group, is_name, list, name, qualified, relation, sequence, word,
};
use super::types::type_name;
use crate::dialect::postgres::keywords::needs_as;
use crate::schema::Name;
use crate::sql::TokenKind;

/// Checks that a part of a statement is one query.
pub(super) fn query(mut cursor: Cursor<'_>, depth: u32) -> Parsed<()> {
    select(&mut cursor, depth)?;
    if cursor.is_empty() { Ok(()) } else { Err(cursor.unexpected("the end of the query")) }
}

/// Returns `true` if a query begins here, in parentheses perhaps.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    let first = cursor.lexemes().iter().find(|lexeme| !lexeme.is("("));
    first.is_some_and(|first| {
        ["SELECT", "VALUES", "WITH", "TABLE"].iter().any(|word| first.is(word))
    })
}

/// Checks that the inside of parentheses is a query, or what else can stand there.
pub(super) fn query_or<'t>(
    inside: Cursor<'t>,
    depth: u32,
    other: impl FnOnce(Cursor<'t>, u32) -> Parsed<()>,
) -> Parsed<()> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    if !begins(&inside) {
        return other(inside, depth + 1);
    }
    let error = match query(inside, depth + 1) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    // A query in parentheses may be the first operand of an expression.
    if inside.is("(") { other(inside, depth + 1) } else { Err(error) }
}

/// Passes over a query.
pub(super) fn select(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if depth > MAX_DEPTH {
        cursor.rest();
        return Ok(());
    }
    with(cursor, depth)?;
    loop {
        simple(cursor, depth)?;
        if cursor.eat_any(&["UNION", "INTERSECT", "EXCEPT"]).is_none() {
            break;
        }
        cursor.eat_any(&["ALL", "DISTINCT"]);
    }
    order_by(cursor, depth)?;
    while !cursor.is_empty() {
        if cursor.eat("LIMIT") {
            if !cursor.eat("ALL") {
                pass(cursor, Operators::All, depth + 1)?;
            }
        } else if cursor.eat("OFFSET") {
            pass(cursor, Operators::All, depth + 1)?;
            let _ = cursor.eat("ROWS") || cursor.eat("ROW");
        } else if cursor.eat("FETCH") {
            fetch(cursor, depth)?;
        } else if cursor.eat("FOR") {
            lock(cursor)?;
        } else {
            return Ok(());
        }
    }
    Ok(())
}

fn fetch(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if cursor.eat_any(&["FIRST", "NEXT"]).is_none() {
        return Err(cursor.unexpected("`FIRST` or `NEXT`"));
    }
    if !cursor.is_any(&["ROW", "ROWS"]) {
        pass(cursor, Operators::Restricted, depth + 1)?;
    }
    cursor.eat_any(&["ROWS", "ROW"]);
    if cursor.eat("ONLY") { Ok(()) } else { cursor.expect("WITH TIES") }
}

fn lock(cursor: &mut Cursor<'_>) -> Parsed<()> {
    if cursor.eat_any(&["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE", "READ ONLY"]).is_none() {
        return Err(cursor.unexpected("`UPDATE` or `SHARE`"));
    }
    if cursor.eat("OF") {
        sequence(cursor, |cursor| qualified(cursor, "the name of a table"))?;
    }
    cursor.eat_any(&["NOWAIT", "SKIP LOCKED"]);
    Ok(())
}

/// Passes over `WITH` and its queries.
pub(super) fn with(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if !cursor.eat("WITH") {
        return Ok(());
    }
    if cursor.is("RECURSIVE") && !cursor.is("RECURSIVE AS") {
        cursor.bump();
    }
    loop {
        name(cursor, "the name of a query")?;
        if cursor.is("(") {
            columns(cursor)?;
        }
        cursor.expect("AS")?;
        let _ = cursor.eat("MATERIALIZED") || cursor.eat("NOT MATERIALIZED");
        let inside = group(cursor)?;
        super::rows::statement(inside, depth + 1)?;
        if cursor.is_any(&["SEARCH", "CYCLE"]) {
            cursor.take_until(|cursor| {
                cursor.is_any(&[",", "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"])
            });
        }
        if !cursor.eat(",") {
            return Ok(());
        }
    }
}

fn simple(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if cursor.is("(") {
        return query(group(cursor)?, depth + 1);
    }
    if cursor.eat("VALUES") {
        return sequence(cursor, |cursor| expressions(group(cursor)?, depth + 1)).map(drop);
    }
    if cursor.eat("TABLE") {
        return relation(cursor).map(drop);
    }
    if !cursor.eat("SELECT") {
        return Err(cursor.unexpected("a query"));
    }
    if cursor.eat("DISTINCT") {
        if cursor.eat("ON") {
            expressions(group(cursor)?, depth + 1)?;
        }
    } else {
        cursor.eat("ALL");
    }
    // The list may be empty.
    if !ends_targets(cursor) {
        targets(cursor, depth)?;
    }
    if cursor.eat("INTO") {
        new_table(cursor)?;
    }
    if cursor.eat("FROM") {
        sequence(cursor, |cursor| from_item(cursor, depth + 1))?;
    }
    condition(cursor, "WHERE", depth)?;
    if cursor.eat("GROUP BY") {
        cursor.eat_any(&["ALL", "DISTINCT"]);
        sequence(cursor, |cursor| grouping(cursor, depth + 1))?;
    }
    condition(cursor, "HAVING", depth)?;
    if cursor.eat("WINDOW") {
        sequence(cursor, |cursor| {
            name(cursor, "the name of a window")?;
            cursor.expect("AS")?;
            window(group(cursor)?, depth + 1)
        })?;
    }
    Ok(())
}

fn condition(cursor: &mut Cursor<'_>, word: &str, depth: u32) -> Parsed<()> {
    if cursor.eat(word) { pass(cursor, Operators::All, depth + 1) } else { Ok(()) }
}

fn ends_targets(cursor: &Cursor<'_>) -> bool {
    cursor.is_empty()
        || cursor.is_any(&[
            "FROM",
            "WHERE",
            "INTO",
            "GROUP",
            "HAVING",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FOR",
            "WINDOW",
        ])
}

/// Passes over output columns.
pub(super) fn targets(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    sequence(cursor, |cursor| {
        if cursor.eat("*") {
            return Ok(());
        }
        pass(cursor, Operators::All, depth + 1)?;
        if cursor.eat("AS") {
            return cursor.expect_name("a name").map(drop);
        }
        let is_alias = cursor.peek().is_some_and(|next| match next.kind {
            TokenKind::Word => !needs_as(&next.text.to_ascii_lowercase()),
            TokenKind::QuotedName => true,
            _ => false,
        });
        if is_alias {
            cursor.bump();
        }
        Ok(())
    })
    .map(drop)
}

fn grouping(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if cursor.is_any(&["ROLLUP (", "CUBE ("]) {
        cursor.bump();
        return expressions(group(cursor)?, depth);
    }
    if cursor.eat("GROUPING SETS") {
        return list(group(cursor)?, |item| grouping(item, depth + 1)).map(drop);
    }
    if cursor.is("( )") {
        group(cursor)?;
        return Ok(());
    }
    pass(cursor, Operators::All, depth)
}

/// Passes over `ORDER BY`.
pub(super) fn order_by(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if !cursor.eat("ORDER") {
        return Ok(());
    }
    cursor.expect("BY")?;
    sequence(cursor, |cursor| {
        pass(cursor, Operators::All, depth + 1)?;
        if cursor.eat("USING") {
            if !cursor.peek().is_some_and(is_operator) && !cursor.is("OPERATOR") {
                return Err(cursor.unexpected("an operator"));
            }
            super::expr::operator(cursor)?;
        } else {
            cursor.eat_any(&["ASC", "DESC"]);
        }
        if cursor.eat("NULLS") && cursor.eat_any(&["FIRST", "LAST"]).is_none() {
            return Err(cursor.unexpected("`FIRST` or `LAST`"));
        }
        Ok(())
    })
    .map(drop)
}

/// Checks the definition of a window.
pub(super) fn window(mut inside: Cursor<'_>, depth: u32) -> Parsed<()> {
    if !inside.is_any(&["PARTITION BY", "ORDER BY", "RANGE", "ROWS", "GROUPS"])
        && !inside.is_empty()
    {
        name(&mut inside, "the name of a window")?;
    }
    if inside.eat("PARTITION BY") {
        sequence(&mut inside, |cursor| pass(cursor, Operators::All, depth + 1))?;
    }
    order_by(&mut inside, depth)?;
    if inside.eat_any(&["RANGE", "ROWS", "GROUPS"]).is_some() {
        inside.rest();
    }
    inside.end()
}

/// Passes over a table, a query or a function behind `FROM`, with what is joined to it.
pub(super) fn from_item(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if depth > MAX_DEPTH {
        cursor.rest();
        return Ok(());
    }
    table_factor(cursor, depth)?;
    loop {
        if cursor.eat("CROSS JOIN") {
            table_factor(cursor, depth)?;
            continue;
        }
        let natural = cursor.eat("NATURAL");
        let kind = cursor.eat_any(&["INNER", "LEFT", "RIGHT", "FULL"]);
        if kind.is_some_and(|kind| kind != "INNER") {
            cursor.eat("OUTER");
        }
        if !natural && kind.is_none() && !cursor.is("JOIN") {
            return Ok(());
        }
        cursor.expect("JOIN")?;
        if natural {
            table_factor(cursor, depth)?;
            continue;
        }
        // The condition may follow another join: `a JOIN b JOIN c ON .. ON ..`.
        from_item(cursor, depth + 1)?;
        if cursor.eat("ON") {
            pass(cursor, Operators::All, depth + 1)?;
        } else if cursor.eat("USING") {
            columns(cursor)?;
            if cursor.eat("AS") {
                name(cursor, "a name")?;
            }
        } else {
            return Err(cursor.unexpected("`ON` or `USING`"));
        }
    }
}

fn table_factor(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    cursor.eat("LATERAL");
    if cursor.is("(") {
        let inside = group(cursor)?;
        query_or(inside, depth + 1, |mut inside, depth| {
            from_item(&mut inside, depth)?;
            inside.end()
        })?;
    } else if cursor.is_any(&["XMLTABLE (", "JSON_TABLE ("]) {
        cursor.bump();
        group(cursor)?;
    } else if cursor.eat("ROWS FROM") {
        group(cursor)?;
        cursor.eat("WITH ORDINALITY");
    } else if cursor.is("ONLY") {
        relation(cursor)?;
    } else {
        let mut call = *cursor;
        let is_call = function_name(&mut call, "a table").is_ok() && call.is("(")
            || cursor.lexemes().get(1).is_some_and(|next| next.is("("));
        if is_call || cursor.is_any(&["CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_USER"]) {
            pass(cursor, Operators::Restricted, depth + 1)?;
            cursor.eat("WITH ORDINALITY");
        } else {
            relation(cursor)?;
        }
    }
    alias(cursor)?;
    if cursor.eat("TABLESAMPLE") {
        function_name(cursor, "a sampling method")?;
        expressions(group(cursor)?, depth + 1)?;
        if cursor.eat("REPEATABLE") {
            expressions(group(cursor)?, depth + 1)?;
        }
    }
    Ok(())
}

fn alias(cursor: &mut Cursor<'_>) -> Parsed<()> {
    let is_as = cursor.eat("AS");
    if is_as && cursor.is("(") {
        return definitions(cursor);
    }
    if !is_as && (cursor.is("SET") || !cursor.peek().is_some_and(is_name)) {
        return Ok(());
    }
    if is_as {
        word(cursor, "an alias")?
    } else {
        name(cursor, "an alias")?
    };
    if cursor.is("(") {
        definitions(cursor)?;
    }
    Ok(())
}

/// Names of columns, with types for a function that returns records.
fn definitions(cursor: &mut Cursor<'_>) -> Parsed<()> {
    list(group(cursor)?, |item| {
        name(item, "the name of a column")?;
        if !item.is_empty() {
            type_name(item)?;
            if item.eat("COLLATE") {
                super::types::collation(item)?;
            }
        }
        Ok(())
    })
    .map(drop)
}

/// The table that `SELECT .. INTO` makes, which may have the name `temp`, and whether it is temporary.
pub(super) fn new_table(cursor: &mut Cursor<'_>) -> Parsed<(Name, bool)> {
    let bare = *cursor;
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let is_marked = temporary || cursor.eat("UNLOGGED");
    let is_marked = cursor.eat("TABLE") || is_marked;
    match qualified(cursor, "the name of a table") {
        Err(_) if is_marked => {
            *cursor = bare;
            Ok((qualified(cursor, "the name of a table")?, false))
        }
        name => Ok((name?, temporary)),
    }
}
