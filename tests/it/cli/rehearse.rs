//! rehearse.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn a_rehearsal_reports_each_step_of_the_copy() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    assert_snapshot!(plain(&env.run(&["rehearse", "--down"]).to_string()), @"
    exit code: 0
    ----- stdout
    copied in [MS] (file), [SIZE]
    up   bbb, Message of bbb ([TIME])
      migrations/bbb.sql:8  [MS]
        ALTER TABLE users ADD COLUMN email TEXT
      lock: the database, write, held for [MS]
      size: [SIZE]
    up   ccc, Message of ccc ([TIME])
      migrations/ccc.sql:8  [MS]
        CREATE TABLE posts (id INTEGER)
      lock: the database, write, held for [MS]
      size: [SIZE]
    down ccc, Message of ccc ([TIME])
      migrations/ccc.sql:11  [MS]
        DROP TABLE posts
      lock: the database, write, held for [MS]
      size: [SIZE]
    down bbb, Message of bbb ([TIME])
      migrations/bbb.sql:11  [MS]
        ALTER TABLE users DROP COLUMN email
      lock: the database, write, held for [MS]
      size: [SIZE]
    ----- stderr
    rehearsing on a copy of sqlite:app.db
    ");
    assert_eq!(env.tables("app.db"), ["users"]);
    let json = env.ok(&["rehearse", "--format", "json"]).stdout.replace("[MS]", "0");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ok"], true);
    assert_eq!(json["steps"][0]["revision"], "bbb");
    assert_eq!(json["steps"][0]["locks"][0]["table"], serde_json::Value::Null);
    let markdown = env.ok(&["rehearse", "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("## Rehearsal: passed\n"), "{markdown}");
    let files = std::fs::read_dir(env.path("")).unwrap().map(|file| file.unwrap().file_name());
    let left: Vec<_> = files.filter(|name| name.to_string_lossy().contains("_scratch_")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_failure_is_shown_at_its_place() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    env.revision("ddd", "ccc", "CREATE TABLE x (a | b);", "DROP TABLE x;");
    assert_snapshot!(plain(&env.run(&["rehearse"]).to_string()), @r#"
    exit code: 1
    ----- stdout
    copied in [MS] (file), [SIZE]
    up   bbb, Message of bbb ([TIME])
      migrations/bbb.sql:8  [MS]
        ALTER TABLE users ADD COLUMN email TEXT
      lock: the database, write, held for [MS]
      size: [SIZE]
    up   ccc, Message of ccc ([TIME])
      migrations/ccc.sql:8  [MS]
        CREATE TABLE posts (id INTEGER)
      lock: the database, write, held for [MS]
      size: [SIZE]
    up   ddd, Message of ddd ([TIME])
      lock: the database, write, held for [MS]
      size: [SIZE]
    ----- stderr
    rehearsing on a copy of sqlite:app.db
    error: statement 1 of revision ddd (up) failed
     --> migrations/ddd.sql:8:1
      |
    8 | CREATE TABLE x (a | b)
      | ^^^^^^^^^^^^^^^^^^^^^^ near "|": syntax error
      |
      = help: the step was rolled back whole
      = help: this happened on the copy, which was dropped
    "#);
    let markdown = env.run(&["rehearse", "--format", "markdown"]);
    assert_eq!(markdown.code, 1, "{markdown}");
    assert!(markdown.stdout.starts_with("## Rehearsal: failed\n"), "{markdown}");
}

#[test]
fn what_cannot_be_rehearsed_is_refused() {
    let mut env = TestEnvironment::with_history();
    assert_snapshot!(env.run(&["rehearse"]), @"
    exit code: 1
    ----- stderr
    rehearsing on a copy of sqlite:app.db
    error: there is no database sqlite:app.db
      help: `cargo migrate db create` creates it
    ");
    env.write("text", "no dump");
    assert_snapshot!(env.run(&["rehearse", "--from", "text"]), @"
    exit code: 1
    ----- stderr
    rehearsing on a copy of text
    error: [ROOT]/work/text is not a copy of a database of sqlite
      help: nothing was changed
    ");
    assert_snapshot!(env.run(&["rehearse", "--schema-only"]), @"
    exit code: 1
    ----- stderr
    rehearsing on a copy of sqlite:app.db
    error: a database of sqlite is copied whole
      help: leave out `--schema-only`
    ");
    assert_snapshot!(env.run(&["rehearse", "--on", "postgres://ada:s3cret@localhost:1/x"]), @"
    exit code: 1
    ----- stderr
    rehearsing on a copy of sqlite:app.db
    error: cannot connect to postgres://ada:***@localhost:1/x
      caused by: error communicating with database: Connection refused (os error 111)
      help: check that the server is running there; one that is starting may need longer: `--connect-timeout 1m`
    ");
    assert_snapshot!(env.run(&["rehearse", "--format", "sarif"]), @"
    exit code: 2
    ----- stderr
    error: this command has no format sarif
      help: its formats are text, json, markdown
    ");
    env.set("DATABASE_URL", "");
    assert_snapshot!(env.run(&["rehearse"]), @"
    exit code: 2
    ----- stderr
    error: no database is configured
      help: pass `--database-url sqlite:app.db`, or set DATABASE_URL
    ");
}

#[test]
fn a_sample_is_written_in_percent_and_counted() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    for args in
        [&["--sample", "250%"][..], &["--sample", "1"], &["--sample", "1%", "--schema-only"]]
    {
        let refused = env.run(&[&["rehearse"], args].concat());
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.contains("--sample"), "{refused}");
    }
    let text = env.ok(&["rehearse", "--sample", "1%"]).stdout;
    // The version table and its log.
    assert!(text.starts_with("copied in ") && text.contains(" (sample), "), "{text}");
    assert!(text.lines().next().unwrap().ends_with(", 2 rows"), "{text}");
    let json = env.ok(&["rehearse", "--sample", "1%", "--format", "json"]).stdout;
    assert!(json.contains(r#""copied_by":"sample""#), "{json}");
    assert!(json.contains(r#""sampled":{"rows":2,"referenced":0}"#), "{json}");
}

#[test]
fn a_limit_is_a_gate() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "bbb"]);
    env.write("migrate.toml", "[rehearse]\nmax-lock = \"0s\"\nmax-step = \"1h\"\n");
    let over = env.run(&["rehearse"]);
    assert_eq!(over.code, 3, "{over}");
    assert!(over.stderr.contains("write on the database was held for"), "{over}");
    env.write("migrate.toml", "[rehearse]\nmax-locks = \"0s\"\n");
    assert_snapshot!(env.run(&["rehearse"]), @r#"
    exit code: 2
    ----- stderr
    error[unknown-setting]: `rehearse.max-locks` is not a setting
     --> migrate.toml:2:1
      |
    2 | max-locks = "0s"
      | ^^^^^^^^^
      |
      = help: did you mean `rehearse.max-lock`?

    error: nothing was done because of the error above
    "#);
}

/// Without times, and without sizes, which depend on the version of SQLite.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let line = match line.split_once("size: ").or_else(|| line.split_once(" (file), ")) {
            Some((front, back)) => {
                format!("{front}{}[SIZE]", &line[front.len()..line.len() - back.len()])
            }
            None => line.to_owned(),
        };
        let mut parts = line.split(" ms");
        let mut shown = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = shown.trim_end_matches(|c: char| c.is_ascii_digit() || c == '<').len();
            shown.truncate(end);
            shown.push_str("[MS]");
            shown.push_str(part);
        }
        plain.push_str(&shown);
        plain.push('\n');
    }
    plain
}
