//! `report`.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;
use migrate_core::lint::{self, LintSettings};
use migrate_core::report::{Report, TestFinding, TestOutcome, TestResult};
use migrate_core::static_check;
use serde::{Deserialize, Serialize};

use crate::cli::arguments::dialect;
use crate::cli::ui::Format;
use crate::cli::{CliError, Context, Exit};

/// The name of the page in the folder.
const FILE: &str = "index.html";

#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "The page holds the graph, what each revision changes as SQL and in words, the schema at every
revision, the findings of check and lint, and the results of tests if they are given. It loads nothing,
and can be read with the keyboard and printed. With a database, it shows which revisions are applied.

Examples:
  cargo migrate report --out report
  cargo migrate report --out report --dialect postgres
  cargo migrate test --format json > tests.json
  cargo migrate report --out report --tests tests.json"
)]
pub struct Args {
    /// The folder, which is created; the page is its index.html
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The database system whose SQL is shown [default: from the database URL]
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    pub(super) dialect: Option<Dialect>,
    /// The results of round-trip tests: what `cargo migrate test --format json` printed
    #[arg(long, value_name = "FILE")]
    tests: Option<PathBuf>,
}

#[derive(Serialize)]
struct Json<'a> {
    path: &'a str,
    bytes: usize,
    revisions: usize,
    findings: usize,
    /// `None` without results.
    tests: Option<usize>,
}

/// What `test --format json` prints, as far as the page shows it.
#[derive(Deserialize)]
struct TestedJson {
    databases: Vec<DatabaseJson>,
}

#[derive(Deserialize)]
struct DatabaseJson {
    dialect: String,
    server: Option<String>,
    error: Option<String>,
    tests: Vec<TestJson>,
}

#[derive(Deserialize)]
struct TestJson {
    name: String,
    outcome: String,
    findings: Vec<FindingJson>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct FindingJson {
    code: String,
    message: String,
    diff: String,
    help: Vec<String>,
}

impl Args {
    pub(super) async fn run(&self, context: &Context<'_>) -> Result<Exit, CliError> {
        let graph = context.well_formed()?;
        let dialect = context.dialect(self.dialect)?;
        let status = context.status_if_known().await;
        let settings = LintSettings {
            has_lock_timeout: context.options.lock_timeout.is_some(),
            ..context.lint.clone()
        };
        let mut findings = context.found.clone();
        findings.append(context.history.check(context.heads));
        if !findings.has_errors() {
            findings.append(static_check::check(
                context.history,
                context.static_checks.clone(),
                Some(dialect),
            ));
            let all = graph.set(graph.order());
            findings.append(lint::lint(context.history, &settings, &[dialect], &all));
        }
        let tests = self.tests.as_deref().map(read_tests).transpose()?;
        let tests = tests.as_deref();
        let applied = status.as_ref().map(|status| &status.applied);
        let report =
            Report { history: context.history, dialect, applied, findings: &findings, tests };
        let page = report.page();
        let path = self.out.join(FILE);
        let shown = path.display().to_string();
        fs::create_dir_all(&self.out).and_then(|()| fs::write(&path, &page)).map_err(|error| {
            CliError::failed(format!("{shown} cannot be written")).because(error)
        })?;
        let ui = context.ui;
        match ui.format() {
            Format::Text => ui.line(&shown),
            Format::Json => ui.json(&Json {
                path: &shown,
                bytes: page.len(),
                revisions: graph.len(),
                findings: findings.len(),
                tests: tests.map(<[_]>::len),
            }),
        }
        Ok(Exit::Done)
    }
}

/// Reads the results of tests from a file.
fn read_tests(path: &Path) -> Result<Vec<TestResult>, CliError> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| CliError::failed(format!("{shown} cannot be read")).because(error))?;
    let tested: TestedJson = serde_json::from_str(&text).map_err(|error| {
        CliError::usage(format!("{shown} does not hold the results of tests: {error}"))
            .help("write it with `cargo migrate test --format json`")
    })?;
    let mut results = Vec::new();
    for DatabaseJson { dialect, server, error, tests } in tested.databases {
        let database = server.unwrap_or(dialect);
        // Why tests could not run is a result as well.
        results.extend(error.map(|error| TestResult {
            database: database.clone(),
            name: "the tests could not run".to_owned(),
            outcome: TestOutcome::Failed,
            findings: Vec::new(),
            notes: vec![error],
        }));
        results.extend(tests.into_iter().map(|test| result(&database, test)));
    }
    Ok(results)
}

fn result(database: &str, test: TestJson) -> TestResult {
    let TestJson { name, outcome, findings, notes } = test;
    let outcome = match outcome.as_str() {
        "passed" => TestOutcome::Passed,
        "failed" => TestOutcome::Failed,
        _ => TestOutcome::Skipped,
    };
    let finding =
        |FindingJson { code, message, diff, help }| TestFinding { code, message, diff, help };
    let findings = findings.into_iter().map(finding).collect();
    TestResult { database: database.to_owned(), name, outcome, findings, notes }
}
