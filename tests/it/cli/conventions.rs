//! A project's own conventions: names of files, templates, messages, and programs around commands.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

fn with_settings(settings: &str) -> TestEnvironment {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", &format!("dialects = [\"sqlite\"]\n{settings}"));
    env
}

/// The paths of the new files that a command prints.
fn written(env: &TestEnvironment, args: &[&str]) -> String {
    env.ok(args).stdout.trim().to_owned()
}

#[test]
fn files_are_named_as_the_project_says() {
    let env = with_settings("file-name = \"{date:%Y_%m}-{id}-{slug}\"\n");
    let path = written(&env, &["new", "-m", "Add users.email", "--rev-id", "ddd"]);
    let name = path.trim_start_matches("migrations/");
    assert!(name.ends_with("-ddd-add_users_email.sql") && name.as_bytes()[4] == b'_', "{name}");
    assert_eq!(name.find("-ddd"), Some(7), "{name}");
    env.write("migrate.toml", "file-name = \"{slug}\"\n");
    assert_snapshot!(env.run(&["heads"]), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `file-name` cannot have this value
     --> migrate.toml:1:13
      |
    1 | file-name = "{slug}"
      |             ^^^^^^^^
      |
      = help: the name needs `{id}`, without which two revisions may share a file: `file-name = "{date:%Y_%m_%d}_{id}_{slug}"`

    error: nothing was done because of the error above
    "#);
}

#[test]
fn a_template_gives_comments_and_sections_and_the_header_stays() {
    let env = with_settings("template = \"template.sql\"\nfile-name = \"{id}\"\n");
    env.write(
        "template.sql",
        "-- Ticket:\n-- Rollout: expand, migrate, contract\n\n-- migrate:up lock-timeout:2s\n-- one change only\n\n\
         -- migrate:down\n-- undo it\n\n-- migrate:verify\n-- SELECT count(*) = 0 FROM ..\n",
    );
    let text = |args: &[&str]| {
        let path = written(&env, args);
        let text = env.read(&path);
        std::fs::remove_file(env.path(&path)).unwrap();
        let (before, rest) = text.split_once("-- created: ").unwrap();
        format!("{before}-- created: ..\n{}", rest.split_once('\n').unwrap().1)
    };
    assert_snapshot!(text(&["new", "-m", "draft", "--rev-id", "ddd"]), @"
    -- draft
    --
    -- revision: ddd
    -- revises: ccc
    -- created: ..

    -- Ticket:
    -- Rollout: expand, migrate, contract

    -- migrate:up lock-timeout:2s
    -- one change only

    -- migrate:down
    -- undo it

    -- migrate:verify
    -- SELECT count(*) = 0 FROM ..
    ");
    let sql = "CREATE TABLE tags (id INTEGER PRIMARY KEY)";
    assert_snapshot!(text(&["new", "-m", "tags", "--rev-id", "eee", "--sql", sql, "--head", "ccc"]), @"
    -- tags
    --
    -- revision: eee
    -- revises: ccc
    -- created: ..

    -- Ticket:
    -- Rollout: expand, migrate, contract

    -- migrate:up lock-timeout:2s
    CREATE TABLE tags (id INTEGER PRIMARY KEY);

    -- migrate:down
    DROP TABLE tags;

    -- migrate:verify
    -- SELECT count(*) = 0 FROM ..
    ");
    let irreversible = [
        "new",
        "-m",
        "gone",
        "--rev-id",
        "fff",
        "--irreversible",
        "the rows are gone",
        "--head",
        "ccc",
    ];
    assert_snapshot!(text(&irreversible), @"
    -- gone
    --
    -- revision: fff
    -- revises: ccc
    -- created: ..

    -- Ticket:
    -- Rollout: expand, migrate, contract

    -- migrate:up lock-timeout:2s
    -- one change only

    -- migrate:irreversible the rows are gone

    -- migrate:verify
    -- SELECT count(*) = 0 FROM ..
    ");
}

#[test]
fn a_mistake_in_the_template_is_reported_at_its_line_and_nothing_is_written() {
    let env = with_settings("template = \"template.sql\"\n");
    assert_snapshot!(env.run(&["new", "-m", "draft"]), @"
    exit code: 2
    ----- stderr
    error: the template template.sql cannot be read
      caused by: No such file or directory (os error 2)
      help: `template` in migrate.toml names it, relative to migrate.toml
    ");
    env.write("template.sql", "-- revision: x\nSELECT 1;\n\n-- migrate:upp\n");
    assert_snapshot!(env.run(&["new", "-m", "draft"]), @"
    exit code: 2
    ----- stderr
    error[unknown-marker]: `-- migrate:upp` is not a marker
     --> template.sql:4:1
      |
    4 | -- migrate:upp
      | ^^^^^^^^^^^^^^
      |
      = help: write `-- migrate:up`

    error[unknown-key]: `revision` is a key of the header, which a template does not hold
     --> template.sql:1:1
      |
    1 | -- revision: x
      | ^^^^^^^^^^^^^^
      |
      = help: remove the line: the command writes the header

    error[text-outside-section]: there is SQL before the first marker
     --> template.sql:2:1
      |
    2 | SELECT 1;
      | ^^^^^^^^^
      |
      = help: put it under `-- migrate:up`

    error: nothing was done because of the 3 errors above
    ");
}

#[test]
fn messages_follow_the_rules_of_the_project() {
    let env = with_settings(
        "[message]\npattern = '^APP-[0-9]+: '\nrefuse = [\"wip\", \"misc changes\"]\n",
    );
    assert_snapshot!(env.run(&["new", "-m", "add users"]), @"
    exit code: 2
    ----- stderr
    error: the message `add users` does not match `^APP-[0-9]+: `
      help: `message.pattern` in migrate.toml is the regular expression of messages
      help: nothing was written
    ");
    assert_snapshot!(env.run(&["new", "-m", "APP-1: WIP"]), @"
    exit code: 2
    ----- stderr
    error: the message `APP-1: WIP` contains `wip`
      help: say what the revision does, as in `add users.email`; `message.refuse` in migrate.toml lists words that a message must not contain
      help: nothing was written
    ");
    assert_eq!(env.run(&["new", "-m", "APP-1: Misc  changes"]).code, 2);
    env.ok(&["new", "-m", "APP-1: swipe left"]);
    assert_eq!(env.run(&["merge", "-m", "together"]).code, 2);
    env.write(
        "migrate.toml",
        "after-write = [\"fmt '{file}\"]\n[message]\npattern = \"(\"\nrefuse = [\" \"]\nrefuze = []\n",
    );
    assert_snapshot!(env.run(&["heads"]), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `after-write` cannot have this value
     --> migrate.toml:1:16
      |
    1 | after-write = ["fmt '{file}"]
      |                ^^^^^^^^^^^^^
      |
      = help: close the quote: `after-write = ["sqlfluff fix {file}"]`

    error[setting-value]: `message.refuse` cannot have this value
     --> migrate.toml:4:10
      |
    4 | refuse = [" "]
      |          ^^^^^
      |
      = help: write words: `refuse = ["wip"]`

    error[unknown-setting]: `message.refuze` is not a setting
     --> migrate.toml:5:1
      |
    5 | refuze = []
      | ^^^^^^
      |
      = help: did you mean `message.refuse`?

    error[setting-value]: `message.pattern` is not a regular expression: unclosed group
     --> migrate.toml:3:11
      |
    3 | pattern = "("
      |           ^^^
      |
      = help: write one as in `pattern = '^[A-Z]+-[0-9]+: '`

    error: nothing was done because of the 4 errors above
    "#);
    env.write("migrate.toml", "dir = \"migrations\"\n[message]\npattern = \"(a\"\n");
    assert_snapshot!(env.run(&["heads"]), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `message.pattern` is not a regular expression: unclosed group
     --> migrate.toml:3:11
      |
    3 | pattern = "(a"
      |           ^^^^
      |
      = help: write one as in `pattern = '^[A-Z]+-[0-9]+: '`

    error: nothing was done because of the error above
    "#);
}

#[cfg(unix)]
#[test]
fn programs_run_after_a_file_is_written_with_their_output_and_exit() {
    let env = with_settings("after-write = [\"sh ./format '{file}'\"]\n");
    env.write("format", "echo \"formatting ${1##*_}\"\necho >&2 warned\nsed -i 's/$/ /' \"$1\"\n");
    assert_snapshot!(env.run(&["new", "-m", "draft", "--rev-id", "ddd"]), @"
    exit code: 0
    ----- stdout
    migrations/[STAMP]_ddd_draft.sql
    ----- stderr
    formatting draft.sql
    warned
    created revision ddd on top of ccc
    fill in its sections, then: cargo migrate upgrade
    ");
    env.ok(&["history"]);
    let names = || std::fs::read_dir(env.path("migrations")).unwrap().count();
    let before = names();
    env.write("format", "echo no >&2\nexit 7\n");
    assert_snapshot!(env.run(&["new", "-m", "other", "--rev-id", "eee", "--head", "ccc", "--splice"]), @"
    exit code: 1
    ----- stderr
    no
    error: `sh ./format '{file}'` of `after-write` ended with exit status: 7
      help: migrations/[STAMP]_eee_other.sql is written and stays; run the program on it again, or edit it
    ");
    assert_eq!(names(), before + 1, "the file stays");
    env.write("migrate.toml", "after-write = [\"no-such-program\"]\n");
    let outcome = env.run(&["new", "-m", "third", "--head", "ccc", "--splice"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("`no-such-program` of `after-write` cannot be started"));
}

#[cfg(unix)]
#[test]
fn programs_run_around_a_run_and_know_how_it_ended() {
    let mut env = with_settings(
        "before-run = [\"sh ./notify before\"]\nafter-run = [\"sh ./notify after\"]\n",
    );
    env.set("DATABASE_URL", "sqlite:app.db");
    env.write(
        "notify",
        "echo \"$1 $MIGRATE_COMMAND of $MIGRATE_REVISIONS: $MIGRATE_RESULT $MIGRATE_ERROR\"\n",
    );
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db (a new file)
    before upgrade of aaa bbb ccc:  
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    up   ccc, Message of ccc ([TIME])
    after upgrade of aaa bbb ccc: done 
    3 steps done; the database is at ccc
    ");
    let idle = env.run(&["upgrade"]);
    assert!(!idle.stderr.contains("before"), "nothing was run: {}", idle.stderr);
    assert!(!env.run(&["downgrade", "-1", "--dry-run"]).stderr.contains("before"));
    let down = env.ok(&["downgrade", "-1", "--yes"]).stderr;
    assert!(down.contains("before downgrade of ccc:"), "{down}");
    assert!(down.contains("after downgrade of ccc: done \n"), "{down}");

    env.revision("ddd", "ccc", "INSERT INTO nowhere VALUES (1);", "SELECT 1;");
    let failed = env.run(&["upgrade"]);
    assert_eq!(failed.code, 1);
    assert!(failed.stderr.contains("after upgrade of ccc ddd: failed"), "{}", failed.stderr);

    // A program that fails first prevents the run.
    std::fs::remove_file(env.path("app.db")).unwrap();
    env.write("notify", "echo \"$1\"\n[ \"$1\" = after ] || exit 3\n");
    assert_snapshot!(env.run(&["upgrade", "bbb"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    before
    error: `sh ./notify before` of `before-run` ended with exit status: 3
      help: nothing was run
    ");
    assert!(!env.path("app.db").exists());
    // One that fails at the end does not undo it.
    env.write("notify", "[ \"$1\" = before ] || exit 3\n");
    assert_snapshot!(env.run(&["upgrade", "bbb"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    up   aaa, Message of aaa ([TIME])
    up   bbb, Message of bbb ([TIME])
    error: `sh ./notify after` of `after-run` ended with exit status: 3
      help: the run itself is complete and stays
    ");
    assert!(!env.tables("app.db").is_empty());
}
