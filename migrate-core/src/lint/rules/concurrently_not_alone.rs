//! `concurrently-not-alone`: other statements beside one with CONCURRENTLY.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule, Statement};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ConcurrentlyNotAlone,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "Statements outside of a transaction are committed one by one. If a later one fails, those before it stay applied, \
          and CREATE INDEX CONCURRENTLY leaves an invalid index behind. The run can be resumed, but until then the database \
          is between two revisions.",
    fix: "Give each statement with CONCURRENTLY a revision of its own. SET, and DROP INDEX CONCURRENTLY IF EXISTS before the index, \
          may stay.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "-- migrate:up transaction:false\nALTER TABLE orders ADD COLUMN state int;\n\
                   CREATE INDEX CONCURRENTLY orders_state ON orders (state);\n\n\
                   -- migrate:down\nDROP INDEX orders_state;\nALTER TABLE orders DROP COLUMN state;",
    },
    silent: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY IF EXISTS orders_customer;\n\
                   CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);\n\n\
                   -- migrate:down transaction:false\nDROP INDEX CONCURRENTLY orders_customer;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if input.section.transaction {
        return;
    }
    let is_passive = |statement: &&Statement<'_>| {
        let cursor = statement.cursor();
        cursor.is_any(&["SET", "RESET", "SELECT", "ANALYZE"])
            || cursor.is("DROP INDEX CONCURRENTLY IF EXISTS")
    };
    let acting: Vec<&Statement<'_>> =
        input.statements.iter().filter(|statement| !is_passive(statement)).collect();
    let concurrent = acting.iter().find(|statement| statement.has_word("CONCURRENTLY"));
    if let Some(statement) = concurrent.filter(|_| acting.len() > 1) {
        found.push(
            statement.span,
            format!(
                "this statement shares its section with {} others; each is committed by itself, so a failure leaves a part applied",
                acting.len() - 1
            ),
        );
    }
}
