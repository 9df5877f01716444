//! What keeps an object from being dropped, and what goes with it.

use super::code::{is_free_of, needing_type};
use super::text::mentions;
use crate::apply::{Fault, Found, Part, State, drop_column, drop_table, mark_users};
use crate::schema::{Column, Kind, Name, Table};

/// The foreign keys of other tables that refer to a table, by their tables.
pub(super) fn referring(state: &State, table: &Name) -> Vec<(Name, String)> {
    let children = state.children_of(table).into_iter().filter(|child| child != table);
    let mut found = Vec::new();
    for child in children {
        let Some(of) = state.table(&child) else { continue };
        for key in of.foreign_keys.iter().filter(|key| key.parent == *table) {
            found.push((child.clone(), key.name.clone().unwrap_or_default()));
        }
    }
    found
}

/// Drops foreign keys of other tables.
fn drop_keys(state: &mut State, keys: &[(Name, String)]) {
    for (child, name) in keys {
        state.edit_table(child, |table| {
            table.foreign_keys.retain(|key| key.name.as_deref() != Some(name));
        });
    }
}

/// Views that mention a name may go with what is dropped.
pub(super) fn drop_views(state: &mut State, name: &str) {
    const WHY: &str = "it may have been dropped with what it reads";
    let mut names = vec![name.to_owned()];
    let mut seen = names.clone();
    while let Some(name) = names.pop() {
        for (kind, owner, part) in state.users_of(&name) {
            let named = Name::new(name.clone());
            let is_free = |other| is_free_of(kind, other, &named);
            if part.is_none()
                && (kind == Kind::View || kind.is_function())
                && !state.other(kind, &owner.to_string()).is_some_and(is_free)
            {
                state.mark(kind, &owner, Part::Whole, WHY);
                for sequence in owned_by(state, &owner) {
                    state.mark(Kind::Sequence, &sequence, Part::Whole, WHY);
                }
                if kind == Kind::View && !seen.contains(&owner.name) {
                    seen.push(owner.name.clone());
                    names.push(owner.name);
                }
            }
        }
    }
}

/// The sequences that the columns of a table or a view own.
fn owned_by(state: &State, owner: &Name) -> Vec<Name> {
    let sequences = state.schema().sequences.iter();
    let owned = sequences.filter(|(_, of)| of.owned_by.as_ref().is_some_and(|(at, _)| at == owner));
    owned.map(|(name, _)| name.clone()).collect()
}

/// Drops a table.
pub(super) fn table(state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
    let keys = referring(state, name);
    if let Some((child, key)) = keys.first()
        && !cascade
    {
        if super::is_uncertain(state, child) {
            return drop_table(state, name, cascade);
        }
        return Err(Fault::needed(
            format!("table {name}"),
            format!("the foreign key {key} of table {child}"),
        ));
    }
    let children = super::kin::children(state, name);
    let is_partition =
        |child: &&Name| state.table(child).is_some_and(|table| table.partition_of.is_some());
    if let Some(child) = children.iter().find(|child| !is_partition(child))
        && !cascade
        && !super::is_uncertain(state, child)
    {
        return Err(Fault::needed(format!("table {name}"), format!("table {child}")));
    }
    if let Some((kind, function)) = needing_type(state, name).filter(|_| !cascade) {
        return Err(Fault::needed(format!("table {name}"), format!("{} {function}", kind.word())));
    }
    drop_keys(state, &keys);
    for child in children {
        self::table(state, &child, cascade)?;
    }
    if cascade {
        drop_views(state, &name.name);
    }
    belongings(state, name);
    drop_table(state, name, cascade)
}

/// Takes from other tables of the same DROP TABLE what would keep a table from being dropped, or would take
/// them along with it.
pub(super) fn separate(state: &mut State, table: &Name, together: &[Name]) {
    for other in together {
        let Found::Known(other) = state.find_table(other) else { continue };
        if other == *table {
            continue;
        }
        let keys = referring(state, table).into_iter().filter(|(child, _)| *child == other);
        drop_keys(state, &keys.collect::<Vec<_>>());
        if super::kin::children(state, table).contains(&other) {
            match state.table(&other).is_some_and(|other| other.partition_of.is_some()) {
                true => super::parts::detach(state, table, &other),
                false => super::alter::no_inherit(state, &other, table),
            }
        }
    }
}

