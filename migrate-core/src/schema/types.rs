//! Typed parts of tables: data types, numbering, deferrable constraints, the order of indexes,
//! partitions.
//!
//! The texts are those of the database. They are split by parentheses, commas and quotes; dialects
//! interpret types and options.

use std::fmt;
use std::ops::Deref;

use super::model::Name;

/// A data type: its text and its parts.
///
/// It derefs to its text.
///
/// ```
/// use migrate_core::schema::DataType;
/// let of = DataType::from("timestamp(3) without time zone[]");
/// assert_eq!(of.name(), "timestamp without time zone");
/// assert_eq!(of.arguments(), ["3"]);
/// assert!(of.is_array());
/// assert_eq!(of.to_string(), "timestamp(3) without time zone[]");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataType {
    text: String,
    name: String,
    arguments: Vec<String>,
    dimensions: usize,
}

impl DataType {
    /// The name of the type without arguments and array brackets, as written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The arguments in the first parentheses: `10` and `2` of `numeric(10,2)`, `'a'` and `'b'` of
    /// `enum('a','b')`.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// An argument as a number, counted from 0.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<i64> {
        self.arguments.get(at)?.parse().ok()
    }

    /// Returns `true` if a value is an array.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        self.dimensions > 0
    }

    /// The type of the elements of an array; the type itself if it is not an array.
    #[must_use]
    pub fn element(&self) -> Self {
        let end = self.text.find("[").filter(|_| self.is_array()).unwrap_or(self.text.len());
        Self::from(self.text[..end].trim_end())
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<String> for DataType {
    fn from(text: String) -> Self {
        let (plain, dimensions) = strip_brackets(&text);
        let (before, inside, after) = first_group(plain);
        let words = [before.trim(), after.trim()];
        let name = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let arguments = inside.map(items).unwrap_or_default();
        Self { name, arguments, dimensions, text }
    }
}

impl From<&str> for DataType {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Deref for DataType {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl PartialEq<str> for DataType {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for DataType {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

/// Returns a text without `[]` or `[3]` at its end, and their number.
fn strip_brackets(text: &str) -> (&str, usize) {
    let mut rest = text.trim_end();
    let mut count = 0;
    while let Some(open) = rest.strip_suffix(']').and_then(|inside| inside.rfind('[')) {
        // A name in brackets (SQLite) is not an array.
        if open == 0 || !rest[open + 1..rest.len() - 1].bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        rest = rest[..open].trim_end();
        count += 1;
    }
    (rest, count)
}

/// Returns the text before, inside and after the first parentheses. Quotes hide parentheses.
fn first_group(text: &str) -> (&str, Option<&str>, &str) {
    let mut open = None;
    let mut depth = 0_usize;
    for (at, c) in outside_quotes(text) {
        match c {
            '(' => {
                open.get_or_insert(at);
                depth += 1;
            }
            ')' if depth == 1 => {
                let open = open.unwrap_or(at);
                return (&text[..open], Some(&text[open + 1..at]), &text[at + 1..]);
            }
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (text, None, "")
}

/// Splits a text at commas.
fn items(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, c) in outside_quotes(text) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim().to_owned());
    items
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(open) => {
            quote.take_if(|_| open == *c);
            false
        }
        None => {
            quote = matches!(c, '\'' | '"' | '`').then_some(*c);
            quote.is_none()
        }
    })
}

/// The way in which the database numbers rows in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The kind.
    pub kind: IdentityKind,
    /// The options of the sequence: `START WITH 5`; empty if it counts from 1 by 1.
    pub options: String,
}

/// The kind of numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
    /// A sequence of its own as the default (PostgreSQL's `serial`).
    Serial,
    /// The table's counter (MySQL's `AUTO_INCREMENT`).
    AutoIncrement,
    /// Row numbers that are never used twice (SQLite's `AUTOINCREMENT`).
    NeverReused,
}

impl Identity {
    /// The name of the sequence as SQL, where it is not the usual one, and the options behind it.
    #[must_use]
    pub fn sequence_name(&self) -> Option<(&str, &str)> {
        let rest = self.options.strip_prefix("SEQUENCE NAME ")?;
        let mut in_quotes = false;
        let is_end = |c: char| {
            in_quotes ^= c == '"';
            c == ' ' && !in_quotes
        };
        let end = rest.find(is_end).unwrap_or(rest.len());
        Some((&rest[..end], rest[end..].trim_start()))
    }

    /// The options of the sequence, without its name.
    #[must_use]
    pub fn sequence_options(&self) -> &str {
        self.sequence_name().map_or(&self.options, |(_, options)| options)
    }
}

impl From<IdentityKind> for Identity {
    fn from(kind: IdentityKind) -> Self {
        Self { kind, options: String::new() }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            IdentityKind::Always => "GENERATED ALWAYS AS IDENTITY",
            IdentityKind::ByDefault => "GENERATED BY DEFAULT AS IDENTITY",
            IdentityKind::Serial => "serial",
            IdentityKind::AutoIncrement => "auto_increment",
            IdentityKind::NeverReused => "AUTOINCREMENT",
        })?;
        if self.options.is_empty() { Ok(()) } else { write!(f, " ({})", self.options) }
    }
}

