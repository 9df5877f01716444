//! Determines the tables that a revision concerns. These tables are filled before the up and
//! compared after the down. Filling all tables for every revision would take time quadratic in the
//! length of the history.
//!
//! The names and words of the statements count, including those in strings and function bodies. A
//! word too many costs a few rows; a missing one would hide a loss.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::revision::Revision;
use migrate_core::schema::{Kind, Name, Schema};
use migrate_core::sql::{LexRules, Tokens};

use super::uses::texts;

/// The tables that the sections of a revision have to do with, as far as they are there: named
/// in them, or reached through what is named in them (views, functions, types, indexes,
/// constraints, sequences, triggers); with those that refer to them or that they refer to.
pub(super) fn tables(revision: &Revision, dialect: Dialect, schema: &Schema) -> BTreeSet<Name> {
    let mut words = BTreeSet::new();
    let rules = dialect.lex_rules();
    texts(revision, dialect).for_each(|text| words_of(text, rules, &mut words));
    widen(&mut words, schema, rules, true);
    named(words, schema)
}

/// Whether the sections write to a table by themselves, and not through triggers alone.
pub(super) fn names(revision: &Revision, dialect: Dialect, schema: &Schema, table: &Name) -> bool {
    let mut words = BTreeSet::new();
    let rules = dialect.lex_rules();
    texts(revision, dialect).for_each(|text| words_of(text, rules, &mut words));
    widen(&mut words, schema, rules, false);
    words.contains(&table.name.to_lowercase())
}

/// Adds the names of a text, those in the strings and bodies inside it, and every word of it: words
/// also cover comments that run, and what stands behind a token that is not closed.
fn words_of(text: &str, rules: &LexRules, words: &mut BTreeSet<String>) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    // `$` may stand in a name, and is what bodies are quoted with.
    for pieces in [
        text.split(|c| !is_word(c)).collect::<Vec<_>>(),
        text.split(|c| !is_word(c) && c != '$').collect(),
    ] {
        words.extend(pieces.into_iter().filter(|w| !w.is_empty()).map(str::to_lowercase));
    }
    let mut unread = vec![text.to_owned()];
    while let Some(text) = unread.pop() {
        let tokens = Tokens::read_until_error(&text, rules);
        let mut cursor = tokens.cursor();
        while !cursor.is_empty() {
            words.extend({ cursor }.name().map(|name| name.to_lowercase()));
            if let Some(string) = { cursor }.string() {
                // It may be a name: `'order items'::regclass`.
                words.insert(string.to_lowercase());
                unread.push(string);
            }
            cursor.bump();
        }
    }
}

fn named(words: BTreeSet<String>, schema: &Schema) -> BTreeSet<Name> {
    if CATALOGS.iter().any(|catalog| words.contains(*catalog)) {
        return schema.tables.keys().cloned().collect();
    }
    let mut found = BTreeSet::new();
    for (name, table) in &schema.tables {
        let has = |word: &str| words.contains(&word.to_lowercase());
        let constraints = table.uniques.iter().chain(&table.primary_key).map(|key| &key.name);
        let constraints = constraints
            .chain(table.checks.iter().map(|check| &check.name))
            .chain(table.foreign_keys.iter().map(|key| &key.name))
            .flatten()
            .chain(table.constraints.iter().map(|constraint| &constraint.name));
        let types = table.columns.iter().filter_map(|column| column.user_type.as_ref());
        if has(&name.name)
            || table.indexes.keys().chain(table.triggers.keys()).any(|part| has(part))
            || constraints.into_iter().any(|part| has(part))
            || types.into_iter().any(|part| has(&part.name))
        {
            found.insert(name.clone());
        }
    }
    // What refers to them may be changed along with them.
    let mut children: BTreeMap<&Name, Vec<&Name>> = BTreeMap::new();
    for (name, table) in &schema.tables {
        for key in &table.foreign_keys {
            children.entry(&key.parent).or_default().push(name);
        }
    }
    let mut open: Vec<Name> = found.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for child in children.get(&name).into_iter().flatten() {
            if found.insert((*child).clone()) {
                open.push((*child).clone());
            }
        }
    }
    schema.with_parents(found)
}

/// What databases list their tables in: a statement that reads it may mean any of them.
const CATALOGS: [&str; 6] = [
    "information_schema",
    "pg_class",
    "pg_tables",
    "pg_stat_user_tables",
    "sqlite_master",
    "sqlite_schema",
];

