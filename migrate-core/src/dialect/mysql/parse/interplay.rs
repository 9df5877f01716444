//! What the actions of one `ALTER TABLE` do to each other: the server reads them all before it does one.

use super::alter::Phase;
use crate::dialect::mysql::catalog::column::is_without_default;
use crate::op::{ColumnChange, ConstraintKey, Located, Op, Position, TableChange, TableConstraint};

/// Changes actions to what they are beside the others.
pub(super) fn settle(ops: &mut Vec<(Phase, Located<Op>)>) {
    doubt_replaced(ops);
    add_missing_first(ops);
    set_defaults_of_added(ops);
    keep_keys(ops);
    rename_moved_first(ops);
    add_replacing_keys_first(ops);
    doubt_constraints(ops);
    keep_defined_types(ops);
}

/// A column that is added if it is missing, and that another action names, is added first. So is one
/// that another action defines again.
fn add_missing_first(ops: &mut [(Phase, Located<Op>)]) {
    let named = |op: &Op, name: &str| match op {
        Op::RenameColumn { column, .. }
        | Op::ReplaceColumn { column, .. }
        | Op::AlterColumn { column, .. }
        | Op::DropColumn { column, .. } => column.eq_ignore_ascii_case(name),
        _ => false,
    };
    for at in 0..ops.len() {
        let Op::AddColumn { column, if_not_exists, .. } = &ops[at].1.value else { continue };
        let is_named = |op: &Op| match op {
            Op::ReplaceColumn { with, .. } if !if_not_exists => {
                named(op, &column.name) && with.name.eq_ignore_ascii_case(&column.name)
            }
            _ => *if_not_exists && named(op, &column.name),
        };
        if !ops.iter().any(|(_, op)| is_named(&op.value)) {
            continue;
        }
        let (name, is_kept) = (column.name.clone(), *if_not_exists);
        ops[at].0 = Phase::AddMissing;
        for (phase, op) in ops[at + 1..].iter_mut().filter(|_| !is_kept) {
            // The second definition of a new column gives it another place, too.
            if let Op::ReplaceColumn { column, position: place @ Position::Kept, .. } =
                &mut op.value
                && column.eq_ignore_ascii_case(&name)
            {
                (*phase, *place) = (Phase::AddColumns, Position::Last);
            }
        }
    }
}

/// What the statement defines is as large as it says, also in another character set. The table's own
/// default comes after the conversion.
fn keep_defined_types(ops: &mut [(Phase, Located<Op>)]) {
    if ops.iter().any(|(phase, _)| *phase == Phase::Convert) {
        let defaults = ops.iter_mut().filter(|(phase, _)| *phase == Phase::DefaultCharset);
        defaults.for_each(|(phase, _)| *phase = Phase::Options);
    }
    let names = ops.iter().filter_map(|(_, op)| match &op.value {
        Op::AddColumn { column, .. } => Some(column.name.clone()),
        Op::ReplaceColumn { with, .. } => Some(with.name.clone()),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    for (_, op) in ops {
        if let Op::AlterTable { change: TableChange::ConvertCharset { defined, .. }, .. } =
            &mut op.value
        {
            defined.clone_from(&names);
        }
    }
}

/// A new column has the default that `ALTER COLUMN` of the same statement gives it, or none at all.
fn set_defaults_of_added(ops: &mut Vec<(Phase, Located<Op>)>) {
    let mut changes = Vec::new();
    for (_, op) in ops.iter() {
        if let Op::AlterColumn { column, change: ColumnChange::Default(value), .. } = &op.value {
            changes.push((column.clone(), value.clone()));
        }
    }
    for (name, value) in changes {
        let added = ops.iter_mut().find_map(|(_, op)| match &mut op.value {
            Op::AddColumn { column, if_not_exists: false, .. }
                if column.name.eq_ignore_ascii_case(&name) =>
            {
                Some((column, true))
            }
            // A column that moves is made anew, and can lose only a default that it is given.
            Op::ReplaceColumn { with, position, .. }
                if *position != Position::Kept && with.name.eq_ignore_ascii_case(&name) =>
            {
                Some((with, false))
            }
            _ => None,
        });
        let Some((added, is_new)) = added else { continue };
        let had_default = added.default.is_some();
        added.default = value.filter(|value| !value.eq_ignore_ascii_case("NULL"));
        if (is_new || had_default) && is_without_default(added) {
            added.details = format!("{} WITHOUT DEFAULT", added.details).trim_start().to_owned();
        }
        ops.retain(|(_, op)| {
            !matches!(&op.value, Op::AlterColumn { column, change: ColumnChange::Default(_), .. }
                if *column == name)
        });
    }
}

/// A column that moves and gives its name to a new one has its new name first.
fn rename_moved_first(ops: &mut Vec<(Phase, Located<Op>)>) {
    let added: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::AddColumn { column, .. } => Some(column.name.to_lowercase()),
            _ => None,
        })
        .collect();
    let mut renames = Vec::new();
    for (_, Located { value, span }) in ops.iter_mut() {
        if let Op::ReplaceColumn { table, column, with, position, if_exists: false, .. } = value
            && *position != Position::Kept
            && added.contains(&column.to_lowercase())
            && !column.eq_ignore_ascii_case(&with.name)
        {
            let from = std::mem::replace(column, with.name.clone());
            let value =
                Op::RenameColumn { table: table.clone(), column: from, to: with.name.clone() };
            renames.push((Phase::ChangeColumns, Located { value, span: *span }));
        }
    }
    ops.extend(renames);
}

