//! Types and sequences.

use std::fmt::Write as _;

use migrate_core::schema::{Column, Domain, Enum, Identity, IdentityKind, Kind, Name, Sequence};

use super::builder::{Rights, SchemaBuilder, catalog};
use super::row::{Oid, Row, Words, literal};

impl SchemaBuilder {
    pub(super) fn type_(&mut self, mut row: Row<'_>) {
        let (oid, namespace): (Oid, Oid) = (row.number(), row.number());
        let (name, kind) = (row.text(), row.letter());
        let name = self.name(namespace, name);
        let rights = Rights::read(&mut row);
        let word = match kind {
            'd' => "domain",
            'e' => "enum",
            _ => "type",
        };
        self.rights(rights, || format!("{word} {name}"), None);
        let (nullable, data_type) = (row.flag(), row.text());
        let (default, collation, definition) = (row.maybe(), row.maybe(), row.text());
        let comment = self.comment(catalog::TYPE, oid, 0);
        match kind {
            'e' => {
                let labels = Vec::new();
                self.schema.enums.insert(name.clone(), Enum { labels, comment });
            }
            'd' => {
                let checks = Vec::new();
                let data_type = data_type.into();
                let domain = Domain { data_type, nullable, default, checks, collation, comment };
                self.schema.domains.insert(name.clone(), domain);
            }
            _ => {
                let definition = match kind {
                    'c' => String::new(),
                    'r' => format!("RANGE ({definition})"),
                    'b' => {
                        let default = default.map(|text| format!(", DEFAULT = {}", literal(&text)));
                        format!("({definition}{})", default.unwrap_or_default())
                    }
                    _ => "SHELL".to_owned(),
                };
                self.add(Kind::Type, name.to_string(), definition, None);
                if let Some(comment) = comment {
                    self.add(Kind::Comment, format!("type {name}"), comment, None);
                }
            }
        }
        self.types.insert(oid, name);
    }

    pub(super) fn label(&mut self, mut row: Row<'_>) {
        let Some(name) = self.types.get(&row.number()) else { return };
        if let Some(of) = self.schema.enums.get_mut(name) {
            of.labels.push(row.text());
        }
    }

    /// A part of a composite type.
    pub(super) fn attribute(&mut self, name: &Name, column: Column) {
        let Some(of) = self.schema.others.get_mut(&(Kind::Type, name.to_string())) else { return };
        let text = &mut of.definition;
        if !text.is_empty() {
            text.push_str(", ");
        }
        let _ = write!(text, "{} {}", column.name, column.data_type);
        if let Some(collation) = column.collation {
            let _ = write!(text, " COLLATE {collation}");
        }
        if let Some(comment) = column.comment {
            self.add(Kind::Comment, format!("column {name}.{}", column.name), comment, None);
        }
    }

    /// A sequence: a part of the column that it numbers, or one of its own.
    pub(super) fn sequence(&mut self, mut row: Row<'_>) {
        let oid: Oid = row.number();
        let Some(relation) = self.relations.get(&oid) else { return };
        let (name, unlogged) = (relation.name.clone(), relation.unlogged);
        let written = relation.written.clone();
        let numbers = Numbers::read(&mut row);
        let (table, column): (Oid, i16) = (row.number(), row.number());
        let owner = self.relations.get(&table);
        if table != 0 && owner.is_none() {
            // Goes with a table that is left out.
            self.excluded.insert(oid, name.clone());
            self.schema.others.remove(&(Kind::Grant, format!("on sequence {name}")));
            return;
        }
        let owner = owner.and_then(|owner| {
            let attribute = owner.columns.get(&column)?;
            Some((owner.name.clone(), attribute.name.clone(), attribute.at))
        });
        let mut comment = self.comment(catalog::RELATION, oid, 0);
        if let Some((table, column, at)) = &owner {
            let found =
                self.schema.tables.get_mut(table).and_then(|table| table.columns.get_mut(*at));
            let nextval = format!("nextval({}::regclass)", literal(&written));
            let is_serial = |column: &Column| column.default.as_ref() == Some(&nextval);
            if let Some(found) = found
                && (found.identity.is_some() || is_serial(found))
            {
                let mut options = numbers.options(&found.data_type);
                if name.name != format!("{}_{column}_seq", table.name)
                    || name.namespace != table.namespace
                {
                    options.insert(0, format!("SEQUENCE NAME {written}"));
                }
                if unlogged {
                    options.push("UNLOGGED".to_owned());
                }
                if is_serial(found) {
                    found.default = None;
                }
                let identity =
                    found.identity.get_or_insert_with(|| Identity::from(IdentityKind::Serial));
                identity.options = options.join(" ");
                if let Some(comment) = comment.take() {
                    self.add(Kind::Comment, format!("sequence {name}"), comment, Some(table));
                }
                return;
            }
        }
        let mut definition = Words::default();
        definition.add_if(unlogged, "UNLOGGED");
        for option in numbers.options("bigint") {
            definition.add(option);
        }
        let owned_by = owner.map(|(table, column, _)| (table, column));
        let sequence = Sequence { definition: definition.end(), owned_by, comment };
        self.schema.sequences.insert(name, sequence);
    }
}

/// What a sequence counts.
struct Numbers {
    data_type: String,
    start: i64,
    step: i64,
    least: i64,
    most: i64,
    cache: i64,
    cycles: bool,
}

impl Numbers {
    fn read(row: &mut Row<'_>) -> Self {
        Self {
            data_type: row.text(),
            start: row.number(),
            step: row.number(),
            least: row.number(),
            most: row.number(),
            cache: row.number(),
            cycles: row.flag(),
        }
    }

    /// What is not said of a sequence of the usual type unless somebody asks for it.
    fn options(&self, usual: &str) -> Vec<String> {
        let (lowest, highest) = match self.data_type.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (least, most) = if self.step > 0 { (1, highest) } else { (lowest, -1) };
        let start = if self.step > 0 { self.least } else { self.most };
        let mut options = Vec::new();
        let mut say = |differs: bool, what: &str, value: &dyn std::fmt::Display| {
            if differs {
                options.push(format!("{what} {value}"));
            }
        };
        say(self.data_type != usual, "AS", &self.data_type);
        say(self.start != start, "START WITH", &self.start);
        say(self.step != 1, "INCREMENT BY", &self.step);
        say(self.least != least, "MINVALUE", &self.least);
        say(self.most != most, "MAXVALUE", &self.most);
        say(self.cache != 1, "CACHE", &self.cache);
        if self.cycles {
            options.push("CYCLE".to_owned());
        }
        options
    }
}
