//! Whole databases: made, dropped, copied.

use super::*;
use crate::support::db::with_name;

everywhere!(
    a_database_is_made_once_and_dropped_once,
    a_copy_is_whole_and_for_its_owner,
    an_upgrade_can_begin_with_a_database_just_made,
    a_database_is_restored_as_it_was,
    a_damaged_copy_changes_nothing,
);
on!(mysql_only, Mysql: a_copy_holds_routines_triggers_events_and_sequences);
on!(postgres_path, Postgres: the_search_path_and_the_options_of_a_url_are_those_of_the_session);
on!(postgres_only, Postgres: others_who_are_connected_are_named_and_only_sent_away_by_force);

/// A database beside that of the test, with a name that must be quoted.
fn beside(db: &Db) -> migrate_db::Database {
    let url = match db.dialect {
        Dialect::Sqlite => db.url.replace("app.db", "other.db"),
        _ => with_name(&db.url, &format!("{}-o%60t%22h%27er", db.name)),
    };
    migrate_db::Database::from_url(&url).unwrap()
}

async fn a_database_is_made_once_and_dropped_once(db: Db) {
    let other = beside(&db);
    assert!(other.create().await.unwrap());
    assert!(!other.create().await.unwrap());
    assert!(other.drop(false).await.unwrap());
    assert!(!other.drop(false).await.unwrap());
}

async fn an_upgrade_can_begin_with_a_database_just_made(db: Db) {
    let (other, history) = (beside(&db), chain(db.dialect, 1));
    let mut migrator = Migrator::new(&history);
    let head = "head".parse().unwrap();
    if db.dialect != Dialect::Sqlite {
        let error = migrator.upgrade(&other, &head).await.unwrap_err();
        assert!(whole(&error).contains("`cargo migrate db create`"), "{}", whole(&error));
    }
    other.create().await.unwrap();
    assert_eq!(migrator.upgrade(&other, &head).await.unwrap().steps.len(), 1);
    assert!(other.drop(false).await.unwrap());
}

async fn a_copy_is_whole_and_for_its_owner(db: Db) {
    let history = chain(db.dialect, 2);
    upgrade(&db, &history, "head").await.unwrap();
    let folder = db.folder().join("copies");
    let file = match db.database().backup_into(&folder).await {
        // This machine's client is older than the server that the tests were told to use.
        Err(error @ Error::Program { .. }) if error.to_string().contains("version mismatch") => {
            assert!(whole(&error).contains("as new as the server"), "{}", whole(&error));
            assert!(!folder.exists(), "something of a failed copy was left");
            return;
        }
        copied => copied.unwrap().unwrap(),
    };
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.windows(4).any(|part| part == b"t001"), "the last table is not in the copy");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 1, "something was left beside the copy");
    let error = db.database().backup(&file).await.unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error:?}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

/// A copy of the database; `None` where this machine's client is older than the server that the
/// tests were told to use.
async fn copy_of(db: &Db) -> Option<std::path::PathBuf> {
    match db.database().backup_into(&db.folder().join("copies")).await {
        Err(error @ Error::Program { .. }) if error.to_string().contains("version mismatch") => {
            None
        }
        copied => Some(copied.unwrap().unwrap()),
    }
}

async fn a_database_is_restored_as_it_was(db: Db) {
    let history = chain(db.dialect, 3);
    upgrade(&db, &history, "+2").await.unwrap();
    db.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, name VARCHAR(20))").await;
    db.execute("INSERT INTO kept VALUES (1, 'ü''\"'), (2, NULL)").await;
    let Some(file) = copy_of(&db).await else { return };
    let (database, before) = (db.database(), db.database().schema(&[]).await.unwrap());
    upgrade(&db, &history, "head").await.unwrap();
    db.execute("DELETE FROM kept").await;
    db.execute("CREATE TABLE later (id INTEGER)").await;
    let verified = database
        .with_restored(&file, async |scratch: &migrate_db::Database| scratch.schema(&[]).await)
        .await;
    assert_eq!(verified.unwrap(), before);
    let count = database.restore(&file, true).await.unwrap();
    assert_eq!(count, database.count_tables().await.unwrap());
    assert_eq!(database.schema(&[]).await.unwrap(), before);
    assert_eq!(db.column("SELECT name FROM kept WHERE id = 1").await, ["ü'\""]);
    assert_eq!(upgrade(&db, &history, "head").await.unwrap().steps.len(), 1);
    // And into one that does not exist.
    let other = beside(&db);
    other.restore(&file, false).await.unwrap();
    assert_eq!(other.schema(&[]).await.unwrap(), before);
    assert!(other.drop(true).await.unwrap());
}

