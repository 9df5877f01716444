//! `validate-in-same-transaction`: VALIDATE CONSTRAINT while the lock of ADD CONSTRAINT is held.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{Op, TableConstraint};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ValidateInSameTransaction,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "The lock that ADD CONSTRAINT takes is held until the transaction ends, so the rows are read under it as without NOT VALID.",
    fix: "Validate the constraint in a later revision.",
    fires: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY, age int);",
        revision: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;\n\
                   ALTER TABLE users VALIDATE CONSTRAINT adult;",
    },
    silent: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY, age int,\n  CONSTRAINT adult CHECK (age >= 18));",
        revision: "ALTER TABLE users VALIDATE CONSTRAINT adult;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if !input.section.transaction {
        return;
    }
    for (at, change) in input.changes.iter().enumerate() {
        let Op::ValidateConstraint { name, .. } = &change.op else { continue };
        let Some(target) = input.locked(change) else { continue };
        let adds_it = |other: &crate::lint::Change| {
            let is_table = other.target.as_ref().is_some_and(|of| of.name == target.name);
            let added = match &other.op {
                Op::AddConstraint { constraint, .. } => match &**constraint {
                    TableConstraint::Check(check) => check.name.as_deref(),
                    TableConstraint::ForeignKey(key) => key.name.as_deref(),
                    _ => None,
                },
                _ => None,
            };
            is_table && added == Some(name)
        };
        if input.changes[..at].iter().any(adds_it) {
            found.push(
                change.span,
                format!(
                    "constraint {name} is validated under the lock of table {} that adding it has taken",
                    input.table_phrase(target)
                ),
            );
        }
    }
}
