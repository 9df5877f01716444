//! Tables as structs: `models`.

use crate::support::TestEnvironment;

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    let up = "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, type TEXT);\n\
        CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE);\n\
        CREATE INDEX posts_author ON posts (author);";
    env.revision("a1a1a1a1a1a1", "", up, "DROP TABLE posts;\nDROP TABLE users;");
    env
}

const USER: &str = "
#[derive(Debug, Table, sqlx::FromRow)]
#[table(name = \"users\")]
struct User {
    #[column(primary_key)]
    id: i64,
    #[column(type = \"VARCHAR(20)\", unique)]
    name: String,
    r#type: Option<String>,
}
";

#[test]
fn tables_are_printed_as_structs() {
    let env = environment();
    let all = env.ok(&["models"]).stdout;
    assert!(all.starts_with("use migrate_db::Table;\n") && all.ends_with(USER), "{all}");
    assert!(
        all.contains(
            "#[table(\n    name = \"posts\",\n    index(author, name = \"posts_author\"),\n)]"
        ),
        "{all}"
    );
    let key =
        "    #[column(references = \"users(id)\", on_delete = \"cascade\")]\n    author: i64,\n";
    assert!(all.contains(key), "{all}");
    let one = env.ok(&["models", "users"]).stdout;
    assert_eq!(one, format!("use migrate_db::Table;\n{USER}"));
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
    assert_eq!(env.ok(&["models", "--from", "sqlite:app.db", "users"]).stdout, one);
}

#[test]
fn a_table_that_does_not_exist_is_named_with_one_that_does() {
    let env = environment();
    let outcome = env.run(&["models", "user"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("did you mean `users`?"), "{}", outcome.stderr);
}
