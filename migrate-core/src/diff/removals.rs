//! Drops what only the first schema has: what uses an object before the object.

use std::collections::BTreeSet;

use super::changes::{Changes, Part, function_word};
use super::nodes;
use super::order::{Node, Rank, key, sorted};
use crate::dialect::DiffRules;
use crate::op::{ConstraintKey, Op, Subject};
use crate::schema::{Kind, Name, Other, Schema};

/// The operations that run before everything else, and those that run behind it: a type can be dropped when
/// no column is of it any more.
pub(super) fn ops(before: &Schema, changes: &Changes, rules: &dyn DiffRules) -> (Vec<Op>, Vec<Op>) {
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let relations: BTreeSet<String> = changes
        .dropped
        .iter()
        .filter_map(|part| match part {
            Part::Table(name) | Part::View(name) => Some(key(&name.name)),
            _ => None,
        })
        .collect();
    for part in &changes.dropped {
        let Some(mut node) = node(part, before, changes, rules) else { continue };
        let Some(op) = drop(part, before, rules) else { continue };
        node.ops = vec![op];
        // A key goes behind the tables that refer to it.
        let owner = match part {
            Part::Constraint(owner, kind, _) if *kind != Kind::ForeignKey => Some(owner),
            Part::Index(owner, _) => Some(owner),
            _ => None,
        };
        // It goes before a column that is created again.
        let has_replaced_column = |owner: &Name| {
            changes.dropped.iter().any(|part| {
                matches!(part, Part::Column(table, _) if table == owner)
                    && !is_late(part, before, changes, rules)
            })
        };
        if owner.is_some_and(|owner| !has_replaced_column(owner)) {
            node.rank = Rank::Namespace;
        }
        if is_late(part, before, changes, rules) && !has_rows_of(part, &node, &relations) {
            late.push(node);
        } else {
            early.push(node);
        }
    }
    let reversed = |nodes: Vec<Node>| -> Vec<Op> {
        sorted(nodes).into_iter().rev().flat_map(|node| node.ops).collect()
    };
    (without_circles(reversed(early), before), reversed(late))
}

/// Returns `true` if a function may have the rows of a table or view that is dropped in its arguments or results.
fn has_rows_of(part: &Part, node: &Node, relations: &BTreeSet<String>) -> bool {
    matches!(part, Part::Other(Kind::Function | Kind::Procedure, _))
        && !node.mentions.is_disjoint(relations)
}

fn is_late(part: &Part, before: &Schema, changes: &Changes, rules: &dyn DiffRules) -> bool {
    if let Part::Other(kind @ (Kind::Function | Kind::Procedure), name) = part {
        let other = if *kind == Kind::Function { Kind::Procedure } else { Kind::Function };
        let definition = before.others.get(&(*kind, name.clone()));
        // It makes room for its successor, or holds columns that go.
        if changes.created.contains(&Part::Other(other, name.clone()))
            || has_successor(part, changes)
            || definition.is_some_and(|of| rules.function_holds_columns(&of.definition))
        {
            return false;
        }
    }
    let is_last = matches!(
        part,
        Part::Column(..)
            | Part::Enum(_)
            | Part::Domain(_)
            | Part::Sequence(_)
            | Part::Other(
                Kind::Namespace
                    | Kind::Extension
                    | Kind::Type
                    | Kind::Collation
                    | Kind::Function
                    | Kind::Procedure
                    | Kind::Operator
                    | Kind::TextSearch
                    | Kind::ForeignServer,
                _
            )
    );
    is_last && !changes.created.contains(part)
}

/// Returns `true` if a function of the same name and other arguments is created.
fn has_successor(part: &Part, changes: &Changes) -> bool {
    let word = function_word(part);
    word.is_some() && changes.created.iter().any(|own| own != part && function_word(own) == word)
}

/// The node that would create the object; `None` where it goes with another one.
fn node(part: &Part, before: &Schema, changes: &Changes, rules: &dyn DiffRules) -> Option<Node> {
    let goes = |owner: &Name| {
        changes.dropped.contains(&Part::Table(owner.clone()))
            || changes.dropped.contains(&Part::View(owner.clone()))
            || changes.dropped.contains(&Part::Sequence(owner.clone()))
            || changes.rebuilt.contains(owner)
    };
    match part {
        Part::Table(name) => Some(nodes::table(name, before.tables.get(name)?, rules)),
        Part::Column(table, column) => {
            let of = before.tables.get(table)?;
            Some(nodes::add_column(table, of, of.column(column)?, rules))
        }
        Part::Constraint(table, kind, at) if !goes(table) => {
            nodes::constraint_at(table, before.tables.get(table)?, *kind, *at)
        }
        Part::Index(owner, name) if !goes(owner) => {
            Some(nodes::index(owner, name, nodes::find_index(before, owner, name)?, rules))
        }
        Part::Trigger(owner, name) if !goes(owner) => {
            Some(nodes::trigger(owner, name, nodes::find_trigger(before, owner, name)?))
        }
        Part::View(name) => Some(nodes::view(name, before.views.get(name)?)),
        Part::Enum(name) => Some(nodes::enumeration(name, before.enums.get(name)?)),
        Part::Domain(name) => Some(nodes::domain(name, before.domains.get(name)?)),
        Part::Sequence(name) => {
            let sequence = before.sequences.get(name)?;
            let goes_with = sequence.owned_by.as_ref().is_some_and(|(table, column)| {
                goes(table)
                    || changes.dropped.contains(&Part::Column(table.clone(), column.clone()))
            });
            nodes::sequence(name, sequence, rules).into_iter().next().filter(|_| !goes_with)
        }
        Part::Other(kind, name) => {
            let other = before.others.get(&(*kind, name.clone()))?;
            let of_gone = other.table.as_ref().is_some_and(goes)
                || matches!(kind, Kind::Grant | Kind::Comment)
                    && Part::of_key(name).is_some_and(|of| changes.dropped.contains(&of));
            (!of_gone).then(|| nodes::other(rules, *kind, name, other, false))
        }
        _ => None,
    }
}

