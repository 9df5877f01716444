//! The catalog of SQLite.

mod corpus;
mod pairs;

use migrate_core::schema::{Action, Deferrable, IdentityKind, Name, Schema};
use migrate_db::testkit;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _};

/// A database in memory.
struct Memory(SqlitePool);

impl Memory {
    async fn with(sql: &str) -> Self {
        let options = SqlitePoolOptions::new().max_connections(1);
        let memory = Self(options.connect("sqlite::memory:").await.unwrap());
        memory.run(sql).await;
        memory
    }

    async fn run(&self, sql: &str) {
        let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.0).await;
        ran.unwrap_or_else(|e| panic!("{e}: {sql}"));
    }

    async fn schema(&self) -> Schema {
        self.schema_without(&[]).await
    }

    async fn schema_without(&self, without: &[&str]) -> Schema {
        let without: Vec<String> = without.iter().map(|name| (*name).to_owned()).collect();
        testkit::schema(&self.0, &without).await.unwrap()
    }

    async fn cells(&self, sql: &str) -> Vec<Vec<String>> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&self.0).await.unwrap();
        let cell = |row: &sqlx::sqlite::SqliteRow, n| {
            row.try_get_unchecked::<Option<String>, _>(n).unwrap().unwrap_or_default()
        };
        rows.iter().map(|row| (0..row.len()).map(|n| cell(row, n)).collect()).collect()
    }
}

#[tokio::test]
async fn an_empty_database_holds_nothing() {
    assert!(Memory::with("").await.schema().await.is_empty());
}

#[tokio::test]
async fn what_a_table_says_is_in_its_place() {
    let sql = "
        CREATE TABLE teams (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR ( 20 ) NOT NULL);
        CREATE TABLE Users (
            id INTEGER CONSTRAINT pk PRIMARY KEY,
            email text COLLATE nocase NOT NULL ON CONFLICT IGNORE DEFAULT 'none',
            team INT CONSTRAINT fk REFERENCES TEAMS ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            total NUMERIC GENERATED ALWAYS AS (id * 2) STORED CHECK (total > -1),
            UNIQUE (email COLLATE BINARY, team DESC) ON CONFLICT REPLACE
        ) STRICT;
        CREATE UNIQUE INDEX by_email ON users (lower(Email), team DESC) WHERE team IS NOT NULL;
        CREATE VIEW names (n) AS SELECT name FROM teams;
        CREATE TRIGGER gone INSTEAD OF DELETE ON names BEGIN SELECT 1; END;
    "
    .replace("email text", "email TEXT")
    .replace("NUMERIC", "INT");
    let schema = Memory::with(&sql).await.schema().await;
    let teams = &schema.tables[&Name::new("teams")];
    assert_eq!(teams.columns[0].identity, Some(IdentityKind::NeverReused.into()));
    assert_eq!(teams.columns[1].data_type, "VARCHAR(20)");
    assert!(!teams.columns[1].nullable && !teams.columns[0].nullable);

    let users = &schema.tables[&Name::new("Users")];
    assert!(users.strict);
    assert_eq!(users.primary_key.as_ref().unwrap().name.as_deref(), Some("pk"));
    let email = users.column("email").unwrap();
    assert_eq!(email.collation.as_deref(), Some("NOCASE"));
    assert_eq!(email.default.as_deref(), Some("'none'"));
    assert_eq!(email.details, "NOT NULL ON CONFLICT IGNORE");
    let total = users.column("total").unwrap().generated.as_ref().unwrap();
    assert_eq!((total.expression.as_str(), total.stored), ("id * 2", true));
    assert_eq!(users.checks[0].expression, "total > -1");
    assert_eq!(users.uniques[0].columns, ["email", "team"]);
    assert_eq!(users.uniques[0].details, "(email COLLATE BINARY, team DESC) ON CONFLICT REPLACE");
    let key = &users.foreign_keys[0];
    assert_eq!((key.parent.name.as_str(), &key.parent_columns[0][..]), ("teams", "id"));
    assert_eq!((key.on_delete, key.on_update), (Action::Cascade, Action::NoAction));
    assert_eq!(key.deferrable, Deferrable::InitiallyDeferred);
    assert_eq!(key.name.as_deref(), Some("fk"));
    let index = &users.indexes["by_email"];
    assert!(index.unique);
    assert_eq!(index.parts[0].expression, "lower(email)");
    assert_eq!(index.parts[1].column.as_deref(), Some("team"));
    assert!(index.parts[1].descending);
    assert_eq!(index.predicate.as_deref(), Some("team IS NOT NULL"));
    let view = &schema.views[&Name::new("names")];
    assert_eq!(
        (view.details.as_str(), view.definition.as_str()),
        ("(n)", "SELECT name FROM teams")
    );
    assert_eq!(
        view.triggers["gone"].definition,
        "CREATE TRIGGER gone INSTEAD OF DELETE ON names BEGIN SELECT 1; END"
    );
}

