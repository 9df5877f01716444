//! A run is asked to stop, or its connection goes silent, while the server works for it.

use std::net::ToSocketAddrs as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;

use super::locks::{hold_the_journal, signal, wait_for};
use super::proxy::Proxy;
use super::site::{Site, ended};
use crate::support::TestEnvironment;
use crate::support::db::{Db, Place};

within!(postgres, Postgres: an_interrupted_statement_is_cancelled, a_silent_connection_is_replaced);
within!(mysql, Mysql: an_interrupted_statement_is_cancelled, a_silent_connection_is_replaced,
    a_session_is_found_by_more_than_its_number);
within!(sqlite, Sqlite: an_interrupted_statement_ends);

/// The signals that stop a command, with its exit codes then.
const SIGNALS: [(&str, i32); 2] = [("INT", 130), ("TERM", 143)];

fn limit() -> u64 {
    180
}

/// Statements that the server executes, or that wait for a lock.
async fn at_work(db: &Db) -> Vec<String> {
    let question = match db.dialect {
        Dialect::Postgres => {
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() \
             AND state = 'active' AND query LIKE '%INSERT INTO journal VALUES%' \
             AND pid <> pg_backend_pid()"
        }
        _ => {
            "SELECT info FROM information_schema.processlist WHERE db = DATABASE() \
             AND info LIKE 'INSERT INTO journal%'"
        }
    };
    db.column(question).await
}

async fn an_interrupted_statement_is_cancelled(db: Db) {
    let mut site = Site::new(db).await;
    for (name, code) in SIGNALS {
        site.reset().await;
        let journal = hold_the_journal(&site.db).await;
        let run = site.start(&["upgrade"]);
        wait_for(&site.db, 1, "INSERT INTO journal").await;
        signal(&run, name).await;
        let run = ended(run).await;
        assert_eq!(run.code, Some(code), "{}", run.stderr);
        assert!(run.stderr.contains("interrupted: the database is at base"), "{}", run.stderr);
        // The lock is still held: what was not cancelled would still wait for it.
        assert_eq!(at_work(&site.db).await, Vec::<String>::new());
        drop(journal);
        assert_eq!(site.verify(Direction::Up).await, 0);
        site.finish(Direction::Up).await;
    }
    assert_eq!(site.repairs, 0);
}

/// After the server has restarted, another connection may have the number.
async fn a_session_is_found_by_more_than_its_number(db: Db) {
    use sqlx::{AssertSqlSafe, Connection as _, Row as _};

    let find = Dialect::Mysql.session().cancel.unwrap().find;
    let mut busy = sqlx::MySqlConnection::connect(&db.url).await.unwrap();
    let who = "SELECT CAST(CONNECTION_ID() AS CHAR) AS id, (SELECT CONCAT(user, '@', host) \
        FROM information_schema.processlist p WHERE p.id = CONNECTION_ID()) AS account";
    let row = sqlx::query(who).fetch_one(&mut busy).await.unwrap();
    let (id, account): (String, String) = (row.get("id"), row.get("account"));
    let work = tokio::spawn(async move {
        sqlx::raw_sql(AssertSqlSafe("SELECT SLEEP(8)")).execute(&mut busy).await
    });
    let found = async |session: String| {
        let literal = Dialect::Mysql.safe_literal(&session);
        db.column(&find.replace("{id}", &id).replace("{session}", &literal)).await
    };
    let mut executes = Vec::new();
    while executes.is_empty() {
        executes = found(format!("{id} {account}")).await;
    }
    assert_eq!(executes, std::slice::from_ref(&id));
    assert!(found(format!("{id} other@10.0.0.1:40000")).await.is_empty());
    work.abort();
}

