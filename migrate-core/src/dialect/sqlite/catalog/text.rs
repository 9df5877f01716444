//! Writes expressions, queries and bodies in one form: single spaces, keywords in upper case, names
//! in quotes only where necessary.
//!
//! The [`Scope`] decides what the text alone does not: `"a"` is a name if there is such a column,
//! and a string otherwise; SQLite rewrites the latter to `'a'` when it renames something.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::sqlite::LEX_RULES;
use crate::dialect::sqlite::keywords::{is_keyword, is_reserved};
use crate::schema::Column;
use crate::sql::{Lexeme, TokenKind, quote};

/// The names in the scope of an expression.
#[derive(Clone, Copy)]
pub(in crate::dialect::sqlite) enum Scope<'a> {
    /// None: a default.
    Empty,
    /// Those of one table's columns.
    Columns(&'a [Column]),
    /// Those of the named tables and views, by their names; all in lower case.
    Everything(&'a BTreeMap<String, BTreeSet<String>>),
}

/// The names in the scope of one text.
struct NameScope<'a> {
    columns: &'a [Column],
    /// In small letters.
    named: BTreeSet<&'a str>,
    /// The words of the text itself, in lower case.
    own: BTreeSet<String>,
}

impl<'a> NameScope<'a> {
    fn of(parts: &[Lexeme<'_>], scope: Scope<'a>) -> Self {
        let mut name_scope = Self { columns: &[], named: BTreeSet::new(), own: BTreeSet::new() };
        match scope {
            Scope::Empty => {}
            Scope::Columns(columns) => name_scope.columns = columns,
            Scope::Everything(tables) => {
                for part in parts {
                    let Some(name) = part.name(&LEX_RULES).map(|name| name.to_ascii_lowercase())
                    else {
                        continue;
                    };
                    if let Some((table, names)) = tables.get_key_value(&name) {
                        name_scope.named.insert(table);
                        name_scope.named.extend(names.iter().map(String::as_str));
                    }
                    if part.kind == TokenKind::Word {
                        name_scope.own.insert(name);
                    }
                }
            }
        }
        name_scope
    }

    /// Returns the spelling of a name, if it exists.
    fn spelling(&self, name: &str) -> Option<String> {
        if let Some(column) = find(self.columns, name) {
            return Some(column.name.clone());
        }
        // Spelled as it is written, but for what another may take for a keyword.
        let small = name.to_ascii_lowercase();
        let known = self.named.contains(&*small);
        known.then(|| if is_keyword(&name.to_ascii_uppercase()) { small } else { name.to_owned() })
    }
}

/// Finds a column by its name in any case.
pub(in crate::dialect::sqlite) fn find<'a>(
    columns: &'a [Column],
    name: &str,
) -> Option<&'a Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// The class of a token for spacing.
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

/// Returns the text of tokens.
pub(in crate::dialect::sqlite) fn text(parts: &[Lexeme<'_>], scope: Scope<'_>) -> String {
    let name_scope = NameScope::of(parts, scope);
    let mut out = String::new();
    let mut before: Option<Class> = None;
    for (at, part) in parts.iter().enumerate() {
        let neighbours =
            Neighbours { before: at.checked_sub(1).map(|at| parts[at]), next: parts.get(at + 1) };
        let (word, mut class) = written(*part, neighbours, &name_scope);
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
        // Two minus signs would be a comment.
        (Class::Sign, _) => class == Class::Sign,
        (Class::Name, Class::Open) => false,
        _ => true,
    }
}

/// What stands before names only.
const BEFORE_NAME: [&str; 7] = [".", "AS", "COLLATE", "FROM", "JOIN", "INTO", "UPDATE"];

#[derive(Clone, Copy)]
struct Neighbours<'t, 's> {
    before: Option<Lexeme<'s>>,
    next: Option<&'t Lexeme<'s>>,
}

impl Neighbours<'_, '_> {
    fn is_called(self) -> bool {
        self.next.is_some_and(|part| part.is("("))
    }

    /// Returns `true` if only a name is possible here.
    fn is_name(self) -> bool {
        self.is_called()
            || self.next.is_some_and(|part| part.is("."))
            || self.before.is_some_and(|part| BEFORE_NAME.iter().any(|word| part.is(word)))
    }
}

fn written(
    part: Lexeme<'_>,
    neighbours: Neighbours<'_, '_>,
    name_scope: &NameScope<'_>,
) -> (String, Class) {
    let text = part.text;
    match part.kind {
        TokenKind::Word => word(text, neighbours, name_scope),
        TokenKind::QuotedName => {
            let name = part.name(&LEX_RULES).unwrap_or_default();
            let known = name_scope.spelling(&name);
            let is_string = text.starts_with('"')
                && known.is_none()
                && !neighbours.is_name()
                && !name_scope.own.contains(&name.to_ascii_lowercase());
            if is_string {
                return (string(&name), Class::Value);
            }
            (named(&known.unwrap_or(name), neighbours), Class::Name)
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

fn word(text: &str, neighbours: Neighbours<'_, '_>, name_scope: &NameScope<'_>) -> (String, Class) {
    let upper = text.to_ascii_uppercase();
    if is_reserved(&upper) {
        return (upper, Class::Keyword);
    }
    if let Some(name) = name_scope.spelling(text) {
        return (named(&name, neighbours), Class::Name);
    }
    match upper.as_str() {
        "CAST" | "RAISE" if neighbours.is_called() => (upper, Class::Name),
        "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" | "TRUE" | "FALSE" => {
            (upper, Class::Value)
        }
        "IF" | "REPLACE" if neighbours.is_called() => (named(text, neighbours), Class::Name),
        "NEW" | "OLD" | "EXCLUDED" if neighbours.next.is_some_and(|part| part.is(".")) => {
            (upper, Class::Name)
        }
        keyword if is_keyword(keyword) => (upper, Class::Keyword),
        _ => (named(text, neighbours), Class::Name),
    }
}

/// A name as it must be written; that of a function in small letters.
fn named(name: &str, neighbours: Neighbours<'_, '_>) -> String {
    if neighbours.is_called() { quoted(&name.to_ascii_lowercase()) } else { quoted(name) }
}

/// A name, in quotes where it needs them.
pub(in crate::dialect::sqlite) fn quoted(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    let starts = |c: char| !c.is_ascii_digit() && c != '$';
    let is_plain = name.starts_with(starts)
        && name.chars().all(is_letter)
        && !is_reserved(&name.to_ascii_uppercase());
    if is_plain { name.to_owned() } else { quote(name, '"') }
}

/// A string literal.
pub(in crate::dialect::sqlite) fn string(value: &str) -> String {
    quote(value, '\'')
}