/// Removes what stands on a table, and what its columns own.
pub(super) fn belongings(state: &mut State, name: &Name) {
    let marks = [format!("on table {name}"), format!("on column {name}.")];
    let others: Vec<(Kind, String)> = state
        .schema()
        .others
        .iter()
        .filter(|((kind, key), other)| {
            other.table.as_ref() == Some(name)
                || *kind == Kind::Comment && (*key == marks[0] || key.starts_with(&marks[1]))
        })
        .map(|(key, _)| key.clone())
        .collect();
    for (kind, key) in others {
        state.set_other(kind, &key, None);
        state.mark_known(kind, &Name::new(key));
    }
    let owned = owned_by(state, name);
    let numbering = state.table(name).map(|table| state.rules().sequences(name, table));
    let numbering = numbering.into_iter().flatten();
    let numbering = numbering.map(|text| Name { namespace: name.namespace.clone(), name: text });
    for sequence in numbering.chain(owned).collect::<Vec<_>>() {
        super::access::forget_relation(state, &sequence);
        super::sequence::drop_defaults(state, &sequence);
        state.set_sequence(&sequence, None);
    }
    state.mark_known(Kind::Grant, &Name::new(format!("on table {name}")));
    state.set_uses((Kind::Table, name.clone(), None), None);
}

