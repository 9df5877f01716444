//! `missing-lock-timeout`: a statement that may wait for a lock without limit.

use super::POSTGRES_AND_MYSQL;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::MissingLockTimeout,
    level: Level::Off,
    dialects: POSTGRES_AND_MYSQL,
    reads_downs: false,
    why: "A statement that waits for a lock of a table makes all later queries of the table wait too. A lock timeout ends that, \
          and the run is repeated.",
    fix: "Set `lock-timeout` in migrate.toml, `lock-timeout:2s` behind the marker, or `SET LOCAL lock_timeout = '2s'`.",
    fires: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age int;",
    },
    silent: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);",
        revision: "-- migrate:up lock-timeout:2s\nALTER TABLE users ADD COLUMN age int;\n\n\
                   -- migrate:down\nALTER TABLE users DROP COLUMN age;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if input.settings.has_lock_timeout || input.section.lock_timeout.is_some() {
        return;
    }
    for change in &input.changes {
        if matches!(&change.op, Op::Set { name, value: Some(_) }
            if name.ends_with("lock_timeout") || name.ends_with("lock_wait_timeout"))
        {
            return;
        }
        let waits = matches!(
            change.op,
            Op::DropTable { .. }
                | Op::RenameTable { .. }
                | Op::AlterTable { .. }
                | Op::AddColumn { .. }
                | Op::ReplaceColumn { .. }
                | Op::AlterColumn { .. }
                | Op::DropColumn { .. }
                | Op::RenameColumn { .. }
                | Op::AddConstraint { .. }
                | Op::DropConstraint { .. }
                | Op::CreateIndex { concurrently: false, .. }
                | Op::DropIndex { concurrently: false, .. }
        );
        if let Some(target) = input.filled(change).filter(|_| waits) {
            found.push(
                change.span,
                format!("no lock timeout is set before table {} is locked", target.name),
            );
            return;
        }
    }
}
