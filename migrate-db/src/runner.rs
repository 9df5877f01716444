//! Runs a script on a connection.
//!
//! Walks the actions in order: opens and commits transactions, sends statements, moves rows and
//! sees that exactly one row moved. In every transaction it looks whether somebody else has moved
//! the version table, so that nothing rests on a lock alone. It does not plan: when it is overtaken
//! it stops and says so.

mod failing;
mod outside;
mod recording;
mod supervise;
mod transaction;
mod watch;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use migrate_core::graph::{Graph, Node};
use migrate_core::plan::Step;
use migrate_core::script::{Action, Prefixes, Record, Script, Transactions, Unit};
use migrate_core::sql::Fingerprint;
use migrate_core::version_table::VersionTable;

use crate::database::Place;
use crate::driver::{Connection, Retry, pause};
use crate::error::Error;
use crate::event::{Event, Reporting};
use crate::interrupt::Interrupt;
use crate::queue::{self, Batch, Queue, What};
use crate::state::Status;

/// The tool and its version, as recorded.
pub(crate) const TOOL: &str = concat!("migrate-db ", env!("CARGO_PKG_VERSION"));

/// Trips shorter than this may take more steps with them.
const SHORT_TRIP: Duration = Duration::from_millis(20);

/// The most steps of one trip.
const LONGEST_BATCH: usize = 128;

/// What a run is given.
pub(crate) struct Work<'r> {
    pub(crate) graph: &'r Graph,
    pub(crate) table: &'r VersionTable,
    /// Who is recorded.
    pub(crate) by: &'r str,
    /// How long to wait for somebody else.
    pub(crate) wait: Duration,
    /// What stands in one transaction.
    pub(crate) transactions: Transactions,
    /// How exactly the statement that runs is reported.
    pub(crate) reporting: Reporting,
    /// Whether the steps are parts of a redo.
    pub(crate) redo: bool,
    /// Whether a lock keeps other runners out: whoever is overtaken in spite of it has lost it.
    pub(crate) locked: bool,
    /// Where to find a second connection; `None` where none is to be made.
    pub(crate) place: Option<&'r Place>,
    /// The statements that its session begins with.
    pub(crate) session: &'r [String],
    /// Asks the run to stop.
    pub(crate) interrupt: Option<&'r Interrupt>,
}

/// A run on a connection.
pub(crate) struct Runner<'r> {
    connection: &'r mut Connection,
    work: Work<'r>,
    tell: &'r mut (dyn FnMut(&Event) + Send),
    /// When a long step was last reported.
    reported: Instant,
    /// The most statements of revisions that are sent together.
    statements_per_trip: usize,
    /// Whether the connection is not to be used again: nothing answers on it.
    is_silent: bool,
    /// Whether the next revision needs a new connection.
    stale: bool,
    /// Whether the version table is known to exist.
    has_table: bool,
    /// Whether it is there also after a rollback.
    table_stays: bool,
    /// The log's newest number when the plan was made, and after each transaction of ours.
    generation: u64,
    /// The same as the open transaction will leave it.
    next_generation: Option<u64>,
    /// Whether the open transaction was opened without looking at the generation.
    unguarded: bool,
    /// Fingerprints of applied revisions that are not those of their files.
    recorded: Vec<(Node, Fingerprint)>,
    /// Whether a transaction is open, or on its way.
    open: bool,
    /// What is not sent yet.
    queue: Queue<'r>,
    /// The fingerprints of the statements that are done.
    prefixes: Prefixes,
    /// The step that is being done.
    current: Option<Current>,
    /// How many statements of the step the open transaction notes as done, and how many behind them
    /// as begun.
    noting: Option<(usize, usize)>,
    /// The statements that are noted as begun.
    unit: Option<Unit>,
    /// What the database said of the engines of tables, by question.
    engines: BTreeMap<String, bool>,
    /// Whether what they write stays though it is rolled back.
    lasting: bool,
    /// Steps whose records are on their way.
    ending: Vec<Ending>,
    /// How many steps may travel in one trip: more while trips are short, so that a long step is
    /// soon told of by itself.
    batch: usize,
    /// Steps done in the open transaction.
    uncommitted: Vec<Done>,
    /// Steps done and committed.
    pub(crate) committed: Vec<Done>,
}

/// A step that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// The step.
    pub step: Step,
    /// How long it took.
    pub duration: Duration,
}

/// How a script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it ran.
    Complete,
    /// Somebody else moved the version table: nothing of the present transaction was done.
    Overtaken,
}

