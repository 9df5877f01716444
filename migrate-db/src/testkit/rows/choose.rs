//! Chooses the rows of a table: edge values, equal values where no key forbids them, NULL and no
//! NULL, and unique values in keys.

use std::collections::{BTreeMap, HashSet};

use migrate_core::dialect::Dialect;

use super::table_plan::{TablePlan, Unique};
use super::value::Value;

/// A row: values by the column's place. What is not there is left to the database.
pub(super) type Row = BTreeMap<usize, Value>;

/// How a row is chosen; what comes later is for rows that the database refused before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the pattern says.
    Pattern,
    /// Other values where they must be unique.
    Fresh,
    /// Everything else than in the pattern, so many steps on.
    Shifted(usize),
    /// The plainest values.
    Plain,
    /// Texts of a form that functions and triggers commonly ask for, by number; else the plainest.
    Formed(usize),
    /// The plainest values, and only where a row cannot do without.
    Minimal,
    /// Nothing but what others rely on.
    Defaults,
}

impl Mode {
    /// In the order in which they are tried.
    pub(super) const ALL: [Self; 13] = [
        Self::Pattern,
        Self::Fresh,
        Self::Shifted(1),
        Self::Shifted(2),
        Self::Shifted(3),
        Self::Shifted(6),
        Self::Shifted(7),
        Self::Plain,
        Self::Formed(0),
        Self::Formed(1),
        Self::Formed(2),
        Self::Minimal,
        Self::Defaults,
    ];
}

/// Chooses rows of one table, and knows what is taken.
pub(super) struct Chooser<'p> {
    dialect: Dialect,
    table_plan: &'p TablePlan,
    rows: usize,
    /// Turns fresh values away from those of earlier rows.
    pub(super) salt: u64,
    taken: Vec<HashSet<Vec<Value>>>,
}

/// What a slot gives to a row.
#[derive(Debug, Clone)]
enum Choice {
    /// A tuple, by number.
    Tuple(usize),
    /// A fresh value.
    Fresh(Value),
    /// Nothing.
    None,
}

impl<'p> Chooser<'p> {
    pub(super) fn new(dialect: Dialect, table_plan: &'p TablePlan, rows: usize, salt: u64) -> Self {
        let taken = vec![HashSet::new(); table_plan.uniques.len()];
        Self { dialect, table_plan, rows, salt, taken }
    }

    /// The `n`-th row; `None` where nothing is left that is unique.
    pub(super) fn row(&self, n: usize, mode: Mode) -> Option<Row> {
        let mut choices: Vec<Choice> =
            (0..self.table_plan.column_groups.len()).map(|at| self.choice(at, n, mode)).collect();
        if mode == Mode::Fresh {
            self.freshen(&mut choices, n);
        }
        if self.is_free(&self.row_of(&choices, n)) || self.change(&mut choices, n) {
            return Some(self.row_of(&choices, n));
        }
        // Whether a partial key minds, the database knows.
        let row = self.row_of(&choices, n);
        let minds = self.conflicts(&row).any(|unique| !unique.partial);
        (!minds).then_some(row)
    }

    /// Notes that a row is in.
    pub(super) fn take(&mut self, row: &Row) {
        for (unique, taken) in self.table_plan.uniques.iter().zip(&mut self.taken) {
            taken.extend(key(unique, row));
        }
    }

