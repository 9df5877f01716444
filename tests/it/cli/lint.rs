//! lint.

use insta::assert_snapshot;

use crate::support::{RevisionFile, TestEnvironment};

/// A sealed revision without a primary key, and an open one that drops a column.
fn history() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "");
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision("aaa", "", "CREATE TABLE users (name TEXT, nickname TEXT);", "DROP TABLE users;");
    let drops = RevisionFile::new("bbb", "aaa")
        .up("ALTER TABLE users DROP COLUMN nickname;")
        .down("ALTER TABLE users ADD COLUMN nickname TEXT;");
    env.write_revision(&drops);
    env.ok(&["accept"]);
    env
}

#[test]
fn open_revisions_are_linted_and_an_error_is_the_answer_no() {
    let env = history();
    assert_snapshot!(env.run(&["lint"]), @r"
    exit code: 3
    ----- stdout
    error[data-loss]: this drops column users.nickname with its data
     --> migrations/bbb.sql:7:1
      |
    7 | ALTER TABLE users DROP COLUMN nickname;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: if that is intended, declare it: `-- migrate:lossy users.nickname <reason>`

    1 revision: 1 error, 0 warnings
    ");
    assert_snapshot!(env.run(&["lint", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    {"ok":false,"findings":[{"revision":"bbb","code":"data-loss","severity":"error","message":"this drops column users.nickname with its data","places":[{"path":"migrations/bbb.sql","line":7,"column":1,"label":""}],"help":["if that is intended, declare it: `-- migrate:lossy users.nickname <reason>`"]}]}
    "#);
    assert_snapshot!(env.run(&["lint", "--format", "github"]), @"
    exit code: 3
    ----- stdout
    ::error file=migrations/bbb.sql,line=7,col=1,endColumn=39,title=data-loss::this drops column users.nickname with its data%0Ahelp: if that is intended, declare it: `-- migrate:lossy users.nickname <reason>`
    ");
}

#[test]
fn revisions_are_chosen_by_id_range_or_all() {
    let env = history();
    let codes = |args: &[&str]| {
        let args = [&["lint", "--format", "json"], args].concat();
        let found = env.run(&args).json();
        let findings = found["findings"].as_array().unwrap().iter();
        let codes = findings.map(|one| format!("{}: {}", one["revision"], one["code"]));
        codes.collect::<Vec<_>>().join("\n").replace('"', "")
    };
    let (key, loss) = ("aaa: table-without-primary-key", "bbb: data-loss");
    assert_eq!(codes(&["aaa"]), key);
    assert_eq!(codes(&["head"]), loss);
    for all in [&["--all"][..], &["-r", "base:head"], &["aaa:bbb"]] {
        assert_eq!(codes(all), format!("{key}\n{loss}"), "{all:?}");
    }
    assert_eq!(env.run(&["lint", "aaa"]).code, 0);
    assert_eq!(env.run(&["lint", "aaa", "--deny-warnings"]).code, 3);
}

#[test]
fn sarif_has_rules_and_places() {
    let sarif = history().run(&["lint", "--all", "--format", "sarif"]).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let ids: Vec<_> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| &r["id"]).collect();
    assert_eq!(ids, ["data-loss", "table-without-primary-key"]);
    let place = &run["results"][1]["locations"][0]["physicalLocation"];
    let path = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(path.starts_with("migrations/") && path.ends_with(".sql"), "{path}");
    assert_eq!(run["results"][1]["level"], "error");
}

#[test]
fn levels_and_wrong_calls() {
    let env = history();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n[lint]\ndata-loss = \"off\"\n");
    assert_snapshot!(env.run(&["lint"]), @"
    exit code: 0
    ----- stdout
    1 revision: 0 errors, 0 warnings
    ");
    assert_snapshot!(env.run(&["lint", "--format", "dot"]), @"
    exit code: 2
    ----- stderr
    error: this command has no format dot
      help: its formats are text, json, sarif, github
    ");
    assert_snapshot!(env.run(&["heads", "--format", "sarif"]), @"
    exit code: 2
    ----- stderr
    error: this command has no format sarif
      help: its formats are text, json
    ");
    assert_snapshot!(env.run(&["lint", "zzz"]), @"
    exit code: 2
    ----- stderr
    error: no revision or branch is `zzz`
      help: `cargo migrate history` lists the revisions
    ");
    env.write("migrate.toml", "[lint]\ndata-los = \"off\"\n");
    let wrong = env.run(&["lint"]);
    assert_eq!(wrong.code, 2, "{wrong}");
    assert!(wrong.stderr.contains("did you mean `lint.data-loss`?"), "{wrong}");
}

#[test]
fn without_a_database_the_system_must_be_named() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "");
    env.revision("aaa", "", "CREATE TABLE users (name json);", "DROP TABLE users;");
    assert_snapshot!(env.run(&["lint"]), @"
    exit code: 2
    ----- stderr
    error: the database system of the SQL is not known
      help: pass `--dialect sqlite`, `postgres` or `mysql`
    ");
    let found = env.run(&["lint", "--dialect", "postgres"]);
    assert!(found.stdout.contains("table users has no primary key"), "{found}");
}

#[test]
fn own_transactions_are_findings_too() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    let own = "BEGIN;\nCREATE TABLE users (id INTEGER PRIMARY KEY);\nCOMMIT;";
    env.revision("aaa", "", own, "DROP TABLE users;");
    let found = env.run(&["lint", "--format", "json"]);
    assert_eq!(found.code, 3, "{found}");
    assert_eq!(found.json()["findings"][0]["code"], "transaction-control");
}

#[test]
fn an_application_lints_what_it_embeds() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    let found = env.run_mounted(&["lint", "--all"]);
    assert_eq!(found.code, 0, "{found}");
    assert!(found.stdout.contains("1 revision: 0 errors"), "{found}");
}

#[test]
fn the_history_is_drawn_with_what_is_applied() {
    let env = TestEnvironment::with_history();
    env.ok(&["upgrade", "aaa"]);
    assert_snapshot!(env.run(&["history", "--format", "mermaid", "-r", "aaa:bbb"]), @r#"
    exit code: 0
    ----- stdout
    flowchart BT
        r0["aaa<br/>Message of aaa"]
        r1["bbb<br/>Message of bbb"]
        r0 --> r1
        classDef applied fill:#cdeccd,stroke:#2e7d32,color:#000
        class r0 applied
    "#);
    let dot = env.ok(&["history", "--format", "dot"]).stdout;
    assert!(dot.contains(r#""ccc" [label="ccc\nMessage of ccc", peripheries=2];"#), "{dot}");
    let page = env.ok(&["history", "--format", "html"]).stdout;
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("<title>aaa, applied</title>"),
        "{page}"
    );
    let svg = env.ok(&["history", "--format", "svg"]).stdout;
    assert_eq!(svg.matches("<circle").count(), 3, "{svg}");
}
