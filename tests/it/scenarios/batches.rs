//! Batch sections: how often the statement runs, where it continues, and when it ends.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use migrate_core::config::Locking;
use migrate_db::{BatchLimit, Event, Migrator, Repair};

use super::*;
use crate::support::TestEnvironment;

everywhere!(
    a_bound_statement_is_repeated_until_it_changes_nothing,
    ranges_of_a_key_are_visited_once,
    keys_may_be_texts,
    a_failed_batch_is_tried_again_after_those_that_stay,
    a_statement_with_a_key_may_not_be_edited_in_the_middle,
    an_endless_statement_is_noticed_and_may_be_corrected,
    rounds_limit_what_nothing_else_limits,
    a_down_in_batches_is_kept_by_the_database,
    a_redo_repeats_both_directions,
    runners_without_a_lock_share_the_batches,
    the_printed_script_does_the_same_at_once,
    a_pause_is_kept_between_batches,
);
on!(postgres_only, Postgres: keys_may_be_uuids);
on!(mysql_only, Mysql: a_batch_without_transactions_is_in_doubt);

/// A table `t` with so many rows: every third number as the key, and a count of 0.
fn table(rows: usize) -> String {
    format!(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER);\n\
         INSERT INTO t WITH RECURSIVE s(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < {rows}) SELECT 3 * k, 0 FROM s;"
    )
}

/// Bounds a choice of rows of `t`, as each database can.
fn bounded(db: &Db, change: &str, condition: &str) -> String {
    match db.dialect {
        Dialect::Mysql => format!("{change} WHERE {condition} ORDER BY id LIMIT :batch;"),
        _ => format!(
            "{change} WHERE id IN (SELECT id FROM t WHERE {condition} ORDER BY id LIMIT :batch);"
        ),
    }
}

const COUNT_UP: &str = "UPDATE t SET n = n + 1 WHERE id BETWEEN :first AND :last;";

fn two(db: &Db, rows: usize, options: &str, up: &str) -> History {
    let down = bounded(db, "UPDATE t SET n = 0", "n <> 0");
    history(
        db.dialect,
        &[
            revision("a", "", &table(rows), "DROP TABLE t;"),
            revision_with("b", "a", options, up, "batch size:4", &down),
        ],
    )
}

/// Upgrades to the head; the rows of each batch, and what came of it.
async fn batches(db: &Db, history: &History) -> (Vec<(usize, u64)>, Result<Report, Error>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = seen.clone();
    let mut migrator = Migrator::new(history).options(options()).on_event(move |event| {
        if let Event::Batch { batch, rows, .. } = event {
            note.lock().unwrap().push((*batch, *rows));
        }
    });
    let end = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await;
    drop(migrator);
    (Arc::into_inner(seen).unwrap().into_inner().unwrap(), end)
}

/// The different counts in `t`, with the number of rows of each.
async fn counts(db: &Db) -> Vec<String> {
    let text = match db.dialect {
        Dialect::Mysql => "CONCAT(n, 'x', COUNT(*))",
        _ => "CAST(n AS TEXT) || 'x' || CAST(COUNT(*) AS TEXT)",
    };
    db.column(&format!("SELECT {text} FROM t GROUP BY n ORDER BY n")).await
}

async fn a_bound_statement_is_repeated_until_it_changes_nothing(db: Db) {
    let up = bounded(&db, "UPDATE t SET n = n + 1", "n = 0");
    let history = two(&db, 25, "batch size:10", &up);
    let (seen, end) = batches(&db, &history).await;
    assert_eq!(end.unwrap().heads_after, ["b"]);
    assert_eq!(seen, [(1, 10), (2, 10), (3, 5), (4, 0)]);
    assert_eq!(counts(&db).await, ["1x25"]);
    let events = events(&db, &history).await;
    assert!(events.ends_with(&["begin b".to_owned(), "upgrade b".to_owned()]), "{events:?}");
    // On no rows it ends at once.
    downgrade(&db, &history, "base").await.unwrap();
    let history = history_of_empty(&db, &up);
    let (seen, end) = batches(&db, &history).await;
    end.unwrap();
    assert_eq!(seen, [(1, 0)]);
}

fn history_of_empty(db: &Db, up: &str) -> History {
    let create = "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER);";
    let first = revision("a", "", create, "DROP TABLE t;");
    history(db.dialect, &[first, revision_with("b", "a", "batch", up, "", "DELETE FROM t;")])
}

