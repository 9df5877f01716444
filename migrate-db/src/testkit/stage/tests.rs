//! Databases on real servers, and in files.

use std::time::Instant;

use super::*;

async fn stage(dialect: Dialect) -> Option<Stage> {
    match Stage::open(dialect, &Settings::default()).await {
        Ok(stage) => stage,
        Err(error) => panic!("{error}\n{:?}", error.help()),
    }
}

async fn run(database: &Database, sql: &str) {
    let mut connection = Connection::open(&database.source, true).await.unwrap().unwrap();
    connection.execute(sql).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    connection.close().await.unwrap();
}

async fn ask(database: &Database, sql: &str) -> String {
    let mut connection = Connection::open(&database.source, false).await.unwrap().unwrap();
    let rows = connection.rows(sql).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    connection.close().await.unwrap();
    let rows = rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(","));
    rows.collect::<Vec<_>>().join(" ")
}

async fn makes_clones_and_drops(dialect: Dialect) {
    let Some(stage) = stage(dialect).await else { return };
    let (a, b) = (stage.unique("a"), stage.unique("b"));
    assert!(!stage.exists(&a).await.unwrap());
    stage.drop(&a).await.unwrap();
    let first = stage.create(&a).await.unwrap();
    assert!(stage.exists(&a).await.unwrap());
    run(&first, "CREATE TABLE t (x INTEGER)").await;
    run(&first, "INSERT INTO t VALUES (1), (2)").await;
    for _ in 0..2 {
        // The second time one is in the way.
        let clone = stage.clone(&a, &b).await.unwrap();
        assert_eq!(ask(&clone, "SELECT CAST(COUNT(*) AS CHAR(9)) FROM t").await.trim(), "2");
        run(&clone, "INSERT INTO t VALUES (3)").await;
        assert_eq!(ask(&first, "SELECT CAST(COUNT(*) AS CHAR(9)) FROM t").await.trim(), "2");
    }
    let anew = stage.create(&a).await.unwrap();
    run(&anew, "CREATE TABLE t (x INTEGER)").await;
    let held = Connection::open(&stage.database(&b).unwrap().source, false).await.unwrap();
    for name in [&a, &b] {
        stage.drop(name).await.unwrap();
        assert!(!stage.exists(name).await.unwrap());
    }
    drop(held);
    assert!(!stage.describe().is_empty());
}

#[tokio::test]
async fn sqlite_makes_clones_and_drops() {
    makes_clones_and_drops(Dialect::Sqlite).await;
}

#[tokio::test]
async fn postgres_makes_clones_and_drops() {
    makes_clones_and_drops(Dialect::Postgres).await;
}

#[tokio::test]
async fn mysql_makes_clones_and_drops() {
    makes_clones_and_drops(Dialect::Mysql).await;
}

async fn removes_what_is_old(dialect: Dialect) {
    let Some(mut stage) = stage(dialect).await else { return };
    let today = std::mem::replace(&mut stage.names, Names::days_ago(2));
    let name = stage.unique("old");
    stage.create(&name).await.unwrap();
    let yesterday = Names::days_ago(1);
    stage.names = yesterday;
    stage.create(&name).await.unwrap();
    let found = Stage::open(dialect, &Settings::default()).await.unwrap().unwrap();
    assert!(stage.exists(&name).await.unwrap(), "of yesterday");
    stage.drop(&name).await.unwrap();
    stage.names = Names::days_ago(2);
    assert!(!stage.exists(&name).await.unwrap(), "of the day before");
    drop((found, today));
}

#[tokio::test]
async fn sqlite_removes_what_is_old() {
    removes_what_is_old(Dialect::Sqlite).await;
}

#[tokio::test]
async fn postgres_removes_what_is_old() {
    removes_what_is_old(Dialect::Postgres).await;
}

#[tokio::test]
async fn mysql_removes_what_is_old() {
    removes_what_is_old(Dialect::Mysql).await;
}

#[tokio::test]
async fn a_file_is_copied_with_what_lies_beside_it() {
    let Some(stage) = stage(Dialect::Sqlite).await else { return };
    let (a, b) = (stage.unique("a%?#"), stage.unique("b"));
    let database = stage.create(&a).await.unwrap();
    let mut open = Connection::open(&database.source, false).await.unwrap().unwrap();
    open.rows("PRAGMA journal_mode = WAL").await.unwrap();
    open.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)").await.unwrap();
    let clone = stage.clone(&a, &b).await.unwrap();
    assert_eq!(ask(&clone, "SELECT CAST(COUNT(*) AS TEXT) FROM t").await, "1");
    open.close().await.unwrap();
    stage.drop(&a).await.unwrap();
    stage.drop(&b).await.unwrap();
}

/// A template may have a connection that is only just going.
#[tokio::test]
async fn postgres_waits_for_who_is_going() {
    let Some(stage) = stage(Dialect::Postgres).await else { return };
    let (a, b) = (stage.unique("a"), stage.unique("b"));
    let database = stage.create(&a).await.unwrap();
    let held = Connection::open(&database.source, false).await.unwrap().unwrap();
    let going = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        held.close().await.unwrap();
    };
    let (clone, ()) = futures_util::future::join(stage.clone(&a, &b), going).await;
    clone.unwrap();
    stage.drop(&a).await.unwrap();
    stage.drop(&b).await.unwrap();
}

