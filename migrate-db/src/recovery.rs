//! Recovery after a crash: whether a statement in doubt has run.
//!
//! The catalog of the database is the evidence. Where it shows nothing, a person must decide. The
//! queries belong to the dialect.

mod engines;

use std::time::{Duration, Instant};

use migrate_core::dialect::{Dialect, SessionEffect};
use migrate_core::graph::Graph;
use migrate_core::plan::Step;
use migrate_core::script::{fingerprint_of, statements_of};
use migrate_core::sql::{CatalogChange, CatalogObject, Effect, effect};

use crate::driver::{Connection, pause};
use crate::error::Error;
use crate::event::Event;
use crate::unfinished::{Repair, Unfinished};

pub(crate) use engines::{engines_question, is_nontransactional};

/// What the catalog shows of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatalogEvidence {
    /// It has run.
    Ran,
    /// It has not run, or may run again.
    NotRun,
    /// The catalog does not show it.
    Nothing,
}

/// The outcome of the search for evidence.
pub(crate) enum Resolution {
    /// The catalog showed what happened.
    Resolved(Repair),
    /// A person must decide. Holds the names of invalid indexes, which may help.
    Unresolved(Vec<String>),
}

/// An index that a statement left INVALID.
pub(crate) struct InvalidIndex {
    pub(crate) name: String,
    /// Whether the statement names it.
    pub(crate) named: bool,
}

/// Searches the catalog for evidence that a statement has run.
pub(crate) async fn catalog_evidence(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    sql: &str,
) -> sqlx::Result<CatalogEvidence> {
    match effect(sql, dialect.lex_rules()) {
        None => Ok(CatalogEvidence::Nothing),
        Some(Effect::Repeatable) => Ok(CatalogEvidence::NotRun),
        Some(Effect::RepeatableWhileEmpty(table)) => {
            let object = CatalogObject::Table(table.clone());
            let is_there = CatalogChange::Drops(object);
            if matches!(objects(connection, dialect, &[is_there]).await?.as_deref(), Some([None])) {
                return Ok(CatalogEvidence::NotRun);
            }
            // Rows that were written since would be lost.
            let sql = format!("SELECT 'yes' FROM {} LIMIT 1", table.written);
            let is_empty = connection.rows(&sql).await.is_ok_and(|rows| rows.is_empty());
            Ok(if is_empty { CatalogEvidence::NotRun } else { CatalogEvidence::Nothing })
        }
        Some(Effect::Changes(changes)) => has_run(connection, dialect, &changes).await,
    }
}

/// Returns `true` if the database would refuse a statement because its objects exist already.
pub(crate) async fn is_done(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    sql: &str,
) -> sqlx::Result<bool> {
    match effect(sql, dialect.lex_rules()) {
        Some(Effect::Changes(changes)) => {
            Ok(has_run(connection, dialect, &changes).await? == CatalogEvidence::Ran)
        }
        _ => Ok(false),
    }
}

/// Combines the evidence of several objects. Contradictions show nothing.
async fn has_run(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    changes: &[CatalogChange],
) -> sqlx::Result<CatalogEvidence> {
    let Some(found) = objects(connection, dialect, changes).await? else {
        return Ok(CatalogEvidence::Nothing);
    };
    let seen = changes.iter().zip(&found).map(|(one, found)| {
        match (found.as_deref(), one.creates()) {
            (Some("unsure"), _) => CatalogEvidence::Nothing,
            // A person must remove a half created object. A half dropped one can be dropped.
            (Some("half"), true) => CatalogEvidence::Nothing,
            (Some(_), true) | (None, false) => CatalogEvidence::Ran,
            (None, true) | (Some(_), false) => CatalogEvidence::NotRun,
        }
    });
    let all = seen.reduce(|all, one| if all == one { all } else { CatalogEvidence::Nothing });
    Ok(all.unwrap_or(CatalogEvidence::Nothing))
}

