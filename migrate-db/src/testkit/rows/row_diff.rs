//! Compares rows: missing, added and changed ones.
//!
//! Only columns that exist before and after are compared. If the primary key is the same, it
//! identifies rows. Otherwise rows are a multiset. Values are compared as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use migrate_core::schema::Name;

use super::contents::{Contents, Rows};
use crate::driver::Cells;

/// How many rows or values of a loss are shown.
const SHOWN: usize = 5;
/// How wide a value is shown, in characters.
const WIDTH: usize = 40;
/// How wide a table of samples is, in characters.
const PAGE: usize = 100;

/// Something that became of rows. Its display is a line, and below it a small table of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowDiff {
    /// A table that had rows is gone.
    Table {
        /// The table.
        table: Name,
        /// How many rows it had.
        rows: usize,
    },
    /// Rows are gone.
    Rows {
        /// The table.
        table: Name,
        /// How many.
        count: usize,
        /// Some of them.
        samples: SampleRows,
    },
    /// Values are others than before.
    Values {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// In how many rows.
        count: usize,
        /// Some of them.
        samples: Vec<ValueChange>,
    },
    /// Rows are there that were not.
    Added {
        /// The table.
        table: Name,
        /// How many.
        count: usize,
        /// Some of them.
        samples: SampleRows,
    },
}

/// Some rows with the names of their columns; NULL is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRows {
    /// The columns.
    pub columns: Vec<String>,
    /// The values of each row, as text.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChange {
    /// The row's primary key, columns and values; empty where there is none.
    pub key: Vec<(String, Option<String>)>,
    /// The value before; `None` is NULL.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
}

/// What became of the rows between two looks at them, in the order of the tables: those that are
/// gone, the values that changed, those that are new. Tables that came and columns that went or
/// came are the schema's matter.
#[must_use]
pub fn diff_rows(before: &Contents, after: &Contents) -> Vec<RowDiff> {
    let mut diff_rows = Vec::new();
    for (table, old) in &before.tables {
        match after.tables.get(table) {
            Some(new) => compare(table, old, new, &mut diff_rows),
            None if old.rows.is_empty() => {}
            None => diff_rows.push(RowDiff::Table { table: table.clone(), rows: old.rows.len() }),
        }
    }
    diff_rows
}

/// The losses that none of the declared names covers, and the names that covered one, in the
/// order in which they were declared. `users` covers all of a table, `users.email` the values of a
/// column.
#[must_use]
pub fn undeclared(diff_rows: Vec<RowDiff>, declared: &[String]) -> (Vec<RowDiff>, Vec<String>) {
    let mut used = BTreeSet::new();
    let mut rest = Vec::new();
    for row_diff in diff_rows {
        let places = row_diff.places();
        let covers: Vec<usize> =
            (0..declared.len()).filter(|n| places.contains(&declared[*n])).collect();
        if covers.is_empty() {
            rest.push(row_diff);
        }
        used.extend(covers);
    }
    (rest, used.into_iter().map(|n| declared[n].clone()).collect())
}

