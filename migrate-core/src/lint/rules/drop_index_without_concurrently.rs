//! `drop-index-without-concurrently`: an index whose removal waits for all queries.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::DropIndexWithoutConcurrently,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "DROP INDEX takes an exclusive lock of the table. It waits for all running queries of the table, and all later \
          queries wait for it.",
    fix: "Write `DROP INDEX CONCURRENTLY` in a section with `transaction:false`.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);\n\
                 CREATE INDEX orders_customer ON orders (customer);",
        revision: "DROP INDEX orders_customer;",
    },
    silent: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);\n\
                 CREATE INDEX orders_customer ON orders (customer);",
        revision: "-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY orders_customer;\n\n\
                   -- migrate:down\nCREATE INDEX orders_customer ON orders (customer);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let Op::DropIndex { name, concurrently: false, .. } = &change.op else { continue };
        let Some(target) = input.locked(change) else { continue };
        if target.table.partition_by.is_some() {
            continue;
        }
        found.push_with_help(
            change.span,
            format!(
                "dropping index {name} takes an exclusive lock of table {}",
                input.table_phrase(target)
            ),
            "use `DROP INDEX CONCURRENTLY` in a section with `transaction:false`",
        );
    }
}
