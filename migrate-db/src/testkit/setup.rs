//! What test databases and sessions begin with: the project's prelude, and functions that a hook
//! registers.
//!
//! The prelude is SQL and runs once in each new database. The hook is Rust. SQLite's functions and
//! collations belong to a connection, so that there the hook runs on each one; on a server it runs
//! once in each new database, before the prelude.

use std::path::Path;

use migrate_core::config::Settings;
use migrate_core::source::{SourceFile, Span};
use migrate_core::sql::split;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::steps::BoundStep;

/// The future of a [`FunctionsHook`].
pub use crate::steps::StepFuture as HookFuture;

/// Registers what a history needs and SQL cannot create, on a connection to a test database. See
/// [`Suite::functions`](super::Suite::functions).
pub type FunctionsHook = for<'c> fn(TestConnection<'c>) -> HookFuture<'c>;

/// The connection that a [`FunctionsHook`] gets.
pub use crate::steps::StepConnection as TestConnection;

/// What the databases and sessions of a suite begin with.
#[derive(Default)]
pub(super) struct Setup {
    pub(super) prelude: Option<SourceFile>,
    pub(super) functions: Option<FunctionsHook>,
    /// The Rust functions that revisions may call.
    pub(super) steps: &'static [BoundStep],
}

impl Setup {
    /// Reads the project's prelude.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn read(
        settings: &Settings,
        functions: Option<FunctionsHook>,
        steps: &'static [BoundStep],
    ) -> Result<Self, Error> {
        let prelude = match &settings.test.prelude {
            Some(path) => {
                let text = std::fs::read_to_string(Path::new(path))
                    .map_err(|source| Error::File { path: path.into(), source })?;
                Some(SourceFile::new(path.clone(), text))
            }
            None => None,
        };
        Ok(Self { prelude, functions, steps })
    }

    /// Prepares a new database.
    ///
    /// # Errors
    /// When the hook or a statement of the prelude fails, or the prelude is not SQL.
    pub(super) async fn prepare_database(&self, database: &Database) -> Result<(), Error> {
        if self.prelude.is_none() && self.functions.is_none() {
            return Ok(());
        }
        let opened = Connection::open(&database.source, true).await?;
        let mut connection = opened.ok_or(Error::NoDriver(database.dialect()))?;
        let mut outcome = self.register(&mut connection).await;
        if let (Ok(()), Some(prelude)) = (&outcome, &self.prelude) {
            outcome = run(prelude, &mut connection, database).await;
        }
        let _ = connection.close().await;
        outcome
    }

    /// Prepares a new connection, where functions belong to connections.
    ///
    /// # Errors
    /// When the hook fails.
    pub(super) async fn prepare_session(
        &self,
        connection: &mut Connection<'_>,
    ) -> Result<(), Error> {
        if connection.owns_functions() { self.register(connection).await } else { Ok(()) }
    }

    async fn register(&self, connection: &mut Connection<'_>) -> Result<(), Error> {
        let Some(hook) = self.functions else { return Ok(()) };
        hook(connection.for_step()).await.map_err(|error| Error::Test {
            message: format!("the function of `functions` fails: {error}"),
            help: Vec::new(),
        })
    }
}

async fn run(
    prelude: &SourceFile,
    connection: &mut Connection<'_>,
    database: &Database,
) -> Result<(), Error> {
    let all = Span::new(0, prelude.text().len());
    let (statements, found) = split(prelude, all, database.dialect().lex_rules());
    if found.has_errors() {
        return Err(Error::Test { message: found.to_string(), help: Vec::new() });
    }
    for statement in statements {
        let ran = connection.execute(statement.span.of(prelude.text())).await;
        ran.map_err(|source| {
            let place = prelude.locate(statement.span);
            let doing =
                format!("running the prelude of the tests at {}:{}", place.path, place.line);
            Error::Database { doing, source }
        })?;
    }
    Ok(())
}
