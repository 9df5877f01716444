//! Laws of comparing, on random schemas.

use proptest::prelude::*;

use super::super::*;

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "a b"]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "x", "y\nz"]).prop_map(str::to_owned)
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(vec!["x", "y"]).prop_map(str::to_owned))
}

fn column() -> impl Strategy<Value = Column> {
    (name(), text(), any::<bool>(), maybe(), maybe()).prop_map(
        |(name, data_type, nullable, default, comment)| Column {
            name,
            data_type: data_type.into(),
            nullable,
            default,
            comment,
            ..Column::default()
        },
    )
}

fn key() -> impl Strategy<Value = Key> {
    (maybe(), prop::collection::vec(name(), 1..3)).prop_map(|(name, columns)| Key {
        name,
        columns,
        ..Key::default()
    })
}

fn check() -> impl Strategy<Value = Check> {
    (maybe(), text()).prop_map(|(name, expression)| Check { name, expression, ..Check::default() })
}

fn index() -> impl Strategy<Value = Index> {
    (any::<bool>(), prop::collection::vec((maybe(), any::<bool>()), 1..3), maybe()).prop_map(
        |(unique, parts, predicate)| {
            let part =
                |(column, descending)| IndexPart { column, descending, ..IndexPart::default() };
            let parts = parts.into_iter().map(part).collect();
            Index { unique, parts, predicate, ..Index::default() }
        },
    )
}

/// No two of one name: a database has none either.
fn distinct<T>(items: Vec<T>, name: impl Fn(&T) -> Option<String>) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    items.into_iter().filter(|item| name(item).is_none_or(|name| seen.insert(name))).collect()
}

fn table() -> impl Strategy<Value = Table> {
    let few = 0..4;
    (
        prop::collection::vec(column(), few.clone()),
        prop::option::of(key()),
        prop::collection::vec(key(), few.clone()),
        prop::collection::vec(check(), few.clone()),
        prop::collection::btree_map(name(), index(), few.clone()),
        prop::collection::btree_map(name(), text(), few),
    )
        .prop_map(|(columns, primary_key, uniques, checks, indexes, options)| Table {
            columns: distinct(columns, |column| Some(column.name.clone())),
            primary_key,
            uniques: distinct(uniques, |key| key.name.clone()),
            checks: distinct(checks, |check| check.name.clone()),
            indexes,
            options,
            ..Table::default()
        })
}

fn schema() -> impl Strategy<Value = Schema> {
    let few = 0..3;
    (
        prop::collection::btree_map(name().prop_map(Name::new), table(), few.clone()),
        prop::collection::btree_map(
            name().prop_map(Name::new),
            (prop::collection::vec(name(), 0..3), maybe())
                .prop_map(|(labels, comment)| Enum { labels, comment }),
            few,
        ),
    )
        .prop_map(|(tables, enums)| Schema { tables, enums, ..Schema::default() })
}

/// Without what does not count: the order of columns and of constraints.
fn unordered(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        table.uniques.sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
        table.checks.sort_by(|a, b| (&a.name, &a.expression).cmp(&(&b.name, &b.expression)));
    }
    schema
}

fn turn<T>(items: &mut [T], by: &prop::sample::Index) {
    if !items.is_empty() {
        items.rotate_left(by.index(items.len()));
    }
}

fn shuffled() -> impl Strategy<Value = (Schema, Schema)> {
    (schema(), any::<prop::sample::Index>()).prop_map(|(before, by)| {
        let mut after = before.clone();
        for table in after.tables.values_mut() {
            turn(&mut table.columns, &by);
            turn(&mut table.uniques, &by);
            turn(&mut table.checks, &by);
        }
        (before, after)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_does_not_differ_from_itself(schema in schema()) {
        prop_assert_eq!(compare(&schema, &schema), []);
        prop_assert_eq!(sql_diff(&schema, &schema), "");
    }

    #[test]
    fn nothing_differs_only_where_all_is_equal(before in schema(), after in schema()) {
        let found = compare(&before, &after);
        let same = unordered(&before) == unordered(&after);
        prop_assert_eq!(found.iter().all(Difference::is_order), same, "{:?}", found);
        prop_assert_eq!(sql_diff(&before, &after).is_empty(), same);
    }

    #[test]
    fn a_difference_holds_the_values_of_both_schemas(before in schema(), after in schema()) {
        for difference in compare(&before, &after) {
            let ends = (difference.before.is_some(), difference.after.is_some());
            let expected = match difference.change {
                Change::Added => (false, true),
                Change::Removed => (true, false),
                Change::Altered { .. } | Change::Reordered { .. } => (true, true),
            };
            prop_assert_eq!(ends, expected, "{:?}", &difference.object);
            prop_assert_ne!(difference.before, difference.after);
        }
    }

    #[test]
    fn order_is_told_as_order((before, after) in shuffled()) {
        let found = compare(&before, &after);
        prop_assert!(found.iter().all(Difference::is_order), "{:?}", found);
        let orders = |schema: &Schema| -> Vec<Vec<String>> {
            let tables = schema.tables.values();
            tables.map(|t| t.columns.iter().map(|c| c.name.clone()).collect()).collect()
        };
        let moved = orders(&before).into_iter().zip(orders(&after)).filter(|(b, a)| b != a);
        prop_assert_eq!(found.len(), moved.count());
        prop_assert_eq!(sql_diff(&before, &after), "");
    }

    /// What one way adds, the other removes.
    #[test]
    fn the_way_back_is_the_reverse(before in schema(), after in schema()) {
        let count = |found: &[Difference], change: &Change| {
            found.iter().filter(|difference| difference.change == *change).count()
        };
        let (there, back) = (compare(&before, &after), compare(&after, &before));
        prop_assert_eq!(there.len(), back.len());
        prop_assert_eq!(count(&there, &Change::Added), count(&back, &Change::Removed));
        prop_assert_eq!(count(&there, &Change::Removed), count(&back, &Change::Added));
    }
}
