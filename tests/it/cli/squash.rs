//! `squash` and `squash --prune`.

use insta::assert_snapshot;
use migrate_core::dialect::Dialect;

use crate::support::TestEnvironment;
use crate::support::db::Db;

/// `aaa`, `bbb`, `ccc` make and fill tables.
fn environment(dialect: Dialect) -> TestEnvironment {
    let env = TestEnvironment::new();
    std::fs::create_dir(env.path("migrations")).unwrap();
    let name = dialect.name();
    let url = match dialect {
        Dialect::Sqlite => "database-url = \"sqlite:app.db\"\n",
        _ => "",
    };
    env.write("migrate.toml", &format!("dialects = [\"{name}\"]\n{url}"));
    env.revision(
        "aaa",
        "",
        "CREATE TABLE roles (id INTEGER PRIMARY KEY, name VARCHAR(20));\nCREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20));",
        "DROP TABLE users;\nDROP TABLE roles;",
    );
    env.revision(
        "bbb",
        "aaa",
        "INSERT INTO roles (id, name) VALUES (1, 'admin');\nUPDATE users SET name = TRIM(name) WHERE id < 0;",
        "DELETE FROM roles WHERE id = 1;",
    );
    env.revision(
        "ccc",
        "bbb",
        "ALTER TABLE users ADD COLUMN email VARCHAR(80);\nCREATE INDEX users_email ON users (email);",
        "DROP INDEX users_email ON users;\nALTER TABLE users DROP COLUMN email;"
            .replace(if dialect == Dialect::Mysql { "~" } else { " ON users" }, "")
            .as_str(),
    );
    env.ok(&["accept"]);
    env
}

fn names(env: &TestEnvironment) -> Vec<String> {
    let entries = std::fs::read_dir(env.path("migrations")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".sql"));
    names.sort();
    names
}

const SQUASH: [&str; 7] = ["squash", "base:head", "-m", "schema", "--rev-id", "s1", "--yes"];

