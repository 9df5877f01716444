//! The server itself goes down in the middle, and one that only reads. Each test has a server of
//! its own for that, in a container.

use std::process::Stdio;
use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::plan::Direction;
use tokio::process::Command;

use super::site::{Site, ended, way};
use super::{Dice, bounded};
use crate::support::TestEnvironment;
use crate::support::db::{Db, with_name};
use crate::support::server::execute;

/// A server in a container, removed when dropped.
pub(super) struct Server {
    pub(super) name: String,
    pub(super) url: String,
}

pub(super) async fn docker(args: &[&str]) -> Result<String, String> {
    let output = Command::new("docker").args(args).stdin(Stdio::null()).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() { Ok(answer) } else { Err(said) }
}

impl Server {
    /// `None`, and a word about it, where the tests are told to use a server that is not ours.
    pub(super) async fn start(dialect: Dialect) -> Option<Self> {
        Self::start_with(dialect, "", &[]).await
    }

    /// One of several, with a command line of its own.
    pub(super) async fn start_with(
        dialect: Dialect,
        suffix: &str,
        command: &[String],
    ) -> Option<Self> {
        let variable = format!("MIGRATE_TEST_{}_URL", dialect.name().to_uppercase());
        if migrate_db::testkit::is_skipped(dialect) || std::env::var(&variable).is_ok() {
            println!(
                "skipped: {variable} or MIGRATE_TEST_SKIP is set, and no server is ours to kill"
            );
            return None;
        }
        let name = format!("cargo-migrate-tests-fault-{}-{dialect}{suffix}", std::process::id());
        let image = format!("MIGRATE_TEST_{}_IMAGE", dialect.name().to_uppercase());
        let image = std::env::var(image).expect(".cargo/config.toml names the images");
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let (inner, url, variable) = match dialect {
            Dialect::Postgres => (
                5432,
                format!("postgres://postgres:postgres@127.0.0.1:{port}/postgres"),
                "POSTGRES_PASSWORD=postgres",
            ),
            _ => (
                3306,
                format!("mysql://root@127.0.0.1:{port}/test"),
                "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1",
            ),
        };
        let port = format!("127.0.0.1:{port}:{inner}");
        let args = ["run", "--detach", "--name", &name, "--publish", &port, "--env", variable];
        let test = ["--env", "MARIADB_DATABASE=test", "--env", "POSTGRES_DB=postgres", &image];
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let started = docker(&[&args[..], &test[..], &command].concat()).await;
        started.unwrap_or_else(|e| panic!("a server of its own for this test: {e}"));
        let server = Self { name, url };
        server.ready().await;
        Some(server)
    }

    /// Its address for other containers.
    pub(super) async fn address(&self) -> String {
        let address = ["inspect", "--format", "{{.NetworkSettings.IPAddress}}", &self.name];
        docker(&address).await.unwrap()
    }

