//! The trial inside one transaction that is rolled back. It only ever says that all is well: any
//! trouble may come from the transaction itself, and is for the copy to confirm.

use migrate_core::plan::Direction;
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
    let dialect = trial.dialect;
    let sections = [Direction::Up, Direction::Down].map(|way| trial.section(way));
    let text = trial.revision().file.text();
    let fits = sections.iter().flatten().all(|section| {
        section.transaction
            && section
                .statements(&trial.revision().file, dialect)
                .iter()
                .all(|span| !dialect.stands_alone(span.of(text)))
    });
    if !dialect.words().transactional_ddl || !fits {
        return Ok(None);
    }
    let foreign_keys = sections.iter().flatten().any(|section| section.foreign_keys);
    let failed = |doing: &'static str| move |e| Error::database(doing, e);
    course.connection.begin(foreign_keys).await.map_err(failed("opening a transaction"))?;
    let outcome = within(trial, course, before).await;
    let mut undo = vec!["ROLLBACK".to_owned()];
    undo.extend(course.connection.restore());
    course.execute(&undo.join(";\n")).await.map_err(failed("rolling back"))?;
    // What the rehearsal could not do, the copy does, or fails to do with the right words.
    outcome.or_else(|error| if error.is_lost() { Err(error) } else { Ok(None) })
}

async fn within(
    trial: Trial<'_>,
    course: &mut Course<'_>,
    before: &Schema,
) -> Result<Option<Rehearsed>, Error> {
    let prepared = trial.prepare(course, before, true).await?;
    if prepared.fixture.is_some() || !settle(trial, course).await {
        return Ok(None);
    }
    let mut notes = prepared.notes;
    if !run(trial, course, Direction::Up).await {
        return Ok(None);
    }
    let up = course.schema().await?;
    if !trial.verify(course).await.is_empty() {
        return Ok(None);
    }
    if !trial.has_way_down() {
        notes.push(UPWARDS_ONLY.to_owned());
        return Ok(Some(Rehearsed { notes, after: up }));
    }
    if !run(trial, course, Direction::Down).await {
        return Ok(None);
    }
    let down = course.schema().await?;
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
    if !run(trial, course, Direction::Up).await {
        return Ok(None);
    }
    let again = course.schema().await?;
    let (wrong, _) = differences(&up, &again);
    Ok(wrong.is_empty().then_some(Rehearsed { notes, after: up }))
}

/// Runs the statements of one direction in one trip, with the checks that a commit would make.
async fn run(trial: Trial<'_>, course: &mut Course<'_>, direction: Direction) -> bool {
    let file = &trial.revision().file;
    let spans = trial.section(direction).map(|section| section.statements(file, trial.dialect));
    let spans = spans.iter().flat_map(|spans| spans.iter());
    let statements = spans.map(|span| span.of(file.text()));
    all(course, statements.chain(trial.dialect.words().settle.iter().copied())).await
}

/// Whether what was put off to the commit holds.
async fn settle(trial: Trial<'_>, course: &mut Course<'_>) -> bool {
    all(course, trial.dialect.words().settle.iter().copied()).await
}

async fn all(course: &mut Course<'_>, statements: impl Iterator<Item = &str>) -> bool {
    // A statement may end in a comment.
    let text = statements.collect::<Vec<_>>().join("\n;\n");
    (text.is_empty() || course.execute(&text).await.is_ok())
        && course.connection.violations().await.is_ok_and(|broken| broken.is_empty())
}
