//! Renames that no option names: certain ones and likely ones.
//!
//! An index of the same content under another name is certainly renamed, and what differs in case alone where
//! the database ignores case. A table or column that goes while
//! one like it comes was probably renamed: the columns have the same type, and names that are alike or the same
//! position.

use super::rename::{Rename, own_values, unusual_sequence};
use crate::dialect::Dialect;
use crate::schema::{Column, Kind, Name, Schema, Table};

/// Renames that change nothing but a name.
pub(super) fn certain(dialect: Dialect, before: &Schema, after: &Schema) -> Vec<Rename> {
    let rules = dialect.diff_rules();
    let mut found = Vec::new();
    let fold = |kind, name: &str| dialect.rules().fold(kind, name).into_owned();
    for from in before.tables.keys().filter(|name| !after.tables.contains_key(*name)) {
        let mut came = after.tables.keys().filter(|name| !before.tables.contains_key(*name));
        let same = |to: &&Name| {
            to.namespace == from.namespace
                && fold(Kind::Table, &to.name) == fold(Kind::Table, &from.name)
        };
        if let Some(to) = came.find(same) {
            let (owner, to) = (from.clone(), to.name.clone());
            found.push(Rename { kind: Kind::Table, owner, part: None, to });
        }
    }
    for (owner, old) in &before.tables {
        let Some(new) = after.tables.get(owner) else { continue };
        let mut taken: Vec<&String> = Vec::new();
        for (from, index) in old.indexes.iter().filter(|(name, _)| !new.indexes.contains_key(*name))
        {
            let mut came = new.indexes.iter().filter(|(name, _)| !old.indexes.contains_key(*name));
            let same = came.find(|(name, other)| *other == index && !taken.contains(name));
            if let Some((to, _)) = same
                && rules.rename_index(owner, from, to).is_some()
            {
                taken.push(to);
                let (owner, part) = (owner.clone(), Some(from.clone()));
                found.push(Rename { kind: Kind::Index, owner, part, to: to.clone() });
            }
        }
        for from in old.columns.iter().filter(|own| new.column(&own.name).is_none()) {
            let mut came = new.columns.iter().filter(|own| old.column(&own.name).is_none());
            let folded = fold(Kind::Column, &from.name);
            if let Some(to) = came.find(|own| fold(Kind::Column, &own.name) == folded) {
                found.push(Rename {
                    kind: Kind::Column,
                    owner: owner.clone(),
                    part: Some(from.name.clone()),
                    to: to.name.clone(),
                });
            }
        }
        for column in &old.columns {
            let Some(wanted) = new.column(&column.name) else { continue };
            let usual = unusual_sequence(wanted.identity.as_ref()).is_none();
            if let Some(from) = unusual_sequence(column.identity.as_ref())
                && usual
                && wanted.identity.is_some()
            {
                found.push(Rename {
                    kind: Kind::Sequence,
                    owner: owner.clone(),
                    part: Some(from.to_owned()),
                    to: format!("{}_{}_seq", owner.name, column.name),
                });
            }
        }
    }
    found
}

/// Renames that are likely, but for those whose object certainly goes.
pub(super) fn likely(before: &Schema, after: &Schema, dropped: &[String]) -> Vec<Rename> {
    let goes = |name: &str| dropped.iter().any(|own| own == name);
    let mut found = moves(before, after);
    let moved: Vec<Name> = found.iter().map(|rename| rename.owner.clone()).collect();
    found.extend(tables(before, after).into_iter().filter(|own| !moved.contains(&own.owner)));
    for (owner, old) in &before.tables {
        if let Some(new) = after.tables.get(owner) {
            found.extend(columns(owner, old, new));
        }
    }
    found.extend(values(before, after));
    found.retain(|rename| !goes(&rename.subject()));
    found
}

fn tables(before: &Schema, after: &Schema) -> Vec<Rename> {
    let mut pairs: Vec<(usize, &Name, &Name)> = Vec::new();
    let came: Vec<(&Name, &Table)> =
        after.tables.iter().filter(|(name, _)| !before.tables.contains_key(*name)).collect();
    for (from, old) in before.tables.iter().filter(|(name, _)| !after.tables.contains_key(*name)) {
        for (to, new) in came.iter().filter(|(to, _)| to.namespace == from.namespace) {
            let share = likeness(old, new);
            let is_likely = share == 100
                || share >= 75 && old.columns.len() > 2
                || share >= 50 && are_alike(&from.name, &to.name);
            if is_likely {
                pairs.push((share, from, to));
            }
        }
    }
    pairs.sort_by_key(|(share, ..)| std::cmp::Reverse(*share));
    let mut found: Vec<Rename> = Vec::new();
    for (_, from, to) in pairs {
        if !found.iter().any(|own| own.owner == *from || own.to == to.name) {
            let (owner, to) = (from.clone(), to.name.clone());
            found.push(Rename { kind: Kind::Table, owner, part: None, to });
        }
    }
    found
}

