//! Fills tables with rows, and compares rows before and after a revision. Nothing here depends on
//! revisions.
//!
//! For one table: `value_kind` maps a type to what it can hold, `edge_values` lists difficult
//! values, `form` recognizes texts in a format, `column_group` holds columns whose values are
//! chosen together, `table_plan` combines these, `choose` selects rows, and `insert` inserts them.
//! For all tables: `order` sorts them by foreign keys, `filled_by_triggers` finds tables that
//! triggers fill, `deferred_keys` sets references that had to wait, `replay` reuses statements,
//! and `future_constraints` adds the constraints of the next revision. `contents` reads rows and
//! `row_diff` compares them.

mod choose;
mod column_group;
mod contents;
mod deferred_keys;
mod edge_values;
mod filled_by_triggers;
mod filler;
mod form;
mod future_constraints;
mod insert;
mod order;
mod replay;
mod row_diff;
mod table_plan;
mod value;
mod value_kind;

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Schema, Table};

pub use contents::Contents;
pub(crate) use contents::contents;
use filler::Filler;
pub(super) use form::{Form, form};
pub(super) use future_constraints::with_future_constraints;
use order::{FillStep, FkCycle};
pub(super) use replay::Fills;
pub use row_diff::{RowDiff, SampleRows, ValueChange, diff_rows, undeclared};
pub(super) use table_plan::partitioned_parent;

use crate::driver::Connection;

/// What was put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// How many rows, by table, in the order in which they were filled.
    pub rows: Vec<(Name, usize)>,
    /// Tables that stayed without rows, and why: often the database's own words.
    pub unfilled: Vec<(Name, String)>,
}

/// How tables are filled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'f> {
    /// How many rows each table gets, if it can.
    pub(crate) rows: usize,
    /// Which of the possible rows: the same seed gives the same rows.
    pub(crate) seed: u64,
    /// Columns, in lower case, that somebody calculates with: their values leave room for it.
    pub(crate) headroom: &'f BTreeSet<String>,
    /// Columns, in lower case, that a loop or a recursion may count up to: their numbers are small.
    pub(crate) counted: &'f BTreeSet<String>,
    /// Texts, by the column's name in lower case, that somebody reads as something narrower.
    pub(crate) forms: &'f BTreeMap<String, Form>,
    /// Whether texts of which a form is known hold nothing else; else a part of the rows does.
    pub(crate) formed: bool,
    /// Whether the caller has a transaction open; else a transaction of its own is used.
    pub(crate) in_transaction: bool,
}

/// Fills tables, and those that they refer to, with several rows each: parents first, typed,
/// seeded, edge values among them. A table that holds rows gets more. A row that the database
/// refuses never breaks the transaction.
pub(crate) async fn fill(
    connection: &mut Connection<'static>,
    dialect: Dialect,
    schema: &Schema,
    tables: &BTreeSet<Name>,
    filling: Filling<'_>,
    fills: &mut Fills,
) -> sqlx::Result<Filled> {
    let filler = Filler {
        connection,
        dialect,
        schema,
        filling,
        reserved_keys: BTreeMap::new(),
        taken: Vec::new(),
    };
    if filling.in_transaction {
        return fill_all(filler, tables, fills).await;
    }
    filler.connection.begin(false).await?;
    match fill_all(filler, tables, fills).await {
        Ok(filled) => connection.execute("COMMIT").await.map(|_| filled),
        Err(error) => {
            // The first error is the one to tell.
            let _ = connection.execute("ROLLBACK").await;
            Err(error)
        }
    }
}

async fn fill_all(
    mut filler: Filler<'_>,
    tables: &BTreeSet<Name>,
    fills: &mut Fills,
) -> sqlx::Result<Filled> {
    let (schema, filling) = (filler.schema, filler.filling);
    let mut filled = Filled::default();
    let mut wanted = tables.clone();
    for table in tables.iter().filter_map(|name| schema.tables.get(name)) {
        // A partition gets its rows through its parent.
        wanted.extend(table_plan::partitioned_parent(schema, table));
    }
    let mut cycles = order::order(schema, &schema.with_parents(wanted));
    let filled_by_triggers = filled_by_triggers::filled_by_triggers(schema);
    filled_by_triggers::defer(&mut cycles, &filled_by_triggers, schema);
    // Turns whose statements are known, and wait for others to go with.
    let mut ready: Vec<&FkCycle> = Vec::new();
    for cycle in &cycles {
        if let [step] = cycle.as_slice()
            && !filled_by_triggers.contains_key(&step.table)
            && let Some(table) = schema.tables.get(&step.table)
            && fills.inserts(&filling, step, table).is_some()
        {
            ready.push(cycle);
            continue;
        }
        replay(&mut filler, std::mem::take(&mut ready), fills, &mut filled).await?;
        fill_cycle(&mut filler, cycle, &filled_by_triggers, fills, &mut filled).await?;
    }
    replay(&mut filler, ready, fills, &mut filled).await?;
    connect(&mut filler, &cycles, fills).await?;
    filler.settle().await?;
    Ok(filled)
}

