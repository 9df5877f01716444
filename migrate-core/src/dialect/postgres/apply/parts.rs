//! Checks, keys, indexes and triggers that children have from their parents.

use super::kin::{self, INHERITED};
use super::names::type_text;
use crate::apply::{Fault, Part, State};
use crate::dialect::postgres::quote_name;
use crate::op::{Op, Subject};
use crate::schema::{Constraint, ForeignKey, Index, Key, Kind, Name, Table, Trigger};

/// What stands before the name of the index that an index of a partition is a part of.
const PART_OF: &str = "PARTITION OF ";

/// What an index of a partition says of the index that it is a part of.
fn part_of(parent: &Name, index: &str) -> String {
    let name = Name { namespace: parent.namespace.clone(), name: index.to_owned() };
    format!("{PART_OF}{}", type_text(&name))
}

/// Details of an index without what says that it is a part of another one.
pub(super) fn detached(details: &str) -> String {
    details.split_once(PART_OF).map_or(details, |(rest, _)| rest.trim_end()).to_owned()
}

/// Details of an index as a copy of it has them.
pub(super) fn copied(details: &str) -> String {
    let own = detached(details);
    let words = ["INVALID", "CLUSTER", "REPLICA IDENTITY"];
    words.iter().fold(own, |text, word| text.replace(word, "")).trim().replace("  ", " ")
}

/// The details of a column that its children have, too.
pub(super) fn inherited_details(details: &str) -> String {
    let words: Vec<&str> = details.split(' ').collect();
    let pairs = words.windows(2).filter(|pair| matches!(pair[0], "STORAGE" | "COMPRESSION"));
    pairs.map(|pair| pair.join(" ")).collect::<Vec<_>>().join(" ")
}

/// Does to a child what was done to the parts of its parent.
pub(super) fn follow_parts(
    state: &mut State,
    (parent, child): (&Name, &Name),
    before: &Table,
    after: &Table,
    op: &Op,
) -> Result<(), Fault> {
    if let Op::Rename { subject, to, .. } = op {
        return renamed(state, (parent, child), subject, to);
    }
    checks(state, child, before, after, op);
    let Some(mut table) = state.table(child).cloned() else { return Ok(()) };
    if table.partition_of.is_none() {
        return Ok(());
    }
    remove(parent, &mut table, before, after);
    let fresh = |key: &&Key| !before.uniques.iter().any(|old| old.name == key.name);
    if let Some(key) = after.primary_key.iter().find(|_| before.primary_key.is_none()) {
        let has_other = table.primary_key.as_ref().is_some_and(|own| own.columns != key.columns);
        if has_other && !has_same_key(&table, key) {
            return Err(Fault::refused("a partition has another primary key"));
        }
        if !serve(state, (parent, child), &mut table, key) {
            table.primary_key =
                Some(copy(key, &part_of(parent, key.name.as_deref().unwrap_or_default())));
        }
    }
    for key in after.uniques.iter().filter(fresh) {
        if key.has_renamed_column {
            const WHY: &str = "the server derives its name from the old name of a column";
            state.mark(Kind::Table, child, Part::Constraints, WHY);
        }
        if !serve(state, (parent, child), &mut table, key) {
            let text = part_of(parent, key.name.as_deref().unwrap_or_default());
            table.uniques.push(copy(key, &text));
        }
    }
    for one in &after.constraints {
        if !before.constraints.iter().any(|old| old.name == one.name) {
            exclusion(parent, &mut table, one);
        }
    }
    for key in &after.foreign_keys {
        if !before.foreign_keys.iter().any(|old| old.name == key.name) {
            foreign_key(state, child, &mut table, key);
        }
    }
    state.rules().complete_table(state, child, &mut table)?;
    let known = table.clone();
    let mut names: Vec<Option<String>> = Vec::new();
    for (name, index) in &after.indexes {
        if !before.indexes.contains_key(name) {
            self::index(state, (parent, child), &mut table, name, index);
            // The order in which the parent got them, and so which gets the name, is not known.
            let usual = super::names::of_index(state, (child, &known), index);
            if usual.is_some() && names.contains(&usual) {
                const WHY: &str = "several indexes of the parent have the same columns";
                state.mark(Kind::Table, child, Part::Indexes, WHY);
            }
            names.push(usual);
        }
    }
    for (name, trigger) in &after.triggers {
        if before.triggers.get(name) != Some(trigger) {
            self::trigger(state, (parent, child), &mut table, name, trigger);
        }
    }
    for (name, _) in before.triggers.iter().filter(|(name, _)| !after.triggers.contains_key(*name))
    {
        table.triggers.remove(name);
        state.set_uses((Kind::Trigger, child.clone(), Some(name.clone())), None);
    }
    state.edit_table(child, |found| *found = table);
    Ok(())
}

