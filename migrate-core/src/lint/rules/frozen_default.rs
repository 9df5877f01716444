//! `frozen-default`: `DEFAULT 'now'`, the time at which the column was created.

use super::POSTGRES;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{ColumnChange, Op};
use crate::schema::Column;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::FrozenDefault,
    level: Level::Error,
    dialects: POSTGRES,
    reads_downs: false,
    why: "PostgreSQL reads `'now'`, `'today'`, `'tomorrow'` and `'yesterday'` as a constant of the column's type when the default is \
          created. Every later row gets the time of the migration.",
    fix: "Write `now()` or `CURRENT_DATE`.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE logs (id int PRIMARY KEY, at timestamptz DEFAULT 'now');",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE logs (id int PRIMARY KEY, at timestamptz DEFAULT now());",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let report = |found: &mut Findings, column: &str, word: &str| {
            let right = if word == "now" { "now()" } else { "CURRENT_DATE" };
            found.push_with_help(
                change.span,
                format!("the default '{word}' of column {column} is the time of this statement for all later rows"),
                format!("write `{right}`"),
            );
        };
        let of_column = |found: &mut Findings, column: &Column| {
            if let Some(word) = frozen(column.default.as_deref(), &column.data_type) {
                report(found, &column.name, word);
            }
        };
        match &change.op {
            Op::CreateTable { table, .. } => {
                table.columns.iter().for_each(|column| of_column(found, column));
            }
            Op::AddColumn { column, .. } => of_column(found, column),
            Op::AlterColumn { column, change: ColumnChange::Default(default), .. } => {
                let table = change.target.as_ref().map(|target| &target.table);
                let Some(of) = table.and_then(|table| table.column(column)) else { continue };
                if let Some(word) = frozen(default.as_deref(), &of.data_type) {
                    report(found, column, word);
                }
            }
            _ => {}
        }
    }
}

/// The word in a default that PostgreSQL evaluates at once.
fn frozen(default: Option<&str>, data_type: &str) -> Option<&'static str> {
    let is_time = data_type.starts_with("timestamp") || data_type.starts_with("date");
    let text = default.filter(|_| is_time)?.trim().trim_start_matches('(').trim_end_matches(')');
    // A literal may have its type before it: timestamptz 'now'.
    let at = text.find('\'').unwrap_or_default();
    let prefix = text[..at].trim().to_ascii_lowercase();
    let text = if prefix.starts_with("timestamp") || prefix == "date" { &text[at..] } else { text };
    let (literal, cast) = match text.split_once("::") {
        Some((literal, cast)) => (literal.trim(), cast.trim()),
        None => (text, ""),
    };
    let word = literal.strip_prefix('\'')?.strip_suffix('\'')?.trim().to_ascii_lowercase();
    let is_cast_to_time = cast.is_empty()
        || ["timestamp", "date"].iter().any(|name| cast.to_ascii_lowercase().starts_with(name))
            && !cast.contains("::");
    let words = ["now", "today", "tomorrow", "yesterday"];
    words.into_iter().find(|frozen| word == *frozen && is_cast_to_time)
}
