//! import.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// What a query on `app.db` prints.
fn query(env: &TestEnvironment, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(env.path("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn pair(env: &TestEnvironment, name: &str, up: &str, down: &str) {
    env.write(&format!("old/{name}.up.sql"), up);
    env.write(&format!("old/{name}.down.sql"), down);
}

#[test]
fn import_takes_over_the_migrations_of_another_tool() {
    let env = TestEnvironment::new();
    pair(&env, "1_users", "CREATE TABLE users (id INTEGER);\n", "DROP TABLE users;\n");
    env.write("old/2_fill.up.sql", "INSERT INTO users VALUES (1);\n");
    let args = ["import", "old", "--from", "sqlx", "--dialect", "sqlite"];
    assert_snapshot!(env.run(&args), @"
    exit code: 0
    ----- stdout
    migrations/1_users.sql
    migrations/2_fill.sql
    ----- stderr
    foreign keys are enforced as before: each section has foreign-keys:true
    imported 2 migrations of sqlx

    Next:
      `cargo migrate test --since 2_fill` tests what is added from now on
      `cargo migrate import old --adopt --database-url URL` for every database that sqlx has migrated: it runs nothing
    ");
    let again = env.run(&[&args[..], &["--format", "json", "-q"]].concat());
    assert_snapshot!(again, @r#"
    exit code: 0
    ----- stdout
    {"from":"sqlx","revisions":[],"skipped":[],"adopted":null}
    "#);
    assert!(env.read("migrations/migrate.lock").contains("\ndialects = [\"sqlite\"]\n"));
    assert_eq!(env.run(&["upgrade", "--database-url", "sqlite:app.db"]).code, 0);
    assert_eq!(env.tables("app.db"), ["users"]);
}

#[test]
fn one_broken_down_is_irreversible_and_blank_ones_are_what_is_asked_for() {
    let env = TestEnvironment::new();
    pair(&env, "1_a", "CREATE TABLE a (id INTEGER);\n", "DROP TABLE a;\n-- x\nSELECT 'open;\n");
    pair(&env, "2_b", "SELECT 1;\n", "-- nothing\n");
    env.write("old/9_z.down.sql", "DROP TABLE z;\n");
    let args = ["import", "old", "--from", "golang-migrate", "--dialect", "sqlite"];
    let imported = env.run(&[&args[..], &["--blank-downs", "noop"]].concat());
    assert_snapshot!(imported, @"
    exit code: 0
    ----- stdout
    migrations/1_a.sql
    migrations/2_b.sql
    ----- stderr
    warning[import-down-without-up]: version 9 has a down here, but no up to go with it: it is left out
     --> 9_z.down.sql:1:1
      |
    1 | DROP TABLE z;
      | ^

    1_a.down.sql:3: the down cannot be read: the string is not closed
    1 down without a statement, noop: a downgrade passes: 2_b
    imported 2 migrations of golang-migrate

    Next:
      `cargo migrate test --since 2_b` tests what is added from now on
      `cargo migrate import old --adopt --database-url URL` for every database that golang-migrate has migrated: it runs nothing
    ");
    let first = env.read("migrations/1_a.sql");
    let marker = "-- migrate:irreversible the down of golang-migrate cannot be read: ";
    assert!(first.contains(marker), "{first}");
    assert!(env.read("migrations/2_b.sql").contains("-- migrate:noop the down of golang-migrate"));
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn sqlite_runs_an_imported_history_of_sqlx_with_foreign_keys_as_sqlx_did() {
    let env = TestEnvironment::new();
    env.write(
        "old/1_tables.sql",
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);\nCREATE TABLE children (parent INTEGER \
         REFERENCES parents ON DELETE CASCADE);\nINSERT INTO parents VALUES (1);\nINSERT INTO \
         children VALUES (1);\n",
    );
    env.write("old/2_remove.sql", "DELETE FROM parents;\n");
    env.ok(&["import", "old", "--dialect", "sqlite"]);
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
    assert_eq!(query(&env, "SELECT count(*) FROM children"), "0");
}

#[test]
fn a_version_table_that_migrations_change_is_made_first_where_it_is_wanted() {
    let env = TestEnvironment::new();
    env.write("old/1_a.sql", "CREATE TABLE a (id INTEGER);\n");
    env.write("old/2_clean.sql", "SELECT 1;\nDELETE FROM _sqlx_migrations WHERE version = 7;\n");
    let args = ["import", "old", "--dialect", "sqlite", "--database-url", "sqlite:app.db"];
    assert_snapshot!(env.run(&args), @"
    exit code: 0
    ----- stdout
    migrations/1_a.sql
    migrations/2_clean.sql
    ----- stderr
    2_clean.sql:2: the up touches `_sqlx_migrations`, a version table that a fresh database does not have
    foreign keys are enforced as before: each section has foreign-keys:true
    imported 2 migrations of sqlx

    Next:
      `_sqlx_migrations`, which a migration changes, is not in a fresh database: import into an empty folder with `--with-version-table`, and a first revision makes it
      `cargo migrate test --since 2_clean` tests what is added from now on
      `cargo migrate import old --adopt --database-url URL` for every database that sqlx has migrated: it runs nothing
    ");
    assert_eq!(env.run(&["upgrade", "--database-url", "sqlite:app.db"]).code, 1);
    std::fs::remove_dir_all(env.path("migrations")).unwrap();
    let _ = std::fs::remove_file(env.path("app.db"));
    let outcome = env.ok(&[&args[..], &["--with-version-table"]].concat());
    assert!(outcome.stdout.starts_with("migrations/sqlx_migrations_table"), "{outcome}");
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
}

#[test]
fn a_placeholder_is_filled_in_and_adopted_databases_need_nothing() {
    let env = TestEnvironment::new();
    pair(&env, "1_a", "CREATE TABLE a (id INTEGER);\n", "DROP TABLE a;\n");
    env.write("old/2_fill.go", "package x\n");
    pair(&env, "3_c", "CREATE TABLE c (id INTEGER);\n", "DROP TABLE c;\n");
    pair(&env, "4_d", "-- done in code\n", "-- nothing\n");
    query(
        &env,
        "CREATE TABLE a (id INTEGER); CREATE TABLE c (id INTEGER); CREATE TABLE schema_migrations (version uint64, \
         dirty bool); INSERT INTO schema_migrations VALUES (4, false);",
    );
    let database = ["--database-url", "sqlite:app.db"];
    let args = ["import", "old", "--from", "golang-migrate", "--adopt", "--dialect", "sqlite"];
    assert_snapshot!(env.run(&[&args[..], &database].concat()), @"
    exit code: 0
    ----- stdout
    migrations/1_a.sql
    migrations/2_fill.sql
    migrations/3_c.sql
    migrations/4_d.sql
    ----- stderr
    warning: revision 2_fill does nothing yet: `2_fill.go`, a migration in Go
    1 down without a statement, irreversible; `--blank-downs noop` lets a downgrade pass instead: 4_d
    imported 4 migrations of golang-migrate
    the database has 4 of them, up to 4_d

    Next:
      write the SQL of 2_fill
      write what code did in place of an empty migration, if any did: 4_d
      `cargo migrate test --since 4_d` tests what is added from now on
      `cargo migrate import old --adopt --database-url URL` for every other database that golang-migrate has migrated: it runs nothing
    ");
    for (path, comment) in
        [("migrations/2_fill.sql", "-- Here ran"), ("migrations/4_d.sql", "-- done in code")]
    {
        let filled = format!("INSERT INTO a VALUES (1);\n{comment}");
        env.write(path, &env.read(path).replace(comment, &filled));
    }
    assert_eq!(env.run(&[&["check"], &database[..]].concat()).code, 0);
    env.ok(&["new", "-m", "next", "--irreversible", "a test"]);
    env.ok(&[&["upgrade"], &database[..]].concat());
    assert_eq!(query(&env, "SELECT count(*) FROM a"), "0", "the adopted database has it already");
}
