//! The markers of a revision file and their sections.
//!
//! A line that begins with `-- migrate:` is a marker wherever it is, so the body of a function
//! cannot contain such a line. The module does not interpret the SQL of a section.

use std::borrow::Cow;
use std::time::Duration;

use super::batch::{Batch, BatchKey, MAX_SIZE};
use super::splits::Splits;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::source::{SourceFile, Span};
use crate::sql::{Hasher, split};
use crate::suggest::nearest;

/// The kind of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Statements that apply the revision.
    Up,
    /// Statements that revert it.
    Down,
    /// In place of a down: the revision cannot be reverted.
    Irreversible,
    /// In place of a down: there is nothing to revert.
    Noop,
    /// Rows that a round-trip test inserts before the up.
    Fixture,
    /// Queries that must return true after the up.
    Verify,
    /// Statements that state what dynamic SQL of the up does to the schema. They are read, never run.
    Effect,
    /// An accepted finding: its code and the reason.
    Allow,
    /// A table or column whose data a downgrade loses, and the reason.
    Lossy,
}

impl SectionKind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Up,
        Self::Down,
        Self::Irreversible,
        Self::Noop,
        Self::Fixture,
        Self::Verify,
        Self::Effect,
        Self::Allow,
        Self::Lossy,
    ];

    /// The word after `-- migrate:`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Irreversible => "irreversible",
            Self::Noop => "noop",
            Self::Fixture => "fixture",
            Self::Verify => "verify",
            Self::Effect => "effect",
            Self::Allow => "allow",
            Self::Lossy => "lossy",
        }
    }

    /// Returns `true` if SQL follows the marker; the others are one line.
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::Fixture | Self::Verify | Self::Effect)
    }

    /// Returns `true` if only round-trip tests use it.
    #[must_use]
    pub const fn is_for_tests(self) -> bool {
        matches!(self, Self::Fixture | Self::Verify)
    }

    /// Returns `true` if it changes the effect of the revision on a database, and so its
    /// fingerprint.
    #[must_use]
    pub(super) const fn counts(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::Irreversible | Self::Noop)
    }

    /// Returns `true` if it is a part of a step and not only of a test.
    #[must_use]
    pub const fn is_step(self) -> bool {
        self.counts()
    }

    /// Returns `true` for a down or the reason for its absence.
    #[must_use]
    pub const fn is_down(self) -> bool {
        matches!(self, Self::Down | Self::Irreversible | Self::Noop)
    }

    const fn takes_batch(self) -> bool {
        matches!(self, Self::Up | Self::Down)
    }

    const fn wants_reason(self) -> bool {
        matches!(self, Self::Irreversible | Self::Noop) || self.wants_subject()
    }

    /// Returns `true` if the reason begins with a subject, a code or a name.
    pub(super) const fn wants_subject(self) -> bool {
        matches!(self, Self::Allow | Self::Lossy)
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Up | Self::Down => &[
                "transaction",
                "dialect",
                "foreign-keys",
                "lock-timeout",
                "statement-timeout",
                "size",
                "pause",
                "key",
                "rounds",
                "rust",
            ],
            Self::Fixture | Self::Verify | Self::Effect | Self::Irreversible | Self::Noop => {
                &["dialect"]
            }
            Self::Allow | Self::Lossy => &[],
        }
    }
}

/// One section of a revision file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The kind.
    pub kind: SectionKind,
    /// The marker's line.
    pub marker: Span,
    /// The text after the marker, up to the next one.
    pub body: Span,
    /// The databases of the section; empty means all.
    pub dialects: Vec<Dialect>,
    /// Whether it runs in a transaction (not with `transaction:false`).
    pub transaction: bool,
    /// Whether SQLite enforces foreign keys while it runs (`foreign-keys:true`).
    pub foreign_keys: bool,
    /// How long a statement may wait for a lock; `None` for the configured limit.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run; `None` for the configured limit.
    pub statement_timeout: Option<Duration>,
    /// How its statement is repeated, with `batch`.
    pub batch: Option<Batch>,
    /// The Rust function that runs in place of statements (`rust:backfill_names`).
    pub function: Option<String>,
    /// Its statements for each database of the project.
    pub statements: Splits,
    /// The reason of `irreversible`, `noop`, `allow` and `lossy`; see [`Section::subject`] if it
    /// begins with a subject.
    pub reason: String,
}

