//! Changes of enumerated types, domains and sequences.

use super::changes::{Part, Reader};
use super::nodes;
use super::order::Rank;
use crate::op::{ColumnChange, Op, Subject, ValuePosition};
use crate::schema::{
    Column, Difference, Domain, Enum, Item, Kind, Name, Other, Schema, Sequence, Table,
};
use crate::sql::quote;

/// The option with the composite type of a table.
pub(super) const OF_TYPE: &str = "of type";

impl Reader<'_> {
    pub(super) fn enumeration(&mut self, name: Name, first: &Difference) {
        let (Some(Item::Enum(before)), Some(Item::Enum(after))) = (&first.before, &first.after)
        else {
            return self.by_presence(Part::Enum(name), first);
        };
        if before.comment != after.comment {
            self.comment(Kind::Enum, &name, None, after.comment.as_ref());
        }
        if before.labels == after.labels {
            return;
        }
        let ops = match added_labels(&name, before, after) {
            Some(ops) => ops,
            None => {
                let tables = self.before.tables.iter();
                let is_used = |table: &Table| {
                    table.columns.iter().any(|column| column.user_type.as_ref() == Some(&name))
                };
                let used = tables.filter(|(_, table)| is_used(table)).map(|(name, _)| name.clone());
                let used: Vec<Name> = used.collect();
                used.iter().for_each(|table| self.pinned_views(table));
                self.users_of_enum(&name);
                self.notes_on_new_type(&Part::Enum(name.clone()));
                if before.comment == after.comment && after.comment.is_some() {
                    self.comment(Kind::Enum, &name, None, after.comment.as_ref());
                }
                self.changes.last.push(drop_old_type(&name));
                replaced_enum(&name, after, self.before, self.after)
            }
        };
        let mut node = nodes::last(Op::Opaque { names: Vec::new() }, "");
        (node.ops, node.rank) = (ops, Rank::Type);
        self.changes.nodes.push(node);
    }

    pub(super) fn domain(&mut self, name: Name, first: &Difference) {
        let (Some(Item::Domain(before)), Some(Item::Domain(after))) = (&first.before, &first.after)
        else {
            return self.by_presence(Part::Domain(name), first);
        };
        let Domain { data_type, nullable, default, collation, comment, checks: _ } = &**before;
        if *data_type != after.data_type || *collation != after.collation {
            return self.replaced_domain(name, before, after);
        }
        if *comment != after.comment {
            self.comment(Kind::Domain, &name, None, after.comment.as_ref());
        }
        if *default != after.default {
            self.alter_domain(&name, ColumnChange::Default(after.default.clone()));
        }
        if *nullable != after.nullable {
            self.alter_domain(&name, ColumnChange::Nullable(after.nullable));
        }
    }

    /// A domain over another type: columns that are of it get the new one.
    fn replaced_domain(&mut self, name: Name, before: &Domain, after: &Domain) {
        let tables = self.before.tables.iter();
        let is_used = |table: &Table| {
            table.columns.iter().any(|column| column.user_type.as_ref() == Some(&name))
        };
        let used: Vec<Name> =
            tables.filter(|(_, table)| is_used(table)).map(|(name, _)| name.clone()).collect();
        if used.is_empty() {
            return self.replaced(Part::Domain(name));
        }
        used.iter().for_each(|table| self.pinned_views(table));
        self.users_of_enum(&name);
        self.notes_on_new_type(&Part::Domain(name.clone()));
        let (kind, old) = (Kind::Domain, old_type(&name));
        let subject = Subject { kind, name: name.clone(), part: None };
        let domain = Box::new(Domain { comment: None, ..after.clone() });
        let mut ops = vec![
            Op::Rename { subject, to: old.name.clone(), if_exists: false },
            Op::CreateDomain { name: name.clone(), domain },
        ];
        let value = |data_type: &crate::schema::DataType, column: &Column| Column {
            name: column.name.clone(),
            data_type: data_type.clone(),
            nullable: true,
            ..Column::default()
        };
        let using = |table: &Name, column: &Column| {
            if column.data_type.is_array() {
                let (own, base) = (quote(&column.name, '"'), &after.data_type);
                return format!("{own}::{base}[]::{}", column.data_type);
            }
            let (from, to) = (value(&before.data_type, column), value(&after.data_type, column));
            let ops = self.rules.alter_column(table, &from, &to).unwrap_or_default();
            let using = ops.into_iter().find_map(|op| match op {
                Op::AlterColumn { change: ColumnChange::Type { using, .. }, .. } => using,
                _ => None,
            });
            let plain = || format!("{}::{}", quote(&column.name, '"'), after.data_type);
            using.unwrap_or_else(plain)
        };
        ops.extend(retyped_columns(&name, self.before, self.after, using));
        let drop = Op::Drop { kind, name: old, key: None, if_exists: false, cascade: false };
        self.changes.last.push(drop);
        let mut node = nodes::last(Op::Opaque { names: Vec::new() }, "");
        (node.ops, node.rank) = (ops, Rank::Type);
        self.changes.nodes.push(node);
        if after.comment.is_some() {
            self.comment(Kind::Domain, &name, None, after.comment.as_ref());
        }
    }

    /// A composite type whose attributes cannot change while columns are of it: these get a new type, through
    /// the text of their values. Returns `false` if no column is of it.
    pub(super) fn replaced_composite(&mut self, key: &str, other: &Other) -> bool {
        let columns = self.before.tables.values().flat_map(|table| &table.columns);
        let mut types = columns.filter_map(|column| column.user_type.as_ref());
        let Some(name) = types.find(|of| of.to_string() == key).cloned() else { return false };
        self.users_of_enum(&name);
        let (kind, old) = (Kind::Type, old_type(&name));
        let subject = Subject { kind, name: name.clone(), part: None };
        let mut ops = vec![Op::Rename { subject, to: old.name.clone(), if_exists: false }];
        ops.extend(nodes::other(self.rules, kind, key, other, false).ops);
        ops.extend(retyped_columns(&name, self.before, self.after, through_text));
        let (name, old_key) = (Name::default(), Some(old.to_string()));
        let drop = Op::Drop { kind, name, key: old_key, if_exists: false, cascade: false };
        self.changes.last.push(drop);
        let mut node = nodes::last(Op::Opaque { names: Vec::new() }, "");
        (node.ops, node.rank) = (ops, Rank::Type);
        self.changes.nodes.push(node);
        self.notes_on_new_type(&Part::Other(kind, key.to_owned()));
        true
    }

    /// Makes a table one of a composite type, or of none: its columns change in between.
    pub(super) fn of_type(&mut self, name: &Name, value: Option<&String>) {
        let mut node = nodes::table_option(name, OF_TYPE, value);
        if value.is_some() {
            self.changes.last.append(&mut node.ops);
        } else {
            node.rank = Rank::Namespace;
            self.changes.nodes.push(node);
        }
    }

    /// The tables of a composite type whose attributes change leave it, change with it, and become of it again.
    pub(super) fn tables_of_type(&mut self, key: &str) {
        for (name, table) in &self.before.tables {
            let of = table.options.get(OF_TYPE).filter(|of| *of == key);
            let later = self.after.tables.get(name).and_then(|after| after.options.get(OF_TYPE));
            if of.is_none() || of != later {
                continue;
            }
            self.of_type(name, None);
            self.of_type(name, of);
        }
    }

    /// The comments and grants of a type that takes the place of another one.
    fn notes_on_new_type(&mut self, own: &Part) {
        for (kind, of) in self.after.others.keys() {
            let is_told = matches!(kind, Kind::Comment | Kind::Grant);
            if is_told && Part::of_key(of).as_ref() == Some(own) {
                self.changes.created.insert(Part::Other(*kind, of.clone()));
            }
        }
    }

    pub(super) fn alter_domain(&mut self, name: &Name, change: ColumnChange) {
        let op = Op::AlterDomain { name: name.clone(), change };
        let mut node = nodes::last(op, &name.name);
        node.rank = Rank::Column;
        self.changes.nodes.push(node);
    }

    pub(super) fn check_of_domain(&mut self, domain: &Name, first: &Difference) {
        let of = |schema: &Schema| {
            schema.domains.get(domain).map(|of| (of.data_type.clone(), of.collation.clone()))
        };
        if of(self.before) != of(self.after) {
            // It comes with its domain.
            return;
        }
        if let Some(Item::Check(check)) = &first.before
            && let Some(name) = &check.name
        {
            let change = ColumnChange::DropCheck { name: name.clone(), if_exists: false };
            self.alter_domain(domain, change);
        }
        if let Some(Item::Check(check)) = &first.after {
            self.alter_domain(domain, ColumnChange::AddCheck((**check).clone()));
        }
    }

    pub(super) fn sequence(&mut self, name: Name, first: &Difference) {
        let (old, new) = match (&first.before, &first.after) {
            (Some(Item::Sequence(before)), Some(Item::Sequence(after))) => {
                ((**before).clone(), (**after).clone())
            }
            // A sequence that numbers a column is there, before it is one of its own or behind.
            (Some(Item::Sequence(before)), None) => match self.own_definition(self.after, &name) {
                Some((table, column, definition))
                    if self.is_default(self.before, &table, &column) =>
                {
                    let owned_by = before.owned_by.clone();
                    ((**before).clone(), Sequence { definition, owned_by, comment: None })
                }
                _ => return self.by_presence(Part::Sequence(name), first),
            },
            (None, Some(Item::Sequence(after))) => match self.own_definition(self.before, &name) {
                Some((table, column, definition))
                    if self.is_default(self.after, &table, &column) =>
                {
                    (Sequence { definition, ..Sequence::default() }, (**after).clone())
                }
                _ => return self.by_presence(Part::Sequence(name), first),
            },
            _ => return,
        };
        if old.comment != new.comment {
            self.comment(Kind::Sequence, &name, None, new.comment.as_ref());
        }
        if old.definition != new.definition {
            match self.rules.alter_sequence(&old.definition, &new.definition) {
                Some(changes) => {
                    self.changes.nodes.push(nodes::sequence_options(&name, changes));
                }
                None => return self.replaced(Part::Sequence(name)),
            }
        }
        if old.owned_by != new.owned_by {
            self.changes.nodes.push(nodes::owned_by(&name, new.owned_by.as_ref()));
        }
    }

    /// The column that owns a sequence in a schema, and the definition of the sequence.
    fn own_definition(&self, schema: &Schema, name: &Name) -> Option<(Name, String, String)> {
        schema.tables.iter().find_map(|(table, definition)| {
            definition.columns.iter().find_map(|column| {
                let (own, text) = self.rules.own_sequence(table, column)?;
                (own == *name).then(|| (table.clone(), column.name.clone(), text))
            })
        })
    }

    /// Returns `true` if a column is in a schema and takes its default from a sequence that it does not own.
    fn is_default(&self, schema: &Schema, table: &Name, column: &str) -> bool {
        let found = schema.tables.get(table).and_then(|of| of.column(column));
        found.and_then(|own| own.default.as_ref()).is_some_and(|text| text.contains("nextval"))
    }
}

