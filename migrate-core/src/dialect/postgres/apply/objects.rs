//! Objects that are neither tables nor parts of them: their keys and names.

use super::super::composite;
use super::moves::{rename_object, set_namespace};
use super::names::{HOME, at_home, has_namespace, type_text};
use super::resolve::{arguments, extension};
use crate::apply::{Fault, Found, Part, State, apply_generally};
use crate::op::{ColumnChange, Op};
use crate::schema::{Domain, Kind, Name, Other};

/// The namespace before a key, and the rest of it.
pub(super) fn split(kind: Kind, key: &str) -> Name {
    let end = match kind {
        Kind::Function | Kind::Procedure => key.find('(').unwrap_or(key.len()),
        _ => key.len(),
    };
    match key[..end].find('.') {
        Some(dot) => {
            Name { namespace: Some(key[..dot].to_owned()), name: key[dot + 1..].to_owned() }
        }
        None => Name::new(key),
    }
}

/// Whether objects of a kind stand in a namespace that their key begins with.
const fn in_namespace(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Function | Kind::Procedure | Kind::Type | Kind::Collation | Kind::Statistics
    )
}

/// The key of what stands on a table: the table as the schema has it.
pub(super) fn on_table(state: &State, key: &str) -> String {
    let Some((part, table)) = key.rsplit_once(" on ") else { return key.to_owned() };
    let table = split(Kind::Table, table);
    match state.find(&[Kind::Table, Kind::View], &table) {
        Found::Known((_, table)) => format!("{part} on {table}"),
        _ => format!("{part} on {}", at_home(&table)),
    }
}

/// The key of a new object.
pub(super) fn place(state: &State, kind: Kind, key: &str) -> String {
    let mut key = arguments(state, key);
    if matches!(kind, Kind::Policy | Kind::Rule | Kind::Statistics) {
        key = on_table(state, &key);
    }
    if !in_namespace(kind) {
        return key;
    }
    let name = split(kind, &key);
    super::place(state, &name).unwrap_or(name).to_string()
}

/// The key of an object that a statement names, and whether it exists.
pub(super) fn find(state: &State, kind: Kind, key: &str) -> (String, bool) {
    let mut key = arguments(state, key);
    if matches!(kind, Kind::Policy | Kind::Rule) {
        key = on_table(state, &key);
    }
    if !in_namespace(kind) {
        let exists = state.other(kind, &key).is_some();
        return (key, exists);
    }
    let name = split(kind, &key);
    let is_function = kind.is_function();
    for place in super::candidates(state, &name).unwrap_or_default() {
        let text = place.to_string();
        if state.other(kind, &text).is_some() {
            return (text, true);
        }
        let start = match kind {
            _ if is_function && !text.contains('(') => format!("{text}("),
            Kind::Statistics => format!("{text} on "),
            _ => continue,
        };
        let from = (kind, start.clone());
        let mut found = state
            .schema()
            .others
            .range(from..)
            .take_while(|((of, key), _)| *of == kind && key.starts_with(&start));
        if let (Some(((_, key), _)), None) = (found.next(), found.next()) {
            return (key.clone(), true);
        }
    }
    (at_home(&name).to_string(), false)
}

/// Fails if a function or a procedure has the key that another one is to get.
pub(super) fn check_free(state: &State, key: &str) -> Result<(), Fault> {
    let name = Name::new(key);
    let is_taken = |kind: &Kind| {
        state.other(*kind, key).is_some() && state.unknown().whole(*kind, &name).is_none()
    };
    match [Kind::Function, Kind::Procedure].into_iter().find(is_taken) {
        Some(kind) => Err(Fault::exists(format!("{} {key}", kind.word()))),
        None => Ok(()),
    }
}