fn compare(table: &Name, old: &Rows, new: &Rows, diff_rows: &mut Vec<RowDiff>) {
    let columns: Vec<&String> = old.columns.iter().filter(|c| new.columns.contains(c)).collect();
    let mut gone: Vec<Cells>;
    let mut added: Vec<Cells>;
    let mut pairs: Vec<(Cells, Cells)> = Vec::new();
    let old_rows = project(old, &columns);
    let new_rows = project(new, &columns);
    let key: Vec<usize> =
        old.key.iter().filter_map(|name| columns.iter().position(|c| *c == name)).collect();
    let of = |row: &Cells| -> Cells { key.iter().map(|at| row[*at].clone()).collect() };
    // A primary key of SQLite may hold NULL, and any number of rows has it then.
    let tells_apart =
        |rows: &[Cells]| rows.iter().map(of).collect::<BTreeSet<_>>().len() == rows.len();
    let has_key = !key.is_empty()
        && key.len() == old.key.len()
        && old.key == new.key
        && tells_apart(&old_rows)
        && tells_apart(&new_rows);
    if has_key {
        let mut now: BTreeMap<Cells, Cells> =
            new_rows.into_iter().map(|row| (of(&row), row)).collect();
        gone = Vec::new();
        for row in old_rows {
            match now.remove(&of(&row)) {
                Some(other) if other == row => {}
                Some(other) => pairs.push((row, other)),
                None => gone.push(row),
            }
        }
        added = now.into_values().collect();
        renumbered(&key, &mut gone, &mut added, &mut pairs);
    } else {
        (gone, added) = heaps(old_rows, new_rows);
        // The same number of rows with other values: each is taken for the one that it is most
        // like.
        if gone.len() == added.len() {
            for row in std::mem::take(&mut gone) {
                let like = |other: &Cells| row.iter().zip(other).filter(|(a, b)| a == b).count();
                let best = (0..added.len()).max_by_key(|n| (like(&added[*n]), added.len() - n));
                match best {
                    Some(best) if like(&added[best]) > 0 || columns.len() == 1 => {
                        pairs.push((row, added.remove(best)));
                    }
                    _ => gone.push(row),
                }
            }
        }
    }

    let samples = |rows: &[Cells]| SampleRows {
        columns: columns.iter().map(|c| (*c).clone()).collect(),
        rows: rows.iter().take(SHOWN).cloned().collect(),
    };
    if !gone.is_empty() {
        let (count, samples) = (gone.len(), samples(&gone));
        diff_rows.push(RowDiff::Rows { table: table.clone(), count, samples });
    }
    for (at, column) in columns.iter().enumerate() {
        let changed: Vec<&(Cells, Cells)> = pairs.iter().filter(|(a, b)| a[at] != b[at]).collect();
        if changed.is_empty() {
            continue;
        }
        let change = |(before, after): &&(Cells, Cells)| ValueChange {
            key: if has_key {
                key.iter().map(|at| (columns[*at].clone(), before[*at].clone())).collect()
            } else {
                Vec::new()
            },
            before: before[at].clone(),
            after: after[at].clone(),
        };
        diff_rows.push(RowDiff::Values {
            table: table.clone(),
            column: (*column).clone(),
            count: changed.len(),
            samples: changed.iter().take(SHOWN).map(change).collect(),
        });
    }
    if !added.is_empty() {
        let (count, samples) = (added.len(), samples(&added));
        diff_rows.push(RowDiff::Added { table: table.clone(), count, samples });
    }
}

/// Pairs the rows that differ in nothing but a key of one column, where that holds for all: they
/// are not gone, they have other numbers.
fn renumbered(
    key: &[usize],
    gone: &mut Vec<Cells>,
    added: &mut Vec<Cells>,
    pairs: &mut Vec<(Cells, Cells)>,
) {
    let [key] = key else { return };
    let without = |row: &Cells| {
        let mut rest = row.clone();
        rest.remove(*key);
        rest
    };
    let sorted = |rows: &[Cells]| {
        let mut rows = rows.to_vec();
        rows.sort_by_key(without);
        rows
    };
    let (old, new) = (sorted(gone), sorted(added));
    let is_same = |(a, b): (&Cells, &Cells)| a.len() > 1 && without(a) == without(b);
    if old.len() == new.len() && old.iter().zip(&new).all(is_same) {
        pairs.extend(old.into_iter().zip(new));
        gone.clear();
        added.clear();
    }
}

/// The rows with some of their columns.
fn project(rows: &Rows, columns: &[&String]) -> Vec<Cells> {
    let places: Vec<Option<usize>> =
        columns.iter().map(|name| rows.columns.iter().position(|c| c == *name)).collect();
    let cell = |row: &Cells, at: &Option<usize>| row.get((*at)?).cloned().flatten();
    rows.rows.iter().map(|row| places.iter().map(|at| cell(row, at)).collect()).collect()
}

