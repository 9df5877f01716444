//! Statements that a project's sessions begin with: they hold in every step of a run, also behind a
//! step that changed what they set.

use super::*;

everywhere!(each_step_begins_with_them, one_that_fails_ends_the_run_before_its_first_step);
on!(on_sqlite, Sqlite: they_hold_behind_a_revision_that_changes_them);

async fn each_step_begins_with_them(db: Db) {
    let (begin, change, read) = match db.dialect {
        Dialect::Sqlite => (
            "PRAGMA cache_size = 4321",
            "SELECT 1;",
            "SELECT cache_size AS x FROM pragma_cache_size",
        ),
        Dialect::Postgres => (
            "SET statement_timeout = 4321000",
            "SET statement_timeout = 1000000;",
            "SELECT setting AS x FROM pg_settings WHERE name = 'statement_timeout'",
        ),
        Dialect::Mysql => (
            "SET SESSION group_concat_max_len = 4321",
            "SELECT 1;",
            "SELECT @@SESSION.group_concat_max_len AS x",
        ),
    };
    let table = |id: &str| format!("CREATE TABLE {id} AS {read};\n{change}");
    let files = [
        revision("a", "", &table("a"), "DROP TABLE a;"),
        revision("b", "a", &table("b"), "DROP TABLE b;"),
    ];
    let history = history(db.dialect, &files);
    for options in [all_in_one(), each_in_its_own()] {
        let options = Options { session: vec![begin.to_owned()], ..options };
        upgrade_with(&db, &history, "head", options).await.unwrap();
        for table in ["a", "b"] {
            let found = db.column(&format!("SELECT x FROM {table}")).await;
            assert!(found[0].starts_with("4321"), "{table}: {found:?}");
        }
        downgrade(&db, &history, "base").await.unwrap();
    }
}

async fn one_that_fails_ends_the_run_before_its_first_step(db: Db) {
    let options = Options { session: vec!["SET no such thing".to_owned()], ..options() };
    let history = chain(db.dialect, 1);
    let error = upgrade_with(&db, &history, "head", options).await.unwrap_err();
    assert!(error.to_string().contains("preparing the session"), "{error}");
    assert!(applied(&db, &history).await.is_empty());
}

async fn they_hold_behind_a_revision_that_changes_them(db: Db) {
    let session = [
        "PRAGMA cache_size = 4321",
        "CREATE TEMP TABLE words (w)",
        "INSERT INTO words VALUES ('x')",
    ];
    let change = "PRAGMA cache_size = 77; DROP TABLE temp.words;";
    let look = "CREATE TABLE b AS SELECT w || cache_size AS x FROM words, pragma_cache_size;";
    for transaction in ["", "transaction:false"] {
        let files = [
            revision_with("a", "", transaction, change, "", "SELECT 1;"),
            revision("b", "a", look, "DROP TABLE b;"),
        ];
        let history = history(db.dialect, &files);
        for options in [all_in_one(), each_in_its_own()] {
            let options = Options { session: session.map(str::to_owned).into(), ..options };
            upgrade_with(&db, &history, "head", options).await.unwrap();
            assert_eq!(db.column("SELECT x FROM b").await, ["x4321"]);
            downgrade(&db, &history, "base").await.unwrap();
        }
    }
}
