//! A connection to a test database that runs steps of the history.
//!
//! Steps run as in production, with the same script, runner and version table. No lock is taken,
//! because no other process uses the database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use migrate_core::config::{Locking, Settings};
use migrate_core::dialect::Dialect;
use migrate_core::graph::{Node, Set};
use migrate_core::history::History;
use migrate_core::lock_table::own_tables;
use migrate_core::plan::{Direction, Step};
use migrate_core::schema::{Schema, compare};
use migrate_core::script::{Script, section_of};
use migrate_core::version_table::VersionTable;

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::inspect::{self, SchemaReader};
use crate::migrator::{Options, plan_error};
use crate::runner::{Outcome, RunContext, Runner};
use crate::state::{self, DatabaseState};

use super::limits;
use super::provision;
use super::rows::Fills;
use super::setup::Setup;

/// A connection to a test database.
pub(super) struct Session<'h> {
    database: Database,
    history: &'h History,
    setup: &'h Setup,
    options: Options,
    table: VersionTable,
    time_limit: Duration,
    pub(super) connection: Connection<'static>,
    reader: SchemaReader,
    /// What filled tables so far, on all databases of the walk.
    fills: Arc<Mutex<Fills>>,
    /// Where the database stands after a step: nobody else uses it.
    status: Option<DatabaseState>,
}

impl<'h> Session<'h> {
    /// Connects, and creates the version table where it is missing: it is there in every schema
    /// that is compared.
    pub(super) async fn open(
        database: &Database,
        history: &'h History,
        settings: &Settings,
        setup: &'h Setup,
        fills: Arc<Mutex<Fills>>,
    ) -> Result<Self, Error> {
        let dialect = database.dialect();
        let options = Options {
            lock: Locking::None,
            by: "a round-trip test".to_owned(),
            steps: setup.steps,
            ..Options::from(settings)
        };
        let table = VersionTable::new(dialect, &options.version_table);
        let time_limit = settings.test.time_limit;
        let mut connection = connect(database, setup, time_limit, &options.session).await?;
        if connection.rows(&table.exists()).await.map_err(preparing)?.is_empty() {
            for sql in table.create() {
                connection.execute(&sql).await.map_err(preparing)?;
            }
        }
        let reader = SchemaReader::new(dialect, &own_tables(&options.version_table));
        let database = database.clone();
        let status = None;
        Ok(Self {
            database,
            history,
            setup,
            options,
            table,
            time_limit,
            connection,
            reader,
            fills,
            status,
        })
    }

    /// Begins work of so many steps, each of which has all of the time limit.
    pub(super) async fn begin_steps(&mut self, steps: usize) -> Result<(), Error> {
        // A server counts the time of each statement.
        if self.database.dialect() == Dialect::Sqlite {
            let steps = u32::try_from(steps.max(1)).unwrap_or(u32::MAX);
            let time = self.time_limit.saturating_mul(steps);
            limits::set(&mut self.connection, time).await.map_err(preparing)?;
        }
        Ok(())
    }

    /// Where the database stands.
    pub(super) async fn status(&mut self) -> Result<DatabaseState, Error> {
        state::read(&mut self.connection, &self.table, self.history).await
    }

    /// Whether the database is clean and stands at these revisions as their files say now.
    pub(super) async fn stands_at_some(&mut self) -> Option<Set> {
        let status = self.status().await.ok()?;
        let clean = status.unfinished.is_empty() && status.check_matches(self.history).is_ok();
        clean.then_some(status.applied)
    }

    /// Takes revisions one step in one direction, in their order. What fails is tried once more in a
    /// session of its own, if nothing of it stayed: in production no test went before, which may
    /// have left a prepared statement there or a lock.
    pub(super) async fn step(
        &mut self,
        nodes: impl IntoIterator<Item = Node>,
        direction: Direction,
    ) -> Result<(), Error> {
        let steps: Vec<Step> = nodes.into_iter().map(|node| Step { node, direction }).collect();
        self.begin_steps(steps.len()).await?;
        // A thorough restore drops prepared statements, those of the reader too.
        let texts = steps.iter().filter_map(|step| {
            let revision = self.history.graph.revision(step.node);
            Some((revision, section_of(&self.history.graph, *step, self.table.dialect()).ok()??))
        });
        let dialect = self.table.dialect();
        let leaves = texts.into_iter().any(|(revision, section)| {
            let spans = section.statements(&revision.file, dialect);
            let text = revision.file.text();
            spans.iter().any(|span| dialect.may_change_session(span.of(text)))
        });
        if leaves {
            self.reader.reconnected();
        }
        let status = match self.status.take() {
            Some(status) => status,
            None => self.status().await?,
        };
        let before = status.clone();
        match self.run(&steps, status).await {
            Err(Error::Statement(failed))
                if limits::exceeded(dialect, &failed.source).is_none() =>
            {
                let error = Error::Statement(failed);
                let fresh =
                    connect(&self.database, self.setup, self.time_limit, &self.options.session)
                        .await?;
                let used = std::mem::replace(&mut self.connection, fresh);
                let _ = used.close().await;
                self.reader.reconnected();
                let now = self.status().await?;
                // That it failed is in the log.
                if now != (DatabaseState { generation: now.generation, ..before }) {
                    return Err(error);
                }
                self.run(&steps, now).await
            }
            done => done,
        }
    }

