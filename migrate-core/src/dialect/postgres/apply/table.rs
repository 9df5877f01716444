//! What a table is when its parts are known: types, names of constraints, parents.

use super::kin::{self, INHERITED};
use super::names::{
    at_home, choose, distinct, is_constraint, is_relation, of_columns, sequence_of, set_sequence,
    type_text,
};
use super::text::columns_in;
use crate::apply::{Fault, Found, Part, State};
use crate::schema::{Column, DataType, Identity, IdentityKind, Kind, Name, Table};

/// The kinds of objects that are types.
const TYPES: [Kind; 4] = [Kind::Enum, Kind::Domain, Kind::Table, Kind::View];

/// The key and the text of a type that is none of the server's; `None` if it is not known.
pub(super) fn resolve_type(
    state: &State,
    own: &Name,
    user_type: &Name,
    text: &str,
) -> Result<Option<(Option<Name>, String)>, Fault> {
    let written = type_text(user_type);
    let rest = text.strip_prefix(written.as_str()).unwrap_or_default().to_owned();
    if at_home(user_type) == *own {
        return Ok(Some((Some(own.clone()), type_text(own) + &rest)));
    }
    match state.find(&TYPES, user_type) {
        Found::Known((_, key)) => return Ok(Some((Some(key.clone()), type_text(&key) + &rest))),
        Found::Unknown => return Ok(None),
        Found::Missing => {}
    }
    for place in super::candidates(state, user_type).unwrap_or_default() {
        if state.other(Kind::Type, &place.to_string()).is_some() {
            return Ok(Some((Some(place.clone()), type_text(&place) + &rest)));
        }
    }
    let unknown = state.unknown();
    if unknown.everything().is_some()
        || unknown.marks().any(|(target, _)| target.name.name == user_type.name)
    {
        return Ok(None);
    }
    if super::has_extension(state) {
        // The type of an extension.
        let name = super::resolve::of_extension(state, user_type);
        return Ok(name.map(|name| (None, type_text(&name) + &rest)));
    }
    Err(Fault::missing(format!("type {user_type}")))
}

/// Completes a table that is created or has new parts.
pub(super) fn complete(state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
    for at in 0..table.columns.len() {
        let column = &table.columns[at];
        if table.columns[..at].iter().any(|one| one.name == column.name) {
            return Err(Fault::exists(format!("column {name}.{}", column.name)));
        }
        let is_old =
            state.table(name).and_then(|old| old.column(&column.name)).is_some_and(|old| {
                old.user_type == column.user_type && old.data_type == column.data_type
            });
        if let Some(user_type) = column.user_type.as_ref().filter(|_| !is_old)
            && let Some((key, text)) = resolve_type(state, name, user_type, &column.data_type)?
        {
            let column = &mut table.columns[at];
            (column.user_type, column.data_type) = (key, DataType::from(text));
        }
    }
    for column in &mut table.columns {
        let old = state.table(name).and_then(|old| old.column(&column.name));
        if let Some(text) = column.default.as_deref()
            && old.is_none_or(|old| old.default != column.default)
            && let Some(found) = super::resolve::default(state, text)
        {
            column.default = Some(found);
        }
        // NULL of a domain is cast to it, and kept.
        let is_null = column.default.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("null"));
        if is_null && !column.data_type.contains('(') && !is_domain(state, column) {
            column.default = None;
        }
    }
    sequences(state, name, table);
    if let Some(key) = &table.primary_key {
        for column in &mut table.columns {
            column.nullable &= !key.columns.contains(&column.name);
        }
    }
    if state.table(name).is_none() {
        merge_keys(table);
        // A new table has no rows that could be invalid.
        let checks = table.checks.iter_mut().map(|check| &mut check.details);
        for details in checks.chain(table.foreign_keys.iter_mut().map(|key| &mut key.details)) {
            *details = details.replace("NOT VALID", "").trim().to_owned();
        }
    }
    checks(state, name, table);
    keys(state, name, table);
    foreign_keys(state, name, table)
}

/// Returns `true` if the type of a column is a domain.
pub(super) fn is_domain(state: &State, column: &Column) -> bool {
    let name = column.user_type.as_ref();
    name.is_some_and(|name| state.domain(name).is_some() && *column.data_type == *type_text(name))
}

/// Chooses the names of the sequences of columns.
fn sequences(state: &State, name: &Name, table: &mut Table) {
    for at in 0..table.columns.len() {
        let column = &table.columns[at];
        let is_old = state
            .table(name)
            .is_some_and(|old| old.column(&column.name).is_some_and(|old| old.identity.is_some()));
        let Some(identity) = &column.identity else { continue };
        if is_old || identity.options.starts_with("SEQUENCE NAME ") {
            continue;
        }
        // The column has the name already, so to say.
        let mut others = table.clone();
        others.columns[at].identity = None;
        let is_taken = |text: &str| is_relation(state, (name, &others), text);
        let chosen = choose(is_taken, &name.name, Some(&column.name), "seq");
        if sequence_of(name, column).as_deref() != Some(&chosen) {
            set_sequence(name, &mut table.columns[at], &chosen);
        }
    }
}

