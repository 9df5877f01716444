//! Steps that are noted statement by statement: what runs, and how it goes on.

use migrate_db::{Migrator, Repair};

use super::*;

on!(mysql_only, Mysql:
    programs_run_with_and_without_delimiters,
    a_procedure_that_failed_in_the_middle_is_in_doubt,
    settings_are_made_again_and_what_cannot_be_is_refused,
);
on!(postgres_only, Postgres: settings_are_made_again_before_the_rest);
everywhere!(rows_and_their_note_go_together, statements_that_ran_may_not_change);

async fn programs_run_with_and_without_delimiters(db: Db) {
    let with = "DELIMITER //\nCREATE PROCEDURE fill(n INT)\nBEGIN\n  WHILE n > 0 DO\n    INSERT INTO t VALUES (n);\n    SET n = n - 1;\n  END WHILE;\nEND//\nDELIMITER ;\nCALL fill(3);";
    let without = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW\nBEGIN\n  IF NEW.x > 100 THEN\n    SET NEW.x = 100;\n  END IF;\nEND;\nINSERT INTO t VALUES (500);";
    let history = history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE t (x INT);", "DROP TABLE t;"),
            revision("b", "a", with, "DROP PROCEDURE fill; DELETE FROM t;"),
            revision("c", "b", without, "DROP TRIGGER g;"),
        ],
    );
    upgrade(&db, &history, "head").await.unwrap();
    let rows = db.column("SELECT CAST(x AS CHAR) FROM t ORDER BY t.x").await;
    assert_eq!(rows, ["1", "2", "3", "100"]);
    downgrade(&db, &history, "base").await.unwrap();
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["c"]);
}

async fn a_procedure_that_failed_in_the_middle_is_in_doubt(db: Db) {
    let up = "CREATE TABLE t (x INT PRIMARY KEY);\nCREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (1); END;\nCALL p();\nDROP PROCEDURE p;";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE t;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(whole(&error).contains("may have done a part of its work"), "{}", whole(&error));
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let Error::Unfinished { unfinished, next, .. } = &error else { panic!("{error:?}") };
    assert_eq!((unfinished.done, unfinished.in_doubt()), (2, true));
    assert_eq!(next.as_ref().unwrap().0, "CALL p()");
    let mut migrator = Migrator::new(&history);
    assert_eq!(migrator.repair(&db.database(), Repair::Ran).await.unwrap().len(), 1);
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().heads_after, ["a"]);
    assert!(
        db.column(
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()"
        )
        .await
        .is_empty()
    );
}

async fn settings_are_made_again_and_what_cannot_be_is_refused(db: Db) {
    let up = "SET @x = 5, foreign_key_checks = 0;\nCREATE TABLE u (x INT);\nINSERT INTO later VALUES (@x, @@foreign_key_checks);";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE u;")]);
    upgrade(&db, &history, "head").await.unwrap_err();
    db.execute("CREATE TABLE later (x INT, y INT)").await;
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT CONCAT(x, ' ', y) FROM later").await, ["5 0"]);

    let up = "SET @x = (SELECT COUNT(*) FROM later);\nINSERT INTO missing VALUES (@x);";
    let files = [revision("b", "", up, "DO 0;")];
    let history = super::history(db.dialect, &files);
    let mut migrator = Migrator::new(&history);
    migrator.stamp(&db.database(), &[], true).await.unwrap();
    upgrade(&db, &history, "head").await.unwrap_err();
    db.execute("CREATE TABLE missing (x INT)").await;
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    let said = whole(&error);
    assert!(said.contains("statement 1 needs a session that has ended: SET @x"), "{said}");
    assert!(db.column("SELECT 'x' FROM missing").await.is_empty());
}

async fn settings_are_made_again_before_the_rest(db: Db) {
    let up = "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE u (x INT);\nINSERT INTO later VALUES (5);";
    let history = history(
        db.dialect,
        &[revision_with("a", "", "transaction:false", up, "", "DROP SCHEMA app CASCADE;")],
    );
    upgrade(&db, &history, "head").await.unwrap_err();
    db.execute("CREATE TABLE app.later (x INT)").await;
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT x::text FROM app.later").await, ["5"]);
}

async fn rows_and_their_note_go_together(db: Db) {
    let up = "CREATE TABLE t (x INTEGER);\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO missing VALUES (3);";
    let history = history(
        db.dialect,
        &[revision_with("a", "", "transaction:false", up, "", "DROP TABLE t;")],
    );
    for _ in 0..3 {
        upgrade(&db, &history, "head").await.unwrap_err();
        let status = status(&db, &history).await;
        assert_eq!((status.unfinished[0].done, status.unfinished[0].in_doubt()), (3, false));
    }
    db.execute("CREATE TABLE missing (x INTEGER)").await;
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT 'x' FROM t").await.len(), 2);
    assert_eq!(db.column("SELECT 'x' FROM missing").await.len(), 1);
}

async fn statements_that_ran_may_not_change(db: Db) {
    let file = |first: &str| {
        let up = format!("CREATE TABLE {first} (x INTEGER);\nINSERT INTO missing VALUES (3);");
        history(
            db.dialect,
            &[revision_with("a", "", "transaction:false", &up, "", "DROP TABLE t;")],
        )
    };
    upgrade(&db, &file("t"), "head").await.unwrap_err();
    let error = upgrade(&db, &file("u"), "head").await.unwrap_err();
    assert!(error.to_string().contains("were edited since"), "{error}");
    assert_eq!(db.tables().await, ["t"]);
}
