//! Rows: what tables are filled with before an up, and what became of them.
//!
//! Filling goes from the inside of a table outwards: `kind` says what a type can hold, `samples`
//! its edges, `slot` which columns are chosen together and what the checks leave of them, `plan`
//! puts that together for a table, `choose` makes rows of it, `insert` brings them in. `order` says
//! which table comes when, `late` sees to what had to wait. `contents` reads rows, `loss` compares
//! them. Nothing here knows of revisions.

mod choose;
mod contents;
mod insert;
mod kind;
mod late;
mod loss;
mod order;
mod plan;
mod samples;
mod slot;
mod value;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Schema};

pub use contents::Contents;
pub(crate) use contents::contents;
pub use loss::{Change, Loss, Samples, losses, undeclared};
pub(super) use plan::partitioned_parent;
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
) -> sqlx::Result<Filled> {
    if filling.in_transaction {
        return fill_all(connection, dialect, schema, tables, filling).await;
    }
    connection.begin(false).await?;
    match fill_all(connection, dialect, schema, tables, filling).await {
        Ok(filled) => connection.execute("COMMIT").await.map(|_| filled),
        Err(error) => {
            // The first error is the one to tell.
            let _ = connection.execute("ROLLBACK").await;
            Err(error)
        }
    }
}

async fn fill_all(
    connection: &mut Connection,
    dialect: Dialect,
    schema: &Schema,
    tables: &BTreeSet<Name>,
    filling: Filling<'_>,
) -> sqlx::Result<Filled> {
    let mut work = Work { connection, dialect, schema, filling, promises: BTreeMap::new() };
    let mut filled = Filled::default();
    let mut wanted = tables.clone();
    for table in tables.iter().filter_map(|name| schema.tables.get(name)) {
        // A partition gets its rows through its parent.
        wanted.extend(plan::partitioned_parent(schema, table));
    }
    let knots = order::order(schema, &schema.with_parents(wanted));
    for knot in &knots {
        let is_tied = knot.iter().any(|turn| !turn.promised.is_empty());
        if is_tied {
            work.open_knot().await?;
        }
        let mut outcomes = Vec::new();
        for turn in knot {
            let Some(table) = schema.tables.get(&turn.table) else { continue };
            let outcome = match plan::is_no_store(table) {
                Some(why) => Err(why),
                None => insert::insert(&mut work, turn, table).await?,
            };
            outcomes.push((turn, outcome));
        }
        if is_tied {
            let mut holds = Ok(());
            for (turn, outcome) in &outcomes {
                let Some(table) = schema.tables.get(&turn.table) else { continue };
                if holds.is_ok() {
                    holds = match outcome {
                        Ok(_) => late::judge(&mut work, &turn.table, table).await?,
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
    }
    for turn in knots.iter().flatten().filter(|turn| !turn.late.is_empty()) {
        if let Some(table) = schema.tables.get(&turn.table) {
            late::connect(&mut work, turn, table).await?;
        }
    }
    work.settle().await?;
    Ok(filled)
}
