//! The default message of a generated revision.

use super::Changes;
use crate::schema::{Attribute, Change, Difference, Item, Kind, Name};

/// The greatest length in characters.
const LONGEST: usize = 72;

/// Describes changes in one line: `create users; add posts.title`.
#[must_use]
pub fn message(changes: &Changes) -> String {
    let mut phrases = Phrases::default();
    for rename in changes.renames.iter().filter(|of| matches!(of.kind, Kind::Table | Kind::Column))
    {
        phrases.add("rename", format!("{} to {}", rename.subject(), rename.to));
    }
    for rename in changes.renames.iter().filter(|of| of.kind == Kind::Namespace) {
        phrases.add("move", format!("{} to {}", rename.subject(), rename.to));
    }
    for difference in &changes.differences {
        let (verb, what) = phrase(difference);
        phrases.add(&verb, what);
    }
    if let Some(rename) = changes.renames.first().filter(|_| phrases.0.is_empty()) {
        phrases.add("rename", format!("{} to {}", rename.subject(), rename.to));
    }
    shortened(&phrases.text())
}

/// Verbs, each with what it is about, in the order in which they were found.
#[derive(Default)]
struct Phrases(Vec<(String, Vec<String>)>);

impl Phrases {
    fn add(&mut self, verb: &str, what: String) {
        // What goes and comes again changes.
        let dropped = self.0.iter_mut().find(|(own, _)| verb == "add" && own == "drop");
        if let Some((_, list)) = dropped
            && let Some(at) = list.iter().position(|own| *own == what)
        {
            list.remove(at);
            self.0.retain(|(_, list)| !list.is_empty());
            return self.add("change", what);
        }
        match self.0.iter_mut().find(|(own, _)| own == verb) {
            Some((_, list)) if list.contains(&what) => {}
            Some((_, list)) => list.push(what),
            None => self.0.push((verb.to_owned(), vec![what])),
        }
    }

    fn text(&self) -> String {
        let texts = self.0.iter().map(|(verb, list)| format!("{verb} {}", list.join(", ")));
        texts.collect::<Vec<_>>().join("; ")
    }
}

/// The verb for a difference, and what it is about.
fn phrase(difference: &Difference) -> (String, String) {
    let object = &difference.object;
    let what = match (&object.table, object.kind) {
        (Some(table), Kind::Column) => format!("{table}.{}", object.name),
        (Some(table), _) => part(table, difference),
        (None, Kind::Table) => object.name.clone(),
        (None, kind) => format!("{} {}", kind.word(), object.name),
    };
    let verb = match (&object.table, &difference.change) {
        (None, Change::Added) => "create".to_owned(),
        (Some(_), Change::Added) => "add".to_owned(),
        (_, Change::Removed) => "drop".to_owned(),
        (_, Change::Reordered { .. }) => "reorder".to_owned(),
        (_, Change::Altered { attribute: Attribute::Name, .. }) => "rename".to_owned(),
        (_, Change::Altered { attribute, before, after })
            if matches!(object.kind, Kind::Column | Kind::Table) =>
        {
            altered(*attribute, before.as_deref(), after.as_deref())
        }
        (_, Change::Altered { .. }) => "change".to_owned(),
    };
    (verb, what)
}

/// The verb for an attribute of a column or table.
fn altered(attribute: Attribute, before: Option<&str>, after: Option<&str>) -> String {
    let word = match attribute {
        Attribute::Nullability if after == Some("NOT NULL") => return "require".to_owned(),
        Attribute::Nullability => return "allow NULL in".to_owned(),
        Attribute::Type | Attribute::UserType => return "change type of".to_owned(),
        attribute => attribute.words(),
    };
    let verb = match (before, after) {
        (None, Some(_)) => "add",
        (Some(_), None) => "drop",
        _ => "change",
    };
    format!("{verb} {word} of")
}

/// A part of a table that is no column: what it is, and on which columns.
fn part(table: &Name, difference: &Difference) -> String {
    let object = &difference.object;
    let word = object.kind.word();
    let columns = match difference.after.as_ref().or(difference.before.as_ref()) {
        Some(Item::Key(key)) if object.kind == Kind::Unique => key.columns.as_slice(),
        Some(Item::ForeignKey(key)) => key.columns.as_slice(),
        _ => &[],
    };
    match (object.kind, columns) {
        (_, [column]) => format!("{word} {table}.{column}"),
        (_, [_, ..]) => format!("{word} {table} ({})", columns.join(", ")),
        (Kind::Index | Kind::Trigger, _) if object.name.contains(&table.name) => {
            format!("{word} {}", object.name)
        }
        (Kind::Index | Kind::Trigger, _) => format!("{word} {table}.{}", object.name),
        _ => format!("{word} of {table}"),
    }
}

/// Cuts a text between words.
fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short = String::new();
    for word in text.split(' ') {
        if short.chars().count() + word.chars().count() + 5 > LONGEST {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    format!("{} ...", short.trim_end_matches([',', ';']))
}