impl Section {
    /// Returns `true` if nothing runs: no statement on any database, and no function.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.hold_nothing() && self.function.is_none()
    }

    /// Returns `true` if the section is for a database.
    #[must_use]
    pub fn serves(&self, dialect: Dialect) -> bool {
        self.dialects.is_empty() || self.dialects.contains(&dialect)
    }

    /// Returns the subject of an `allow` or `lossy`, and the reason.
    #[must_use]
    pub fn subject(&self) -> (&str, &str) {
        self.reason.split_once(' ').unwrap_or((&self.reason, ""))
    }

    /// Returns its statements for a database, as split by the parser, else split now.
    #[must_use]
    pub fn statements(&self, file: &SourceFile, dialect: Dialect) -> Cow<'_, [Span]> {
        match self.statements.on(dialect) {
            Some(spans) => Cow::Borrowed(spans),
            None => {
                let (statements, _) = split(file, self.body, dialect.lex_rules());
                Cow::Owned(statements.into_iter().map(|statement| statement.span).collect())
            }
        }
    }

    /// The place of the subject in the marker's line.
    pub(super) fn subject_span(&self, file: &SourceFile) -> Span {
        let line = self.marker.of(file.text());
        let head = PREFIX.len() + self.kind.word().len();
        let rest = line.get(head..).unwrap_or_default();
        let start = self.marker.start + head + rest.len() - rest.trim_start().len();
        Span::new(start, start + self.subject().0.len())
    }

    /// The databases whose lexical rules apply: its own, else those of the project.
    pub(crate) fn readers<'a>(&'a self, project: &'a [Dialect]) -> &'a [Dialect] {
        if self.dialects.is_empty() { project } else { &self.dialects }
    }

    /// Adds its kind, and the options with an effect, to the fingerprint.
    pub(super) fn hash_into(&self, hash: &mut Hasher) {
        hash.field("section", self.kind.word());
        for dialect in &self.dialects {
            hash.field("dialect", dialect.name());
        }
        if !self.transaction {
            hash.field("transaction", "false");
        }
        if self.foreign_keys {
            hash.field("foreign-keys", "true");
        }
        // Size and pause change no result.
        if let Some(batch) = &self.batch {
            hash.field("batch", batch.key.as_ref().map_or("", BatchKey::written));
        }
        if let Some(function) = &self.function {
            hash.field("rust", function);
        }
    }
}

/// The word behind `up` or `down` that has the statement repeated.
const BATCH: &str = "batch";

/// The prefix of every marker.
pub(super) const PREFIX: &str = "-- migrate:";

/// Parses a marker line; `None` if no section can follow from it.
pub(super) fn read_marker(
    file: &SourceFile,
    line: Span,
    found: &mut Diagnostics,
) -> Option<Section> {
    let text = line.of(file.text());
    let rest = &text[PREFIX.len()..];
    let word_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let word = &rest[..word_end];
    let at = line.start + PREFIX.len();
    let Some(kind) = SectionKind::ALL.into_iter().find(|k| k.word() == word) else {
        let known = SectionKind::ALL.map(SectionKind::word);
        let near = nearest(word, known);
        found.push(
            Diagnostic::new(Code::UnknownMarker, format!("`-- migrate:{word}` is not a marker"))
                .at(file, Span::new(line.start, at + word_end))
                .help(match near {
                    Some(near) => format!("write `-- migrate:{near}`"),
                    None => format!("the markers are {}", known.join(", ")),
                }),
        );
        // The text after a misspelt marker still belongs to the intended section.
        let kind = SectionKind::ALL.into_iter().find(|k| Some(k.word()) == near)?;
        return Some(Section::new(kind, line));
    };
    let mut section = Section::new(kind, line);
    let mut offset = at + word_end;
    let mut is_batch = false;
    for part in rest[word_end..].split_inclusive(char::is_whitespace) {
        let token = part.trim_end();
        let span = Span::new(offset, offset + token.len());
        offset += part.len();
        if token.is_empty() {
            continue;
        }
        if !section.reason.is_empty() {
            section.reason.push(' ');
            section.reason.push_str(token);
            continue;
        }
        if token == BATCH && kind.takes_batch() {
            is_batch = true;
            section.batch.get_or_insert_default();
            continue;
        }
        match token.split_once(':').filter(|(name, _)| is_option_like(name)) {
            Some((name, value)) if kind.options().contains(&name) => {
                if let Err(wrong) = section.set(name, value) {
                    found.push(
                        Diagnostic::new(Code::UnknownOption, format!("`{token}`: {}", wrong.0))
                            .at(file, span)
                            .help(wrong.1),
                    );
                }
            }
            _ if kind.wants_reason() => section.reason.push_str(token),
            _ => found.push(unknown_option(file, kind, token, span)),
        }
    }
    if section.batch.is_some() && !is_batch {
        found.push(
            Diagnostic::new(
                Code::UnknownOption,
                "size, pause, key and rounds are options of a batch section, which this is not",
            )
            .at(file, line)
            .help(format!("write `-- migrate:{word} {BATCH}` and the options after it")),
        );
    }
    check_reason(file, &section, found);
    Some(section)
}