fn drop(part: &Part, before: &Schema, rules: &dyn DiffRules) -> Option<Op> {
    let (if_exists, cascade) = (false, false);
    let whole = |kind, name: &Name| {
        Some(Op::Drop { kind, name: name.clone(), key: None, if_exists, cascade })
    };
    match part {
        Part::Table(name) => {
            let (name, together) = (name.clone(), Vec::new());
            Some(Op::DropTable { name, if_exists, cascade, together })
        }
        Part::Column(table, column) => {
            let (table, column) = (table.clone(), column.clone());
            Some(Op::DropColumn { table, column, if_exists, cascade })
        }
        Part::Constraint(table, kind, at) => {
            let of = before.tables.get(table)?;
            let name = match kind {
                Kind::PrimaryKey => of.primary_key.as_ref()?.name.clone(),
                Kind::Unique => of.uniques.get(*at)?.name.clone(),
                Kind::Check => of.checks.get(*at)?.name.clone(),
                Kind::ForeignKey => of.foreign_keys.get(*at)?.name.clone(),
                _ => Some(of.constraints.get(*at)?.name.clone()),
            };
            let constraint = match (kind, name) {
                (Kind::PrimaryKey, None) => ConstraintKey::PrimaryKey,
                (Kind::ForeignKey, Some(name)) => ConstraintKey::ForeignKey(name),
                (Kind::Check, Some(name)) => ConstraintKey::Check(name),
                (_, name) => ConstraintKey::Named(name?),
            };
            Some(Op::DropConstraint { table: table.clone(), constraint, if_exists, cascade })
        }
        // An index of a partition goes with that of the parent.
        Part::Index(owner, name)
            if nodes::find_index(before, owner, name)
                .is_some_and(|index| index.details.contains("PARTITION OF ")) =>
        {
            None
        }
        Part::Index(owner, name) => {
            let name = Name { namespace: owner.namespace.clone(), name: name.clone() };
            let table = Some(owner.clone());
            Some(Op::DropIndex { name, table, if_exists, cascade, concurrently: false })
        }
        // A partition has the triggers of its parent.
        Part::Trigger(owner, name) if nodes::is_trigger_of_parent(before, owner, name) => None,
        Part::Trigger(owner, name) => {
            let name = Name { namespace: owner.namespace.clone(), name: name.clone() };
            Some(Op::DropTrigger { name, table: Some(owner.clone()), if_exists, cascade })
        }
        Part::View(name) => {
            let kind = before.views.get(name)?.kind();
            Some(Op::DropView { name: name.clone(), kind, if_exists, cascade })
        }
        Part::Enum(name) => whole(Kind::Enum, name),
        Part::Domain(name) => whole(Kind::Domain, name),
        Part::Sequence(name) => whole(Kind::Sequence, name),
        Part::Other(Kind::Comment, key) => {
            let other = before.others.get(&(Kind::Comment, key.clone()))?;
            let (kind, name) = (Kind::Comment, other.table.clone().unwrap_or_default());
            let subject = Subject { kind, name, part: Some(key.clone()) };
            Some(Op::Comment { subject, comment: None })
        }
        Part::Other(kind @ (Kind::Grant | Kind::DefaultPrivileges), key) => {
            let other = before.others.get(&(*kind, key.clone()))?;
            let definition: Vec<String> = other.definition.lines().map(taken_back).collect();
            let other = Other { definition: definition.join("\n"), table: other.table.clone() };
            Some(Op::CreateOther {
                kind: *kind,
                key: key.clone(),
                other: Box::new(other),
                uses: Vec::new(),
                if_not_exists: false,
                or_replace: false,
            })
        }
        Part::Other(kind, key) => {
            let other = before.others.get(&(*kind, key.clone()))?;
            let key = Some(rules.drop_key(*kind, key, other));
            let name = other.table.clone().unwrap_or_default();
            Some(Op::Drop { kind: *kind, name, key, if_exists, cascade })
        }
    }
}

/// The opposite of a line of a grant.
fn taken_back(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("GRANT ") {
        let rest = rest.strip_suffix(" WITH GRANT OPTION").unwrap_or(rest);
        return format!("REVOKE {}", rest.replacen(" TO ", " FROM ", 1));
    }
    if let Some(rest) = line.strip_prefix("REVOKE ") {
        return format!("GRANT {}", rest.replacen(" FROM ", " TO ", 1));
    }
    "OWNER TO CURRENT_USER".to_owned()
}

/// Drops the foreign keys first by which tables that go refer to each other in a circle.
fn without_circles(ops: Vec<Op>, before: &Schema) -> Vec<Op> {
    let mut open: BTreeSet<&Name> = ops.iter().filter_map(dropped_table).collect();
    let mut result = Vec::new();
    for op in &ops {
        if let Some(name) = dropped_table(op) {
            open.remove(name);
            for other in &open {
                let Some(table) = before.tables.get(*other) else { continue };
                for key in table.foreign_keys.iter().filter(|key| key.parent == *name) {
                    let Some(constraint) = key.name.clone() else { continue };
                    result.push(Op::DropConstraint {
                        table: (*other).clone(),
                        constraint: ConstraintKey::ForeignKey(constraint),
                        if_exists: false,
                        cascade: false,
                    });
                }
            }
        }
        result.push(op.clone());
    }
    result
}

const fn dropped_table(op: &Op) -> Option<&Name> {
    match op {
        Op::DropTable { name, .. } => Some(name),
        _ => None,
    }
}
