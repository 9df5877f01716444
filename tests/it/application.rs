//! `#[migrate_db::test]`: the tests of an application, on all three databases.

use std::process::Command;
use std::sync::{Arc, Mutex};

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_db::testkit::application::{Pool, Test, run};
use migrate_db::{Migrations, migrations};
use sqlx::{MySqlPool, PgPool, SqlitePool};

use crate::support::RevisionFile;
use crate::support::{db::with_name, server};

static LINEAR: Migrations = migrations!("it/histories/linear");

/// What a test does that wants its database for itself.
macro_rules! is_alone {
    ($pool:expr) => {{
        let count = "SELECT COUNT(*) FROM t_a1 JOIN t_b2 ON t_a1.id = t_b2.id";
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&$pool).await?, 0);
        for table in ["t_a1", "t_b2"] {
            let sql = format!("INSERT INTO {table} VALUES (1)");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&$pool).await?;
        }
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&$pool).await?, 1);
        LINEAR.check(&$pool).await.unwrap();
        Ok(())
    }};
}

#[migrate_db::test("it/histories/linear")]
async fn sqlite_is_fresh_and_at_head(pool: SqlitePool) -> sqlx::Result<()> {
    is_alone!(pool)
}

#[migrate_db::test(migrations = LINEAR)]
async fn sqlite_is_fresh_for_each(pool: SqlitePool) -> sqlx::Result<()> {
    is_alone!(pool)
}

#[migrate_db::test("it/histories/linear")]
async fn postgres_is_fresh_and_at_head(pool: PgPool) -> sqlx::Result<()> {
    is_alone!(pool)
}

#[migrate_db::test(migrations = crate::application::LINEAR)]
async fn postgres_is_fresh_for_each(mut pool: PgPool) -> sqlx::Result<()> {
    // As a parameter it may be changed.
    pool = pool.clone();
    is_alone!(pool)
}

#[migrate_db::test("it/histories/linear")]
async fn mysql_is_fresh_and_at_head(pool: MySqlPool) -> sqlx::Result<()> {
    is_alone!(pool)
}

#[migrate_db::test(migrations = LINEAR)]
async fn mysql_is_fresh_for_each(pool: MySqlPool) -> sqlx::Result<()> {
    is_alone!(pool)
}

#[migrate_db::test(migrations = LINEAR)]
#[should_panic(expected = "as it should")]
async fn a_panic_may_be_wanted(_: SqlitePool) {
    panic!("as it should");
}

#[migrate_db::test(migrations = LINEAR)]
#[ignore = "fails, for the test below"]
async fn fails_by_panic(pool: PgPool) {
    sqlx::raw_sql("INSERT INTO t_a1 VALUES (77)").execute(&pool).await.unwrap();
    panic!("as it should");
}

#[migrate_db::test(migrations = LINEAR)]
#[ignore = "fails, for the test below"]
async fn fails_by_error(pool: SqlitePool) -> Result<(), String> {
    sqlx::raw_sql("INSERT INTO t_a1 VALUES (77)").execute(&pool).await.unwrap();
    Err("as it should".to_owned())
}

