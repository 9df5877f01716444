//! Runners that keep each other out by the row of a table.

use std::sync::Arc;

use migrate_db::{Event, Locking, Migrator};

use super::*;

on!(postgres, Postgres:
    many_at_once_take_turns_at_the_row,
    the_row_is_gone_after_an_error_a_panic_and_a_dropped_run,
    a_row_of_the_living_is_waited_for_and_one_of_the_dead_is_not,
    the_row_shows_signs_of_life_while_its_holder_works,
    a_database_that_has_no_locks_gets_a_row,
);
on!(mysql, Mysql:
    many_at_once_take_turns_at_the_row,
    the_row_is_gone_after_an_error_a_panic_and_a_dropped_run,
    a_row_of_the_living_is_waited_for_and_one_of_the_dead_is_not,
    the_row_shows_signs_of_life_while_its_holder_works,
);
on!(sqlite, Sqlite: a_file_needs_no_row);

fn by_row() -> Options {
    Options { lock: Locking::Table, ..options() }
}

async fn rows(db: &Db) -> Vec<String> {
    db.column("SELECT holder FROM migrate_version_lock").await
}

async fn many_at_once_take_turns_at_the_row(db: Db) {
    let history = Arc::new(chain(db.dialect, 10));
    let mut runners = Vec::new();
    for _ in 0..20 {
        let (history, database) = (history.clone(), db.database());
        runners.push(tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(by_row());
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap().unwrap();
    }
    assert_eq!(steps, 10);
    assert!(rows(&db).await.is_empty());
}

async fn the_row_is_gone_after_an_error_a_panic_and_a_dropped_run(db: Db) {
    let broken = history(db.dialect, &[revision("z", "", "SELECT * FROM nowhere;", "SELECT 1;")]);
    upgrade_with(&db, &broken, "head", by_row()).await.unwrap_err();
    assert!(rows(&db).await.is_empty(), "after an error");
    // What a step that stopped partway left, where there is one.
    let _ = db.try_execute("DELETE FROM migrate_version").await;

    let panicking = {
        let (history, database) = (chain(db.dialect, 3), db.database());
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(by_row()).on_event(|event| {
                assert!(!matches!(event, Event::Started { .. }), "a panic in the middle");
            });
            migrator.upgrade(&database, &"head".parse().unwrap()).await.is_ok()
        })
    };
    assert!(panicking.await.is_err());
    assert!(rows(&db).await.is_empty(), "after a panic");

    let sleep =
        if db.dialect == Dialect::Postgres { "SELECT pg_sleep(5);" } else { "DO SLEEP(5);" };
    let slow = history(db.dialect, &[revision("r000", "", sleep, "SELECT 1;")]);
    let mut migrator = Migrator::new(&slow).options(by_row());
    let (database, target) = (db.database(), "head".parse().unwrap());
    let run = migrator.upgrade(&database, &target);
    assert!(tokio::time::timeout(Duration::from_millis(500), run).await.is_err());
    assert!(rows(&db).await.is_empty(), "after it was dropped");
}

async fn a_row_of_the_living_is_waited_for_and_one_of_the_dead_is_not(db: Db) {
    let history = chain(db.dialect, 1);
    let table = migrate_core::version_table::VersionTable::new(db.dialect, "migrate_version");
    let lock = migrate_core::lock_table::LockTable::beside(&table);
    db.execute(&lock.create()).await;
    db.execute(&lock.take("somebody's", "grace@elsewhere")).await;
    let impatient = Options { lock_wait: Duration::from_millis(300), ..by_row() };
    let error = upgrade_with(&db, &history, "head", impatient.clone()).await.unwrap_err();
    let Error::Busy { holder, .. } = &error else { panic!("{error:?}") };
    assert!(holder.starts_with("grace@elsewhere, since 2"), "{holder}");
    assert_eq!(rows(&db).await, ["grace@elsewhere"]);

    let ago = db.dialect.templates().ago.replace("{}", "31");
    db.execute(&format!("UPDATE migrate_version_lock SET alive_at = {ago}")).await;
    let report = upgrade_with(&db, &history, "head", impatient).await.unwrap();
    assert_eq!(report.steps.len(), 1);
    assert!(rows(&db).await.is_empty());
}

async fn the_row_shows_signs_of_life_while_its_holder_works(db: Db) {
    let sleep =
        if db.dialect == Dialect::Postgres { "SELECT pg_sleep(7);" } else { "DO SLEEP(7);" };
    let slow = history(db.dialect, &[revision("r000", "", sleep, "SELECT 1;")]);
    let database = db.database();
    let run = tokio::spawn(async move {
        let mut migrator = Migrator::new(&slow).options(by_row());
        migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
    });
    tokio::time::sleep(Duration::from_secs(6)).await;
    let lived = db
        .column("SELECT CASE WHEN alive_at > taken_at THEN 'yes' ELSE 'no' END FROM migrate_version_lock")
        .await;
    assert_eq!(lived, ["yes"]);
    assert_eq!(run.await.unwrap().unwrap(), 1);
    assert!(rows(&db).await.is_empty());
}

async fn a_database_that_has_no_locks_gets_a_row(db: Db) {
    db.execute("ALTER FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) RENAME TO gone").await;
    let history = chain(db.dialect, 2);
    let strict = Options { lock: Locking::Session, ..options() };
    upgrade_with(&db, &history, "head", strict).await.unwrap_err();
    let report = upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert!(rows(&db).await.is_empty(), "the table is there, and the row is gone");
}

async fn a_file_needs_no_row(db: Db) {
    upgrade_with(&db, &chain(db.dialect, 2), "head", by_row()).await.unwrap();
    let tables = db.column("SELECT name FROM sqlite_master WHERE name LIKE '%lock%'").await;
    assert!(tables.is_empty(), "{tables:?}");
}
