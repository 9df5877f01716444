//! Indexes and foreign keys: the names that the server chooses, what a foreign key needs, and what
//! it keeps from being dropped.

use crate::apply::{Fault, Found, Part, State, drop_constraint as drop_generally};
use crate::dialect::mysql::parse::{free_name, leads};
use crate::op::ConstraintKey;
use crate::schema::{ForeignKey, Index, IndexPart, Kind, Name, Table};

/// Returns `true` if the session checks foreign keys.
fn checks_keys(state: &State) -> bool {
    state.setting("foreign_key_checks").is_none_or(|value| {
        !(value == "0" || value.eq_ignore_ascii_case("off") || value.eq_ignore_ascii_case("false"))
    })
}

/// A setting that is restored from a variable may have any value.
fn may_check_keys(state: &State) -> Option<bool> {
    match state.setting("foreign_key_checks") {
        Some(value) if value.starts_with('@') => None,
        _ => Some(checks_keys(state)),
    }
}

/// Of two names of a foreign key the one after `CONSTRAINT` holds. Where the table is altered in
/// place, which needs `foreign_key_checks` off, it becomes the name of the index instead.
pub(super) fn mark_two_names(state: &mut State, table: &Name) {
    if may_check_keys(state) != Some(true) {
        let why = "which of its two names a foreign key has depends on how the table is altered";
        state.mark(Kind::Table, table, Part::Whole, why);
    }
}

fn parts(columns: &[String]) -> Vec<IndexPart> {
    let part = |column: &String| IndexPart { column: Some(column.clone()), ..IndexPart::default() };
    columns.iter().map(part).collect()
}

/// Whether the primary key leads with some columns.
fn primary_leads(table: &Table, wanted: &[IndexPart]) -> bool {
    table.primary_key.as_ref().is_some_and(|key| leads(wanted, &parts(&key.columns)))
}

/// Whether an index other than `without` serves a foreign key with some columns.
fn is_served(table: &Table, columns: &[String], without: Option<&str>) -> bool {
    let wanted = parts(columns);
    let mut others = table.indexes.iter().filter(|(name, _)| Some(name.as_str()) != without);
    primary_leads(table, &wanted)
        || others.any(|(_, index)| index.method.is_none() && leads(&wanted, &index.parts))
}

/// Gives foreign keys their names and the indexes that they need, and checks their parents.
pub(super) fn complete(state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
    let before = state.table(name);
    let is_new = |key: &ForeignKey| before.is_none_or(|table| !table.foreign_keys.contains(key));
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    for column in table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns) {
        if let Some(spelled) = columns.iter().find(|name| name.eq_ignore_ascii_case(column)) {
            column.clone_from(spelled);
        }
    }
    for key in table.foreign_keys.clone().iter().filter(|key| is_new(key)) {
        check_parent(state, name, table, key)?;
        imply_index(table, key);
    }
    let prefix = format!("{}_ibfk_", name.name);
    let number = |key: &ForeignKey| -> Option<u32> {
        key.name.as_ref()?.strip_prefix(&prefix)?.parse().ok()
    };
    let mut last = table.foreign_keys.iter().filter_map(number).max().unwrap_or(0);
    for key in table.foreign_keys.iter_mut().filter(|key| key.name.is_none()) {
        last = last.saturating_add(1);
        key.name = Some(format!("{prefix}{last}"));
        key.generated_name = true;
    }
    if let Some(key) = &table.primary_key {
        for column in &mut table.columns {
            column.nullable &=
                !key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        }
    }
    Ok(())
}