/// The time at which a constraint is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deferrable {
    /// With each statement.
    #[default]
    No,
    /// With each statement, until a transaction defers it.
    InitiallyImmediate,
    /// At the end of a transaction.
    InitiallyDeferred,
}

impl Deferrable {
    /// Writes the SQL; empty for the default.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::No => "",
            Self::InitiallyImmediate => "DEFERRABLE",
            Self::InitiallyDeferred => "DEFERRABLE INITIALLY DEFERRED",
        }
    }
}

/// The treatment of NULL in a foreign key of several columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchType {
    /// If one column is NULL, the row refers to nothing.
    #[default]
    Simple,
    /// All columns are NULL, or none.
    Full,
    /// Columns that are not NULL must match. No database implements it.
    Partial,
    /// Another word, in capitals, which SQLite accepts and ignores.
    Other(String),
}

impl MatchType {
    /// Returns the type for a word in any case.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "SIMPLE" => Self::Simple,
            "FULL" => Self::Full,
            "PARTIAL" => Self::Partial,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for MatchType {
    /// As SQL writes it; empty for what needs no words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple => Ok(()),
            Self::Full => f.write_str("MATCH FULL"),
            Self::Partial => f.write_str("MATCH PARTIAL"),
            Self::Other(word) => write!(f, "MATCH {word}"),
        }
    }
}

/// The position of NULL in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsOrder {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

impl NullsOrder {
    /// As SQL writes it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::First => "NULLS FIRST",
            Self::Last => "NULLS LAST",
        }
    }
}

/// The partitioning of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionBy {
    /// The method.
    pub method: PartitionMethod,
    /// The text after `PARTITION BY`, with the partitions if the table lists them.
    pub text: String,
}

/// The method of partitioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionMethod {
    /// By ranges of values.
    Range,
    /// By lists of values.
    List,
    /// By a hash that the statement gives or the database computes.
    Hash,
    /// Another method.
    Other,
}

impl From<String> for PartitionBy {
    fn from(text: String) -> Self {
        let word = text.split([' ', '(']).find(|word| !word.eq_ignore_ascii_case("LINEAR"));
        let method = match word.unwrap_or_default().to_ascii_uppercase().as_str() {
            "RANGE" => PartitionMethod::Range,
            "LIST" => PartitionMethod::List,
            "HASH" | "KEY" => PartitionMethod::Hash,
            _ => PartitionMethod::Other,
        };
        Self { method, text }
    }
}

/// The partitioned table of a partition, and its share of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// `FOR VALUES FROM (1) TO (10)`, or `DEFAULT`.
    pub bound: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_split_into_name_arguments_and_array() {
        for (text, name, arguments, is_array) in [
            ("integer", "integer", &[][..], false),
            ("int(10) unsigned", "int unsigned", &["10"], false),
            ("numeric(10, 2)[]", "numeric", &["10", "2"], true),
            ("integer[3][]", "integer", &[], true),
            ("enum('a,b','c'')','(')", "enum", &["'a,b'", "'c'')'", "'('"], false),
            ("ops.\"Mood (x)\"[]", "ops.\"Mood (x)\"", &[], true),
            ("interval day to second(3)", "interval day to second", &["3"], false),
            ("VARCHAR(20", "VARCHAR(20", &[], false),
            ("", "", &[], false),
        ] {
            let of = DataType::from(text);
            assert_eq!((of.name(), of.is_array()), (name, is_array), "{text}");
            assert_eq!(of.arguments(), arguments, "{text}");
        }
        assert_eq!(DataType::from("numeric(1,2)[][]").element(), "numeric(1,2)");
    }

    #[test]
    fn a_method_of_partitions_is_its_first_word() {
        for (text, method) in [
            ("RANGE (at)", PartitionMethod::Range),
            ("linear hash(`a`)", PartitionMethod::Hash),
            ("KEY () PARTITIONS 3", PartitionMethod::Hash),
            ("LIST COLUMNS(a)", PartitionMethod::List),
            ("SYSTEM_TIME", PartitionMethod::Other),
        ] {
            assert_eq!(PartitionBy::from(text.to_owned()).method, method, "{text}");
        }
    }
}
