//! Expressions, queries and bodies as text that is the same however they were typed: one space
//! where one is needed, keywords in capitals, names in quotes only where they must be.
//!
//! What cannot be told from the text alone is taken from the [`Scope`]: `"a"` is a name where there
//! is such a column, and a string where there is none; SQLite rewrites the latter to `'a'` when
//! it renames something.

use std::collections::BTreeSet;

use super::reader::Part;
use crate::schema::Column;
use crate::sql::TokenKind;

/// The names that an expression can see.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// None: a default.
    Empty,
    /// Those of one table's columns.
    Columns(&'a [Column]),
    /// All of the database, in small letters.
    Everything(&'a BTreeSet<String>),
}

impl Scope<'_> {
    /// How a name is spelled, if there is such a name.
    fn spelling(self, name: &str) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Columns(columns) => find(columns, name).map(|column| column.name.clone()),
            // Spelled as it is written, but for what another may take for a keyword.
            Self::Everything(names) => {
                let small = name.to_ascii_lowercase();
                let known = names.contains(&small);
                known.then(|| if is_keyword(name) { small } else { name.to_owned() })
            }
        }
    }
}

/// A column by its name in any case.
pub(super) fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// What a token is to the space beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Keyword,
    Name,
    Value,
    Open,
    Close,
    /// `,` and `;`
    Stop,
    Dot,
    Sign,
    Operator,
}