/// Does an operation on an object that is known by text alone, or renames, moves or comments any object.
pub(super) fn take(state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
    Some(match op {
        Op::CreateOther { kind: Kind::Namespace, key, if_not_exists, .. } if key == HOME => {
            if state.set_other(Kind::Namespace, HOME, None).is_some() || *if_not_exists {
                Ok(())
            } else {
                Err(Fault::exists(format!("schema {HOME}")))
            }
        }
        // Every database begins with it, and the catalog's reader leaves it out.
        Op::CreateOther { kind: Kind::Extension, key, .. } if key == OWN_EXTENSION => Ok(()),
        Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace } => {
            let key = place(state, *kind, key);
            let mut other = other.clone();
            if *kind == Kind::Extension {
                extension(state, &mut other.definition);
            }
            if let Some(table) = &other.table {
                match state.find(&[Kind::Table, Kind::View], table) {
                    Found::Known((_, table)) => other.table = Some(table),
                    Found::Unknown => {}
                    Found::Missing => return Some(Err(Fault::missing(format!("table {table}")))),
                }
            }
            let (kind, uses) = (*kind, uses.clone());
            let (if_not_exists, or_replace) = (*if_not_exists, *or_replace);
            let op = Op::CreateOther { kind, key, other, uses, if_not_exists, or_replace };
            apply_generally(state, &op)
        }
        Op::Drop { kind, name, key, if_exists, cascade } => {
            drop(state, *kind, name, key.as_deref(), (*if_exists, *cascade))
        }
        Op::AlterOther { kind: Kind::Grant, key, .. } => {
            grant(state, key);
            Ok(())
        }
        Op::AlterOther { kind: Kind::Index, key, .. } => {
            let name = split(Kind::Index, key);
            for (owner, index) in state.owners_of(Kind::Index, &name.name) {
                let kind = state.owner_kind(&owner);
                state.mark(
                    kind,
                    &owner,
                    Part::Index(index),
                    "the change of the index is not understood",
                );
            }
            for (owner, name) in state.owners_of(Kind::Constraint, &name.name) {
                state.mark(
                    Kind::Table,
                    &owner,
                    Part::Constraint(name),
                    "the change of its index is not understood",
                );
            }
            Ok(())
        }
        Op::AlterOther { kind, key, .. } => {
            let (key, _) = find(state, *kind, key);
            state.mark(*kind, &Name::new(key), Part::Text, "its text is changed in part");
            Ok(())
        }
        Op::AlterAttributes { name, changes } => {
            let (key, exists) = find(state, Kind::Type, &name.to_string());
            let old = state.other(Kind::Type, &key).cloned().filter(|_| exists);
            let new = old.as_ref().and_then(|old| composite::changed(&old.definition, changes));
            match (old, new) {
                (Some(old), Some(definition)) => {
                    let other = Other { definition, ..old };
                    state.set_other(Kind::Type, &key, Some(other));
                    super::typed::forget_tables_of(state, &key);
                }
                _ => {
                    let name = Name::new(key);
                    state.mark(Kind::Type, &name, Part::Text, "the attributes are not known");
                }
            }
            Ok(())
        }
        Op::ChangeAccess { subject, change } => {
            super::access::change(state, subject, change);
            Ok(())
        }
        Op::Rename { subject, to, if_exists } => rename_object(state, subject, to, *if_exists),
        Op::SetNamespace { subject, namespace, .. } => {
            let namespace = Some(namespace.clone()).filter(|space| space != HOME);
            if !has_namespace(state, namespace.as_deref()) {
                super::opaque(state, subject);
                return Some(Ok(()));
            }
            set_namespace(state, subject, namespace)
        }
        Op::Comment { subject, comment } => {
            super::comment::set_comment(state, subject, comment.as_ref());
            Ok(())
        }
        Op::AlterDomain { name, change } => alter_domain(state, name, change),
        _ => return None,
    })
}

/// The grants on an object are not known.
fn grant(state: &mut State, key: &str) {
    const WHY: &str = "privileges and owners are not followed";
    let key = key.replace(&format!(" {HOME}."), " ");
    state.mark(Kind::Grant, &Name::new(key), Part::Whole, WHY);
}

