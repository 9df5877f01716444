//! Round-trip tests of defective and of clean histories.

mod cases;
mod corpora;
mod engine;
mod functions;
mod mysql;
mod postgres;
mod sqlite;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::History;
use migrate_db::testkit::{Suite, TestEvent, Verdict};

/// Runs all tests of a history; nothing is known before.
pub(crate) async fn verdicts(dialect: Dialect, history: &History) -> Vec<Verdict> {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::default();
    let suite = Suite::new(history, &settings, dialect).leaves_nothing().folder(folder.path());
    suite.run(&mut |_: TestEvent<'_>| {}).await.unwrap()
}

/// The codes of what was found in the test of a name.
pub(crate) fn codes(verdicts: &[Verdict], name: &str) -> Vec<&'static str> {
    let verdict = verdicts.iter().find(|v| v.name == name).unwrap_or_else(|| {
        panic!("no test is named {name}: {verdicts:#?}");
    });
    verdict.findings.iter().map(|finding| finding.code.as_str()).collect()
}
