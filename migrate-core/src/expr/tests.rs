//! Laws of comparisons: no input stops or overflows them, an expression is equal to itself, and the
//! order of the two texts means nothing.

use std::mem::discriminant;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::dialect::Dialect;
use crate::schema::DataType;

fn columns(name: &str) -> Option<DataType> {
    let of = match name {
        "a" => "integer",
        "b" => "text",
        "c" => "character varying(20)",
        "d" => "numeric(10,2)",
        "e" => "timestamp with time zone",
        "f" => "integer[]",
        _ => return None,
    };
    Some(of.into())
}

#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "a", "b", "c", "d", "e", "f", "\"a\"", "`b`", "[c]", "t.a", "1", "1.5", "-1", "9999999999", "'x'",
    "'1'", "''", "E'a\\n'", "$$x$$", "B'1'", "x'41'", "0x10", "null", "TRUE", "false", "(", ")", "[",
    "]", "{", ",", ".", "::", ":", ";", "=", "<>", "!=", "<", ">=", "+", "-", "*", "/", "%", "||", "->",
    "->>", "@>", "~~", "&&", "!", "and", "OR", "not", "is", "is null", "isnull", "is not true",
    "is distinct from", "in", "in (1, 2)", "between", "between 1 and 2", "symmetric", "like",
    "similar to", "escape", "regexp", "glob", "collate", "\"C\"", "at time zone", "any", "any (",
    "all (", "array[", "array[1, 2]", "row (", "case", "case when", "then", "else", "end", "cast(",
    "as", "integer", "text", "varchar(20)", "text[]", "interval '1 day'", "interval 1 day",
    "date '2020-01-01'", "lower(", "coalesce(", "nullif(", "extract(year from", "trim(", "both",
    "from", "substring(", "position(", "now()", "current_timestamp", "current_timestamp(3)", "f(1)",
    "exists (select 1)", "select", "values", "-- c\n", "/* c */", "'", "\"", "$$", "\u{e9}", "\0",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(TOKENS), 0..14).prop_map(|tokens| tokens.join(" "))
}

/// Expressions that are well formed.
fn expression() -> impl Strategy<Value = String> {
    let leaves: &[&str] = &["a", "b", "c", "d", "1", "-1", "2.50", "'x'", "'1'", "null"];
    prop::sample::select(leaves).prop_map(str::to_owned).prop_recursive(5, 40, 4, |inner| {
        let operators: &[&str] =
            &["=", "<>", "<", "+", "-", "*", "||", "and", "or", "like", "is distinct from"];
        prop_oneof![
            (inner.clone(), prop::sample::select(operators), inner.clone())
                .prop_map(|(a, operator, b)| format!("({a}) {operator} ({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("({a}) is not null")),
            inner.clone().prop_map(|a| format!("cast({a} as text)")),
            inner.clone().prop_map(|a| format!("lower({a})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a}) between ({b}) and ({c})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a}) in ({b}, {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("case when {a} then {b} end")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
        ]
    })
}

/// Compares two texts in both orders at every place of every database.
fn laws(a: &str, b: &str) {
    for of in ["integer", "character varying(20)", "mood[]"].map(DataType::from) {
        let places = [
            Place::Default(&of),
            Place::Generated(&of),
            Place::Condition,
            Place::TriggerCondition,
            Place::IndexPart,
            Place::Body,
        ];
        for (dialect, place) in Dialect::ALL.iter().flat_map(|d| places.map(|place| (d, place))) {
            let compare = |a, b| dialect.compare_expressions(place, a, b, &columns);
            assert_eq!(compare(a, a), Answer::Equal, "{dialect} {place:?}: {a}");
            let (one, other) = (compare(a, b), compare(b, a));
            assert_eq!(discriminant(&one), discriminant(&other), "{dialect}: {a} | {b}");
        }
    }
}

proptest! {
    #[test]
    fn any_tokens_are_compared(a in text(), b in text()) {
        laws(&a, &b);
        // Not the same text, so that the trees are made and compared.
        laws(&a, &format!(" {a}"));
    }

    #[test]
    fn any_expressions_are_compared(a in expression(), b in expression()) {
        laws(&a, &b);
    }

    #[test]
    fn white_space_parentheses_and_comments_mean_nothing(a in expression()) {
        let other = format!("(( {} /* c */ )) -- c", a.replace(' ', "\n\t").replace("not", "NOT"));
        for dialect in Dialect::ALL {
            // MySQL compares with IS only what is a boolean or NULL.
            if a.contains("distinct") && dialect == Dialect::Mysql {
                continue;
            }
            let answer = dialect.compare_expressions(Place::Condition, &a, &other, &columns);
            prop_assert_eq!(answer, Answer::Equal, "{}: {} | {}", dialect, a, other);
        }
    }
}

#[test]
fn deep_and_long_expressions_end_soon() {
    let start = Instant::now();
    let mut texts = Vec::new();
    for times in [10, 60, 1_000] {
        for (open, inside, close) in [
            ("(", "a", ")"),
            ("not ", "a", ""),
            ("- ", "a", ""),
            ("! ", "a", ""),
            ("lower(", "b", ")"),
            ("cast(", "b", " as text)"),
            ("case when ", "a", " then 1 end"),
            ("array[", "a", "]"),
            ("(a, ", "a", ")"),
            ("(a between ", "a", " and 1)"),
            ("(", "a", " between 1 and 2)"),
            ("(", "b", " between symmetric 'a' and 'b')"),
            ("a in (", "1", ", 2)"),
            ("1 in (", "1", ", 2)"),
            ("(a, (", "a", ")) in ((1, true), (2, false))"),
            ("", "a", " and a"),
            ("a or (", "a", ")"),
            ("", "a", " + 1"),
            ("1 + (", "a", ")"),
            ("", "b", "::text"),
            ("", "b", " collate \"C\""),
            ("", "f", "[1]"),
            ("not (a and ", "a", ")"),
            ("coalesce(", "a", ", 1)"),
            ("trim(", "b", ")"),
            ("extract(year from ", "e", ")"),
            ("interval ", "1", " day"),
            ("a = any (", "f", ")"),
            ("((a, a) = ", "(1, 1)", ")"),
        ] {
            texts.push(format!("{}{inside}{}", open.repeat(times), close.repeat(times)));
        }
    }
    texts.push(format!("b = '{}'::jsonb", "[".repeat(5_000)));
    texts.push(format!("f = '{}'", "{".repeat(5_000)));
    texts.push(format!("a in ({}1)", "1, ".repeat(2_000)));
    texts.push("'".repeat(2_001));
    for text in &texts {
        for dialect in Dialect::ALL {
            for other in [format!("({text})"), format!("{text} "), "a".to_owned()] {
                let _ = dialect.compare_expressions(Place::Condition, text, &other, &columns);
            }
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
