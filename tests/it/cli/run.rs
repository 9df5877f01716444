//! upgrade, downgrade, redo, stamp, repair.

use insta::assert_snapshot;
use migrate_core::dialect::Dialect;

use crate::support::db::Db;
use crate::support::{RevisionFile, TestEnvironment};

#[test]
fn upgrade_goes_to_the_head_and_then_has_nothing_to_do() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db (a new file)
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    up   ccc, Message of ccc ([TIME])
    3 steps done; the database is at ccc
    ");
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    nothing to do: the database is at ccc
    ");
}

#[test]
fn upgrade_as_json_tells_the_steps_and_how_long_they_took() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade", "bbb", "--format", "json", "-q"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[{"revision":"aaa","direction":"up","message":"Message of aaa","duration_ms":[MS]},{"revision":"bbb","direction":"up","message":"Message of bbb","duration_ms":[MS]}],"heads_after":["bbb"]}
    "#);
}

#[test]
fn a_dry_run_tells_the_steps_and_changes_nothing() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade", "+2", "--dry-run"]), @"
    exit code: 0
    ----- stdout
    up   aaa, Message of aaa
    up   bbb, Message of bbb
    ----- stderr
    database: sqlite:app.db (a new file)
    2 steps would run; the database would be at bbb
    ");
    assert_snapshot!(env.run(&["upgrade", "--dry-run", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[{"revision":"aaa","direction":"up","message":"Message of aaa"},{"revision":"bbb","direction":"up","message":"Message of bbb"},{"revision":"ccc","direction":"up","message":"Message of ccc"}],"heads_after":["ccc"]}
    ----- stderr
    database: sqlite:app.db (a new file)
    "#);
    assert!(!env.path("app.db").exists());
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["downgrade", "-2", "--dry-run"]), @"
    exit code: 0
    ----- stdout
    down ccc, Message of ccc
    down bbb, Message of bbb
    ----- stderr
    database: sqlite:app.db
    2 steps would run; the database would be at aaa
    ");
    assert_snapshot!(env.run(&["downgrade", "base", "--dry-run", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[{"revision":"ccc","direction":"down","message":"Message of ccc"},{"revision":"bbb","direction":"down","message":"Message of bbb"},{"revision":"aaa","direction":"down","message":"Message of aaa"}],"heads_after":[]}
    ----- stderr
    database: sqlite:app.db
    "#);
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn downgrade_goes_down_without_asking_where_there_is_no_terminal() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["downgrade", "-1"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    down ccc, Message of ccc ([TIME])
    1 step done; the database is at bbb
    ");
    assert_snapshot!(env.run(&["downgrade", "base"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    down bbb, Message of bbb ([TIME])
    down aaa, Message of aaa ([TIME])
    2 steps done; the database is at base
    ");
    assert!(env.tables("app.db").is_empty());
}

#[test]
fn targets_that_begin_with_a_sign_need_no_separator() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "+2"]);
    env.ok(&["downgrade", "-1"]);
    env.ok(&["downgrade", "-1", "--dry-run"]);
    env.ok(&["upgrade", "aaa+1"]);
    env.ok(&["downgrade", "bbb-1"]);
    env.ok(&["upgrade", "ccc@+1"]);
    env.ok(&["downgrade", "ccc@-1"]);
    assert_eq!(env.ok(&["current"]).stdout, "aaa, Message of aaa\n");
}

#[test]
fn redo_undoes_the_newest_and_runs_it_again() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["redo"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    error: nothing is applied
      help: `cargo migrate upgrade` applies what is pending
    ");
    env.ok(&["upgrade"]);
    env.revision("ccc", "bbb", "CREATE TABLE comments (id INTEGER);", "DROP TABLE posts;");
    assert_snapshot!(env.run(&["redo", "--dry-run", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[{"revision":"ccc","direction":"down","message":"Message of ccc"},{"revision":"ccc","direction":"up","message":"Message of ccc"}],"heads_after":["ccc"]}
    ----- stderr
    database: sqlite:app.db
    "#);
    assert_snapshot!(env.run(&["redo"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    down ccc, Message of ccc ([TIME])
    up   ccc, Message of ccc ([TIME])
    2 steps done; the database is at ccc
    ");
    assert_eq!(env.tables("app.db"), ["comments", "users"]);
}

#[test]
fn redo_wants_a_name_where_several_branches_are_applied() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "aaa", "CREATE TABLE d (id INTEGER);", "DROP TABLE d;");
    env.ok(&["upgrade", "heads"]);
    assert_snapshot!(env.run(&["redo"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db
    error: several branches are applied
      help: name one: ccc, ddd
    ");
    assert_snapshot!(env.run(&["redo", "aaa"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db
    error: aaa is not the newest applied revision of its branch
      help: those are ccc, ddd
      help: `cargo migrate downgrade` and `upgrade` go further
    ");
    assert_snapshot!(env.run(&["redo", "ddd"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    down ddd, Message of ddd ([TIME])
    up   ddd, Message of ddd ([TIME])
    2 steps done; the database is at ccc, ddd
    ");
    assert_eq!(env.tables("app.db"), ["d", "posts", "users"]);
}

#[test]
fn stamp_moves_rows_and_runs_nothing() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["stamp", "bbb", "--dry-run", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[],"heads_after":["bbb"]}
    "#);
    assert!(!env.path("app.db").exists());
    assert_snapshot!(env.run(&["stamp", "bbb"]), @"
    exit code: 0
    ----- stderr
    the database is at bbb
    ");
    assert!(env.tables("app.db").is_empty());
    assert_snapshot!(env.run(&["current", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"heads":["bbb"],"applied":["aaa","bbb"],"pending":["ccc"]}
    "#);
    assert_snapshot!(env.run(&["stamp", "base", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[],"heads_after":[]}
    "#);
}

#[test]
fn a_purge_is_the_way_out_of_rows_that_no_file_explains() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    bbb (head), Message of bbb
    ccc (no file)
    ");
    assert_snapshot!(env.run(&["stamp", "bbb"]), @"
    exit code: 1
    ----- stderr
    error: the database has unknown revisions, which no file defines: ccc
      help: bring the missing files back, or deploy the version that has them
      help: `cargo migrate downgrade bbb` reverts them with the down SQL that the database stores
      help: `cargo migrate stamp --purge <revision>` records where the database is, without running anything
    ");
    assert_snapshot!(env.run(&["stamp", "--purge", "bbb"]), @"
    exit code: 0
    ----- stderr
    the database is at bbb
    ");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    bbb (head), Message of bbb
    ");
}

#[test]
fn repair_settles_a_step_that_stopped_in_the_middle() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["repair"]), @"
    exit code: 0
    ----- stderr
    no step stopped partway
    ");
    let up = "CREATE TABLE d (id INTEGER);\nCREATE TABEL e (id INTEGER);";
    let file = RevisionFile::new("ddd", "ccc").section("up transaction:false", up);
    env.write_revision(&file.down("DROP TABLE d;"));
    assert_snapshot!(env.run(&["upgrade"]), @r#"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    up   ccc, Message of ccc ([TIME])
    error: statement 2 of revision ddd (up) failed
     --> migrations/ddd.sql:8:1
      |
    8 | CREATE TABEL e (id INTEGER)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ near "TABEL": syntax error
      |
      = help: the first statement of the step stays: fix the file and run `cargo migrate upgrade` to continue, or undo them and run `cargo migrate repair`
      = help: done and committed before: aaa, bbb, ccc
    "#);
    assert_snapshot!(env.run(&["repair", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    [{"revision":"ddd","direction":"up","statements_done":1}]
    ----- stderr
    error: a step stopped partway
      help: `cargo migrate upgrade` continues with the next statement
      help: after completing or reverting it by hand: `--applied` or `--reverted`
    "#);
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    ccc, Message of ccc
    ----- stderr
    1 revision pending
    warning: revision ddd stopped partway: see `cargo migrate repair`
    ");
    assert_snapshot!(env.run(&["repair", "--ran", "--not-run"]), @"
    exit code: 2
    ----- stderr
    error: the argument '--ran' cannot be used with '--not-run'

    Usage: cargo migrate repair --ran

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["repair", "--reverted"]), @"
    exit code: 0
    ----- stdout
    up ddd: 1 statement done
    ----- stderr
    recorded
    ");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    ccc, Message of ccc
    ----- stderr
    1 revision pending
    ");
}

#[test]
fn a_revision_without_a_file_goes_down_as_the_database_remembers_it() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    assert_snapshot!(env.run(&["redo"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db
    error: the database has unknown revisions, which no file defines: ccc
      help: bring the missing files back, or deploy the version that has them
      help: `cargo migrate downgrade bbb` reverts them with the down SQL that the database stores
      help: `cargo migrate stamp --purge <revision>` records where the database is, without running anything
    ");
    assert_snapshot!(env.run(&["downgrade", "bbb", "--dry-run", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"steps":[{"revision":"ccc","direction":"down","message":"Message of ccc"}],"heads_after":["bbb"]}
    ----- stderr
    database: sqlite:app.db
    ccc without a file: the SQL of the down comes from the version table
    "#);
    env.write("migrate.toml", "unknown-downs = \"refuse\"\n");
    let refused = env.run(&["downgrade", "bbb", "--yes"]);
    assert_eq!(refused.code, 1, "{refused}");
    std::fs::remove_file(env.path("migrate.toml")).unwrap();
    let refused = env.run(&["downgrade", "bbb"]);
    assert_eq!(refused.code, 1, "{refused}");
    let said = "the downs of unknown revisions may not run: ccc";
    assert!(refused.stderr.contains(said), "{refused}");
    let sql = env.ok(&["downgrade", "bbb", "--sql"]).stdout;
    assert!(sql.contains("DROP TABLE posts;"), "{sql}");
    assert_snapshot!(env.run(&["downgrade", "bbb", "--yes"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    down ccc, Message of ccc ([TIME])
    1 step done; the database is at bbb
    ");
    assert_eq!(env.tables("app.db"), ["users"]);
}

#[test]
fn what_stands_in_one_transaction_is_said_by_the_call_else_by_the_configuration() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "ccc", "SELECT * FROM nowhere;", "SELECT 1;");
    let tables_after = |args: &[&str]| {
        let _ = std::fs::remove_file(env.path("app.db"));
        assert_eq!(env.run(args).code, 1, "the last revision fails");
        env.tables("app.db").len()
    };
    assert_eq!(tables_after(&["upgrade"]), 0);
    assert_eq!(tables_after(&["upgrade", "--transaction", "each"]), 2);
    env.write("migrate.toml", "transaction = \"each\"\n");
    assert_eq!(tables_after(&["upgrade"]), 2);
    assert_eq!(tables_after(&["upgrade", "--transaction", "all"]), 0);
}

#[test]
fn time_outs_stand_in_the_sql() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "SELECT 1;", "SELECT 2;");
    let sql = |args: &[&str]| {
        let args = [&["upgrade", "--sql", "--dialect", "postgres"], args].concat();
        env.ok(&args).stdout
    };
    assert!(!sql(&[]).contains("_timeout"));
    env.write("migrate.toml", "lock-timeout = \"2s\"\n");
    assert!(sql(&[]).contains("SET lock_timeout = 2000"), "{}", sql(&[]));
    let typed = sql(&["--lock-timeout", "5s", "--statement-timeout", "1m"]);
    assert!(typed.contains("SET lock_timeout = 5000"), "{typed}");
    assert!(typed.contains("SET statement_timeout = 60000"), "{typed}");
}

#[test]
fn more_detail_shows_the_settings_and_each_statement_with_its_rows() {
    let env = TestEnvironment::with_history();
    let up = "INSERT INTO users (email)\n  VALUES ('a'), ('b');\nUPDATE users SET email = 'c';\n\
              CREATE INDEX i ON users (email);";
    env.revision("ddd", "ccc", up, "DROP INDEX i;\nDELETE FROM users;");
    assert_snapshot!(env.run(&["upgrade", "-v", "--lock-timeout", "5s"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db (a new file)
    settings: transaction all, lock auto, lock wait 60s, lock timeout 5s, statement timeout default, connect timeout 10s, version table migrate_version
      aaa 1  CREATE TABLE users (id INTEGER PRIMARY KEY) ([TIME])
      bbb 1  ALTER TABLE users ADD COLUMN email TEXT ([TIME])
      ccc 1  CREATE TABLE posts (id INTEGER) ([TIME])
      ddd 1  INSERT INTO users (email) VALUES ('a'), ('b'), 2 rows ([TIME])
      ddd 2  UPDATE users SET email = 'c', 2 rows ([TIME])
      ddd 3  CREATE INDEX i ON users (email) ([TIME])
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    up   ccc, Message of ccc ([TIME])
    up   ddd, Message of ddd ([TIME])
    4 steps done; the database is at ddd
    ");
    assert_snapshot!(env.run(&["downgrade", "-1", "-v"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db
    settings: transaction all, lock auto, lock wait 60s, lock timeout default, statement timeout default, connect timeout 10s, version table migrate_version
      ddd 1  DROP INDEX i ([TIME])
      ddd 2  DELETE FROM users, 2 rows ([TIME])
    down ddd, Message of ddd ([TIME])
    1 step done; the database is at ccc
    ");
}

#[test]
fn more_detail_shows_the_notices_of_a_server() {
    let Some(db) = Db::fresh_blocking(Dialect::Postgres) else { return };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let up = "DO $$ BEGIN RAISE NOTICE 'filled % rows', 7; RAISE WARNING 'careful'; END $$;";
    env.revision("aaa", "", up, "DROP TABLE IF EXISTS gone;");
    let shown = env.ok(&["upgrade", "-v"]);
    assert!(shown.stderr.contains("notice: filled 7 rows\nnotice: careful\n"), "{shown}");
    let shown = env.ok(&["downgrade", "base"]);
    assert!(!shown.stderr.contains("notice"), "{shown}");
}

#[test]
fn an_empty_up_is_warned_of_unless_it_merges() {
    let env = TestEnvironment::with_history();
    env.write_revision(&RevisionFile::new("ddd", "bbb").up("").noop("it is empty"));
    env.revision("eee", "ccc, ddd", "", "");
    let told = env.ok(&["upgrade"]);
    let warnings: Vec<&str> = told.stderr.lines().filter(|l| l.contains("warning")).collect();
    assert_eq!(warnings, ["warning: the up of ddd: Message of ddd is empty: it changed nothing"]);
}