/// The text of some tokens.
pub(super) fn text(parts: &[Part<'_>], scope: Scope<'_>) -> String {
    let own: BTreeSet<String> = match scope {
        Scope::Everything(_) => {
            let words = parts.iter().filter(|part| part.kind == TokenKind::Word);
            words.map(|part| part.text.to_ascii_lowercase()).collect()
        }
        _ => BTreeSet::new(),
    };
    let mut out = String::new();
    let mut before: Option<Class> = None;
    for (at, part) in parts.iter().enumerate() {
        let around =
            Around { before: at.checked_sub(1).map(|at| parts[at]), next: parts.get(at + 1) };
        let (word, mut class) = written(*part, around, scope, &own);
        let leads = |class| !matches!(class, Class::Name | Class::Value | Class::Close);
        if class == Class::Operator && matches!(&*word, "-" | "+" | "~") && before.is_none_or(leads)
        {
            class = Class::Sign;
        }
        if let Some(before) = before
            && has_space(before, class)
        {
            out.push(' ');
        }
        out.push_str(&word);
        before = Some(class);
    }
    out
}

fn has_space(before: Class, class: Class) -> bool {
    match (before, class) {
        (Class::Open | Class::Dot, _) | (_, Class::Close | Class::Stop | Class::Dot) => false,
        // Two signs would be a comment.
        (Class::Sign, _) => class == Class::Sign,
        (Class::Name, Class::Open) => false,
        _ => true,
    }
}

#[derive(Clone, Copy)]
struct Around<'t, 's> {
    before: Option<Part<'s>>,
    next: Option<&'t Part<'s>>,
}

impl Around<'_, '_> {
    fn is_called(self) -> bool {
        self.next.is_some_and(|part| part.is_symbol("("))
    }

    /// Whether only a name can stand here.
    fn is_name(self) -> bool {
        self.is_called()
            || self.next.is_some_and(|part| part.is_symbol("."))
            || self
                .before
                .is_some_and(|part| part.is_symbol(".") || part.is("AS") || part.is("COLLATE"))
    }
}

fn written(
    part: Part<'_>,
    around: Around<'_, '_>,
    scope: Scope<'_>,
    own: &BTreeSet<String>,
) -> (String, Class) {
    let text = part.text;
    match part.kind {
        TokenKind::Word => word(text, around, scope),
        TokenKind::QuotedName => {
            let name = part.name().unwrap_or_default();
            let known = scope.spelling(&name);
            let is_string = text.starts_with('"')
                && known.is_none()
                && !around.is_name()
                && !own.contains(&name.to_ascii_lowercase());
            if is_string {
                return (string(&name), Class::Value);
            }
            (named(&known.unwrap_or(name), around), Class::Name)
        }
        TokenKind::String if text.starts_with('\'') => (text.to_owned(), Class::Value),
        TokenKind::String => (text.to_ascii_uppercase(), Class::Value),
        TokenKind::Number => (text.to_ascii_lowercase(), Class::Value),
        TokenKind::Semicolon => (text.to_owned(), Class::Stop),
        _ => match text {
            "(" => (text.to_owned(), Class::Open),
            ")" => (text.to_owned(), Class::Close),
            "," => (text.to_owned(), Class::Stop),
            "." => (text.to_owned(), Class::Dot),
            "==" => ("=".to_owned(), Class::Operator),
            "!=" => ("<>".to_owned(), Class::Operator),
            _ => (text.to_owned(), Class::Operator),
        },
    }
}

fn word(text: &str, around: Around<'_, '_>, scope: Scope<'_>) -> (String, Class) {
    let upper = text.to_ascii_uppercase();
    if RESERVED.contains(&upper.as_str()) {
        return (upper, Class::Keyword);
    }
    if let Some(name) = scope.spelling(text) {
        return (named(&name, around), Class::Name);
    }
    match upper.as_str() {
        "CAST" | "RAISE" if around.is_called() => (upper, Class::Name),
        "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" | "TRUE" | "FALSE" => {
            (upper, Class::Value)
        }
        "IF" | "REPLACE" if around.is_called() => (named(text, around), Class::Name),
        "NEW" | "OLD" | "EXCLUDED" if around.next.is_some_and(|part| part.is_symbol(".")) => {
            (upper, Class::Name)
        }
        keyword if WORDS.contains(&keyword) => (upper, Class::Keyword),
        _ => (named(text, around), Class::Name),
    }
}

/// A name as it must be written; that of a function in small letters.
fn named(name: &str, around: Around<'_, '_>) -> String {
    if around.is_called() { quoted(&name.to_ascii_lowercase()) } else { quoted(name) }
}

/// A name, in quotes where it needs them.
pub(super) fn quoted(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    let starts = |c: char| !c.is_ascii_digit() && c != '$';
    let is_plain = name.starts_with(starts)
        && name.chars().all(is_letter)
        && !RESERVED.contains(&name.to_ascii_uppercase().as_str());
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A string literal.
pub(super) fn string(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn is_keyword(name: &str) -> bool {
    WORDS.contains(&name.to_ascii_uppercase().as_str())
}

/// The words that are never a name without quotes.
const RESERVED: [&str; 58] = [
    "ADD",
    "ALL",
    "ALTER",
    "AND",
    "AS",
    "AUTOINCREMENT",
    "BETWEEN",
    "CASE",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "INDEX",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LIMIT",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RETURNING",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TO",
    "TRANSACTION",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// The other keywords, which are a name where no keyword can stand.
const WORDS: [&str; 86] = [
    "ABORT",
    "ACTION",
    "AFTER",
    "ALWAYS",
    "ANALYZE",
    "ASC",
    "ATTACH",
    "BEFORE",
    "BEGIN",
    "BY",
    "CASCADE",
    "CAST",
    "COLUMN",
    "CONFLICT",
    "CROSS",
    "CURRENT",
    "DATABASE",
    "DEFERRED",
    "DESC",
    "DETACH",
    "DO",
    "EACH",
    "EXCLUDE",
    "EXCLUSIVE",
    "EXPLAIN",
    "FAIL",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FOR",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUPS",
    "IF",
    "IGNORE",
    "IMMEDIATE",
    "INDEXED",
    "INITIALLY",
    "INNER",
    "INSTEAD",
    "KEY",
    "LAST",
    "LEFT",
    "LIKE",
    "MATCH",
    "MATERIALIZED",
    "NATURAL",
    "NO",
    "NULLS",
    "OF",
    "OFFSET",
    "OTHERS",
    "OUTER",
    "OVER",
    "PARTITION",
    "PLAN",
    "PRAGMA",
    "PRECEDING",
    "QUERY",
    "RAISE",
    "RANGE",
    "RECURSIVE",
    "REGEXP",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPLACE",
    "RESTRICT",
    "RIGHT",
    "ROLLBACK",
    "ROW",
    "ROWS",
    "SAVEPOINT",
    "TEMP",
    "TEMPORARY",
    "TIES",
    "TRIGGER",
    "UNBOUNDED",
    "VACUUM",
    "VIEW",
    "VIRTUAL",
    "WINDOW",
    "WITH",
    "WITHOUT",
    "END",
];
