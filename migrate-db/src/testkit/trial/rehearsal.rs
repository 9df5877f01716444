//! The trial inside one transaction that is rolled back. It only ever says that all is well: any
//! trouble may come from the transaction itself, and is for the copy to confirm.

use std::collections::BTreeSet;

use migrate_core::plan::Direction;
use migrate_core::revision::Section;
use migrate_core::schema::{Name, Schema};

use super::super::course::Course;
use super::super::rows;
use super::{REORDERED, Trial, UPWARDS_ONLY, differences, words};
use crate::error::Error;

/// How a rehearsal ended.
pub(in super::super) enum Rehearsal {
    /// All is well.
    Passed {
        /// What there is to say besides.
        notes: Vec<String>,
        /// The schema after the up; `None` where rows may have had a part in it.
        after: Option<Schema>,
        /// Tables that took no row.
        unfilled: BTreeSet<Name>,
    },
    /// The database refuses the up, with rows in the tables.
    Refused {
        /// The database's words.
        why: String,
        /// Tables that took no row.
        unfilled: BTreeSet<Name>,
    },
    /// It cannot be rehearsed, or something else is amiss.
    Open,
}

/// Rehearses a revision on a database that stands at its parents. The database is as before.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn rehearse(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    before: &Schema,
) -> Result<Rehearsal, Error> {
    let ways = [Direction::Up, Direction::Down];
    if !ways.iter().all(|way| stands_in_a_transaction(trial, *way)) {
        return Ok(Rehearsal::Open);
    }
    let sections = ways.iter().filter_map(|way| trial.section(*way));
    let foreign_keys = sections.into_iter().any(|section| section.foreign_keys);
    let work = async |course: &mut Course<'_>| within(trial, course, before, true).await;
    Ok(undone(course, foreign_keys, work).await?.unwrap_or(Rehearsal::Open))
}

/// Rehearses a revision on a copy that stands at its parents and that nobody needs afterwards: its
/// statements alone, without the journal that a run keeps of them.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn rehearse_on_copy(
    trial: Trial<'_>,
    course: &mut Course<'_>,
) -> Result<Rehearsal, Error> {
    let before = course.schema().await?;
    match within(trial, course, &before, false).await {
        Ok(rehearsal) => Ok(rehearsal.unwrap_or(Rehearsal::Open)),
        Err(error) if error.is_lost() => Err(error),
        Err(_) => Ok(Rehearsal::Open),
    }
}

/// Rehearses the downs of revisions, one after the other, on a database where all of them are
/// applied: what it holds then; `None` where they cannot be rehearsed or one fails. The database is
/// as before.
///
/// # Errors
/// When the database fails in a way that says nothing about the revisions.
pub(in super::super) async fn rehearse_downs(
    trials: &[Trial<'_>],
    course: &mut Course<'_>,
) -> Result<Option<Schema>, Error> {
    let stands = |trial: &Trial<'_>| {
        trial.dialect.words().one_trip && stands_in_a_transaction(*trial, Direction::Down)
    };
    if !trials.iter().all(stands) {
        return Ok(None);
    }
    undone(course, false, async |course| {
        let mut text = Vec::new();
        for trial in trials {
            text.extend(statements(*trial, Direction::Down).into_iter().map(str::to_owned));
            text.extend(course.connection.restore(false));
        }
        course.schema_after(&text.join(BETWEEN)).await.map(Some)
    })
    .await
}

/// Between statements in one text: a statement may end in a comment.
const BETWEEN: &str = "\n;\n";

/// Whether a direction of a revision can be undone with a transaction.
fn stands_in_a_transaction(trial: Trial<'_>, direction: Direction) -> bool {
    let file = &trial.revision().file;
    let alone = |section: &Section| {
        let spans = section.statements(file, trial.dialect);
        spans.iter().any(|span| trial.dialect.stands_alone(span.of(file.text())))
    };
    trial.dialect.words().transactional_ddl
        && trial.section(direction).is_none_or(|section| section.transaction && !alone(section))
}

