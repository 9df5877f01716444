//! Passes over expressions.
//!
//! An expression is not read into a tree here: it is checked as far as operands and operators
//! alternate, and its end is found. Precedence is left out. The bodies of functions with a syntax of
//! their own (`EXTRACT`, `XMLTABLE`) are passed over.

use super::names::{Parsed, function_name, group, is_function, is_name, label, list, name};
use super::query;
use super::types::{fields, is_keyword_type, type_name};
use super::{Cursor, Lexeme};
use crate::sql::TokenKind;

/// Deeper nesting is not checked.
pub(super) const MAX_DEPTH: u32 = 48;

/// Checks that a part of a statement is one expression.
pub(super) fn expression(mut cursor: Cursor<'_>) -> Parsed<()> {
    pass(&mut cursor, Operators::All, 0)?;
    if cursor.is_empty() { Ok(()) } else { Err(cursor.unexpected("an operator")) }
}

/// Passes over an expression in parentheses and returns what is inside.
pub(super) fn in_parens<'t>(cursor: &mut Cursor<'t>) -> Parsed<Cursor<'t>> {
    let inside = group(cursor)?;
    expression(inside)?;
    Ok(inside)
}

/// Passes over an expression up to its end and returns it.
pub(super) fn take<'t>(cursor: &mut Cursor<'t>) -> Parsed<Cursor<'t>> {
    let start = *cursor;
    pass(cursor, Operators::All, 0)?;
    Ok(start.before(cursor))
}

/// Passes over an expression as it stands behind `DEFAULT` of a column: without `AND`, `NOT`, `IN`,
/// `LIKE` and the like, which would be taken for a constraint.
pub(super) fn take_restricted<'t>(cursor: &mut Cursor<'t>) -> Parsed<Cursor<'t>> {
    let start = *cursor;
    pass(cursor, Operators::Restricted, 0)?;
    Ok(start.before(cursor))
}

/// Which operators an expression may have outside of parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operators {
    All,
    Restricted,
}

pub(super) fn is_operator(lexeme: Lexeme<'_>) -> bool {
    lexeme.kind == TokenKind::Symbol
        && lexeme.text != "=>"
        && lexeme.text.bytes().all(|byte| b"+-*/<>=~!@#%^&|`?".contains(&byte))
}

/// Passes over an operator.
pub(super) fn operator(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    if cursor.is("OPERATOR (") {
        cursor.bump();
        let mut inside = group(cursor)?;
        while inside.peek().is_some_and(is_name) {
            inside.bump();
            inside.expect(".")?;
        }
        if !inside.peek().is_some_and(is_operator) {
            return Err(inside.unexpected("an operator"));
        }
        inside.bump();
        inside.end()?;
        return Ok(true);
    }
    let found = cursor.peek().is_some_and(is_operator);
    if found {
        cursor.bump();
    }
    Ok(found)
}

/// Operators of which none can follow another one without `AND` or `OR` between them.
const COMPARISONS: [&str; 7] = ["=", "<", ">", "<=", ">=", "<>", "!="];

/// Passes over operators that stand before an operand.
fn prefix(cursor: &mut Cursor<'_>, all: bool) -> Parsed<()> {
    loop {
        let is_infix = cursor.is_any(&COMPARISONS) || cursor.is_any(&["*", "/", "%", "^"]);
        if is_infix || !(all && cursor.eat("NOT") || operator(cursor)?) {
            return Ok(());
        }
    }
}

