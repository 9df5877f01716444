//! `enum-value-in-transaction`: a value of an enum that cannot be used yet.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Rule, Statement};
use crate::op::Op;
use crate::schema::Name;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::EnumValueInTransaction,
    level: Level::Error,
    dialects: POSTGRES,
    reads_downs: true,
    why: "PostgreSQL refuses to use a value of an enum in the transaction that adds it (`unsafe use of new value`), unless the \
          type was created in the same transaction. Before version 12 it refuses ALTER TYPE .. ADD VALUE in a transaction at all.",
    fix: "Add the value in a revision of its own, before the one that uses it.",
    fires: Example {
        before: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id int PRIMARY KEY, mood mood);",
        revision: "ALTER TYPE mood ADD VALUE 'meh';\nUPDATE users SET mood = 'meh' WHERE mood IS NULL;",
    },
    silent: Example {
        before: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id int PRIMARY KEY, mood mood);",
        revision: "ALTER TYPE mood ADD VALUE 'meh';",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if !input.section.transaction {
        return;
    }
    for (at, change) in input.changes.iter().enumerate() {
        let Op::AddEnumValue { name, value, .. } = &change.op else { continue };
        let is_new = input.changes[..at].iter().any(
            |other| matches!(&other.op, Op::CreateEnum { name: new, .. } if new.name == name.name),
        );
        if is_new {
            continue;
        }
        if !input.settings.is_postgres(12) {
            let message =
                "ALTER TYPE .. ADD VALUE cannot run in a transaction before PostgreSQL 12";
            found.push_with_help(
                change.span,
                message,
                "write `transaction:false` behind the marker",
            );
            continue;
        }
        let later = &input.statements[change.statement + 1..];
        let user = later.iter().find(|statement| uses(input, change, statement, name, value));
        if let Some(user) = user {
            found.push_with_help(
                user.span,
                format!("'{value}' of enum {name} is used in the transaction that adds it"),
                "add the value in a revision of its own before this one",
            );
        }
    }
}

/// Returns `true` if a statement has the value as a text, and mentions the type or a table that has a
/// column of it.
fn uses(
    input: &Input<'_>,
    change: &Change,
    statement: &Statement<'_>,
    name: &Name,
    value: &str,
) -> bool {
    let cursor = statement.cursor();
    if cursor.is_any(&["CREATE FUNCTION", "CREATE OR REPLACE", "COMMENT", "DO", "ALTER TYPE"]) {
        return false;
    }
    let rules = input.dialect.lex_rules();
    let lexemes = cursor.lexemes();
    let has_value = lexemes.iter().enumerate().any(|(at, _)| {
        let mut one = cursor;
        for _ in 0..at {
            one.bump();
        }
        one.string().is_some_and(|text| text == value)
    });
    has_value
        && lexemes.iter().filter_map(|lexeme| lexeme.name(rules)).any(|word| {
            word == name.name || change.enum_users.iter().any(|table| table.name == word)
        })
}
