//! `reindex-without-concurrently`: REINDEX that stops writes.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ReindexWithoutConcurrently,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "REINDEX locks the table against writes, and queries that would use the index wait. REINDEX CONCURRENTLY \
          (PostgreSQL 12 and later) does not.",
    fix: "Write `REINDEX TABLE CONCURRENTLY` or `REINDEX INDEX CONCURRENTLY` in a section with `transaction:false`.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY);",
        revision: "REINDEX TABLE orders;",
    },
    silent: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY);",
        revision: "-- migrate:up transaction:false\nREINDEX TABLE CONCURRENTLY orders;\n\n\
                   -- migrate:noop nothing to revert",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if !input.settings.is_postgres(12) {
        return;
    }
    for statement in &input.statements {
        let mut cursor = statement.cursor();
        if !cursor.eat("REINDEX") || cursor.is("SYSTEM") {
            continue;
        }
        let mut is_concurrent = statement.has_word("CONCURRENTLY");
        if let Some(options) = cursor.group() {
            // (CONCURRENTLY false)
            let words = ["FALSE", "OFF", "0"];
            let is_off = |item: &crate::sql::Cursor<'_>| {
                let mut item = *item;
                item.eat("CONCURRENTLY") && (item.is_any(&words))
            };
            is_concurrent &= !options.items().any(|item| is_off(&item));
        }
        if !is_concurrent {
            found.push(
                statement.span,
                "REINDEX without CONCURRENTLY locks the table against writes",
            );
        }
    }
}
