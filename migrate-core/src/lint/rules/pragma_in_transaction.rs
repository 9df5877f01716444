//! `pragma-in-transaction`: a PRAGMA of SQLite without effect.

use super::SQLITE;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::PragmaInTransaction,
    level: Level::Warning,
    dialects: SQLITE,
    reads_downs: true,
    why: "`PRAGMA foreign_keys` and `PRAGMA journal_mode` have no effect in a transaction, and a section runs in one. The tool \
          switches the enforcement of foreign keys off during a run by itself, and checks the keys before and after.",
    fix: "Leave the PRAGMA out. `foreign-keys:true` behind the marker keeps the enforcement on.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "PRAGMA foreign_keys = OFF;\nALTER TABLE users ADD COLUMN age INT;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age INT;",
    },
    check,
};

/// The PRAGMAs that do nothing in a transaction.
const WITHOUT_EFFECT: [&str; 3] = ["foreign_keys", "journal_mode", "synchronous"];

fn check(input: &Input<'_>, found: &mut Findings) {
    if !input.section.transaction {
        return;
    }
    for change in &input.changes {
        let Op::Set { name, value: Some(_) } = &change.op else { continue };
        let name = name.rsplit('.').next().unwrap_or(name);
        if WITHOUT_EFFECT.contains(&name) {
            found.push_with_help(
                change.span,
                format!("PRAGMA {name} has no effect here, because the section runs in a transaction"),
                "leave it out; foreign keys are not enforced while a section runs, and checked after it",
            );
        }
    }
}
