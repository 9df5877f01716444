//! Names: where the server looks for an object, and the names that it chooses.

use crate::apply::{Part, State};
use crate::dialect::postgres::quote_name;
use crate::schema::{Column, Kind, Name, Table};
use crate::sql::Tokens;

/// The namespace that the session begins with; its objects have no namespace in the schema.
pub(super) const HOME: &str = "public";

/// The namespace of temporary objects.
pub(super) const TEMP: &str = "pg_temp";

/// The most bytes of a name.
const MAX_BYTES: usize = 63;

/// A name without the namespace that the session begins with.
pub(super) fn at_home(name: &Name) -> Name {
    Name {
        namespace: name.namespace.clone().filter(|space| space != HOME),
        name: name.name.clone(),
    }
}

/// The namespaces in which an unqualified name is looked for, as keys of the schema; `None` if they are
/// not known.
pub(super) fn search_path(state: &State) -> Option<Vec<Option<String>>> {
    let Some(path) = state.setting("search_path") else { return Some(vec![None]) };
    if path == "DEFAULT" {
        return Some(vec![None]);
    }
    let mut found = Vec::new();
    for item in path.split(',') {
        let item = item.trim();
        let quoted = item.strip_prefix('"').and_then(|item| item.strip_suffix('"'));
        let name = match quoted {
            // `set_config` and strings hold a list, too.
            Some(inner) if inner.contains(',') => return None,
            Some(inner) => inner.to_owned(),
            None => item.to_ascii_lowercase(),
        };
        match name.as_str() {
            "" | "$user" | "pg_catalog" | TEMP => {}
            HOME => found.push(None),
            _ => found.push(Some(name)),
        }
    }
    Some(found)
}

/// Returns `true` if an unqualified name is first looked for at home.
pub(super) fn begins_at_home(state: &State) -> bool {
    search_path(state).is_some_and(|path| path.first() == Some(&None))
}

/// The namespaces in which an unqualified name is looked for and that do not exist.
pub(super) fn missing_namespaces(state: &State) -> Vec<String> {
    let path = search_path(state).unwrap_or_default().into_iter().flatten();
    path.filter(|name| !has_namespace(state, Some(name))).collect()
}

/// The statement that sets this search path; `None` if home comes first, or the path is not known.
pub(super) fn path_statement(state: &State) -> Option<String> {
    let path = search_path(state).filter(|path| !path.is_empty() && path[0].is_some())?;
    let names = path.iter().map(|space| quote_name(space.as_deref().unwrap_or(HOME)));
    Some(format!("SET search_path TO {}", names.collect::<Vec<_>>().join(", ")))
}

/// Returns `true` if a namespace exists.
pub(super) fn has_namespace(state: &State, namespace: Option<&str>) -> bool {
    let dropped = || state.other(Kind::Namespace, HOME).is_some();
    namespace.map_or_else(|| !dropped(), |name| state.other(Kind::Namespace, name).is_some())
}

/// Two names and a label with `_` between them, cut to what a name may hold: the longer of the two first.
pub(super) fn joined(first: &str, second: Option<&str>, label: &str) -> String {
    let second = second.unwrap_or_default();
    let extra =
        usize::from(!second.is_empty()) + if label.is_empty() { 0 } else { label.len() + 1 };
    let room = MAX_BYTES.saturating_sub(extra);
    let (mut a, mut b) = (first.len(), second.len());
    while a + b > room {
        if a > b {
            a -= 1;
        } else {
            b = b.saturating_sub(1);
        }
    }
    let mut name = first[..first.floor_char_boundary(a)].to_owned();
    if !second.is_empty() {
        name.push('_');
        name.push_str(&second[..second.floor_char_boundary(b)]);
    }
    if !label.is_empty() {
        name.push('_');
        name.push_str(label);
    }
    name
}