async fn ranges_of_a_key_are_visited_once(db: Db) {
    let history = two(&db, 25, "batch size:10 key:t.id", COUNT_UP);
    let (seen, end) = batches(&db, &history).await;
    end.unwrap();
    assert_eq!(seen, [(1, 10), (2, 10), (3, 5)]);
    assert_eq!(counts(&db).await, ["1x25"]);
    downgrade(&db, &history, "a").await.unwrap();
    assert_eq!(counts(&db).await, ["0x25"]);
    // The position of an earlier run is not that of this one.
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(counts(&db).await, ["1x25"]);
    downgrade(&db, &history, "base").await.unwrap();
    let (seen, end) = batches(&db, &two(&db, 20, "batch size:10 key:t.id", COUNT_UP)).await;
    end.unwrap();
    assert_eq!(seen, [(1, 10), (2, 10)]);
    // Without rows there is no range.
    downgrade(&db, &history, "base").await.unwrap();
    let empty = "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER);";
    let files = [
        revision("a", "", empty, "DROP TABLE t;"),
        revision_with("b", "a", "batch key:t.id", COUNT_UP, "", "DELETE FROM t;"),
    ];
    let (seen, end) = batches(&db, &super::history(db.dialect, &files)).await;
    end.unwrap();
    assert_eq!(seen, []);
}

async fn keys_may_be_texts(db: Db) {
    let names = ["", "a'b", "O\\'x", "zoë", "ß", "A", "a", "--", "🦀", "10", "9"];
    let values: Vec<String> =
        names.map(|name| format!("({}, 0)", db.dialect.literal(name))).to_vec();
    let nulls = "INSERT INTO t VALUES (NULL, 0), (NULL, 0);";
    let key = if db.dialect == Dialect::Mysql {
        "VARCHAR(20) COLLATE utf8mb4_bin"
    } else {
        "VARCHAR(20)"
    };
    let create = format!(
        "CREATE TABLE t (id {key} UNIQUE, n INTEGER);\nINSERT INTO t VALUES {};\n{nulls}",
        values.join(", ")
    );
    let files = [
        revision("a", "", &create, "DROP TABLE t;"),
        revision_with("b", "a", "batch size:2 key:t.id", COUNT_UP, "", "DELETE FROM t;"),
    ];
    let (seen, end) = batches(&db, &history(db.dialect, &files)).await;
    end.unwrap();
    assert_eq!(seen.len(), 6);
    assert_eq!(counts(&db).await, ["0x2", "1x11"]);
}

async fn keys_may_be_uuids(db: Db) {
    let create = "CREATE TABLE t (id uuid PRIMARY KEY, n INTEGER);\n\
                  INSERT INTO t SELECT gen_random_uuid(), 0 FROM generate_series(1, 101);";
    let files = [
        revision("a", "", create, "DROP TABLE t;"),
        revision_with("b", "a", "batch size:10 key:public.t.id", COUNT_UP, "", "DELETE FROM t;"),
    ];
    let (seen, end) = batches(&db, &history(db.dialect, &files)).await;
    end.unwrap();
    assert_eq!(seen.len(), 11);
    assert_eq!(counts(&db).await, ["1x101"]);
}

/// Makes the change of one row fail, or works again.
async fn refuse_row(db: &Db, id: u32, refuse: bool) {
    db.execute(&match (db.dialect, refuse) {
        (Dialect::Sqlite, true) => format!(
            "CREATE TRIGGER no BEFORE UPDATE ON t WHEN NEW.id = {id} BEGIN SELECT RAISE(ABORT, 'not this row'); END"
        ),
        (Dialect::Sqlite, false) => "DROP TRIGGER no".to_owned(),
        (_, true) => format!("ALTER TABLE t ADD CONSTRAINT no CHECK (id <> {id} OR n = 0)"),
        (_, false) => "ALTER TABLE t DROP CONSTRAINT no".to_owned(),
    })
    .await;
}

async fn a_failed_batch_is_tried_again_after_those_that_stay(db: Db) {
    let history = two(&db, 25, "batch size:4 key:t.id", COUNT_UP);
    upgrade(&db, &history, "a").await.unwrap();
    // In the third batch.
    refuse_row(&db, 3 * 10, true).await;
    let (seen, end) = batches(&db, &history).await;
    assert_eq!(seen, [(1, 4), (2, 4)]);
    let error = end.unwrap_err();
    let text = whole(&error);
    assert!(text.contains("the first 2 batches of the step stay"), "{text}");
    assert!(text.contains("BETWEEN") || text.contains("statement 1 of revision b"), "{text}");
    let state = status(&db, &history).await;
    let unfinished = state.unfinished.first().unwrap();
    assert!(unfinished.in_batches && unfinished.done == 2 && !unfinished.in_doubt());
    assert_eq!(counts(&db).await, ["0x17", "1x8"]);
    refuse_row(&db, 3 * 10, false).await;
    let (seen, end) = batches(&db, &history).await;
    end.unwrap();
    assert_eq!(seen.first(), Some(&(3, 4)));
    assert_eq!(counts(&db).await, ["1x25"]);
    assert!(events(&db, &history).await.contains(&"failure b".to_owned()));
    // Where the first batch fails, the revision did not begin.
    downgrade(&db, &history, "a").await.unwrap();
    refuse_row(&db, 3, true).await;
    let (seen, end) = batches(&db, &history).await;
    assert!(seen.is_empty());
    let text = whole(&end.unwrap_err());
    assert!(text.contains("the step was rolled back whole"), "{text}");
    assert!(status(&db, &history).await.unfinished.is_empty());
    assert_eq!(applied(&db, &history).await, ["a"]);
}

