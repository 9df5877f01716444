//! The way from one schema of a history to another.

use super::plan::{Way, presented};
use super::proof;
use super::{Filter, Loss, Refusal, Request, Step};
use crate::apply::State;
use crate::dialect::Dialect;
use crate::schema::difference;

/// Returns the steps from one schema to another, and the values that they lose.
///
/// # Errors
/// A change that cannot be written or proved, or that could be a rename, or something that is not known.
pub(crate) fn way_between(
    dialect: Dialect,
    from: &State,
    to: &State,
) -> Result<(Vec<Step>, Vec<Loss>), Refusal> {
    let way = Way::there(&Request {
        dialect,
        history: from,
        wanted: to,
        filter: &Filter::default(),
        renames: &[],
        dropped: &[],
        takes_likely: false,
    })?;
    match way.undecided.first() {
        None => Ok((way.steps, way.losses)),
        Some(_) => Err(Refusal::Unsupported("a part of the schema is not known".to_owned())),
    }
}

/// Returns the known differences of a schema from the expected one.
pub(crate) fn left_between(dialect: Dialect, state: &State, expected: &State) -> Vec<String> {
    let left = proof::left(dialect, state, &presented(expected));
    let unknown = expected.unknown();
    let left = left.iter().filter(|one| crate::apply::is_known(state, unknown, one));
    left.map(difference).collect()
}
