//! What may still change although others are built on it, with git and without.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

fn git(env: &TestEnvironment, args: &[&str]) {
    let output = std::process::Command::new("git")
        .current_dir(env.path(""))
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"])
        .args(args)
        .output()
        .unwrap();
    let is_merge = args.first() == Some(&"merge");
    assert!(output.status.success() || is_merge, "git {args:?}: {output:?}");
}

/// Three revisions, committed with their lock file.
fn committed() -> TestEnvironment {
    let env = TestEnvironment::with_history();
    env.ok(&["accept"]);
    env.write(".gitignore", "app.db*\n");
    git(&env, &["init", "-q", "-b", "main"]);
    commit(&env);
    env
}

fn commit(env: &TestEnvironment) {
    git(env, &["add", "-A"]);
    git(env, &["commit", "-q", "-m", "x"]);
}

/// Writes a new revision and returns the path of its file.
fn new(env: &TestEnvironment, id: &str) -> String {
    env.ok(&["new", "-m", id, "--rev-id", id]);
    let names = std::fs::read_dir(env.path("migrations")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = names.find(|name| name.contains(&format!("_{id}"))).unwrap();
    format!("migrations/{name}")
}

/// Puts SQL into the sections of a revision, whatever they hold.
fn fill(env: &TestEnvironment, path: &str, id: &str, column: &str) {
    let text = env.read(path);
    let header = &text[..text.find("-- migrate:up").unwrap()];
    let sections = format!(
        "-- migrate:up\nCREATE TABLE t_{id} ({column} INTEGER);\n\n-- migrate:down\nDROP TABLE t_{id};\n"
    );
    env.write(path, &format!("{header}{sections}"));
}

#[test]
fn two_revisions_may_be_made_first_and_written_afterwards() {
    let env = TestEnvironment::with_history();
    let (first, second) = (new(&env, "ddd"), new(&env, "eee"));
    fill(&env, &second, "eee", "id");
    fill(&env, &first, "ddd", "id");
    env.ok(&["upgrade"]);
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn an_edit_of_what_was_never_committed_needs_nothing() {
    let env = committed();
    let first = new(&env, "ddd");
    fill(&env, &first, "ddd", "id");
    let second = new(&env, "eee");
    fill(&env, &second, "eee", "id");
    fill(&env, &first, "ddd", "other");
    assert_eq!(env.ok(&["upgrade"]).stderr.matches("sealed").count(), 0);
    commit(&env);
    new(&env, "fff");
    fill(&env, &first, "ddd", "third");
    let outcome = env.run(&["check"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stderr.contains("error[sealed-edited]"), "{outcome}");
}

#[test]
fn a_seal_that_was_set_before_git_was_asked_gives_way_too() {
    let env = TestEnvironment::with_history();
    env.ok(&["accept"]);
    git(&env, &["init", "-q"]);
    env.revision("aaa", "", "CREATE TABLE users (id INTEGER, name TEXT);", "DROP TABLE users;");
    let outcome = env.ok(&["upgrade"]);
    let told = "migrate.lock: took up the edit of aaa; its earlier text was never committed";
    assert!(outcome.stderr.contains(told), "{outcome}");
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn a_file_that_was_made_a_minute_ago_may_be_deleted() {
    let env = committed();
    let path = new(&env, "ddd");
    std::fs::remove_file(env.path(&path)).unwrap();
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 3 revisions, head ccc
    database: 3 pending
    ----- stderr
    migrate.lock: forgot ddd; its file is gone and was never committed
    ");
    let path = new(&env, "eee");
    std::fs::remove_file(env.path(&path)).unwrap();
    let outcome = env.ok(&["new", "-m", "x", "--rev-id", "fff"]);
    assert!(outcome.stderr.contains("created revision fff on top of ccc"), "{outcome}");
    // What was committed is missed.
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    assert!(env.run(&["check"]).code != 0);
}

#[test]
fn without_git_a_deleted_head_is_forgotten_by_name_and_needs_no_reason() {
    let env = TestEnvironment::with_history();
    env.ok(&["accept"]);
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    assert_snapshot!(env.run(&["upgrade"]), @r#"
    exit code: 1
    ----- stderr
    error[sealed-missing]: no file defines revision ccc, which the lock file names
      --> migrations/migrate.lock:10:1
       |
    10 | "ccc" = "8de6606113307ddd3946ece383b42e87c8d201a0f7bfedaaeb63549479590c0a"
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `cargo migrate accept ccc` forgets it
       = help: if it was committed: restore the file, or `cargo migrate accept ccc --reason ".."`

    error: nothing was done because of the error above
    "#);
    assert_snapshot!(env.run(&["accept", "ccc"]), @"
    exit code: 0
    ----- stderr
    removed ccc
    ");
    env.ok(&["upgrade"]);
}

#[test]
fn what_stopped_in_the_middle_is_fixed_in_its_file_and_goes_on() {
    let env = committed();
    let path = new(&env, "ddd");
    let broken = "-- migrate:up transaction:false\nCREATE TABLE one (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n\n-- migrate:down\nDROP TABLE one;\n";
    let header = env.read(&path).split("-- migrate:up").next().unwrap().to_owned();
    env.write(&path, &format!("{header}{broken}"));
    let above = new(&env, "eee");
    fill(&env, &above, "eee", "id");
    commit(&env);
    env.ok(&["accept"]);
    commit(&env);
    assert_eq!(env.run(&["upgrade"]).code, 1);
    env.write(&path, &format!("{header}{}", broken.replace("nowhere", "one")));
    let outcome = env.run(&["upgrade"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    let told = "migrate.lock: took up the edit of ddd; it stopped partway in this database";
    assert!(outcome.stderr.contains(told), "{outcome}");
    assert!(env.read("migrations/migrate.lock").contains("[accepted]\n\"ddd "));
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn accept_needs_a_reason_only_where_databases_may_have_run_the_text() {
    let env = committed();
    env.revision("aaa", "", "CREATE TABLE users (id BIGINT PRIMARY KEY);", "DROP TABLE users;");
    assert_snapshot!(env.run(&["accept", "aaa"]), @r#"
    exit code: 2
    ----- stderr
    error: accepting an edit of aaa needs a reason: databases may have run its earlier text
      help: `cargo migrate accept aaa --reason "only the spelling of a default changed"`
    "#);
    env.ok(&["accept", "aaa", "--reason", "the same in effect"]);
    // The flag had another name before.
    env.revision("aaa", "", "CREATE TABLE users (id INTEGER PRIMARY KEY);", "DROP TABLE users;");
    env.ok(&["accept", "aaa", "--because", "the same in effect"]);
    assert_eq!(env.run(&["check", "--database-url", "sqlite::memory:"]).code, 3);
}

#[test]
fn a_draft_is_a_line_and_stands_in_nobodys_way() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    new(&env, "ddd");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    ccc, Message of ccc
    ----- stderr
    warning: ddd is still empty: migrations/[STAMP]_ddd_ddd.sql
    1 revision pending
    ");
    assert_snapshot!(env.run(&["downgrade", "bbb"]), @"
    exit code: 0
    ----- stderr
    warning: ddd is still empty: migrations/[STAMP]_ddd_ddd.sql
    database: sqlite:app.db
    down ccc, Message of ccc ([TIME])
    1 step done; the database is at bbb
    ");
    env.ok(&["upgrade", "ccc"]);
    env.ok(&["stamp", "bbb"]);
    env.ok(&["stamp", "ccc"]);
    assert!(env.run(&["stamp", "ddd"]).stderr.contains("error[empty-down]"));
    let outcome = env.run(&["upgrade"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(outcome.stderr.contains("error[empty-down]"), "{outcome}");
}

/// A branch `feature` with `fff`, and `main` with `mmm`, both on `ccc`.
fn parted() -> TestEnvironment {
    let env = committed();
    git(&env, &["checkout", "-q", "-b", "feature"]);
    let path = new(&env, "fff");
    fill(&env, &path, "fff", "id");
    commit(&env);
    git(&env, &["checkout", "-q", "main"]);
    let path = new(&env, "mmm");
    fill(&env, &path, "mmm", "id");
    commit(&env);
    env
}

#[test]
fn rebase_never_moves_what_is_published() {
    for (here, other) in [("main", "feature"), ("feature", "main")] {
        let env = parted();
        git(&env, &["checkout", "-q", here]);
        git(&env, &["merge", "-q", other]);
        assert!(env.read("migrations/migrate.lock").contains("<<<<<<<"), "git sees no conflict");
        let outcome = env.ok(&["rebase"]);
        assert!(outcome.stderr.contains("moved fff on top of mmm"), "{outcome}");
        env.ok(&["upgrade"]);
    }
    // The merge may be committed already.
    let env = parted();
    git(&env, &["merge", "-q", "feature"]);
    commit(&env);
    let outcome = env.ok(&["rebase"]);
    assert!(outcome.stderr.contains("moved fff on top of mmm"), "{outcome}");
}

#[test]
fn rebase_warns_where_the_named_branch_is_published() {
    for (branch, warns) in [("mmm", true), ("fff", false)] {
        let env = parted();
        git(&env, &["merge", "-q", "feature"]);
        let outcome = env.ok(&["rebase", branch]);
        let warning =
            "warning: mmm: mmm is published on main: databases may have run it before fff";
        assert_eq!(outcome.stderr.contains(warning), warns, "{outcome}");
        assert!(outcome.stderr.contains(&format!("moved {branch} on top of")), "{outcome}");
    }
}

#[test]
fn rebase_prints_both_ways_where_git_cannot_tell() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "bbb", "CREATE TABLE tags (id INTEGER);", "DROP TABLE tags;");
    assert_snapshot!(env.run(&["rebase"]), @"
    exit code: 2
    ----- stderr
    error: it is not known which of the two branches is published and must stay as it is
      help: `cargo migrate rebase ccc --onto ddd` moves ccc: Message of ccc
      help: `cargo migrate rebase ddd --onto ccc` moves ddd: Message of ddd
    ");
}
