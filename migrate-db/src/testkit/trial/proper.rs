//! The trial on a copy, step by step as in production. What is wrong here is a finding.

use std::collections::BTreeSet;

use migrate_core::plan::Direction;
use migrate_core::schema::{self, Name, Schema};

use super::super::course::Course;
use super::super::rows;
use super::super::verdict::{Finding, FindingCode as Code};
use super::{
    Prepared, REORDERED, Refusal, Trial, UPWARDS_ONLY, after_downs, differences, finding, refusal,
};
use crate::error::Error;

/// What came of a trial.
#[derive(Default)]
pub(in super::super) struct Tried {
    pub(in super::super) findings: Vec<Finding>,
    pub(in super::super) notes: Vec<String>,
    /// Whether a finding may have its cause in the server.
    pub(in super::super) by_server: bool,
    /// Whether there were rows.
    pub(in super::super) has_rows: bool,
    /// Tables that took no row.
    pub(in super::super) unfilled: BTreeSet<Name>,
    /// The schema after the up, where it did not fail.
    pub(in super::super) up: Option<Schema>,
}

impl Tried {
    fn found(&mut self, code: Code, refusal: Refusal) {
        self.by_server |= refusal.by_server;
        self.findings.push(Finding::new(code, refusal.text));
    }

    /// Whether there is a finding of this kind.
    pub(in super::super) fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
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
    let refused = |what: &str, error| refusal(what, trial.dialect, error);
    let before = course.schema().await?;
    let mut prepared = trial.prepare(course, &before, false).await?;
    tried.notes.append(&mut prepared.notes);
    tried.has_rows = prepared.has_rows;
    tried.unfilled = std::mem::take(&mut prepared.unfilled);
    if let Some(mut refusal) = prepared.fixture.take() {
        refusal.text = format!("the fixture fails: {}", refusal.text);
        tried.found(Code::FixtureFails, refusal);
        return Ok(tried);
    }
    // Rows may have fired a trigger that makes tables.
    let before = prepared.changed.take().unwrap_or(before);
    if let Err(error) = course.step([trial.node], Direction::Up).await {
        tried.found(Code::UpFailsWithRows, refused("the up", error)?);
        return Ok(tried);
    }
    let up = course.schema().await?;
    for refusal in trial.verify(course).await {
        tried.found(Code::VerifyFails, refusal);
    }
    tried.up = Some(up.clone());
    if !trial.has_way_down() {
        tried.notes.push(UPWARDS_ONLY.to_owned());
        return Ok(tried);
    }
    if let Err(error) = course.step([trial.node], Direction::Down).await {
        let refusal = refused("the down", error)?;
        tried.found(Code::DownFailsWithRows, refusal);
        return Ok(tried);
    }
    let down = course.schema().await?;
    let (amiss, reordered) = differences(trial.dialect, &before, &down);
    if reordered {
        tried.notes.push(REORDERED.to_owned());
    }
    let after_down = tried.findings.len();
    tried.findings.extend(after_downs("after the down", &amiss, [&before, &down]));
    judge_rows(trial, course, &prepared, &down, &mut tried).await?;
    match course.step([trial.node], Direction::Up).await {
        Err(error) => {
            let refusal = refused("the up, the second time,", error)?;
            match tried.findings.get_mut(after_down) {
                Some(finding) => {
                    let why = refusal.text.lines().next().unwrap_or_default();
                    finding.help.push(format!("{why} (a consequence of this)"));
                }
                _ => tried.found(Code::UpFailsAgain, refusal),
            }
        }
        Ok(()) => {
            let again = course.schema().await?;
            let (mut wrong, _) = differences(trial.dialect, &up, &again);
            // What the down did amiss and is told already shows here again.
            wrong.retain(|difference| !amiss.iter().any(|known| known.is_same_change(difference)));
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
