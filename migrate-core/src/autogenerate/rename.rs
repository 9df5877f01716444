//! Renames, as people type them and as operations.

use std::fmt;

use super::Refusal;
use crate::dialect::Dialect;
use crate::op::{Op, Subject};
use crate::schema::{Column, DataType, IdentityKind, Kind, Name, Other, Schema, Table};
use crate::steps::{self, Step};

/// An object that gets another name and stays what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The kind: a table, column, index, constraint, sequence, [`Kind::Enum`] for a value of an
    /// enumerated type, or [`Kind::Namespace`] for a table that moves to another one.
    pub kind: Kind,
    /// The object, or the one that it belongs to: `users.mood` for a value of a column's own type.
    pub owner: Name,
    /// The name of the part before; `None` for a whole object.
    pub part: Option<String>,
    /// The new name of the part, or of the object in its namespace; the new namespace of a table that moves.
    pub to: String,
}

/// The namespace that has no name in a schema.
const HOME: &str = "public";

impl fmt::Display for Rename {
    /// As `--rename` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{}.{part}={}", self.owner, self.to),
            None if self.kind == Kind::Namespace => {
                write!(f, "{}={}.{}", self.owner, self.to, self.owner.name)
            }
            None => write!(f, "{}={}", self.owner, self.to),
        }
    }
}

impl Rename {
    /// Reads `users.mail=email`, `users=accounts` or `mood.sad=unhappy`. What is renamed must be in the
    /// first schema.
    ///
    /// # Errors
    ///
    /// The mistake, as a fragment of a sentence.
    pub fn read(typed: &str, before: &Schema, after: &Schema) -> Result<Self, String> {
        let (from, to) = typed
            .split_once('=')
            .filter(|(from, to)| !from.trim().is_empty() && !to.trim().is_empty())
            .ok_or_else(|| "write the name, `=` and the new name: `users.mail=email`".to_owned())?;
        let (from, to) = (from.trim(), to.trim());
        let mut found = named(before).into_iter().filter(|(text, _)| text == from);
        let Some((_, rename)) = found.next() else {
            return Err(format!("the history has nothing of the name {from}"));
        };
        if let Some(moved) = rename.moved(to, after) {
            return Ok(moved);
        }
        // The new name may be typed in full.
        let full = format!("{}.", rename.owner);
        let in_namespace = rename.owner.namespace.as_ref().map(|of| format!("{of}."));
        let short = match &rename.part {
            Some(_) => to.strip_prefix(&full).unwrap_or(to),
            None => in_namespace.and_then(|of| to.strip_prefix(&of)).unwrap_or(to),
        };
        let rename = Self { to: short.to_owned(), ..rename };
        let is_wanted = named(after).into_iter().any(|(_, other)| {
            let name = |own: &Self| own.part.clone().unwrap_or_else(|| own.owner.name.clone());
            other.kind == rename.kind && name(&other) == rename.to
        });
        if !is_wanted {
            return Err(format!("the wanted schema has no {} {short}", rename.word()));
        }
        Ok(rename)
    }

    /// A move of a table: `users=ops.users`, where that is what the second schema has.
    fn moved(&self, to: &str, after: &Schema) -> Option<Self> {
        let (space, name) = to.split_once('.')?;
        let namespace = Some(space.to_owned()).filter(|space| space != HOME);
        let place = Name { namespace, name: name.to_owned() };
        let is_move = self.kind == Kind::Table
            && name == self.owner.name
            && place.namespace != self.owner.namespace
            && after.tables.contains_key(&place);
        is_move.then(|| Self { kind: Kind::Namespace, to: space.to_owned(), ..self.clone() })
    }

    /// The move of a table to the place of another one.
    pub(super) fn to_namespace(owner: &Name, to: &Name) -> Self {
        let space = to.namespace.clone().unwrap_or_else(|| HOME.to_owned());
        Self { kind: Kind::Namespace, owner: owner.clone(), part: None, to: space }
    }

