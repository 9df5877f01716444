//! The engine: what is tested, in which order, and what is cached.

use std::time::Duration;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_db::testkit::setup::TestConnection;
use migrate_db::testkit::{Outcome, Suite, TestEvent, Verdict};
use sqlx::Executor as _;

use super::{codes, verdicts};
use crate::scenarios::{chain, history, revision};
use crate::support::RevisionFile;

/// Makes a test of each function on each database.
macro_rules! everywhere {
    ($($test:ident),+ $(,)?) => {
        everywhere!(sqlite, Sqlite: $($test),+);
        everywhere!(postgres, Postgres: $($test),+);
        everywhere!(mysql, Mysql: $($test),+);
    };
    ($module:ident, $dialect:ident: $($test:ident),+) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let dialect = migrate_core::dialect::Dialect::$dialect;
                    if !migrate_db::testkit::is_skipped(dialect) {
                        super::$test(dialect).await;
                    }
                }
            )+
        }
    };
}

everywhere!(
    a_clean_history_passes_and_is_cached,
    a_lie_is_found_by_its_own_test,
    branches_and_their_merge_are_tested,
    a_test_ends,
    what_is_left_in_the_end_has_the_codes_of_single_tests,
    a_failure_that_may_be_the_servers_is_tested_again,
    a_history_may_build_on_a_prelude,
    a_down_that_fails_is_reported_once,
    the_session_is_that_of_the_project_before_each_revision,
    a_history_may_use_what_a_hook_registers,
    an_effect_below_belongs_to_what_is_cached,
    the_static_schema_has_the_session_of_each_revision,
);

async fn a_clean_history_passes_and_is_cached(dialect: Dialect) {
    let history = chain(dialect, 5);
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let first = suite.run(&mut |_| {}).await.unwrap();
    assert_eq!(first.len(), 8, "{first:#?}");
    assert!(first.iter().all(|v| v.outcome == Outcome::Passed && !v.cached), "{first:#?}");
    let second = suite.run(&mut |_| {}).await.unwrap();
    assert!(second.iter().all(|v| v.outcome == Outcome::Passed && v.cached), "{second:#?}");
}

async fn a_lie_is_found_by_its_own_test(dialect: Dialect) {
    let files = [
        revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);", "DROP TABLE t;"),
        revision("b", "a", "CREATE INDEX i ON t (id);", "SELECT 1;"),
        revision("c", "b", "CREATE TABLE u (id INTEGER);", "DROP TABLE u;"),
    ];
    let verdicts = verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(codes(&verdicts, "a"), [""; 0]);
    assert_eq!(codes(&verdicts, "b"), ["left-behind"]);
    assert_eq!(codes(&verdicts, "c"), [""; 0]);
    let defective: &Verdict = verdicts.iter().find(|v| v.name == "b").unwrap();
    assert!(defective.findings[0].message.contains("index i"), "{defective:#?}");
}

async fn branches_and_their_merge_are_tested(dialect: Dialect) {
    let table = |id: &str, revises: &str| {
        revision(
            id,
            revises,
            &format!("CREATE TABLE t_{id} (x INT);"),
            &format!("DROP TABLE t_{id};"),
        )
    };
    let merge = RevisionFile::new("m", "b1, c2").named();
    let files = [
        table("a", ""),
        table("b1", "a"),
        table("c1", "a"),
        table("c2", "c1"),
        merge,
        table("n", "m"),
    ];
    let verdicts = verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(verdicts.len(), 9);
    assert!(verdicts.iter().all(|v| v.outcome == Outcome::Passed), "{verdicts:#?}");
}

