//! The state of a database, read from its version table.
//!
//! A database without a version table has nothing applied. This module relates the rows to a
//! history; it does not decide what to do.

mod replaced;

use migrate_core::dialect::Dialect;
use migrate_core::graph::{Graph, Node, Set};
use migrate_core::history::History;
#[cfg(feature = "testkit")]
use migrate_core::plan::Direction;
use migrate_core::plan::Step;
use migrate_core::revision::Revision;
use migrate_core::script::batch_of;
use migrate_core::sql::Fingerprint;
use migrate_core::version_table::{FullRow, LogRow, Row, RowState, VersionTable};

use crate::applied_digest::AppliedDigest;
use crate::driver::{Cells, Connection, Denial};
use crate::error::Error;
use crate::replay;
use crate::unfinished::Unfinished;

pub(crate) use replaced::{Replacement, forgotten, partly_replaced, with_replacing};

/// The state of a database relative to a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DatabaseState {
    /// Whether the version table exists.
    pub(crate) has_version_table: bool,
    /// The applied revisions of the history.
    pub(crate) applied: Set,
    /// Ids of unknown revisions: applied, and no file defines them.
    pub(crate) unknown: Vec<String>,
    /// Applied revisions whose file has a different meaning now and was not accepted.
    pub(crate) edited: Vec<Node>,
    /// Replaced revisions that were edited after this database ran them: id and path.
    pub(crate) edited_replaced: Vec<(String, String)>,
    /// The rows of revisions that others replace.
    pub(crate) replacements: Vec<Replacement>,
    /// Steps that began statement by statement and are not known to have ended.
    pub(crate) unfinished: Vec<Unfinished>,
    /// The number of the newest log row, which grows with every change.
    pub(crate) generation: u64,
    /// Recorded fingerprints that differ from those of the files.
    pub(crate) recorded: Vec<(Node, Fingerprint)>,
    /// The table that is missing while the other one exists.
    pub(crate) missing: Option<MissingTable>,
}

/// A table that is missing while the other one exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MissingTable {
    /// The log. Only the record of the past is lost.
    Log,
    /// The version table. Holds the revisions that the log leaves applied.
    Versions(Vec<String>),
}

impl DatabaseState {
    /// Returns the state of a database without a version table.
    pub(crate) fn empty(graph: &Graph) -> Self {
        Self { applied: Set::empty(graph), ..Self::default() }
    }

    /// Relates the contents of the version table to a history.
    ///
    /// # Errors
    /// [`Error::Unread`].
    pub(crate) fn of(
        stored: &StoredState,
        history: &History,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        let mut status = Self::empty(&history.graph);
        if let Some((generation, rows)) = &stored.rows {
            status.has_version_table = stored.missing.is_none();
            status.generation = *generation;
            let mut replaced = replaced::Rows::default();
            for row in rows {
                status.add(row, history, dialect, &mut replaced);
            }
            status.take_replacements(replaced, history);
        }
        status.missing.clone_from(&stored.missing);
        status.needs_whole_files(&history.graph)
    }

