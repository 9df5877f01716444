//! Where the folder, the settings and the database come from.

use insta::assert_snapshot;

use crate::support::{RevisionFile, TestEnvironment};

#[test]
fn the_configuration_is_found_from_a_folder_below() {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dir = \"db/history\"\ndatabase-url = \"sqlite:db/app.db\"\n");
    let file = RevisionFile::new("aaa", "").message("A").up("CREATE TABLE a (x);");
    env.write("db/history/a.sql", &file.down("DROP TABLE a;").text());
    env.write("src/lib.rs", "");
    assert_snapshot!(env.run_in("src", &["show", "head"]), @"
    exit code: 0
    ----- stdout
    revision:    aaa (head)
    revises:     <base>
    path:        ../db/history/a.sql
    applied:     no

        A

        table a was added
    ");
    assert_eq!(env.run_in("src", &["upgrade"]).code, 0);
    assert_eq!(env.tables("db/app.db"), ["a"]);
}

#[test]
fn the_url_comes_from_the_option_then_the_environment_then_dotenv_then_the_configuration() {
    let mut env = TestEnvironment::with_history();
    let drop = |env: &TestEnvironment, args: &[&str]| {
        let args = [&["db", "drop", "--yes"], args].concat();
        env.run(&args).stderr
    };
    env.set("DATABASE_URL", "");
    env.set("FROM", "toml");
    env.write("migrate.toml", "database-url = \"sqlite:${FROM}.db\"\n");
    assert!(drop(&env, &[]).ends_with("/toml.db\n"));
    env.write(".env", "# a comment\nDATABASE_URL=\"sqlite:dotenv.db\"\n");
    assert!(drop(&env, &[]).ends_with("/dotenv.db\n"));
    env.set("DATABASE_URL", "sqlite:environment.db");
    assert!(drop(&env, &[]).ends_with("sqlite:environment.db\n"));
    assert!(drop(&env, &["--database-url", "sqlite:option.db"]).ends_with("sqlite:option.db\n"));
}

#[test]
fn a_path_behind_three_slashes_is_absolute_unless_it_begins_with_a_dot() {
    let mut env = TestEnvironment::with_history();
    env.write("data/.keep", "");
    env.set("DATABASE_URL", "sqlite:///./data/x.db");
    env.ok(&["upgrade"]);
    assert_eq!(env.tables("data/x.db"), ["posts", "users"]);
    env.set("DATABASE_URL", "");
    env.write("data/.env", "DATABASE_URL=sqlite:///../above.db\n");
    env.write("data/migrate.toml", "dir = \"../migrations\"\n");
    assert_eq!(env.run_in("data", &["upgrade"]).code, 0);
    assert_eq!(env.tables("above.db"), ["posts", "users"]);
    assert_snapshot!(env.run(&["current", "--database-url", "sqlite:///app.db"]), @"
    exit code: 0
    ----- stderr
    note: the database URL names the absolute path /app.db; `sqlite:app.db` is relative
    nothing is applied
    3 revisions pending
    ");
}

#[test]
fn dotenv_fills_in_variables_of_the_configuration() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "SELECT 1;", "SELECT 1;");
    env.write("migrate.toml", "database-url = \"sqlite:${NAME}.db\"\n");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 2
    ----- stderr
    error: the database URL cannot be filled in
      caused by: the environment variable NAME is not set
      help: set the variable, or write it into .env
    ");
    env.write(".env", "NAME=app\n");
    assert_snapshot!(env.run(&["current"]), @"
    exit code: 0
    ----- stderr
    nothing is applied
    1 revision pending
    ");
}

