//! Random revisions on top of random statements: what the static check says of their downs, a server says as
//! well.
//!
//! A down is the derived one, whole or with one mistake, or begins with a random statement. Every finding must
//! be one of the real round trip, and a derived down that is whole must lead back.

use std::collections::BTreeSet;

use migrate_core::derive::derive_down;
use migrate_core::dialect::Dialect;
use migrate_core::evolution::Evolution;
use migrate_core::history::{History, StaticChecks};
use migrate_core::schema::{Schema, compare, leftover};
use migrate_core::source::SourceFile;
use migrate_core::static_check;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use tokio::runtime::Builder;

use super::draws;
use super::{Ground, SHOWN};
use crate::live::Live;

/// Mistakes of a down: what is written instead of what.
const MISTAKES: [(&str, &str); 17] = [
    (" integer", " bigint"),
    (" integer", " int4"),
    (" text", " varchar(20)"),
    (" text", " TEXT"),
    (" NOT NULL", ""),
    (" CASCADE", ""),
    (" UNIQUE", ""),
    ("'x'", "'y'"),
    ("'x'", "'x'::text"),
    ("> 0", "> 1"),
    ("> 0", ">0"),
    ("now()", "CURRENT_TIMESTAMP"),
    (" DEFAULT 1", " DEFAULT '1'"),
    (" (a)", " (a ASC)"),
    ("CREATE INDEX", "CREATE UNIQUE INDEX"),
    ("IF EXISTS ", ""),
    ("DROP ", "DROP x"),
];

/// What a random revision is made of.
#[derive(Debug)]
struct Draw {
    /// What was there before, and the up.
    statements: Vec<String>,
    /// How many of the statements are the up.
    up: usize,
    /// A statement of a down that leads elsewhere.
    other: String,
    /// A number from which mistakes are chosen.
    choice: usize,
}

/// Compares the static findings of random revisions with a server.
pub(super) fn check(
    dialect: Dialect,
    usual: usize,
    sequences: impl Strategy<Value = Vec<String>>,
    other: impl Strategy<Value = String>,
) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (number, mut runner) = draws::runner(usual);
    let Some(ground) = runtime.block_on(Ground::fresh(dialect)) else { return };
    let draws = (sequences, 1..5_usize, vec(other, 1), any::<usize>());
    let mut tally = Tally::default();
    for _ in 0..number {
        let (statements, up, mut other, choice) = draws.new_tree(&mut runner).unwrap().current();
        let draw = Draw { statements, up, other: other.remove(0), choice };
        runtime.block_on(tally.add(&ground, dialect, draw));
        if tally.faults.len() >= SHOWN {
            break;
        }
    }
    runtime.block_on(ground.drop());
    let Tally { downs, wrong, found, whole, mut faults } = tally;
    println!(
        "{dialect}: {downs} downs, {whole} of them derived and whole, {wrong} wrong, {found} found"
    );
    faults.sort_by_key(String::len);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[derive(Debug, Default)]
struct Tally {
    downs: usize,
    /// Downs that the server finds wrong, and those of them that are found without it.
    wrong: usize,
    found: usize,
    /// Derived downs that are whole.
    whole: usize,
    faults: Vec<String>,
}

impl Tally {
    async fn add(&mut self, ground: &Ground, dialect: Dialect, draw: Draw) {
        let Some(mut live) = ground.live().await else { return };
        let is_of_session = |sql: &&String| {
            let text = sql.to_lowercase();
            ["temp ", "set search_path", "set_config"].iter().any(|word| text.contains(word))
        };
        let at = draw.statements.len().saturating_sub(draw.up);
        let (base, up) = draw.statements.split_at(at);
        let base = taken(&mut live, base.iter().filter(|sql| !is_of_session(sql))).await;
        let before = live.schema().await.unwrap();
        let up = taken(&mut live, up.iter().filter(|sql| !is_of_session(sql))).await;
        if !up.is_empty() {
            for (down, is_whole) in downs(dialect, &base, &up, &draw) {
                live.attempt().await;
                self.down(&mut live, dialect, (&base, &up, &down), &before, is_whole).await;
                live.undo().await;
            }
        }
        live.drop().await;
    }

