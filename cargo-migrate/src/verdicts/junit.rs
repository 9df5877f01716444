//! JUnit's XML, which CI systems read: a suite per database, a case per test.

use migrate_db::testkit::{Outcome, Verdict, report};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Tested;

/// The report as text.
///
/// # Errors
/// When it cannot be written as XML.
pub(crate) fn junit(databases: &[Tested]) -> Result<String, SerializeError> {
    let mut report = Report::new("cargo migrate test");
    report.set_time(databases.iter().map(|tested| tested.took).sum());
    report.add_test_suites(databases.iter().map(suite));
    report.to_string()
}

fn suite(tested: &Tested) -> TestSuite {
    let mut suite = TestSuite::new(tested.dialect.name());
    suite.set_time(tested.took);
    if !tested.server.is_empty() {
        suite.add_property(("server", tested.server.as_str()));
    }
    suite.add_test_cases(tested.verdicts.iter().map(case));
    if let Some(error) = &tested.error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(error);
        suite.add_test_case(TestCase::new("the database", status));
    }
    suite
}

fn case(verdict: &Verdict) -> TestCase {
    let name = [verdict.name.as_str(), &verdict.message].join(" ");
    let mut case = TestCase::new(name.trim_end(), status(verdict));
    case.set_classname(format!("round_trip.{}", verdict.dialect.name()));
    case.set_time(verdict.duration);
    if let Some(path) = &verdict.path {
        case.extra.insert("file".into(), path.as_str().into());
    }
    if verdict.outcome == Outcome::Passed {
        let is_warned = !verdict.findings.is_empty();
        let warnings = is_warned.then(|| report::join_lines(&report::format_verdict(verdict, "")));
        let text = warnings.unwrap_or_else(|| verdict.notes.join("\n"));
        if !text.is_empty() {
            case.set_system_out(text);
        }
    }
    case
}

fn status(verdict: &Verdict) -> TestCaseStatus {
    match verdict.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(verdict.notes.join("; "));
            status
        }
        Outcome::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let codes: Vec<&str> = verdict.findings.iter().map(|f| f.code.as_str()).collect();
            status.set_type(codes.join(", "));
            let first = verdict.findings.first().and_then(|f| f.message.lines().next());
            status.set_message(first.unwrap_or_default());
            status.set_description(report::join_lines(&report::format_verdict(verdict, "")));
            status
        }
    }
}