/// Drops a column with its indexes and constraints.
pub(super) fn column(
    state: &mut State,
    table: &Name,
    column: &str,
    cascade: bool,
) -> Result<(), Fault> {
    let Some(old) = state.table(table).cloned() else { return Ok(()) };
    let is_certain = !super::is_uncertain(state, table);
    let users: Vec<String> = computed_from(&old, column).map(|one| one.name.clone()).collect();
    let keys: Vec<(Name, String)> = referring(state, table)
        .into_iter()
        .filter(|(child, name)| {
            state.table(child).is_some_and(|child| {
                child.foreign_keys.iter().any(|key| {
                    key.name.as_deref() == Some(name)
                        && key.parent_columns.iter().any(|one| one == column)
                })
            })
        })
        .collect();
    let own_keys = old.foreign_keys.iter().filter(|key| {
        key.parent == *table
            && key.parent_columns.iter().any(|one| one == column)
            && !key.columns.iter().any(|one| one == column)
    });
    let own_keys = own_keys.map(|key| (table.clone(), key.name.clone().unwrap_or_default()));
    let keys: Vec<(Name, String)> = keys.into_iter().chain(own_keys).collect();
    let triggers: Vec<String> = triggers_of(&old, column).cloned().collect();
    if !cascade && is_certain {
        check_unheld(&old, table, column)?;
        if let Some((child, key)) = keys.first() {
            let by = format!("the foreign key {key} of table {child}");
            return Err(Fault::needed(format!("column {table}.{column}"), by));
        }
    }
    drop_keys(state, &keys);
    if cascade {
        drop_views(state, &table.name);
    }
    drop_others(state, table, column, cascade);
    state.edit_table(table, |found| {
        without_column(found, column);
        found.triggers.retain(|name, _| !triggers.contains(name));
    });
    for trigger in triggers {
        state.set_uses((Kind::Trigger, table.clone(), Some(trigger)), None);
    }
    let numbering = old.column(column).and_then(|found| super::names::sequence_of(table, found));
    let numbering = numbering.map(|name| Name { namespace: table.namespace.clone(), name });
    let owned: Vec<Name> = state
        .schema()
        .sequences
        .iter()
        .filter(|(_, sequence)| {
            sequence.owned_by.as_ref().is_some_and(|(owner, name)| owner == table && name == column)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for sequence in &owned {
        state.set_sequence(sequence, None);
    }
    super::access::forget(state, Kind::Column, &format!("{table}.{column}"));
    drop_column(state, table, column)?;
    super::index_option::forget_dropped(state, table);
    if cascade {
        for sequence in owned.iter().chain(&numbering) {
            super::sequence::drop_defaults(state, sequence);
        }
    }
    if cascade {
        for user in users {
            self::column(state, table, &user, cascade)?;
        }
    }
    Ok(())
}

/// Statistics may go with a column that they mention, and with CASCADE policies and rules.
fn drop_others(state: &mut State, table: &Name, column: &str, cascade: bool) {
    const WHY: &str = "it may have been dropped with a column";
    let goes = |kind: Kind| match kind {
        Kind::Statistics => true,
        Kind::Policy | Kind::Rule => cascade,
        _ => false,
    };
    let others = state.schema().others.iter().filter(|((kind, _), other)| {
        goes(*kind)
            && other.table.as_ref() == Some(table)
            && super::text::has_word(&other.definition, column)
    });
    for (kind, key) in others.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        state.mark(kind, &Name::new(key), Part::Whole, WHY);
    }
}

/// Marks what may have been dropped with a function: defaults, computed columns, checks and indexes.
pub(super) fn users_of_function(state: &mut State, function: &str) {
    const WHY: &str = "it may have been dropped with a function";
    let calls = |text: &str| super::text::has_word(text, function);
    let mut found = Vec::new();
    for (name, table) in &state.schema().tables {
        for column in &table.columns {
            let generated = column.generated.as_ref().map(|of| &of.expression);
            if column.default.iter().chain(generated).any(|text| calls(text)) {
                found.push((name.clone(), Part::Column(column.name.clone())));
            }
        }
        let checks = table.checks.iter().filter(|check| calls(&check.expression));
        let checks = checks.filter_map(|check| check.name.clone());
        found.extend(checks.map(|check| (name.clone(), Part::Constraint(check))));
        for (index, value) in &table.indexes {
            let mut texts = value.parts.iter().map(|part| &part.expression).chain(&value.predicate);
            if texts.any(|text| calls(text)) {
                found.push((name.clone(), Part::Index(index.clone())));
            }
        }
    }
    for (table, part) in found {
        state.mark(Kind::Table, &table, part, WHY);
    }
    let domains = state.schema().domains.iter().filter(|(_, domain)| {
        let checks = domain.checks.iter().map(|check| &check.expression);
        checks.chain(&domain.default).any(|text| calls(text))
    });
    for domain in domains.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        state.mark(Kind::Domain, &domain, Part::Whole, WHY);
    }
    let others = state.schema().others.iter().filter(|((kind, _), other)| {
        matches!(kind, Kind::Policy | Kind::Rule | Kind::Statistics) && calls(&other.definition)
    });
    for (kind, key) in others.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        state.mark(kind, &Name::new(key), Part::Whole, WHY);
    }
}

/// Refuses if a trigger or a computed column of a table needs a column as it is.
pub(super) fn check_unheld(of: &Table, table: &Name, column: &str) -> Result<(), Fault> {
    let trigger = triggers_of(of, column).next().map(|name| format!("trigger {name}"));
    let user = trigger
        .or_else(|| computed_from(of, column).next().map(|one| format!("column {}", one.name)));
    match user {
        Some(user) => Err(Fault::needed(format!("column {table}.{column}"), user)),
        None => Ok(()),
    }
}

/// The other columns of a table that are computed from a column.
fn computed_from<'t>(of: &'t Table, column: &'t str) -> impl Iterator<Item = &'t Column> {
    of.columns.iter().filter(move |one| {
        let generated = one.generated.as_ref().filter(|_| one.name != column);
        generated.is_some_and(|generated| mentions(&generated.expression, column))
    })
}

/// The triggers of a table that mention a column of it.
fn triggers_of<'t>(of: &'t Table, column: &'t str) -> impl Iterator<Item = &'t String> {
    let triggers = of.triggers.iter();
    triggers
        .filter(move |(_, trigger)| uses_column(&trigger.definition, column))
        .map(|(name, _)| name)
}