/// The first name of this form that is free.
pub(super) fn choose(
    is_taken: impl Fn(&str) -> bool,
    first: &str,
    second: Option<&str>,
    label: &str,
) -> String {
    let mut name = joined(first, second, label);
    let mut count = 0;
    while is_taken(&name) {
        count += 1;
        name = joined(first, second, &format!("{label}{count}"));
    }
    name
}

/// Columns with `_` between them, as they stand in the names of constraints.
pub(super) fn of_columns(columns: &[String]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > MAX_BYTES {
            break;
        }
    }
    text
}

/// Returns `true` if a relation of a namespace has a name: a table, a view, a sequence or an index. `own`
/// is the table that is changed, as it will be.
pub(super) fn is_relation(state: &State, own: (&Name, &Table), name: &str) -> bool {
    let namespace = &own.0.namespace;
    let place = Name { namespace: namespace.clone(), name: name.to_owned() };
    let kinds = [Kind::Table, Kind::View, Kind::Sequence];
    if kinds.into_iter().any(|kind| state.exists(kind, &place)) || *own.0 == place {
        return true;
    }
    let of = |kind: Kind| {
        let owners = state.owners_of(kind, name).into_iter().map(|(owner, _)| owner);
        owners.filter(|owner| owner.namespace == *namespace && owner != own.0).collect::<Vec<_>>()
    };
    !of(Kind::Index).is_empty()
        || !of(Kind::Sequence).is_empty()
        || of(Kind::Constraint)
            .iter()
            .filter_map(|owner| state.table(owner))
            .any(|table| has_index(table, name))
        || own.1.indexes.contains_key(name)
        || has_index(own.1, name)
        || own.1.columns.iter().any(|column| sequence_of(own.0, column).as_deref() == Some(name))
}

/// Returns `true` if a name may be that of the index of a key.
pub(super) fn may_be_index_of_key(state: &State, name: &Name) -> bool {
    let Some(places) = super::candidates(state, name) else { return true };
    let owners = state.owners_of(Kind::Constraint, &name.name);
    owners.iter().any(|(owner, _)| {
        places.iter().any(|place| place.namespace == owner.namespace)
            && state.table(owner).is_some_and(|table| has_index(table, &name.name))
    })
}

/// Returns `true` if the index of a key certainly has a name.
pub(super) fn is_index_of_key(state: &State, place: &Name) -> bool {
    let owners = state.owners_of(Kind::Constraint, &place.name).into_iter();
    let mut owners = owners.filter(|(owner, _)| owner.namespace == place.namespace);
    owners.any(|(owner, name)| {
        let part = Part::Constraint(name);
        state.table(&owner).is_some_and(|table| has_index(table, &place.name))
            && state.unknown().part(Kind::Table, &owner, &part).is_none()
    })
}

/// Returns `true` if a constraint of this name has an index.
fn has_index(table: &Table, name: &str) -> bool {
    let keys = table.primary_key.iter().chain(&table.uniques);
    keys.filter_map(|key| key.name.as_deref()).any(|found| found == name)
        || table.constraints.iter().any(|one| one.name == name)
}

/// Returns `true` if a constraint of a table in the namespace has a name.
pub(super) fn is_constraint(state: &State, own: (&Name, &Table), name: &str) -> bool {
    let of_others = state.owners_of(Kind::Constraint, name);
    is_check_of_domain(state, own.0.namespace.as_deref(), name)
        || of_others.iter().any(|(owner, _)| owner.namespace == own.0.namespace && owner != own.0)
        || crate::apply::constraint_names(own.1).any(|found| found == name)
}

/// Returns `true` if a check of a domain in a namespace has a name.
pub(super) fn is_check_of_domain(state: &State, namespace: Option<&str>, name: &str) -> bool {
    let domains = state.schema().domains.iter();
    let mut here = domains.filter(|(domain, _)| domain.namespace.as_deref() == namespace);
    here.any(|(_, domain)| domain.checks.iter().any(|check| check.name.as_deref() == Some(name)))
}

