//! Indexes, and what is special about those that serve a constraint.

use std::collections::BTreeMap;

use migrate_core::schema::{Index, IndexPart, Key, Name, NullsOrder, Written};

use super::builder::{KeyAt, SchemaBuilder, catalog};
use super::row::{Oid, Row, Words, bare};

impl SchemaBuilder {
    /// What is special about a part of an index.
    pub(super) fn part_of_index(&mut self, index: Oid, number: i16, mut row: Row<'_>) {
        // The name and the type are the database's choice.
        let _ = (row.text(), row.text(), row.text(), row.text(), row.text(), row.text());
        let collation = row.maybe();
        let mut words = Words::default();
        if let Some(statistics) = row.maybe().filter(|text| text.starts_with("STATISTICS")) {
            words.add(statistics);
        }
        words.add_list("", row.settings());
        self.index_parts.insert((index, number), (collation, words.end()));
    }

    pub(super) fn index(&mut self, mut row: Row<'_>) {
        let (oid, table): (Oid, Oid) = (row.number(), row.number());
        let Some(relation) = self.relations.get(&table) else { return };
        let on = relation.name.clone();
        let (name, unique, nulls) = (row.text(), row.flag(), row.flag());
        let method = row.maybe();
        let keys: usize = row.number();
        let columns: Vec<i16> = row.numbers();
        let (classes, collations): (Vec<Oid>, Vec<Oid>) = (row.numbers(), row.numbers());
        let orders: Vec<u8> = row.numbers();
        let predicate = row.maybe().map(|text| bare(&text).to_owned());
        let expressions = row.list();
        let part = |at: usize| -> IndexPart {
            let number = columns.get(at).copied().unwrap_or_default();
            let attribute = relation.columns.get(&number);
            let said = self.index_parts.get(&(oid, i16::try_from(at + 1).unwrap_or_default()));
            let own = said.and_then(|(collation, _)| collation.as_ref());
            let mut collation = None;
            if collations.get(at).is_some_and(|collation| *collation != 0) {
                let of_column = attribute.and_then(|attribute| attribute.collation.as_ref());
                if own != of_column || attribute.is_none() && own.is_some() {
                    collation = Some(own.map_or("\"default\"", String::as_str).to_owned());
                }
            }
            let class = classes.get(at).and_then(|class| self.operator_classes.get(class));
            let order = orders.get(at).copied().unwrap_or_default();
            IndexPart {
                column: attribute.map(|attribute| attribute.name.clone()),
                expression: match attribute {
                    None => {
                        expressions.get(at).map(|text| bare(text).to_owned()).unwrap_or_default()
                    }
                    Some(_) => String::new(),
                },
                collation,
                operator_class: class.cloned(),
                descending: order & 1 != 0,
                nulls: match order {
                    1 => Some(NullsOrder::Last),
                    2 => Some(NullsOrder::First),
                    _ => None,
                },
                details: said.map(|(_, text)| text.clone()).unwrap_or_default(),
                ..IndexPart::default()
            }
        };
        let parts = (0..keys.min(columns.len())).map(part).collect();
        let mut words = Words::default();
        let include = self.columns(table, columns.get(keys..).unwrap_or_default());
        words.add_list("WITH", row.list());
        if let Some(space) = row.maybe() {
            words.add(format!("TABLESPACE {space}"));
        }
        words.add_if(!row.flag(), "INVALID");
        let (clusters, identifies) = (row.flag(), row.flag());
        match self.schema.tables.get_mut(&on) {
            // The table names the index.
            Some(table) => {
                if clusters {
                    table.options.insert("cluster on".to_owned(), name.clone());
                }
                if identifies {
                    let value = format!("using index {name}");
                    table.options.insert("replica identity".to_owned(), value);
                }
            }
            None => words.add_if(clusters, "CLUSTER"),
        }
        if let Some(parent) = self.parent_indexes.get(&oid) {
            words.add(format!("PARTITION OF {parent}"));
        }
        let details = words.end();
        if let Some((_, at)) = self.keys.get(&oid) {
            let exclusion = match at {
                KeyAt::Exclusion(at) => Some(*at),
                _ => None,
            };
            if let Some(key) = self.key(oid) {
                (key.include, key.nulls_not_distinct) = (include, nulls);
            }
            self.index_of_key(oid, exclusion, &on, &name, &details);
            return;
        }
        let comment = self.comment(catalog::RELATION, oid, 0);
        if let Some(indexes) = self.indexes(&on) {
            let nulls_not_distinct = nulls;
            let index = Index {
                unique,
                method,
                parts,
                include,
                nulls_not_distinct,
                predicate,
                details,
                comment,
                written: Written::default(),
                implied: false,
                has_renamed_column: false,
            };
            indexes.insert(name, index);
        }
    }

    /// The index of a constraint shows only in what is said of the constraint.
    fn index_of_key(
        &mut self,
        oid: Oid,
        exclusion: Option<usize>,
        on: &Name,
        name: &str,
        details: &str,
    ) {
        self.other_comment((catalog::RELATION, oid, 0), || format!("index {name}"), Some(on));
        if details.is_empty() {
            return;
        }
        let text = match exclusion {
            Some(at) => {
                let table = self.schema.tables.get_mut(on);
                table.and_then(|table| table.constraints.get_mut(at)).map(|one| &mut one.definition)
            }
            None => self.key(oid).map(|key| &mut key.details),
        };
        if let Some(text) = text {
            let mut words = Words::default();
            words.add_if(!text.is_empty(), text);
            words.add(details);
            *text = words.end();
        }
    }

    /// The indexes of a table or of a materialised view.
    fn indexes(&mut self, name: &Name) -> Option<&mut BTreeMap<String, Index>> {
        match self.schema.tables.get_mut(name) {
            Some(table) => Some(&mut table.indexes),
            None => self.schema.views.get_mut(name).map(|view| &mut view.indexes),
        }
    }

    /// The key that an index serves.
    fn key(&mut self, index: Oid) -> Option<&mut Key> {
        let (table, at) = self.keys.get(&index)?;
        let table = self.schema.tables.get_mut(table)?;
        match at {
            KeyAt::Primary => table.primary_key.as_mut(),
            KeyAt::Unique(at) => table.uniques.get_mut(*at),
            KeyAt::Exclusion(_) => None,
        }
    }
}
