//! `implicit-commit`: DDL of MySQL commits by itself.

use super::MYSQL;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ImplicitCommit,
    level: Level::Warning,
    dialects: MYSQL,
    reads_downs: false,
    why: "MySQL and MariaDB commit before and after each statement of DDL. If a later statement fails, the earlier ones stay. The tool \
          records each statement and can resume, but until then the database is between two revisions.",
    fix: "Write one statement of DDL per revision. Several changes of one table fit into one ALTER TABLE.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age INT;\nALTER TABLE users ADD COLUMN name TEXT;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN age INT, ADD COLUMN name TEXT;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    // Statements that change nothing, or only the session, do not count.
    let acting: Vec<usize> = (0..input.statements.len())
        .filter(|at| {
            let cursor = input.statements[*at].cursor();
            !cursor.is_any(&["SET", "SELECT", "USE"])
        })
        .collect();
    let commits = acting
        .iter()
        .take(acting.len().saturating_sub(1))
        .find(|at| input.dialect.needs_autocommit(input.statements[**at].sql));
    if let Some(at) = commits {
        let later = acting.iter().filter(|other| *other > at).count();
        let word = if later == 1 { "statement" } else { "statements" };
        found.push(
            input.statements[*at].span,
            format!("this statement commits by itself; if one of the {later} {word} after it fails, it stays applied")
                .replace("one of the 1 statement", "the statement"),
        );
    }
}
