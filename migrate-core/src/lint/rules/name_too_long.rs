//! `name-too-long`: a name that the database cuts off or refuses.

use super::POSTGRES_AND_MYSQL;
use crate::diagnostic::Code;
use crate::dialect::NameUnit;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::sql::TokenKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::NameTooLong,
    level: Level::Warning,
    dialects: POSTGRES_AND_MYSQL,
    reads_downs: false,
    why: "PostgreSQL cuts names off after 63 bytes, so two long names may be the same, and the catalog shows another name than \
          the file. MySQL refuses names of more than 64 characters.",
    fix: "Choose a shorter name.",
    fires: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "CREATE INDEX index_of_the_orders_by_the_customer_who_has_placed_them_in_our_shop ON orders (customer);",
    },
    silent: Example {
        before: "CREATE TABLE orders (id int PRIMARY KEY, customer int);",
        revision: "CREATE INDEX orders_customer ON orders (customer);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    let Some((limit, unit)) = input.dialect.capabilities().max_name_length else { return };
    for statement in &input.statements {
        let cursor = statement.cursor();
        if !cursor.is_any(&["CREATE", "ALTER", "DROP", "RENAME", "COMMENT"]) {
            continue;
        }
        let mut names = cursor
            .lexemes()
            .iter()
            .filter(|lexeme| matches!(lexeme.kind, TokenKind::Word | TokenKind::QuotedName));
        let too_long = names.find_map(|lexeme| {
            let text = lexeme.text.trim_matches(['"', '`']);
            let (length, of) = match unit {
                NameUnit::Bytes => (text.len(), "bytes"),
                NameUnit::Characters => (text.chars().count(), "characters"),
            };
            (length > limit).then_some((lexeme.span, length, of))
        });
        if let Some((span, length, of)) = too_long {
            found.push(
                span,
                format!("this name has {length} {of}, and {} keeps {limit}", input.dialect),
            );
        }
    }
}