/// The operations that add labels; `None` where a label goes or moves.
fn added_labels(name: &Name, before: &Enum, after: &Enum) -> Option<Vec<Op>> {
    let kept: Vec<&String> =
        after.labels.iter().filter(|label| before.labels.contains(label)).collect();
    if kept.len() != before.labels.len() || !kept.iter().zip(&before.labels).all(|(a, b)| *a == b) {
        return None;
    }
    let mut ops = Vec::new();
    for (at, label) in after.labels.iter().enumerate() {
        if before.labels.contains(label) {
            continue;
        }
        // A label before this one is there by now.
        let behind = after.labels[at + 1..].iter().find(|label| before.labels.contains(label));
        let position = match (behind, at.checked_sub(1)) {
            (None, _) => ValuePosition::Last,
            (Some(_), Some(previous)) => ValuePosition::After(after.labels[previous].clone()),
            (Some(next), None) => ValuePosition::Before(next.clone()),
        };
        let (name, value) = (name.clone(), label.clone());
        ops.push(Op::AddEnumValue { name, value, position, if_not_exists: false });
    }
    Some(ops)
}

fn old_type(name: &Name) -> Name {
    Name { name: format!("{}_before", name.name), ..name.clone() }
}

/// The old type goes when no column is of it any more.
fn drop_old_type(name: &Name) -> Op {
    let (kind, name) = (Kind::Enum, old_type(name));
    Op::Drop { kind, name, key: None, if_exists: false, cascade: false }
}

