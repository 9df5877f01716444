//! What a table says of one of its indexes: by which one it is clustered, and which one identifies rows.

use super::parts::detached;
use crate::apply::{Part, State};
use crate::schema::{Kind, Name, Table};

/// The words behind which one stands, in the order of the catalog's reader.
const WORDS: [&str; 3] = ["INVALID", "CLUSTER", "REPLICA IDENTITY"];

/// Lets one index of a table have a word, and no other one; none where `index` is `None`.
pub(super) fn set(state: &mut State, table: &Name, word: &str, index: Option<&str>) {
    let Some(mut changed) = state.table(table).cloned() else { return };
    let mut is_found = index.is_none();
    for (name, details) in details(&mut changed) {
        let has = index == Some(name);
        is_found |= has;
        *details = with_word(details, word, has);
    }
    state.edit_table(table, |table| *table = changed);
    if !is_found {
        const WHY: &str = "the table names one of its indexes that is not known";
        state.mark(Kind::Table, table, Part::Indexes, WHY);
        state.mark(Kind::Table, table, Part::Constraints, WHY);
    }
}

/// The names and details of all indexes of a table, also of those of its keys.
fn details(table: &mut Table) -> impl Iterator<Item = (&str, &mut String)> {
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    let keys = keys.filter_map(|key| Some((key.name.as_deref()?, &mut key.details)));
    let indexes = table.indexes.iter_mut();
    keys.chain(indexes.map(|(name, index)| (name.as_str(), &mut index.details)))
}

/// Details with or without a word, in the order of the catalog's reader.
fn with_word(details: &str, word: &str, has: bool) -> String {
    let mut own = detached(details);
    let part_of = details[own.len()..].trim_start().to_owned();
    let mut words = Vec::new();
    for one in WORDS {
        let is_there = own.contains(one);
        own = own.replace(one, "");
        if if one == word { has } else { is_there } {
            words.push(one);
        }
    }
    let own = own.trim().to_owned();
    let all = std::iter::once(own.as_str()).chain(words).chain(std::iter::once(part_of.as_str()));
    all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}
