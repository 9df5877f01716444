//! The round trip on a copy of the database, step by step as in production. Its failures are
//! findings.

use std::collections::BTreeSet;

use migrate_core::diagnostic::Code;
use migrate_core::plan::Direction;
use migrate_core::schema::{self, Name, Schema};

use super::super::rows;
use super::super::session::Session;
use super::super::verdict::Finding;
use super::{
    Prepared, REORDERED, Refusal, RoundTrip, UPWARDS_ONLY, after_downs, differences, finding,
    refusal,
};
use crate::error::Error;

/// The result of a round trip.
#[derive(Default)]
pub(in super::super) struct TestResult {
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

impl TestResult {
    fn found(&mut self, code: Code, refusal: Refusal) {
        self.by_server |= refusal.by_server;
        self.findings.push(Finding::new(code, refusal.text));
    }

    /// Whether there is a finding of this kind.
    pub(in super::super) fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }
}

/// Tests a revision on a database at its parents, which is not used afterwards.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn run_isolated(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
) -> Result<TestResult, Error> {
    let mut result = TestResult::default();
    let refused = |what: &str, error| refusal(what, round_trip.dialect, error);
    let before = session.schema().await?;
    let mut prepared = round_trip.prepare(session, &before, false).await?;
    result.notes.append(&mut prepared.notes);
    result.has_rows = prepared.has_rows;
    result.unfilled = std::mem::take(&mut prepared.unfilled);
    if let Some(mut refusal) = prepared.fixture.take() {
        refusal.text = format!("the fixture fails: {}", refusal.text);
        result.found(Code::FixtureFails, refusal);
        return Ok(result);
    }
    // Rows may have fired a trigger that makes tables.
    let before = prepared.changed.take().unwrap_or(before);
    if let Err(error) = session.step([round_trip.node], Direction::Up).await {
        result.found(Code::UpFailsWithRows, refused("the up", error)?);
        return Ok(result);
    }
    let up = session.schema().await?;
    for refusal in round_trip.verify(session).await {
        result.found(Code::VerifyFails, refusal);
    }
    result.up = Some(up.clone());
    if !round_trip.has_way_down() {
        result.notes.push(UPWARDS_ONLY.to_owned());
        return Ok(result);
    }
    if let Err(error) = session.step([round_trip.node], Direction::Down).await {
        let refusal = refused("the down", error)?;
        result.found(Code::DownFailsWithRows, refusal);
        return Ok(result);
    }
    let down = session.schema().await?;
    let (amiss, reordered) = differences(round_trip.dialect, &before, &down);
    if reordered {
        result.notes.push(REORDERED.to_owned());
    }
    let after_down = result.findings.len();
    result.findings.extend(after_downs("after the down", &amiss, [&before, &down]));
    check_rows(round_trip, session, &prepared, &down, &mut result).await?;
    match session.step([round_trip.node], Direction::Up).await {
        Err(error) => {
            let refusal = refused("the up, the second time,", error)?;
            match result.findings.get_mut(after_down) {
                Some(finding) => {
                    let why = refusal.text.lines().next().unwrap_or_default();
                    finding.help.push(format!("{why} (a consequence of this)"));
                }
                _ => result.found(Code::UpFailsAgain, refusal),
            }
        }
        Ok(()) => {
            let again = session.schema().await?;
            let (mut wrong, _) = differences(round_trip.dialect, &up, &again);
            // What the down did amiss and is text already shows here again.
            wrong.retain(|difference| !amiss.iter().any(|known| known.is_same_change(difference)));
            result.findings.extend(finding(
                Code::DiffersAgain,
                "the second up gives another schema:",
                &wrong,
                schema::difference,
                [&up, &again],
            ));
        }
    }
    Ok(result)
}

/// Compares the rows after the down with those before the up.
async fn check_rows(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    prepared: &Prepared,
    schema: &Schema,
    result: &mut TestResult,
) -> Result<(), Error> {
    let after = round_trip.contents(session, schema, &prepared.tables).await?;
    let diff_rows = round_trip.own_diffs(schema, rows::diff_rows(&prepared.before, &after));
    let (diff_rows, used) = rows::undeclared(diff_rows, &round_trip.lossy());
    result.notes.extend(used.iter().map(|name| format!("{name} loses data, as declared")));
    for diff in diff_rows {
        let text = diff.to_string();
        let (line, samples) = text.split_once('\n').unwrap_or((&text, ""));
        if round_trip.is_noop() {
            result.notes.push(format!("not reverted, as the file declares: {line}"));
            continue;
        }
        let code = code_of(&diff);
        let help = match (code, diff.places().first()) {
            (Code::RowsLeftBehind, _) => "remove in the down what the up inserted".to_owned(),
            (_, Some(place)) => format!(
                "bring it back in the down, or declare it: `-- migrate:lossy {place} <reason>`"
            ),
            (_, None) => "bring it back in the down".to_owned(),
        };
        result.findings.push(Finding {
            code,
            message: format!("after the down {line}"),
            diff: samples.to_owned(),
            help: vec![help],
        });
    }
    Ok(())
}

/// The code of a difference. A value that became NULL counts as lost.
fn code_of(diff: &rows::RowDiff) -> Code {
    match diff {
        rows::RowDiff::Added { .. } => Code::RowsLeftBehind,
        rows::RowDiff::Values { samples, .. } if samples.iter().any(|s| s.after.is_some()) => {
            Code::RowsChanged
        }
        _ => Code::RowsLost,
    }
}