/// The step that is being done.
#[derive(Clone, Copy)]
struct Current {
    step: Step,
    since: Instant,
    /// How many statements are noted as done, where they are noted one by one.
    journalled: Option<usize>,
    /// How many statements behind those are noted as begun.
    attempted: usize,
    /// Whether an earlier run began the step.
    resumed: bool,
    /// Whether its statements may change more of the session than plain settings, and whether only
    /// a new connection is free of that.
    leaves: bool,
    renews: bool,
}

/// A step whose records are on their way.
#[derive(Clone, Copy)]
struct Ending {
    step: Step,
    since: Instant,
    /// How many statements of the trip are its own or come before it.
    behind: usize,
}

/// What became of statements that were sent.
enum Delivered {
    /// All ran; when each was done.
    All(Vec<Instant>),
    /// Not all.
    Not(End),
}

/// How an action ended.
enum End {
    /// It is done or on its way.
    Done,
    /// Somebody else moved the version table.
    Overtaken,
    /// The transaction lost against another one: it may be tried again.
    Conflict(Error),
}

impl<'r> Runner<'r> {
    pub(crate) fn new(
        connection: &'r mut Connection,
        work: Work<'r>,
        tell: &'r mut (dyn FnMut(&Event) + Send),
        status: &Status,
    ) -> Self {
        let limit = work.table.dialect().capabilities().max_batch_bytes;
        Self {
            connection,
            work,
            tell,
            reported: Instant::now(),
            statements_per_trip: usize::MAX,
            is_silent: false,
            stale: false,
            has_table: status.has_version_table,
            table_stays: status.has_version_table,
            generation: status.generation,
            next_generation: None,
            unguarded: false,
            recorded: status.recorded.clone(),
            open: false,
            queue: Queue::new(limit),
            prefixes: Prefixes::default(),
            current: None,
            noting: None,
            unit: None,
            engines: BTreeMap::new(),
            lasting: false,
            ending: Vec::new(),
            batch: 1,
            uncommitted: Vec::new(),
            committed: Vec::new(),
        }
    }

    /// The log's newest number, as this run left it.
    #[cfg(feature = "testkit")]
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    /// Runs a script. What is open when something fails is rolled back; what was committed before
    /// stays in [`Runner::committed`]. A transaction that lost against another one is tried again
    /// from its beginning, as long as the patience lasts.
    pub(crate) async fn run(&mut self, script: &Script) -> Result<Outcome, Error> {
        let (mut at, mut begun, mut attempt) = (0, 0, 0);
        let since = Instant::now();
        self.statements_per_trip = watch::statements_per_trip(script, &self.work);
        let _running = self.work.interrupt.map(Interrupt::enter);
        while let Some(action) = script.actions.get(at) {
            if self.is_interrupted() && self.may_stop_before(action) {
                self.roll_back().await;
                return Err(self.interrupted());
            }
            if matches!(action, Action::Begin { .. }) {
                begun = at;
            }
            let within = self.open;
            let announced = match (action, script.actions.get(at + 1)) {
                (Action::Begin { .. }, Some(Action::Statement(next))) => self.announce(*next).await,
                _ => Ok(End::Done),
            };
            let end = match announced {
                Ok(End::Done) => self.act(action).await,
                other => other,
            };
            let opened = self.open;
            match end {
                Ok(End::Done) => at += 1,
                Ok(End::Overtaken) => {
                    self.roll_back().await;
                    return Ok(Outcome::Overtaken);
                }
                Ok(End::Conflict(mut error)) => {
                    self.roll_back().await;
                    if !self.may_repeat(action, opened) || since.elapsed() >= self.work.wait {
                        self.note_failure(&mut error).await;
                        return Err(error);
                    }
                    (self.tell)(&Event::Retried { because: error.to_string() });
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                    // What opens a transaction of its own is its own beginning.
                    at = if within { begun } else { at };
                }
                Err(mut error) => {
                    self.roll_back().await;
                    if self.is_interrupted() {
                        if !self.is_silent {
                            self.note_failure(&mut error).await;
                        }
                        return Err(self.interrupted());
                    }
                    // Without a lock another runner may have done the same meanwhile; so may the
                    // server, for a runner that is gone.
                    let moved = matches!(error, Error::Moved(_)) && !self.work.locked;
                    if moved || !error.is_lost() && self.is_overtaken(opened).await {
                        return Ok(Outcome::Overtaken);
                    }
                    self.note_failure(&mut error).await;
                    return Err(error);
                }
            }
        }
        Ok(Outcome::Complete)
    }