/// A column that is dropped and added again keeps its keys: it is replaced.
fn keep_keys(ops: &mut Vec<(Phase, Located<Op>)>) {
    for at in 0..ops.len() {
        let (phase, Located { value: Op::AddColumn { column, if_not_exists: false, .. }, .. }) =
            &ops[at]
        else {
            continue;
        };
        let phase = *phase;
        let drops = |op: &Op| {
            matches!(op, Op::DropColumn { column: dropped, .. }
            if dropped.eq_ignore_ascii_case(&column.name))
        };
        let Some(dropped) = ops.iter().position(|(_, op)| drops(&op.value)) else { continue };
        let if_exists = matches!(ops[dropped].1.value, Op::DropColumn { if_exists: true, .. });
        let span = ops[at].1.span;
        let empty = Located { value: Op::Opaque { names: Vec::new() }, span };
        let (_, Located { value, .. }) = std::mem::replace(&mut ops[at], (phase, empty));
        if let Op::AddColumn { table, column, constraints, position, .. } = value {
            let added = if_exists.then(|| Op::AddColumn {
                table: table.clone(),
                column: column.clone(),
                constraints: constraints.clone(),
                position: position.clone(),
                if_not_exists: true,
            });
            let name = column.name.clone();
            let op = Op::ReplaceColumn {
                table,
                column: name,
                with: column,
                constraints,
                position,
                if_exists,
            };
            ops[at] = (phase, Located { value: op, span });
            // Where it was missing it is only added.
            if let Some(value) = added {
                ops.insert(at + 1, (phase, Located { value, span }));
            }
        }
        ops.remove(if dropped > at && if_exists { dropped + 1 } else { dropped });
        return;
    }
}

/// The details of a change of a constraint that stands for `DROP CONSTRAINT` beside a new foreign key or
/// check: MariaDB leaves a foreign key as it is then, MySQL drops it.
pub(in crate::dialect::mysql) const DROPS: [&str; 2] = ["DROP", "DROP IF EXISTS"];

/// A column that is dropped if it exists and added if it does not: both ask before either is done.
fn doubt_replaced(ops: &mut [(Phase, Located<Op>)]) {
    for at in 0..ops.len() {
        let Op::AddColumn { table, column, if_not_exists: true, .. } = &ops[at].1.value else {
            continue;
        };
        let drops = |op: &Op| {
            matches!(op, Op::DropColumn { column: dropped, if_exists: true, .. }
            if dropped.eq_ignore_ascii_case(&column.name))
        };
        let Some(dropped) = ops.iter().position(|(_, op)| drops(&op.value)) else { continue };
        let unknown = Op::Opaque { names: vec![table.clone()] };
        ops[dropped].1.value = unknown.clone();
        ops[at].1.value = unknown;
    }
}

/// Marks the `DROP CONSTRAINT` that may do nothing.
fn doubt_constraints(ops: &mut [(Phase, Located<Op>)]) {
    let adds = |op: &Op| {
        matches!(op, Op::AddConstraint { constraint, .. }
            if matches!(**constraint, TableConstraint::ForeignKey(_) | TableConstraint::Check(_)))
    };
    if !ops.iter().any(|(_, op)| adds(&op.value)) {
        return;
    }
    for (_, op) in ops {
        if let Op::DropConstraint {
            table, constraint: ConstraintKey::Named(name), if_exists, ..
        } = &op.value
        {
            let details = DROPS[usize::from(*if_exists)].to_owned();
            let (table, name) = (table.clone(), name.clone());
            op.value = Op::AlterConstraint { table, name, deferrable: None, details };
        }
    }
}

