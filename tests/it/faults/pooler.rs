//! A pooler that shares its few connections between transactions: pgbouncer.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migrate_core::plan::Direction;

use super::site::{Ended, Site, ended};
use crate::support::db::{Db, Place};

within!(postgres, Postgres:
    runners_behind_a_pooler_do_each_step_once,
    a_runner_killed_behind_a_pooler_leaves_no_lock,
);

const fn limit() -> u64 {
    90
}

const RUNNERS: usize = 6;

/// A pooler of its own in front of a test's database, ended when dropped.
struct Pooler {
    child: Child,
    url: String,
}

impl Pooler {
    async fn of(db: &Db) -> Self {
        let place = Place::of(&db.url);
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        // It does not understand an empty one.
        let password = match place.password.as_str() {
            "" => String::new(),
            password => format!(" password={password}"),
        };
        let ini = format!(
            "[databases]\n* = host={} port={} user={}{password}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n\
             ignore_startup_parameters = extra_float_digits\n",
            place.host, place.port, place.user
        );
        // It does not run as root, and whoever it runs as must read its file.
        let file = std::env::temp_dir().join(format!("{}.ini", db.name));
        fs::write(&file, ini).unwrap();
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
        let program = program.into_iter().find(|p| fs::exists(p).unwrap()).unwrap_or("pgbouncer");
        let mut command = Command::new(program);
        if is_root {
            command.args(["-u", "nobody"]);
        }
        command.arg("-q").arg(&file).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|e| panic!("pgbouncer (tests/set-up installs it): {e}"));
        let pooler =
            Self { child, url: format!("postgres://postgres@127.0.0.1:{port}/{}", db.name) };
        while sqlx::postgres::PgPool::connect(&pooler.url).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        fs::remove_file(&file).unwrap();
        pooler
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn pooled(db: Db) -> (Site, Pooler) {
    let pooler = Pooler::of(&db).await;
    let mut site = Site::new(db).await;
    site.env.set("DATABASE_URL", &pooler.url);
    (site, pooler)
}

fn succeeded(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("prepared statement"), "{}", ended.stderr);
}

/// Nothing is locked by anybody, though the pooler keeps its connections.
async fn nothing_is_locked(site: &Site) {
    let locks = "SELECT l.locktype FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()";
    let mut left = site.db.column(locks).await;
    for _ in 0..40 {
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        left = site.db.column(locks).await;
    }
    assert!(left.is_empty(), "{left:?}");
    let table = "SELECT to_regclass('migrate_version_lock')::text";
    if site.db.column(table).await == ["migrate_version_lock"] {
        assert!(site.db.column("SELECT holder FROM migrate_version_lock").await.is_empty());
    }
}

async fn runners_behind_a_pooler_do_each_step_once(db: Db) {
    let (site, pooler) = pooled(db).await;
    for (lock, direction) in [
        ("auto", Direction::Up),
        ("auto", Direction::Down),
        ("table", Direction::Up),
        ("table", Direction::Down),
    ] {
        if direction == Direction::Up {
            site.reset_beside().await;
        }
        let way = super::site::way(direction);
        let args = [way, &["--lock", lock, "--lock-wait", "40s"]].concat();
        let runners: Vec<_> = (0..RUNNERS).map(|_| site.start(&args)).collect();
        for runner in runners {
            succeeded(&ended(runner).await);
        }
        nothing_is_locked(&site).await;
        let all = if direction == Direction::Up { super::site::REVISIONS } else { 0 };
        assert_eq!(site.verify_beside(direction).await, all);
    }
    drop(pooler);
}

async fn a_runner_killed_behind_a_pooler_leaves_no_lock(db: Db) {
    let (mut site, pooler) = pooled(db).await;
    for wait in [60, 100, 140, 180] {
        let mut child = site.start(&["upgrade"]);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        child.kill().await.unwrap();
        nothing_is_locked(&site).await;
        site.verify_beside(Direction::Up).await;
    }
    // A kill in the middle of a statement leaves a question for a person, never a lock.
    let ended = site.call(&["upgrade", "--lock-wait", "10s"]).await;
    if !ended.stderr.contains("`cargo migrate repair --ran`") {
        succeeded(&ended);
    }
    drop(pooler);
    let url = site.db.url.clone();
    site.env.set("DATABASE_URL", &url);
    site.finish(Direction::Up).await;
}
