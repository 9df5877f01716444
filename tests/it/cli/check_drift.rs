//! `check`: a database that differs from the migrations that it has applied.

use migrate_core::dialect::Dialect;

use crate::support::{TestEnvironment, db::Db};

/// The databases of scratch copies that were left.
async fn left_over(db: &Db, env: &TestEnvironment) -> Vec<String> {
    let all = match db.dialect {
        Dialect::Sqlite => {
            let folder = db.folder().read_dir().unwrap();
            folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
        }
        Dialect::Postgres => db.column("SELECT datname FROM pg_database").await,
        _ => db.column("SHOW DATABASES").await,
    };
    assert!(env.path("migrations").is_dir());
    all.into_iter().filter(|name| name.contains(&format!("{}_scratch_", db.name))).collect()
}

async fn drift_is_found_and_undone(dialect: Dialect) {
    let Some(db) = Db::fresh(dialect).await else { return };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    env.write("migrate.toml", &format!("dialects = [\"{dialect}\"]\nignore = [\"not_ours\"]\n"));
    env.revision(
        "aaa",
        "",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT ('a' || 'b'));\n\
         CREATE INDEX users_name ON users (name);"
            .replace("('a' || 'b')", if dialect == Dialect::Mysql { "'ab'" } else { "('a' || 'b')" })
            .as_str(),
        "DROP TABLE users;",
    );
    env.revision("bbb", "aaa", "CREATE TABLE later (id INTEGER);", "DROP TABLE later;");
    env.ok(&["upgrade", "aaa"]);
    db.execute("CREATE TABLE not_ours (id INTEGER)").await;
    for words in [&["check"][..], &["check", "--exact"]] {
        let outcome = env.run(words);
        assert_eq!(outcome.code, 3, "{outcome}");
        let report = "files: 2 revisions, head bbb\ndatabase: 1 pending\n";
        assert_eq!(outcome.stdout, report, "{words:?} {outcome}");
    }
    env.ok(&["upgrade"]);
    for words in [&["check"][..], &["check", "--exact"]] {
        assert_eq!(env.ok(words).stdout, "files: 2 revisions, head bbb\ndatabase: at the head\n");
    }
    db.execute("ALTER TABLE users ADD COLUMN nick VARCHAR(5)").await;
    db.execute("CREATE INDEX users_nick ON users (nick)").await;
    for words in [&["check"][..], &["check", "--exact"]] {
        let outcome = env.run(words);
        assert_eq!(outcome.code, 3, "{outcome}");
        let report = "files: 2 revisions, head bbb\ndatabase: at the head\n\
            drift: 2 differences from the migrations\n";
        assert!(outcome.stdout.starts_with(report), "{words:?} {outcome}");
        assert!(outcome.stdout.contains("  column users.nick was added\n"), "{outcome}");
    }
    let json = env.run(&["check", "--format", "json"]).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["drift"].as_array().unwrap().len(), 2, "{json}");
    let undo = env.run(&["diff", "database", "current", "--sql"]);
    assert_eq!(undo.code, 3, "{undo}");
    for statement in undo.stdout.split(";\n").filter(|text| !text.trim().is_empty()) {
        if !statement.contains("not_ours") {
            db.execute(statement).await;
        }
    }
    assert_eq!(env.ok(&["check"]).stdout, "files: 2 revisions, head bbb\ndatabase: at the head\n");
    assert_eq!(left_over(&db, &env).await, [""; 0]);
}

#[tokio::test]
async fn drift_of_sqlite() {
    drift_is_found_and_undone(Dialect::Sqlite).await;
}

#[tokio::test]
async fn drift_of_postgres() {
    drift_is_found_and_undone(Dialect::Postgres).await;
}

#[tokio::test]
async fn drift_of_mysql() {
    drift_is_found_and_undone(Dialect::Mysql).await;
}

#[test]
fn an_exact_check_wants_a_database() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "CREATE TABLE users (id INTEGER);", "DROP TABLE users;");
    let outcome = env.run(&["check", "--exact"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("no database is configured"), "{outcome}");
}
