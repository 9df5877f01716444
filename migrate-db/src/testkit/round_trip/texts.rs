//! Recognizes definitions that differ only in text: function bodies with other white space or
//! comments, and constants that were evaluated at run time, such as PostgreSQL's `'now'`.

use std::time::{SystemTime, UNIX_EPOCH};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Attribute, Change, Difference};
use migrate_core::source::Span;
use migrate_core::sql::{Lexer, TokenKind};

/// How many days a constant may be away from today: time zones, `'yesterday'`, `'tomorrow'`.
const DAYS: i64 = 2;

/// Returns `true` if a difference is one of text alone.
pub(super) fn is_same(dialect: Dialect, difference: &Difference) -> bool {
    let Change::Altered { attribute, before: Some(before), after: Some(after) } =
        &difference.change
    else {
        return false;
    };
    let today = i64::try_from(seconds() / 86_400).unwrap_or_default();
    let [before, after] = [before, after].map(|text| without_moments(text, today));
    before == after
        || *attribute == Attribute::Definition && {
            let [before, after] = [&before, &after].map(|text| tokens(dialect, text));
            before.is_some() && before == after
        }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The tokens without comments; `None` where the text cannot be read. A body in dollar quotes is
/// read too, where its language is one of SQL tokens: in others white space may have a meaning.
fn tokens(dialect: Dialect, text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut bodies = Vec::new();
    for token in Lexer::new(text, Span::new(0, text.len()), dialect.lex_rules()) {
        let token = token.ok()?;
        let of = token.span.of(text);
        match token.kind {
            // A hint to the optimizer counts.
            TokenKind::Comment if !of.starts_with("/*+") => {}
            TokenKind::String if of.starts_with('$') => bodies.push((found.len(), of)),
            _ => found.push(of.to_owned()),
        }
    }
    let language = found.iter().position(|word| word.eq_ignore_ascii_case("language"));
    let language = language.and_then(|at| found.get(at + 1)).map(|word| word.to_lowercase());
    let is_sql = language.is_some_and(|word| ["sql", "plpgsql"].contains(&word.as_str()));
    for (at, body) in bodies.into_iter().rev() {
        let inside = body.find('$').and_then(|_| {
            let tag = body[1..].find('$')? + 2;
            body.get(tag..body.len().checked_sub(tag)?)
        });
        match inside.filter(|_| is_sql).and_then(|inside| tokens(dialect, inside)) {
            Some(inside) => found.splice(at..at, inside).for_each(drop),
            None => found.insert(at, body.to_owned()),
        }
    }
    Some(found)
}

/// The text with the literals that are a date of these days, with or without a time, replaced.
fn without_moments(text: &str, today: i64) -> String {
    let mut left = text;
    let mut out = String::new();
    while let Some(open) = left.find('\'') {
        let (before, rest) = left.split_at(open + 1);
        out.push_str(before);
        let Some(end) = rest.find('\'') else {
            left = rest;
            break;
        };
        let literal = &rest[..end];
        let is_near = day(literal).is_some_and(|day| (day - today).abs() <= DAYS);
        out.push_str(if is_near { "now" } else { literal });
        out.push('\'');
        left = &rest[end + 1..];
    }
    out + left
}

/// The day of `2024-02-29 12:00:00.5+00`, counted from 1970-01-01.
fn day(literal: &str) -> Option<i64> {
    let is_moment = |c: char| c.is_ascii_digit() || "-:+. T".contains(c);
    let date = literal.get(..10).filter(|_| literal.chars().all(is_moment))?;
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || parts.next().is_some() {
        return None;
    }
    // Years that begin in March, so that the odd day stands at the end.
    let year = if month < 3 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2024-02-29 12:00:00.5+00"), Some(19_782));
        assert_eq!(day("2024-03-01T00:00:00"), Some(19_783));
        for other in ["2024-02", "plain text", "2024-13-01", "", "2024-02-29 noon"] {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn constants_of_today_are_alike_and_others_are_not() {
        let today = day("2024-02-29").unwrap();
        let text = |moment: &str| format!("('{moment}'::timestamp without time zone)");
        let [one, two] = ["2024-02-29 12:00:00.5", "2024-03-01 00:00:01"]
            .map(|moment| without_moments(&text(moment), today));
        assert_eq!(one, two);
        let old = text("2020-01-01 00:00:00");
        assert_eq!(without_moments(&old, today), old);
        assert_eq!(without_moments("it''s 'open", today), "it''s 'open");
    }

    #[test]
    fn bodies_are_alike_by_tokens() {
        let body = |body: &str, language: &str| {
            format!(
                "CREATE FUNCTION f() RETURNS int\n LANGUAGE {language}\nAS $function${body}$function$\n"
            )
        };
        let of = |text: &str| tokens(Dialect::Postgres, text).unwrap();
        let plain = body(" SELECT 'a  b' ", "sql");
        assert_eq!(of(&plain), of(&body("-- why\n  SELECT\n'a  b'", "sql")));
        assert_ne!(of(&plain), of(&body("SELECT 'a b'", "sql")));
        assert_ne!(of(&plain), of(&body("SELECT 'a  b' + 1", "sql")));
        assert_ne!(of(&body("if x:\n  y", "plpython3u")), of(&body("if x: y", "plpython3u")));
    }
}
