//! What the input function of a type makes of a literal, where that is certain.
//!
//! The value is written in a form of its own: two literals of a type have the same value where the
//! forms are the same. What depends on settings (money, a time without its zone), on the moment
//! (`'now'`) or on code that is not known here gives `None`.

mod array;
mod json;
mod number;
mod time;

pub(super) use number::numeric;

use super::catalog::Type;
use crate::dialect::Dialect;
use crate::sql::Tokens;

/// The value of a text that is read as a type.
pub(super) fn value(of: &Type, text: &str) -> Option<String> {
    match of {
        Type::Base(name) => base(name, text),
        Type::Enum(_) => Some(text.to_owned()),
        Type::Array(element) => array::value(element, text),
        Type::Domain(_, below) => value(below, text),
        Type::Literal | Type::Record | Type::Other(_) => None,
    }
}

fn base(name: &str, text: &str) -> Option<String> {
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    match name {
        "text" | "varchar" | "bpchar" | "json" => Some(text.to_owned()),
        "name" if text.len() < 64 => Some(text.to_owned()),
        "bool" => boolean(trimmed),
        "int2" | "int4" | "int8" | "oid" => number::integer(trimmed),
        "numeric" => numeric(trimmed),
        "float4" => number::float(trimmed, true),
        "float8" => number::float(trimmed, false),
        "date" => time::date(trimmed),
        "time" => time::time(trimmed),
        "timestamp" => time::timestamp(trimmed),
        "timestamptz" => time::timestamptz(trimmed),
        "interval" => time::interval(trimmed),
        "uuid" => uuid(text),
        "jsonb" => json::value(text),
        "bytea" => bytea(text),
        "bit" | "varbit" => bits(text),
        "inet" => inet(text),
        "cidr" => cidr(text),
        "regclass" | "regconfig" | "regproc" | "regtype" => object(text),
        "int4range" | "int8range" => range(text),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    let value = if begins("true", 1) || begins("yes", 1) || text == "on" || text == "1" {
        true
    } else if begins("false", 1) || begins("no", 1) || begins("off", 2) || text == "0" {
        false
    } else {
        return None;
    };
    Some(value.to_string())
}

fn uuid(text: &str) -> Option<String> {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let mut digits = String::new();
    for (at, part) in inner.split('-').enumerate() {
        // Hyphens may stand behind each group of four digits.
        if at > 0 && !digits.len().is_multiple_of(4) || part.is_empty() {
            return None;
        }
        digits.push_str(part);
    }
    let is_whole = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_whole.then(|| digits.to_ascii_lowercase())
}

fn bytea(text: &str) -> Option<String> {
    if let Some(hex) = text.strip_prefix("\\x") {
        let is_hex =
            hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_hex.then(|| hex.to_ascii_lowercase());
    }
    if text.contains('\\') {
        return None;
    }
    Some(text.bytes().map(|byte| format!("{byte:02x}")).collect())
}

fn bits(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['b', 'B']).unwrap_or(text);
    digits.bytes().all(|byte| matches!(byte, b'0' | b'1')).then(|| digits.to_owned())
}

/// An IPv4 address with the length of its mask, which is 32 where none is written.
fn inet(text: &str) -> Option<String> {
    let (address, mask) = text.split_once('/').unwrap_or((text, "32"));
    let address: core::net::Ipv4Addr = address.parse().ok()?;
    let mask: u8 = mask.parse().ok().filter(|mask| *mask <= 32)?;
    Some(format!("{address}/{mask}"))
}

fn cidr(text: &str) -> Option<String> {
    text.contains('/').then(|| inet(text)).flatten()
}

/// The name of an object. The namespaces that every session finds are left out; another one makes
/// the meaning depend on the search path.
fn object(text: &str) -> Option<String> {
    let tokens = Tokens::read_until_error(text, Dialect::Postgres.lex_rules());
    let mut cursor = tokens.cursor();
    let name = cursor.qualified_name().filter(|_| cursor.is_empty())?;
    match name.namespace.as_deref() {
        None | Some("public" | "pg_catalog") => Some(name.name),
        Some(_) => None,
    }
}

