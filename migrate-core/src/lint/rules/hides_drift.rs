//! `hides-drift`: IF EXISTS and IF NOT EXISTS where the history knows the answer.

use super::ALL_DATABASES;
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Presence, Rule, Target};
use crate::op::Op;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::HidesDrift,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "The history knows whether the object exists at this point. If a database differs, the statement passes over that, \
          and a later revision fails or runs on another table than the one that was tested. Objects of which it is \
          not known, extensions and schemas, views, functions and triggers that are created again, and sections with `transaction:false` are \
          not reported.",
    fix: "Leave out IF EXISTS or IF NOT EXISTS. The tool records what ran and never repeats a revision.",
    fires: Example {
        before: "",
        revision: "CREATE TABLE IF NOT EXISTS users (id INT PRIMARY KEY);",
    },
    silent: Example { before: "", revision: "CREATE TABLE users (id INT PRIMARY KEY);" },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    if !input.section.transaction {
        return;
    }
    for (at, change) in input.changes.iter().enumerate() {
        let (is_written, creates, what) = match &change.op {
            Op::CreateTable { name, if_not_exists, .. }
            | Op::CreateTableAs { name, if_not_exists, .. } => {
                (*if_not_exists && !input.is_temporary(name), true, format!("table {name}"))
            }
            Op::AddColumn { column, if_not_exists, .. } => {
                (*if_not_exists, true, format!("column {}", column.name))
            }
            Op::CreateIndex { name: Some(name), if_not_exists, concurrently, .. } => {
                (*if_not_exists && !concurrently, true, format!("index {name}"))
            }
            Op::DropTable { name, if_exists, .. } => (*if_exists, false, format!("table {name}")),
            Op::DropColumn { column, if_exists, .. } => {
                (*if_exists, false, format!("column {column}"))
            }
            Op::DropIndex { name, if_exists, concurrently, .. } => {
                (*if_exists && !concurrently, false, format!("index {name}"))
            }
            Op::DropView { name, if_exists, .. } => {
                let is_again = input.changes[at..].iter().any(|other| {
                    matches!(&other.op, Op::CreateView { name: new, .. } if new.name == name.name)
                });
                (*if_exists && !is_again, false, format!("view {name}"))
            }
            _ => continue,
        };
        let is_own = is_own(input, change);
        if is_written && !is_own && !input.changes[..at].iter().any(is_dynamic) {
            report(change, creates, &what, found);
        }
    }
}

fn report(change: &Change, creates: bool, what: &str, found: &mut Findings) {
    let words = if creates { "IF NOT EXISTS" } else { "IF EXISTS" };
    let message = match (creates, change.presence) {
        // Dynamic SQL may have created what seems to be missing.
        (_, Presence::Unknown) | (false, Presence::Missing) => return,
        (true, Presence::Missing) => {
            format!("{words} accepts any {what} that a database already has, whatever its form")
        }
        (true, Presence::Exists) => {
            format!("{what} exists at this point, so the statement does nothing")
        }
        (false, Presence::Exists) => {
            format!("{words} accepts a database that lacks {what}, which exists at this point")
        }
    };
    found.push_with_help(change.span, message, format!("leave out {words}"));
}

/// Returns `true` if the section itself created the object, or took its name away before: no database can differ.
fn is_own(input: &Input<'_>, change: &Change) -> bool {
    let is_kept = |target: &Target| target.origin.as_ref() == Some(&target.name);
    match (&change.op, &change.target) {
        (Op::CreateTable { .. } | Op::CreateTableAs { .. }, Some(target)) => {
            change.presence == Presence::Missing && input.table_before(&target.name).is_some()
        }
        (Op::DropTable { .. } | Op::DropColumn { .. } | Op::AddColumn { .. }, Some(target)) => {
            !is_kept(target)
        }
        (Op::DropIndex { name, .. }, Some(target)) => {
            let before = target.origin.as_ref().and_then(|origin| input.table_before(origin));
            !is_kept(target) || !before.is_some_and(|table| table.indexes.contains_key(&name.name))
        }
        (Op::CreateIndex { name: Some(name), .. }, Some(target)) => {
            let before = target.origin.as_ref().and_then(|origin| input.table_before(origin));
            target.origin.is_none() || before.is_some_and(|table| table.indexes.contains_key(name))
        }
        _ => false,
    }
}

/// Returns `true` if a change may have created or dropped anything.
fn is_dynamic(change: &Change) -> bool {
    change.op.may_change_anything()
}
