//! Whether two texts say the same: what a statement says, and what the catalog prints.
//!
//! The server rewrites expressions. Where the words are not the same after the simplest of its
//! rules, the answer is unknown.

use super::value::same_default;
use crate::apply::Sameness;
use crate::dialect::mysql::LEX_RULES;
use crate::dialect::mysql::parse::without_width;
use crate::schema::{Attribute, Change, Difference, Item, Kind};
use crate::sql::{Cursor, TokenKind, Tokens, quote};

/// Whether what differs says the same.
pub(super) fn same(difference: &Difference) -> Sameness {
    let Change::Altered { attribute, before, after } = &difference.change else {
        return match difference.object.kind {
            // Who may do what is granted in words that the statement does not tell.
            Kind::Grant => Sameness::Unknown,
            _ => Sameness::Different,
        };
    };
    let (before, after) = (before.as_deref(), after.as_deref());
    match (difference.object.kind, attribute) {
        (Kind::Table, Attribute::Option) => same_option(difference, before, after),
        // Its size depends on a character set that is not known.
        (Kind::Column, Attribute::Type) if before.is_some_and(|text| text.starts_with("text(")) => {
            Sameness::Unknown
        }
        (Kind::Column, Attribute::Type) => {
            equal(before.map(without_width) == after.map(without_width))
        }
        (Kind::Column, Attribute::Default) => match (before, after, &difference.after) {
            (Some(before), Some(after), Some(Item::Column(column))) => {
                same_default(before, after, &column.data_type)
            }
            // MariaDB tells a default of what is compressed that nobody gave.
            (None, Some("''"), Some(Item::Column(column)))
                if column.details.contains("COMPRESSED") =>
            {
                Sameness::Equal
            }
            _ => Sameness::Different,
        },
        (Kind::Column, Attribute::Collation) => same_collation(before, after),
        (Kind::Column, Attribute::Generation) | (_, Attribute::Condition) => {
            match before.zip(after) {
                Some((before, after)) => same_expression(before, after),
                None => Sameness::Different,
            }
        }
        (
            Kind::Index | Kind::PrimaryKey | Kind::ForeignKey,
            Attribute::Columns | Attribute::ParentColumns,
        ) => {
            let lower = |text: Option<&str>| text.map(str::to_lowercase).unwrap_or_default();
            let (before, after) = (lower(before), lower(after));
            match without_prefixes(&after) {
                _ if before == after => Sameness::Equal,
                // The server cuts what is too long for a key.
                without if without == before => Sameness::Unknown,
                _ => Sameness::Different,
            }
        }
        // MariaDB hashes a unique key that is too long.
        (Kind::Index, Attribute::Method) if before.is_none() && after == Some("hash") => {
            Sameness::Unknown
        }
        // The server chooses a length where a column of a key becomes a text.
        (Kind::PrimaryKey, Attribute::Details)
            if before.is_none() && after.is_some_and(only_prefixes) =>
        {
            Sameness::Unknown
        }
        (Kind::Column | Kind::Index | Kind::PrimaryKey, Attribute::Details) => {
            equal(words(before.unwrap_or_default()) == words(after.unwrap_or_default()))
        }
        (
            Kind::Table
            | Kind::Column
            | Kind::Index
            | Kind::PrimaryKey
            | Kind::ForeignKey
            | Kind::Check,
            _,
        ) => Sameness::Different,
        // The settings of the session that made it stand in a comment behind it.
        (_, Attribute::Definition) => match before.zip(after) {
            Some((before, after)) if is_with_settings(before, after) => Sameness::Equal,
            _ => Sameness::Unknown,
        },
        _ => Sameness::Unknown,
    }
}

fn is_with_settings(written: &str, printed: &str) -> bool {
    let rest = printed.strip_prefix(written.trim_end());
    rest.is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with("/* sql_mode=") && rest.ends_with("*/")
    })
}

const fn equal(equal: bool) -> Sameness {
    if equal { Sameness::Equal } else { Sameness::Different }
}

/// Returns `true` for parts of a key that have nothing but lengths: ``(`a`(4),`b`)``.
fn only_prefixes(details: &str) -> bool {
    let tokens = Tokens::read_until_error(details, &LEX_RULES);
    let mut rest = tokens.cursor();
    let Some(parts) = rest.group() else { return false };
    rest.is_empty()
        && parts.items().all(|mut part| {
            part.name();
            part.group();
            part.is_empty()
        })
}

/// The parts of a key without the lengths of prefixes: `(b)` for `(b (10))`.
fn without_prefixes(text: &str) -> String {
    let mut parts = text.split(" (");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| match part.split_once(')') {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => all + rest,
        _ => all + " (" + part,
    })
}

fn same_option(difference: &Difference, before: Option<&str>, after: Option<&str>) -> Sameness {
    let text = before.or(after).unwrap_or_default();
    let charset = match &difference.before {
        Some(Item::Table(table)) => table.options.get("charset").cloned(),
        _ => None,
    };
    let value = |text: &str, name: &str| {
        text.strip_prefix(name).unwrap_or_default().trim_start().to_owned()
    };
    if text.starts_with("collation ") {
        return match (before, after, charset) {
            (None, Some(after), Some(charset)) => {
                let after = value(after, "collation");
                equal(after == charset || after.starts_with(&format!("{charset}_")))
            }
            (None, Some(_), None) => Sameness::Equal,
            (Some(_), None, _) => Sameness::Unknown,
            _ => Sameness::Different,
        };
    }
    if text.starts_with("charset ") || text.starts_with("engine ") {
        return match (before, after) {
            // The session's, or the database's own.
            (None, Some(_)) => Sameness::Equal,
            (Some(_), None) => Sameness::Unknown,
            _ => Sameness::Different,
        };
    }
    let known = [
        "row_format",
        "min_rows",
        "max_rows",
        "avg_row_length",
        "stats_persistent",
        "stats_auto_recalc",
        "stats_sample_pages",
        "checksum",
        "key_block_size",
        "with system versioning",
    ];
    if known.iter().any(|name| text.starts_with(name)) {
        let lower = |text: Option<&str>| text.map(str::to_lowercase);
        return equal(lower(before) == lower(after));
    }
    Sameness::Unknown
}

