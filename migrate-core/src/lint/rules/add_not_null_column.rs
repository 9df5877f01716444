//! `add-not-null-column`: a new column for which existing rows have no value.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::AddNotNullColumn,
    level: Level::Error,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "Existing rows have no value for the column. PostgreSQL and SQLite refuse the statement if there is a row; \
          MySQL and MariaDB write zero or an empty text into every row.",
    fix: "Give the column a default. Or add it without NOT NULL, fill it, and set NOT NULL afterwards.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age INT NOT NULL;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age INT NOT NULL DEFAULT 0;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let Op::AddColumn { column, constraints, .. } = &change.op else { continue };
        let Some(target) = input.filled(change) else { continue };
        let is_key = constraints.primary_key.is_some();
        let is_required = !column.nullable || is_key;
        let has_value = column.identity.is_some()
            || column.generated.is_some()
            || column.default.as_deref().is_some_and(|text| !text.eq_ignore_ascii_case("NULL"));
        // Whether the rows were removed before, and what a domain has for a default, is not known.
        let is_emptied = super::is_emptied_before(input, change, target);
        let may_have_default = column.user_type.is_some() && !is_enum(input, column);
        if is_required && !has_value && !is_emptied && !may_have_default {
            found.push_with_help(
                change.span,
                format!(
                    "column {} is NOT NULL without a default, and rows of table {} have no value for it",
                    column.name,
                    input.table_phrase(target)
                ),
                "give it a default, or add it without NOT NULL, fill it and set NOT NULL afterwards",
            );
        }
    }
}

fn is_enum(input: &Input<'_>, column: &crate::schema::Column) -> bool {
    let name = column.user_type.as_ref();
    name.is_some_and(|name| input.after.find_spelled(crate::schema::Kind::Enum, name).is_some())
}