fn drop(
    state: &mut State,
    kind: Kind,
    name: &Name,
    key: Option<&str>,
    (if_exists, cascade): (bool, bool),
) -> Result<(), Fault> {
    let missing = |state: &State, what: String| {
        if if_exists || super::has_extension(state) { Ok(()) } else { Err(Fault::missing(what)) }
    };
    match kind {
        Kind::Type | Kind::Domain => {
            match state.find(&[Kind::Enum, Kind::Domain], name) {
                Found::Known((kind, found)) => return drop_type(state, kind, &found, cascade),
                Found::Unknown => {
                    state.mark_name(name, "a type that may exist was dropped");
                    if cascade {
                        super::spread::columns_of_type(state, name);
                    }
                    return Ok(());
                }
                Found::Missing => {}
            }
            match find(state, Kind::Type, &name.to_string()) {
                (key, true) => drop_other(state, Kind::Type, &Name::new(key)),
                (_, false) => missing(state, format!("{} {name}", kind.word())),
            }
        }
        Kind::Sequence => match state.find(&[Kind::Sequence], name) {
            Found::Known((_, found)) => {
                let users = super::sequence::users(state, &found);
                if let Some((table, column)) = users.first()
                    && !cascade
                    && !super::is_uncertain(state, table)
                {
                    let what = format!("sequence {name}");
                    let by = format!("the default of column {table}.{column}");
                    return Err(Fault::needed(what, by));
                }
                super::sequence::drop_defaults(state, &found);
                drop_other(state, Kind::Sequence, &found)
            }
            Found::Unknown => {
                const WHY: &str = "a sequence that may exist was dropped";
                state.mark_name(name, WHY);
                for place in super::candidates(state, name).unwrap_or_default() {
                    for (table, column) in super::sequence::users(state, &place) {
                        state.mark(Kind::Table, &table, Part::Column(column), WHY);
                    }
                }
                Ok(())
            }
            Found::Missing => match super::sequence::column_of(state, name) {
                Some((table, column)) if cascade => {
                    super::sequence::edit_column(state, &table, &column, |_, found| {
                        found.identity = None;
                    });
                    let key = Name { namespace: table.namespace, name: name.name.clone() };
                    super::sequence::drop_defaults(state, &key);
                    Ok(())
                }
                Some((table, column)) => Err(Fault::needed(
                    format!("sequence {name}"),
                    format!("column {table}.{column}"),
                )),
                None => missing(state, format!("sequence {name}")),
            },
        },
        Kind::Namespace => drop_namespace(state, &name.name, (if_exists, cascade)),
        _ => {
            let (key, exists) = find(state, kind, key.unwrap_or(&name.name));
            let place = Name::new(key.clone());
            if state.unknown().whole(kind, &place).is_some() {
                state.mark(kind, &place, Part::Whole, "an object that may exist was dropped");
                return Ok(());
            }
            if kind == Kind::Operator
                && let Some(family) = key.strip_prefix("family ")
            {
                // A family may have come with a class, and takes its classes along.
                drop_family(state, family);
                return Ok(());
            }
            if kind == Kind::Extension && key == OWN_EXTENSION {
                if cascade {
                    state.mark_everything(WITH_EXTENSION);
                }
                return Ok(());
            }
            if !exists {
                // A procedure may be called a routine, and its types be written otherwise.
                let other = if kind == Kind::Function { Kind::Procedure } else { Kind::Function };
                if kind.is_function()
                    && let (key, true) = find(state, other, &key)
                {
                    return drop_other(state, other, &Name::new(key));
                }
                return missing(state, format!("{} {name}", kind.word()));
            }
            comments(state, kind, &key);
            if kind == Kind::Extension && cascade {
                state.mark_everything(WITH_EXTENSION);
            }
            if kind.is_function() && cascade {
                let bare = split(kind, &key).name;
                let bare = bare.split('(').next().unwrap_or_default().to_owned();
                super::drop::users_of_function(state, &bare);
                for (of, owner, part) in state.users_of(&bare) {
                    let place = match part {
                        Some(trigger) => (Kind::Table, Part::Trigger(trigger)),
                        None => (of, Part::Whole),
                    };
                    state.mark(
                        place.0,
                        &owner,
                        place.1,
                        "it may have been dropped with a function",
                    );
                }
                triggers_of(state, &key);
            }
            drop_other(state, kind, &place)
        }
    }
}

const OWN_EXTENSION: &str = "plpgsql";
const WITH_EXTENSION: &str = "an extension was dropped with what needs it";

