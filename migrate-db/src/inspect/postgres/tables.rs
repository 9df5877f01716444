//! Tables, views, their columns and their triggers.

use migrate_core::schema::{
    Column, Generated, IdentityKind, Kind, Name, PartitionBy, PartitionOf, Table, Trigger, View,
};

use super::builder::{Attribute, Relation, Rights, SchemaBuilder, catalog};
use super::row::{Oid, Row, Words};

impl SchemaBuilder {
    pub(super) fn relation(&mut self, mut row: Row<'_>) {
        let (oid, namespace): (Oid, Oid) = (row.number(), row.number());
        let (name, kind, of_extension) = (row.text(), row.letter(), row.flag());
        let name = self.name(namespace, name);
        if of_extension || self.is_left_out(&name) {
            self.excluded.insert(oid, name);
            return;
        }
        self.types.insert(row.number(), name.clone());
        let rights = Rights::read(&mut row);
        let owner = rights.owner.clone().unwrap_or_else(|| self.session.user.clone());
        self.rights(rights, || format!("{} {name}", word(kind)), Some(&name));
        let unlogged = row.letter() == 'u';
        self.toasts.insert(row.number(), name.clone());
        let mut details = Words::default();
        let mut options = Vec::new();
        let settings = {
            let mut words = Words::default();
            words.add_list("", row.list());
            words.end()
        };
        let tablespace = row.maybe();
        let method = row.maybe().filter(|method| method != "heap");
        let security = match (row.flag(), row.flag()) {
            (true, true) => Some("enabled, forced"),
            (true, false) => Some("enabled"),
            (false, true) => Some("forced"),
            (false, false) => None,
        };
        let identity = match row.letter() {
            'f' => Some("full"),
            'n' => Some("nothing"),
            'i' => Some("index"),
            _ => None,
        };
        let populated = row.flag();
        let (partition_by, bound, of_type) = (row.maybe(), row.maybe(), row.maybe());
        let (definition, written) = (row.text(), row.text());
        match kind {
            'r' | 'p' | 'f' => {
                let owned = |text: &str| text.to_owned();
                options.extend([
                    ("unlogged", unlogged.then(String::new)),
                    ("with", Some(settings).filter(|text| !text.is_empty())),
                    ("tablespace", tablespace),
                    ("using", method),
                    ("row security", security.map(owned)),
                    ("replica identity", identity.map(owned)),
                    ("of type", of_type),
                ]);
                let some = |(name, value): (&str, Option<String>)| Some((name.to_owned(), value?));
                let options = options.into_iter().filter_map(some).collect();
                let comment = self.comment(catalog::RELATION, oid, 0);
                // The parent follows in a row of its own.
                let partition_of =
                    bound.map(|bound| PartitionOf { parent: Name::default(), bound });
                let partition_by = partition_by.map(PartitionBy::from);
                let table =
                    Table { partition_by, partition_of, options, comment, ..Table::default() };
                self.schema.tables.insert(name.clone(), table);
            }
            'v' | 'm' => {
                if !settings.is_empty() {
                    details.add(format!("WITH {}", settings));
                }
                if let Some(space) = tablespace {
                    details.add(format!("TABLESPACE {space}"));
                }
                if let Some(method) = method {
                    details.add(format!("USING {method}"));
                }
                details.add_if(kind == 'm' && !populated, "NOT POPULATED");
                let view = View {
                    materialised: kind == 'm',
                    definition: definition.trim().trim_end_matches(';').to_owned(),
                    details: details.end(),
                    comment: self.comment(catalog::RELATION, oid, 0),
                    ..View::default()
                };
                self.schema.views.insert(name.clone(), view);
            }
            _ => {}
        }
        let columns = std::collections::HashMap::new();
        self.relations.insert(oid, Relation { name, kind, unlogged, written, owner, columns });
    }

    /// A table, or an index of a partition, and what it belongs to.
    pub(super) fn inherits(&mut self, mut row: Row<'_>) {
        let (child, parent) = (row.number(), row.number());
        if let Some(index) = row.maybe() {
            self.parent_indexes.insert(child, index);
            return;
        }
        let Some(parent) = self.relation_name(parent).cloned() else { return };
        let Some(relation) = self.relations.get(&child) else { return };
        let Some(table) = self.schema.tables.get_mut(&relation.name) else { return };
        match &mut table.partition_of {
            Some(of) => of.parent = parent,
            None => {
                let parents = table.options.entry("inherits".to_owned()).or_default();
                let comma = if parents.is_empty() { "" } else { ", " };
                *parents = format!("{parents}{comma}{parent}");
            }
        }
    }

    /// The settings of the table that keeps another's long values.
    pub(super) fn toast(&mut self, mut row: Row<'_>) {
        let Some(name) = self.toasts.get(&row.number()) else { return };
        if let Some(table) = self.schema.tables.get_mut(name) {
            let mut words = Words::default();
            words.add_list("", row.list());
            table.options.insert("toast with".to_owned(), words.end());
        }
    }