/// Makes the index that a new foreign key needs. It replaces one that was made for another foreign
/// key with the same columns.
pub(super) fn imply_index(table: &mut Table, key: &ForeignKey) {
    let index = Index { parts: parts(&key.columns), implied: true, ..Index::default() };
    let is_older = |older: &Index| older.implied && older.parts.len() == index.parts.len();
    let serves = |older: &Index| older.method.is_none() && leads(&index.parts, &older.parts);
    let mut others = table.indexes.values();
    if primary_leads(table, &index.parts) || others.any(|older| serves(older) && !is_older(older)) {
        return;
    }
    table.indexes.retain(|_, older| !(is_older(older) && serves(older)));
    let taken = |name: &String| table.indexes.keys().any(|one| one.eq_ignore_ascii_case(name));
    let own = key.name.clone().filter(|name| !taken(name));
    let name = own.unwrap_or_else(|| free_name(&index, table.indexes.keys()));
    table.indexes.insert(name, index);
}

/// The parent of a new foreign key exists, and has its columns.
fn check_parent(state: &State, name: &Name, table: &Table, key: &ForeignKey) -> Result<(), Fault> {
    for column in &key.columns {
        if !table.columns.iter().any(|one| one.name.eq_ignore_ascii_case(column))
            && !has_unknown(state, name)
        {
            return Err(Fault::missing(format!("column {name}.{column}")));
        }
    }
    if may_check_keys(state) != Some(true) || key.parent.namespace.is_some() {
        return Ok(());
    }
    let parent = if state.same_name(&key.parent, name) {
        table
    } else {
        match state.find_table(&key.parent) {
            Found::Missing
                if state.find(&[Kind::View, Kind::Sequence], &key.parent) == Found::Missing =>
            {
                return Err(Fault::missing(format!("table {}", key.parent)));
            }
            Found::Known(found) if !has_unknown(state, &found) => match state.table(&found) {
                Some(parent) => parent,
                None => return Ok(()),
            },
            _ => return Ok(()),
        }
    };
    for (column, own) in key.parent_columns.iter().zip(&key.columns) {
        let same = |name: &String| name.eq_ignore_ascii_case(column);
        let Some(found) = parent.columns.iter().find(|one| same(&one.name)) else {
            return Err(Fault::missing(format!("column {}.{column}", key.parent)));
        };
        let own = table.columns.iter().find(|one| one.name.eq_ignore_ascii_case(own));
        if let Some(own) = own
            && !may_refer(&own.data_type, &found.data_type)
        {
            return Err(Fault::refused(format!(
                "{name}.{} of type {} cannot refer to {}.{column} of type {}",
                own.name, own.data_type, key.parent, found.data_type
            )));
        }
    }
    Ok(())
}

/// Whether values of a type can refer to those of another; `true` where it is not known.
fn may_refer(own: &str, parent: &str) -> bool {
    const INTEGERS: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let integer = |text: &str| {
        let name = text.split(['(', ' ']).next().unwrap_or_default().to_owned();
        INTEGERS.contains(&name.as_str()).then(|| (name, text.contains("unsigned")))
    };
    let is_text = |text: &str| text.starts_with("char(") || text.starts_with("varchar(");
    match (integer(own), integer(parent)) {
        (Some(own), Some(parent)) => own == parent,
        (Some(_), None) => !is_text(parent),
        (None, Some(_)) => !is_text(own),
        (None, None) => true,
    }
}

/// Whether every server has a foreign key: MySQL before 9 makes none of a column's `REFERENCES`.
const fn is_certain(key: &ForeignKey) -> bool {
    key.written_at.is_none()
}

/// Whether something of a table is not known.
pub(super) fn has_unknown(state: &State, table: &Name) -> bool {
    let folded = state.fold(table);
    state.unknown().whole(Kind::Table, &folded).is_some()
        || state.unknown().marks_of(Kind::Table, &folded).next().is_some()
}

/// The columns of a key exist.
pub(super) fn check_columns(state: &State, table: &Name, columns: &[String]) -> Result<(), Fault> {
    for column in columns {
        if state.find_column(table, column) == Found::Missing && !has_unknown(state, table) {
            return Err(Fault::missing(format!("column {table}.{column}")));
        }
    }
    Ok(())
}