/// The share of columns with the same name and type in percent.
fn likeness(old: &Table, new: &Table) -> usize {
    let same = |column: &&Column| {
        new.column(&column.name).is_some_and(|other| other.data_type == column.data_type)
    };
    let shared = old.columns.iter().filter(same).count();
    shared * 100 / old.columns.len().max(new.columns.len()).max(1)
}

fn columns(owner: &Name, old: &Table, new: &Table) -> Vec<Rename> {
    let mut pairs: Vec<(bool, bool, &Column, &Column)> = Vec::new();
    let goes = old.columns.iter().enumerate().filter(|(_, own)| new.column(&own.name).is_none());
    for (at, from) in goes {
        let came = new.columns.iter().enumerate();
        for (place, to) in came.filter(|(_, own)| old.column(&own.name).is_none()) {
            let is_typed = from.data_type == to.data_type && from.user_type == to.user_type;
            let is_near = from.data_type.name() == to.data_type.name();
            let (alike, same_place) = (are_alike(&from.name, &to.name), at == place);
            let is_plain = from.generated.is_none() && to.generated.is_none();
            if is_plain && (is_typed && (alike || same_place) || is_near && alike && same_place) {
                pairs.push((alike, same_place, from, to));
            }
        }
    }
    pairs.sort_by_key(|(alike, same_place, ..)| std::cmp::Reverse((*alike, *same_place)));
    let mut found: Vec<Rename> = Vec::new();
    for (.., from, to) in pairs {
        let is_taken = |own: &Rename| own.part.as_ref() == Some(&from.name) || own.to == to.name;
        if !found.iter().any(is_taken) {
            found.push(Rename {
                kind: Kind::Column,
                owner: owner.clone(),
                part: Some(from.name.clone()),
                to: to.name.clone(),
            });
        }
    }
    found
}

/// A table of the same name in another namespace.
fn moves(before: &Schema, after: &Schema) -> Vec<Rename> {
    let mut found = Vec::new();
    for (from, old) in before.tables.iter().filter(|(name, _)| !after.tables.contains_key(*name)) {
        let mut came = after.tables.iter().filter(|(to, new)| {
            to.name == from.name && !before.tables.contains_key(*to) && likeness(old, new) >= 50
        });
        if let (Some((to, _)), None) = (came.next(), came.next()) {
            found.push(Rename::to_namespace(from, to));
        }
    }
    found
}

/// A value of an enumerated type in place of another.
fn values(before: &Schema, after: &Schema) -> Vec<Rename> {
    let mut found = Vec::new();
    for (name, old) in &before.enums {
        if let Some(new) = after.enums.get(name) {
            found.extend(values_of(name, &old.labels, &new.labels));
        }
    }
    for (name, old) in &before.tables {
        let Some(new) = after.tables.get(name) else { continue };
        for column in &old.columns {
            let Some(same) = new.column(&column.name) else { continue };
            let owner = Name::new(format!("{name}.{}", column.name));
            let (from, to) = (own_values(&column.data_type), own_values(&same.data_type));
            found.extend(values_of(&owner, &from, &to));
        }
    }
    found
}

/// Values that stand where others stood, if no other value moves.
fn values_of(owner: &Name, old: &[String], new: &[String]) -> Vec<Rename> {
    let differ = || old.iter().zip(new).filter(|(a, b)| a != b);
    let is_moved = |(a, b): (&String, &String)| new.contains(a) || old.contains(b);
    if old.len() != new.len() || differ().any(is_moved) {
        return Vec::new();
    }
    let rename = |(from, to): (&String, &String)| Rename {
        kind: Kind::Enum,
        owner: owner.clone(),
        part: Some(from.clone()),
        to: to.clone(),
    };
    differ().map(rename).collect()
}

/// Returns `true` if two names share a word, if one contains the other, or if few letters differ.
fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let contains = |long: &str, short: &str| short.chars().count() > 2 && long.contains(short);
    let shares =
        one.split('_').any(|word| word.len() > 2 && other.split('_').any(|own| own == word));
    let longest = one.chars().count().max(other.chars().count());
    shares
        || contains(&one, &other)
        || contains(&other, &one)
        || longest > 3 && distance(&one, &other) * 3 <= longest
}

/// The number of letters to insert, remove or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (place, own) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *own);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