async fn a_statement_with_a_key_may_not_be_edited_in_the_middle(db: Db) {
    let history = two(&db, 25, "batch size:4 key:t.id", COUNT_UP);
    upgrade(&db, &history, "a").await.unwrap();
    refuse_row(&db, 3 * 10, true).await;
    batches(&db, &history).await.1.unwrap_err();
    refuse_row(&db, 3 * 10, false).await;
    let edited = "UPDATE t SET n = n + 2 WHERE id BETWEEN :first AND :last;";
    let error = batches(&db, &two(&db, 25, "batch size:4 key:t.id", edited)).await.1.unwrap_err();
    assert!(matches!(error, Error::EditedStatements { .. }), "{error:?}");
    // The size is no part of the meaning.
    batches(&db, &two(&db, 25, "batch size:9 key:t.id", COUNT_UP)).await.1.unwrap();
    assert_eq!(counts(&db).await, ["1x25"]);
}

async fn an_endless_statement_is_noticed_and_may_be_corrected(db: Db) {
    let endless = bounded(&db, "UPDATE t SET n = n + 1", "n < 1000000");
    let history = two(&db, 25, "batch size:10", &endless);
    let (seen, end) = batches(&db, &history).await;
    let error = end.unwrap_err();
    let Error::EndlessBatches(found) = &error else { panic!("{error:?}") };
    assert_eq!((found.limit, found.batches), (BatchLimit::Rows(25), seen.len()));
    assert!(found.rows > 35 && seen.len() < 8, "{seen:?}");
    let text = whole(&error);
    assert!(text.contains("its WHERE must leave out the rows that are done"), "{text}");
    assert!(text.contains("b.sql:8") || text.contains("b.sql:7"), "{text}");
    // It may change rows of other runs meanwhile: the count is asked again.
    let corrected = bounded(&db, "UPDATE t SET n = 1000000", "n < 1000000");
    let corrected = two(&db, 25, "batch size:10", &corrected);
    batches(&db, &corrected).await.1.unwrap();
    assert_eq!(counts(&db).await, ["1000000x25"]);
}

async fn rounds_limit_what_nothing_else_limits(db: Db) {
    let copy = "INSERT INTO u SELECT id FROM t WHERE id NOT IN (SELECT id FROM u) ORDER BY id LIMIT :batch;";
    let files = |rounds: u32| {
        let create = format!("{}\nCREATE TABLE u (id BIGINT);", table(25));
        let options = format!("batch size:10 rounds:{rounds}");
        [
            revision("a", "", &create, "DROP TABLE t;\nDROP TABLE u;"),
            revision_with(
                "b",
                "a",
                &options,
                copy,
                "batch",
                "DELETE FROM u WHERE id > 0 AND id < :batch;",
            ),
        ]
    };
    let error = batches(&db, &history(db.dialect, &files(2))).await.1.unwrap_err();
    let Error::EndlessBatches(found) = &error else { panic!("{error:?}") };
    assert_eq!(found.limit, BatchLimit::Rounds(2));
    assert!(whole(&error).contains("raise `rounds:2`"), "{}", whole(&error));
    let (seen, end) = batches(&db, &history(db.dialect, &files(4))).await;
    end.unwrap();
    assert_eq!(seen, [(3, 5), (4, 0)]);
    assert_eq!(db.column("SELECT id FROM u").await.len(), 25);
    downgrade(&db, &history(db.dialect, &files(4)), "a").await.unwrap();
    assert!(db.column("SELECT id FROM u").await.is_empty());
}

async fn a_down_in_batches_is_kept_by_the_database(db: Db) {
    let history = two(&db, 25, "batch size:10 key:t.id", COUNT_UP);
    upgrade(&db, &history, "head").await.unwrap();
    let older = super::history(db.dialect, &[revision("a", "", &table(25), "DROP TABLE t;")]);
    let mut migrator = Migrator::new(&older).options(options());
    migrator.downgrade(&db.database(), &"a".parse().unwrap()).await.unwrap();
    assert_eq!(counts(&db).await, ["0x25"]);
}

