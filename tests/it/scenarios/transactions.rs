//! What stands in one transaction, and what a failure leaves.

use super::*;

everywhere!(
    a_failure_leaves_nothing_or_says_what_it_left,
    all_in_one_happens_whole_or_not_at_all,
    one_by_one_keeps_what_was_done_before,
    outside_a_transaction_statements_stay,
    a_failed_step_goes_on_after_it_was_mended,
);

on!(on_mysql, Mysql:
    rows_that_share_a_record_stay_or_go_together,
    rows_of_an_engine_without_transactions_are_recorded_one_by_one,
);

/// A table, and rows of it of which the last but one cannot be inserted.
fn rows(db: &Db, engine: &str, fourth: u8) -> History {
    let up = format!(
        "CREATE TABLE t (id INT PRIMARY KEY) ENGINE = {engine};\nINSERT INTO t VALUES (1);\n\
         INSERT INTO t VALUES (2);\nINSERT INTO t VALUES ({fourth});\nINSERT INTO t VALUES (4);"
    );
    history(db.dialect, &[revision("a", "", &up, "DROP TABLE t;")])
}

async fn rows_that_share_a_record_stay_or_go_together(db: Db) {
    let error = upgrade(&db, &rows(&db, "InnoDB", 2), "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.done), (4, 1));
    assert!(whole(&error).contains("the first statement of the step stays"), "{}", whole(&error));
    assert!(db.column("SELECT CONCAT(id, '') FROM t").await.is_empty());
    let mended = rows(&db, "InnoDB", 3);
    let status = status(&db, &mended).await;
    assert_eq!((status.unfinished[0].done, status.unfinished[0].in_doubt()), (1, false));
    upgrade(&db, &mended, "head").await.unwrap();
    assert_eq!(db.column("SELECT CONCAT(id, '') FROM t ORDER BY id").await, ["1", "2", "3", "4"]);
}

async fn rows_of_an_engine_without_transactions_are_recorded_one_by_one(db: Db) {
    let error = upgrade(&db, &rows(&db, "MyISAM", 2), "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!((failed.number, failed.done, failed.partial), (4, 3, true));
    assert_eq!(db.column("SELECT CONCAT(id, '') FROM t ORDER BY id").await, ["1", "2"]);
}

fn broken(db: &Db, options: &str) -> History {
    history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;"),
            revision_with(
                "b",
                "a",
                options,
                "CREATE TABLE u (id INTEGER);\nINSERT INTO nowhere VALUES (1);",
                "",
                "DROP TABLE u;",
            ),
        ],
    )
}

async fn a_failure_leaves_nothing_or_says_what_it_left(db: Db) {
    let history = history(
        db.dialect,
        &[revision(
            "a",
            "",
            "CREATE TABLE u (id INTEGER);\nINSERT INTO nowhere VALUES (1);",
            "DROP TABLE u;",
        )],
    );
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert_eq!(error.to_string(), "statement 2 of revision a (up) failed at a.sql:8");
    let status = status(&db, &history).await;
    assert!(status.applied.is_empty());
    if is_atomic(&db) {
        assert!(!status.has_version_table);
        assert!(db.tables().await.is_empty());
    } else {
        assert_eq!(db.tables().await, ["u"]);
        let [unfinished] = &status.unfinished[..] else { panic!("{:?}", status.unfinished) };
        assert_eq!((unfinished.done, unfinished.in_doubt()), (1, false));
        assert_eq!(events(&db, &history).await, ["begin a", "failure a"]);
        let help = whole(&error);
        assert!(help.contains("the first statement of the step stays"), "{help}");
    }
}

async fn all_in_one_happens_whole_or_not_at_all(db: Db) {
    let history = broken(&db, "");
    let error = upgrade_with(&db, &history, "head", all_in_one()).await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    if is_atomic(&db) {
        assert_eq!(failed.rolled_back, ["a"]);
        assert!(db.tables().await.is_empty());
        assert!(applied(&db, &history).await.is_empty());
    } else {
        assert_eq!(failed.committed, ["a"]);
        assert_eq!(db.tables().await, ["t", "u"]);
        assert_eq!(applied(&db, &history).await, ["a"]);
    }
    db.execute("CREATE TABLE nowhere (id INTEGER)").await;
    let report = upgrade_with(&db, &history, "head", all_in_one()).await.unwrap();
    assert_eq!(report.heads_after, ["b"]);
    assert_eq!(db.column("SELECT CAST(COUNT(*) AS CHAR(3)) FROM nowhere").await[0].trim(), "1");
}

async fn one_by_one_keeps_what_was_done_before(db: Db) {
    let history = broken(&db, "");
    let error = upgrade_with(&db, &history, "head", each_in_its_own()).await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert_eq!(failed.committed, ["a"]);
    assert_eq!(applied(&db, &history).await, ["a"]);
    let tables = db.tables().await;
    assert_eq!(tables, if is_atomic(&db) { vec!["t"] } else { vec!["t", "u"] });
    assert_eq!(events(&db, &history).await.last().unwrap(), "failure b");
}

async fn outside_a_transaction_statements_stay(db: Db) {
    let history = broken(&db, "transaction:false");
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let Error::Statement(failed) = &error else { panic!("{error:?}") };
    assert!(!failed.whole);
    assert_eq!(failed.committed, ["a"]);
    assert_eq!(db.tables().await, ["t", "u"]);
    let status = status(&db, &history).await;
    let [unfinished] = &status.unfinished[..] else { panic!("{:?}", status.unfinished) };
    assert_eq!((unfinished.done, unfinished.in_doubt()), (1, false));
}

async fn a_failed_step_goes_on_after_it_was_mended(db: Db) {
    let history = broken(&db, "transaction:false");
    upgrade(&db, &history, "head").await.unwrap_err();
    // Nothing else runs before it.
    let error = downgrade(&db, &history, "base").await.unwrap_err();
    assert!(matches!(error, Error::Unfinished { .. }), "{error:?}");
    let mended = super::history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;"),
            revision_with(
                "b",
                "a",
                "transaction:false",
                "CREATE TABLE u (id INTEGER);\nINSERT INTO u VALUES (1);",
                "",
                "DROP TABLE u;",
            ),
        ],
    );
    let report = upgrade(&db, &mended, "head").await.unwrap();
    assert_eq!(report.heads_after, ["b"]);
    assert_eq!(db.column("SELECT 'x' FROM u").await, ["x"]);
    assert!(upgrade(&db, &mended, "head").await.unwrap().steps.is_empty());
    downgrade(&db, &mended, "base").await.unwrap();
    assert!(db.tables().await.is_empty());
}