/// Removes what belongs to keys and indexes that the parent has not any more.
fn remove(parent: &Name, table: &mut Table, before: &Table, after: &Table) {
    let names = |table: &Table| -> Vec<String> {
        let keys =
            table.primary_key.iter().chain(&table.uniques).filter_map(|key| key.name.clone());
        let others = table.constraints.iter().map(|one| one.name.clone());
        keys.chain(others).chain(table.indexes.keys().cloned()).collect()
    };
    let (old, new) = (names(before), names(after));
    for name in old.iter().filter(|name| !new.contains(name)) {
        let text = part_of(parent, name);
        table.primary_key.take_if(|key| key.details.ends_with(&text));
        table.uniques.retain(|key| !key.details.ends_with(&text));
        table.constraints.retain(|one| !one.definition.ends_with(&text));
        table.indexes.retain(|_, index| !index.details.ends_with(&text));
    }
}

fn checks(state: &mut State, child: &Name, before: &Table, after: &Table, op: &Op) {
    let Some(mut table) = state.table(child).cloned() else { return };
    let is_partition = table.partition_of.is_some();
    for check in &after.checks {
        let old = before.checks.iter().find(|old| old.name == check.name);
        let own = table.checks.iter_mut().find(|own| own.name == check.name);
        match (old, own) {
            (None, None) if !check.details.contains("NO INHERIT") => {
                let mut check = check.clone();
                check.details = kin::without(&check.details, INHERITED);
                if !is_partition {
                    check.details = kin::with(&check.details, INHERITED);
                }
                table.checks.push(check);
            }
            (Some(old), Some(own)) if old.details != check.details => {
                let text = own.details.replace("NOT VALID", "").replace("  ", " ");
                text.trim().clone_into(&mut own.details);
            }
            _ => {}
        }
    }
    for old in &before.checks {
        // What goes with a column of the parent stays with that of the child.
        let stays = matches!(op, Op::DropColumn { .. })
            || after.checks.iter().any(|check| check.name == old.name)
            || old.details.contains("NO INHERIT")
            || kin::is_inherited(state, child, |parent| {
                parent.checks.iter().any(|check| check.name == old.name)
            });
        if !stays {
            table.checks.retain(|own| {
                own.name != old.name || !is_partition && !own.details.contains(INHERITED)
            });
        }
    }
    state.edit_table(child, |found| *found = table);
}

/// Returns `true` if a key of a partition can be that of its parent's key.
fn is_same_key(own: &Key, key: &Key) -> bool {
    own.columns == key.columns
        && own.include == key.include
        && own.nulls_not_distinct == key.nulls_not_distinct
        && !own.details.contains(PART_OF)
}

fn has_same_key(table: &Table, key: &Key) -> bool {
    table.primary_key.iter().chain(&table.uniques).any(|own| is_same_key(own, key))
}

/// Lets a key of a partition be the one for a key of its parent; `false` if it has none that can be. The
/// server takes a primary key for a unique key, too, and the other way round.
fn serve(state: &mut State, (parent, child): (&Name, &Name), table: &mut Table, key: &Key) -> bool {
    let text = part_of(parent, key.name.as_deref().unwrap_or_default());
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    let mut same: Vec<&mut Key> = keys.filter(|own| is_same_key(own, key)).collect();
    if same.len() > 1 {
        const WHY: &str = "several keys can serve the parent's";
        state.mark(Kind::Table, child, Part::Constraints, WHY);
    }
    let Some(own) = same.first_mut() else { return false };
    own.details = kin::with(&own.details, &text);
    true
}

/// A key of a partition for a key of its parent. The server chooses its name.
fn copy(key: &Key, text: &str) -> Key {
    let details = kin::with(&copied(&key.details), text);
    Key { name: None, generated_name: false, details, has_renamed_column: false, ..key.clone() }
}

fn exclusion(parent: &Name, table: &mut Table, one: &Constraint) {
    let text = part_of(parent, &one.name);
    let definition = kin::with(&detached(&one.definition), &text);
    table.constraints.push(Constraint { name: String::new(), definition });
}

/// A partition keeps a foreign key that its parent has, too, as a part of that one.
fn foreign_key(state: &mut State, child: &Name, table: &mut Table, key: &ForeignKey) {
    let is_same = |own: &ForeignKey| {
        own.columns == key.columns
            && own.parent == key.parent
            && own.parent_columns == key.parent_columns
            && (own.on_update, own.on_delete) == (key.on_update, key.on_delete)
            && own.deferrable == key.deferrable
    };
    const WHY: &str = "it may be a part of the parent's foreign key";
    for own in table.foreign_keys.iter().filter(|own| is_same(own)) {
        let name = own.name.clone().unwrap_or_default();
        state.mark(Kind::Table, child, Part::Constraint(name), WHY);
    }
}