/// Runs a test of this file that is not run otherwise; its output.
fn output_of(name: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("application::{name}"), "--ignored", "--nocapture"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// The URL of the database that is kept.
fn kept(output: &str) -> &str {
    let rest = output.split_once("stays for a day: ").unwrap_or_else(|| panic!("{output}")).1;
    rest.lines().next().unwrap_or_default().trim()
}

#[tokio::test]
async fn a_panic_leaves_the_database_for_a_look() {
    let Some(admin) = server::url(Dialect::Postgres).await else { return };
    let (success, output) = output_of("fails_by_panic", &[]);
    assert!(!success && output.contains("as it should"), "{output}");
    let name = kept(&output).rsplit('/').next().unwrap();
    let pool = PgPool::connect(&with_name(&admin, name)).await.unwrap();
    let id: i32 = sqlx::query_scalar("SELECT id FROM t_a1").fetch_one(&pool).await.unwrap();
    assert_eq!(id, 77);
    pool.close().await;
    server::execute(&admin, &format!("DROP DATABASE {name}")).await.unwrap();
}

#[tokio::test]
async fn an_error_leaves_the_database_for_a_look() {
    let (success, output) = output_of("fails_by_error", &[]);
    assert!(!success && output.contains("as it should"), "{output}");
    let url = kept(&output);
    let pool = SqlitePool::connect(url).await.unwrap();
    let id: i64 = sqlx::query_scalar("SELECT id FROM t_a1").fetch_one(&pool).await.unwrap();
    assert_eq!(id, 77);
    pool.close().await;
    std::fs::remove_file(url.trim_start_matches("sqlite:")).unwrap();
}

#[test]
fn without_a_server_a_test_is_skipped_and_says_so() {
    let (success, output) =
        output_of("fails_by_panic", &[("MIGRATE_TEST_SKIP", "mysql, postgres")]);
    assert!(success && output.contains("skipped: MIGRATE_TEST_SKIP names postgres"), "{output}");
}

#[test]
fn a_server_that_does_not_answer_is_named_without_its_password() {
    let url = "postgres://ada:s3cret@127.0.0.1:1/app";
    let (success, output) = output_of("fails_by_panic", &[("MIGRATE_TEST_POSTGRES_URL", url)]);
    assert!(!success && output.contains("postgres://ada:***@127.0.0.1:1/app"), "{output}");
    assert!(!output.contains("s3cret"), "{output}");
}

#[test]
fn where_nothing_is_to_be_had_the_ways_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().to_str().unwrap();
    let (success, output) = output_of(
        "fails_by_panic",
        &[
            ("DOCKER_HOST", "tcp://127.0.0.1:1"),
            // No place for the data of the machine's own programs.
            ("TMPDIR", "/dev/null/nowhere"),
            ("MIGRATE_TEST_DIR", nowhere),
            ("MIGRATE_TEST_POSTGRES_IMAGE", "postgres:none"),
        ],
    );
    assert!(!success, "{output}");
    for word in [
        "1. MIGRATE_TEST_POSTGRES_URL=",
        "2. a Docker engine with the image postgres:none: ",
        "3. the server's own programs on this machine: ",
        "MIGRATE_TEST_SKIP=postgres",
    ] {
        assert!(output.contains(word), "{word}: {output}");
    }
}

/// A history that no earlier run has seen.
fn new_history() -> History {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let id = format!("x{}", now.as_nanos());
    let file = RevisionFile::new(&id, "").created().up("CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let file = file.down("DROP TABLE t;").source();
    let (history, found) = History::read(vec![file], None, &Dialect::ALL);
    assert!(!found.has_errors(), "{found}");
    history
}

/// Many tests at once: the history runs once, and a later test has its database from the same
/// template. A run would leave another moment in the version table.
macro_rules! one_template {
    ($pool:ty) => {{
        let history = new_history();
        let seen = Arc::new(Mutex::new(Vec::<String>::new()));
        let one = || {
            let seen = Arc::clone(&seen);
            let test = Test { name: "one_template", should_panic: false };
            run(&history, &Settings::default(), &[], test, |pool: $pool| async move {
                let text = match <$pool as Pool>::DIALECT {
                    Dialect::Mysql => "CHAR(99)",
                    _ => "TEXT",
                };
                let sql = format!("SELECT CAST(applied_at AS {text}) FROM migrate_version");
                let at =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
                sqlx::raw_sql("INSERT INTO t VALUES (1)").execute(&pool).await.unwrap();
                seen.lock().unwrap().push(at);
            });
        };
        std::thread::scope(|scope| {
            for _ in 0..5 {
                scope.spawn(one);
            }
        });
        let start = std::time::Instant::now();
        one();
        println!("{}: a test in {:?}", <$pool as Pool>::DIALECT, start.elapsed());
        let mut seen = seen.lock().unwrap().clone();
        if !migrate_db::testkit::is_skipped(<$pool as Pool>::DIALECT) {
            assert_eq!(seen.len(), 6);
            seen.dedup();
            assert_eq!(seen.len(), 1, "{seen:?}");
        }
    }};
}

#[test]
fn sqlite_runs_a_history_once() {
    one_template!(SqlitePool);
}

#[test]
fn postgres_runs_a_history_once() {
    one_template!(PgPool);
}

#[test]
fn mysql_runs_a_history_once() {
    one_template!(MySqlPool);
}
