//! What a revision does to its session stays with it, and what the session says does not change
//! what a revision means.

use super::*;

on!(postgres, Postgres:
    an_emptied_search_path_harms_nobody,
    the_version_table_is_found_along_the_search_path,
);
on!(mysql, Mysql:
    the_servers_own_sql_mode_holds,
    another_database_and_switched_off_checks_end_with_the_revision,
);

const DUMP: &str = "SET statement_timeout = 0;\nSET check_function_bodies = false;\n\
    SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.t (id INTEGER);";

async fn an_emptied_search_path_harms_nobody(db: Db) {
    for options in [all_in_one(), each_in_its_own()] {
        for transaction in ["", "transaction:false"] {
            let history = history(
                db.dialect,
                &[
                    revision_with("a", "", transaction, DUMP, "", "DROP TABLE public.t;"),
                    revision("b", "a", "ALTER TABLE t ADD x INTEGER;", "ALTER TABLE t DROP x;"),
                    revision(
                        "c",
                        "b",
                        "CREATE TABLE c AS SELECT current_setting('check_function_bodies') AS x;",
                        "DROP TABLE c;",
                    ),
                ],
            );
            let report = upgrade_with(&db, &history, "head", options.clone()).await.unwrap();
            assert_eq!(report.heads_after, ["c"]);
            assert_eq!(db.column("SELECT x FROM c").await, ["on"]);
            downgrade(&db, &history, "base").await.unwrap();
        }
    }
}

async fn the_version_table_is_found_along_the_search_path(db: Db) {
    let history = chain(db.dialect, 3);
    upgrade(&db, &history, "r001").await.unwrap();
    db.execute(&format!(
        "CREATE SCHEMA app; ALTER DATABASE {} SET search_path = app, public",
        db.name
    ))
    .await;
    assert_eq!(applied(&db, &history).await, ["r000", "r001"]);
    let report = upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(report.steps.len(), 1);
    assert_eq!(
        db.column("SELECT tablename::text FROM pg_tables WHERE schemaname = 'app'").await,
        ["t002"]
    );
}

async fn the_servers_own_sql_mode_holds(db: Db) {
    let up = "CREATE TABLE t AS SELECT 0 || 1 AS x, @@sql_mode = @@GLOBAL.sql_mode AS y;";
    let history = history(db.dialect, &[revision("a", "", up, "DROP TABLE t;")]);
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT CONCAT(x, y) FROM t").await, ["11"]);
}

async fn another_database_and_switched_off_checks_end_with_the_revision(db: Db) {
    let up = "SET NAMES latin1; SET foreign_key_checks = 0; SET SESSION sql_mode = 'ANSI_QUOTES'; USE mysql;";
    let look = "CREATE TABLE t AS SELECT @@foreign_key_checks AS x, '🦀' AS y, DATABASE() AS z;";
    let history = history(
        db.dialect,
        &[revision("a", "", up, "DO 0;"), revision("b", "a", look, "DROP TABLE t;")],
    );
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT CONCAT(x, y, z) FROM t").await, [format!("1🦀{}", db.name)]);
}
