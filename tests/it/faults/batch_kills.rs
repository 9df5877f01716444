//! The tool is killed at moments spread over the batches of a section: every row is changed once.

use std::process::Stdio;
use std::time::Instant;

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use tokio::process::Command;

use super::site::quiet;
use super::{Dice, number};
use crate::scenarios::{applied, history, revision, revision_with, status};
use crate::support::TestEnvironment;
use crate::support::db::Db;

within!(sqlite, Sqlite: killed_between_batches);
within!(postgres, Postgres: killed_between_batches);
within!(mysql, Mysql: killed_between_batches);

/// The rows of the table.
const ROWS: usize = 900;

/// The rows of one batch.
const SIZE: usize = 10;

fn kills() -> u64 {
    number("MIGRATE_TEST_KILLS", 30)
}

fn limit() -> u64 {
    120 + kills() * 3
}

async fn killed_between_batches(db: Db) {
    let mut dice = Dice::new();
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let history = set_up(&db, &env);
    env.ok(&["upgrade", "a"]);
    let since = Instant::now();
    env.ok(&["upgrade"]);
    let time = since.elapsed();
    let (mut killed, mut within, mut rounds) = (0, 0, 0);
    while killed < kills() {
        rounds += 1;
        assert!(rounds <= kills() * 4 + 20, "it ends before it can be killed");
        env.ok(&["downgrade", "a", "--yes"]);
        while killed < kills() {
            let mut child = Command::from(env.command(&["upgrade"]));
            child.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
            let mut child = child.spawn().unwrap();
            tokio::time::sleep(dice.part_of(time)).await;
            let alive = child.try_wait().unwrap().is_none();
            if alive {
                child.start_kill().unwrap();
            }
            let ended = child.wait().await.unwrap();
            if !alive || ended.code().is_some() {
                break;
            }
            killed += 1;
            quiet(&db).await;
            within += u64::from(verify(&db, &history).await);
        }
        env.ok(&["upgrade"]);
        assert_eq!(counts(&db).await, [format!("1: {ROWS}")]);
    }
    println!("{killed} kills, {within} of them between batches, in {rounds} rounds of {time:?}");
    assert!(within > 0, "no kill met a batch");
}

fn set_up(db: &Db, env: &TestEnvironment) -> History {
    let create = format!(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER);\n\
         INSERT INTO t WITH RECURSIVE s(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < {ROWS}) SELECT 7 * k, 0 FROM s;"
    );
    let up = "UPDATE t SET n = n + 1 WHERE id BETWEEN :first AND :last;";
    let options = format!("batch size:{SIZE} key:t.id pause:1ms");
    let files = [
        revision("a", "", &create, "DROP TABLE t;"),
        revision_with("b", "a", &options, up, "", "UPDATE t SET n = 0;"),
    ];
    for (name, text) in &files {
        env.write(&format!("migrations/{name}"), text);
    }
    history(db.dialect, &files)
}

/// Compares the batches that the version table counts with the rows; whether some are done and some
/// are not.
async fn verify(db: &Db, history: &History) -> bool {
    let state = status(db, history).await;
    let Some(unfinished) = state.unfinished.first() else {
        let is_done = applied(db, history).await.len() == 2;
        let all = if is_done { format!("1: {ROWS}") } else { format!("0: {ROWS}") };
        assert_eq!(counts(db).await, [all]);
        return false;
    };
    assert!(unfinished.in_batches && !unfinished.in_doubt(), "{unfinished:?}");
    let changed = unfinished.done * SIZE;
    let expected: Vec<String> = [(0, ROWS - changed), (1, changed)]
        .into_iter()
        .filter(|(_, rows)| *rows > 0)
        .map(|(n, rows)| format!("{n}: {rows}"))
        .collect();
    assert_eq!(counts(db).await, expected, "{unfinished:?}");
    changed > 0
}

/// The different counts, with the number of rows of each.
async fn counts(db: &Db) -> Vec<String> {
    let text = match db.dialect {
        Dialect::Mysql => "CONCAT(n, ': ', COUNT(*))",
        _ => "CAST(n AS TEXT) || ': ' || CAST(COUNT(*) AS TEXT)",
    };
    db.column(&format!("SELECT {text} FROM t GROUP BY n ORDER BY n")).await
}
