//! The commands in an application's own binary.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

#[test]
fn an_application_migrates_its_own_database() {
    let mut env = TestEnvironment::new();
    assert_snapshot!(env.run_mounted(&["upgrade"]), @"
    exit code: 2
    ----- stderr
    error: no database is configured
      help: pass `--database-url sqlite:app.db`, or set DATABASE_URL
    ");
    env.set("DATABASE_URL", "sqlite:app.db");
    assert_snapshot!(env.run_mounted(&["upgrade"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:app.db (a new file)
    up   aaa, Create notes ([TIME])
    1 step done; the database is at aaa
    ");
    assert_snapshot!(env.run_mounted(&["current", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"heads":["aaa"],"applied":["aaa"],"pending":[]}
    "#);
    assert_snapshot!(env.run_mounted(&["check", "--database-url", "sqlite:other.db"]), @"
    exit code: 3
    ----- stdout
    files: 1 revision, head aaa
    database: 1 pending
    ");
    assert_eq!(env.tables("app.db"), ["notes"]);
}

#[test]
fn hints_and_help_name_the_program_that_was_called() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    let refused = env.run_mounted(&["current", "--check-heads"]);
    assert!(refused.stderr.contains("`mounted-app pending` lists"), "{refused}");
    let refused = env.run_mounted(&["downgrade"]);
    assert!(refused.stderr.contains("`mounted-app downgrade -1` reverts"), "{refused}");
    let help = env.run_mounted(&["upgrade", "--help"]);
    assert!(help.stdout.contains("Usage: mounted-app upgrade"), "{help}");
    assert!(help.stdout.contains("\n  mounted-app upgrade +1 "), "{help}");
    assert!(!help.stdout.contains("cargo migrate"), "{help}");
    let tip = env.run_mounted(&["rollback"]);
    assert!(tip.stderr.contains("`mounted-app downgrade -1`"), "{tip}");
    let tip = env.run_mounted(&["create"]);
    assert!(tip.stderr.contains("`cargo migrate new"), "{tip}");
}

#[test]
fn its_help_has_what_runs_and_asks_and_nothing_else() {
    let help = TestEnvironment::new().run_mounted(&["--help"]).stdout;
    for there in ["upgrade", "downgrade", "pending", "--database-url", "--format"] {
        assert!(help.contains(there), "{there}: {help}");
    }
    for missing in ["merge", "import", "--manifest-path"] {
        assert!(!help.contains(missing), "{missing}: {help}");
    }
}