    const fn word(&self) -> &'static str {
        match self.kind {
            Kind::Enum => "value",
            kind => kind.word(),
        }
    }

    /// The question whether it is a rename.
    #[must_use]
    pub fn question(&self) -> String {
        let from = match &self.part {
            Some(part) => format!("{}.{part}", self.owner),
            None => self.owner.to_string(),
        };
        if self.kind == Kind::Namespace {
            return format!("was table {from} moved to the schema {}?", self.to);
        }
        format!("was {} {from} renamed to {}?", self.word(), self.to)
    }

    /// What was done, for a message.
    #[must_use]
    pub fn described(&self) -> String {
        match &self.part {
            Some(part) => {
                format!("{} {}.{part} is renamed to {}", self.word(), self.owner, self.to)
            }
            None if self.kind == Kind::Namespace => {
                format!("table {} is moved to the schema {}", self.owner, self.to)
            }
            None => format!("{} {} is renamed to {}", self.word(), self.owner, self.to),
        }
    }

    /// The name of what is renamed, as `--drop` takes it.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.part {
            Some(part) => format!("{}.{part}", self.owner),
            None => self.owner.to_string(),
        }
    }

    /// The name of a table or column before the rename: `users.mail` for `users.email`.
    pub(super) fn name_before(&self, subject: &str) -> String {
        let opposite = self.opposite();
        match (self.kind, &self.part) {
            (Kind::Column, Some(_)) if subject == opposite.subject() => self.subject(),
            (Kind::Table | Kind::Namespace, None) => {
                let later = opposite.owner.to_string();
                match subject.strip_prefix(&later) {
                    Some(rest) if rest.is_empty() || rest.starts_with('.') => {
                        format!("{}{rest}", self.owner)
                    }
                    _ => subject.to_owned(),
                }
            }
            _ => subject.to_owned(),
        }
    }

    /// The rename back.
    #[must_use]
    pub(super) fn opposite(&self) -> Self {
        match &self.part {
            Some(part) => Self { part: Some(self.to.clone()), to: part.clone(), ..self.clone() },
            None if self.kind == Kind::Namespace => Self {
                owner: Name {
                    namespace: Some(self.to.clone()).filter(|space| space != HOME),
                    name: self.owner.name.clone(),
                },
                to: self.owner.namespace.clone().unwrap_or_else(|| HOME.to_owned()),
                ..self.clone()
            },
            None => Self {
                owner: Name { name: self.to.clone(), ..self.owner.clone() },
                to: self.owner.name.clone(),
                ..self.clone()
            },
        }
    }

    /// The statements, in a schema that has the object.
    pub(super) fn steps(&self, dialect: Dialect, schema: &Schema) -> Result<Vec<Step>, Refusal> {
        let rules = dialect.diff_rules();
        if let Some((table, of, column)) = self.column_of_value(schema)
            && let Some(from) = &self.part
            && let Some((wide, narrow)) = rules.rename_value(table, of, column, from, &self.to)
        {
            let sql = rules.replace_value(table, &column.name, from, &self.to);
            let mut all = steps::plain(dialect, &[wide])?;
            all.push(Step { sql, note: None, autocommit: false });
            all.extend(steps::plain(dialect, &[narrow])?);
            return Ok(all);
        }
        let mut ops = self.ops(dialect);
        let key = (Kind::Namespace, self.to.clone());
        if self.kind == Kind::Namespace && self.to != HOME && !schema.others.contains_key(&key) {
            let other = Box::new(Other { definition: String::new(), table: None });
            ops.insert(
                0,
                Op::CreateOther {
                    kind: Kind::Namespace,
                    key: self.to.clone(),
                    other,
                    uses: Vec::new(),
                    if_not_exists: false,
                    or_replace: false,
                },
            );
        }
        Ok(steps::plain(dialect, &ops)?)
    }

    /// The column whose own type has the value.
    fn column_of_value<'s>(&self, schema: &'s Schema) -> Option<(&'s Name, &'s Table, &'s Column)> {
        if self.kind != Kind::Enum || schema.enums.contains_key(&self.owner) {
            return None;
        }
        schema.tables.iter().find_map(|(name, table)| {
            let is_it = |column: &&Column| format!("{name}.{}", column.name) == self.owner.name;
            Some((name, table, table.columns.iter().find(is_it)?))
        })
    }

    /// The operations, in a schema that has the object.
    fn ops(&self, dialect: Dialect) -> Vec<Op> {
        let (owner, to) = (self.owner.clone(), self.to.clone());
        let part = self.part.clone().unwrap_or_default();
        let rename = |kind, name, part, to| Op::Rename {
            subject: Subject { kind, name, part },
            to,
            if_exists: false,
        };
        let in_namespace = |name: String| Name { namespace: self.owner.namespace.clone(), name };
        match self.kind {
            Kind::Table => {
                let renamed = |name: Name, to: String| {
                    let to = Name { namespace: None, name: to };
                    Op::RenameTable { name, to, if_exists: false }
                };
                let fold = |name: &str| dialect.rules().fold(Kind::Table, name).into_owned();
                if fold(&to) != fold(&owner.name) {
                    return vec![renamed(owner, to)];
                }
                // The database takes the new name for the old one, which is taken.
                let between = format!("{}_renamed", owner.name);
                let there = Name { name: between.clone(), ..owner.clone() };
                vec![renamed(owner, between), renamed(there, to)]
            }
            Kind::Namespace => {
                let subject = Subject { kind: Kind::Table, name: owner, part: None };
                vec![Op::SetNamespace { subject, namespace: to, if_exists: false }]
            }
            Kind::Column => vec![Op::RenameColumn { table: owner, column: part, to }],
            Kind::Enum => vec![Op::RenameEnumValue { name: owner, value: part, to }],
            Kind::Index => {
                dialect.diff_rules().rename_index(&owner, &part, &to).into_iter().collect()
            }
            Kind::Sequence => vec![rename(Kind::Sequence, in_namespace(part), None, to)],
            kind => vec![rename(kind, owner, Some(part), to)],
        }
    }
}

