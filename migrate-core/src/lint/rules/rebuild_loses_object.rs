//! `rebuild-loses-object`: a table that is built again without its indexes and triggers.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Rule};
use crate::op::Op;
use crate::schema::{Index, Table};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::RebuildLosesObject,
    level: Level::Error,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "A table that SQLite cannot alter is created under another name, filled, and renamed after the old one is dropped. \
          The indexes and triggers of the old table are dropped with it.",
    fix: "Create the index or trigger again after the rename, or drop it by a statement of its own.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);\nCREATE INDEX users_name ON users (name);",
        revision: "CREATE TABLE users_new (id INT PRIMARY KEY, name TEXT NOT NULL);\n\
                   INSERT INTO users_new SELECT id, name FROM users;\nDROP TABLE users;\n\
                   ALTER TABLE users_new RENAME TO users;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);\nCREATE INDEX users_name ON users (name);",
        revision: "CREATE TABLE users_new (id INT PRIMARY KEY, name TEXT NOT NULL);\n\
                   INSERT INTO users_new SELECT id, name FROM users;\nDROP TABLE users;\n\
                   ALTER TABLE users_new RENAME TO users;\nCREATE INDEX users_name ON users (name);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let Op::DropTable { .. } = &change.op else { continue };
        let Some(target) = &change.target else { continue };
        let Some(origin) = &target.origin else { continue };
        // The table of the old name is another one now.
        let Some(after) = input.after.table(origin) else { continue };
        if !input.is_known(origin) {
            continue;
        }
        for (name, index) in &target.table.indexes {
            let is_there = after.indexes.contains_key(name)
                || after.indexes.values().any(|other| other.parts == index.parts);
            if !is_there && !index.implied && has_columns(after, index) && !covers(after, index) {
                report(change, "index", name, origin, found);
            }
        }
        for name in target.table.triggers.keys() {
            let is_dropped = input.changes[..at].iter().any(
                |other| matches!(&other.op, Op::DropTrigger { name: dropped, .. } if dropped.name == *name),
            );
            if !after.triggers.contains_key(name) && !is_dropped {
                report(change, "trigger", name, origin, found);
            }
        }
    }
}

/// Returns `true` if the table still has every column of an index.
fn has_columns(table: &Table, index: &Index) -> bool {
    let mut columns = index.parts.iter().filter_map(|part| part.column.as_deref());
    columns.all(|column| table.column(column).is_some())
}

/// Returns `true` if a key of the table serves as the index.
fn covers(table: &Table, index: &Index) -> bool {
    let columns: Vec<&String> =
        index.parts.iter().filter_map(|part| part.column.as_ref()).collect();
    let mut keys = table.primary_key.iter().chain(&table.uniques);
    columns.len() == index.parts.len()
        && keys.any(|key| key.columns.iter().collect::<Vec<_>>() == columns)
}

fn report(
    change: &Change,
    kind: &str,
    name: &str,
    table: &crate::schema::Name,
    found: &mut Findings,
) {
    found.push_with_help(
        change.span,
        format!("{kind} {name} is dropped with the old table {table} and not created again"),
        format!(
            "create {kind} {name} again after the rename, or drop it by a statement of its own"
        ),
    );
}
