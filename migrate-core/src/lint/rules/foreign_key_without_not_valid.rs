//! `foreign-key-without-not-valid`: a foreign key that checks all rows under locks.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{Op, TableConstraint};
use crate::schema::ForeignKey;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ForeignKeyWithoutNotValid,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "ADD FOREIGN KEY reads all rows while both tables are locked against writes. With NOT VALID it checks new rows \
          only; VALIDATE CONSTRAINT then reads the old ones without stopping writes. A new column without a default has \
          nothing to check.",
    fix: "Add the constraint as NOT VALID, and validate it in a later revision.",
    fires: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);\n\
                 CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES users;",
    },
    silent: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);\n\
                 CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "ALTER TABLE orders\n  ADD CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES users NOT VALID;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let is_checked = |key: &ForeignKey| {
            !key.details.contains("NOT VALID") && !key.details.contains("NOT ENFORCED")
        };
        let key = match &change.op {
            Op::AddConstraint { constraint, .. } => match &**constraint {
                TableConstraint::ForeignKey(key) if is_checked(key) => key,
                _ => continue,
            },
            Op::AddColumn { column, constraints, .. } => {
                let has_values = column.default.is_some()
                    || column.identity.is_some()
                    || column.generated.is_some();
                match constraints.foreign_keys.iter().find(|key| is_checked(key)) {
                    Some(key) if has_values => key,
                    _ => continue,
                }
            }
            _ => continue,
        };
        let Some(target) = input.locked(change) else { continue };
        // NOT VALID does not exist for partitioned tables before PostgreSQL 18.
        if target.table.partition_by.is_some() && !input.settings.is_postgres(18) {
            continue;
        }
        found.push_with_help(
            change.span,
            format!(
                "this foreign key reads all rows of table {} while it and {} are locked against writes",
                input.table_phrase(target),
                key.parent
            ),
            "add it as NOT VALID, and `VALIDATE CONSTRAINT` it in a later revision",
        );
    }
}
