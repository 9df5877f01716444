//! What a comparison answers, and what it is told.

use crate::schema::{DataType, Name, Schema, Table};
use crate::sql::{LexRules, Lexeme, TokenKind, Tokens};

/// Whether two expressions say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// They do.
    Equal,
    /// They do not: the database keeps one where the other is written.
    Different,
    /// That cannot be said without the database.
    Unknown(String),
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'t> {
    /// The default of a column of a type. A text `NULL` is no default.
    Default(&'t DataType),
    /// The expression of a generated column of a type.
    Generated(&'t DataType),
    /// A condition: a check, the predicate of an index, a policy.
    Condition,
    /// The condition of a trigger, where `old` and `new` stand before columns.
    TriggerCondition,
    /// A part of an index.
    IndexPart,
    /// A query or the body of a function: compared by tokens alone.
    Body,
}

/// What the names in an expression mean.
pub trait Scope {
    /// The type of a column as the catalog writes it. In the check of a domain, `value` is a column.
    fn column(&self, name: &str) -> Option<DataType>;

    /// What a type is that is not built in.
    fn user_type(&self, name: &Name) -> Option<UserType> {
        let _ = name;
        None
    }
}

/// A type that is not built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserType {
    /// An enumerated type.
    Enum,
    /// A domain over a type.
    Domain(DataType),
    /// Another type.
    Other,
}

impl<F: Fn(&str) -> Option<DataType>> Scope for F {
    fn column(&self, name: &str) -> Option<DataType> {
        self(name)
    }
}

/// The columns of a table, and the types of its schema.
#[derive(Debug, Clone, Copy)]
pub struct TableScope<'s> {
    /// The schema that has the types.
    pub schema: &'s Schema,
    /// The table.
    pub table: &'s Table,
}

impl Scope for TableScope<'_> {
    fn column(&self, name: &str) -> Option<DataType> {
        let columns = &self.table.columns;
        let found = columns.iter().find(|column| column.name == name);
        let found = found.or_else(|| columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)));
        Some(found?.data_type.clone())
    }

    fn user_type(&self, name: &Name) -> Option<UserType> {
        if self.schema.enums.contains_key(name) {
            return Some(UserType::Enum);
        }
        let domain = self.schema.domains.get(name)?;
        Some(UserType::Domain(domain.data_type.clone()))
    }
}

/// Whether two texts have the same tokens, but for comments, white space and the case of words
/// without quotes.
pub(crate) fn same_tokens(a: &str, b: &str, rules: &LexRules) -> bool {
    if a == b {
        return true;
    }
    let (left, right) = (Tokens::read_until_error(a, rules), Tokens::read_until_error(b, rules));
    let (left, right) = (left.cursor(), right.cursor());
    // What follows a token that is not closed is not among the tokens.
    let is_whole = |text: &str| {
        let span = crate::source::Span::new(0, text.len());
        Tokens::read(text, span, rules).is_ok()
    };
    left.lexemes().len() == right.lexemes().len()
        && left.lexemes().iter().zip(right.lexemes()).all(|(a, b)| same_token(*a, *b))
        && is_whole(a)
        && is_whole(b)
}

fn same_token(a: Lexeme<'_>, b: Lexeme<'_>) -> bool {
    a.kind == b.kind
        && (a.text == b.text || a.kind == TokenKind::Word && a.text.eq_ignore_ascii_case(b.text))
}

/// A word without quotes in lower case.
pub(crate) fn unquoted_word(lexeme: Lexeme<'_>) -> Option<String> {
    (lexeme.kind == TokenKind::Word).then(|| lexeme.text.to_ascii_lowercase())
}