/// A key that says the same as one before it in the same statement is that one.
fn merge_keys(table: &mut Table) {
    let primary = table.primary_key.take();
    let mut kept: Vec<crate::schema::Key> = Vec::new();
    let mut first = primary;
    for unique in std::mem::take(&mut table.uniques) {
        let is_same = |one: &crate::schema::Key| {
            one.columns == unique.columns
                && one.include == unique.include
                && one.nulls_not_distinct == unique.nulls_not_distinct
                && one.deferrable == unique.deferrable
                && one.details == unique.details
        };
        match first.iter_mut().chain(&mut kept).find(|one| is_same(one)) {
            Some(same) => {
                if same.name.is_none() {
                    same.name = unique.name;
                }
            }
            None => kept.push(unique),
        }
    }
    (table.primary_key, table.uniques) = (first, kept);
}

fn checks(state: &State, name: &Name, table: &mut Table) {
    for at in 0..table.checks.len() {
        if table.checks[at].name.is_some() {
            continue;
        }
        let columns = columns_in(&table.checks[at].expression, &table.columns);
        let only = match &*columns {
            [only] => Some(only.as_str()),
            _ => None,
        };
        let is_taken = |text: &str| is_constraint(state, (name, table), text);
        let chosen = choose(is_taken, &name.name, only, "check");
        let check = &mut table.checks[at];
        (check.name, check.generated_name) = (Some(chosen), true);
    }
}

/// Chooses the names of keys and exclusions.
fn keys(state: &State, name: &Name, table: &mut Table) {
    let is_taken = |table: &Table, text: &str| {
        is_relation(state, (name, table), text) || is_constraint(state, (name, table), text)
    };
    if let Some(key) = &table.primary_key
        && key.name.is_none()
    {
        let chosen = choose(|text| is_taken(table, text), &name.name, None, "pkey");
        if let Some(key) = &mut table.primary_key {
            (key.name, key.generated_name) = (Some(chosen), true);
        }
    }
    for at in 0..table.uniques.len() {
        let key = &table.uniques[at];
        if key.name.is_some() {
            continue;
        }
        let columns: Vec<String> = key.columns.iter().chain(&key.include).cloned().collect();
        let columns = of_columns(&distinct(columns));
        let chosen = choose(|text| is_taken(table, text), &name.name, Some(&columns), "key");
        let key = &mut table.uniques[at];
        (key.name, key.generated_name) = (Some(chosen), true);
    }
    for at in 0..table.constraints.len() {
        if !table.constraints[at].name.is_empty() {
            continue;
        }
        let columns = of_columns(&columns_in(&table.constraints[at].definition, &table.columns));
        let chosen = choose(|text| is_taken(table, text), &name.name, Some(&columns), "excl");
        table.constraints[at].name = chosen;
    }
}

fn foreign_keys(state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
    for at in 0..table.foreign_keys.len() {
        let key = &table.foreign_keys[at];
        let is_new = state.table(name).is_none_or(|old| {
            key.name.is_none() || !old.foreign_keys.iter().any(|one| one.name == key.name)
        });
        if key.name.is_none() {
            let columns = of_columns(&key.columns);
            let is_taken = |text: &str| is_constraint(state, (name, table), text);
            let chosen = choose(is_taken, &name.name, Some(&columns), "fkey");
            let key = &mut table.foreign_keys[at];
            (key.name, key.generated_name) = (Some(chosen), true);
        }
        if !is_new {
            continue;
        }
        let key = &table.foreign_keys[at];
        if let Some(column) = key.columns.iter().find(|column| table.column(column).is_none())
            && !has_unknown_columns(state, name)
        {
            return Err(Fault::missing(format!("column {name}.{column}")));
        }
        // The table itself can be the first of the name on the search path.
        let places = super::candidates(state, &key.parent).unwrap_or_default();
        let first = places.iter().find(|place| {
            *place == name
                || state.table(place).is_some()
                || state.unknown().whole(Kind::Table, place).is_some()
        });
        let is_own = first == Some(name);
        let parent = if is_own {
            name.clone()
        } else {
            match state.find_table(&key.parent) {
                Found::Known(parent) => parent,
                Found::Unknown => continue,
                Found::Missing => {
                    return Err(Fault::missing(format!("table {}", key.parent)));
                }
            }
        };
        let there = if parent == *name { Some(&*table) } else { state.table(&parent) };
        let mut columns = key.parent_columns.clone();
        if columns.is_empty()
            && let Some(primary) = there.and_then(|there| there.primary_key.as_ref())
        {
            columns.clone_from(&primary.columns);
        }
        if let Some(there) = there
            && !super::is_uncertain(state, &parent)
            && !is_key(there, &columns)
        {
            let list = columns.join(", ");
            let message =
                format!("no unique constraint of table {parent} matches the columns ({list})");
            return Err(Fault::refused(message));
        }
        let key = &mut table.foreign_keys[at];
        (key.parent, key.parent_columns) = (parent, columns);
    }
    Ok(())
}

