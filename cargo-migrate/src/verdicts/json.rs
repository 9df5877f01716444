//! The shape of `test --format json`, which `docs/json.md` documents.

use migrate_db::testkit::report::Tally;
use migrate_db::testkit::{Finding, Outcome, Verdict};
use serde::Serialize;

use super::Tested;

/// The whole answer.
#[derive(Serialize)]
pub(crate) struct Json<'t> {
    databases: Vec<Database<'t>>,
    passed: usize,
    failed: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Database<'t> {
    dialect: &'static str,
    server: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'t str>,
    tests: Vec<Test<'t>>,
}

#[derive(Serialize)]
struct Test<'t> {
    revision: Option<&'t str>,
    name: &'t str,
    message: &'t str,
    path: Option<&'t str>,
    outcome: &'static str,
    findings: Vec<Found<'t>>,
    notes: &'t [String],
    duration_ms: u64,
    cached: bool,
}

#[derive(Serialize)]
struct Found<'t> {
    code: &'static str,
    severity: &'static str,
    message: &'t str,
    diff: &'t str,
    help: &'t [String],
}

impl<'t> Json<'t> {
    pub(crate) fn of(databases: &'t [Tested]) -> Self {
        let Tally { passed, failed, skipped, .. } =
            Tally::of(databases.iter().flat_map(|tested| &tested.verdicts));
        Self { databases: databases.iter().map(Database::of).collect(), passed, failed, skipped }
    }
}

impl<'t> Database<'t> {
    fn of(tested: &'t Tested) -> Self {
        Self {
            dialect: tested.dialect.name(),
            server: Some(tested.server.as_str()).filter(|server| !server.is_empty()),
            error: tested.error.as_deref(),
            tests: tested.verdicts.iter().map(Test::of).collect(),
        }
    }
}

impl<'t> Test<'t> {
    fn of(verdict: &'t Verdict) -> Self {
        Self {
            // Only a test of the whole history has no file.
            revision: verdict.path.as_ref().map(|_| verdict.name.as_str()),
            name: &verdict.name,
            message: &verdict.message,
            path: verdict.path.as_deref(),
            outcome: match verdict.outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "failed",
                Outcome::Skipped => "skipped",
            },
            findings: verdict.findings.iter().map(Found::of).collect(),
            notes: &verdict.notes,
            duration_ms: u64::try_from(verdict.duration.as_millis()).unwrap_or(u64::MAX),
            cached: verdict.cached,
        }
    }
}

impl<'t> Found<'t> {
    fn of(finding: &'t Finding) -> Self {
        let Finding { code, message, diff, help, .. } = finding;
        let severity = if finding.is_error() { "error" } else { "warning" };
        Self { code: code.as_str(), severity, message, diff, help }
    }
}
