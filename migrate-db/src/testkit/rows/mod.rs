//! Rows: what tables are filled with before an up, and what became of them.
//!
//! Filling goes from the inside of a table outwards: `kind` says what a type can hold, `samples`
//! its edges, `form` what a text is read as, `slot` which columns are chosen together and what the checks leave of them, `plan`
//! puts that together for a table, `choose` makes rows of it, `insert` brings them in. `order` says
//! which table comes when, `fed` which are filled by triggers of others, `late` sees to what had to wait, `replay` keeps the
//! statements, `like` adds what a
//! revision is about to ask of rows. `contents` reads rows, `loss` compares
//! them. Nothing here knows of revisions.

mod choose;
mod contents;
mod fed;
mod form;
mod insert;
mod kind;
mod late;
mod like;
mod loss;
mod order;
mod plan;
mod replay;
mod samples;
mod slot;
mod value;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Schema, Table};

pub use contents::Contents;
pub(crate) use contents::contents;
pub(super) use form::{Form, form};
pub(super) use like::like;
pub use loss::{Change, Loss, Samples, losses, undeclared};
use order::{Knot, Turn};
pub(super) use plan::partitioned_parent;
pub(super) use replay::Fills;
use work::Work;

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
    pub(crate) roomy: &'f BTreeSet<String>,
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
    connection: &mut Connection,
    dialect: Dialect,
    schema: &Schema,
    tables: &BTreeSet<Name>,
    filling: Filling<'_>,
    fills: &mut Fills,
) -> sqlx::Result<Filled> {
    let work =
        Work { connection, dialect, schema, filling, promises: BTreeMap::new(), taken: Vec::new() };
    if filling.in_transaction {
        return fill_all(work, tables, fills).await;
    }
    work.connection.begin(false).await?;
    match fill_all(work, tables, fills).await {
        Ok(filled) => connection.execute("COMMIT").await.map(|_| filled),
        Err(error) => {
            // The first error is the one to tell.
            let _ = connection.execute("ROLLBACK").await;
            Err(error)
        }
    }
}

async fn fill_all(
    mut work: Work<'_>,
    tables: &BTreeSet<Name>,
    fills: &mut Fills,
) -> sqlx::Result<Filled> {
    let (schema, filling) = (work.schema, work.filling);
    let mut filled = Filled::default();
    let mut wanted = tables.clone();
    for table in tables.iter().filter_map(|name| schema.tables.get(name)) {
        // A partition gets its rows through its parent.
        wanted.extend(plan::partitioned_parent(schema, table));
    }
    let mut knots = order::order(schema, &schema.with_parents(wanted));
    let fed = fed::fed(schema);
    fed::defer(&mut knots, &fed, schema);
    // Turns whose statements are known, and wait for others to go with.
    let mut ready: Vec<&Knot> = Vec::new();
    for knot in &knots {
        if let [turn] = knot.as_slice()
            && !fed.contains_key(&turn.table)
            && let Some(table) = schema.tables.get(&turn.table)
            && fills.inserts(&filling, turn, table).is_some()
        {
            ready.push(knot);
            continue;
        }
        replay(&mut work, std::mem::take(&mut ready), fills, &mut filled).await?;
        fill_knot(&mut work, knot, &fed, fills, &mut filled).await?;
    }
    replay(&mut work, ready, fills, &mut filled).await?;
    connect(&mut work, &knots, fills).await?;
    work.settle().await?;
    Ok(filled)
}

