//! Sections that repeat one statement in transactions of their own (`-- migrate:up batch`).
//!
//! A bound statement contains `:batch`, the number of rows of one batch, and is repeated until it
//! changes nothing. With a key (`key:users.id`) the statement contains `:first` and `:last`, and runs
//! once for each range of the key. The module reads the statement; it executes nothing.

use std::time::Duration;

use super::Section;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::source::{SourceFile, Span};
use crate::sql::{Cursor, Lexeme, TokenKind, Tokens};

/// The number of rows of a batch where the section sets none.
pub const DEFAULT_SIZE: u64 = 10_000;

/// The largest number of rows of a batch. A script that a client runs uses it as the bound.
pub const MAX_SIZE: u64 = 1_000_000_000;

/// How a section repeats its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number of rows of one batch, from 1 to [`MAX_SIZE`].
    pub size: u64,
    /// The pause between two batches.
    pub pause: Duration,
    /// The largest number of batches (`rounds:100`); `None` where the table's rows are the limit.
    pub rounds: Option<u64>,
    /// The key whose ranges are visited.
    pub key: Option<BatchKey>,
}

impl Default for Batch {
    fn default() -> Self {
        Self { size: DEFAULT_SIZE, pause: Duration::ZERO, rounds: None, key: None }
    }
}

/// A column of a table, as written after `key:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchKey {
    written: String,
    dot: usize,
}

impl BatchKey {
    /// Reads `users.id` or `ops.users.id`; names may have the quotes of the database. `None` if the
    /// text is not a table with a column.
    ///
    /// ```
    /// use migrate_core::revision::BatchKey;
    /// let key = BatchKey::parse("ops.users.id").unwrap();
    /// assert_eq!((key.table(), key.column()), ("ops.users", "id"));
    /// assert!(BatchKey::parse("id").is_none() && BatchKey::parse("users.").is_none());
    /// ```
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let mut dots = Vec::new();
        let mut quote = None;
        for (at, c) in written.char_indices() {
            match (quote, c) {
                (Some(open), _) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '`') => quote = Some(c),
                (None, '.') => dots.push(at),
                (None, c) if c == '_' || c == '$' || c.is_alphanumeric() => {}
                (None, _) => return None,
            }
        }
        let dot = *dots.last().filter(|_| quote.is_none() && dots.len() <= 2)?;
        let is_whole = written.split('.').all(|part| !part.is_empty());
        is_whole.then(|| Self { written: written.to_owned(), dot })
    }

    /// The whole text.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The table, as written.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.written[..self.dot]
    }

    /// The column, as written.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.written[self.dot + 1..]
    }

    /// Returns an expression for the smallest or the largest value of the key, which every database
    /// accepts inside an UPDATE of the table itself.
    #[must_use]
    pub fn end(&self, largest: bool) -> String {
        let (table, column) = (self.table(), self.column());
        let order = if largest { " DESC" } else { "" };
        format!(
            "(SELECT k FROM (SELECT {column} AS k FROM {table} WHERE {column} IS NOT NULL ORDER BY {column}{order} LIMIT 1) b)"
        )
    }
}

/// What the statement of a batch section does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchVerb {
    /// It changes rows of one table, so an endless repetition changes more rows than there are.
    Update,
    /// It deletes rows: each batch leaves fewer.
    Delete,
    /// It inserts rows, or changes those of several tables.
    Other,
}

/// The statement of a batch section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchStatement<'s> {
    /// What it does.
    pub verb: BatchVerb,
    /// The table that it updates or deletes from, as written; `None` for several or another verb.
    pub table: Option<&'s str>,
}

impl<'s> BatchStatement<'s> {
    /// Reads a statement; `None` if it does not change rows.
    ///
    /// ```
    /// use migrate_core::{dialect::Dialect, revision::{BatchStatement, BatchVerb}};
    /// let of = |sql| BatchStatement::read(sql, Dialect::Postgres);
    /// let update = of("WITH b AS (SELECT 1) UPDATE ONLY ops.users AS u SET a = 1").unwrap();
    /// assert_eq!((update.verb, update.table), (BatchVerb::Update, Some("ops.users")));
    /// assert!(of("SELECT 1").is_none());
    /// ```
    #[must_use]
    pub fn read(sql: &'s str, dialect: Dialect) -> Option<Self> {
        const VERBS: [&str; 5] = ["INSERT", "REPLACE", "MERGE", "UPDATE", "DELETE"];
        let tokens = Tokens::read_until_error(sql, dialect.lex_rules());
        let mut cursor = tokens.cursor();
        if cursor.eat("WITH") {
            while !cursor.is_empty() && !cursor.is_any(&VERBS) {
                cursor.skip();
            }
        }
        if cursor.eat("UPDATE") {
            const MODIFIERS: [&str; 3] = ["LOW_PRIORITY", "IGNORE", "ONLY"];
            if cursor.eat("OR") {
                cursor.bump();
            }
            while cursor.eat_any(&MODIFIERS).is_some() {}
            let table = table(&mut cursor, sql, "SET");
            let verb = if table.is_some() { BatchVerb::Update } else { BatchVerb::Other };
            return Some(Self { verb, table });
        }
        if cursor.eat("DELETE") {
            const MODIFIERS: [&str; 5] = ["LOW_PRIORITY", "QUICK", "IGNORE", "FROM", "ONLY"];
            while cursor.eat_any(&MODIFIERS).is_some() {}
            return Some(Self { verb: BatchVerb::Delete, table: table(&mut cursor, sql, "WHERE") });
        }
        cursor.is_any(&VERBS).then_some(Self { verb: BatchVerb::Other, table: None })
    }
}