async fn a_test_ends(dialect: Dialect) {
    let endless = match dialect {
        Dialect::Sqlite => {
            "CREATE TABLE n AS WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i FROM c;"
        }
        Dialect::Postgres => "CREATE TABLE n AS SELECT 1 AS i FROM pg_sleep(60);",
        Dialect::Mysql => "CREATE TABLE n AS SELECT SLEEP(60) AS i;",
    };
    let history = history(dialect, &[revision("a", "", endless, "DROP TABLE n;")]);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.test.time_limit = Duration::from_millis(400);
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let suite = suite.only(vec!["a".to_owned()]);
    let verdicts = suite.run(&mut |_| {}).await.unwrap();
    assert_eq!(codes(&verdicts, "a"), ["up-fails"]);
    let told = &verdicts[0].findings[0].message;
    assert!(told.contains("`time-limit` under `[test]`"), "{told}");
    // What took too long once may be faster the next time.
    let again = suite.run(&mut |_| {}).await.unwrap();
    assert!(!again[0].cached, "{again:#?}");
}

async fn what_is_left_in_the_end_has_the_codes_of_single_tests(dialect: Dialect) {
    let files = [
        revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY, x INT);", "DROP TABLE t;"),
        revision("b", "a", "CREATE TABLE u (id INTEGER);", "SELECT 1;"),
    ];
    let verdicts = verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(codes(&verdicts, "b"), ["left-behind"]);
    assert_eq!(codes(&verdicts, "head to base"), ["left-behind"]);
    let below =
        RevisionFile::new("below", "").up("CREATE TABLE t (id INTEGER PRIMARY KEY, x INT);");
    let files = [
        below.irreversible("it stays").named(),
        revision("c", "below", "CREATE TABLE u (id INTEGER);", "DROP TABLE u;\nDROP TABLE t;"),
    ];
    let verdicts = self::verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(codes(&verdicts, "head to base"), ["not-restored"]);
}

async fn a_failure_that_may_be_the_servers_is_tested_again(dialect: Dialect) {
    let (of_the_server, of_the_text) = match dialect {
        Dialect::Sqlite => ("SELECT soundalike('a');", "SELECT x FROM nowhere;"),
        Dialect::Postgres => ("GRANT SELECT ON t TO nobody_at_all;", "SELECT x FROM nowhere;"),
        Dialect::Mysql => ("SELECT nothing_at_all();", "SELECT x FROM nowhere;"),
    };
    for (statement, is_cached) in [(of_the_server, false), (of_the_text, true)] {
        let up = format!("CREATE TABLE t (x INT);\n{statement}");
        let history = history(dialect, &[revision("a", "", &up, "DROP TABLE t;")]);
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::default();
        let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
        let suite = suite.only(vec!["a".to_owned()]);
        suite.run(&mut |_| {}).await.unwrap();
        let again = suite.run(&mut |_| {}).await.unwrap();
        assert_eq!(codes(&again, "a"), ["up-fails"]);
        assert_eq!(again[0].cached, is_cached, "{statement}: {again:#?}");
        let names_fresh = again[0].notes.iter().any(|note| note.contains("--fresh"));
        assert_eq!(names_fresh, is_cached);
    }
}

async fn a_history_may_build_on_a_prelude(dialect: Dialect) {
    let folder = tempfile::tempdir().unwrap();
    let prelude = folder.path().join("prelude.sql");
    std::fs::write(&prelude, "-- of the old tool\nCREATE TABLE old (id INTEGER);\n").unwrap();
    let files =
        [revision("a", "", "ALTER TABLE old ADD COLUMN x INT;", "ALTER TABLE old DROP COLUMN x;")];
    let history = history(dialect, &files);
    let mut settings = Settings::default();
    settings.test.prelude = Some(prelude.to_str().unwrap().to_owned());
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let verdicts = suite.run(&mut |_| {}).await.unwrap();
    assert!(verdicts.iter().all(|v| v.outcome == Outcome::Passed), "{verdicts:#?}");
    // A file that is wrong is an error of its own, and says where.
    std::fs::write(&prelude, "CREATE TABLE old (id INTEGER);\nCREATE TABLE old (id INTEGER);")
        .unwrap();
    let error = suite.run(&mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("prelude.sql:2"), "{error}");
}