async fn a_redo_repeats_both_directions(db: Db) {
    let history = two(&db, 25, "batch size:10 key:t.id", COUNT_UP);
    upgrade(&db, &history, "head").await.unwrap();
    let mut migrator = Migrator::new(&history).options(options());
    migrator.redo(&db.database(), None).await.unwrap();
    assert_eq!(counts(&db).await, ["1x25"]);
    // An up that stopped partway is finished, or given up by a person.
    downgrade(&db, &history, "a").await.unwrap();
    refuse_row(&db, 3 * 20, true).await;
    batches(&db, &history).await.1.unwrap_err();
    let mut migrator = Migrator::new(&history).options(options());
    migrator.repair(&db.database(), Repair::Reverted).await.unwrap();
    assert_eq!(applied(&db, &history).await, ["a"]);
}

async fn runners_without_a_lock_share_the_batches(db: Db) {
    let history = two(&db, 240, "batch size:4 key:t.id", COUNT_UP);
    upgrade(&db, &history, "a").await.unwrap();
    let mut runners = Vec::new();
    for _ in 0..4 {
        let (history, database) = (history.clone(), db.database());
        let options = Options { lock: Locking::None, ..options() };
        runners.push(tokio::spawn(async move {
            let mut migrator = Migrator::new(&history).options(options);
            migrator.upgrade(&database, &"head".parse().unwrap()).await.map(drop)
        }));
    }
    for runner in runners {
        runner.await.unwrap().unwrap();
    }
    assert_eq!(counts(&db).await, ["1x240"], "a range was visited twice or never");
    let events = events(&db, &history).await;
    assert_eq!(events.iter().filter(|event| *event == "upgrade b").count(), 1, "{events:?}");
}

async fn the_printed_script_does_the_same_at_once(db: Db) {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let more = bounded(&db, "UPDATE t SET n = n + 1", "n = 1");
    let down = bounded(&db, "UPDATE t SET n = 1", "n = 2");
    let files = [
        revision("a", "", &table(25), "DROP TABLE t;"),
        revision_with("b", "a", "batch size:4 key:t.id", COUNT_UP, "", "UPDATE t SET n = 0;"),
        revision_with("c", "b", "batch size:4", &more, "batch size:4", &down),
    ];
    for (name, text) in &files {
        env.write(&format!("migrations/{name}"), text);
    }
    let script = env.ok(&["upgrade", "base:head", "--sql"]).stdout;
    assert!(
        script.contains("in batches of 4 rows") && script.contains("LIMIT 1000000000"),
        "{script}"
    );
    db.pipe(&script).unwrap();
    assert_eq!(counts(&db).await, ["2x25"]);
    let history = history(db.dialect, &files);
    assert_eq!(applied(&db, &history).await, ["a", "b", "c"]);
    assert!(status(&db, &history).await.unfinished.is_empty());
    let script = env.ok(&["downgrade", "head:b", "--sql"]).stdout;
    db.pipe(&script).unwrap();
    assert_eq!(counts(&db).await, ["1x25"]);
    downgrade(&db, &history, "base").await.unwrap();
}

async fn a_pause_is_kept_between_batches(db: Db) {
    let up = bounded(&db, "UPDATE t SET n = n + 1", "n = 0");
    let history = two(&db, 25, "batch size:10 pause:300ms", &up);
    upgrade(&db, &history, "a").await.unwrap();
    let since = Instant::now();
    batches(&db, &history).await.1.unwrap();
    assert!(since.elapsed() >= Duration::from_millis(900), "{:?}", since.elapsed());
}

async fn a_batch_without_transactions_is_in_doubt(db: Db) {
    let create = format!("{}\nALTER TABLE t ENGINE = MyISAM;", table(25));
    let history = |up: &str| {
        let files = [
            revision("a", "", &create, "DROP TABLE t;"),
            revision_with("b", "a", "batch size:4 key:t.id", up, "", "UPDATE t SET n = 0;"),
        ];
        super::history(db.dialect, &files)
    };
    upgrade(&db, &history(COUNT_UP), "a").await.unwrap();
    refuse_row(&db, 3 * 10, true).await;
    let text = whole(&batches(&db, &history(COUNT_UP)).await.1.unwrap_err());
    assert!(text.contains("it may have done a part of its work"), "{text}");
    let state = status(&db, &history(COUNT_UP)).await;
    let unfinished = state.unfinished.first().unwrap();
    assert!(unfinished.in_doubt() && unfinished.done == 2, "{unfinished:?}");
    // Row 27 was changed before row 30 was refused.
    assert_eq!(counts(&db).await, ["0x16", "1x9"]);
    refuse_row(&db, 3 * 10, false).await;
    db.execute("UPDATE t SET n = 0 WHERE id = 27").await;
    let history = history(COUNT_UP);
    let mut migrator = Migrator::new(&history).options(options());
    migrator.repair(&db.database(), Repair::NotRun).await.unwrap();
    drop(migrator);
    batches(&db, &history).await.1.unwrap();
    assert_eq!(counts(&db).await, ["1x25"]);
}
