//! Whether two expressions are the same to SQLite, which keeps the text of a statement.
//!
//! Two texts are compared as they are written: case, quotes, white space, parentheses and comments
//! mean nothing; `==` and `=`, `!=` and `<>` are the same.

use crate::dialect::Dialect;
use crate::expr::{
    Answer, Associativity, Expr, Grammar, Head, Infix, ParseError, Parser, Place, parse,
    same_tokens,
};
use crate::sql::{Cursor, TokenKind};

const CONCATENATION: u8 = 100;
const UNARY: u8 = 120;

const GRAMMAR: Grammar = Grammar {
    lex_rules: Dialect::Sqlite.lex_rules(),
    infix,
    prefix,
    primary,
    postfix: |_, _, _| Ok(None),
    type_name,
    values: &["current_timestamp", "current_date", "current_time"],
    matches: &["like", "glob", "regexp", "match"],
    is_reserved: |word, _| super::keywords::is_reserved(&word.to_ascii_uppercase()),
    folds_columns: true,
    not: 30,
    is: 40,
    matching: 40,
    collate: 110,
};

/// Compares two texts at a place.
pub(in crate::dialect) fn compare_expressions(place: Place<'_>, a: &str, b: &str) -> Answer {
    if place != Place::Body
        && let (Ok(left), Ok(right)) = (parse(a, &GRAMMAR), parse(b, &GRAMMAR))
    {
        let both = [&left, &right];
        let is_default = matches!(place, Place::Default(_));
        if left == right || is_default && both.iter().all(|expr| expr.head == Head::Null) {
            return Answer::Equal;
        }
        // A name in double quotes that is no column is a string.
        if mixes(&left, &right) || mixes(&right, &left) {
            return Answer::Unknown("a text in double quotes is a name or a string".to_owned());
        }
        return Answer::Different;
    }
    if same_tokens(a, b, GRAMMAR.lex_rules) {
        return Answer::Equal;
    }
    Answer::Unknown("compared as they are written".to_owned())
}

/// Whether a name of one is a string of the other.
fn mixes(names: &Expr, strings: &Expr) -> bool {
    let mut found = Vec::new();
    names_of(names, &mut found);
    found.iter().any(|name| has_text(strings, name))
}

fn names_of<'e>(expr: &'e Expr, found: &mut Vec<&'e str>) {
    if let Head::Column(parts) = &expr.head
        && let [name] = parts.as_slice()
    {
        found.push(name);
    }
    for operand in &expr.operands {
        names_of(operand, found);
    }
}

fn has_text(expr: &Expr, name: &str) -> bool {
    matches!(&expr.head, Head::Text(text) if text.eq_ignore_ascii_case(name))
        || expr.operands.iter().any(|operand| has_text(operand, name))
}

fn infix(cursor: &Cursor<'_>) -> Option<Infix> {
    let next = cursor.peek()?;
    let of =
        |name, power| Some(Infix { name, tokens: 1, power, associativity: Associativity::Left });
    match next.kind {
        TokenKind::Word if next.is("and") => of("and", 20),
        TokenKind::Word if next.is("or") => of("or", 10),
        TokenKind::Symbol => match next.text {
            "=" | "==" => of("=", 40),
            "<>" | "!=" => of("<>", 40),
            "<" => of("<", 50),
            ">" => of(">", 50),
            "<=" => of("<=", 50),
            ">=" => of(">=", 50),
            "&" => of("&", 70),
            "|" => of("|", 70),
            "<<" => of("<<", 70),
            ">>" => of(">>", 70),
            "+" => of("+", 80),
            "-" => of("-", 80),
            "*" => of("*", 90),
            "/" => of("/", 90),
            "%" => of("%", 90),
            "||" => of("||", CONCATENATION),
            "->" => of("->", CONCATENATION),
            "->>" => of("->>", CONCATENATION),
            _ => None,
        },
        _ => None,
    }
}

fn prefix(cursor: &Cursor<'_>) -> Option<(&'static str, u8)> {
    let next = cursor.peek().filter(|next| next.kind == TokenKind::Symbol)?;
    ["-", "+", "~"].into_iter().find(|name| next.is(name)).map(|name| (name, UNARY))
}

/// `CURRENT_TIMESTAMP` is a function of no name; TRUE and FALSE are the numbers 1 and 0.
fn primary(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParseError> {
    let words: [&str; 3] = ["exists", "raise", "select"];
    if parser.cursor.is_kind(TokenKind::Word) && parser.cursor.is_any(&words) {
        return Err(ParseError::Syntax);
    }
    Ok(None)
}

/// A type is any words, and numbers in parentheses.
fn type_name(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut words = Vec::new();
    while !cursor.is_empty() && !cursor.is(")") {
        if cursor.is("(") {
            let inside = cursor.group()?;
            let texts: Vec<_> = inside.lexemes().iter().map(|lexeme| lexeme.text).collect();
            words.push(format!("({})", texts.concat()));
        } else {
            words.push(cursor.bump()?.text.to_ascii_uppercase());
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::DataType;

    fn compare(a: &str, b: &str) -> Answer {
        compare_expressions(Place::Condition, a, b)
    }

    #[test]
    fn how_it_is_written_means_nothing() {
        for (a, b) in [
            ("a > 0", "( [A]>0 ) -- positive"),
            ("a == 1 AND b != 2", "\"a\"=1 and `b` <> 2"),
            ("Lower(x) || 'a'", "lower( x )||'a'"),
            ("x is null", "x ISNULL"),
            ("x NOT NULL", "x notnull"),
            ("cast(a as  varchar( 20 ))", "CAST(A AS VARCHAR(20))"),
            ("t.a in (1, 2)", "T.a IN (1,2)"),
            ("json_extract(j, '$.a')", "JSON_EXTRACT(\"j\",'$.a')"),
            ("a and b and c", "(a and b) and c"),
            ("exists (select 1)", "EXISTS  (SELECT 1)"),
        ] {
            assert_eq!(compare(a, b), Answer::Equal, "{a} | {b}");
        }
    }

    #[test]
    fn what_it_says_does() {
        for (a, b) in [
            ("a > 0", "a > 1"),
            ("a < b = c", "a < (b = c)"),
            ("'a'", "'A'"),
            ("a || b", "b || a"),
            ("a -> 'x'", "a ->> 'x'"),
            ("not a = b", "(not a) = b"),
            ("a and (b and c)", "a and b and c"),
        ] {
            assert_eq!(compare(a, b), Answer::Different, "{a} | {b}");
        }
        let unknown = |a, b| matches!(compare(a, b), Answer::Unknown(_));
        assert!(unknown("\"a b\" = 1", "'a b' = 1"));
        assert!(unknown("exists (select 1)", "exists (select 2)"));
        assert!(unknown("a >", "a"));
    }

    #[test]
    fn no_default_is_null() {
        let of = DataType::from("text");
        assert_eq!(compare_expressions(Place::Default(&of), "null", "NULL"), Answer::Equal);
        assert_eq!(compare_expressions(Place::Default(&of), "null", "''"), Answer::Different);
    }
}
