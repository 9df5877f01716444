//! Writes the up and the down of the squashed revision.
//!
//! Between two kept statements the schema is made by what `new --autogenerate` would write from one
//! schema to the other. Where that cannot be written or proved, the statements themselves stay.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::SquashError;
use super::read::{Item, Part, Statements};
use crate::apply::State;
use crate::autogenerate::{Step, left_between, way_between};
use crate::derive::{Loss, derive_down};
use crate::dialect::Dialect;
use crate::evolution::{Evolution, apply_statements};
use crate::graph::Node;
use crate::revision::DraftSection;
use crate::schema::Name;
use crate::source::Span;

/// The sections for one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) dialect: Dialect,
    up: String,
    /// The options behind `up`.
    up_options: String,
    pub(super) down: Down,
    /// Tables and columns that the up loses.
    lossy: Vec<String>,
}

/// The way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Down {
    Sql(String),
    Irreversible(String),
    /// The two schemas alone do not give it, for the reason given; the statements of the up may.
    Underived(String),
}

/// A statement of the up.
struct Statement<'s> {
    sql: std::borrow::Cow<'s, str>,
    /// The kept statement that it is.
    kept: Option<&'s Item>,
}

/// Writes the sections of one database.
///
/// # Errors
/// The statements do not lead to the schema of the range.
pub(super) fn write(
    dialect: Dialect,
    read: &Statements,
    declared: Option<String>,
) -> Result<Written, SquashError> {
    let mut statements = joined(dialect, read);
    if !leads_there(dialect, read, &statements).is_empty() {
        statements = as_they_are(&read.items);
        let left = leads_there(dialect, read, &statements);
        if !left.is_empty() {
            let message =
                format!("the statements would not make the same schema: {}", left.join("; "));
            return Err(SquashError::new(message).help("nothing was written"));
        }
    }
    let kept = || statements.iter().filter_map(|statement| statement.kept);
    let mut up_options = String::new();
    if kept().any(|item| dialect.refused_in_transaction(&item.sql).is_some()) {
        up_options.push_str(" transaction:false");
    }
    if kept().any(|item| item.has_foreign_keys) {
        up_options.push_str(" foreign-keys:true");
    }
    let losses = way_between(dialect, &read.before, &read.after).map(|(_, losses)| losses);
    let lossy = |loss: &crate::autogenerate::Loss| format!("{} {}", loss.subject, loss.why);
    Ok(Written {
        dialect,
        up: text(&statements),
        up_options,
        down: down(dialect, read, declared),
        lossy: losses.unwrap_or_default().iter().map(lossy).collect(),
    })
}

/// Returns the statements with one group for the schema between kept ones.
fn joined<'s>(dialect: Dialect, read: &'s Statements) -> Vec<Statement<'s>> {
    let last = first_movable(&read.items);
    let mut statements = Vec::new();
    let mut start = read.before.clone();
    let mut at = start.clone();
    let mut group: Vec<&Item> = Vec::new();
    let mut moved = Vec::new();
    for (number, item) in read.items.iter().enumerate() {
        match item.part {
            Part::LeftOut(_) => {}
            Part::Schema => {
                run(&mut at, dialect, &item.sql);
                group.push(item);
            }
            Part::Rows if number >= last => moved.push(kept(item)),
            Part::Rows | Part::Existing | Part::Unknown => {
                statements.extend(schema(dialect, &start, &at, &group));
                group.clear();
                run(&mut at, dialect, &item.sql);
                statements.push(kept(item));
                start = at.clone();
            }
        }
    }
    statements.extend(schema(dialect, &start, &at, &group));
    statements.extend(moved);
    statements
}

/// Returns the statements as the files have them.
fn as_they_are(items: &[Item]) -> Vec<Statement<'_>> {
    items.iter().filter(|item| !matches!(item.part, Part::LeftOut(_))).map(kept).collect()
}

fn kept(item: &Item) -> Statement<'_> {
    Statement { sql: item.sql.as_str().into(), kept: Some(item) }
}

/// Returns the number of the first statement about rows that can stand behind all others, with those
/// behind it: nothing changes later what it reads and writes.
fn first_movable(items: &[Item]) -> usize {
    let mut changed: BTreeSet<&Name> = BTreeSet::new();
    let mut first = items.len();
    for (number, item) in items.iter().enumerate().rev() {
        match item.part {
            Part::LeftOut(_) => {}
            Part::Schema => changed.extend(&item.touches),
            Part::Rows if item.touches.iter().all(|name| !changed.contains(name)) => first = number,
            Part::Rows | Part::Existing | Part::Unknown => break,
        }
    }
    first
}

/// Returns the statements that make the schema of a group.
fn schema<'s>(
    dialect: Dialect,
    from: &State,
    to: &State,
    group: &[&'s Item],
) -> Vec<Statement<'s>> {
    if group.is_empty() {
        return Vec::new();
    }
    let is_known = from.unknown().is_empty() && to.unknown().is_empty();
    let is_plain = |step: &Step| step.note.is_none() && !step.autocommit;
    match way_between(dialect, from, to) {
        Ok((steps, _)) if is_known && steps.iter().all(is_plain) => {
            steps.into_iter().map(|step| Statement { sql: step.sql.into(), kept: None }).collect()
        }
        _ => group.iter().map(|item| kept(item)).collect(),
    }
}

