//! What the code of functions does, where it is followed.

use super::names::HOME;
use super::{candidates, objects};
use crate::apply::{Fault, Found, Part, State, apply_generally};
use crate::dialect::postgres::parse::Routine;
use crate::op::Op;
use crate::schema::{Kind, Name, Other};

/// Does what the code of a function does that a query calls, and nothing else; `false` if that is not known.
pub(super) fn run_code(state: &mut State, reads: &[Name]) -> bool {
    let [function] = reads else { return false };
    let (key, exists) = objects::find(state, Kind::Function, &function.to_string());
    let code = state.other(Kind::Function, &key).filter(|_| exists);
    let Some(ops) =
        code.and_then(|code| crate::dialect::postgres::parse::ops_of_code(&code.definition))
    else {
        return false;
    };
    state.checkpoint();
    for op in ops {
        let result = match &op.value {
            // The code of a further function may call this one.
            Op::Rows { reads, .. } => {
                let names = names_of_code(state, reads).unwrap_or_default();
                if names.is_empty() { Ok(()) } else { own(state, &Op::Opaque { names }) }
            }
            op => own(state, op),
        };
        if result.is_err() {
            state.roll_back();
            return false;
        }
    }
    state.release();
    true
}

/// Marks what a function may change that no statement creates: what its arguments name, and new objects.
pub(super) fn call(state: &mut State, name: &Name, arguments: &[Option<String>]) {
    let places = candidates(state, name).unwrap_or_default();
    let kinds = [Kind::Function, Kind::Procedure];
    let is_of_history =
        |place: &Name| kinds.iter().any(|kind| overloads(state, *kind, place).next().is_some());
    if places.iter().any(is_of_history) {
        return;
    }
    let Some(texts) = arguments.iter().cloned().collect::<Option<Vec<_>>>() else {
        return state.mark_everything("a function that is not known is called for rows");
    };
    let mut names: Vec<Name> =
        texts.iter().filter_map(|text| crate::dialect::postgres::parse::name_in(text)).collect();
    // A schema and a table may be arguments of their own.
    let apart = |pair: &[String]| Name { namespace: Some(pair[0].clone()), name: pair[1].clone() };
    names.extend(texts.windows(2).map(apart));
    names.push(Name::new(crate::dialect::postgres::parse::ANY_NEW));
    // The operation on names marks them alone, and never fails.
    let _ = own(state, &Op::Opaque { names });
}

/// Whether a function has a type, or the rows of a table, in its arguments or results; `None` if that is not known.
pub(super) fn has_type(function: &Other, name: &Name) -> Option<bool> {
    let types = Routine::read(&function.definition)?.types()?;
    Some(types.iter().any(|one| one.name == name.name))
}

/// Returns `true` if an object is a function that holds nothing of a type or table: its body stands in quotes, and its
/// arguments and results are of other types.
pub(super) fn is_free_of(kind: Kind, other: &Other, name: &Name) -> bool {
    kind.is_function() && has_type(other, name) == Some(false)
}

/// A function that certainly has a type, or the rows of a table, in its arguments or results, so that the server
/// does not drop the one without the other.
pub(super) fn needing_type(state: &State, name: &Name) -> Option<(Kind, String)> {
    let is_name = |other: &Name| {
        let namespace = other.namespace.as_deref().filter(|space| *space != HOME);
        other.name == name.name && namespace == name.namespace.as_deref()
    };
    // Without a namespace, a name means one of several by the path of that day.
    let schema = state.schema();
    let tables = schema.tables.keys().chain(schema.views.keys());
    let types = schema.enums.keys().chain(schema.domains.keys());
    if tables.chain(types).filter(|other| other.name == name.name).count() != 1 {
        return None;
    }
    let functions = state.users_of(&name.name).into_iter();
    let mut functions = functions
        .filter(|(kind, _, _)| kind.is_function())
        .map(|(kind, key, _)| (kind, key.to_string()));
    functions.find(|(kind, key)| {
        let own = Name::new(key.clone());
        let is_known = state.unknown().whole(*kind, &own).is_none()
            && state.unknown().part(*kind, &own, &Part::Text).is_none();
        let types =
            state.other(*kind, key).and_then(|other| Routine::read(&other.definition)?.types());
        is_known && types.is_some_and(|types| types.iter().any(is_name))
    })
}

/// The functions or procedures of a name, whatever their arguments.
fn overloads<'s>(
    state: &'s State,
    kind: Kind,
    place: &Name,
) -> impl Iterator<Item = (&'s String, &'s Other)> {
    let start = format!("{place}(");
    let found = state.schema().others.range((kind, start.clone())..);
    let found = found.map(|((of, key), other)| (*of, key, other));
    found
        .take_while(move |(of, key, _)| *of == kind && key.starts_with(&start))
        .map(|(_, key, other)| (key, other))
}

/// Does an operation with all its rules.
fn own(state: &mut State, op: &Op) -> Result<(), Fault> {
    match state.rules().take(state, op) {
        Some(result) => result,
        None => apply_generally(state, op),
    }
}

/// What a statement may change that calls functions with DDL in their code: the names in the DDL and, as
/// they may be arguments of text that the code puts together, those that the statement mentions. `None` if it
/// calls no such function.
pub(super) fn names_of_code(state: &State, names: &[Name]) -> Option<Vec<Name>> {
    let mut calls = names.to_vec();
    let mut changed = Vec::new();
    let mut is_dynamic = false;
    let mut seen = Vec::new();
    while let Some(name) = calls.pop() {
        for place in candidates(state, &name).unwrap_or_default() {
            for (key, other) in overloads(state, Kind::Function, &place) {
                if seen.contains(key) {
                    continue;
                }
                seen.push(key.clone());
                let code = crate::dialect::postgres::parse::names_in_code(&other.definition);
                calls.extend(code.called);
                changed.extend(code.changed);
                changed.extend(code.refreshed.into_iter().filter(|view| may_be_empty(state, view)));
                is_dynamic |= code.is_dynamic;
            }
        }
    }
    if is_dynamic {
        changed.extend_from_slice(names);
    }
    changed.sort_unstable();
    changed.dedup();
    (!changed.is_empty()).then_some(changed)
}

/// Returns `true` unless a materialised view is certainly filled already, so that filling it again changes
/// nothing.
fn may_be_empty(state: &State, view: &Name) -> bool {
    match state.find(&[Kind::View], view) {
        Found::Known((_, key)) => {
            let view = state.schema().views.get(&key);
            view.is_none_or(|view| view.details.contains("NOT POPULATED"))
        }
        Found::Missing | Found::Unknown => true,
    }
}
