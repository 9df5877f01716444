//! The library on SQLite: the shortest way through all of it.

use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_core::source::SourceFile;
use migrate_db::{Database, Migrator};

fn history(files: &[(&'static str, String)]) -> History {
    let files = files.iter().map(|(name, text)| SourceFile::new(*name, text.clone())).collect();
    let (history, found) = History::read(files, None, &[Dialect::Sqlite]);
    assert!(found.is_empty(), "{found}");
    history
}

fn revision(id: &str, revises: &str, up: &str, down: &str) -> String {
    format!(
        "-- {id}\n--\n-- revision: {id}\n-- revises: {revises}\n\n-- migrate:up\n{up}\n\n-- migrate:down\n{down}\n"
    )
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn up_down_up() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("a.db").display());
    let database = Database::from_url(&url).unwrap();
    let history = history(&[
        ("a.sql", revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;")),
        (
            "b.sql",
            revision(
                "b",
                "a",
                "ALTER TABLE t ADD COLUMN x TEXT; INSERT INTO t VALUES (1, 'x;y');",
                "ALTER TABLE t DROP COLUMN x; DELETE FROM t;",
            ),
        ),
    ]);
    let mut migrator = Migrator::new(&history);
    let report = assert_send(migrator.upgrade(&database, &"head".parse().unwrap())).await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert_eq!(report.heads_after, ["b"]);
    assert!(migrator.upgrade(&database, &"head".parse().unwrap()).await.unwrap().steps.is_empty());
    let report = migrator.downgrade(&database, &"base".parse().unwrap()).await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert!(report.heads_after.is_empty());
    let report = migrator.upgrade(&database, &"+1".parse().unwrap()).await.unwrap();
    assert_eq!(report.heads_after, ["a"]);
    let report = migrator.stamp(&database, &["b".parse().unwrap()], false).await.unwrap();
    assert_eq!(report.heads_after, ["b"]);
    let log = migrator.log(&database).await.unwrap();
    assert_eq!(
        log.iter().map(|l| l.event.as_str()).collect::<Vec<_>>(),
        ["upgrade", "upgrade", "downgrade", "downgrade", "upgrade", "stamp"]
    );
}

#[tokio::test]
async fn a_failure_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("a.db").display());
    let database = Database::from_url(&url).unwrap();
    let history = history(&[
        ("a.sql", revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;")),
        (
            "b.sql",
            revision(
                "b",
                "a",
                "CREATE TABLE u (id INT);\nINSERT INTO nowhere VALUES (1);",
                "DROP TABLE u;",
            ),
        ),
    ]);
    let mut migrator = Migrator::new(&history);
    let error = migrator.upgrade(&database, &"head".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "statement 2 of revision b (up) failed at b.sql:8");
    let status = migrator.status(&database).await.unwrap();
    assert!(status.applied.is_empty());
    assert!(!status.has_version_table);
}

#[tokio::test]
async fn many_at_once_do_each_step_once() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("a.db").display());
    let files: Vec<_> = (0..20)
        .map(|n| {
            let parent = if n == 0 { String::new() } else { format!("r{}", n - 1) };
            (
                "x.sql",
                revision(
                    &format!("r{n}"),
                    &parent,
                    &format!("CREATE TABLE t{n} (id INT);"),
                    &format!("DROP TABLE t{n};"),
                ),
            )
        })
        .collect();
    let history = std::sync::Arc::new(history(&files));
    let mut runners = Vec::new();
    for n in 0..16 {
        let (history, url) = (history.clone(), url.clone());
        runners.push(tokio::spawn(async move {
            let database = Database::from_url(&url).unwrap();
            let mut options = migrate_db::Options::default();
            if n % 2 == 0 {
                options.transactions = Some(migrate_core::script::Transactions::PerMigration);
            }
            Migrator::new(&history)
                .options(options)
                .upgrade(&database, &"head".parse().unwrap())
                .await
                .map(|r| r.steps.len())
        }));
    }
    let mut steps = 0;
    for runner in runners {
        steps += runner.await.unwrap().unwrap();
    }
    assert_eq!(steps, 20);
}