/// Passes over one expression.
pub(super) fn pass(cursor: &mut Cursor<'_>, operators: Operators, depth: u32) -> Parsed<()> {
    let all = operators == Operators::All;
    if depth > MAX_DEPTH {
        cursor.skip();
        return Ok(());
    }
    let mut compared = false;
    loop {
        prefix(cursor, all)?;
        operand(cursor, depth + 1)?;
        loop {
            if cursor.eat("::") {
                type_name(cursor)?;
            } else if cursor.peek().is_some_and(is_operator) || cursor.is("OPERATOR (") {
                if cursor.is_any(&COMPARISONS) {
                    if compared {
                        return Err(cursor.unexpected("`AND`, `OR` or the end of the expression"));
                    }
                    compared = true;
                }
                operator(cursor)?;
                if all && cursor.eat_any(&["ANY", "ALL", "SOME"]).is_some() {
                    let inside = group(cursor)?;
                    query::query_or(inside, depth + 1, expressions)?;
                } else {
                    break;
                }
            } else if cursor.eat("IS") {
                cursor.eat("NOT");
                if cursor.eat("DISTINCT FROM") {
                    break;
                }
                compared = false;
                let mut tests = vec!["DOCUMENT"];
                if all {
                    tests.extend(["NULL", "TRUE", "FALSE", "UNKNOWN", "NORMALIZED", "JSON"]);
                    cursor.eat_any(&["NFC", "NFD", "NFKC", "NFKD"]);
                }
                match cursor.eat_any(&tests) {
                    None => {
                        return Err(cursor.unexpected("`NULL`, `TRUE`, `FALSE` or `DISTINCT FROM`"));
                    }
                    Some("JSON") => {
                        cursor.eat_any(&["VALUE", "ARRAY", "OBJECT", "SCALAR"]);
                        let _ = cursor.eat("WITH UNIQUE KEYS")
                            || cursor.eat("WITH UNIQUE")
                            || cursor.eat("WITHOUT UNIQUE KEYS")
                            || cursor.eat("WITHOUT UNIQUE");
                    }
                    Some(_) => {}
                }
            } else if !all {
                return Ok(());
            } else if cursor.eat_any(&["ISNULL", "NOTNULL", "AT LOCAL"]).is_some() {
            } else if cursor.eat("COLLATE") {
                super::types::collation(cursor)?;
            } else if cursor.eat_any(&["AND", "OR"]).is_some() {
                compared = false;
                break;
            } else if cursor.eat_any(&["AT TIME ZONE", "OVERLAPS"]).is_some() {
                break;
            } else if like(cursor, depth)? {
            } else if cursor.is("IN") || cursor.is("NOT IN") {
                cursor.eat("NOT");
                cursor.bump();
                query::query_or(group(cursor)?, depth + 1, expressions)?;
            } else if cursor.is("BETWEEN") || cursor.is("NOT BETWEEN") {
                cursor.eat("NOT");
                cursor.bump();
                cursor.eat_any(&["SYMMETRIC", "ASYMMETRIC"]);
                pass(cursor, Operators::Restricted, depth + 1)?;
                cursor.expect("AND")?;
                break;
            } else {
                return Ok(());
            }
        }
    }
}