    async fn down(
        &mut self,
        live: &mut Live,
        dialect: Dialect,
        (base, up, down): (&[String], &[String], &[String]),
        before: &Schema,
        is_whole: bool,
    ) {
        self.downs += 1;
        self.whole += usize::from(is_whole);
        let mut refused = None;
        for sql in down {
            if let Err(error) = live.execute(sql).await {
                refused = Some(format!("{error}\n  {sql}"));
                break;
            }
        }
        let real: BTreeSet<String> = match refused {
            Some(_) => BTreeSet::new(),
            None => {
                let after = live.schema().await.unwrap();
                let found = compare(before, &after);
                let found = found.iter().filter(|one| !one.is_order());
                found.map(|one| format!("after the down {}", leftover(one))).collect()
            }
        };
        self.wrong += usize::from(refused.is_some() || !real.is_empty());
        let text = |list: &[String]| list.join(";\n");
        let place = format!("{};\n-- up\n{};\n-- down\n{}", text(base), text(up), text(down));
        if is_whole {
            let wrong = refused.iter().chain(&real).cloned().collect::<Vec<_>>().join("\n");
            if !wrong.is_empty() {
                self.faults.push(format!("{place}\nis derived, but: {wrong}"));
            }
        }
        let history = history(dialect, base, up, Some(down));
        let found = static_check::check_on(&history, StaticChecks::All, dialect);
        let mut is_found = false;
        for one in &found {
            is_found = true;
            let is_true = match one.code.as_str() {
                "left-behind" | "not-restored" | "restored-otherwise" => {
                    refused.is_some() || real.iter().any(|of| subject(of) == subject(&one.message))
                }
                _ => refused.is_some() && one.message.ends_with("the down"),
            };
            if !is_true {
                self.faults.push(format!("{place}\n{one}\nbut: {real:?}"));
            }
        }
        self.found += usize::from(is_found);
    }
}

/// What a message says differs, without the texts, which the catalog may write otherwise.
fn subject(message: &str) -> &str {
    let ends = [" was ", " were ", " differs", " differ"];
    let end = ends.iter().filter_map(|end| message.find(end)).min();
    &message[..end.unwrap_or(message.len())]
}

/// Runs statements, and returns those that the server takes.
async fn taken<'s>(live: &mut Live, list: impl Iterator<Item = &'s String>) -> Vec<String> {
    let mut ran = Vec::new();
    for sql in list {
        if live.execute(sql).await.is_ok() {
            ran.push(sql.clone());
        }
    }
    ran
}

/// A history of what was there before and one revision.
fn history(dialect: Dialect, base: &[String], up: &[String], down: Option<&[String]>) -> History {
    let text = |list: &[String]| list.join(";\n");
    let down = down.map_or_else(String::new, |down| format!("-- migrate:down\n{};\n", text(down)));
    let base = format!(
        "-- revision: a\n-- revises:\n\n-- migrate:up\n{};\n\n-- migrate:irreversible test\n",
        text(base)
    );
    let up = format!("-- revision: b\n-- revises: a\n\n-- migrate:up\n{};\n\n{down}", text(up));
    let files = vec![SourceFile::new("a.sql", base), SourceFile::new("b.sql", up)];
    History::read(files, None, &[dialect]).0
}

/// Downs of a revision, and whether they are said to lead back.
fn downs(
    dialect: Dialect,
    base: &[String],
    up: &[String],
    draw: &Draw,
) -> Vec<(Vec<String>, bool)> {
    let history = history(dialect, base, up, None);
    let mut evolution = Evolution::new(&history.graph, dialect).unwrap();
    let derived = derive_down(&mut evolution, history.graph.node("b").unwrap());
    let whole: Vec<String> = derived.statements.into_iter().map(|step| step.sql).collect();
    let mut found = vec![(vec![draw.other.clone()], false)];
    if whole.is_empty() {
        return found;
    }
    let mut fewer = whole.clone();
    let left_out = fewer.remove(draw.choice % whole.len());
    if !fewer.is_empty() {
        found.push((fewer.clone(), false));
    }
    fewer.insert(0, left_out);
    found.push((fewer, false));
    let mut mistaken = whole.clone();
    for at in 0..mistaken.len() {
        let sql = &mistaken[at];
        let (from, to) = MISTAKES[(draw.choice + at) % MISTAKES.len()];
        let fits = std::iter::once((from, to)).chain(MISTAKES).find(|(from, _)| sql.contains(from));
        if let Some((from, to)) = fits {
            mistaken[at] = sql.replacen(from, to, 1);
        }
    }
    found.push((mistaken, false));
    let is_whole = derived.missing.iter().all(|one| one.why.contains("the rows before it"));
    found.push((whole, is_whole));
    found
}
