//! Up, down, up again, and rows without steps.

use migrate_db::{Database, Migrator};

use super::*;

everywhere!(
    up_down_up,
    a_pool_is_as_good_as_a_url_and_stays_usable,
    the_version_table_lies_where_the_project_says,
    names_and_messages_may_hold_anything,
    dots_in_ids_and_long_texts_survive,
);

fn two(db: &Db) -> History {
    history(
        db.dialect,
        &[
            revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;"),
            revision(
                "b",
                "a",
                "ALTER TABLE t ADD COLUMN x VARCHAR(20); INSERT INTO t VALUES (1, 'x;y');",
                "ALTER TABLE t DROP COLUMN x; DELETE FROM t;",
            ),
        ],
    )
}

async fn up_down_up(db: Db) {
    let history = two(&db);
    let report = upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert_eq!(report.heads_after, ["b"]);
    assert_eq!(db.column("SELECT x FROM t").await, ["x;y"]);
    assert!(upgrade(&db, &history, "head").await.unwrap().steps.is_empty());
    let report = downgrade(&db, &history, "base").await.unwrap();
    assert_eq!(report.steps.len(), 2);
    assert!(report.heads_after.is_empty());
    assert!(db.tables().await.is_empty());
    let report = upgrade(&db, &history, "+1").await.unwrap();
    assert_eq!(report.heads_after, ["a"]);
    let mut migrator = Migrator::new(&history);
    let report = migrator.stamp(&db.database(), &["b".parse().unwrap()], false).await.unwrap();
    assert_eq!(report.heads_after, ["b"]);
    let mut events = events(&db, &history).await;
    events.retain(|event| !event.starts_with("begin"));
    assert_eq!(
        events,
        ["upgrade a", "upgrade b", "downgrade b", "downgrade a", "upgrade a", "stamp b"]
    );
    let rows = migrator.rows(&db.database()).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].message, "Message of a");
    assert_eq!(rows[0].applied_by, "ada@test");
    assert!(rows[0].duration_ms.is_some());
    assert!(rows[0].applied_at.starts_with("20") && rows[0].applied_at.ends_with('Z'), "{rows:?}");
    assert!(rows[1].duration_ms.is_none());
}

async fn a_pool_is_as_good_as_a_url_and_stays_usable(db: Db) {
    macro_rules! with_pool {
        ($options:ty) => {{
            let pool = <$options>::new().max_connections(3).connect(&db.url).await.unwrap();
            let before: Vec<_> = settings(&db, Database::from(&pool)).await;
            let history = two(&db);
            let mut migrator = Migrator::new(&history).options(options());
            migrator.upgrade(&pool, &"head".parse().unwrap()).await.unwrap();
            migrator.downgrade(&pool, &"-1".parse().unwrap()).await.unwrap();
            assert_eq!(settings(&db, Database::from(&pool)).await, before);
            // None was kept.
            let all = [pool.acquire().await, pool.acquire().await, pool.acquire().await];
            assert!(all.iter().all(Result::is_ok));
            drop(all);
            pool.close().await;
        }};
    }
    match db.dialect {
        Dialect::Sqlite => with_pool!(sqlx::sqlite::SqlitePoolOptions),
        Dialect::Postgres => with_pool!(sqlx::postgres::PgPoolOptions),
        Dialect::Mysql => with_pool!(sqlx::mysql::MySqlPoolOptions),
    }
}

/// The settings of a session of the pool that a run might have changed.
async fn settings(db: &Db, database: Database) -> Vec<Vec<Option<String>>> {
    let (table, sql) = match db.dialect {
        Dialect::Sqlite => {
            ("sqlite_schema", "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys")
        }
        Dialect::Postgres => (
            "pg_catalog.pg_class",
            "SELECT current_setting('search_path') || current_setting('lock_timeout')",
        ),
        Dialect::Mysql => {
            ("information_schema.tables", "SELECT CONCAT(@@sql_mode, @@time_zone, DATABASE())")
        }
    };
    migrate_db::__private::query_table(&database, table, sql).await.unwrap().unwrap_or_default()
}

async fn the_version_table_lies_where_the_project_says(db: Db) {
    let history = two(&db);
    let (schema, make) = match db.dialect {
        Dialect::Sqlite => ("main".to_owned(), String::new()),
        Dialect::Postgres => ("ops".to_owned(), "CREATE SCHEMA ops".to_owned()),
        Dialect::Mysql => (format!("{}_ops", db.name), format!("CREATE DATABASE {}_ops", db.name)),
    };
    if !make.is_empty() {
        db.execute(&make).await;
    }
    let options = Options { version_table: format!("{schema}.migrations"), ..options() };
    let mut migrator = Migrator::new(&history).options(options);
    migrator.upgrade(&db.database(), &"head".parse().unwrap()).await.unwrap();
    let ids = db.column(&format!("SELECT revision FROM {schema}.migrations ORDER BY 1")).await;
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(migrator.status(&db.database()).await.unwrap().heads.len(), 1);
    migrator.downgrade(&db.database(), &"base".parse().unwrap()).await.unwrap();
    let left = db.column(&format!("SELECT revision FROM {schema}.migrations")).await;
    assert!(left.is_empty());
    if db.dialect == Dialect::Mysql {
        db.execute(&format!("DROP DATABASE {schema}")).await;
    }
}

async fn names_and_messages_may_hold_anything(db: Db) {
    let message = "it's a \"quoted\" \\ `tick` and ünïcödé 🦀 message";
    let file = RevisionFile::new("a", "").message(message).up("CREATE TABLE t (id INTEGER);");
    let file = file.down("DROP TABLE t; -- it's \\ gone");
    let history = history(db.dialect, &[file.named()]);
    upgrade(&db, &history, "head").await.unwrap();
    let rows = Migrator::new(&history).rows(&db.database()).await.unwrap();
    assert_eq!(rows[0].message, message);
    assert!(rows[0].down_file.as_deref().unwrap().contains("it's \\ gone"));
}

async fn dots_in_ids_and_long_texts_survive(db: Db) {
    let comment = format!("-- {}\n", "x".repeat(120)).repeat(3000);
    let down = format!("{comment}DROP TABLE t;");
    let id = format!("{}.{}", "v".repeat(60), "1".repeat(60));
    let history = history(db.dialect, &[revision(&id, "", "CREATE TABLE t (id INTEGER);", &down)]);
    upgrade(&db, &history, "head").await.unwrap();
    let rows = Migrator::new(&history).rows(&db.database()).await.unwrap();
    assert_eq!(rows[0].row.revision, id);
    assert!(rows[0].down_file.as_ref().unwrap().len() > 300_000);
    downgrade(&db, &history, "base").await.unwrap();
}
