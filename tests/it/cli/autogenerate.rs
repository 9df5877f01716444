//! `new --autogenerate`.

use insta::assert_snapshot;

use crate::support::TestEnvironment;

/// A history of one table, and models.
fn project(dialects: &str, schema: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("migrate.toml", &format!("dialects = [{dialects}]\nmodels = \"schema.sql\"\n"));
    let table = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);";
    env.revision("aaa", "", table, "DROP TABLE users;");
    env.write("schema.sql", schema);
    env
}

/// The sections of the only file with a random id.
pub(super) fn written(env: &TestEnvironment) -> String {
    let listed = std::fs::read_dir(env.path("migrations")).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let own = |name: &String| name.ends_with(".sql") && name != "aaa.sql";
    let new: Vec<String> = names.filter(own).collect();
    let [name] = new.as_slice() else { panic!("{new:?}") };
    let text = env.read(&format!("migrations/{name}"));
    text[text.find("-- migrate:").unwrap()..].to_owned()
}

#[test]
fn a_change_is_written_with_its_way_back_and_then_nothing_is_left() {
    let env = project(
        "\"sqlite\"",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);
         CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));
         CREATE INDEX posts_author ON posts (author);",
    );
    let done = env.ok(&["new", "--autogenerate"]);
    assert!(done.stdout.contains("create_posts"), "{}", done.stdout);
    let text = written(&env);
    assert!(text.contains("CREATE TABLE posts") && text.contains("CREATE INDEX posts_author"));
    assert!(text.contains("-- migrate:down\nDROP TABLE posts;"), "{text}");
    assert_snapshot!(env.run(&["new", "--autogenerate"]), @"
    exit code: 0
    ----- stderr
    nothing to do: the history makes the wanted schema
    ");
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn a_likely_rename_is_never_dropped_without_being_told() {
    let env = project("\"sqlite\"", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);");
    assert_snapshot!(env.run(&["new", "--autogenerate"]), @"
    exit code: 3
    ----- stderr
    error: was column users.mail renamed to email?
      help: if so: `--rename users.mail=email`, or `--yes` for all
      help: if not: `--drop users.mail`; its values are lost
    ");
    env.ok(&["new", "--autogenerate", "--rename", "users.mail=email"]);
    assert_snapshot!(written(&env), @"
    -- migrate:up
    ALTER TABLE users RENAME COLUMN mail TO email;

    -- migrate:down
    ALTER TABLE users RENAME COLUMN email TO mail;
    ");
}

#[test]
fn a_loss_wants_consent_and_is_declared() {
    let env = project("\"postgres\"", "CREATE TABLE users (id INTEGER PRIMARY KEY);");
    assert_snapshot!(env.run(&["new", "--autogenerate"]), @"
    exit code: 3
    ----- stderr
    error: the revision loses values of users.mail (the column is dropped)
      help: `--yes` writes it; `--dry-run` shows it
    ");
    let shown = env.ok(&["new", "--autogenerate", "--dry-run"]);
    assert!(shown.stdout.contains("-- migrate:lossy users.mail the column is dropped"));
    env.ok(&["new", "--autogenerate", "--yes"]);
    assert!(written(&env).contains("ALTER TABLE users DROP COLUMN mail;"));
}

#[test]
fn several_databases_have_their_own_sections_where_they_differ() {
    let env = project(
        "\"sqlite\", \"postgres\"",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT, age INTEGER NOT NULL);",
    );
    env.ok(&["new", "--autogenerate", "-m", "age"]);
    let text = written(&env);
    for part in [
        "-- migrate:up dialect:sqlite\n",
        "INSERT INTO new_users (id, mail, age) SELECT id, mail, 0 FROM users;",
        "-- migrate:up dialect:postgres transaction:false\n",
        "-- backfill: 0 is a placeholder; choose users.age for the rows that are there\n",
        "VALIDATE CONSTRAINT age_is_not_null;",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(env.run(&["check"]).code, 0);
}

#[test]
fn what_cannot_be_compared_is_refused_with_its_place() {
    let env = project(
        "\"postgres\"",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
",
    );
    assert_snapshot!(env.run(&["new", "--autogenerate"]), @"
    exit code: 1
    ----- stderr
    error: schema.sql:2: the static schema does not follow this statement, so it cannot be compared with the history
      help: add the statement to a revision in the same words, or leave it out of the models
    ");
    let env = project(
        "\"sqlite\"",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);\nCREATE TABEL x (y);\n",
    );
    assert!(env.run(&["new", "--autogenerate"]).stderr.contains("schema.sql:2:8"));
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    assert_snapshot!(env.run(&["new", "--autogenerate"]), @r#"
    exit code: 2
    ----- stderr
    error: no wanted schema is configured
      help: write `models = "schema.sql"` into migrate.toml, or pass `--models schema.sql`
      help: or derive `migrate_db::Table` for a struct of this package
    "#);
}

#[test]
fn what_only_the_history_states_and_cannot_be_compared_is_named() {
    let table = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);";
    let env = project("\"postgres\"", table);
    let privileges = "\
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;\n\
        ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC;\n\
        GRANT SELECT ON users TO PUBLIC;";
    env.revision("bbb", "aaa", privileges, "SELECT 1;");
    let told = env.ok(&["new", "--autogenerate", "--dry-run"]).stderr;
    let warning = "not compared: the models do not have the statement at migrations/bbb.sql:";
    assert!(told.contains(warning), "{told}");
    // In the same words they are no difference.
    env.write("schema.sql", &format!("{table}\n{privileges}"));
    let told = env.ok(&["new", "--autogenerate"]);
    assert!(!told.stderr.contains("not compared"), "{told}");
    assert!(told.stdout.is_empty(), "{told}");
}

#[test]
fn an_amended_revision_is_generated_again_or_keeps_what_was_written_by_hand() {
    let env = project("\"sqlite\"", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);");
    env.ok(&["new", "--autogenerate", "--rename", "users.mail=email"]);
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
    let wider = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age INTEGER);";
    env.write("schema.sql", wider);
    let database = ["--database-url", "sqlite:app.db"];
    let amend = ["new", "--autogenerate", "--amend"];
    let applied = env.run(&[&amend[..], &database].concat());
    assert_eq!(applied.code, 1, "{applied}");
    assert!(applied.stderr.contains("`cargo migrate downgrade -1` reverts it there"), "{applied}");
    env.ok(&[&["downgrade", "-1"], &database[..]].concat());
    let amended = env.ok(&[&amend[..], &database].concat());
    assert!(amended.stderr.contains("rewrote revision "), "{amended}");
    assert_snapshot!(written(&env), @"
    -- migrate:up
    ALTER TABLE users RENAME COLUMN mail TO email;
    ALTER TABLE users ADD COLUMN age INTEGER;

    -- migrate:down
    ALTER TABLE users RENAME COLUMN email TO mail;
    ALTER TABLE users DROP COLUMN age;
    ");
    assert!(env.ok(&["new", "--autogenerate", "--amend"]).stderr.contains("nothing to do"));
    env.ok(&[&["upgrade"], &database[..]].concat());
    let check = env.ok(&["check", "--database-url", "sqlite:app.db"]);
    assert!(
        check.stdout.ends_with("models: equal to the schema at the head\ndatabase: at the head\n"),
        "{check}"
    );
    // A comment and a statement of one's own.
    let name = std::fs::read_dir(env.path("migrations")).unwrap().map(|file| file.unwrap().path());
    let path = name.into_iter().find(|path| {
        path.extension().is_some_and(|end| end == "sql") && !path.ends_with("aaa.sql")
    });
    let path = path.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let by_hand = "-- ages are counted from now on\nUPDATE users SET age = 0;\n\n-- migrate:down";
    std::fs::write(&path, text.replace("\n-- migrate:down", by_hand)).unwrap();
    env.write("schema.sql", &format!("{wider}\nCREATE INDEX users_age ON users (age);"));
    env.ok(&["new", "--autogenerate", "--amend"]);
    assert_snapshot!(written(&env), @"
    -- migrate:up
    ALTER TABLE users RENAME COLUMN mail TO email;
    ALTER TABLE users ADD COLUMN age INTEGER;
    -- ages are counted from now on
    UPDATE users SET age = 0;
    CREATE INDEX users_age ON users (age);

    -- migrate:down
    DROP INDEX users_age;
    ALTER TABLE users RENAME COLUMN email TO mail;
    ALTER TABLE users DROP COLUMN age;
    ");
}

#[test]
fn only_a_head_is_amended() {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\nmodels = \"schema.sql\"\n");
    env.write("schema.sql", "CREATE TABLE a (id INTEGER);");
    std::fs::create_dir(env.path("migrations")).unwrap();
    assert_snapshot!(env.run(&["new", "--autogenerate", "--amend"]), @"
    exit code: 2
    ----- stderr
    error: there is no revision to amend
      help: without `--amend` the first one is written
    ");
    env.ok(&["new", "--autogenerate"]);
    env.write("schema.sql", "");
    let nothing = env.run(&["new", "--autogenerate", "--amend", "--yes"]);
    assert_eq!(nothing.code, 1, "{nothing}");
    assert!(nothing.stderr.contains("nothing is left of the revision"), "{nothing}");
    let both = env.run(&["new", "--autogenerate", "--amend", "-m", "x"]);
    assert_eq!(both.code, 2, "{both}");
}
