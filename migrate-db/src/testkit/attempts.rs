//! The trials that one revision takes, until it is certain what its rows have to do with a failure.
//!
//! The first trial has rows that are hard on the up. Where the up fails, a trial on empty tables
//! tells what it makes of the schema, and a third one has rows that satisfy what it adds: a key, a
//! reference, a check or NOT NULL is what the revision wants to make true, and existing rows may
//! satisfy it already. A failure that goes away with the rows never hides what else is wrong.

use migrate_core::schema::Schema;

use super::judge::Judge;
use super::provision;
use super::rows;
use super::trial::{self, Rehearsal, Trial, Tried};
use super::verdict::{Finding, FindingCode as Code};
use crate::error::Error;

impl Judge<'_> {
    /// Rehearses a revision; the notes and the schema after the up where all is well.
    pub(super) async fn rehearse(
        &mut self,
        trial: Trial<'_>,
        before: &Schema,
    ) -> Result<Option<(Vec<String>, Option<Schema>)>, Error> {
        let (why, unfilled) = match trial::rehearse(trial, self.walk.course()?, before).await? {
            Rehearsal::Passed { notes, after, .. } => return Ok(Some((notes, after))),
            Rehearsal::Refused { why, unfilled } => (why, unfilled),
            Rehearsal::Open => return Ok(None),
        };
        let bare = Trial { bare: true, ..trial };
        let bare = trial::rehearse(bare, self.walk.course()?, before).await?;
        let Rehearsal::Passed { after: Some(after), .. } = bare else { return Ok(None) };
        let like = rows::like(trial.dialect, before, &after);
        if like == *before && !trial.has_forms(before) {
            return Ok(None);
        }
        let trial = Trial { like: Some(&like), ..trial };
        Ok(match trial::rehearse(trial, self.walk.course()?, before).await? {
            Rehearsal::Passed { mut notes, after, unfilled: now } if now.is_subset(&unfilled) => {
                notes.insert(0, unlike_rows(&why));
                Some((notes, after))
            }
            _ => None,
        })
    }

    /// Rehearses a revision on a copy of the tables that it has to do with, where databases are copied
    /// table by table; the notes where all is well.
    async fn rehearse_on_few(
        &mut self,
        trial: Trial<'_>,
        before: &Schema,
    ) -> Result<Option<Vec<String>>, Error> {
        let name = self.walk.name_of_copy();
        let tables = trial.few_tables(before);
        let Some(mut course) = self.walk.copy_of(&name, tables).await? else { return Ok(None) };
        let rehearsed = trial::rehearse_on_copy(trial, &mut course).await;
        course.close().await;
        self.walk.stage().drop(&name).await?;
        Ok(match rehearsed? {
            Rehearsal::Passed { notes, .. } => Some(notes),
            _ => None,
        })
    }

    /// Tries a revision on copies.
    pub(super) async fn try_properly(
        &mut self,
        trial: Trial<'_>,
        before: &Schema,
    ) -> Result<Tried, Error> {
        if let Some(notes) = self.rehearse_on_few(trial, before).await? {
            return Ok(Tried { notes, ..Tried::default() });
        }
        let mut tried = self.on_copy(trial).await?;
        if !STOPPED_BY_ROWS.iter().any(|code| tried.has(*code)) {
            return Ok(tried);
        }
        if !tried.has_rows {
            recode(&mut tried);
            return Ok(tried);
        }
        let mut bare = self.on_copy(Trial { bare: true, ..trial }).await?;
        if bare.has(Code::UpFailsWithRows) {
            // The rows have nothing to do with it.
            recode(&mut bare);
            return Ok(bare);
        }
        if let (true, Some(up)) = (tried.has(Code::UpFailsWithRows), &bare.up) {
            let like = rows::like(trial.dialect, before, up);
            if like != *before || trial.has_forms(before) {
                let alike = self.on_copy(Trial { like: Some(&like), ..trial }).await?;
                if !alike.has(Code::UpFailsWithRows) && alike.unfilled.is_subset(&tried.unfilled) {
                    let failed = tried.findings.iter().find(|f| f.code == Code::UpFailsWithRows);
                    let why = failed.map_or("", |finding| finding.message.as_str());
                    let note = unlike_rows(why.lines().next().unwrap_or_default());
                    tried = alike;
                    tried.notes.insert(0, note);
                }
            }
        }
        if bare.has(Code::DownFailsWithRows) {
            recode(&mut tried);
            recode(&mut bare);
        }
        tried.by_server |= bare.by_server;
        for finding in bare.findings {
            let is_known = |known: &Finding| known.code == finding.code;
            if !tried.findings.iter().any(is_known) {
                tried.findings.push(finding);
            }
        }
        Ok(tried)
    }

    async fn on_copy(&mut self, trial: Trial<'_>) -> Result<Tried, Error> {
        let keeps = provision::keeps_failed();
        let id = self.history.graph.id(trial.node);
        let name = if keeps { format!("kept_{id}") } else { self.walk.name_of_copy() };
        let mut course = self.walk.copy(&name).await?;
        let tried = trial::try_on_copy(trial, &mut course).await;
        course.close().await;
        match tried {
            Ok(mut tried) if keeps && !tried.findings.is_empty() => {
                let database = self.walk.stage().database(&name)?;
                tried.notes.push(format!("the database stays for a look: {database}"));
                Ok(tried)
            }
            tried => {
                self.walk.stage().drop(&name).await?;
                tried
            }
        }
    }
}

/// Failures that end a trial and that rows may be the cause of.
const STOPPED_BY_ROWS: [Code; 3] =
    [Code::UpFailsWithRows, Code::DownFailsWithRows, Code::FixtureFails];

/// The note on rows that do not satisfy what the up adds.
fn unlike_rows(why: &str) -> String {
    format!("rows that do not satisfy what the up adds make it fail: {why}")
}

/// Names failures that do not depend on rows by the codes that say so.
fn recode(tried: &mut Tried) {
    for finding in &mut tried.findings {
        finding.code = match finding.code {
            Code::UpFailsWithRows => Code::UpFails,
            Code::DownFailsWithRows => Code::DownFails,
            code => code,
        };
    }
}