/// A range of whole numbers, which is written with its lower bound and without its upper.
fn range(text: &str) -> Option<String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("empty") {
        return Some("empty".to_owned());
    }
    let includes_low = text.starts_with('[');
    let includes_high = text.ends_with(']');
    let inside = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    let (low, high) = inside.split_once(',')?;
    let number = |text: &str, step: i64| match text.trim() {
        "" => Some(None),
        text => Some(Some(text.parse::<i64>().ok()?.checked_add(step)?)),
    };
    let low = number(low, i64::from(!includes_low))?;
    let high = number(high, i64::from(includes_high))?;
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
    {
        return (low == high).then(|| "empty".to_owned());
    }
    let text = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    Some(format!("[{},{})", text(low), text(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Option<String> {
        value(&Type::named(name).unwrap(), text)
    }

    #[test]
    fn literals_of_one_value_are_equal() {
        for (name, a, b) in [
            ("bool", "t", " YES "),
            ("bool", "off", "0"),
            ("int4", " 007", "7"),
            ("int4", "-0", "0"),
            ("numeric", "1e3", "1000"),
            ("numeric", "1.50e1", "15.0"),
            ("numeric", ".5", "0.5"),
            ("float8", "1.50", "1.5"),
            ("float8", "1e2", "100"),
            ("date", "2020-1-1", "2020-01-01"),
            ("time", "9:00", "09:00:00"),
            ("time", "9:00:00.500", "09:00:00.5"),
            ("timestamp", "2020-01-01", "2020-01-01T00:00:00"),
            ("timestamptz", "2020-01-01 02:00+02", "2020-01-01 00:00:00Z"),
            ("timestamptz", "2020-01-01 00:30:00+05:30", "2019-12-31 19:00:00+00"),
            ("interval", "24 hours", "24:00:00"),
            ("interval", "1 week", "7 days"),
            ("interval", "90 minutes", "01:30:00"),
            ("interval", "1.5 hours", "01:30:00"),
            ("interval", "1 year 2 mons", "14 months"),
            ("interval", "-1 day +02:00", "-1 days +02:00:00"),
            ("interval", "1 day ago", "-1 day"),
            ("uuid", "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11"),
            ("jsonb", "{\"b\":1, \"a\" : [1,  2.0]}", "{\"a\": [1, 2.0], \"b\": 1}"),
            ("jsonb", "{\"a\": 1, \"a\": 2}", "{\"a\": 2}"),
            ("jsonb", "\"\\u0041\"", "\"A\""),
            ("_int4", "{1, 2}", "{1,2}"),
            ("_int4", "{ }", "{}"),
            ("_text", "{a,\"b c\"}", "{ a , b c }"),
            ("_text", "{\"null\",NULL}", "{\"null\",null}"),
            ("bytea", "\\xDEAD", "\\xdead"),
            ("inet", "10.0.0.1/32", "10.0.0.1"),
            ("int4range", "[1,5]", "[1,6)"),
            ("int4range", "(1,2)", "empty"),
            ("regclass", "public.\"S\"", "\"S\""),
            ("bit", "B101", "101"),
        ] {
            assert!(of(name, a).is_some(), "{name} {a}");
            assert_eq!(of(name, a), of(name, b), "{name} {a} {b}");
        }
    }

    #[test]
    fn literals_of_two_values_are_not() {
        for (name, a, b) in [
            ("int4", "1", "2"),
            ("numeric", "1.5", "1.50"),
            ("text", "a", "A"),
            ("date", "2020-01-01", "2020-01-02"),
            ("interval", "1 day", "24 hours"),
            ("interval", "1 month", "30 days"),
            ("jsonb", "1", "1.0"),
            ("jsonb", "\"a\"", "\"b\""),
            ("_text", "{null}", "{\"null\"}"),
            ("_text", "{a}", "{{a}}"),
            ("json", "{}", "{ }"),
            ("int4range", "[1,5]", "[1,5)"),
        ] {
            assert_ne!(of(name, a), of(name, b), "{name} {a} {b}");
        }
    }

    #[test]
    fn what_is_not_certain_has_no_value() {
        for (name, text) in [
            ("timestamptz", "now"),
            ("timestamptz", "2020-01-01 00:00:00"),
            ("date", "today"),
            ("date", "01/02/2020"),
            ("date", "2020-02-30"),
            ("money", "1"),
            ("int4", "1.5"),
            ("bool", "maybe"),
            ("jsonb", "{"),
            ("_int4", "{1"),
            ("interval", "1 fortnight"),
            ("regclass", "ops.s"),
            ("float8", "x"),
        ] {
            assert_eq!(of(name, text), None, "{name} {text}");
        }
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(of("jsonb", &deep), None);
        assert_eq!(of("_int4", &"{".repeat(5000)), None);
    }
}
