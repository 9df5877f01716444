//! A revision replaces others, and databases have run all, a part, or none of them.

use migrate_db::{Migrator, Repair};

use super::*;

everywhere!(
    a_database_that_has_run_all_is_content,
    a_database_that_has_run_none_runs_the_replacing_one,
    a_database_in_the_middle_runs_the_rest_from_the_old_files,
    without_the_old_files_the_middle_is_refused,
    an_edited_replaced_revision_is_told,
    a_stamp_decides_what_is_recorded_of_a_range,
    down_goes_through_the_replacing_one,
    a_redo_of_the_replacing_one,
    a_lost_version_table_comes_back_with_the_replacing_one,
    many_runners_record_it_once,
    an_embedding_program_accepts_it,
);

/// `r0`, `r1`, `r2`, `r3`, each of which makes a table.
fn old_files() -> Vec<(String, String)> {
    let file = |n: usize| {
        let parent = n.checked_sub(1).map(|n| format!("r{n}")).unwrap_or_default();
        let up = format!("CREATE TABLE t{n} (id INTEGER);");
        revision(&format!("r{n}"), &parent, &up, &format!("DROP TABLE t{n};"))
    };
    (0..4).map(file).collect()
}

/// `s`, which replaces `r1` and `r2`.
fn squashed() -> (String, String) {
    let up = "CREATE TABLE t1 (id INTEGER);\nCREATE TABLE t2 (id INTEGER);";
    let (name, text) = revision("s", "r0", up, "DROP TABLE t2;\nDROP TABLE t1;");
    (name, text.replace("-- revises: r0\n", "-- revises: r0\n-- replaces: r1, r2\n"))
}

fn old(db: &Db) -> History {
    history(db.dialect, &old_files())
}

fn both(db: &Db) -> History {
    let mut files = old_files();
    files.push(squashed());
    history(db.dialect, &files)
}

fn pruned(db: &Db) -> History {
    let mut files = old_files();
    files.retain(|(name, _)| !name.contains("r1") && !name.contains("r2"));
    files.push(squashed());
    history(db.dialect, &files)
}

/// The ids of the version table's rows, sorted.
async fn rows(db: &Db) -> Vec<String> {
    db.column("SELECT revision FROM migrate_version ORDER BY revision").await
}

fn steps(report: &Report) -> Vec<&str> {
    report.steps.iter().map(|step| step.revision.as_str()).collect()
}

async fn a_database_that_has_run_all_is_content(db: Db) {
    for target in ["r2", "r3"] {
        downgrade(&db, &old(&db), "base").await.ok();
        upgrade(&db, &old(&db), target).await.unwrap();
        for history in [both(&db), pruned(&db)] {
            let now = status(&db, &history).await;
            assert!(now.applied.contains(&"s".to_owned()) && now.unknown.is_empty());
            assert_eq!(now.replaced, ["r1", "r2"]);
            assert_eq!(now.is_up_to_date(), target == "r3");
        }
        let pruned = pruned(&db);
        let report = upgrade(&db, &pruned, "head").await.unwrap();
        assert_eq!(steps(&report), if target == "r3" { &[][..] } else { &["r3"] });
        assert_eq!(report.heads_after, ["r3"]);
        assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
        assert!(status(&db, &pruned).await.replaced.is_empty());
        let log = events(&db, &pruned).await;
        let first = log.iter().rposition(|event| event == "unstamp r1").unwrap();
        assert_eq!(log[first..first + 3], ["unstamp r1", "unstamp r2", "stamp s"]);
        downgrade(&db, &pruned, "base").await.unwrap();
        assert!(db.tables().await.is_empty());
    }
}

async fn a_database_that_has_run_none_runs_the_replacing_one(db: Db) {
    upgrade(&db, &old(&db), "r0").await.unwrap();
    let report = upgrade(&db, &both(&db), "head").await.unwrap();
    assert_eq!(steps(&report), ["s", "r3"]);
    assert_eq!(db.tables().await, ["t0", "t1", "t2", "t3"]);
    assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
    assert!(upgrade(&db, &pruned(&db), "head").await.unwrap().steps.is_empty());
}

