//! The cases of other projects' suites: both sides of each, on a server. They are not part of the
//! repository: `MIGRATE_CASES` names their folder.

use std::fs;

use migrate_core::dialect::Dialect;
use serde_json::Value;

use super::corpora::shared;
use super::live::Ground;
use super::side_by_side::{Counts, Pair};

async fn sides(dialect: Dialect) {
    let Some(folder) = shared("MIGRATE_CASES", "cases") else { return };
    let Some(ground) = Ground::fresh(dialect).await else { return };
    let mut counts = Counts::default();
    let mut faults = Vec::new();
    let mut sides = 0;
    for file in ["alembic", "sqldef", "atlas", "migra"] {
        let text = fs::read_to_string(folder.join(format!("{file}.jsonl"))).unwrap();
        for line in text.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| case[key].as_str().unwrap_or_default();
            if text("dialect") != dialect.name() {
                continue;
            }
            for side in ["current_sql", "desired_sql"] {
                let Some(mut pair) = Pair::on(&ground, dialect).await else { return };
                let place = format!("{file}: {}: {side}", text("name"));
                pair.run(&place, text("setup_sql")).await;
                pair.run(&place, text(side)).await;
                pair.compare(&place).await;
                counts.add(pair.counts);
                faults.append(&mut pair.faults);
                sides += 1;
                pair.drop().await;
            }
        }
    }
    ground.drop().await;
    println!("{dialect}: {sides} sides, {counts:?}");
    assert!(faults.is_empty(), "{dialect}: {}\n{}", faults.len(), faults.join("\n\n"));
    assert!(counts.unknown * 33 < counts.objects, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_cases_are_as_the_catalog_has_them() {
    sides(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql_cases_are_as_the_catalog_has_them() {
    sides(Dialect::Mysql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_cases_are_as_the_catalog_has_them() {
    sides(Dialect::Postgres).await;
}
