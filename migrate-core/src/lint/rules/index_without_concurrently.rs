//! `index-without-concurrently`: an index that stops writes while it is built.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::IndexWithoutConcurrently,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "CREATE INDEX locks the table against all writes until the index is built. CREATE INDEX CONCURRENTLY does not; it takes \
          longer and cannot run in a transaction.",
    fix: "Write `CREATE INDEX CONCURRENTLY` in a revision of its own, whose section has `transaction:false`.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "CREATE INDEX orders_customer ON orders (customer);",
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
    for change in &input.changes {
        let Op::CreateIndex { concurrently: false, name, .. } = &change.op else { continue };
        let Some(target) = input.locked(change) else { continue };
        // CONCURRENTLY does not exist for partitioned tables.
        if target.table.partition_by.is_some() {
            continue;
        }
        let name = name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        found.push_with_help(
            change.span,
            format!(
                "index{name} locks table {} against writes while it is built",
                input.table_phrase(target)
            ),
            "use `CREATE INDEX CONCURRENTLY` in a section with `transaction:false`",
        );
    }
}