async fn a_database_in_the_middle_runs_the_rest_from_the_old_files(db: Db) {
    upgrade(&db, &old(&db), "r1").await.unwrap();
    let both = both(&db);
    let now = status(&db, &both).await;
    assert_eq!((now.applied, now.replaced), (vec!["r0".to_owned()], vec!["r1".to_owned()]));
    assert_eq!(now.pending, ["s", "r3"]);
    let report = upgrade(&db, &both, "head").await.unwrap();
    assert_eq!(steps(&report), ["r2", "r3"]);
    assert_eq!(report.heads_after, ["r3"]);
    assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
    assert_eq!(db.tables().await, ["t0", "t1", "t2", "t3"]);
    assert!(status(&db, &both).await.is_up_to_date());
}

async fn without_the_old_files_the_middle_is_refused(db: Db) {
    upgrade(&db, &old(&db), "r1").await.unwrap();
    let pruned = pruned(&db);
    let error = upgrade(&db, &pruned, "head").await.unwrap_err();
    let Error::PartlyReplaced { revision, recorded, missing } = error else { panic!("{error:?}") };
    assert_eq!((revision.as_str(), recorded, missing), ("s", vec!["r1".into()], vec!["r2".into()]));
    let error = downgrade(&db, &pruned, "base").await.unwrap_err();
    assert!(matches!(error, Error::PartlyReplaced { .. }), "{error:?}");
    let mut migrator = Migrator::new(&pruned).options(options());
    let error = migrator.redo(&db.database(), None).await.unwrap_err();
    assert!(matches!(error, Error::PartlyReplaced { .. }), "{error:?}");
    assert_eq!(rows(&db).await, ["r0", "r1"]);
    // With the old files, a downgrade leaves the range as it came.
    let report = downgrade(&db, &both(&db), "r0").await.unwrap();
    assert_eq!(steps(&report), ["r1"]);
    assert_eq!(steps(&upgrade(&db, &pruned, "head").await.unwrap()), ["s", "r3"]);
}

async fn an_edited_replaced_revision_is_told(db: Db) {
    upgrade(&db, &old(&db), "r2").await.unwrap();
    let mut files = old_files();
    files[1].1 = files[1].1.replace("t1 (id INTEGER)", "t1 (id INTEGER, more INTEGER)");
    files.push(squashed());
    let error = upgrade(&db, &history(db.dialect, &files), "head").await.unwrap_err();
    assert!(matches!(&error, Error::Edited(edited) if edited[0].0 == "r1"), "{error:?}");
    assert_eq!(rows(&db).await, ["r0", "r1", "r2"]);
}

async fn a_stamp_decides_what_is_recorded_of_a_range(db: Db) {
    upgrade(&db, &old(&db), "r1").await.unwrap();
    let pruned = pruned(&db);
    let mut migrator = Migrator::new(&pruned).options(options());
    let targets = |text: &str| vec![text.parse().unwrap()];
    let error = migrator.stamp(&db.database(), &targets("r0"), false).await.unwrap_err();
    assert!(matches!(error, Error::PartlyReplaced { .. }), "{error:?}");
    migrator.stamp(&db.database(), &targets("s"), false).await.unwrap();
    assert_eq!(rows(&db).await, ["r0", "s"]);
    // The last replaced revision is the same place.
    migrator.stamp(&db.database(), &targets("r2"), true).await.unwrap();
    assert_eq!(rows(&db).await, ["r0", "s"]);
    let error = migrator.stamp(&db.database(), &targets("r1"), false).await.unwrap_err();
    assert_eq!(error.to_string(), "r1 is replaced by s");
    migrator.stamp(&db.database(), &targets("base"), false).await.unwrap();
    assert!(rows(&db).await.is_empty());
}

async fn down_goes_through_the_replacing_one(db: Db) {
    upgrade(&db, &old(&db), "head").await.unwrap();
    let report = downgrade(&db, &both(&db), "r0").await.unwrap();
    assert_eq!(steps(&report), ["r3", "s"]);
    assert_eq!(db.tables().await, ["t0"]);
    assert_eq!(rows(&db).await, ["r0"]);
    // A program without the replacing revision reverts it by the stored down.
    upgrade(&db, &both(&db), "s").await.unwrap();
    let error = upgrade(&db, &old(&db), "head").await.unwrap_err();
    assert!(matches!(error, Error::Unknown(_)), "{error:?}");
    downgrade(&db, &old(&db), "r0").await.unwrap();
    assert_eq!((db.tables().await, rows(&db).await), (vec!["t0".into()], vec!["r0".into()]));
}