/// Of a column, where a character set stands for its usual collation.
fn same_collation(before: Option<&str>, after: Option<&str>) -> Sameness {
    match (before, after) {
        (Some(before), Some(after)) if before.starts_with('_') => equal(after.ends_with(before)),
        (Some(before), Some(after)) if !before.contains('_') => {
            equal(after.starts_with(&format!("{before}_")))
        }
        // It may be the one of the table.
        (Some(_), None) => Sameness::Unknown,
        _ => Sameness::Different,
    }
}

/// Two expressions; what is not the same word by word is unknown.
pub(super) fn same_expression(before: &str, after: &str) -> Sameness {
    if words(before) == words(after) { Sameness::Equal } else { Sameness::Unknown }
}

/// The words of an expression in one form.
pub(super) fn words(text: &str) -> Vec<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut cursor = tokens.cursor().strip_parens();
    let mut words = Vec::new();
    while let Some(next) = cursor.bump() {
        if let Some(value) = crate::sql::string_value(next, &LEX_RULES) {
            words.push(format!("'{value}"));
            continue;
        }
        let is_name = next.kind == TokenKind::QuotedName;
        let name = next.name(&LEX_RULES).unwrap_or_else(|| next.text.to_owned()).to_lowercase();
        let word = match name.as_str() {
            _ if is_name => name,
            "!=" => "<>".to_owned(),
            "true" => "1".to_owned(),
            "false" => "0".to_owned(),
            "length" if cursor.is("(") => "octet_length".to_owned(),
            "character_length" if cursor.is("(") => "char_length".to_owned(),
            "lower" if cursor.is("(") => "lcase".to_owned(),
            "upper" if cursor.is("(") => "ucase".to_owned(),
            "substring" if cursor.is("(") => "substr".to_owned(),
            "now" if cursor.is("(") => "current_timestamp".to_owned(),
            "current_date" => "curdate".to_owned(),
            "current_time" => "curtime".to_owned(),
            "localtime" | "localtimestamp" => "current_timestamp".to_owned(),
            _ => name,
        };
        let needs_parens = matches!(word.as_str(), "current_timestamp" | "curdate" | "curtime");
        words.push(word);
        if needs_parens && !is_name && !cursor.is("(") {
            words.extend(["(".to_owned(), ")".to_owned()]);
        }
    }
    words
}

/// Whether a name stands in an expression.
pub(super) fn mentions(text: &str, column: &str) -> bool {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let names_column = |cursor: Cursor<'_>| {
        let name = cursor.peek().and_then(|next| next.name(&LEX_RULES));
        name.is_some_and(|name| name.eq_ignore_ascii_case(column))
    };
    let mut cursor = tokens.cursor();
    while !cursor.is_empty() {
        if names_column(cursor) {
            return true;
        }
        cursor.bump();
    }
    false
}

/// Renames a column in an expression of its table.
pub(super) fn rename_column(text: &str, column: &str, to: &str) -> String {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let mut renamed = String::new();
    let mut end = 0;
    let mut cursor = tokens.cursor();
    while let Some(next) = cursor.bump() {
        let is_column = next.name(&LEX_RULES).is_some_and(|name| name.eq_ignore_ascii_case(column));
        // Before parentheses it is a function.
        if is_column && !cursor.is("(") && !cursor.is(".") {
            renamed.push_str(text.get(end..next.span.start).unwrap_or_default());
            renamed.push_str(&quote(to, '`'));
            end = next.span.end;
        }
    }
    renamed.push_str(text.get(end..).unwrap_or_default());
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_compared_by_their_words() {
        let same = |a, b| same_expression(a, b) == Sameness::Equal;
        assert!(same("(A != 'x')", "`a` <> 'x'"));
        assert!(same("length(a) > 5", "octet_length(`a`) > 5"));
        assert!(same("NOW()", "current_timestamp()"));
        assert!(!same("a > 5", "`a` > 6"));
        assert_eq!(same_expression("a > 5 and b", "`a` > 5 and `b` <> 0"), Sameness::Unknown);
    }

    #[test]
    fn a_column_is_renamed_in_an_expression() {
        assert_eq!(
            rename_column("a > 1 AND b(`A`) < a.c", "a", "x y"),
            "`x y` > 1 AND b(`x y`) < a.c"
        );
    }

    #[test]
    fn collations_of_a_character_set_are_its_own() {
        assert_eq!(same_collation(Some("latin1"), Some("latin1_swedish_ci")), Sameness::Equal);
        assert_eq!(same_collation(Some("_bin"), Some("utf8mb4_bin")), Sameness::Equal);
        assert_eq!(same_collation(Some("latin1"), Some("utf8mb4_bin")), Sameness::Different);
        assert_eq!(same_collation(Some("latin1_bin"), None), Sameness::Unknown);
    }
}