/// Checks that a marker has the reason that it requires, and a valid subject before it.
fn check_reason(file: &SourceFile, section: &Section, found: &mut Diagnostics) {
    let kind = section.kind;
    if !kind.wants_reason() {
        return;
    }
    let (subject, rest) = section.subject();
    if kind == SectionKind::Allow
        && !subject.is_empty()
        && let Some(unknown) = check_code(file, section, subject)
    {
        found.push(unknown);
        return;
    }
    let wrong = match kind {
        SectionKind::Lossy if !is_table_or_column(subject) => Some((
            "no name of a table or column",
            "write `users`, `users.email` or `ops.users.email`, then the reason",
        )),
        _ => None,
    };
    if let Some((what, help)) = wrong.filter(|_| !subject.is_empty()) {
        found.push(
            Diagnostic::new(Code::UnknownOption, format!("`{subject}` is {what}"))
                .at(file, section.subject_span(file))
                .help(help),
        );
        return;
    }
    let (reason, example) = match kind {
        SectionKind::Noop => (subject, "-- migrate:noop the backfill needs no undoing"),
        SectionKind::Allow => (rest, "-- migrate:allow <code> <reason>"),
        SectionKind::Lossy => (rest, "-- migrate:lossy users.email nobody reads it"),
        _ => (subject, "-- migrate:irreversible the old values are gone"),
    };
    if reason.is_empty() {
        let word = kind.word();
        found.push(
            Diagnostic::new(Code::MissingReason, format!("`-- migrate:{word}` has no reason"))
                .at(file, section.marker)
                .help(format!("write the reason on the same line: `{example}`")),
        );
    }
}

/// Returns a finding if `word` is not the name of a code that `-- migrate:allow` accepts.
fn check_code(file: &SourceFile, section: &Section, word: &str) -> Option<Diagnostic> {
    let problem = match Code::from_name(word) {
        Some(code) if code.group().is_acceptable() => return None,
        Some(_) => format!("findings with the code `{word}` cannot be accepted"),
        None => format!("there is no code `{word}`"),
    };
    let finding = Diagnostic::new(Code::UnknownCode, problem).at(file, section.subject_span(file));
    Some(match Code::nearest_acceptable(word) {
        Some(near) => finding.help(format!("did you mean `-- migrate:allow {near} <reason>`?")),
        None => finding.help(
            "write the code of a round trip's finding and the reason: `-- migrate:allow rows-lost <reason>`",
        ),
    })
}

fn is_table_or_column(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let name = |part: &&str| !part.is_empty() && !part.contains(['"', '`', ':', ',', ';']);
    parts.len() <= 3 && parts.iter().all(name)
}

fn is_option_like(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'))
}

fn unknown_option(file: &SourceFile, kind: SectionKind, token: &str, span: Span) -> Diagnostic {
    let known = kind.options();
    let name = token.split(':').next().unwrap_or(token);
    Diagnostic::new(
        Code::UnknownOption,
        format!("`{token}` is not an option of `-- migrate:{}`", kind.word()),
    )
    .at(file, span)
    .help(match nearest(name, known.iter().copied()) {
        _ if kind.takes_batch() && nearest(token, [BATCH]).is_some() => {
            format!("did you mean `{BATCH}`?")
        }
        Some(near) => format!("did you mean `{near}:..`?"),
        None if known.is_empty() => "this marker takes no options".to_owned(),
        None if kind.takes_batch() => {
            format!("the options are `{BATCH}`, and {}, written as `name:value`", known.join(", "))
        }
        None => format!("the options are {}, written as `name:value`", known.join(", ")),
    })
}

