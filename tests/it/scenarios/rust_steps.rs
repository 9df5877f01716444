//! Steps in Rust: functions in the transaction of their step, and programs without them.

use std::sync::{Arc, Mutex};

use migrate_db::{
    BatchFuture, BoundStep, Event, Interrupt, Migrator, StepBatch, StepConnection, StepError,
    StepFunction, StepFuture, StepProgress,
};
use sqlx::{AssertSqlSafe, Executor as _};

use super::*;
use crate::support::TestEnvironment;

everywhere!(
    a_function_runs_in_the_transaction_of_its_step,
    a_function_that_fails_leaves_nothing,
    a_program_without_the_function_refuses_before_anything_runs,
    a_function_reports_progress_and_can_be_stopped,
    the_command_names_the_program_to_run,
);
on!(postgres_only, Postgres: a_function_that_loses_a_conflict_is_called_again);
on!(sqlite_only, Sqlite: a_function_may_take_the_connection_of_one_database);

async fn execute(connection: &mut StepConnection<'_>, sql: &str) -> Result<(), StepError> {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    match connection {
        StepConnection::Sqlite(connection) => connection.execute(sql).await.map(drop)?,
        StepConnection::Postgres(connection) => connection.execute(sql).await.map(drop)?,
        StepConnection::Mysql(connection) => connection.execute(sql).await.map(drop)?,
        _ => return Err("no driver".into()),
    }
    Ok(())
}

fn fill<'c>(mut connection: StepConnection<'c>, mut progress: StepProgress<'c>) -> StepFuture<'c> {
    Box::pin(async move {
        for n in 1..=3 {
            execute(&mut connection, &format!("INSERT INTO t VALUES ({n})")).await?;
            progress.report(n, Some(3))?;
        }
        Ok(())
    })
}

fn empty<'c>(mut connection: StepConnection<'c>, progress: StepProgress<'c>) -> StepFuture<'c> {
    Box::pin(async move {
        assert_eq!(progress.direction(), migrate_db::Direction::Down);
        execute(&mut connection, "DELETE FROM t").await
    })
}

fn fail<'c>(mut connection: StepConnection<'c>, _: StepProgress<'c>) -> StepFuture<'c> {
    Box::pin(async move {
        execute(&mut connection, "INSERT INTO t VALUES (1)").await?;
        Err("the service does not answer".into())
    })
}

const STEPS: &[BoundStep] = &[
    BoundStep { name: "fill", function: StepFunction::Once(fill) },
    BoundStep { name: "empty", function: StepFunction::Once(empty) },
];
const FAILING: &[BoundStep] = &[
    BoundStep { name: "fill", function: StepFunction::Once(fail) },
    BoundStep { name: "empty", function: StepFunction::Once(empty) },
];

