//! Variables in SQL: `[variables]` of migrate.toml and `-x`.

use insta::assert_snapshot;
use migrate_core::dialect::Dialect;

use crate::support::TestEnvironment;
use crate::support::db::Db;

fn environment() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    env.write(
        "migrate.toml",
        "dialects = [\"sqlite\"]\n[variables]\ntenant = \"identifier\"\n\
         region = { kind = \"literal\", default = \"eu\" }\n",
    );
    env.revision(
        "aaa",
        "",
        "CREATE TABLE ${tenant} (region TEXT DEFAULT ${region});",
        "DROP TABLE ${tenant};",
    );
    env
}

#[test]
fn values_come_from_the_command_line_and_defaults_from_the_file() {
    let env = environment();
    assert_snapshot!(env.run(&["upgrade"]), @"
    exit code: 1
    ----- stderr
    database: sqlite:app.db (a new file)
    error: revision aaa (Message of aaa) has variables without a value: tenant
      help: give `-x tenant=..`, or a default under `[variables]` in migrate.toml
      help: nothing was changed
    ");
    assert_snapshot!(env.run(&["upgrade", "-x", "tennant=acme"]), @"
    exit code: 2
    ----- stderr
    error: there is no variable `tennant`
      help: did you mean `tenant`?
    ");
    assert_snapshot!(env.run(&["upgrade", "-x", "tenant="]), @"
    exit code: 2
    ----- stderr
    error: the value of `tenant` cannot be written: a name cannot be empty
      help: `tenant` is declared as identifier under `[variables]` in migrate.toml
    ");
    assert_snapshot!(env.run(&["upgrade", "-x", "acme"]), @"
    exit code: 2
    ----- stderr
    error: invalid value 'acme' for '-x <NAME=VALUE>': write a name and a value, as in `tenant=acme`

    For more information, try '--help'.
    ");
    let sql = env.ok(&["upgrade", "--sql", "-x", "tenant=it's"]).stdout;
    assert!(sql.contains("CREATE TABLE \"it's\" (region TEXT DEFAULT 'eu')"), "{sql}");
    env.ok(&["upgrade", "-x", "tenant=acme; DROP", "-x", "region=us"]);
    assert_eq!(env.tables("app.db"), ["acme; DROP"]);
    // All is applied, whatever the values are now; what a table is called without them nobody knows.
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 0
    ----- stdout
    files: 1 revision, head aaa
    database: at the head
    ----- stderr
    the schema is not compared: revision aaa has variables without a value; give `-x tenant=..`
    ");
    assert_eq!(env.run(&["check", "-x", "tenant=acme; DROP", "-x", "region=us"]).code, 0);
    env.ok(&["downgrade", "base", "--yes", "-x", "tenant=acme; DROP"]);
    assert!(env.tables("app.db").is_empty());
}

#[test]
fn the_files_are_checked_without_values() {
    let env = environment();
    let shown = env.ok(&["schema"]).stdout;
    assert!(shown.contains("variable_tenant") && shown.contains("DEFAULT 'eu'"), "{shown}");
    env.ok(&["lint"]);
    env.ok(&["test", "--fresh"]);
    env.revision("bbb", "aaa", "SELECT ${regoin};", "SELECT x${region};");
    assert_snapshot!(env.run(&["check"]), @"
    exit code: 3
    ----- stdout
    files: 2 mistakes
    database: not checked because of the errors in the files
    ----- stderr
    error[unknown-variable]: the variable `regoin` is not declared
     --> migrations/bbb.sql:8:8
      |
    8 | SELECT ${regoin};
      |        ^^^^^^^^^
      |
      = help: did you mean `region`?

    error[unknown-variable]: the variable `region` is part of a longer word
      --> migrations/bbb.sql:11:9
       |
    11 | SELECT x${region};
       |         ^^^^^^^^^
       |
       = help: a variable replaces a whole string or a whole name: write it alone, and give it the whole value
    ");
}

#[test]
fn a_wrong_declaration_is_reported_at_its_line() {
    let env = environment();
    env.write(
        "migrate.toml",
        "[variables]\na = \"number\"\n\"b-c\" = \"literal\"\nd = { default = \"x\" }\n\
         e = { kind = \"identifier\", default = \"\" }\n",
    );
    assert_snapshot!(env.run(&["heads"]), @r#"
    exit code: 2
    ----- stderr
    error[setting-value]: `variables.a` cannot have this value
     --> migrate.toml:2:5
      |
    2 | a = "number"
      |     ^^^^^^^^
      |
      = help: write `a = "literal"` or `a = "identifier"`, or with a default `a = { kind = "literal", default = ".." }`

    error[setting-value]: `variables` cannot have this value
     --> migrate.toml:3:1
      |
    3 | "b-c" = "literal"
      | ^^^^^
      |
      = help: name it with letters, digits and `_`, a letter first, at most 40

    error[setting-value]: `variables.d` cannot have this value
     --> migrate.toml:4:5
      |
    4 | d = ***
      |     ^^^
      |
      = help: write `d = "literal"` or `d = "identifier"`, or with a default `d = { kind = "literal", default = ".." }`

    error[setting-value]: `variables.e` cannot have this value
     --> migrate.toml:5:8
      |
    5 | e = ***
      |        ^
      |
      = help: choose another value: a name cannot be empty

    error: nothing was done because of the 4 errors above
    "#);
}

#[test]
fn downs_and_generated_revisions_have_variables_where_their_ups_have_them() {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", "sqlite:app.db");
    std::fs::create_dir(env.path("migrations")).unwrap();
    env.write(
        "migrate.toml",
        "dialects = [\"sqlite\", \"postgres\"]\nmodels = \"want.sql\"\n\
         [variables]\ntenant = \"identifier\"\nregion = { kind = \"literal\", default = \"eu\" }\n",
    );
    let table = "CREATE TABLE ${tenant} (id INTEGER PRIMARY KEY, region TEXT DEFAULT ${region});";
    env.ok(&["new", "-m", "first", "--rev-id", "aaa", "--sql", table]);
    let text = revision_text(&env, "aaa");
    assert!(
        text.contains(table) && text.ends_with("-- migrate:down\nDROP TABLE ${tenant};\n"),
        "{text}"
    );

    env.write("want.sql", &table.replace(");", ", note TEXT DEFAULT ${region});"));
    env.ok(&["new", "--autogenerate", "--rev-id", "bbb"]);
    let text = revision_text(&env, "bbb");
    assert!(
        text.contains("ALTER TABLE ${tenant} ADD COLUMN note TEXT DEFAULT ${region};"),
        "{text}"
    );
    assert!(text.contains("ALTER TABLE ${tenant} DROP COLUMN note;"), "{text}");
    assert!(!text.replace("-- add variable_tenant", "").contains("variable_"), "{text}");
    let again = env.ok(&["new", "--autogenerate"]);
    assert!(again.stderr.contains("nothing to do"), "{again}");

    // The models are read with the values of the run.
    env.ok(&["upgrade", "-x", "tenant=acme", "-x", "region=us"]);
    let check = env.run(&["check", "-x", "tenant=acme", "-x", "region=us"]);
    assert_eq!(check.code, 0, "{check}");

    env.revision(
        "ccc",
        "bbb",
        "UPDATE ${tenant} SET region = ${region};\nDROP TABLE ${tenant};",
        "",
    );
    env.ok(&["derive", "ccc"]);
    let text = revision_text(&env, "ccc");
    assert!(
        text.contains("CREATE TABLE ${tenant} (") && text.contains("DEFAULT ${region}"),
        "{text}"
    );
    assert!(text.contains("-- migrate:lossy variable_tenant"), "{text}");
}

/// The text of the file whose name holds an id.
fn revision_text(env: &TestEnvironment, id: &str) -> String {
    let names = std::fs::read_dir(env.path("migrations")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    env.read(&format!("migrations/{}", names.find(|name| name.contains(id)).unwrap()))
}

const TABLE: &str =
    "CREATE TABLE ${tenant} (id INTEGER PRIMARY KEY, region VARCHAR(9) DEFAULT ${region});\n";

#[test]
fn a_file_of_sql_is_read_as_a_revision_is() {
    let mut env = TestEnvironment::new();
    env.write(
        "migrate.toml",
        "[variables]\ntenant = \"identifier\"\nregion = { kind = \"literal\", default = \"eu\" }\n",
    );
    env.revision("aaa", "", TABLE, "DROP TABLE ${tenant};");
    env.write("want.sql", TABLE);
    let dialect = ["--dialect", "sqlite"];
    // Both ends have placeholders, or both have values.
    for values in [&[][..], &["-x", "tenant=acme", "-x", "region=us"]] {
        let args = [&["diff", "aaa", "want.sql"][..], &dialect, values].concat();
        assert_eq!(env.run(&args).code, 0, "{values:?}");
    }
    let shown = |what| {
        let args = ["schema", what, "-x", "tenant=acme"];
        env.ok(&[&args[..], &dialect].concat()).stdout
    };
    assert_eq!(shown("want.sql"), shown("aaa"));
    assert!(shown("want.sql").contains("\"acme\" ("), "{}", shown("want.sql"));
    assert!(shown("want.sql").contains("DEFAULT 'eu'"), "{}", shown("want.sql"));
    let models =
        env.ok(&[&["models", "--from", "want.sql", "-x", "tenant=acme"][..], &dialect].concat());
    assert!(models.stdout.contains("struct Acme"), "{models}");

    env.write("wrong.sql", "CREATE TABLE a (b TEXT DEFAULT ${regoin});\nSELECT x${region};\n");
    env.set("DATABASE_URL", "sqlite:app.db");
    let wrong = env.run(&["schema", "wrong.sql"]);
    assert_snapshot!(wrong, @"
    exit code: 1
    ----- stderr
    error[unknown-variable]: the variable `regoin` is not declared
     --> wrong.sql:1:32
      |
    1 | CREATE TABLE a (b TEXT DEFAULT ${regoin});
      |                                ^^^^^^^^^
      |
      = help: did you mean `region`?

    error[unknown-variable]: the variable `region` is part of a longer word
     --> wrong.sql:2:9
      |
    2 | SELECT x${region};
      |         ^^^^^^^^^
      |
      = help: a variable replaces a whole string or a whole name: write it alone, and give it the whole value

    error: nothing was done because of the 2 errors above
    ");
    for args in [
        &["diff", "head", "wrong.sql"][..],
        &["models", "--from", "wrong.sql"],
        &["new", "--autogenerate", "--models", "wrong.sql", "--dry-run"],
    ] {
        let found = env.run(args);
        assert_eq!((found.code, &found.stderr), (1, &wrong.stderr), "{args:?}");
    }
    assert_snapshot!(env.run(&["schema", "want.sql", "-x", "tennant=acme"]), @"
    exit code: 2
    ----- stderr
    error: there is no variable `tennant`
      help: did you mean `tenant`?
    ");
}

#[test]
fn a_file_and_a_database_are_compared_with_values() {
    for dialect in Dialect::ALL {
        let Some(db) = Db::fresh_blocking(dialect) else { continue };
        let mut env = TestEnvironment::new();
        env.set("DATABASE_URL", &db.url);
        env.write(
            "migrate.toml",
            &format!(
                "dialects = [\"{dialect}\"]\n[variables]\ntenant = \"identifier\"\nregion = \"literal\"\n"
            ),
        );
        let table = TABLE.replace(" PRIMARY KEY", " PRIMARY KEY NOT NULL");
        env.revision("aaa", "", &table, "DROP TABLE ${tenant};");
        env.write("want.sql", &table);
        let values = ["-x", "tenant=acme", "-x", "region=us"];
        let with = |args: &[&'static str]| [args, &values].concat();
        env.ok(&with(&["upgrade"]));
        for (what, named) in [("want.sql", "want.sql"), ("head", "revision aaa")] {
            let same = env.run(&with(&["diff", what, "database"]));
            assert_eq!(same.code, 0, "{dialect}: {same}");
            let refused = env.run(&["diff", "database", what, "-x", "tenant=acme"]);
            let expected = format!(
                "error: {named} has variables without a value: region\n  \
                 help: give `-x region=..`, or a default under `[variables]` in migrate.toml\n"
            );
            assert_eq!((refused.code, refused.stderr), (1, expected), "{dialect}");
        }
        // A database as the wanted schema has the values too. One of MariaDB also states options of tables.
        if dialect == Dialect::Mysql {
            continue;
        }
        let url: &'static str = db.url.clone().leak();
        let live = ["new", "--autogenerate", "--dry-run", "--models", url];
        let nothing = env.ok(&with(&live));
        assert!(nothing.stderr.contains("nothing to do"), "{dialect}: {nothing}");
        let refused = env.run(&live);
        assert_eq!(refused.code, 1, "{dialect}: {refused}");
        assert!(
            refused.stderr.contains("has variables without a value: tenant, region"),
            "{refused}"
        );
        let sql = "ALTER TABLE acme ADD COLUMN note VARCHAR(9) DEFAULT 'us'";
        tokio::runtime::Runtime::new().unwrap().block_on(db.execute(sql));
        let added = env.ok(&with(&live));
        assert!(
            added.stderr.contains("has the value of the variable `tenant`: write `${tenant}`"),
            "{added}"
        );
        assert!(added.stderr.contains("the variable `region`"), "{added}");
        assert!(added.stdout.contains("acme"), "{added}");
    }
}

#[test]
fn the_schema_file_has_the_variables_whatever_their_values_are() {
    let env = environment();
    let settings = env.read("migrate.toml");
    env.write("migrate.toml", &format!("schema-file = \"schema.sql\"\n{settings}"));
    let outdated = env.run(&["check"]);
    assert!(outdated.stderr.contains("`cargo migrate accept` writes it"), "{outdated}");
    env.ok(&["accept", "-x", "region=us"]);
    let text = env.read("schema.sql");
    assert!(
        text.contains("CREATE TABLE ${tenant}") && text.contains("DEFAULT ${region}"),
        "{text}"
    );
    env.ok(&["upgrade", "-x", "tenant=acme", "-x", "region=us"]);
    assert_eq!(env.run(&["check", "-x", "tenant=acme", "-x", "region=us"]).code, 0);
    assert_eq!(
        env.run(&["diff", "schema.sql", "database", "-x", "tenant=acme", "-x", "region=us"]).code,
        0
    );
}
