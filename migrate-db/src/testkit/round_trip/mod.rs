//! The round trip of one revision: up, down and up again, with rows in the tables.
//!
//! [`protocol`] says what is run and compared; an [`Executor`] runs a direction. If the database can roll
//! back DDL, the statements run in one transaction on the base database, which needs no copy. Where
//! databases are copied table by table, they run on a copy of the tables that the revision concerns. A
//! finding that the way of running may have caused is confirmed on a whole copy, with the script and
//! runner of production.

mod executor;
mod in_transaction;
mod protocol;
mod refusal;
mod schemas;
mod texts;

pub(super) use executor::Executor;
pub(super) use in_transaction::{revert_in_transaction, run_in_transaction};
pub(super) use protocol::{TestResult, run};
pub(super) use refusal::{Refusal, refusal};
pub(super) use schemas::{after_downs, differences, finding};

use std::collections::BTreeSet;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::plan::{Direction, Step};
use migrate_core::revision::{Down, Revision, Section};
use migrate_core::schema::{Kind, Name, Schema, View};
use migrate_core::script::section_of;
use migrate_core::source::{SourceFile, Span};

use super::rows::{self, Contents};
use super::scope;
use super::session::Session;
use super::uses;
use crate::error::Error;

/// The test of one revision.
#[derive(Clone, Copy)]
pub(super) struct RoundTrip<'t> {
    pub(super) history: &'t History,
    pub(super) settings: &'t Settings,
    pub(super) dialect: Dialect,
    pub(super) node: Node,
    /// Whether the tables stay empty: no rows, no fixture, and nothing that is said of rows.
    pub(super) without_rows: bool,
    /// The schema that the rows satisfy, where it is not the database's own: see [`rows::row_schema`].
    pub(super) row_schema: Option<&'t Schema>,
}

