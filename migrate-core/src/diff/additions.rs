//! Creates what only the second schema has, and changes what is in both.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{Changes, Part};
use super::nodes;
use super::order::{Node, Rank, sorted};
use crate::dialect::DiffRules;
use crate::op::{Op, TableConstraint};
use crate::schema::{Column, Index, Kind, Name, Schema, Table, Trigger};

/// The operations, in an order in which the database takes them.
pub(super) fn ops(
    before: &Schema,
    after: &Schema,
    changes: &Changes,
    rules: &dyn DiffRules,
) -> Vec<Op> {
    let mut all = changes.nodes.clone();
    for part in &changes.created {
        created(part, after, rules, &mut all);
    }
    for name in &changes.rebuilt {
        let (Some(old), Some(new)) = (before.tables.get(name), after.tables.get(name)) else {
            continue;
        };
        let mut node = nodes::table(name, new, rules);
        node.ops = rules.rebuild(name, old, new);
        all.push(node);
        parts(name, &new.indexes, &new.triggers, rules, &mut all);
    }
    let position = |node: &Node| match node.ops.first() {
        Some(Op::AddColumn { table, column, .. }) => {
            let of = after.tables.get(table);
            of.and_then(|of| of.columns.iter().position(|own| own.name == column.name))
        }
        _ => None,
    };
    all.sort_by_cached_key(position);
    let ops: Vec<Op> = sorted(all).into_iter().flat_map(|node| node.ops).collect();
    let mut settings = rules.settings(&ops);
    settings.extend(with_inline_foreign_keys(ops, before));
    settings
}

fn created(part: &Part, after: &Schema, rules: &dyn DiffRules, all: &mut Vec<Node>) {
    match part {
        Part::Table(name) => {
            if let Some(table) = after.tables.get(name) {
                new_table(name, table, after, rules, all);
            }
        }
        Part::Column(table, column) => {
            let Some(of) = after.tables.get(table) else { return };
            if let Some(column) = of.column(column) {
                all.push(nodes::add_column(table, of, column, rules));
                if rules.table_holds_parts() {
                    return;
                }
                let part = Some(column.name.as_str());
                all.extend(nodes::comment(Kind::Column, table, part, column.comment.as_ref()));
            }
        }
        Part::Constraint(table, kind, at) => {
            let of = after.tables.get(table);
            all.extend(of.and_then(|of| nodes::constraint_at(table, of, *kind, *at)));
        }
        Part::Index(owner, name) => {
            if let Some(index) = nodes::find_index(after, owner, name) {
                new_index(owner, name, index, rules, all);
            }
        }
        Part::Trigger(owner, name) if nodes::is_trigger_of_parent(after, owner, name) => {}
        Part::Trigger(owner, name) => {
            let value = nodes::find_trigger(after, owner, name);
            all.extend(value.map(|value| nodes::trigger(owner, name, value)));
        }
        Part::View(name) => {
            let Some(view) = after.views.get(name) else { return };
            all.push(nodes::view(name, view));
            all.extend(nodes::comment(view.kind(), name, None, view.comment.as_ref()));
            parts(name, &view.indexes, &view.triggers, rules, all);
        }
        Part::Enum(name) => {
            let Some(value) = after.enums.get(name) else { return };
            all.push(nodes::enumeration(name, value));
            all.extend(nodes::comment(Kind::Enum, name, None, value.comment.as_ref()));
        }
        Part::Domain(name) => {
            let Some(domain) = after.domains.get(name) else { return };
            all.push(nodes::domain(name, domain));
            all.extend(nodes::comment(Kind::Domain, name, None, domain.comment.as_ref()));
        }
        Part::Sequence(name) => {
            let Some(sequence) = after.sequences.get(name) else { return };
            all.extend(nodes::sequence(name, sequence, rules));
            if rules.table_holds_parts() {
                return;
            }
            all.extend(nodes::comment(Kind::Sequence, name, None, sequence.comment.as_ref()));
        }
        Part::Other(kind, name) => {
            if let Some(other) = after.others.get(&(*kind, name.clone())) {
                let mut node = nodes::other(rules, *kind, name, other, false);
                let is_function = kind.is_function();
                if is_function && rules.function_holds_columns(&other.definition) {
                    node.rank = Rank::View;
                }
                all.push(node);
            }
        }
    }
}

fn new_table(
    name: &Name,
    table: &Table,
    after: &Schema,
    rules: &dyn DiffRules,
    all: &mut Vec<Node>,
) {
    let mut triggers = table.triggers.clone();
    triggers.retain(|own, _| !nodes::is_trigger_of_parent(after, name, own));
    all.push(nodes::table(name, table, rules));
    all.extend(inherited_columns(name, table, after, rules));
    all.extend(nodes::index_options(name, table, rules));
    all.extend(nodes::attach(name, table).filter(|_| rules.attaches_partitions()));
    if !rules.parent_may_be_missing() {
        all.extend(table.foreign_keys.iter().map(|key| nodes::constraint(name, key)));
    }
    if rules.table_holds_parts() {
        return parts(name, &BTreeMap::new(), &triggers, rules, all);
    }
    all.extend(nodes::comment(Kind::Table, name, None, table.comment.as_ref()));
    for column in &table.columns {
        let part = Some(column.name.as_str());
        all.extend(nodes::comment(Kind::Column, name, part, column.comment.as_ref()));
    }
    parts(name, &table.indexes, &triggers, rules, all);
}

