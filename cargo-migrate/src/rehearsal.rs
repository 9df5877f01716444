//! The report of a rehearsal as text, JSON and Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use migrate_db::{
    Breach, Direction, Error, RehearsalReport, RehearsedLock, RehearsedStatement, RehearsedStep,
};
use serde::Serialize;

/// What is reported.
pub(crate) struct Rehearsed<'r> {
    /// The original, without its password.
    pub(crate) shown: &'r str,
    pub(crate) report: &'r RehearsalReport,
    pub(crate) failure: Option<&'r Error>,
    pub(crate) breaches: &'r [Breach],
}

#[derive(Serialize)]
struct Json<'r> {
    ok: bool,
    source: &'r str,
    copied_by: &'r str,
    copied_ms: u64,
    sampled: Option<JsonSampled>,
    size: u64,
    locks_seen: bool,
    steps: Vec<JsonStep<'r>>,
    failure: Option<JsonFailure>,
    breaches: Vec<JsonBreach<'r>>,
}

#[derive(Serialize)]
struct JsonSampled {
    rows: u64,
    referenced: u64,
}

#[derive(Serialize)]
struct JsonStep<'r> {
    revision: &'r str,
    direction: &'static str,
    message: &'r str,
    path: &'r str,
    duration_ms: u64,
    statements: Vec<JsonStatement<'r>>,
    locks: Vec<JsonLock<'r>>,
    rewritten: &'r [String],
    size_before: u64,
    size_after: u64,
    log_bytes: Option<u64>,
}

#[derive(Serialize)]
struct JsonStatement<'r> {
    number: usize,
    line: Option<usize>,
    sql: &'r str,
    rows: Option<u64>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct JsonLock<'r> {
    table: Option<&'r str>,
    mode: &'r str,
    blocks_writes: bool,
    held_ms: u64,
    waited_ms: u64,
    statement: Option<usize>,
}

#[derive(Serialize)]
struct JsonFailure {
    message: String,
    cause: Option<String>,
    path: Option<String>,
    line: Option<usize>,
}

#[derive(Serialize)]
struct JsonBreach<'r> {
    limit: &'r str,
    revision: Option<&'r str>,
    message: &'r str,
}

/// The report for programs.
pub(crate) fn json(rehearsed: &Rehearsed<'_>) -> impl Serialize {
    let report = rehearsed.report;
    Json {
        ok: rehearsed.failure.is_none() && rehearsed.breaches.is_empty(),
        source: rehearsed.shown,
        copied_by: report.copied_by,
        copied_ms: millis(report.copied_in),
        sampled: report
            .sampled
            .map(|sampled| JsonSampled { rows: sampled.rows, referenced: sampled.referenced }),
        size: report.size,
        locks_seen: report.unseen_locks.is_none(),
        steps: report.steps.iter().map(json_step).collect(),
        failure: rehearsed.failure.map(json_failure),
        breaches: rehearsed
            .breaches
            .iter()
            .map(|breach| JsonBreach {
                limit: breach.limit,
                revision: breach.revision.as_deref(),
                message: &breach.message,
            })
            .collect(),
    }
}

fn json_step(step: &RehearsedStep) -> JsonStep<'_> {
    let statements = step.statements.iter().map(|one| JsonStatement {
        number: one.number,
        line: one.line,
        sql: &one.sql,
        rows: one.rows,
        duration_ms: millis(one.duration),
    });
    let locks = step.locks.iter().map(|one| JsonLock {
        table: one.table.as_deref(),
        mode: &one.mode,
        blocks_writes: one.blocks_writes,
        held_ms: millis(one.held),
        waited_ms: millis(one.waited),
        statement: one.statement,
    });
    JsonStep {
        revision: &step.revision,
        direction: word(step.direction),
        message: &step.message,
        path: &step.path,
        duration_ms: millis(step.duration),
        statements: statements.collect(),
        locks: locks.collect(),
        rewritten: &step.rewritten,
        size_before: step.size_before,
        size_after: step.size_after,
        log_bytes: step.log,
    }
}

fn json_failure(error: &Error) -> JsonFailure {
    let place = match error {
        Error::Statement(failed) => Some((failed.place.path.clone(), failed.place.line)),
        _ => None,
    };
    let (path, line) = place.unzip();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    JsonFailure { message: error.to_string(), cause, path, line }
}

/// The report for people.
pub(crate) fn text(rehearsed: &Rehearsed<'_>) -> Vec<String> {
    let report = rehearsed.report;
    let mut lines = vec![format!("copied in {}", copy_words(report))];
    for step in &report.steps {
        let message = if step.message.is_empty() { "" } else { ", " };
        lines.push(format!(
            "{:<4} {}{message}{} ({})",
            word(step.direction),
            step.revision,
            step.message,
            time(step.duration)
        ));
        for one in &step.statements {
            lines.push(format!("  {}  {}{}", place(step, one), time(one.duration), rows(one)));
            lines.push(format!("    {}", one_line(&one.sql)));
        }
        lines.extend(step.locks.iter().map(|lock| format!("  lock: {}", lock_words(lock))));
        if !step.rewritten.is_empty() {
            lines.push(format!("  rewritten: {}", step.rewritten.join(", ")));
        }
        lines.push(format!("  size: {}", size_words(step)));
    }
    if report.steps.is_empty() {
        lines.push("nothing to do".to_owned());
    }
    lines.extend(
        rehearsed
            .breaches
            .iter()
            .map(|breach| format!("over {}: {}", breach.limit, breach.message)),
    );
    lines
}

