//! `set-not-null`: NOT NULL on a column that may hold NULL.

use super::{has_valid_not_null_check, is_emptied_before};
use crate::diagnostic::Code;
use crate::dialect::Dialect;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{ColumnChange, Op};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::SetNotNull,
    level: Level::Warning,
    dialects: &[Dialect::Postgres, Dialect::Mysql],
    reads_downs: false,
    why: "The statement fails if a row holds NULL. PostgreSQL reads the whole table for that, under a lock that \
          stops readers and writers, unless a valid check already says `column IS NOT NULL` (PostgreSQL 12 and later).",
    fix: "On PostgreSQL: add `CHECK (column IS NOT NULL) NOT VALID`, validate it in a later revision, set NOT NULL, and drop the \
          check. On MySQL: fill the column first.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);",
        revision: "ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT,\n  CONSTRAINT name_given CHECK (name IS NOT NULL));",
        revision: "ALTER TABLE users ALTER COLUMN name SET NOT NULL;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let column = match &change.op {
            Op::AlterColumn { column, change: ColumnChange::Nullable(false), .. } => column,
            Op::ReplaceColumn { column, with, .. } if !with.nullable => column,
            _ => continue,
        };
        let Some(target) = input.filled(change) else { continue };
        let Some(spelled) = input.after.spelled_column(&target.table, column) else { continue };
        let was_nullable = target.table.column(&spelled).is_some_and(|one| one.nullable);
        let is_proved = input.settings.is_postgres(12)
            && has_valid_not_null_check(input.dialect, &target.table, &spelled);
        if was_nullable && !is_proved && !is_emptied_before(input, change, target) {
            found.push(
                change.span,
                format!(
                    "NOT NULL on column {} fails if a row of table {} holds NULL, and reads all rows under a lock",
                    spelled,
                    input.table_phrase(target)
                ),
            );
        }
    }
}