/// Drops an operator family. Which classes of its method belong to it is not known.
fn drop_family(state: &mut State, family: &str) {
    const WHY: &str = "an operator family was dropped";
    let method = family.rsplit_once(" using ").map_or(family, |(_, method)| method);
    let suffix = format!(" using {method}");
    let first = (Kind::Operator, "class ".to_owned());
    let classes = state.schema().others.range(first..).map(|((_, key), _)| key);
    let classes = classes.take_while(|key| key.starts_with("class "));
    let classes: Vec<String> = classes.filter(|key| key.ends_with(&suffix)).cloned().collect();
    for key in classes.into_iter().chain([format!("family {family}")]) {
        state.mark(Kind::Operator, &Name::new(key), Part::Whole, WHY);
    }
}

/// The triggers that call a function go with it.
fn triggers_of(state: &mut State, key: &str) {
    let name = split(Kind::Function, key);
    let bare = name.name.split('(').next().unwrap_or_default().to_owned();
    for (kind, owner, part) in state.users_of(&bare) {
        if let (Kind::Trigger, Some(trigger)) = (kind, part) {
            state.edit_table(&owner, |table| table.triggers.remove(&trigger));
        }
    }
}

/// Drops an object with the grants on it.
fn drop_other(state: &mut State, kind: Kind, name: &Name) -> Result<(), Fault> {
    if kind == Kind::Sequence {
        super::access::forget_relation(state, name);
    } else {
        super::access::forget(state, kind, &name.to_string());
    }
    crate::apply::drop_other(state, kind, name)
}

/// Removes the comment on an object that is known by text alone.
fn comments(state: &mut State, kind: Kind, key: &str) {
    let key = format!("on {} {key}", kind.word());
    state.set_other(Kind::Comment, &key, None);
}

fn drop_type(state: &mut State, kind: Kind, name: &Name, cascade: bool) -> Result<(), Fault> {
    let users: Vec<(Name, String)> = state
        .schema()
        .tables
        .iter()
        .flat_map(|(table, value)| {
            let columns = value.columns.iter().filter(|one| one.user_type.as_ref() == Some(name));
            columns.map(|column| (table.clone(), column.name.clone()))
        })
        .collect();
    let what = || format!("{} {name}", kind.word());
    if let Some((table, column)) = users.first()
        && !cascade
    {
        if super::is_uncertain(state, table) {
            return drop_other(state, kind, name);
        }
        return Err(Fault::needed(what(), format!("column {table}.{column}")));
    }
    if let Some((of, function)) = super::code::needing_type(state, name).filter(|_| !cascade) {
        return Err(Fault::needed(what(), format!("{} {function}", of.word())));
    }
    for (table, column) in users {
        super::drop::column(state, &table, &column, true)?;
    }
    drop_other(state, kind, name)?;
    if cascade {
        // What has the type in its own definition goes, too.
        let is_of = |domain: &Domain| {
            let rest = domain.data_type.strip_prefix(type_text(name).as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest == "[]")
        };
        let domains = state.schema().domains.iter().filter(|(_, domain)| is_of(domain));
        for domain in domains.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            drop_type(state, Kind::Domain, &domain, true)?;
        }
        const WHY: &str = "it may have been dropped, or lost an attribute, with a type";
        let types = state.schema().others.iter().filter(|((kind, _), other)| {
            (*kind == Kind::Type || kind.is_function())
                && !super::code::is_free_of(*kind, other, name)
                && super::text::has_word(&other.definition, &name.name)
        });
        for (kind, key) in types.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            state.mark(kind, &Name::new(key), Part::Whole, WHY);
        }
    }
    Ok(())
}

