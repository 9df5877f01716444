//! Sections outside of a transaction: each statement is sent alone, and a transaction of the
//! section's own is its own.

use migrate_core::graph::Set;
use migrate_core::plan;
use migrate_core::script::Script;
use migrate_core::version_table::VersionTable;

use super::*;

everywhere!(
    a_rollback_of_the_sections_own_is_one,
    a_failure_takes_back_what_is_open,
    a_section_that_leaves_a_transaction_open_is_refused,
);
on!(postgres_only, Postgres:
    procedures_commit_and_whole_schemas_are_rebuilt,
    a_database_moves_to_another_tablespace,
);
on!(mysql_only, Mysql:
    locks_and_switched_off_commits_hold_until_they_end,
    a_statement_on_an_engine_without_transactions_may_leave_a_part,
);
on!(sqlite_only, Sqlite: pragmas_work_and_broken_references_are_found);

fn outside(dialect: Dialect, up: &str) -> History {
    let down = "DELETE FROM t;";
    history(dialect, &[revision_with("a", "", "transaction:false", up, "transaction:false", down)])
}

async fn numbers(db: &Db) -> Vec<String> {
    let sql = match db.dialect {
        Dialect::Mysql => "SELECT CAST(x AS CHAR) FROM t ORDER BY t.x",
        _ => "SELECT CAST(x AS TEXT) FROM t ORDER BY t.x",
    };
    db.column(sql).await
}

const OWN: &str = "INSERT INTO t VALUES (1);\nBEGIN;\nDELETE FROM t;\nROLLBACK;\n\
    BEGIN;\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\nCOMMIT;\nINSERT INTO t VALUES (4);";

async fn a_rollback_of_the_sections_own_is_one(db: Db) {
    db.execute("CREATE TABLE t (x INTEGER)").await;
    let history = outside(db.dialect, OWN);
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(numbers(&db).await, ["1", "2", "3", "4"]);
    downgrade(&db, &history, "base").await.unwrap();
    // What is printed is what runs.
    let graph = &history.graph;
    let plan = plan::upgrade(graph, &Set::empty(graph), &"head".parse().unwrap()).unwrap();
    let script = Script::of(graph, &plan.steps, db.dialect, Transactions::PerRevision).unwrap();
    let table = VersionTable::new(db.dialect, "migrate_version");
    db.pipe(&script.to_sql(graph, &table, false, "a tool")).unwrap();
    assert_eq!(numbers(&db).await, ["1", "2", "3", "4"]);
    assert_eq!(applied(&db, &history).await, ["a"]);
}

async fn a_failure_takes_back_what_is_open(db: Db) {
    db.execute("CREATE TABLE t (x INTEGER)").await;
    let up = "INSERT INTO t VALUES (1);\nBEGIN;\nINSERT INTO t VALUES (2);\n\
        INSERT INTO missing VALUES (3);\nCOMMIT;";
    let history = outside(db.dialect, up);
    for _ in 0..2 {
        upgrade(&db, &history, "head").await.unwrap_err();
        let status = status(&db, &history).await;
        assert_eq!((status.unfinished[0].done, status.unfinished[0].in_doubt()), (1, false));
        assert_eq!(numbers(&db).await, ["1"]);
    }
    db.execute("CREATE TABLE missing (x INTEGER)").await;
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(numbers(&db).await, ["1", "2"]);
}

async fn a_section_that_leaves_a_transaction_open_is_refused(db: Db) {
    let up = "CREATE TABLE t (x INTEGER);\nBEGIN;\nDELETE FROM t;";
    let (name, text) = revision_with("a", "", "transaction:false", up, "", "DROP TABLE t;");
    let files = vec![SourceFile::new(name, text)];
    let (history, found) = History::read(files, None, &[db.dialect]);
    assert!(found.to_string().contains("transaction-control"), "{found}");
    // A stored down is not checked before.
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(whole(&error).contains("statement 2 opens it: BEGIN"), "{}", whole(&error));
    assert!(db.tables().await.is_empty());
}

async fn procedures_commit_and_whole_schemas_are_rebuilt(db: Db) {
    let up = format!(
        "CREATE TABLE t (x INTEGER PRIMARY KEY);\n\
         DO $$ BEGIN FOR n IN 1..3 LOOP INSERT INTO t VALUES (n); COMMIT; END LOOP; END $$;\n\
         CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (4); COMMIT; END $$;\n\
         CALL p();\nREINDEX SCHEMA public;\nREINDEX (VERBOSE) DATABASE {};\nVACUUM t;",
        db.name
    );
    let history = outside(db.dialect, &up);
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(numbers(&db).await, ["1", "2", "3", "4"]);
    // A part of it stays, and that is said.
    let up = "DO $$ BEGIN INSERT INTO t VALUES (5); COMMIT; PERFORM 1 / 0; END $$;";
    let file = revision_with("b", "", "transaction:false", up, "", "SELECT 1;");
    let other = super::history(db.dialect, &[file]);
    Migrator::new(&other).stamp(&db.database(), &[], true).await.unwrap();
    let error = upgrade(&db, &other, "head").await.unwrap_err();
    assert!(whole(&error).contains("may have done a part of its work"), "{}", whole(&error));
    assert!(status(&db, &other).await.unfinished[0].in_doubt());
}

