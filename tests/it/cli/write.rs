//! init, new, merge, rebase, edit, accept.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// Three revisions, and a fourth beside the third.
fn two_heads() -> TestEnvironment {
    let env = TestEnvironment::with_history();
    env.revision("ddd", "bbb", "CREATE TABLE tags (id INTEGER);", "DROP TABLE tags;");
    env.ok(&["accept"]);
    env
}

#[test]
fn init_writes_what_a_project_needs_and_explains_it() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["init"]), @r#"
    exit code: 0
    ----- stdout
    migrations/migrate.lock
    migrate.toml
    ----- stderr
    The SQL is for sqlite (the default; --dialect selects others). Commit these files, including migrate.lock: it makes git report a conflict when two branches add a revision, and detects edits of revisions that others build on.

    To embed the revisions, add to Cargo.toml under [dependencies]:
      migrate-db = { version = "0.1.0", features = ["sqlite"] }
    and to the program:
      static MIGRATIONS: migrate_db::Migrations = migrate_db::migrations!();

    Next: cargo migrate new -m "create users"
    "#);
    assert_snapshot!(env.run(&["init", "--format", "json", "-q"]), @r#"
    exit code: 0
    ----- stdout
    {"written":[],"kept":["migrations/migrate.lock","migrate.toml"]}
    "#);
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn new_builds_on_the_head_and_says_where_the_file_is() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["new", "-m", "add tags", "--rev-id", "ddd"]), @"
    exit code: 0
    ----- stdout
    migrations/[STAMP]_ddd_add_tags.sql
    ----- stderr
    created revision ddd on top of ccc
    fill in its sections, then: cargo migrate upgrade
    ");
    assert_snapshot!(env.run(&["new", "-m", "Über alles!", "--rev-id", "eee", "--format", "json", "-q"]), @r#"
    exit code: 0
    ----- stdout
    {"revision":"eee","revises":["ddd"],"path":"migrations/[STAMP]_eee_über_alles.sql"}
    "#);
    assert_eq!(env.ok(&["show", "head", "--format", "json"]).json()[0]["revises"][0], "ddd");
}

#[test]
fn commands_that_write_at_the_same_time_lose_nothing() {
    let env = TestEnvironment::new();
    env.ok(&["init"]);
    std::thread::scope(|scope| {
        for n in 0..20 {
            let env = &env;
            scope.spawn(move || {
                let (message, id) = (format!("change {n}"), format!("r{n}"));
                env.ok(&["new", "-m", &message, "--rev-id", &id, "--head", "base"]);
            });
        }
    });
    let lock = env.read("migrations/migrate.lock");
    let missing: Vec<_> = (0..20).filter(|n| !lock.contains(&format!("\"r{n}\" = "))).collect();
    assert!(missing.is_empty(), "the lock file does not name {missing:?}:\n{lock}");
    assert_eq!(env.ok(&["heads"]).stdout.lines().count(), 20);
    let files = std::fs::read_dir(env.path("migrations")).unwrap();
    assert_eq!(files.count(), 21, "only revisions and the lock file are left");
}

#[test]
fn the_word_revision_means_new() {
    let env = TestEnvironment::with_history();
    env.ok(&["revision", "-m", "x", "--rev-id", "ddd"]);
    assert_eq!(env.ok(&["heads"]).stdout, "ddd (head), x\n");
}

