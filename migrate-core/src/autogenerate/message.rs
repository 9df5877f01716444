//! The default message of a generated revision.

use super::Changes;
use crate::schema::{Change, Difference, Kind};

/// The greatest length in characters.
const LONGEST: usize = 72;

/// Describes changes in one line: `create users; add posts.title`.
#[must_use]
pub fn message(changes: &Changes) -> String {
    let mut items: Vec<(&str, String)> = Vec::new();
    let mut add =
        |verb: &'static str, what: String| match items.iter_mut().find(|(own, _)| *own == verb) {
            Some((_, list)) if list.split(", ").any(|own| own == what) => {}
            Some((_, list)) => list.push_str(&format!(", {what}")),
            None => items.push((verb, what)),
        };
    for rename in changes.renames.iter().filter(|of| matches!(of.kind, Kind::Table | Kind::Column))
    {
        add("rename", format!("{} to {}", rename.subject(), rename.to));
    }
    for rename in changes.renames.iter().filter(|of| of.kind == Kind::Namespace) {
        add("move", format!("{} to {}", rename.subject(), rename.to));
    }
    for difference in &changes.differences {
        let (verb, what) = item(difference);
        add(verb, what);
    }
    for rename in &changes.renames {
        if items.is_empty() {
            items.push(("rename", format!("{} to {}", rename.subject(), rename.to)));
        }
    }
    let texts: Vec<String> = items.iter().map(|(verb, list)| format!("{verb} {list}")).collect();
    shortened(&texts.join("; "))
}

fn item(difference: &Difference) -> (&'static str, String) {
    let object = &difference.object;
    // What belongs to a table is told by the table.
    let what = match (&object.table, object.kind) {
        (Some(table), Kind::Column | Kind::Index | Kind::Trigger) => {
            format!("{table}.{}", object.name)
        }
        (Some(table), _) => table.to_string(),
        (None, Kind::Table) => object.name.clone(),
        (None, kind) => format!("{} {}", kind.word(), object.name),
    };
    let verb = match (&object.table, object.kind, &difference.change) {
        (None, _, Change::Added) => "create",
        (Some(_), Kind::Column | Kind::Index | Kind::Trigger, Change::Added) => "add",
        (None, _, Change::Removed)
        | (Some(_), Kind::Column | Kind::Index | Kind::Trigger, Change::Removed) => "drop",
        _ => "change",
    };
    (verb, what)
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
