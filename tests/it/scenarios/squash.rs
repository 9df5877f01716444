//! What people do around a squash: adopt another tool's databases, move and edit the new revision, print
//! SQL across it, and prune with databases at every point of the range.

use crate::support::TestEnvironment;

use super::*;

everywhere!(
    a_database_of_another_tool_is_adopted_across_a_squash,
    a_stamp_in_the_middle_needs_the_old_files,
    a_rebased_squash_takes_the_old_revisions_along,
    an_edit_of_the_new_revision_is_seen_by_those_who_ran_it,
    printed_sql_crosses_a_squash,
    databases_at_every_point_come_to_the_same_end,
);

const SQUASH: [&str; 8] =
    ["squash", "base:ccc", "-m", "schema", "--rev-id", "s1", "--yes", "--no-database"];

/// `aaa`, `bbb` and `ccc`, each of which makes a table with a row.
fn environment(db: &Db) -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.write("migrate.toml", &format!("dialects = [\"{}\"]\n", db.dialect.name()));
    env.set("DATABASE_URL", &db.url);
    env.set("EDITOR", "true");
    for (id, parent) in [("aaa", ""), ("bbb", "aaa"), ("ccc", "bbb")] {
        env.revision(id, parent, &up(id), &format!("DROP TABLE t_{id};"));
    }
    env.ok(&["accept"]);
    env
}

fn up(id: &str) -> String {
    format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\nINSERT INTO t_{id} (id) VALUES (1);")
}

/// The ids of the version table's rows, sorted.
async fn rows(db: &Db) -> Vec<String> {
    db.column("SELECT revision FROM migrate_version ORDER BY revision").await
}

/// The tables with the number of their rows.
async fn contents(db: &Db) -> Vec<String> {
    let mut contents = Vec::new();
    for table in db.tables().await.iter().filter(|name| name.starts_with("t_")) {
        let count = match db.dialect {
            Dialect::Mysql => "CAST(COUNT(*) AS CHAR)",
            _ => "CAST(COUNT(*) AS TEXT)",
        };
        let count = db.column(&format!("SELECT {count} FROM {table}")).await;
        contents.push(format!("{table} {}", count[0]));
    }
    contents
}

async fn a_database_of_another_tool_is_adopted_across_a_squash(db: Db) {
    let mut env = TestEnvironment::new();
    env.write("migrate.toml", &format!("dialects = [\"{}\"]\n", db.dialect.name()));
    env.set("DATABASE_URL", &db.url);
    for n in 1..=3 {
        env.write(&format!("old/{n}_t.sql"), &format!("CREATE TABLE t_{n} (id INTEGER);\n"));
    }
    env.ok(&["import", "old"]);
    let adopt = ["import", "old", "--adopt"];
    env.ok(&["squash", "base:3_t", "-m", "all", "--rev-id", "s1", "--yes", "--no-database"]);
    env.ok(&["new", "-m", "later", "--rev-id", "later", "--irreversible", "a test"]);
    // The other tool stopped in the middle of the range.
    db.execute("CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, success BOOLEAN)").await;
    for n in 1..=2 {
        db.execute(&format!("CREATE TABLE t_{n} (id INTEGER)")).await;
        db.execute(&format!("INSERT INTO _sqlx_migrations VALUES ({n}, TRUE)")).await;
    }
    env.ok(&adopt);
    assert_eq!(rows(&db).await, ["1_t", "2_t"]);
    env.ok(&["upgrade"]);
    assert_eq!(rows(&db).await, ["later", "s1"]);
    assert_eq!(contents(&db).await.len(), 3);
    // It is adopted already, and what came after it stays.
    env.ok(&adopt);
    assert_eq!(rows(&db).await, ["later", "s1"]);

    // The same without the old files is refused, and with the whole range it is not.
    env.ok(&["squash", "--prune"]);
    for table in ["migrate_version", "migrate_version_log", "t_3"] {
        db.execute(&format!("DROP TABLE {table}")).await;
    }
    let refused = env.run(&adopt);
    assert_eq!(refused.code, 1, "{refused}");
    for part in [
        "up to 2_t, in the middle",
        "those that s1 replaces",
        "with sqlx",
        "bring the old files back",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {refused}");
    }
    db.execute("CREATE TABLE t_3 (id INTEGER)").await;
    db.execute("INSERT INTO _sqlx_migrations VALUES (3, TRUE)").await;
    env.ok(&adopt);
    assert_eq!(rows(&db).await, ["s1"]);
    // A migration that the other tool got since then goes on top.
    env.write("old/4_t.sql", "CREATE TABLE t_4 (id INTEGER);\n");
    env.ok(&["import", "old"]);
    env.ok(&["upgrade"]);
    assert_eq!(rows(&db).await, ["4_t", "later", "s1"]);
}