fn files() -> [(String, String); 3] {
    [
        revision("a", "", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;"),
        revision_with("b", "a", "rust:fill", "", "rust:empty", ""),
        revision("c", "b", "INSERT INTO t VALUES (9);", "DELETE FROM t WHERE id = 9;"),
    ]
}

fn with(steps: &'static [BoundStep]) -> Options {
    Options { steps, ..options() }
}

async fn ids(db: &Db) -> Vec<String> {
    let text = if db.dialect == Dialect::Mysql { "CHAR" } else { "TEXT" };
    db.column(&format!("SELECT CAST(id AS {text}) FROM t ORDER BY 1")).await
}

async fn a_function_runs_in_the_transaction_of_its_step(db: Db) {
    let history = history(db.dialect, &files());
    let report = upgrade_with(&db, &history, "head", with(STEPS)).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    assert_eq!(ids(&db).await, ["1", "2", "3", "9"]);
    assert!(status(&db, &history).await.unfinished.is_empty());
    let mut migrator = Migrator::new(&history).options(with(STEPS));
    migrator.downgrade(&db.database(), &"a".parse().unwrap()).await.unwrap();
    assert!(ids(&db).await.is_empty());
    // A redo of the revision in Rust alone.
    upgrade_with(&db, &history, "b", with(STEPS)).await.unwrap();
    let mut migrator = Migrator::new(&history).options(with(STEPS));
    migrator.redo(&db.database(), None).await.unwrap();
    drop(migrator);
    assert_eq!(ids(&db).await, ["1", "2", "3"]);
    assert_eq!(applied(&db, &history).await, ["a", "b"]);
}

async fn a_function_that_fails_leaves_nothing(db: Db) {
    let history = history(db.dialect, &files());
    upgrade(&db, &history, "a").await.unwrap();
    for _ in 0..2 {
        let error = upgrade_with(&db, &history, "head", with(FAILING)).await.unwrap_err();
        let Error::Step(failed) = &error else { panic!("{error:?}") };
        assert_eq!((failed.revision.as_str(), failed.function), ("b", "fill"));
        let text = whole(&error);
        assert!(text.contains("the service does not answer"), "{text}");
        assert!(text.contains("b.sql:6"), "{text}");
        assert!(text.contains("the step was rolled back whole"), "{text}");
        assert!(ids(&db).await.is_empty());
        assert_eq!(applied(&db, &history).await, ["a"]);
        assert!(status(&db, &history).await.unfinished.is_empty());
    }
    assert!(events(&db, &history).await.contains(&"failure b".to_owned()));
    upgrade_with(&db, &history, "head", with(STEPS)).await.unwrap();
    assert_eq!(ids(&db).await, ["1", "2", "3", "9"]);
}

async fn a_program_without_the_function_refuses_before_anything_runs(db: Db) {
    let history = history(db.dialect, &files());
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let text = whole(&error);
    assert!(
        text.contains("runs the Rust function `fill`, which this program does not have"),
        "{text}"
    );
    assert!(db.tables().await.is_empty());
    upgrade(&db, &history, "a").await.unwrap();
    upgrade_with(&db, &history, "head", with(STEPS)).await.unwrap();
    let error = downgrade(&db, &history, "base").await.unwrap_err();
    assert!(whole(&error).contains("`empty`"), "{}", whole(&error));
    assert_eq!(applied(&db, &history).await, ["a", "b", "c"]);
}

async fn a_function_reports_progress_and_can_be_stopped(db: Db) {
    let history = history(db.dialect, &files());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let interrupt = Interrupt::default();
    let (note, stop) = (seen.clone(), interrupt.clone());
    let options = Options { interrupt: Some(interrupt), ..with(STEPS) };
    upgrade_with(&db, &history, "a", options.clone()).await.unwrap();
    let mut migrator = Migrator::new(&history).options(options).on_event(move |event| {
        if let Event::Progress { revision, done, total, .. } = event {
            note.lock().unwrap().push((revision.clone(), *done, *total));
            stop.request();
        }
    });
    let end = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await;
    drop(migrator);
    assert_eq!(*seen.lock().unwrap(), [("b".to_owned(), 1, Some(3))]);
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert!(ids(&db).await.is_empty());
    upgrade_with(&db, &history, "head", with(STEPS)).await.unwrap();
    assert_eq!(ids(&db).await, ["1", "2", "3", "9"]);
}

async fn the_command_names_the_program_to_run(db: Db) {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    for (name, text) in &files() {
        env.write(&format!("migrations/{name}"), text);
    }
    let refused = env.run(&["upgrade"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(
        refused.stderr.contains("run the migrations with the program that has it"),
        "{refused}"
    );
    assert!(db.tables().await.is_empty());
    let script = env.ok(&["upgrade", "base:head", "--sql"]).stdout;
    assert!(script.contains("-- the program runs the Rust function `fill` here"), "{script}");
    // What needs no function works.
    env.ok(&["heads"]);
    env.ok(&["upgrade", "a"]);
    env.ok(&["stamp", "b"]);
    env.ok(&["upgrade"]);
    assert_eq!(ids(&db).await, ["9"]);
}

async fn a_function_that_loses_a_conflict_is_called_again(db: Db) {
    static CALLS: Mutex<u32> = Mutex::new(0);
    fn lose<'c>(mut connection: StepConnection<'c>, _: StepProgress<'c>) -> StepFuture<'c> {
        Box::pin(async move {
            execute(&mut connection, "INSERT INTO t VALUES (1)").await?;
            let calls = {
                let mut calls = CALLS.lock().unwrap();
                *calls += 1;
                *calls
            };
            if calls == 1 {
                let raise = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$";
                execute(&mut connection, raise).await?;
            }
            Ok(())
        })
    }
    const LOSING: &[BoundStep] = &[
        BoundStep { name: "fill", function: StepFunction::Once(lose) },
        BoundStep { name: "empty", function: StepFunction::Once(empty) },
    ];
    let history = history(db.dialect, &files());
    upgrade_with(&db, &history, "b", with(LOSING)).await.unwrap();
    assert_eq!(ids(&db).await, ["1"]);
    assert_eq!(*CALLS.lock().unwrap(), 2);
}

async fn a_function_may_take_the_connection_of_one_database(db: Db) {
    use migrate_db::FromStepConnection as _;
    fn only_postgres<'c>(connection: StepConnection<'c>, _: StepProgress<'c>) -> StepFuture<'c> {
        Box::pin(async move {
            let found = <&mut sqlx::PgConnection>::from_step_connection(connection);
            found.map(drop).ok_or_else(|| "another database".into())
        })
    }
    fn only_sqlite<'c>(connection: StepConnection<'c>, _: StepProgress<'c>) -> StepFuture<'c> {
        Box::pin(async move {
            let found = <&mut sqlx::SqliteConnection>::from_step_connection(connection);
            found.map(drop).ok_or_else(|| "another database".into())
        })
    }
    const OTHER: &[BoundStep] =
        &[BoundStep { name: "fill", function: StepFunction::Once(only_postgres) }];
    const THIS: &[BoundStep] =
        &[BoundStep { name: "fill", function: StepFunction::Once(only_sqlite) }];
    let history = history(db.dialect, &files());
    let error = upgrade_with(&db, &history, "b", with(OTHER)).await.unwrap_err();
    assert!(whole(&error).contains("another database"), "{error}");
    upgrade_with(&db, &history, "b", with(THIS)).await.unwrap();
}

/// A function of batches: their numbers, and a failure of the one that finds 99.
mod in_batches {
    use super::*;

    everywhere!(
        ranges_of_a_key_are_visited_once_each,
        a_function_without_a_key_is_called_until_nothing_is_left,
        a_batch_that_fails_is_rolled_back_alone,
        a_run_that_is_stopped_continues_with_the_next_batch,
        a_function_that_finds_no_end_is_stopped,
        a_script_names_the_function_of_batches,
    );

    /// Marks the rows of a range, and notes the number of the batch in each.
    fn mark<'c>(mut connection: StepConnection<'c>, batch: StepBatch<'c>) -> BatchFuture<'c> {
        Box::pin(async move {
            let of_batch = match batch.range() {
                Some(_) => batch.condition(),
                None => format!(
                    "id IN (SELECT id FROM (SELECT id FROM t WHERE n = 0 ORDER BY id LIMIT {}) r)",
                    batch.size()
                ),
            };
            let refused = format!("UPDATE t SET n = n WHERE id = 99 AND {of_batch}");
            let update = format!("UPDATE t SET n = {} WHERE {of_batch} AND n = 0", batch.number());
            let is_refused = changed(&mut connection, &refused).await? > 0;
            let rows = changed(&mut connection, &update).await?;
            if is_refused {
                return Err("99 is refused".into());
            }
            Ok(rows)
        })
    }

    /// Says for ever that it changed rows.
    fn endless<'c>(_: StepConnection<'c>, _: StepBatch<'c>) -> BatchFuture<'c> {
        Box::pin(async { Ok(1) })
    }

    const MARK: &[BoundStep] = &[BoundStep { name: "mark", function: StepFunction::Batches(mark) }];
    const ENDLESS: &[BoundStep] =
        &[BoundStep { name: "mark", function: StepFunction::Batches(endless) }];

    async fn changed(connection: &mut StepConnection<'_>, sql: &str) -> Result<u64, StepError> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        Ok(match connection {
            StepConnection::Sqlite(connection) => connection.execute(sql).await?.rows_affected(),
            StepConnection::Postgres(connection) => connection.execute(sql).await?.rows_affected(),
            StepConnection::Mysql(connection) => {
                // The rows that it finds, also where they keep their values.
                connection.execute(sql).await?.rows_affected()
            }
            _ => return Err("no driver".into()),
        })
    }

    /// A table with the ids 10, 20, .. 100, and a revision that marks them in batches of three.
    fn batches(db: &Db, options: &str) -> History {
        let rows = (1..=10).map(|n| format!("({}, 0)", n * 10)).collect::<Vec<_>>().join(", ");
        let create = format!(
            "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER);\nINSERT INTO t VALUES {rows};"
        );
        history(
            db.dialect,
            &[
                revision("a", "", &create, "DROP TABLE t;"),
                revision_with(
                    "b",
                    "a",
                    &format!("batch rust:mark size:3 {options}"),
                    "",
                    "",
                    "UPDATE t SET n = 0;",
                ),
                revision("c", "b", "UPDATE t SET n = n + 100;", "UPDATE t SET n = n - 100;"),
            ],
        )
    }

    async fn marks(db: &Db) -> Vec<String> {
        let text = if db.dialect == Dialect::Mysql { "CHAR" } else { "TEXT" };
        db.column(&format!("SELECT CAST(n AS {text}) FROM t ORDER BY id")).await
    }

    const ALL: [&str; 10] = ["1", "1", "1", "2", "2", "2", "3", "3", "3", "4"];

    async fn ranges_of_a_key_are_visited_once_each(db: Db) {
        let history = batches(&db, "key:t.id");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = seen.clone();
        let mut migrator = Migrator::new(&history).options(with(MARK)).on_event(move |event| {
            if let Event::Batch { batch, rows, expected, .. } = event {
                note.lock().unwrap().push((*batch, *rows, *expected));
            }
        });
        migrator.upgrade(&db.database(), &"b".parse().unwrap()).await.unwrap();
        drop(migrator);
        assert_eq!(marks(&db).await, ALL);
        let all = Some(10);
        assert_eq!(*seen.lock().unwrap(), [(1, 3, all), (2, 3, all), (3, 3, all), (4, 1, all)]);
        let mut migrator = Migrator::new(&history).options(with(MARK));
        migrator.redo(&db.database(), None).await.unwrap();
        drop(migrator);
        assert_eq!(marks(&db).await, ALL);
        upgrade_with(&db, &history, "head", with(MARK)).await.unwrap();
        assert_eq!(marks(&db).await[9], "104");
    }

    async fn a_function_without_a_key_is_called_until_nothing_is_left(db: Db) {
        let history = batches(&db, "");
        upgrade_with(&db, &history, "b", with(MARK)).await.unwrap();
        assert_eq!(marks(&db).await, ALL);
        assert!(status(&db, &history).await.unfinished.is_empty());
    }

    async fn a_batch_that_fails_is_rolled_back_alone(db: Db) {
        for options in ["key:t.id", ""] {
            let history = batches(&db, options);
            upgrade(&db, &history, "a").await.unwrap();
            db.execute("INSERT INTO t VALUES (99, 0)").await;
            for _ in 0..2 {
                let error = upgrade_with(&db, &history, "head", with(MARK)).await.unwrap_err();
                let text = whole(&error);
                for part in [
                    "99 is refused",
                    "b.sql:6",
                    "`cargo migrate upgrade` continues",
                    "3 batches are done and stay",
                ] {
                    assert!(text.contains(part), "{part}: {text}");
                }
                let mut expected = ALL[..9].to_vec();
                expected.extend(["0", "0"]);
                assert_eq!(marks(&db).await, expected);
                let unfinished = &status(&db, &history).await.unfinished[0];
                assert!(unfinished.in_batches && unfinished.done == 3, "{unfinished:?}");
            }
            db.execute("DELETE FROM t WHERE id = 99").await;
            upgrade_with(&db, &history, "b", with(MARK)).await.unwrap();
            assert_eq!(marks(&db).await, ALL);
            downgrade(&db, &history, "base").await.unwrap();
        }
    }

    async fn a_run_that_is_stopped_continues_with_the_next_batch(db: Db) {
        let history = batches(&db, "key:t.id");
        let interrupt = Interrupt::default();
        let stop = interrupt.clone();
        let options = Options { interrupt: Some(interrupt), ..with(MARK) };
        let mut migrator = Migrator::new(&history).options(options).on_event(move |event| {
            if let Event::Batch { batch: 2, .. } = event {
                stop.request();
            }
        });
        let error = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await.unwrap_err();
        drop(migrator);
        assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
        assert_eq!(status(&db, &history).await.unfinished[0].done, 2);
        // Another function may not take over in the middle of the key.
        let renamed = revision_with(
            "b",
            "a",
            "batch rust:other size:3 key:t.id",
            "",
            "",
            "UPDATE t SET n = 0;",
        );
        let files: Vec<(String, String)> = history
            .graph
            .all_revisions()
            .map(|revision| (revision.file.path().to_owned(), revision.file.text().to_owned()))
            .map(|file| if file.1.contains("rust:mark") { renamed.clone() } else { file })
            .collect();
        let error = upgrade(&db, &super::history(db.dialect, &files), "head").await.unwrap_err();
        assert!(matches!(error, Error::EditedStatements { .. }), "{error:?}");
        upgrade_with(&db, &history, "b", with(MARK)).await.unwrap();
        assert_eq!(marks(&db).await, ALL);
    }

    async fn a_function_that_finds_no_end_is_stopped(db: Db) {
        let history = batches(&db, "rounds:5");
        let error = upgrade_with(&db, &history, "head", with(ENDLESS)).await.unwrap_err();
        assert!(matches!(error, Error::EndlessBatches(_)), "{error:?}");
        assert!(whole(&error).contains("5"), "{error}");
    }

    async fn a_script_names_the_function_of_batches(db: Db) {
        let mut env = TestEnvironment::new();
        env.set("DATABASE_URL", &db.url);
        for revision in batches(&db, "key:t.id").graph.all_revisions() {
            env.write(&format!("migrations/{}", revision.file.path()), revision.file.text());
        }
        let script = env.ok(&["upgrade", "base:head", "--sql"]).stdout;
        assert!(script.contains("-- the program runs the Rust function `mark` here"), "{script}");
        db.pipe(&script).unwrap();
        assert_eq!(marks(&db).await[0], "100");
        let refused = env.run(&["redo", "b", "--yes"]);
        assert_ne!(refused.code, 0, "{refused}");
    }
}