    /// Waits until it answers, twice: the first one may still be setting up.
    pub(super) async fn ready(&self) {
        let mut answers = 0;
        while answers < 2 {
            let answer =
                tokio::time::timeout(Duration::from_secs(3), execute(&self.url, "SELECT 1"));
            answers = if matches!(answer.await, Ok(Ok(()))) { answers + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let args = ["rm", "--force", "--volumes", &self.name];
        let _ = std::process::Command::new("docker").args(args).stdout(Stdio::null()).status();
    }
}

async fn survives(dialect: Dialect) {
    let Some(server) = Server::start(dialect).await else { return };
    let mut dice = Dice::new();
    let mut site = Site::new(Db::on(dialect, &server.url).await).await;
    let time = site.time(way(Direction::Up)).await;
    let mut by_itself = 0;
    // Killed as by a power cut, and asked to end.
    let rounds = [&["kill"][..], &["stop", "--time", "3"]];
    for how in rounds {
        site.reset().await;
        let run = site.start(&["upgrade", "--lock-wait", "40s"]);
        tokio::time::sleep(time / 4 + dice.part_of(time / 2)).await;
        docker(&[how, &[&server.name]].concat()).await.unwrap();
        docker(&["start", &server.name]).await.unwrap();
        let run = ended(run).await;
        by_itself += usize::from(run.code == Some(0));
        server.ready().await;
        site.verify(Direction::Up).await;
        site.finish(Direction::Up).await;
    }
    println!(
        "{} ends of the server, {by_itself} runs went on by themselves, {} repairs",
        rounds.len(),
        site.repairs
    );
    is_awaited(&server, &mut site).await;
}

/// What runs, what asks and what makes a database wait for a server that is starting.
async fn is_awaited(server: &Server, site: &mut Site) {
    site.reset().await;
    docker(&["stop", "--time", "3", &server.name]).await.unwrap();
    let hurried = site.call(&["current", "--connect-timeout", "0s"]).await;
    assert_eq!(hurried.code, Some(1), "{}", hurried.stderr);
    assert!(!hurried.stderr.contains("waiting"), "{}", hurried.stderr);
    assert!(hurried.stderr.contains("`--connect-timeout 1m`"), "{}", hurried.stderr);
    let calls = [&["upgrade"][..], &["current"], &["db", "create"]];
    let calls = calls.map(|args| site.start(&[args, &["--connect-timeout", "60s"][..]].concat()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    docker(&["start", &server.name]).await.unwrap();
    for call in calls {
        let call = ended(call).await;
        assert_eq!(call.code, Some(0), "{}", call.stderr);
        assert!(call.stderr.contains("waiting up to 60s for the server: "), "{}", call.stderr);
    }
    site.finish(Direction::Up).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_survives_the_end_of_postgres() {
    bounded(150, survives(Dialect::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_survives_the_end_of_mariadb() {
    bounded(150, survives(Dialect::Mysql)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_only_reads_is_asked_and_not_written() {
    bounded(90, async {
        let Some(server) = Server::start(Dialect::Mysql).await else { return };
        let mut site = Site::new(Db::on(Dialect::Mysql, &server.url).await).await;
        assert_eq!(site.call(&["upgrade", "+3"]).await.code, Some(0));
        // Who administers the server may write all the same.
        let name = site.db.name.clone();
        execute(
            &server.url,
            &format!(
                "CREATE USER app@'%' IDENTIFIED BY 'secret'; GRANT ALL ON {name}.* TO app@'%'; \
                 SET GLOBAL read_only = 1"
            ),
        )
        .await
        .unwrap();
        let url = site.db.url.replace("root@", "app:secret@");
        site.env.set("DATABASE_URL", &url);
        for lock in ["auto", "table"] {
            let ended = site.call(&["upgrade", "--lock", lock]).await;
            assert_eq!(ended.code, Some(1), "{}", ended.stderr);
            let refusal = "this server is read-only: `read_only` is on";
            assert!(ended.stderr.contains(refusal), "{}", ended.stderr);
        }
        for command in [&["downgrade", "base", "--yes"][..], &["stamp", "heads"]] {
            let ended = site.call(command).await;
            assert_eq!(ended.code, Some(1), "{}", ended.stderr);
            assert!(ended.stderr.contains("SHOW REPLICA STATUS"), "{}", ended.stderr);
        }
        site.asking_works(3).await;
        assert_eq!(site.verify(Direction::Up).await, 3);
        execute(&server.url, "SET GLOBAL read_only = 0").await.unwrap();
        site.finish(Direction::Up).await;
    })
    .await;
}

/// A database that an earlier run kept does not have what its template has got since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_template_is_noticed() {
    bounded(120, async {
        let Some(server) = Server::start(Dialect::Postgres).await else { return };
        let mut env = TestEnvironment::with_history();
        env.write("migrate.toml", "dialects = [\"postgres\"]\n");
        env.set("DATABASE_URL", "");
        env.set("MIGRATE_TEST_POSTGRES_URL", &server.url);
        env.set("MIGRATE_TEST_DIR", &env.path("known").to_string_lossy());
        env.ok(&["test"]);
        let template = with_name(&server.url, "template1");
        execute(&template, "CREATE FUNCTION f() RETURNS INT LANGUAGE sql RETURN 1").await.unwrap();
        env.revision("ddd", "ccc", "CREATE TABLE d (x INT DEFAULT f());", "DROP TABLE d;");
        let tested = env.ok(&["test"]);
        assert!(tested.stderr.contains("ok   ccc Message of ccc (cached)"), "{tested}");
        assert!(tested.stderr.contains("ok   ddd Message of ddd ("), "{tested}");
    })
    .await;
}
