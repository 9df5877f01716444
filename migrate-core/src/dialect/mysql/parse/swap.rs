//! Renames that happen at once, as a chain of renames: `CHANGE a b .., CHANGE b a ..`, and
//! `RENAME TABLE a TO b, b TO a`.

use crate::op::{Located, Op};

/// The old and the new name of a column that an operation renames.
fn column_names(op: &Op) -> Option<(&str, &str)> {
    match op {
        Op::RenameColumn { column, to, .. } => Some((column, to)),
        Op::ReplaceColumn { column, with, .. } => Some((column, &with.name)),
        _ => None,
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Brings renames of columns into an order in which the new name of each is free. Where two take
/// each other's name, one takes a name between.
pub(super) fn order_renames(ops: Vec<Located<Op>>) -> Vec<Located<Op>> {
    let renames =
        |op: &Located<Op>| column_names(&op.value).is_some_and(|(from, to)| !same(from, to));
    if ops.iter().filter(|op| renames(op)).count() < 2 {
        return ops;
    }
    let mut waiting: Vec<Located<Op>> = Vec::new();
    let mut ordered = Vec::new();
    let mut first = None;
    for op in ops {
        if renames(&op) {
            first.get_or_insert(ordered.len());
            waiting.push(op);
        } else {
            ordered.push(op);
        }
    }
    let mut chain = Vec::new();
    while !waiting.is_empty() {
        let is_taken = |at: usize| {
            let to = column_names(&waiting[at].value).map_or("", |(_, to)| to);
            let others = waiting.iter().enumerate().filter(|(other, _)| *other != at);
            others.filter_map(|(_, op)| column_names(&op.value)).any(|(from, _)| same(from, to))
        };
        match (0..waiting.len()).find(|at| !is_taken(*at)) {
            Some(free) => chain.push(waiting.remove(free)),
            None => {
                let op = &mut waiting[0];
                let between = put_between(op);
                chain.extend(between);
            }
        }
    }
    let at = first.unwrap_or(ordered.len());
    ordered.splice(at..at, chain);
    ordered
}

/// Renames a column to a name between, from which the operation goes on.
fn put_between(op: &mut Located<Op>) -> Option<Located<Op>> {
    let (table, column) = match &mut op.value {
        Op::RenameColumn { table, column, .. } | Op::ReplaceColumn { table, column, .. } => {
            (table, column)
        }
        _ => return None,
    };
    let between = format!("{column} (swapped)");
    let old = std::mem::replace(column, between.clone());
    let value = Op::RenameColumn { table: table.clone(), column: old, to: between };
    Some(Located { value, span: op.span })
}