/// Passes over `LIKE` and its relatives with the pattern.
fn like(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<bool> {
    let mut copy = *cursor;
    copy.eat("NOT");
    if copy.eat_any(&["LIKE", "ILIKE", "SIMILAR TO"]).is_none() {
        return Ok(false);
    }
    *cursor = copy;
    if cursor.eat_any(&["ANY", "ALL", "SOME"]).is_some() {
        query::query_or(group(cursor)?, depth + 1, expressions)?;
        return Ok(true);
    }
    pass(cursor, Operators::Restricted, depth + 1)?;
    if cursor.eat("ESCAPE") {
        pass(cursor, Operators::Restricted, depth + 1)?;
    }
    Ok(true)
}

/// Expressions with commas between them, at least one.
pub(super) fn expressions(inside: Cursor<'_>, depth: u32) -> Parsed<()> {
    list(inside, |item| pass(item, Operators::All, depth)).map(drop)
}

fn operand(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    let Some(next) = cursor.peek() else { return Err(cursor.unexpected("an expression")) };
    match next.kind {
        TokenKind::Number => {
            cursor.bump();
            return Ok(());
        }
        TokenKind::String => {
            super::names::string(cursor, "a string")?;
            if cursor.eat("UESCAPE") {
                super::names::string(cursor, "a string")?;
            }
            return Ok(());
        }
        TokenKind::Parameter => {
            cursor.bump();
            return indirection(cursor, depth);
        }
        TokenKind::Symbol if next.is("(") => {
            let inside = group(cursor)?;
            query::query_or(inside, depth, expressions)?;
            return indirection(cursor, depth);
        }
        TokenKind::Word => {}
        TokenKind::QuotedName => return named(cursor, depth),
        _ => return Err(cursor.unexpected("an expression")),
    }
    if cursor.eat("CASE") {
        return case(cursor, depth);
    }
    if cursor.eat("ARRAY") {
        if cursor.is("(") {
            return query::query(group(cursor)?, depth);
        }
        array(cursor, depth)?;
        return indirection(cursor, depth);
    }
    if cursor.is("EXISTS (") {
        cursor.bump();
        return query::query(group(cursor)?, depth);
    }
    if cursor.is("ROW (") {
        cursor.bump();
        let inside = group(cursor)?;
        if !inside.is_empty() {
            expressions(inside, depth)?;
        }
        return indirection(cursor, depth);
    }
    if cursor.eat_any(&["TRUE", "FALSE", "NULL"]).is_some() {
        return Ok(());
    }
    if cursor.eat_any(&CONSTANTS).is_some() {
        if cursor.is("(") {
            group(cursor)?;
        }
        return Ok(());
    }
    if cursor.is("CAST") || cursor.is("TREAT (") {
        cursor.bump();
        let mut inside = group(cursor)?;
        pass(&mut inside, Operators::All, depth)?;
        inside.expect("AS")?;
        type_name(&mut inside)?;
        return if inside.is_empty() {
            indirection(cursor, depth)
        } else {
            Err(inside.unexpected("`)`"))
        };
    }
    if cursor.eat("COLLATION FOR") {
        return group(cursor).and_then(|inside| expressions(inside, depth));
    }
    let special = cursor.lexemes().get(1).is_some_and(|next| next.is("("));
    if special && cursor.eat_any(&["COALESCE", "GREATEST", "LEAST", "GROUPING"]).is_some() {
        return expressions(group(cursor)?, depth);
    }
    if special && cursor.eat_any(&SPECIAL).is_some() {
        let inside = group(cursor)?;
        return if inside.is_empty() { Err(inside.unexpected("an expression")) } else { Ok(()) };
    }
    if is_keyword_type(cursor) && !cursor.is("BIT (") {
        let mut copy = *cursor;
        let found = type_name(&mut copy);
        // `char_length` and `time` alone are names, and a keyword may be a column's.
        if found.is_ok() && copy.is_kind(TokenKind::String) {
            let is_interval = cursor.is("INTERVAL");
            *cursor = copy;
            super::names::string(cursor, "a string")?;
            if is_interval {
                fields(cursor)?;
            }
            return Ok(());
        }
    }
    named(cursor, depth)
}

/// Values that are keywords.
const CONSTANTS: [&str; 11] = [
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "CURRENT_ROLE",
    "CURRENT_USER",
    "SESSION_USER",
    "USER",
    "CURRENT_CATALOG",
    "DEFAULT",
];

/// Functions whose arguments have a syntax of their own.
const SPECIAL: [&str; 17] = [
    "EXTRACT",
    "OVERLAY",
    "POSITION",
    "SUBSTRING",
    "TRIM",
    "NORMALIZE",
    "NULLIF",
    "XMLCONCAT",
    "XMLELEMENT",
    "XMLEX_RULESTS",
    "XMLFOREST",
    "XMLPARSE",
    "XMLPI",
    "XMLROOT",
    "XMLSERIALIZE",
    "XMLATTRIBUTES",
    "XMLNAMESPACES",
];

/// What follows `CASE`.
fn case(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    if !cursor.is("WHEN") {
        pass(cursor, Operators::All, depth)?;
    }
    loop {
        cursor.expect("WHEN")?;
        pass(cursor, Operators::All, depth)?;
        cursor.expect("THEN")?;
        pass(cursor, Operators::All, depth)?;
        if cursor.eat("ELSE") {
            pass(cursor, Operators::All, depth)?;
            return cursor.expect("END");
        }
        if cursor.eat("END") {
            return Ok(());
        }
    }
}

/// The elements of an array in brackets.
fn array(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    cursor.expect("[")?;
    if depth > MAX_DEPTH {
        cursor.take_until(|cursor| cursor.is("]"));
    } else if !cursor.is("]") {
        loop {
            if cursor.is("[") {
                array(cursor, depth + 1)?;
            } else {
                pass(cursor, Operators::All, depth + 1)?;
            }
            if !cursor.eat(",") {
                break;
            }
        }
    }
    cursor.expect("]")
}

/// Subscripts and fields behind a value.
fn indirection(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    loop {
        if cursor.eat("[") {
            if !cursor.is(":") {
                pass(cursor, Operators::All, depth)?;
            }
            if cursor.eat(":") && !cursor.is("]") {
                pass(cursor, Operators::All, depth)?;
            }
            cursor.expect("]")?;
        } else if cursor.eat(".") {
            if !cursor.eat("*") {
                label(cursor, "the name of a column")?;
            }
        } else {
            return Ok(());
        }
    }
}

/// A column, a call of a function, or a literal of a type that has a name.
fn named(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    let mut call = *cursor;
    if function_name(&mut call, "a function").is_ok() {
        if call.is("(") {
            *cursor = call;
            return function_call(cursor, depth);
        }
        if call.is_kind(TokenKind::String) {
            *cursor = call;
            return super::names::string(cursor, "a string").map(drop);
        }
    }
    let next = cursor.peek();
    let is_column = next.is_some_and(is_name);
    // `current_schema` is a function without parentheses.
    if !is_column && !next.is_some_and(|next| is_function(next) && next.is("CURRENT_SCHEMA")) {
        return Err(cursor.unexpected("an expression"));
    }
    cursor.bump();
    indirection(cursor, depth)
}

/// The arguments of a call and what follows them.
fn function_call(cursor: &mut Cursor<'_>, depth: u32) -> Parsed<()> {
    let inside = group(cursor)?;
    arguments(inside, depth)?;
    if cursor.is_kind(TokenKind::String) {
        // `varchar(3) 'abc'` with a type that is no keyword.
        cursor.bump();
        return Ok(());
    }
    if cursor.eat("WITHIN GROUP") {
        let mut order = group(cursor)?;
        query::order_by(&mut order, depth)?;
        order.end()?;
    }
    if cursor.is("FILTER (") {
        cursor.bump();
        let mut filter = group(cursor)?;
        filter.expect("WHERE")?;
        pass(&mut filter, Operators::All, depth)?;
        filter.end()?;
    }
    if cursor.eat("OVER") {
        if cursor.is("(") {
            query::window(group(cursor)?, depth)?;
        } else {
            name(cursor, "the name of a window")?;
        }
    }
    indirection(cursor, depth)
}

fn arguments(mut inside: Cursor<'_>, depth: u32) -> Parsed<()> {
    if inside.is_empty() || inside.eat("*") {
        return if inside.is_empty() { Ok(()) } else { Err(inside.unexpected("`)`")) };
    }
    inside.eat_any(&["ALL", "DISTINCT"]);
    loop {
        inside.eat("VARIADIC");
        if inside.lexemes().get(1).is_some_and(|next| next.is("=>") || next.is(":=")) {
            inside.bump();
            inside.bump();
        }
        pass(&mut inside, Operators::All, depth)?;
        if !inside.eat(",") {
            break;
        }
    }
    query::order_by(&mut inside, depth)?;
    if inside.is_empty() { Ok(()) } else { Err(inside.unexpected("`,` or `)`")) }
}
