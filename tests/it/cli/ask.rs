//! current, history, heads, branches, show, pending, log: with and without a database.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// Two branches with a label and a dependency, merged; `zzz` stands alone.
fn branched() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    let table = |id: &str| (format!("CREATE TABLE {id} (x INTEGER);"), format!("DROP TABLE {id};"));
    for (id, revises, header) in [
        ("aaa", "", ""),
        ("b1", "aaa", "-- branch-labels: billing\n"),
        ("c1", "aaa", ""),
        ("mmm", "b1, c1", ""),
        ("zzz", "", "-- depends-on: billing\n"),
    ] {
        let (up, down) = table(id);
        env.revision_with(id, revises, header, &up, &down);
    }
    env.set("NO_COLOR", "1");
    env
}

#[test]
fn heads_lists_what_nothing_revises() {
    let env = branched();
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 0
    ----- stdout
    mmm (head) (mergepoint), Message of mmm
    zzz (head), Message of zzz
    ");
    assert_snapshot!(env.run(&["heads", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    [{"revision":"mmm","revises":["b1","c1"],"depends_on":[],"branch_labels":[],"message":"Message of mmm","created":"2026-01-02T03:04:05Z","path":"migrations/mmm.sql","is_head":true,"is_base":false,"is_merge_point":true,"is_branch_point":false,"applied":null},{"revision":"zzz","revises":[],"depends_on":["b1"],"branch_labels":[],"message":"Message of zzz","created":"2026-01-02T03:04:05Z","path":"migrations/zzz.sql","is_head":true,"is_base":true,"is_merge_point":false,"is_branch_point":false,"applied":null}]
    "#);
    assert_snapshot!(env.run(&["heads", "-v"]), @"
    exit code: 0
    ----- stdout
    revision:    mmm (head) (mergepoint)
    revises:     b1, c1
    created:     2026-01-02T03:04:05Z
    path:        migrations/mmm.sql

        Message of mmm

    revision:    zzz (head)
    revises:     <base>
    depends on:  b1
    created:     2026-01-02T03:04:05Z
    path:        migrations/zzz.sql

        Message of zzz
    ");
}

#[test]
fn a_head_that_another_depends_on_is_marked_and_can_be_left_out() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "SELECT 1;", "SELECT 1;");
    env.revision_with("bbb", "", "-- depends-on: aaa\n", "SELECT 1;", "SELECT 1;");
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 0
    ----- stdout
    aaa (effective head), Message of aaa
    bbb (head), Message of bbb
    ");
    assert_snapshot!(env.run(&["heads", "--resolve-dependencies"]), @"
    exit code: 0
    ----- stdout
    bbb (head), Message of bbb
    ");
}

#[test]
fn history_goes_from_the_newest_to_the_oldest() {
    let env = branched();
    assert_snapshot!(env.run(&["history"]), @"
    exit code: 0
    ----- stdout
    <base> (b1) -> zzz (head), Message of zzz
    b1, c1 -> mmm (head) (mergepoint), Message of mmm
    aaa -> c1, Message of c1
    aaa -> b1 (billing), Message of b1
    <base> -> aaa (branchpoint), Message of aaa
    ");
    assert_snapshot!(env.run(&["history", "-r", "b1:mmm", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    [{"revision":"mmm","revises":["b1","c1"],"depends_on":[],"branch_labels":[],"message":"Message of mmm","created":"2026-01-02T03:04:05Z","path":"migrations/mmm.sql","is_head":true,"is_base":false,"is_merge_point":true,"is_branch_point":false,"applied":null},{"revision":"b1","revises":["aaa"],"depends_on":[],"branch_labels":["billing"],"message":"Message of b1","created":"2026-01-02T03:04:05Z","path":"migrations/b1.sql","is_head":false,"is_base":false,"is_merge_point":false,"is_branch_point":false,"applied":null}]
    "#);
    assert_snapshot!(env.run(&["history", "-r", "-1:mmm", "-v"]), @"
    exit code: 2
    ----- stderr
    error: steps cannot be counted past mmm: several revisions are below it
      help: b1 (billing): Message of b1
      help: c1: Message of c1
      help: name the revision to go to
    ");
}

#[test]
fn history_marks_where_the_database_stands() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    assert_snapshot!(env.run(&["history", "-i"]), @"
    exit code: 0
    ----- stdout
    bbb -> ccc (head), Message of ccc
    aaa -> bbb (current), Message of bbb
    <base> -> aaa, Message of aaa
    ");
    assert_snapshot!(env.run(&["history", "-r-2:current"]), @"
    exit code: 0
    ----- stdout
    aaa -> bbb, Message of bbb
    <base> -> aaa, Message of aaa
    ");
}

#[test]
fn branches_lists_branch_points_and_what_revises_them() {
    let env = branched();
    assert_snapshot!(env.run(&["branches"]), @"
    exit code: 0
    ----- stdout
    aaa (branchpoint), Message of aaa
        -> b1 (billing), Message of b1
        -> c1, Message of c1
    ");
    let json = env.ok(&["branches", "--format", "json"]).json();
    assert_eq!(json[0]["revision"], "aaa");
    assert_eq!(json[0]["is_branch_point"], true);
    assert_eq!(json.as_array().unwrap().len(), 1);
}

#[test]
fn show_tells_all_of_a_revision() {
    let env = branched();
    assert_snapshot!(env.run(&["show", "zzz"]), @"
    exit code: 0
    ----- stdout
    revision:    zzz (head)
    revises:     <base>
    depends on:  b1
    created:     2026-01-02T03:04:05Z
    path:        migrations/zzz.sql

        Message of zzz
    ");
    assert_snapshot!(env.run(&["show", "billing", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    [{"revision":"b1","revises":["aaa"],"depends_on":[],"branch_labels":["billing"],"message":"Message of b1","created":"2026-01-02T03:04:05Z","path":"migrations/b1.sql","is_head":false,"is_base":false,"is_merge_point":false,"is_branch_point":false,"applied":null}]
    "#);
    assert_snapshot!(env.run(&["show", "mmm", "--sql", "--dialect", "postgres"]), @"
    exit code: 0
    ----- stdout
    -- mmm up
    CREATE TABLE mmm (x INTEGER);

    -- mmm down
    DROP TABLE mmm;
    ");
}

#[test]
fn show_tells_whether_a_revision_is_applied() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    assert_snapshot!(env.run(&["show", "current"]), @"
    exit code: 0
    ----- stdout
    revision:    bbb (current)
    revises:     aaa
    children:    ccc
    created:     2026-01-02T03:04:05Z
    path:        migrations/bbb.sql
    applied:     yes

        Message of bbb

        column users.email was added
    ");
    assert_eq!(env.ok(&["show", "aaa", "--format", "json"]).json()[0]["applied"], true);
    assert_eq!(env.ok(&["show", "ccc", "--format", "json"]).json()[0]["applied"], false);
}

#[test]
fn current_tells_where_the_database_stands() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stderr
    nothing is applied
    3 revisions pending
    ");
    assert!(!env.path("app.db").exists(), "asking must not create the database");
    env.ok(&["upgrade", "bbb"]);
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stdout
    bbb, Message of bbb
    ----- stderr
    1 revision pending
    ");
    assert_snapshot!(env.run(&["current", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"heads":["bbb"],"applied":["aaa","bbb"],"pending":["ccc"]}
    "#);
    assert_snapshot!(env.run(&["current", "--check-heads"]), @"
    exit code: 3
    ----- stdout
    bbb, Message of bbb
    ----- stderr
    1 revision pending
    error: the database is not at the heads of the history
      help: `cargo migrate pending` lists what is missing
    ");
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["current", "--check-heads", "-v"]), @"
    exit code: 0
    ----- stdout
    revision:    ccc (current) (head)
    revises:     bbb
    created:     2026-01-02T03:04:05Z
    path:        migrations/ccc.sql
    applied:     yes

        Message of ccc
    ");
}

#[test]
fn pending_lists_what_would_run_in_its_order() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    assert_snapshot!(env.run(&["pending"]), @"
    exit code: 0
    ----- stdout
    bbb, Message of bbb
    ccc (head), Message of ccc
    ");
    let json = env.ok(&["pending", "--format", "json"]).json();
    let ids: Vec<&str> =
        json.as_array().unwrap().iter().map(|r| r["revision"].as_str().unwrap()).collect();
    assert_eq!(ids, ["bbb", "ccc"]);
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["pending"]), @"
    exit code: 0
    ----- stderr
    nothing is pending
    ");
}

#[test]
fn log_tells_what_was_done_by_whom() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["log"]), @"
    exit code: 0
    ----- stderr
    the log of this database is empty
    ");
    env.ok(&["upgrade", "bbb"]);
    env.ok(&["downgrade", "-1"]);
    env.ok(&["stamp", "ccc"]);
    assert_snapshot!(env.run(&["log"]), @"
    exit code: 0
    ----- stdout
    [MOMENT]  stamp      ccc  ada@test
    [MOMENT]  stamp      bbb  ada@test
    [MOMENT]  downgrade  bbb ([TIME])  ada@test
    [MOMENT]  upgrade    bbb ([TIME])  ada@test
    [MOMENT]  upgrade    aaa ([TIME])  ada@test
    ");
    let json = env.ok(&["log", "--format", "json"]);
    assert_snapshot!(json.stdout.split("},{").next().unwrap_or_default(), @r#"[{"at":"[MOMENT]","revision":"ccc","event":"stamp","duration_ms":null,"by":"ada@test","tool":"migrate-db 0.1.0","detail":"""#);
}

#[test]
fn asking_writes_nothing_not_even_the_version_table() {
    let env = TestEnvironment::with_history();
    env.ok(&["db", "create"]);
    for args in [
        &["current"][..],
        &["history", "-i"],
        &["heads", "--format", "json"],
        &["branches", "--format", "json"],
        &["show", "head"],
        &["pending"],
        &["log"],
        &["upgrade", "--dry-run"],
        &["stamp", "head", "--dry-run"],
        &["upgrade", "--sql"],
        &["repair"],
    ] {
        env.ok(args);
    }
    assert_eq!(env.run(&["check"]).code, 3);
    assert_eq!(std::fs::metadata(env.path("app.db")).unwrap().len(), 0);
}

#[test]
fn a_database_that_is_out_of_reach_only_matters_to_what_needs_it() {
    let env = TestEnvironment::with_history();
    let url = ["--database-url", "postgres://ada:s3cret@127.0.0.1:1/app"];
    assert_snapshot!(env.run(&[&["heads", "--format", "json"][..], &url].concat()), @r#"
    exit code: 0
    ----- stdout
    [{"revision":"ccc","revises":["bbb"],"depends_on":[],"branch_labels":[],"message":"Message of ccc","created":"2026-01-02T03:04:05Z","path":"migrations/ccc.sql","is_head":true,"is_base":false,"is_merge_point":false,"is_branch_point":false,"applied":null}]
    ----- stderr
    warning: cannot find out which revisions are applied: cannot connect to postgres://ada:***@127.0.0.1:1/app: error communicating with database: Connection refused (os error 111)
    "#);
    assert_snapshot!(env.run(&[&["current", "--connect-timeout", "300ms"][..], &url].concat()), @"
    exit code: 1
    ----- stderr
    waiting up to 300ms for the server: Connection refused (os error 111)
    error: cannot connect to postgres://ada:***@127.0.0.1:1/app
      caused by: error communicating with database: Connection refused (os error 111)
      help: check that the server is running there; one that is starting may need longer: `--connect-timeout 1m`
    ");
}

#[test]
fn the_members_of_a_revision_are_those_that_are_documented() {
    let documentation =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/json.md")).unwrap();
    let section = documentation.split("## `heads`").nth(1).unwrap().split("\n## ").next().unwrap();
    let documented: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let outcome = TestEnvironment::with_history().ok(&["heads", "--format", "json"]);
    let members: Vec<String> =
        outcome.json()[0].as_object().unwrap().keys().map(ToString::to_string).collect();
    let mut sorted = documented.clone();
    sorted.sort_unstable();
    assert_eq!(members, sorted);
    assert_eq!(
        documented,
        [
            "revision",
            "revises",
            "depends_on",
            "branch_labels",
            "message",
            "created",
            "path",
            "is_head",
            "is_base",
            "is_merge_point",
            "is_branch_point",
            "applied",
        ]
    );
}

#[test]
fn the_graph_draws_branches_and_merges() {
    let env = TestEnvironment::with_history();
    env.revision_with("ddd", "aaa", "-- branch-labels: billing", "SELECT 1;", "SELECT 1;");
    env.revision("eee", "ccc, ddd", "", "");
    env.revision_with("fff", "", "-- depends-on: ddd", "SELECT 1;", "SELECT 1;");
    assert_snapshot!(env.run(&["history", "--graph"]), @"
    exit code: 0
    ----- stdout
    *  fff (head) (depends on ddd), Message of fff

    *-.  eee (head) (mergepoint), Message of eee
    | *  ddd (billing), Message of ddd
    * |  ccc, Message of ccc
    *-+  bbb, Message of bbb
      *  aaa (branchpoint), Message of aaa
    ");
    assert_snapshot!(env.run(&["history", "--graph", "-r", "bbb:ccc", "-v"]), @"
    exit code: 0
    ----- stdout
    *  revision:    ccc
    |  revises:     bbb
    |  children:    eee
    |  created:     2026-01-02T03:04:05Z
    |  path:        migrations/ccc.sql
    |  applied:     no
    |
    |      Message of ccc
    |
    *  revision:    bbb
       revises:     aaa
       children:    ccc
       created:     2026-01-02T03:04:05Z
       path:        migrations/bbb.sql
       applied:     no

           Message of bbb
    ");
}

#[test]
fn the_log_begins_with_the_newest_and_ends_where_it_is_told() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    let newest = env.ok(&["log", "-n", "2", "--format", "json"]).stdout;
    let ids: Vec<&str> = newest.split("\"revision\":\"").skip(1).map(|row| &row[..3]).collect();
    assert_eq!(ids, ["ccc", "bbb"]);
    assert_eq!(env.ok(&["log", "-n", "1"]).stdout.lines().count(), 1);
}

#[test]
fn no_help_names_the_command_that_was_typed() {
    let env = TestEnvironment::with_history();
    let told = env.run(&["show", "nothing"]);
    assert!(told.stderr.contains("`cargo migrate history` lists the revisions"), "{told}");
    let told = env.run(&["history", "-r", "nothing:"]);
    assert!(told.code == 2 && !told.stderr.contains("cargo migrate history"), "{told}");
}
