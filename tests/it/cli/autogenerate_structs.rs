//! `new --autogenerate` with structs, a revision or a database as the wanted schema.

use insta::assert_snapshot;

use super::autogenerate::written;
use crate::support::TestEnvironment;

const MANIFEST: &str = "version = \"0.1.0\"\nedition = \"2024\"\n";

/// A workspace of an application and a crate with the shared structs, and a history of one table.
fn workspace(dialects: &str) -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set_cargo();
    env.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"shared\", \"other\"]\n",
    );
    env.write(
        "app/Cargo.toml",
        &format!("[package]\nname = \"app\"\n{MANIFEST}[dependencies]\nshared = {{ path = \"../shared\" }}\n"),
    );
    for name in ["shared", "other"] {
        let manifest = format!("[package]\nname = \"{name}\"\n{MANIFEST}");
        env.write(&format!("{name}/Cargo.toml"), &manifest);
    }
    env.write("app/migrate.toml", &format!("dialects = [{dialects}]\n"));
    env.write("app/src/main.rs", "mod users;\n#[cfg(test)]\nmod absent;\nfn main() {}\n");
    env.write("app/src/users.rs", USERS);
    env.write("shared/src/lib.rs", "#[path = \"kinds/of_tag.rs\"]\npub mod tags;\n");
    env.write("shared/src/kinds/of_tag.rs", TAGS);
    // Nothing depends on this crate.
    env.write("other/src/lib.rs", "#[derive(migrate_db::Table)]\nstruct Elsewhere { id: i64 }\n");
    env.write(
        "app/migrations/aaa.sql",
        "-- users\n--\n-- revision: aaa\n-- revises:\n-- created: 2026-11-21T01:23:45Z\n\n-- migrate:up\n\
         CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(80) NOT NULL DEFAULT '');\n\
         CREATE INDEX users_without_mail ON users (id) WHERE mail = '';\n\
         CREATE TABLE notes (id INTEGER PRIMARY KEY);\n\
         CREATE VIEW mails AS SELECT mail FROM users;\n\n-- migrate:down\n\
         DROP VIEW mails;\nDROP TABLE notes;\nDROP TABLE users;\n",
    );
    env
}

const USERS: &str = "use migrate_db::Table;

/// A person.
#[derive(Debug, Table)]
#[table(name = \"users\")]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(type = \"VARCHAR(80)\")]
    pub mail: String,
}
";

const TAGS: &str = "#[derive(migrate_db::Table)]
#[table(name = \"tags\")]
pub struct Tag {
    #[column(primary_key)]
    pub name: String,
    #[column(references = \"users.id\", on_delete = \"cascade\", index)]
    pub owner: i64,
}
";

/// The sections of the only new revision of the application.
fn sections(env: &TestEnvironment) -> String {
    let listed = std::fs::read_dir(env.path("app/migrations")).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let own = |name: &String| name.ends_with(".sql") && name != "aaa.sql";
    let new: Vec<String> = names.filter(own).collect();
    let [name] = new.as_slice() else { panic!("{new:?}") };
    let text = env.read(&format!("app/migrations/{name}"));
    std::fs::remove_file(env.path(&format!("app/migrations/{name}"))).unwrap();
    text[text.find("-- migrate:").unwrap()..].to_owned()
}

