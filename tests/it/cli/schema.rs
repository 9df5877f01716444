//! Schemas and their differences: `schema`, `diff`.

use crate::support::{Outcome, TestEnvironment};

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\n");
    let users = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
        CREATE INDEX users_name ON users (name);";
    env.revision("a1a1a1a1a1a1", "", users, "DROP TABLE users;");
    let posts = "CREATE TABLE posts (author INTEGER REFERENCES users (id), body TEXT);\n\
        ALTER TABLE users ADD COLUMN email TEXT;";
    let down = "ALTER TABLE users DROP COLUMN email;\nDROP TABLE posts;";
    env.revision("b2b2b2b2b2b2", "a1a1a1a1a1a1", posts, down);
    env
}

fn stdout(outcome: &Outcome) -> String {
    outcome.stdout.clone()
}

#[test]
fn the_sql_of_a_schema_makes_the_schema() {
    let env = environment();
    let head = stdout(&env.ok(&["schema"]));
    assert!(head.contains("CREATE TABLE users") && head.contains("posts"), "{head}");
    let first = stdout(&env.ok(&["schema", "a1a1"]));
    assert!(!first.contains("posts") && !first.contains("email"), "{first}");
    assert_eq!(stdout(&env.ok(&["schema", "base"])), "");
    // A file of SQL has the schema of its statements, and so has a database.
    env.write("head.sql", &head);
    assert_eq!(env.run(&["diff", "head", "head.sql"]).code, 0);
    env.ok(&["upgrade", "--database-url", "sqlite:app.db"]);
    assert_eq!(env.run(&["diff", "head", "sqlite:app.db"]).code, 0);
}

#[test]
fn a_difference_is_printed_in_words_as_sql_and_as_json() {
    let env = environment();
    let words = env.run(&["diff", "a1a1", "head"]);
    assert_eq!(words.code, 3);
    assert_eq!(words.stdout, "column users.email was added\ntable posts was added\n");
    let back = env.run(&["diff", "head", "a1a1", "--sql"]);
    assert!(back.stdout.contains("DROP TABLE posts;\n"), "{}", back.stdout);
    let lines = env.run(&["diff", "a1a1", "head", "--format", "sql-diff"]).stdout;
    assert!(lines.contains("\n+   email TEXT"), "{lines}");
    let json = env.run(&["diff", "a1a1", "head", "--format", "json"]).json();
    assert_eq!(json["equal"], false);
    assert_eq!(json["changes"][0]["text"], "column users.email was added");
    assert_eq!(env.run(&["diff", "head", "head"]).code, 0);
}

#[test]
fn a_schema_has_pictures_and_json() {
    let env = environment();
    let mermaid = stdout(&env.ok(&["schema", "--format", "mermaid"]));
    assert!(mermaid.contains("\"users\" |o--o{ \"posts\" : \"author\""), "{mermaid}");
    let dot = stdout(&env.ok(&["schema", "--format", "dot"]));
    assert!(dot.contains("\"posts\" -> \"users\""), "{dot}");
    let json = env.ok(&["schema", "--table", "posts", "--format", "json"]).json();
    assert_eq!(json["tables"][0]["foreign_keys"][0]["parent"], "users");
    assert_eq!(json["tables"].as_array().unwrap().len(), 1);
    let wrong = env.run(&["heads", "--format", "dot"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("this command has no format dot"), "{}", wrong.stderr);
    let missing = env.run(&["schema", "--table", "post"]);
    assert!(missing.stderr.contains("did you mean `--table posts`?"), "{}", missing.stderr);
}

#[test]
fn what_is_unknown_is_told_with_its_place() {
    let env = environment();
    let up = "CREATE TABLE report AS SELECT id FROM users;";
    env.revision("c3c3c3c3c3c3", "b2b2b2b2b2b2", up, "DROP TABLE report;");
    let outcome = env.ok(&["schema"]);
    assert!(outcome.stderr.contains("warning[not-known]"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("-- not known: "), "{}", outcome.stdout);
    env.revision("d4d4d4d4d4d4", "c3c3c3c3c3c3", "DROP TABLE nothing;", "SELECT 1;");
    let refused = env.run(&["schema"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("error[no-such-object]"), "{}", refused.stderr);
}