/// What is in one heap alone, and in the other.
fn heaps(old: Vec<Cells>, new: Vec<Cells>) -> (Vec<Cells>, Vec<Cells>) {
    let mut counts: BTreeMap<Cells, usize> = BTreeMap::new();
    for row in new {
        *counts.entry(row).or_default() += 1;
    }
    let gone = old
        .into_iter()
        .filter(|row| match counts.get_mut(row) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect();
    let added = counts.into_iter().flat_map(|(row, n)| std::iter::repeat_n(row, n)).collect();
    (gone, added)
}

impl RowDiff {
    /// The table.
    #[must_use]
    pub fn table(&self) -> &Name {
        match self {
            Self::Table { table, .. }
            | Self::Rows { table, .. }
            | Self::Values { table, .. }
            | Self::Added { table, .. } => table,
        }
    }

    /// The names that declare it.
    pub(crate) fn places(&self) -> Vec<String> {
        let table = self.table().to_string();
        match self {
            Self::Values { column, .. } => vec![format!("{table}.{column}"), table],
            _ => vec![table],
        }
    }
}

/// A value as people write it, shortened in the middle where it is long.
fn shown_value(value: Option<&String>) -> String {
    let Some(value) = value else { return "NULL".to_owned() };
    let is_literal = value.starts_with(['\'', 'X', 'x']) && value.ends_with('\'');
    let is_number = value.parse::<f64>().is_ok();
    let text = value.replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r");
    let many = text.chars().count();
    let text = if many > WIDTH {
        let head: String = text.chars().take(WIDTH / 2).collect();
        let tail: String = text.chars().skip(many - WIDTH / 4).collect();
        format!("{head}..{tail}")
    } else {
        text
    };
    if is_literal || is_number { text } else { format!("'{text}'") }
}

/// Rows in columns of equal width, each line indented and no wider than a page; the last `keep`
/// columns are always shown.
fn table(head: &[&str], rows: &[Vec<String>], keep: usize, text: &mut String) {
    let lines: Vec<Vec<String>> = std::iter::once(head.iter().map(|name| cut(name)).collect())
        .chain(rows.iter().cloned())
        .collect();
    let width =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|at| width(at).unwrap_or_default()).collect();
    let kept = head.len() - keep.min(head.len())..head.len();
    let mut left = PAGE.saturating_sub(widths[kept.clone()].iter().map(|width| width + 3).sum());
    let mut shown: Vec<usize> = Vec::new();
    for (at, width) in widths[..kept.start].iter().enumerate() {
        match left.checked_sub(width + 3) {
            Some(rest) => left = rest,
            // One column tells which row it is, however wide.
            None if at > 0 || keep > 0 => break,
            None => left = 0,
        }
        shown.push(at);
    }
    let hidden = kept.start - shown.len();
    shown.extend(kept);
    for (n, line) in lines.iter().enumerate() {
        let cells: Vec<String> = shown
            .iter()
            .filter_map(|at| Some(format!("{:<width$}", line.get(*at)?, width = widths[*at])))
            .collect();
        let _ = write!(text, "\n  {}", cells.join(" | ").trim_end());
        if n == 0 && hidden > 0 {
            let _ = write!(text, " | and {}", plural(hidden, "more column", "more columns"));
        }
    }
}

fn cut(name: &str) -> String {
    if name.chars().count() > WIDTH {
        name.chars().take(WIDTH - 2).chain("..".chars()).collect()
    } else {
        name.to_owned()
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

impl fmt::Display for RowDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        match self {
            Self::Table { table, rows } => {
                let rows = plural(*rows, "row", "rows");
                let _ = write!(text, "{table}: the table is gone, and with it {rows}");
            }
            Self::Rows { table, count, samples } => {
                let _ = write!(text, "{table}: {} gone", plural(*count, "row is", "rows are"));
                samples.write(*count, &mut text);
            }
            Self::Added { table, count, samples } => {
                let rows = plural(*count, "row that was", "rows that were");
                let _ = write!(text, "{table}: {rows} not there before");
                samples.write(*count, &mut text);
            }
            Self::Values { table, column, count, samples } => {
                write_values(table, column, *count, samples, &mut text);
            }
        }
        f.write_str(&text)
    }
}

