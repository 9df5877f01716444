//! Rehearsals: the steps of an upgrade on a copy.

use migrate_db::{Rehearsal, RehearsalReport, RehearsalSource};

use super::*;
use crate::support::TestEnvironment;

everywhere!(
    a_rehearsal_measures_each_step_and_changes_nothing,
    the_first_failure_ends_it_and_names_its_place,
    a_dump_is_rehearsed_beside_another_database,
    what_a_killed_rehearsal_left_is_dropped_by_the_next,
);
on!(servers_postgres, Postgres: a_copy_without_rows_knows_what_is_applied, a_copy_by_dump_while_others_are_connected);
on!(servers_mysql, Mysql: a_copy_without_rows_knows_what_is_applied);
on!(postgres_locks, Postgres: locks_and_rewritten_tables_are_seen, a_limit_fails_the_command);

/// A history whose first revision is applied, with rows.
async fn applied_first(db: &Db, more: &[(String, String)]) -> History {
    let first = revision(
        "aaa",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, n INTEGER);",
        "DROP TABLE users;",
    );
    let files: Vec<_> = [first].into_iter().chain(more.iter().cloned()).collect();
    let history = history(db.dialect, &files);
    upgrade(db, &history, "aaa").await.unwrap();
    db.execute("INSERT INTO users VALUES (1, 1), (2, 2), (3, 3)").await;
    history
}

pub(super) async fn rehearse(rehearsal: Rehearsal<'_>) -> RehearsalReport {
    rehearsal.options(options()).run(&"head".parse().unwrap()).await.unwrap()
}

pub(super) fn source(db: &Db) -> RehearsalSource {
    RehearsalSource::Database(db.database())
}

/// The scratch databases beside that of a test.
pub(super) async fn scratch(db: &Db) -> Vec<String> {
    let sql = match db.dialect {
        Dialect::Sqlite => {
            let names = std::fs::read_dir(db.folder()).unwrap();
            let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            return names.filter(|name| name.contains("_scratch_")).collect();
        }
        Dialect::Postgres => {
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, '{}_')"
        }
        Dialect::Mysql => {
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE '{}\\_%'"
        }
    };
    db.column(&sql.replace("{}", &db.name)).await
}

/// Whether the dump program of this machine is too old for the server, which a message then says: it
/// refuses newer ones.
pub(super) async fn has_old_program(db: &Db) -> bool {
    if db.dialect != Dialect::Postgres {
        return false;
    }
    let output = std::process::Command::new("pg_dump").arg("--version").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let program: u32 = text
        .split_whitespace()
        .find_map(|word| word.split('.').next().unwrap_or_default().parse().ok())
        .unwrap();
    let server = db.column("SHOW server_version_num").await;
    let server = server[0].parse::<u32>().unwrap() / 10_000;
    if program < server {
        println!("pg_dump {program} does not read a server of version {server}: not tested here");
    }
    program < server
}

