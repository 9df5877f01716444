//! What must go and come with an object that is created again, or whose columns change.

use super::changes::{Part, Reader};
use super::nodes;
use super::order::{key, words};
use crate::schema::{Column, ForeignKey, Index, Kind, Name, Table};

impl Reader<'_> {
    /// The constraints and indexes of a column that is created again.
    pub(super) fn parts_of_column(&mut self, table: &Name, column: &str) {
        for (schema, is_new) in [(self.before, false), (self.after, true)] {
            let Some(of) = schema.tables.get(table) else { continue };
            let has = |columns: &[String]| columns.iter().any(|own| own == column);
            let mentions = |text: &str| words(text).any(|word| word == key(column));
            let mut parts = Vec::new();
            let constraint = |kind, at| Part::Constraint(table.clone(), kind, at);
            if of.primary_key.as_ref().is_some_and(|key| has(&key.columns)) {
                parts.push(constraint(Kind::PrimaryKey, 0));
            }
            let uniques = of.uniques.iter().enumerate().filter(|(_, key)| has(&key.columns));
            parts.extend(uniques.map(|(at, _)| constraint(Kind::Unique, at)));
            let checks = of.checks.iter().enumerate().filter(|(_, one)| mentions(&one.expression));
            parts.extend(checks.map(|(at, _)| constraint(Kind::Check, at)));
            let keys = of.foreign_keys.iter().enumerate().filter(|(_, key)| has(&key.columns));
            parts.extend(keys.map(|(at, _)| constraint(Kind::ForeignKey, at)));
            let others = of.constraints.iter().enumerate();
            let others = others.filter(|(_, one)| mentions(&one.definition));
            parts.extend(others.map(|(at, _)| constraint(Kind::Constraint, at)));
            for (name, index) in &of.indexes {
                let uses = |part: &crate::schema::IndexPart| {
                    part.column.as_deref() == Some(column) || mentions(&part.expression)
                };
                let is_used = index.parts.iter().any(uses)
                    || has(&index.include)
                    || index.predicate.as_deref().is_some_and(mentions);
                if is_used {
                    parts.push(Part::Index(table.clone(), name.clone()));
                }
            }
            let set = if is_new { &mut self.changes.created } else { &mut self.changes.dropped };
            set.extend(parts);
        }
    }

    /// The views that mention a table whose columns change.
    pub(super) fn pinned_views(&mut self, table: &Name) {
        if !self.rules.view_holds_columns() {
            return;
        }
        let word = key(&table.name);
        let pinned: Vec<Name> = self
            .before
            .views
            .iter()
            .filter(|(_, view)| words(&view.definition).any(|other| other == word))
            .map(|(name, _)| name.clone())
            .collect();
        pinned.into_iter().for_each(|name| self.replaced(Part::View(name)));
        let after = self.after;
        let functions = self.before.others.iter().filter(|((kind, name), other)| {
            kind.is_function()
                && self.rules.function_holds_columns(&other.definition)
                && words(&other.definition).any(|one| one == word)
                && after.others.contains_key(&(*kind, name.clone()))
        });
        let functions: Vec<(Kind, String)> = functions.map(|(own, _)| own.clone()).collect();
        functions.into_iter().for_each(|(kind, name)| self.replaced(Part::Other(kind, name)));
    }

    /// The columns that are computed from one whose type changes.
    pub(super) fn columns_computed_from(&mut self, table: &Name, column: &str) {
        if !self.rules.view_holds_columns() {
            return;
        }
        let (before, after) = (self.before, self.after);
        let (Some(old), Some(new)) = (before.tables.get(table), after.tables.get(table)) else {
            return;
        };
        let word = key(column);
        let computed = old.columns.iter().filter(|own| {
            let text = own.generated.as_ref().map(|of| of.expression.as_str());
            text.is_some_and(|text| words(text).any(|other| other == word))
                && new.column(&own.name).is_some_and(|own| own.generated.is_some())
        });
        let names: Vec<String> = computed.map(|own| own.name.clone()).collect();
        for name in names {
            self.replaced(Part::Column(table.clone(), name));
        }
    }

    /// The policies, rules and triggers that mention a column whose type changes.
    pub(super) fn code_on_column(&mut self, table: &Name, column: &str) {
        if !self.rules.view_holds_columns() {
            return;
        }
        let (before, after, word) = (self.before, self.after, key(column));
        let mentions = |text: &str| words(text).any(|other| other == word);
        let mut parts = Vec::new();
        for ((kind, own), other) in &before.others {
            if matches!(kind, Kind::Policy | Kind::Rule)
                && other.table.as_ref() == Some(table)
                && mentions(&other.definition)
                && after.others.contains_key(&(*kind, own.clone()))
            {
                parts.push(Part::Other(*kind, own.clone()));
            }
        }
        if let (Some(old), Some(new)) = (before.tables.get(table), after.tables.get(table)) {
            let named = old.triggers.iter().filter(|(own, trigger)| {
                mentions(&trigger.definition) && new.triggers.contains_key(*own)
            });
            parts.extend(named.map(|(own, _)| Part::Trigger(table.clone(), own.clone())));
        }
        parts.into_iter().for_each(|part| self.replaced(part));
    }

    /// The views that read all columns of a table whose columns come or go.
    pub(super) fn star_views(&mut self, table: &Name) {
        if !self.rules.expands_stars() {
            return;
        }
        let (word, after) = (key(&table.name), self.after);
        let reads = |text: &str| {
            text.replace("count(*)", "").replace("COUNT(*)", "").contains('*')
                && words(text).any(|other| other == word)
        };
        let views = self
            .before
            .views
            .iter()
            .filter(|(name, view)| reads(&view.definition) && after.views.contains_key(*name));
        let views: Vec<Name> = views.map(|(name, _)| name.clone()).collect();
        views.into_iter().for_each(|name| self.replaced(Part::View(name)));
    }

    /// What mentions a column whose enumerated type is replaced, and functions of the type.
    pub(super) fn users_of_enum(&mut self, name: &Name) {
        let (before, after) = (self.before, self.after);
        for (table, of) in &before.tables {
            let typed = of.columns.iter().filter(|column| column.user_type.as_ref() == Some(name));
            let names: Vec<String> = typed.map(|column| key(&column.name)).collect();
            let mentions = |text: &str| words(text).any(|word| names.contains(&word));
            let in_index = |index: &Index| {
                index.predicate.as_deref().is_some_and(mentions)
                    || index.parts.iter().any(|part| mentions(&part.expression))
            };
            let Some(new) = after.tables.get(table) else { continue };
            for (own, _) in of.indexes.iter().filter(|(_, index)| in_index(index)) {
                self.goes(Part::Index(table.clone(), own.clone()));
                if new.indexes.contains_key(own) {
                    self.comes(Part::Index(table.clone(), own.clone()));
                }
            }
            for (schema, is_new) in [(of, false), (new, true)] {
                let checks = schema.checks.iter().enumerate();
                for (at, _) in checks.filter(|(_, check)| mentions(&check.expression)) {
                    let part = Part::Constraint(table.clone(), Kind::Check, at);
                    if is_new { self.comes(part) } else { self.goes(part) }
                }
            }
        }
        let typed: Vec<(Name, String)> = before
            .tables
            .iter()
            .flat_map(|(table, of)| {
                let typed = of.columns.iter().filter(|own| own.user_type.as_ref() == Some(name));
                typed.map(|own| (table.clone(), own.name.clone()))
            })
            .collect();
        for (table, column) in typed {
            self.code_on_column(&table, &column);
            self.columns_computed_from(&table, &column);
            self.pinned_views(&table);
        }
        let word = key(&name.name);
        let is_function = |kind: &Kind| kind.is_function();
        let functions = before.others.iter().filter(|((kind, _), other)| {
            is_function(kind) && words(&other.definition).any(|one| one == word)
        });
        let functions: Vec<(Kind, String)> = functions.map(|(own, _)| own.clone()).collect();
        for (kind, own) in functions {
            if after.others.contains_key(&(kind, own.clone())) {
                self.replaced(Part::Other(kind, own));
            }
        }
    }

    /// Replaces what stands on an object that is replaced, or whose columns go.
    pub(super) fn dependents(&mut self) {
        self.users_of_functions();
        let dropped: Vec<Part> = self.changes.dropped.iter().cloned().collect();
        for part in dropped {
            match &part {
                Part::Column(table, column) => {
                    self.pinned_views(table);
                    if self.changes.created.contains(&part) {
                        self.parts_of_column(table, column);
                    }
                }
                Part::Table(table) => self.pinned_views(table),
                _ => {}
            }
        }
        self.foreign_keys_of_replaced_keys();
        self.renamed_constraints();
        if self.rules.foreign_keys_create_indexes() {
            self.indexes_of_replaced_foreign_keys();
            self.indexes_of_new_foreign_keys();
        }
        // A view may read another one.
        let mut open: Vec<String> = Vec::new();
        let replaced = self.changes.dropped.intersection(&self.changes.created).cloned();
        for part in replaced.collect::<Vec<_>>() {
            match part {
                Part::View(name) => open.push(key(&name.name)),
                Part::Other(Kind::Function | Kind::Procedure, name) => {
                    open.push(key(name.split('(').next().unwrap_or_default()));
                }
                _ => {}
            }
        }
        while let Some(word) = open.pop() {
            let (before, after) = (self.before, self.after);
            for (name, view) in &before.views {
                let part = Part::View(name.clone());
                if !self.changes.dropped.contains(&part)
                    && after.views.contains_key(name)
                    && words(&view.definition).any(|other| other == word)
                {
                    open.push(key(&name.name));
                    self.replaced(part);
                }
            }
            for (name, table) in &before.tables {
                for (trigger, value) in &table.triggers {
                    let is_kept =
                        after.tables.get(name).is_some_and(|t| t.triggers.contains_key(trigger));
                    if is_kept && words(&value.definition).any(|other| other == word) {
                        self.replaced(Part::Trigger(name.clone(), trigger.clone()));
                    }
                }
            }
        }
        self.parts_of_replaced();
        // What is created with its view needs no statement of its own.
        let created = self.changes.created.clone();
        self.changes.created.retain(|part| match part {
            Part::Index(owner, _) | Part::Trigger(owner, _) => {
                !created.contains(&Part::View(owner.clone()))
            }
            _ => true,
        });
    }

    /// A constraint is renamed unless it is created again.
    fn renamed_constraints(&mut self) {
        for (from, to, node) in std::mem::take(&mut self.changes.renamed) {
            if self.changes.dropped.contains(&from) || self.changes.created.contains(&to) {
                self.goes(from);
                self.comes(to);
            } else {
                self.changes.nodes.push(node);
            }
        }
    }

    /// The foreign keys on both sides of a column whose type changes. A text that becomes longer may stay.
    pub(super) fn foreign_keys_of_column(&mut self, table: &Name, (old, new): (&Column, &Column)) {
        let is_text = new.data_type.name().contains("char");
        let is_same = is_text && old.data_type.name() == new.data_type.name();
        if is_same || !self.rules.foreign_keys_hold_types(&old.data_type, &new.data_type) {
            return;
        }
        self.foreign_keys_with(table, &old.name);
    }

    /// The foreign keys on both sides of a column.
    pub(super) fn foreign_keys_with(&mut self, table: &Name, column: &String) {
        let (before, after) = (self.before, self.after);
        for (name, own) in &before.tables {
            for (at, key) in own.foreign_keys.iter().enumerate() {
                let is_child = name == table && key.columns.contains(column);
                let is_parent = key.parent == *table && key.parent_columns.contains(column);
                let later = after.tables.get(name).map_or(&[][..], |table| &table.foreign_keys);
                let same = later.iter().position(|own| own.name == key.name);
                let same =
                    same.or_else(|| later.iter().position(|own| is_same_reference(own, key)));
                if let Some(same) = same.filter(|_| is_child || is_parent) {
                    self.goes(Part::Constraint(name.clone(), Kind::ForeignKey, at));
                    self.comes(Part::Constraint(name.clone(), Kind::ForeignKey, same));
                }
            }
        }
    }

    /// A key cannot go while a foreign key refers to it.
    pub(super) fn foreign_keys_of_replaced_keys(&mut self) {
        let (before, after) = (self.before, self.after);
        let needs_unique =
            !self.rules.foreign_keys_create_indexes() && !self.rules.parent_may_be_missing();
        let keys: Vec<(Name, Vec<String>)> = self
            .changes
            .dropped
            .iter()
            .filter_map(|part| match part {
                Part::Constraint(table, Kind::PrimaryKey, _) => {
                    let key = before.tables.get(table)?.primary_key.as_ref()?;
                    Some((table.clone(), key.columns.clone()))
                }
                Part::Constraint(table, Kind::Unique, at) => {
                    let key = before.tables.get(table)?.uniques.get(*at)?;
                    Some((table.clone(), key.columns.clone()))
                }
                // A foreign key may stand on a unique index alone.
                Part::Index(table, name) if needs_unique => {
                    let index = before.tables.get(table)?.indexes.get(name)?;
                    let parts = index.parts.iter().map(|part| part.column.clone());
                    let columns = parts.collect::<Option<Vec<_>>>()?;
                    (index.unique && index.predicate.is_none()).then(|| (table.clone(), columns))
                }
                _ => None,
            })
            .collect();
        if keys.is_empty() {
            return;
        }
        for (name, table) in &before.tables {
            for (at, key) in table.foreign_keys.iter().enumerate() {
                if !keys.iter().any(|(parent, columns)| {
                    *parent == key.parent && *columns == key.parent_columns
                }) {
                    continue;
                }
                let later = after.tables.get(name).map_or(&[][..], |table| &table.foreign_keys);
                let same = later.iter().position(|own| own == key);
                let same =
                    same.or_else(|| later.iter().position(|own| is_same_reference(own, key)));
                if let Some(same) = same {
                    self.goes(Part::Constraint(name.clone(), Kind::ForeignKey, at));
                    self.comes(Part::Constraint(name.clone(), Kind::ForeignKey, same));
                }
            }
        }
    }

    /// An index that a foreign key created gives way to that of the next one with the same columns, unless a
    /// statement creates it.
    pub(super) fn indexes_of_replaced_foreign_keys(&mut self) {
        let (before, after) = (self.before, self.after);
        let mut indexes = Vec::new();
        for part in &self.changes.created {
            let Part::Constraint(table, Kind::ForeignKey, at) = part else { continue };
            let (Some(old), Some(new)) = (before.tables.get(table), after.tables.get(table)) else {
                continue;
            };
            let Some(key) = new.foreign_keys.get(*at) else { continue };
            let gives_way = |name: &String, index: &Index| {
                old.indexes
                    .get(name)
                    .is_some_and(|own| own == index && may_be_implied(name, own, old))
                    && key.name.as_ref() != Some(name)
                    && serves(index, key)
            };
            let kept = new.indexes.iter().filter(|(name, index)| gives_way(name, index));
            indexes.extend(kept.map(|(name, _)| Part::Index(table.clone(), name.clone())));
        }
        indexes.into_iter().for_each(|part| self.replaced(part));
    }

    /// A foreign key that is alone on its columns creates the index of its own name.
    pub(super) fn indexes_of_new_foreign_keys(&mut self) {
        let after = self.after;
        let created = self.changes.created.clone();
        self.changes.created.retain(|part| {
            let Part::Index(owner, name) = part else { return true };
            let Some(table) = after.tables.get(owner) else { return true };
            let Some(index) = table.indexes.get(name).filter(|index| index.implied) else {
                return true;
            };
            let keys = table.foreign_keys.iter().enumerate();
            let mut on_these = keys.filter(|(_, key)| serves(index, key));
            let (Some((at, key)), None) = (on_these.next(), on_these.next()) else { return true };
            let is_new = created.contains(&Part::Constraint(owner.clone(), Kind::ForeignKey, at));
            !(is_new && key.name.as_ref() == Some(name))
        });
    }

    /// Comments and grants of an object that is created again.
    pub(super) fn parts_of_replaced(&mut self) {
        let after = self.after;
        for ((kind, name), other) in &after.others {
            let created = &self.changes.created;
            let is_created = match &other.table {
                Some(table) => {
                    created.contains(&Part::View(table.clone()))
                        || created.contains(&Part::Table(table.clone()))
                        || created.contains(&Part::Sequence(table.clone()))
                }
                None if matches!(kind, Kind::Grant | Kind::Comment) => {
                    Part::of_key(name).is_some_and(|of| created.contains(&of))
                }
                None => false,
            };
            if is_created {
                self.changes.created.insert(Part::Other(*kind, name.clone()));
            }
        }
        self.options_of_replaced_indexes();
        for (key, node) in std::mem::take(&mut self.changes.grants) {
            if !self.changes.created.contains(&Part::Other(Kind::Grant, key)) {
                self.changes.nodes.push(node);
            }
        }
    }
}