    /// Returns an error if the version table is missing though the log lists applied revisions:
    /// what is applied is unknown.
    pub(crate) fn check_version_table(&self, table: &VersionTable) -> Result<(), Error> {
        match &self.missing {
            Some(MissingTable::Versions(applied)) if !applied.is_empty() => {
                Err(Error::VersionTable {
                    table: table.version(),
                    log: table.log(),
                    applied: applied.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Returns the applied revisions that no other applied revision needs.
    pub(crate) fn heads(&self, graph: &Graph) -> Vec<Node> {
        graph.heads_of(&self.applied)
    }

    /// Returns the revisions that are not applied, in the order in which they would run.
    pub(crate) fn pending(&self, graph: &Graph) -> Vec<Node> {
        graph.order().filter(|node| !self.applied.contains(*node)).collect()
    }
}

/// The contents of the version table, without a history.
#[derive(Debug, Default)]
pub(crate) struct StoredState {
    /// The generation and the rows; `None` where neither table exists.
    rows: Option<(u64, Vec<Row>)>,
    missing: Option<MissingTable>,
}

impl StoredState {
    /// Returns `true` if all is applied and no step is unfinished.
    pub(crate) fn is_fully_applied(&self, all: &AppliedDigest) -> bool {
        let applied = |row: &Row| (row.state == RowState::Applied).then_some(row.fingerprint?);
        let rows = self.rows.iter().flat_map(|(_, rows)| rows);
        let rows = rows.map(|row| Some((&*row.revision, applied(row)?)));
        rows.collect::<Option<Vec<_>>>().is_some_and(|rows| all.matches(rows))
    }

    /// Returns the revisions of a graph that have no row.
    pub(crate) fn unapplied(&self, graph: &Graph) -> Vec<Node> {
        let mut there = Set::empty(graph);
        for row in self.rows.iter().flat_map(|(_, rows)| rows) {
            if let Some(node) = graph.node(&row.revision) {
                there.insert(node);
            }
        }
        graph.order().filter(|node| !there.contains(*node)).collect()
    }
}

/// Reads the version table.
///
/// The table is read at once and looked for only when that fails, which saves a query where both
/// tables exist. Another runner may create them in between, so the first refusal does not count.
pub(crate) async fn read_stored(
    connection: &mut Connection<'_>,
    table: &VersionTable,
) -> Result<StoredState, Error> {
    let doing = "reading the version table";
    let error = match connection.read(&table.rows()).await {
        Ok(rows) => return Ok(StoredState { rows: Some(parse_rows(&rows)?), missing: None }),
        Err(error) => error,
    };
    if connection.denial(&error) == Some(Denial::NoRight) {
        return Err(access_denied(connection, table, None, &error).await);
    }
    let failed = |error| Error::database(doing, error);
    let exists = !connection.read(&table.exists()).await.map_err(failed)?.is_empty();
    let has_log = !connection.read(&table.log_exists()).await.map_err(failed)?.is_empty();
    if !exists {
        missing(connection, table, error, doing).await?;
    }
    if !exists && !has_log {
        return Ok(StoredState::default());
    }
    // Another runner may have created one between the two questions.
    match connection.read(&table.rows()).await {
        Ok(rows) => return Ok(StoredState { rows: Some(parse_rows(&rows)?), missing: None }),
        Err(error) => match connection.denial(&error) {
            Some(Denial::NoRight) => {
                return Err(access_denied(connection, table, None, &error).await);
            }
            Some(Denial::NoTable) if !exists || !has_log => {}
            _ => return Err(failed(error)),
        },
    }
    match exists {
        true => {
            let rows = connection.read(&table.rows_without_log()).await.map_err(failed)?;
            Ok(StoredState { rows: Some(parse_rows(&rows)?), missing: Some(MissingTable::Log) })
        }
        false => {
            let rows = connection.read(&table.generation()).await.map_err(failed)?;
            let generation = rows.into_iter().flatten().flatten().next();
            let generation = generation.and_then(|n| n.parse().ok()).unwrap_or_default();
            let log = connection.read(&table.log_rows()).await.map_err(failed)?;
            let log: Vec<LogRow> = log.iter().map(|cells| VersionTable::log_row(cells)).collect();
            let missing = Some(MissingTable::Versions(replay::applied(&log)));
            Ok(StoredState { rows: Some((generation, Vec::new())), missing })
        }
    }
}

fn parse_rows(rows: &[Cells]) -> Result<(u64, Vec<Row>), Error> {
    VersionTable::read(rows).map_err(Error::VersionRow)
}

/// Reads the state of a database.
pub(crate) async fn read(
    connection: &mut Connection<'_>,
    table: &VersionTable,
    history: &History,
) -> Result<DatabaseState, Error> {
    let stored = read_stored(connection, table).await?;
    DatabaseState::of(&stored, history, table.dialect())
}

/// Queries one of the two tables; `None` where it does not exist.
///
/// The table is read first and looked for after, as in [`read_stored`].
async fn ask(
    connection: &mut Connection<'_>,
    table: &VersionTable,
    exists: &str,
    sql: &str,
    doing: &str,
) -> Result<Option<Vec<Cells>>, Error> {
    let error = match connection.read(sql).await {
        Ok(rows) => return Ok(Some(rows)),
        Err(error) => error,
    };
    if connection.denial(&error) == Some(Denial::NoRight) {
        return Err(access_denied(connection, table, None, &error).await);
    }
    let failed = |error| Error::database(doing, error);
    if connection.read(exists).await.map_err(failed)?.is_empty() {
        return missing(connection, table, error, doing).await.map(|()| None);
    }
    match connection.read(sql).await {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if connection.denial(&error) == Some(Denial::NoRight) => {
            Err(access_denied(connection, table, None, &error).await)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Accepts that a table which the catalog does not list does not exist, if the database says so. A
/// role without the right to read it gets an error.
async fn missing(
    connection: &mut Connection<'_>,
    table: &VersionTable,
    error: sqlx::Error,
    doing: &str,
) -> Result<(), Error> {
    let failed = |error| Error::database(doing, error);
    if connection.denial(&error) != Some(Denial::NoTable) {
        return Err(failed(error));
    }
    if let Some(question) = table.hidden()
        && let Some(schema) = connection.ask(&question).await.map_err(failed)?
    {
        return Err(access_denied(connection, table, Some(&schema), &error).await);
    }
    Ok(())
}

/// Returns the error of a role that may not read the version table, with the missing right.
async fn access_denied(
    connection: &mut Connection<'_>,
    table: &VersionTable,
    schema: Option<&str>,
    error: &sqlx::Error,
) -> Error {
    let role = match table.dialect().templates().role {
        Some(question) => connection.ask(question).await.ok().flatten(),
        None => None,
    };
    let said = match (schema, error.as_database_error()) {
        (Some(schema), _) => format!("the role may not use the schema {schema}"),
        (None, Some(error)) => error.message().to_owned(),
        (None, None) => error.to_string(),
    };
    Error::NoRight {
        table: table.version(),
        reason: said,
        grants: table.grants(role.as_deref().unwrap_or("<role>"), schema),
    }
}

impl DatabaseState {
    /// Returns an error for unknown revisions, and for files whose meaning differs from what ran.
    pub(crate) fn check_matches(&self, history: &History) -> Result<(), Error> {
        if !self.unknown.is_empty() {
            return Err(Error::Unknown(self.unknown.clone()));
        }
        if !self.edited.is_empty() || !self.edited_replaced.is_empty() {
            let name = |node: &Node| {
                let revision = history.graph.revision(*node);
                (revision.id().to_string(), revision.file.path().to_owned())
            };
            let edited = self.edited.iter().map(name);
            return Err(Error::Edited(edited.chain(self.edited_replaced.clone()).collect()));
        }
        Ok(())
    }

    /// Returns an error if a file is needed that was not read in full: its recorded fingerprint
    /// differs, or its step stopped partway.
    fn needs_whole_files(self, graph: &Graph) -> Result<Self, Error> {
        let stopped = self.unfinished.iter().filter_map(|stopped| graph.node(&stopped.revision));
        let unread = |node: &Node| !graph.revision(*node).file.is_whole();
        match self.edited.iter().copied().chain(stopped).find(unread) {
            Some(node) => Err(Error::Unread(graph.id(node).to_string())),
            None => Ok(self),
        }
    }

    /// Updates the state by steps that were executed.
    #[cfg(feature = "testkit")]
    pub(crate) fn moved(&mut self, steps: &[Step], generation: u64) {
        for step in steps {
            match step.direction {
                Direction::Up => self.applied.insert(step.node),
                Direction::Down => self.applied.remove(step.node),
            };
            self.edited.retain(|node| *node != step.node);
            self.recorded.retain(|(node, _)| *node != step.node);
        }
        self.generation = generation;
    }

    fn add(
        &mut self,
        row: &Row,
        history: &History,
        dialect: Dialect,
        replaced: &mut replaced::Rows,
    ) {
        let node = history.graph.node(&row.revision);
        if row.state != RowState::Applied {
            let Row {
                revision,
                fingerprint,
                state,
                statements_done: done,
                statements_begun: begun,
            } = row.clone();
            if state == RowState::Downgrading
                && let Some(node) = node
            {
                self.applied.insert(node);
            }
            let mut unfinished =
                Unfinished { revision, state, done, begun, in_batches: false, fingerprint };
            unfinished.in_batches = node.is_some_and(|node| {
                let step = Step { node, direction: unfinished.direction() };
                batch_of(&history.graph, step, dialect).is_some()
            });
            if node.is_none() {
                replaced.add(&history.graph, &row.revision);
            }
            self.unfinished.push(unfinished);
            return;
        }
        let Some(node) = node else {
            if !replaced.add(&history.graph, &row.revision) {
                self.unknown.push(row.revision.clone());
            } else if let Some(path) = edited_replaced(row, history, dialect) {
                self.edited_replaced.push((row.revision.clone(), path));
            }
            return;
        };
        self.applied.insert(node);
        let same = row.fingerprint.is_some_and(|fingerprint| {
            matches_revision(&fingerprint, history.graph.revision(node), history, dialect)
        });
        if !same {
            self.edited.push(node);
        }
        let own = history.graph.revision(node).fingerprint;
        if let Some(recorded) = row.fingerprint.filter(|fingerprint| *fingerprint != own) {
            self.recorded.push((node, recorded));
        }
    }
}

/// Returns `true` if a text with this fingerprint is the revision, or was accepted as such.
fn matches_revision(
    fingerprint: &Fingerprint,
    revision: &Revision,
    history: &History,
    dialect: Dialect,
) -> bool {
    let blessed = || {
        history.lock.as_ref().is_some_and(|lock| lock.accepts(revision.id().as_str(), fingerprint))
    };
    // Without a lock file, the program that ran it may have read the file by the rules of other
    // databases.
    let otherwise = || {
        [&[dialect][..], &Dialect::ALL].iter().any(|dialects| {
            Revision::fingerprint_for(
                &revision.header,
                &revision.sections,
                &revision.file,
                dialects,
            ) == *fingerprint
        })
    };
    revision.fingerprint == *fingerprint || blessed() || otherwise()
}

/// Returns the path of a replaced revision's file if the database ran another text; of a removed file, the lock
/// file knows the fingerprint.
fn edited_replaced(row: &Row, history: &History, dialect: Dialect) -> Option<String> {
    let id = row.revision.as_str();
    let matches = |fingerprint: &Fingerprint| match history.graph.revision_with_id(id) {
        Some(revision) => matches_revision(fingerprint, revision, history, dialect),
        None => history.lock.as_ref().is_none_or(|lock| {
            lock.replaced.get(id).is_none_or(|known| known == fingerprint)
                || lock.accepts(id, fingerprint)
        }),
    };
    let is_same = row.fingerprint.as_ref().is_some_and(matches);
    let path = || match history.graph.revision_with_id(id) {
        Some(revision) => revision.file.path().to_owned(),
        None => "a removed file".to_owned(),
    };
    (!is_same).then(path)
}

/// Reads every column of every row, oldest first.
pub(crate) async fn full_rows(
    connection: &mut Connection<'_>,
    table: &VersionTable,
) -> Result<Vec<FullRow>, Error> {
    let rows =
        ask(connection, table, &table.exists(), &table.full_rows(), "reading the version table")
            .await?;
    Ok(rows.unwrap_or_default().iter().filter_map(|cells| VersionTable::full_row(cells)).collect())
}

/// Reads the log, oldest first.
pub(crate) async fn log(
    connection: &mut Connection<'_>,
    table: &VersionTable,
) -> Result<Vec<LogRow>, Error> {
    let rows =
        ask(connection, table, &table.log_exists(), &table.log_rows(), "reading the log table")
            .await?;
    Ok(rows.unwrap_or_default().iter().map(|cells| VersionTable::log_row(cells)).collect())
}

#[cfg(test)]
mod tests {
    use migrate_core::source::SourceFile;

    use super::*;

    #[test]
    fn what_is_half_done_or_unknown_is_not_applied() {
        let text = "-- one\n--\n-- revision: a1\n-- revises:\n\n-- migrate:up\nSELECT 1;\n\
                    -- migrate:down irreversible: no\n";
        let (history, _) = History::read(vec![SourceFile::new("a1.sql", text)], None, &[]);
        let all = AppliedDigest::of(&history).unwrap();
        let node = history.graph.node("a1").unwrap();
        let applied = Row {
            revision: "a1".to_owned(),
            fingerprint: Some(history.graph.revision(node).fingerprint),
            state: RowState::Applied,
            statements_done: 0,
            statements_begun: 0,
        };
        let stored = |rows| StoredState { rows: Some((1, rows)), missing: None };
        let is_fully_applied = |row: &Row| stored(vec![row.clone()]).is_fully_applied(&all);
        assert!(is_fully_applied(&applied));
        for state in [RowState::Upgrading, RowState::Downgrading] {
            assert!(!is_fully_applied(&Row { state, ..applied.clone() }), "{state:?}");
        }
        assert!(!is_fully_applied(&Row { fingerprint: None, ..applied }));
        assert!(
            !StoredState::default().is_fully_applied(&all)
                && !stored(Vec::new()).is_fully_applied(&all)
        );
    }
}