    async fn act(&mut self, action: &Action) -> Result<End, Error> {
        match action {
            Action::Step(step) | Action::Resume(step, _) => {
                self.renew().await?;
                let done = if let Action::Resume(_, done) = action { Some(*done) } else { None };
                let revision = self.work.graph.revision(step.node);
                self.connection.inside();
                (self.unit, self.lasting) = (None, false);
                (self.tell)(&Event::Started {
                    revision: revision.id().to_string(),
                    message: revision.message().to_owned(),
                    direction: step.direction,
                });
                self.current = Some(Current {
                    step: *step,
                    since: Instant::now(),
                    journalled: done,
                    attempted: 0,
                    resumed: done.is_some(),
                    leaves: false,
                    renews: false,
                });
                Ok(End::Done)
            }
            Action::Outside { foreign_keys } => self.go_outside(*foreign_keys).await,
            Action::Begin { foreign_keys } => {
                self.renew().await?;
                self.begin(*foreign_keys).await
            }
            Action::Commit => self.commit().await,
            Action::Set(sql) => self.send(Cow::Owned(sql.clone()), What::Set).await,
            Action::Statement(statement) => {
                let graph: &'r Graph = self.work.graph;
                let sql = statement.span.of(graph.revision(statement.node).file.text());
                let dialect = self.work.table.dialect();
                if let Some(current) = &mut self.current {
                    current.leaves |= dialect.may_change_session(sql);
                    current.renews |= dialect.needs_new_session(sql);
                }
                if statement.alone {
                    self.look_at_engines(*statement).await?;
                }
                let end = self.send(Cow::Borrowed(sql), What::Statement(*statement)).await;
                if statement.alone { self.with_remnants(end, *statement, sql).await } else { end }
            }
            Action::Record(Record::Attempt(step, unit)) => self.attempt(*step, *unit).await,
            Action::Record(Record::Finish(step)) => {
                self.refuse_broken_outside().await?;
                self.record(Record::Finish(*step)).await
            }
            Action::Record(record) => self.record(*record).await,
        }
    }

    /// Sends a statement now, or with the rest of its transaction.
    async fn send(&mut self, sql: Cow<'r, str>, what: What) -> Result<End, Error> {
        if self.queue.is_full_for(&sql)
            && let end @ (End::Overtaken | End::Conflict(_)) = self.flush().await?
        {
            return Ok(end);
        }
        self.queue.push(sql, what);
        let together =
            self.open && self.work.table.dialect().capabilities().batches && !self.is_trip_full();
        if together { Ok(End::Done) } else { self.flush().await }
    }

    async fn commit(&mut self) -> Result<End, Error> {
        if !self.work.table.dialect().capabilities().pipelines_transaction {
            if let end @ (End::Overtaken | End::Conflict(_)) = self.flush().await? {
                return Ok(end);
            }
            self.refuse_broken_references().await?;
        }
        let generation = self.work.table.generation();
        self.queue.push(generation, What::Generation);
        self.queue.push("COMMIT", What::Commit);
        let end = self.flush().await?;
        if matches!(end, End::Done) {
            self.open = false;
            let newest = self.next_generation.take().unwrap_or(self.generation);
            // Unguarded, only a log that was emptied is news: what another runner wrote is to be
            // found by the next guard.
            if !self.unguarded || newest < self.generation {
                self.generation = newest;
            }
            self.table_stays = self.has_table;
            if let (Some((done, attempted)), Some(current)) =
                (self.noting.take(), &mut self.current)
            {
                current.journalled = Some(done);
                current.attempted = attempted;
            }
            for done in std::mem::take(&mut self.uncommitted) {
                self.finished(done);
                self.committed.push(done);
            }
            (self.tell)(&Event::Committed);
        }
        Ok(end)
    }

    async fn refuse_broken_references(&mut self) -> Result<(), Error> {
        let broken = self.connection.violations().await;
        let broken = broken.map_err(|e| Error::database("looking for broken references", e))?;
        if broken.is_empty() {
            return Ok(());
        }
        let id = |c: Current| self.work.graph.id(c.step.node).to_string();
        Err(Error::ForeignKeys { revision: self.current.map(id).unwrap_or_default(), broken })
    }

    async fn roll_back(&mut self) {
        self.end_own_transaction().await;
        self.queue.take();
        self.ending.clear();
        self.noting = None;
        self.next_generation = None;
        self.uncommitted.clear();
        if std::mem::take(&mut self.open) && !self.is_silent {
            // When even this fails the connection is gone, and the transaction with it.
            let _ = self.connection.execute("ROLLBACK").await;
            self.has_table = self.table_stays;
        }
    }