async fn a_redo_of_the_replacing_one(db: Db) {
    upgrade(&db, &old(&db), "r2").await.unwrap();
    let both = both(&db);
    let mut migrator = Migrator::new(&both).options(options());
    let report = migrator.redo(&db.database(), None).await.unwrap();
    assert_eq!(steps(&report), ["s", "s"]);
    assert_eq!(rows(&db).await, ["r0", "s"]);
    assert_eq!(db.tables().await, ["t0", "t1", "t2"]);
}

async fn a_lost_version_table_comes_back_with_the_replacing_one(db: Db) {
    upgrade(&db, &old(&db), "r2").await.unwrap();
    db.execute("DROP TABLE migrate_version").await;
    let pruned = pruned(&db);
    let mut migrator = Migrator::new(&pruned).options(options());
    assert_eq!(migrator.repair_from_log(&db.database()).await.unwrap(), ["r0", "s"]);
    assert_eq!(rows(&db).await, ["r0", "s"]);
}

async fn many_runners_record_it_once(db: Db) {
    upgrade(&db, &old(&db), "head").await.unwrap();
    let pruned = pruned(&db);
    let run = || upgrade(&db, &pruned, "head");
    let (a, b, c, d) = tokio::join!(run(), run(), run(), run());
    for report in [a, b, c, d] {
        assert!(report.unwrap().steps.is_empty());
    }
    let log = events(&db, &pruned).await;
    assert_eq!(log.iter().filter(|event| *event == "stamp s").count(), 1);
    assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
}

async fn an_embedding_program_accepts_it(db: Db) {
    let both = both(&db);
    let index: &'static [u8] =
        migrate_core::embed::encode(&both, &migrate_core::config::Settings::default()).leak();
    let texts: Vec<&'static str> = both
        .graph
        .all_revisions()
        .map(|revision| &*revision.file.text().to_owned().leak())
        .collect();
    let (embedded, _) = migrate_core::embed::decode(index, texts.leak()).unwrap();
    assert_eq!(embedded, both);
    upgrade(&db, &old(&db), "r1").await.unwrap();
    upgrade(&db, &embedded, "head").await.unwrap();
    assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
}

/// A step of a replaced revision that stopped partway is continued from its file, or repaired.
async fn a_replaced_step_that_stopped_partway(db: Db) {
    let mut files = old_files();
    let up = "CREATE TABLE t2 (id INTEGER);\nINSERT INTO missing VALUES (1);";
    files[2] = revision("r2", "r1", up, "DROP TABLE t2;");
    let broken = history(db.dialect, &files);
    upgrade(&db, &broken, "head").await.unwrap_err();
    files.push(squashed());
    let broken = history(db.dialect, &files);
    db.execute("CREATE TABLE missing (id INTEGER)").await;
    let pruned = pruned(&db);
    let error = upgrade(&db, &pruned, "head").await.unwrap_err();
    assert!(matches!(error, Error::PartlyReplaced { .. }), "{error:?}");
    let report = upgrade(&db, &broken, "head").await.unwrap();
    assert_eq!(steps(&report), ["r2", "r3"]);
    assert_eq!(rows(&db).await, ["r0", "r3", "s"]);
}

/// It can be recorded as reverted without its file.
async fn a_replaced_step_that_stopped_partway_is_repaired(db: Db) {
    let mut files = old_files();
    let up = "CREATE TABLE t1 (id INTEGER);\nINSERT INTO missing VALUES (1);";
    files[1] = revision("r1", "r0", up, "DROP TABLE t1;");
    upgrade(&db, &history(db.dialect, &files), "head").await.unwrap_err();
    db.execute("DROP TABLE t1").await;
    let pruned = pruned(&db);
    let mut migrator = Migrator::new(&pruned).options(options());
    migrator.repair(&db.database(), Repair::Reverted).await.unwrap();
    assert_eq!(steps(&upgrade(&db, &pruned, "head").await.unwrap()), ["s", "r3"]);
}

/// Only where DDL commits by itself does a step stop partway.
mod journalled {
    use super::*;

    on!(journalled, Mysql: a_replaced_step_that_stopped_partway, a_replaced_step_that_stopped_partway_is_repaired);
}
