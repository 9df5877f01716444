//! `prefer-jsonb`: `json` keeps the text.

use super::{POSTGRES, written_columns};
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PreferJsonb,
    level: Level::Off,
    dialects: POSTGRES,
    reads_downs: false,
    why: "`json` keeps the text as it is written: it has no equality, so DISTINCT and GROUP BY fail, no index, and each access parses it.",
    fix: "Write `jsonb`, unless the text itself matters.",
    fires: Example { before: "", revision: "CREATE TABLE events (id int PRIMARY KEY, body json);" },
    silent: Example {
        before: "",
        revision: "CREATE TABLE events (id int PRIMARY KEY, body jsonb);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (span, column) in written_columns(input) {
        if column.data_type.name() == "json" {
            found.push(
                span,
                format!("column {} has the type json; jsonb has equality and indexes", column.name),
            );
        }
    }
}
