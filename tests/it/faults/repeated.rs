//! Statements that a second run would not refuse: each is killed while the server goes on with it.
//! The next run must not repeat what may have happened.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use super::site::{Ended, ended};
use crate::support::TestEnvironment;
use crate::support::db::Db;

within!(mysql, Mysql: columns_that_are_swapped, what_the_catalog_shows_is_not_repeated);

const fn limit() -> u64 {
    90
}

/// A revision whose statement waits for another connection, and is killed in that moment.
struct Killed {
    env: TestEnvironment,
    db: Db,
}

impl Killed {
    /// Kills the tool while the server waits, because of `lock`, before it runs what begins with
    /// `statement`.
    async fn at(db: Db, up: &str, lock: &str, unlock: &str, statement: &str) -> Self {
        let mut env = TestEnvironment::new();
        env.set("DATABASE_URL", &db.url);
        env.revision("a1", "", up, "SELECT 1;");
        let killed = Self { env, db };
        let mut other = MySqlConnection::connect(&killed.db.url).await.unwrap();
        for sql in lock.split(';') {
            other.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        let mut command = tokio::process::Command::from(killed.env.command(&["upgrade"]));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let waits = format!(
            "SELECT 'x' FROM information_schema.processlist WHERE db = DATABASE() \
             AND state LIKE '%wait%' AND info LIKE '{statement}%'"
        );
        killed.until(&waits, true).await;
        child.start_kill().unwrap();
        assert_eq!(ended(child).await.code, None);
        other.execute(sqlx::raw_sql(AssertSqlSafe(unlock))).await.unwrap();
        other.close().await.unwrap();
        let goes_on = format!(
            "SELECT 'x' FROM information_schema.processlist WHERE db = DATABASE() \
             AND info LIKE '{statement}%'"
        );
        killed.until(&goes_on, false).await;
        killed
    }

    /// Waits until a question has an answer, or none.
    async fn until(&self, question: &str, some: bool) {
        let since = Instant::now();
        while self.db.column(question).await.is_empty() == some {
            assert!(since.elapsed() < Duration::from_secs(30), "{question}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn call(&self, args: &[&str]) -> Ended {
        let mut command = tokio::process::Command::from(self.env.command(args));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        ended(command.spawn().unwrap()).await
    }

    /// A person is asked, says that it ran, and nothing is repeated.
    async fn is_in_doubt(&self) {
        for _ in 0..2 {
            let ended = self.call(&["upgrade"]).await;
            assert_eq!(ended.code, Some(1), "{}", ended.stderr);
            assert!(ended.stderr.contains("cargo migrate repair --ran"), "{}", ended.stderr);
        }
        assert_eq!(self.call(&["repair", "--ran"]).await.code, Some(0));
        assert_eq!(self.call(&["upgrade"]).await.code, Some(0));
    }
}

async fn columns_that_are_swapped(db: Db) {
    db.execute("CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (1, 2)").await;
    let killed = Killed::at(
        db,
        "ALTER TABLE t CHANGE a b INT, CHANGE b a INT;",
        "START TRANSACTION; SELECT * FROM t",
        "ROLLBACK",
        "ALTER TABLE t",
    )
    .await;
    killed.is_in_doubt().await;
    assert_eq!(killed.db.column("SELECT CONCAT(a, ' ', b) FROM t").await, ["2 1"]);
}

async fn what_the_catalog_shows_is_not_repeated(db: Db) {
    db.execute("CREATE TABLE t (a INT, b INT)").await;
    let killed = Killed::at(
        db,
        "ALTER TABLE t CHANGE a c INT, ADD INDEX (b);",
        "START TRANSACTION; SELECT * FROM t",
        "ROLLBACK",
        "ALTER TABLE t",
    )
    .await;
    assert_eq!(killed.call(&["upgrade"]).await.code, Some(0));
    let indexes = killed.db.column("SHOW INDEX FROM t").await;
    assert_eq!(indexes.len(), 1, "the index was made once");
}
