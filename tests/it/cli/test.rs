//! test: round trips of a folder without any Rust in it.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn it_explains_itself() {
    assert_snapshot!(TestEnvironment::new().run(&["test", "-h"]), @"
    exit code: 0
    ----- stdout
    Test each revision up, down and up again on a real database with rows

    Usage: cargo migrate test [OPTIONS]

    Options:
          --only <REV>          Test only this revision: an id or its beginning, a label, heads; more
                                than once for several
          --since <REV>         Test only the revisions that this revision neither is nor builds on
          --dialect <DATABASE>  The database systems to test on [default: from migrate.toml, else all
                                that the revisions are written for]
          --image <IMAGE>       The container image of the server, with its tag [default: from
                                migrate.toml]
          --fresh               Run every test again and ignore cached results
      -j, --jobs <N>            Number of databases to use at once [default: one per processor]
          --junit <FILE>        Write a JUnit report for CI
      -h, --help                Print help

    Project:
          --dir <DIR>               Migrations directory [default: from migrate.toml, else migrations]
          --database-url <URL>      Database URL [default: DATABASE_URL, else .env, else migrate.toml]
          --connect-timeout <TIME>  Time to retry a server that does not answer; 0s tries once [default:
                                    10s]
          --name <DATABASE>         Database of migrate.toml to use
          --config <FILE>           Configuration file [default: migrate.toml in this directory or a
                                    parent]
      -p, --package <PACKAGE>       Package whose migrations are used
          --manifest-path <FILE>    Path of the package's Cargo.toml
      -x <NAME=VALUE>               Value of a variable that migrate.toml declares, such as tenant=acme;
                                    can be repeated

    Output:
          --format <FORMAT>  Output format of data: text or json [default: text]
          --color <WHEN>     Use colours: auto, always or never [default: auto]
      -q, --quiet            Print only data and errors
      -v, --verbose          Print more detail
          --no-pager         Print long output on a terminal without a pager [default: $PAGER, else
                             less]

    The tests create their own databases and do not use that of DATABASE_URL. SQLite needs nothing
    else. A server is taken from MIGRATE_TEST_POSTGRES_URL or MIGRATE_TEST_MYSQL_URL, else started in
    a container, else from the server programs installed here. MIGRATE_TEST_SKIP=postgres skips one.

    The exit code is 1 if a test failed.

    Examples:
      cargo migrate test
      cargo migrate test --only 615021 --only head   # two revisions
      cargo migrate test --since 3f2a                # revisions added since
      cargo migrate test --dialect sqlite,postgres -j 4
      cargo migrate test --dialect postgres --image postgres:18
      cargo migrate test --fresh                     # ignore cached results
      cargo migrate test --junit target/migrations.xml --format json
    ");
}

