//! In which order tables are filled, so that what a row refers to is there before it.

use std::collections::BTreeSet;

use migrate_core::schema::{Deferrable, ForeignKey, MatchType, Name, Schema, Table};

/// A table's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) table: Name,
    /// Foreign keys, by their place in the table, that begin as NULL: what they refer to is filled
    /// later, or is the table itself.
    pub(super) late: Vec<usize>,
    /// Foreign keys that can be no NULL and refer to what is filled later: the rows there get the
    /// keys that are promised here.
    pub(super) promised: Vec<usize>,
}

/// Turns that stand or fall together: one, or the tables of a circle without a way through NULL.
pub(super) type Knot = Vec<Turn>;

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
pub(super) fn order(schema: &Schema, names: &BTreeSet<Name>) -> Vec<Knot> {
    let mut open: BTreeSet<&Name> =
        names.iter().filter(|name| schema.tables.contains_key(*name)).collect();
    let mut knots: Vec<Knot> = Vec::new();
    // Who is still to keep a promise of the knot that is open.
    let mut owed: BTreeSet<Name> = BTreeSet::new();
    while !open.is_empty() {
        // How much a table wants that is not there yet: what cannot be NULL weighs more than all
        // that can, and what cannot even be deferred the most.
        let weight = |name: &Name| -> (usize, usize, usize) {
            let Some(table) = schema.tables.get(name) else { return (0, 0, 0) };
            let missing = table
                .foreign_keys
                .iter()
                .filter(|key| key.parent != *name && open.contains(&key.parent));
            let (free, bound): (Vec<_>, Vec<_>) = missing.partition(|key| may_be_null(table, key));
            let strict = bound.iter().filter(|key| !is_deferrable(key)).count();
            (strict, bound.len(), free.len())
        };
        let debtors = open.iter().filter(|name| owed.contains(**name));
        let next = debtors.min_by_key(|name| (weight(name), **name));
        // Inside a knot those who owe come first, but for what they themselves wait for.
        let next = match next {
            Some(name) if weight(name).1 == 0 => Some(*name),
            _ => open.iter().copied().min_by_key(|name| (weight(name), *name)),
        };
        let Some(name) = next else { break };
        let Some(table) = schema.tables.get(name) else { break };
        let missing: Vec<usize> = (0..table.foreign_keys.len())
            .filter(|n| open.contains(&table.foreign_keys[*n].parent))
            .collect();
        let (late, promised): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|n| may_be_null(table, &table.foreign_keys[*n]));
        let is_inside = !owed.is_empty();
        owed.extend(promised.iter().map(|n| table.foreign_keys[*n].parent.clone()));
        owed.remove(name);
        open.remove(name);
        let turn = Turn { table: name.clone(), late, promised };
        match knots.last_mut() {
            Some(knot) if is_inside => knot.push(turn),
            _ => knots.push(vec![turn]),
        }
    }
    knots
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
        let turn = |turn: &Turn| {
            let mut text = turn.table.to_string();
            text.extend(turn.late.iter().map(|n| format!("~{n}")));
            text.extend(turn.promised.iter().map(|n| format!("!{n}")));
            text
        };
        let knot = |knot: &Knot| knot.iter().map(turn).collect::<Vec<_>>().join(" ");
        order(&schema, &names).iter().map(|k| format!("[{}]", knot(k))).collect()
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
