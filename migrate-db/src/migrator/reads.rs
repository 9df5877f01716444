//! The methods of [`Migrator`] that only read.

use migrate_core::graph::Target;
use migrate_core::plan::Direction;
use migrate_core::version_table::{FullRow, LogRow, VersionTable};

use super::prefetch::Connected;
use super::report::Preview;
use super::session::{Destination, Session};
use super::{Boxed, Migrator, redo};
use crate::access::Access;
use crate::driver::Connection;
use crate::error::Error;
use crate::state::{self, DatabaseState};
use crate::status::Status;

impl<'h> Migrator<'h> {
    /// Returns the state of a database. Nothing is applied in a database that does not exist.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn status(&self, database: impl Into<Access<'_>>) -> Result<Status, Error> {
        let state = self.read_state(database.into()).await?;
        Ok(Status::new(state, &self.history.graph))
    }

    /// Returns the state of a database in terms of the graph.
    pub(crate) async fn state(
        &self,
        database: impl Into<Access<'_>>,
    ) -> Result<DatabaseState, Error> {
        self.read_state(database.into()).await
    }

    fn read_state<'b>(&'b self, access: Access<'b>) -> Boxed<'b, DatabaseState> {
        Box::pin(async move {
            let history = self.history;
            let state = self.read(access, async |connected, table| {
                let state = connected.status(table, history).await?;
                state.check_version_table(table)?;
                Ok(state)
            });
            Ok(state.await?.unwrap_or_else(|| DatabaseState::empty(&history.graph)))
        })
    }

    /// Returns every column of the version table, oldest row first.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn rows(&self, database: impl Into<Access<'_>>) -> Result<Vec<FullRow>, Error> {
        self.read_rows(database.into()).await
    }

    fn read_rows<'b>(&'b self, access: Access<'b>) -> Boxed<'b, Vec<FullRow>> {
        Box::pin(async move {
            let rows = self.read(access, async |connected, table| {
                state::full_rows(&mut connected.connection, table).await
            });
            Ok(rows.await?.unwrap_or_default())
        })
    }

    /// Returns the log, oldest row first.
    ///
    /// # Errors
    /// When the database cannot be reached or read.
    pub async fn log(&self, database: impl Into<Access<'_>>) -> Result<Vec<LogRow>, Error> {
        self.read_log(database.into()).await
    }

    fn read_log<'b>(&'b self, access: Access<'b>) -> Boxed<'b, Vec<LogRow>> {
        Box::pin(async move {
            let log = self.read(access, async |connected, table| {
                state::log(&mut connected.connection, table).await
            });
            Ok(log.await?.unwrap_or_default())
        })
    }

    /// Reads from a database that is not to be changed; `None` where there is none.
    async fn read<T>(
        &self,
        access: Access<'_>,
        ask: impl AsyncFnOnce(&mut Connected<'_>, &VersionTable) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Access { database, lent } = access;
        let table = self.version_table(&database);
        let Some(mut connected) = self.connect(&database, lent, false).await? else {
            return Ok(None);
        };
        let answer = ask(&mut connected, &table).await;
        close(connected.connection).await?;
        answer.map(Some)
    }

    /// Returns what [`Migrator::upgrade`] or [`Migrator::downgrade`] would do now.
    ///
    /// # Errors
    /// Those that the run would meet before its first step.
    pub async fn plan(
        &self,
        database: impl Into<Access<'_>>,
        direction: Direction,
        target: &Target,
    ) -> Result<Preview<'h>, Error> {
        let destination = match direction {
            Direction::Up => Destination::Up(target),
            Direction::Down => Destination::Down(target),
        };
        self.preview(database.into(), destination).await
    }

    fn preview<'b>(
        &'b self,
        access: Access<'b>,
        destination: Destination<'b>,
    ) -> Boxed<'b, Preview<'h>> {
        Box::pin(async move {
            let history = self.history;
            let work =
                async |session: &mut Session<'_>| session.preview(history, destination).await;
            let dialect = access.database.dialect();
            match self.visit(access, false, work).await? {
                Some(preview) => Ok(preview),
                None => self.preview_without_database(dialect, destination),
            }
        })
    }

    /// Returns what [`Migrator::redo`] would do now.
    ///
    /// # Errors
    /// Those that the run would meet before its first step.
    pub async fn plan_redo(
        &self,
        database: impl Into<Access<'_>>,
        revision: Option<&str>,
    ) -> Result<Preview<'h>, Error> {
        self.preview_redo(database.into(), revision).await
    }

    fn preview_redo<'b>(
        &'b self,
        access: Access<'b>,
        revision: Option<&'b str>,
    ) -> Boxed<'b, Preview<'h>> {
        Box::pin(async move {
            let history = self.history;
            let work =
                async |session: &mut Session<'_>| session.preview_redo(history, revision).await;
            let preview = self.visit(access, false, work).await?;
            preview.ok_or_else(redo::nothing_applied)
        })
    }
}

pub(super) async fn close(connection: Connection<'_>) -> Result<(), Error> {
    connection.close().await.map_err(|e| Error::database("closing the connection", e))
}
