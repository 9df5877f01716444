//! The form in which the reader of the catalog gives a schema.
//!
//! The reader spells parents of foreign keys as they are spelled there, and the texts of views and
//! triggers in one form, for which it needs the names of what they mention.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::State;
use crate::dialect::sqlite::LEX_RULES;
use crate::dialect::sqlite::catalog::text::{Scope, quoted};
use crate::dialect::sqlite::catalog::{trigger, view};
use crate::schema::{ForeignKey, Kind, Name, Schema, Table, Trigger, View};
use crate::sql::Tokens;

/// The columns, by lower-case names of tables and views.
type Names = BTreeMap<String, BTreeSet<String>>;

/// Brings a part of the schema of `state` to that form. Temporary objects are left out.
pub(super) fn present(state: &State, part: &mut Schema) {
    part.tables.retain(|name, _| name.namespace.is_none());
    part.views.retain(|name, _| name.namespace.is_none());
    let original = part.clone();
    for table in part.tables.values_mut() {
        table.checks.iter_mut().for_each(|check| check.written_at = None);
        for key in &mut table.foreign_keys {
            key.written_at = None;
            if let Some((name, parent)) = find_table(state, &original, &key.parent) {
                resolve(key, name, parent);
            }
        }
        for (name, value) in &mut table.triggers {
            *value = normal_trigger(state, &original, name, value);
        }
    }
    for view in part.views.values_mut() {
        for (name, value) in &mut view.triggers {
            *value = normal_trigger(state, &original, name, value);
        }
        *view = normal_view(state, &original, view);
    }
}

fn find_table<'a>(
    state: &'a State,
    part: &'a Schema,
    name: &Name,
) -> Option<(&'a Name, &'a Table)> {
    let key = state.find_spelled(Kind::Table, name);
    let of_part = part.tables.get_key_value(name).or_else(|| {
        let mut tables = part.tables.iter();
        tables.find(|(found, _)| found.name.eq_ignore_ascii_case(&name.name))
    });
    of_part.or_else(|| state.schema().tables.get_key_value(&key?))
}

fn resolve(key: &mut ForeignKey, name: &Name, parent: &Table) {
    key.parent = name.clone();
    if key.parent_columns.is_empty()
        && let Some(primary) = &parent.primary_key
        && primary.columns.len() == key.columns.len()
    {
        key.parent_columns.clone_from(&primary.columns);
    }
    for column in &mut key.parent_columns {
        let mut columns = parent.columns.iter();
        if let Some(spelled) = columns.find(|one| one.name.eq_ignore_ascii_case(column)) {
            column.clone_from(&spelled.name);
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let tokens = Tokens::read_until_error(text, &LEX_RULES);
    let names = tokens.cursor().lexemes().iter().filter_map(|word| word.name(&LEX_RULES));
    names.map(|word| word.to_ascii_lowercase()).collect()
}

/// The tables and views that a text mentions, with the names that the reader knows of them.
fn names(state: &State, part: &Schema, text: &str) -> Names {
    let mut names = Names::new();
    for word in words(text) {
        let name = Name::new(word.clone());
        if let Some((found, table)) = find_table(state, part, &name) {
            let of_module = table.options.get("module").map(|module| {
                let arguments = table.options.get("arguments").map_or("", String::as_str);
                let found = quoted(&found.name);
                words(&format!("CREATE VIRTUAL TABLE {found} USING {module} ({arguments})"))
            });
            let columns = table.columns.iter().map(|column| column.name.to_ascii_lowercase());
            names.insert(word, of_module.unwrap_or_else(|| columns.collect()));
            continue;
        }
        let key = state.find_spelled(Kind::View, &name);
        let of_part = part.views.iter().find(|(found, _)| found.name.eq_ignore_ascii_case(&word));
        let of_state = || state.schema().views.get_key_value(&key?);
        if let Some((found, view)) = of_part.or_else(of_state) {
            names.insert(word, words(&statement(&found.name, view)));
        }
    }
    names
}

fn statement(name: &str, view: &View) -> String {
    format!("CREATE VIEW {} {} AS {}", quoted(name), view.details, view.definition)
}

fn normal_view(state: &State, part: &Schema, of: &View) -> View {
    let sql = statement("v", of);
    let names = names(state, part, &of.definition);
    let tokens = Tokens::read_until_error(&sql, &LEX_RULES);
    match view(tokens.cursor(), Scope::Everything(&names)) {
        Some(normal) => View { triggers: of.triggers.clone(), ..normal },
        None => of.clone(),
    }
}

fn normal_trigger(state: &State, part: &Schema, name: &str, of: &Trigger) -> Trigger {
    let names = names(state, part, &of.definition);
    let tokens = Tokens::read_until_error(&of.definition, &LEX_RULES);
    let normal = trigger(name, tokens.cursor(), Scope::Everything(&names));
    match normal {
        Some(normal) => Trigger { written: of.written.clone(), ..normal },
        None => of.clone(),
    }
}
