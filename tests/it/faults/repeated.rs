//! Statements that a second run would not refuse: each is killed while the server goes on with it.
//! The next run must not repeat what may have happened.

use std::time::{Duration, Instant};

use migrate_core::dialect::Dialect;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection};

use super::site::{Ended, ended};
use crate::support::db::Db;
use crate::support::{RevisionFile, TestEnvironment};

within!(mysql, Mysql:
    columns_that_are_swapped,
    what_the_catalog_shows_is_not_repeated,
    rows_of_an_engine_without_transactions,
    rows_of_an_engine_with_transactions,
    rows_that_share_a_record,
    rows_that_would_share_a_record_but_for_their_engine,
    an_update_outside_of_a_transaction,
);
within!(postgres, Postgres: an_update_outside_of_a_transaction, a_table_made_outside_of_a_transaction);

const fn limit() -> u64 {
    90
}

/// A revision whose statement waits for another connection, and is killed in that moment.
struct Killed {
    env: TestEnvironment,
    db: Db,
}

impl Killed {
    /// Kills the tool in an ALTER of the table `t`, which another transaction has read.
    async fn in_alter(db: Db, up: &str) -> Self {
        let lock = "START TRANSACTION; SELECT * FROM t";
        Self::with(db, "", up, lock, "ROLLBACK", "ALTER TABLE t").await
    }

    /// Kills the tool while it inserts a thousand rows into the table `t`.
    async fn in_insert(db: Db) -> Self {
        let up = "INSERT INTO t SELECT seq FROM seq_1_to_1000;";
        Self::with(db, "", up, "LOCK TABLES t READ", "UNLOCK TABLES", "INSERT INTO t").await
    }

