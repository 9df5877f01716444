//! Operations on indexes, views, triggers and everything else.

use super::table::{CHANGED_AS_TABLE, mark_known_places};
use super::{MAYBE_CREATED, MAYBE_DROPPED, called, opaque, vacant};
use crate::apply::fault::Fault;
use crate::apply::find::Found;
use crate::apply::rules::PartScope;
use crate::apply::state::State;
use crate::apply::unknown::Part;
use crate::op::{Op, Subject, ValuePosition};
use crate::schema::{Index, Kind, Name, Trigger};

pub(super) fn apply(state: &mut State, op: &Op) -> Result<(), Fault> {
    let rules = state.rules;
    match op {
        Op::CreateIndex { table, name, index, if_not_exists, or_replace, .. } => {
            create_index(state, table, name.as_deref(), index, *if_not_exists, *or_replace)
        }
        Op::DropIndex { name, table, if_exists, cascade, .. } => {
            let owner = match table.as_ref().map(|table| (table, state.find_table(table))) {
                None => None,
                Some((_, Found::Known(owner))) => Some(owner),
                Some((table, Found::Unknown)) => {
                    mark_known_places(state, table);
                    return Ok(());
                }
                Some((table, Found::Missing)) => {
                    // Some servers take the statement for other objects, and do nothing.
                    let others = [Kind::View, Kind::Sequence];
                    return match state.find(&others, table) {
                        Found::Missing => Err(Fault::missing(called(Kind::Table, table))),
                        _ => Ok(()),
                    };
                }
            };
            match state.find_part(Kind::Index, name, owner.as_ref()) {
                Found::Known((owner, name)) => rules.drop_index(state, &owner, &name, *cascade),
                Found::Unknown => {
                    for (owner, spelled) in state.owners_of(Kind::Index, &name.name) {
                        let folded = rules.fold(Kind::Index, &spelled).into_owned();
                        const WHY: &str = "an index that may exist was dropped";
                        state.mark(Kind::Table, &owner, Part::Index(folded), WHY);
                    }
                    Ok(())
                }
                Found::Missing if *if_exists => Ok(()),
                Found::Missing => Err(Fault::missing(called(Kind::Index, name))),
            }
        }
        Op::CreateView { name, view, reads, if_not_exists, or_replace } => {
            let Some(place) = rules.place(state, Kind::View, name) else {
                state.mark_name(name, MAYBE_CREATED);
                return Ok(());
            };
            let mut view = (**view).clone();
            let existing = state.find(&[Kind::View], name);
            let is_changed = match &existing {
                Found::Known((_, key)) => {
                    let mark = state.unknown().part(Kind::View, &state.fold(key), &Part::Text);
                    mark.is_some_and(|reason| reason.why == CHANGED_AS_TABLE)
                }
                _ => false,
            };
            if *or_replace && let Found::Known((_, key)) = &existing {
                // Triggers and indexes stay.
                if let Some(old) = state.view(key) {
                    view.triggers.clone_from(&old.triggers);
                    view.indexes.clone_from(&old.indexes);
                    view.comment.clone_from(&old.comment);
                }
            } else if !(*or_replace && existing == Found::Unknown) {
                match vacant(state, Kind::View, &place, *if_not_exists)? {
                    Some(true) => {
                        state.mark(Kind::View, &place, Part::Whole, MAYBE_CREATED);
                        return Ok(());
                    }
                    Some(false) => return Ok(()),
                    None => {}
                }
            }
            state.mark_created(Kind::View, &place);
            state.set_view(&place, Some(view));
            if is_changed {
                state.mark(Kind::View, &place, Part::Text, CHANGED_AS_TABLE);
            }
            state.set_uses((Kind::View, place, None), Some(reads.clone()));
            Ok(())
        }
        Op::DropView { name, if_exists, cascade, .. } => match state.find(&[Kind::View], name) {
            Found::Known((_, key)) => rules.drop_view(state, &key, *cascade),
            Found::Unknown => {
                if let Some(place) = state.only_place(Kind::View, name) {
                    state.set_view(&place, None);
                    state.mark_known(Kind::View, &place);
                } else {
                    state.mark_candidates(Kind::View, name, MAYBE_DROPPED);
                }
                Ok(())
            }
            Found::Missing if *if_exists => Ok(()),
            Found::Missing => Err(Fault::missing(called(Kind::View, name))),
        },
        Op::CreateTrigger { name, table, trigger, uses, if_not_exists, or_replace } => {
            let flags = (*if_not_exists, *or_replace);
            create_trigger(state, name, table, trigger, uses, flags)
        }
        Op::DropTrigger { name, table, if_exists, .. } => {
            drop_trigger(state, name, table.as_ref(), *if_exists)
        }
        Op::Comment { subject, comment } => {
            set_comment(state, subject, comment.as_ref());
            Ok(())
        }
        _ => others(state, op),
    }
}