fn index(
    state: &mut State,
    (parent, child): (&Name, &Name),
    table: &mut Table,
    name: &str,
    index: &Index,
) {
    let text = part_of(parent, name);
    let is_same = |own: &Index| {
        own.parts == index.parts
            && own.include == index.include
            && (own.unique, &own.method) == (index.unique, &index.method)
            && own.predicate == index.predicate
            && own.nulls_not_distinct == index.nulls_not_distinct
            && !own.details.contains(PART_OF)
    };
    if let Some(own) = table.indexes.values_mut().find(|own| is_same(own)) {
        own.details = kin::with(&own.details, &text);
        return;
    }
    const WHY: &str = "it may serve an index of the parent";
    let columns: Option<Vec<String>> = index.parts.iter().map(|part| part.column.clone()).collect();
    let keys = table.primary_key.iter().chain(&table.uniques);
    let served = keys.filter(|key| index.unique && Some(&key.columns) == columns.as_ref());
    let served: Vec<String> = served.filter_map(|key| key.name.clone()).collect();
    if !served.is_empty() {
        for name in served {
            state.mark(Kind::Table, child, Part::Constraint(name), WHY);
        }
        state.mark(Kind::Table, child, Part::Indexes, WHY);
        return;
    }
    let details = kin::with(&copied(&index.details), &text);
    let copy = Index { details, comment: None, has_renamed_column: false, ..index.clone() };
    let chosen = super::names::of_index(state, (child, table), &copy);
    match chosen.filter(|_| !index.has_renamed_column) {
        Some(chosen) => drop(table.indexes.insert(chosen, copy)),
        None => state.mark(Kind::Table, child, Part::Indexes, "its name is the server's choice"),
    }
}

fn trigger(
    state: &mut State,
    (parent, child): (&Name, &Name),
    table: &mut Table,
    name: &str,
    trigger: &Trigger,
) {
    if !trigger.definition.contains(" FOR EACH ROW ") {
        return;
    }
    let (old, new) = (type_text(parent), type_text(child));
    let (old, new) = (format!(" ON {old} "), format!(" ON {new} "));
    let definition = trigger.definition.replacen(&old, &new, 1);
    table.triggers.insert(name.to_owned(), Trigger { definition, ..Trigger::default() });
    let own = (Kind::Trigger, parent.clone(), Some(name.to_owned()));
    let uses = state.uses(&own).to_vec();
    state.set_uses((Kind::Trigger, child.clone(), Some(name.to_owned())), Some(uses));
    state.mark_part_known(Kind::Table, child, Part::Trigger(name.to_owned()));
}

/// A constraint, an index or a trigger of the parent has another name.
fn renamed(
    state: &mut State,
    (parent, child): (&Name, &Name),
    subject: &Subject,
    to: &str,
) -> Result<(), Fault> {
    let Some(mut table) = state.table(child).cloned() else { return Ok(()) };
    let is_partition = table.partition_of.is_some();
    let old = match (subject.kind, &subject.part) {
        (Kind::Constraint | Kind::Trigger, Some(part)) => part.as_str(),
        _ => subject.name.name.as_str(),
    };
    if subject.kind == Kind::Trigger
        && is_partition
        && let Some(trigger) = table.triggers.remove(old)
    {
        let (old, new) = (quote_name(old), quote_name(to));
        let (old, new) = (format!(" TRIGGER {old} "), format!(" TRIGGER {new} "));
        let definition = trigger.definition.replacen(&old, &new, 1);
        table.triggers.insert(to.to_owned(), Trigger { definition, ..trigger });
    }
    if subject.kind == Kind::Constraint {
        for check in table.checks.iter_mut().filter(|check| check.name.as_deref() == Some(old)) {
            check.name = Some(to.to_owned());
        }
    }
    if subject.kind != Kind::Trigger {
        let (old, new) = (part_of(parent, old), part_of(parent, to));
        rewrite(&mut table, &old, &new);
    }
    state.edit_table(child, |found| *found = table);
    Ok(())
}

/// Writes another name of the index that an index of a partition is a part of.
fn rewrite(table: &mut Table, old: &str, new: &str) {
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques).map(|key| &mut key.details);
    let others = table.constraints.iter_mut().map(|one| &mut one.definition);
    let indexes = table.indexes.values_mut().map(|index| &mut index.details);
    for details in keys.chain(others).chain(indexes) {
        if let Some(rest) = details.strip_suffix(old) {
            *details = format!("{rest}{new}");
        }
    }
}

