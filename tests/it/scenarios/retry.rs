//! Limits of time, and trying again.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use migrate_db::{Event, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::*;

on!(postgres, Postgres:
    a_statement_may_run_only_so_long,
    what_waits_for_a_lock_is_tried_again,
    a_deadlock_is_tried_again,
    a_serialization_failure_is_tried_again,
);
on!(mysql, Mysql: a_statement_may_run_only_so_long, what_waits_for_a_lock_is_tried_again);

fn slow(db: &Db, seconds: u32) -> String {
    match db.dialect {
        Dialect::Postgres => format!("SELECT pg_sleep({seconds});"),
        // Ended early, SLEEP itself does not fail.
        _ => format!("INSERT INTO a SELECT SLEEP({seconds}) FROM information_schema.tables;"),
    }
}

async fn a_statement_may_run_only_so_long(db: Db) {
    let slow = slow(&db, 20);
    let history = history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"),
            revision_with("b", "a", "statement-timeout:1s", &slow, "", "DELETE FROM a;"),
        ],
    );
    let since = Instant::now();
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(since.elapsed() < Duration::from_secs(10));
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!(failed.revision, "b");
    let said = whole(&error);
    assert!(said.contains("timeout") || said.contains("max_statement_time"), "{said}");
    // What holds for one section does not hold for the next.
    let patient = Options { statement_timeout: Some(Duration::from_millis(500)), ..options() };
    let history = super::history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"),
            revision_with(
                "c",
                "a",
                "statement-timeout:20s",
                &self::slow(&db, 0),
                "",
                "DELETE FROM a;",
            ),
        ],
    );
    Migrator::new(&history).stamp(&db.database(), &["a".parse().unwrap()], true).await.unwrap();
    upgrade_with(&db, &history, "head", patient).await.unwrap();
}

/// Runs to the head while `other` does something on a connection of its own; what was retried.
async fn upgrade_beside(db: &Db, history: &History, options: Options) -> (usize, Vec<String>) {
    let retried = Arc::new(Mutex::new(Vec::new()));
    let note = retried.clone();
    let mut migrator = Migrator::new(history).options(options).on_event(move |event| {
        if let Event::Retried { because } = event {
            note.lock().unwrap().push(because.clone());
        }
    });
    let report = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await.unwrap();
    drop(migrator);
    (report.steps.len(), Arc::into_inner(retried).unwrap().into_inner().unwrap())
}

macro_rules! other {
    ($db:expr, |$other:ident| $does:expr) => {
        match $db.dialect {
            Dialect::Postgres => {
                let mut $other = sqlx::PgConnection::connect(&$db.url).await.unwrap();
                $does
            }
            _ => {
                let mut $other = sqlx::MySqlConnection::connect(&$db.url).await.unwrap();
                $does
            }
        }
    };
}

async fn what_waits_for_a_lock_is_tried_again(db: Db) {
    let up = "ALTER TABLE a ADD y INTEGER;\nUPDATE a SET x = 2;";
    let history = history(
        db.dialect,
        &[
            revision(
                "a",
                "",
                "CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1);",
                "DROP TABLE a;",
            ),
            revision_with("b", "a", "lock-timeout:1s", up, "", "ALTER TABLE a DROP y;"),
        ],
    );
    upgrade(&db, &history, "a").await.unwrap();
    other!(db, |other| {
        other.execute("BEGIN").await.unwrap();
        other.execute("UPDATE a SET x = 7").await.unwrap();
        let release = async {
            tokio::time::sleep(Duration::from_millis(1600)).await;
            other.execute("COMMIT").await.unwrap();
        };
        let ((steps, retried), ()) =
            tokio::join!(upgrade_beside(&db, &history, options()), release);
        assert_eq!(steps, 1);
        assert!(!retried.is_empty());
    });
    assert_eq!(db.column("SELECT CAST(x AS CHAR(1)) FROM a").await, ["2"]);
    // In the end it gives up, and has changed nothing.
    downgrade(&db, &history, "a").await.unwrap();
    other!(db, |other| {
        other.execute("BEGIN").await.unwrap();
        other.execute("UPDATE a SET x = 9").await.unwrap();
        let short = Options { lock_wait: Duration::from_millis(1500), ..options() };
        let error = upgrade_with(&db, &history, "head", short).await.unwrap_err();
        assert!(whole(&error).to_lowercase().contains("lock"), "{}", whole(&error));
        other.execute("COMMIT").await.unwrap();
    });
    upgrade(&db, &history, "head").await.unwrap();
}

async fn a_deadlock_is_tried_again(db: Db) {
    let files = [
        revision(
            "a",
            "",
            "CREATE TABLE a (id INTEGER, x INTEGER);\nINSERT INTO a VALUES (1, 0), (2, 0);",
            "DROP TABLE a;",
        ),
        revision(
            "b",
            "a",
            "UPDATE a SET x = x + 1 WHERE id = 1;\nSELECT pg_sleep(0.5);\nUPDATE a SET x = x + 1 WHERE id = 2;",
            "SELECT 1;",
        ),
    ];
    let history = history(db.dialect, &files);
    upgrade(&db, &history, "a").await.unwrap();
    let mut other = sqlx::PgConnection::connect(&db.url).await.unwrap();
    // Patient enough not to be the victim.
    other.execute("SET deadlock_timeout = '20s'").await.unwrap();
    other.execute("BEGIN").await.unwrap();
    other.execute("UPDATE a SET x = x + 10 WHERE id = 2").await.unwrap();
    let crossing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute("UPDATE a SET x = x + 10 WHERE id = 1").await.unwrap();
        other.execute("COMMIT").await.unwrap();
    };
    let ((steps, retried), ()) = tokio::join!(upgrade_beside(&db, &history, options()), crossing);
    assert_eq!(steps, 1);
    assert_eq!(retried.len(), 1, "{retried:?}");
    assert_eq!(db.column("SELECT x::text FROM a").await, ["11", "11"]);
}

async fn a_serialization_failure_is_tried_again(db: Db) {
    let files = [
        revision(
            "a",
            "",
            "CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (0);",
            "DROP TABLE a;",
        ),
        revision("b", "a", "SELECT pg_sleep(0.6);\nUPDATE a SET x = x + 1;", "SELECT 1;"),
    ];
    let history = history(db.dialect, &files);
    upgrade(&db, &history, "a").await.unwrap();
    let strict =
        format!("ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'", db.name);
    db.execute(&strict).await;
    let mut other = sqlx::PgConnection::connect(&db.url).await.unwrap();
    let change = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.execute(AssertSqlSafe("UPDATE a SET x = x + 10")).await.unwrap();
    };
    let ((steps, retried), ()) = tokio::join!(upgrade_beside(&db, &history, options()), change);
    assert_eq!((steps, retried.len()), (1, 1), "{retried:?}");
    assert_eq!(db.column("SELECT x::text FROM a").await, ["11"]);
}