/// Fills tables by the statements that filled them before, or else as for the first time.
async fn replay(
    filler: &mut Filler<'_>,
    cycles: Vec<&FkCycle>,
    fills: &mut Fills,
    filled: &mut Filled,
) -> sqlx::Result<()> {
    let (schema, filling) = (filler.schema, filler.filling);
    let mut all = Vec::new();
    let mut rows = Vec::new();
    for step in cycles.iter().copied().flatten() {
        let table = schema.tables.get(&step.table);
        if let Some((sql, count)) = table.and_then(|table| fills.inserts(&filling, step, table)) {
            all.push(sql);
            rows.push((step.table.clone(), count));
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    if filler.attempt(&all.join("; ")).await?.is_ok() {
        filled.rows.extend(rows);
        return Ok(());
    }
    for cycle in cycles {
        fill_cycle(filler, cycle, &BTreeMap::new(), fills, filled).await?;
    }
    Ok(())
}

/// Has rows refer to others that were not there when they were put in.
async fn connect(
    filler: &mut Filler<'_>,
    cycles: &[FkCycle],
    fills: &mut Fills,
) -> sqlx::Result<()> {
    let (schema, filling) = (filler.schema, filler.filling);
    let deferred: Vec<(&FillStep, &Table)> = cycles
        .iter()
        .flatten()
        .filter(|step| !step.deferred.is_empty())
        .filter_map(|step| Some((step, schema.tables.get(&step.table)?)))
        .collect();
    let known: Option<Vec<&str>> =
        deferred.iter().map(|(step, table)| fills.links(&filling, step, table)).collect();
    if let Some(mut known) = known {
        known.retain(|sql| !sql.is_empty());
        if known.is_empty() || filler.attempt(&known.join("; ")).await?.is_ok() {
            return Ok(());
        }
    }
    for (step, table) in deferred {
        filler.taken.clear();
        deferred_keys::connect(filler, step, table).await?;
        fills.note_links(step, &filler.taken);
    }
    Ok(())
}

/// Fills tables that stand or fall together.
async fn fill_cycle(
    filler: &mut Filler<'_>,
    cycle: &FkCycle,
    filled_by_triggers: &BTreeMap<Name, BTreeSet<Name>>,
    fills: &mut Fills,
    filled: &mut Filled,
) -> sqlx::Result<()> {
    let (schema, filling) = (filler.schema, filler.filling);
    let is_cycle = cycle.iter().any(|step| !step.reserved.is_empty());
    if is_cycle {
        filler.begin_cycle().await?;
    }
    let mut outcomes = Vec::new();
    for step in cycle {
        let Some(table) = schema.tables.get(&step.table) else { continue };
        let outcome = match table_plan::is_no_store(table) {
            Some(why) => Err(why),
            None if is_filled_by_triggers(
                filler,
                filled,
                filled_by_triggers.get(&step.table),
                &step.table,
            )
            .await? =>
            {
                Ok(0)
            }
            None if is_cycle => insert::insert(filler, step, table).await?,
            None => insert_once(filler, step, table, fills, filled).await?,
        };
        if let (Ok(rows @ 1..), false) = (&outcome, is_cycle) {
            fills.note(&filling, step, table, (&filler.taken, *rows));
        }
        outcomes.push((step, outcome));
    }
    if is_cycle {
        let mut holds = Ok(());
        for (step, outcome) in &outcomes {
            let Some(table) = schema.tables.get(&step.table) else { continue };
            if holds.is_ok() {
                holds = match outcome {
                    Ok(_) => deferred_keys::check_references(filler, &step.table, table).await?,
                    Err(why) => Err(why.clone()),
                };
            }
        }
        if let Err(why) = filler.end_cycle(holds).await? {
            for (_, outcome) in outcomes.iter_mut().filter(|(_, outcome)| outcome.is_ok()) {
                *outcome = Err(why.clone());
            }
        }
    }
    for (step, outcome) in outcomes {
        match outcome {
            Ok(rows) => filled.rows.push((step.table.clone(), rows)),
            Err(why) => filled.unfilled.push((step.table.clone(), why)),
        }
    }
    Ok(())
}

/// Fills one table, unless it took no row before and nothing of what its rows may depend on changed.
async fn insert_once(
    filler: &mut Filler<'_>,
    step: &FillStep,
    table: &Table,
    fills: &mut Fills,
    filled: &Filled,
) -> sqlx::Result<Result<usize, String>> {
    let digest = replay::digest(&filler.filling, step, table, filler.schema, &filled.rows);
    if let Some(why) = fills.refusal(&step.table, digest) {
        return Ok(Err(why.to_owned()));
    }
    filler.taken.clear();
    let outcome = insert::insert(filler, step, table).await?;
    if let Err(why) = &outcome {
        fills.note_refusal(&step.table, digest, why);
    }
    Ok(outcome)
}

/// Whether a table has rows already by the triggers of tables that were filled before.
async fn is_filled_by_triggers(
    filler: &mut Filler<'_>,
    filled: &Filled,
    feeders: Option<&BTreeSet<Name>>,
    table: &Name,
) -> sqlx::Result<bool> {
    let Some(feeders) = feeders else { return Ok(false) };
    let has_rows = |(name, rows): &(Name, usize)| *rows > 0 && feeders.contains(name);
    Ok(filled.rows.iter().any(has_rows) && insert::count(filler, table).await? > 0)
}
