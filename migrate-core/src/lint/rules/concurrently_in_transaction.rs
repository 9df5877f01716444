//! `concurrently-in-transaction`: a statement that PostgreSQL refuses in a transaction.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ConcurrentlyInTransaction,
    level: Level::Error,
    dialects: POSTGRES,
    reads_downs: true,
    why: "PostgreSQL refuses CREATE INDEX CONCURRENTLY, VACUUM and some other statements in a transaction, and a section runs in \
          one unless its marker has `transaction:false`.",
    fix: "Put the statement into a revision of its own, with `transaction:false` behind the marker.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);",
    },
    silent: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "-- migrate:up transaction:false\n\
                   CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);\n\n\
                   -- migrate:down transaction:false\nDROP INDEX CONCURRENTLY orders_customer;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    let mut is_open = false;
    for statement in &input.statements {
        let cursor = statement.cursor();
        if cursor.is("BEGIN") || cursor.is("START TRANSACTION") {
            is_open = true;
        } else if cursor.is_any(&["COMMIT", "END", "ROLLBACK", "ABORT"]) {
            is_open = false;
        }
        if !input.section.transaction && !is_open {
            continue;
        }
        let Some(form) = input.dialect.refused_in_transaction(statement.sql) else { continue };
        // A procedure may or may not end transactions.
        if form == "CALL" {
            continue;
        }
        let form = form.replace(" ..", "").replace(" ( )", "");
        found.push_with_help(
            statement.span,
            format!("{form} cannot run in a transaction, and this section runs in one"),
            "write `transaction:false` behind the marker, and put the other statements into another revision",
        );
    }
}
