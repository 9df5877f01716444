//! One revision, up, down and up again, with rows in the tables.
//!
//! Where the database can undo everything, the trial is rehearsed in one transaction on the very
//! database that walks along the history, and rolled back: it costs no copy. What is found there,
//! or cannot stand in a transaction, is tried as in production on a copy, by the script and the
//! runner that a user's database would meet; only that counts as a finding.

mod proper;
mod rehearsal;

pub(super) use proper::{Tried, refusal, try_on_copy};
pub(super) use rehearsal::{rehearse, rehearse_downs};

use std::collections::BTreeSet;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::graph::Node;
use migrate_core::history::History;
use migrate_core::plan::{Direction, Step};
use migrate_core::revision::{Revision, Section, WayDown};
use migrate_core::schema::{Difference, Name, Schema, compare, sql_diff};
use migrate_core::script::section_of;
use migrate_core::source::{SourceFile, Span};

use super::course::Course;
use super::rows::{self, Contents};
use super::scope;
use super::verdict::{Finding, FindingCode};
use crate::error::Error;

/// What is tried.
#[derive(Clone, Copy)]
pub(super) struct Trial<'t> {
    pub(super) history: &'t History,
    pub(super) settings: &'t Settings,
    pub(super) dialect: Dialect,
    pub(super) node: Node,
    /// Whether the tables stay empty: no rows, no fixture, and nothing that is said of rows.
    pub(super) bare: bool,
}

/// Notes that both trials give.
const UPWARDS_ONLY: &str = "irreversible: tested upwards only";
const REORDERED: &str = "the columns stand in another order after the down";

/// Why something did not work, as told: a line, and more lines where there is more.
pub(super) type Trouble = String;

impl<'t> Trial<'t> {
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
        !matches!(self.revision().down(self.dialect), WayDown::Irreversible(_))
    }

    /// The losses without the rows that triggers wrote down elsewhere: nobody wants a log undone.
    fn own_losses(&self, schema: &Schema, mut losses: Vec<rows::Loss>) -> Vec<rows::Loss> {
        losses.retain(|loss| {
            !matches!(loss, rows::Loss::Added { .. })
                || scope::names(self.revision(), self.dialect, schema, loss.table())
        });
        losses
    }

    /// What the file declares as lost.
    fn lossy(&self) -> Vec<String> {
        self.revision().lossy().map(|(name, _)| name.to_owned()).collect()
    }

    /// The file said that there is nothing to undo: rows may differ.
    fn is_noop(&self) -> bool {
        matches!(self.revision().down(self.dialect), WayDown::Noop(_))
    }

    /// Fills the tables that the revision has to do with, and inserts its fixture.
    async fn prepare(
        &self,
        course: &mut Course<'_>,
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
        if test.rows > 0 && !self.bare {
            let roomy = &scope::calculated(self.revision(), self.dialect);
            let filling =
                rows::Filling { rows: test.rows as usize, seed: test.seed, roomy, in_transaction };
            let filled = rows::fill(&mut course.connection, self.dialect, schema, &tables, filling)
                .await
                .map_err(|e| Error::database("filling the tables", e))?;
            notes.extend(
                filled.unfilled.iter().map(|(table, why)| format!("{table} has no rows: {why}")),
            );
        }
        let mut fixture = None;
        let fixtures = self.revision().fixture(self.dialect).filter(|_| !self.bare);
        'sections: for section in fixtures {
            for span in section.statements(&self.revision().file, self.dialect).iter() {
                if let Err(error) = course.execute(span.of(self.revision().file.text())).await {
                    fixture = Some(told(&self.revision().file, *span, &error));
                    break 'sections;
                }
            }
        }
        let before = if fixture.is_none() {
            self.contents(course, schema, &tables).await?
        } else {
            Contents::default()
        };
        Ok(Prepared { tables, before, notes, fixture })
    }

    async fn contents(
        &self,
        course: &mut Course<'_>,
        schema: &Schema,
        tables: &BTreeSet<Name>,
    ) -> Result<Contents, Error> {
        rows::contents(&mut course.connection, self.dialect, schema, tables)
            .await
            .map_err(|e| Error::database("reading the rows", e))
    }

    /// The queries of the verify sections that do not hold.
    async fn verify(&self, course: &mut Course<'_>) -> Vec<Trouble> {
        let file = &self.revision().file;
        let mut wrong = Vec::new();
        for section in self.revision().verify(self.dialect).filter(|_| !self.bare) {
            for span in section.statements(file, self.dialect).iter() {
                let place = file.locate(*span);
                let at = format!("{}:{}", place.path, place.line);
                match course.connection.rows(span.of(file.text())).await {
                    Err(error) => {
                        wrong.push(told(file, *span, &error));
                        // On some databases the transaction is gone with it.
                        return wrong;
                    }
                    Ok(rows) if rows.is_empty() => {
                        wrong.push(format!("the query at {at} gives no row"));
                    }
                    Ok(rows) => {
                        let holds = |row: &Vec<Option<String>>| {
                            let cell = row.first().cloned().flatten().unwrap_or_default();
                            matches!(cell.to_ascii_lowercase().as_str(), "t" | "true" | "1")
                        };
                        let failing = rows.iter().filter(|row| !holds(row)).count();
                        if failing > 0 {
                            wrong.push(format!(
                                "the query at {at} does not hold: {failing} of {} rows are not true",
                                rows.len()
                            ));
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
    notes: Vec<String>,
    fixture: Option<Trouble>,
}

/// What differs, but for the order of columns.
pub(super) fn differences(before: &Schema, after: &Schema) -> (Vec<Difference>, bool) {
    if before == after {
        return (Vec::new(), false);
    }
    let (order, rest): (Vec<_>, Vec<_>) =
        compare(before, after).into_iter().partition(Difference::is_order);
    (rest, !order.is_empty())
}

/// The finding that one schema is not as another, with what differs told by `tell`; none where
/// nothing differs.
pub(super) fn finding(
    code: FindingCode,
    what: &str,
    wrong: &[Difference],
    tell: fn(&Difference) -> String,
    [before, after]: [&Schema; 2],
) -> Option<Finding> {
    let told: Vec<String> = wrong.iter().map(tell).collect();
    (!told.is_empty()).then(|| Finding {
        code,
        message: format!("{what} {}", told.join("; ")),
        diff: sql_diff(before, after),
        help: Vec::new(),
    })
}

/// A statement that is no step and failed.
fn told(file: &SourceFile, span: Span, error: &sqlx::Error) -> Trouble {
    let place = file.locate(span);
    format!("the statement at {}:{} fails: {}", place.path, place.line, words(error))
}

/// What a database says, without the library's own words around it.
pub(super) fn words(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().to_owned())
}