/// Returns the catalog's answer for each object, in their order; `None` where one cannot be
/// queried.
async fn objects(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    changes: &[CatalogChange],
) -> sqlx::Result<Option<Vec<Option<String>>>> {
    let questions =
        changes.iter().map(|one| Some(format!("({})", (dialect.recovery().object_exists)(one)?)));
    let Some(questions) = questions.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let rows = connection.rows(&format!("SELECT {}", questions.join(", "))).await?;
    Ok(rows.into_iter().next().filter(|cells| cells.len() == changes.len()))
}

/// Returns the indexes that a statement left INVALID; none where they cannot be queried.
pub(crate) async fn invalid_indexes(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    sql: &str,
) -> Vec<InvalidIndex> {
    let Some(query) = dialect.recovery().invalid_index else { return Vec::new() };
    if !dialect.refused_in_transaction(sql).is_some_and(|form| form.ends_with("CONCURRENTLY")) {
        return Vec::new();
    }
    let rows = connection.rows(&query.replace("{}", &dialect.safe_literal(sql))).await;
    let index = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter();
        let name = cells.next().flatten()?;
        Some(InvalidIndex { name, named: cells.next().flatten().is_some() })
    };
    rows.unwrap_or_default().into_iter().filter_map(index).collect()
}

/// Resolves the statement in doubt of a step. Waits while the server still executes it for a client
/// that is gone.
///
/// # Errors
/// [`Error::Busy`] when the server still executes it after `wait`, and errors of the database.
pub(crate) async fn resolve(
    connection: &mut Connection<'_>,
    graph: &Graph,
    unfinished: &Unfinished,
    dialect: Dialect,
    wait: Duration,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<Resolution, Error> {
    let stays = Ok(Resolution::Unresolved(Vec::new()));
    let Some(node) = graph.node(&unfinished.revision) else { return stays };
    let step = Step { node, direction: unfinished.direction() };
    let text = graph.revision(node).file.text();
    let spans = statements_of(graph, step, dialect).unwrap_or_default();
    let Some(span) = spans.get(unfinished.begun.wrapping_sub(1)) else { return stays };
    let sql = span.of(text);
    still_running(connection, dialect, sql, wait, on_event).await?;
    // A setting of the lost session may have changed the meaning of its names.
    let same_names = spans
        .iter()
        .take(unfinished.done)
        .all(|span| dialect.session_effect(span.of(text)) != SessionEffect::Setting);
    let same_text =
        unfinished.fingerprint == Some(fingerprint_of(graph, step, unfinished.begun, dialect));
    if !same_names || !same_text {
        return stays;
    }
    let seen = catalog_evidence(connection, dialect, sql).await;
    let repair = match seen.map_err(|e| Error::database("looking at the catalog", e))? {
        CatalogEvidence::Ran => Repair::Ran,
        CatalogEvidence::NotRun => Repair::NotRun,
        CatalogEvidence::Nothing => {
            let left = invalid_indexes(connection, dialect, sql).await;
            return Ok(Resolution::Unresolved(left.into_iter().map(|index| index.name).collect()));
        }
    };
    on_event(&Event::Resolved {
        revision: unfinished.revision.clone(),
        statement: unfinished.begun,
        ran: repair == Repair::Ran,
    });
    Ok(Resolution::Resolved(repair))
}

async fn still_running(
    connection: &mut Connection<'_>,
    dialect: Dialect,
    sql: &str,
    wait: Duration,
    on_event: &mut (dyn FnMut(&Event) + Send),
) -> Result<(), Error> {
    let Some(question) = dialect.recovery().running else { return Ok(()) };
    let question = question.replace("{}", &dialect.safe_literal(sql));
    let since = Instant::now();
    let mut attempt = 0;
    loop {
        let rows = connection.rows(&question).await;
        let rows = rows.map_err(|e| Error::database("asking what the server does", e))?;
        let Some(holder) = rows.into_iter().flatten().flatten().next() else { return Ok(()) };
        let (waited, holder) =
            (since.elapsed(), format!("{holder} still runs the statement that was begun"));
        if waited >= wait {
            return Err(Error::Busy { waited, holder });
        }
        if attempt % 4 == 3 {
            on_event(&Event::Waiting { holder, waited });
        }
        tokio::time::sleep(pause(attempt)).await;
        attempt += 1;
    }
}