/// What the columns that a new child has from its parents say differently there.
fn inherited_columns(
    name: &Name,
    table: &Table,
    after: &Schema,
    rules: &dyn DiffRules,
) -> Vec<Node> {
    if table.partition_of.is_some() {
        return Vec::new();
    }
    let own = table.columns.iter().filter(|column| rules.is_inherited(table, column));
    let node = |column: &Column| {
        let parents = super::types::parents(after, table);
        let above: Vec<&Column> =
            parents.filter_map(|parent| parent.column(&column.name)).collect();
        let mut old = column.clone();
        old.default = above.iter().find_map(|of| of.default.clone());
        old.nullable = above.iter().all(|of| of.nullable);
        // A sequence that numbers a parent's column is its default for the child.
        if above.iter().any(|of| of.identity.is_some()) {
            old.default.clone_from(&column.default);
        }
        let ops = rules.alter_column(name, &old, column).filter(|ops| !ops.is_empty())?;
        let mut node = nodes::columns(name, ops, &nodes::column_texts(column));
        node.rank = Rank::Constraint;
        Some(node)
    };
    own.filter_map(node).collect()
}

fn new_index(owner: &Name, name: &str, index: &Index, rules: &dyn DiffRules, all: &mut Vec<Node>) {
    all.push(nodes::index(owner, name, index, rules));
    if rules.table_holds_parts() {
        return;
    }
    let own = Name { namespace: owner.namespace.clone(), name: name.to_owned() };
    all.extend(nodes::comment(Kind::Index, &own, None, index.comment.as_ref()));
}

fn parts(
    owner: &Name,
    indexes: &BTreeMap<String, Index>,
    triggers: &BTreeMap<String, Trigger>,
    rules: &dyn DiffRules,
    all: &mut Vec<Node>,
) {
    indexes.iter().for_each(|(name, index)| new_index(owner, name, index, rules, all));
    all.extend(triggers.iter().map(|(name, value)| nodes::trigger(owner, name, value)));
}

/// Puts foreign keys of new tables into their `CREATE TABLE` where the parent is there by then.
fn with_inline_foreign_keys(ops: Vec<Op>, before: &Schema) -> Vec<Op> {
    let tables =
        ops.iter().enumerate().filter_map(|(at, op)| Some((created_table(op)?.clone(), at)));
    let created: BTreeMap<Name, usize> = tables.collect();
    // A key that is added to a parent may be the one that is referred to.
    let changed: BTreeSet<Name> = ops
        .iter()
        .filter_map(|op| match op {
            Op::AddConstraint { table, constraint, .. }
                if !matches!(**constraint, TableConstraint::ForeignKey(_)) =>
            {
                Some(table.clone())
            }
            Op::CreateIndex { table, .. } | Op::AddColumn { table, .. } => Some(table.clone()),
            _ => None,
        })
        .collect();
    let is_inline = |table: &Name, parent: &Name| {
        let Some(own) = created.get(table) else { return false };
        let is_there = match created.get(parent) {
            Some(at) => at < own,
            None => before.tables.contains_key(parent),
        };
        parent == table || is_there && !changed.contains(parent)
    };
    let mut result: Vec<Op> = Vec::new();
    let mut placed: BTreeMap<Name, usize> = BTreeMap::new();
    let mut later = Vec::new();
    for op in ops {
        match op {
            Op::AddConstraint { table, constraint, using_index, if_not_exists } => {
                match *constraint {
                    TableConstraint::ForeignKey(key) if is_inline(&table, &key.parent) => {
                        later.push((table, key));
                    }
                    constraint => {
                        let constraint = Box::new(constraint);
                        result.push(Op::AddConstraint {
                            table,
                            constraint,
                            using_index,
                            if_not_exists,
                        });
                    }
                }
            }
            op => {
                if let Some(name) = created_table(&op) {
                    placed.insert(name.clone(), result.len());
                }
                result.push(op);
            }
        }
    }
    for (table, key) in later {
        let owner = placed.get(&table).and_then(|at| result.get_mut(*at));
        if let Some(Op::CreateTable { table, .. }) = owner {
            table.foreign_keys.push(key);
        }
    }
    result
}

const fn created_table(op: &Op) -> Option<&Name> {
    match op {
        Op::CreateTable { name, .. } => Some(name),
        _ => None,
    }
}
