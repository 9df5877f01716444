//! What becomes of the options of a table that name an index when the index goes or gets another name.

use super::super::index_option::{DROPPED, REPLICA_IDENTITY, USING_INDEX, index_of};
use crate::apply::{State, constraint_names};
use crate::schema::{Name, Table};

fn named(table: &Table) -> Vec<(String, String)> {
    let options = table.options.iter();
    options
        .filter_map(|(own, value)| Some((own.clone(), index_of(own, value)?.to_owned())))
        .collect()
}

/// Forgets indexes that are gone. Replication goes without one from then on.
pub(super) fn forget_dropped(state: &mut State, owner: &Name) {
    let Some(table) = state.table(owner) else { return };
    let is_gone = |index: &String| {
        !table.indexes.contains_key(index) && !constraint_names(table).any(|own| own == index)
    };
    let gone: Vec<_> = named(table).into_iter().filter(|(_, index)| is_gone(index)).collect();
    for (option, _) in gone {
        state.edit_table(owner, |table| match option.as_str() {
            REPLICA_IDENTITY => drop(table.options.insert(option, DROPPED.to_owned())),
            _ => drop(table.options.remove(&option)),
        });
    }
}

/// Gives an index its new name.
pub(super) fn rename(state: &mut State, owner: &Name, from: &str, to: &str) {
    let Some(table) = state.table(owner) else { return };
    let renamed: Vec<_> = named(table).into_iter().filter(|(_, index)| index == from).collect();
    for (option, _) in renamed {
        let start = if option == REPLICA_IDENTITY { USING_INDEX } else { "" };
        state.edit_table(owner, |table| table.options.insert(option, format!("{start}{to}")));
    }
}
