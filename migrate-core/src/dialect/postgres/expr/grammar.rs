//! The syntax of PostgreSQL's expressions: how strongly operators bind, as the precedence table of
//! its grammar has it, and the functions that are called with keywords.

use crate::dialect::Dialect;
use crate::dialect::postgres::keywords::{is_function_word, is_reserved};
use crate::dialect::postgres::read_type;
use crate::expr::{Associativity, Expr, Grammar, Head, Infix, ParseError, Parser, unquoted_word};
use crate::sql::{Cursor, TokenKind};

const OTHER: u8 = 70;
const AT: u8 = 110;
const UNARY: u8 = 130;

/// The syntax.
pub(super) const GRAMMAR: Grammar = Grammar {
    lex_rules: Dialect::Postgres.lex_rules(),
    infix,
    prefix,
    primary,
    postfix,
    type_name,
    values: &[
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
        "current_user",
        "current_role",
        "session_user",
        "system_user",
        "user",
        "current_catalog",
        "current_schema",
    ],
    matches: &["like", "ilike", "similar to"],
    is_reserved: |word, is_call| is_reserved(word) || is_function_word(word) && !is_call,
    folds_columns: false,
    not: 30,
    is: 40,
    matching: 60,
    collate: 120,
};

fn infix(cursor: &Cursor<'_>) -> Option<Infix> {
    let next = cursor.peek()?;
    let of =
        |name, power| Some(Infix { name, tokens: 1, power, associativity: Associativity::Left });
    match next.kind {
        TokenKind::Word if next.is("and") => of("and", 20),
        TokenKind::Word if next.is("or") => of("or", 10),
        TokenKind::Symbol => match next.text {
            "=" => of("=", 50),
            "<" => of("<", 50),
            ">" => of(">", 50),
            "<=" => of("<=", 50),
            ">=" => of(">=", 50),
            "<>" | "!=" => of("<>", 50),
            "+" => of("+", 80),
            "-" => of("-", 80),
            "*" => of("*", 90),
            "/" => of("/", 90),
            "%" => of("%", 90),
            "^" => of("^", 100),
            text if is_operator(text) => Some(Infix {
                name: "",
                tokens: 1,
                power: OTHER,
                associativity: Associativity::AsWritten,
            }),
            _ => None,
        },
        _ => None,
    }
}

fn is_operator(text: &str) -> bool {
    // `=>` stands behind the name of an argument.
    !text.is_empty()
        && text != "=>"
        && text.bytes().all(|byte| b"+-*/<>=~!@#%^&|`?".contains(&byte))
}

fn prefix(cursor: &Cursor<'_>) -> Option<(&'static str, u8)> {
    const OTHERS: [&str; 8] = ["@", "~", "!!", "|/", "||/", "#", "@-@", "@@"];
    if !cursor.is_kind(TokenKind::Symbol) {
        return None;
    }
    if cursor.is("+") {
        return Some(("+", UNARY));
    }
    if cursor.is("-") {
        return Some(("-", UNARY));
    }
    OTHERS.iter().find(|name| cursor.is(name)).map(|name| (*name, OTHER))
}

fn type_name(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut copy = *cursor;
    let normal = read_type(&mut copy)?;
    // `%TYPE` and types of sequences are for columns and functions alone.
    if normal.serial {
        return None;
    }
    *cursor = copy;
    Some(normal.without_namespace("public").data_type.to_string())
}

fn postfix(parser: &mut Parser<'_>, left: &Expr, power: u8) -> Result<Option<Expr>, ParseError> {
    if parser.cursor.eat("::") {
        let to = type_name(&mut parser.cursor).ok_or(ParseError::Syntax)?;
        return Ok(Some(Expr::new(Head::Cast(to), vec![left.clone()])));
    }
    if parser.cursor.eat("[") {
        let index = parser.expression(0)?;
        parser.expect("]")?;
        return Ok(Some(Expr::new(Head::Subscript, vec![left.clone(), index])));
    }
    if parser.cursor.eat(".") {
        let field = parser.cursor.name().ok_or(ParseError::Syntax)?;
        return Ok(Some(Expr::new(Head::Field(field), vec![left.clone()])));
    }
    if power < AT && parser.cursor.eat("at time zone") {
        let zone = parser.expression(AT)?;
        let name = vec!["at time zone".to_owned()];
        return Ok(Some(Expr::new(Head::Call(name), vec![zone, left.clone()])));
    }
    Ok(None)
}

fn primary(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParseError> {
    let Some(next) = parser.cursor.peek() else { return Ok(None) };
    if next.kind == TokenKind::String {
        return escapes_are_known(next.text);
    }
    if next.kind != TokenKind::Word {
        return Ok(None);
    }
    if let Some(literal) = typed_literal(parser)? {
        return Ok(Some(literal));
    }
    if parser.cursor.eat("array [") {
        return array(parser).map(Some);
    }
    if parser.cursor.is("row (") {
        parser.cursor.bump();
        let items = parser.list()?.unwrap_or_default();
        return Ok(Some(Expr::new(Head::Row, items)));
    }
    const CALLS: [&str; 5] = ["extract (", "trim (", "substring (", "position (", "overlay ("];
    match CALLS.iter().position(|call| parser.cursor.is(call)) {
        Some(at) => keyword_call(parser, at),
        None => Ok(None),
    }
}

/// `E'..'` and `U&'..'` have escapes that are not read here.
fn escapes_are_known(text: &str) -> Result<Option<Expr>, ParseError> {
    let plain = |text: &str, known: &[u8]| {
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            if byte == b'\\' && !bytes.next().is_some_and(|next| known.contains(&next)) {
                return false;
            }
        }
        true
    };
    let is_read = match text.as_bytes() {
        [b'e' | b'E', ..] => plain(text, b"nrt\\'"),
        [b'n' | b'N', ..] => false,
        _ => true,
    };
    if is_read { Ok(None) } else { Err(ParseError::Syntax) }
}

