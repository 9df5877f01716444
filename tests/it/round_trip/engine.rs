//! The engine: what is tested, in which order, and what is remembered.

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_db::testkit::{Outcome, Suite, Verdict};

use super::{codes, verdicts};
use crate::scenarios::{chain, history, revision};

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
    an_honest_history_passes_and_is_remembered,
    a_lie_is_found_by_its_own_test,
    branches_and_their_merge_are_tested,
);

async fn an_honest_history_passes_and_is_remembered(dialect: Dialect) {
    let history = chain(dialect, 5);
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let suite = Suite::new(&history, &settings, dialect).folder(folder.path()).leaves_nothing();
    let first = suite.run(&mut |_| {}).await.unwrap();
    assert_eq!(first.len(), 8, "{first:#?}");
    assert!(first.iter().all(|v| v.outcome == Outcome::Passed && !v.remembered), "{first:#?}");
    let second = suite.run(&mut |_| {}).await.unwrap();
    assert!(second.iter().all(|v| v.outcome == Outcome::Passed && v.remembered), "{second:#?}");
}

async fn a_lie_is_found_by_its_own_test(dialect: Dialect) {
    let files = [
        revision("a", "", "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);", "DROP TABLE t;"),
        revision("b", "a", "CREATE INDEX i ON t (id);", "SELECT 1;"),
        revision("c", "b", "CREATE TABLE u (id INTEGER);", "DROP TABLE u;"),
    ];
    let verdicts = verdicts(dialect, &history(dialect, &files)).await;
    assert_eq!(codes(&verdicts, "a"), [""; 0]);
    assert_eq!(codes(&verdicts, "b"), ["left-behind", "up-fails-again"]);
    assert_eq!(codes(&verdicts, "c"), [""; 0]);
    let lie: &Verdict = verdicts.iter().find(|v| v.name == "b").unwrap();
    assert!(lie.findings[0].message.contains("index i"), "{lie:#?}");
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
    let merge = ("m.sql".to_owned(), "-- m\n--\n-- revision: m\n-- revises: b1, c2\n".to_owned());
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
