//! The trial inside one transaction that is rolled back. It only ever says that all is well: any
//! trouble may come from the transaction itself, and is for the copy to confirm.

use migrate_core::plan::Direction;
use migrate_core::revision::Section;
use migrate_core::schema::Schema;

use super::super::course::Course;
use super::super::rows;
use super::{REORDERED, Trial, UPWARDS_ONLY, differences};
use crate::error::Error;

/// What a rehearsal that went well leaves.
pub(in super::super) struct Rehearsed {
    /// What there is to say besides.
    pub(in super::super) notes: Vec<String>,
    /// The schema after the up.
    pub(in super::super) after: Schema,
}

/// Rehearses a revision on a database that stands at its parents; `None` where it cannot be
/// rehearsed or something is amiss. The database is as before.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn rehearse(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    before: &Schema,
) -> Result<Option<Rehearsed>, Error> {
    let ways = [Direction::Up, Direction::Down];
    if !ways.iter().all(|way| stands_in_a_transaction(trial, *way)) {
        return Ok(None);
    }
    let sections = ways.iter().filter_map(|way| trial.section(*way));
    let foreign_keys = sections.into_iter().any(|section| section.foreign_keys);
    undone(course, foreign_keys, async |course| within(trial, course, before).await).await
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
            text.extend(course.connection.restore());
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
    let mut undo = vec!["ROLLBACK".to_owned()];
    undo.extend(course.connection.restore());
    course.execute(&undo.join(";\n")).await.map_err(failed("rolling back"))?;
    outcome.or_else(|error| if error.is_lost() { Err(error) } else { Ok(None) })
}

async fn within(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    before: &Schema,
) -> Result<Option<Rehearsed>, Error> {
    let prepared = trial.prepare(course, before, true).await?;
    if prepared.fixture.is_some() {
        return Ok(None);
    }
    let mut notes = prepared.notes;
    let Some(up) = run(trial, course, Direction::Up).await? else { return Ok(None) };
    if !trial.verify(course).await.is_empty() {
        return Ok(None);
    }
    if !trial.has_way_down() {
        notes.push(UPWARDS_ONLY.to_owned());
        return Ok(Some(Rehearsed { notes, after: up }));
    }
    let Some(down) = run(trial, course, Direction::Down).await? else { return Ok(None) };
    let (wrong, reordered) = differences(before, &down);
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
    let Some(again) = run(trial, course, Direction::Up).await? else { return Ok(None) };
    let (wrong, _) = differences(&up, &again);
    Ok(wrong.is_empty().then_some(Rehearsed { notes, after: up }))
}

/// Runs the statements of one direction, with the checks that a commit would make, and reads what
/// the database holds then: in one trip where that can be. `None` where a check fails.
async fn run(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    direction: Direction,
) -> Result<Option<Schema>, Error> {
    let schema = course.schema_after(&statements(trial, direction).join(BETWEEN)).await?;
    let broken = course.connection.violations().await;
    Ok(broken.is_ok_and(|broken| broken.is_empty()).then_some(schema))
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
