//! Random statements on a real server and on the static schema.
//!
//! After the statements that the server takes, the catalog must be the static schema; no statement that
//! it takes may be refused. The statements are the same in every run, unless `PROPTEST_CASES`
//! says how many others are wanted.

mod downs;
mod mysql;
mod postgres;
mod sqlite;

use migrate_core::dialect::Dialect;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tokio::runtime::{Builder, Runtime};

use super::draws;
use super::live::Ground;
use super::side_by_side::{Counts, Pair};

/// How many failures a run shows.
const SHOWN: usize = 24;

/// How many statements are run between two comparisons with the catalog, which takes longer than they do.
const BETWEEN: usize = 4;

/// Runs sequences of statements; `usual` of them where the environment asks for no number.
fn check(dialect: Dialect, usual: usize, sequences: impl Strategy<Value = Vec<String>>) {
    let (number, mut runner) = draws::runner(usual);
    let drawn = (0..number).map(|_| sequences.new_tree(&mut runner).unwrap().current());
    check_each(dialect, drawn);
}

/// Runs the sequences that once failed: a statement a line, an empty line between two sequences.
fn check_found(dialect: Dialect, sequences: &str) {
    let statements = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("--")).map(str::to_owned).collect()
    };
    check_each(dialect, sequences.split("\n\n").map(statements));
}

fn check_each(dialect: Dialect, sequences: impl Iterator<Item = Vec<String>>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let Some(ground) = runtime.block_on(Ground::fresh(dialect)) else { return };
    let mut counts = Counts::default();
    let mut failures = Vec::new();
    for sequence in sequences {
        let Some(outcome) = run(&runtime, &ground, dialect, &sequence, BETWEEN) else { return };
        counts.add(outcome.counts);
        if outcome.fault.is_some() {
            failures.push(smallest(&runtime, &ground, dialect, outcome));
            if failures.len() == SHOWN {
                break;
            }
        }
    }
    runtime.block_on(ground.drop());
    println!("{dialect}: {counts:?}");
    // The simplest first.
    failures.sort_by_key(String::len);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What happened to a sequence of statements.
struct Outcome {
    counts: Counts,
    /// What the static schema first claims against the server.
    fault: Option<String>,
    /// The statements that the server takes up to there, and the last one.
    statements: Vec<String>,
}

/// Runs a sequence up to its first fault, and compares after each few statements that the server takes; `None` where the environment says to do without a server.
fn run(
    runtime: &Runtime,
    ground: &Ground,
    dialect: Dialect,
    statements: &[String],
    between: usize,
) -> Option<Outcome> {
    runtime.block_on(async {
        let mut pair = Pair::on(ground, dialect).await?.quiet();
        let mut ran = Vec::new();
        let mut is_whole = true;
        for sql in statements {
            if pair.run("", sql).await {
                ran.push(sql.clone());
                if pair.faults.is_empty() && ran.len() % between == 0 {
                    pair.compare("").await;
                }
            } else if dialect == Dialect::Mysql
                && (sql.contains("DROP TABLE") || sql.contains("CREATE OR REPLACE"))
            {
                // What it drops first is gone.
                is_whole = false;
                break;
            }
            if !pair.faults.is_empty() {
                break;
            }
        }
        if is_whole && pair.faults.is_empty() {
            pair.compare("").await;
        }
        let fault = (!pair.faults.is_empty()).then(|| pair.faults.join("\n"));
        let counts = pair.counts;
        pair.drop().await;
        Some(Outcome { counts, fault, statements: ran })
    })
}

/// Describes a failure with as few statements as it needs.
fn smallest(runtime: &Runtime, ground: &Ground, dialect: Dialect, mut least: Outcome) -> String {
    if let Some(outcome) = run(runtime, ground, dialect, &least.statements, 1)
        && outcome.fault.is_some()
    {
        least = outcome;
    }
    // The last statement is the one that fails.
    for at in (0..least.statements.len().saturating_sub(1)).rev() {
        let mut fewer = least.statements.clone();
        fewer.remove(at);
        if let Some(outcome) = run(runtime, ground, dialect, &fewer, 1)
            && outcome.fault.is_some()
        {
            least = outcome;
        }
    }
    let fault = least.fault.unwrap_or_default();
    format!("{};\n{fault}", least.statements.join(";\n"))
}
