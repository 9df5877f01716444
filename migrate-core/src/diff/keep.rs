//! Takes back single differences between two schemas, about which nothing is certain.

use std::collections::BTreeMap;

use crate::schema::{Change, Difference, Item, Kind, Schema};

/// Sets or removes a value.
pub(crate) fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

/// Makes an object that differs the same as before.
pub(crate) fn keep(difference: &Difference, before: &Schema, after: &mut Schema) {
    let object = &difference.object;
    let Some(owner) = &object.table else { return keep_whole(difference, before, after) };
    if object.part_of == Kind::Domain {
        return put(&mut after.domains, owner.clone(), before.domains.get(owner).cloned());
    }
    let old = before.tables.get(owner);
    let Some(new) = after.tables.get_mut(owner) else {
        return put(&mut after.views, owner.clone(), before.views.get(owner).cloned());
    };
    match object.kind {
        Kind::Column => {
            let column = old.and_then(|table| table.column(&object.name)).cloned();
            let at = new.columns.iter().position(|own| own.name == object.name);
            match (column, at) {
                (Some(column), Some(at)) => new.columns[at] = column,
                (Some(column), None) => new.columns.push(column),
                (None, Some(at)) => {
                    new.columns.remove(at);
                }
                (None, None) => {}
            }
        }
        Kind::Index => put(
            &mut new.indexes,
            object.name.clone(),
            old.and_then(|table| table.indexes.get(&object.name)).cloned(),
        ),
        Kind::Trigger => put(
            &mut new.triggers,
            object.name.clone(),
            old.and_then(|table| table.triggers.get(&object.name)).cloned(),
        ),
        // A constraint that is not certain leaves all of its kind as they are.
        kind => {
            let Some(old) = old else { return };
            match kind {
                Kind::PrimaryKey => new.primary_key.clone_from(&old.primary_key),
                Kind::Unique => new.uniques.clone_from(&old.uniques),
                Kind::Check => new.checks.clone_from(&old.checks),
                Kind::ForeignKey => new.foreign_keys.clone_from(&old.foreign_keys),
                _ => new.constraints.clone_from(&old.constraints),
            }
        }
    }
}

fn keep_whole(difference: &Difference, before: &Schema, after: &mut Schema) {
    let object = &difference.object;
    macro_rules! keep {
        ($map:ident) => {{
            let mut names = before.$map.keys().chain(after.$map.keys());
            if let Some(name) = names.find(|name| name.to_string() == object.name).cloned() {
                put(&mut after.$map, name.clone(), before.$map.get(&name).cloned());
            }
        }};
    }
    match object.kind {
        Kind::Table => {
            let is_part = matches!(difference.change, Change::Altered { .. });
            let names = before.tables.keys().find(|name| name.to_string() == object.name).cloned();
            match names
                .and_then(|name| Some((before.tables.get(&name)?, after.tables.get_mut(&name)?)))
            {
                Some((old, new)) if is_part => {
                    new.options.clone_from(&old.options);
                    new.comment.clone_from(&old.comment);
                    new.partition_by.clone_from(&old.partition_by);
                    new.partition_of.clone_from(&old.partition_of);
                }
                Some((old, new)) => {
                    let place = |name: &str| old.columns.iter().position(|own| own.name == name);
                    new.columns.sort_by_key(|column| place(&column.name).unwrap_or(usize::MAX));
                }
                None => keep!(tables),
            }
        }
        Kind::View | Kind::MaterialisedView => keep!(views),
        Kind::Enum => keep!(enums),
        Kind::Domain => keep!(domains),
        Kind::Sequence => keep!(sequences),
        kind => {
            let of = |item: &Option<Item>| match item {
                Some(Item::Other(other)) => Some(other.clone()),
                _ => None,
            };
            let (old, new) = (of(&difference.before), of(&difference.after));
            if let Some(new) = new {
                after.others.retain(|(own, _), value| *own != kind || *value != new);
            }
            if let Some(old) = old {
                let mut all = before.others.iter();
                if let Some((key, value)) =
                    all.find(|((own, _), value)| *own == kind && **value == old)
                {
                    after.others.insert(key.clone(), value.clone());
                }
            }
        }
    }
}