/// Reads the name of one table with its alias, up to a keyword.
fn table<'s>(cursor: &mut Cursor<'_>, sql: &'s str, next: &str) -> Option<&'s str> {
    let start = *cursor;
    cursor.qualified_name()?;
    let name = start.before(cursor).span();
    cursor.eat("*");
    let ends = [next, "ORDER", "LIMIT"];
    if cursor.eat("AS") || !cursor.is_any(&ends) {
        cursor.name()?;
    }
    cursor.is_any(&ends).then(|| name.of(sql))
}

/// Returns the places of `:batch`, `:first` and `:last` in a statement, with their names. Text in
/// strings and comments, and `::batch`, is none.
fn placeholders(sql: &str, dialect: Dialect) -> Vec<(Span, &str)> {
    const NAMES: [&str; 3] = ["batch", "first", "last"];
    let tokens = Tokens::read_until_error(sql, dialect.lex_rules());
    let cursor = tokens.cursor();
    let lexemes = cursor.lexemes();
    let mut found = Vec::new();
    for (n, lexeme) in lexemes.iter().enumerate() {
        let is_name = |name: &str| NAMES.contains(&name);
        if lexeme.kind == TokenKind::Parameter {
            let name = &lexeme.span.of(sql)[1..];
            if lexeme.text.starts_with(':') && is_name(name) {
                found.push((lexeme.span, name));
            }
        } else if let Some(name) = lexemes.get(n + 1)
            && lexeme.is(":")
            && adjoins(*lexeme, *name)
            && is_name(name.text)
            && !n.checked_sub(1).is_some_and(|before| {
                lexemes[before].text.ends_with(':') && adjoins(lexemes[before], *lexeme)
            })
        {
            found.push((Span::new(lexeme.span.start, name.span.end), name.span.of(sql)));
        }
    }
    found
}

fn adjoins(one: Lexeme<'_>, next: Lexeme<'_>) -> bool {
    one.span.end == next.span.start
}

/// Returns a statement with values in place of its placeholders.
///
/// ```
/// use migrate_core::{dialect::Dialect, revision::fill_batch};
/// let sql = "DELETE FROM t WHERE a = ':batch' LIMIT :batch";
/// let filled = fill_batch(sql, Dialect::Mysql, |name| (name == "batch").then(|| "5".to_owned()));
/// assert_eq!(filled, "DELETE FROM t WHERE a = ':batch' LIMIT 5");
/// ```
#[must_use]
pub fn fill_batch(sql: &str, dialect: Dialect, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(sql.len() + 32);
    let mut at = 0;
    for (span, name) in placeholders(sql, dialect) {
        if let Some(value) = value(name) {
            filled.push_str(&sql[at..span.start]);
            filled.push_str(&value);
            at = span.end;
        }
    }
    filled.push_str(&sql[at..]);
    filled
}

/// Checks that the statement of a batch section can be repeated.
pub(super) fn check_batch(
    file: &SourceFile,
    section: &Section,
    statements: &[Span],
    dialect: Dialect,
) -> Diagnostics {
    let Some(batch) = &section.batch else { return Diagnostics::new() };
    let finding = |span: Span, problem: &str| {
        Diagnostic::new(Code::BatchSection, problem.to_owned()).at(file, span)
    };
    let wrong = match statements {
        [] if section.kind == super::SectionKind::Down => return Diagnostics::new(),
        [] => finding(section.marker, "the batch section contains no statement")
            .help("write the statement that is repeated, for example `UPDATE .. WHERE id IN (SELECT id FROM .. LIMIT :batch)`"),
        [_, second, ..] => finding(*second, "a batch section repeats one statement, and this is a second one")
            .help("move it into a revision of its own: batches are committed one by one, so nothing can share their transaction"),
        [one] => match check_statement(file, batch, *one, dialect) {
            Some((problem, help)) => {
                help.into_iter().fold(finding(*one, &problem), Diagnostic::help)
            }
            None if !section.transaction => finding(section.marker, "`batch` contradicts `transaction:false`: each batch is a transaction")
                .help("drop `transaction:false`"),
            None => return Diagnostics::new(),
        },
    };
    wrong.into()
}

