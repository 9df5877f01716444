//! `manual-transaction`: BEGIN and COMMIT in a section.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::sql::controls_transaction;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ManualTransaction,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: true,
    why: "The version row cannot be committed together with the section's own transaction: a crash between the two leaves a step \
          about which only the catalog, or a person, can decide. In a section that runs in a transaction BEGIN and COMMIT \
          are an error (`transaction-control`).",
    fix: "Leave out BEGIN, COMMIT and `transaction:false`: the section and its version row are committed together.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT);",
        revision: "-- migrate:up transaction:false\nBEGIN;\nUPDATE users SET age = 0;\nCOMMIT;\n\n\
                   -- migrate:noop the values are as good",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT);",
        revision: "UPDATE users SET age = 0;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if input.section.transaction {
        return;
    }
    let rules = input.dialect.lex_rules();
    let first = input.statements.iter().find(|one| controls_transaction(one.sql, rules));
    if let Some(statement) = first {
        found.push(
            statement.span,
            "this statement controls a transaction, which does not include the version row",
        );
    }
}