impl SampleRows {
    fn write(&self, count: usize, text: &mut String) {
        let head: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| shown_value(cell.as_ref())).collect())
            .collect();
        table(&head, &rows, 0, text);
        more(count, self.rows.len(), text);
    }
}

fn more(count: usize, shown: usize, text: &mut String) {
    if count > shown {
        let _ = write!(text, "\n  and {} more", count - shown);
    }
}

fn write_values(
    place: &Name,
    column: &str,
    count: usize,
    samples: &[ValueChange],
    text: &mut String,
) {
    let rows = plural(count, "row", "rows");
    let all_shown = count == samples.len();
    let one = |of: fn(&ValueChange) -> &Option<String>| {
        let first = of(samples.first()?);
        samples.iter().all(|change| of(change) == first).then_some(first)
    };
    let (before, after) = (one(|change| &change.before), one(|change| &change.after));
    match (before, after) {
        (Some(before), Some(after)) if all_shown => {
            let (before, after) = (shown_value(before.as_ref()), shown_value(after.as_ref()));
            let _ = write!(text, "{place}.{column}: {before} became {after} in {rows}");
        }
        (_, Some(after)) if all_shown => {
            let values = plural(count, "value", "values");
            let _ =
                write!(text, "{place}.{column}: {values} became {}", shown_value(after.as_ref()));
        }
        _ => {
            let values = plural(count, "value is", "values are");
            let _ = write!(text, "{place}.{column}: {values} not as before");
        }
    }
    let Some(first) = samples.first() else { return };
    let mut head: Vec<&str> = first.key.iter().map(|(name, _)| name.as_str()).collect();
    head.extend(["before", "after"]);
    let lines: Vec<Vec<String>> = samples
        .iter()
        .map(|change| {
            let key = change.key.iter().map(|(_, value)| shown_value(value.as_ref()));
            key.chain([shown_value(change.before.as_ref()), shown_value(change.after.as_ref())])
                .collect()
        })
        .collect();
    table(&head, &lines, 2, text);
    more(count, samples.len(), text);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `id,email` and rows `1,a`; `-` is NULL; `key` names the key's columns.
    fn contents(name: &str, key: &str, columns: &str, rows: &[&str]) -> Contents {
        let split = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let cells = |row: &&str| split(row).into_iter().map(|c| (c != "-").then_some(c)).collect();
        let key = if key.is_empty() { Vec::new() } else { split(key) };
        let rows = Rows { columns: split(columns), key, rows: rows.iter().map(cells).collect() };
        Contents { tables: BTreeMap::from([(Name::new(name), rows)]) }
    }

    fn told_all(before: &Contents, after: &Contents) -> String {
        diff_rows(before, after).iter().map(|row_diff| format!("{row_diff}\n")).collect()
    }

    #[test]
    fn nothing_is_lost() {
        let before = contents("t", "id", "id,a", &["1,x", "2,-"]);
        assert_eq!(told_all(&before, &contents("t", "id", "a,id,new", &["-,2,n", "x,1,n"])), "");
    }

    #[test]
    fn a_table_with_rows_is_gone_and_one_without_is_the_schemas_matter() {
        let before = contents("t", "id", "id", &["1", "2"]);
        let none = Contents::default();
        assert_eq!(told_all(&before, &none), "t: the table is gone, and with it 2 rows\n");
        assert_eq!(told_all(&contents("t", "id", "id", &[]), &none), "");
    }

    #[test]
    fn rows_are_told_apart_by_their_key() {
        let before = contents("users", "id", "id,email", &["1,a@b", "2,a@b", "3,x"]);
        let after = contents("users", "id", "id,email", &["1,-", "2,-", "4,y"]);
        assert_eq!(
            told_all(&before, &after),
            "users: 1 row is gone\n  id | email\n  3  | 'x'\n\
             users.email: 'a@b' became NULL in 2 rows\n  id | before | after\n  1  | 'a@b'  | NULL\n  2  | 'a@b'  | NULL\n\
             users: 1 row that was not there before\n  id | email\n  4  | 'y'\n"
        );
    }

    #[test]
    fn a_key_that_several_rows_have_tells_none_apart() {
        let before = contents("t", "id", "id,a", &["-,x", "-,y", "1,z"]);
        assert_eq!(told_all(&before, &contents("t", "id", "id,a", &["1,z", "-,y", "-,x"])), "");
        let after = contents("t", "id", "id,a", &["1,z", "-,y"]);
        assert_eq!(told_all(&before, &after), "t: 1 row is gone\n  id   | a\n  NULL | 'x'\n");
    }

    #[test]
    fn a_row_with_another_key_is_not_gone() {
        let before = contents("t", "id", "id,a", &["7,x", "8,y"]);
        let found = told_all(&before, &contents("t", "id", "id,a", &["1,x", "2,y"]));
        assert_eq!(
            found,
            "t.id: 2 values are not as before\n  id | before | after\n  7  | 7      | 1\n  8  | 8      | 2\n"
        );
        // Where the key is all there is, nothing says that it is the same row.
        let before = contents("t", "id", "id", &["7"]);
        let found = told_all(&before, &contents("t", "id", "id", &["1"]));
        assert!(found.starts_with("t: 1 row is gone\n"), "{found}");
    }

    #[test]
    fn different_values_that_became_null() {
        let before = contents("t", "id", "id,a", &["1,x", "2,y"]);
        let found = told_all(&before, &contents("t", "id", "id,a", &["1,-", "2,-"]));
        assert!(found.starts_with("t.a: 2 values became NULL\n"), "{found}");
    }

    #[test]
    fn rows_without_a_key_are_a_heap() {
        let before = contents("t", "", "a,b", &["1,x", "1,x", "2,y"]);
        let found = told_all(&before, &contents("t", "", "a,b", &["1,x", "2,y"]));
        assert_eq!(found, "t: 1 row is gone\n  a | b\n  1 | 'x'\n");
        let found = told_all(&before, &contents("t", "", "a,b", &["1,x", "1,-", "2,y"]));
        assert!(found.starts_with("t.b: 'x' became NULL in 1 row\n"), "{found}");
    }

    #[test]
    fn a_type_that_changed_shows_in_the_text() {
        let before = contents("t", "id", "id,n", &["1,1.50"]);
        let found = told_all(&before, &contents("t", "id", "id,n", &["1,1.5"]));
        assert!(found.starts_with("t.n: 1.50 became 1.5 in 1 row\n"), "{found}");
    }

    #[test]
    fn few_samples_of_many_rows() {
        let rows: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = told_all(&contents("t", "a", "a", &rows), &contents("t", "a", "a", &[]));
        assert_eq!(found.lines().count(), 8);
        assert!(found.ends_with("  and 4 more\n"), "{found}");
    }

    #[test]
    fn a_wide_row_is_shown_in_part() {
        let columns: Vec<String> = (0..30).map(|n| format!("column_{n}")).collect();
        let row = vec!["value"; 30].join(",");
        let before = contents("t", "column_0", &columns.join(","), &[&row]);
        let found = told_all(&before, &contents("t", "column_0", &columns.join(","), &[]));
        assert!(found.lines().all(|line| line.len() < 130), "{found}");
        assert!(found.contains(" | and 21 more columns\n"), "{found}");
    }

    #[test]
    fn what_is_declared_is_told_apart() {
        let before = contents("users", "id", "id,email,name", &["1,a,n", "2,a,n"]);
        let after = contents("users", "id", "id,email,name", &["1,-,-"]);
        let all = diff_rows(&before, &after);
        assert_eq!(all.len(), 3);
        let names = ["users.email", "posts", "users.nothing"].map(str::to_owned);
        let (rest, used) = undeclared(all.clone(), &names);
        assert_eq!((rest.len(), used), (2, vec!["users.email".to_owned()]));
        let (rest, used) = undeclared(all, &["users".to_owned()]);
        assert_eq!((rest.len(), used), (0, vec!["users".to_owned()]));
    }
}
