//! The round trip in one transaction that is rolled back. It can only pass: a failure may be
//! caused by the transaction itself, so an isolated run must confirm it.

use std::collections::BTreeSet;

use migrate_core::plan::Direction;
use migrate_core::revision::Section;
use migrate_core::schema::{Name, Schema};

use super::super::rows;
use super::super::session::Session;
use super::{REORDERED, RoundTrip, UPWARDS_ONLY, differences, words};
use crate::error::Error;

/// How an attempt ended.
pub(in super::super) enum Attempt {
    /// All is well.
    Passed {
        /// Notes for the report.
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
    /// It cannot run in a transaction, or failed for another reason.
    Inconclusive,
}

/// Tests a revision on a database at its parents, and leaves the database unchanged.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn run_in_transaction(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    before: &Schema,
) -> Result<Attempt, Error> {
    let ways = [Direction::Up, Direction::Down];
    if !ways.iter().all(|way| stands_in_a_transaction(round_trip, *way)) {
        return Ok(Attempt::Inconclusive);
    }
    let sections = ways.iter().filter_map(|way| round_trip.section(*way));
    let foreign_keys = sections.into_iter().any(|section| section.foreign_keys);
    let work = async |session: &mut Session<'_>| within(round_trip, session, before, true).await;
    let effects = any(ways.iter().map(|way| effects(round_trip, *way)));
    Ok(undone(session, foreign_keys, effects, work).await?.unwrap_or(Attempt::Inconclusive))
}

/// Rehearses a revision on a copy that stands at its parents and that nobody needs afterwards: its
/// statements alone, without the journal that a run keeps of them.
///
/// # Errors
/// When the database fails in a way that says nothing about the revision.
pub(in super::super) async fn run_on_partial_copy(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
) -> Result<Attempt, Error> {
    let before = session.schema().await?;
    match within(round_trip, session, &before, false).await {
        Ok(in_transaction) => Ok(in_transaction.unwrap_or(Attempt::Inconclusive)),
        Err(error) if error.is_lost() => Err(error),
        Err(_) => Ok(Attempt::Inconclusive),
    }
}

/// Rehearses the downs of revisions, one after the other, on a database where all of them are
/// applied: what it holds then; `None` where they cannot be rehearsed or one fails. The database is
/// as before.
///
/// # Errors
/// When the database fails in a way that says nothing about the revisions.
pub(in super::super) async fn revert_in_transaction(
    round_trips: &[RoundTrip<'_>],
    session: &mut Session<'_>,
) -> Result<Option<Schema>, Error> {
    let stands = |round_trip: &RoundTrip<'_>| {
        round_trip.dialect.capabilities().pipelines_transaction
            && stands_in_a_transaction(*round_trip, Direction::Down)
    };
    if !round_trips.iter().all(stands) {
        return Ok(None);
    }
    let all = any(round_trips.iter().map(|one| effects(*one, Direction::Down)));
    undone(session, false, all, async |session| {
        let mut text = Vec::new();
        for round_trip in round_trips {
            text.extend(statements(*round_trip, Direction::Down).into_iter().map(str::to_owned));
            let [leaves, prepares] = effects(*round_trip, Direction::Down);
            text.extend(session.restore_statements(leaves, prepares).await?);
        }
        session.schema_after(&text.join(BETWEEN)).await.map(Some)
    })
    .await
}

/// Between statements in one text: a statement may end in a comment.
const BETWEEN: &str = "\n;\n";

/// Whether a direction of a revision can be undone with a transaction.
fn stands_in_a_transaction(round_trip: RoundTrip<'_>, direction: Direction) -> bool {
    let file = &round_trip.revision().file;
    let alone = |section: &Section| {
        let spans = section.statements(file, round_trip.dialect);
        spans.iter().any(|span| round_trip.dialect.needs_autocommit(span.of(file.text())))
    };
    round_trip.dialect.capabilities().transactional_ddl
        && round_trip
            .section(direction)
            .is_none_or(|section| section.transaction && !alone(section))
}

/// Whether a direction may change more of the session than plain settings, and whether it may prepare
/// statements.
fn effects(round_trip: RoundTrip<'_>, direction: Direction) -> [bool; 2] {
    let file = &round_trip.revision().file;
    let Some(section) = round_trip.section(direction) else { return [false; 2] };
    let spans = section.statements(file, round_trip.dialect);
    let mut texts = spans.iter().map(|span| span.of(file.text()));
    [
        texts.any(|sql| round_trip.dialect.may_change_session(sql)),
        section.body.of(file.text()).to_ascii_lowercase().contains("prepare"),
    ]
}

fn any(all: impl Iterator<Item = [bool; 2]>) -> [bool; 2] {
    all.fold([false; 2], |[a, b], [c, d]| [a || c, b || d])
}

