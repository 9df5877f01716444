//! The text of derived sections, and where it goes in a file.

use std::collections::BTreeSet;

use super::{Group, holds_sql};
use crate::derive::Derived;
use crate::dialect::Dialect;
use crate::revision::{DraftSection, Revision, Section, SectionKind};
use crate::source::{SourceFile, Span};
use crate::sql::split;

/// The sections of derived downs, with the declarations of what they lose.
pub(super) fn sections(
    revision: &Revision,
    groups: &[Group],
    dialects: &[Dialect],
) -> Vec<DraftSection> {
    let mut sections = Vec::new();
    let mut declared: BTreeSet<String> =
        revision.lossy().map(|(subject, _)| subject.to_owned()).collect();
    for loss in groups.iter().flat_map(|group| &group.derived.losses) {
        if let Some(subject) = loss.subject().filter(|subject| declared.insert(subject.clone())) {
            sections.push(DraftSection::new(format!("lossy {subject} {}", loss.why), ""));
        }
    }
    for group in groups {
        let Group { dialects: own, derived } = group;
        let is_for_some = own.len() < dialects.len()
            || own
                .iter()
                .any(|dialect| revision.up(*dialect).is_some_and(|up| !up.dialects.is_empty()));
        let names: Vec<&str> = own.iter().map(|dialect| dialect.name()).collect();
        let only =
            if is_for_some { format!(" dialect:{}", names.join(",")) } else { String::new() };
        if derived.statements.is_empty() && derived.missing.is_empty() {
            let reason = "the up changes neither the schema nor rows that were there";
            sections.push(DraftSection::new(format!("noop{only} {reason}"), ""));
            continue;
        }
        let outside = if derived.outside_transaction { " transaction:false" } else { "" };
        let body = format!("{}{}", notes(revision, derived), derived.sql);
        sections.push(DraftSection::new(format!("down{only}{outside}"), body));
    }
    sections
}

/// Comments about what a down does not undo, and about losses that no marker can name.
fn notes(revision: &Revision, derived: &Derived) -> String {
    let mut text = String::new();
    for missing in &derived.missing {
        let statement = head(missing.span.of(revision.file.text()));
        text.push_str(&format!("-- not undone: {statement}: {}\n", missing.why));
    }
    for loss in derived.losses.iter().filter(|loss| loss.subject().is_none()) {
        let column = loss.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        text.push_str(&format!("-- lost: {}{column}: {}\n", loss.table, loss.why));
    }
    text
}

/// The beginning of a statement, on one line.
pub(super) fn head(statement: &str) -> String {
    let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(60) {
        Some((at, _)) => format!("{} ..", words[..at].trim_end()),
        None => words,
    }
}

/// The empty downs that are written again: those that serve only databases that want a down.
pub(super) fn replaced<'r>(
    revision: &'r Revision,
    wanted: &'r [Dialect],
) -> impl Iterator<Item = &'r Section> {
    revision.sections.iter().filter(move |section| {
        let is_empty =
            || wanted.iter().all(|dialect| !holds_sql(revision, Some(section), *dialect));
        section.kind == SectionKind::Down
            && section.dialects.iter().all(|dialect| wanted.contains(dialect))
            && is_empty()
    })
}

/// The text of a file with new sections.
pub(super) fn rewritten(
    revision: &Revision,
    wanted: &[Dialect],
    sections: &[DraftSection],
) -> String {
    let text = revision.file.text();
    let mut kept = String::new();
    let mut comments = String::new();
    let mut place = None;
    let mut end = 0;
    for section in replaced(revision, wanted) {
        kept.push_str(&text[end..section.marker.start]);
        place = place.or(Some(kept.len()));
        comments.push_str(section.body.of(text).trim());
        end = section.body.end;
    }
    kept.push_str(&text[end..]);
    let behind_up = || {
        let ups = revision.sections.iter().filter(|section| section.kind == SectionKind::Up);
        ups.map(|section| section.body.end).max().unwrap_or(kept.len())
    };
    let place = place.unwrap_or_else(behind_up);
    let mut new = String::new();
    let mut is_first_down = true;
    for (at, section) in sections.iter().enumerate() {
        let is_declaration = section.marker.starts_with("lossy ");
        let follows_declaration =
            at > 0 && is_declaration && sections[at - 1].marker.starts_with("lossy ");
        if !follows_declaration {
            new.push('\n');
        }
        new.push_str(&format!("-- migrate:{}\n", section.marker));
        if !is_declaration && std::mem::take(&mut is_first_down) && !comments.is_empty() {
            new.push_str(&format!("{comments}\n"));
        }
        new.push_str(&section.body);
    }
    let rest = &kept[place..];
    let gap = if rest.trim().is_empty() { "" } else { "\n" };
    format!("{}\n{new}{gap}{}", kept[..place].trim_end(), rest.trim_start())
}

/// SQL with a semicolon at its end.
pub(super) fn with_semicolon(sql: &str, dialects: &[Dialect]) -> String {
    let text = sql.trim();
    let file = SourceFile::new("up", text.to_owned());
    let whole = Span::new(0, text.len());
    let is_open = dialects.first().is_some_and(|dialect| {
        let (statements, _) = split(&file, whole, dialect.lex_rules());
        statements.last().is_some_and(|last| last.span.end == text.len())
    });
    if is_open { format!("{text};") } else { text.to_owned() }
}