async fn a_database_moves_to_another_tablespace(db: Db) {
    // The current database cannot be moved, so another one is.
    let (space, other) = (format!("space_{}", db.name), format!("{}_moved", db.name));
    let up = format!(
        "SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE {space} LOCATION '';\n\
         CREATE DATABASE {other};\nALTER DATABASE {other} SET TABLESPACE {space};"
    );
    let down = format!("DROP DATABASE {other};\nDROP TABLESPACE {space};");
    let file = revision_with("a", "", "transaction:false", &up, "transaction:false", &down);
    let history = history(db.dialect, &[file]);
    upgrade(&db, &history, "head").await.unwrap();
    let question = format!(
        "SELECT spcname::text FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace \
         WHERE datname = '{other}'"
    );
    assert_eq!(db.column(&question).await, [space]);
    downgrade(&db, &history, "base").await.unwrap();
    assert!(db.column(&question).await.is_empty());
}

async fn locks_and_switched_off_commits_hold_until_they_end(db: Db) {
    db.execute("CREATE TABLE t (x INTEGER)").await;
    let up = "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\nUNLOCK TABLES;\n\
        SET autocommit = 0;\nINSERT INTO t VALUES (2);\nROLLBACK;\nSET autocommit = 1;\n\
        INSERT INTO t VALUES (3);";
    let history = outside(db.dialect, up);
    upgrade(&db, &history, "head").await.unwrap();
    assert_eq!(numbers(&db).await, ["1", "3"]);
}

async fn a_statement_on_an_engine_without_transactions_may_leave_a_part(db: Db) {
    for engine in ["MyISAM", "Aria", "MEMORY"] {
        db.execute(&format!("CREATE TABLE t (x INTEGER PRIMARY KEY) ENGINE = {engine}")).await;
        let up = "INSERT INTO t VALUES (1), (2), (1);";
        let history = history(db.dialect, &[revision("a", "", up, "DELETE FROM t;")]);
        let error = upgrade(&db, &history, "head").await.unwrap_err();
        assert!(whole(&error).contains("may have done a part of its work"), "{}", whole(&error));
        assert!(status(&db, &history).await.unfinished[0].in_doubt(), "{engine}");
        assert_eq!(numbers(&db).await, ["1", "2"], "{engine}");
        let mut migrator = Migrator::new(&history);
        migrator.repair(&db.database(), migrate_db::Repair::Reverted).await.unwrap();
        db.execute("DROP TABLE t").await;
    }
    // A trigger on a table with transactions writes one without.
    db.execute(
        "CREATE TABLE t (x INTEGER PRIMARY KEY); CREATE TABLE m (x INTEGER) ENGINE = MyISAM; \
         CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO m VALUES (NEW.x)",
    )
    .await;
    let up = "INSERT INTO t VALUES (1), (1);";
    let history = history(db.dialect, &[revision("a", "", up, "DELETE FROM t;")]);
    let error = upgrade(&db, &history, "head").await.unwrap_err();
    assert!(whole(&error).contains("may have done a part of its work"), "{}", whole(&error));
}

async fn pragmas_work_and_broken_references_are_found(db: Db) {
    let up = "PRAGMA journal_mode = WAL;\nCREATE TABLE p (x INTEGER PRIMARY KEY);\n\
        CREATE TABLE t (x INTEGER REFERENCES p);\nSAVEPOINT a;\nINSERT INTO p VALUES (1);\n\
        RELEASE a;\nVACUUM;\nINSERT INTO t VALUES (1);";
    upgrade(&db, &outside(db.dialect, up), "head").await.unwrap();
    assert_eq!(db.column("PRAGMA journal_mode").await, ["wal"]);
    let file =
        revision_with("b", "", "transaction:false", "INSERT INTO t VALUES (7);", "", "SELECT 1;");
    let other = history(db.dialect, &[file]);
    Migrator::new(&other).stamp(&db.database(), &[], true).await.unwrap();
    let error = upgrade(&db, &other, "head").await.unwrap_err();
    assert!(error.to_string().contains("left broken references"), "{error}");
    db.execute("DELETE FROM t WHERE x = 7").await;
    assert_eq!(upgrade(&db, &other, "head").await.unwrap().heads_after, ["b"]);
}