/// The constraints of a new column with names that are free.
pub(super) fn with_free_names(
    state: &State,
    name: &Name,
    constraints: &Table,
) -> Result<Table, Fault> {
    let Some(table) = state.table(name) else { return Ok(constraints.clone()) };
    if constraints.primary_key.is_some() && table.primary_key.is_some() {
        return Err(Fault::exists(format!("a primary key of table {name}")));
    }
    let indexes = constraints.indexes.values();
    let named = indexes.map(|index| (free_name(index, table.indexes.keys()), index.clone()));
    Ok(Table { indexes: named.collect(), ..constraints.clone() })
}

/// A new index with its name. An index that was made for a foreign key goes if the new one serves it.
pub(super) fn new_index(
    state: &mut State,
    owner: &Name,
    name: Option<&str>,
    index: &Index,
) -> Result<(String, Index), Fault> {
    let columns: Vec<String> = index.parts.iter().filter_map(|part| part.column.clone()).collect();
    // `p WITHOUT OVERLAPS` names a period.
    if index.parts.iter().all(|part| part.details.is_empty()) {
        check_columns(state, owner, &columns)?;
    }
    let Some(table) = state.table(owner) else {
        return Err(Fault::refused(format!("{owner} is no table")));
    };
    let mut index = index.clone();
    for part in &mut index.parts {
        if let Some(column) = &mut part.column
            && let Some(spelled) = state.spelled_column(table, column)
        {
            *column = spelled;
        }
    }
    let serves = |implied: &Index| implied.implied && leads(&implied.parts, &index.parts);
    // Their names are free at once.
    let (replaced, kept): (Vec<_>, Vec<_>) =
        table.indexes.iter().partition(|(_, implied)| serves(implied));
    let replaced: Vec<String> = replaced.into_iter().map(|(name, _)| name.clone()).collect();
    let taken: Vec<String> = kept.into_iter().map(|(name, _)| name.clone()).collect();
    let name = name.map_or_else(|| free_name(&index, taken.iter()), str::to_owned);
    for replaced in replaced {
        crate::apply::drop_index(state, owner, &replaced)?;
    }
    // The form of the catalog.
    if let Some(mut table) = state.table(owner).cloned() {
        table.indexes.insert(name.clone(), index.clone());
        super::table::complete(state, owner, &mut table)?;
        index = table.indexes.remove(&name).unwrap_or(index);
    }
    Ok((name, index))
}

/// Drops the indexes that were made for foreign keys and whose work the primary key does.
pub(super) fn drop_served(state: &mut State, owner: &Name) {
    let Some(table) = state.table(owner) else { return };
    let indexes = table.indexes.iter();
    let served = indexes.filter(|(_, index)| index.implied && primary_leads(table, &index.parts));
    for name in served.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        state.edit_table(owner, |table| {
            table.indexes.remove(&name);
        });
    }
}

/// Drops the index that was made for a foreign key, if a new one takes its name and its work.
pub(super) fn replace_implied(
    state: &mut State,
    owner: &Name,
    name: &str,
    index: &Index,
) -> Result<(), Fault> {
    let indexes = state.table(owner).map(|table| table.indexes.iter());
    let mut implied = indexes.into_iter().flatten().filter(|(older, of)| {
        of.implied && older.eq_ignore_ascii_case(name) && leads(&of.parts, &index.parts)
    });
    match implied.next().map(|(older, _)| older.clone()) {
        Some(older) => crate::apply::drop_index(state, owner, &older),
        None => Ok(()),
    }
}

/// Drops an index that no foreign key needs.
pub(super) fn drop_index(state: &mut State, owner: &Name, name: &str) -> Result<(), Fault> {
    check_unneeded(state, owner, name)?;
    mark_users(state, owner);
    crate::apply::drop_index(state, owner, name)
}

/// The index of a table whose name the server takes for this one.
pub(super) fn spelled_index(state: &State, owner: &Name, name: &str) -> Option<String> {
    let table = state.table(owner)?;
    table.indexes.keys().find(|own| own.eq_ignore_ascii_case(name)).cloned()
}