/// Everything that can be renamed, by the name as typed: tables before columns, columns before the others.
fn named(schema: &Schema) -> Vec<(String, Rename)> {
    let mut all = Vec::new();
    let mut add = |kind, owner: &Name, part: Option<&str>| {
        let rename =
            Rename { kind, owner: owner.clone(), part: part.map(str::to_owned), to: String::new() };
        all.push((rename.subject(), rename));
    };
    for name in schema.tables.keys() {
        add(Kind::Table, name, None);
    }
    for (name, table) in &schema.tables {
        for column in &table.columns {
            add(Kind::Column, name, Some(&column.name));
        }
    }
    for (name, table) in &schema.tables {
        for key in table.primary_key.iter().filter_map(|key| key.name.as_deref()) {
            add(Kind::PrimaryKey, name, Some(key));
        }
        for key in table.uniques.iter().filter_map(|key| key.name.as_deref()) {
            add(Kind::Unique, name, Some(key));
        }
        for check in table.checks.iter().filter_map(|check| check.name.as_deref()) {
            add(Kind::Check, name, Some(check));
        }
        for key in table.foreign_keys.iter().filter_map(|key| key.name.as_deref()) {
            add(Kind::ForeignKey, name, Some(key));
        }
        for index in table.indexes.keys() {
            add(Kind::Index, name, Some(index));
        }
    }
    for (name, value) in &schema.enums {
        for label in &value.labels {
            add(Kind::Enum, name, Some(label));
        }
    }
    for (name, column) in schema
        .tables
        .iter()
        .flat_map(|(name, table)| table.columns.iter().map(move |column| (name, column)))
    {
        let owner = Name::new(format!("{name}.{}", column.name));
        for label in own_values(&column.data_type) {
            add(Kind::Enum, &owner, Some(&label));
        }
    }
    all
}

/// The values of a type that a column has for itself: `enum('a','b')`.
pub(super) fn own_values(of: &DataType) -> Vec<String> {
    if !of.name().eq_ignore_ascii_case("enum") {
        return Vec::new();
    }
    let plain = |text: &String| {
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        inner.unwrap_or(text).replace("''", "'")
    };
    of.arguments().iter().map(plain).collect()
}

/// The sequence of a column that `serial` numbers, where it has not the usual name.
pub(super) fn unusual_sequence(identity: Option<&crate::schema::Identity>) -> Option<&str> {
    let identity = identity.filter(|of| of.kind == IdentityKind::Serial)?;
    identity.sequence_name().map(|(name, _)| name)
}
