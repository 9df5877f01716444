//! `rename-in-use`: a name that running programs use goes away.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::RenameInUse,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "Programs of the earlier release fail as soon as the name is gone, and those of the new release fail before. Nothing is lost, \
          so `data-loss` does not fire. A name that exists again after the revision, as a view or a table built again, is not reported.",
    fix: "Add the new name, let both releases work, and remove the old name in a later revision: a view for a table, a second \
          column for a column.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);",
        revision: "ALTER TABLE users RENAME COLUMN name TO full_name;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);",
        revision: "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT * FROM people;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        match &change.op {
            Op::RenameTable { to, .. } => {
                let Some(target) = change.target.as_ref() else { continue };
                let Some(origin) = &target.origin else { continue };
                let is_free =
                    input.after.table(origin).is_none() && input.after.view(origin).is_none();
                // Only the first of several renames takes the name away.
                if is_free && *origin == target.name && !input.is_temporary(origin) {
                    let message =
                        format!("programs that use table {origin} fail once it is {}", to.name);
                    found.push(change.span, message);
                }
            }
            Op::RenameColumn { column, to, .. } => {
                let Some(target) = change.target.as_ref() else { continue };
                let Some(origin) = &target.origin else { continue };
                let name = input.final_name(at + 1, &target.name);
                let after = name.as_ref().and_then(|name| input.after.table(name));
                let exists = |table| input.after.spelled_column(table, column).is_some();
                let is_free = !after.is_some_and(exists);
                if is_free && input.is_old_column(target, column) && !input.is_temporary(origin) {
                    let message =
                        format!("programs that use column {origin}.{column} fail once it is {to}");
                    found.push(change.span, message);
                }
            }
            _ => {}
        }
    }
}