/// Creates an index in place of one: what needs the old one must be served by the new one.
pub(super) fn replace_index(
    state: &mut State,
    owner: &Name,
    old: &str,
    (name, index): (&str, &Index),
) -> Result<(), Fault> {
    let needed = check_unneeded(state, owner, old);
    mark_users(state, owner);
    crate::apply::drop_index(state, owner, old)?;
    let (name, index) = new_index(state, owner, Some(name), index)?;
    crate::apply::create_index(state, owner, Some(&name), &index)?;
    let Some(table) = state.table(owner) else { return Ok(()) };
    let keys = table.foreign_keys.iter().filter(|key| is_certain(key));
    match needed {
        Err(fault) if !keys.clone().all(|key| is_served(table, &key.columns, None)) => Err(fault),
        _ => Ok(()),
    }
}

/// Where foreign keys are not checked, one that loses its index may be gone.
fn mark_users(state: &mut State, owner: &Name) {
    if may_check_keys(state) == Some(true) {
        return;
    }
    let mut tables = state.children_of(owner);
    if state.table(owner).is_some_and(|table| !table.foreign_keys.is_empty()) {
        tables.push(owner.clone());
    }
    for table in tables {
        const WHY: &str = "a key was dropped while foreign keys were not checked";
        state.mark(Kind::Table, &table, Part::Constraints, WHY);
    }
}

fn check_unneeded(state: &State, owner: &Name, name: &str) -> Result<(), Fault> {
    let Some(table) = state.table(owner) else { return Ok(()) };
    let Some(index) = table.indexes.get(name) else { return Ok(()) };
    if may_check_keys(state) != Some(true) || has_unknown(state, owner) {
        return Ok(());
    }
    for key in table.foreign_keys.iter().filter(|key| is_certain(key)) {
        if leads(&parts(&key.columns), &index.parts) && !is_served(table, &key.columns, Some(name))
        {
            let by = format!("foreign key {}", key.name.as_deref().unwrap_or_default());
            return Err(Fault::needed(format!("index {name} of table {owner}"), by));
        }
    }
    Ok(())
}

/// No other table refers to a table that is dropped.
pub(super) fn check_no_children(state: &State, name: &Name) -> Result<(), Fault> {
    if may_check_keys(state) != Some(true) || state.unknown().everything().is_some() {
        return Ok(());
    }
    let refers = |child: &Name| {
        let keys = state.table(child).into_iter().flat_map(|table| &table.foreign_keys);
        keys.filter(|key| is_certain(key)).any(|key| state.same_name(&key.parent, name))
    };
    let mut children = state.children_of(name).into_iter();
    let child = children.find(|child| child != name && !has_unknown(state, child) && refers(child));
    match child {
        Some(child) => {
            Err(Fault::needed(format!("table {name}"), format!("a foreign key of table {child}")))
        }
        None => Ok(()),
    }
}