/// Runs `work` in a transaction and rolls it back. Returns `None` if it fails: an isolated run reports
/// the cause.
async fn undone<T>(
    session: &mut Session<'_>,
    foreign_keys: bool,
    [leaves, prepares]: [bool; 2],
    work: impl AsyncFnOnce(&mut Session<'_>) -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let failed = |doing: &'static str| move |e| Error::database(doing, e);
    if leaves {
        session.connection.note_settings().await.map_err(failed("reading the session"))?;
    }
    session.connection.begin(foreign_keys).await.map_err(failed("opening a transaction"))?;
    let outcome = work(session).await;
    let restore = session.restore_statements(leaves, prepares).await?;
    let mut undo = vec!["ROLLBACK".to_owned()];
    undo.extend(restore.iter().cloned());
    match session.execute(&undo.join(";\n")).await {
        Ok(_) => {}
        // SQLite rolls back by itself where a statement is interrupted or the file is full.
        Err(error) if is_over(&error) && restore.is_empty() => {}
        Err(error) if is_over(&error) => {
            let restored = session.execute(&restore.join(";\n")).await;
            restored.map_err(failed("restoring the session"))?;
        }
        Err(error) => return Err(failed("rolling back")(error)),
    }
    outcome.or_else(|error| if error.is_lost() { Err(error) } else { Ok(None) })
}

/// Returns `true` if the transaction had already ended.
fn is_over(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().contains("no transaction is active"))
}

async fn within(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    before: &Schema,
    in_transaction: bool,
) -> Result<Option<Attempt>, Error> {
    let mut prepared = round_trip.prepare(session, before, in_transaction).await?;
    if prepared.fixture.is_some() {
        return Ok(None);
    }
    let changed = prepared.changed.take();
    let before = changed.as_ref().unwrap_or(before);
    let mut notes = prepared.notes;
    let unfilled = prepared.unfilled;
    let up = match run(round_trip, session, Direction::Up).await {
        Ok(Ok(up)) => up,
        Ok(Err(why)) => return Ok(Some(Attempt::Refused { why, unfilled })),
        Err(Error::Database { source, .. }) if source.as_database_error().is_some() => {
            return Ok(Some(Attempt::Refused { why: words(&source), unfilled }));
        }
        Err(error) => return Err(error),
    };
    if !round_trip.verify(session).await.is_empty() {
        return Ok(None);
    }
    if !round_trip.has_way_down() {
        notes.push(UPWARDS_ONLY.to_owned());
        let after = changed.is_none().then_some(up);
        return Ok(Some(Attempt::Passed { notes, after, unfilled }));
    }
    let Ok(down) = run(round_trip, session, Direction::Down).await? else { return Ok(None) };
    let (wrong, reordered) = differences(round_trip.dialect, before, &down);
    if !wrong.is_empty() {
        return Ok(None);
    }
    if reordered {
        notes.push(REORDERED.to_owned());
    }
    if !round_trip.is_noop() {
        let after = round_trip.contents(session, &down, &prepared.tables).await?;
        let diff_rows = round_trip.own_diffs(before, rows::diff_rows(&prepared.before, &after));
        let (lost, _) = rows::undeclared(diff_rows, &round_trip.lossy());
        if !lost.is_empty() {
            return Ok(None);
        }
    }
    let Ok(again) = run(round_trip, session, Direction::Up).await? else { return Ok(None) };
    let (wrong, _) = differences(round_trip.dialect, &up, &again);
    let after = changed.is_none().then_some(up);
    Ok(wrong.is_empty().then_some(Attempt::Passed { notes, after, unfilled }))
}

/// Runs the statements of one direction, with the checks that a commit would make, and reads what
/// the database holds then: in one trip where that can be. Or why a check fails.
async fn run(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    direction: Direction,
) -> Result<Result<Schema, String>, Error> {
    let schema = session.schema_after(&statements(round_trip, direction).join(BETWEEN)).await?;
    let broken = session.connection.violations().await;
    let broken = broken.unwrap_or_else(|error| vec![words(&error)]);
    Ok(if broken.is_empty() { Ok(schema) } else { Err(broken.join("; ")) })
}

/// The statements of one direction, between those that make what was put off happen now.
fn statements(round_trip: RoundTrip<'_>, direction: Direction) -> Vec<&str> {
    let file = &round_trip.revision().file;
    let mut statements = round_trip.dialect.session().check_deferred.to_vec();
    if let Some(section) = round_trip.section(direction) {
        let spans = section.statements(file, round_trip.dialect);
        statements.extend(spans.iter().map(|span| span.of(file.text())));
        statements.extend(round_trip.dialect.session().check_deferred);
    }
    statements
}
