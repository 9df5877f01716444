//! Opens and ends transactions. Each begins with a check that no other runner changed the version
//! table.

use std::borrow::Cow;
use std::time::Instant;

use migrate_core::plan::Step;

use super::Runner;
use super::batch::ItemKind;
use super::states::{ActionOutcome, CurrentStep, RunContext};
use crate::driver::pause;
use crate::error::{Error, ReplicasBehind};
use crate::event::Event;
use crate::replicas::{self, Wait};

impl Runner<'_, '_> {
    /// Opens a transaction and checks the generation.
    pub(super) async fn begin(&mut self, foreign_keys: bool) -> Result<ActionOutcome, Error> {
        self.begin_guarded(foreign_keys, true).await
    }

    /// Opens a transaction. Without `guarded` the generation is not checked: a statement of the
    /// revision may have emptied the log, and the row is changed only from its expected state.
    pub(super) async fn begin_guarded(
        &mut self,
        foreign_keys: bool,
        guarded: bool,
    ) -> Result<ActionOutcome, Error> {
        self.unguarded = !guarded;
        if self.has_table && self.context.table.dialect().capabilities().pipelines_transaction {
            self.open = true;
            let begin = self.context.table.dialect().templates().begin;
            self.batch.push(begin, ItemKind::Begin);
            if !guarded {
                return Ok(ActionOutcome::Done);
            }
            let guard = self.context.table.guard(self.generation);
            return self.enqueue(Cow::Owned(guard), ItemKind::Guard).await;
        }
        let commits_itself = !self.context.table.dialect().capabilities().transactional_ddl;
        if !self.has_table && commits_itself {
            self.create_table().await?;
        }
        let since = Instant::now();
        let mut attempt = 0;
        // A table that does not exist yet cannot be queried.
        let question = (guarded && self.has_table).then(|| self.context.table.generation());
        let newest = loop {
            match self.connection.begin_and_ask(foreign_keys, question.as_deref()).await {
                Ok(newest) => break newest,
                Err(error) => {
                    self.check_busy(error, since, attempt, "opening a transaction")?;
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
            }
        };
        self.open = true;
        if !self.has_table
            && let Err(error) = self.create_table().await
        {
            // Of two runners that create it at once, the slower one is refused.
            self.roll_back().await;
            return if self.tables_exist().await {
                Ok(ActionOutcome::Overtaken)
            } else {
                Err(error)
            };
        }
        let has_changed = match (newest, guarded) {
            (Some(newest), _) => newest.parse().is_ok_and(|newest: u64| newest != self.generation),
            (None, guarded) => guarded && self.log_has_changed().await,
        };
        Ok(if has_changed { ActionOutcome::Overtaken } else { ActionOutcome::Done })
    }

    /// Creates the missing one of the two tables.
    pub(crate) async fn recreate(&mut self, table: String) -> Result<(), Error> {
        self.create_table().await?;
        (self.on_event)(&Event::Recreated { table });
        Ok(())
    }

    pub(super) async fn create_table(&mut self) -> Result<(), Error> {
        for sql in self.context.table.create() {
            let doing = || format!("creating the table {}", self.context.table.version());
            self.connection.execute(&sql).await.map_err(|e| Error::database(doing(), e))?;
        }
        self.has_table = true;
        Ok(())
    }

    /// Returns `true` if the log has changed since the plan was made.
    pub(super) async fn log_has_changed(&mut self) -> bool {
        let Ok(rows) = self.connection.rows(&self.context.table.generation()).await else {
            return false;
        };
        let newest = rows.into_iter().flatten().flatten().next().and_then(|n| n.parse().ok());
        newest.is_some_and(|newest: u64| newest != self.generation)
    }

    pub(super) async fn commit(&mut self) -> Result<ActionOutcome, Error> {
        if !self.context.table.dialect().capabilities().pipelines_transaction {
            if let end @ (ActionOutcome::Overtaken | ActionOutcome::Conflict(_)) =
                self.flush().await?
            {
                return Ok(end);
            }
            self.check_references().await?;
        }
        let generation = self.context.table.generation();
        self.batch.push(generation, ItemKind::Generation);
        self.batch.push("COMMIT", ItemKind::Commit);
        let end = self.flush().await?;
        if matches!(end, ActionOutcome::Done) {
            self.open = false;
            let newest = self.next_generation.take().unwrap_or(self.generation);
            // Without a check only an emptied log is accepted here; the next check finds the rows
            // of other runners.
            if !self.unguarded || newest < self.generation {
                self.generation = newest;
            }
            self.table_stays = self.has_table;
            if let (Some((done, attempted)), Some(current)) =
                (self.journal_on_commit.take(), &mut self.current)
            {
                current.journalled = Some(done);
                current.attempted = attempted;
            }
            let uncommitted = std::mem::take(&mut self.uncommitted);
            let ends_steps = !uncommitted.is_empty();
            for done in uncommitted {
                self.finished(done);
                self.committed.push(done);
            }
            (self.on_event)(&Event::Committed);
            if ends_steps {
                self.wait_for_replicas(false).await?;
            }
        }
        Ok(end)
    }

    /// Waits until the replicas have applied what is committed, if the run is to.
    pub(super) async fn wait_for_replicas(&mut self, partway: bool) -> Result<(), Error> {
        let Some(limit) = self.context.replica_wait else { return Ok(()) };
        let RunContext { table, interrupt, graph, .. } = self.context;
        let on_event = &mut *self.on_event;
        let waiting = replicas::wait(self.connection, table.dialect(), limit, interrupt, on_event);
        match waiting.await? {
            Wait::CaughtUp => Ok(()),
            Wait::Interrupted => Err(self.interrupted()),
            Wait::TimedOut { behind, waited } => {
                let id = |step: Step| graph.id(step.node).to_string();
                Err(Error::ReplicasBehind(Box::new(ReplicasBehind {
                    step: self.current.map(|c| (id(c.step), c.step.direction)),
                    partway,
                    replicas: behind,
                    waited,
                    committed: self.committed.iter().map(|done| id(done.step)).collect(),
                })))
            }
        }
    }

    pub(super) async fn check_references(&mut self) -> Result<(), Error> {
        let broken = self.connection.violations().await;
        let broken = broken.map_err(|e| Error::database("looking for broken references", e))?;
        if broken.is_empty() {
            return Ok(());
        }
        let id = |c: CurrentStep| self.context.graph.id(c.step.node).to_string();
        Err(Error::ForeignKeys { revision: self.current.map(id).unwrap_or_default(), broken })
    }

    pub(super) async fn roll_back(&mut self) {
        self.end_own_transaction().await;
        self.batch.take();
        self.pending_records.clear();
        self.journal_on_commit = None;
        self.next_generation = None;
        self.uncommitted.clear();
        if std::mem::take(&mut self.open) && !self.is_silent {
            // If this fails too, the connection is gone, and the transaction with it.
            let _ = self.connection.execute("ROLLBACK").await;
            self.has_table = self.table_stays;
        }
    }
}
