//! Adds the keys, references, checks and NOT NULL of the next revision to a schema, so that rows
//! satisfy them before its up.

use std::collections::BTreeMap;

use migrate_core::dialect::Dialect;
use migrate_core::schema::{Name, Schema, Table};

use super::column_group;

/// The schema `before` with the constraints of `after` that can hold there: those whose columns
/// exist in both. It describes no database; it is what [`fill`](super::fill) chooses rows by.
pub(in super::super) fn with_future_constraints(
    dialect: Dialect,
    before: &Schema,
    after: &Schema,
) -> Schema {
    let renamed = renamed(before, after);
    let mut like = before.clone();
    for (name, table) in &mut like.tables {
        let later = renamed.get(name).unwrap_or(name);
        if let Some(later) = after.tables.get(later) {
            constrain(dialect, table, later, &renamed);
        }
    }
    like
}

fn constrain(dialect: Dialect, table: &mut Table, later: &Table, renamed: &BTreeMap<Name, Name>) {
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let all_there = |columns: &[String]| columns.iter().all(|column| names.contains(column));
    for column in &mut table.columns {
        if let Some(then) = later.column(&column.name) {
            column.nullable &= then.nullable;
        }
    }
    let known: Vec<&Vec<String>> =
        table.uniques.iter().chain(&table.primary_key).map(|key| &key.columns).collect();
    let keys = later.uniques.iter().chain(&later.primary_key);
    let keys = keys.filter(|key| all_there(&key.columns) && !known.contains(&&key.columns));
    let keys: Vec<_> = keys.cloned().collect();
    table.uniques.extend(keys);
    let later_names: Vec<&str> = later.columns.iter().map(|column| column.name.as_str()).collect();
    // The columns of a text, where all of them are there before.
    let is_there = |text: &str| {
        let found = column_group::references(dialect, text, &later_names).columns;
        found.iter().all(|at| names.iter().any(|name| name == later_names[*at]))
    };
    for (name, index) in later.indexes.iter().filter(|(_, index)| index.unique) {
        let parts = index.parts.iter().all(|part| match &part.column {
            Some(column) => names.contains(column),
            None => is_there(&part.expression),
        });
        if parts && index.predicate.as_ref().is_none_or(|text| is_there(text)) {
            table.indexes.insert(name.clone(), index.clone());
        }
    }
    for check in &later.checks {
        let is_known = table.checks.iter().any(|known| known.expression == check.expression);
        if !is_known && is_there(&check.expression) {
            table.checks.push(check.clone());
        }
    }
    for key in &later.foreign_keys {
        let mut key = key.clone();
        // The parent by its name before.
        if let Some((before, _)) = renamed.iter().find(|(_, after)| **after == key.parent) {
            key.parent = before.clone();
        }
        let is_known = table
            .foreign_keys
            .iter()
            .any(|known| known.columns == key.columns && known.parent == key.parent);
        if !is_known && all_there(&key.columns) {
            table.foreign_keys.push(key);
        }
    }
}

/// The tables that have another name after: gone and new ones with the same columns.
fn renamed(before: &Schema, after: &Schema) -> BTreeMap<Name, Name> {
    let names = |table: &Table| -> Vec<String> {
        let mut names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        names.sort_unstable();
        names
    };
    let gone = before.tables.iter().filter(|(name, _)| !after.tables.contains_key(*name));
    let mut new: Vec<(&Name, &Table)> =
        after.tables.iter().filter(|(name, _)| !before.tables.contains_key(*name)).collect();
    let mut renamed = BTreeMap::new();
    for (name, table) in gone {
        let columns = names(table);
        if let Some(at) = new.iter().position(|(_, other)| names(other) == columns) {
            renamed.insert(name.clone(), new.remove(at).0.clone());
        }
    }
    renamed
}

#[cfg(test)]
mod tests {
    use migrate_core::schema::{Check, Column, ForeignKey, Key};

    use super::*;

    fn table(columns: &str) -> Table {
        let column = |text: &str| Column {
            name: text.trim_end_matches('?').to_owned(),
            nullable: text.ends_with('?'),
            ..Column::default()
        };
        Table { columns: columns.split(' ').map(column).collect(), ..Table::default() }
    }

    fn key(columns: &[&str]) -> Key {
        Key { columns: columns.iter().map(|c| (*c).to_owned()).collect(), ..Key::default() }
    }

    fn schema(tables: impl IntoIterator<Item = (&'static str, Table)>) -> Schema {
        let tables = tables.into_iter().map(|(name, table)| (Name::new(name), table)).collect();
        Schema { tables, ..Schema::default() }
    }

    #[test]
    fn what_the_up_adds_is_added_where_its_columns_are_there() {
        let before = schema([("t", table("id a? b?"))]);
        let mut after = table("id a b? fresh");
        after.uniques = vec![key(&["b"]), key(&["b", "fresh"])];
        let check = |text: &str| Check { expression: text.to_owned(), ..Check::default() };
        after.checks = vec![check("b > 0"), check("fresh > b")];
        let like = with_future_constraints(Dialect::Sqlite, &before, &schema([("t", after)]));
        let table = &like.tables[&Name::new("t")];
        assert_eq!(table.uniques, [key(&["b"])]);
        assert_eq!(table.checks, [check("b > 0")]);
        let nullable: Vec<bool> = table.columns.iter().map(|column| column.nullable).collect();
        assert_eq!(nullable, [false, false, true]);
    }

    #[test]
    fn a_renamed_table_and_a_reference_to_one() {
        let before = schema([("users", table("id name")), ("posts", table("id author?"))]);
        let mut posts = table("id author?");
        posts.foreign_keys = vec![ForeignKey {
            columns: vec!["author".to_owned()],
            parent: Name::new("people"),
            parent_columns: vec!["id".to_owned()],
            ..ForeignKey::default()
        }];
        let mut people = table("id name");
        people.uniques = vec![key(&["name"])];
        let like = with_future_constraints(
            Dialect::Sqlite,
            &before,
            &schema([("people", people), ("posts", posts)]),
        );
        assert_eq!(like.tables[&Name::new("users")].uniques, [key(&["name"])]);
        let parent = &like.tables[&Name::new("posts")].foreign_keys[0].parent;
        assert_eq!(*parent, Name::new("users"));
    }

    #[test]
    fn nothing_is_added_where_nothing_is_new() {
        let before = schema([("t", table("id a?"))]);
        assert_eq!(with_future_constraints(Dialect::Sqlite, &before, &before), before);
    }
}
