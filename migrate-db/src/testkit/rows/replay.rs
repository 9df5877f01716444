//! Reuses the statements that filled a table before, in one message for several tables. If the
//! database refuses them, rows are chosen again.
//!
//! A table that accepted no row is not tried again until something changes that its rows may
//! depend on.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

use migrate_core::schema::{Name, Schema, Table};

use super::Filling;
use super::form::{Form, form};
use super::order::FillStep;

/// What filled the tables of a history so far.
#[derive(Debug, Default)]
pub(in super::super) struct Fills {
    known: BTreeMap<Name, Known>,
    refused: BTreeMap<Name, Refused>,
}

/// Why a table took no row.
#[derive(Debug)]
struct Refused {
    /// A digest of what its rows may depend on.
    digest: u64,
    why: String,
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

    /// Why a table took no row, while all that its rows may depend on is the same.
    pub(super) fn refusal(&self, name: &Name, digest: u64) -> Option<&str> {
        let refused = self.refused.get(name)?;
        (refused.digest == digest).then_some(refused.why.as_str())
    }

    /// Notes why a table took no row.
    pub(super) fn note_refusal(&mut self, name: &Name, digest: u64, why: &str) {
        self.refused.insert(name.clone(), Refused { digest, why: why.to_owned() });
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

/// A digest of what the rows of a table may depend on beside the rows that the history inserts: the
/// table, its parents and how both are filled, functions, domains and enums.
pub(super) fn digest(
    filling: &Filling<'_>,
    step: &FillStep,
    table: &Table,
    schema: &Schema,
    filled: &[(Name, usize)],
) -> u64 {
    let parents: Vec<_> = table
        .foreign_keys
        .iter()
        .filter_map(|key| {
            let parent = schema.tables.get(&key.parent)?;
            let rows = filled.iter().find(|(name, _)| *name == key.parent).map(|(_, rows)| rows);
            Some((parent, Wants::of(filling, parent), rows))
        })
        .collect();
    let wants = Wants::of(filling, table);
    let types = (&schema.others, &schema.domains, &schema.enums);
    let mut hasher = DefaultHasher::new();
    hasher.write(format!("{:?}", (step, table, wants, parents, types)).as_bytes());
    hasher.finish()
}
