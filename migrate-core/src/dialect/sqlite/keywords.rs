//! The keywords of SQLite, as <https://sqlite.org/lang_keywords.html> lists them.

use super::catalog::text::quoted;
use crate::sql::quote;

/// Whether a word in capitals is never a name without quotes.
pub(super) fn is_reserved(upper: &str) -> bool {
    RESERVED.binary_search(&upper).is_ok()
}

/// Whether a word in capitals is another keyword, which is a name where no keyword can stand.
pub(super) fn is_keyword(upper: &str) -> bool {
    WORDS.binary_search(&upper).is_ok()
}

/// A name for a statement, in quotes where it needs them.
pub(super) fn identifier(name: &str) -> String {
    let begins_expression = BEGINS_EXPRESSION.contains(&name.to_ascii_uppercase().as_str());
    if begins_expression { quote(name, '"') } else { quoted(name) }
}

/// Words that are names in some places, and the beginning of something else in others.
const BEGINS_EXPRESSION: [&str; 6] =
    ["CAST", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "IF", "RAISE"];

/// Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 58] = [
    "ADD", "ALL", "ALTER", "AND", "AS", "AUTOINCREMENT", "BETWEEN", "CASE", "CHECK", "COLLATE",
    "COMMIT", "CONSTRAINT", "CREATE", "DEFAULT", "DEFERRABLE", "DELETE", "DISTINCT", "DROP", "ELSE",
    "ESCAPE", "EXCEPT", "EXISTS", "FOREIGN", "FROM", "GROUP", "HAVING", "IN", "INDEX", "INSERT",
    "INTERSECT", "INTO", "IS", "ISNULL", "JOIN", "LIMIT", "NOT", "NOTHING", "NOTNULL", "NULL", "ON",
    "OR", "ORDER", "PRIMARY", "REFERENCES", "RETURNING", "SELECT", "SET", "TABLE", "THEN", "TO",
    "TRANSACTION", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES", "WHEN", "WHERE",
];

/// Sorted.
#[rustfmt::skip]
const WORDS: [&str; 86] = [
    "ABORT", "ACTION", "AFTER", "ALWAYS", "ANALYZE", "ASC", "ATTACH", "BEFORE", "BEGIN", "BY",
    "CASCADE", "CAST", "COLUMN", "CONFLICT", "CROSS", "CURRENT", "DATABASE", "DEFERRED", "DESC",
    "DETACH", "DO", "EACH", "END", "EXCLUDE", "EXCLUSIVE", "EXPLAIN", "FAIL", "FILTER", "FIRST",
    "FOLLOWING", "FOR", "FULL", "GENERATED", "GLOB", "GROUPS", "IF", "IGNORE", "IMMEDIATE",
    "INDEXED", "INITIALLY", "INNER", "INSTEAD", "KEY", "LAST", "LEFT", "LIKE", "MATCH",
    "MATERIALIZED", "NATURAL", "NO", "NULLS", "OF", "OFFSET", "OTHERS", "OUTER", "OVER",
    "PARTITION", "PLAN", "PRAGMA", "PRECEDING", "QUERY", "RAISE", "RANGE", "RECURSIVE", "REGEXP",
    "REINDEX", "RELEASE", "RENAME", "REPLACE", "RESTRICT", "RIGHT", "ROLLBACK", "ROW", "ROWS",
    "SAVEPOINT", "TEMP", "TEMPORARY", "TIES", "TRIGGER", "UNBOUNDED", "VACUUM", "VIEW", "VIRTUAL",
    "WINDOW", "WITH", "WITHOUT",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(RESERVED.is_sorted() && WORDS.is_sorted());
        assert!(RESERVED.iter().all(|word| !is_keyword(word)));
    }
}
