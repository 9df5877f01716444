//! Statements that filled a table before: while its definition stays the same they fill it again,
//! in one message with those of other tables. What the database refuses is chosen anew.

use std::collections::BTreeMap;

use migrate_core::schema::{Name, Table};

use super::Filling;
use super::form::{Form, form};
use super::order::FillStep;

/// What filled the tables of a history so far.
#[derive(Debug, Default)]
pub(in super::super) struct Fills {
    known: BTreeMap<Name, Known>,
}

/// What filled one table.
#[derive(Debug)]
struct Known {
    table: Table,
    step: FillStep,
    wants: Wants,
    rows: usize,
    inserts: String,
    /// The updates that give rows a parent later; `None` while they are not known.
    links: Option<String>,
}

/// What was asked of the rows.
#[derive(Debug, PartialEq, Eq)]
struct Wants {
    rows: usize,
    seed: u64,
    formed: bool,
    columns: Vec<(bool, bool, Option<Form>)>,
}

impl Wants {
    fn of(filling: &Filling<'_>, table: &Table) -> Self {
        let column = |name: &String| {
            let name = name.to_lowercase();
            let form = form(&name, filling.forms);
            (filling.headroom.contains(&name), filling.counted.contains(&name), form)
        };
        Self {
            rows: filling.rows,
            seed: filling.seed,
            formed: filling.formed,
            columns: table.columns.iter().map(|c| column(&c.name)).collect(),
        }
    }
}

impl Fills {
    fn known(&self, filling: &Filling<'_>, step: &FillStep, table: &Table) -> Option<&Known> {
        let known = self.known.get(&step.table)?;
        let fits = known.table == *table && known.step == *step;
        (fits && known.wants == Wants::of(filling, table)).then_some(known)
    }

    /// The statements that fill a table, and how many rows they make.
    pub(super) fn inserts(
        &self,
        filling: &Filling<'_>,
        step: &FillStep,
        table: &Table,
    ) -> Option<(&str, usize)> {
        let known = self.known(filling, step, table)?;
        Some((&known.inserts, known.rows))
    }

    /// The statements that give its rows a parent later; may be empty.
    pub(super) fn links(
        &self,
        filling: &Filling<'_>,
        step: &FillStep,
        table: &Table,
    ) -> Option<&str> {
        self.known(filling, step, table)?.links.as_deref()
    }

    /// Notes what filled a table.
    pub(super) fn note(
        &mut self,
        filling: &Filling<'_>,
        step: &FillStep,
        table: &Table,
        (inserts, rows): (&[String], usize),
    ) {
        let known = Known {
            table: table.clone(),
            step: step.clone(),
            wants: Wants::of(filling, table),
            rows,
            inserts: inserts.join("; "),
            links: None,
        };
        self.known.insert(step.table.clone(), known);
    }

    /// Notes what gave the rows of a table a parent.
    pub(super) fn note_links(&mut self, step: &FillStep, links: &[String]) {
        if let Some(known) = self.known.get_mut(&step.table) {
            known.links = Some(links.join("; "));
        }
    }
}