/// A key on columns that are there is added before others are dropped: a foreign key may need one of them. The
/// dropped one may be gone then, if it was made for the foreign key.
fn add_replacing_keys_first(ops: &mut Vec<(Phase, Located<Op>)>) {
    let dropped: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::DropIndex { name, .. } => Some(name.name.to_lowercase()),
            _ => None,
        })
        .collect();
    if dropped.is_empty() {
        return;
    }
    let changed: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::AddColumn { column, .. } => Some(column.name.to_lowercase()),
            // A column that keeps its name can be in a key before its definition changes.
            Op::ReplaceColumn { column, with, .. } if !column.eq_ignore_ascii_case(&with.name) => {
                Some(with.name.to_lowercase())
            }
            // Unless the key has only the first letters of its values: whether these are all of them
            // is asked of the new type.
            Op::ReplaceColumn { with, .. } if has_prefix_of(&with.name, ops) => {
                Some(with.name.to_lowercase())
            }
            Op::RenameColumn { to, .. } => Some(to.to_lowercase()),
            _ => None,
        })
        .collect();
    let mut replaces = replace_same_names(ops, &changed);
    for (phase, op) in ops.iter_mut() {
        let Op::CreateIndex { name: Some(name), index, .. } = &op.value else { continue };
        let is_there = |column: &String| !changed.contains(&column.to_lowercase());
        if !dropped.contains(&name.to_lowercase())
            && index.parts.iter().all(|part| part.column.as_ref().is_some_and(is_there))
        {
            *phase = Phase::ReplaceKeys;
            replaces = true;
        }
    }
    let waits = ops.iter().any(|(phase, op)| match &op.value {
        Op::CreateIndex { name: Some(name), index, .. } => {
            let first = index.parts.first().and_then(|part| part.column.as_ref());
            *phase == Phase::AddKeys
                && !dropped.contains(&name.to_lowercase())
                && first.is_some_and(|first| !changed.contains(&first.to_lowercase()))
        }
        _ => false,
    });
    let created: Vec<String> = ops
        .iter()
        .filter_map(|(_, op)| match &op.value {
            Op::CreateIndex { name, .. } => Some(name.as_ref()?.to_lowercase()),
            _ => None,
        })
        .collect();
    for (phase, op) in ops.iter_mut().filter(|_| replaces || waits) {
        if let Op::DropIndex { name, if_exists, .. } = &mut op.value {
            *if_exists = true;
            if waits && !created.contains(&name.name.to_lowercase()) {
                *phase = Phase::DropReplacedKeys;
            }
        }
    }
}

/// Returns `true` if a key of the statement has only the first letters of a column.
fn has_prefix_of(column: &str, ops: &[(Phase, Located<Op>)]) -> bool {
    ops.iter().any(|(_, op)| match &op.value {
        Op::CreateIndex { index, .. } => index.parts.iter().any(|part| {
            let own = part.column.as_ref().filter(|_| part.prefix.is_some());
            own.is_some_and(|own| own.eq_ignore_ascii_case(column))
        }),
        _ => false,
    })
}

/// A key that takes the name of a dropped one replaces it at once. Returns `true` if there is one.
fn replace_same_names(ops: &mut Vec<(Phase, Located<Op>)>, changed: &[String]) -> bool {
    let mut replaced: Vec<String> = Vec::new();
    for at in 0..ops.len() {
        let Op::CreateIndex { name: Some(name), index, if_not_exists: false, .. } =
            &ops[at].1.value
        else {
            continue;
        };
        let name = name.to_lowercase();
        let is_there = |column: &String| !changed.contains(&column.to_lowercase());
        let columns = index.parts.iter();
        let is_dropped = ops.iter().any(|(_, op)| is_drop_of(&op.value, &name));
        if is_dropped && columns.clone().all(|part| part.column.as_ref().is_some_and(is_there)) {
            replaced.push(name);
            let (phase, op) = &mut ops[at];
            *phase = Phase::ReplaceKeys;
            if let Op::CreateIndex { or_replace, .. } = &mut op.value {
                *or_replace = true;
            }
        }
    }
    ops.retain(|(_, op)| !replaced.iter().any(|name| is_drop_of(&op.value, name)));
    !replaced.is_empty()
}

fn is_drop_of(op: &Op, index: &str) -> bool {
    matches!(op, Op::DropIndex { name, if_exists: false, .. } if name.name.to_lowercase() == index)
}