impl<'t> RoundTrip<'t> {
    pub(super) fn revision(&self) -> &'t Revision {
        self.history.graph.revision(self.node)
    }

    fn section(&self, direction: Direction) -> Option<&'t Section> {
        section_of(&self.history.graph, Step { node: self.node, direction }, self.dialect)
            .ok()
            .flatten()
    }

    /// Whether the file gives a way down that can be taken; a merge's may be empty.
    pub(super) fn has_way_down(&self) -> bool {
        !matches!(self.revision().down(self.dialect), Down::Irreversible(_))
    }

    /// Whether some text of the tables that the revision has to do with has a known form.
    pub(super) fn has_forms(&self, schema: &Schema) -> bool {
        let uses = uses::uses(self.revision(), self.dialect, schema);
        let tables = scope::tables(self.revision(), self.dialect, schema);
        let tables = tables.iter().filter_map(|name| schema.tables.get(name));
        tables
            .flat_map(|table| &table.columns)
            .any(|column| rows::form(&column.name, &uses.forms).is_some())
    }

    /// Returns `true` if only the runner of production knows how to run a direction: it repeats a
    /// statement in batches, or calls a function.
    pub(super) fn needs_runner(&self) -> bool {
        let is_special = |section: &Section| section.batch.is_some() || section.function.is_some();
        let ways = [Direction::Up, Direction::Down];
        ways.iter().any(|way| self.section(*way).is_some_and(is_special))
    }

    /// The tables that the statements can touch, where that is much less than all and nothing else
    /// stands on them or reads them.
    pub(super) fn few_tables(&self, schema: &Schema) -> Option<BTreeSet<Name>> {
        let tables = scope::tables(self.revision(), self.dialect, schema);
        let is_named = |name: &Name| scope::names(self.revision(), self.dialect, schema, name);
        let reads = |view: &View| tables.iter().any(|table| view.definition.contains(&table.name));
        let mut views = schema.views.iter();
        let few = tables.len() + 2 < schema.tables.len()
            // A version table in another database is no part of a copy.
            && !self.settings.version_table.contains('.')
            && !views.any(|(name, view)| is_named(name) || reads(view));
        few.then_some(tables)
    }

    /// The losses without the rows that triggers wrote down elsewhere: nobody wants a log undone.
    fn own_diffs(&self, schema: &Schema, mut diff_rows: Vec<rows::RowDiff>) -> Vec<rows::RowDiff> {
        diff_rows.retain(|loss| {
            !matches!(loss, rows::RowDiff::Added { .. })
                || scope::names(self.revision(), self.dialect, schema, loss.table())
        });
        diff_rows
    }

    /// What the file declares as lost.
    fn lossy(&self) -> Vec<String> {
        self.revision().lossy().map(|(name, _)| name.to_owned()).collect()
    }

    /// The file said that there is nothing to undo: rows may differ.
    fn is_noop(&self) -> bool {
        matches!(self.revision().down(self.dialect), Down::Noop(_))
    }

    /// Fills the tables that the revision has to do with, and inserts its fixture.
    async fn prepare(
        &self,
        session: &mut Session<'_>,
        schema: &Schema,
        in_transaction: bool,
    ) -> Result<Prepared, Error> {
        let mut tables = scope::tables(self.revision(), self.dialect, schema);
        // The rows of a partition are its parent's.
        let parents = schema.tables.iter().filter(|(name, _)| tables.contains(name));
        let parents = parents.filter_map(|(_, table)| rows::partitioned_parent(schema, table));
        let parents: Vec<Name> = parents.collect();
        tables.extend(parents);
        let test = &self.settings.test;
        let mut notes = Vec::new();
        let mut has_rows = false;
        let mut unfilled = BTreeSet::new();
        if test.rows > 0 && !self.without_rows {
            let uses = uses::uses(self.revision(), self.dialect, schema);
            let filling = rows::Filling {
                rows: test.rows as usize,
                seed: test.seed,
                headroom: &uses.calculated,
                counted: &uses.counted,
                forms: &uses.forms,
                formed: self.row_schema.is_some(),
                in_transaction,
            };
            let chosen_by = self.row_schema.unwrap_or(schema);
            let mut fills = session.take_fills();
            let filled = rows::fill(
                &mut session.connection,
                self.dialect,
                chosen_by,
                &tables,
                filling,
                &mut fills,
            )
            .await;
            session.give_fills(fills);
            let filled = filled.map_err(|e| Error::database("filling the tables", e))?;
            notes.extend(
                filled.unfilled.iter().map(|(table, why)| format!("{table} has no rows: {why}")),
            );
            has_rows = filled.rows.iter().any(|(_, rows)| *rows > 0);
            unfilled = filled.unfilled.into_iter().map(|(table, _)| table).collect();
        }
        let mut fixture = None;
        let fixtures = self.revision().fixture(self.dialect).filter(|_| !self.without_rows);
        'sections: for section in fixtures {
            for span in section.statements(&self.revision().file, self.dialect).iter() {
                has_rows = true;
                if let Err(error) = session.execute(span.of(self.revision().file.text())).await {
                    fixture =
                        Some(failed_statement(self.dialect, &self.revision().file, *span, &error));
                    break 'sections;
                }
            }
        }
        let mut before = Contents::default();
        let mut changed = None;
        if fixture.is_none() {
            if has_rows && rows_run_ddl(self.dialect, schema) {
                changed = Some(session.schema().await?);
            }
            before = self.contents(session, changed.as_ref().unwrap_or(schema), &tables).await?;
        }
        Ok(Prepared { tables, before, changed, notes, fixture, has_rows, unfilled })
    }

    async fn contents(
        &self,
        session: &mut Session<'_>,
        schema: &Schema,
        tables: &BTreeSet<Name>,
    ) -> Result<Contents, Error> {
        rows::contents(&mut session.connection, self.dialect, schema, tables)
            .await
            .map_err(|e| Error::database("reading the rows", e))
    }

    /// The queries of the verify sections that do not hold.
    async fn verify(&self, session: &mut Session<'_>) -> Vec<Refusal> {
        let file = &self.revision().file;
        let mut wrong = Vec::new();
        for section in self.revision().verify(self.dialect).filter(|_| !self.without_rows) {
            for span in section.statements(file, self.dialect).iter() {
                let place = file.locate(*span);
                let at = format!("{}:{}", place.path, place.line);
                match session.connection.rows(span.of(file.text())).await {
                    Err(error) => {
                        wrong.push(failed_statement(self.dialect, file, *span, &error));
                        // On some databases the transaction is gone with it.
                        return wrong;
                    }
                    Ok(rows) if rows.is_empty() => {
                        wrong.push(Refusal::lasting(format!("the query at {at} gives no row")));
                    }
                    Ok(rows) => {
                        let holds = |row: &Vec<Option<String>>| {
                            let cell = row.first().cloned().flatten().unwrap_or_default();
                            matches!(cell.to_ascii_lowercase().as_str(), "t" | "true" | "1")
                        };
                        let failing = rows.iter().filter(|row| !holds(row)).count();
                        if failing > 0 {
                            wrong.push(Refusal::lasting(format!(
                                "the query at {at} does not hold: {failing} of {} rows are not true",
                                rows.len()
                            )));
                        }
                    }
                }
            }
        }
        wrong
    }
}

/// Tables with rows in them, as they were before the up.
struct Prepared {
    tables: BTreeSet<Name>,
    before: Contents,
    /// The schema with the rows in, where inserting them may have changed it.
    changed: Option<Schema>,
    notes: Vec<String>,
    fixture: Option<Refusal>,
    /// Whether anything was inserted.
    has_rows: bool,
    /// Tables that took no row.
    unfilled: BTreeSet<Name>,
}

/// Returns `true` if rows may run DDL, through a function that a trigger or a default calls. Only
/// PostgreSQL allows that.
fn rows_run_ddl(dialect: Dialect, schema: &Schema) -> bool {
    let is_function = |kind: &Kind| matches!(kind, Kind::Function | Kind::Procedure);
    let has_ddl = |definition: &str| {
        // The statement that makes the function is DDL too.
        let body = definition.split_once(" AS ").or_else(|| definition.split_once("\nAS "));
        let body = body.map_or(definition, |(_, body)| body).to_ascii_lowercase();
        ["create", "alter", "drop"].iter().any(|word| body.contains(word))
    };
    dialect == Dialect::Postgres
        && schema.others.iter().any(|((kind, _), o)| is_function(kind) && has_ddl(&o.definition))
}

/// A statement that is no step and failed.
fn failed_statement(
    dialect: Dialect,
    file: &SourceFile,
    span: Span,
    error: &sqlx::Error,
) -> Refusal {
    let place = file.locate(span);
    let text = format!("the statement at {}:{} fails: {}", place.path, place.line, words(error));
    Refusal::of_server(text, dialect, error).unconfirmed()
}

/// The database's message, without the text that sqlx adds.
pub(super) fn words(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().to_owned())
}
