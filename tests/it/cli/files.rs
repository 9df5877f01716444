//! Files that are not what their names promise: devices, FIFOs, names and bytes that are no text.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::TestEnvironment;

fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn sqlite3(env: &TestEnvironment, sql: &str) -> String {
    let output = std::process::Command::new("sqlite3").arg(env.path("app.db")).arg(sql).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_fifo_a_device_and_a_name_that_is_no_text_are_reported_and_not_waited_for() {
    let env = TestEnvironment::with_history();
    fifo(&env.path("migrations/fifo.sql"));
    symlink("/dev/zero", env.path("migrations/zero.sql")).unwrap();
    symlink("nowhere", env.path("migrations/link.sql")).unwrap();
    std::fs::create_dir(env.path("migrations/folder.sql")).unwrap();
    let name = OsStr::from_bytes(b"migrations/latin\xe9.sql");
    std::fs::write(env.path("").join(name), "-- x").unwrap();
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 1
    ----- stderr
    error[unreadable-file]: migrations/fifo.sql cannot be read: it is a FIFO, and only regular files are read
     --> migrations/fifo.sql:1:1
      |
    1 |
      | ^
      |
      = help: move it out of the folder if it is no revision

    error[unreadable-file]: migrations/folder.sql cannot be read: it is a directory, and only regular files are read
     --> migrations/folder.sql:1:1
      |
    1 |
      | ^
      |
      = help: move it out of the folder if it is no revision

    error[unreadable-file]: migrations/latin�.sql cannot be read: its name is not UTF-8
     --> migrations/latin�.sql:1:1
      |
    1 |
      | ^
      |
      = help: rename it, or move it out of the folder if it is no revision

    error[unreadable-file]: migrations/link.sql cannot be read: No such file or directory (os error 2)
     --> migrations/link.sql:1:1
      |
    1 |
      | ^
      |
      = help: move it out of the folder if it is no revision

    error[unreadable-file]: migrations/zero.sql cannot be read: it is a device, and only regular files are read
     --> migrations/zero.sql:1:1
      |
    1 |
      | ^
      |
      = help: move it out of the folder if it is no revision

    error: nothing was done because of the 5 errors above
    ");
    for args in [&["upgrade"][..], &["check"], &["new", "-m", "x"], &["edit", "aaa"]] {
        assert_ne!(env.run(args).code, 0, "{args:?}");
    }
}

#[test]
fn a_link_to_a_regular_file_is_a_revision_like_any_other() {
    let env = TestEnvironment::with_history();
    let text = std::fs::read_to_string(env.path("migrations/ccc.sql")).unwrap();
    env.write("elsewhere.sql", &text);
    std::fs::remove_file(env.path("migrations/ccc.sql")).unwrap();
    symlink(env.path("elsewhere.sql"), env.path("migrations/ccc.sql")).unwrap();
    env.ok(&["upgrade"]);
    assert_eq!(env.tables("app.db"), ["posts", "users"]);
}

#[test]
fn a_file_has_a_size_limit_that_can_be_configured() {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", "max-file-size = \"1KiB\"\n");
    let up = format!("-- {}\nSELECT 1;", "x".repeat(1024));
    env.revision("ddd", "ccc", &up, "SELECT 1;");
    assert_snapshot!(env.run(&["check"]), @r#"
    exit code: 3
    ----- stdout
    files: 1 mistake
    database: not checked because of the errors in the files
    ----- stderr
    error[unreadable-file]: migrations/ddd.sql cannot be read: it is larger than 1 KiB
     --> migrations/ddd.sql:1:1
      |
    1 |
      | ^
      |
      = help: split it, or raise the limit in migrate.toml: `max-file-size = "256MiB"`
    "#);
    env.write("migrate.toml", "max-file-size = \"2KiB\"\n");
    env.ok(&["upgrade"]);
    env.write("migrate.toml", "max-file-size = \"lots\"\n");
    assert_snapshot!(env.run(&["check"]), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `max-file-size` cannot have this value
     --> migrate.toml:1:17
      |
    1 | max-file-size = "lots"
      |                 ^^^^^^
      |
      = help: write a number and KiB, MiB or GiB: `max-file-size = "64MiB"`

    error: nothing was done because of the error above
    "#);
}

#[test]
fn other_files_are_not_waited_for_either() {
    for name in ["migrations/migrate.lock", "migrate.toml", ".env"] {
        let env = TestEnvironment::new();
        env.revision("aaa", "", "SELECT 1;", "SELECT 1;");
        fifo(&env.path(name));
        let outcome = env.run(&["current"]);
        assert_ne!(outcome.code, 0, "{name}: {outcome}");
        let said = outcome.stderr.contains(name) && outcome.stderr.contains("it is a FIFO");
        assert!(said, "{name}: {outcome}");
    }
}

#[test]
fn a_nul_byte_is_refused_at_its_place_before_it_cuts_a_statement() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "ccc", "DELETE FROM users --\0\nWHERE id = 1;", "SELECT 1;");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 1 mistake
    database: not checked because of the errors in the files
    ----- stderr
    error[nul-byte]: the file contains a NUL byte, at which databases end the text
     --> migrations/ddd.sql:8:21
      |
    8 | DELETE FROM users --␀
      |                     ^
      |
      = help: remove the byte; a value that needs one is written by a function of the database, as `char(0)` or `X'00'`
    ");
    assert_eq!(env.run(&["upgrade"]).code, 1);
    assert!(!env.path("app.db").exists());
}

#[test]
fn a_nul_byte_in_a_stored_down_is_refused_before_it_cuts_a_statement() {
    let env = TestEnvironment::with_history();
    env.revision(
        "ddd",
        "ccc",
        "INSERT INTO users (id) VALUES (1), (2);",
        "DELETE FROM users --@\nWHERE id = 1;",
    );
    env.ok(&["upgrade"]);
    std::fs::remove_file(env.path("migrations/ddd.sql")).unwrap();
    sqlite3(&env, "UPDATE migrate_version SET down_file = replace(down_file, '@', char(0))");
    assert_snapshot!(env.run(&["downgrade", "ccc", "--yes"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db
    error: statement 1 of revision ddd (Message of ddd) contains a NUL byte, at which databases end the text (version table, row ddd:10)
      help: nothing was changed
    ");
    assert_eq!(sqlite3(&env, "SELECT count(*) FROM users").trim(), "2");
    assert_eq!(env.run(&["current"]).code, 0);
}
