//! `prefer-timestamptz`: `timestamp` is no point in time.

use super::{POSTGRES, written_columns};
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PreferTimestamptz,
    level: Level::Off,
    dialects: POSTGRES,
    reads_downs: false,
    why: "`timestamp` without a time zone is a date and a time of an unknown place. Programs in different time zones read different points \
          in time.",
    fix: "Write `timestamptz`.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE events (id int PRIMARY KEY, at timestamp);",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE events (id int PRIMARY KEY, at timestamptz);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (span, column) in written_columns(input) {
        if column.data_type.name() == "timestamp without time zone" {
            found.push(
                span,
                format!("column {} has no time zone; timestamptz is a point in time", column.name),
            );
        }
    }
}