/// A new type in place of one from which a label goes, and the columns that stay of the type.
fn replaced_enum(name: &Name, value: &Enum, before: &Schema, after: &Schema) -> Vec<Op> {
    let subject = Subject { kind: Kind::Enum, name: name.clone(), part: None };
    let value = Box::new(Enum { comment: None, ..value.clone() });
    let mut ops = vec![
        Op::Rename { subject, to: old_type(name).name, if_exists: false },
        Op::CreateEnum { name: name.clone(), value },
    ];
    ops.extend(retyped_columns(name, before, after, through_text));
    ops
}

/// The value of a column as one of the new type of the same name.
fn through_text(_: &Name, column: &Column) -> String {
    format!("{}::text::{}", quote(&column.name, '"'), column.data_type)
}

/// Gives columns that stay of a type the new one of its name.
fn retyped_columns(
    name: &Name,
    before: &Schema,
    after: &Schema,
    using: impl Fn(&Name, &Column) -> String,
) -> Vec<Op> {
    let (mut ops, mut types, mut defaults) = (Vec::new(), Vec::new(), Vec::new());
    for (table, definition) in &before.tables {
        let Some(later) = after.tables.get(table) else { continue };
        for column in
            definition.columns.iter().filter(|column| column.user_type.as_ref() == Some(name))
        {
            let Some(new) = later.column(&column.name) else { continue };
            if new.user_type != column.user_type || new.data_type != column.data_type {
                continue;
            }
            let change = |change| Op::AlterColumn {
                table: table.clone(),
                column: column.name.clone(),
                change,
            };
            if column.default.is_some() {
                ops.push(change(ColumnChange::Default(None)));
            }
            // The column of a child gets its type with that of the parent.
            let of_parent = parents(before, definition).any(|parent| {
                parent.column(&column.name).is_some_and(|of| of.data_type == column.data_type)
            });
            if !of_parent {
                types.push(change(ColumnChange::Type {
                    data_type: column.data_type.clone(),
                    user_type: Some(name.clone()),
                    collation: None,
                    using: Some(using(table, column)),
                }));
            }
            if new.default.is_some() {
                defaults.push(change(ColumnChange::Default(new.default.clone())));
            }
        }
    }
    ops.extend(types);
    ops.extend(defaults);
    ops
}

