//! `string-from-name`: a view or trigger of SQLite goes on with a string where a column was.

use super::SQLITE;
use crate::apply::State;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::Op;
use crate::schema::{Kind, Name};
use crate::sql::{LexRules, Tokens};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::StringFromName,
    level: Level::Warning,
    dialects: SQLITE,
    reads_downs: true,
    why: "SQLite reads a name in double quotes as a string where there is no such column. DROP COLUMN passes while a view or \
          trigger has the column's name in double quotes, and from then on it reads the name itself.",
    fix: "Drop the view or trigger first, and create it again without the column.",
    fires: Example {
        before: "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);\n\
                 CREATE VIEW mails AS SELECT \"mail\" FROM users;",
        revision: "ALTER TABLE users DROP COLUMN mail;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT);\n\
                 CREATE VIEW mails AS SELECT \"mail\" FROM users;",
        revision: "DROP VIEW mails;\n\
                   ALTER TABLE users DROP COLUMN mail;\n\
                   CREATE VIEW mails AS SELECT \"id\" FROM users;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let (Op::DropColumn { column, .. }, Some(target)) = (&change.op, &change.target) else {
            continue;
        };
        if has_column(input.after, &target.name, column) {
            continue;
        }
        for (kind, owner, part) in input.after.users_of(&target.name.name) {
            let (what, text) = match (kind, part) {
                (Kind::View, None) => {
                    let text = input.after.view(&owner).map(|view| &view.definition);
                    (format!("view {owner}"), text)
                }
                (Kind::Trigger, Some(name)) => {
                    let table = input.after.table(&owner);
                    let trigger = table.and_then(|table| table.triggers.get(&name));
                    (format!("trigger {name}"), trigger.map(|trigger| &trigger.definition))
                }
                _ => continue,
            };
            let rules = input.dialect.lex_rules();
            let is_string = |text: &&String| is_quoted(text, column, rules);
            let elsewhere = |text: &&String| is_of_another(input.after, text, column, rules);
            if text.filter(is_string).is_some_and(|text| !elsewhere(&text)) {
                let message =
                    format!("\"{column}\" in {what} is the string '{column}' from here on");
                found.push(change.span, message);
            }
        }
    }
}

fn has_column(state: &State, table: &Name, column: &str) -> bool {
    let table = state.table(table);
    table.is_some_and(|table| table.columns.iter().any(|one| one.name.eq_ignore_ascii_case(column)))
}

/// Returns `true` if a text has a name in double quotes, without a table before it.
fn is_quoted(text: &str, name: &str, rules: &LexRules) -> bool {
    let tokens = Tokens::read_until_error(text, rules);
    let lexemes = tokens.cursor().lexemes();
    (0..lexemes.len()).any(|at| {
        let inner = lexemes[at].text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        inner.is_some_and(|inner| inner.eq_ignore_ascii_case(name))
            && !(at > 0 && lexemes[at - 1].is("."))
    })
}

/// Returns `true` if another table in a text has a column of the name.
fn is_of_another(state: &State, text: &str, column: &str, rules: &LexRules) -> bool {
    let tokens = Tokens::read_until_error(text, rules);
    let is_named = |table: &Name| {
        let mut lexemes = tokens.cursor().lexemes().iter();
        lexemes.any(|lexeme| lexeme.text.trim_matches(['"', '`', '[', ']']) == table.name)
    };
    let mut tables = state.schema().tables.keys();
    tables.any(|table| has_column(state, table, column) && is_named(table))
}
