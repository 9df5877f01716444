//! Repeats the test of a revision until it is certain whether its rows cause a failure.
//!
//! The first attempt uses difficult rows. If the up fails, an attempt on empty tables shows the
//! schema after the up, and a third attempt uses rows that satisfy the keys, references, checks
//! and NOT NULL that the up adds: the revision may rely on rows that satisfy them. A failure that
//! disappears with the rows never hides other findings.

use migrate_core::diagnostic::Code;
use migrate_core::schema::Schema;

use super::provision;
use super::round_trip::{self, Attempt, RoundTrip, TestResult};
use super::rows;
use super::runner::TestRunner;
use super::verdict::Finding;
use crate::error::Error;

impl TestRunner<'_> {
    /// Rehearses a revision; the notes and the schema after the up where all is well.
    pub(super) async fn run_in_transaction(
        &mut self,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<Option<(Vec<String>, Option<Schema>)>, Error> {
        let (why, unfilled) =
            match round_trip::run_in_transaction(round_trip, self.base.session()?, before).await? {
                Attempt::Passed { notes, after, .. } => return Ok(Some((notes, after))),
                Attempt::Refused { why, unfilled } => (why, unfilled),
                Attempt::Inconclusive => return Ok(None),
            };
        let without_rows = RoundTrip { without_rows: true, ..round_trip };
        let without_rows =
            round_trip::run_in_transaction(without_rows, self.base.session()?, before).await?;
        let Attempt::Passed { after: Some(after), .. } = without_rows else { return Ok(None) };
        let row_schema = rows::with_future_constraints(round_trip.dialect, before, &after);
        if row_schema == *before && !round_trip.has_forms(before) {
            return Ok(None);
        }
        let round_trip = RoundTrip { row_schema: Some(&row_schema), ..round_trip };
        Ok(match round_trip::run_in_transaction(round_trip, self.base.session()?, before).await? {
            Attempt::Passed { mut notes, after, unfilled: now } if now.is_subset(&unfilled) => {
                notes.insert(0, unlike_rows(&why));
                Some((notes, after))
            }
            _ => None,
        })
    }

    /// Rehearses a revision on a copy of the tables that it has to do with, where databases are copied
    /// table by table; the notes where all is well.
    async fn try_partial_copy(
        &mut self,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<Option<Vec<String>>, Error> {
        let name = self.base.name_of_copy();
        let tables = round_trip.few_tables(before);
        let Some(mut session) = self.base.copy_of(&name, tables).await? else { return Ok(None) };
        let attempt = round_trip::run_on_partial_copy(round_trip, &mut session).await;
        session.close().await;
        self.base.stage().drop(&name).await?;
        Ok(match attempt? {
            Attempt::Passed { notes, .. } => Some(notes),
            _ => None,
        })
    }

    /// Tries a revision on copies.
    pub(super) async fn run_on_copies(
        &mut self,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<TestResult, Error> {
        if let Some(notes) = self.try_partial_copy(round_trip, before).await? {
            return Ok(TestResult { notes, ..TestResult::default() });
        }
        let mut result = self.on_copy(round_trip).await?;
        if !STOPPED_BY_ROWS.iter().any(|code| result.has(*code)) {
            return Ok(result);
        }
        if !result.has_rows {
            recode(&mut result);
            return Ok(result);
        }
        let mut without_rows = self.on_copy(RoundTrip { without_rows: true, ..round_trip }).await?;
        if without_rows.has(Code::UpFailsWithRows) {
            // The rows have nothing to do with it.
            recode(&mut without_rows);
            return Ok(without_rows);
        }
        if let (true, Some(up)) = (result.has(Code::UpFailsWithRows), &without_rows.up) {
            let row_schema = rows::with_future_constraints(round_trip.dialect, before, up);
            if row_schema != *before || round_trip.has_forms(before) {
                let alike =
                    self.on_copy(RoundTrip { row_schema: Some(&row_schema), ..round_trip }).await?;
                if !alike.has(Code::UpFailsWithRows) && alike.unfilled.is_subset(&result.unfilled) {
                    let failed = result.findings.iter().find(|f| f.code == Code::UpFailsWithRows);
                    let why = failed.map_or("", |finding| finding.message.as_str());
                    let note = unlike_rows(why.lines().next().unwrap_or_default());
                    result = alike;
                    result.notes.insert(0, note);
                }
            }
        }
        if without_rows.has(Code::DownFailsWithRows) {
            recode(&mut result);
            recode(&mut without_rows);
        }
        result.by_server |= without_rows.by_server;
        for finding in without_rows.findings {
            let is_known = |known: &Finding| known.code == finding.code;
            if !result.findings.iter().any(is_known) {
                result.findings.push(finding);
            }
        }
        Ok(result)
    }

    async fn on_copy(&mut self, round_trip: RoundTrip<'_>) -> Result<TestResult, Error> {
        let keeps = provision::keeps_failed();
        let id = self.history.graph.id(round_trip.node);
        let name = if keeps { format!("kept_{id}") } else { self.base.name_of_copy() };
        let mut session = self.base.copy(&name).await?;
        let result = round_trip::run_isolated(round_trip, &mut session).await;
        session.close().await;
        match result {
            Ok(mut result) if keeps && !result.findings.is_empty() => {
                let database = self.base.stage().database(&name)?;
                result.notes.push(format!("the database is kept for inspection: {database}"));
                Ok(result)
            }
            result => {
                self.base.stage().drop(&name).await?;
                result
            }
        }
    }
}

/// Failures that end a round trip and that rows may cause.
const STOPPED_BY_ROWS: [Code; 3] =
    [Code::UpFailsWithRows, Code::DownFailsWithRows, Code::FixtureFails];

/// The note that rows which violate new constraints make the up fail.
fn unlike_rows(why: &str) -> String {
    format!("rows that do not satisfy what the up adds make it fail: {why}")
}

/// Replaces codes of failures that do not depend on rows.
fn recode(result: &mut TestResult) {
    for finding in &mut result.findings {
        finding.code = match finding.code {
            Code::UpFailsWithRows => Code::UpFails,
            Code::DownFailsWithRows => Code::DownFails,
            code => code,
        };
    }
}
