//! What is said when something is wrong.

use insta::assert_snapshot;

use crate::support::{RevisionFile, TestEnvironment};

#[test]
fn no_database_is_named() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "SELECT 1;", "SELECT 1;");
    for args in [&["upgrade"][..], &["current"], &["pending"], &["log"], &["db", "create"]] {
        assert_eq!(env.run(args).code, 2, "{args:?}");
    }
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 2
    ----- stderr
    error: no database is configured
      help: pass `--database-url sqlite:app.db`, or set DATABASE_URL
    ");
}

#[test]
fn a_target_that_names_nothing() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade", "aab"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db (a new file)
    error: no revision or branch is `aab`
      help: did you mean aaa: Message of aaa?
    ");
    assert_snapshot!(env.run(&["upgrade", "a+1x"]), @"
    exit code: 2
    ----- stderr
    error: `a+1x` is not a target: a number must follow the `+`, and nothing more
      help: targets are an id or its beginning, a branch label, `head`, `heads`, `base`, `+N`, `-N`, `REV+N`, `REV-N`, and any of these on a branch: `BRANCH@TARGET`
    ");
    assert_snapshot!(env.run(&["downgrade", "-1"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db
    error: `-1` goes too far: nothing is applied
      help: `cargo migrate history` lists the revisions
    ");
    assert_snapshot!(env.run(&["history", "-r", "ccc:aaa"]), @"
    exit code: 2
    ----- stderr
    error: ccc does not lie below `aaa`
      help: the lower end of a range comes first, and the upper one needs it
    ");
}

#[test]
fn a_head_where_there_are_several() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "bbb", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db (a new file)
    error: `head` is ambiguous: there are 2 heads
      help: ccc: Message of ccc
      help: ddd: Message of ddd
      help: name one of them, or its branch as in `BRANCH@head`; `heads` means all of them
      help: `cargo migrate merge` joins them
    ");
    assert_eq!(env.run(&["upgrade", "heads"]).code, 0);
}

#[test]
fn a_statement_that_the_database_refuses() {
    let env = TestEnvironment::with_history();
    env.revision(
        "ddd",
        "ccc",
        "CREATE TABLE d (x INTEGER);\nCREATE TABEL e (\n  x INTEGER\n);",
        "DROP TABLE d;",
    );
    assert_snapshot!(env.run(&["upgrade"]), @r#"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    error: statement 2 of revision ddd (up) failed
      --> migrations/ddd.sql:9:1
       |
     9 | CREATE TABEL e (
       | ^^^^^^^^^^^^^^^^ near "TABEL": syntax error
    10 |   x INTEGER
    11 | )
       |
       = help: the step and the 3 before it were rolled back whole: aaa, bbb, ccc
    "#);
    assert!(env.tables("app.db").is_empty(), "an upgrade happens whole or not at all");
}

#[test]
fn a_revision_that_cannot_be_undone() {
    let env = TestEnvironment::with_history();
    let file = RevisionFile::new("ddd", "ccc").up("DELETE FROM users;");
    env.write_revision(&file.irreversible("the rows are gone"));
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["downgrade", "base"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db
    error: revision ddd (Message of ddd) cannot be undone: the rows are gone
      help: `cargo migrate downgrade ddd` goes as far down as the files allow
      help: nothing was changed
    ");
}

#[test]
fn a_history_with_mistakes_is_not_run_but_may_be_looked_at() {
    let env = TestEnvironment::with_history();
    env.write_revision(&RevisionFile::new("ddd", "ccc").up("SELECT 1;"));
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 1
    ----- stderr
    error[missing-down]: there is no down section
     --> migrations/ddd.sql:8:1
      |
    8 |
      | ^
      |
      = help: add `-- migrate:down` and the statements that undo the up: `cargo migrate derive` writes them
      = help: or `-- migrate:irreversible <reason>` or `-- migrate:noop <reason>`

    error: nothing was done because of the error above
    ");
    let asked = env.run(&["heads"]);
    assert_eq!((asked.code, asked.stdout.as_str()), (0, "ddd (head), Message of ddd\n"));
    assert_snapshot!(asked.stderr, @"warning: an error in migrations/ddd.sql:8: there is no down section (see `cargo migrate check`)");
}

#[test]
fn a_graph_that_is_in_doubt_is_not_even_looked_at() {
    let env = TestEnvironment::with_history();
    env.revision("aaa", "ccc", "SELECT 1;", "SELECT 1;");
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 1
    ----- stderr
    error[cycle]: revisions depend on each other: aaa -> ccc -> bbb -> aaa
     --> migrations/aaa.sql:4:13
      |
    4 | -- revises: ccc
      |             ^^^ needs ccc
      |
     ::: migrations/ccc.sql:4:13
      |
    4 | -- revises: bbb
      |             --- needs bbb
      |
     ::: migrations/bbb.sql:4:13
      |
    4 | -- revises: aaa
      |             --- needs aaa
      |
      = help: one of these lines names the wrong revision; git log of the files tells which came first

    error: nothing was done because of the error above
    ");
}

#[test]
fn a_revision_that_was_edited_after_it_ran() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    env.revision("aaa", "", "CREATE TABLE people (id INTEGER PRIMARY KEY);", "DROP TABLE people;");
    assert_snapshot!(env.run(&["upgrade"]), @r#"
    exit code: 1
    ----- stderr
    database: sqlite:app.db
    error: revisions were edited after this database ran them: aaa (migrations/aaa.sql)
      help: put the change into a new revision (`cargo migrate new`) and restore the file
      help: for the newest revision in development: `cargo migrate redo`
      help: if the change makes no difference to databases: `cargo migrate accept <revision> --reason ".."`
    "#);
    assert_eq!(env.run(&["upgrade", "--dry-run"]).stderr, env.run(&["upgrade"]).stderr);
}

#[test]
fn a_url_that_is_not_understood_is_not_shown() {
    let env = TestEnvironment::with_history();
    let outcome = env.run(&["current", "--database-url", "postgre://ada:s3cret@db/app"]);
    assert_snapshot!(outcome, @"
    exit code: 2
    ----- stderr
    error: the database URL is not understood: it does not begin with the name of a database
      help: did you mean `postgres:`?
      help: the URL comes from `--database-url`
    ");
}

#[test]
fn no_password_is_ever_shown() {
    let env = TestEnvironment::with_history();
    for url in [
        "postgres://ada:s3cret@127.0.0.1:1/app",
        "mysql://ada:s3cret@127.0.0.1:1/app",
        "postgresql+asyncpg://ada:s3cret@127.0.0.1:1/app?password=s3cret",
        "oracle://ada:s3cret@db/app",
        "postgres://ada:s3cret@no such host/app",
        "postgres://ada:s3cret@db:port/app",
        "postgres:ada:s3cret@db/app",
        "postgres:/ada:s3cret@db/app",
        "ada:s3cret@db/app",
        "postgres://ada:s3cret?x@db/app",
        "postgres://ada:x@s3cret@127.0.0.1:1/app",
        "postgres://ada:1/s3cret@db/app",
        "postgres://ada:1?s3cret=x@db/app",
        "host=db user=ada password=s3cret",
        "sqlite://ada:s3cret@db/app",
        "mysql://ada:s3cret@127.0.0.1:1/app?s3cret=s3cret",
    ] {
        for args in [
            &["upgrade"][..],
            &["current", "-v"],
            &["heads", "--format", "json"],
            &["check"],
            &["db", "drop"],
            &["db", "create"],
            &["db", "backup", "x.db"],
            &["log"],
        ] {
            let url = ["--connect-timeout", "0s", "--database-url", url];
            let outcome = env.run(&[args, &url].concat());
            assert!(!outcome.to_string().contains("s3cret"), "{args:?} {url:?}\n{outcome}");
        }
    }
}

#[test]
fn a_line_of_the_configuration_that_may_hold_a_password_is_not_shown() {
    let env = TestEnvironment::with_history();
    for line in [
        "databse-url = \"postgres://ada:s3cret@db/app\"",
        "database-url = \"postgres://ada:s3cret@db/app",
        "database-url = postgres://ada:s3cret@db/app",
        "database-url = [\"postgres://ada:s3cret@db/app\"]",
    ] {
        env.write("migrate.toml", line);
        for args in [&["check"][..], &["check", "--format", "json"], &["current"]] {
            let outcome = env.run(args);
            assert_eq!(outcome.code, 2, "{outcome}");
            assert!(!outcome.to_string().contains("s3cret"), "{outcome}");
        }
    }
    env.write("migrate.toml", "databse-url = \"postgres://ada:s3cret@db/app\"");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 2
    ----- stderr
    error[unknown-setting]: `databse-url` is not a setting
     --> migrate.toml:1:1
      |
    1 | databse-url = ***
      | ^^^^^^^^^^^
      |
      = help: did you mean `database-url`?

    error: nothing was done because of the error above
    ");
}

#[test]
fn an_unknown_parameter_of_a_url_is_answered_with_the_nearest_known() {
    let env = TestEnvironment::with_history();
    let url = "postgres://ada:s3cret@127.0.0.1:1/app?SSLMODE=verify-full";
    assert_snapshot!(env.run(&["current", "--database-url", url]), @"
    exit code: 2
    ----- stderr
    error: the database URL is not understood: its parameter number 1 is not known
      help: did you mean `sslmode`?
      help: the URL comes from `--database-url`
    ");
}

#[test]
fn an_error_about_the_url_says_where_the_url_is_written() {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "");
    for (file, text, origin) in [
        (
            "migrate.toml",
            "database-url = \"postgres://h/d?x=1\"\n",
            "`database-url` in migrate.toml",
        ),
        (".env", "DATABASE_URL=postgres://h/d?x=1\n", "DATABASE_URL in .env"),
    ] {
        env.write(file, text);
        let outcome = env.run(&["current"]);
        assert!(outcome.stderr.contains(&format!("the URL comes from {origin}\n")), "{outcome}");
    }
    let outcome = env.run(&["current", "--database-url", "postgres://h/d?x=1"]);
    assert!(outcome.stderr.contains("the URL comes from `--database-url`"), "{outcome}");
    env.set("DATABASE_URL", "postgres://127.0.0.1:1/d");
    let outcome = env.run(&["upgrade", "--sql", "--connect-timeout", "0s"]);
    assert!(outcome.stderr.contains("`cargo migrate upgrade base:head --sql`"), "{outcome}");
}

#[test]
fn a_wrong_call_is_answered_with_the_nearest_right_one() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["upgrade", "--dryrun"]), @"
    exit code: 2
    ----- stderr
    error: unexpected argument '--dryrun' found

      tip: a similar argument exists: '--dry-run'

    Usage: cargo migrate upgrade --dry-run [TARGET]

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["upgrad"]), @"
    exit code: 2
    ----- stderr
    error: unrecognized subcommand 'upgrad'

      tip: a similar subcommand exists: 'upgrade'

    Usage: cargo migrate [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["downgrade"]), @"
    exit code: 2
    ----- stderr
    error: no target is named
      help: `cargo migrate downgrade -1` reverts the newest revision, `cargo migrate downgrade REV` everything above a revision
    ");
    assert_snapshot!(env.run(&["upgrade", "--lock", "file"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'file' for '--lock <HOW>': write one of auto, session, table, none

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["downgrade", "base", "--transaction", "some"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'some' for '--transaction <WHAT>': write all or each

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["upgrade", "--lock-wait", "soon"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'soon' for '--lock-wait <TIME>': write a time such as 30s or 5m

    For more information, try '--help'.
    ");
}

#[test]
fn quiet_leaves_data_and_errors() {
    let env = TestEnvironment::with_history();
    let upgrade = env.run(&["upgrade", "-q"]);
    assert_eq!((upgrade.stdout.as_str(), upgrade.stderr.as_str()), ("", ""));
    assert_eq!(env.run(&["current", "-q"]).stdout, "ccc (head), Message of ccc\n");
    assert!(!env.run(&["upgrade", "nope", "-q"]).stderr.is_empty());
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let mut env = TestEnvironment::with_history();
    assert!(!env.ok(&["heads"]).stdout.contains('\u{1b}'));
    assert!(env.ok(&["heads", "--color", "always"]).stdout.contains('\u{1b}'));
    env.set("CLICOLOR_FORCE", "1");
    assert!(env.ok(&["heads"]).stdout.contains('\u{1b}'));
    env.set("NO_COLOR", "1");
    assert!(!env.ok(&["heads"]).stdout.contains('\u{1b}'));
    assert!(!env.ok(&["heads", "--color", "never"]).stdout.contains('\u{1b}'));
}
