//! Repeats the test of a revision until it is certain whether its rows cause a failure.
//!
//! The first attempt uses difficult rows. If the up fails, an attempt on empty tables shows the
//! schema after the up, and a third attempt uses rows that satisfy the keys, references, checks
//! and NOT NULL that the up adds: the revision may rely on rows that satisfy them. A failure that
//! disappears with the rows never hides other findings.
//!
//! The attempts are made where they cost least, and again elsewhere if their findings may have their
//! cause in that place.

use migrate_core::diagnostic::Code;
use migrate_core::schema::Schema;

use super::provision;
use super::round_trip::{self, Executor, RoundTrip, TestResult};
use super::rows;
use super::runner::TestRunner;
use super::verdict::Finding;
use crate::error::Error;

/// Where attempts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In transactions on the base database, which are rolled back.
    Transaction,
    /// On copies of the tables that the revision concerns.
    PartialCopy,
    /// On copies of the base database.
    Copy,
}

impl TestRunner<'_> {
    /// Tests a revision at the parents of which the base database stands, with the schema `before`. The
    /// result has the schema after the up if it is that of the base database.
    pub(super) async fn attempts(
        &mut self,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<TestResult, Error> {
        for place in [Place::Transaction, Place::PartialCopy] {
            let Some(result) = self.attempts_in(place, round_trip, before).await? else { continue };
            // A database that is to be inspected must be a copy.
            let is_kept = provision::keeps_failed() && !result.findings.is_empty();
            if !result.is_unconfirmed && !is_kept {
                // A copy may lack tables.
                let up = result.up.filter(|_| place == Place::Transaction);
                return Ok(TestResult { up, ..result });
            }
        }
        let result = self.attempts_in(Place::Copy, round_trip, before).await?;
        Ok(TestResult { up: None, ..result.unwrap_or_default() })
    }

    /// Returns `None` where no attempt can be made in this place.
    async fn attempts_in(
        &mut self,
        place: Place,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<Option<TestResult>, Error> {
        let Some(mut result) = self.attempt(place, round_trip, before).await? else {
            return Ok(None);
        };
        let up_fails = result.has(Code::UpFailsWithRows);
        if !STOPPED_BY_ROWS.iter().any(|code| result.has(*code))
            || result.is_unconfirmed && !up_fails
        {
            return Ok(Some(result));
        }
        if !result.has_rows {
            recode(&mut result);
            return Ok(Some(result));
        }
        let without_rows = RoundTrip { without_rows: true, ..round_trip };
        let Some(mut without_rows) = self.attempt(place, without_rows, before).await? else {
            return Ok(None);
        };
        if without_rows.has(Code::UpFailsWithRows) {
            // The rows have nothing to do with it.
            recode(&mut without_rows);
            return Ok(Some(without_rows));
        }
        if let (true, Some(up)) = (up_fails, &without_rows.up) {
            let row_schema = rows::with_future_constraints(round_trip.dialect, before, up);
            if row_schema != *before || round_trip.has_forms(before) {
                let alike = RoundTrip { row_schema: Some(&row_schema), ..round_trip };
                let Some(alike) = self.attempt(place, alike, before).await? else {
                    return Ok(None);
                };
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
        result.is_reverted |= without_rows.is_reverted;
        result.is_unconfirmed |= without_rows.is_unconfirmed;
        for finding in without_rows.findings {
            let is_known = |known: &Finding| known.code == finding.code;
            if !result.findings.iter().any(is_known) {
                result.findings.push(finding);
            }
        }
        Ok(Some(result))
    }

    async fn attempt(
        &mut self,
        place: Place,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<Option<TestResult>, Error> {
        match place {
            Place::Transaction => {
                round_trip::run_in_transaction(round_trip, self.base.session()?, before).await
            }
            Place::PartialCopy => self.on_partial_copy(round_trip, before).await,
            Place::Copy => self.on_copy(round_trip).await.map(Some),
        }
    }

    async fn on_partial_copy(
        &mut self,
        round_trip: RoundTrip<'_>,
        before: &Schema,
    ) -> Result<Option<TestResult>, Error> {
        if round_trip.needs_runner() {
            return Ok(None);
        }
        let name = self.base.name_of_copy();
        let tables = round_trip.few_tables(before);
        let Some(mut session) = self.base.copy_of(&name, tables).await? else { return Ok(None) };
        let result = match session.schema().await {
            Ok(before) => {
                let executor = Executor::Statements { in_transaction: false };
                round_trip::run(round_trip, &mut session, executor, &before).await
            }
            Err(error) => Err(error),
        };
        session.close().await;
        self.base.stage().drop(&name).await?;
        match result {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.is_lost() => Err(error),
            Err(_) => Ok(None),
        }
    }

    async fn on_copy(&mut self, round_trip: RoundTrip<'_>) -> Result<TestResult, Error> {
        let keeps = provision::keeps_failed();
        let id = self.history.graph.id(round_trip.node);
        let name = if keeps { format!("kept_{id}") } else { self.base.name_of_copy() };
        let mut session = self.base.copy(&name).await?;
        let result = match session.schema().await {
            Ok(before) => round_trip::run(round_trip, &mut session, Executor::Steps, &before).await,
            Err(error) => Err(error),
        };
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
