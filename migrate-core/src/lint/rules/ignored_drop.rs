//! `ignored-drop`: MariaDB takes a `DROP CONSTRAINT` and leaves the foreign key.

use super::MYSQL;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::IgnoredDrop,
    level: Level::Warning,
    dialects: MYSQL,
    reads_downs: true,
    why: "MariaDB leaves a foreign key in place, without an error, where DROP CONSTRAINT stands beside a new foreign key or check in one \
          ALTER TABLE. MySQL drops it.",
    fix: "Write DROP FOREIGN KEY, or drop the constraint in a statement of its own.",
    fires: Example {
        before: "CREATE TABLE teams (id INT PRIMARY KEY);\n\
                 CREATE TABLE users (id INT PRIMARY KEY, team INT, CONSTRAINT of_team FOREIGN KEY (team) REFERENCES teams (id));",
        revision: "ALTER TABLE users DROP CONSTRAINT of_team, ADD CONSTRAINT has_team CHECK (team > 0);",
    },
    silent: Example {
        before: "CREATE TABLE teams (id INT PRIMARY KEY);\n\
                 CREATE TABLE users (id INT PRIMARY KEY, team INT, CONSTRAINT of_team FOREIGN KEY (team) REFERENCES teams (id));",
        revision: "ALTER TABLE users DROP FOREIGN KEY of_team, ADD CONSTRAINT has_team CHECK (team > 0);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        // Only such a statement is read as a change of a constraint without a property.
        let Op::AlterConstraint { name, deferrable: None, details, .. } = &change.op else {
            continue;
        };
        let Some(target) = change.target.as_ref().filter(|_| details.starts_with("DROP")) else {
            continue;
        };
        let is_it = |key: &str| key.eq_ignore_ascii_case(name);
        let mut keys = target.table.foreign_keys.iter();
        if keys.any(|key| key.name.as_deref().is_some_and(is_it)) {
            found.push(change.span, format!("MariaDB leaves the foreign key {name} in place here"));
        }
    }
}
