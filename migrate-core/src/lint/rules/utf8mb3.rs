//! `utf8mb3`: a character set without emoji.

use super::MYSQL;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::Utf8mb3,
    level: Level::Warning,
    dialects: MYSQL,
    reads_downs: false,
    why: "`utf8mb3`, for which `utf8` is another name, holds characters of at most three bytes. Emoji and some Chinese \
          characters are refused or cut off. MySQL 8 deprecates it.",
    fix: "Write `utf8mb4`.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT) DEFAULT CHARSET=utf8;",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE users (id INT PRIMARY KEY, name TEXT) DEFAULT CHARSET=utf8mb4;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for statement in &input.statements {
        let cursor = statement.cursor();
        if !cursor.is_any(&["CREATE TABLE", "ALTER TABLE", "CREATE DATABASE", "ALTER DATABASE"]) {
            continue;
        }
        let lexemes = cursor.lexemes();
        let place = lexemes.iter().enumerate().find(|(at, lexeme)| {
            let name = lexeme.text.trim_matches(['\'', '"', '`']).to_ascii_lowercase();
            let is_set = name == "utf8" || name == "utf8mb3";
            let is_collation = name.starts_with("utf8_") || name.starts_with("utf8mb3_");
            let before = |back: usize| at.checked_sub(back).and_then(|at| lexemes.get(at));
            let is = |back: usize, words: &[&str]| {
                before(back).is_some_and(|one| words.iter().any(|word| one.is(word)))
            };
            // `CHARSET [=] utf8`, `CHARACTER SET [=] utf8`, `COLLATE [=] utf8_bin`
            let behind = if is(1, &["="]) { 2 } else { 1 };
            let is_charset = is(behind, &["CHARSET"])
                || is(behind, &["SET"]) && is(behind + 1, &["CHARACTER", "CHAR"]);
            is_set && is_charset || is_collation && is(behind, &["COLLATE"])
        });
        if let Some((_, lexeme)) = place {
            found.push_with_help(
                lexeme.span,
                format!(
                    "{} has no characters of four bytes",
                    lexeme.text.trim_matches(['\'', '"', '`'])
                ),
                "write `utf8mb4`, or a collation of it",
            );
        }
    }
}
