//! What becomes of the lock when its holder dies, is interrupted or stopped; and of a runner whose
//! lock somebody else took.

use std::any::Any;
use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use sqlx::{Connection as _, Executor as _};
use tokio::process::{Child, Command};

use super::site::{Site, ended};
use crate::scenarios::revision;
use crate::support::db::Db;

within!(postgres, Postgres:
    a_holder_that_dies_is_followed_at_once,
    an_interrupted_holder_gives_the_lock_back,
    a_row_of_a_holder_that_died_is_waited_for_then_taken_over,
    two_without_a_lock_undo_a_step_once,
);
within!(mysql, Mysql:
    a_holder_that_dies_is_followed_at_once,
    an_interrupted_holder_gives_the_lock_back,
    a_row_of_a_holder_that_died_is_waited_for_then_taken_over,
    a_stopped_holder_that_goes_on_finds_itself_overtaken,
);

const fn limit() -> u64 {
    90
}

const ROW: &[&str] = &["upgrade", "--lock", "table", "--lock-wait", "20s"];
const SESSION: &[&str] = &["upgrade", "--lock", "session", "--lock-wait", "20s"];

/// Runs SQL on a connection that is then kept: what it locks is free when the value is dropped.
pub(super) async fn keep(db: &Db, sql: &'static str) -> Box<dyn Any + Send> {
    match db.dialect {
        Dialect::Postgres => {
            let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
            connection.execute(sql).await.unwrap();
            Box::new(connection)
        }
        _ => {
            let mut connection = sqlx::MySqlConnection::connect(&db.url).await.unwrap();
            connection.execute(sql).await.unwrap();
            Box::new(connection)
        }
    }
}

/// Keeps everybody from writing the journal.
pub(super) async fn hold_the_journal(db: &Db) -> Box<dyn Any + Send> {
    match db.dialect {
        Dialect::Postgres => keep(db, "BEGIN; LOCK TABLE journal IN SHARE MODE").await,
        _ => keep(db, "LOCK TABLES journal READ").await,
    }
}

/// Waits until so many statements that begin so wait for a lock.
pub(super) async fn wait_for(db: &Db, count: usize, statement: &str) {
    let waiting = match db.dialect {
        Dialect::Postgres => format!(
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event_type = 'Lock' AND query LIKE '%{statement}%'"
        ),
        _ => format!(
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = DATABASE() \
             AND state LIKE 'Waiting for table%' AND info LIKE '{statement}%'"
        ),
    };
    while db.column(&waiting).await.len() < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(super) async fn signal(child: &Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status().await.unwrap();
    assert!(sent.success());
}

/// How many lock rows there are.
async fn rows(db: &Db) -> usize {
    db.column("SELECT holder FROM migrate_version_lock").await.len()
}

/// Makes the lock row as old as that of a dead one.
async fn age(db: &Db) {
    let ago = db.dialect.templates().ago.replace("{}", "31");
    db.execute(&format!("UPDATE migrate_version_lock SET alive_at = {ago}")).await;
}

async fn a_holder_that_dies_is_followed_at_once(db: Db) {
    let mut site = Site::new(db).await;
    let journal = hold_the_journal(&site.db).await;
    let mut first = site.start(SESSION);
    wait_for(&site.db, 1, "INSERT INTO journal").await;
    let second = site.start(SESSION);
    tokio::time::sleep(Duration::from_millis(300)).await;
    first.kill().await.unwrap();
    drop(journal);
    let second = ended(second).await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    site.finish(Direction::Up).await;
    assert_eq!(site.repairs, 0);
}

async fn an_interrupted_holder_gives_the_lock_back(db: Db) {
    let mut site = Site::new(db).await;
    for (args, name, code) in [(SESSION, "INT", 130), (ROW, "INT", 130), (ROW, "TERM", 143)] {
        site.reset().await;
        let journal = hold_the_journal(&site.db).await;
        let first = site.start(args);
        wait_for(&site.db, 1, "INSERT INTO journal").await;
        signal(&first, name).await;
        let first = ended(first).await;
        assert_eq!(first.code, Some(code), "{}", first.stderr);
        assert!(first.stderr.contains("interrupted"), "{}", first.stderr);
        if args == ROW {
            assert_eq!(rows(&site.db).await, 0, "the row of an interrupted holder is left");
        }
        drop(journal);
        site.verify(Direction::Up).await;
        site.finish(Direction::Up).await;
    }
    assert_eq!(site.repairs, 0);
}

async fn a_row_of_a_holder_that_died_is_waited_for_then_taken_over(db: Db) {
    let mut site = Site::new(db).await;
    let journal = hold_the_journal(&site.db).await;
    let mut first = site.start(ROW);
    let pid = first.id().unwrap();
    wait_for(&site.db, 1, "INSERT INTO journal").await;
    signal(&first, "STOP").await;
    first.kill().await.unwrap();
    drop(journal);
    let hurried = site.call(&["upgrade", "--lock", "table", "--lock-wait", "1s"]).await;
    assert_eq!(hurried.code, Some(1));
    let holder = format!("ada@test (process {pid})");
    assert!(hurried.stderr.contains(&holder), "{}", hurried.stderr);
    age(&site.db).await;
    let next = site.call(ROW).await;
    assert_eq!(next.code, Some(0), "{}", next.stderr);
    assert_eq!(rows(&site.db).await, 0);
    site.finish(Direction::Up).await;
}

/// Stopped in the middle of a statement, it wakes up when somebody else is behind that statement
/// in the same step.
async fn a_stopped_holder_that_goes_on_finds_itself_overtaken(db: Db) {
    let mut site = Site::new(db).await;
    let journal = hold_the_journal(&site.db).await;
    let first = site.start(ROW);
    wait_for(&site.db, 1, "INSERT INTO journal").await;
    signal(&first, "STOP").await;
    age(&site.db).await;
    let second = site.start(ROW);
    wait_for(&site.db, 2, "INSERT INTO journal").await;
    let table = keep(&site.db, "LOCK TABLES t00 READ").await;
    drop(journal);
    wait_for(&site.db, 1, "ALTER TABLE t00").await;
    signal(&first, "CONT").await;
    let first = ended(first).await;
    drop(table);
    let second = ended(second).await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert_eq!(first.code, Some(1), "{}", first.stderr);
    assert!(first.stderr.contains("was moved by someone else"), "{}", first.stderr);
    site.finish(Direction::Up).await;
    assert_eq!((site.repairs, rows(&site.db).await), (0, 0));
}

/// Both have looked at the version table before either of them moves its row.
async fn two_without_a_lock_undo_a_step_once(db: Db) {
    let site = Site::new(db).await;
    let down = "INSERT INTO journal VALUES ('down');";
    let files = [revision("a", "", "SELECT 1;", down)];
    for n in 0..super::site::REVISIONS {
        std::fs::remove_file(site.env.path(&format!("migrations/r{n:02}.sql"))).unwrap();
    }
    site.env.write("migrations/a.sql", &files[0].1);
    site.call(&["upgrade"]).await;
    let journal = hold_the_journal(&site.db).await;
    let args = ["downgrade", "base", "--lock", "none"];
    let runners = [site.start(&args), site.start(&args)];
    wait_for(&site.db, 2, "INSERT INTO journal").await;
    drop(journal);
    for runner in runners {
        let ended = ended(runner).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
    assert_eq!(site.db.column("SELECT entry FROM journal").await, ["down"]);
    let events = site.db.column("SELECT event FROM migrate_version_log ORDER BY id").await;
    assert_eq!(events, ["upgrade", "downgrade"]);
}
