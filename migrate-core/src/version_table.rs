//! The version table and its log, as SQL text.
//!
//! The version table has one row per applied revision, and the log one row per event;
//! `docs/files.md` documents the columns for other programs. Every value is a literal in the SQL,
//! so `--sql` prints exactly what a run executes. The module executes nothing and does not decide
//! what to record.

mod access;
mod log;
pub mod other_tools;
mod stored;

pub use log::{Event, LogRow, REDO};
pub use stored::down_file;

use crate::dialect::Dialect;
use crate::revision::Revision;
use crate::sql::Fingerprint;

/// The default name of the version table.
pub const DEFAULT_NAME: &str = "migrate_version";

/// The suffix of the log's name after the version table's name.
pub(crate) const LOG_SUFFIX: &str = "_log";

/// The suffix of the lock table's name, the longest of the suffixes.
pub(crate) const LOCK_SUFFIX: &str = "_lock";

/// The version table of one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    dialect: Dialect,
    schema: Option<String>,
    name: String,
}

/// The state of a recorded revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowState {
    /// Its up is complete.
    Applied,
    /// Its up began, statement by statement, and its end is not recorded.
    Upgrading,
    /// Its down began, statement by statement, and its end is not recorded.
    Downgrading,
}

impl RowState {
    const ALL: [Self; 3] = [Self::Applied, Self::Upgrading, Self::Downgrading];

    /// The word in the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Upgrading => "upgrading",
            Self::Downgrading => "downgrading",
        }
    }

    /// Returns the state for a word in the table.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The revision.
    pub revision: String,
    /// Its fingerprint when it ran; `None` if the column's value is malformed.
    pub fingerprint: Option<Fingerprint>,
    /// The state.
    pub state: RowState,
    /// The number of completed statements, unless it is [`RowState::Applied`].
    pub statements_done: usize,
    /// The number of begun statements: one more than completed if it is unknown whether the last
    /// one ran.
    pub statements_begun: usize,
}

/// A row with all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullRow {
    /// The part that steps need.
    pub row: Row,
    /// The message.
    pub message: String,
    /// The time, RFC 3339 in UTC.
    pub applied_at: String,
    /// The duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// The actor: a person or service.
    pub applied_by: String,
    /// The tool and its version.
    pub tool: String,
    /// The header and the down, in the form of a revision file.
    pub down_file: Option<String>,
}

/// The progress of a journalled step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The state of the row.
    pub state: RowState,
    /// The number of begun statements.
    pub begun: usize,
    /// The number of completed statements.
    pub done: usize,
    /// The fingerprint of the completed statements, or of the whole revision in
    /// [`RowState::Applied`].
    pub fingerprint: Fingerprint,
    /// The duration of the step so far.
    pub elapsed: Elapsed,
}

/// The state a row must have before it is updated. A mismatch means that another runner changed it
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedRow {
    /// The state.
    pub state: RowState,
    /// The number of completed statements, where it matters.
    pub done: Option<usize>,
    /// The number of begun statements, where it matters.
    pub begun: Option<usize>,
}

impl From<RowState> for ExpectedRow {
    fn from(state: RowState) -> Self {
        Self { state, done: None, begun: None }
    }
}

/// The actor of a record, and the duration of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// A person or service, for example `deploy@web-1`.
    pub by: &'a str,
    /// The tool and its version.
    pub tool: &'a str,
    /// The duration.
    pub elapsed: Elapsed,
    /// Whether the step is a part of a redo. The log records it, so that an interrupted redo is
    /// recognised.
    pub redo: bool,
}

/// The duration of a step, as far as it is known when the SQL is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elapsed {
    /// Not measured.
    Unknown,
    /// Milliseconds.
    Millis(u64),
    /// The database computes it from the begin of the transaction.
    Clock,
}

