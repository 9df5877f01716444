//! `data-loss`: rows and values that an up removes.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Rule, Target};
use crate::op::Op;
use crate::schema::{Column, Name};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::DataLoss,
    level: Level::Error,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "DROP TABLE, DROP COLUMN, TRUNCATE and DELETE without WHERE remove data that no down brings back. \
          Tables and columns that the revision itself creates, and rows that it copied to another table \
          before, are not lost.",
    fix: "Declare an intended loss with `-- migrate:lossy <table or column> <reason>`.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, nickname TEXT);",
        revision: "ALTER TABLE users DROP COLUMN nickname;",
    },
    silent: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, nickname TEXT);",
        revision: "-- migrate:up\nALTER TABLE users DROP COLUMN nickname;\n\n\
                   -- migrate:lossy users.nickname it is unused\n\n\
                   -- migrate:down\nALTER TABLE users ADD COLUMN nickname TEXT;",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for (at, change) in input.changes.iter().enumerate() {
        let Some(target) = input.filled(change) else { continue };
        match &change.op {
            Op::DropTable { .. } => dropped_table(input, at, change, target, found),
            Op::DropColumn { column, .. } => {
                let is_computed =
                    target.table.column(column).is_some_and(|one| one.generated.is_some());
                let is_used = copies(input, at, target).any(|other| mentions(input, other, column));
                let is_old = input.is_old_column(target, column);
                if is_old && !is_computed && !is_used && !is_declared(input, target, Some(column)) {
                    report(input, change, target, Some(column), "drops", found);
                }
            }
            Op::Rows { .. } => emptied_table(input, at, change, target, found),
            _ => {}
        }
    }
}

fn dropped_table(
    input: &Input<'_>,
    at: usize,
    change: &Change,
    target: &Target,
    found: &mut Findings,
) {
    if is_declared(input, target, None) {
        return;
    }
    let copies: Vec<(usize, &Change)> = copies(input, at, target).collect();
    if copies.is_empty() {
        return report(input, change, target, None, "drops", found);
    }
    // A column is lost if no statement that copies rows mentions it.
    let is_old =
        |column: &&Column| input.is_old_column(target, &column.name) && column.generated.is_none();
    let old: Vec<&Column> = target.table.columns.iter().filter(is_old).collect();
    let is_lost = |column: &&&Column| {
        !copies.iter().any(|copy| mentions(input, *copy, &column.name))
            && !is_declared(input, target, Some(&column.name))
    };
    let lost: Vec<&str> = old.iter().filter(is_lost).map(|column| &*column.name).collect();
    match lost.as_slice() {
        [] => {}
        [one] => report(input, change, target, Some(one), "does not keep", found),
        all if all.len() == old.len() => report(input, change, target, None, "drops", found),
        several => found.push_with_help(
            change.span,
            format!("this does not keep columns {} of table {}", several.join(", "), target.name),
            format!(
                "if that is intended, declare each: `-- migrate:lossy {}.{} <reason>`",
                target.origin.as_ref().unwrap_or(&target.name),
                several[0]
            ),
        ),
    }
}

fn emptied_table(
    input: &Input<'_>,
    at: usize,
    change: &Change,
    target: &Target,
    found: &mut Findings,
) {
    let statement = input.statement(change);
    let cursor = statement.cursor();
    let empties = cursor.is("TRUNCATE")
        || cursor.is("DELETE FROM")
            && !["WHERE", "USING", "JOIN", "LIMIT"].iter().any(|word| statement.has_word(word));
    let is_copied = copies(input, at, target).next().is_some();
    if empties && !is_copied && !is_declared(input, target, None) {
        report(input, change, target, None, "empties", found);
    }
}

/// The earlier statements of the section that read a table and write to it or to another one.
fn copies<'i>(
    input: &'i Input<'_>,
    before: usize,
    target: &'i Target,
) -> impl Iterator<Item = (usize, &'i Change)> {
    let is_table = move |name: &Name| name.name.eq_ignore_ascii_case(&target.name.name);
    let changes = input.changes[..before].iter().enumerate();
    changes.filter(move |(_, change)| match &change.op {
        Op::Rows { reads, writes: Some(writes) } => {
            let cursor = input.statement(change).cursor();
            let copies = !is_table(writes) && !cursor.is("DELETE");
            reads.iter().any(is_table) && copies || cursor.is("UPDATE") && is_table(writes)
        }
        Op::CreateTableAs { reads, .. } => reads.iter().any(is_table),
        // What is not understood may copy.
        op => op.may_change_anything(),
    })
}

/// Returns `true` if a statement that copies may read a column.
fn mentions(input: &Input<'_>, (_, copy): (usize, &Change), column: &str) -> bool {
    if copy.op.may_change_anything() {
        return true;
    }
    let rules = input.dialect.lex_rules();
    let statement = input.statement(copy);
    let mut lexemes = statement.cursor().lexemes().iter();
    lexemes.any(|one| {
        one.is("*") || one.name(rules).is_some_and(|name| name.eq_ignore_ascii_case(column))
    })
}

/// Returns `true` if `-- migrate:lossy` names the table or the column.
fn is_declared(input: &Input<'_>, target: &Target, column: Option<&str>) -> bool {
    let names = [Some(&target.name), target.origin.as_ref()];
    let mut tables = names.into_iter().flatten().flat_map(|n| [n.to_string(), n.name.clone()]);
    tables.any(|table| {
        input.revision.lossy().any(|(subject, _)| {
            let subject = subject.replace(['"', '`'], "");
            subject.eq_ignore_ascii_case(&table)
                || column.is_some_and(|of| subject.eq_ignore_ascii_case(&format!("{table}.{of}")))
        })
    })
}

fn report(
    input: &Input<'_>,
    change: &Change,
    target: &Target,
    column: Option<&str>,
    verb: &str,
    found: &mut Findings,
) {
    let name = target.origin.as_ref().unwrap_or(&target.name);
    let subject = match column {
        Some(column) => format!("{name}.{column}"),
        None => name.to_string(),
    };
    let what = if column.is_some() { "column" } else { "table" };
    let size = input.settings.rows(name).map(|_| input.table_phrase(target));
    let of = size.filter(|_| column.is_none()).unwrap_or_else(|| subject.clone());
    found.push_with_help(
        change.span,
        format!("this {verb} {what} {of} with its data"),
        format!("if that is intended, declare it: `-- migrate:lossy {subject} <reason>`"),
    );
}
