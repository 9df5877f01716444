//! What a revision does to its session stays with it, and what the session says does not change
//! what a revision means.

use super::*;

on!(postgres, Postgres:
    an_emptied_search_path_harms_nobody,
    the_version_table_is_found_along_the_search_path,
    a_role_and_what_is_prepared_end_with_the_revision,
    what_is_set_for_a_role_holds_from_the_next_revision_on,
);
on!(mysql, Mysql:
    the_servers_own_sql_mode_holds,
    another_database_and_switched_off_checks_end_with_the_revision,
    an_engine_a_variable_and_a_temporary_table_end_with_the_revision,
);

on!(sqlite, Sqlite:
    pragmas_and_temporary_tables_end_with_the_revision,
    every_setting_of_a_connection_ends_with_the_revision,
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

async fn a_role_and_what_is_prepared_end_with_the_revision(db: Db) {
    let role = format!("{}_role", db.name);
    db.execute(&format!("CREATE ROLE {role}; GRANT CREATE ON SCHEMA public TO {role}")).await;
    for options in [all_in_one(), each_in_its_own()] {
        let up = format!(
            "SET ROLE {role}; CREATE TABLE a (id INTEGER); PREPARE p AS SELECT 1; \
             CREATE TEMP TABLE t (id INTEGER); SET search_path = pg_catalog;"
        );
        let look = "CREATE TABLE b AS SELECT current_user::text AS who, \
                    (SELECT COUNT(*) FROM pg_prepared_statements WHERE name = 'p')::text AS p, \
                    COALESCE(to_regclass('pg_temp.t')::text, '') AS t;";
        let history = history(
            db.dialect,
            &[revision("a", "", &up, "DROP TABLE a;"), revision("b", "a", look, "DROP TABLE b;")],
        );
        upgrade_with(&db, &history, "head", options.clone()).await.unwrap();
        let found = db.column("SELECT who || p || t = session_user || '0' FROM b").await;
        assert_eq!(found.len(), 1);
        assert_eq!(db.column("SELECT p || t FROM b").await, ["0"]);
        assert_eq!(db.column("SELECT who FROM b WHERE who = session_user").await.len(), 1);
        let owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'b'";
        assert_ne!(db.column(owner).await, std::slice::from_ref(&role));
        downgrade(&db, &history, "base").await.unwrap();
    }
    db.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

async fn what_is_set_for_a_role_holds_from_the_next_revision_on(db: Db) {
    let up = format!("ALTER ROLE CURRENT_USER IN DATABASE {} SET work_mem = '7MB';", db.name);
    let look = "CREATE TABLE b AS SELECT current_setting('work_mem') AS x;";
    let history = history(
        db.dialect,
        &[revision("a", "", &up, "SELECT 1;"), revision("b", "a", look, "DROP TABLE b;")],
    );
    upgrade_with(&db, &history, "head", each_in_its_own()).await.unwrap();
    assert_eq!(db.column("SELECT x FROM b").await, ["7MB"]);
}

async fn an_engine_a_variable_and_a_temporary_table_end_with_the_revision(db: Db) {
    let up = "SET default_storage_engine = MyISAM; SET @x = 5; CREATE TEMPORARY TABLE t (id INT);";
    let look = "CREATE TABLE b (x VARCHAR(9)); INSERT INTO b VALUES (COALESCE(@x, 'none')); \
                CREATE TABLE t (id INT);";
    let history = history(
        db.dialect,
        &[revision("a", "", up, "DO 0;"), revision("b", "a", look, "DROP TABLE b; DROP TABLE t;")],
    );
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(db.column("SELECT x FROM b").await, ["none"]);
    let engines = "SELECT engine FROM information_schema.tables \
                   WHERE table_schema = DATABASE() AND table_name IN ('b', 't')";
    assert_eq!(db.column(engines).await, ["InnoDB", "InnoDB"]);
}

async fn pragmas_and_temporary_tables_end_with_the_revision(db: Db) {
    for options in [all_in_one(), each_in_its_own()] {
        let up = "PRAGMA ignore_check_constraints = ON; PRAGMA recursive_triggers = ON; \
                  CREATE TEMP TABLE x (id INTEGER); CREATE TABLE t (id INTEGER CHECK (id > 0));";
        let look = "CREATE TABLE b AS SELECT \
                    (SELECT COUNT(*) FROM sqlite_temp_schema) || r.recursive_triggers AS y \
                    FROM pragma_recursive_triggers r;";
        let history = history(
            db.dialect,
            &[
                revision("a", "", up, "DROP TABLE t;"),
                revision("b", "a", look, "DROP TABLE b;"),
                revision("c", "b", "INSERT INTO t VALUES (-1);", "DELETE FROM t;"),
            ],
        );
        upgrade_with(&db, &history, "b", options.clone()).await.unwrap();
        assert_eq!(db.column("SELECT y FROM b").await, ["00"]);
        downgrade(&db, &history, "base").await.unwrap();
        let error = upgrade_with(&db, &history, "head", options).await.unwrap_err();
        assert!(whole(&error).contains("CHECK constraint failed"), "{}", whole(&error));
        downgrade(&db, &history, "base").await.unwrap();
    }
}

async fn every_setting_of_a_connection_ends_with_the_revision(db: Db) {
    let change = "PRAGMA synchronous = OFF; PRAGMA cache_size = 77; PRAGMA temp_store = MEMORY; \
                  PRAGMA journal_mode = MEMORY; PRAGMA case_sensitive_like = ON; \
                  PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;";
    let look = "CREATE TABLE b AS SELECT s.synchronous || ' ' || t.temp_store || ' ' || \
                j.journal_mode || ' ' || (c.cache_size = 77) || ' ' || ('a' LIKE 'A') || ' ' || \
                d.secure_delete || ' ' || f.foreign_keys AS x FROM pragma_synchronous s, \
                pragma_temp_store t, pragma_journal_mode j, pragma_cache_size c, \
                pragma_secure_delete d, pragma_foreign_keys f;";
    let files = [
        revision_with("a", "", "transaction:false", change, "transaction:false", change),
        revision("b", "a", look, "DROP TABLE b;"),
    ];
    let history = history(db.dialect, &files);
    for options in [all_in_one(), each_in_its_own()] {
        let plain = [revision("b", "", look, "DROP TABLE b;")];
        let plain = self::history(db.dialect, &plain);
        upgrade_with(&db, &plain, "head", options.clone()).await.unwrap();
        let alone = db.column("SELECT x FROM b").await;
        downgrade(&db, &plain, "base").await.unwrap();
        upgrade_with(&db, &history, "head", options).await.unwrap();
        assert_eq!(db.column("SELECT x FROM b").await, alone);
        downgrade(&db, &history, "base").await.unwrap();
    }
}
