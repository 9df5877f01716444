//! Sequences: those of their own, and those that number a column.

use super::names::{at_home, sequence_of, set_sequence};
use crate::apply::{Fault, Found, Part, State};
use crate::dialect::postgres::parse::changed_options;
use crate::op::SequenceChange;
use crate::schema::{Column, Kind, Name, Sequence};

/// Options that are given for one usual type, for another.
pub(super) fn relative(options: &str, usual: &str, new_usual: &str) -> String {
    changed_options(options, usual, &[], new_usual).unwrap_or_else(|| options.to_owned())
}

/// The column that a sequence numbers.
pub(super) fn column_of(state: &State, name: &Name) -> Option<(Name, String)> {
    let owners = state.owners_of(Kind::Sequence, &name.name);
    // The first place on the path: a temporary sequence hides others.
    super::candidates(state, name)?.into_iter().find_map(|place| {
        let mut here = owners.iter().filter(|(owner, _)| owner.namespace == place.namespace);
        here.find_map(|(owner, _)| {
            let is_it =
                |column: &&Column| sequence_of(owner, column).as_deref() == Some(&name.name);
            let column = state.table(owner)?.columns.iter().find(is_it)?;
            Some((owner.clone(), column.name.clone()))
        })
    })
}

/// Changes a sequence.
pub(super) fn alter(
    state: &mut State,
    name: &Name,
    change: &SequenceChange,
    if_exists: bool,
) -> Result<(), Fault> {
    match state.find(&[Kind::Sequence], name) {
        Found::Known((_, key)) => {
            match change {
                SequenceChange::Options(changes) => {
                    let old = state.sequence(&key).map(|found| found.definition.clone());
                    let old = old.unwrap_or_default();
                    match changed_options(&old, "bigint", changes, "bigint") {
                        Some(new) => {
                            state.edit_sequence(&key, |found| found.definition = new);
                        }
                        None => state.mark(
                            Kind::Sequence,
                            &key,
                            Part::Text,
                            "the change is not understood",
                        ),
                    }
                }
                SequenceChange::OwnedBy(None) => {
                    state.edit_sequence(&key, |found| found.owned_by = None);
                }
                SequenceChange::OwnedBy(Some((table, column))) => {
                    let Found::Known(table) = state.find_table(table) else {
                        state.mark(Kind::Sequence, &key, Part::Whole, "its owner is not known");
                        return Ok(());
                    };
                    mark_second(state, &key, &table, column);
                    let owner = Some((table, column.clone()));
                    state.edit_sequence(&key, |found| found.owned_by = owner);
                }
            }
            Ok(())
        }
        Found::Unknown => Ok(()),
        Found::Missing => {
            let Some((table, column)) = column_of(state, name) else {
                return if if_exists || super::has_extension(state) {
                    Ok(())
                } else {
                    Err(Fault::missing(format!("sequence {name}")))
                };
            };
            let new =
                state.table(&table).and_then(|table| table.column(&column)).and_then(|found| {
                    let SequenceChange::Options(changes) = change else { return None };
                    let options = &found.identity.as_ref()?.options;
                    changed_options(options, &found.data_type, changes, &found.data_type)
                });
            match (new, change) {
                (Some(new), _) => edit_column(state, &table, &column, |_, found| {
                    if let Some(identity) = &mut found.identity {
                        identity.options = new;
                    }
                }),
                (None, SequenceChange::OwnedBy(owner)) => {
                    let same = owner.as_ref().is_some_and(|(owner, name)| {
                        at_home(owner).name == table.name && *name == column
                    });
                    if !same {
                        detach(state, &table, &column, owner.as_ref());
                    }
                }
                (None, _) => {
                    state.mark(
                        Kind::Table,
                        &table,
                        Part::Column(column),
                        "the change is not understood",
                    );
                }
            }
            Ok(())
        }
    }
}

/// Which of several sequences numbers a column that owns them is not told.
fn mark_second(state: &mut State, sequence: &Name, table: &Name, column: &str) {
    let has_own = state
        .table(table)
        .and_then(|table| table.column(column))
        .is_some_and(|column| column.identity.is_some());
    let owner = Some((table.clone(), column.to_owned()));
    let mut others = state.schema().sequences.iter().filter(|(name, _)| *name != sequence);
    if has_own || others.any(|(_, other)| other.owned_by == owner) {
        const WHY: &str = "the column owns several sequences";
        state.mark(Kind::Table, table, Part::Column(column.to_owned()), WHY);
        let owned = state.schema().sequences.iter().filter(|(_, one)| one.owned_by == owner);
        let mut names: Vec<Name> = owned.map(|(name, _)| name.clone()).collect();
        names.push(sequence.clone());
        for name in names {
            state.mark(Kind::Sequence, &name, Part::Whole, WHY);
        }
    }
}

