//! `check-without-not-valid`: a check that reads all rows under an exclusive lock.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{Op, TableConstraint};
use crate::schema::Check;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::CheckWithoutNotValid,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "ADD CHECK reads all rows under a lock that stops readers and writers. With NOT VALID it checks new rows only; \
          VALIDATE CONSTRAINT then reads the old ones without stopping anyone.",
    fix: "Add the check as NOT VALID, and validate it in a later revision.",
    fires: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY, age int);",
        revision: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18);",
    },
    silent: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY, age int);",
        revision: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let is_checked = |check: &Check| {
            !check.details.contains("NOT VALID") && !check.details.contains("NOT ENFORCED")
        };
        let has_check = match &change.op {
            Op::AddConstraint { constraint, .. } => {
                matches!(&**constraint, TableConstraint::Check(check) if is_checked(check))
            }
            Op::AddColumn { constraints, .. } => constraints.checks.iter().any(is_checked),
            _ => false,
        };
        let Some(target) = input.locked(change).filter(|_| has_check) else { continue };
        found.push_with_help(
            change.span,
            format!(
                "this check reads all rows of table {} under an exclusive lock",
                input.table_phrase(target)
            ),
            "add it as NOT VALID, and `VALIDATE CONSTRAINT` it in a later revision",
        );
    }
}
