//! Constraints and indexes: those that a struct states are matched with those of the table by content,
//! then by name. The others stay.

use migrate_core::expr::Place;
use migrate_core::schema::{Action, Check, ForeignKey, Index, Key, Table};

use super::Overlay;
use crate::grammar::grammar;
use crate::mistake::Spanned;
use crate::model::ModelKey;

impl Overlay<'_> {
    /// Removes what goes with the columns that were dropped.
    pub(super) fn drop_parts_of_columns(&self, table: &mut Table) {
        let kept: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let dropped: Vec<&str> = self
            .existing
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| !kept.iter().any(|kept| kept == name))
            .collect();
        if dropped.is_empty() {
            return;
        }
        let all_kept = |columns: &[String]| !columns.iter().any(|name| dropped.contains(&&**name));
        if table.primary_key.as_ref().is_some_and(|key| !all_kept(&key.columns)) {
            table.primary_key = None;
        }
        table.uniques.retain(|key| all_kept(&key.columns));
        table.foreign_keys.retain(|key| all_kept(&key.columns));
        table.checks.retain(|check| {
            let written = check.written_at.as_deref();
            !written.is_some_and(|column| dropped.contains(&column))
                && !dropped.iter().any(|name| mentions(&check.expression, name))
        });
        table.indexes.retain(|_, index| {
            let columns = index.parts.iter().all(|part| {
                part.column.as_deref().is_none_or(|name| !dropped.contains(&name))
                    && !dropped.iter().any(|name| mentions(&part.expression, name))
            });
            let predicate = index.predicate.as_deref().unwrap_or_default();
            columns && !dropped.iter().any(|name| mentions(predicate, name))
        });
    }

    pub(super) fn keys(&self, table: &mut Table) {
        if let (Some(stated), Some(declared)) =
            (&self.model.primary_key, &self.declared.primary_key)
            && stated.only.includes(self.dialect())
        {
            let same = table.primary_key.as_ref().is_some_and(|key| {
                same_key(key, declared) && has_name(key.name.as_ref(), stated.name.as_ref())
            });
            if !same {
                table.primary_key = Some(declared.clone());
            }
        }
        let exact = |declared: &&Key| {
            let same = |key: &Key| key.name == declared.name && same_key(key, declared);
            table.uniques.iter().any(same)
        };
        let (exact, others): (Vec<&Key>, Vec<&Key>) = self.declared.uniques.iter().partition(exact);
        let mut taken: Vec<Option<String>> = exact.iter().map(|key| key.name.clone()).collect();
        for declared in others {
            let stated = self.stated_unique(declared);
            let name = stated.and_then(|key| key.name.as_ref());
            let index = table.indexes.values().any(|index| {
                index.unique && index.predicate.is_none() && columns_of(index) == declared.columns
            });
            let mut free = table.uniques.iter_mut().filter(|key| {
                same_key(key, declared) && (key.name.is_none() || !taken.contains(&key.name))
            });
            match free.next() {
                Some(key) => {
                    if !has_name(key.name.as_ref(), name) {
                        key.name.clone_from(&declared.name);
                    }
                    taken.push(key.name.clone());
                }
                None if index => {}
                None => {
                    table.uniques.retain(|key| key.name.is_none() || key.name != declared.name);
                    taken.push(declared.name.clone());
                    table.uniques.push(declared.clone());
                }
            }
        }
    }

    fn stated_unique(&self, declared: &Key) -> Option<&ModelKey> {
        let columns = |key: &&ModelKey| {
            let name = key.name.as_ref().map(|name| &name.value);
            key.columns.iter().map(|name| &name.value).eq(declared.columns.iter())
                && (name.is_none() || name == declared.name.as_ref())
        };
        self.model.uniques.iter().find(columns)
    }

    pub(super) fn checks(&self, table: &mut Table) {
        for declared in &self.declared.checks {
            let same = |check: &Check| {
                self.same(Place::Condition, &check.expression, &declared.expression)
            };
            let stated = self.model.checks.iter().any(|check| {
                let name = check.name.as_ref().map(|name| &name.value);
                name.is_some() && name == declared.name.as_ref()
            });
            let name = declared.name.as_ref().filter(|_| stated);
            if let Some(check) = table.checks.iter_mut().find(|check| same(check)) {
                if name.is_some() && check.name.as_ref() != name {
                    check.name.clone_from(&declared.name);
                    check.generated_name = false;
                }
                continue;
            }
            table.checks.retain(|check| {
                let same_name = check.name.is_some() && check.name == declared.name;
                !(same_name || self.is_older_list(check, declared))
            });
            table.checks.push(declared.clone());
        }
    }

    /// Whether a check lists the earlier values of the same enum.
    fn is_older_list(&self, check: &Check, declared: &Check) -> bool {
        let column = declared
            .written_at
            .as_deref()
            .and_then(|name| self.model.columns.iter().find(|column| column.name.value == name));
        let Some(list) = column.and_then(|column| self.writer.value_check(column)) else {
            return false;
        };
        let head = |text: &str| {
            let (before, _) = text.split_once('(').unwrap_or((text, ""));
            let quote = |c: char| matches!(c, '"' | '`' | '[' | ']') || c.is_whitespace();
            before.replace(quote, "").to_ascii_lowercase()
        };
        self.same(Place::Condition, &list, &declared.expression)
            && head(&check.expression) == head(&list)
    }

    pub(super) fn foreign_keys(&self, table: &mut Table) {
        let mut taken = vec![false; table.foreign_keys.len()];
        let mut rest = Vec::new();
        for declared in &self.declared.foreign_keys {
            let same = |at: &usize| self.same_foreign_key(&table.foreign_keys[*at], declared);
            let at = (0..taken.len()).filter(|at| !taken[*at]).find(same);
            let Some(at) = at else {
                rest.push(declared);
                continue;
            };
            taken[at] = true;
            let key = &mut table.foreign_keys[at];
            if !has_name(key.name.as_ref(), self.stated_foreign_key(declared)) {
                key.name.clone_from(&declared.name);
            }
        }
        for declared in rest {
            let columns = |at: &usize| table.foreign_keys[*at].columns == declared.columns;
            match (0..taken.len()).filter(|at| !taken[*at]).find(columns) {
                // Another action, or another parent: the key keeps its name.
                Some(at) => {
                    taken[at] = true;
                    let key = &mut table.foreign_keys[at];
                    let old = key.name.take();
                    let generated = key.generated_name;
                    *key = declared.clone();
                    if self.stated_foreign_key(declared).is_none() && old.is_some() {
                        key.name = old;
                        key.generated_name = generated;
                    }
                }
                None => table.foreign_keys.push(declared.clone()),
            }
        }
    }

    /// The name that is stated for a foreign key.
    fn stated_foreign_key(&self, declared: &ForeignKey) -> Option<&Spanned<String>> {
        let keys =
            self.model.foreign_keys.iter().filter(|key| {
                key.columns.iter().map(|name| &name.value).eq(declared.columns.iter())
            });
        let mut names = keys.filter_map(|key| key.name.as_ref());
        names.find(|name| Some(&name.value) == declared.name.as_ref())
    }

    fn same_foreign_key(&self, one: &ForeignKey, other: &ForeignKey) -> bool {
        let key_of_parent = || {
            let parent = self.all.state.table(&other.parent)?;
            Some(parent.primary_key.as_ref()?.columns.clone())
        };
        let columns = |key: &ForeignKey| match key.parent_columns.is_empty() {
            true => key_of_parent().unwrap_or_default(),
            false => key.parent_columns.clone(),
        };
        self.before.same_name(&one.parent, &other.parent)
            && columns(one) == columns(other)
            && self.same_action(one.on_update, other.on_update)
            && self.same_action(one.on_delete, other.on_delete)
            && one.match_type == other.match_type
            && one.deferrable == other.deferrable
    }

    fn same_action(&self, one: Action, other: Action) -> bool {
        let refuses = |action| matches!(action, Action::NoAction | Action::Restrict);
        let is_same = grammar(self.dialect()).restricts_at_once;
        one == other || is_same && refuses(one) && refuses(other)
    }

    pub(super) fn indexes(&self, table: &mut Table) {
        let by_name = |(name, index): &(&String, &Index)| {
            let existing = table.indexes.get(*name);
            existing.is_some_and(|existing| self.same_index(existing, index))
        };
        let (same, others): (Vec<_>, Vec<_>) = self.declared.indexes.iter().partition(by_name);
        let mut taken: Vec<String> = same.iter().map(|(name, _)| (*name).clone()).collect();
        for (name, declared) in others {
            // An index that a foreign key brings comes with the foreign key.
            if declared.implied {
                if !table.indexes.values().any(|index| begins_with(index, declared)) {
                    table.indexes.insert(name.clone(), declared.clone());
                }
                continue;
            }
            let indexes = self.model.indexes.iter().map(|index| &index.name);
            let mut names = indexes.chain(self.model.uniques.iter().map(|key| &key.name));
            let stated = names.any(|stated| stated.as_ref().is_some_and(|s| s.value == *name));
            let free = table.indexes.iter().filter(|(name, _)| !taken.contains(name));
            let same = free.into_iter().find(|(_, index)| self.same_index(index, declared));
            match same.map(|(name, _)| name.clone()) {
                Some(existing) => {
                    if let Some(index) = table.indexes.remove(&existing) {
                        let name = if stated { name.clone() } else { existing };
                        taken.push(name.clone());
                        table.indexes.insert(name, index);
                    }
                }
                None if self.is_in_constraint(table, declared) => {}
                None => {
                    taken.push(name.clone());
                    table.indexes.insert(name.clone(), declared.clone());
                }
            }
        }
    }

    fn is_in_constraint(&self, table: &Table, declared: &Index) -> bool {
        let plain = declared.unique && declared.predicate.is_none() && declared.include.is_empty();
        plain && table.uniques.iter().any(|key| key.columns == columns_of(declared))
    }

    fn same_index(&self, one: &Index, other: &Index) -> bool {
        let text = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => self.same(Place::Condition, a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        one.unique == other.unique
            && one.method == other.method
            && one.include == other.include
            && one.nulls_not_distinct == other.nulls_not_distinct
            && text(&one.predicate, &other.predicate)
            && one.parts.len() == other.parts.len()
            && one.parts.iter().zip(&other.parts).all(|(a, b)| {
                a.column == b.column
                    && a.descending == b.descending
                    && a.nulls == b.nulls
                    && a.prefix == b.prefix
                    && a.collation == b.collation
                    && a.operator_class == b.operator_class
                    && (a.expression == b.expression
                        || self.same(Place::IndexPart, &a.expression, &b.expression))
            })
    }
}

/// Whether two keys have the same columns and settings.
fn same_key(one: &Key, other: &Key) -> bool {
    one.columns == other.columns
        && one.include == other.include
        && one.nulls_not_distinct == other.nulls_not_distinct
        && one.deferrable == other.deferrable
}

/// Whether a name is the stated one, if one is stated.
fn has_name(name: Option<&String>, stated: Option<&Spanned<String>>) -> bool {
    stated.is_none_or(|stated| name == Some(&stated.value))
}

fn columns_of(index: &Index) -> Vec<String> {
    index.parts.iter().filter_map(|part| part.column.clone()).collect()
}

fn begins_with(index: &Index, other: &Index) -> bool {
    columns_of(index).starts_with(&columns_of(other))
}

/// Whether a text has a word.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|part| part.eq_ignore_ascii_case(word))
}
