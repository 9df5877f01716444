//! `new --from-database`.

use migrate_core::dialect::Dialect;

use crate::support::{TestEnvironment, db::Db};

async fn a_database_in_use_gets_a_first_revision(dialect: Dialect) {
    let Some(db) = Db::fresh(dialect).await else { return };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    env.write("migrate.toml", &format!("dialects = [\"{dialect}\"]\n"));
    std::fs::create_dir(env.path("migrations")).unwrap();
    let empty = env.run(&["new", "--from-database", "-m", "baseline"]);
    assert_eq!(empty.code, 2, "{empty}");
    assert!(empty.stderr.contains("has no tables"), "{empty}");
    for sql in [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x', UNIQUE (name))",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE)",
        "CREATE INDEX posts_author ON posts (author)",
        "CREATE VIEW names AS SELECT name FROM users",
        "INSERT INTO users (id, name) VALUES (1, 'ada')",
    ] {
        db.execute(sql).await;
    }
    let done = env.ok(&["new", "--from-database", "-m", "baseline"]);
    assert!(done.stderr.contains(" as applied in "), "{done}");
    let check = env.ok(&["check", "--exact"]);
    assert!(check.stdout.ends_with("database: at the head\n"), "{check}");
    // The revision makes the same schema elsewhere, and takes it away.
    env.ok(&["downgrade", "base", "--yes"]);
    assert!(!db.tables().await.iter().any(|table| table == "users"));
    env.ok(&["upgrade"]);
    assert!(db.tables().await.iter().any(|table| table == "users"));
    let again = env.run(&["new", "--from-database", "-m", "baseline"]);
    assert_eq!(again.code, 2, "{again}");
    assert!(again.stderr.contains("the history has revisions already"), "{again}");
}

#[tokio::test]
async fn a_first_revision_of_sqlite() {
    a_database_in_use_gets_a_first_revision(Dialect::Sqlite).await;
}

#[tokio::test]
async fn a_first_revision_of_postgres() {
    a_database_in_use_gets_a_first_revision(Dialect::Postgres).await;
}

#[tokio::test]
async fn a_first_revision_of_mysql() {
    a_database_in_use_gets_a_first_revision(Dialect::Mysql).await;
}
