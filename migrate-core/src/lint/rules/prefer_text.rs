//! `prefer-text`: a limit of length as a part of the type.

use super::{POSTGRES, written_columns};
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PreferText,
    level: Level::Off,
    dialects: POSTGRES,
    reads_downs: false,
    why: "`varchar(n)` is not smaller or faster than `text`. A smaller limit rewrites the table; a check can be changed without that.",
    fix: "Write `text`, and a check if the length matters.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE users (id int PRIMARY KEY, name varchar(100));",
    },
    silent: Example { before: "", revision: "CREATE TABLE users (id int PRIMARY KEY, name text);" },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (span, column) in written_columns(input) {
        let of = &column.data_type;
        if of.name() == "character varying" && of.number(0).is_some() {
            found.push(
                span,
                format!(
                    "column {} has the type {of}; text with a check is easier to change",
                    column.name
                ),
            );
        }
    }
}
