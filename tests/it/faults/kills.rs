//! The tool is killed at moments spread over its run, up and down.

use std::time::{Duration, Instant};

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use migrate_db::Migrations;
use tokio::process::Command;

use super::site::{Site, ended, way};
use super::{Dice, number};
use crate::support::db::Db;
use crate::support::fleet::Fleet;

within!(sqlite, Sqlite: killed_in_one_transaction, killed_between_transactions);
within!(postgres, Postgres: killed_between_transactions, killed_with_the_lock_row);
within!(mysql, Mysql: killed_between_transactions, killed_with_the_lock_row);

within!(fleet_sqlite, Sqlite: killed_on_several_databases);
within!(fleet_postgres, Postgres: killed_on_several_databases);
within!(fleet_mysql, Mysql: killed_on_several_databases);

fn kills() -> u64 {
    number("MIGRATE_TEST_KILLS", 30)
}

fn limit() -> u64 {
    120 + kills() * 3
}

async fn killed_in_one_transaction(db: Db) {
    kill(db, kills(), "transaction = \"all\"").await;
}

async fn killed_between_transactions(db: Db) {
    kill(db, kills(), "transaction = \"each\"").await;
}

/// A row outlives whoever held it: it is waited for until its time is over, which the test makes
/// come sooner.
async fn killed_with_the_lock_row(db: Db) {
    kill(db, kills().div_ceil(4), "lock = \"table\"").await;
}

async fn kill(db: Db, wanted: u64, settings: &str) {
    let mut dice = Dice::new();
    let mut site = Site::new(db).await;
    site.env.write("migrate.toml", &format!("{settings}\n"));
    let times = [
        (Direction::Up, site.time(way(Direction::Up)).await),
        (Direction::Down, site.time(way(Direction::Down)).await),
    ];
    let (mut killed, mut rounds) = (0, 0);
    while killed < wanted {
        rounds += 1;
        assert!(rounds <= wanted * 4 + 20, "it ends before it can be killed");
        site.reset().await;
        for (direction, time) in times {
            // Until one of them comes to its end by itself.
            while killed < wanted && kill_one(&site, direction, dice.part_of(time)).await {
                killed += 1;
                // The next one may also meet what the server still does for the last.
                if dice.coin() {
                    site.verify(direction).await;
                }
            }
            forget_the_dead(&site).await;
            site.finish(direction).await;
        }
    }
    println!("{killed} kills in {rounds} rounds, {} repairs; {times:?}", site.repairs);
}

/// Whether it was killed before it ended.
async fn kill_one(site: &Site, direction: Direction, after: Duration) -> bool {
    forget_the_dead(site).await;
    let mut child = site.start(way(direction));
    tokio::time::sleep(after).await;
    let alive = child.try_wait().unwrap().is_none();
    if alive {
        child.start_kill().unwrap();
    }
    let ended = ended(child).await;
    // It may have come to its end, or met a doubt, in the moment before.
    ended.code.is_none() && alive
}

/// Makes the lock row of a runner that was killed look as old as it will be.
async fn forget_the_dead(site: &Site) {
    let ago = site.db.dialect.templates().ago.replace("{}", "31");
    let sql = format!("UPDATE migrate_version_lock SET alive_at = {ago}");
    // There is no such table where the lock is another one.
    let _ = site.db.try_execute(&sql).await;
}

/// The same call again is all that it takes: each database has each step once.
async fn killed_on_several_databases(db: Db) {
    let mut dice = Dice::new();
    let names: Vec<String> = (0..8).map(|n| format!("tenant {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let wanted = kills().div_ceil(3);
    let fleet = Fleet::new(db, &names).await;
    let history = Migrations::from_folder(fleet.env.path("migrations")).unwrap();
    let since = Instant::now();
    fleet.env.ok(&["upgrade", "--all"]);
    let time = since.elapsed();
    let (mut killed, mut tries, mut doubts) = (0, 0, 0);
    while killed < wanted {
        tries += 1;
        assert!(tries <= wanted * 4 + 20, "it ends before it can be killed");
        for name in &names {
            fleet.database(name).drop(true).await.unwrap();
            fleet.database(name).create().await.unwrap();
        }
        let command = fleet.env.command(&["upgrade", "--all", "--keep-going"]);
        let mut child = Command::from(command).kill_on_drop(true).spawn().unwrap();
        tokio::time::sleep(dice.part_of(time)).await;
        let alive = child.try_wait().unwrap().is_none();
        if alive {
            child.start_kill().unwrap();
        }
        killed += u64::from(child.wait().await.unwrap().code().is_none() && alive);
        let again = fleet.env.run(&["upgrade", "--all", "--keep-going"]);
        // A statement in doubt is for a person, where no transaction holds it.
        if again.code != 0 {
            assert_eq!(fleet.db.dialect, Dialect::Mysql, "{again}");
            assert!(again.stderr.contains("cargo migrate repair"), "{again}");
            doubts += 1;
            continue;
        }
        for name in &names {
            let log = history.migrator().log(fleet.database(name)).await.unwrap();
            let upgrades = log.iter().filter(|row| row.event == "upgrade");
            let mut upgrades: Vec<&str> = upgrades.map(|row| row.revision.as_str()).collect();
            upgrades.sort_unstable();
            assert_eq!(upgrades, ["aaa", "bbb", "ccc"], "{name}");
        }
    }
    println!("{killed} kills in {tries} tries, {doubts} in doubt");
    fleet.end().await;
}