async fn a_down_that_fails_is_reported_once(dialect: Dialect) {
    let files = [
        revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "DROP TABLE t;"),
        revision("b", "a", "CREATE TABLE u (id INTEGER);", "DROP TABLE v;"),
    ];
    let verdicts = verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(codes(&verdicts, "b"), ["down-fails"]);
    assert_eq!(codes(&verdicts, "head to base"), [""; 0]);
    let whole = verdicts.iter().find(|verdict| verdict.name == "head to base").unwrap();
    assert_eq!(whole.outcome, Outcome::Skipped);
    assert_eq!(whole.notes, ["the down of b fails: see the test of b"]);
    // A run of this test alone tests the revision on the way.
    let folder = tempfile::tempdir().unwrap();
    let (history, settings) = (history(dialect, &files), Settings::default());
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let alone = suite.only(vec!["head to base".to_owned()]).run(&mut |_| {}).await.unwrap();
    assert_eq!(alone[0].outcome, Outcome::Skipped, "{alone:#?}");
}

async fn the_session_is_that_of_the_project_before_each_revision(dialect: Dialect) {
    // Each revision works under the setting alone, and leaves another one behind.
    let (statement, works, changes) = match dialect {
        Dialect::Sqlite => (
            "PRAGMA ignore_check_constraints = ON",
            "VALUES (-1)",
            "PRAGMA ignore_check_constraints = OFF;",
        ),
        Dialect::Postgres => (
            "SET escape_string_warning = off",
            "SELECT 1 / CAST(current_setting('escape_string_warning') = 'off' AS int)",
            "SET escape_string_warning = on;",
        ),
        Dialect::Mysql => (
            "SET foreign_key_checks = 0",
            "SELECT 1 FROM DUAL WHERE @@foreign_key_checks = 0",
            "SET foreign_key_checks = 1;",
        ),
    };
    let works = |id: &str, revises: &str| {
        let up = format!(
            "CREATE TABLE {id} (x INT CHECK (x <> -1));\nINSERT INTO {id} {works};\n{changes}"
        );
        let (name, text) = revision(id, revises, &up, &format!("DROP TABLE {id};"));
        (name, format!("{text}\n-- migrate:verify\nSELECT COUNT(*) = 1 FROM {id};\n"))
    };
    let files = [works("a", ""), works("b", "a"), works("c", "b")];
    let history = history(dialect, &files);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings { session: vec![statement.to_owned()], ..Settings::default() };
    settings.test.rows = 0;
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let mut shown = Vec::new();
    let verdicts = suite
        .run(&mut |event| {
            if let TestEvent::Session(statements) = event {
                shown.extend(statements.iter().cloned());
            }
        })
        .await
        .unwrap();
    assert!(verdicts.iter().all(|v| v.outcome == Outcome::Passed), "{verdicts:#?}");
    assert_eq!(shown, [statement]);
}

/// Creates a table that no revision creates: on SQLite a temporary one, which only this connection
/// sees.
async fn register(connection: TestConnection<'_>) -> sqlx::Result<()> {
    match connection {
        TestConnection::Sqlite(connection) => {
            connection.execute("CREATE TEMP TABLE registered AS SELECT 7 AS x").await?;
        }
        TestConnection::Postgres(connection) => {
            connection.execute("CREATE TABLE registered AS SELECT 7 AS x").await?;
        }
        TestConnection::Mysql(connection) => {
            connection.execute("CREATE TABLE registered AS SELECT 7 AS x").await?;
        }
        _ => unreachable!("a database of another kind"),
    }
    Ok(())
}

async fn a_history_may_use_what_a_hook_registers(dialect: Dialect) {
    let uses = |id: &str, revises: &str| {
        let up = format!("CREATE TABLE {id} AS SELECT x FROM registered;");
        let (name, text) = revision(id, revises, &up, &format!("DROP TABLE {id};"));
        let verify = format!("SELECT COUNT(*) = 1 FROM {id} WHERE x = 7;");
        (name, format!("{text}\n-- migrate:verify\n{verify}\n"))
    };
    let history = history(dialect, &[uses("a", ""), uses("b", "a")]);
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let suite = || Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let without = suite().run(&mut |_| {}).await.unwrap();
    assert_eq!(codes(&without, "a"), ["up-fails"]);
    let with = suite().functions(|connection| Box::pin(async { Ok(register(connection).await?) }));
    let verdicts = with.run(&mut |_| {}).await.unwrap();
    assert!(verdicts.iter().all(|v| v.outcome == Outcome::Passed && !v.cached), "{verdicts:#?}");
}