async fn a_damaged_copy_changes_nothing(db: Db) {
    upgrade(&db, &chain(db.dialect, 2), "head").await.unwrap();
    let Some(file) = copy_of(&db).await else { return };
    let (database, before) = (db.database(), db.database().schema(&[]).await.unwrap());
    let bytes = std::fs::read(&file).unwrap();
    let damaged = db.folder().join("damaged");
    for part in [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..], b""] {
        std::fs::write(&damaged, part).unwrap();
        let error = database.restore(&damaged, true).await.unwrap_err();
        assert!(
            matches!(error, Error::Unsafe { .. } | Error::Program { .. } | Error::Database { .. }),
            "{error:?}"
        );
        assert_eq!(database.schema(&[]).await.unwrap(), before);
    }
    let left = scratch_databases(&db).await;
    assert!(left.is_empty(), "{left:?}");
}

/// The scratch databases of the test's database that were left behind.
async fn scratch_databases(db: &Db) -> Vec<String> {
    let mut names = match db.dialect {
        Dialect::Sqlite => {
            let files = std::fs::read_dir(db.folder()).unwrap();
            files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
        }
        Dialect::Postgres => db.column("SELECT datname::text FROM pg_catalog.pg_database").await,
        Dialect::Mysql => db.column("SELECT schema_name FROM information_schema.schemata").await,
    };
    names.retain(|name| name.starts_with(&format!("{}_scratch_", db.name)));
    names
}

async fn a_copy_holds_routines_triggers_events_and_sequences(db: Db) {
    for sql in [
        "CREATE TABLE a (id INT)",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
        "CREATE TRIGGER g BEFORE INSERT ON a FOR EACH ROW SET NEW.id = NEW.id",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM a",
        "CREATE SEQUENCE s START WITH 7",
        "CREATE VIEW v AS SELECT id FROM a",
    ] {
        db.execute(sql).await;
    }
    let list = "SELECT CONCAT(kind, name) FROM (        SELECT 'routine ' AS kind, routine_name AS name FROM information_schema.routines WHERE routine_schema = DATABASE()         UNION SELECT 'trigger ', trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()         UNION SELECT 'event ', event_name FROM information_schema.events WHERE event_schema = DATABASE()         UNION SELECT CONCAT(table_type, ' '), table_name FROM information_schema.tables WHERE table_schema = DATABASE()) AS x         ORDER BY 1";
    let file = db.folder().join("copy.sql");
    assert!(db.database().backup(&file).await.unwrap());
    let other = Db::on(db.dialect, &db.url).await;
    other.pipe(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let (before, after) = (db.column(list).await, other.column(list).await);
    assert_eq!(before.len(), 7, "{before:?}");
    assert_eq!(after, before);
}

async fn the_search_path_and_the_options_of_a_url_are_those_of_the_session(db: Db) {
    db.execute("CREATE SCHEMA t3").await;
    db.execute("CREATE SCHEMA t4").await;
    let history = chain(db.dialect, 1);
    let with = if db.url.contains('?') { '&' } else { '?' };
    for (schema, parameter) in
        [("t3", "search_path=t3,public"), ("t4", "options=-c%20search_path%3Dt4")]
    {
        let url = format!("{}{with}{parameter}", db.url);
        let database = migrate_db::Database::from_url(&url).unwrap();
        Migrator::new(&history).upgrade(&database, &"head".parse().unwrap()).await.unwrap();
        let tables = format!(
            "SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = '{schema}' ORDER BY 1"
        );
        let tables = db.column(&tables).await;
        assert!(tables.iter().any(|name| name == "migrate_version"), "{tables:?}");
        assert!(tables.iter().any(|name| name == "t000"), "{tables:?}");
    }
    assert!(db.tables().await.iter().all(|name| name.starts_with('t')));
}

async fn others_who_are_connected_are_named_and_only_sent_away_by_force(db: Db) {
    let other = beside(&db);
    other.create().await.unwrap();
    let url = with_name(&db.url, &format!("{}-o%60t%22h%27er", db.name));
    let guest = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    assert_eq!(other.connected().await.unwrap().len(), 1);
    let error = other.drop(false).await.unwrap_err();
    let Error::Connected(others) = &error else { panic!("{error:?}") };
    assert!(others[0].contains("of postgres"), "{others:?}");
    assert!(whole(&error).contains("let the server do that"));
    assert!(other.drop(true).await.unwrap());
    assert!(!other.drop(true).await.unwrap());
    drop(guest);
}