async fn a_rehearsal_measures_each_step_and_changes_nothing(db: Db) {
    let more = [
        revision(
            "bbb",
            "aaa",
            "ALTER TABLE users ADD COLUMN m INTEGER;\nUPDATE users SET m = n;",
            "ALTER TABLE users DROP COLUMN m;",
        ),
        revision("ccc", "bbb", "CREATE TABLE posts (id INTEGER);", "DROP TABLE posts;"),
    ];
    let history = applied_first(&db, &more).await;
    let before = (db.database().schema(&[]).await.unwrap(), events(&db, &history).await);
    let report = rehearse(Rehearsal::new(&history, source(&db)).down(true)).await;
    assert!(report.failure.is_none(), "{:?}", report.failure);
    let steps: Vec<String> =
        report.steps.iter().map(|step| format!("{} {}", step.direction, step.revision)).collect();
    assert_eq!(steps, ["up bbb", "up ccc", "down ccc", "down bbb"]);
    let statements = &report.steps[0].statements;
    assert_eq!(statements.len(), 2);
    assert_eq!((statements[0].number, statements[0].rows), (1, None));
    assert_eq!((statements[1].number, statements[1].rows), (2, Some(3)), "the rows are not copied");
    assert_eq!(statements[1].line, statements[0].line.map(|line| line + 1));
    assert!(report.steps.iter().all(|step| step.size_before > 0 && !step.path.is_empty()));
    assert_eq!(report.steps[0].log.is_some(), db.dialect != Dialect::Sqlite);
    let after = (db.database().schema(&[]).await.unwrap(), events(&db, &history).await);
    assert_eq!(before, after, "the original was changed");
    assert_eq!(db.column("SELECT n FROM users ORDER BY id").await.len(), 3);
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn the_first_failure_ends_it_and_names_its_place(db: Db) {
    let more = [
        revision("bbb", "aaa", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;"),
        revision(
            "ccc",
            "bbb",
            "CREATE TABLE c (id INTEGER);\nINSERT INTO missing VALUES (1);",
            "DROP TABLE c;",
        ),
        revision("ddd", "ccc", "CREATE TABLE d (id INTEGER);", "DROP TABLE d;"),
    ];
    let history = applied_first(&db, &more).await;
    let report = rehearse(Rehearsal::new(&history, source(&db)).down(true)).await;
    let steps: Vec<&str> = report.steps.iter().map(|step| step.revision.as_str()).collect();
    assert_eq!(steps, ["bbb", "ccc"]);
    let Some(Error::Statement(failed)) = report.failure else { panic!("{report:?}") };
    assert_eq!((failed.revision.as_str(), failed.number), ("ccc", 2));
    assert!(failed.place.path.contains("ccc") && failed.place.line > 1);
    assert_eq!(applied(&db, &history).await, ["aaa"]);
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn a_dump_is_rehearsed_beside_another_database(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let more =
        [revision("bbb", "aaa", "UPDATE users SET n = n + 1;", "UPDATE users SET n = n - 1;")];
    let history = applied_first(&db, &more).await;
    let file = db.database().backup_into(&db.folder().join("copies")).await.unwrap().unwrap();
    db.execute("DELETE FROM users").await;
    let dump = RehearsalSource::Dump(file);
    let alone = Rehearsal::new(&history, dump.clone()).run(&"head".parse().unwrap()).await;
    assert!(whole(&alone.unwrap_err()).contains("--on"));
    let report = rehearse(Rehearsal::new(&history, dump).on(Some(db.database()))).await;
    assert_eq!(report.copied_by, "dump");
    assert_eq!(report.steps[0].statements[0].rows, Some(3));
    assert_eq!(scratch(&db).await, [""; 0]);
}

/// A rehearsal that is killed in the middle of a statement.
async fn what_a_killed_rehearsal_left_is_dropped_by_the_next(db: Db) {
    let slow = match db.dialect {
        Dialect::Sqlite => {
            "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT i FROM n;"
        }
        Dialect::Postgres => "SELECT pg_sleep(60);",
        Dialect::Mysql => "DO SLEEP(60);",
    };
    let more = [revision("bbb", "aaa", slow, "SELECT 1;")];
    let history = applied_first(&db, &more).await;
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    for node in history.graph.order() {
        let file = &history.graph.revision(node).file;
        env.write(&format!("migrations/{}", file.path()), file.text());
    }
    let mut child = env.command(&["rehearse"]).spawn().unwrap();
    let mut left = Vec::new();
    for _ in 0..200 {
        left = scratch(&db).await;
        if !left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!left.is_empty(), "nothing was copied");
    // Another rehearsal beside it leaves it alone.
    let to_first = "aaa".parse().unwrap();
    let beside = Rehearsal::new(&history, source(&db)).run(&to_first).await.unwrap();
    assert_eq!(beside.reaped, [""; 0]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!scratch(&db).await.is_empty(), "nothing is left that could be dropped");
    let mut reaped = Vec::new();
    // A server takes a while to notice that a client is gone.
    for _ in 0..100 {
        reaped = Rehearsal::new(&history, source(&db)).run(&to_first).await.unwrap().reaped;
        if !reaped.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(reaped.len(), 1);
    assert_eq!(scratch(&db).await, [""; 0]);
    // Whatever else needs a scratch database drops them too.
    let mut child = env.command(&["rehearse"]).spawn().unwrap();
    while scratch(&db).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..100 {
        db.database().with_scratch(async |_| Ok(())).await.unwrap();
        if scratch(&db).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(scratch(&db).await, [""; 0]);
    assert_eq!(applied(&db, &history).await, ["aaa"]);
}

async fn a_copy_without_rows_knows_what_is_applied(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let more = [revision("bbb", "aaa", "UPDATE users SET n = 7;", "UPDATE users SET n = 1;")];
    let history = applied_first(&db, &more).await;
    let report = rehearse(Rehearsal::new(&history, source(&db)).schema_only(true)).await;
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(report.steps.len(), 1);
    assert_eq!(report.steps[0].statements[0].rows, Some(0));
    assert_eq!(scratch(&db).await, [""; 0]);
}

async fn a_copy_by_dump_while_others_are_connected(db: Db) {
    if has_old_program(&db).await {
        return;
    }
    let history = applied_first(&db, &[]).await;
    let quiet = rehearse(Rehearsal::new(&history, source(&db))).await;
    assert_eq!(quiet.copied_by, "template");
    let mut other = <sqlx::PgConnection as sqlx::Connection>::connect(&db.url).await.unwrap();
    let busy = rehearse(Rehearsal::new(&history, source(&db))).await;
    assert_eq!(busy.copied_by, "dump");
    sqlx::query("SELECT 1").execute(&mut other).await.unwrap();
}

async fn locks_and_rewritten_tables_are_seen(db: Db) {
    let up = "ALTER TABLE users ALTER COLUMN n TYPE bigint;\nSELECT pg_sleep(0.4);";
    let more = [
        revision("bbb", "aaa", up, "ALTER TABLE users ALTER COLUMN n TYPE integer;"),
        revision(
            "ccc",
            "bbb",
            "ALTER TABLE users ADD COLUMN m integer;",
            "ALTER TABLE users DROP COLUMN m;",
        ),
    ];
    let history = applied_first(&db, &more).await;
    let report = rehearse(Rehearsal::new(&history, source(&db))).await;
    let step = &report.steps[0];
    let lock = step.locks.iter().find(|lock| lock.mode == "AccessExclusiveLock").unwrap();
    assert_eq!(lock.table.as_deref(), Some("users"));
    assert!(lock.blocks_writes && lock.held >= Duration::from_millis(300), "{lock:?}");
    assert!(lock.held <= step.duration);
    assert_eq!(step.rewritten, ["users"]);
    assert_eq!(report.steps[1].rewritten, [""; 0], "a column without a default rewrites nothing");
    assert!(
        !step.locks.iter().any(|lock| lock.table.as_deref().unwrap().contains("migrate_version"))
    );
}

async fn a_limit_fails_the_command(db: Db) {
    let up = "ALTER TABLE users ADD COLUMN m integer;\nSELECT pg_sleep(0.5);";
    let more = [revision("bbb", "aaa", up, "ALTER TABLE users DROP COLUMN m;")];
    let history = applied_first(&db, &more).await;
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    for node in history.graph.order() {
        let file = &history.graph.revision(node).file;
        env.write(&format!("migrations/{}", file.path()), file.text());
    }
    env.write("migrate.toml", "[rehearse]\nmax-lock = \"100ms\"\nmax-step = \"1m\"\n");
    let over = env.run(&["rehearse", "--format", "markdown"]);
    assert_eq!(over.code, 3, "{over}");
    assert!(
        over.stdout.contains("**max-lock**") && !over.stdout.contains("**max-step**"),
        "{over}"
    );
    env.write("migrate.toml", "[rehearse]\nmax-lock = \"30s\"\nmax-step = \"1m\"\n");
    assert_eq!(env.run(&["rehearse"]).code, 0);
    assert_eq!(applied(&db, &history).await, ["aaa"]);
}