/// SQLite has no server that could be asked: the run ends, and nothing of it is applied.
async fn an_interrupted_statement_ends(db: Db) {
    let folder = db.folder().to_owned();
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    env.revision("aaa", "", "CREATE TABLE t (x INTEGER);", "DROP TABLE t;");
    let long = "CREATE TABLE u (x INTEGER);\nINSERT INTO u WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL \
        SELECT x + 1 FROM n WHERE x < 4000000000) SELECT max(x) FROM n;";
    env.revision("bbb", "aaa", long, "DROP TABLE u;");
    for (name, code) in SIGNALS {
        let mut run = env.command(&["upgrade"]).stderr(Stdio::piped()).spawn().unwrap();
        // The journal shows that the transaction has begun.
        while !folder.join("app.db-journal").exists() && !folder.join("app.db-wal").exists() {
            assert!(run.try_wait().unwrap().is_none(), "it has ended already");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let kill = ["-s", name, &run.id().to_string()];
        assert!(Command::new("kill").args(kill).status().unwrap().success());
        let since = Instant::now();
        let output = tokio::task::spawn_blocking(|| run.wait_with_output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("interrupted: the database is at base"), "{said}");
        assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
        assert!(db.tables().await.is_empty(), "an upgrade happens whole or not at all");
    }
    env.ok(&["upgrade", "aaa"]);
    for (name, code) in SIGNALS {
        let mut run = env.command(&["rehearse"]).stderr(Stdio::piped()).spawn().unwrap();
        let is_copying = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            name.contains("_scratch_") && name.ends_with("-journal")
        };
        while !std::fs::read_dir(&folder).unwrap().any(|entry| is_copying(entry.unwrap())) {
            assert!(run.try_wait().unwrap().is_none(), "it has ended already");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let kill = ["-s", name, &run.id().to_string()];
        assert!(Command::new("kill").args(kill).status().unwrap().success());
        let output = tokio::task::spawn_blocking(|| run.wait_with_output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("interrupted") && said.contains("the copy"), "{said}");
        let left = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("scratch")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    env.revision("bbb", "aaa", "CREATE TABLE u (x INTEGER);", "DROP TABLE u;");
    env.ok(&["upgrade"]);
    assert_eq!(db.tables().await, ["t", "u"]);
}

async fn a_silent_connection_is_replaced(db: Db) {
    let place = Place::of(&db.url);
    let mut addresses = (place.host.as_str(), place.port).to_socket_addrs().unwrap();
    let proxy = Proxy::to(addresses.next().unwrap()).await;
    let own = format!("{}:{}", place.host, place.port);
    let url = db.url.replace(&own, &format!("127.0.0.1:{}", proxy.port));
    let mut site = Site::new(db).await;
    site.env.set("DATABASE_URL", &url);
    let journal = hold_the_journal(&site.db).await;
    let run = site.start(&["upgrade"]);
    wait_for(&site.db, 1, "INSERT INTO journal").await;
    // The first connection is the one that works; the lock has another.
    proxy.silence(0);
    drop(journal);
    let run = ended(run).await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("the connection was lost"), "{}", run.stderr);
    proxy.hang_up();
    let own = site.db.url.clone();
    site.env.set("DATABASE_URL", &own);
    site.finish(Direction::Up).await;
}

/// What changes nothing ends at once, as a program without handlers, and not after its work.
#[test]
fn an_inspection_ends_at_the_signal() {
    use std::os::unix::process::ExitStatusExt as _;

    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    let mut parent = String::new();
    for n in 0..400 {
        let id = format!("r{n:04}");
        let up = format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name TEXT NOT NULL);");
        env.revision(&id, &parent, &up, &format!("DROP TABLE t{n};"));
        parent = id;
    }
    for args in [&["report", "--out", "page"][..], &["lint"], &["check"]] {
        let start = || {
            let mut command = env.command(args);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let since = Instant::now();
        start().wait().unwrap();
        let time = since.elapsed();
        let ended = (0..8).map(|_| {
            let mut child = start();
            std::thread::sleep(time / 2);
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
            child.wait().unwrap().signal()
        });
        let signal = ended.flatten().next();
        assert_eq!(signal, Some(2), "{args:?}, which takes {time:?}");
    }
}
