//! Work in one transaction that is rolled back, which needs no copy of the database.

use migrate_core::plan::Direction;
use migrate_core::revision::Section;
use migrate_core::schema::Schema;

use super::super::session::Session;
use super::executor::{BETWEEN, statements};
use super::{Executor, RoundTrip, TestResult, protocol};
use crate::error::Error;

/// Tests a revision on a database at its parents, and leaves the database unchanged. Returns `None` if
/// it cannot run in a transaction, or if its failure says nothing of the revision.
///
/// # Errors
/// When the connection is lost, or the database cannot be made as it was.
pub(in super::super) async fn run_in_transaction(
    round_trip: RoundTrip<'_>,
    session: &mut Session<'_>,
    before: &Schema,
) -> Result<Option<TestResult>, Error> {
    let ways = [Direction::Up, Direction::Down];
    if !ways.iter().all(|way| stands_in_a_transaction(round_trip, *way)) {
        return Ok(None);
    }
    let sections = ways.iter().filter_map(|way| round_trip.section(*way));
    let foreign_keys = sections.into_iter().any(|section| section.foreign_keys);
    let effects = any(ways.iter().map(|way| effects(round_trip, *way)));
    undone(session, foreign_keys, effects, async |session| {
        let executor = Executor::Statements { in_transaction: true };
        protocol::run(round_trip, session, executor, before).await.map(Some)
    })
    .await
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

/// Whether a direction of a revision can be undone with a transaction.
fn stands_in_a_transaction(round_trip: RoundTrip<'_>, direction: Direction) -> bool {
    let file = &round_trip.revision().file;
    let alone = |section: &Section| {
        let spans = section.statements(file, round_trip.dialect);
        spans.iter().any(|span| round_trip.dialect.needs_autocommit(span.of(file.text())))
    };
    round_trip.dialect.capabilities().transactional_ddl
        && !round_trip.needs_runner()
        && round_trip
            .section(direction)
            .is_none_or(|section| section.transaction && !alone(section))
}

/// Whether a direction may change more of the session than plain settings, and whether it may prepare
/// statements.
pub(super) fn effects(round_trip: RoundTrip<'_>, direction: Direction) -> [bool; 2] {
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
