//! db create, drop, reset, backup.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn a_database_is_created_once() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["db", "create"]), @"
    exit code: 0
    ----- stderr
    created sqlite:app.db
    ");
    assert_snapshot!(env.run(&["db", "create"]), @"
    exit code: 0
    ----- stderr
    exists already: sqlite:app.db
    ");
}

#[test]
fn without_a_terminal_a_drop_wants_to_hear_yes() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "drop"]), @"
    exit code: 2
    ----- stderr
    error: this would remove sqlite:app.db and everything in it
      help: say `--yes`: there is no terminal to ask on
    ");
    assert!(env.path("app.db").exists());
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:app.db
    ");
    assert!(!env.path("app.db").exists());
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 0
    ----- stderr
    there is no sqlite:app.db
    ");
}

#[test]
fn a_reset_ends_at_the_heads() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    assert_snapshot!(env.run(&["db", "reset"]), @"
    exit code: 2
    ----- stderr
    error: this would remove sqlite:app.db and everything in it
      help: say `--yes`: there is no terminal to ask on
    ");
    assert_snapshot!(env.run(&["db", "reset", "--yes"]), @"
    exit code: 0
    ----- stderr
    dropped sqlite:app.db
    created sqlite:app.db
    3 revisions applied
    ");
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn a_reset_removes_nothing_when_the_history_is_broken() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    env.revision("ddd", "nope", "SELECT 1;", "SELECT 1;");
    assert_eq!(env.run(&["db", "reset", "--yes"]).code, 1);
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn a_backup_is_a_database_of_its_own() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 1
    ----- stderr
    error: there is no database sqlite:app.db
    ");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 0
    ----- stderr
    copied sqlite:app.db to copy.db
    ");
    assert_eq!(env.tables("copy.db"), ["posts", "users"]);
    assert_snapshot!(env.run(&["db", "backup", "copy.db"]), @"
    exit code: 2
    ----- stderr
    error: copy.db exists already
      help: name a file that does not
    ");
}

#[test]
fn a_file_that_is_no_database_is_not_removed() {
    let mut env = TestEnvironment::with_history();
    env.write("letter.txt", "Dear reader, this is a letter.");
    env.set("DATABASE_URL", "sqlite:letter.txt");
    assert_snapshot!(env.run(&["db", "drop", "--yes"]), @"
    exit code: 1
    ----- stderr
    error: letter.txt is no SQLite database
      help: only a file that is one, or is empty, is removed
    ");
    assert!(env.path("letter.txt").exists());
}
