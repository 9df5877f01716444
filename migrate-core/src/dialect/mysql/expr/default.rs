//! The value of a default, as the type of its column reads it.

use super::simplify::Simplified;
use crate::expr::{Expr, Head};
use crate::schema::DataType;

const DOUBT: &str = "how the type of the column reads the value";

/// Replaces a literal by the value that a column of a type has from it.
pub(super) fn value(simplified: Simplified, of: &DataType) -> Simplified {
    let Some(text) = literal(&simplified.expr) else { return simplified };
    // What the literal is made of is no doubt any more: the value is read, or it is not.
    let read = read(&text, of);
    let doubt = if read.is_some() { None } else { Some(DOUBT) };
    let text = read.unwrap_or_else(|| format!("not read {text}"));
    Simplified { expr: Expr::leaf(Head::Text(text)), doubt }
}

/// The text of a literal.
fn literal(expr: &Expr) -> Option<String> {
    match (&expr.head, expr.operands.as_slice()) {
        (Head::Text(text) | Head::Number(text), _) => Some(text.clone()),
        (Head::Bits(letter, digits), _) => {
            let base = if *letter == 'b' { 2 } else { 16 };
            u64::from_str_radix(digits, base).ok().map(|number| number.to_string())
        }
        (Head::Call(name), [Expr { head: Head::Text(text), .. }])
            if matches!(name[0].as_str(), "_utf8mb4" | "_utf8mb3" | "_utf8")
                || name[0].starts_with("literal ") =>
        {
            Some(text.clone())
        }
        (Head::Operator(name), [operand]) if name == "-" => match &operand.head {
            Head::Number(text) => Some(format!("-{text}")),
            _ => None,
        },
        _ => None,
    }
}

/// The value of a text as a type; `None` where that is not certain.
fn read(text: &str, of: &DataType) -> Option<String> {
    let lower = of.name().to_ascii_lowercase();
    let name = lower.split(' ').next().unwrap_or_default();
    let trimmed = text.trim();
    match name {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "bit" => {
            whole(trimmed)
        }
        "bool" | "boolean" => whole(trimmed),
        "decimal" | "numeric" | "dec" | "fixed" => decimal(trimmed, of.number(1).unwrap_or(0)),
        "double" | "real" => trimmed.parse::<f64>().ok().map(|number| format!("{number:e}")),
        "float" => trimmed.parse::<f32>().ok().map(|number| format!("{number:e}")),
        "char" => Some(text.trim_end_matches(' ').to_owned()),
        "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "json" => {
            Some(text.to_owned())
        }
        "enum" => {
            let labels = of.arguments().iter().map(|label| label.trim_matches('\''));
            let mut found = labels.filter(|label| label.eq_ignore_ascii_case(text));
            found.next().map(str::to_owned)
        }
        "year" => year(trimmed),
        "date" => date(trimmed),
        "datetime" | "timestamp" => moment(trimmed),
        "time" => time(trimmed),
        _ => None,
    }
}

fn whole(text: &str) -> Option<String> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse::<i128>().ok().map(|number| number.to_string())
}

/// A number with as many digits behind the point as the column has.
fn decimal(text: &str, scale: i64) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let scale = usize::try_from(scale).ok().filter(|scale| *scale <= 40)?;
    let fits = part.trim_end_matches('0').len() <= scale;
    if !are_digits(whole) || !are_digits(part) || whole.is_empty() && part.is_empty() || !fits {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    Some(format!("{sign}{whole}.{part:0<scale$.scale$}"))
}

fn year(text: &str) -> Option<String> {
    let number: u32 = text.parse().ok()?;
    match (text.len(), number) {
        (4, _) => Some(text.to_owned()),
        (1 | 2, 70..) => Some((1900 + number).to_string()),
        (1 | 2, 1..70) => Some((2000 + number).to_string()),
        _ => None,
    }
}

fn date(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = parts.next().is_none() && year.len() == 4 && is_number(year, 4);
    (fits && is_number(month, 2) && is_number(day, 2))
        .then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

fn time(text: &str) -> Option<String> {
    let (clock, part) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    let is_number = |text: &str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let are_digits = part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some()
        || !are_digits
        || ![hours, minutes, seconds].into_iter().all(is_number)
    {
        return None;
    }
    // Digits that the column does not keep are zeros there, or the value is rounded.
    let part = part.trim_end_matches('0');
    Some(format!("{hours:0>2}:{minutes:0>2}:{seconds:0>2}.{part}"))
}

fn moment(text: &str) -> Option<String> {
    let (day, clock) = match text.split_once([' ', 'T']) {
        Some((day, clock)) => (day, time(clock.trim_start())?),
        None => (text, "00:00:00.".to_owned()),
    };
    Some(format!("{} {clock}", date(day)?))
}
