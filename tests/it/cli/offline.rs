//! `--sql`: what would run, printed.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

fn offline() -> TestEnvironment {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "");
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env
}

#[test]
fn without_a_database_an_upgrade_starts_at_base() {
    let sql = offline().ok(&["upgrade", "aaa", "--sql"]).stdout;
    assert!(sql.starts_with("CREATE TABLE IF NOT EXISTS \"migrate_version_log\""), "{sql}");
    assert!(sql.contains("-- upgrade base -> aaa: Message of aaa"), "{sql}");
}

#[test]
fn a_range_starts_where_it_says() {
    let env = offline();
    let statements = |args: &[&str]| {
        let sql = env.ok(args).stdout;
        let keep = |line: &&str| {
            ["-- ", "ALTER", "CREATE", "DROP", "BEGIN", "COMMIT"]
                .iter()
                .any(|w| line.starts_with(w))
                && !line.contains("migrate:")
        };
        sql.lines().filter(keep).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(statements(&["upgrade", "aaa:ccc", "--sql"]), @"
    BEGIN IMMEDIATE;
    -- upgrade aaa -> bbb: Message of bbb
    ALTER TABLE users ADD COLUMN email TEXT;
    -- revision: bbb
    -- revises: aaa
    -- created: 2026-01-02T03:04:05Z
    ALTER TABLE users DROP COLUMN email;
    -- upgrade bbb -> ccc: Message of ccc
    CREATE TABLE posts (id INTEGER);
    -- revision: ccc
    -- revises: bbb
    -- created: 2026-01-02T03:04:05Z
    DROP TABLE posts;
    COMMIT;
    ");
    assert_snapshot!(statements(&["downgrade", "ccc:aaa", "--sql"]), @"
    BEGIN IMMEDIATE;
    -- downgrade ccc -> bbb: Message of ccc
    DROP TABLE posts;
    -- downgrade bbb -> aaa: Message of bbb
    ALTER TABLE users DROP COLUMN email;
    COMMIT;
    ");
    assert!(statements(&["upgrade", ":aaa", "--sql"]).contains("base -> aaa"));
}

#[test]
fn what_is_printed_runs_and_leads_to_the_same_place() {
    let env = TestEnvironment::with_history();
    let sql = env.ok(&["upgrade", "--sql"]).stdout;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = format!("sqlite:{}?mode=rwc", env.path("app.db").display());
    runtime.block_on(async {
        let mut connection =
            <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    });
    assert_eq!(env.run(&["check"]).code, 0);
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn with_a_database_the_script_starts_where_it_stands() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    let sql = env.ok(&["upgrade", "--sql"]).stdout;
    assert!(sql.contains("bbb -> ccc") && !sql.contains("aaa -> bbb"), "{sql}");
    assert!(!sql.contains("CREATE TABLE IF NOT EXISTS \"migrate_version\""), "{sql}");
    let down = env.ok(&["downgrade", "base", "--sql"]).stdout;
    assert!(down.contains("downgrade aaa -> base"), "{down}");
    let stamp = env.ok(&["stamp", "ccc", "--sql", "--format", "json"]).json();
    assert!(stamp["sql"].as_str().unwrap().contains("'stamp'"), "{stamp}");
}

#[test]
fn the_way_down_needs_its_upper_end() {
    assert_snapshot!(offline().run(&["downgrade", "aaa", "--sql"]), @"
    exit code: 2
    ----- stderr
    error: without a database `--sql` needs both ends of a downgrade
      help: for example `cargo migrate downgrade head:base --sql`
    ");
}

#[test]
fn sql_of_an_unknown_database_is_not_guessed() {
    let env = offline();
    env.write("migrate.toml", "dialects = [\"sqlite\", \"postgres\"]\n");
    assert_snapshot!(env.run(&["upgrade", "--sql"]), @"
    exit code: 2
    ----- stderr
    error: the database system of the SQL is not known
      help: pass `--dialect sqlite`, `postgres` or `mysql`
    ");
    assert!(env.ok(&["upgrade", "--sql", "--dialect", "postgres"]).stdout.contains("TIMESTAMP"));
    assert_snapshot!(env.run(&["upgrade", "--sql", "--dialect", "oracle"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'oracle' for '--dialect <DATABASE>': the database systems are sqlite, postgres, mysql

    For more information, try '--help'.
    ");
}

#[test]
fn sql_and_redo_need_only_what_they_use_to_be_sound() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    let draft =
        "-- Draft\n--\n-- revision: ddd\n-- revises: ccc\n\n-- migrate:up\n\n-- migrate:down\n";
    env.write("migrations/ddd.sql", draft);
    for args in [
        &["upgrade", "base:ccc", "--sql"][..],
        &["downgrade", "ccc:base", "--sql"],
        &["downgrade", "-1", "--sql"],
        &["stamp", "bbb", "--sql"],
        &["redo", "--dry-run"],
        &["redo"],
    ] {
        let outcome = env.run(args);
        assert_eq!(outcome.code, 0, "{args:?}\n{outcome}");
        assert!(outcome.stderr.contains("warning: ddd is still empty"), "{args:?}\n{outcome}");
    }
    for args in [
        &["upgrade", "base:head", "--sql"][..],
        &["upgrade", "--sql"],
        &["downgrade", "head:base", "--sql"],
        &["stamp", "head", "--sql"],
    ] {
        let outcome = env.run(args);
        assert!(outcome.code == 1 && outcome.stdout.is_empty(), "{args:?}\n{outcome}");
        assert!(outcome.stderr.contains("error[empty-down]"), "{args:?}\n{outcome}");
    }
    let wrong = draft.replace("revises: ccc", "revises: ccc\n-- colour: red");
    env.write("migrations/ddd.sql", &wrong);
    assert_eq!(env.run(&["redo"]).code, 1);
    assert_eq!(env.run(&["upgrade", "base:ccc", "--sql"]).code, 1);
}