/// `date '2020-01-01'`, `interval '1' day`.
fn typed_literal(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParseError> {
    const WORDS: [&str; 12] = [
        "timestamp",
        "time",
        "double",
        "interval",
        "character",
        "char",
        "varchar",
        "bit",
        "numeric",
        "decimal",
        "national",
        "nchar",
    ];
    let next = parser.cursor.peek().and_then(unquoted_word);
    let is_near = parser
        .cursor
        .lexemes()
        .get(1)
        .is_some_and(|next| next.kind == TokenKind::String || next.is("."));
    if !is_near && !parser.cursor.is_any(&WORDS) {
        return Ok(None);
    }
    if next.is_some_and(|word| is_reserved(&word)) {
        return Ok(None);
    }
    let mut copy = parser.cursor;
    let Some(mut to) = type_name(&mut copy) else { return Ok(None) };
    let Some(string) = copy.peek().filter(|next| next.kind == TokenKind::String) else {
        return Ok(None);
    };
    escapes_are_known(string.text)?;
    let text = copy.string().ok_or(ParseError::Syntax)?;
    if to == "interval" {
        // The fields follow the string.
        const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
        if copy.is_any(&FIELDS) {
            let first = copy.eat_any(&FIELDS).unwrap_or_default();
            to = format!("interval {first}");
            if copy.eat("to") {
                let last = copy.eat_any(&FIELDS).ok_or(ParseError::Syntax)?;
                to = format!("{to} to {last}");
            }
        }
    }
    parser.cursor = copy;
    Ok(Some(Expr::new(Head::Cast(to), vec![Expr::leaf(Head::Text(text))])))
}

/// `ARRAY[1, 2]`, behind its bracket. An inner array needs no word.
fn array(parser: &mut Parser<'_>) -> Result<Expr, ParseError> {
    let mut items = Vec::new();
    if !parser.cursor.eat("]") {
        loop {
            if parser.cursor.is("[") {
                // Without the word the depth is not counted by the parser.
                return Err(ParseError::Syntax);
            }
            items.push(parser.expression(0)?);
            if !parser.cursor.eat(",") {
                break;
            }
        }
        parser.expect("]")?;
    }
    Ok(Expr::new(Head::Array, items))
}

/// A function that is called with keywords. Where it is called as any other, it is left to the
/// reader of calls.
fn keyword_call(parser: &mut Parser<'_>, at: usize) -> Result<Option<Expr>, ParseError> {
    let start = parser.cursor;
    parser.cursor.bump();
    parser.cursor.bump();
    let (name, operands) = match at {
        0 => extract(parser)?,
        1 => trim(parser)?,
        2 => match substring(parser)? {
            Some(found) => found,
            None => {
                parser.cursor = start;
                return Ok(None);
            }
        },
        3 => {
            // `IN` is no operator here.
            let inner = parser.expression(60)?;
            parser.expect("in")?;
            ("position in", vec![parser.expression(0)?, inner])
        }
        _ => {
            let mut operands = vec![parser.expression(0)?];
            parser.expect("placing")?;
            operands.push(parser.expression(0)?);
            parser.expect("from")?;
            operands.push(parser.expression(0)?);
            if parser.cursor.eat("for") {
                operands.push(parser.expression(0)?);
            }
            ("overlay placing", operands)
        }
    };
    parser.expect(")")?;
    Ok(Some(Expr::new(Head::Call(vec![name.to_owned()]), operands)))
}

type Call = (&'static str, Vec<Expr>);

fn extract(parser: &mut Parser<'_>) -> Result<Call, ParseError> {
    let field = parser.cursor.string().or_else(|| parser.cursor.name());
    let field = Expr::leaf(Head::Text(field.ok_or(ParseError::Syntax)?));
    parser.expect("from")?;
    Ok(("extract from", vec![field, parser.expression(0)?]))
}

fn trim(parser: &mut Parser<'_>) -> Result<Call, ParseError> {
    let name = match parser.cursor.eat_any(&["leading", "trailing", "both"]) {
        Some("leading") => "trim leading",
        Some("trailing") => "trim trailing",
        _ => "trim both",
    };
    let mut characters = None;
    if !parser.cursor.eat("from") {
        let first = parser.expression(0)?;
        if parser.cursor.eat("from") {
            characters = Some(first);
        } else {
            let mut operands = vec![first];
            while parser.cursor.eat(",") {
                operands.push(parser.expression(0)?);
            }
            return Ok((name, operands));
        }
    }
    let mut operands = vec![parser.expression(0)?];
    while parser.cursor.eat(",") {
        operands.push(parser.expression(0)?);
    }
    operands.extend(characters);
    Ok((name, operands))
}

fn substring(parser: &mut Parser<'_>) -> Result<Option<Call>, ParseError> {
    let mut operands = vec![parser.expression(0)?];
    if parser.cursor.eat("from") {
        operands.push(parser.expression(0)?);
        if parser.cursor.eat("for") {
            operands.push(parser.expression(0)?);
        }
    } else if parser.cursor.eat("for") {
        operands.push(Expr::leaf(Head::Number("1".to_owned())));
        let length = parser.expression(0)?;
        operands.push(Expr::new(Head::Cast("integer".to_owned()), vec![length]));
        if parser.cursor.is("from") {
            return Err(ParseError::Syntax);
        }
    } else {
        return Ok(None);
    }
    Ok(Some(("substring from", operands)))
}
