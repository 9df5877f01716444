//! check.

use insta::assert_snapshot;

use crate::support::{RevisionFile, TestEnvironment};

#[test]
fn all_is_well() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 0
    ----- stdout
    files: 3 revisions, head ccc
    database: at the head
    ");
    assert_snapshot!(env.run(&["check", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"ok":true,"findings":[],"heads":["ccc"],"models":null,"pending":[],"drift":[]}
    "#);
}

#[test]
fn something_is_pending() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 3 revisions, head ccc
    database: 3 pending
    ");
    assert_snapshot!(env.run(&["check", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    {"ok":false,"findings":[],"heads":["ccc"],"models":null,"pending":["aaa","bbb","ccc"],"drift":null}
    "#);
}

#[test]
fn without_a_database_the_files_alone_are_looked_at() {
    let mut env = TestEnvironment::with_history();
    env.set("DATABASE_URL", "");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 0
    ----- stdout
    files: 3 revisions, head ccc
    database: not checked, none is configured
    ");
}

#[test]
fn several_heads_are_refused_unless_the_project_wants_them() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "bbb", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    env.ok(&["upgrade", "heads"]);
    assert_snapshot!(env.run(&["check"]), @r#"
    exit code: 3
    ----- stdout
    files: 1 mistake
    database: not checked because of the errors in the files
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
    "#);
    env.write("migrate.toml", "heads = \"many\"\n");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 0
    ----- stdout
    files: 4 revisions, heads ccc, ddd
    database: at the head
    ");
}

#[test]
fn mistakes_in_the_files_come_before_the_database() {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "cccc", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;");
    assert_snapshot!(env.run(&["check"]), @r#"
    exit code: 3
    ----- stdout
    files: 2 mistakes
    database: not checked because of the errors in the files
    ----- stderr
    error[unknown-parent]: ddd revises cccc, which no file defines
     --> migrations/ddd.sql:4:13
      |
    4 | -- revises: cccc
      |             ^^^^
      |
      = help: did you mean ccc? Ids are written out in full

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
    "#);
    assert_snapshot!(env.run(&["check", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    {"ok":false,"findings":[{"code":"unknown-parent","severity":"error","message":"ddd revises cccc, which no file defines","places":[{"path":"migrations/ddd.sql","line":4,"column":13,"label":""}],"help":["did you mean ccc? Ids are written out in full"]},{"code":"several-heads","severity":"error","message":"the history has 2 heads: ccc, ddd","places":[{"path":"migrations/ccc.sql","line":3,"column":14,"label":"Message of ccc"},{"path":"migrations/ddd.sql","line":3,"column":14,"label":"Message of ddd"}],"help":["`cargo migrate merge -m \"merge\"` joins them with a merge revision","`cargo migrate rebase` puts the newer branch on top of the other","`heads = \"many\"` in migrate.toml allows several, if the project wants branches"]}],"heads":["ccc","ddd"],"models":null,"pending":null,"drift":null}
    "#);
}

#[test]
fn a_revision_that_was_edited_after_it_ran_is_told() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade"]);
    env.revision("ccc", "bbb", "CREATE TABLE other (id INTEGER);", "DROP TABLE other;");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 3 revisions, head ccc
    database: 1 edited afterwards
    ");
    assert_snapshot!(env.run(&["current", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"heads":["ccc"],"applied":["aaa","bbb","ccc"],"pending":[],"edited":["ccc"]}
    "#);
}

#[test]
fn a_transaction_that_a_section_leaves_open_is_a_mistake() {
    let env = TestEnvironment::with_history();
    let outside = |sql: &str| {
        let file = RevisionFile::new("ddd", "ccc").section("up transaction:false", sql);
        env.write_revision(&file.noop("none"));
    };
    let sql = "BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nDELETE FROM users;";
    outside(sql);
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 1 mistake
    database: not checked because of the errors in the files
    ----- stderr
    error[transaction-control]: this statement opens a transaction or takes a lock that the section does not end
      --> migrations/ddd.sql:10:1
       |
    10 | BEGIN;
       | ^^^^^
       |
       = help: end it in the same section: COMMIT, ROLLBACK, RELEASE or UNLOCK TABLES
    ");
    outside(&format!("{sql}\nCOMMIT;"));
    assert!(!env.run(&["check"]).stderr.contains("transaction-control"));
}

#[test]
fn an_empty_up_is_a_warning_unless_it_merges_or_is_a_draft() {
    let env = TestEnvironment::with_history();
    env.write_revision(&RevisionFile::new("ddd", "ccc").up("-- nothing yet").noop("none"));
    env.ok(&["upgrade", "-q"]);
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 0
    ----- stdout
    files: 4 revisions, head ddd
    database: at the head
    ----- stderr
    warning[empty-up]: the up section contains no statement
     --> migrations/ddd.sql:6:1
      |
    6 | -- migrate:up
      | ^^^^^^^^^^^^^
      |
      = help: write the statements, or keep the revision if it changes nothing on purpose
    ");
    assert_eq!(env.ok(&["check", "--format", "json"]).json()["findings"][0]["code"], "empty-up");
    env.ok(&["new", "-m", "draft", "--rev-id", "eee"]);
    let draft = env.run(&["check"]).stderr;
    assert_eq!(draft.matches("[empty-up]").count(), 1, "{draft}");
    assert_eq!(draft.matches("[empty-down]").count(), 1, "{draft}");
}

#[test]
fn a_misspelt_code_in_allow_is_reported_with_the_nearest_one() {
    let env = TestEnvironment::with_history();
    let down = "DROP TABLE audit;\n\n-- migrate:allow left-behnd the next release needs it";
    env.revision("ddd", "ccc", "CREATE TABLE audit (id INTEGER PRIMARY KEY);", down);
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 1 mistake
    database: not checked because of the errors in the files
    ----- stderr
    error[unknown-code]: there is no code `left-behnd`
      --> migrations/ddd.sql:13:18
       |
    13 | -- migrate:allow left-behnd the next release needs it
       |                  ^^^^^^^^^^
       |
       = help: did you mean `-- migrate:allow left-behind <reason>`?
    ");
    assert_eq!(env.run(&["upgrade"]).code, 1);
}
