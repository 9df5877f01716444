//! `exclusion-over-rows`: an exclusion constraint that existing rows may violate.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{Op, TableConstraint};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ExclusionOverRows,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "The statement compares all rows and builds an index under a lock that stops readers and writers, and fails if two \
          rows exclude each other. There is no NOT VALID for exclusion constraints.",
    fix: "Run it in a maintenance window, or fill a new table that has the constraint.",
    fires: Example {
        before: "CREATE TABLE bookings (id int PRIMARY KEY, during tsrange);",
        revision: "ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE bookings (id int PRIMARY KEY, during tsrange);\n\
                   ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let Op::AddConstraint { constraint, .. } = &change.op else { continue };
        let is_exclusion = matches!(&**constraint, TableConstraint::Other(other)
            if other.definition.trim_start().to_ascii_uppercase().starts_with("EXCLUDE"));
        let Some(target) = input.filled(change).filter(|_| is_exclusion) else { continue };
        found.push(
            change.span,
            format!(
                "an exclusion constraint compares all rows of table {} while it is locked",
                input.table_phrase(target)
            ),
        );
    }
}
