//! The parts of statements: names, columns with their constraints, constraints of tables. A token that
//! cannot stand where it stands is an error; expressions and queries are not read.

use super::keywords::{is_keyword, is_reserved};
use crate::schema::Name;
use crate::sql::{Cursor, Lexeme, TokenKind, Unexpected};

/// Whether a lexeme can be a name without further knowledge. SQLite takes a string for one.
pub(super) fn is_name(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Word => !is_reserved(&lexeme.text.to_ascii_uppercase()),
        TokenKind::QuotedName => true,
        TokenKind::String => lexeme.text.starts_with('\''),
        _ => false,
    }
}

/// Passes over a name.
pub(super) fn name_of(cursor: &mut Cursor<'_>, what: &str) -> Result<String, Unexpected> {
    if cursor.peek().is_some_and(is_name) {
        return cursor.expect_name(what);
    }
    Err(cursor.unexpected(what))
}

/// Passes over a name and the schema before it. `main` is the session's own.
pub(super) fn qualified(cursor: &mut Cursor<'_>, what: &str) -> Result<Name, Unexpected> {
    let name = name_of(cursor, what)?;
    if !cursor.eat(".") {
        return Ok(Name::new(name));
    }
    let namespace = Some(name).filter(|name| !name.eq_ignore_ascii_case("main"));
    Ok(Name { namespace, name: name_of(cursor, what)? })
}

/// The name of what may be temporary.
pub(super) fn of_session(name: Name, temporary: bool) -> Name {
    if temporary { Name { namespace: Some("temp".to_owned()), ..name } } else { name }
}

pub(super) fn if_not_exists(cursor: &mut Cursor<'_>) -> Result<bool, Unexpected> {
    // IF alone is a name.
    if cursor.is("IF NOT") {
        cursor.expect("IF NOT EXISTS")?;
        return Ok(true);
    }
    Ok(false)
}

/// Passes over parentheses that must stand here.
pub(super) fn group<'t>(cursor: &mut Cursor<'t>) -> Result<Cursor<'t>, Unexpected> {
    match cursor.group() {
        Some(inside) => Ok(inside),
        None if cursor.is("(") => {
            cursor.rest();
            Err(cursor.unexpected("`)`"))
        }
        None => Err(cursor.unexpected("`(`")),
    }
}

/// A list of names, each with a collation and an order at most.
pub(super) fn names(list: Cursor<'_>) -> Result<(), Unexpected> {
    if list.is_empty() {
        return Err(list.unexpected("the name of a column"));
    }
    for mut item in list.items() {
        name_of(&mut item, "the name of a column")?;
        if item.eat("COLLATE") {
            name_of(&mut item, "a collation")?;
        }
        let _ = item.eat("ASC") || item.eat("DESC");
        end_of_item(item)?;
    }
    Ok(())
}

/// The parts of a key or an index: expressions with an order.
pub(super) fn parts_of_key(list: Cursor<'_>) -> Result<(), Unexpected> {
    if list.is_empty() {
        return Err(list.unexpected("the name of a column"));
    }
    list.items().try_for_each(expression)
}

/// An expression is not read, but there must be one, and two operands need an operator between
/// them.
pub(super) fn expression(cursor: Cursor<'_>) -> Result<(), Unexpected> {
    if cursor.is_empty() {
        return Err(cursor.unexpected("an expression"));
    }
    operands(cursor)
}

fn operands(mut cursor: Cursor<'_>) -> Result<(), Unexpected> {
    let mut before: Option<Lexeme<'_>> = None;
    while let Some(next) = cursor.peek() {
        if next.is("(") {
            let inside = group(&mut cursor)?;
            // A query has aliases, and a type has several words.
            let is_type = before.is_some_and(|before| before.is("CAST"));
            if !is_type && query(inside).is_err() {
                inside.items().try_for_each(operands)?;
            }
        } else if is_operand(next) && before.is_some_and(is_operand) {
            return Err(cursor.unexpected("an operator"));
        } else {
            cursor.bump();
        }
        before = Some(next);
    }
    Ok(())
}

/// Whether a lexeme is a value or a name and surely no keyword.
fn is_operand(lexeme: Lexeme<'_>) -> bool {
    match lexeme.kind {
        TokenKind::Number | TokenKind::String | TokenKind::QuotedName => true,
        TokenKind::Word => {
            let upper = lexeme.text.to_ascii_uppercase();
            !is_reserved(&upper) && !is_keyword(&upper)
        }
        _ => false,
    }
}

/// A query is not read, but one must begin.
pub(super) fn query(cursor: Cursor<'_>) -> Result<(), Unexpected> {
    let is_query = cursor.is_any(&["SELECT", "VALUES", "WITH"]);
    if is_query { Ok(()) } else { Err(cursor.unexpected("a query")) }
}

fn end_of_item(item: Cursor<'_>) -> Result<(), Unexpected> {
    if item.is_empty() { Ok(()) } else { Err(item.unexpected("`,` or `)`")) }
}

const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

pub(super) fn is_constraint(item: &Cursor<'_>) -> bool {
    item.is_any(&CONSTRAINTS)
}

/// Reads a column with its constraints.
pub(super) fn column_definition(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    name_of(item, "the name of a column")?;
    data_type(item)?;
    while !item.is_empty() {
        column_constraint(item)?;
    }
    Ok(())
}

/// The words that begin a constraint of a column, and so end a type.
const COLUMN_CONSTRAINTS: [&str; 12] = [
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "NOT",
    "NULL",
    "REFERENCES",
    "COLLATE",
    "AS",
    "DEFERRABLE",
    "GENERATED ALWAYS AS",
];