#[test]
fn revisions_are_named_as_elsewhere() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["test", "--only", "aab"]), @"
    exit code: 2
    ----- stderr
    error: no revision or branch is `aab`
      help: did you mean aaa: Message of aaa?
    ");
    assert_snapshot!(env.run(&["test", "--since", "aab"]), @"
    exit code: 2
    ----- stderr
    error: no revision or branch is `aab`
      help: did you mean aaa: Message of aaa?
    ");
    assert_snapshot!(env.run(&["test", "--only", "base"]), @"
    exit code: 2
    ----- stderr
    error: `base` is not a revision
      help: use an id, a label or `head`
    ");
    assert_snapshot!(env.run(&["test", "--only", "aaa", "--since", "bbb"]), @"
    exit code: 2
    ----- stderr
    error: the argument '--only <REV>' cannot be used with '--since <REV>'

    Usage: cargo migrate test --only <REV>

    For more information, try '--help'.
    ");
}

#[test]
fn the_database_must_be_one_that_the_revisions_are_written_for() {
    let mut env = TestEnvironment::with_history();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    assert_snapshot!(env.run(&["test", "--dialect", "sqlite,postgres"]), @"
    exit code: 2
    ----- stderr
    error: the revisions are not written for postgres, only for sqlite
      help: add it to `dialects` in migrate.toml, then `cargo migrate accept`
    ");
    assert_snapshot!(env.run(&["test", "--dialect", "oracle"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'oracle' for '--dialect <DATABASE>': expected one of sqlite, postgres, mysql

    For more information, try '--help'.
    ");
    env.write("migrate.toml", "");
    env.set("DATABASE_URL", "");
    assert_snapshot!(env.run(&["test"]), @r#"
    exit code: 2
    ----- stderr
    error: the database system to test on is not known
      help: pass `--dialect sqlite`, or set `dialects = ["sqlite"]` in migrate.toml
    "#);
}

#[test]
fn an_image_is_that_of_one_server() {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", "dialects = [\"sqlite\", \"postgres\", \"mysql\"]\n");
    for databases in ["sqlite", "postgres,mysql"] {
        let outcome = env.run(&["test", "--dialect", databases, "--image", "postgres:18"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        assert_eq!(
            outcome.stderr,
            "error: `--image` needs exactly one server\n  help: select it, for example with `--dialect postgres`\n"
        );
    }
    env.write(
        "migrate.toml",
        "dialects = [\"sqlite\", \"postgres\"]\n[test]\ndialects = [\"postgres\"]\n",
    );
    let nothing = &["test", "--image", "postgres:18", "--since", "head"];
    env.ok(nothing);
}

#[test]
fn a_typed_image_goes_before_that_of_the_environment() {
    let mut env = TestEnvironment::with_history();
    env.write("migrate.toml", "dialects = [\"postgres\"]\n");
    // Nowhere is a server to be had: what is tried is told.
    for (name, value) in [
        ("DOCKER_HOST", "tcp://127.0.0.1:1"),
        ("TMPDIR", "/dev/null/nowhere"),
        ("MIGRATE_TEST_POSTGRES_URL", ""),
        ("MIGRATE_TEST_SKIP", ""),
        ("MIGRATE_TEST_POSTGRES_IMAGE", "postgres:named"),
    ] {
        env.set(name, value);
    }
    let named = env.run(&["test", "--dialect", "postgres"]);
    assert!(named.stderr.contains("with the image postgres:named"), "{named}");
    let typed = env.run(&["test", "--dialect", "postgres", "--image", "postgres:typed"]);
    assert!(typed.stderr.contains("with the image postgres:typed"), "{typed}");
}

#[test]
fn a_test_that_takes_long_is_named_while_it_runs() {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n[test]\ntime-limit = \"6s\"\n");
    let endless =
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c";
    env.revision("ddd", "ccc", &format!("CREATE TABLE d AS {endless};"), "DROP TABLE d;");
    let outcome = env.run(&["test", "--only", "ddd"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(outcome.stderr.contains("still testing ddd"), "{outcome}");
    assert!(outcome.stdout.contains("`time-limit` under `[test]`"), "{outcome}");
    // With rows and on empty tables, and nowhere else: it would take as long there.
    let times = [12, 13, 14].map(|seconds| format!("in {seconds}."));
    assert!(times.iter().any(|took| outcome.stdout.contains(took)), "{outcome}");
}

#[test]
fn a_broken_history_is_not_tested() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "bbb", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    assert_snapshot!(env.run(&["test"]), @r#"
    exit code: 1
    ----- stderr
    error[several-heads]: the history has 2 heads: ccc, ddd
     --> migrations/ccc.sql:3:14
      |
    3 | -- revision: ccc
      |              ^^^ Message of ccc
      |
     ::: migrations/ddd.sql:3:14
      |
    3 | -- revision: ddd
      |              --- Message of ddd
      |
      = help: `cargo migrate merge -m "merge"` joins them with a merge revision
      = help: `cargo migrate rebase` puts the newer branch on top of the other
      = help: `heads = "many"` in migrate.toml allows several, if the project wants branches

    error: nothing was done because of the error above
    "#);
}

#[test]
fn nothing_added_is_nothing_to_test() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(
        env.run(&["test", "--since", "head", "--format", "json", "--junit", "report.xml"]),
        @r#"
    exit code: 0
    ----- stdout
    {"databases":[],"passed":0,"failed":0,"skipped":0}
    ----- stderr
    no revision was added, so nothing was tested
    "#
    );
    let report = std::fs::read_to_string(env.path("report.xml")).unwrap();
    assert!(report.contains("<testsuites name=\"cargo migrate test\" tests=\"0\""), "{report}");
    assert_snapshot!(env.run(&["test", "--since", "head", "--junit", "no/where.xml"]), @"
    exit code: 1
    ----- stderr
    no revision was added, so nothing was tested
    error: no/where.xml cannot be written
      caused by: No such file or directory (os error 2)
    ");
}

/// A history whose second revision leaves an index behind.
fn with_a_defect() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set("MIGRATE_TEST_DIR", &env.path("known").to_string_lossy());
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision("aaa", "", "CREATE TABLE users (email TEXT);", "DROP TABLE users;");
    env.revision("bbb", "aaa", "CREATE INDEX users_email ON users (email);", "SELECT 1;");
    env
}

#[test]
fn a_defect_is_reported_and_cached() {
    let env = with_a_defect();
    let first = env.run(&["test"]);
    assert_eq!(first.code, 1, "{first}");
    assert!(first.stderr.contains("ok   aaa Message of aaa ("), "{first}");
    assert!(first.stderr.contains("FAIL bbb Message of bbb ("), "{first}");
    assert!(
        first.stdout.contains(
            "error[left-behind]: after the down index users_email of table users is left behind\n \
             --> migrations/bbb.sql\n"
        ),
        "{first}"
    );
    assert!(first.stdout.contains("| + CREATE INDEX users_email ON users (email);"), "{first}");
    assert!(first.stdout.contains("4 passed, 1 failed, 0 skipped on sqlite"), "{first}");

    let second = env.run(&["test"]);
    assert_eq!(second.code, 1, "{second}");
    assert!(second.stdout.contains("FAIL bbb Message of bbb (cached)"), "{second}");
    assert!(second.stdout.contains("(of which 5 cached)"), "{second}");

    let anew = env.run(&["test", "--fresh"]);
    assert_eq!(anew.code, 1, "{anew}");
    assert!(!format!("{anew}").contains("cached"), "{anew}");

    // Mended: the one below is known still.
    env.revision(
        "bbb",
        "aaa",
        "CREATE INDEX users_email ON users (email);",
        "DROP INDEX users_email;",
    );
    let third = env.ok(&["test"]);
    assert!(third.stderr.contains("ok   aaa Message of aaa (cached)"), "{third}");
    assert!(third.stdout.contains("5 passed, 0 failed, 0 skipped"), "{third}");
}

#[test]
fn reports_say_what_the_text_says() {
    let env = with_a_defect();
    let outcome = env.run(&["test", "--format", "json", "--junit", "report.xml"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    // The time that it took is not shown.
    let json = outcome.stdout.replace("[MS]", "0");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["passed"], &json["failed"]), (&4.into(), &1.into()), "{outcome}");
    let tests = json["databases"][0]["tests"].as_array().unwrap();
    assert_eq!(tests.len(), 5);
    assert_eq!(tests[1]["revision"], "bbb");
    assert_eq!(tests[1]["outcome"], "failed");
    assert_eq!(tests[1]["path"], "migrations/bbb.sql");
    assert_eq!(tests[1]["findings"][0]["code"], "left-behind");

    let text = std::fs::read_to_string(env.path("report.xml")).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (5, 1, 0));
    let case = report.test_suites[0].test_cases.iter().find(|case| case.name.contains("bbb"));
    let status = &case.unwrap().status;
    let quick_junit::TestCaseStatus::NonSuccess { description, .. } = status else {
        panic!("{status:?}");
    };
    assert!(description.as_ref().unwrap().contains("CREATE INDEX users_email"), "{text}");
}

#[test]
fn a_reason_to_skip_is_shown_once() {
    let mut env = TestEnvironment::new();
    env.set("MIGRATE_TEST_DIR", &env.path("known").to_string_lossy());
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision("aaa", "", "CREATE TABLE users (email TEXT);", "DROP TABLE users;");
    env.revision("bbb", "aaa", "CREATE INDEX i ON nowhere (email);", "DROP INDEX i;");
    for (id, below) in [("ccc", "bbb"), ("ddd", "ccc"), ("eee", "ddd")] {
        env.revision(id, below, "SELECT 1;", "SELECT 1;");
    }
    let outcome = env.run(&["test"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    let reason = "revision bbb, below it, cannot be applied";
    let lines: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains(reason)).collect();
    // The first skipped test with the reason, and one line for all others: two revisions and the
    // downs of the whole history.
    let [first, rest] = lines.as_slice() else { panic!("{outcome}") };
    assert!(first.trim_start().starts_with("= note: "), "{outcome}");
    assert!(outcome.stderr.contains("skip ccc "), "{outcome}");
    assert!(rest.starts_with("skip 3 more: "), "{outcome}");
    for other in ["skip ddd", "skip eee", "skip head to base"] {
        assert!(!outcome.stderr.contains(other), "{outcome}");
    }
}
