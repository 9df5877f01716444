//! A redo is one act, and a second one never reaches below.

use migrate_db::{Event, Migrator};

use super::*;

everywhere!(
    a_redo_whose_up_fails_never_reaches_below,
    a_redo_outside_a_transaction_is_finished_by_another,
    nothing_is_reported_as_done_that_is_rolled_back,
    a_failed_down_names_the_command_that_continues,
    a_step_none_of_whose_statements_ran_did_not_begin,
);

const GOOD: &str = "CREATE TABLE u (id INTEGER); INSERT INTO u VALUES (7);";
const BAD: &str = "CREATE TABLE u (id INTEGER); INSERT INTO nowhere VALUES (1);";

fn two(db: &Db, options: &str, up: &str) -> History {
    history(
        db.dialect,
        &[
            revision("a1", "", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;"),
            revision_with("a2", "a1", options, up, options, "DROP TABLE u;"),
        ],
    )
}

async fn redo(db: &Db, history: &History) -> Result<Report, Error> {
    Migrator::new(history).options(options()).redo(&db.database(), None).await
}

async fn a_redo_whose_up_fails_never_reaches_below(db: Db) {
    upgrade(&db, &two(&db, "", GOOD), "head").await.unwrap();
    db.execute("INSERT INTO t VALUES (1)").await;
    let broken = two(&db, "", BAD);
    for _ in 0..2 {
        let error = redo(&db, &broken).await.unwrap_err();
        let help = whole(&error);
        if is_atomic(&db) {
            assert_eq!(applied(&db, &broken).await, ["a1", "a2"]);
            assert!(help.contains("the redo was rolled back whole"), "{help}");
            assert_eq!(db.column("SELECT CAST(id AS CHAR(1)) FROM u").await, ["7"]);
        } else {
            assert_eq!(applied(&db, &broken).await, ["a1"]);
        }
    }
    let report = redo(&db, &two(&db, "", GOOD)).await.unwrap();
    assert_eq!(report.heads_after, ["a2"]);
    assert_eq!(db.column("SELECT CAST(id AS CHAR(1)) FROM t").await, ["1"], "a1 was undone");
    assert_eq!(db.column("SELECT CAST(id AS CHAR(1)) FROM u").await, ["7"]);
    // A whole redo is no longer remembered.
    redo(&db, &two(&db, "", GOOD)).await.unwrap();
    downgrade(&db, &broken, "a1").await.unwrap();
    assert_eq!(redo(&db, &broken).await.unwrap().heads_after, ["a1"]);
    assert!(db.column("SELECT CAST(id AS CHAR(1)) FROM t").await.is_empty());
}

async fn a_redo_outside_a_transaction_is_finished_by_another(db: Db) {
    let outside = "transaction:false";
    upgrade(&db, &two(&db, outside, GOOD), "head").await.unwrap();
    db.execute("INSERT INTO t VALUES (1)").await;
    // The first statement of the up fails: nothing is in the middle, and the down stands.
    let refused = two(&db, outside, "INSERT INTO nowhere VALUES (1);");
    let error = redo(&db, &refused).await.unwrap_err();
    let help = whole(&error);
    assert!(help.contains("the down stands, of a2: `cargo migrate upgrade` finishes"), "{help}");
    assert_eq!(applied(&db, &refused).await, ["a1"]);
    assert!(status(&db, &refused).await.unfinished.is_empty());
    redo(&db, &refused).await.unwrap_err();
    assert_eq!(applied(&db, &refused).await, ["a1"]);
    let report = redo(&db, &two(&db, outside, GOOD)).await.unwrap();
    assert_eq!(report.heads_after, ["a2"]);
    assert_eq!(db.column("SELECT CAST(id AS CHAR(1)) FROM t").await, ["1"], "a1 was undone");
}

async fn nothing_is_reported_as_done_that_is_rolled_back(db: Db) {
    let broken = history(
        db.dialect,
        &[
            revision("a1", "", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;"),
            revision("a2", "a1", BAD, "DROP TABLE u;"),
        ],
    );
    let mut finished = Vec::new();
    let mut migrator = Migrator::new(&broken).options(all_in_one()).on_event(|event| {
        if let Event::Finished { revision, .. } = event {
            finished.push(revision.clone());
        }
    });
    migrator.upgrade(&db.database(), &"head".parse().unwrap()).await.unwrap_err();
    drop(migrator);
    assert_eq!(finished, applied(&db, &broken).await);
}

async fn a_failed_down_names_the_command_that_continues(db: Db) {
    let with = |down: &str| {
        history(
            db.dialect,
            &[
                revision("a1", "", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;"),
                revision_with("a2", "a1", "", GOOD, "transaction:false", down),
            ],
        )
    };
    let broken = with("DROP TABLE u; DROP TABLE nowhere;");
    upgrade(&db, &broken, "head").await.unwrap();
    let error = downgrade(&db, &broken, "base").await.unwrap_err();
    let help = whole(&error);
    assert!(help.contains("run `cargo migrate downgrade a1` to continue"), "{help}");
    let error = upgrade(&db, &broken, "head").await.unwrap_err();
    assert!(whole(&error).contains("`cargo migrate downgrade a1`"), "{}", whole(&error));
    let mended = with("DROP TABLE u; DROP TABLE t; CREATE TABLE t (id INTEGER);");
    assert_eq!(downgrade(&db, &mended, "a1").await.unwrap().heads_after, ["a1"]);
}

async fn a_step_none_of_whose_statements_ran_did_not_begin(db: Db) {
    let with = |up: &str, down: &str| {
        let outside = "transaction:false";
        history(db.dialect, &[revision_with("a1", "", outside, up, outside, down)])
    };
    let refused = with("INSERT INTO nowhere VALUES (1);", "DROP TABLE u;");
    let error = upgrade(&db, &refused, "head").await.unwrap_err();
    assert!(whole(&error).contains("the step was rolled back whole"), "{}", whole(&error));
    let now = status(&db, &refused).await;
    assert!(now.unfinished.is_empty() && now.applied.is_empty(), "{now:?}");
    let good = with(GOOD, "DROP TABLE u;");
    upgrade(&db, &good, "head").await.unwrap();
    // The row says again what it said before, also where the file is another one since.
    let edited = with("CREATE TABLE v (id INTEGER);", "DROP TABLE nowhere;");
    downgrade(&db, &edited, "base").await.unwrap_err();
    let now = status(&db, &good).await;
    assert!(now.unfinished.is_empty() && now.edited.is_empty(), "{now:?}");
    assert_eq!(applied(&db, &good).await, ["a1"]);
    assert!(upgrade(&db, &good, "head").await.unwrap().steps.is_empty());
}
