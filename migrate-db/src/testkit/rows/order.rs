//! Sorts tables so that parents are filled before the tables that refer to them.

use std::collections::BTreeSet;

use migrate_core::schema::{Deferrable, ForeignKey, MatchType, Name, Schema, Table};

/// A table's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FillStep {
    pub(super) table: Name,
    /// Foreign keys, by their place in the table, that begin as NULL: what they refer to is filled
    /// later, or is the table itself.
    pub(super) deferred: Vec<usize>,
    /// Foreign keys that can be no NULL and refer to what is filled later: the rows there get the
    /// keys that are promised here.
    pub(super) reserved: Vec<usize>,
}

/// Turns that stand or fall together: one, or the tables of a circle without a way through NULL.
pub(super) type FkCycle = Vec<FillStep>;

/// Whether some column of a foreign key may be NULL, so that the row refers to nothing.
pub(super) fn may_be_null(table: &Table, key: &ForeignKey) -> bool {
    key.match_type != MatchType::Full
        && key.columns.iter().any(|name| table.column(name).is_some_and(|c| c.nullable))
        || key.columns.iter().all(|name| table.column(name).is_some_and(|c| c.nullable))
}

/// Whether a foreign key may be broken until the transaction ends.
pub(super) fn is_deferrable(key: &ForeignKey) -> bool {
    key.deferrable != Deferrable::No
}

/// The order of some tables. Parents that are not among them are taken as filled.
pub(super) fn order(schema: &Schema, names: &BTreeSet<Name>) -> Vec<FkCycle> {
    let mut open: BTreeSet<&Name> =
        names.iter().filter(|name| schema.tables.contains_key(*name)).collect();
    let mut cycles: Vec<FkCycle> = Vec::new();
    // Who is still to keep a promise of the knot that is open.
    let mut reserved_in: BTreeSet<Name> = BTreeSet::new();
    while !open.is_empty() {
        // How much a table wants that is not there yet: what cannot be NULL weighs more than all
        // that can, and what cannot even be deferred the most.
        let missing_parents = |name: &Name| -> (usize, usize, usize) {
            let Some(table) = schema.tables.get(name) else { return (0, 0, 0) };
            let missing = table
                .foreign_keys
                .iter()
                .filter(|key| key.parent != *name && open.contains(&key.parent));
            let (free, bound): (Vec<_>, Vec<_>) = missing.partition(|key| may_be_null(table, key));
            let strict = bound.iter().filter(|key| !is_deferrable(key)).count();
            (strict, bound.len(), free.len())
        };
        let waiting = open.iter().filter(|name| reserved_in.contains(**name));
        let next = waiting.min_by_key(|name| (missing_parents(name), **name));
        // Inside a knot those who owe come first, but for what they themselves wait for.
        let next = match next {
            Some(name) if missing_parents(name).1 == 0 => Some(*name),
            _ => open.iter().copied().min_by_key(|name| (missing_parents(name), *name)),
        };
        let Some(name) = next else { break };
        let Some(table) = schema.tables.get(name) else { break };
        let missing: Vec<usize> = (0..table.foreign_keys.len())
            .filter(|n| open.contains(&table.foreign_keys[*n].parent))
            .collect();
        let (deferred, reserved): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|n| may_be_null(table, &table.foreign_keys[*n]));
        let is_inside = !reserved_in.is_empty();
        reserved_in.extend(reserved.iter().map(|n| table.foreign_keys[*n].parent.clone()));
        reserved_in.remove(name);
        open.remove(name);
        let step = FillStep { table: name.clone(), deferred, reserved };
        match cycles.last_mut() {
            Some(cycle) if is_inside => cycle.push(step),
            _ => cycles.push(vec![step]),
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrate_core::schema::Column;

    /// `a: b c?` is a table that refers to b and, where it is not NULL, to c.
    fn schema(text: &str) -> Schema {
        let mut schema = Schema::default();
        for line in text.split("; ") {
            let (name, parents) = line.split_once(':').unwrap();
            let mut table = Table::default();
            for parent in parents.split_whitespace() {
                let column = format!("{}_id", parent.trim_end_matches('?'));
                table.columns.push(Column {
                    name: column.clone(),
                    nullable: parent.ends_with('?'),
                    ..Column::default()
                });
                table.foreign_keys.push(ForeignKey {
                    columns: vec![column],
                    parent: Name::new(parent.trim_end_matches('?')),
                    parent_columns: vec!["id".to_owned()],
                    ..ForeignKey::default()
                });
            }
            schema.tables.insert(Name::new(name), table);
        }
        schema
    }

    /// Knots in brackets; `a~0` has a late key, `a!0` a promised one.
    fn told(text: &str) -> String {
        let schema = schema(text);
        let names = schema.tables.keys().cloned().collect();
        let step = |step: &FillStep| {
            let mut text = step.table.to_string();
            text.extend(step.deferred.iter().map(|n| format!("~{n}")));
            text.extend(step.reserved.iter().map(|n| format!("!{n}")));
            text
        };
        let cycle = |cycle: &FkCycle| cycle.iter().map(step).collect::<Vec<_>>().join(" ");
        order(&schema, &names).iter().map(|k| format!("[{}]", cycle(k))).collect()
    }

    #[test]
    fn parents_come_first() {
        assert_eq!(told("a: b; b: c; c:; d: a c"), "[c][b][a][d]");
    }

    #[test]
    fn a_circle_is_broken_where_null_may_stand() {
        assert_eq!(told("a: b; b: a?"), "[b~0][a]");
        assert_eq!(told("tree: tree?"), "[tree~0]");
    }

    #[test]
    fn a_circle_without_null_is_a_knot() {
        assert_eq!(told("a: b; b: a; c: a"), "[a!0 b][c]");
        assert_eq!(told("a: a"), "[a!0]");
        assert_eq!(told("a: b; b: c; c: a"), "[a!0 c b]");
    }
}