    /// Sends what is waiting, and behind it the records of the steps that end with it.
    async fn flush(&mut self) -> Result<End, Error> {
        let since = Instant::now();
        let queue = self.queue.take();
        let moments = match self.deliver(queue).await? {
            Delivered::All(moments) => moments,
            Delivered::Not(end) => return Ok(end),
        };
        let durations = self.durations(since, &moments);
        if self.records_follow() {
            let records = self.records_behind(&durations);
            if let Delivered::Not(end) = self.deliver(records).await? {
                return Ok(end);
            }
        }
        // As many as a short trip would have taken, and not many more than this one took. A part of
        // a step says nothing of that.
        if !self.ending.is_empty() {
            let fitting =
                SHORT_TRIP.as_micros() * self.batch as u128 / since.elapsed().as_micros().max(1);
            let longest = match self.work.reporting {
                Reporting::EachStatement => 1,
                Reporting::Steps | Reporting::Statements => LONGEST_BATCH,
            };
            let most = (self.batch * 2).min(longest);
            self.batch = usize::try_from(fitting).map_or(most, |fitting| fitting.clamp(1, most));
        }
        for (ending, duration) in std::mem::take(&mut self.ending).into_iter().zip(durations) {
            self.uncommitted.push(Done { step: ending.step, duration });
        }
        Ok(End::Done)
    }

    /// How long each step of a trip took: up to its last result, from that of the step before it.
    fn durations(&self, sent: Instant, moments: &[Instant]) -> Vec<Duration> {
        let mut from = None;
        let mut took = |ending: &Ending| {
            let begun = from.unwrap_or(ending.since);
            let last = ending.behind.checked_sub(1).and_then(|last| moments.get(last));
            let end = last.copied().unwrap_or(begun.max(sent));
            from = Some(end);
            end.saturating_duration_since(begun)
        };
        self.ending.iter().map(&mut took).collect()
    }

    /// Sends statements, and what is left of them again while somebody else is in the way; when the
    /// result of each was there.
    async fn deliver(&mut self, mut queue: Vec<Batch<'r>>) -> Result<Delivered, Error> {
        let since = Instant::now();
        let mut attempt = 0;
        let mut moments = Vec::with_capacity(queue.len());
        while !queue.is_empty() {
            let trip = self.trip(&queue).await;
            self.check_rows(&queue, &trip.changed)?;
            if let Some(row) = trip.last_row.as_ref()
                && queue.iter().take(trip.changed.len()).any(|q| q.what == What::Generation)
            {
                let newest = row.first().and_then(Option::as_deref).and_then(|n| n.parse().ok());
                self.next_generation = newest.or(self.next_generation);
            }
            moments.extend_from_slice(&trip.moments);
            if trip.failure.is_none() {
                break;
            }
            let remarks =
                trip.failure.as_ref().map(|e| self.connection.remarks(e)).unwrap_or_default();
            let (index, position) = queue::failed(&queue, &trip, &remarks);
            let Some(error) = trip.failure else { break };
            match self.connection.obstacle(&error) {
                Some(Retry::Busy) => {
                    self.still_busy(error, since, attempt, "writing")?;
                    queue.drain(..index);
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Some(Retry::Conflict) => {
                    let error = self.failure(&queue[index], position, remarks, error);
                    return Ok(Delivered::Not(End::Conflict(error)));
                }
                None if queue[index].what == What::Guard && is_refused(&error) => {
                    return Ok(Delivered::Not(End::Overtaken));
                }
                None => return Err(self.failure(&queue[index], position, remarks, error)),
            }
        }
        Ok(Delivered::All(moments))
    }

    /// Every record changes one row for each step, or somebody else has moved it.
    fn check_rows(&self, queue: &[Batch<'_>], changed: &[u64]) -> Result<(), Error> {
        for (queued, changed) in queue.iter().zip(changed) {
            if let What::Record(Some((node, rows))) = queued.what
                && *changed != rows
            {
                return Err(Error::Moved(self.work.graph.id(node).to_string()));
            }
        }
        Ok(())
    }

    /// Whether to try again: an error when trying does not help or the time is up.
    fn still_busy(
        &mut self,
        error: sqlx::Error,
        since: Instant,
        attempt: u32,
        doing: &str,
    ) -> Result<(), Error> {
        let holder = "another connection is writing".to_owned();
        if self.connection.obstacle(&error) != Some(Retry::Busy) {
            return Err(Error::database(doing, error));
        }
        let waited = since.elapsed();
        if waited >= self.work.wait {
            return Err(Error::Busy { waited, holder });
        }
        // One attempt takes the driver's own short wait: four of them are about a second.
        if attempt % 4 == 3 {
            (self.tell)(&Event::Waiting { holder, waited });
        }
        Ok(())
    }
}

/// Whether a guard says no, by its division by zero: another error is one.
fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "22012")
}