/// Fills tables by the statements that filled them before, or else as for the first time.
async fn replay(
    work: &mut Work<'_>,
    knots: Vec<&Knot>,
    fills: &mut Fills,
    filled: &mut Filled,
) -> sqlx::Result<()> {
    let (schema, filling) = (work.schema, work.filling);
    let mut all = Vec::new();
    let mut rows = Vec::new();
    for turn in knots.iter().copied().flatten() {
        let table = schema.tables.get(&turn.table);
        if let Some((sql, count)) = table.and_then(|table| fills.inserts(&filling, turn, table)) {
            all.push(sql);
            rows.push((turn.table.clone(), count));
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    if work.attempt(&all.join("; ")).await?.is_ok() {
        filled.rows.extend(rows);
        return Ok(());
    }
    for knot in knots {
        fill_knot(work, knot, &BTreeMap::new(), fills, filled).await?;
    }
    Ok(())
}

/// Has rows refer to others that were not there when they were put in.
async fn connect(work: &mut Work<'_>, knots: &[Knot], fills: &mut Fills) -> sqlx::Result<()> {
    let (schema, filling) = (work.schema, work.filling);
    let late: Vec<(&Turn, &Table)> = knots
        .iter()
        .flatten()
        .filter(|turn| !turn.late.is_empty())
        .filter_map(|turn| Some((turn, schema.tables.get(&turn.table)?)))
        .collect();
    let known: Option<Vec<&str>> =
        late.iter().map(|(turn, table)| fills.links(&filling, turn, table)).collect();
    if let Some(mut known) = known {
        known.retain(|sql| !sql.is_empty());
        if known.is_empty() || work.attempt(&known.join("; ")).await?.is_ok() {
            return Ok(());
        }
    }
    for (turn, table) in late {
        work.taken.clear();
        late::connect(work, turn, table).await?;
        fills.note_links(turn, &work.taken);
    }
    Ok(())
}

/// Fills tables that stand or fall together.
async fn fill_knot(
    work: &mut Work<'_>,
    knot: &Knot,
    fed: &BTreeMap<Name, BTreeSet<Name>>,
    fills: &mut Fills,
    filled: &mut Filled,
) -> sqlx::Result<()> {
    let (schema, filling) = (work.schema, work.filling);
    let is_tied = knot.iter().any(|turn| !turn.promised.is_empty());
    if is_tied {
        work.open_knot().await?;
    }
    let mut outcomes = Vec::new();
    for turn in knot {
        let Some(table) = schema.tables.get(&turn.table) else { continue };
        let outcome = match plan::is_no_store(table) {
            Some(why) => Err(why),
            None if is_fed(work, filled, fed.get(&turn.table), &turn.table).await? => Ok(0),
            None => {
                work.taken.clear();
                insert::insert(work, turn, table).await?
            }
        };
        if let (Ok(rows @ 1..), false) = (&outcome, is_tied) {
            fills.note(&filling, turn, table, (&work.taken, *rows));
        }
        outcomes.push((turn, outcome));
    }
    if is_tied {
        let mut holds = Ok(());
        for (turn, outcome) in &outcomes {
            let Some(table) = schema.tables.get(&turn.table) else { continue };
            if holds.is_ok() {
                holds = match outcome {
                    Ok(_) => late::judge(work, &turn.table, table).await?,
                    Err(why) => Err(why.clone()),
                };
            }
        }
        if let Err(why) = work.close_knot(holds).await? {
            for (_, outcome) in outcomes.iter_mut().filter(|(_, outcome)| outcome.is_ok()) {
                *outcome = Err(why.clone());
            }
        }
    }
    for (turn, outcome) in outcomes {
        match outcome {
            Ok(rows) => filled.rows.push((turn.table.clone(), rows)),
            Err(why) => filled.unfilled.push((turn.table.clone(), why)),
        }
    }
    Ok(())
}

/// Whether a table has rows already by the triggers of tables that were filled before.
async fn is_fed(
    work: &mut Work<'_>,
    filled: &Filled,
    feeders: Option<&BTreeSet<Name>>,
    table: &Name,
) -> sqlx::Result<bool> {
    let Some(feeders) = feeders else { return Ok(false) };
    let has_rows = |(name, rows): &(Name, usize)| *rows > 0 && feeders.contains(name);
    Ok(filled.rows.iter().any(has_rows) && insert::count(work, table).await? > 0)
}