async fn a_stamp_in_the_middle_needs_the_old_files(db: Db) {
    let env = environment(&db);
    env.ok(&SQUASH);
    db.execute(up("aaa").split(";\n").next().unwrap()).await;
    assert_eq!(
        env.ok(&["stamp", "aaa", "--dry-run", "--format", "json"]).json()["heads_after"][0],
        "aaa"
    );
    env.ok(&["stamp", "aaa"]);
    assert_eq!(rows(&db).await, ["aaa"]);
    env.ok(&["upgrade"]);
    assert_eq!(rows(&db).await, ["s1"]);
    // What is recorded as the whole is not divided again.
    let refused = env.run(&["stamp", "bbb"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("bbb is replaced by s1"), "{refused}");
    env.ok(&["stamp", "bbb", "--purge"]);
    assert_eq!(rows(&db).await, ["aaa", "bbb"]);
    env.ok(&["stamp", "s1"]);
    env.ok(&["squash", "--prune"]);
    let refused = env.run(&["stamp", "bbb", "--purge"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("bbb is replaced by s1"), "{refused}");
    assert_eq!(rows(&db).await, ["s1"]);
}

async fn a_rebased_squash_takes_the_old_revisions_along(db: Db) {
    // A database in the middle of the range, and one before it.
    for target in ["bbb", "aaa"] {
        let env = environment(&db);
        env.ok(&["upgrade", target]);
        env.ok(&["squash", "bbb:ccc", "-m", "both", "--rev-id", "s1", "--yes", "--no-database"]);
        env.revision("other", "aaa", &up("other"), "DROP TABLE t_other;");
        env.ok(&["accept"]);
        assert_eq!(env.run(&["upgrade"]).code, 2, "two heads");
        env.ok(&["rebase", "s1", "--onto", "other"]);
        env.ok(&["upgrade"]);
        assert_eq!(rows(&db).await, ["aaa", "other", "s1"], "{target}");
        assert_eq!(contents(&db).await, ["t_aaa 1", "t_bbb 1", "t_ccc 1", "t_other 1"]);
        env.ok(&["check"]);
        env.ok(&["squash", "--prune"]);
        env.ok(&["downgrade", "base", "--yes"]);
        assert!(contents(&db).await.is_empty());
    }
}

async fn an_edit_of_the_new_revision_is_seen_by_those_who_ran_it(db: Db) {
    let env = environment(&db);
    env.ok(&["upgrade"]);
    env.ok(&SQUASH);
    let file = "migrations/s1_schema.sql";
    let file = if env.path(file).exists() { file.to_owned() } else { new_file(&env) };
    let edit = |from: &str, to: &str| env.write(&file, &env.read(&file).replace(from, to));
    // It has run nowhere yet: a database with the old rows takes the text as it is when it records it.
    edit("VALUES (1)", "VALUES (7)");
    env.ok(&["edit", "s1"]);
    env.ok(&["upgrade"]);
    assert_eq!(rows(&db).await, ["s1"]);
    env.ok(&["check"]);
    // From now on an edit concerns this database.
    edit("VALUES (7)", "VALUES (8)");
    let refused = env.run(&["upgrade"]);
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.stderr.contains("s1") && refused.stderr.contains("edited"), "{refused}");
    env.ok(&["redo", "--yes"]);
    env.ok(&["check"]);
    assert_eq!(rows(&db).await, ["s1"]);
}

fn new_file(env: &TestEnvironment) -> String {
    let entries = std::fs::read_dir(env.path("migrations")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = names.into_iter().find(|name| name.contains("s1")).unwrap();
    format!("migrations/{name}")
}

async fn printed_sql_crosses_a_squash(db: Db) {
    let env = environment(&db);
    env.ok(&["upgrade"]);
    env.ok(&SQUASH);
    env.revision("ddd", "s1", &up("ddd"), "DROP TABLE t_ddd;");
    env.ok(&["accept"]);
    // Over the old rows: up from the end of the range, and down over it.
    db.pipe(&env.ok(&["upgrade", "ccc:head", "--sql"]).stdout).unwrap();
    assert_eq!(contents(&db).await.len(), 4);
    env.ok(&["check"]);
    db.pipe(&env.ok(&["downgrade", "head:base", "--sql"]).stdout).unwrap();
    assert!(contents(&db).await.is_empty());
    assert!(rows(&db).await.is_empty(), "{:?}", rows(&db).await);
    // From nothing, and back.
    db.pipe(&env.ok(&["upgrade", "base:head", "--sql"]).stdout).unwrap();
    assert_eq!(rows(&db).await, ["ddd", "s1"]);
    db.pipe(&env.ok(&["downgrade", "head:base", "--sql"]).stdout).unwrap();
    assert!(rows(&db).await.is_empty());
    // From the middle of the range, by the old files.
    db.pipe(&env.ok(&["upgrade", "base:s1", "--sql"]).stdout).unwrap();
    db.execute("DROP TABLE t_ccc").await;
    env.ok(&["stamp", "bbb", "--purge"]);
    db.pipe(&env.ok(&["upgrade", "bbb:head", "--sql"]).stdout).unwrap();
    assert_eq!(rows(&db).await, ["aaa", "bbb", "ccc", "ddd"]);
    env.ok(&["check"]);
    env.ok(&["upgrade"]);
    assert_eq!(rows(&db).await, ["ddd", "s1"]);
    assert_eq!(contents(&db).await, ["t_aaa 1", "t_bbb 1", "t_ccc 1", "t_ddd 1"]);
    env.ok(&["squash", "--prune"]);
    let refused = env.run(&["upgrade", "bbb:head", "--sql"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("bbb is replaced by s1"), "{refused}");
}

async fn databases_at_every_point_come_to_the_same_end(db: Db) {
    for target in ["base", "aaa", "bbb", "ccc"] {
        let env = environment(&db);
        env.ok(&["upgrade", target]);
        env.ok(&SQUASH);
        let pruned = env.run(&["squash", "--prune"]);
        let in_the_middle = target == "aaa" || target == "bbb";
        assert_eq!(pruned.code, if in_the_middle { 3 } else { 0 }, "{target}: {pruned}");
        env.ok(&["upgrade"]);
        env.ok(&["squash", "--prune"]);
        assert_eq!(rows(&db).await, ["s1"], "{target}");
        assert_eq!(contents(&db).await, ["t_aaa 1", "t_bbb 1", "t_ccc 1"], "{target}");
        env.ok(&["check"]);
        env.ok(&["downgrade", "base", "--yes"]);
        assert!(rows(&db).await.is_empty() && contents(&db).await.is_empty());
    }
}
