//! The syntax of MySQL's and MariaDB's expressions.

use crate::dialect::Dialect;
use crate::expr::{Associativity, Expr, Grammar, Head, Infix, ParseError, Parser};
use crate::sql::{Cursor, TokenKind};

const UNARY: u8 = 110;

/// The syntax.
pub(super) const GRAMMAR: Grammar = Grammar {
    lex_rules: Dialect::Mysql.lex_rules(),
    infix,
    prefix,
    primary,
    postfix: |_, _, _| Ok(None),
    type_name,
    values: &[
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
        "current_user",
        "utc_timestamp",
        "utc_date",
        "utc_time",
    ],
    matches: &["like", "regexp", "rlike"],
    is_reserved: |word, is_call| !is_call && RESERVED.binary_search(&word).is_ok(),
    folds_columns: true,
    not: 30,
    is: 45,
    matching: 55,
    collate: 120,
};

/// Words that begin no operand. Sorted.
const RESERVED: [&str; 30] = [
    "all", "and", "as", "asc", "between", "by", "collate", "desc", "distinct", "div", "else",
    "end", "exists", "from", "group", "having", "in", "is", "like", "limit", "not", "on", "or",
    "order", "regexp", "select", "then", "when", "where", "xor",
];

fn infix(cursor: &Cursor<'_>) -> Option<Infix> {
    let next = cursor.peek()?;
    let of =
        |name, power| Some(Infix { name, tokens: 1, power, associativity: Associativity::Left });
    match next.kind {
        TokenKind::Word => match next.text.to_ascii_lowercase().as_str() {
            "and" => of("and", 20),
            "or" => of("or", 10),
            "xor" => of("xor", 15),
            "div" => of("div", 90),
            "mod" => of("mod", 90),
            _ => None,
        },
        TokenKind::Symbol => match next.text {
            "||" => of("or", 10),
            "&&" => of("and", 20),
            "=" => of("=", 50),
            "<=>" => of("<=>", 50),
            "<>" | "!=" => of("<>", 50),
            "<" => of("<", 50),
            ">" => of(">", 50),
            "<=" => of("<=", 50),
            ">=" => of(">=", 50),
            "|" => of("|", 60),
            "&" => of("&", 65),
            "<<" => of("<<", 70),
            ">>" => of(">>", 70),
            "+" => of("+", 80),
            "-" => of("-", 80),
            "*" => of("*", 90),
            "/" => of("/", 90),
            "%" => of("mod", 90),
            "^" => of("^", 100),
            _ => None,
        },
        _ => None,
    }
}

fn prefix(cursor: &Cursor<'_>) -> Option<(&'static str, u8)> {
    let next = cursor.peek()?;
    if next.kind == TokenKind::Word && next.is("binary") {
        return Some(("binary", UNARY));
    }
    if next.kind != TokenKind::Symbol {
        return None;
    }
    if next.is("!") {
        return Some(("!", UNARY));
    }
    ["-", "+", "~"].into_iter().find(|name| next.is(name)).map(|name| (name, UNARY))
}

fn primary(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParseError> {
    let Some(next) = parser.cursor.peek() else { return Ok(None) };
    if next.kind == TokenKind::String {
        return string(parser);
    }
    if next.kind == TokenKind::Number && next.text.starts_with("0x") {
        parser.cursor.bump();
        return Ok(Some(Expr::leaf(Head::Bits('x', next.text[2..].to_ascii_lowercase()))));
    }
    if next.kind != TokenKind::Word {
        return Ok(None);
    }
    let before_string =
        parser.cursor.lexemes().get(1).is_some_and(|next| next.kind == TokenKind::String);
    if before_string && next.text.starts_with('_') {
        // A character set before a string.
        parser.cursor.bump();
        let text = string(parser)?.ok_or(ParseError::Syntax)?;
        let charset = next.text.to_ascii_lowercase();
        return Ok(Some(Expr::new(Head::Call(vec![charset]), vec![text])));
    }
    if before_string && parser.cursor.is_any(&["date", "time", "timestamp"]) {
        parser.cursor.bump();
        let text = string(parser)?.ok_or(ParseError::Syntax)?;
        let name = format!("literal {}", next.text.to_ascii_lowercase());
        return Ok(Some(Expr::new(Head::Call(vec![name]), vec![text])));
    }
    if next.is("interval") && !parser.cursor.is("interval (") {
        parser.cursor.bump();
        return interval(parser).map(Some);
    }
    let calls = [
        "extract (",
        "trim (",
        "substring (",
        "substr (",
        "mid (",
        "position (",
        "convert (",
        "timestampdiff (",
        "timestampadd (",
        "char (",
    ];
    match calls.iter().find(|call| parser.cursor.is(call)) {
        Some(call) => keyword_call(parser, call.trim_end_matches(" (")),
        None => Ok(None),
    }
}

/// A string with its escapes. `\%` and `\_` keep their backslash, which LIKE needs.
fn string(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParseError> {
    let next = parser.cursor.bump().ok_or(ParseError::Syntax)?;
    let text = next.text.strip_prefix(['n', 'N']).unwrap_or(next.text);
    let quote = text.chars().next().unwrap_or_default();
    if !matches!(quote, '\'' | '"') {
        let letter = quote.to_ascii_lowercase();
        let digits = text.get(2..text.len().saturating_sub(1)).unwrap_or_default();
        return Ok(Some(Expr::leaf(Head::Bits(letter, digits.to_ascii_lowercase()))));
    }
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let mut value = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('0') => value.push('\0'),
                Some('b') => value.push('\x08'),
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some('Z') => value.push('\x1a'),
                Some(kept @ ('%' | '_')) => value.extend(['\\', kept]),
                Some(other) => value.push(other),
                None => return Err(ParseError::Syntax),
            },
            c if c == quote => {
                // It is doubled.
                chars.next();
                value.push(c);
            }
            c => value.push(c),
        }
    }
    if parser.cursor.is_kind(TokenKind::String) {
        return Err(ParseError::Syntax);
    }
    Ok(Some(Expr::leaf(Head::Text(value))))
}