fn drop_namespace(
    state: &mut State,
    name: &str,
    (if_exists, cascade): (bool, bool),
) -> Result<(), Fault> {
    let namespace = Some(name.to_owned()).filter(|space| space != HOME);
    if !has_namespace(state, namespace.as_deref()) {
        let unknown = state.unknown().whole(Kind::Namespace, &Name::new(name)).is_some();
        let missing = Err(Fault::missing(format!("schema {name}")));
        return if if_exists || unknown { Ok(()) } else { missing };
    }
    let schema = state.schema();
    let here = |name: &&Name| name.namespace == namespace;
    let tables: Vec<Name> = schema.tables.keys().filter(here).cloned().collect();
    let views: Vec<Name> = schema.views.keys().filter(here).cloned().collect();
    let enums: Vec<Name> = schema.enums.keys().filter(here).cloned().collect();
    let domains: Vec<Name> = schema.domains.keys().filter(here).cloned().collect();
    let sequences: Vec<Name> = schema.sequences.keys().filter(here).cloned().collect();
    let others: Vec<(Kind, String)> = schema
        .others
        .keys()
        .filter(|(kind, key)| in_namespace(*kind) && split(*kind, key).namespace == namespace)
        .cloned()
        .collect();
    if !cascade {
        if let Some(table) = tables.first() {
            return Err(Fault::needed(format!("schema {name}"), format!("table {table}")));
        }
        if let Some(view) = views.first() {
            return Err(Fault::needed(format!("schema {name}"), format!("view {view}")));
        }
    }
    for table in tables {
        super::drop::table(state, &table, true)?;
    }
    for view in views {
        super::access::forget_relation(state, &view);
        state.set_view(&view, None);
        state.mark_known(Kind::View, &view);
    }
    for name in enums {
        drop_type(state, Kind::Enum, &name, true)?;
    }
    for name in domains {
        drop_type(state, Kind::Domain, &name, true)?;
    }
    for name in sequences {
        drop_other(state, Kind::Sequence, &name)?;
    }
    for (kind, key) in others {
        drop_other(state, kind, &Name::new(key))?;
    }
    comments(state, Kind::Namespace, name);
    if namespace.is_some() {
        return drop_other(state, Kind::Namespace, &Name::new(name));
    }
    let dropped = Other { definition: "DROPPED".to_owned(), table: None };
    state.set_other(Kind::Namespace, HOME, Some(dropped));
    Ok(())
}

fn alter_domain(state: &mut State, name: &Name, change: &ColumnChange) -> Result<(), Fault> {
    let key = match state.find(&[Kind::Domain], name) {
        Found::Known((_, key)) => key,
        Found::Unknown => return Ok(()),
        Found::Missing if super::has_extension(state) => return Ok(()),
        Found::Missing => return Err(Fault::missing(format!("domain {name}"))),
    };
    let Some(mut domain) = state.domain(&key).cloned() else { return Ok(()) };
    match change {
        ColumnChange::Default(default) => domain.default.clone_from(default),
        ColumnChange::Nullable(nullable) => domain.nullable = *nullable,
        ColumnChange::AddCheck(check) => domain.checks.push(check.clone()),
        ColumnChange::DropCheck { name, if_exists } => {
            let count = domain.checks.len();
            domain.checks.retain(|check| check.name.as_ref() != Some(name));
            if count == domain.checks.len() && !if_exists {
                return Err(Fault::missing(format!("constraint {name} of domain {key}")));
            }
        }
        ColumnChange::ValidateCheck(name) => {
            for check in domain.checks.iter_mut().filter(|check| check.name.as_ref() == Some(name))
            {
                check.details.clear();
            }
        }
        ColumnChange::RenameCheck { name, to } => {
            for check in domain.checks.iter_mut().filter(|check| check.name.as_ref() == Some(name))
            {
                check.name = Some(to.clone());
            }
        }
        _ => {
            state.mark(Kind::Domain, &key, Part::Text, "the change is not understood");
            return Ok(());
        }
    }
    complete_domain(state, &key, &mut domain);
    state.set_domain(&key, Some(domain));
    Ok(())
}

/// Chooses the names of the checks of a domain.
pub(super) fn complete_domain(state: &State, key: &Name, domain: &mut crate::schema::Domain) {
    for at in 0..domain.checks.len() {
        if domain.checks[at].name.is_some() {
            continue;
        }
        let is_taken = |name: &str| {
            domain.checks.iter().any(|check| check.name.as_deref() == Some(name))
                || super::names::is_check_of_domain(state, key.namespace.as_deref(), name)
                || state
                    .owners_of(Kind::Constraint, name)
                    .iter()
                    .any(|(owner, _)| owner.namespace == key.namespace)
        };
        let name = super::names::choose(is_taken, &key.name, None, "check");
        domain.checks[at].name = Some(name);
    }
}