fn create_index(
    state: &mut State,
    table: &Name,
    name: Option<&str>,
    index: &Index,
    if_not_exists: bool,
    or_replace: bool,
) -> Result<(), Fault> {
    let rules = state.rules;
    let owner = match state.find(&[Kind::Table, Kind::View], table) {
        Found::Known((_, owner)) => owner,
        Found::Unknown => {
            if let Some(name) = name {
                state.mark_name(&Name::new(name), MAYBE_CREATED);
            }
            mark_known_places(state, table);
            return Ok(());
        }
        Found::Missing => return Err(Fault::missing(called(Kind::Table, table))),
    };
    if let Some(name) = name {
        let place = Name { namespace: owner.namespace.clone(), name: name.to_owned() };
        let in_table = rules.part_scope(Kind::Index) == PartScope::Table;
        let found = state.find_part(Kind::Index, &place, in_table.then_some(&owner));
        // That of a temporary table hides it, and is not in its way.
        let is_elsewhere =
            !in_table && matches!(&found, Found::Known((of, _)) if of.namespace != owner.namespace);
        match found {
            _ if is_elsewhere => {}
            Found::Known((of, found)) if or_replace => {
                rules.drop_index(state, &of, &found, false)?;
            }
            Found::Known(_) if if_not_exists => return Ok(()),
            Found::Known((_, found)) => {
                return Err(Fault::exists(called(Kind::Index, &Name::new(found))));
            }
            Found::Unknown if if_not_exists => {
                let folded = rules.fold(Kind::Index, name).into_owned();
                state.mark(Kind::Table, &owner, Part::Index(folded), MAYBE_CREATED);
                return Ok(());
            }
            Found::Unknown => {}
            Found::Missing => {
                if let Found::Known((kind, taken)) = state.occupied(Kind::Index, &place) {
                    return Err(Fault::exists(called(kind, &taken)));
                }
            }
        }
    }
    rules.create_index(state, &owner, name, index)
}

fn create_trigger(
    state: &mut State,
    name: &Name,
    table: &Name,
    trigger: &Trigger,
    uses: &[Name],
    (if_not_exists, or_replace): (bool, bool),
) -> Result<(), Fault> {
    let rules = state.rules;
    let owner = match state.find(&[Kind::Table, Kind::View], table) {
        Found::Known((_, owner)) => owner,
        Found::Unknown => {
            state.mark_name(name, MAYBE_CREATED);
            mark_known_places(state, table);
            return Ok(());
        }
        Found::Missing => return Err(Fault::missing(called(Kind::Table, table))),
    };
    let kind = state.owner_kind(&owner);
    let in_table = rules.part_scope(Kind::Trigger) == PartScope::Table;
    let folded = rules.fold(Kind::Trigger, &name.name).into_owned();
    match state.find_part(Kind::Trigger, name, in_table.then_some(&owner)) {
        Found::Known((of, found)) if or_replace => remove_trigger(state, &of, &found),
        Found::Known(_) if if_not_exists => return Ok(()),
        Found::Known((_, found)) => {
            return Err(Fault::exists(called(Kind::Trigger, &Name::new(found))));
        }
        Found::Unknown if if_not_exists => {
            state.mark(kind, &owner, Part::Trigger(folded), MAYBE_CREATED);
            return Ok(());
        }
        Found::Unknown | Found::Missing => {}
    }
    let (text, value) = (name.name.clone(), trigger.clone());
    if kind == Kind::Table {
        state.edit_table(&owner, |table| table.triggers.insert(text, value));
    } else {
        state.edit_view(&owner, |view| view.triggers.insert(text, value));
    }
    state.mark_part_known(kind, &owner, Part::Trigger(folded));
    state.set_uses((Kind::Trigger, owner, Some(name.name.clone())), Some(uses.to_vec()));
    Ok(())
}

/// Removes a trigger from its table or view.
fn remove_trigger(state: &mut State, owner: &Name, name: &str) {
    let is_table = state.table(owner).is_some();
    if is_table {
        state.edit_table(owner, |table| table.triggers.remove(name));
    } else {
        state.edit_view(owner, |view| view.triggers.remove(name));
    }
    let kind = if is_table { Kind::Table } else { Kind::View };
    let folded = state.rules.fold(Kind::Trigger, name).into_owned();
    state.mark_part_known(kind, owner, Part::Trigger(folded));
    state.set_uses((Kind::Trigger, owner.clone(), Some(name.to_owned())), None);
}