/// Takes a column out of its keys, as far as the server does that; `false` if it may keep the column.
pub(super) fn drop_column(state: &mut State, name: &Name, column: &str) -> Result<bool, Fault> {
    let Some(table) = state.table(name) else { return Ok(false) };
    let what = format!("column {name}.{column}");
    let is_known = !has_unknown(state, name);
    let is = |other: &String| other.eq_ignore_ascii_case(column);
    if is_known {
        // Nothing is said of the last column: the statement may add others.
        // MariaDB refuses, and MySQL takes the column out of the key.
        let of_several = |columns: &[String]| columns.len() > 1 && columns.iter().any(is);
        let in_primary = table.primary_key.as_ref().is_some_and(|key| of_several(&key.columns));
        let in_unique = table.indexes.values().filter(|index| index.unique).any(|index| {
            let columns = index.parts.iter().filter_map(|part| part.column.clone());
            of_several(&columns.collect::<Vec<_>>())
        });
        if in_primary || in_unique {
            const WHY: &str = "a column of a unique key was dropped, which MariaDB refuses";
            for part in [Part::Column(column.to_lowercase()), Part::Constraints, Part::Indexes] {
                state.mark(Kind::Table, name, part, WHY);
            }
            return Ok(false);
        }
        let mut certain = table.foreign_keys.iter().filter(|key| is_certain(key));
        if let Some(key) = certain.find(|key| key.columns.iter().any(is)) {
            let by = format!("foreign key {}", key.name.as_deref().unwrap_or_default());
            return Err(Fault::needed(what, by));
        }
    }
    let of_column = super::table::of_column(column);
    let mentions = |text: &str| super::text::mentions(text, column);
    let mut checks = table.checks.iter().filter(|check| check.details != of_column);
    let in_check = checks.any(|check| mentions(&check.expression));
    let mut others = table.columns.iter().filter(|other| !is(&other.name));
    let generated = |other: &crate::schema::Column| {
        other.generated.as_ref().is_some_and(|how| mentions(&how.expression))
    };
    if in_check || others.any(generated) {
        let part = Part::Column(column.to_lowercase());
        state.mark(Kind::Table, name, part, "a check or a generated column may need it");
        state.mark(Kind::Table, name, Part::Constraints, "a column in a check was dropped");
    }
    state.edit_table(name, |table| {
        table.checks.retain(|check| check.details != of_column);
        if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is)) {
            table.primary_key = None;
        }
        for index in table.indexes.values_mut() {
            index.parts.retain(|part| !part.column.as_ref().is_some_and(is));
        }
        table.indexes.retain(|_, index| !index.parts.is_empty());
        // An index that was made for a foreign key goes if another one serves it now.
        let indexes = table.indexes.clone();
        table.indexes.retain(|name, index| {
            let mut others = indexes.iter().filter(|(other, one)| *other != name && !one.implied);
            !(index.implied && others.any(|(_, other)| leads(&index.parts, &other.parts)))
        });
    });
    Ok(true)
}

/// Drops a constraint; of the name of a unique index that index.
pub(super) fn drop_constraint(
    state: &mut State,
    table: &Name,
    constraint: &ConstraintKey,
    if_exists: bool,
) -> Result<(), Fault> {
    if *constraint == ConstraintKey::PrimaryKey {
        mark_users(state, table);
    }
    // The names that MySQL gives to checks, which have others on MariaDB.
    if let ConstraintKey::Named(given) | ConstraintKey::Check(given) = constraint
        && given.to_lowercase().starts_with(&format!("{}_chk_", table.name.to_lowercase()))
        && state.table(table).is_some_and(|found| {
            !found.checks.iter().any(|check| check.name.as_ref() == Some(given))
        })
    {
        const WHY: &str = "MySQL and MariaDB give checks other names";
        state.mark(Kind::Table, table, Part::Constraints, WHY);
        return Ok(());
    }
    if let ConstraintKey::Named(name) = constraint
        && let Some(found) = state.table(table)
    {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        let named = |name: Option<&String>| name.is_some_and(|name| same(name));
        let is_other = found.checks.iter().any(|check| named(check.name.as_ref()))
            || found.foreign_keys.iter().any(|key| named(key.name.as_ref()));
        let mut unique = found.indexes.iter().filter(|(name, index)| index.unique && same(name));
        let unique = unique.next().map(|(name, _)| name.clone());
        if !is_other && let Some(index) = unique {
            return drop_index(state, table, &index);
        }
        if !is_other && same("PRIMARY") {
            return drop_generally(state, table, &ConstraintKey::PrimaryKey, if_exists);
        }
        let folded = state.fold(table);
        if !is_other && state.unknown().part(Kind::Table, &folded, &Part::Indexes).is_some() {
            return Ok(());
        }
    }
    drop_generally(state, table, constraint, if_exists)
}