/// A type: names, and up to two numbers in parentheses.
fn data_type(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    let start = item.lexemes().len();
    while !item.is_any(&COLUMN_CONSTRAINTS) && item.peek().is_some_and(is_name) {
        item.bump();
    }
    if item.lexemes().len() < start && item.is("(") {
        let numbers = group(item)?;
        if numbers.is_empty() {
            return Err(numbers.unexpected("a number"));
        }
        for mut number in numbers.items() {
            let _ = number.eat("+") || number.eat("-");
            if !number.is_kind(TokenKind::Number) {
                return Err(number.unexpected("a number"));
            }
            number.bump();
            end_of_item(number)?;
        }
    }
    Ok(())
}

fn column_constraint(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if item.eat("CONSTRAINT") {
        name_of(item, "the name of a constraint")?;
    } else if item.eat("PRIMARY") {
        item.expect("KEY")?;
        let _ = item.eat("ASC") || item.eat("DESC");
        conflict(item)?;
        item.eat("AUTOINCREMENT");
    } else if item.eat("UNIQUE") || item.eat("NULL") {
        conflict(item)?;
    } else if item.eat("CHECK") {
        expression(group(item)?)?;
    } else if item.eat("DEFAULT") {
        default(item)?;
    } else if item.eat("COLLATE") {
        name_of(item, "a collation")?;
    } else if item.eat("REFERENCES") {
        references(item)?;
    } else if item.is("DEFERRABLE") || item.is("NOT DEFERRABLE") {
        deferrable(item)?;
    } else if item.eat("NOT") {
        item.expect("NULL")?;
        conflict(item)?;
    } else if item.eat("GENERATED ALWAYS AS") || item.eat("AS") {
        expression(group(item)?)?;
        let _ = item.eat("STORED") || item.eat("VIRTUAL");
    } else {
        return Err(item.unexpected("a constraint, `,` or `)`"));
    }
    Ok(())
}

fn default(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if item.is("(") {
        return expression(group(item)?);
    }
    let signed = item.eat("+") || item.eat("-");
    let next = item.peek();
    let is_value = next.is_some_and(|next| match next.kind {
        TokenKind::Number | TokenKind::String => true,
        TokenKind::Word => signed || next.is("NULL") || is_name(next),
        TokenKind::QuotedName => true,
        _ => false,
    });
    if !is_value {
        return Err(item.unexpected("a value"));
    }
    item.bump();
    Ok(())
}

fn conflict(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if item.eat("ON") {
        item.expect("CONFLICT")?;
        if item.eat_any(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"]).is_none() {
            return Err(item.unexpected("`ABORT`, `FAIL`, `IGNORE`, `REPLACE` or `ROLLBACK`"));
        }
    }
    Ok(())
}

/// What follows `REFERENCES`.
fn references(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    name_of(item, "the name of a table")?;
    if item.is("(") {
        names(group(item)?)?;
    }
    loop {
        if item.eat("MATCH") {
            name_of(item, "`SIMPLE`, `PARTIAL` or `FULL`")?;
        } else if item.is("ON CONFLICT") {
            return Ok(());
        } else if item.eat("ON") {
            if item.eat_any(&["DELETE", "UPDATE", "INSERT"]).is_none() {
                return Err(item.unexpected("`DELETE` or `UPDATE`"));
            }
            let actions = ["SET NULL", "SET DEFAULT", "CASCADE", "RESTRICT", "NO ACTION"];
            if item.eat_any(&actions).is_none() {
                let actions = "`CASCADE`, `NO ACTION`, `RESTRICT`, `SET DEFAULT` or `SET NULL`";
                return Err(item.unexpected(actions));
            }
        } else {
            return Ok(());
        }
    }
}

fn deferrable(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    item.eat("NOT");
    item.expect("DEFERRABLE")?;
    if item.eat("INITIALLY") && !item.eat("DEFERRED") && !item.eat("IMMEDIATE") {
        return Err(item.unexpected("`DEFERRED` or `IMMEDIATE`"));
    }
    Ok(())
}

/// Reads constraints of a table. The commas between them may be missing.
pub(super) fn table_constraints(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    loop {
        if item.eat("CONSTRAINT") {
            name_of(item, "the name of a constraint")?;
        } else if item.eat("PRIMARY") {
            item.expect("KEY")?;
            key(item)?;
        } else if item.eat("UNIQUE") {
            key(item)?;
        } else if item.eat("CHECK") {
            expression(group(item)?)?;
            conflict(item)?;
        } else if item.eat("FOREIGN") {
            item.expect("KEY")?;
            names(group(item)?)?;
            item.expect("REFERENCES")?;
            references(item)?;
            if item.is("DEFERRABLE") || item.is("NOT") {
                deferrable(item)?;
            }
        } else {
            return Err(item.unexpected("a constraint"));
        }
        if item.is_empty() {
            return Ok(());
        }
    }
}

/// Passes over an option behind the columns.
pub(super) fn table_option(cursor: &mut Cursor<'_>) -> Result<(), Unexpected> {
    if cursor.eat("STRICT") || cursor.eat("WITHOUT ROWID") {
        return Ok(());
    }
    Err(cursor.unexpected("`STRICT`, `WITHOUT ROWID` or the end of the statement"))
}

fn key(item: &mut Cursor<'_>) -> Result<(), Unexpected> {
    parts_of_key(group(item)?)?;
    conflict(item)
}