#[test]
fn a_line_of_dotenv_that_is_wrong_is_not_repeated() {
    let env = TestEnvironment::new();
    env.revision("aaa", "", "SELECT 1;", "SELECT 1;");
    env.write(".env", "PASSWORD='s3cret\n");
    let outcome = env.run(&["current"]);
    assert_snapshot!(outcome, @"
    exit code: 2
    ----- stderr
    error: .env cannot be read
      help: a line is `NAME=value`; a value with spaces stands in quotes
    ");
    assert!(!outcome.stderr.contains("s3cret"));
}

#[test]
fn a_database_chosen_by_name_has_its_own_folder_and_url() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:main.db");
    env.revision("aaa", "", "CREATE TABLE a (x);", "DROP TABLE a;");
    env.write(
        "migrate.toml",
        "[database.billing]\ndir = \"migrations\"\ndatabase-url = \"sqlite:billing.db\"\n[database.other]\n",
    );
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 2
    ----- stderr
    error: migrate.toml has several databases and none was chosen
      help: say which with `--name`: billing, other
    ");
    assert_snapshot!(env.run(&["upgrade", "--name", "biling"]), @"
    exit code: 2
    ----- stderr
    error: migrate.toml has no database `biling`
      help: did you mean `--name billing`?
    ");
    assert_snapshot!(env.run(&["upgrade", "--name", "billing"]), @"
    exit code: 0
    ----- stderr
    database: sqlite:[ROOT]/work/billing.db (a new file)
    up   aaa, Message of aaa ([TIME])
    1 step done; the database is at aaa
    ");
    assert_eq!(env.tables("billing.db"), ["a"]);
    assert!(!env.path("main.db").exists());
}

#[test]
fn mistakes_in_the_configuration_are_told_at_their_places() {
    let env = TestEnvironment::with_history();
    env.write("migrate.toml", "dirr = \"x\"\nheads = \"two\"\n");
    assert_snapshot!(env.run(&["heads"]), @r#"
    exit code: 2
    ----- stderr
    error[unknown-setting]: `dirr` is not a setting
     --> migrate.toml:1:1
      |
    1 | dirr = "x"
      | ^^^^
      |
      = help: did you mean `dir`?

    error[setting-value]: `heads` cannot have this value
     --> migrate.toml:2:9
      |
    2 | heads = "two"
      |         ^^^^^
      |
      = help: write `heads = "one"` or `heads = "many"`

    error: nothing was done because of the 2 errors above
    "#);
    assert_snapshot!(env.run(&["heads", "--config", "other.toml"]), @"
    exit code: 2
    ----- stderr
    error: other.toml cannot be read
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn a_folder_named_by_hand_needs_no_configuration() {
    let env = TestEnvironment::with_history();
    std::fs::rename(env.path("migrations"), env.path("elsewhere")).unwrap();
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 2
    ----- stderr
    error: the folder migrations does not exist
      help: `cargo migrate init` creates it
      help: `--dir`, or `dir` in migrate.toml, selects another
    ");
    assert_snapshot!(env.run(&["heads", "--dir", "elsewhere"]), @"
    exit code: 0
    ----- stdout
    ccc (head), Message of ccc
    ");
}

#[test]
fn a_package_of_a_workspace_is_named_or_found() {
    let mut env = TestEnvironment::new();
    env.set_cargo();
    env.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n");
    for name in ["one", "two"] {
        env.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        env.write(&format!("{name}/src/lib.rs"), "");
        let file = RevisionFile::new(&format!("in_{name}"), "").message("M").up("SELECT 1;");
        env.write(&format!("{name}/migrations/a.sql"), &file.noop("a test").text());
    }
    assert_snapshot!(env.run(&["heads", "-p", "one"]), @"
    exit code: 0
    ----- stdout
    in_one (head), M
    ");
    assert_snapshot!(env.run(&["heads", "--manifest-path", "two/Cargo.toml"]), @"
    exit code: 0
    ----- stdout
    in_two (head), M
    ");
    assert_snapshot!(env.run_in("two/src", &["heads"]), @"
    exit code: 0
    ----- stdout
    in_two (head), M
    ");
    assert_snapshot!(env.run(&["heads", "-p", "tow"]), @"
    exit code: 2
    ----- stderr
    error: the workspace has no package `tow`
      help: did you mean `two`?
    ");
    assert_snapshot!(env.run(&["heads"]), @"
    exit code: 2
    ----- stderr
    error: several packages of the workspace have migrations
      help: say which with `--package`
    ");
}