/// The parents of a table by `INHERITS`, in the order of their names.
pub(super) fn parents_by_inherits<'s>(schema: &'s Schema, table: &Table) -> Vec<&'s Name> {
    schema.tables.keys().filter(|name| inherits(table, name)).collect()
}

fn inherits(table: &Table, parent: &Name) -> bool {
    let list = table.options.get("inherits");
    list.is_some_and(|list| list.split(", ").any(|one| one == parent.to_string()))
}

/// The tables of which a table is a partition or, by `INHERITS`, a child.
pub(super) fn parents<'s>(schema: &'s Schema, table: &'s Table) -> impl Iterator<Item = &'s Table> {
    let is_parent = move |name: &Name| {
        table.partition_of.as_ref().is_some_and(|of| of.parent == *name) || inherits(table, name)
    };
    let found = schema.tables.iter().filter(move |(name, _)| is_parent(name));
    found.map(|(_, parent)| parent)
}

/// The tables whose queries read the rows of a table as well: its parents, and theirs.
pub(crate) fn ancestors<'s>(schema: &'s Schema, name: &Name) -> Vec<&'s Name> {
    let mut found: Vec<&Name> = Vec::new();
    let mut open: Vec<&Name> =
        schema.tables.get_key_value(name).map(|(name, _)| name).into_iter().collect();
    while let Some(table) = open.pop().and_then(|name| schema.tables.get(name)) {
        let is_parent = |own: &Name| {
            table.partition_of.as_ref().is_some_and(|of| of.parent == *own) || inherits(table, own)
        };
        for parent in schema.tables.keys().filter(|own| is_parent(own)) {
            if !found.contains(&parent) {
                found.push(parent);
                open.push(parent);
            }
        }
    }
    found
}
