//! Tables that are written to the log, and those that are not: a table of the first kind refers to no other of the
//! second.

use super::drop::referring;
use super::is_uncertain;
use crate::apply::{Fault, State};
use crate::schema::Name;

/// Checks `SET LOGGED` or `SET UNLOGGED`, and gives the sequences of the columns the same property.
pub(super) fn set(state: &mut State, name: &Name, is_logged: bool) -> Result<(), Fault> {
    if !is_uncertain(state, name) {
        check(state, name, is_logged)?;
    }
    super::sequence::set_logged(state, name, is_logged);
    Ok(())
}

fn check(state: &State, name: &Name, is_logged: bool) -> Result<(), Fault> {
    let has = |other: &Name, unlogged: bool| {
        let of = state.table(other).filter(|_| other != name && !is_uncertain(state, other));
        of.is_some_and(|of| of.options.contains_key("unlogged") == unlogged)
    };
    if is_logged {
        let keys = state.table(name).map(|of| of.foreign_keys.iter());
        let mut parents = keys.into_iter().flatten().map(|key| &key.parent);
        if let Some(parent) = parents.find(|parent| has(parent, true)) {
            return Err(Fault::refused(format!(
                "table {name} refers to the unlogged table {parent}"
            )));
        }
    } else if let Some((child, _)) =
        referring(state, name).iter().find(|(child, _)| has(child, false))
    {
        let message = format!("table {child}, which is not unlogged, refers to table {name}");
        return Err(Fault::refused(message));
    }
    Ok(())
}