fn has_unknown_columns(state: &State, name: &Name) -> bool {
    super::is_uncertain(state, name)
}

/// Returns `true` if columns are unique together in a table.
fn is_key(table: &Table, columns: &[String]) -> bool {
    let same = |key: &[String]| {
        key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
    };
    let keys = table.primary_key.iter().chain(&table.uniques);
    keys.into_iter().any(|key| same(&key.columns))
        || table.indexes.values().filter(|index| index.unique && index.predicate.is_none()).any(
            |index| {
                let parts: Option<Vec<String>> =
                    index.parts.iter().map(|part| part.column.clone()).collect();
                parts.is_some_and(|parts| same(&parts))
            },
        )
}

/// Adds to a new table what it copies from others.
pub(super) fn copy(
    state: &mut State,
    name: &Name,
    table: &mut Table,
    like: &[crate::op::Like],
    inherits: &[Name],
) -> Result<(), Fault> {
    const WHY: &str = "the table copies another one";
    for one in like.iter().rev() {
        let source = match state.find_table(&one.source) {
            Found::Known(source) => source,
            Found::Unknown => {
                state.mark(Kind::Table, name, Part::Columns, WHY);
                continue;
            }
            Found::Missing => {
                // It may be a view or a type.
                state.mark(Kind::Table, name, Part::Columns, WHY);
                continue;
            }
        };
        if super::is_uncertain(state, &source) {
            state.mark(Kind::Table, name, Part::Columns, WHY);
            super::alter::unknown_parts(state, name, WHY);
            continue;
        }
        let Some(from) = state.table(&source).cloned() else { continue };
        let includes = |what: &str| one.including.iter().any(|one| one == what);
        let columns = from.columns.iter().map(|column| {
            let is_serial =
                column.identity.as_ref().is_some_and(|of| of.kind == IdentityKind::Serial);
            // The copy of an identity column has a sequence of its own.
            let identity = column.identity.as_ref().filter(|_| !is_serial && includes("identity"));
            let identity = identity
                .map(|of| Identity { kind: of.kind, options: of.sequence_options().to_owned() });
            let mut copied = crate::schema::Column {
                name: column.name.clone(),
                data_type: column.data_type.clone(),
                user_type: column.user_type.clone(),
                nullable: column.nullable,
                collation: column.collation.clone(),
                identity,
                ..crate::schema::Column::default()
            };
            kin::name_type(&mut copied);
            if includes("defaults") {
                copied.default = kin::default_of(&source, column);
            }
            if includes("generated") {
                copied.generated.clone_from(&column.generated);
            }
            if includes("comments") {
                copied.comment.clone_from(&column.comment);
            }
            copied
        });
        let columns: Vec<_> = columns.collect();
        for column in &from.columns {
            if !column.details.is_empty() {
                state.mark(Kind::Table, name, Part::Column(column.name.clone()), WHY);
            }
        }
        let at = one.at.min(table.columns.len());
        table.columns.splice(at..at, columns);
        if includes("constraints") {
            table.checks.extend(from.checks.iter().map(|check| crate::schema::Check {
                details: kin::without(&check.details, INHERITED),
                ..check.clone()
            }));
        }
        if includes("indexes") {
            let copy = |key: &crate::schema::Key| crate::schema::Key {
                name: None,
                details: super::parts::copied(&key.details),
                ..key.clone()
            };
            let has_own = table.primary_key.is_some() || !table.uniques.is_empty();
            let comments = includes("comments");
            let mut keys = from.primary_key.iter().chain(&from.uniques);
            let is_renamed = keys.any(|key| key.has_renamed_column);
            if has_own
                || comments
                || is_renamed
                || !from.indexes.is_empty()
                || !from.constraints.is_empty()
            {
                // Which of them gets a name first is not followed.
                super::alter::unknown_parts(state, name, WHY);
            }
            table.primary_key = table.primary_key.take().or(from.primary_key.as_ref().map(copy));
            table.uniques.extend(from.uniques.iter().map(copy));
        }
        if includes("statistics") {
            copied_statistics(state, &source, name);
        }
        if includes("statistics") || includes("comments") {
            state.mark(Kind::Table, name, Part::Text, WHY);
        }
    }
    inherit(state, name, table, inherits)
}