    pub(super) fn foreign_table(&mut self, mut row: Row<'_>) {
        let Some(relation) = self.relations.get(&row.number()) else { return };
        if let Some(table) = self.schema.tables.get_mut(&relation.name) {
            table.options.insert("server".to_owned(), row.text());
            let mut words = Words::default();
            words.add_list("", row.list());
            table.options.insert("server options".to_owned(), words.end());
        }
    }

    pub(super) fn column(&mut self, mut row: Row<'_>) {
        let (oid, number): (Oid, i16) = (row.number(), row.number());
        let Some(relation) = self.relations.get(&oid) else {
            return self.part_of_index(oid, number, row);
        };
        let (table, kind, owner) = (relation.name.clone(), relation.kind, relation.owner.clone());
        let (name, data_type) = (row.text(), row.text());
        let user_type = self.types.get(&row.number()).cloned();
        let (nullable, generated, identity) = (row.flag(), row.letter(), row.letter());
        let collation = row.maybe();
        let mut details = Words::default();
        if let Some(text) = row.maybe() {
            details.add(text);
        }
        details.add_list("WITH", row.settings());
        details.add_list("OPTIONS", row.list());
        let acl = Rights { owner: None, acl: row.maybe(), usual: None };
        let mut default = self.defaults.remove(&(oid, number));
        let generated = matches!(generated, 's' | 'v').then(|| Generated {
            expression: default.take().unwrap_or_default(),
            stored: generated == 's',
        });
        let identity = match identity {
            'a' => Some(IdentityKind::Always.into()),
            'd' => Some(IdentityKind::ByDefault.into()),
            _ => None,
        };
        self.rights_of(&owner, acl, || format!("column {table}.{name}"), Some(&table));
        let comment = self.comment(catalog::RELATION, oid, number.into());
        let at = self.schema.tables.get(&table).map_or(0, |table| table.columns.len());
        let attribute = Attribute { name: name.clone(), collation: collation.clone(), at };
        if let Some(relation) = self.relations.get_mut(&oid) {
            relation.columns.insert(number, attribute);
        }
        let details = details.end();
        let column = Column {
            name,
            data_type: data_type.into(),
            user_type,
            nullable,
            default,
            generated,
            identity,
            collation,
            details,
            comment,
        };
        match kind {
            'r' | 'p' | 'f' => {
                if let Some(table) = self.schema.tables.get_mut(&table) {
                    table.columns.push(column);
                }
            }
            'c' => self.attribute(&table, column),
            _ => self.column_of_view(&table, column),
        }
    }

    /// What is said of a view's column beyond the query.
    fn column_of_view(&mut self, name: &Name, column: Column) {
        let Some(view) = self.schema.views.get_mut(name) else { return };
        let mut words = Words::default();
        if !view.details.is_empty() {
            words.add(&view.details);
        }
        if let Some(default) = column.default {
            words.add(format!("{} DEFAULT {default}", column.name));
        }
        if !column.details.is_empty() {
            words.add(format!("{} {}", column.name, column.details));
        }
        view.details = words.end();
        if let Some(comment) = column.comment {
            self.add(Kind::Comment, format!("column {name}.{}", column.name), comment, Some(name));
        }
    }

    /// A trigger; of those behind a foreign key, that it is switched off.
    pub(super) fn trigger(&mut self, mut row: Row<'_>) {
        let (oid, table): (Oid, Oid) = (row.number(), row.number());
        let Some(table) = self.relations.get(&table).map(|relation| relation.name.clone()) else {
            return;
        };
        let name = row.text();
        let state = match row.letter() {
            'D' => Some("DISABLE"),
            'R' => Some("ENABLE REPLICA"),
            'A' => Some("ENABLE ALWAYS"),
            _ => None,
        };
        let constraint: Option<Oid> = row.maybe().and_then(|oid| oid.parse().ok());
        if let Some(constraint) = constraint {
            self.switched(constraint, &table, state.unwrap_or_default());
            return;
        }
        let mut definition = row.text();
        if let Some(state) = state {
            definition = format!("{definition};\nALTER TABLE {table} {state} TRIGGER {name}");
        }
        let comment = || format!("trigger {name} on {table}");
        self.other_comment((catalog::TRIGGER, oid, 0), comment, Some(&table));
        let trigger = Trigger { definition, ..Trigger::default() };
        match self.schema.views.get_mut(&table) {
            Some(view) => drop(view.triggers.insert(name, trigger)),
            None => {
                if let Some(table) = self.schema.tables.get_mut(&table) {
                    table.triggers.insert(name, trigger);
                }
            }
        }
    }
}

fn word(kind: char) -> &'static str {
    match kind {
        'S' => "sequence",
        'v' => "view",
        'm' => "materialised view",
        'c' => "type",
        _ => "table",
    }
}