#[tokio::test]
async fn mysql_copies_objects_of_every_kind() {
    let Some(stage) = stage(Dialect::Mysql).await else { return };
    let (a, b) = (stage.unique("a"), stage.unique("b"));
    let database = stage.create(&a).await.unwrap();
    for sql in [
        "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_bin",
        "CREATE SEQUENCE s START WITH 5 INCREMENT BY 5 NOCACHE",
        "DO NEXTVAL(s)",
        "CREATE TABLE z (id INT AUTO_INCREMENT PRIMARY KEY, n INT DEFAULT (NEXTVAL(s)), d INT AS (n * 2) STORED, \
         made DATETIME DEFAULT '2020-01-01', `odd ``name` BLOB, CHECK (n > 0)) AUTO_INCREMENT = 40",
        "CREATE TABLE a (z INT REFERENCES z (id) ON DELETE CASCADE, g INT AS (1) VIRTUAL)",
        "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO z (id, n, `odd ``name`) VALUES (0, 7, x'00ff')",
        "INSERT INTO a (z) VALUES (0)",
        "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2",
        "CREATE PROCEDURE put() BEGIN INSERT INTO z (n) VALUES (1); SELECT 'a;b'; END",
        "CREATE VIEW y AS SELECT id, twice(n) AS t FROM z",
        "CREATE VIEW b AS SELECT t FROM y",
        "CREATE TRIGGER two BEFORE INSERT ON z FOR EACH ROW SET NEW.n = NEW.n + 1",
        "CREATE TRIGGER one BEFORE INSERT ON z FOR EACH ROW FOLLOWS two SET NEW.n = NEW.n * 10",
        "SET sql_mode = 'ANSI_QUOTES'; CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DISABLE DO DELETE FROM \"a\"",
    ] {
        run(&database, sql).await;
    }
    let clone = stage.clone(&a, &b).await.unwrap();
    for question in [
        "SHOW CREATE TABLE z",
        "SHOW CREATE TABLE a",
        "SHOW CREATE VIEW y",
        "SHOW CREATE VIEW b",
        "SHOW CREATE FUNCTION twice",
        "SHOW CREATE PROCEDURE put",
        "SHOW CREATE EVENT e",
        "SHOW CREATE SEQUENCE s",
        "SELECT trigger_name, CAST(action_order AS CHAR), sql_mode FROM information_schema.triggers \
         WHERE trigger_schema = DATABASE() ORDER BY 1",
        "SELECT CAST(id AS CHAR), CAST(n AS CHAR), CAST(d AS CHAR), HEX(`odd ``name`) FROM z ORDER BY 1",
        "SELECT CAST(z AS CHAR) FROM a",
        "SELECT CAST(t AS CHAR) FROM b",
        "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = DATABASE()",
        "SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE()",
        "SELECT CAST(NEXTVAL(s) AS CHAR)",
    ] {
        let (was, is) = (ask(&database, question).await, ask(&clone, question).await);
        let is = is.replace(&stage.names.of(&b), &stage.names.of(&a));
        assert!(!was.is_empty(), "{question}");
        assert_eq!(was, is, "{question}");
    }
    run(&clone, "CALL put()").await;
    assert_eq!(
        ask(&clone, "SELECT CAST(id AS CHAR), CAST(n AS CHAR) FROM z WHERE id >= 40").await,
        "40,20"
    );
    stage.drop(&a).await.unwrap();
    stage.drop(&b).await.unwrap();
}

/// Says how long each act takes; fails only where it would be no help any more.
async fn takes_milliseconds(dialect: Dialect) {
    let Some(stage) = stage(dialect).await else { return };
    let (a, b) = (stage.unique("a"), stage.unique("b"));
    let database = stage.create(&a).await.unwrap();
    for n in 0..50 {
        run(&database, &format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, x INTEGER UNIQUE)"))
            .await;
    }
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        let clone = stage.clone(&a, &b).await.unwrap();
        let cloned = start.elapsed();
        let connection = Connection::open(&clone.source, false).await.unwrap().unwrap();
        connection.close().await.unwrap();
        let connected = start.elapsed();
        stage.drop(&b).await.unwrap();
        times.push((start.elapsed(), cloned, connected - cloned, start.elapsed() - connected));
    }
    stage.drop(&a).await.unwrap();
    times.sort();
    let (all, clone, connect, drop) = times[times.len() / 2];
    println!("{dialect}: {all:?}: clone {clone:?}, connect {connect:?}, drop {drop:?}");
    assert!(all.as_secs() < 2, "{all:?}");
}

#[tokio::test]
async fn sqlite_takes_milliseconds() {
    takes_milliseconds(Dialect::Sqlite).await;
}

#[tokio::test]
async fn postgres_takes_milliseconds() {
    takes_milliseconds(Dialect::Postgres).await;
}

#[tokio::test]
async fn mysql_takes_milliseconds() {
    takes_milliseconds(Dialect::Mysql).await;
}