impl Reader<'_> {
    /// The options that name an index which is created again.
    fn options_of_replaced_indexes(&mut self) {
        for part in
            self.changes.created.intersection(&self.changes.dropped).cloned().collect::<Vec<_>>()
        {
            let (owner, index) = match &part {
                Part::Index(owner, index) => (owner, Some(index.clone())),
                Part::Constraint(owner, kind, at) => {
                    (owner, key_name(self.after.tables.get(owner), *kind, *at))
                }
                _ => continue,
            };
            let (Some(old), Some(new)) =
                (self.before.tables.get(owner), self.after.tables.get(owner))
            else {
                continue;
            };
            for (option, value) in &new.options {
                let of = self.rules.index_of_option(option, value).map(str::to_owned);
                if of.is_some() && of == index && old.options.get(option) == Some(value) {
                    self.changes.nodes.push(nodes::table_option(owner, option, Some(value)));
                }
            }
        }
    }
}

fn key_name(table: Option<&Table>, kind: Kind, at: usize) -> Option<String> {
    match kind {
        Kind::PrimaryKey => table?.primary_key.as_ref()?.name.clone(),
        Kind::Unique => table?.uniques.get(at)?.name.clone(),
        _ => None,
    }
}

/// Returns `true` if two foreign keys lead from the same columns to the same ones.
fn is_same_reference(one: &ForeignKey, other: &ForeignKey) -> bool {
    one.columns == other.columns
        && one.parent == other.parent
        && one.parent_columns == other.parent_columns
}

/// Returns `true` if the columns of an index are those of a foreign key.
fn serves(index: &Index, key: &ForeignKey) -> bool {
    let columns = index.parts.iter().map(|part| part.column.as_deref());
    index.parts.len() == key.columns.len()
        && columns.eq(key.columns.iter().map(|column| Some(column.as_str())))
}

/// Returns `true` if a foreign key may have created an index: a catalog does not tell, but the server names it
/// after the constraint or the first column.
fn may_be_implied(name: &str, index: &Index, table: &Table) -> bool {
    let of_constraint = || table.foreign_keys.iter().any(|key| key.name.as_deref() == Some(name));
    let column = || index.parts.first().and_then(|part| part.column.as_deref());
    index.implied || of_constraint() || column() == Some(name)
}