/// The report for a pull request.
pub(crate) fn markdown(rehearsed: &Rehearsed<'_>) -> String {
    let report = rehearsed.report;
    let verdict = match (rehearsed.failure, rehearsed.breaches) {
        (Some(_), _) => "failed",
        (None, []) => "passed",
        (None, _) => "exceeded a limit",
    };
    let mut page = format!("## Rehearsal: {verdict}\n\n");
    let _ = writeln!(page, "Copied in {}.\n", copy_words(report));
    for breach in rehearsed.breaches {
        let _ = writeln!(page, "- **{}**: {}", breach.limit, cell(&breach.message));
    }
    if let Some(error) = rehearsed.failure {
        let failure = json_failure(error);
        let cause = failure.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        let _ = writeln!(page, "- **failed**: {}{}", cell(&failure.message), cell(&cause));
    }
    if !rehearsed.breaches.is_empty() || rehearsed.failure.is_some() {
        page.push('\n');
    }
    page.push_str(
        "| step | time | locks that block writes | rewritten | size |\n|---|---|---|---|---|\n",
    );
    for step in &report.steps {
        let locks: Vec<String> =
            step.locks.iter().filter(|lock| lock.blocks_writes).map(lock_words).collect();
        let _ = writeln!(
            page,
            "| {} {} {} | {} | {} | {} | {} |",
            word(step.direction),
            cell(&step.revision),
            cell(&step.message),
            time(step.duration),
            cell(&locks.join("; ")),
            cell(&step.rewritten.join(", ")),
            size_words(step)
        );
    }
    let mut statements: Vec<(&RehearsedStep, &RehearsedStatement)> = report
        .steps
        .iter()
        .flat_map(|step| step.statements.iter().map(move |statement| (step, statement)))
        .collect();
    statements.sort_by_key(|(_, statement)| std::cmp::Reverse(statement.duration));
    page.push_str("\n| slowest statements | place | time |\n|---|---|---|\n");
    for (step, one) in statements.into_iter().take(SLOWEST) {
        let sql = cell(&one_line(&one.sql).replace('`', "'"));
        let _ = writeln!(
            page,
            "| `{sql}` | {} | {}{} |",
            cell(&place(step, one)),
            time(one.duration),
            rows(one)
        );
    }
    page
}

fn copy_words(report: &RehearsalReport) -> String {
    let (time, size) = (time(report.copied_in), bytes(report.size));
    let mut words = format!("{time} ({}), {size}", report.copied_by);
    if let Some(sampled) = report.sampled {
        let s = if sampled.rows == 1 { "" } else { "s" };
        let _ = write!(words, ", {} row{s}", sampled.rows);
        if sampled.referenced > 0 {
            let _ = write!(words, ", {} of them because others refer to them", sampled.referenced);
        }
    }
    words
}

/// How many statements the page for a pull request lists.
const SLOWEST: usize = 10;

/// The most characters of a statement on one line.
const LONGEST_LINE: usize = 100;

fn one_line(sql: &str) -> String {
    let line = sql.split_whitespace().take(LONGEST_LINE).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{} ..", &line[..end]),
        None => line,
    }
}

/// A text that cannot leave its cell.
fn cell(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('<', "&lt;");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(step: &RehearsedStep, one: &RehearsedStatement) -> String {
    match one.line {
        Some(line) => format!("{}:{line}", step.path),
        None => format!("{} statement {}", step.path, one.number),
    }
}

fn rows(one: &RehearsedStatement) -> String {
    one.rows
        .map(|rows| format!(", {rows} row{}", if rows == 1 { "" } else { "s" }))
        .unwrap_or_default()
}

fn lock_words(lock: &RehearsedLock) -> String {
    let table = lock.table.as_deref().unwrap_or("the database");
    let mut words = format!("{table}, {}, held for {}", lock.mode, time(lock.held));
    if !lock.waited.is_zero() {
        let _ = write!(words, ", waited for {}", time(lock.waited));
    }
    if let Some(number) = lock.statement {
        let _ = write!(words, ", from statement {number}");
    }
    words
}

fn size_words(step: &RehearsedStep) -> String {
    let log = step.log.map(|log| format!(", {} of log", bytes(log))).unwrap_or_default();
    format!("{} to {}{log}", bytes(step.size_before), bytes(step.size_after))
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn time(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "<1 ms".to_owned(),
        ms @ ..10_000 => format!("{ms} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

fn bytes(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.into_iter().find(|(_, bits)| bytes >= 1 << bits);
    match unit {
        // A tenth of a unit, without floating point.
        Some((unit, bits)) => {
            let tenths = (u128::from(bytes) * 10) >> bits;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}
