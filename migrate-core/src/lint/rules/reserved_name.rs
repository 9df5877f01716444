//! `reserved-name`: a name that must be quoted everywhere.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ReservedName,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "A reserved word must be quoted in every statement that names it, and tools that do not quote fail.",
    fix: "Choose another name: `user_name` for `user`, `position` for `order`.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE items (id INT PRIMARY KEY, \"order\" INT);",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE items (id INT PRIMARY KEY, position INT);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    let report = |found: &mut Findings, span, kind: &str, name: &str| {
        if input.dialect.is_reserved_word(name) {
            found.push(
                span,
                format!("{kind} {name} has a reserved word of {} for its name", input.dialect),
            );
        }
    };
    for change in &input.changes {
        let span = change.span;
        match &change.op {
            Op::CreateTable { name, table, .. } => {
                // A table that is built again keeps its columns.
                let before = input.table_before(name);
                let is_old = |column: &str| {
                    before.is_some_and(|table| input.after.spelled_column(table, column).is_some())
                };
                report(found, span, "table", &name.name);
                for column in table.columns.iter().filter(|column| !is_old(&column.name)) {
                    report(found, span, "column", &column.name);
                }
            }
            Op::CreateTableAs { name, .. } => report(found, span, "table", &name.name),
            Op::CreateView { name, .. } => report(found, span, "view", &name.name),
            Op::AddColumn { column, .. } => report(found, span, "column", &column.name),
            Op::RenameColumn { to, .. } => report(found, span, "column", to),
            Op::ReplaceColumn { column, with, .. } if !column.eq_ignore_ascii_case(&with.name) => {
                report(found, span, "column", &with.name);
            }
            Op::RenameTable { to, .. } => {
                let is_again = change.target.as_ref().is_some_and(|of| of.origin.is_none())
                    && input.changes.iter().any(|other| {
                        matches!(other.op, Op::DropTable { .. })
                            && other.target.as_ref().is_some_and(|of| of.name.name == to.name)
                    });
                if !is_again {
                    report(found, span, "table", &to.name);
                }
            }
            _ => {}
        }
    }
}