#[tokio::test]
async fn tables_of_its_own_are_left_out() {
    let memory = Memory::with("CREATE TABLE a (x)").await;
    let before = memory.schema().await;
    memory
        .run(
            "CREATE TABLE migrate_version (id INTEGER PRIMARY KEY AUTOINCREMENT);
             CREATE INDEX v ON migrate_version (id);
             CREATE TRIGGER w AFTER INSERT ON migrate_version BEGIN SELECT 1; END;
             INSERT INTO migrate_version VALUES (1);
             ANALYZE;",
        )
        .await;
    assert_ne!(memory.schema().await, before);
    assert_eq!(memory.schema_without(&["main.Migrate_version"]).await, before);
}

#[tokio::test]
async fn a_virtual_table_has_no_shadows() {
    let memory =
        Memory::with("CREATE VIRTUAL TABLE d USING FTS5(title, body, tokenize = porter)").await;
    let schema = memory.schema().await;
    assert_eq!(schema.tables.len(), 1, "{:?}", schema.tables.keys());
    let table = &schema.tables[&Name::new("d")];
    assert_eq!(table.options["module"], "fts5");
    assert_eq!(table.options["arguments"], "title, body, tokenize = porter");
    let columns: Vec<_> =
        table.columns.iter().map(|c| (c.name.as_str(), c.details.as_str())).collect();
    assert_eq!(columns, [("title", ""), ("body", ""), ("d", "HIDDEN"), ("rank", "HIDDEN")]);
}

#[tokio::test]
async fn a_module_that_is_not_there_is_no_reason_to_fail() {
    let memory = Memory::with(
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema VALUES
             ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING nowhere(a)');
         PRAGMA writable_schema = RESET;
         CREATE VIRTUAL TABLE d USING fts5(title);",
    )
    .await;
    let schema = memory.schema().await;
    assert_eq!(schema.tables[&Name::new("far")].options["module"], "nowhere");
    assert_eq!(schema.tables.len(), 2);
}

#[tokio::test]
async fn an_open_transaction_is_seen_and_stays_open() {
    let memory = Memory::with("CREATE TABLE a (x)").await;
    let before = memory.schema().await;
    memory.run("BEGIN; ALTER TABLE a ADD COLUMN y CHECK (y > 0); CREATE INDEX i ON a (y);").await;
    let within = memory.schema().await;
    assert_eq!(within.tables[&Name::new("a")].columns.len(), 2);
    memory.run("ROLLBACK").await;
    assert_eq!(memory.schema().await, before);
}

/// Not a test of time, but one that tells it: `--no-capture` shows it.
#[tokio::test]
async fn two_hundred_tables_are_read_at_once() {
    let table = |n: usize| {
        format!(
            "CREATE TABLE t{n} (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT '',
                 kind TEXT CHECK (kind IN ('a', 'b', 'c')), parent INTEGER NOT NULL,
                 created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TEXT,
                 one INT, two INT, three REAL, four BLOB,
                 UNIQUE (name, kind),
                 CONSTRAINT fk_{n} FOREIGN KEY (parent) REFERENCES t0 (id) ON DELETE CASCADE
             );
             CREATE INDEX t{n}_a ON t{n} (kind, name);
             CREATE INDEX t{n}_b ON t{n} (lower(name)) WHERE one IS NOT NULL;"
        )
    };
    let memory = Memory::with(&(0..200).map(table).collect::<String>()).await;
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = std::time::Instant::now();
        let schema = memory.schema().await;
        times.push(start.elapsed());
        assert_eq!(schema.tables.len(), 200);
        assert!(schema.tables.values().all(|table| table.indexes.len() == 2));
    }
    times.sort();
    println!("200 tables, 400 indexes: {:?} (median of {})", times[4], times.len());
}
