//! Finds tables that triggers of other tables fill. They get no rows of their own, because no
//! application inserts such rows.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::schema::{Kind, Name, Schema};

use super::order::FkCycle;

/// The tables that get rows when another table does, with those whose triggers see to it.
pub(super) fn filled_by_triggers(schema: &Schema) -> BTreeMap<Name, BTreeSet<Name>> {
    let mut filled_by_triggers: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (name, table) in &schema.tables {
        for trigger in table.triggers.values() {
            let called = functions(schema, &trigger.definition);
            let bodies = called.into_iter().chain([trigger.definition.as_str()]);
            for target in bodies.flat_map(targets) {
                let other = schema.tables.keys().find(|other| other.name.to_lowercase() == target);
                if let Some(other) = other.filter(|other| *other != name) {
                    filled_by_triggers.entry(other.clone()).or_default().insert(name.clone());
                }
            }
        }
    }
    filled_by_triggers
}

/// The functions that a trigger names.
fn functions<'s>(schema: &'s Schema, definition: &str) -> Vec<&'s str> {
    let words: BTreeSet<String> = words(definition).collect();
    let others = schema.others.iter().filter(|((kind, _), _)| *kind == Kind::Function);
    let named = others.filter(|((_, name), _)| {
        let name = name.split('(').next().unwrap_or_default();
        words.contains(&name.rsplit('.').next().unwrap_or_default().to_lowercase())
    });
    named.map(|(_, other)| other.definition.as_str()).collect()
}

/// The tables behind `INTO`, in lower case.
fn targets(text: &str) -> Vec<String> {
    let words: Vec<String> = words(text).collect();
    let into = words.iter().enumerate().filter(|(_, word)| *word == "into");
    // A namespace may stand before the table.
    into.flat_map(|(at, _)| words.iter().skip(at + 1).take(2).cloned()).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Puts tables that others feed behind those, where no table that is filled refers to them.
pub(super) fn defer(
    cycles: &mut Vec<FkCycle>,
    filled_by_triggers: &BTreeMap<Name, BTreeSet<Name>>,
    schema: &Schema,
) {
    if filled_by_triggers.is_empty() {
        return;
    }
    let all: BTreeSet<Name> = cycles.iter().flatten().map(|step| step.table.clone()).collect();
    let is_referred_to = |name: &Name| {
        let tables = all.iter().filter(|other| *other != name);
        let mut keys = tables.filter_map(|t| schema.tables.get(t)).flat_map(|t| &t.foreign_keys);
        keys.any(|key| key.parent == *name)
    };
    let waits = |cycle: &FkCycle| match cycle.as_slice() {
        [step] => {
            let feeders = filled_by_triggers.get(&step.table);
            feeders.is_some_and(|feeders| !feeders.is_disjoint(&all))
                && !is_referred_to(&step.table)
        }
        _ => false,
    };
    let (deferred, early): (Vec<FkCycle>, Vec<FkCycle>) = cycles.drain(..).partition(waits);
    *cycles = early;
    cycles.extend(deferred);
}

#[cfg(test)]
mod tests {
    use migrate_core::schema::{Table, Trigger};

    use super::super::order;
    use super::*;

    #[test]
    fn a_table_that_a_trigger_fills_comes_behind_the_one_that_fires() {
        let mut schema = Schema::default();
        let definition =
            "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO \"Audit\" VALUES (1); END";
        let trigger = Trigger { definition: definition.to_owned(), ..Trigger::default() };
        let triggers = [("t".to_owned(), trigger)].into();
        schema.tables.insert(Name::new("users"), Table { triggers, ..Table::default() });
        schema.tables.insert(Name::new("Audit"), Table::default());
        let filled_by_triggers = filled_by_triggers(&schema);
        assert_eq!(filled_by_triggers, [(Name::new("Audit"), [Name::new("users")].into())].into());
        let mut cycles = order::order(&schema, &schema.tables.keys().cloned().collect());
        defer(&mut cycles, &filled_by_triggers, &schema);
        let order: Vec<&str> = cycles.iter().flatten().map(|t| t.table.name.as_str()).collect();
        assert_eq!(order, ["users", "Audit"]);
    }
}
