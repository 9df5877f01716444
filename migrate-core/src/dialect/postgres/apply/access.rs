//! Owners and privileges, which are kept as texts under the keys of the catalog's reader: `on table users`.
//!
//! Limits. Who runs the statements is not known, so privileges of `postgres` are unknown unless a statement names the
//! owner. What default privileges give to new objects is not known either.

use super::super::privileges::{CURRENT_USER, PUBLIC, Privileges, all_of, key_of_superuser};
use super::names::{HOME, at_home};
use super::objects::{find, split};
use super::sequence::column_of;
use crate::apply::{Found, Part, State};
use crate::op::{AccessChange, Subject};
use crate::schema::{Kind, Name, Other};

const WHY: &str = "the privileges are not known";
const MAY_OWN: &str = "whether this role owns the object is not known";

/// The key of the grants on an object, and the relation that it is, or belongs to.
type Target = (String, Option<Name>);

/// Changes the privileges on an object, or on all objects of a namespace.
pub(super) fn change(state: &mut State, subject: &Subject, change: &AccessChange) {
    for target in targets(state, subject) {
        of_target(state, &target, change);
    }
}

fn of_target(state: &mut State, target: &Target, change: &AccessChange) {
    apply(state, target, change);
    // A privilege on a table that is taken is taken from its columns, too.
    if let (AccessChange::Revoke { .. }, (key, Some(table))) = (change, target)
        && !key.starts_with("on column ")
    {
        let start = format!("on column {table}.");
        let columns: Vec<String> = keys_from(state, &start).collect();
        for key in columns {
            apply(state, &(key, Some(table.clone())), change);
        }
    }
}

fn keys_from<'s>(state: &'s State, start: &'s str) -> impl Iterator<Item = String> + 's {
    let from = (Kind::Grant, start.to_owned());
    let all = state.schema().others.range(from..).map(|((kind, key), _)| (kind, key));
    all.take_while(move |(kind, key)| **kind == Kind::Grant && key.starts_with(start))
        .map(|(_, key)| key.clone())
}

/// The objects that a statement names.
fn targets(state: &mut State, subject: &Subject) -> Vec<Target> {
    let Subject { kind, name, part } = subject;
    let key = match (kind, part) {
        (Kind::Table | Kind::View | Kind::MaterialisedView, None) => {
            match state.find(&[Kind::Table, Kind::View, Kind::Sequence], name) {
                Found::Known((kind, found)) => return vec![relation(state, kind, &found)],
                Found::Missing if column_of(state, name).is_some() => {
                    return vec![relation(state, Kind::Sequence, &at_home(name))];
                }
                _ => format!("on table {}", at_home(name)),
            }
        }
        (Kind::Column, Some(column)) => match state.find(&[Kind::Table, Kind::View], name) {
            Found::Known((_, found)) => {
                return vec![(format!("on column {found}.{column}"), Some(found))];
            }
            _ => format!("on column {}.{column}", at_home(name)),
        },
        (Kind::Sequence, None) => match state.find(&[Kind::Sequence], name) {
            Found::Known((_, found)) => return vec![relation(state, Kind::Sequence, &found)],
            Found::Missing if column_of(state, name).is_some() => {
                return vec![relation(state, Kind::Sequence, &at_home(name))];
            }
            _ => format!("on sequence {}", at_home(name)),
        },
        (Kind::Type | Kind::Domain | Kind::Enum, None) => {
            match state.find(&[Kind::Enum, Kind::Domain], name) {
                Found::Known((kind, found)) => {
                    return vec![(format!("on {} {found}", kind.word()), None)];
                }
                _ => match find(state, Kind::Type, &name.to_string()) {
                    (key, true) => return vec![(format!("on type {key}"), None)],
                    (key, false) => format!("on type {key}"),
                },
            }
        }
        (Kind::Function | Kind::Procedure, Some(key)) => {
            let other = if *kind == Kind::Function { Kind::Procedure } else { Kind::Function };
            for kind in [*kind, other] {
                if let (key, true) = find(state, kind, key) {
                    return vec![(format!("on {} {key}", kind.word()), None)];
                }
            }
            format!("on {} {key}", kind.word())
        }
        (Kind::Namespace, None) => return vec![(format!("on schema {}", name.name), None)],
        (Kind::Namespace, Some(words)) => return all_in(state, &name.name, words),
        _ => format!("on {} {name}", kind.word()),
    };
    state.mark(Kind::Grant, &Name::new(key), Part::Whole, WHY);
    Vec::new()
}

/// The key of the grants on a table, a view or a sequence.
fn relation(state: &State, kind: Kind, name: &Name) -> Target {
    let kind = state.view(name).map_or(kind, |view| view.kind());
    (format!("on {} {name}", kind.word()), Some(name.clone()))
}

/// All tables, sequences or functions of a namespace.
fn all_in(state: &State, namespace: &str, words: &str) -> Vec<Target> {
    let namespace = Some(namespace.to_owned()).filter(|own| own != HOME);
    let here = |name: &&Name| name.namespace == namespace;
    let schema = state.schema();
    let functions = |kind: Kind| {
        let all = schema.others.keys().filter(move |(own, _)| *own == kind);
        let here = all.filter(|(kind, key)| split(*kind, key).namespace == namespace);
        here.map(|(kind, key)| (format!("on {} {key}", kind.word()), None)).collect::<Vec<_>>()
    };
    match words {
        "tables" => {
            let tables = schema.tables.keys().filter(here).map(|name| (Kind::Table, name));
            let views = schema.views.keys().filter(here).map(|name| (Kind::View, name));
            tables.chain(views).map(|(kind, name)| relation(state, kind, name)).collect()
        }
        "sequences" => {
            // Those of columns stand beside the others.
            let own = schema.tables.iter().filter(|(name, _)| name.namespace == namespace);
            let own = own.flat_map(|(table, of)| {
                let named =
                    of.columns.iter().filter_map(|column| super::names::sequence_of(table, column));
                let namespace = table.namespace.clone();
                named.map(move |name| Name { namespace: namespace.clone(), name })
            });
            let own: Vec<Name> = own.collect();
            let all = schema.sequences.keys().filter(here).chain(&own);
            all.map(|name| relation(state, Kind::Sequence, name)).collect()
        }
        "functions" => functions(Kind::Function),
        "procedures" => functions(Kind::Procedure),
        _ => [Kind::Function, Kind::Procedure].into_iter().flat_map(functions).collect(),
    }
}

