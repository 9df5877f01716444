//! Describes why a step or a statement failed, and whether the server may be the cause.

use migrate_core::dialect::Dialect;
use migrate_core::source::{SourceFile, Span};

use super::super::limits;
use super::words;
use crate::driver::{ErrorDetails, mysql_error_number};
use crate::error::Error;

/// A failure that says something about the revision.
#[derive(Debug, Clone)]
pub(in super::super) struct Refusal {
    /// What failed, a line; more lines may follow for the statement and the database's words.
    pub(in super::super) text: String,
    /// Whether the cause may lie in the server: a role, an extension or a setting that is missing.
    pub(in super::super) by_server: bool,
    /// Whether it fails in production too: it ran as in production, or the error does not follow from
    /// the way of running it.
    pub(in super::super) is_confirmed: bool,
    /// Whether a limit of the tests ended it, which every other attempt would reach as well.
    pub(in super::super) is_limited: bool,
}

impl Refusal {
    /// A refusal that follows from the history and the rows.
    pub(super) const fn lasting(text: String) -> Self {
        Self { text, by_server: false, is_confirmed: true, is_limited: false }
    }

    /// A refusal that ran as in production.
    pub(super) fn of_server(mut text: String, dialect: Dialect, error: &sqlx::Error) -> Self {
        let limit = limits::exceeded(dialect, error);
        if let Some(limit) = limit {
            text += &format!("\n{limit}");
        }
        let by_server = depends_on_server(dialect, error);
        Self { text, by_server, is_confirmed: true, is_limited: limit.is_some() }
    }

    /// The same of statements that did not run as in production.
    pub(super) fn unconfirmed(self) -> Self {
        Self { is_confirmed: self.is_limited, ..self }
    }
}

/// Describes a step that failed by its own fault. Returns other errors unchanged.
pub(in super::super) fn refusal(
    what: &str,
    dialect: Dialect,
    error: Error,
) -> Result<Refusal, Error> {
    let lasting = |text: String| Ok(Refusal::lasting(text));
    match error {
        Error::Statement(failed) => {
            let place = (failed.place.path.as_str(), failed.place.line);
            let more = [&failed.detail, &failed.hint].map(Option::as_deref);
            let text = failure(what, place, &failed.source, &failed.sql, more);
            Ok(Refusal::of_server(text, dialect, &failed.source))
        }
        Error::ForeignKeys { broken, .. } => {
            lasting(format!("{what} leaves broken references: {}", broken.join("; ")))
        }
        Error::EndlessBatches(endless) => lasting(format!("{what} does not end: {endless}")),
        Error::Step(failed) => {
            let source = failed.source.downcast_ref::<sqlx::Error>();
            let text = format!("{what} fails: {failed}: {}", failed.source);
            match source {
                Some(error) => Ok(Refusal::of_server(text, dialect, error)),
                None => lasting(text),
            }
        }
        Error::Script { message, .. } => lasting(format!("{what} cannot run: {message}")),
        // What was put off to the commit.
        Error::Database { doing, source } if source.as_database_error().is_some() => {
            let text = format!("{what} fails when {doing}: {}", words(&source));
            Ok(Refusal::of_server(text, dialect, &source))
        }
        other => Err(other),
    }
}

/// A statement that failed by itself, outside of the runner.
pub(super) struct FailedAt<'f> {
    /// What failed, as messages name it.
    pub(super) what: &'f str,
    pub(super) file: &'f SourceFile,
    pub(super) span: Span,
    pub(super) details: &'f ErrorDetails,
}

impl FailedAt<'_> {
    /// The refusal, in the words that a step has. Only an error that the transaction cannot have caused
    /// is confirmed. A key or a reference may be one: in the transaction of a test it is no longer
    /// deferred, and the moment is the same in all rows.
    pub(super) fn refusal(&self, dialect: Dialect, error: &sqlx::Error) -> Refusal {
        let sql = self.span.of(self.file.text());
        let offset = self.details.position.and_then(|n| sql.char_indices().nth(n));
        let place =
            offset.map_or(self.span, |(n, _)| Span::new(self.span.start + n, self.span.end));
        let place = self.file.locate(place);
        let more = [&self.details.detail, &self.details.hint].map(Option::as_deref);
        let code = error.as_database_error().and_then(|error| error.code());
        let of_keys = code.is_some_and(|code| ["23503", "23505", "23P01"].contains(&code.as_ref()));
        let text = failure(self.what, (&place.path, place.line), error, sql, more);
        let refusal = Refusal::of_server(text, dialect, error);
        if refusal.by_server || of_keys { refusal.unconfirmed() } else { refusal }
    }
}

fn failure(
    what: &str,
    (path, line): (&str, usize),
    error: &sqlx::Error,
    sql: &str,
    more: [Option<&str>; 2],
) -> String {
    let mut text = format!("{what} fails at {path}:{line}: {}\n{sql}", words(error));
    for more in more.into_iter().flatten() {
        text += &format!("\n{more}");
    }
    text
}

/// Returns `true` unless the error follows from the text of the history and the rows alone. An
/// error of which that is not certain counts as the server's.
pub(in super::super) fn depends_on_server(dialect: Dialect, error: &sqlx::Error) -> bool {
    let Some(database_error) = error.as_database_error() else { return true };
    let code = database_error.code().unwrap_or_default();
    match dialect {
        Dialect::Postgres => {
            // Values and constraints, syntax, tables and columns that are missing, there already or
            // of another type. Types, functions and roles may come from outside of the history.
            const OF_THE_TEXT: [&str; 9] =
                ["42601", "42P01", "42703", "42P07", "42701", "42702", "42804", "42P16", "42846"];
            // The value of a setting is a value too, and a role may own something elsewhere.
            let of_rows = code.starts_with("23") || code.starts_with("22") && code != "22023";
            let of_objects = code == "2BP01" && !database_error.message().contains("role");
            !(of_rows || of_objects || OF_THE_TEXT.contains(&code.as_ref()))
        }
        Dialect::Mysql => {
            // As above; what a value may be depends on `sql_mode`.
            const OF_THE_TEXT: [u16; 14] = [
                1048, 1050, 1051, 1054, 1060, 1061, 1062, 1064, 1068, 1091, 1146, 1451, 1452, 4025,
            ];
            !mysql_error_number(error).is_some_and(|number| OF_THE_TEXT.contains(&number))
        }
        Dialect::Sqlite => {
            // SQLITE_ERROR, SQLITE_CONSTRAINT and SQLITE_MISMATCH; what an application registers
            // has the first one's code too.
            let primary = code.parse::<u32>().unwrap_or_default() & 0xff;
            let message = database_error.message();
            let registered = ["no such function", "no such module", "no such collation"];
            !matches!(primary, 1 | 19 | 20) || registered.iter().any(|word| message.contains(word))
        }
    }
}