/// The name of the sequence that numbers a column.
pub(super) fn sequence_of(table: &Name, column: &Column) -> Option<String> {
    let identity = column.identity.as_ref()?;
    let Some((given, _)) = identity.sequence_name() else {
        return Some(format!("{}_{}_seq", table.name, column.name));
    };
    let tokens = Tokens::read_until_error(given, &super::super::LEX_RULES);
    tokens.cursor().qualified_name().map(|name| name.name)
}

/// Notes the name of the sequence of a column, where it is not the usual one.
pub(super) fn set_sequence(table: &Name, column: &mut Column, name: &str) {
    let usual = format!("{}_{}_seq", table.name, column.name);
    let Some(identity) = &mut column.identity else { return };
    let options = identity.sequence_options().to_owned();
    identity.options = if usual == name {
        options
    } else {
        let place = Name { namespace: table.namespace.clone(), name: name.to_owned() };
        with_sequence_name(&place, &options)
    };
}

/// Options of a sequence that number a column, behind the name of the sequence.
pub(super) fn with_sequence_name(sequence: &Name, options: &str) -> String {
    format!("SEQUENCE NAME {} {options}", type_text(sequence)).trim_end().to_owned()
}

/// A name that means the object of this key, whatever the search path is.
pub(super) fn exact(key: &Name) -> Name {
    let namespace = key.namespace.clone().unwrap_or_else(|| HOME.to_owned());
    Name { namespace: Some(namespace), name: key.name.clone() }
}

/// The columns of an index by names of which none is there twice.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for original in names {
        let mut name = original.clone();
        let mut count = 0;
        while found.contains(&name) {
            count += 1;
            let digits = count.to_string();
            let end = original.floor_char_boundary(MAX_BYTES - digits.len());
            name = format!("{}{digits}", &original[..end.min(original.len())]);
        }
        found.push(name);
    }
    found
}

/// The name of an index that the statement gives none; `None` if it is not known.
pub(super) fn of_index(
    state: &State,
    own: (&Name, &Table),
    index: &crate::schema::Index,
) -> Option<String> {
    let mut columns: Vec<String> = Vec::new();
    let parts = index.parts.iter().map(|part| match &part.column {
        Some(column) => Some(column.clone()),
        None => of_expression(&part.expression),
    });
    for name in parts.chain(index.include.iter().cloned().map(Some)) {
        columns.push(name?);
    }
    let columns = of_columns(&distinct(columns));
    Some(choose(|name| is_relation(state, own, name), &own.0.name, Some(&columns), "idx"))
}

/// The name that an expression gives to a column of an index; `None` if it is not known.
fn of_expression(text: &str) -> Option<String> {
    let tokens = Tokens::read_until_error(text, &super::super::LEX_RULES);
    let mut cursor = tokens.cursor();
    let mut rest = cursor;
    while !rest.is_empty() {
        let is_operator = rest
            .peek()
            .is_some_and(|next| next.text.bytes().all(|byte| b"+-*/<>=~!@#%^&|".contains(&byte)));
        if is_operator || rest.is_any(&["AND", "OR", "NOT", "IS", "LIKE", "ILIKE", "IN"]) {
            return Some("expr".to_owned());
        }
        rest.skip();
    }
    if cursor.is_any(&["CASE", "CAST", "EXTRACT", "ARRAY", "ROW"]) {
        return None;
    }
    let name = cursor.qualified_name()?;
    let is_call = cursor.group().is_some();
    if is_call && cursor.is_empty() || !is_call && (cursor.is_empty() || cursor.is("::")) {
        return Some(name.name);
    }
    None
}

/// A name of a type as the catalog prints it.
pub(super) fn type_text(name: &Name) -> String {
    let space = name.namespace.as_deref().map(|space| format!("{}.", quote_name(space)));
    format!("{}{}", space.unwrap_or_default(), quote_name(&name.name))
}
