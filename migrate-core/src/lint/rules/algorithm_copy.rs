//! `algorithm-copy`: an ALTER TABLE of MySQL that stops writes.

use super::MYSQL;
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Rule, Target};
use crate::op::{ConstraintKey, Op, TableChange, TableConstraint};
use crate::schema::{Column, DataType};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::AlgorithmCopy,
    level: Level::Warning,
    dialects: MYSQL,
    reads_downs: false,
    why: "With ALGORITHM=COPY the server copies every row into a new table and stops all writes meanwhile. Another type of a column, \
          another character set, a dropped primary key, a stored generated column, a new check, and a foreign key while \
          `foreign_key_checks` is on need it.",
    fix: "Use a tool such as gh-ost or pt-online-schema-change, or add a new column and move to it. A foreign key can be added \
          after `SET foreign_key_checks = 0`, which leaves existing rows unchecked.",
    fires: Example {
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price INT);",
        revision: "ALTER TABLE prices MODIFY price BIGINT;",
    },
    silent: Example {
        before: "CREATE TABLE prices (id INT PRIMARY KEY, label VARCHAR(20));",
        revision: "ALTER TABLE prices MODIFY label VARCHAR(50);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let Some(target) = input.locked(change) else { continue };
        let Some(why) = reason(input, at, change, target) else { continue };
        found.push(
            change.span,
            format!("{why} copies table {} and stops writes to it", input.table_phrase(target)),
        );
    }
    for statement in &input.statements {
        let cursor = statement.cursor();
        let texts: Vec<&str> = cursor.lexemes().iter().map(|lexeme| lexeme.text).collect();
        let has = |words: &[&str]| {
            texts.windows(words.len()).any(|part| {
                part.iter().zip(words).all(|(text, word)| text.eq_ignore_ascii_case(word))
            })
        };
        let is_asked = has(&["ALGORITHM", "=", "COPY"]) || has(&["ALGORITHM", "COPY"]);
        let is_old = input.changes.iter().any(|change| {
            input.statements[change.statement].span == statement.span
                && input.locked(change).is_some()
        });
        if is_asked && is_old {
            found.push(statement.span, "ALGORITHM=COPY copies the table and stops writes to it");
        }
    }
}

fn reason(input: &Input<'_>, at: usize, change: &Change, target: &Target) -> Option<String> {
    match &change.op {
        Op::ReplaceColumn { column, with, .. } => {
            let spelled = input.after.spelled_column(&target.table, column)?;
            let before = target.table.column(&spelled)?;
            let is_changed =
                before.generated.is_none() && with.generated.is_none() && needs_copy(before, with);
            is_changed.then(|| {
                format!("the change of {spelled} from {} to {}", before.data_type, with.data_type)
            })
        }
        Op::AddColumn { column, .. } => {
            let stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
            stored.then(|| format!("the stored column {}", column.name))
        }
        Op::AlterTable { change: TableChange::ConvertCharset { charset, .. }, .. } => {
            Some(format!("CONVERT TO CHARACTER SET {charset}"))
        }
        Op::DropConstraint { constraint: ConstraintKey::PrimaryKey, .. } => {
            let adds_key = input.changes.iter().any(|other| {
                other.statement == change.statement
                    && matches!(&other.op, Op::AddConstraint { constraint, .. }
                        if matches!(**constraint, TableConstraint::PrimaryKey(_)))
            });
            (!adds_key).then(|| "DROP PRIMARY KEY without a new one".to_owned())
        }
        Op::AddConstraint { constraint, .. } => match &**constraint {
            TableConstraint::ForeignKey(_) if checks_foreign_keys(input, at) => {
                Some("a foreign key while foreign_key_checks is on".to_owned())
            }
            TableConstraint::Check(_) => Some("a new check".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns `true` if the section has not switched `foreign_key_checks` off before a change.
fn checks_foreign_keys(input: &Input<'_>, before: usize) -> bool {
    let value = input.changes[..before].iter().rev().find_map(|change| match &change.op {
        Op::Set { name, value } if name.ends_with("foreign_key_checks") => Some(value.clone()),
        _ => None,
    });
    !value
        .flatten()
        .is_some_and(|text| matches!(text.trim(), "0" | "OFF" | "off" | "FALSE" | "false"))
}

/// Whether the values of a column need another form.
fn needs_copy(before: &Column, after: &Column) -> bool {
    let (old, new) = (&before.data_type, &after.data_type);
    if old == new {
        return false;
    }
    match (old.name(), new.name()) {
        ("varchar", "varchar") => !grows_in_place(old, new),
        ("enum", "enum") | ("set", "set") => !new.arguments().starts_with(old.arguments()),
        // The width in parentheses is only for display.
        (of, with) if of == with && of.contains("int") => false,
        // The names of some types have several spellings, and a version decides.
        ("longtext" | "json", "longtext" | "json") => false,
        ("varbinary", "varbinary") => !grows_in_place(old, new),
        (of, with) if of == with && (of == "year" || of == "float" || of == "double") => false,
        _ => true,
    }
}

/// A limit can grow in place while the length needs as many bytes as before. How many bytes a character has
/// depends on the character set, so between 64 and 255 characters nothing is said.
fn grows_in_place(before: &DataType, after: &DataType) -> bool {
    let (Some(before), Some(after)) = (before.number(0), after.number(0)) else { return true };
    let certainly_crosses = before <= 63 && after > 255;
    after >= before && !certainly_crosses
}
