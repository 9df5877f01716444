//! Many runners at once, and what becomes of a lock.

use std::sync::Arc;

use migrate_db::{Event, Locking, Migrator};

use super::*;

everywhere!(
    many_at_once_do_each_step_once,
    without_a_lock_each_step_still_happens_once,
    a_lock_is_free_again_after_an_error_a_panic_and_a_dropped_run,
);
on!(postgres_lock, Postgres: a_runner_that_waits_says_for_whom_and_gives_up);
on!(mysql_lock, Mysql: a_runner_that_waits_says_for_whom_and_gives_up);

async fn together(db: &Db, history: History, count: usize, lock: Locking) -> Result<usize, Error> {
    let history = Arc::new(history);
    let mut runners = Vec::new();
    for n in 0..count {
        let (history, database) = (history.clone(), db.database());
        let mut options = Options { lock, lock_wait: Duration::from_secs(60), ..options() };
        if n % 2 == 0 {
            options.transactions = Some(Transactions::PerRevision);
        }
        runners.push(tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options);
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap()?;
    }
    Ok(steps)
}

async fn many_at_once_do_each_step_once(db: Db) {
    let history = chain(db.dialect, 20);
    assert_eq!(together(&db, history.clone(), 50, Locking::Session).await.unwrap(), 20);
    once_each(&db, &history).await;
}

async fn without_a_lock_each_step_still_happens_once(db: Db) {
    let history = chain(db.dialect, 10);
    assert_eq!(together(&db, history.clone(), 8, Locking::None).await.unwrap(), 10);
    once_each(&db, &history).await;
}

async fn once_each(db: &Db, history: &History) {
    let count = history.graph.order().count();
    assert_eq!(applied(db, history).await.len(), count);
    let events = events(db, history).await;
    let ups = events.iter().filter(|event| event.starts_with("upgrade")).count();
    assert_eq!(ups, count, "{events:?}");
    for n in 0..count {
        assert_eq!(db.column(&format!("SELECT 'x' FROM t{n:03}")).await, ["x"]);
    }
}

async fn a_lock_is_free_again_after_an_error_a_panic_and_a_dropped_run(db: Db) {
    let broken = history(db.dialect, &[revision("z", "", "SELECT * FROM nowhere;", "SELECT 1;")]);
    if is_atomic(&db) {
        upgrade(&db, &broken, "head").await.unwrap_err();
    }
    let slow = history(db.dialect, &[revision("r000", "", slow_sql(&db), "SELECT 1;")]);
    let started = |event: &Event| matches!(event, Event::Started { .. });
    let panicking = {
        let (history, database) = (chain(db.dialect, 3), db.database());
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&history)
                .on_event(|event| assert!(!started(event), "a panic in the middle"));
            migrator.upgrade(&database, &"head".parse().unwrap()).await.is_ok()
        })
    };
    assert!(panicking.await.is_err());
    let quick = Options { lock_wait: Duration::from_secs(5), ..options() };
    let report = upgrade_with(&db, &chain(db.dialect, 3), "head", quick.clone()).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    downgrade(&db, &chain(db.dialect, 3), "base").await.unwrap();

    let (mut migrator, database) = (Migrator::new(&slow), db.database());
    let target = "head".parse().unwrap();
    let run = migrator.upgrade(&database, &target);
    assert!(tokio::time::timeout(Duration::from_millis(300), run).await.is_err());
    // The server may bring to its end what it has got: once, and known.
    let report = upgrade_with(&db, &slow, "head", quick).await.unwrap();
    assert!(report.steps.len() <= 1);
    assert_eq!(applied(&db, &slow).await, ["r000"]);
}

/// A statement that takes a second or so.
fn slow_sql(db: &Db) -> &'static str {
    match db.dialect {
        Dialect::Postgres => "SELECT pg_sleep(1);",
        Dialect::Mysql => "DO SLEEP(1);",
        Dialect::Sqlite => {
            "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT COUNT(*) FROM c;"
        }
    }
}

async fn a_runner_that_waits_says_for_whom_and_gives_up(db: Db) {
    let slow = history(
        db.dialect,
        &[
            revision("a", "", "SELECT 1;", "SELECT 1;"),
            revision("b", "a", slow_sql(&db), "SELECT 1;"),
        ],
    );
    let (sender, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let holder = {
        let (history, database) = (slow.clone(), db.database());
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options()).on_event(|event| {
                if matches!(event, Event::Started { revision, .. } if revision == "b") {
                    let _ = sender.send(());
                }
            });
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        })
    };
    begun.recv().await.unwrap();
    let impatient = Options { lock_wait: Duration::from_millis(300), ..options() };
    let error = upgrade_with(&db, &slow, "head", impatient).await.unwrap_err();
    let Error::Busy { holder: who, .. } = &error else { panic!("{error:?}") };
    let user = if db.dialect == Dialect::Postgres { "postgres" } else { "root" };
    assert!(who.contains(user) && !who.contains("somebody"), "{who}");
    assert_eq!(holder.await.unwrap().unwrap(), 2);
    assert!(upgrade(&db, &slow, "head").await.unwrap().steps.is_empty());
}