fn apply(state: &mut State, (key, table): &Target, change: &AccessChange) {
    let has_owner = read(state, key).is_some_and(|own| own.has_owner());
    let (roles, is_owner) = match change {
        AccessChange::Grant { to, .. } => (to, false),
        AccessChange::Revoke { from, .. } => (from, false),
        AccessChange::Owner(role) => (&vec![role.clone()], true),
    };
    // Servers differ in what everybody may do in this schema.
    let is_public_schema = *key == format!("on schema {HOME}");
    for role in roles {
        let apart = key_of_superuser(key, role).filter(|_| !is_owner && !has_owner);
        let is_certain = apart.is_none()
            && !(is_public_schema && role == PUBLIC)
            && !has_default_privileges(state);
        let key = apart.as_ref().unwrap_or(key);
        let Some(mut own) = read(state, key) else {
            state.mark(Kind::Grant, &Name::new(key.clone()), Part::Whole, WHY);
            continue;
        };
        of_role(&mut own, key, role, change);
        let definition = own.text(key);
        let value = (!definition.is_empty()).then(|| Other { definition, table: table.clone() });
        state.set_other(Kind::Grant, key, value);
        if !is_certain {
            let why = if apart.is_some() { MAY_OWN } else { WHY };
            state.mark(Kind::Grant, &Name::new(key.clone()), Part::Whole, why);
        }
    }
}

fn read(state: &State, key: &str) -> Option<Privileges> {
    let text = state.other(Kind::Grant, key).map_or("", |other| &other.definition);
    Privileges::read(key, text)
}

fn of_role(own: &mut Privileges, key: &str, role: &str, change: &AccessChange) {
    let all = || all_of(key).iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let named = |words: &[String]| if words.is_empty() { all() } else { words.to_vec() };
    match change {
        AccessChange::Grant { privileges, grant_option, .. } => {
            for word in named(privileges) {
                own.grant(key, role, &word, *grant_option);
            }
        }
        AccessChange::Revoke { privileges, option_only, .. } => {
            for word in named(privileges) {
                if key.starts_with("on column ") {
                    own.take_back(role, &word, *option_only);
                } else {
                    own.revoke(key, role, &word, *option_only);
                }
            }
        }
        AccessChange::Owner(role) => {
            own.give(Some(role.as_str()).filter(|role| *role != CURRENT_USER))
        }
    }
}

/// Returns `true` if new objects may have been given privileges that no statement names.
fn has_default_privileges(state: &State) -> bool {
    let unknown = state.unknown();
    unknown.everything().is_some()
        || unknown.marks_of(Kind::DefaultPrivileges, &Name::default()).next().is_some()
}

/// Forgets the grants on an object that is dropped.
pub(super) fn forget(state: &mut State, kind: Kind, name: &str) {
    let key = format!("on {} {name}", kind.word());
    let apart = key_of_superuser(&key, "postgres");
    for key in apart.into_iter().chain([key]) {
        if state.other(Kind::Grant, &key).is_some() {
            state.set_other(Kind::Grant, &key, None);
        }
        state.mark_known(Kind::Grant, &Name::new(key));
    }
}

/// Forgets the grants on a relation and its columns.
pub(super) fn forget_relation(state: &mut State, name: &Name) {
    let others = state.schema().others.iter();
    let of = |((kind, key), other): (&(Kind, String), &Other)| {
        (*kind == Kind::Grant && other.table.as_ref() == Some(name)).then(|| key.clone())
    };
    let keys: Vec<String> = others.filter_map(of).collect();
    for key in keys {
        state.set_other(Kind::Grant, &key, None);
        state.mark_known(Kind::Grant, &Name::new(key));
    }
}

/// Gives the grants on a relation and its columns other keys.
pub(super) fn rename_relation(state: &mut State, from: &Name, to: &Name) {
    let others = state.schema().others.iter();
    let of = |((kind, key), other): (&(Kind, String), &Other)| {
        (*kind == Kind::Grant && other.table.as_ref() == Some(from)).then(|| key.clone())
    };
    let keys: Vec<String> = others.filter_map(of).collect();
    for key in keys {
        let (start, column) = match key.strip_prefix(&format!("on column {from}.")) {
            Some(column) => ("on column".to_owned(), format!(".{column}")),
            None => {
                (key.strip_suffix(&format!(" {from}")).unwrap_or(&key).to_owned(), String::new())
            }
        };
        let new = format!("{start} {to}{column}");
        let value = state.set_other(Kind::Grant, &key, None);
        let value = value.map(|other| Other { table: Some(to.clone()), ..other });
        state.mark_known(Kind::Grant, &Name::new(new.clone()));
        state.set_other(Kind::Grant, &new, value);
        state.move_marks(Kind::Grant, &Name::new(key), &Name::new(new));
    }
}
