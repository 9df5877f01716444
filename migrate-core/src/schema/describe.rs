//! Describes differences in words.
//!
//! The results are fragments of sentences for messages. Long texts and texts with several lines are
//! left to `text_diff`.

use super::{Change, Difference, Kind, Object};

/// The greatest length of a quoted value, in characters.
const SHORT: usize = 60;

/// Describes a difference between a schema and a later one, without a full stop.
///
/// ```
/// use migrate_core::schema::{self, Column, Name, Schema, Table};
/// let table = |columns| Table { columns, ..Table::default() };
/// let (mut before, mut after) = (Schema::default(), Schema::default());
/// before.tables.insert(Name::new("users"), table(vec![]));
/// let email = Column { name: "email".into(), ..Column::default() };
/// after.tables.insert(Name::new("users"), table(vec![email]));
/// let found = schema::compare(&before, &after);
/// assert_eq!(schema::difference(&found[0]), "column users.email was added");
/// assert_eq!(schema::leftover(&found[0]), "column users.email is left behind");
/// ```
#[must_use]
pub fn difference(difference: &Difference) -> String {
    describe(difference, "was added", "was removed")
}

/// Describes a difference between the schemas before an up and after the down: an added object is
/// left behind, a removed one is missing.
#[must_use]
pub fn leftover(difference: &Difference) -> String {
    describe(difference, "is left behind", "is missing")
}

/// Describes a difference between the static schema and the catalog of a database.
#[must_use]
pub fn static_difference(difference: &Difference) -> String {
    let object = object(&difference.object);
    match &difference.change {
        Change::Added => format!("{object} is in the database only"),
        Change::Removed => format!("{object} is in the static schema only"),
        Change::Altered { attribute, before, after } => {
            let what = attribute.words();
            let is = if is_plural(what) { "are" } else { "is" };
            match (value_text(before.as_ref()), value_text(after.as_ref())) {
                (Some(read), Some(real)) => {
                    format!("{what} of {object} {is} {real}, in the static schema {read}")
                }
                _ => format!("{what} of {object} {is} not that of the static schema"),
            }
        }
        Change::Reordered { .. } => {
            format!("columns of {object} are in another order than in the static schema")
        }
    }
}

fn is_plural(words: &str) -> bool {
    words.ends_with('s') && !words.ends_with("ss")
}

/// A value for a message; `None` for one that is long.
fn value_text(value: Option<&String>) -> Option<String> {
    match value.map(String::as_str) {
        None => Some("not there".to_owned()),
        Some("") => Some("empty".to_owned()),
        Some(text) => is_short(text).then(|| text.to_owned()),
    }
}

fn describe(difference: &Difference, added: &str, removed: &str) -> String {
    let object = object(&difference.object);
    match &difference.change {
        Change::Added => format!("{object} {added}"),
        Change::Removed => format!("{object} {removed}"),
        Change::Altered { attribute, before, after } => {
            let what = attribute.words();
            let (was, is, differ) =
                if is_plural(what) { ("were", "are", "differ") } else { ("was", "is", "differs") };
            match (value_text(before.as_ref()), value_text(after.as_ref())) {
                (Some(before), Some(after)) => {
                    format!("{what} of {object} {was} {before} and {is} {after}")
                }
                (Some(_), None) if before.is_none() => format!("{what} of {object} {was} added"),
                (None, Some(_)) if after.is_none() => format!("{what} of {object} {was} removed"),
                _ => format!("{what} of {object} {differ}"),
            }
        }
        Change::Reordered { before, after } => {
            let (before, after) = (before.join(", "), after.join(", "));
            if is_short(&before) && is_short(&after) {
                format!("columns of {object} are in another order: {after} was {before}")
            } else {
                format!("columns of {object} are in another order")
            }
        }
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(SHORT).is_none() && !text.contains(['\n', '\r'])
}

/// Describes an object: `column users.email`, `index users_email_idx of table users`.
fn object(Object { kind, table, part_of, name }: &Object) -> String {
    let word = kind.word();
    // A constraint without a name is described by its text, which may have several lines.
    let name = &name.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ");
    match table {
        None => format!("{word} {name}"),
        Some(table) if *kind == Kind::Column => format!("{word} {table}.{name}"),
        Some(table) => format!("{word} {name} of {} {table}", part_of.word()),
    }
}
