//! The round trip itself: up, down and up again, and what is compared between them.

use std::collections::BTreeSet;

use migrate_core::diagnostic::Code;
use migrate_core::plan::Direction;
use migrate_core::schema::{self, Name, Schema};

use super::super::rows;
use super::super::session::Session;
use super::super::verdict::Finding;
use super::{Executor, Prepared, Refusal, RoundTrip, after_downs, differences, finding};
use crate::error::Error;

const UPWARDS_ONLY: &str = "irreversible: tested upwards only";
const REORDERED: &str = "the columns stand in another order after the down";

/// The result of a round trip.
#[derive(Default)]
pub(in super::super) struct TestResult {
    pub(in super::super) findings: Vec<Finding>,
    pub(in super::super) notes: Vec<String>,
    /// Whether a finding may have its cause in the server.
    pub(in super::super) by_server: bool,
    /// Whether a finding may have its cause in the way the statements ran.
    pub(in super::super) is_unconfirmed: bool,
    /// Whether a limit of the tests ended it.
    pub(in super::super) is_limited: bool,
    /// Whether there were rows.
    pub(in super::super) has_rows: bool,
    /// Tables that took no row.
    pub(in super::super) unfilled: BTreeSet<Name>,
    /// The schema after the up, where it did not fail.
    pub(in super::super) up: Option<Schema>,
    /// Whether rows had a part in that schema.
    pub(in super::super) rows_changed_schema: bool,
    /// Whether a down worked.
    pub(in super::super) is_reverted: bool,
}

impl TestResult {
    fn found(&mut self, code: Code, refusal: Refusal) {
        self.by_server |= refusal.by_server;
        self.is_unconfirmed |= !refusal.is_confirmed;
        self.is_limited |= refusal.is_limited;
        self.findings.push(Finding::new(code, refusal.text));
    }

    /// Whether there is a finding of this kind.
    pub(in super::super) fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }
}

/// Tests a revision on a database at its parents, whose schema is `before`.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn run(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    executor: Executor,
    before: &Schema,
) -> Result<TestResult, Error> {
    let mut result = TestResult::default();
    run_into(round_trip, session, executor, before, &mut result).await?;
    if executor == Executor::Steps {
        result.is_unconfirmed = false;
    } else if !result.findings.is_empty() && !result.is_limited {
        result.is_unconfirmed |= !executor.is_evidence(round_trip.dialect);
    }
    Ok(result)
}

async fn run_into(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    executor: Executor,
    before: &Schema,
    result: &mut TestResult,
) -> Result<(), Error> {
    let mut prepared = round_trip.prepare(session, before, executor.is_in_transaction()).await?;
    result.notes.append(&mut prepared.notes);
    result.has_rows = prepared.has_rows;
    result.unfilled = std::mem::take(&mut prepared.unfilled);
    if let Some(mut refusal) = prepared.fixture.take() {
        refusal.text = format!("the fixture fails: {}", refusal.text);
        result.found(Code::FixtureFails, refusal);
        return Ok(());
    }
    // Rows may have fired a trigger that makes tables.
    let changed = prepared.changed.take();
    result.rows_changed_schema = changed.is_some();
    let before = changed.as_ref().unwrap_or(before);
    let up = match executor.run(round_trip, session, Direction::Up, "the up").await? {
        Ok(up) => up,
        Err(refusal) => {
            result.found(Code::UpFailsWithRows, refusal);
            return Ok(());
        }
    };
    for refusal in round_trip.verify(session).await {
        result.found(Code::VerifyFails, refusal);
    }
    result.up = Some(up.clone());
    if !round_trip.has_way_down() {
        result.notes.push(UPWARDS_ONLY.to_owned());
        return Ok(());
    }
    let down = match executor.run(round_trip, session, Direction::Down, "the down").await? {
        Ok(down) => down,
        Err(refusal) => {
            result.found(Code::DownFailsWithRows, refusal);
            return Ok(());
        }
    };
    result.is_reverted = true;
    let (amiss, reordered) = differences(round_trip.dialect, before, &down);
    if reordered {
        result.notes.push(REORDERED.to_owned());
    }
    let after_down = result.findings.len();
    result.findings.extend(after_downs("after the down", &amiss, [before, &down]));
    check_rows(round_trip, session, &prepared, &down, result).await?;
    match executor.run(round_trip, session, Direction::Up, "the up, the second time,").await? {
        Err(refusal) => match result.findings.get_mut(after_down) {
            Some(finding) => {
                let why = refusal.text.lines().next().unwrap_or_default();
                finding.help.push(format!("{why} (a consequence of this)"));
                result.is_unconfirmed |= !refusal.is_confirmed;
            }
            None => result.found(Code::UpFailsAgain, refusal),
        },
        Ok(again) => {
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
    Ok(())
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
            diff: samples.to_owned(),
            help: vec![help],
            ..Finding::new(code, format!("after the down {line}"))
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
