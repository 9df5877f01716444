//! Rehearsals: the steps of an upgrade on a copy of a database, measured one by one.
//!
//! The copy is a scratch database, which is dropped at the end; the original is only read. Locks are
//! sampled from another session, every ten milliseconds. One that is held for less may be missing, and
//! the time of the others is exact to that interval. The bytes of the server's log include what others
//! write at the same time.

mod rate;
mod report;
#[cfg(feature = "inspect")]
mod sample;
mod sampler;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::future::{BoxFuture, Either, select};
use migrate_core::graph::{Graph, Target};
use migrate_core::history::History;
use migrate_core::lock_table::own_tables;
use migrate_core::plan::{Direction, Step};
use migrate_core::script::{Transactions, statement_of};

pub use crate::admin::RehearsalSource;
pub use rate::{SampleRate, SampleRateError};
pub use report::{
    Breach, RehearsalReport, RehearsedLock, RehearsedStatement, RehearsedStep, SampledRows,
};

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;
use crate::event::{Event, Reporting, changes_rows};
use crate::migrator::{Migrator, Options};
use sampler::{Sampler, Snapshot};

/// The steps of an upgrade on a copy of a database.
///
/// ```no_run
/// # async fn example(migrations: &migrate_db::Migrations) -> Result<(), migrate_db::Error> {
/// use migrate_db::{Database, Rehearsal, RehearsalSource};
/// let source = RehearsalSource::Database(Database::from_url("postgres://ada@db/app")?);
/// let rehearsal = Rehearsal::new(migrations.history(), source).options(migrations.options());
/// for step in rehearsal.run(&"head".parse()?).await?.steps {
///     println!("{} took {:?}, rewrote {:?}", step.revision, step.duration, step.rewritten);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Rehearsal<'h> {
    history: &'h History,
    source: RehearsalSource,
    options: Options,
    on: Option<Database>,
    schema_only: bool,
    #[cfg(feature = "inspect")]
    sample: Option<SampleRate>,
    down: bool,
}

impl<'h> Rehearsal<'h> {
    /// Creates a rehearsal of a history whose diagnostics hold no error.
    #[must_use]
    pub fn new(history: &'h History, source: RehearsalSource) -> Self {
        let options = Options::default();
        Self {
            history,
            source,
            options,
            on: None,
            schema_only: false,
            #[cfg(feature = "inspect")]
            sample: None,
            down: false,
        }
    }

    /// Sets the options of the runs.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Makes the copy beside another database: on its server, or in its folder.
    #[must_use]
    pub fn on(self, on: Option<Database>) -> Self {
        Self { on, ..self }
    }

    /// Copies no rows, on servers. What is applied is copied.
    #[must_use]
    pub fn schema_only(self, schema_only: bool) -> Self {
        Self { schema_only, ..self }
    }

    /// Copies this share of the rows of each table, chosen at random, and the rows that these refer to.
    /// The version table, and tables with at most 1,000 rows, are copied whole. With the feature
    /// `inspect`, or one that brings it.
    #[cfg(feature = "inspect")]
    #[must_use]
    pub fn sample(self, sample: Option<SampleRate>) -> Self {
        Self { sample, ..self }
    }

    /// Also reverts the steps, newest first.
    #[must_use]
    pub fn down(self, down: bool) -> Self {
        Self { down, ..self }
    }

    /// Copies the database, runs the steps to a target and drops the copy. A step that fails ends the
    /// rehearsal; its error is in the report.
    ///
    /// # Errors
    /// When the database cannot be copied, or the target names no place.
    pub async fn run(&self, target: &Target) -> Result<RehearsalReport, Error> {
        self.run_boxed(target).await
    }

