//! The differences between two schemas as a diff of their SQL.
//!
//! Statements are paired by their subjects and compared line by line.

use std::collections::BTreeMap;

use super::compare::pairs;
use super::model::{Schema, Table};
use super::render::{self, Line, Statement};

/// The number of equal lines around a different line.
const CONTEXT: usize = 3;

/// The greatest number of line comparisons. Beyond it, common lines are not searched.
const PATIENCE: usize = 4_000_000;

/// Returns the differing objects as SQL, with `- ` before the lines of `before` alone, `+ ` before
/// those of `after` alone and two spaces before common lines. Empty if only the order of columns or
/// constraints differs. The SQL is not meant to be executed.
///
/// ```
/// use migrate_core::schema::{Enum, Name, Schema, sql_diff};
/// let mood = |labels: &[&str]| {
///     let labels = labels.iter().map(|label| label.to_string()).collect();
///     let mut schema = Schema::default();
///     schema.enums.insert(Name::new("mood"), Enum { labels, comment: None });
///     schema
/// };
/// assert_eq!(
///     sql_diff(&mood(&["happy"]), &mood(&["happy", "sad"])),
///     "  CREATE TYPE mood AS ENUM (\n    'happy',\n+   'sad'\n  );\n"
/// );
/// ```
#[must_use]
pub fn sql_diff(before: &Schema, after: &Schema) -> String {
    let Schema { tables, views, enums, domains, sequences, others } = before;
    let mut diff = String::new();
    for (name, before, after) in pairs(tables, &after.tables) {
        // The columns of both are in the order of the first.
        let after = after.map(|after| match before {
            Some(before) => in_order_of(before, after),
            None => after.clone(),
        });
        objects(&mut diff, name, before, after.as_ref(), render::table);
    }
    each(&mut diff, views, &after.views, render::view);
    each(&mut diff, enums, &after.enums, render::enumeration);
    each(&mut diff, domains, &after.domains, render::domain);
    each(&mut diff, sequences, &after.sequences, render::sequence);
    each(&mut diff, others, &after.others, render::other);
    diff
}

fn in_order_of(before: &Table, after: &Table) -> Table {
    let names = before.columns.iter().enumerate().map(|(n, column)| (column.name.as_str(), n));
    let places: BTreeMap<&str, usize> = names.collect();
    let mut table = after.clone();
    let last = places.len();
    table.columns.sort_by_key(|column| *places.get(column.name.as_str()).unwrap_or(&last));
    table
}

fn each<K: Ord, V: PartialEq>(
    diff: &mut String,
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    write: impl Fn(&K, &V) -> Vec<Statement>,
) {
    for (key, before, after) in pairs(before, after) {
        objects(diff, key, before, after, &write);
    }
}

/// The statements of one object.
fn objects<K, V>(
    diff: &mut String,
    key: &K,
    before: Option<&V>,
    after: Option<&V>,
    write: impl Fn(&K, &V) -> Vec<Statement>,
) {
    let statements = |value: Option<&V>| -> BTreeMap<_, _> {
        value.map(|value| write(key, value)).into_iter().flatten().collect()
    };
    let (before, after) = (statements(before), statements(after));
    for (_, before, after) in pairs(&before, &after) {
        statement(diff, before.map_or(&[], Vec::as_slice), after.map_or(&[], Vec::as_slice));
    }
}

/// Selects the lines of one statement: the first, the different ones and their neighbours.
fn statement(diff: &mut String, before: &[Line], after: &[Line]) {
    let edits = edits(before, after);
    let mut shown = vec![false; edits.len()];
    for (n, (sign, _)) in edits.iter().enumerate() {
        if *sign != ' ' {
            let end = (n + CONTEXT + 1).min(edits.len());
            shown[n.saturating_sub(CONTEXT)..end].fill(true);
        }
    }
    shown[..1].fill(true);
    for (n, (sign, line)) in edits.iter().enumerate() {
        // A mark for omitted lines is itself a line.
        let lonely = n > 0 && shown[n - 1] && shown.get(n + 1).is_none_or(|next| *next);
        if shown[n] || lonely {
            let text = format!("{sign} {}{}", line.text, line.end);
            diff.push_str(text.trim_end());
            diff.push('\n');
        } else if shown[n - 1] {
            diff.push_str("  ..\n");
        }
    }
}

/// Merges the lines of both, each with its sign.
fn edits<'a>(before: &'a [Line], after: &'a [Line]) -> Vec<(char, &'a Line)> {
    let same = before.iter().zip(after).take_while(|(b, a)| b == a).count();
    let (old, new) = (&before[same..], &after[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(b, a)| b == a).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut edits: Vec<(char, &Line)> = after[..same].iter().map(|line| (' ', line)).collect();
    middle(old, new, &mut edits);
    edits.extend(after[after.len() - tail..].iter().map(|line| (' ', line)));
    edits
}

/// The longest common subsequence, by the usual table of lengths.
fn middle<'a>(old: &'a [Line], new: &'a [Line], edits: &mut Vec<(char, &'a Line)>) {
    let width = new.len() + 1;
    let (mut o, mut n) = (0, 0);
    if old.len().saturating_mul(new.len()) <= PATIENCE {
        let mut longest = vec![0_u32; (old.len() + 1) * width];
        for (o, line) in old.iter().enumerate().rev() {
            for (n, other) in new.iter().enumerate().rev() {
                longest[o * width + n] = if line == other {
                    longest[(o + 1) * width + n + 1] + 1
                } else {
                    longest[(o + 1) * width + n].max(longest[o * width + n + 1])
                };
            }
        }
        while o < old.len() && n < new.len() {
            if old[o] == new[n] {
                edits.push((' ', &new[n]));
                (o, n) = (o + 1, n + 1);
            } else if longest[(o + 1) * width + n] >= longest[o * width + n + 1] {
                edits.push(('-', &old[o]));
                o += 1;
            } else {
                edits.push(('+', &new[n]));
                n += 1;
            }
        }
    }
    edits.extend(old[o..].iter().map(|line| ('-', line)));
    edits.extend(new[n..].iter().map(|line| ('+', line)));
}
