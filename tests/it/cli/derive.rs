//! `derive` and `new --sql`.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

fn with_history() -> TestEnvironment {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env
}

/// Three revisions, and a fourth without a down.
fn without_down(up: &str) -> TestEnvironment {
    let env = with_history();
    env.ok(&["new", "-m", "draft", "--rev-id", "ddd", "-q"]);
    let name = std::fs::read_dir(env.path("migrations")).unwrap();
    let name = name.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = name.into_iter().find(|name| name.contains("_ddd_")).unwrap();
    let text = env.read(&format!("migrations/{name}"));
    let text = text.replace("-- migrate:up\n", &format!("-- migrate:up\n{up}\n"));
    std::fs::remove_file(env.path(&format!("migrations/{name}"))).unwrap();
    env.write("migrations/ddd.sql", &text);
    env
}

fn down(env: &TestEnvironment) -> String {
    let text = env.read("migrations/ddd.sql");
    text.split_once("-- migrate:up\n").unwrap().1.to_owned()
}

#[test]
fn a_missing_down_is_written_and_what_it_loses_is_told() {
    let env = without_down("ALTER TABLE users DROP COLUMN email;\nCREATE TABLE tags (id INTEGER);");
    assert_snapshot!(env.run(&["derive"]), @"
    exit code: 0
    ----- stdout
    migrations/ddd.sql
    ----- stderr
    wrote the down of ddd
    the down does not bring back users.email: the up drops the column
    ");
    assert_snapshot!(down(&env), @"
    ALTER TABLE users DROP COLUMN email;
    CREATE TABLE tags (id INTEGER);

    -- migrate:lossy users.email the up drops the column

    -- migrate:down
    DROP TABLE tags;
    ALTER TABLE users ADD COLUMN email TEXT;
    ");
    assert_eq!(env.run(&["check"]).code, 3, "it is pending");
    env.ok(&["upgrade"]);
    env.ok(&["downgrade", "-1", "--yes"]);
    assert_snapshot!(env.run(&["derive"]), @"
    exit code: 0
    ----- stderr
    no revision that may change lacks a down
    ");
    assert_snapshot!(env.run(&["derive", "ddd"]), @"
    exit code: 2
    ----- stderr
    error: revision ddd has a down already
      help: remove its statements to derive the down again
    ");
    assert_snapshot!(env.run(&["derive", "aaa"]), @r#"
    exit code: 2
    ----- stderr
    error: revision aaa is sealed: other revisions are built on it
      help: its text may have run on other databases, so its down stays as it is
      help: edit the file by hand, then `cargo migrate accept aaa --reason ".."`
    "#);
}

#[test]
fn what_is_not_undone_is_told_and_exits_with_3() {
    let env =
        without_down("CREATE TABLE tags (id INTEGER);\nUPDATE users SET email = lower(email);");
    assert_snapshot!(env.run(&["derive", "head", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    {"revisions":[{"revision":"ddd","path":"migrations/ddd.sql","lossy":[],"not_undone":[{"line":9,"statement":"UPDATE users SET email = lower(email)","reason":"the rows before it are not known"}]}]}
    ----- stderr
    wrote the down of ddd
    warning: migrations/ddd.sql:9: not undone: UPDATE users SET email = lower(email): the rows before it are not known
    complete the down by hand, or replace it with `-- migrate:irreversible <reason>`
    "#);
    assert_snapshot!(down(&env), @"
    CREATE TABLE tags (id INTEGER);
    UPDATE users SET email = lower(email);

    -- migrate:down
    -- not undone: UPDATE users SET email = lower(email): the rows before it are not known
    DROP TABLE tags;
    ");
}

#[test]
fn new_with_sql_writes_both_sections() {
    let env = with_history();
    let sql = "ALTER TABLE posts RENAME TO articles";
    assert_snapshot!(env.run(&["new", "-m", "articles", "--rev-id", "ddd", "--sql", sql]), @"
    exit code: 0
    ----- stdout
    migrations/[STAMP]_ddd_articles.sql
    ----- stderr
    created revision ddd on top of ccc
    review it, then: cargo migrate upgrade
    ");
    env.ok(&["upgrade"]);
    env.ok(&["downgrade", "base", "--yes"]);
    let sql = "DROP TABLE posts";
    assert_snapshot!(env.run(&["new", "-m", "x", "--rev-id", "eee", "--sql", sql]), @"
    exit code: 2
    ----- stderr
    error: `DROP TABLE posts` cannot run: the database refuses it: there is no table posts
      help: nothing was written
    ");
    let mut command =
        env.command(&["new", "-m", "from stdin", "--rev-id", "eee", "--sql", "-", "-q"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"CREATE TABLE e (id INTEGER)")
        .unwrap();
    assert!(child.wait().unwrap().success());
    env.ok(&["upgrade"]);
    env.ok(&["downgrade", "base", "--yes"]);
}