/// Returns `true` if the definition of a trigger mentions a column of its table.
fn uses_column(definition: &str, column: &str) -> bool {
    let between = |start: &str, end: &str| {
        let (_, rest) = definition.split_once(start)?;
        rest.split_once(end).map(|(text, _)| text)
    };
    [between(" UPDATE OF ", " ON "), between(" WHEN (", " EXECUTE ")]
        .into_iter()
        .flatten()
        .any(|text| mentions(text, column))
}

/// Removes the indexes and constraints that a column is in.
fn without_column(table: &mut Table, column: &str) {
    let has = |columns: &[String]| columns.iter().any(|one| one == column);
    table.primary_key.take_if(|key| has(&key.columns) || has(&key.include));
    table.uniques.retain(|key| !has(&key.columns) && !has(&key.include));
    table.foreign_keys.retain(|key| !has(&key.columns));
    table.checks.retain(|check| !mentions(&check.expression, column));
    table.constraints.retain(|one| !mentions(&one.definition, column));
    table.indexes.retain(|_, index| {
        !has(&index.include)
            && !index.predicate.as_ref().is_some_and(|text| mentions(text, column))
            && !index.parts.iter().any(|part| match &part.column {
                Some(name) => name == column,
                None => mentions(&part.expression, column),
            })
    });
}

/// Drops the foreign keys that need a key of a table, or refuses.
pub(super) fn users_of_key(
    state: &mut State,
    table: &Name,
    columns: &[String],
    cascade: bool,
    what: &str,
) -> Result<(), Fault> {
    let Some(there) = state.table(table) else { return Ok(()) };
    let same = |key: &[String]| {
        key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
    };
    let keys =
        there.primary_key.iter().chain(&there.uniques).filter(|key| same(&key.columns)).count();
    let indexes = there
        .indexes
        .values()
        .filter(|index| {
            index.unique
                && index
                    .parts
                    .iter()
                    .all(|part| part.column.as_ref().is_some_and(|column| columns.contains(column)))
        })
        .count();
    let all = state.children_of(table);
    let mut users = Vec::new();
    for child in all {
        let Some(of) = state.table(&child) else { continue };
        for key in
            of.foreign_keys.iter().filter(|key| key.parent == *table && same(&key.parent_columns))
        {
            users.push((child.clone(), key.name.clone().unwrap_or_default()));
        }
    }
    if users.is_empty() {
        return Ok(());
    }
    if keys + indexes > 1 {
        // Which of the keys a foreign key needs is not known.
        if cascade {
            for (child, name) in users {
                state.mark(
                    Kind::Table,
                    &child,
                    Part::Constraint(name),
                    "its key may have been dropped",
                );
            }
        }
        return Ok(());
    }
    if cascade {
        drop_keys(state, &users);
        return Ok(());
    }
    if super::is_uncertain(state, table) {
        return Ok(());
    }
    let (child, key) = &users[0];
    Err(Fault::needed(what, format!("the foreign key {key} of table {child}")))
}

/// Drops a view.
pub(super) fn view(state: &mut State, name: &Name, cascade: bool) {
    if cascade {
        drop_views(state, &name.name);
    }
    belongings(state, name);
}

/// The users of an object that was changed have a text that is not known.
pub(super) fn changed(state: &mut State, name: &str) {
    mark_users(state, name, "a name that it mentions was changed");
}

/// The only index that a name can mean, where it is not known what it is or whether it exists: behind the
/// statement there is none.
pub(super) fn marked_index(state: &State, name: &Name) -> Option<(Name, String)> {
    let places = super::candidates(state, name)?;
    let owners = state.owners_of(Kind::Index, &name.name).into_iter();
    let mut owners =
        owners.filter(|(owner, _)| places.iter().any(|one| one.namespace == owner.namespace));
    let (Some((owner, index)), None) = (owners.next(), owners.next()) else { return None };
    let own = Part::Index(index.clone());
    let unknown = state.unknown();
    let is_marked = unknown.marks_of(Kind::Table, &owner).any(|(part, _)| *part == own);
    let is_whole = unknown.whole(Kind::Table, &owner).is_none()
        && unknown.marks_of(Kind::Table, &owner).all(|(part, _)| *part != Part::Indexes);
    (is_marked && is_whole && state.table(&owner).is_some()).then_some((owner, index))
}