/// The columns that take their default from a sequence.
pub(super) fn users(state: &State, sequence: &Name) -> Vec<(Name, String)> {
    let tables = state.schema().tables.iter();
    tables
        .flat_map(|(table, value)| {
            let uses = |text: &String| super::present::is_next_of(text, sequence);
            let columns = value.columns.iter();
            let columns = columns.filter(move |one| one.default.as_ref().is_some_and(uses));
            columns.map(|column| (table.clone(), column.name.clone()))
        })
        .collect()
}

/// Defaults name a sequence by its number, and so have its new name.
pub(super) fn rename_in_defaults(state: &mut State, from: &Name, to: &Name) {
    let text = super::names::type_text(to).replace('\'', "''");
    let default = format!("nextval('{text}'::regclass)");
    for (table, column) in users(state, from) {
        edit_column(state, &table, &column, |_, found| found.default = Some(default.clone()));
    }
}

/// Removes the defaults that take their values from a sequence.
pub(super) fn drop_defaults(state: &mut State, sequence: &Name) {
    for (table, column) in users(state, sequence) {
        edit_column(state, &table, &column, |_, found| found.default = None);
    }
}

/// The sequences that the columns of a table own are logged where the table is.
pub(super) fn set_logged(state: &mut State, table: &Name, is_logged: bool) {
    let owned = state.schema().sequences.iter().filter(|(_, sequence)| {
        sequence.owned_by.as_ref().is_some_and(|(owner, _)| owner == table)
    });
    for name in owned.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        state.edit_sequence(&name, |sequence| {
            let options = sequence.definition.trim_start_matches("UNLOGGED").trim_start();
            let prefix = if is_logged { "" } else { "UNLOGGED " };
            sequence.definition = format!("{prefix}{options}").trim_end().to_owned();
        });
    }
}

/// Changes a column of a table.
pub(super) fn edit_column(
    state: &mut State,
    table: &Name,
    column: &str,
    change: impl FnOnce(&Name, &mut Column),
) {
    state.edit_table(table, |found| {
        if let Some(found) = found.columns.iter_mut().find(|one| one.name == column) {
            change(table, found);
        }
    });
}

/// Makes the sequence of a `serial` column one of its own, owned by a column or by none; the column keeps
/// the default.
fn detach(state: &mut State, table: &Name, column: &str, owner: Option<&(Name, String)>) {
    let owned_by = owner.map(|(table, column)| (at_home(table), column.clone()));
    if let Some((name, _)) = take(state, table, column, owned_by) {
        let default = format!("nextval('{}'::regclass)", super::names::type_text(&name));
        edit_column(state, table, column, |_, found| found.default = Some(default));
    }
}

/// Takes the sequence from a `serial` column, which then has no default.
pub(super) fn take(
    state: &mut State,
    table: &Name,
    column: &str,
    owned_by: Option<(Name, String)>,
) -> Option<(Name, Sequence)> {
    let found = state.table(table)?.column(column)?;
    let name = Name { namespace: table.namespace.clone(), name: sequence_of(table, found)? };
    let options = found.identity.as_ref()?.sequence_options();
    let mut definition = changed_options(options, &found.data_type, &[], "bigint")?;
    if state.table(table).is_some_and(|table| table.options.contains_key("unlogged")) {
        definition = format!("UNLOGGED {definition}").trim_end().to_owned();
    }
    let sequence = Sequence { definition, owned_by, comment: None };
    state.set_sequence(&name, Some(sequence.clone()));
    edit_column(state, table, column, |_, found| found.identity = None);
    Some((name, sequence))
}

/// Renames the sequence of a column.
pub(super) fn rename_of_column(state: &mut State, table: &Name, column: &str, to: &str) {
    let old = state.table(table).and_then(|found| sequence_of(table, found.column(column)?));
    if let Some(old) = old {
        let place = |name: &str| Name { namespace: table.namespace.clone(), name: name.to_owned() };
        rename_in_defaults(state, &place(&old), &place(to));
    }
    edit_column(state, table, column, |table, found| set_sequence(table, found, to));
}
