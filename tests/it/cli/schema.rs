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
    assert_eq!(words.stdout, "table posts was added\ncolumn users.email was added\n");
    let back = env.run(&["diff", "head", "a1a1", "--sql"]);
    assert!(back.stdout.contains("DROP TABLE posts;\n"), "{}", back.stdout);
    let lines = env.run(&["diff", "a1a1", "head", "--format", "sql-diff"]).stdout;
    assert!(lines.contains("\n+   email TEXT"), "{lines}");
    let json = env.run(&["diff", "a1a1", "head", "--format", "json"]).json();
    assert_eq!(json["equal"], false);
    assert_eq!(json["changes"][1]["text"], "column users.email was added");
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
    assert!(missing.stderr.contains("there is no table or view post"), "{}", missing.stderr);
}

#[test]
fn what_is_unknown_is_told_with_its_place() {
    let env = environment();
    let up = "CREATE TABLE report AS SELECT id + 1 AS id FROM users;";
    env.revision("c3c3c3c3c3c3", "b2b2b2b2b2b2", up, "DROP TABLE report;");
    let outcome = env.run(&["schema"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(outcome.stderr.contains("warning[not-known]"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("-- not known: "), "{}", outcome.stdout);
    env.revision("d4d4d4d4d4d4", "c3c3c3c3c3c3", "DROP TABLE missing;", "SELECT 1;");
    let refused = env.run(&["schema"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("error[no-such-object]"), "{}", refused.stderr);
}

#[test]
fn the_schema_file_follows_the_revisions() {
    let env = environment();
    env.write("migrate.toml", "dialects = [\"sqlite\"]\nschema-file = \"schema.sql\"\n");
    let missing = env.run(&["check"]);
    assert_eq!(missing.code, 3, "{missing}");
    assert!(missing.stderr.contains("error[schema-file-outdated]"), "{missing}");
    env.ok(&["accept"]);
    assert_eq!(env.read("schema.sql"), env.ok(&["schema"]).stdout);
    assert_eq!(env.run(&["check"]).code, 0);
    env.write("schema.sql", &env.read("schema.sql").replace("email TEXT", "email BLOB"));
    let other = env.run(&["check"]);
    assert_eq!(other.code, 3, "{other}");
    assert!(other.stderr.contains("schema.sql:") && other.stderr.contains("email BLOB"), "{other}");
    assert!(other.stderr.contains("`cargo migrate schema > schema.sql` writes it"), "{other}");
}

#[test]
fn a_database_is_created_from_the_schema_where_that_is_the_same() {
    let env = environment();
    let url = ["--database-url", "sqlite:app.db"];
    let created = env.ok(&["db", "create", "--schema", url[0], url[1]]);
    assert!(created.stderr.contains("created the schema of 2 revisions"), "{created}");
    assert_eq!(env.run(&["diff", "head", "sqlite:app.db"]).code, 0);
    assert_eq!(env.run(&["check", url[0], url[1]]).code, 0);
    let again = env.run(&["db", "create", "--schema", url[0], url[1]]);
    assert_eq!(again.code, 2, "{again}");
    assert!(again.stderr.contains("is not empty"), "{again}");
    let rows = "INSERT INTO users (name) VALUES ('ada');";
    env.revision("c3c3c3c3c3c3", "b2b2b2b2b2b2", rows, "DELETE FROM users;");
    let long = env.ok(&["db", "create", "--schema", "--database-url", "sqlite:other.db"]);
    assert!(long.stderr.contains("the revisions run one by one"), "{long}");
    assert!(long.stderr.contains("3 revisions applied"), "{long}");
}

#[test]
fn show_tells_what_a_revision_changes() {
    let env = environment();
    let shown = env.ok(&["show", "head"]).stdout;
    assert!(shown.contains("    column users.email was added\n"), "{shown}");
    assert!(shown.contains("    table posts was added\n"), "{shown}");
    assert!(!shown.contains("table users was added"), "{shown}");
}

#[test]
fn the_text_of_the_author_is_what_is_printed() {
    let env = environment();
    let up = "CREATE TABLE notes (\n  id INTEGER PRIMARY KEY, -- the key\n  body TEXT NOT NULL CHECK (body<>'')\n);\n\
        ALTER TABLE notes ADD COLUMN author  TEXT;\nALTER TABLE notes RENAME TO memos;";
    env.revision("c3c3c3c3c3c3", "b2b2b2b2b2b2", up, "DROP TABLE memos;");
    let printed = env.ok(&["schema", "--table", "memos"]).stdout;
    let expected = "CREATE TABLE memos (\n  id INTEGER PRIMARY KEY, -- the key\n  body TEXT NOT NULL CHECK (body<>'')\n\
        , author  TEXT);\n";
    assert_eq!(printed, expected);
}