fn run(state: &mut State, dialect: Dialect, sql: &str) -> bool {
    apply_statements(state, dialect, sql, &[Span::new(0, sql.len())], false).is_empty()
}

/// Returns what differs from the schema of the range after the statements.
fn leads_there(dialect: Dialect, read: &Statements, statements: &[Statement<'_>]) -> Vec<String> {
    let mut state = read.before.clone();
    let mut left = Vec::new();
    for statement in statements {
        if !run(&mut state, dialect, &statement.sql) && !read.has_refusals {
            left.push(statement.sql.lines().next().unwrap_or_default().to_owned());
        }
    }
    left.extend(left_between(dialect, &state, &read.after));
    left
}

fn text(statements: &[Statement<'_>]) -> String {
    let mut text = String::new();
    let mut from = None;
    for Statement { sql, kept } in statements {
        let id = kept.map(|item| &item.place.revision);
        if id != from {
            if !text.is_empty() {
                text.push('\n');
            }
            if let Some(id) = id {
                let _ = writeln!(text, "-- from {id}");
            }
            from = id;
        }
        let sql = sql.trim_end().trim_end_matches(';').trim_end();
        let _ = writeln!(text, "{sql};");
    }
    text
}

/// Derives the way back: it drops what the up makes.
fn down(dialect: Dialect, read: &Statements, declared: Option<String>) -> Down {
    let existing = &read.before.schema().tables;
    if let Some(reason) = declared.filter(|_| !existing.is_empty()) {
        return Down::Irreversible(reason);
    }
    let changes_old_rows = |item: &&Item| {
        item.part == Part::Rows
            && if item.writes.is_empty() {
                !existing.is_empty()
            } else {
                item.writes.iter().any(|table| existing.contains_key(table))
            }
    };
    if let Some(item) = read.items.iter().find(|item| item.part == Part::Unknown) {
        return Down::Irreversible(format!("the effect of {} is not known", item.place));
    }
    if let Some(item) = read.items.iter().find(changes_old_rows) {
        return Down::Irreversible(format!("the rows before {} are not known", item.place));
    }
    let by_hand = |why: String| Down::Underived(format!("the down could not be derived: {why}"));
    if !read.before.unknown().is_empty() || !read.after.unknown().is_empty() {
        return by_hand("a part of the schema is not known".to_owned());
    }
    match way_between(dialect, &read.after, &read.before) {
        Err(refusal) => by_hand(refusal.to_string().replace('\n', " ")),
        Ok((steps, _)) => match steps.iter().find_map(|step| step.note.as_deref()) {
            Some(note) => by_hand(note.replace('\n', " ")),
            None => Down::Sql(steps.iter().map(|step| format!("{};\n", step.sql)).collect()),
        },
    }
}

impl Written {
    /// Derives a down that the schemas do not give from the statements of the up, as `derive` does.
    pub(super) fn derive(&mut self, evolution: &mut Evolution<'_>, node: Node) {
        let Down::Underived(reason) = &self.down else { return };
        let derived = derive_down(evolution, node);
        self.down = match derived.missing.first() {
            None if !derived.outside_transaction && !derived.statements.is_empty() => {
                let losses = derived.losses.iter();
                let lossy = |loss: &Loss| Some(format!("{} {}", loss.subject()?, loss.why));
                self.lossy.extend(losses.filter_map(lossy));
                Down::Sql(derived.sql)
            }
            Some(missing) => Down::Irreversible(format!("{reason}; {}", missing.why)),
            None => Down::Irreversible(reason.clone()),
        };
    }
}

/// Returns the sections of the file: one of each kind if all databases have the same.
pub(super) fn sections(all: &[Written]) -> Vec<DraftSection> {
    let is_same =
        all.windows(2).all(|two| Written { dialect: two[0].dialect, ..two[1].clone() } == two[0]);
    let shown = if is_same { &all[..all.len().min(1)] } else { all };
    let database = |written: &Written| {
        if is_same { String::new() } else { format!(" dialect:{}", written.dialect) }
    };
    let mut sections = Vec::new();
    for written in shown {
        let marker = format!("up{}{}", database(written), written.up_options);
        sections.push(DraftSection::new(marker, written.up.as_str()));
    }
    for written in shown {
        let database = database(written);
        sections.push(match &written.down {
            Down::Sql(sql) if sql.is_empty() => {
                DraftSection::new(format!("noop{database} there is nothing to revert"), "")
            }
            Down::Sql(sql) => DraftSection::new(format!("down{database}"), sql.as_str()),
            Down::Irreversible(reason) | Down::Underived(reason) => {
                DraftSection::new(format!("irreversible{database} {reason}"), "")
            }
        });
    }
    let mut lossy: Vec<&String> = Vec::new();
    for line in shown.iter().flat_map(|written| &written.lossy) {
        if !lossy.contains(&line) {
            lossy.push(line);
        }
    }
    sections.extend(lossy.into_iter().map(|line| DraftSection::new(format!("lossy {line}"), "")));
    sections
}
