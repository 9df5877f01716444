//! `--all` and `--only`: several databases of migrate.toml.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// Two databases of their own and three tenants.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::with_history();
    for folder in ["tenants", "other"] {
        std::fs::create_dir(env.path(folder)).unwrap();
    }
    env.write("other/o1.sql", "-- Orders\n--\n-- revision: o1\n-- revises:\n\n-- migrate:up\nCREATE TABLE orders (id INTEGER);\n\n-- migrate:down\nDROP TABLE orders;\n");
    env.write(
        "migrate.toml",
        "[database.orders]\ndir = \"other\"\ndatabase-url = \"sqlite:orders.db\"\n\n\
         [database.tenants]\neach = { file = \"tenants.txt\" }\neach-url = \"sqlite:tenants/{name}.db\"\n",
    );
    env.write("tenants.txt", "# Our tenants\nacme\n\nglobex  \nBig Co sqlite:big.db\n");
    env
}

#[test]
fn each_database_has_its_line_and_its_history() {
    let env = environment();
    assert_snapshot!(env.run(&["upgrade", "--all", "--parallel", "1"]), @"
    exit code: 0
    ----- stderr
    4 databases, 1 at once
    orders: 1 step done, at o1
    tenants/acme: 3 steps done, at ccc
    tenants/globex: 3 steps done, at ccc
    tenants/Big Co: 3 steps done, at ccc
    4 changed
    ");
    assert_snapshot!(env.run(&["upgrade", "--all"]), @"
    exit code: 0
    ----- stderr
    4 databases, 4 at once
    4 with nothing to do
    ");
    assert_snapshot!(env.run(&["current", "--all"]), @"
    exit code: 0
    ----- stdout
    database        at   pending
    orders          o1   0
    tenants/acme    ccc  0
    tenants/globex  ccc  0
    tenants/Big Co  ccc  0
    ");
    assert_snapshot!(env.run(&["check", "--all"]), @"
    exit code: 0
    ----- stdout
    orders, files: 1 revision, head o1
    tenants, files: 3 revisions, head ccc
    4 of 4 databases at the head
    ");
    assert_snapshot!(env.run(&["downgrade", "-1", "--only", "tenants/*", "--dry-run"]), @"
    exit code: 0
    ----- stdout
    tenants/acme: down ccc, Message of ccc
    tenants/globex: down ccc, Message of ccc
    tenants/Big Co: down ccc, Message of ccc
    ----- stderr
    3 databases, 3 at once
    3 would change
    ");
    assert_snapshot!(env.run(&["downgrade", "-1", "--only", "acme", "--yes"]), @"
    exit code: 0
    ----- stderr
    1 database, 1 at once
    tenants/acme: 1 step done, at bbb
    1 changed
    ");
    assert_snapshot!(env.run(&["current", "--all", "--check-heads"]), @"
    exit code: 3
    ----- stdout
    database        at   pending
    orders          o1   0
    tenants/acme    bbb  1
    tenants/globex  ccc  0
    tenants/Big Co  ccc  0
    ----- stderr
    error: 1 database not at the heads of the history
      help: `cargo migrate upgrade --all` applies what is pending
    ");
    assert_snapshot!(env.run(&["check", "--only", "acme", "--format", "json"]), @r#"
    exit code: 3
    ----- stdout
    {"ok":false,"files":[{"database":"tenants","ok":true,"findings":[],"heads":["ccc"],"models":null,"pending":null,"drift":null}],"databases":[{"database":"tenants","name":"acme","ok":false,"pending":["ccc"]}]}
    "#);
    assert_snapshot!(env.run(&["upgrade", "--all", "--format", "json"]), @r#"
    exit code: 0
    ----- stdout
    {"ok":true,"databases":[{"database":"orders","name":"orders","steps":[],"heads_after":["o1"]},{"database":"tenants","name":"acme","steps":[{"revision":"ccc","direction":"up","message":"Message of ccc","duration_ms":[MS]}],"heads_after":["ccc"]},{"database":"tenants","name":"globex","steps":[],"heads_after":["ccc"]},{"database":"tenants","name":"Big Co","steps":[],"heads_after":["ccc"]}]}
    ----- stderr
    4 databases, 4 at once
    tenants/acme: 1 step done, at ccc
    1 changed, 3 with nothing to do
    "#);
}

#[test]
fn failures_that_are_alike_are_one_error() {
    let env = environment();
    env.ok(&["upgrade", "--all"]);
    env.revision("ddd", "ccc", "CREATE TABLE users (id INTEGER);", "DROP TABLE users;");
    assert_snapshot!(env.run(&["upgrade", "--all", "--keep-going", "--parallel", "1"]), @"
    exit code: 1
    ----- stderr
    4 databases, 1 at once
    tenants/acme: failed: statement 1 of revision ddd (up) failed
    tenants/globex: failed: statement 1 of revision ddd (up) failed
    tenants/Big Co: failed: statement 1 of revision ddd (up) failed
    1 with nothing to do, 3 failed
    error: tenants/acme, tenants/globex, tenants/Big Co: statement 1 of revision ddd (up) failed
     --> migrations/ddd.sql:8:1
      |
    8 | CREATE TABLE users (id INTEGER)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ table users already exists
      |
      = help: the step was rolled back whole
    error: 3 of 4 databases failed
      help: fix the cause and run the same command again: it continues with the databases that are behind
    ");
    assert_snapshot!(env.run(&["upgrade", "--all", "--parallel", "1", "-q"]), @"
    exit code: 1
    ----- stderr
    error: tenants/acme: statement 1 of revision ddd (up) failed
     --> migrations/ddd.sql:8:1
      |
    8 | CREATE TABLE users (id INTEGER)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ table users already exists
      |
      = help: the step was rolled back whole
    error: 1 of 4 databases failed, 2 not begun
      help: fix the cause and run the same command again: it continues with the databases that are behind
    ");
}

#[test]
fn what_makes_no_sense_for_several_databases_is_refused() {
    let env = environment();
    for args in [
        &["upgrade", "--name", "tenants"][..],
        &["log", "--name", "tenants"],
        &["upgrade", "--all", "--sql", "--dialect", "postgres"],
        &["upgrade", "--all", "--database-url", "sqlite:x.db"],
        &["upgrade", "--only", "acne"],
        &["upgrade", "--keep-going"],
        &["downgrade", "-1", "--all"],
        &["downgrade", "-1", "--all", "--yes", "--confirm", "7"],
    ] {
        let outcome = env.run(args);
        assert_eq!(outcome.code, 2, "{args:?}\n{outcome}");
    }
    assert!(!env.path("tenants/acme.db").exists());
    assert_snapshot!(env.run(&["upgrade", "--name", "tenants"]), @"
    exit code: 2
    ----- stderr
    error: [database.tenants] of migrate.toml has several databases, those of `each`
      help: `--all` or `--only NAME` of upgrade, downgrade, current and check select them
      help: `--database-url` names one of them
    ");
    assert_snapshot!(env.run(&["upgrade", "--only", "acne"]), @"
    exit code: 2
    ----- stderr
    error: `--only acne` is none of the databases
      help: did you mean `acme`?
    ");
}

#[test]
fn a_list_that_is_wrong_is_refused_before_anything_runs() {
    let env = environment();
    let run = |each: &str| {
        env.write("migrate.toml", &format!("[database.tenants]\n{each}\n"));
        let outcome = env.run(&["upgrade", "--all"]);
        assert!(!env.path("tenants/acme.db").exists(), "{outcome}");
        outcome
    };
    let url = "each-url = \"sqlite:tenants/{name}.db\"";
    assert_snapshot!(run("each = \"tenants.txt\""), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `each` cannot have this value
     --> migrate.toml:2:8
      |
    2 | each = "tenants.txt"
      |        ^^^^^^^^^^^^^
      |
      = help: write a query, a list, a file or a program: `each = "SELECT .."`, `each = ["acme"]`, `each = { file = "tenants.txt" }` or `each = { command = ["list-tenants"] }`

    error: nothing was done because of the error above
    "#);
    assert_snapshot!(run("each = { files = \"x\" }"), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `each` cannot have this value
     --> migrate.toml:2:10
      |
    2 | each = ***
      |          ^
      |
      = help: write a query, a list, a file or a program: `each = "SELECT .."`, `each = ["acme"]`, `each = { file = "tenants.txt" }` or `each = { command = ["list-tenants"] }`

    error: nothing was done because of the error above
    "#);
    assert_snapshot!(run("each-url = \"sqlite:tenants/x.db\""), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `each-url` cannot have this value
     --> migrate.toml:2:12
      |
    2 | each-url = ***
      |            ^^^
      |
      = help: write `{name}` in it: `each-url = "postgres://user@host/app?search_path={name}"`

    error: nothing was done because of the error above
    "#);
    assert_snapshot!(run(&format!("{url}\neach = [\"acme\", \"acme\"]")), @"
    exit code: 2
    ----- stderr
    error: `each` names `acme` twice
      help: give each its own name: `NAME URL` in a line, or two columns of the query
    ");
    assert_snapshot!(run(&format!("{url}\neach = [\"acme\", \"../x\"]")), @"
    exit code: 2
    ----- stderr
    error: `each` names `../x`: the database URL is not understood: `../x` would be a path, and not the name of a file
      help: give its URL instead: `NAME sqlite:PATH`
    ");
    assert_snapshot!(run(&format!("{url}\neach = [\"acme\", \"a\\nb\"]")), @r#"
    exit code: 2
    ----- stderr
    error: `each` names "a\nb"
      help: a name has no control characters
    "#);
    assert_snapshot!(run("each = [\"acme\"]"), @r#"
    exit code: 2
    ----- stderr
    error: `each` names `acme`: the database URL is not understood: `acme` has no URL, and an SQLite database has no schemas
      help: write `each-url = "sqlite:tenants/{name}.db"` beside `each`
    "#);
    assert_snapshot!(run(&format!("{url}\neach = {{ file = \"none.txt\" }}")), @"
    exit code: 2
    ----- stderr
    error: none.txt cannot be read
      caused by: No such file or directory (os error 2)
      help: it is the `file` of `each` in [database.tenants] of migrate.toml
    ");
    assert_snapshot!(run("each = [\"x\"]\neach-url = \"postgres://h/d?options=-c%20search_path%3D{name}\""), @"
    exit code: 2
    ----- stderr
    error: `each` names `x`: the database URL is not understood: `{name}` stands in `options`, where it could set anything
      help: write `?search_path={name}`
    ");
    assert_snapshot!(run("each = [\"x postgres://u:s3cret@h:port/d\"]"), @"
    exit code: 2
    ----- stderr
    error: `each` names `x`: the database URL is not understood: what follows the `:` of the host is no port number
      help: the URL of a server is written as `postgres://user:***@host/name`
      help: special characters of a user, password or name are percent-encoded: `@` is `%40`, `:` `%3A`, `/` `%2F`, `?` `%3F`, `#` `%23`, `%` `%25`
    ");
}

#[cfg(unix)]
#[test]
fn a_program_may_name_the_databases() {
    let env = environment();
    let toml = |script: &str| {
        let url = "each-url = \"sqlite:tenants/{name}.db\"";
        env.write("migrate.toml", &format!("[database.tenants]\n{url}\neach = {{ command = [\"/bin/sh\", \"-c\", \"{script}\"] }}\n"));
    };
    toml("echo acme; echo globex");
    assert_snapshot!(env.run(&["upgrade", "--all", "--parallel", "1"]), @"
    exit code: 0
    ----- stderr
    2 databases, 1 at once
    tenants/acme: 3 steps done, at ccc
    tenants/globex: 3 steps done, at ccc
    2 changed
    ");
    toml("echo acme; echo no such table >&2; exit 3");
    assert_snapshot!(env.run(&["upgrade", "--all"]), @"
    exit code: 1
    ----- stderr
    error: `/bin/sh`, the program of `each`, failed
      caused by: exit status: 3: no such table
    ");
}

#[cfg(unix)]
#[test]
fn the_programs_around_runs_are_told_of_each_database() {
    let env = environment();
    env.write("notify", "echo \"$1 $MIGRATE_COMMAND $MIGRATE_DATABASE $MIGRATE_REVISIONS\"\n");
    let hooks = "before-run = [\"/bin/sh ./notify before\"]\n";
    env.write("migrate.toml", &format!("{}{hooks}", env.read("migrate.toml")));
    env.ok(&["upgrade", "--only", "acme"]);
    let outcome = env.ok(&["upgrade", "--name", "tenants", "--all", "--parallel", "1"]);
    let told = outcome.stderr.lines().filter(|line| line.starts_with("before "));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), 2, "nothing to do is nothing to tell: {outcome}");
    assert!(told[0].contains("tenants/globex.db aaa bbb ccc"), "{outcome}");
}