fn drop_trigger(
    state: &mut State,
    name: &Name,
    table: Option<&Name>,
    if_exists: bool,
) -> Result<(), Fault> {
    let owner = match table.map(|table| (table, state.find(&[Kind::Table, Kind::View], table))) {
        None => None,
        Some((_, Found::Known((_, owner)))) => Some(owner),
        Some((table, Found::Unknown)) => {
            mark_known_places(state, table);
            return Ok(());
        }
        Some((_, Found::Missing)) if if_exists => return Ok(()),
        Some((table, Found::Missing)) => return Err(Fault::missing(called(Kind::Table, table))),
    };
    match state.find_part(Kind::Trigger, name, owner.as_ref()) {
        Found::Known((owner, name)) => remove_trigger(state, &owner, &name),
        Found::Unknown => {
            for (owner, spelled) in state.owners_of(Kind::Trigger, &name.name) {
                let of = state.owner_kind(&owner);
                let folded = state.rules.fold(Kind::Trigger, &spelled).into_owned();
                const WHY: &str = "a trigger that may exist was dropped";
                state.mark(of, &owner, Part::Trigger(folded), WHY);
            }
        }
        Found::Missing if if_exists => {}
        Found::Missing => return Err(Fault::missing(called(Kind::Trigger, name))),
    }
    Ok(())
}

/// Operations on enums, domains, sequences and what is known by text alone.
fn others(state: &mut State, op: &Op) -> Result<(), Fault> {
    let rules = state.rules;
    match op {
        Op::CreateEnum { name, value } => {
            let value = (**value).clone();
            create(state, Kind::Enum, name, false, |state, place| {
                state.set_enum(place, Some(value));
            })
        }
        Op::CreateDomain { name, domain } => {
            let domain = (**domain).clone();
            create(state, Kind::Domain, name, false, |state, place| {
                state.set_domain(place, Some(domain));
            })
        }
        Op::CreateSequence { name, sequence, if_not_exists, .. } => {
            let sequence = (**sequence).clone();
            create(state, Kind::Sequence, name, *if_not_exists, |state, place| {
                state.set_sequence(place, Some(sequence));
            })
        }
        Op::AddEnumValue { name, value, position, if_not_exists } => {
            let Found::Known((_, key)) = state.find(&[Kind::Enum], name) else {
                return missing(state, &[Kind::Enum], name);
            };
            let Some(labels) = state.enumeration(&key).map(|found| &found.labels) else {
                return Ok(());
            };
            if labels.contains(value) {
                let exists = Fault::exists(format!("value '{value}' of enum {key}"));
                return if *if_not_exists { Ok(()) } else { Err(exists) };
            }
            let place = |other: &String| {
                let found = labels.iter().position(|label| label == other);
                found.ok_or_else(|| Fault::missing(format!("value '{other}' of enum {key}")))
            };
            let at = match position {
                ValuePosition::Last => labels.len(),
                ValuePosition::Before(other) => place(other)?,
                ValuePosition::After(other) => place(other)? + 1,
            };
            state.edit_enum(&key, |found| found.labels.insert(at, value.clone()));
            Ok(())
        }
        Op::RenameEnumValue { name, value, to } => {
            let Found::Known((_, key)) = state.find(&[Kind::Enum], name) else {
                return missing(state, &[Kind::Enum], name);
            };
            let Some(labels) = state.enumeration(&key).map(|found| &found.labels) else {
                return Ok(());
            };
            if labels.contains(to) {
                return Err(Fault::exists(format!("value '{to}' of enum {key}")));
            }
            let Some(at) = labels.iter().position(|label| label == value) else {
                return Err(Fault::missing(format!("value '{value}' of enum {key}")));
            };
            state.edit_enum(&key, |found| found.labels[at].clone_from(to));
            Ok(())
        }
        Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace } => {
            let name = Name::new(key.clone());
            let exists = state.other(*kind, key).is_some();
            let unknown = state.unknown().whole(*kind, &state.fold(&name)).is_some();
            if exists && !unknown && *if_not_exists {
                return Ok(());
            }
            if exists && !unknown && !or_replace {
                return Err(Fault::exists(called(*kind, &name)));
            }
            if unknown && *if_not_exists {
                return Ok(());
            }
            state.mark_known(*kind, &name);
            state.set_other(*kind, key, Some((**other).clone()));
            state.set_uses((*kind, name, None), Some(uses.clone()));
            Ok(())
        }
        Op::Drop { kind, name, key, if_exists, cascade } => {
            let known_by_text = !matches!(kind, Kind::Enum | Kind::Domain | Kind::Sequence);
            let name = match key {
                Some(key) if known_by_text => &Name::new(key.clone()),
                _ => name,
            };
            let found = if known_by_text {
                let exists = state.other(*kind, &name.name).is_some();
                let unknown = state.unknown().whole(*kind, &state.fold(name)).is_some();
                match (unknown, exists) {
                    (true, _) => Found::Unknown,
                    (false, true) => Found::Known((*kind, name.clone())),
                    (false, false) => Found::Missing,
                }
            } else {
                state.find(&[*kind], name)
            };
            match found {
                Found::Known((kind, key)) => rules.drop_other(state, kind, &key, *cascade),
                Found::Unknown => {
                    state.mark(*kind, name, Part::Whole, "an object that may exist was dropped");
                    Ok(())
                }
                Found::Missing if *if_exists => Ok(()),
                Found::Missing => Err(Fault::missing(called(*kind, name))),
            }
        }
        Op::AlterOther { kind, key, .. } => {
            state.mark(*kind, &Name::new(key.clone()), Part::Text, "its text is changed in part");
            Ok(())
        }
        Op::AlterDomain { name, .. } => {
            state.mark(Kind::Domain, name, Part::Whole, "the change is not understood");
            Ok(())
        }
        Op::AlterSequence { name, .. } => {
            state.mark(Kind::Sequence, name, Part::Whole, "the change is not understood");
            Ok(())
        }
        Op::Rename { subject, to, .. } => {
            let to = Name { name: to.clone(), ..subject.name.clone() };
            unknown_subject(state, subject, &to);
            Ok(())
        }
        Op::SetNamespace { subject, namespace, .. } => {
            let to = Name { namespace: Some(namespace.clone()), ..subject.name.clone() };
            unknown_subject(state, subject, &to);
            Ok(())
        }
        _ => {
            opaque(state, &[]);
            Ok(())
        }
    }
}