async fn an_effect_below_belongs_to_what_is_cached(dialect: Dialect) {
    let run = async |folder: &std::path::Path, effect: &str| {
        let (name, text) = revision("a", "", "CREATE TABLE a (x INT);", "DROP TABLE a;");
        let a = (name, format!("{text}\n-- migrate:effect\n{effect}\n"));
        let b = revision("b", "a", "CREATE TABLE b (x INT);", "DROP TABLE b;");
        let c =
            revision("c", "b", "ALTER TABLE a ADD COLUMN y INT;", "ALTER TABLE a DROP COLUMN y;");
        let history = history(dialect, &[a, b, c]);
        let settings = Settings::default();
        let suite = Suite::new(&history, &settings, dialect).folder(folder).leaves_nothing();
        suite.run(&mut |_| {}).await.unwrap()
    };
    let of = |verdicts: &[Verdict], name: &str| {
        verdicts.iter().find(|verdict| verdict.name == name).unwrap().cached
    };
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "CREATE TABLE e (x INT);").await;
    let again = run(folder.path(), "CREATE TABLE e (x INT);").await;
    assert!(of(&again, "a") && of(&again, "b") && of(&again, "c"), "{again:#?}");
    let other = run(folder.path(), "CREATE TABLE f (x INT);").await;
    assert!(!of(&other, "a") && !of(&other, "b") && !of(&other, "c"), "{other:#?}");
}

async fn the_static_schema_has_the_session_of_each_revision(dialect: Dialect) {
    // What one revision sets does not reach its down or the next one; what the project sets reaches all.
    let (of_project, up, down) = match dialect {
        Dialect::Sqlite => (
            vec!["PRAGMA legacy_alter_table = ON"],
            "CREATE TABLE t (x INT);\nCREATE VIEW v AS SELECT x FROM t;\n\
             ALTER TABLE t RENAME TO u;\nPRAGMA legacy_alter_table = OFF;",
            "ALTER TABLE u RENAME TO t;\nDROP VIEW v;\nDROP TABLE t;",
        ),
        Dialect::Postgres => (
            vec!["SET search_path TO app, public"],
            "CREATE SCHEMA app;\nCREATE TABLE app.t (x INT);\nCREATE TABLE u (x INT);\n\
             SET search_path TO public;",
            "DROP TABLE app.t;\nDROP TABLE app.u;\nDROP SCHEMA app;",
        ),
        Dialect::Mysql => (
            vec!["SET foreign_key_checks = 0"],
            "CREATE TABLE t (x INT, FOREIGN KEY (x) REFERENCES u (x));\nSET foreign_key_checks = 1;",
            "DROP TABLE t;",
        ),
    };
    let next = "CREATE TABLE w (x INT);";
    let files = [revision("a", "", up, down), revision("b", "a", next, "DROP TABLE w;")];
    let history = history(dialect, &files);
    for statements in [of_project, Vec::new()] {
        let folder = tempfile::tempdir().unwrap();
        let session: Vec<String> = statements.into_iter().map(str::to_owned).collect();
        let mut history = history.clone();
        history.graph = history.graph.with_session(&session);
        let settings = Settings { session, ..Settings::default() };
        let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
        let verdicts = suite.run(&mut |_| {}).await.unwrap();
        let options = settings.static_check_options();
        let claims = migrate_core::static_check::check(&history, options, None);
        if !settings.session.is_empty() {
            assert!(verdicts.iter().all(|v| v.findings.is_empty()), "{verdicts:#?}");
            assert!(claims.is_empty(), "{claims}");
        }
        let differs = verdicts.iter().flat_map(|verdict| &verdict.findings);
        let differs: Vec<_> = differs.filter(|one| one.code.as_str() == "static-differs").collect();
        assert!(differs.is_empty(), "{differs:#?}");
    }
}
