//! Renames and moves of objects that are not tables.

use super::objects::{check_free, find, split};
use super::rename;
use crate::apply::{Fault, Found, Part, State};
use crate::op::Subject;
use crate::schema::{Kind, Name};

/// Renames any object that is no table.
pub(super) fn rename_object(
    state: &mut State,
    subject: &Subject,
    to: &str,
    if_exists: bool,
) -> Result<(), Fault> {
    let Subject { kind, name, part } = subject;
    match (kind, part) {
        (Kind::Index, None) => rename::index(state, name, to, if_exists),
        (Kind::Constraint, Some(part)) => match state.find_table(name) {
            Found::Known(table) => rename::constraint(state, &table, part, to),
            Found::Unknown => Ok(()),
            Found::Missing if if_exists => Ok(()),
            Found::Missing => Err(Fault::missing(format!("table {name}"))),
        },
        (Kind::Trigger, Some(part)) => {
            let Found::Known(table) = state.find_table(name) else {
                super::opaque(state, subject);
                return Ok(());
            };
            let old = state.table(&table).and_then(|table| table.triggers.get(part)).cloned();
            let Some(mut trigger) = old else {
                super::opaque(state, subject);
                return Ok(());
            };
            let (before, after) = (
                crate::dialect::postgres::quote_name(part),
                crate::dialect::postgres::quote_name(to),
            );
            let (before, after) = (format!("TRIGGER {before} "), format!("TRIGGER {after} "));
            trigger.definition = trigger.definition.replacen(&before, &after, 1);
            state.edit_table(&table, |table| {
                table.triggers.remove(part);
                table.triggers.insert(to.to_owned(), trigger);
            });
            let is_unknown = Part::Trigger(part.clone());
            if state.unknown().part(Kind::Table, &table, &is_unknown).is_some() {
                let part = Part::Trigger(to.to_owned());
                state.mark(Kind::Table, &table, part, "a trigger that is not known was renamed");
            }
            let comment = |name: &str| format!("on trigger {name} on {table}");
            rename::other(state, Kind::Comment, &comment(part), &comment(to));
            let user = (Kind::Trigger, table.clone(), Some(part.clone()));
            let uses = state.uses(&user).to_vec();
            state.set_uses(user, None);
            state.set_uses((Kind::Trigger, table, Some(to.to_owned())), Some(uses));
            Ok(())
        }
        (Kind::Sequence, None) => match state.find(&[Kind::Sequence], name) {
            Found::Known((_, from)) => {
                let to = Name { namespace: from.namespace.clone(), name: to.to_owned() };
                move_to(state, Kind::Sequence, &from, &to);
                Ok(())
            }
            Found::Unknown => {
                super::opaque(state, subject);
                Ok(())
            }
            Found::Missing => match super::sequence::column_of(state, name) {
                Some((table, column)) => {
                    super::sequence::rename_of_column(state, &table, &column, to);
                    Ok(())
                }
                None if if_exists => Ok(()),
                None => Err(Fault::missing(format!("sequence {name}"))),
            },
        },
        (Kind::View | Kind::MaterialisedView | Kind::Type | Kind::Domain, None) => {
            let kinds: &[Kind] = match kind {
                Kind::Type | Kind::Domain => &[Kind::Enum, Kind::Domain],
                _ => &[Kind::View],
            };
            match state.find(kinds, name) {
                Found::Known((kind, from)) => {
                    let to = Name { namespace: from.namespace.clone(), name: to.to_owned() };
                    if let Found::Known((taken, found)) = state.occupied(kind, &to) {
                        return Err(Fault::exists(format!("{} {found}", taken.word())));
                    }
                    move_to(state, kind, &from, &to);
                    Ok(())
                }
                Found::Unknown => {
                    super::opaque(state, subject);
                    Ok(())
                }
                Found::Missing => match find(state, Kind::Type, &name.to_string()) {
                    (key, true) if kinds[0] == Kind::Enum => {
                        let from = split(Kind::Type, &key);
                        let to = Name { namespace: from.namespace.clone(), name: to.to_owned() };
                        rename::other(state, Kind::Type, &key, &to.to_string());
                        rename::row_type(state, &from, &to);
                        Ok(())
                    }
                    _ if if_exists => Ok(()),
                    _ => Err(Fault::missing(format!("{} {name}", kind.word()))),
                },
            }
        }
        (Kind::Function | Kind::Procedure, Some(key)) => {
            let (key, exists) = find(state, *kind, key);
            if !exists {
                super::opaque(state, subject);
                return Ok(());
            }
            let arguments = key.find('(').map_or("", |at| &key[at..]);
            let from = split(*kind, &key);
            let new = Name { namespace: from.namespace, name: format!("{to}{arguments}") };
            check_free(state, &new.to_string())?;
            rename::other(state, *kind, &key, &new.to_string());
            super::drop::changed(state, &name.name);
            Ok(())
        }
        (Kind::Policy | Kind::Rule, Some(part)) => {
            let (key, exists) = find(state, *kind, &format!("{part} on {name}"));
            if exists && let Some((_, table)) = key.rsplit_once(" on ") {
                let new = format!("{to} on {table}");
                rename::other(state, *kind, &key, &new);
                return Ok(());
            }
            super::opaque(state, subject);
            Ok(())
        }
        (Kind::Namespace, None) => {
            // What is in it is not known.
            state.mark_everything("a schema was renamed");
            if let Some(space) = state.set_other(Kind::Namespace, &name.name, None) {
                state.set_other(Kind::Namespace, to, Some(space));
            }
            Ok(())
        }
        _ => {
            super::opaque(state, subject);
            Ok(())
        }
    }
}

