//! Words and flags of other migration tools, and flags after a list of revisions.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// The commands that a refusal suggests.
fn suggested(env: &TestEnvironment, args: &[&str]) -> String {
    let outcome = env.run(args);
    assert_eq!(outcome.code, 2, "{args:?}\n{outcome}");
    assert!(!env.path("app.db").exists(), "{args:?}");
    let tips = outcome.stderr.lines().filter(|line| line.contains("tip:"));
    tips.map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn words_of_other_tools_lead_to_the_command_that_is_meant() {
    let env = TestEnvironment::with_history();
    for (words, command) in [
        (&["up", "apply", "migrate", "run"][..], "cargo migrate upgrade"),
        (&["down", "revert", "rollback"], "cargo migrate downgrade -1"),
        (&["create"], "cargo migrate new"),
        (&["version", "stats"], "cargo migrate current"),
        (&["list"], "cargo migrate history"),
    ] {
        for word in words {
            // cargo's own word is taken off once.
            let tips = suggested(&env, &["migrate", word]);
            assert!(tips.contains(command), "{word}: {tips}");
        }
    }
    assert_snapshot!(env.run(&["rollback"]), @"
    exit code: 2
    ----- stderr
    error: unrecognized subcommand 'rollback'

      tip: `cargo migrate downgrade -1` reverts the newest revision, `cargo migrate downgrade REV` everything above a revision

    Usage: cargo migrate [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["up", "1"]), @"
    exit code: 2
    ----- stderr
    error: unrecognized subcommand 'up'

      tip: `cargo migrate upgrade` applies all pending revisions, `cargo migrate upgrade +1` one
      tip: `cargo migrate pending` lists them

    Usage: cargo migrate [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn words_that_only_ask_or_write_the_same_are_the_command() {
    let env = TestEnvironment::with_history();
    let current = env.ok(&["current"]);
    for word in ["status", "info"] {
        assert_eq!(env.ok(&[word]).to_string(), current.to_string(), "{word}");
    }
    assert_eq!(env.run(&["validate"]).to_string(), env.run(&["check"]).to_string());
    for (n, word) in ["new", "add", "generate"].into_iter().enumerate() {
        let path = env.ok(&[word, &format!("add table {n}"), "--rev-id", &format!("x{n}"), "-q"]);
        assert!(path.stdout.contains(&format!("add_table_{n}")), "{path}");
    }
}

#[test]
fn an_unknown_word_never_suggests_a_command_that_writes_unless_misspelled() {
    let env = TestEnvironment::with_history();
    for word in ["stat", "state", "stages", "news", "upload", "reads", "redone", "start"] {
        let tips = suggested(&env, &[word]);
        for command in ["'stamp'", "'redo'", "'upgrade'", "'repair'", "'rebase'"] {
            assert!(!tips.contains(command), "{word}: {tips}");
        }
    }
    assert!(suggested(&env, &["upgarde"]).contains("'upgrade'"));
    assert!(suggested(&env, &["dwngrade"]).contains("'downgrade'"));
}

#[test]
fn flags_of_other_tools_get_a_sentence() {
    let env = TestEnvironment::with_history();
    for (args, says) in [
        (&["-n", "billing", "upgrade"][..], "--name DATABASE"),
        (&["upgrade", "-n", "billing"], "--name DATABASE"),
        (&["-c", "alembic.ini", "upgrade"], "--config FILE"),
        (&["upgrade", "head", "--tag", "v1"], "no script reads a tag"),
        (&["init", "alembic"], "--dir alembic"),
        (&["new", "add", "users"], "put quotes"),
        (&["upgrade", "--url", "sqlite:x.db"], "--database-url URL"),
    ] {
        let tips = suggested(&env, args);
        assert!(tips.contains(says), "{args:?}: {tips}");
    }
    assert_snapshot!(env.run(&["init", "alembic"]), @"
    exit code: 2
    ----- stderr
    error: unexpected argument 'alembic' found

      tip: `--dir alembic` names the folder of the revisions

    Usage: cargo migrate init [OPTIONS]

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["upgrade", "HEAD"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db (a new file)
    error: no revision or branch is `HEAD`
      help: write `head` in lower case
    ");
    assert_snapshot!(env.run(&["downgrade", "1"]), @"
    exit code: 2
    ----- stderr
    database: sqlite:app.db
    error: no revision or branch is `1`
      help: a count of revisions has a sign: `+1` or `-1`
    ");
}

#[test]
fn a_count_is_not_the_beginning_of_an_id() {
    let env = TestEnvironment::with_history();
    env.revision("1b2c3d", "ccc", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    env.revision("2b2c3d", "1b2c3d", "CREATE TABLE e (x INTEGER);", "DROP TABLE e;");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["downgrade", "1"]), @"
    exit code: 2
    ----- stderr
    error: `1` may be a count or the beginning of an id
      help: a count has a sign: `+1` or `-1`
      help: for 1b2c3d: Message of 1b2c3d, write more of its id
    ");
    assert_eq!(env.tables("app.db"), ["d", "e", "posts", "users"]);
    env.ok(&["downgrade", "1b2c"]);
    assert_eq!(env.tables("app.db"), ["d", "posts", "users"]);
}

#[test]
fn the_message_of_new_needs_no_flag() {
    let env = TestEnvironment::with_history();
    let written = env.ok(&["new", "add users", "--rev-id", "ddd", "-q"]);
    assert!(written.stdout.contains("ddd_add_users.sql"), "{written}");
    assert!(env.ok(&["show", "ddd"]).stdout.contains("add users"));
    assert_eq!(env.run(&["new"]).code, 2);
    assert_eq!(env.run(&["new", "a", "-m", "b"]).code, 2);
}

#[test]
fn flags_after_a_list_of_revisions_are_flags() {
    let mut env = TestEnvironment::with_history();
    env.set("EDITOR", "true");
    env.revision("ddd", "bbb", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    env.ok(&["merge", "heads", "-m", "join them", "--rev-id", "eee"]);
    assert!(env.ok(&["show", "eee"]).stdout.contains("join them"));
    env.revision("fff", "bbb", "CREATE TABLE f (x INTEGER);", "DROP TABLE f;");
    env.ok(&["merge", "eee", "fff", "-m", "and again", "--rev-id", "ggg"]);
    assert!(env.ok(&["show", "ggg"]).stdout.contains("and again"));
    for args in [
        &["edit", "head", "--foo"][..],
        &["merge", "heads", "--foo"],
        &["stamp", "head", "--foo"],
        &["rebase", "head", "--foo"],
    ] {
        let refused = env.run(args);
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.starts_with("error: "), "{refused}");
    }
    env.ok(&["upgrade"]);
    env.ok(&["edit", "head", "-q"]);
    env.ok(&["edit", "aaa+1", "current"]);
}

#[test]
fn a_url_where_something_else_belongs_is_not_repeated() {
    for url in ["postgres://ada:s3cret@db/app", "ada:s3cret@db/app", "host=db password=s3cret"] {
        let env = TestEnvironment::with_history();
        for args in [
            &["upgrade", url][..],
            &["downgrade", url],
            &["stamp", url],
            &["show", url],
            &["history", "-r", url],
            &["merge", url, "b"],
            &["rebase", url],
            &["edit", url],
            &["accept", url, "--because", "x"],
            &["test", "--only", url],
            &["new", "--head", url, "-m", "x"],
            &["new", "--rev-id", url, "-m", "x"],
            &["current", url],
            &["upgrade", "--dialect", url],
            &["upgrade", "--lock-wait", url],
            &["log", "-n", url],
            &["completions", url],
            &["import", url],
            &["import", "--from", url, "."],
            &["db", "backup", url],
            &["db", "drop", "--confirm", url],
            &["downgrade", "base", "--confirm", url],
            &["current", "--config", url],
            &["current", "--name", url],
            &["current", "--dir", url],
            &["current", "-p", url],
            &["current", "--manifest-path", url],
            &["upgrade", "--backup", url],
            &[url],
            // It writes there.
            &["man", url],
        ] {
            let outcome = env.run(args);
            assert!(outcome.code != 0 || args[0] == "man", "{args:?}\n{outcome}");
            assert!(!outcome.to_string().contains("s3cret"), "{args:?}\n{outcome}");
            let outcome = env.run(&[args, &["--format", "json"]].concat());
            assert!(!outcome.to_string().contains("s3cret"), "{args:?}\n{outcome}");
        }
    }
}

#[test]
fn messages_and_paths_hide_passwords_and_sql_is_exact() {
    let env = TestEnvironment::new();
    let text = "-- Move from postgres://ada:s3cret@db/app\n--\n-- revision: aaa\n-- revises:\n\n\
        -- migrate:up\nCREATE TABLE t AS SELECT 'postgres://ada:s3cret@db/app' AS x;\n\n\
        -- migrate:down\nDROP TABLE t;\n";
    env.write("migrations/aaa.sql", text);
    for args in [&["history"][..], &["show", "aaa"], &["show", "aaa", "--format", "json"]] {
        let outcome = env.ok(args);
        assert!(outcome.stdout.contains("postgres://ada:***@db/app"), "{outcome}");
        assert!(!outcome.to_string().contains("s3cret"), "{args:?}\n{outcome}");
    }
    for format in ["text", "json"] {
        let sql = ["show", "aaa", "--sql", "--dialect", "sqlite", "--format", format];
        let outcome = env.ok(&sql);
        assert!(outcome.stdout.contains("'postgres://ada:s3cret@db/app'"), "{outcome}");
    }
}