impl VersionTable {
    /// Creates a version table from its configured name: `name` or `schema.name`.
    ///
    /// ```
    /// use migrate_core::{dialect::Dialect, version_table::VersionTable};
    /// let table = VersionTable::new(Dialect::Postgres, "ops.migrations");
    /// assert_eq!(table.version(), r#""ops"."migrations""#);
    /// assert_eq!(table.log(), r#""ops"."migrations_log""#);
    /// ```
    #[must_use]
    pub fn new(dialect: Dialect, name: &str) -> Self {
        let (schema, name) = match name.rsplit_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name),
            None => (None, name),
        };
        Self { dialect, schema, name: name.to_owned() }
    }

    /// The database.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the quoted name of the table with a suffix, in the same schema.
    pub(crate) fn sibling(&self, suffix: &str) -> Self {
        Self { name: format!("{}{suffix}", self.name), ..self.clone() }
    }

    /// The quoted name of the version table.
    #[must_use]
    pub fn version(&self) -> String {
        let name = self.dialect.quote(&self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", self.dialect.quote(schema)),
            None => name,
        }
    }

    /// The quoted name of the log table.
    #[must_use]
    pub fn log(&self) -> String {
        self.sibling(LOG_SUFFIX).version()
    }

    /// Returns the statements that create both tables if they are missing. The log comes first: a
    /// runner that sees the version table while another one creates them also sees the log.
    #[must_use]
    pub fn create(&self) -> Vec<String> {
        let templates = self.dialect.templates();
        let (key, text, long_text, timestamp) = (
            templates.key_type,
            templates.text_type,
            templates.long_text_type,
            templates.timestamp_type,
        );
        let options = templates.table_options;
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {} (\n    \
                 id {},\n    \
                 at {timestamp} NOT NULL,\n    \
                 revision {key} NOT NULL,\n    \
                 event VARCHAR(16) NOT NULL,\n    \
                 duration_ms BIGINT,\n    \
                 done_by {text} NOT NULL,\n    \
                 tool VARCHAR(64) NOT NULL,\n    \
                 detail {text} NOT NULL\n){options}",
                self.log(),
                templates.serial_key
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {} (\n    \
                 revision {key} NOT NULL PRIMARY KEY,\n    \
                 fingerprint VARCHAR(64) NOT NULL,\n    \
                 message {text} NOT NULL,\n    \
                 state VARCHAR(16) NOT NULL,\n    \
                 statements_begun INTEGER NOT NULL,\n    \
                 statements_done INTEGER NOT NULL,\n    \
                 applied_at {timestamp} NOT NULL,\n    \
                 duration_ms BIGINT,\n    \
                 applied_by {text} NOT NULL,\n    \
                 tool VARCHAR(64) NOT NULL,\n    \
                 down_file {long_text} NOT NULL,\n    \
                 batch_position {long_text}\n){options}",
                self.version()
            ),
        ]
    }

    /// Returns a query that returns one row if the version table exists.
    #[must_use]
    pub fn exists(&self) -> String {
        let templates = self.dialect.templates();
        let schema = match (&self.schema, self.landing()) {
            (None, Some(expression)) => expression,
            (Some(schema), _) if templates.default_schema.is_some() => {
                self.dialect.safe_literal(schema)
            }
            (schema, _) => self.dialect.quote(schema.as_deref().unwrap_or("main")),
        };
        templates
            .table_exists
            .replace("{schema}", &schema)
            .replace("{name}", &self.dialect.safe_literal(&self.name))
    }

    /// Returns a query that returns one row if the log exists.
    #[must_use]
    pub fn log_exists(&self) -> String {
        self.sibling(LOG_SUFFIX).exists()
    }

    /// Returns the expression for the table's schema if none is configured and the session's
    /// settings decide.
    #[must_use]
    pub fn landing(&self) -> Option<String> {
        let expression =
            self.dialect.templates().default_schema.filter(|_| self.schema.is_none())?;
        Some(expression.replace("{table}", &self.dialect.safe_literal(&self.version())))
    }

    /// Returns a query for the generation and all rows; [`VersionTable::read`] reads the answer.
    ///
    /// The generation is the number of the newest log row. It increases with every change of the
    /// version table, so an equal value means that no other runner has changed it. The rows are one
    /// text where the database can aggregate them, because a thousand rows cost more than their
    /// bytes.
    #[must_use]
    pub fn rows(&self) -> String {
        self.rows_beside(&format!("SELECT COALESCE(MAX(id), 0) AS n FROM {}", self.log()))
    }

    /// Returns the same query for a missing log: the generation is 0.
    #[must_use]
    pub fn rows_without_log(&self) -> String {
        self.rows_beside("SELECT 0 AS n")
    }

    fn rows_beside(&self, generation: &str) -> String {
        let templates = self.dialect.templates();
        let columns = ["v.revision", "v.fingerprint", "v.state"].map(str::to_owned);
        let numbers = ["v.statements_done", "v.statements_begun"].map(|column| self.number(column));
        let columns: Vec<String> = columns.into_iter().chain(numbers).collect();
        let line = (templates.concatenate)(&columns);
        format!(
            "SELECT {}, {} FROM ({generation}) g LEFT JOIN {} v ON 1 = 1{}{}",
            self.number("g.n"),
            templates.join_lines.replace("{}", &line),
            self.version(),
            templates.group_by.replace("{}", "g.n"),
            templates.all_rows,
        )
    }

    /// Reads the answer of [`VersionTable::rows`]: the generation and the rows.
    ///
    /// # Errors
    /// A row that this version cannot read.
    pub fn read(answer: &[Vec<Option<String>>]) -> Result<(u64, Vec<Row>), String> {
        let cell = |n: usize| answer.iter().filter_map(move |cells| cells.get(n)?.as_deref());
        let generation = cell(0).next().and_then(|n| n.parse().ok()).unwrap_or_default();
        let row = |line: &str| {
            let mut words = line.split(' ');
            Some(Row {
                revision: words.next()?.to_owned(),
                fingerprint: words.next()?.parse().ok(),
                state: RowState::from_word(words.next()?)?,
                statements_done: words.next()?.parse().ok()?,
                statements_begun: words.next()?.parse().ok()?,
            })
        };
        let rows =
            cell(1).flat_map(str::lines).map(|line| row(line).ok_or_else(|| line.to_owned()));
        Ok((generation, rows.collect::<Result<_, _>>()?))
    }

    fn row(cells: &[Option<String>]) -> Option<Row> {
        let [revision, fingerprint, state, done, begun, ..] = cells else { return None };
        Some(Row {
            revision: revision.clone()?,
            fingerprint: fingerprint.as_deref().and_then(|text| text.parse().ok()),
            state: RowState::from_word(state.as_deref()?)?,
            statements_done: done.as_deref()?.parse().ok()?,
            statements_begun: begun.as_deref()?.parse().ok()?,
        })
    }

    /// Returns a query for all rows with all columns; [`VersionTable::full_row`] reads each.
    #[must_use]
    pub fn full_rows(&self) -> String {
        format!(
            "SELECT revision, fingerprint, state, {}, {}, message, {}, {}, applied_by, tool, down_file FROM {} ORDER BY applied_at, revision{}",
            self.number("statements_done"),
            self.number("statements_begun"),
            self.timestamp("applied_at"),
            self.number("duration_ms"),
            self.version(),
            self.dialect.templates().all_rows
        )
    }

    /// Reads a row of [`VersionTable::full_rows`].
    #[must_use]
    pub fn full_row(cells: &[Option<String>]) -> Option<FullRow> {
        let row = Self::row(cells)?;
        let cell = |n: usize| cells.get(n).cloned().flatten();
        Some(FullRow {
            row,
            message: cell(5).unwrap_or_default(),
            applied_at: cell(6).unwrap_or_default(),
            duration_ms: cell(7).and_then(|text| text.parse().ok()),
            applied_by: cell(8).unwrap_or_default(),
            tool: cell(9).unwrap_or_default(),
            down_file: cell(10).filter(|text| !text.is_empty()),
        })
    }

    /// Returns a query for the generation; see [`VersionTable::rows`].
    #[must_use]
    pub fn generation(&self) -> String {
        format!("SELECT {} FROM {}", self.number("COALESCE(MAX(id), 0)"), self.log())
    }

    /// Returns a query for the completed and begun statements and the state of a revision's step; no row if the
    /// revision has none.
    #[must_use]
    pub fn progress(&self, id: &str) -> String {
        format!(
            "SELECT {}, {}, state FROM {} WHERE revision = {}",
            self.number("statements_done"),
            self.number("statements_begun"),
            self.version(),
            self.dialect.safe_literal(id)
        )
    }

    /// Returns a query for the last key, as a literal, that the batches of a revision's step have
    /// reached.
    #[must_use]
    pub fn batch_position(&self, id: &str) -> String {
        let id = self.dialect.safe_literal(id);
        format!("SELECT batch_position FROM {} WHERE revision = {id}", self.version())
    }

    /// Returns the statement that records the last key that the batches of a step have reached.
    #[must_use]
    pub fn set_batch_position(&self, id: &str, position: &str) -> String {
        format!(
            "UPDATE {} SET batch_position = {} WHERE revision = {}",
            self.version(),
            self.dialect.safe_literal(position),
            self.dialect.safe_literal(id)
        )
    }

    /// Returns a guard statement that fails with a division by zero if the generation differs, for
    /// databases that execute batches.
    #[must_use]
    pub fn guard(&self, generation: u64) -> String {
        format!(
            "SELECT 1 / CASE WHEN COALESCE(MAX(id), 0) = {generation} THEN 1 ELSE 0 END FROM {}",
            self.log()
        )
    }

    /// Returns the same table in a schema if none is configured, so that it is still found after a
    /// revision changes the search path.
    #[must_use]
    pub fn within(mut self, schema: Option<String>) -> Self {
        self.schema = self.schema.or(schema);
        self
    }

    /// Returns a query for the log, oldest row first; [`VersionTable::log_row`] reads each row.
    #[must_use]
    pub fn log_rows(&self) -> String {
        format!(
            "SELECT {}, revision, event, {}, done_by, tool, detail FROM {} ORDER BY id{}",
            self.timestamp("at"),
            self.number("duration_ms"),
            self.log(),
            self.dialect.templates().all_rows
        )
    }

    /// Reads a row of [`VersionTable::log_rows`].
    #[must_use]
    pub fn log_row(cells: &[Option<String>]) -> LogRow {
        let cell = |n: usize| cells.get(n).cloned().flatten().unwrap_or_default();
        LogRow {
            at: cell(0),
            revision: cell(1),
            event: cell(2),
            duration_ms: cell(3).parse().ok(),
            by: cell(4),
            tool: cell(5),
            detail: cell(6),
        }
    }

    /// Returns the statement that inserts revisions, one row each.
    #[must_use]
    pub fn insert<'a>(
        &self,
        rows: impl IntoIterator<Item = (&'a Revision, Fingerprint, RowState, Origin<'a>)>,
    ) -> String {
        let literal = |text: &str| self.dialect.safe_literal(text);
        let row = |(revision, fingerprint, state, origin): (&Revision, _, RowState, Origin<'_>)| {
            format!(
                "({}, '{fingerprint}', {}, '{}', 0, 0, {}, {}, {}, {}, {})",
                literal(revision.id().as_str()),
                literal(revision.message()),
                state.word(),
                self.dialect.templates().now,
                self.elapsed(origin.elapsed),
                literal(origin.by),
                literal(origin.tool),
                literal(&down_file(revision)),
            )
        };
        format!(
            "INSERT INTO {} (revision, fingerprint, message, state, statements_begun, statements_done, applied_at, duration_ms, applied_by, tool, down_file) VALUES {}",
            self.version(),
            listed(rows.into_iter().map(row)),
        )
    }

    /// Returns the statement that deletes the rows of revisions in the expected state.
    #[must_use]
    pub fn delete<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a str>,
        from: impl Into<ExpectedRow>,
    ) -> String {
        format!("DELETE FROM {} WHERE {}", self.version(), self.stand(ids, from.into()))
    }

    /// Returns a guard statement that fails with a division by zero if a revision's row is not in
    /// the expected state, and locks the row until the transaction ends; for databases that execute
    /// batches.
    #[must_use]
    pub fn guard_row(&self, id: &str, from: impl Into<ExpectedRow>) -> String {
        format!(
            "SELECT 1 / (SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE {} FOR UPDATE) r)",
            self.version(),
            self.stand([id], from.into())
        )
    }

    fn stand<'a>(&self, ids: impl IntoIterator<Item = &'a str>, from: ExpectedRow) -> String {
        let ids: Vec<String> = ids.into_iter().map(|id| self.dialect.safe_literal(id)).collect();
        let mut condition = match ids.as_slice() {
            [id] => format!("revision = {id}"),
            ids => format!("revision IN ({})", ids.join(", ")),
        };
        condition += &format!(" AND state = '{}'", from.state.word());
        for (column, count) in [("statements_done", from.done), ("statements_begun", from.begun)] {
            if let Some(count) = count {
                condition += &format!(" AND {column} = {count}");
            }
        }
        condition
    }

    /// Returns the statement that deletes all rows.
    #[must_use]
    pub fn clear(&self) -> String {
        format!("DELETE FROM {}", self.version())
    }

    /// Returns the statement that updates a revision's row in the expected state.
    #[must_use]
    pub fn update(&self, id: &str, from: impl Into<ExpectedRow>, to: &Progress) -> String {
        let duration = format!(", duration_ms = {}", self.elapsed(to.elapsed));
        format!(
            "UPDATE {} SET state = '{}', statements_begun = {}, statements_done = {}, fingerprint = '{}'{duration} WHERE {}",
            self.version(),
            to.state.word(),
            to.begun,
            to.done,
            to.fingerprint,
            self.stand([id], from.into())
        )
    }

    /// Returns the statement that inserts rows into the log, each with an id, an event, a detail
    /// and an actor.
    #[must_use]
    pub fn record<'a>(
        &self,
        rows: impl IntoIterator<Item = (&'a str, Event, &'a str, Origin<'a>)>,
    ) -> String {
        let literal = |text: &str| self.dialect.safe_literal(text);
        let row = |(id, event, detail, origin): (&str, Event, &str, Origin<'_>)| {
            format!(
                "({}, {}, '{}', {}, {}, {}, {})",
                self.dialect.templates().now,
                literal(id),
                event.word(),
                self.elapsed(origin.elapsed),
                literal(origin.by),
                literal(origin.tool),
                literal(detail),
            )
        };
        format!(
            "INSERT INTO {} (at, revision, event, duration_ms, done_by, tool, detail) VALUES {}",
            self.log(),
            listed(rows.into_iter().map(row)),
        )
    }

    fn elapsed(&self, elapsed: Elapsed) -> String {
        let templates = self.dialect.templates();
        let clock = match elapsed {
            Elapsed::Unknown => None,
            Elapsed::Millis(millis) => Some(millis.to_string()),
            Elapsed::Clock => templates.elapsed.map(str::to_owned),
        };
        clock.unwrap_or_else(|| "NULL".to_owned())
    }

    fn number(&self, column: &str) -> String {
        self.dialect.templates().number_as_text.replace("{}", column)
    }

    fn timestamp(&self, column: &str) -> String {
        self.dialect.templates().timestamp_as_text.replace("{}", column)
    }
}

fn listed(rows: impl Iterator<Item = String>) -> String {
    rows.collect::<Vec<_>>().join(", ")
}