/// Creates an object at its place.
fn create(
    state: &mut State,
    kind: Kind,
    name: &Name,
    if_not_exists: bool,
    set: impl FnOnce(&mut State, &Name),
) -> Result<(), Fault> {
    let Some(place) = state.rules.place(state, kind, name) else {
        state.mark_name(name, MAYBE_CREATED);
        return Ok(());
    };
    match vacant(state, kind, &place, if_not_exists)? {
        Some(true) => state.mark(kind, &place, Part::Whole, MAYBE_CREATED),
        Some(false) => {}
        None => {
            state.mark_known(kind, &place);
            set(state, &place);
        }
    }
    Ok(())
}

/// A fault if an object is certainly missing.
fn missing(state: &State, kinds: &[Kind], name: &Name) -> Result<(), Fault> {
    match (state.find(kinds, name), kinds) {
        (Found::Missing, [kind, ..]) => Err(Fault::missing(called(*kind, name))),
        _ => Ok(()),
    }
}

/// An object that is renamed or moved in a way that is not followed is unknown under both names.
fn unknown_subject(state: &mut State, subject: &Subject, to: &Name) {
    const WHY: &str = "the new name is not followed";
    if subject.part.is_some() {
        state.mark(Kind::Table, &subject.name, Part::Constraints, WHY);
        state.mark(Kind::Table, &subject.name, Part::Indexes, WHY);
        return;
    }
    opaque(state, &[subject.name.clone(), to.clone()]);
}

/// Sets the comment of a table or a column. Of other objects it is not kept here.
fn set_comment(state: &mut State, subject: &Subject, comment: Option<&String>) {
    let comment = comment.cloned();
    match (subject.kind, &subject.part) {
        (Kind::Table, None) => {
            if let Found::Known(key) = state.find_table(&subject.name) {
                state.edit_table(&key, |table| table.comment = comment);
            }
        }
        (Kind::Column, Some(column)) => {
            if let Found::Known(key) = state.find_table(&subject.name)
                && let Found::Known(column) = state.find_column(&key, column)
            {
                state.edit_table(&key, |table| {
                    let found = table.columns.iter_mut().find(|one| one.name == column);
                    if let Some(found) = found {
                        found.comment = comment;
                    }
                });
            }
        }
        _ => {}
    }
}
