//! Opens transactions, and looks in each whether the version table is as the plan was made for.

use std::borrow::Cow;
use std::time::Instant;

use super::{End, Runner};
use crate::driver::pause;
use crate::error::Error;
use crate::event::Event;
use crate::queue::What;

impl Runner<'_> {
    /// Opens a transaction and looks whether the version table is as it was.
    pub(super) async fn begin(&mut self, foreign_keys: bool) -> Result<End, Error> {
        self.begin_guarded(foreign_keys, true).await
    }

    /// Opens a transaction. Without `guarded` the generation may be another: a statement of the
    /// user's may have emptied the log, and what follows changes a row only from where it was left.
    pub(super) async fn begin_guarded(
        &mut self,
        foreign_keys: bool,
        guarded: bool,
    ) -> Result<End, Error> {
        self.unguarded = !guarded;
        if self.has_table && self.work.table.dialect().capabilities().pipelines_transaction {
            self.open = true;
            let begin = self.work.table.dialect().templates().begin;
            self.queue.push(begin, What::Begin);
            if !guarded {
                return Ok(End::Done);
            }
            let guard = self.work.table.guard(self.generation);
            return self.send(Cow::Owned(guard), What::Guard).await;
        }
        let commits_itself = !self.work.table.dialect().capabilities().transactional_ddl;
        if !self.has_table && commits_itself {
            self.create_table().await?;
        }
        let since = Instant::now();
        let mut attempt = 0;
        while let Err(error) = self.connection.begin(foreign_keys).await {
            self.still_busy(error, since, attempt, "opening a transaction")?;
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
        self.open = true;
        if !self.has_table
            && let Err(error) = self.create_table().await
        {
            // Two that create it at once: the slower one is refused.
            self.roll_back().await;
            return if self.exists().await { Ok(End::Overtaken) } else { Err(error) };
        }
        Ok(if guarded && self.moved().await { End::Overtaken } else { End::Done })
    }

    /// Creates the one of the two tables that is missing.
    pub(crate) async fn recreate(&mut self, table: String) -> Result<(), Error> {
        self.create_table().await?;
        (self.tell)(&Event::Recreated { table });
        Ok(())
    }

    pub(super) async fn create_table(&mut self) -> Result<(), Error> {
        for sql in self.work.table.create() {
            let doing = || format!("creating the table {}", self.work.table.version());
            self.connection.execute(&sql).await.map_err(|e| Error::database(doing(), e))?;
        }
        self.has_table = true;
        Ok(())
    }

    /// Whether the log has other rows than when the plan was made.
    pub(super) async fn moved(&mut self) -> bool {
        let Ok(rows) = self.connection.rows(&self.work.table.generation()).await else {
            return false;
        };
        let newest = rows.into_iter().flatten().flatten().next().and_then(|n| n.parse().ok());
        newest.is_some_and(|newest: u64| newest != self.generation)
    }
}
