//! `prefer-varchar`: `char(n)` pads with spaces.

use super::{POSTGRES_AND_MYSQL, written_columns};
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PreferVarchar,
    level: Level::Off,
    dialects: POSTGRES_AND_MYSQL,
    reads_downs: false,
    why: "`char(n)` pads values with spaces, which comparisons and lengths ignore in some places and not in others.",
    fix: "Write `text` or `varchar(n)`, with a check if the length is fixed.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE countries (id int PRIMARY KEY, code char(2));",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE countries (id int PRIMARY KEY, code varchar(2));",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (span, column) in written_columns(input) {
        let element = column.data_type.element();
        if matches!(element.name(), "character" | "char" | "bpchar") {
            found.push(
                span,
                format!(
                    "column {} has the type {}, which pads values with spaces",
                    column.name, column.data_type
                ),
            );
        }
    }
}
