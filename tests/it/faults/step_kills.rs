//! A program is killed in a step in Rust, and in the batches of one: the step happens whole or not at all, each
//! batch once, and the next run continues.

use std::process::Stdio;
use std::time::Instant;

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::source::SourceFile;
use tokio::process::Command;

use super::site::quiet;
use super::{Dice, number};
use crate::scenarios::{applied, status};
use crate::support::TestEnvironment;
use crate::support::db::Db;

within!(sqlite, Sqlite: killed_in_a_step_in_rust);
within!(postgres, Postgres: killed_in_a_step_in_rust);
within!(mysql, Mysql: killed_in_a_step_in_rust);

// The rows of the table that is visited, those of a batch, and those that the other step inserts.
const VISITED: usize = 600;
const SIZE: usize = 10;
const FILLED: usize = 200;

fn kills() -> u64 {
    number("MIGRATE_TEST_KILLS", 30)
}

fn limit() -> u64 {
    120 + kills() * 3
}

async fn killed_in_a_step_in_rust(db: Db) {
    let mut dice = Dice::new();
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    env.set("STEPS", "1");
    let history = history(db.dialect);
    let call = |args: &[&str]| {
        let outcome = env.run_mounted(args);
        assert_eq!(outcome.code, 0, "{outcome}");
        outcome
    };
    call(&["upgrade", "a"]);
    let since = Instant::now();
    call(&["upgrade"]);
    let time = since.elapsed();
    let (mut killed, mut before, mut within, mut rounds) = (0, 0, 0, 0);
    while killed < kills() || before == 0 || within == 0 {
        rounds += 1;
        assert!(rounds <= kills() * 4 + 20, "{killed} kills, {before} and {within} in the steps");
        call(&["downgrade", "a", "--yes"]);
        // A run that is never killed ends the round.
        for _ in 0..10 {
            let mut child = Command::from(env.command_mounted(&["upgrade"]));
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
            let done = verify(&db, &history).await;
            before += u64::from(done.is_none());
            if let Some(done @ 1..) = done {
                within += 1;
                // What is told of it is what is there.
                let told = env.run_mounted(&["repair"]);
                assert!(told.to_string().contains(&format!("{done} batch")), "{done}: {told}");
            }
        }
        call(&["upgrade"]);
        assert_eq!(verify(&db, &history).await, Some(0));
        assert_eq!(counts(&db).await, (FILLED, VISITED));
    }
    println!(
        "{killed} kills, {before} of them before or in the step, {within} between batches, in {rounds} rounds of {time:?}"
    );
}

fn history(dialect: Dialect) -> History {
    let files = [
        ("a.sql", include_str!("../../mounted_steps/a.sql")),
        ("b.sql", include_str!("../../mounted_steps/b.sql")),
        ("c.sql", include_str!("../../mounted_steps/c.sql")),
    ];
    let files = files.map(|(name, text)| SourceFile::new(name, text)).into();
    let (history, found) = History::read(files, None, &[dialect]);
    assert!(!found.has_errors(), "{found}");
    history
}

/// Compares what is recorded with the rows; the number of batches that an unfinished step has done, 0 without
/// one, and `None` while the first step is not done.
async fn verify(db: &Db, history: &History) -> Option<usize> {
    let (filled, visited) = counts(db).await;
    let applied = applied(db, history).await.len();
    let state = status(db, history).await;
    let Some(unfinished) = state.unfinished.first() else {
        let expected = [(0, 0), (FILLED, 0), (FILLED, VISITED)][applied - 1];
        assert_eq!((filled, visited), expected, "{applied} applied");
        return (applied > 1).then_some(0);
    };
    assert!(!unfinished.in_doubt(), "{unfinished:?}");
    if unfinished.revision == "b" {
        assert_eq!((filled, visited), (FILLED * unfinished.done, 0), "{unfinished:?}");
        return None;
    }
    assert!(unfinished.in_batches, "{unfinished:?}");
    assert_eq!((filled, visited), (FILLED, unfinished.done * SIZE), "{unfinished:?}");
    Some(unfinished.done)
}

/// The rows that are filled, and the sum of the visits, none of which is a second one.
async fn counts(db: &Db) -> (usize, usize) {
    let text = if db.dialect == Dialect::Mysql { "CHAR" } else { "TEXT" };
    let value = async |sql: &str| {
        let found = db.column(&format!("SELECT CAST(({sql}) AS {text})")).await;
        found[0].parse::<usize>().unwrap()
    };
    assert_eq!(value("SELECT COUNT(*) FROM visited WHERE n > 1").await, 0);
    (
        value("SELECT COUNT(*) FROM filled").await,
        value("SELECT COUNT(*) FROM visited WHERE n = 1").await,
    )
}
