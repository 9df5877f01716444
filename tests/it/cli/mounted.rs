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

#[test]
fn a_program_with_several_databases_runs_on_each() {
    let mut env = TestEnvironment::new();
    env.set("TENANTS", "acme=sqlite:acme.db,eu-1=sqlite:eu1.db,eu-2=sqlite:eu2.db");
    let upgraded = env.run_mounted(&["upgrade", "--only", "eu-*", "--parallel", "1"]);
    assert_snapshot!(upgraded, @"
    exit code: 0
    ----- stderr
    2 databases, 1 at once
    eu-1: 1 step done, at aaa
    eu-2: 1 step done, at aaa
    2 changed
    ");
    assert!(!env.path("acme.db").exists());
    assert_eq!(env.run_mounted(&["check", "--all"]).code, 3);
    assert_eq!(env.run_mounted(&["upgrade", "--all"]).code, 0);
    assert_eq!(env.run_mounted(&["check", "--all"]).code, 0);
    assert_snapshot!(env.run_mounted(&["current", "--all", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"ok":true,"databases":[{"database":null,"name":"acme","heads":["aaa"],"applied":["aaa"],"pending":[]},{"database":null,"name":"eu-1","heads":["aaa"],"applied":["aaa"],"pending":[]},{"database":null,"name":"eu-2","heads":["aaa"],"applied":["aaa"],"pending":[]}]}
    "#);
    let args = ["downgrade", "base", "--all", "--yes", "--parallel", "1"];
    assert_eq!(env.run_mounted(&args).code, 0);
    for file in ["acme.db", "eu1.db", "eu2.db"] {
        assert!(env.tables(file).is_empty(), "{file}");
    }
    // What makes no sense is refused before anything runs.
    assert_snapshot!(env.run_mounted(&["upgrade", "--only", "eu-3"]), @"
    exit code: 2
    ----- stderr
    error: `--only eu-3` is none of the databases
      help: did you mean `eu-1`?
    ");
    let printed = env.run_mounted(&["upgrade", "--all", "--sql"]);
    assert_eq!(printed.code, 0, "{printed}");
    for database in ["acme (sqlite:acme.db)", "eu-1 (sqlite:eu1.db)", "eu-2 (sqlite:eu2.db)"] {
        assert!(printed.stdout.contains(&format!("-- {database}\n")), "{database}: {printed}");
    }
    assert!(env.tables("acme.db").is_empty());
    assert_snapshot!(env.run_mounted(&["upgrade", "--all", "--database-url", "sqlite:x.db"]), @"
    exit code: 2
    ----- stderr
    error: `--database-url` names one database, and `--all` runs on several
      help: leave out one of them
    ");
    env.set("TENANTS", "acme=sqlite:acme.db,acme=sqlite:other.db");
    assert_snapshot!(env.run_mounted(&["upgrade", "--all"]), @"
    exit code: 2
    ----- stderr
    error: the program names the database `acme` twice
      help: `Mount::fleet` takes members with names of their own
    ");
    env.set("TENANTS", "");
    env.set("DATABASE_URL", "sqlite:app.db");
    assert_snapshot!(env.run_mounted(&["upgrade", "--all"]), @"
    exit code: 2
    ----- stderr
    error: this program has one database
      help: leave out `--all` and `--only`
      help: a program with several names them with `Mount::fleet`
    ");
}
