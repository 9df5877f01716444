//! PostgreSQL's statements that no transaction holds: indexes made beside the work.

use std::sync::Arc;

use migrate_db::{Locking, Migrator};
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::*;

on!(postgres, Postgres:
    an_index_is_made_beside_other_statements,
    a_failed_index_is_named_with_the_way_out,
    an_invalid_index_is_no_index_that_exists,
    many_wait_while_an_index_is_made,
    an_index_whose_making_was_cut_off_is_named,
    a_dropped_connection_behind_an_index_is_settled_by_the_catalog,
    a_new_enum_value_is_usable_in_the_next_revision,
);

fn indexed(db: &Db, index: &str) -> History {
    history(
        db.dialect,
        &[
            revision(
                "a",
                "",
                "CREATE TABLE t (x INTEGER);\nINSERT INTO t VALUES (1), (1);",
                "DROP TABLE t;",
            ),
            revision_with(
                "b",
                "a",
                "transaction:false",
                &format!("ALTER TABLE t ADD y INTEGER;\n{index};\nALTER TABLE t ADD z INTEGER;"),
                "transaction:false",
                "DROP INDEX CONCURRENTLY i;\nALTER TABLE t DROP y, DROP z;",
            ),
        ],
    )
}

const VALID: &str = "SELECT indisvalid::text FROM pg_index WHERE indexrelid = to_regclass('i')";

async fn an_index_is_made_beside_other_statements(db: Db) {
    let history = indexed(&db, "CREATE INDEX CONCURRENTLY i ON t (x)");
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column(VALID).await, ["true"]);
    assert_eq!(downgrade(&db, &history, "a").await.unwrap().heads_after, ["a"]);
    assert!(db.column(VALID).await.is_empty());
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["b"]);
}

async fn refused_with_the_way_out(db: &Db, history: &History) {
    let error = upgrade(db, history, "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.location.line), (2, 8));
    assert_eq!(failed.invalid_indexes, ["public.i"]);
    let said = whole(&error);
    assert!(said.contains("`DROP INDEX CONCURRENTLY public.i` removes it"), "{said}");
    let status = status(db, history).await;
    assert_eq!((status.unfinished[0].done, status.unfinished[0].in_doubt()), (1, false));
    assert_eq!(db.column(VALID).await, ["false"]);
}

async fn a_failed_index_is_named_with_the_way_out(db: Db) {
    let history = indexed(&db, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)");
    refused_with_the_way_out(&db, &history).await;
    // It stays in the way until somebody removes it.
    db.execute("DELETE FROM t").await;
    refused_with_the_way_out(&db, &history).await;
    db.execute("DROP INDEX CONCURRENTLY public.i").await;
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["b"]);
    assert_eq!(db.column(VALID).await, ["true"]);
}

async fn an_invalid_index_is_no_index_that_exists(db: Db) {
    let history = indexed(&db, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (x)");
    refused_with_the_way_out(&db, &history).await;
    db.execute("DELETE FROM t").await;
    refused_with_the_way_out(&db, &history).await;
    db.execute("DROP INDEX CONCURRENTLY public.i").await;
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["b"]);
    assert_eq!(db.column(VALID).await, ["true"]);
}

async fn many_wait_while_an_index_is_made(db: Db) {
    // The server's own default must not give the waiting ones a snapshot that lasts.
    db.execute(&format!(
        "ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'",
        db.name
    ))
    .await;
    let history = Arc::new(indexed(&db, "CREATE INDEX CONCURRENTLY i ON t (x)"));
    let mut runners = Vec::new();
    for _ in 0..30 {
        let (history, database) = (history.clone(), db.database());
        runners.push(tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options());
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap().unwrap();
    }
    assert_eq!(steps, 2);
    assert_eq!(db.column(VALID).await, ["true"]);
}

async fn wait_for(db: &Db, sql: &str) -> String {
    for _ in 0..200 {
        if let Some(answer) = db.column(sql).await.into_iter().next() {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came: {sql}");
}

const AT_WORK: &str = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() \
    AND state = 'active' AND query LIKE 'CREATE INDEX CONCURRENTLY%'";

async fn an_index_whose_making_was_cut_off_is_named(db: Db) {
    let history = indexed(&db, "CREATE INDEX CONCURRENTLY i ON t (x)");
    upgrade(&db, &history, "a").await.unwrap();
    // An old snapshot keeps it from its end.
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    let run = {
        let (history, database) = (history.clone(), db.database());
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options());
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        })
    };
    let pid = wait_for(&db, AT_WORK).await;
    db.execute(&format!("SELECT pg_terminate_backend({pid})")).await;
    let error = run.await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::Unfinished { .. }), "{error:?}");
    assert!(whole(&error).contains("`DROP INDEX CONCURRENTLY public.i`"), "{}", whole(&error));
    other.execute("COMMIT").await.unwrap();
    db.execute("DROP INDEX CONCURRENTLY public.i").await;
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["b"]);
    assert_eq!(db.column(VALID).await, ["true"]);
}

async fn a_dropped_connection_behind_an_index_is_settled_by_the_catalog(db: Db) {
    let history = indexed(&db, "CREATE INDEX CONCURRENTLY i ON t (x)");
    upgrade(&db, &history, "a").await.unwrap();
    // An old snapshot keeps it from its end.
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    let run = {
        let (history, database) = (history.clone(), db.database());
        tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options());
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        })
    };
    wait_for(&db, AT_WORK).await;
    // The program is gone, the server still at it: who comes now waits for its end.
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    let hurried = Options { lock_wait: Duration::from_millis(400), ..options() };
    let error = upgrade_with(&db, &history, "head", hurried).await.unwrap_err();
    assert!(
        matches!(&error, Error::Busy { holder, .. } if holder.contains("still runs")),
        "{error:?}"
    );
    let next = {
        let (history, database) = (history.clone(), db.database());
        tokio::spawn(async move {
            let options = Options { lock: Locking::None, ..options() };
            let mut migrator = Migrator::new(&history).options(options);
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(|r| r.steps.len())
        })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.execute("COMMIT").await.unwrap();
    assert_eq!(next.await.unwrap().unwrap(), 1);
    assert_eq!(db.column(VALID).await, ["true"]);
    assert!(events(&db, &history).await.contains(&"repair b".to_owned()));
}

async fn a_new_enum_value_is_usable_in_the_next_revision(db: Db) {
    let files = [
        revision("a", "", "CREATE TYPE mood AS ENUM ('sad');", "DROP TYPE mood;"),
        revision("b", "a", "ALTER TYPE mood ADD VALUE 'glad';", "SELECT 1;"),
        revision("c", "b", "CREATE TABLE t AS SELECT 'glad'::mood AS x;", "DROP TABLE t;"),
    ];
    let history = history(db.dialect, &files);
    // A type made in the same transaction would do no harm from version 17 on.
    upgrade(&db, &history, "a").await.unwrap();
    let error = upgrade_with(&db, &history, "head", all_in_one()).await.unwrap_err();
    let said = whole(&error);
    assert!(
        said.contains("unsafe use of new value") && said.contains("statement 1 of revision c"),
        "{said}"
    );
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["c"]);
}
