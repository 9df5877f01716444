//! `volatile-default-rewrites`: a new column that needs another value in each row.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{ColumnChange, Op};
use crate::schema::{Column, Kind};
use crate::sql::{TokenKind, Tokens};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::VolatileDefaultRewrites,
    level: Level::Warning,
    dialects: POSTGRES,
    reads_downs: false,
    why: "PostgreSQL stores a constant default once (version 11 and later). A volatile default such as `random()` or \
          `gen_random_uuid()`, `serial`, an identity column, a stored generated column, and a domain with constraints need a value \
          for each row: the whole table is written again under a lock that stops readers and writers. Of functions \
          that users write nothing is said.",
    fix: "Add the column without the default, set the default afterwards, and fill the existing rows in batches.",
    fires: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();",
    },
    silent: Example {
        before: "CREATE TABLE users (id int PRIMARY KEY);",
        revision: "ALTER TABLE users ADD COLUMN created timestamptz DEFAULT now();",
    },
    check,
};

/// The volatile functions of PostgreSQL that can stand in a default, and of its two extensions for ids.
const VOLATILE: [&str; 17] = [
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "random",
    "random_normal",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
    "txid_current",
];

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let Some(target) = input.locked(change) else { continue };
        let (column, why) = match &change.op {
            Op::AddColumn { column, .. } => match reason(input, column) {
                Some(why) => (&column.name, why),
                None => continue,
            },
            Op::AlterColumn { column, change: ColumnChange::AddIdentity(_), .. } => {
                // The column keeps its values.
                let _ = column;
                continue;
            }
            _ => continue,
        };
        found.push_with_help(
            change.span,
            format!(
                "{why} of column {column} rewrites table {} under an exclusive lock",
                input.table_phrase(target)
            ),
            "add the column without it, and fill the existing rows in batches",
        );
    }
}

fn reason(input: &Input<'_>, column: &Column) -> Option<String> {
    if let Some(identity) = &column.identity {
        return Some(format!("the numbering ({identity})"));
    }
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        return Some("the stored expression".to_owned());
    }
    if let Some(name) = &column.user_type
        && let Some(name) = input.after.find_spelled(Kind::Domain, name)
        && let Some(domain) = input.after.domain(&name)
        && (!domain.checks.is_empty() || !domain.nullable)
    {
        return Some(format!("the constraints of domain {name}"));
    }
    let default = column.default.as_deref()?;
    if !input.settings.is_postgres(11) {
        return Some(format!("the default {default} (before PostgreSQL 11)"));
    }
    let rules = input.dialect.lex_rules();
    let tokens = Tokens::read_until_error(default, rules);
    let lexemes = tokens.cursor();
    let calls = lexemes.lexemes().windows(2).find_map(|pair| {
        let is_call = matches!(pair[0].kind, TokenKind::Word | TokenKind::QuotedName);
        let name = pair[0].name(rules).filter(|_| is_call && pair[1].is("("))?;
        VOLATILE.contains(&name.as_str()).then_some(name)
    });
    calls.map(|name| format!("the volatile default {name}()"))
}
