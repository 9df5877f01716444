//! Files and database say different things.

use migrate_db::Migrator;

use super::*;

everywhere!(
    unknown_revisions_go_down_by_the_stored_down_file,
    unknown_revisions_stop_an_upgrade,
    edited_revisions_are_refused,
    a_purging_stamp_clears_everything,
);

fn files(count: usize) -> Vec<(String, String)> {
    let file = |n: usize| {
        let parent = n.checked_sub(1).map(|n| format!("r{n}")).unwrap_or_default();
        let up = format!("CREATE TABLE t{n} (id INTEGER);");
        revision(&format!("r{n}"), &parent, &up, &format!("DROP TABLE t{n};"))
    };
    (0..count).map(file).collect()
}

async fn unknown_revisions_go_down_by_the_stored_down_file(db: Db) {
    upgrade(&db, &history(db.dialect, &files(3)), "head").await.unwrap();
    let older = history(db.dialect, &files(1));
    let report = downgrade(&db, &older, "r0").await.unwrap();
    assert_eq!(report.steps.iter().map(|s| s.revision.as_str()).collect::<Vec<_>>(), ["r2", "r1"]);
    assert_eq!(db.tables().await, ["t0"]);
    assert!(upgrade(&db, &older, "head").await.unwrap().steps.is_empty());
}

async fn unknown_revisions_stop_an_upgrade(db: Db) {
    upgrade(&db, &history(db.dialect, &files(3)), "head").await.unwrap();
    let older = history(db.dialect, &files(1));
    let error = upgrade(&db, &older, "head").await.unwrap_err();
    let Error::Unknown(mut ids) = error else { panic!("{error:?}") };
    ids.sort();
    assert_eq!(ids, ["r1", "r2"]);
}

async fn edited_revisions_are_refused(db: Db) {
    let mut texts = files(2);
    upgrade(&db, &history(db.dialect, &texts), "r0").await.unwrap();
    texts[0].1 = texts[0].1.replace("id INTEGER", "id  integer -- the key\n");
    assert!(!upgrade(&db, &history(db.dialect, &texts), "head").await.unwrap().steps.is_empty());
    texts[0].1 = texts[0].1.replace("integer", "bigint");
    let error = upgrade(&db, &history(db.dialect, &texts), "head").await.unwrap_err();
    assert!(matches!(&error, Error::Edited(edited) if edited.len() == 1), "{error:?}");
}

async fn a_purging_stamp_clears_everything(db: Db) {
    upgrade(&db, &history(db.dialect, &files(3)), "head").await.unwrap();
    let older = history(db.dialect, &files(1));
    let mut migrator = Migrator::new(&older).options(options());
    let error = migrator.stamp(&db.database(), &["r0".parse().unwrap()], false).await.unwrap_err();
    assert!(matches!(error, Error::Unknown(_)));
    migrator.stamp(&db.database(), &["r0".parse().unwrap()], true).await.unwrap();
    assert_eq!(applied(&db, &older).await, ["r0"]);
    assert!(status(&db, &older).await.unknown.is_empty());
}