    /// Kills the tool while the server waits, because of `lock`, before it runs what begins with
    /// `statement`.
    async fn with(
        db: Db,
        options: &str,
        up: &str,
        lock: &str,
        unlock: &str,
        statement: &str,
    ) -> Self {
        let mut env = TestEnvironment::new();
        env.set("DATABASE_URL", &db.url);
        let file = RevisionFile::new("a1", "").section(&format!("up {options}"), up);
        env.write_revision(&file.noop("a test"));
        let killed = Self { env, db };
        let mut other = Other::connect(&killed.db).await;
        for sql in lock.split(';') {
            other.execute(sql).await;
        }
        let mut command = tokio::process::Command::from(killed.env.command(&["upgrade"]));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let (waits, runs) = match killed.db.dialect {
            Dialect::Postgres => (
                "SELECT 'x' FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event_type = 'Lock' AND query LIKE '{}%'",
                "SELECT 'x' FROM pg_stat_activity WHERE datname = current_database() \
                 AND state = 'active' AND query LIKE '{}%'",
            ),
            // The state does not show the lock of a row. InnoDB's own tables of waits are a copy that
            // is not renewed while it is read often.
            _ => (
                "SELECT 'x' FROM information_schema.processlist WHERE db = DATABASE() \
                 AND (state LIKE '%wait%' OR time_ms > 1000) AND info LIKE '{}%'",
                "SELECT 'x' FROM information_schema.processlist WHERE db = DATABASE() \
                 AND info LIKE '{}%'",
            ),
        };
        killed.until(&waits.replace("{}", statement), true).await;
        child.start_kill().unwrap();
        assert_eq!(ended(child).await.code, None);
        other.execute(unlock).await;
        killed.until(&runs.replace("{}", statement), false).await;
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

/// The connection that is in the way.
enum Other {
    Mysql(MySqlConnection),
    Postgres(PgConnection),
}

impl Other {
    async fn connect(db: &Db) -> Self {
        match db.dialect {
            Dialect::Postgres => Self::Postgres(PgConnection::connect(&db.url).await.unwrap()),
            _ => Self::Mysql(MySqlConnection::connect(&db.url).await.unwrap()),
        }
    }

    async fn execute(&mut self, sql: &str) {
        let raw = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Mysql(connection) => drop(connection.execute(raw).await.unwrap()),
            Self::Postgres(connection) => drop(connection.execute(raw).await.unwrap()),
        }
    }
}

async fn columns_that_are_swapped(db: Db) {
    db.execute("CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (1, 2)").await;
    let killed = Killed::in_alter(db, "ALTER TABLE t CHANGE a b INT, CHANGE b a INT;").await;
    killed.is_in_doubt().await;
    assert_eq!(killed.db.column("SELECT CONCAT(a, ' ', b) FROM t").await, ["2 1"]);
}

async fn what_the_catalog_shows_is_not_repeated(db: Db) {
    db.execute("CREATE TABLE t (a INT, b INT)").await;
    let killed = Killed::in_alter(db, "ALTER TABLE t CHANGE a c INT, ADD INDEX (b);").await;
    assert_eq!(killed.call(&["upgrade"]).await.code, Some(0));
    let indexes = killed.db.column("SHOW INDEX FROM t").await;
    assert_eq!(indexes.len(), 1, "the index was made once");
}

async fn rows_of_an_engine_without_transactions(db: Db) {
    db.execute("CREATE TABLE t (a INT) ENGINE = MyISAM").await;
    let killed = Killed::in_insert(db).await;
    killed.is_in_doubt().await;
    assert_eq!(killed.db.column("SELECT CAST(COUNT(*) AS CHAR) FROM t").await, ["1000"]);
}

async fn rows_of_an_engine_with_transactions(db: Db) {
    db.execute("CREATE TABLE t (a INT) ENGINE = InnoDB").await;
    let killed = Killed::in_insert(db).await;
    assert_eq!(killed.call(&["upgrade"]).await.code, Some(0));
    assert_eq!(killed.db.column("SELECT CAST(COUNT(*) AS CHAR) FROM t").await, ["1000"]);
}

const ROWS: &str =
    "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);";

async fn rows_that_share_a_record(db: Db) {
    db.execute("CREATE TABLE t (a INT) ENGINE = InnoDB").await;
    let lock = "LOCK TABLES t READ";
    let killed = Killed::with(db, "", ROWS, lock, "UNLOCK TABLES", "INSERT INTO t").await;
    assert_eq!(killed.call(&["upgrade"]).await.code, Some(0));
    let rows = killed.db.column("SELECT CONCAT(a, '') FROM t ORDER BY a").await;
    assert_eq!(rows, ["1", "2", "3"]);
}

async fn rows_that_would_share_a_record_but_for_their_engine(db: Db) {
    db.execute("CREATE TABLE t (a INT) ENGINE = MyISAM").await;
    let lock = "LOCK TABLES t READ";
    let killed = Killed::with(db, "", ROWS, lock, "UNLOCK TABLES", "INSERT INTO t").await;
    killed.is_in_doubt().await;
    let rows = killed.db.column("SELECT CONCAT(a, '') FROM t ORDER BY a").await;
    assert_eq!(rows, ["1", "2", "3"]);
}

async fn an_update_outside_of_a_transaction(db: Db) {
    db.execute("CREATE TABLE t (a INT)").await;
    db.execute("INSERT INTO t VALUES (1)").await;
    let killed = Killed::with(
        db,
        "transaction:false",
        "UPDATE t SET a = a + 1;",
        "BEGIN; SELECT * FROM t FOR UPDATE",
        "ROLLBACK",
        "UPDATE t SET",
    )
    .await;
    killed.is_in_doubt().await;
    let rows = killed.db.column("SELECT CONCAT(a, '') FROM t").await;
    assert_eq!(rows, ["2"]);
}

async fn a_table_made_outside_of_a_transaction(db: Db) {
    db.execute("CREATE TABLE t (a INT PRIMARY KEY)").await;
    let killed = Killed::with(
        db,
        "transaction:false",
        "CREATE TABLE u (a INT REFERENCES t);",
        "BEGIN; LOCK TABLE t",
        "ROLLBACK",
        "CREATE TABLE u",
    )
    .await;
    assert_eq!(killed.call(&["upgrade"]).await.code, Some(0));
    assert_eq!(killed.db.tables().await, ["t", "u"]);
}
