//! Scripts for the database's own client, in both directions.

use crate::support::TestEnvironment;

use super::*;

everywhere!(scripts_piped_into_the_client_give_a_database_that_is_accepted);

async fn scripts_piped_into_the_client_give_a_database_that_is_accepted(db: Db) {
    let mut env = TestEnvironment::new();
    env.set("DATABASE_URL", &db.url);
    let index = match db.dialect {
        Dialect::Postgres => {
            "CREATE INDEX CONCURRENTLY i ON t (id);\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;"
        }
        Dialect::Mysql => {
            "CREATE INDEX i ON t (id);\nCREATE PROCEDURE p()\nBEGIN\n  INSERT INTO t VALUES (1, 'a;b\\'c');\nEND;\nCALL p();"
        }
        Dialect::Sqlite => {
            "CREATE INDEX i ON t (id);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 9; END;"
        }
    };
    let undo = match db.dialect {
        Dialect::Postgres => "DROP INDEX CONCURRENTLY i;\nDROP FUNCTION f();",
        Dialect::Mysql => "DROP INDEX i ON t;\nDROP PROCEDURE p;",
        Dialect::Sqlite => "DROP TRIGGER g;\nDROP INDEX i;",
    };
    let files = [
        revision("a", "", "CREATE TABLE t (id INTEGER, x VARCHAR(20));", "DROP TABLE t;"),
        revision_with(
            "b",
            "a",
            "transaction:false lock-timeout:5s",
            index,
            "transaction:false",
            undo,
        ),
        revision("c", "b", "INSERT INTO t VALUES (2, 'it''s; 🦀');", "DELETE FROM t WHERE id = 2;"),
    ];
    for (name, text) in &files {
        env.write(&format!("migrations/{name}"), text);
    }
    let history = history(db.dialect, &files);

    let script = env.ok(&["upgrade", "base:head", "--sql"]).stdout;
    db.pipe(&script).unwrap();
    assert_eq!(applied(&db, &history).await, ["a", "b", "c"]);
    assert_eq!(db.column("SELECT x FROM t WHERE id = 2").await, ["it's; 🦀"]);
    env.ok(&["check"]);
    env.ok(&["current", "--check-heads"]);
    assert!(upgrade(&db, &history, "head").await.unwrap().steps.is_empty());

    let script = env.ok(&["downgrade", "head:a", "--sql"]).stdout;
    db.pipe(&script).unwrap();
    assert_eq!(applied(&db, &history).await, ["a"]);
    // And what the tool did is undone by a script, and the other way round.
    upgrade(&db, &history, "head").await.unwrap();
    let script = env.ok(&["downgrade", "head:base", "--sql"]).stdout;
    db.pipe(&script).unwrap();
    assert!(db.tables().await.is_empty());
    assert!(applied(&db, &history).await.is_empty());
    let script = env.ok(&["upgrade", "base:head", "--sql"]).stdout;
    db.pipe(&script).unwrap();
    assert_eq!(downgrade(&db, &history, "base").await.unwrap().steps.len(), 3);
    let rows = migrate_db::Migrator::new(&history).log(&db.database()).await.unwrap();
    assert!(rows.iter().any(|row| row.by == "--sql"));
}