/// Does something in a transaction that is rolled back. What fails there is for a copy to do, or to
/// fail to do with the right words.
async fn undone<T>(
    course: &mut Course<'_>,
    foreign_keys: bool,
    work: impl AsyncFnOnce(&mut Course<'_>) -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let failed = |doing: &'static str| move |e| Error::database(doing, e);
    course.connection.begin(foreign_keys).await.map_err(failed("opening a transaction"))?;
    let outcome = work(course).await;
    let restore = course.connection.restore(false);
    let mut undo = vec!["ROLLBACK".to_owned()];
    undo.extend(restore.iter().cloned());
    match course.execute(&undo.join(";\n")).await {
        Ok(_) => {}
        // SQLite rolls back by itself where a statement is interrupted or the file is full.
        Err(error) if is_over(&error) && restore.is_empty() => {}
        Err(error) if is_over(&error) => {
            let restored = course.execute(&restore.join(";\n")).await;
            restored.map_err(failed("restoring the session"))?;
        }
        Err(error) => return Err(failed("rolling back")(error)),
    }
    outcome.or_else(|error| if error.is_lost() { Err(error) } else { Ok(None) })
}

/// Whether there was no transaction any more.
fn is_over(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().contains("no transaction is active"))
}

async fn within(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    before: &Schema,
    in_transaction: bool,
) -> Result<Option<Rehearsal>, Error> {
    let mut prepared = trial.prepare(course, before, in_transaction).await?;
    if prepared.fixture.is_some() {
        return Ok(None);
    }
    let changed = prepared.changed.take();
    let before = changed.as_ref().unwrap_or(before);
    let mut notes = prepared.notes;
    let unfilled = prepared.unfilled;
    let up = match run(trial, course, Direction::Up).await {
        Ok(Ok(up)) => up,
        Ok(Err(why)) => return Ok(Some(Rehearsal::Refused { why, unfilled })),
        Err(Error::Database { source, .. }) if source.as_database_error().is_some() => {
            return Ok(Some(Rehearsal::Refused { why: words(&source), unfilled }));
        }
        Err(error) => return Err(error),
    };
    if !trial.verify(course).await.is_empty() {
        return Ok(None);
    }
    if !trial.has_way_down() {
        notes.push(UPWARDS_ONLY.to_owned());
        let after = changed.is_none().then_some(up);
        return Ok(Some(Rehearsal::Passed { notes, after, unfilled }));
    }
    let Ok(down) = run(trial, course, Direction::Down).await? else { return Ok(None) };
    let (wrong, reordered) = differences(trial.dialect, before, &down);
    if !wrong.is_empty() {
        return Ok(None);
    }
    if reordered {
        notes.push(REORDERED.to_owned());
    }
    if !trial.is_noop() {
        let after = trial.contents(course, &down, &prepared.tables).await?;
        let losses = trial.own_losses(before, rows::losses(&prepared.before, &after));
        let (lost, _) = rows::undeclared(losses, &trial.lossy());
        if !lost.is_empty() {
            return Ok(None);
        }
    }
    let Ok(again) = run(trial, course, Direction::Up).await? else { return Ok(None) };
    let (wrong, _) = differences(trial.dialect, &up, &again);
    let after = changed.is_none().then_some(up);
    Ok(wrong.is_empty().then_some(Rehearsal::Passed { notes, after, unfilled }))
}

/// Runs the statements of one direction, with the checks that a commit would make, and reads what
/// the database holds then: in one trip where that can be. Or why a check fails.
async fn run(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    direction: Direction,
) -> Result<Result<Schema, String>, Error> {
    let schema = course.schema_after(&statements(trial, direction).join(BETWEEN)).await?;
    let broken = course.connection.violations().await;
    let broken = broken.unwrap_or_else(|error| vec![words(&error)]);
    Ok(if broken.is_empty() { Ok(schema) } else { Err(broken.join("; ")) })
}

/// The statements of one direction, between those that make what was put off happen now.
fn statements(trial: Trial<'_>, direction: Direction) -> Vec<&str> {
    let file = &trial.revision().file;
    let mut statements = trial.dialect.words().settle.to_vec();
    if let Some(section) = trial.section(direction) {
        let spans = section.statements(file, trial.dialect);
        statements.extend(spans.iter().map(|span| span.of(file.text())));
        statements.extend(trial.dialect.words().settle);
    }
    statements
}