    fn choice(&self, at: usize, n: usize, mode: Mode) -> Choice {
        let column_group = &self.table_plan.column_groups[at];
        let many = column_group.tuples.len();
        let is_last = n + 1 == self.rows && self.rows > 2;
        let is_default =
            column_group.columns.iter().all(|column| self.table_plan.defaulted.contains(column));
        let is_required =
            column_group.columns.iter().any(|column| self.table_plan.required.contains(column));
        // The first two rows are alike; of the others each has something else in each column.
        let window = many.saturating_sub(1).min(self.rows.max(3) - 2).max(1);
        let pattern = if n < 2 { 0 } else { 1 + (n - 2 + at) % window };
        match mode {
            _ if many == 0 => Choice::None,
            Mode::Defaults => Choice::None,
            Mode::Minimal if !is_required => Choice::None,
            Mode::Formed(form) => {
                match column_group.fresh.as_ref().and_then(|family| family.formed(form, n)) {
                    Some(text) => Choice::Fresh(text),
                    None => Choice::Tuple(many - 1),
                }
            }
            Mode::Plain | Mode::Minimal => Choice::Tuple(many - 1),
            Mode::Shifted(steps) => Choice::Tuple((pattern + steps) % many),
            Mode::Pattern | Mode::Fresh if is_last && is_default => Choice::None,
            Mode::Pattern | Mode::Fresh => Choice::Tuple(pattern % many),
        }
    }

    /// Gives every slot that has a part in a key a value that no row has had.
    fn freshen(&self, choices: &mut [Choice], n: usize) {
        for (at, column_group) in self.table_plan.column_groups.iter().enumerate() {
            let column = column_group.columns.first();
            let in_key = |unique: &Unique| unique.columns.iter().any(|(c, _)| Some(c) == column);
            if let Some(family) = &column_group.fresh
                && self.table_plan.uniques.iter().any(in_key)
                && let Some(value) = family.fresh(self.salt + n as u64, self.dialect)
            {
                choices[at] = Choice::Fresh(value);
            }
        }
    }

    /// Changes choices until nothing is taken; whether that was possible.
    fn change(&self, choices: &mut [Choice], n: usize) -> bool {
        let row = self.row_of(choices, n);
        let mut column_groups: Vec<usize> = Vec::new();
        for unique in self.conflicts(&row) {
            let touches = |at: &usize| {
                let columns = &self.table_plan.column_groups[*at].columns;
                unique.columns.iter().any(|(column, _)| columns.contains(column))
            };
            column_groups.extend((0..choices.len()).filter(touches));
        }
        // Those with more to choose from first.
        column_groups
            .sort_by_key(|at| std::cmp::Reverse(self.table_plan.column_groups[*at].tuples.len()));
        column_groups.dedup();
        for (i, &at) in column_groups.iter().enumerate() {
            let before = choices[at].clone();
            for one in self.others(at, n) {
                choices[at] = one;
                if self.is_free(&self.row_of(choices, n)) {
                    return true;
                }
                // Two at a time, where one does not suffice.
                for &second in &column_groups[i + 1..] {
                    let was = choices[second].clone();
                    for other in self.others(second, n).into_iter().take(8) {
                        choices[second] = other;
                        if self.is_free(&self.row_of(choices, n)) {
                            return true;
                        }
                    }
                    choices[second] = was;
                }
            }
            choices[at] = before;
        }
        false
    }

    /// What else a slot has to give: its tuples, from the `n`-th on, and fresh values.
    fn others(&self, at: usize, n: usize) -> Vec<Choice> {
        let column_group = &self.table_plan.column_groups[at];
        let many = column_group.tuples.len();
        // NULL stands second: in a key it comes after the values.
        let values = (0..many).map(|k| (k + n) % many);
        let (nulls, values): (Vec<usize>, Vec<usize>) =
            values.partition(|k| column_group.tuples[*k].contains(&Value::Null));
        let fresh = column_group.fresh.iter().flat_map(|family| {
            (0..8).filter_map(|k| family.fresh(self.salt + n as u64 * 8 + k, self.dialect))
        });
        let tuples = values.into_iter().map(Choice::Tuple);
        let mut others: Vec<Choice> = tuples.take(40).chain(fresh.map(Choice::Fresh)).collect();
        // One of the rows of a nullable key has NULL all the same.
        let at_front = n == 2;
        let nulls = nulls.into_iter().map(Choice::Tuple);
        if at_front {
            others.splice(0..0, nulls);
        } else {
            others.extend(nulls);
        }
        others
    }