impl Section {
    pub(super) fn new(kind: SectionKind, marker: Span) -> Self {
        Self {
            kind,
            marker,
            body: Span::new(marker.end, marker.end),
            dialects: Vec::new(),
            transaction: true,
            foreign_keys: false,
            lock_timeout: None,
            statement_timeout: None,
            batch: None,
            function: None,
            statements: Splits::default(),
            reason: String::new(),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), (String, String)> {
        let boolean = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err((
                "the value is neither true nor false".to_owned(),
                format!("write `{name}:true` or `{name}:false`"),
            )),
        };
        match name {
            "transaction" => self.transaction = boolean()?,
            "foreign-keys" => self.foreign_keys = boolean()?,
            "lock-timeout" => self.lock_timeout = Some(duration(name, value)?),
            "size" => self.batch.get_or_insert_default().size = number(name, value)?,
            "rounds" => {
                self.batch.get_or_insert_default().rounds = Some(number(name, value)?);
            }
            "pause" => self.batch.get_or_insert_default().pause = duration(name, value)?,
            "key" => {
                let key = BatchKey::parse(value).ok_or_else(|| {
                    (
                        "the value is not a table with a column".to_owned(),
                        "write both: `key:users.id`".to_owned(),
                    )
                })?;
                self.batch.get_or_insert_default().key = Some(key);
            }
            "rust" => self.function = Some(function(name, value)?),
            "statement-timeout" => self.statement_timeout = Some(duration(name, value)?),
            _ => {
                for word in value.split(',') {
                    let dialect = Dialect::from_name(word).ok_or_else(|| {
                        let known = Dialect::ALL.map(Dialect::name);
                        let near = nearest(word, known);
                        (
                            format!("`{word}` is no database that is known"),
                            near.map_or_else(
                                || format!("the databases are {}", known.join(", ")),
                                |near| format!("write `dialect:{near}`"),
                            ),
                        )
                    })?;
                    if !self.dialects.contains(&dialect) {
                        self.dialects.push(dialect);
                    }
                }
                self.dialects.sort_unstable();
            }
        }
        Ok(())
    }
}

/// Returns `true` if a word can be the name of a Rust function.
///
/// ```
/// use migrate_core::revision::is_function_name;
/// assert!(is_function_name("backfill_names"));
/// assert!(!is_function_name("steps::fill") && !is_function_name("2nd") && !is_function_name(""));
/// ```
#[must_use]
pub fn is_function_name(word: &str) -> bool {
    let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    word.chars().all(is_word) && word.starts_with(|c: char| !c.is_ascii_digit())
}

/// Reads the name of a function.
fn function(name: &str, value: &str) -> Result<String, (String, String)> {
    if is_function_name(value) {
        return Ok(value.to_owned());
    }
    Err((
        "the value is not the name of a function".to_owned(),
        format!("write the name without its path: `{name}:backfill_names`"),
    ))
}

/// Reads a number of rows or batches.
fn number(name: &str, value: &str) -> Result<u64, (String, String)> {
    let number = value.parse().ok().filter(|number| (1..=MAX_SIZE).contains(number));
    number.ok_or_else(|| {
        (
            format!("the value is not a number from 1 to {MAX_SIZE}"),
            format!("write a number: `{name}:10000`"),
        )
    })
}

/// Reads `500ms`, `5s`, `2m` or `1h`.
///
/// # Errors
/// The mistake and the correct form.
pub fn duration(name: &str, value: &str) -> Result<Duration, (String, String)> {
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let unit = match &value[digits..] {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number = value[..digits].parse::<u64>().ok();
    number
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(unit))
        .map(Duration::from_millis)
        .ok_or_else(|| {
            (
                "the value is not a duration".to_owned(),
                format!("write a number and ms, s, m or h: `{name}:5s`"),
            )
        })
}