fn move_view(state: &mut State, from: &Name, to: &Name) {
    let mut value = state.set_view(from, None);
    let mut users = vec![(Kind::View, None)];
    if let Some(view) = &mut value {
        rename::move_triggers(&mut view.triggers, from, to);
        users.extend(view.triggers.keys().map(|trigger| (Kind::Trigger, Some(trigger.clone()))));
    }
    state.mark_known(Kind::View, to);
    state.set_view(to, value);
    for (kind, part) in users {
        let user = (kind, from.clone(), part.clone());
        let uses = state.uses(&user).to_vec();
        state.set_uses(user, None);
        state.set_uses((kind, to.clone(), part), Some(uses));
    }
    rename::owner(state, from, to);
}

/// The sequences of a table or view go to its schema.
fn move_owned(state: &mut State, owner: &Name) {
    let sequences = state.schema().sequences.iter().filter(|(_, sequence)| {
        sequence.owned_by.as_ref().is_some_and(|(table, _)| table == owner)
    });
    for sequence in sequences.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        let moved = Name { namespace: owner.namespace.clone(), name: sequence.name.clone() };
        move_to(state, Kind::Sequence, &sequence, &moved);
    }
}

/// Gives a view, a type or a sequence another key.
pub(super) fn move_to(state: &mut State, kind: Kind, from: &Name, to: &Name) {
    match kind {
        Kind::View => move_view(state, from, to),
        Kind::Enum => {
            let value = state.set_enum(from, None);
            state.mark_known(Kind::Enum, to);
            state.set_enum(to, value);
            rename::row_type(state, from, to);
        }
        Kind::Domain => {
            let value = state.set_domain(from, None);
            state.mark_known(Kind::Domain, to);
            state.set_domain(to, value);
            rename::row_type(state, from, to);
        }
        _ => {
            let value = state.set_sequence(from, None);
            state.mark_known(Kind::Sequence, to);
            state.set_sequence(to, value);
            super::sequence::rename_in_defaults(state, from, to);
        }
    }
    if matches!(kind, Kind::Enum | Kind::Domain) {
        let key = |name: &Name| format!("on {} {name}", kind.word());
        rename::other(state, Kind::Grant, &key(from), &key(to));
    } else {
        super::access::rename_relation(state, from, to);
    }
    state.move_marks(kind, from, to);
    state.mark_known(kind, from);
    super::drop::changed(state, &from.name);
}

pub(super) fn set_namespace(
    state: &mut State,
    subject: &Subject,
    namespace: Option<String>,
) -> Result<(), Fault> {
    let Subject { kind, name, part } = subject;
    let kinds = [Kind::Table, Kind::View, Kind::Sequence, Kind::Enum, Kind::Domain];
    if let (Kind::Function | Kind::Procedure, Some(key)) = (kind, part) {
        if let (key, true) = find(state, *kind, key) {
            let old = split(*kind, &key);
            if old.namespace == namespace {
                return Ok(());
            }
            let new = Name { namespace, name: old.name };
            check_free(state, &new.to_string())?;
            rename::other(state, *kind, &key, &new.to_string());
            super::drop::changed(state, &name.name);
        }
        return Ok(());
    }
    let wanted: &[Kind] = match kind {
        Kind::Table => &kinds[..3],
        Kind::View | Kind::MaterialisedView => &kinds[1..2],
        Kind::Sequence => &kinds[2..3],
        Kind::Type | Kind::Domain => &kinds[3..],
        _ => {
            super::opaque(state, subject);
            return Ok(());
        }
    };
    match state.find(wanted, name) {
        Found::Known((_, from)) if from.namespace == namespace => {}
        Found::Known((Kind::Table, from)) => {
            let to = Name { namespace, name: from.name.clone() };
            rename::table(state, &from, &to);
            move_owned(state, &to);
        }
        Found::Known((kind, from)) => {
            let to = Name { namespace, name: from.name.clone() };
            move_to(state, kind, &from, &to);
            move_owned(state, &to);
        }
        _ => {
            super::opaque(state, subject);
            let to = Name { namespace, name: subject.name.name.clone() };
            state.mark_name(&to, "what may have been moved here is not known");
        }
    }
    Ok(())
}