/// A number of units, behind the word INTERVAL.
fn interval(parser: &mut Parser<'_>) -> Result<Expr, ParseError> {
    let count = parser.expression(0)?;
    let unit = parser.cursor.bump().filter(|next| next.kind == TokenKind::Word);
    let unit = unit.ok_or(ParseError::Syntax)?.text.to_ascii_lowercase();
    parser.node(Head::Call(vec![format!("interval {unit}")]), vec![count])
}

fn keyword_call(parser: &mut Parser<'_>, name: &str) -> Result<Option<Expr>, ParseError> {
    let start = parser.cursor;
    parser.cursor.bump();
    parser.cursor.bump();
    let (name, operands) = match name {
        "extract" | "timestampdiff" | "timestampadd" => {
            let unit = parser.cursor.bump().ok_or(ParseError::Syntax)?.text.to_ascii_lowercase();
            parser.expect(if name == "extract" { "from" } else { "," })?;
            let mut operands = vec![parser.expression(0)?];
            while parser.cursor.eat(",") {
                operands.push(parser.expression(0)?);
            }
            (format!("{name} {unit}"), operands)
        }
        "trim" => trim(parser)?,
        "substring" | "substr" | "mid" => {
            let mut operands = vec![parser.expression(0)?];
            while parser.cursor.eat_any(&["from", "for", ","]).is_some() {
                operands.push(parser.expression(0)?);
            }
            ("substr".to_owned(), operands)
        }
        "position" => {
            // `IN` is no operator here.
            let inner = parser.expression(55)?;
            parser.expect("in")?;
            ("locate".to_owned(), vec![inner, parser.expression(0)?])
        }
        "convert" => {
            let operand = parser.expression(0)?;
            if parser.cursor.eat("using") {
                let charset = parser.cursor.name().ok_or(ParseError::Syntax)?;
                (format!("convert using {}", charset.to_ascii_lowercase()), vec![operand])
            } else {
                parser.expect(",")?;
                let to = type_name(&mut parser.cursor).ok_or(ParseError::Syntax)?;
                parser.expect(")")?;
                return parser.node(Head::Cast(to), vec![operand]).map(Some);
            }
        }
        _ => {
            parser.cursor = start;
            return Err(ParseError::Syntax);
        }
    };
    parser.expect(")")?;
    parser.node(Head::Call(vec![name]), operands).map(Some)
}

fn trim(parser: &mut Parser<'_>) -> Result<(String, Vec<Expr>), ParseError> {
    let side = parser.cursor.eat_any(&["leading", "trailing", "both"]);
    let mut operands = Vec::new();
    if !parser.cursor.eat("from") {
        operands.push(parser.expression(0)?);
        if parser.cursor.eat("from") {
            operands.insert(0, parser.expression(0)?);
        }
    } else {
        operands.push(parser.expression(0)?);
    }
    let name = match (side, operands.len()) {
        // Spaces on both sides are what TRIM removes anyway.
        (None | Some("both"), 1) => "trim".to_owned(),
        (side, _) => format!("trim {}", side.unwrap_or("both")),
    };
    Ok((name, operands))
}

/// The type of a cast: words, and numbers in parentheses.
fn type_name(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut words = Vec::new();
    while !cursor.is_empty() && !cursor.is(")") {
        if cursor.is("(") {
            let inside = cursor.group()?;
            let texts: Vec<_> = inside.lexemes().iter().map(|lexeme| lexeme.text).collect();
            let last = words.pop().unwrap_or_default();
            words.push(format!("{last}({})", texts.concat()));
        } else {
            words.push(cursor.bump()?.text.to_ascii_lowercase());
        }
    }
    let name = words.join(" ").replace("character set", "charset");
    let name = match name.as_str() {
        "signed integer" | "signed int" | "integer" | "int" => "signed".to_owned(),
        "unsigned integer" | "unsigned int" => "unsigned".to_owned(),
        "binary" => "char charset binary".to_owned(),
        "decimal" => "decimal(10,0)".to_owned(),
        "float" | "double" => name,
        _ => name,
    };
    (!name.is_empty()).then_some(name)
}