#[test]
fn new_refuses_what_would_make_a_broken_history() {
    let env = two_heads();
    assert_snapshot!(env.run(&["new", "-m", "x"]), @"
    exit code: 2
    ----- stderr
    error: `head` is ambiguous: there are 2 heads
      help: ccc: Message of ccc
      help: ddd: Message of ddd
      help: name one of them, or its branch as in `BRANCH@head`; `heads` means all of them
      help: `cargo migrate merge` joins them
      help: `--head <revision>` says which to build on
    ");
    assert_snapshot!(env.run(&["new", "-m", "x", "--head", "aaa"]), @"
    exit code: 2
    ----- stderr
    error: aaa: Message of aaa is not a head
      help: `--splice` starts a branch there all the same
      help: the heads are ccc: Message of ccc; ddd: Message of ddd
    ");
    assert_snapshot!(env.run(&["new", "-m", "x", "--head", "ccc", "--rev-id", "aaa"]), @"
    exit code: 2
    ----- stderr
    error: there is a revision aaa: Message of aaa already
      help: it is in migrations/aaa.sql
    ");
    assert_snapshot!(env.run(&["new", "-m", "x", "--head", "ccc", "--rev-id", "head"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'head' for '--rev-id <ID>': it is one of the reserved words `head`, `heads`, `base`, `current`

    For more information, try '--help'.
    ");
    assert_snapshot!(env.run(&["new", "-m", "x", "--head", "ccc", "--depends-on", "nope"]), @"
    exit code: 2
    ----- stderr
    error: no revision or branch is `nope`
      help: `cargo migrate history` lists the revisions
    ");
}

#[test]
fn merge_joins_the_heads() {
    let env = two_heads();
    assert_snapshot!(env.run(&["merge", "-m", "both", "--rev-id", "mmm"]), @"
    exit code: 0
    ----- stdout
    migrations/[STAMP]_mmm_both.sql
    ----- stderr
    created revision mmm on top of ccc, ddd
    ");
    assert_snapshot!(env.run(&["merge", "-m", "again"]), @"
    exit code: 2
    ----- stderr
    error: mmm: both alone is nothing to merge
      help: the history has one head; nothing needs to be joined
    ");
    env.ok(&["upgrade"]);
    assert_eq!(env.ok(&["current"]).stdout, "mmm (head) (mergepoint), both\n");
}

#[test]
fn rebase_puts_one_branch_on_top_of_the_other() {
    let env = two_heads();
    assert_snapshot!(env.run(&["rebase", "ddd", "--format", "json", "-q"]), @r#"
    exit code: 0
    ----- stdout
    {"onto":"ccc","rewritten":["ddd"],"moved":["ddd"]}
    "#);
    assert_eq!(env.ok(&["show", "ddd", "--format", "json"]).json()[0]["revises"][0], "ccc");
    assert_snapshot!(env.run(&["rebase"]), @"
    exit code: 2
    ----- stderr
    error: there is no second head to rebase onto
      help: the heads are ddd: Message of ddd
      help: `cargo migrate accept` rewrites a lock file that git left in conflict
    ");
}

#[test]
fn accept_takes_an_edit_of_a_sealed_revision_for_good() {
    let env = TestEnvironment::with_history();
    env.ok(&["accept"]);
    env.ok(&["upgrade"]);
    env.revision(
        "aaa",
        "",
        "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY);",
        "DROP TABLE users;",
    );
    assert_snapshot!(env.run(&["upgrade"]), @r#"
    exit code: 1
    ----- stderr
    error[sealed-edited]: revision aaa was edited after others were built on it
     --> migrations/aaa.sql:3:14
      |
    3 | -- revision: aaa
      |              ^^^ the meaning of this file changed
      |
     ::: migrations/migrate.lock:8:1
      |
    8 | "aaa" = "81a0e117c9efbc988c40586200aacd80e736a28b4bb12c9956ee533dbc30e378"
      | -------------------------------------------------------------------------- what it was
      |
      = help: restore it (`git checkout -- migrations/aaa.sql`) and put the change into a new revision: `cargo migrate new`
      = help: if databases that ran the old text need no change: `cargo migrate accept aaa --reason ".."`
      = help: if its earlier text was never committed, or it stopped partway in a database: `cargo migrate upgrade` takes up the edit

    error: nothing was done because of the error above
    "#);
    assert_snapshot!(env.run(&["accept", "aaa"]), @r#"
    exit code: 2
    ----- stderr
    error: accepting an edit of aaa needs a reason: databases may have run its earlier text
      help: `cargo migrate accept aaa --reason "only the spelling of a default changed"`
    "#);
    assert_snapshot!(env.run(&["accept", "aaa", "--reason", "the same in effect", "--format", "json", "-q"]), @r#"
    exit code: 0
    ----- stdout
    {"edited":["aaa"],"forgotten":[],"taken_up":[],"resealed":[],"unchanged":[],"refused":[]}
    "#);
    assert_eq!(env.run(&["check"]).code, 0, "the database that ran the old text is content");
}

#[test]
fn edit_opens_the_file_in_the_editor() {
    let mut env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["edit", "bbb"]), @"
    exit code: 2
    ----- stderr
    error: no editor is configured
      help: set VISUAL or EDITOR, for example `EDITOR=vi`
    ");
    env.set("PATH", "/usr/bin:/bin");
    env.set("EDITOR", "cat");
    let outcome = env.run(&["edit", "bbb"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("-- revision: bbb"), "{outcome}");
}

#[test]
fn new_writes_a_step_in_rust_and_its_function() {
    let env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["new", "--rust", "fill_slugs", "--rev-id", "ddd"]), @r#"
    exit code: 0
    ----- stdout
    migrations/[STAMP]_ddd_fill_slugs.sql
    ----- stderr
    created revision ddd on top of ccc
    created migrations/fill_slugs.rs; the program binds it where it embeds the history:
      #[path = "../migrations/fill_slugs.rs"]
      pub mod fill_slugs;
      migrate_db::migrations!(steps = [fill_slugs::fill_slugs])
    "#);
    let file = env.read("migrations/fill_slugs.rs");
    assert!(file.contains("pub async fn fill_slugs("), "{file}");
    assert!(file.contains("connection: StepConnection<'_>,"), "{file}");
    assert_eq!(env.run(&["check"]).code, 3, "three revisions and this one are pending");
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    error: revision ddd runs the Rust function `fill_slugs`, which this program does not have
      help: run the migrations with the program that has it: its own mounted command, for example `app migrate upgrade`, or `MIGRATIONS.upgrade(&pool)`
      help: the program binds it by `migrations!(steps = [fill_slugs])`
      help: nothing was changed
    ");
    // Neither file is written where one of them exists.
    assert_snapshot!(env.run(&["new", "--rust", "fill_slugs"]), @"
    exit code: 1
    ----- stderr
    error: migrations/fill_slugs.rs exists
      help: choose another name for the function; nothing was written
    ");
    assert_snapshot!(env.run(&["new", "--rust", "steps::fill"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'steps::fill' for '--rust <NAME>': expected the name of a function, for example backfill_names

    For more information, try '--help'.
    ");
    assert_eq!(env.ok(&["heads"]).stdout, "ddd (head), fill slugs\n");
    // A function for each batch of rows.
    env.ok(&["new", "--rust", "fill_names", "--batch", "--rev-id", "eee"]);
    let files = std::fs::read_dir(env.path("migrations")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let name = names.into_iter().find(|name| name.contains("_eee_")).unwrap();
    let text = env.read(&format!("migrations/{name}"));
    assert!(text.contains("\n-- migrate:up batch rust:fill_names size:1000\n"), "{text}");
    assert_snapshot!(env.read("migrations/fill_names.rs"), @r#"
    //! The step `fill_names`. It runs on the schema of its revision, so it names tables and columns itself
    //! and uses no type of the application.

    use migrate_db::{StepBatch, StepConnection, StepError};

    /// Runs for each batch, in a transaction of the batch. Returns the number of rows that it changed: with 0
    /// the step is done. `key:TABLE.COLUMN` behind the marker visits ranges, as `batch.condition()`.
    pub async fn fill_names(
        connection: StepConnection<'_>,
        batch: StepBatch<'_>,
    ) -> Result<u64, StepError> {
        let _ = (connection, batch.size());
        Err("the step fill_names is not written yet".into())
    }
    "#);
    assert_eq!(env.run(&["new", "--batch", "-m", "x"]).code, 2, "`--batch` is about --rust");
}