/// A parent has another name: its children name it, and its indexes where the namespace changed.
pub(super) fn rename_parent(state: &mut State, children: &[Name], from: &Name, to: &Name) {
    let Some(parent) = state.table(to).cloned() else { return };
    let mut indexes: Vec<String> = parent.indexes.keys().cloned().collect();
    indexes.extend(crate::apply::constraint_names(&parent).map(str::to_owned));
    for child in children {
        state.edit_table(child, |table| {
            if let Some(of) = table.partition_of.as_mut().filter(|of| of.parent == *from) {
                of.parent = to.clone();
            }
            let mut parents = kin::parents(table);
            for name in parents.iter_mut().filter(|name| **name == from.to_string()) {
                *name = to.to_string();
            }
            kin::set_parents(table, &parents);
            if from.namespace != to.namespace {
                for index in &indexes {
                    rewrite(table, &part_of(from, index), &part_of(to, index));
                }
            }
        });
        let user = (Kind::Table, child.clone(), None);
        let uses = state.uses(&user).iter();
        let uses = uses.map(|name| if name == from { to.clone() } else { name.clone() }).collect();
        state.set_uses(user, Some(uses));
    }
}

/// A new key or index of a partitioned table alone is not valid before the partitions have theirs.
pub(super) fn invalidate(state: &mut State, key: &Name, before: &Table) {
    state.edit_table(key, |table| {
        let keys = table.primary_key.iter_mut().filter(|_| before.primary_key.is_none());
        let uniques = table
            .uniques
            .iter_mut()
            .filter(|key| !before.uniques.iter().any(|old| old.name == key.name));
        for key in keys.chain(uniques) {
            key.details = kin::with(&key.details, "INVALID");
        }
        for (name, index) in &mut table.indexes {
            if !before.indexes.contains_key(name) {
                index.details = kin::with(&index.details, "INVALID");
            }
        }
    });
}

/// Everything that a new partition has from its parent.
pub(super) fn attach(state: &mut State, parent: &Name, child: &Name) -> Result<(), Fault> {
    let Some(from) = state.table(parent).cloned() else { return Ok(()) };
    let without = Table { checks: from.checks.clone(), ..Table::default() };
    let op = Op::Opaque { names: Vec::new() };
    let Some(old) = state.table(child).cloned() else { return Ok(()) };
    follow_parts(state, (parent, child), &without, &from, &op)?;
    let Some(new) = state.table(child).cloned() else { return Ok(()) };
    kin::follow(state, child, &old, &new, &op)
}

/// Gives a partition the triggers of its parent, and marks those that are not known there.
pub(super) fn clone_triggers(state: &mut State, parent: &Name, child: &Name) {
    const WHY: &str = "the trigger of the parent is not known";
    let triggers = state.table(parent).map(|table| table.triggers.clone()).unwrap_or_default();
    let Some(mut table) = state.table(child).cloned() else { return };
    for (name, trigger) in &triggers {
        self::trigger(state, (parent, child), &mut table, name, trigger);
        let part = Part::Trigger(name.clone());
        if state.unknown().part(Kind::Table, parent, &part).is_some() {
            state.mark(Kind::Table, child, part, WHY);
        }
    }
    state.edit_table(child, |found| *found = table);
}

/// Takes from a partition what it has from its parent.
pub(super) fn detach(state: &mut State, parent: &Name, child: &Name) {
    let Some(from) = state.table(parent).cloned() else { return };
    let Some(mut table) = state.table(child).cloned() else { return };
    table.partition_of = None;
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques).map(|key| &mut key.details);
    let others = table.constraints.iter_mut().map(|one| &mut one.definition);
    let indexes = table.indexes.values_mut().map(|index| &mut index.details);
    for details in keys.chain(others).chain(indexes) {
        *details = detached(details);
    }
    for name in from.triggers.keys().filter(|name| table.triggers.contains_key(*name)) {
        state.set_uses((Kind::Trigger, child.clone(), Some(name.clone())), None);
    }
    table.triggers.retain(|name, _| !from.triggers.contains_key(name));
    for key in &from.foreign_keys {
        let is_taken =
            crate::apply::constraint_names(&table).any(|name| Some(name) == key.name.as_deref());
        if is_taken {
            const WHY: &str = "the name of its foreign key is not known";
            state.mark(Kind::Table, child, Part::Constraints, WHY);
        } else {
            table.foreign_keys.push(key.clone());
        }
    }
    state.edit_table(child, |found| *found = table);
    state.set_uses((Kind::Table, child.clone(), None), None);
}