#[test]
fn a_range_is_replaced_and_its_files_go_when_nobody_needs_them() {
    let env = environment(Dialect::Sqlite);
    env.ok(&["upgrade", "bbb"]);
    let refused = env.run(&SQUASH[..6]);
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.stderr.contains("left out migrations/bbb.sql:9 (its table has no rows yet)"));
    assert_snapshot!(env.ok(&[&SQUASH[..], &["--dry-run"]].concat()).stdout.replace(char::is_numeric, "0"), @r"
    -- schema
    --
    -- revision: s0
    -- revises:
    -- created: 0000-00-00T00:00:00Z
    -- replaces: aaa, bbb, ccc

    -- migrate:up
    CREATE TABLE roles (id INTEGER PRIMARY KEY, name VARCHAR(00));
    CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(00), email VARCHAR(00));
    CREATE INDEX users_email ON users (email);

    -- from bbb
    INSERT INTO roles (id, name) VALUES (0, 'admin');

    -- migrate:down
    DROP TABLE users;
    DROP TABLE roles;
    ");
    assert_eq!(names(&env).len(), 3);
    assert_snapshot!(env.ok(&SQUASH).stderr, @r"
    kept migrations/bbb.sql:8 (it changes rows): INSERT INTO roles (id, name) VALUES (1, 'admin')
    left out migrations/bbb.sql:9 (its table has no rows yet): UPDATE users SET name = TRIM(name) WHERE id < 0
    compared with the old revisions on sqlite: no difference
    revision s1 replaces 3 revisions
    the old files stay until `cargo migrate squash --prune`
    ");
    assert_eq!(names(&env).len(), 4);
    assert_snapshot!(env.run(&["current"]), @r"
    exit code: 0
    ----- stdout
    aaa (replaced by s1)
    bbb (replaced by s1)
    ----- stderr
    warning: a part of what s1 replaces is applied: `cargo migrate upgrade` runs the rest from the old files
    1 revision pending
    ");
    assert_snapshot!(env.run(&["check"]), @r"
    exit code: 3
    ----- stdout
    files: 1 revision, head s1
    database: 1 pending, 1 replaced while applied in part
    ");
    assert_snapshot!(env.run(&["squash", "--prune"]), @r"
    exit code: 3
    ----- stderr
    warning: app.db: a part of what s1 replaces is applied: aaa, bbb
    error: the old files are needed, and none was removed
      help: run `cargo migrate upgrade` on these databases while the old files are there
    ");
    assert_snapshot!(env.run(&["upgrade", "--dry-run"]), @r"
    exit code: 0
    ----- stdout
    up   ccc, Message of ccc
    ----- stderr
    database: sqlite:[ROOT]/work/app.db
    1 step would run; the database would be at ccc
    ");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["history"]), @r"
    exit code: 0
    ----- stdout
    <base> -> s1 (head) (replaces 3 revisions), schema
    ");
    assert_eq!(env.run(&["check"]).code, 0);
    assert_snapshot!(env.run(&["squash", "--prune", "--dry-run"]), @r"
    exit code: 0
    ----- stdout
    migrations/aaa.sql
    migrations/bbb.sql
    migrations/ccc.sql
    ----- stderr
    no database needs the old files: app.db
    ");
    env.ok(&["squash", "--prune", "s1"]);
    assert_eq!(names(&env).len(), 1);
    assert_eq!(env.run(&["check"]).code, 0);
    assert_snapshot!(env.run(&["squash", "--prune"]), @r"
    exit code: 0
    ----- stderr
    no file of a replaced revision is there
    ");
    assert_snapshot!(env.run(&["upgrade", "bbb"]), @r"
    exit code: 2
    ----- stderr
    database: sqlite:[ROOT]/work/app.db
    error: bbb is replaced by s1
      help: s1: schema
      help: a database that has run a part of what it replaces goes on with `cargo migrate upgrade`
    ");
    env.ok(&["upgrade", "ccc"]);
}

#[test]
fn a_database_that_cannot_be_asked_keeps_the_files() {
    let env = environment(Dialect::Sqlite);
    env.ok(&SQUASH);
    env.write("text.db", "this is no database, and long enough for one");
    let outcome = env.run(&["squash", "--prune", "--url", "sqlite:text.db"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stderr.contains("it cannot be asked"), "{outcome}");
    let outcome = env.run(&["squash", "--prune", "nothing", "--url", "sqlite:app.db"]);
    assert!(outcome.stderr.contains("no revision or branch is `nothing`"), "{outcome}");
    assert_eq!(names(&env).len(), 4);
    env.ok(&["squash", "--prune", "--url", "sqlite:app.db"]);
    assert_eq!(names(&env).len(), 1);
}

#[test]
fn the_old_and_the_new_revisions_are_tested() {
    let env = environment(Dialect::Sqlite);
    env.ok(&SQUASH);
    let outcome = env.ok(&["test", "--format", "json"]);
    let json: serde_json::Value =
        serde_json::from_str(&outcome.stdout.replace("[MS]", "0")).unwrap();
    let text = json.to_string();
    for id in ["aaa", "bbb", "ccc", "s1"] {
        assert!(text.contains(&format!("\"{id}\"")), "{text}");
    }
}

#[test]
fn offline_sql_prints_the_new_revision() {
    let mut env = environment(Dialect::Sqlite);
    env.set("EDITOR", "true");
    env.ok(&SQUASH);
    let sql = env.ok(&["upgrade", "--sql"]).stdout;
    assert!(sql.contains("upgrade base -> s1") && !sql.contains("-> bbb"), "{sql}");
    let sql = env.ok(&["downgrade", "s1:base", "--sql"]).stdout;
    assert!(sql.contains("downgrade s1 -> base") && sql.contains("DROP TABLE users"), "{sql}");
    let outcome = env.run(&["edit", "bbb"]);
    assert!(outcome.stderr.contains("bbb is replaced by s1"), "{outcome}");
}

/// On a server the two databases are made on that of `--on`.
fn on_a_server(dialect: Dialect) {
    let Some(db) = Db::fresh_blocking(dialect) else { return };
    let env = environment(dialect);
    let outcome = env.ok(&[&SQUASH[..], &["--on", &db.url]].concat());
    assert!(outcome.stderr.contains("compared with the old revisions on"), "{outcome}");
    let url = ["--database-url", db.url.as_str()];
    env.ok(&[&["upgrade"], &url[..]].concat());
    env.ok(&[&["downgrade", "base", "--yes"], &url[..]].concat());
    env.ok(&[&["upgrade", "s1"], &url[..]].concat());
    env.ok(&[&["squash", "--prune"], &url[..]].concat());
    assert_eq!(names(&env).len(), 1);
    assert_eq!(env.run(&[&["check"], &url[..]].concat()).code, 0);
}

#[test]
fn on_postgres() {
    on_a_server(Dialect::Postgres);
}

#[test]
fn on_mysql() {
    on_a_server(Dialect::Mysql);
}
