//! The static schema begins with the `session` of migrate.toml, as a run does.

use migrate_core::dialect::Dialect;

use crate::support::{TestEnvironment, db::Db};

const UP: &str = "CREATE TYPE mood AS ENUM ('calm', 'loud');\n\
    CREATE FUNCTION positive(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT x > 0';\n\
    CREATE TABLE users (id serial PRIMARY KEY, mood mood DEFAULT 'calm', CHECK (positive(id)));\n\
    CREATE VIEW loud AS SELECT id FROM users WHERE mood = 'loud';\n\
    CREATE TABLE public.audit (id integer PRIMARY KEY);";
const DOWN: &str = "DROP TABLE public.audit;\nDROP VIEW loud;\nDROP TABLE users;\n\
    DROP FUNCTION positive(int);\nDROP TYPE mood;";

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    let config = "dialects = [\"postgres\"]\nsession = [\"SET search_path TO app, public\"]\n";
    env.write("migrate.toml", config);
    env.revision("aaa", "", UP, DOWN);
    env
}

#[test]
fn every_command_looks_for_names_where_the_session_does() {
    let env = environment();
    let schema = env.ok(&["schema"]).stdout;
    assert!(
        schema.starts_with("SET search_path TO app, public;\n\nCREATE SCHEMA app;"),
        "{schema}"
    );
    assert!(schema.contains("CREATE TABLE app.users ("), "{schema}");
    assert!(schema.contains("\nCREATE TABLE public.audit ("), "{schema}");
    // A file is read in the same session, and names without a schema mean the same.
    env.write("wanted.sql", &format!("{UP}\nALTER TABLE users ADD COLUMN email text;"));
    let differs = env.run(&["diff", "head", "wanted.sql"]);
    assert_eq!(differs.stdout, "column app.users.email was added\n", "{differs}");
    assert!(env.ok(&["models"]).stdout.contains("schema = \"app\""));
    let new = ["new", "--autogenerate", "--models", "wanted.sql", "--dry-run"];
    let sql = env.ok(&new).stdout;
    assert!(sql.contains("ALTER TABLE app.users ADD COLUMN email text;"), "{sql}");
    env.revision("bbb", "aaa", "ALTER TABLE users ADD COLUMN age int NOT NULL;", "SELECT 1;");
    let lint = env.run(&["lint", "--all"]);
    assert!(lint.stdout.contains("rows of table app.users"), "{lint}");
    let both = "ALTER TABLE users DROP COLUMN age;\nDROP TABLE audit;";
    env.write(
        "migrations/ccc.sql",
        &format!("-- revision: ccc\n-- revises: bbb\n\n-- migrate:up\n{both}\n"),
    );
    let derived = env.run(&["derive", "ccc"]);
    let down = env.read("migrations/ccc.sql");
    assert!(down.contains("\nCREATE TABLE public.audit ("), "{derived}\n{down}");
}

async fn printed_schema_of_a_session_makes_the_same_one(
    dialect: Dialect,
    session: &str,
    prelude: &str,
    up: &str,
    down: &str,
) {
    let (Some(db), Some(other)) = (Db::fresh(dialect).await, Db::fresh(dialect).await) else {
        return;
    };
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let config = format!("dialects = [\"{dialect}\"]\nsession = [\"{session}\"]\n");
    env.write("migrate.toml", &config);
    env.revision("aaa", "", up, down);
    if !prelude.is_empty() {
        db.execute(prelude).await;
    }
    env.ok(&["upgrade"]);
    assert_eq!(env.ok(&["current", "--check-heads"]).code, 0);
    let check = env.run(&["check"]);
    assert!(check.stdout.ends_with("database: at the head\n"), "{check}");
    let schema = env.ok(&["schema"]).stdout;
    other.pipe(&schema).unwrap();
    let differences = env.run(&["diff", &db.url, &other.url]);
    assert_eq!((differences.code, differences.stdout.as_str()), (0, ""), "{schema}\n{differences}");
    let known = env.run(&["diff", "head", &other.url]);
    assert_eq!((known.code, known.stdout.as_str()), (0, ""), "{schema}\n{known}");
    env.ok(&["downgrade", "base", "--yes"]);
}

#[tokio::test]
async fn a_printed_schema_is_that_of_the_session_on_postgres() {
    let (path, prelude) = ("SET search_path TO app, public", "CREATE SCHEMA app");
    printed_schema_of_a_session_makes_the_same_one(Dialect::Postgres, path, prelude, UP, DOWN)
        .await;
}

#[tokio::test]
async fn a_printed_schema_is_that_of_the_session_on_mysql() {
    let mode = "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'";
    let up = "CREATE TABLE \"users\" (\"id\" int PRIMARY KEY, \"name\" varchar(20) DEFAULT 'x');\n\
        CREATE VIEW \"names\" AS SELECT \"name\" || '!' AS c FROM \"users\";";
    let down = "DROP VIEW \"names\";\nDROP TABLE \"users\";";
    printed_schema_of_a_session_makes_the_same_one(Dialect::Mysql, mode, "", up, down).await;
}

#[tokio::test]
async fn a_generated_revision_runs_in_the_session() {
    let Some(db) = Db::fresh(Dialect::Postgres).await else { return };
    let mut env = environment();
    env.set("DATABASE_URL", &db.url);
    db.execute("CREATE SCHEMA app; CREATE TABLE public.users (id int)").await;
    env.ok(&["upgrade"]);
    let wanted = format!(
        "{UP}\nALTER TABLE users ADD COLUMN email text;\nCREATE TABLE posts (id int);\n\
         CREATE TABLE public.log (id int);"
    );
    env.write("wanted.sql", &wanted);
    let new = ["new", "--autogenerate", "--models", "wanted.sql"];
    env.ok(&new);
    env.ok(&["upgrade"]);
    let columns = "SELECT table_schema || '.' || table_name FROM information_schema.columns \
        WHERE column_name = 'email' OR table_name IN ('posts', 'log')";
    assert_eq!(
        db.column(&format!("{columns} ORDER BY 1")).await,
        ["app.posts", "app.users", "public.log"]
    );
    assert!(env.ok(&new).stderr.contains("nothing to do"));
    env.ok(&["downgrade", "-1", "--yes"]);
    assert_eq!(db.column(columns).await, [""; 0]);
}
