//! `table-without-primary-key`: rows that nothing tells apart.

use super::ALL_DATABASES;
use crate::apply::Part;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{ConstraintKey, Op};
use crate::schema::Kind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::TableWithoutPrimaryKey,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "Rows without a key cannot be told apart: logical replication of PostgreSQL refuses UPDATE and DELETE, MySQL's replication and \
          clusters are slow or refuse the table, and duplicates cannot be removed one by one. Partitions, temporary \
          tables and virtual tables are not reported.",
    fix: "Add a primary key.",
    fires: Example { before: "", revision: "CREATE TABLE logs (message TEXT);" },
    silent: Example {
        before: "",
        revision: "CREATE TABLE logs (id INT PRIMARY KEY, message TEXT);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let (is_created, name) = match &change.op {
            Op::CreateTable { like, inherits, name, .. } => {
                if !like.is_empty() || !inherits.is_empty() {
                    continue;
                }
                (true, name)
            }
            Op::DropConstraint { table, constraint: ConstraintKey::PrimaryKey, .. }
            | Op::DropConstraint { table, constraint: ConstraintKey::Named(_), .. } => {
                (false, table)
            }
            _ => continue,
        };
        let Some(target) = &change.target else { continue };
        if input.is_temporary(name) || input.is_temporary(&target.name) {
            continue;
        }
        // A key that was not there before is not missed by what drops another constraint.
        if !is_created && target.table.primary_key.is_none() {
            continue;
        }
        if is_created && target.origin.is_some() {
            continue;
        }
        let Some(last) = input.final_name(at + 1, &target.name) else { continue };
        let Some(table) = input.after.table(&last) else { continue };
        // A table that is built again had none before.
        if is_created && input.table_before(&last).is_some_and(|old| old.primary_key.is_none()) {
            continue;
        }
        let folded = input.after.fold(&last);
        let unknown = input.after.unknown();
        let is_unknown = unknown.part(Kind::Table, &folded, &Part::Constraints).is_some()
            || unknown.part(Kind::Table, &folded, &Part::Columns).is_some();
        let is_foreign = table.options.keys().any(|option| {
            option.contains("server") || option.contains("virtual") || option.contains("foreign")
        });
        let is_virtual = input.statement(change).has_word("VIRTUAL") && table.columns.is_empty();
        if table.primary_key.is_none()
            && table.partition_of.is_none()
            && !(is_unknown || is_foreign || is_virtual)
        {
            found.push(change.span, format!("table {last} has no primary key"));
        }
    }
}