    fn row_of(&self, choices: &[Choice], n: usize) -> Row {
        let mut row = Row::new();
        for (column_group, choice) in self.table_plan.column_groups.iter().zip(choices) {
            match choice {
                Choice::Tuple(k) => {
                    row.extend(
                        column_group
                            .columns
                            .iter()
                            .copied()
                            .zip(column_group.tuples[*k].iter().cloned()),
                    );
                }
                Choice::Fresh(value) => {
                    row.extend(column_group.columns.iter().map(|column| (*column, value.clone())));
                }
                Choice::None => {}
            }
        }
        if let Some(fixed) = self.table_plan.fixed.get(n) {
            row.extend(fixed.clone());
        }
        row
    }

    fn conflicts<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Unique> + 'a {
        let both = self.table_plan.uniques.iter().zip(&self.taken);
        both.filter(|(unique, taken)| key(unique, row).is_some_and(|key| taken.contains(&key)))
            .map(|(unique, _)| unique)
    }

    fn is_free(&self, row: &Row) -> bool {
        self.conflicts(row).next().is_none()
    }
}

/// What a key compares of a row; `None` where it does not mind the row.
fn key(unique: &Unique, row: &Row) -> Option<Vec<Value>> {
    let cell = |(column, length): &(usize, Option<usize>)| {
        let value = row.get(column)?.key();
        Some(match (value, length) {
            (Value::Text(text), Some(length)) => Value::Text(text.chars().take(*length).collect()),
            (value, _) => value,
        })
    };
    let key: Option<Vec<Value>> = unique.columns.iter().map(cell).collect();
    key.filter(|key| unique.nulls_too || !key.contains(&Value::Null))
}

#[cfg(test)]
mod tests {
    use super::super::column_group::ColumnGroup;
    use super::super::value_kind::ValueKind;
    use super::*;

    fn table_plan(uniques: &[&[usize]], column_groups: Vec<ColumnGroup>) -> TablePlan {
        let unique = |columns: &&[usize]| Unique {
            columns: columns.iter().map(|c| (*c, None)).collect(),
            nulls_too: false,
            partial: false,
        };
        TablePlan {
            column_groups,
            uniques: uniques.iter().map(unique).collect(),
            ..TablePlan::default()
        }
    }

    fn rows(table_plan: &TablePlan, many: usize) -> Vec<Row> {
        let mut chooser = Chooser::new(Dialect::Sqlite, table_plan, many, 0);
        let mut rows = Vec::new();
        for n in 0..many {
            if let Some(row) = chooser.row(n, Mode::Pattern) {
                chooser.take(&row);
                rows.push(row);
            }
        }
        rows
    }

    fn ints(column: usize, values: &[i128]) -> ColumnGroup {
        ColumnGroup::of(column, values.iter().map(|n| Value::Int(*n)).collect(), None)
    }

    #[test]
    fn what_is_not_unique_stands_twice_and_null_once() {
        let mut column_group = ints(0, &[1, 2, 3]);
        column_group.tuples.insert(1, vec![Value::Null]);
        let rows = rows(&table_plan(&[], vec![column_group]), 5);
        let values: Vec<&Value> = rows.iter().map(|row| &row[&0]).collect();
        assert_eq!(values[0], values[1]);
        assert!(values.contains(&&Value::Null));
    }

    #[test]
    fn a_key_of_two_columns_is_unique_as_a_whole() {
        let found = rows(&table_plan(&[&[0, 1]], vec![ints(0, &[1, 2]), ints(1, &[5, 6])]), 6);
        let pairs: HashSet<(&Value, &Value)> = found.iter().map(|r| (&r[&0], &r[&1])).collect();
        assert_eq!((found.len(), pairs.len()), (4, 4), "all that there are, each once");
    }

    #[test]
    fn keys_of_one_column_get_fresh_values() {
        let mut column_group = ints(0, &[1]);
        column_group.fresh = Some(ValueKind::Int(i128::from(i32::MIN), i128::from(i32::MAX)));
        let found = rows(&table_plan(&[&[0]], vec![column_group]), 6);
        let values: HashSet<&Value> = found.iter().map(|row| &row[&0]).collect();
        assert_eq!((found.len(), values.len()), (6, 6));
    }
}
