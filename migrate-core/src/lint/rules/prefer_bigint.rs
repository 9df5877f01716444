//! `prefer-bigint`: numbers that run out.

use super::{POSTGRES_AND_MYSQL, written_columns};
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PreferBigint,
    level: Level::Off,
    dialects: POSTGRES_AND_MYSQL,
    reads_downs: false,
    why: "A key of 4 bytes ends at 2,147,483,647, and the change to 8 bytes rewrites the table and everything that refers to it.",
    fix: "Write `bigint`.",
    fires: Example { before: "", revision: "CREATE TABLE logs (id serial PRIMARY KEY);" },
    silent: Example { before: "", revision: "CREATE TABLE logs (id bigint PRIMARY KEY);" },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (span, column) in written_columns(input) {
        let name = column.data_type.name();
        let is_small =
            ["integer", "smallint", "int", "mediumint", "tinyint", "int unsigned"].contains(&name);
        if column.identity.is_some() && is_small {
            found.push(
                span,
                format!(
                    "key {} has the type {}, whose numbers may run out",
                    column.name, column.data_type
                ),
            );
        }
    }
}
