//! The walk: which objects an operation means, and whether they exist.

mod objects;
mod projection;
mod table;

use super::fault::{Fault, FaultKind};
use super::find::Found;
use super::state::State;
use super::unknown::Part;
use crate::op::{Condition, Op};
use crate::schema::{Kind, Name};

/// Why an object is unknown that a statement may have created.
const MAYBE_DROPPED: &str = "it is not known which object the statement drops";
const MAYBE_CREATED: &str = "it is not known whether the statement creates it";

/// Applies an operation that no [`Rules::take`](super::Rules::take) does.
pub(crate) fn apply(state: &mut State, op: &Op) -> Result<(), Fault> {
    match op {
        Op::CreateTable { .. }
        | Op::CreateTableAs { .. }
        | Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::AlterTable { .. }
        | Op::AddColumn { .. }
        | Op::ReplaceColumn { .. }
        | Op::AlterColumn { .. }
        | Op::DropColumn { .. }
        | Op::RenameColumn { .. }
        | Op::AddConstraint { .. }
        | Op::DropConstraint { .. }
        | Op::AlterConstraint { .. }
        | Op::ValidateConstraint { .. } => table::apply(state, op),
        Op::Set { name, value } => {
            if value.is_some() {
                state.set_setting(name, value.clone());
            }
            Ok(())
        }
        Op::Rows { writes, .. } => rows(state, writes.as_ref()),
        Op::Conditional { condition, op } => conditional(state, condition, op),
        Op::Opaque { names } => {
            opaque(state, names);
            Ok(())
        }
        _ => objects::apply(state, op),
    }
}

/// The table that a statement changes must exist.
fn rows(state: &State, writes: Option<&Name>) -> Result<(), Fault> {
    match writes.map(|name| (name, state.find(&[Kind::Table, Kind::View], name))) {
        Some((name, Found::Missing)) => Err(Fault::missing(format!("table {name}"))),
        _ => Ok(()),
    }
}

/// Applies an operation if a condition holds. What it creates is unknown where that is not known.
fn conditional(state: &mut State, condition: &Condition, op: &Op) -> Result<(), Fault> {
    let passes = match condition {
        Condition::TableExists(name) => {
            let kinds = [Kind::Table, Kind::View, Kind::Sequence];
            match state.find(&kinds, name) {
                Found::Known(_) => None,
                // Also an index may have the name.
                Found::Missing if state.find_part(Kind::Index, name, None) == Found::Missing => {
                    return Ok(());
                }
                Found::Missing | Found::Unknown => Some(FaultKind::NoSuchObject),
            }
        }
        Condition::Alone => None,
        Condition::Absent => Some(FaultKind::AlreadyExists),
        Condition::Present => Some(FaultKind::NoSuchObject),
    };
    let is_uncertain = *condition == Condition::Absent
        && created(op).is_some_and(|name| {
            let folded = state.fold(name);
            let mut marks = state.unknown().marks();
            state.unknown().everything().is_some() || marks.any(|(at, _)| at.name == folded)
        });
    if let (true, Some(name)) = (is_uncertain, created(op)) {
        state.mark_name(name, MAYBE_CREATED);
        return Ok(());
    }
    state.checkpoint();
    let result = match state.rules.take(state, op) {
        Some(result) => result,
        None => apply(state, op),
    };
    match result {
        Ok(()) => state.release(),
        Err(fault) => {
            state.roll_back();
            if passes != Some(fault.kind) {
                return Err(fault);
            }
        }
    }
    Ok(())
}

/// The object that an operation creates.
const fn created(op: &Op) -> Option<&Name> {
    match op {
        Op::CreateTable { name, .. }
        | Op::CreateTableAs { name, .. }
        | Op::CreateView { name, .. }
        | Op::CreateEnum { name, .. }
        | Op::CreateDomain { name, .. }
        | Op::CreateSequence { name, .. }
        | Op::AddEnumValue { name, .. } => Some(name),
        Op::AddColumn { table, .. } | Op::AddConstraint { table, .. } => Some(table),
        _ => None,
    }
}

/// What a statement mentions that is not understood is unknown.
pub(super) fn opaque(state: &mut State, names: &[Name]) {
    const WHY: &str = "the statement is not understood";
    if names.is_empty() {
        state.mark_everything(WHY);
    }
    for name in names {
        state.mark_name(name, WHY);
        for (owner, _) in state.owners_of(Kind::Index, &name.name) {
            let of = state.owner_kind(&owner);
            state.mark(of, &owner, Part::Indexes, WHY);
        }
        for (owner, trigger) in state.owners_of(Kind::Trigger, &name.name) {
            let of = state.owner_kind(&owner);
            state.mark(of, &owner, Part::Trigger(trigger), WHY);
        }
    }
}

/// The word for an object in a message.
fn called(kind: Kind, name: &Name) -> String {
    format!("{} {name}", kind.word())
}

/// Whether an object can be created at a place: `Ok(None)` if it can, `Ok(Some(false))` if there is
/// one already and that is no error, `Ok(Some(true))` if it is not known whether it is created.
fn vacant(
    state: &State,
    kind: Kind,
    place: &Name,
    if_not_exists: bool,
) -> Result<Option<bool>, Fault> {
    match state.occupied(kind, place) {
        Found::Missing => Ok(None),
        Found::Unknown => Ok(if_not_exists.then_some(true)),
        Found::Known((_, _)) if if_not_exists => Ok(Some(false)),
        Found::Known((found, name)) => Err(Fault::exists(called(found, &name))),
    }
}