/// Marks the statistics that a table copies, under the names that the server chooses.
fn copied_statistics(state: &mut State, source: &Name, table: &Name) {
    const WHY: &str = "the table copies another one";
    let others = state.schema().others.iter();
    let of_source = others.filter(|((kind, _), other)| {
        *kind == Kind::Statistics && other.table.as_ref() == Some(source)
    });
    let columns = |definition: &str| {
        let (_, rest) = definition.split_once(" ON ")?;
        let (list, _) = rest.rsplit_once(" FROM ")?;
        let name = |part: &str| if part.contains('(') { "expr" } else { part.trim() }.to_owned();
        Some(of_columns(&list.split(',').map(name).collect::<Vec<_>>()))
    };
    let copies: Vec<String> =
        of_source.filter_map(|(_, other)| columns(&other.definition)).collect();
    for columns in copies {
        let name = super::names::joined(&table.name, Some(&columns), "stat");
        let place = Name { namespace: table.namespace.clone(), name };
        state.mark(Kind::Statistics, &Name::new(place.to_string()), Part::Whole, WHY);
    }
}

/// Adds to a new table what it has from its parents.
fn inherit(
    state: &mut State,
    name: &Name,
    table: &mut Table,
    inherits: &[Name],
) -> Result<(), Fault> {
    const WHY: &str = "the table has parents that are not known";
    let mut parents = Vec::new();
    let mut is_certain = true;
    for parent in inherits {
        match state.find_table(parent) {
            Found::Known(parent) => {
                is_certain &= !super::is_uncertain(state, &parent);
                parents.push(parent);
            }
            Found::Unknown => {
                is_certain = false;
                parents.push(at_home(parent));
            }
            Found::Missing => return Err(Fault::missing(format!("table {parent}"))),
        }
    }
    if parents.is_empty() {
        return Ok(());
    }
    match (&mut table.partition_of, &*parents) {
        (Some(of), [parent]) => of.parent = parent.clone(),
        _ => {
            let names: Vec<String> = parents.iter().map(ToString::to_string).collect();
            kin::set_parents(table, &names);
        }
    }
    state.set_uses((Kind::Table, name.clone(), None), Some(parents.clone()));
    if is_certain {
        let own = std::mem::take(&mut table.columns);
        let checks = std::mem::take(&mut table.checks);
        for parent in &parents {
            if let Some(from) = state.table(parent) {
                add_inherited(table, parent, from);
            }
        }
        for column in own {
            merge_column(table, column);
        }
        for check in checks {
            match table.checks.iter_mut().find(|one| check.name.is_some() && one.name == check.name)
            {
                Some(one) => one.details = kin::without(&one.details, INHERITED),
                None => table.checks.push(check),
            }
        }
        return Ok(());
    }
    state.mark(Kind::Table, name, Part::Columns, WHY);
    for column in &table.columns {
        state.mark(Kind::Table, name, Part::Column(column.name.clone()), WHY);
    }
    super::alter::unknown_parts(state, name, WHY);
    Ok(())
}

/// Adds the columns and checks of a parent.
fn add_inherited(table: &mut Table, parent: &Name, from: &Table) {
    let is_partition = table.partition_of.is_some();
    let word = |details: &str| {
        if is_partition { details.to_owned() } else { kin::with(details, INHERITED) }
    };
    for column in &from.columns {
        let mut column = kin::inherited(parent, column);
        kin::name_type(&mut column);
        column.details = word(&column.details);
        match table.columns.iter_mut().find(|one| one.name == column.name) {
            Some(one) => {
                one.nullable &= column.nullable;
                if one.default.is_none() {
                    one.default = column.default;
                }
            }
            None => table.columns.push(column),
        }
    }
    for check in from.checks.iter().filter(|check| !check.details.contains("NO INHERIT")) {
        if !table.checks.iter().any(|one| one.name == check.name) {
            let details = kin::without(&check.details, INHERITED).replace("NOT VALID", "");
            let details = word(details.trim());
            table.checks.push(crate::schema::Check { details, ..check.clone() });
        }
    }
}

/// Adds a column that a table defines itself, which a parent may have, too.
fn merge_column(table: &mut Table, column: crate::schema::Column) {
    let Some(one) = table.columns.iter_mut().find(|one| one.name == column.name) else {
        table.columns.push(column);
        return;
    };
    one.nullable &= column.nullable;
    one.details = kin::without(&one.details, INHERITED);
    if column.default.is_some() {
        one.default = column.default;
    }
    if column.generated.is_some() {
        one.generated = column.generated;
    }
    one.identity = column.identity;
    if one.identity.is_some() {
        one.default = None;
    }
}