    async fn run(&mut self, steps: &[Step], mut status: DatabaseState) -> Result<(), Error> {
        let graph = &self.history.graph;
        let dialect = self.table.dialect();
        let how = self.options.script_options(dialect);
        let script = Script::of(graph, steps, dialect, how).map_err(|e| plan_error(&e, graph))?;
        let context = RunContext {
            graph,
            table: &self.table,
            by: &self.options.by,
            wait: self.options.lock_wait,
            transactions: how.transactions,
            reporting: self.options.reporting,
            redo: false,
            locked: true,
            source: None,
            session: &self.options.session,
            steps: self.options.steps,
            interrupt: None,
            replica_wait: None,
        };
        let mut silent = |_: &_| {};
        let mut runner = Runner::new(&mut self.connection, context, &mut silent, &status);
        match runner.run(&script).await? {
            Outcome::Complete => {
                let generation = runner.generation();
                status.moved(steps, generation);
                self.status = Some(status);
                Ok(())
            }
            Outcome::Overtaken => Err(Error::Test {
                message: "another process uses the test database".to_owned(),
                help: vec!["run the tests of one checkout at a time".into()],
            }),
        }
    }

    /// What the database holds, but for the tool's own tables.
    pub(super) async fn schema(&mut self) -> Result<Schema, Error> {
        self.schema_after("").await
    }

    /// Sends statements that are no step, and reads what the database holds behind them.
    pub(super) async fn schema_after(&mut self, statements: &str) -> Result<Schema, Error> {
        let failed = |e| Error::database("reading the catalog", e);
        let schema = self.reader.schema_after(&mut self.connection, statements).await;
        let schema = schema.map_err(failed)?;
        if provision::reads_twice() {
            let dialect = self.table.dialect();
            let own = own_tables(&self.options.version_table);
            let all = inspect::schema(&mut self.connection, dialect, &own).await.map_err(failed)?;
            assert!(schema == all, "what was new: {:?}", compare(&all, &schema));
        }
        Ok(schema)
    }

    /// Whether readings get slower until there is one outside of a transaction.
    pub(super) const fn is_behind(&self) -> bool {
        self.reader.needs_full_read()
    }

    /// What filled tables so far; [`Session::give_fills`] gives it back.
    pub(super) fn take_fills(&self) -> Fills {
        std::mem::take(&mut self.fills.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn give_fills(&self, fills: Fills) {
        *self.fills.lock().unwrap_or_else(PoisonError::into_inner) = fills;
    }

    /// Sends statements that are no step.
    pub(super) async fn execute(&mut self, sql: &str) -> sqlx::Result<u64> {
        self.connection.execute(sql).await
    }

    /// Goes on from what another connection to the same database has read.
    pub(super) fn continues(self, mut reader: SchemaReader) -> Self {
        reader.reconnected();
        Self { reader, ..self }
    }

    /// A reader for a copy of this database.
    pub(super) fn reader_for_copy(&self) -> SchemaReader {
        self.reader.for_copy()
    }

    /// The statements that restore the session after a revision. Prepared statements are dropped
    /// only where the revision may have prepared some: those of the reader are expensive.
    pub(super) async fn restore_statements(
        &mut self,
        leaves: bool,
        prepares: bool,
    ) -> Result<Vec<String>, Error> {
        let statements = self.connection.restore_statements(leaves).await;
        let mut statements = statements.map_err(|e| Error::database("restoring the session", e))?;
        if prepares {
            self.reader.reconnected();
        } else {
            statements.retain(|sql| !sql.starts_with("DEALLOCATE"));
        }
        Ok(statements)
    }

    /// Ends the connection; what was read may help the next one.
    pub(super) async fn close(self) -> SchemaReader {
        // Whoever drops or copies the database sees whether somebody is still there.
        let _ = self.connection.close().await;
        self.reader
    }
}

/// Opens a session as a run does, but without durability.
async fn connect(
    database: &Database,
    setup: &Setup,
    time_limit: Duration,
    session: &[String],
) -> Result<Connection<'static>, Error> {
    let dialect = database.dialect();
    let Some(mut connection) = Connection::open(&database.source, true).await? else {
        return Err(Error::NoDriver(dialect));
    };
    setup.prepare_session(&mut connection).await?;
    connection.prepare().await.map_err(preparing)?;
    for sql in dialect.session().fast_unsafe {
        connection.execute(sql).await.map_err(preparing)?;
    }
    connection.apply_session_settings(session).await.map_err(preparing)?;
    limits::set(&mut connection, time_limit).await.map_err(preparing)?;
    Ok(connection)
}

fn preparing(error: sqlx::Error) -> Error {
    Error::database("preparing the test database", error)
}
