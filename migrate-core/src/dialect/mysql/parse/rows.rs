//! Statements that read or change rows, and those whose effect is not known.

use super::grammar::{mentioned, one_of, parentheses_close, qualified};
use crate::op::Op;
use crate::schema::Name;
use crate::sql::{Cursor, Unexpected};

/// Statements that read or change rows.
pub(super) const OF_ROWS: [&str; 10] =
    ["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES", "WITH", "LOAD", "(", "TABLE"];

/// Reads a statement that reads or changes rows.
pub(super) fn rows(cursor: Cursor<'_>) -> Result<Op, Unexpected> {
    parentheses_close(cursor)?;
    if cursor.is("TABLE") {
        table_statement(cursor)?;
    }
    let writes = written_table(cursor)?;
    Ok(Op::Rows { reads: mentioned(cursor), writes })
}

/// `TABLE t ORDER BY a`, which MySQL has.
fn table_statement(mut cursor: Cursor<'_>) -> Result<(), Unexpected> {
    cursor.expect("TABLE")?;
    qualified(&mut cursor, "the name of a table")?;
    let ends = ["ORDER", "LIMIT", "INTO", "UNION", "EXCEPT", "INTERSECT"];
    if cursor.is_any(&ends) { Ok(()) } else { cursor.end() }
}

/// The table that a statement changes. Of several tables none is told.
fn written_table(mut cursor: Cursor<'_>) -> Result<Option<Name>, Unexpected> {
    const PRIORITY: [&str; 5] = ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "QUICK", "IGNORE"];
    if cursor.is("WITH") {
        cursor.take_until(|cursor| cursor.is_any(&["UPDATE", "DELETE", "SELECT", "VALUES"]));
    }
    let Some(word) = cursor.eat_any(&["INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD"]) else {
        return Ok(None);
    };
    if word == "LOAD" {
        let kind = one_of(&mut cursor, &["DATA", "XML", "INDEX"])?;
        cursor.take_until(|cursor| cursor.is("INTO TABLE"));
        if kind == "INDEX" || !cursor.eat("INTO TABLE") {
            return if kind == "INDEX" { Ok(None) } else { Err(cursor.unexpected("`INTO TABLE`")) };
        }
        return qualified(&mut cursor, "the name of a table").map(Some);
    }
    while cursor.eat_any(&PRIORITY).is_some() {}
    match word {
        "INSERT" | "REPLACE" => {
            cursor.eat("INTO");
            qualified(&mut cursor, "the name of a table").map(Some)
        }
        "UPDATE" => {
            let tables = cursor.take_until(|cursor| cursor.is("SET"));
            cursor.expect("SET")?;
            Ok(only_table(tables))
        }
        _ => {
            if !cursor.eat("FROM") {
                // `DELETE a, b FROM ..`: of several tables.
                cursor.take_until(|cursor| cursor.is("FROM"));
                cursor.expect("FROM")?;
                return Ok(None);
            }
            let ends = ["WHERE", "ORDER", "LIMIT", "RETURNING", "USING"];
            let tables = cursor.take_until(|cursor| cursor.is_any(&ends));
            if tables.is_empty() {
                return Err(cursor.unexpected("the name of a table"));
            }
            Ok(if cursor.is("USING") { None } else { only_table(tables) })
        }
    }
}

/// The table of a list where it is the only one, perhaps with an alias.
fn only_table(mut tables: Cursor<'_>) -> Option<Name> {
    let name = qualified(&mut tables, "the name of a table").ok()?;
    if tables.eat("AS") || tables.peek().is_some_and(super::grammar::is_name) {
        tables.bump();
    }
    tables.is_empty().then_some(name)
}

/// Passes over what follows `CHECK`, `OPTIMIZE` and the like.
pub(super) fn maintain(mut cursor: Cursor<'_>) -> Result<(), Unexpected> {
    cursor.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
    if cursor.eat_any(&["TABLES", "TABLE", "VIEW"]).is_none() {
        // MariaDB's ANALYZE of a statement.
        let analyzes = ["FORMAT", "SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE", "WITH", "("];
        let is_statement = cursor.is_any(&analyzes);
        return if is_statement { Ok(()) } else { Err(cursor.unexpected("`TABLE`")) };
    }
    loop {
        qualified(&mut cursor, "the name of a table")?;
        if !cursor.eat(",") {
            return Ok(());
        }
    }
}
