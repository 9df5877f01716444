//! The entry point of the tests that `round_trip_tests!` generates. Each call runs one test of a
//! suite.

use std::time::Duration;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::history::History;

use super::report;
use super::setup::FunctionsHook;
use super::suite::{Suite, TestEvent};
use super::verdict::{Outcome, Verdict};
use crate::steps::BoundStep;

/// How long a test may continue with the following revisions, while it has the database.
const READ_AHEAD: Duration = Duration::from_secs(2);

/// Runs the test of a revision, by its full id, or one of the whole history, by its name.
///
/// # Panics
/// When it fails, with what was found; when there is no server to test on, with the ways to one.
#[track_caller]
pub(crate) fn round_trip(
    history: &History,
    settings: &Settings,
    dialect: &str,
    test: &str,
    functions: Option<FunctionsHook>,
    steps: &'static [BoundStep],
) {
    match run_test(history, settings, dialect, test, functions, steps) {
        Ok((server, verdict)) => {
            let lines = report::format_verdict(&verdict, &server);
            if verdict.outcome == Outcome::Failed {
                panic!("{}", report::join_lines(&lines));
            }
            // A test that is skipped says so, and the warnings and notes of one that passed are for who asks.
            let is_silent = verdict.findings.is_empty() && verdict.notes.is_empty();
            if verdict.outcome == Outcome::Skipped || !is_silent {
                show(&report::join_lines(&lines));
            }
        }
        Err(why) => panic!("{why}"),
    }
}

/// The server that was tested on, in words, and the verdict.
fn run_test(
    history: &History,
    settings: &Settings,
    dialect: &str,
    test: &str,
    functions: Option<FunctionsHook>,
    steps: &'static [BoundStep],
) -> Result<(String, Verdict), String> {
    let dialect =
        Dialect::from_name(dialect).ok_or_else(|| format!("there is no database {dialect}"))?;
    // A replaced revision has its place among the others that are replaced.
    let is_replaced = history.graph.replacing(test).is_some();
    let expanded = if is_replaced { history.with_replaced() } else { None };
    let mut suite = Suite::new(expanded.as_ref().unwrap_or(history), settings, dialect)
        .only(vec![test.to_owned()])
        .steps(steps)
        // The next tests are about to ask for the revisions behind this one.
        .read_ahead(READ_AHEAD);
    if let Some(functions) = functions {
        suite = suite.functions(functions);
    }
    let mut server = String::new();
    let mut note = |event: TestEvent<'_>| match event {
        TestEvent::Provisioned(words) => words.clone_into(&mut server),
        TestEvent::Session(statements) => {
            server += &format!("; session: {}", statements.join("; "));
        }
        _ => {}
    };
    let verdicts = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot be started: {error}"))?
        .block_on(suite.run(&mut note))
        .map_err(|error| report::format_error(&error))?;
    let found = verdicts.into_iter().find(|verdict| verdict.name == test);
    let verdict = found.ok_or_else(|| format!("there is no test named {test}"))?;
    Ok((server, verdict))
}

#[expect(clippy::print_stdout, reason = "a test's own output, which the test harness captures")]
fn show(text: &str) {
    print!("{text}");
}