/// Adds the words of what is named: a view's query, a function's body, a sequence's table; of a
/// table that is named the triggers, which fire when its rows change. Bodies may name further ones.
fn widen(words: &mut BTreeSet<String>, schema: &Schema, rules: &LexRules, with_triggers: bool) {
    let views = schema.views.iter().map(|(name, view)| (name.name.as_str(), &view.definition));
    let others = schema.others.iter().filter(|((kind, _), _)| {
        matches!(kind, Kind::Function | Kind::Procedure | Kind::Rule | Kind::Type)
    });
    let others = others.map(|((_, name), other)| {
        (
            name.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default(),
            &other.definition,
        )
    });
    let triggers = schema.tables.iter().flat_map(|(table, of)| {
        of.triggers.iter().flat_map(move |(name, trigger)| {
            [name, &table.name].map(|name| (name.as_str(), &trigger.definition))
        })
    });
    let mut bodies: Vec<(String, &String)> = views
        .chain(others)
        .chain(triggers.filter(|_| with_triggers))
        .map(|(name, body)| (name.to_lowercase(), body))
        .collect();
    for (name, sequence) in &schema.sequences {
        if let Some((table, _)) = &sequence.owned_by
            && words.contains(&name.name.to_lowercase())
        {
            words.insert(table.name.to_lowercase());
        }
    }
    loop {
        let before = bodies.len();
        bodies.retain(|(name, body)| {
            let is_named = words.contains(name);
            if is_named {
                words_of(body, rules, words);
            }
            !is_named
        });
        if bodies.len() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::schema::{Action, ForeignKey, Table, Trigger, View};

    use super::*;

    fn schema() -> Schema {
        let mut schema = Schema::default();
        let refers = |parent: &str| {
            vec![ForeignKey {
                columns: vec!["x".to_owned()],
                parent: Name::new(parent),
                on_delete: Action::Cascade,
                ..ForeignKey::default()
            }]
        };
        schema.tables.insert(Name::new("a"), Table::default());
        schema
            .tables
            .insert(Name::new("b"), Table { foreign_keys: refers("a"), ..Table::default() });
        schema
            .tables
            .insert(Name::new("c"), Table { foreign_keys: refers("b"), ..Table::default() });
        schema.tables.insert(Name::new("other"), Table::default());
        schema.views.insert(
            Name::new("v"),
            View { definition: "SELECT * FROM Other".to_owned(), ..View::default() },
        );
        let fires = "CREATE TRIGGER fires AFTER DELETE ON fired DELETE FROM struck".to_owned();
        let fires = Trigger { definition: fires, ..Trigger::default() };
        let triggers = [("fires".to_owned(), fires)].into();
        schema.tables.insert(Name::new("fired"), Table { triggers, ..Table::default() });
        schema.tables.insert(Name::new("struck"), Table::default());
        schema
    }

    fn names(sql: &str) -> Vec<String> {
        let (mut words, rules) = (BTreeSet::new(), Dialect::Postgres.lex_rules());
        words_of(sql, rules, &mut words);
        widen(&mut words, &schema(), rules, true);
        named(words, &schema()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_that_are_no_words_are_found() {
        let tables = |dialect: Dialect, table: &str, sql: &str| {
            let mut words = BTreeSet::new();
            words_of(sql, dialect.lex_rules(), &mut words);
            let tables = [(Name::new(table), Table::default())].into();
            named(words, &Schema { tables, ..Schema::default() }).len()
        };
        let long = "a".repeat(70);
        for (dialect, table, sql) in [
            (Dialect::Postgres, "order items", "DELETE FROM \"order items\""),
            (Dialect::Postgres, "order items", "DO $$BEGIN DELETE FROM \"order items\"; END$$"),
            (Dialect::Postgres, "a\"b", "DROP TABLE \"a\"\"b\""),
            (Dialect::Postgres, "x y", "DO $$BEGIN EXECUTE format('DELETE FROM %I', 'x y'); END$$"),
            (Dialect::Postgres, &long[..63], &format!("DROP TABLE {long}")),
            (Dialect::Sqlite, "order items", "DELETE FROM [order items]"),
            (Dialect::Mysql, "order-items", "DELETE FROM `order-items`"),
        ] {
            assert_eq!(tables(dialect, table, sql), 1, "{dialect}: {sql}");
        }
        assert_eq!(tables(Dialect::Postgres, "order items", "DROP TABLE \"order list\""), 0);
    }

    #[test]
    fn what_is_named_brings_along_what_it_is_tied_to() {
        assert_eq!(names("ALTER TABLE \"B\" ADD y int"), ["a", "b", "c"]);
        assert_eq!(names("DROP VIEW v"), ["other"]);
        assert_eq!(names("DO $$ EXECUTE 'update other set x = 1' $$"), ["other"]);
        assert_eq!(names("DO $$DELETE FROM other$$"), ["other"]);
        assert_eq!(names("SELECT tablename FROM pg_tables").len(), 6);
        assert_eq!(names("DELETE FROM fired"), ["fired", "struck"]);
        assert_eq!(names("DROP TRIGGER fires"), ["fired", "struck"]);
        assert!(names("CREATE TABLE fresh (id int)").is_empty());
    }
}
