//! What each new test database begins with, before the first revision: extensions, and tables that
//! another tool made.

use std::path::Path;

use migrate_core::config::Settings;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// The statements of the project's prelude; none where it has none.
///
/// # Errors
/// When the file cannot be read or is no SQL.
pub(super) fn read(settings: &Settings) -> Result<Option<SourceFile>, Error> {
    let Some(path) = &settings.test.prelude else { return Ok(None) };
    let text = std::fs::read_to_string(Path::new(path))
        .map_err(|source| Error::File { path: path.into(), source })?;
    Ok(Some(SourceFile::new(path.clone(), text)))
}

/// Runs a prelude on a database.
///
/// # Errors
/// When a statement fails.
pub(super) async fn run(prelude: &SourceFile, database: &Database) -> Result<(), Error> {
    let dialect = database.dialect();
    let whole = Span::new(0, prelude.text().len());
    let (statements, found) = split(prelude, whole, dialect.lex_rules());
    if found.has_errors() {
        return Err(Error::Plan { message: found.to_string(), help: Vec::new() });
    }
    let opened = Connection::open(&database.source, true).await?;
    let mut connection = opened.ok_or(Error::NoDriver(dialect))?;
    let mut outcome = Ok(());
    for statement in statements {
        let ran = connection.execute(statement.span.of(prelude.text())).await;
        if let Err(source) = ran {
            let place = prelude.locate(statement.span);
            let doing =
                format!("running the prelude of the tests at {}:{}", place.path, place.line);
            outcome = Err(Error::Database { doing, source });
            break;
        }
    }
    let _ = connection.close().await;
    outcome
}