    fn run_boxed<'b>(
        &'b self,
        target: &'b Target,
    ) -> BoxFuture<'b, Result<RehearsalReport, Error>> {
        Box::pin(async move {
            let beside = match (&self.on, &self.source) {
                (Some(on), _) => on,
                (None, RehearsalSource::Database(source)) => source,
                (None, RehearsalSource::Dump(path)) => return Err(no_server(path)),
            };
            let _run = self.options.interrupt.as_ref().map(crate::Interrupt::enter);
            let reaped = beside.reap_scratch().await?;
            let scratch = beside.scratch().await?;
            let outcome =
                self.until_interrupted(self.on_scratch(&scratch.database, beside, target)).await;
            let ended = scratch.end().await;
            let mut report = outcome?;
            ended?;
            report.reaped = reaped;
            Ok(report)
        })
    }

    /// Ends the work when the run is asked to stop. It is about a copy, so nothing can be lost.
    async fn until_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(interrupt) = &self.options.interrupt else { return work.await };
        let requested = async {
            while !interrupt.is_requested() {
                tokio::time::sleep(sampler::INTERVAL * 5).await;
            }
        };
        match select(std::pin::pin!(work), std::pin::pin!(requested)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(Error::Unsafe {
                message: "the rehearsal was interrupted".to_owned(),
                help: vec!["the copy was dropped".into()],
            }),
        }
    }

    async fn on_scratch(
        &self,
        scratch: &Database,
        beside: &Database,
        target: &Target,
    ) -> Result<RehearsalReport, Error> {
        let since = Instant::now();
        let (copied_by, sampled) = self.fill(scratch, beside).await?;
        let copied_in = since.elapsed();
        let mut report = RehearsalReport { copied_by, copied_in, sampled, ..Default::default() };
        let migrator = self.migrator(Arc::default());
        let preview = migrator.plan(scratch, Direction::Up, target).await?;
        let up = preview.plan.steps;
        let down = up.iter().rev().map(|step| Step { direction: Direction::Down, ..*step });
        let down: Vec<Step> = if self.down { down.collect() } else { Vec::new() };
        let mut watch = Watch::open(scratch, &self.options).await?;
        report.unseen_locks = watch.sampler.unseen();
        for step in up.iter().chain(&down) {
            let (rehearsed, outcome) = self.step(&mut watch, scratch, *step).await?;
            report.steps.push(rehearsed);
            if let Err(error) = outcome {
                report.failure = Some(error);
                break;
            }
        }
        report.size = watch.snapshot().await?.size;
        watch.close().await?;
        Ok(report)
    }

    /// Makes the copy. Returns how it was made, in a word, and the rows of a sample.
    async fn fill(
        &self,
        scratch: &Database,
        beside: &Database,
    ) -> Result<(&'static str, Option<SampledRows>), Error> {
        #[cfg(feature = "inspect")]
        if let Some(rate) = self.sample {
            let RehearsalSource::Database(source) = &self.source else {
                return Err(Error::Unsafe {
                    message: "a file is loaded whole: no sample can be taken of its rows"
                        .to_owned(),
                    help: vec!["leave out `--sample`, or name a database".into()],
                });
            };
            let own = own_tables(&self.options.version_table);
            let sampled = sample::copy(source, scratch, beside, rate, &own).await?;
            return Ok(("sample", Some(sampled)));
        }
        let copied_by = scratch.fill_scratch(&self.source, beside, self.schema_only).await?;
        if let (true, RehearsalSource::Database(source)) = (self.schema_only, &self.source) {
            self.stamp_like(source, scratch).await?;
        }
        Ok((copied_by, None))
    }

    /// Records as applied what is applied in the original, whose rows were not copied.
    async fn stamp_like(&self, source: &Database, copy: &Database) -> Result<(), Error> {
        let mut migrator = Migrator::new(self.history).options(self.options.clone());
        let status = migrator.status(source).await?;
        if !status.unknown.is_empty() {
            return Err(Error::Unknown(status.unknown));
        }
        migrator.state(source).await?.check_replaced(&self.history.graph)?;
        let heads = status.heads.iter().map(|id| id.parse()).collect::<Result<Vec<Target>, _>>()?;
        if !heads.is_empty() {
            migrator.stamp(copy, &heads, true).await?;
        }
        Ok(())
    }

    fn migrator(&self, executed: Arc<Mutex<Vec<Executed>>>) -> Migrator<'h> {
        let options = Options {
            reporting: Reporting::EachStatement,
            transactions: Some(Transactions::PerRevision),
            wait_for_replicas: None,
            ..self.options.clone()
        };
        Migrator::new(self.history).options(options).on_event(move |event| {
            if let Event::Executed { statement, sql, rows, duration, .. } = event {
                let one = Executed {
                    number: *statement,
                    sql: sql.clone(),
                    rows: *rows,
                    duration: *duration,
                    end: Instant::now(),
                };
                executed.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            }
        })
    }

    /// Runs and measures one step.
    async fn step(
        &self,
        watch: &mut Watch,
        database: &Database,
        step: Step,
    ) -> Result<(RehearsedStep, Result<(), Error>), Error> {
        let before = watch.snapshot().await?;
        let executed: Arc<Mutex<Vec<Executed>>> = Arc::default();
        let migrator = self.migrator(executed.clone());
        let since = Instant::now();
        let (outcome, samples) = watch.sampler.during(migrator.step(database, step)).await;
        let duration = since.elapsed();
        let after = watch.snapshot().await?;
        let executed =
            std::mem::take(&mut *executed.lock().unwrap_or_else(PoisonError::into_inner));
        let graph = &self.history.graph;
        let revision = graph.revision(step.node);
        let mut locks = report::locks(&samples, &executed, duration, database.dialect());
        locks.extend(report::database_lock(database.dialect(), duration));
        let rehearsed = RehearsedStep {
            revision: graph.id(step.node).to_string(),
            message: revision.message().to_owned(),
            direction: step.direction,
            path: revision.file.path().to_owned(),
            duration,
            statements: executed
                .into_iter()
                .map(|one| statement(graph, step, one, database))
                .collect(),
            locks,
            rewritten: before.rewritten(&after),
            size_before: before.size,
            size_after: after.size,
            log: before.log.zip(after.log).map(|(before, after)| after.saturating_sub(before)),
        };
        Ok((rehearsed, outcome))
    }
}