fn check_statement(
    file: &SourceFile,
    batch: &Batch,
    span: Span,
    dialect: Dialect,
) -> Option<(String, Vec<String>)> {
    let sql = span.of(file.text());
    let problem = |text: &str, help: &[&str]| {
        Some((text.to_owned(), help.iter().map(|&line| line.to_owned()).collect()))
    };
    let Some(statement) = BatchStatement::read(sql, dialect) else {
        return problem(
            "a batch section repeats an UPDATE, DELETE or INSERT, and this is another statement",
            &["a section without `batch` runs it once"],
        );
    };
    let places = placeholders(sql, dialect);
    let has = |name: &str| places.iter().any(|(_, found)| *found == name);
    match &batch.key {
        Some(key) if !has("first") || !has("last") => {
            return Some((
                "the statement has no range of the key: `:first` or `:last` is missing".to_owned(),
                vec![format!("write `WHERE {} BETWEEN :first AND :last`", key.column())],
            ));
        }
        Some(_) if has("batch") => {
            return problem(
                "the statement has a bound and a range of the key",
                &["drop `:batch`, or `key:..` behind the marker"],
            );
        }
        None if has("first") || has("last") => {
            return problem(
                "the section names no key for `:first` and `:last`",
                &["write the table and its key behind `batch`: `key:users.id`"],
            );
        }
        None if !has("batch") => {
            return problem(
                "the statement has no bound: `:batch` is missing",
                &[
                    "bound it where it chooses rows: `WHERE id IN (SELECT id FROM .. LIMIT :batch)`",
                    "or visit ranges of a key: `key:users.id` behind `batch`, and `WHERE id BETWEEN :first AND :last`",
                ],
            );
        }
        _ => {}
    }
    let ends = batch.key.is_some() || batch.rounds.is_some();
    if statement.verb == BatchVerb::Other && !ends {
        return problem(
            "nothing limits how often this statement is repeated: it may change rows in every batch",
            &[
                "write the largest number of batches behind `batch`: `rounds:1000`",
                "or visit ranges of a key: `key:users.id` behind `batch`, and `WHERE id BETWEEN :first AND :last`",
            ],
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_statement_is_read_as_written() {
        let table = |sql| {
            let read = BatchStatement::read(sql, Dialect::Mysql).unwrap();
            (read.verb, read.table.unwrap_or("-").to_owned())
        };
        use BatchVerb::{Delete, Other, Update};
        for (sql, verb, name) in [
            ("UPDATE users SET a = 1 LIMIT 5", Update, "users"),
            ("update low_priority `my users` u set a = 1", Update, "`my users`"),
            ("UPDATE a JOIN b ON a.x = b.x SET a.y = 1", Other, "-"),
            ("UPDATE a, b SET a.y = 1", Other, "-"),
            ("DELETE FROM ops.t WHERE x = 1 LIMIT 5", Delete, "ops.t"),
            ("DELETE FROM t ORDER BY x LIMIT 5", Delete, "t"),
            ("DELETE a FROM a JOIN b ON a.x = b.x", Delete, "-"),
            ("INSERT INTO t SELECT * FROM u", Other, "-"),
            ("WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x", Other, "-"),
        ] {
            assert_eq!(table(sql), (verb, name.to_owned()), "{sql}");
        }
        for sql in ["SELECT 1", "WITH x AS (DELETE FROM t) SELECT 1", "", "CALL f()"] {
            assert_eq!(BatchStatement::read(sql, Dialect::Postgres), None, "{sql}");
        }
    }

    #[test]
    fn placeholders_are_tokens_on_every_database() {
        let sql =
            "UPDATE t SET a = ':batch', b = 1 -- :batch\n WHERE x=:first AND y <:last LIMIT :batch";
        for dialect in Dialect::ALL {
            let filled = fill_batch(sql, dialect, |name| Some(format!("<{name}>")));
            let expected = "UPDATE t SET a = ':batch', b = 1 -- :batch\n WHERE x=<first> AND y <<last> LIMIT <batch>";
            assert_eq!(filled, expected, "{dialect}");
        }
        let cast =
            fill_batch("SELECT a::batch, :batch::int", Dialect::Postgres, |_| Some("5".to_owned()));
        assert_eq!(cast, "SELECT a::batch, 5::int");
    }
}
