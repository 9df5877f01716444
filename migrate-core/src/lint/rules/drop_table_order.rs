//! `drop-table-order`: a table that goes before those that refer to it.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::DropTableOrder,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: true,
    why: "PostgreSQL and MySQL refuse to drop a table to which a foreign key refers. With CASCADE PostgreSQL drops the \
          foreign key silently. SQLite, where the keys are not enforced during a run, leaves keys that refer to nothing.",
    fix: "Drop the table with the foreign key first, or drop the foreign key.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);\n\
                 CREATE TABLE orders (id INT PRIMARY KEY, customer INT REFERENCES users (id));",
        revision: "-- migrate:up\nDROP TABLE users;\n\n-- migrate:lossy users empty since 2024\n\n-- migrate:irreversible gone",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);\n\
                 CREATE TABLE orders (id INT PRIMARY KEY, customer INT REFERENCES users (id));",
        revision: "-- migrate:up\nDROP TABLE orders;\nDROP TABLE users;\n\n\
                   -- migrate:lossy users empty since 2024\n-- migrate:lossy orders empty since 2024\n\n\
                   -- migrate:irreversible gone",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let Op::DropTable { cascade, .. } = &change.op else { continue };
        let Some(target) = &change.target else { continue };
        // A statement may drop several tables at once, and a table may be built again.
        let is_dropped_with = |child: &crate::schema::Name| {
            input.changes.iter().any(|other| {
                other.statement == change.statement
                    && matches!(other.op, Op::DropTable { .. })
                    && other.target.as_ref().is_some_and(|of| of.name == *child)
            })
        };
        let is_again = input.changes[at..].iter().any(|other| match &other.op {
            Op::RenameTable { to: name, .. } | Op::CreateTable { name, .. } => {
                name.name == target.name.name
            }
            _ => false,
        });
        let child = change.children.iter().find(|child| !is_dropped_with(child));
        let Some(child) = child.filter(|_| !is_again) else { continue };
        let is_later = input.changes[at + 1..].iter().any(|other| {
            matches!(other.op, Op::DropTable { .. })
                && other.target.as_ref().is_some_and(|of| of.name == *child)
        });
        // A child that is built again refers to the table of the name then.
        if is_later && input.after.table(child).is_some() {
            continue;
        }
        let name = &target.name;
        let message = match (is_later, *cascade && super::POSTGRES.contains(&input.dialect)) {
            // Both are gone in the end.
            (true, true) => continue,
            (false, true) => {
                format!("CASCADE also drops the foreign key of table {child} to {name}")
            }
            _ => {
                format!("table {name} is dropped while a foreign key of table {child} refers to it")
            }
        };
        let help = match is_later {
            true => format!("drop table {child} first"),
            false => format!("drop table {child}, or its foreign key, first"),
        };
        found.push_with_help(change.span, message, help);
    }
}