/// A statement that was executed.
struct Executed {
    number: usize,
    sql: String,
    rows: u64,
    duration: std::time::Duration,
    end: Instant,
}

fn statement(graph: &Graph, step: Step, one: Executed, database: &Database) -> RehearsedStatement {
    let span = statement_of(graph, step, one.number.saturating_sub(1), database.dialect());
    let file = &graph.revision(step.node).file;
    RehearsedStatement {
        number: one.number,
        line: span.map(|span| file.line(span.start)),
        rows: changes_rows(&one.sql).then_some(one.rows),
        sql: one.sql,
        duration: one.duration,
    }
}

/// The connections that measure.
struct Watch {
    connection: Connection<'static>,
    sampler: Sampler,
    dialect: migrate_core::dialect::Dialect,
}

impl Watch {
    async fn open(database: &Database, options: &Options) -> Result<Self, Error> {
        let open = async || match Connection::open(&database.source, false).await? {
            Some(connection) => Ok(connection),
            None => Err(Error::Unsafe {
                message: "the scratch database is gone".to_owned(),
                help: Vec::new(),
            }),
        };
        let own = own_tables(&options.version_table);
        let sampler = Sampler::new(open().await?, database.dialect(), own).await;
        Ok(Self { connection: open().await?, sampler, dialect: database.dialect() })
    }

    async fn snapshot(&mut self) -> Result<Snapshot, Error> {
        Snapshot::read(&mut self.connection, self.dialect)
            .await
            .map_err(|e| Error::database("measuring the scratch database", e))
    }

    async fn close(self) -> Result<(), Error> {
        self.sampler.close().await;
        let closed = self.connection.close().await;
        closed.map_err(|e| Error::database("closing the connection", e))
    }
}

fn no_server(path: &Path) -> Error {
    Error::Unsafe {
        message: format!("{} has no server to be loaded on", path.display()),
        help: vec!["name a database beside which the copy is made: `--on URL`".into()],
    }
}
