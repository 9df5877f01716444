//! Changes of tables: columns, constraints, indexes and options.

use std::collections::BTreeSet;

use super::changes::{Part, Reader};
use super::nodes;
use super::order::{Node, Rank};
use crate::dialect::DiffRules;
use crate::op::{Op, Position, Subject, TableChange};
use crate::schema::{
    Attribute, Change, Check, Column, Difference, Item, Kind, Name, Schema, Table,
};

/// What the node is called that changes whether a table is written to the log. No text mentions it.
fn option_word(table: &Name) -> String {
    format!("{table} logged")
}

impl Reader<'_> {
    pub(super) fn table(&mut self, name: Name, group: &[Difference]) {
        let mut has_options = false;
        for one in group {
            match &one.change {
                Change::Added => self.comes(Part::Table(name.clone())),
                Change::Removed => self.goes(Part::Table(name.clone())),
                Change::Reordered { .. } if self.rules.orders_columns() => self.reorder(&name),
                Change::Reordered { .. } => {}
                Change::Altered { attribute: Attribute::Comment, .. } => {
                    let text = self.after.tables.get(&name).and_then(|table| table.comment.clone());
                    self.comment(Kind::Table, &name, None, text.as_ref());
                }
                Change::Altered { .. } => {
                    let (Some(Item::Table(before)), Some(Item::Table(after))) =
                        (&one.before, &one.after)
                    else {
                        continue;
                    };
                    // Each option is a difference of its own.
                    if !std::mem::replace(&mut has_options, true) {
                        self.options(&name, before, after);
                    }
                }
            }
        }
    }

    /// The tables that are written to the log before a table is, or leave it before: the one with a foreign key waits
    /// for the other, and leaves first.
    fn logged_before(&self, name: &Name, is_logged: bool) -> Vec<String> {
        let refers = |from: &Name, to: &Name| {
            let tables = [self.before, self.after].into_iter();
            let mut tables = tables.filter_map(|schema| schema.tables.get(from));
            from != to && tables.any(|of| of.foreign_keys.iter().any(|key| key.parent == *to))
        };
        let others = self.after.tables.keys();
        let first = others.filter(|other| match is_logged {
            true => refers(name, other),
            false => refers(other, name),
        });
        first.map(option_word).collect()
    }

    pub(super) fn options(&mut self, name: &Name, before: &Table, after: &Table) {
        let names: BTreeSet<&String> = before.options.keys().chain(after.options.keys()).collect();
        let collation = self.rules.default_collation(before, after);
        let has_own =
            |option: &str| collation.is_some() && (option == "charset" || option == "collation");
        for option in names.into_iter().filter(|option| !has_own(option)) {
            let (old, new) = (before.options.get(option), after.options.get(option));
            if old != new && option == "inherits" {
                self.parents(name, (before, after));
            } else if old != new && option == super::types::OF_TYPE {
                if old.is_some() {
                    self.of_type(name, None);
                }
                if new.is_some() {
                    self.of_type(name, new);
                }
            } else if old != new {
                for (option, value) in self.rules.table_options(option, old, new) {
                    let mut node = nodes::table_option(name, &option, value.as_ref());
                    if option == "unlogged" {
                        node.follow(option_word(name), self.logged_before(name, value.is_none()));
                    }
                    self.changes.nodes.push(node);
                }
            }
        }
        if let Some((change, columns)) = collation {
            self.default_collation(name, change, &columns);
        }
        if before.partition_by != after.partition_by {
            let text = after.partition_by.as_ref().map(|by| by.text.clone()).unwrap_or_default();
            let op = Op::AlterTable { table: name.clone(), change: TableChange::Partitions(text) };
            self.changes.nodes.push(nodes::last(op, &name.name));
        }
        if before.partition_of != after.partition_of {
            for (of, is_new) in [(&before.partition_of, false), (&after.partition_of, true)] {
                let Some(of) = of else { continue };
                let partition = name.clone();
                let change = if is_new {
                    TableChange::AttachPartition { partition, of: of.clone() }
                } else {
                    TableChange::DetachPartition { partition }
                };
                let op = Op::AlterTable { table: of.parent.clone(), change };
                let mut node = nodes::last(op, &of.parent.name);
                // The columns of the parent may change in between.
                node.rank = if is_new { Rank::Constraint } else { Rank::Namespace };
                self.changes.nodes.push(node);
            }
        }
    }

    /// Another default collation of a table, and the columns that follow it.
    fn default_collation(&mut self, name: &Name, change: TableChange, columns: &[Column]) {
        let mut ops = vec![Op::AlterTable { table: name.clone(), change }];
        for column in columns {
            let mut op = nodes::replace_column(name, column, Position::Kept);
            self.add_checks(&mut op, self.after.tables.get(name));
            ops.push(op);
            self.foreign_keys_with(name, &column.name);
        }
        let mut node = nodes::last(Op::Opaque { names: Vec::new() }, &name.name);
        // Columns that come or change state their own or get the new one.
        (node.ops, node.rank) = (ops, Rank::Sequence);
        self.changes.nodes.push(node);
    }

    /// The parents by `INHERITS`. A new one must find the columns of the child, and one that goes may lose its own.
    fn parents(&mut self, name: &Name, (before, after): (&Table, &Table)) {
        let old = super::types::parents_by_inherits(self.before, before);
        let new = super::types::parents_by_inherits(self.after, after);
        let gone = old.iter().filter(|parent| !new.contains(parent));
        let gone = gone.map(|parent| (TableChange::NoInherit((*parent).clone()), Rank::Namespace));
        let come = new.iter().filter(|parent| !old.contains(parent));
        let come = come.map(|parent| (TableChange::Inherit((*parent).clone()), Rank::Constraint));
        for (change, rank) in gone.chain(come) {
            let mut node = nodes::last(Op::AlterTable { table: name.clone(), change }, &name.name);
            node.rank = rank;
            self.changes.nodes.push(node);
        }
    }

    /// Returns `true` if a parent by `INHERITS` has a column of the same name and type: its type changes with
    /// the parent's.
    fn has_type_of_parent(&self, schema: &Schema, table: &Name, column: &Column) -> bool {
        let of = schema.tables.get(table);
        of.into_iter().flat_map(|of| super::types::parents(schema, of)).any(|parent| {
            parent.column(&column.name).is_some_and(|of| of.data_type == column.data_type)
        })
    }

    pub(super) fn column(&mut self, table: &Name, first: &Difference) {
        let part = Part::Column(table.clone(), first.object.name.clone());
        let is_inherited = |schema: &Schema| {
            let Some(own) = schema.tables.get(table) else { return false };
            let none = Column::default();
            let column = own.column(&first.object.name).unwrap_or(&none);
            self.rules.is_inherited(own, column)
        };
        let (was_inherited, stays_inherited) =
            (is_inherited(self.before), is_inherited(self.after));
        if was_inherited || stays_inherited {
            if was_inherited && stays_inherited {
                self.inherited_column(table, first);
            }
            return;
        }
        let (Some(Item::Column(before)), Some(Item::Column(after))) = (&first.before, &first.after)
        else {
            self.star_views(table);
            return self.by_presence(part, first);
        };
        let mut old: Column = (**before).clone();
        if !self.rules.table_holds_parts() {
            if before.comment != after.comment {
                self.comment(Kind::Column, table, Some(&after.name), after.comment.as_ref());
            }
            old.comment.clone_from(&after.comment);
        }
        if before.data_type != after.data_type
            && self.has_type_of_parent(self.before, table, before)
            && self.has_type_of_parent(self.after, table, after)
        {
            old.data_type = after.data_type.clone();
            old.user_type.clone_from(&after.user_type);
        }
        if old == **after {
            return;
        }
        match self.rules.alter_column(table, &old, after) {
            Some(mut ops) => {
                let of = self.after.tables.get(table);
                ops.iter_mut().for_each(|op| self.add_checks(op, of));
                let texts = nodes::column_texts(after);
                let mut node = nodes::columns(table, ops, &texts);
                if before.generated.is_some() && after.generated.is_none() {
                    // It stands on no other column any more.
                    node.rank = Rank::Sequence;
                    node.mentions.clear();
                }
                self.changes.nodes.push(node);
                self.pinned_views(table);
                if before.data_type != after.data_type {
                    self.columns_computed_from(table, &after.name);
                    self.code_on_column(table, &after.name);
                    self.foreign_keys_of_column(table, (before, after));
                }
            }
            None => self.replaced(part),
        }
    }

    /// What a column of a child or partition says differently from its parent: its default, whether it may be
    /// `NULL`, and its comment. The rest, and what changes at the parent, comes from there.
    fn inherited_column(&mut self, table: &Name, first: &Difference) {
        let (Some(Item::Column(before)), Some(Item::Column(after))) = (&first.before, &first.after)
        else {
            return;
        };
        if before.comment != after.comment {
            self.comment(Kind::Column, table, Some(&after.name), after.comment.as_ref());
        }
        let (nullable, default) = (before.nullable, before.default.clone());
        let mut old = Column { nullable, default, ..(**after).clone() };
        let parents_of = |schema: &'_ Schema| -> Vec<Column> {
            let own = schema.tables.get(table);
            let parents = own.into_iter().flat_map(|own| super::types::parents(schema, own));
            parents.filter_map(|parent| parent.column(&after.name).cloned()).collect()
        };
        for (was, is) in parents_of(self.before).iter().zip(&parents_of(self.after)) {
            if was.default != is.default {
                old.default.clone_from(&is.default);
            }
            if was.nullable != is.nullable {
                old.nullable = is.nullable;
            }
        }
        if let Some(ops) = self.rules.alter_column(table, &old, after).filter(|ops| !ops.is_empty())
        {
            let mut node = nodes::columns(table, ops, &nodes::column_texts(after));
            // The parent's own change reaches the column before.
            node.rank = Rank::Constraint;
            self.changes.nodes.push(node);
        }
    }

    /// Gives a new definition of a column the checks that are a part of it.
    pub(super) fn add_checks(&self, op: &mut Op, table: Option<&Table>) {
        let (Op::ReplaceColumn { with, constraints, .. }, Some(table)) = (op, table) else {
            return;
        };
        constraints.checks = checks_of_column(self.rules, table, with);
    }

    /// Moves the columns of a table that are in another order.
    pub(super) fn reorder(&mut self, name: &Name) {
        let (Some(before), Some(after)) =
            (self.before.tables.get(name), self.after.tables.get(name))
        else {
            return;
        };
        let is_kept = |column: &&Column| before.column(&column.name).is_some();
        let mut order: Vec<&str> = before
            .columns
            .iter()
            .filter(|column| after.column(&column.name).is_some())
            .map(|column| column.name.as_str())
            .collect();
        let mut previous: Option<&str> = None;
        for (at, column) in after.columns.iter().filter(is_kept).enumerate() {
            if order.get(at) != Some(&column.name.as_str()) {
                let position = match previous {
                    Some(previous) => Position::After(previous.to_owned()),
                    None => Position::First,
                };
                let mut op = nodes::replace_column(name, column, position);
                self.add_checks(&mut op, Some(after));
                self.changes.nodes.push(nodes::columns(name, vec![op], &[]));
                order.retain(|own| *own != column.name);
                order.insert(at, &column.name);
            }
            previous = Some(&column.name);
        }
    }

    pub(super) fn constraint(&mut self, owner: &Name, kind: Kind, group: &[Difference]) {
        let position = |schema: &Schema, item: Option<&Item>| -> Option<usize> {
            let table = schema.tables.get(owner)?;
            match item? {
                Item::Key(key) if kind == Kind::PrimaryKey => {
                    table.primary_key.as_ref().filter(|own| *own == &**key).map(|_| 0)
                }
                Item::Key(key) => table.uniques.iter().position(|own| own == &**key),
                Item::Check(check) => table.checks.iter().position(|own| own == &**check),
                Item::ForeignKey(key) => table.foreign_keys.iter().position(|own| own == &**key),
                Item::Constraint(one) => table.constraints.iter().position(|own| own == one),
                _ => None,
            }
        };
        let [first, ..] = group else { return };
        let (before, after) = (
            position(self.before, first.before.as_ref()),
            position(self.after, first.after.as_ref()),
        );
        if self.check_of_column(owner, first) || self.is_of_parent(owner, first) {
            return;
        }
        let is_renamed = |one: &Difference| {
            self.rules.renames_constraints()
                && matches!(one.change, Change::Altered { attribute: Attribute::Name, .. })
        };
        if let (
            [
                Difference {
                    change: Change::Altered { before: Some(old), after: Some(new), .. },
                    ..
                },
            ],
            true,
        ) = (group, is_renamed(first))
        {
            let subject = Subject { kind, name: owner.clone(), part: Some(old.clone()) };
            let op = Op::Rename { subject, to: new.clone(), if_exists: false };
            let node = nodes::last(op, &owner.name);
            let part = |at| Part::Constraint(owner.clone(), kind, at);
            match (before, after) {
                (Some(from), Some(to)) => {
                    self.changes.renamed.push((part(from), part(to), node));
                }
                _ => self.changes.nodes.push(node),
            }
            return;
        }
        if let Some(at) = before {
            self.goes(Part::Constraint(owner.clone(), kind, at));
        }
        if let Some(at) = after {
            self.comes(Part::Constraint(owner.clone(), kind, at));
        }
    }

    /// A constraint that comes or goes with the same one of a parent.
    fn is_of_parent(&self, owner: &Name, first: &Difference) -> bool {
        let details = |item: &Item| match item {
            Item::Key(key) => key.details.clone(),
            Item::Check(check) => check.details.clone(),
            Item::ForeignKey(key) => key.details.clone(),
            _ => String::new(),
        };
        let is_inherited = |item: &Item| {
            self.rules.is_inherited_constraint(&details(item)) || self.of_partition(owner, item)
        };
        let items = [&first.before, &first.after];
        items.into_iter().flatten().any(is_inherited)
    }

    /// Returns `true` if a partition has a key because its parent has it.
    fn of_partition(&self, owner: &Name, item: &Item) -> bool {
        [self.before, self.after].into_iter().any(|schema| {
            let of = schema.tables.get(owner).and_then(|table| table.partition_of.as_ref());
            let Some(parent) = of.and_then(|of| schema.tables.get(&of.parent)) else {
                return false;
            };
            match item {
                Item::Key(key) => {
                    let keys = parent.primary_key.iter().chain(&parent.uniques);
                    let same = |own: &&crate::schema::Key| own.columns == key.columns;
                    keys.into_iter().any(|own| same(&own))
                        && schema.tables.get(owner).is_some_and(|own| {
                            own.primary_key.as_ref() == Some(&**key) || own.uniques.contains(key)
                        })
                }
                Item::Check(check) => parent.checks.iter().any(|own| own.name == check.name),
                Item::ForeignKey(key) => {
                    let same = |own: &&crate::schema::ForeignKey| {
                        own.columns == key.columns && own.parent == key.parent
                    };
                    parent.foreign_keys.iter().any(|own| same(&own))
                }
                _ => false,
            }
        })
    }

    /// A check that a column's definition holds: the column is defined again.
    pub(super) fn check_of_column(&mut self, owner: &Name, first: &Difference) -> bool {
        let check =
            [&first.before, &first.after].into_iter().flatten().find_map(|item| match item {
                Item::Check(check) => Some(check),
                _ => None,
            });
        let (Some(check), Some(before), Some(after)) =
            (check, self.before.tables.get(owner), self.after.tables.get(owner))
        else {
            return false;
        };
        let (old, new) = (&before.columns, &after.columns);
        let column = self.rules.column_of_check(new, check);
        let Some(column) = column.filter(|column| old.iter().any(|own| own.name == column.name))
        else {
            // The column comes or goes, and the check with it.
            return self.rules.column_of_check(old, check).or(column).is_some();
        };
        let mut op = nodes::replace_column(owner, column, Position::Kept);
        self.add_checks(&mut op, Some(after));
        let is_there = |node: &Node| {
            node.ops.iter().any(|own| match own {
                Op::ReplaceColumn { table, with, .. } => table == owner && with.name == column.name,
                _ => false,
            })
        };
        if !self.changes.nodes.iter().any(is_there) {
            self.changes.nodes.push(nodes::columns(owner, vec![op], &[]));
        }
        true
    }

    pub(super) fn index(&mut self, owner: &Name, name: &str, group: &[Difference]) {
        if let [one] = group
            && let Change::Altered { attribute: Attribute::Comment, .. } = one.change
            && let Some(Item::Index(index)) = &one.after
            && !self.rules.table_holds_parts()
        {
            let name = Name { namespace: owner.namespace.clone(), name: name.to_owned() };
            return self.comment(Kind::Index, &name, None, index.comment.as_ref());
        }
        if let [first, ..] = group {
            self.by_presence(Part::Index(owner.clone(), name.to_owned()), first);
        }
    }
}

/// The checks that are a part of a column's definition.
pub(super) fn checks_of_column(
    rules: &dyn DiffRules,
    table: &Table,
    column: &Column,
) -> Vec<Check> {
    let own = std::slice::from_ref(column);
    let checks = table.checks.iter();
    checks.filter(|check| rules.column_of_check(own, check).is_some()).cloned().collect()
}
