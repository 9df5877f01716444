//! Changes of a table that exists in the forms that do not block readers and writers for long.
//!
//! An index is built `CONCURRENTLY`. A check or a foreign key is added `NOT VALID` and validated in a
//! transaction of its own. A unique constraint takes over an index that was built before. `NOT NULL` is proved by a
//! check that is validated before. A partitioned table has none of these forms.

use super::names::quoted;
use crate::dialect::OnlineOp;
use crate::op::{ColumnChange, ConstraintKey, Op, TableConstraint};
use crate::schema::{Check, Index, IndexPart, Key, Name, Table};

pub(super) fn online(op: Op, table: &Table) -> Vec<OnlineOp> {
    if table.partition_by.is_some() || table.options.contains_key("server") {
        return vec![op.into()];
    }
    match op {
        Op::CreateIndex { table, name: Some(name), index, if_not_exists, or_replace, .. } => {
            let name = Some(name);
            let concurrently = true;
            alone(Op::CreateIndex { table, name, index, if_not_exists, or_replace, concurrently })
        }
        Op::DropIndex { name, table, if_exists, cascade: false, .. } => {
            let (cascade, concurrently) = (false, true);
            alone(Op::DropIndex { name, table, if_exists, cascade, concurrently })
        }
        Op::AddConstraint { table: own, constraint, using_index: None, if_not_exists } => {
            added(own, *constraint, if_not_exists)
        }
        Op::AlterColumn { table: own, column, change: ColumnChange::Nullable(false) } => {
            not_null(&own, &column, table)
        }
        op => vec![op.into()],
    }
}

fn alone(op: Op) -> Vec<OnlineOp> {
    vec![OnlineOp { op, autocommit: true }]
}

fn added(table: Name, constraint: TableConstraint, if_not_exists: bool) -> Vec<OnlineOp> {
    let add = |constraint, using_index| Op::AddConstraint {
        table: table.clone(),
        constraint: Box::new(constraint),
        using_index,
        if_not_exists,
    };
    match constraint {
        TableConstraint::Check(check) if check.details.is_empty() && check.name.is_some() => {
            let name = check.name.clone().unwrap_or_default();
            let open = Check { details: "NOT VALID".to_owned(), ..check };
            validated(&table, add(TableConstraint::Check(open), None), name)
        }
        TableConstraint::ForeignKey(key) if key.details.is_empty() && key.name.is_some() => {
            let name = key.name.clone().unwrap_or_default();
            let open = crate::schema::ForeignKey { details: "NOT VALID".to_owned(), ..key };
            validated(&table, add(TableConstraint::ForeignKey(open), None), name)
        }
        TableConstraint::Unique(key) if key.details.is_empty() && key.name.is_some() => {
            let name = key.name.clone().unwrap_or_default();
            let index = index_of(&table, &key);
            let constraint = add(TableConstraint::Unique(key), Some(name));
            vec![OnlineOp { op: index, autocommit: true }, constraint.into()]
        }
        TableConstraint::PrimaryKey(key) if key.details.is_empty() && key.name.is_some() => {
            let name = key.name.clone().unwrap_or_default();
            let index = index_of(&table, &key);
            let constraint = add(TableConstraint::PrimaryKey(key), Some(name));
            vec![OnlineOp { op: index, autocommit: true }, constraint.into()]
        }
        constraint => vec![add(constraint, None).into()],
    }
}

fn validated(table: &Name, add: Op, name: String) -> Vec<OnlineOp> {
    let validate = Op::ValidateConstraint { table: table.clone(), name };
    vec![add.into(), OnlineOp { op: validate, autocommit: true }]
}

/// The index that a key takes over.
fn index_of(table: &Name, key: &Key) -> Op {
    let part = |column: &String| IndexPart { column: Some(column.clone()), ..IndexPart::default() };
    let index = Index {
        unique: true,
        parts: key.columns.iter().map(part).collect(),
        include: key.include.clone(),
        nulls_not_distinct: key.nulls_not_distinct,
        ..Index::default()
    };
    Op::CreateIndex {
        table: table.clone(),
        name: key.name.clone(),
        index: Box::new(index),
        if_not_exists: false,
        or_replace: false,
        concurrently: true,
    }
}

/// `SET NOT NULL` reads the whole table under a lock, unless a valid check says that there is no NULL.
fn not_null(table: &Name, column: &str, of: &Table) -> Vec<OnlineOp> {
    let set = Op::AlterColumn {
        table: table.clone(),
        column: column.to_owned(),
        change: ColumnChange::Nullable(false),
    };
    let name = format!("{column}_is_not_null");
    let is_free = !of.checks.iter().any(|check| check.name.as_deref() == Some(&name));
    if name.len() > 63 || !is_free {
        return vec![set.into()];
    }
    let check = Check {
        name: Some(name.clone()),
        expression: format!("{} IS NOT NULL", quoted(column)),
        details: "NOT VALID".to_owned(),
        ..Check::default()
    };
    let add = Op::AddConstraint {
        table: table.clone(),
        constraint: Box::new(TableConstraint::Check(check)),
        using_index: None,
        if_not_exists: false,
    };
    let drop = Op::DropConstraint {
        table: table.clone(),
        constraint: ConstraintKey::Named(name.clone()),
        if_exists: false,
        cascade: false,
    };
    let mut ops = validated(table, add, name);
    ops.extend([set.into(), drop.into()]);
    ops
}
