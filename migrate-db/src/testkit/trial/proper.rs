//! The trial on a copy, step by step as in production. What is wrong here is a finding.

use migrate_core::plan::Direction;
use migrate_core::schema::{self, Change, Difference, Schema};

use super::super::course::Course;
use super::super::rows;
use super::super::verdict::{Finding, FindingCode as Code};
use super::{Prepared, REORDERED, Trial, UPWARDS_ONLY, differences, finding, words};
use crate::error::Error;

/// What came of a trial.
#[derive(Default)]
pub(in super::super) struct Tried {
    pub(in super::super) findings: Vec<Finding>,
    pub(in super::super) notes: Vec<String>,
}

impl Tried {
    fn found(&mut self, code: Code, message: String) {
        self.findings.push(Finding::new(code, message));
    }
}

/// Tries a revision on a database that stands at its parents, and that nobody needs afterwards.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn try_on_copy(
    trial: Trial<'_>,
    course: &mut Course<'_>,
) -> Result<Tried, Error> {
    let mut tried = Tried::default();
    let before = course.schema().await?;
    let prepared = trial.prepare(course, &before, false).await?;
    tried.notes.extend(prepared.notes.iter().cloned());
    if let Some(trouble) = &prepared.fixture {
        tried.found(Code::FixtureFails, format!("the fixture fails: {trouble}"));
        return Ok(tried);
    }
    if let Err(error) = course.step([trial.node], Direction::Up).await {
        tried.found(Code::UpFailsWithRows, refusal("the up", error)?);
        return Ok(tried);
    }
    let up = course.schema().await?;
    for trouble in trial.verify(course).await {
        tried.found(Code::VerifyFails, trouble);
    }
    if !trial.has_way_down() {
        tried.notes.push(UPWARDS_ONLY.to_owned());
        return Ok(tried);
    }
    if let Err(error) = course.step([trial.node], Direction::Down).await {
        tried.found(Code::DownFails, refusal("the down", error)?);
        return Ok(tried);
    }
    let down = course.schema().await?;
    let amiss = judge_schema(&before, &down, &mut tried);
    judge_rows(trial, course, &prepared, &down, &mut tried).await?;
    match course.step([trial.node], Direction::Up).await {
        Err(error) => {
            tried.found(Code::UpFailsAgain, refusal("the up, the second time,", error)?);
        }
        Ok(()) => {
            let again = course.schema().await?;
            let (mut wrong, _) = differences(&up, &again);
            // What the down did amiss and is told already shows here again.
            wrong.retain(|difference| !amiss.contains(difference));
            tried.findings.extend(finding(
                Code::DiffersAgain,
                "the second up gives another schema:",
                &wrong,
                schema::difference,
                [&up, &again],
            ));
        }
    }
    Ok(tried)
}

/// The words of a step that failed by its own fault; another failure goes on as it is.
pub(in super::super) fn refusal(what: &str, error: Error) -> Result<String, Error> {
    match error {
        Error::Statement(failed) => {
            let mut told = format!(
                "{what} fails at {}:{}: {}\n{}",
                failed.place.path,
                failed.place.line,
                words(&failed.source),
                failed.sql
            );
            for more in failed.detail.iter().chain(&failed.hint) {
                told += &format!("\n{more}");
            }
            Ok(told)
        }
        Error::ForeignKeys { broken, .. } => {
            Ok(format!("{what} leaves broken references: {}", broken.join("; ")))
        }
        Error::Plan { message, .. } => Ok(format!("{what} cannot run: {message}")),
        // What was put off to the commit.
        Error::Database { doing, source } if source.as_database_error().is_some() => {
            Ok(format!("{what} fails when {doing}: {}", words(&source)))
        }
        other => Err(other),
    }
}

/// What the down left behind, did not bring back, or brought back otherwise.
fn judge_schema(before: &Schema, after: &Schema, tried: &mut Tried) -> Vec<Difference> {
    let (wrong, reordered) = differences(before, after);
    if reordered {
        tried.notes.push(REORDERED.to_owned());
    }
    let code_of = |difference: &Difference| match difference.change {
        Change::Added => Code::LeftBehind,
        Change::Removed => Code::NotRestored,
        _ => Code::RestoredOtherwise,
    };
    let mut diff = schema::sql_diff(before, after);
    for code in [Code::LeftBehind, Code::NotRestored, Code::RestoredOtherwise] {
        let told: Vec<String> =
            wrong.iter().filter(|d| code_of(d) == code).map(schema::leftover).collect();
        if told.is_empty() {
            continue;
        }
        tried.findings.push(Finding {
            code,
            message: format!("after the down {}", told.join("; ")),
            // Once is enough.
            diff: std::mem::take(&mut diff),
            help: Vec::new(),
        });
    }
    wrong
}

/// What became of the rows.
async fn judge_rows(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    prepared: &Prepared,
    schema: &Schema,
    tried: &mut Tried,
) -> Result<(), Error> {
    let after = trial.contents(course, schema, &prepared.tables).await?;
    let losses = trial.own_losses(schema, rows::losses(&prepared.before, &after));
    let (losses, used) = rows::undeclared(losses, &trial.lossy());
    tried.notes.extend(used.iter().map(|name| format!("{name} loses data, as declared")));
    for loss in losses {
        let told = loss.to_string();
        let (line, samples) = told.split_once('\n').unwrap_or((&told, ""));
        if trial.is_noop() {
            tried.notes.push(format!("not undone, as the file says: {line}"));
            continue;
        }
        let code = code_of(&loss);
        let help = match (code, loss.places().first()) {
            (Code::RowsLeftBehind, _) => "remove in the down what the up inserted".to_owned(),
            (_, Some(place)) => format!(
                "bring it back in the down, or declare it: `-- migrate:lossy {place} <reason>`"
            ),
            (_, None) => "bring it back in the down".to_owned(),
        };
        tried.findings.push(Finding {
            code,
            message: format!("after the down {line}"),
            diff: samples.to_owned(),
            help: vec![help],
        });
    }
    Ok(())
}

/// A value that became NULL is as lost as a row that is gone.
fn code_of(loss: &rows::Loss) -> Code {
    match loss {
        rows::Loss::Added { .. } => Code::RowsLeftBehind,
        rows::Loss::Values { samples, .. } if samples.iter().any(|s| s.after.is_some()) => {
            Code::RowsChanged
        }
        _ => Code::RowsLost,
    }
}