#[test]
fn structs_of_a_workspace_are_the_wanted_schema_and_their_silence_is_no_wish() {
    let env = workspace("\"sqlite\"");
    let done = env.run_in("app", &["new", "--autogenerate"]);
    assert_eq!(done.code, 0, "{done}");
    assert_eq!(
        env.run_in("app", &["new", "--autogenerate"]).stderr,
        "nothing to do: the history makes the wanted schema\n"
    );
    let up = env.run_in("app", &["upgrade", "--database-url", "sqlite:app.db"]);
    assert_eq!(up.code, 0, "{up}");
    assert_eq!(env.tables("app/app.db"), ["notes", "tags", "users"]);
    let down = env.run_in("app", &["downgrade", "-1", "--database-url", "sqlite:app.db"]);
    assert_eq!(down.code, 0, "{down}");
    assert_snapshot!(sections(&env), @r#"
    -- migrate:up
    CREATE TABLE tags (
      name TEXT NOT NULL PRIMARY KEY,
      owner INTEGER NOT NULL,
      FOREIGN KEY (owner) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX tags_owner_idx ON tags (owner);

    -- migrate:down
    DROP TABLE tags;
    "#);
    // The changed struct is read without a build: the crate has no dependencies that could be built.
    let email = USERS.replace("pub mail", "#[column(renamed_from = \"mail\")] pub email");
    env.write(
        "app/src/users.rs",
        &email.replace("String,\n}", "String,\n    pub age: Option<i32>,\n}"),
    );
    let done = env.run_in("app", &["new", "--autogenerate", "--models", "src/users.rs"]);
    assert_eq!(done.code, 0, "{done}");
    assert_snapshot!(sections(&env), @"
    -- migrate:up
    ALTER TABLE users RENAME COLUMN mail TO email;
    ALTER TABLE users ADD COLUMN age INTEGER;

    -- migrate:down
    ALTER TABLE users RENAME COLUMN email TO mail;
    ALTER TABLE users DROP COLUMN age;
    ");
}

#[test]
fn an_answer_about_a_rename_keeps_what_the_struct_is_silent_about() {
    let env = workspace("\"sqlite\"");
    env.write("shared/src/lib.rs", "");
    env.write("app/src/users.rs", &USERS.replace("mail", "email"));
    let asked = env.run_in("app", &["new", "--autogenerate"]);
    assert_snapshot!(asked, @"
    exit code: 3
    ----- stderr
    error: was column users.mail renamed to email?
      help: if so: `--rename users.mail=email`, or `--yes` for all
      help: if not: `--drop users.mail`; its values are lost
    ");
    let renamed = "-- migrate:up\nALTER TABLE users RENAME COLUMN mail TO email;\n\n\
        -- migrate:down\nALTER TABLE users RENAME COLUMN email TO mail;\n";
    for words in [["--rename", "users.mail=email"].as_slice(), &["--yes"]] {
        let done = env.run_in("app", &[["new", "--autogenerate"].as_slice(), words].concat());
        assert_eq!(done.code, 0, "{done}");
        assert_eq!(sections(&env), renamed);
    }
}

#[test]
fn structs_give_a_section_for_each_database_that_differs() {
    let env = workspace("\"sqlite\", \"postgres\"");
    let done = env.run_in("app", &["new", "--autogenerate", "-m", "tags"]);
    assert_eq!(done.code, 0, "{done}");
    assert_snapshot!(sections(&env), @r#"
    -- migrate:up dialect:sqlite
    CREATE TABLE tags (
      name TEXT NOT NULL PRIMARY KEY,
      owner INTEGER NOT NULL,
      FOREIGN KEY (owner) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX tags_owner_idx ON tags (owner);

    -- migrate:up dialect:postgres
    DROP VIEW mails;
    CREATE TABLE tags (
        name text NOT NULL,
        owner bigint NOT NULL,
        CONSTRAINT tags_pkey PRIMARY KEY (name),
        CONSTRAINT tags_owner_fkey FOREIGN KEY (owner) REFERENCES users (id) ON DELETE CASCADE
    );
    ALTER TABLE users ALTER COLUMN id TYPE bigint;
    CREATE INDEX tags_owner_idx ON tags (owner);
    CREATE VIEW mails AS
    SELECT mail FROM users;

    -- migrate:down dialect:sqlite
    DROP TABLE tags;

    -- migrate:down dialect:postgres
    DROP VIEW mails;
    DROP TABLE tags;
    ALTER TABLE users ALTER COLUMN id TYPE integer;
    CREATE VIEW mails AS
    SELECT mail FROM users;
    "#);
    env.write("shared/src/lib.rs", "");
    env.write(
        "app/src/users.rs",
        &USERS.replace("String,\n}", "String,\n    pub at: std::net::IpAddr,\n}"),
    );
    assert_snapshot!(env.run_in("app", &["new", "--autogenerate"]), @r#"
    exit code: 1
    ----- stderr
    error[model-mistake]: `IpNetwork` has no column type of its own on sqlite
      --> src/users.rs:11:13
       |
    11 |     pub at: std::net::IpAddr,
       |             ^^^^^^^^^^^^^^^^
       |
       = help: state it: `#[column(type(sqlite = ".."))]`

    error: nothing was done because of the error above
    "#);
}

#[test]
fn structs_that_cannot_be_read_are_refused_with_their_place() {
    let env = workspace("\"sqlite\"");
    env.write(
        "shared/src/lib.rs",
        "#[derive(migrate_db::Table)]\npub struct Page<T> { pub id: i64, pub of: T }\n",
    );
    assert_snapshot!(env.run_in("app", &["new", "--autogenerate"]), @"
    exit code: 1
    ----- stderr
    error[model-mistake]: a generic struct is not a table: the types of its columns are not known
     --> [ROOT]/work/shared/src/lib.rs:2:17
      |
    2 | pub struct Page<T> { pub id: i64, pub of: T }
      |                 ^
      |
      = help: derive `Table` from a struct without type parameters

    error: nothing was done because of the error above
    ");
    env.write("app/src/users.rs", "");
    env.write("shared/src/lib.rs", "");
    assert_snapshot!(env.run_in("app", &["new", "--autogenerate"]), @r#"
    exit code: 2
    ----- stderr
    error: no wanted schema is configured
      help: write `models = "schema.sql"` into migrate.toml, or pass `--models schema.sql`
      help: or derive `migrate_db::Table` for a struct of this package
    "#);
    env.write("app/migrate.toml", "dialects = [\"sqlite\"]\nmodels = \"rust\"\n");
    assert_snapshot!(env.run_in("app", &["new", "--autogenerate"]), @r#"
    exit code: 2
    ----- stderr
    error: no struct derives `migrate_db::Table`
      help: `cargo migrate models` prints structs for the tables of the history
      help: `models = "schema.sql"` in migrate.toml names an SQL file
    "#);
}

#[test]
fn a_revision_and_a_database_are_wanted_schemas() {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    env.revision("aaa", "", "CREATE TABLE users (id INTEGER PRIMARY KEY);", "DROP TABLE users;");
    env.ok(&["upgrade", "--database-url", "sqlite:live.db"]);
    let none = env.ok(&["new", "--autogenerate", "--models", "sqlite:live.db"]);
    assert_eq!(none.stderr, "nothing to do: the history makes the wanted schema\n");
    env.execute("live.db", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, due TEXT DEFAULT 'now')");
    env.ok(&["new", "--autogenerate", "--models", "sqlite:live.db"]);
    let made = "-- migrate:up\nCREATE TABLE jobs (id INTEGER PRIMARY KEY, due TEXT DEFAULT 'now');\n\n\
        -- migrate:down\nDROP TABLE jobs;\n";
    assert_eq!(written(&env), made);
    env.ok(&[
        "new",
        "--autogenerate",
        "--models",
        "aaa",
        "--yes",
        "-m",
        "back",
        "--rev-id",
        "baaa",
    ]);
    let back = std::fs::read_dir(env.path("migrations")).unwrap().map(|file| file.unwrap().path());
    let back = back.into_iter().find(|path| path.to_string_lossy().contains("baaa")).unwrap();
    assert!(std::fs::read_to_string(back).unwrap().contains("-- migrate:up\nDROP TABLE jobs;"));
    let unknown = env.run(&["new", "--autogenerate", "--models", "nowhere"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    let words = "`--models` takes a file or folder of SQL, `rust`, a database URL, or a revision";
    assert!(unknown.stderr.contains(words), "{unknown}");
    let other = env.run(&["new", "--autogenerate", "--models", "postgres://localhost:1/x"]);
    assert_eq!(other.code, 1, "{other}");
}

#[test]
fn check_reports_models_ahead_of_the_history_at_the_field() {
    let env = workspace("\"sqlite\", \"postgres\"");
    env.write("shared/src/lib.rs", "");
    let users = USERS.replace("i64", "i32");
    env.write("app/src/users.rs", &users);
    let done = env.run_in("app", &["check"]);
    assert_eq!(done.code, 0, "{done}");
    assert!(done.stdout.contains("models: equal to the schema at the head\n"), "{done}");
    let users = users.replace("String,\n}", "String,\n    pub age: Option<i32>,\n}");
    env.write("app/src/users.rs", &users.replace("pub mail: String", "pub mail: Option<String>"));
    assert_snapshot!(env.run_in("app", &["check"]), @"
    exit code: 3
    ----- stdout
    files: 1 revision, head aaa
    models: 2 differences
    database: not checked, none is configured
    ----- stderr
    error[models-ahead]: the migrations are behind the models: column users.age was added
      --> src/users.rs:11:9
       |
    11 |     pub age: Option<i32>,
       |         ^^^
       |
       = help: `cargo migrate new --autogenerate` writes the revision

    error[models-ahead]: the migrations are behind the models: nullability of column users.mail was NOT NULL and is NULL
      --> src/users.rs:10:9
       |
    10 |     pub mail: Option<String>,
       |         ^^^^
       |
       = help: `cargo migrate new --autogenerate` writes the revision
    ");
    let json = env.run_in("app", &["check", "--format", "json"]).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["models"].as_array().unwrap().len(), 2, "{json}");
    // A mistake in a struct is reported like the others.
    env.write("app/src/users.rs", &USERS.replace("primary_key", "primary_kye"));
    let wrong = env.run_in("app", &["check"]);
    assert_eq!(wrong.code, 3, "{wrong}");
    assert!(wrong.stderr.contains("error[model-mistake]"), "{wrong}");
}
