//! What becomes of a run when one of the tool's own tables is gone, or was emptied.

use migrate_db::{Event, Migrator};

use super::*;

everywhere!(
    a_missing_log_is_created_again_and_told,
    a_missing_version_table_is_no_empty_one,
    a_version_table_that_lists_nothing_is_created_again,
    a_revision_that_empties_the_log_harms_nobody,
);

async fn a_missing_log_is_created_again_and_told(db: Db) {
    let history = chain(db.dialect, 3);
    upgrade(&db, &history, "r001").await.unwrap();
    db.execute("DROP TABLE migrate_version_log").await;
    assert_eq!(applied(&db, &history).await, ["r000", "r001"]);
    assert!(events(&db, &history).await.is_empty());
    let mut told = Vec::new();
    let mut migrator = Migrator::new(&history).options(options()).on_event(|event| {
        if let Event::Recreated { table } = event {
            told.push(table.clone());
        }
    });
    let report = migrator.upgrade(&db.database(), &"head".parse().unwrap()).await.unwrap();
    drop(migrator);
    assert_eq!(report.heads_after, ["r002"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(events(&db, &history).await.last().unwrap(), "upgrade r002");
    downgrade(&db, &history, "base").await.unwrap();
}

async fn a_missing_version_table_is_no_empty_one(db: Db) {
    let history = chain(db.dialect, 3);
    upgrade(&db, &history, "r001").await.unwrap();
    db.execute("DROP TABLE migrate_version").await;
    let mut migrator = Migrator::new(&history).options(options());
    let database = db.database();
    let head = "head".parse().unwrap();
    for error in [
        migrator.upgrade(&database, &head).await.unwrap_err(),
        migrator.downgrade(&database, &"base".parse().unwrap()).await.unwrap_err(),
        migrator.status(&database).await.unwrap_err(),
        migrator.redo(&database, None).await.unwrap_err(),
    ] {
        let Error::VersionTable { applied, .. } = &error else { panic!("{error:?}") };
        assert_eq!(applied, &["r000", "r001"]);
        assert!(whole(&error).contains("`cargo migrate repair --from-log`"), "{}", whole(&error));
    }
    assert_eq!(migrator.repair_from_log(&database).await.unwrap(), ["r000", "r001"]);
    assert!(migrator.repair_from_log(&database).await.unwrap().is_empty());
    assert_eq!(migrator.upgrade(&database, &head).await.unwrap().steps.len(), 1);
    db.execute("DROP TABLE migrate_version").await;
    let report = migrator.stamp(&database, &["r001".parse().unwrap()], true).await.unwrap();
    assert_eq!(report.heads_after, ["r001"]);
    db.execute("DROP TABLE migrate_version").await;
    migrator.stamp(&database, &["head".parse().unwrap()], false).await.unwrap();
    assert_eq!(applied(&db, &history).await.len(), 3);
}

async fn a_version_table_that_lists_nothing_is_created_again(db: Db) {
    let history = chain(db.dialect, 2);
    upgrade(&db, &history, "head").await.unwrap();
    downgrade(&db, &history, "base").await.unwrap();
    db.execute("DROP TABLE migrate_version").await;
    assert!(applied(&db, &history).await.is_empty());
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().steps.len(), 2);
}

async fn a_revision_that_empties_the_log_harms_nobody(db: Db) {
    let empty = match db.dialect {
        Dialect::Sqlite => "DELETE FROM migrate_version_log",
        _ => "TRUNCATE TABLE migrate_version_log",
    };
    for options in ["", "transaction:false"] {
        let history = history(
            db.dialect,
            &[
                revision("a", "", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;"),
                revision_with("b", "a", options, &format!("{empty};"), "", "DELETE FROM t;"),
                revision("c", "b", "CREATE TABLE u (id INTEGER);", "DROP TABLE u;"),
            ],
        );
        let run = upgrade_with(&db, &history, "head", each_in_its_own());
        let report = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
        assert_eq!(report.heads_after, ["c"]);
        downgrade(&db, &history, "base").await.unwrap();
    }
}
