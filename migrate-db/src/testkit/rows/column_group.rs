//! Groups of columns whose values are chosen together, and the values that they may have.
//!
//! A group is one column, the columns of a foreign key, or the columns that a check constraint
//! relates. The database itself evaluates the check for candidate values, so no expression is
//! interpreted here.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::dialect::Dialect;
use migrate_core::sql::{TokenKind, Tokens};

use super::value::{Value, list};
use super::value_kind::ValueKind;

/// How many combinations of values are looked at.
const COMBINATIONS: usize = 600;

/// Columns, by their places in the table, and the values that they may hold together.
#[derive(Debug, Clone)]
pub(super) struct ColumnGroup {
    pub(super) columns: Vec<usize>,
    /// The first is large, the last plain.
    pub(super) tuples: Vec<Vec<Value>>,
    /// Where any value of the kind will do.
    pub(super) fresh: Option<ValueKind>,
}

impl ColumnGroup {
    /// The slot of one column.
    pub(super) fn of(column: usize, values: Vec<Value>, fresh: Option<ValueKind>) -> Self {
        let tuples = values.into_iter().map(|value| vec![value]).collect();
        Self { columns: vec![column], tuples, fresh }
    }

    /// Both together: all combinations that agree where both have a column, a part of them when
    /// there are many.
    pub(super) fn join(&self, other: &Self) -> Self {
        let mut columns = self.columns.clone();
        let new: Vec<usize> =
            (0..other.columns.len()).filter(|n| !columns.contains(&other.columns[*n])).collect();
        columns.extend(new.iter().map(|n| other.columns[*n]));
        let shared: Vec<(usize, usize)> = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, c)| Some((at, other.columns.iter().position(|o| o == c)?)))
            .collect();
        let mut tuples = Vec::new();
        for ours in &self.tuples {
            for theirs in &other.tuples {
                if shared.iter().all(|(a, b)| ours[*a] == theirs[*b]) {
                    let added = new.iter().map(|n| theirs[*n].clone());
                    tuples.push(ours.iter().cloned().chain(added).collect());
                }
            }
        }
        let mut joined = Self { columns, tuples, fresh: None };
        joined.thin(COMBINATIONS);
        joined
    }

    /// Keeps so many of the tuples, from everywhere among them, the first and the last too.
    pub(super) fn thin(&mut self, most: usize) {
        let many = self.tuples.len();
        if many > most {
            let kept: BTreeSet<usize> =
                (0..most).map(|n| n * (many - 1) / (most - 1).max(1)).collect();
            let mut n = 0;
            self.tuples.retain(|_| {
                n += 1;
                kept.contains(&(n - 1))
            });
        }
    }

    /// Orders the tuples so that soon each column has held a value and NULL; the seed turns what
    /// is left over, and 1 leaves it as it is: what is most likely to be forgotten comes first.
    pub(super) fn arrange(&mut self, seed: u64) {
        let nulls = |tuple: &Vec<Value>| tuple.iter().filter(|v| **v == Value::Null).count();
        let Some(first) = (0..self.tuples.len()).min_by_key(|n| (nulls(&self.tuples[*n]), *n))
        else {
            return;
        };
        let mut rest = std::mem::take(&mut self.tuples);
        self.tuples.push(rest.remove(first));
        loop {
            let seen: BTreeSet<(usize, bool)> = self
                .tuples
                .iter()
                .flat_map(|t| t.iter().enumerate().map(|(at, v)| (at, *v == Value::Null)))
                .collect();
            let news = |tuple: &Vec<Value>| {
                let cells = tuple.iter().enumerate().map(|(at, v)| (at, *v == Value::Null));
                cells.filter(|cell| !seen.contains(cell)).count()
            };
            let best = (0..rest.len()).max_by_key(|n| (news(&rest[*n]), rest.len() - n));
            match best {
                Some(best) if news(&rest[best]) > 0 => self.tuples.push(rest.remove(best)),
                _ => break,
            }
        }
        // The plain one stays the last.
        if let Some(plain) = rest.pop() {
            if !rest.is_empty() {
                let turn = usize::try_from(seed.wrapping_sub(1) % rest.len() as u64).unwrap_or(0);
                rest.rotate_left(turn);
            }
            self.tuples.append(&mut rest);
            self.tuples.push(plain);
        }
    }
}

/// What a condition names: columns of a table, by place, and literals, without their quotes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct References {
    pub(super) columns: BTreeSet<usize>,
    pub(super) literals: Vec<String>,
}

/// Reads which columns and literals an expression refers to.
pub(super) fn references(dialect: Dialect, expression: &str, columns: &[&str]) -> References {
    let mut found = References::default();
    let tokens = Tokens::read_until_error(expression, dialect.lex_rules());
    let mut cursor = tokens.cursor();
    loop {
        if let Some(text) = cursor.string() {
            // A list in one text, as in `ANY ('{a,b}'::text[])`.
            if let Some(list) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
                found.literals.extend(list.split(',').map(|t| t.trim_matches('"').to_owned()));
            }
            found.literals.push(text);
        } else if let Some(name) = cursor.name() {
            let at = columns.iter().position(|column| column.eq_ignore_ascii_case(&name));
            found.columns.extend(at);
        } else if cursor.is_kind(TokenKind::Number) {
            found.literals.extend(cursor.bump().map(|number| number.text.to_owned()));
        } else if cursor.bump().is_none() {
            return found;
        }
    }
}

/// A query for the tuples of a slot that a condition does not refuse: their numbers. `names` are
/// how the condition calls the columns.
pub(super) fn satisfying_query(
    dialect: Dialect,
    column_group: &ColumnGroup,
    names: &[&str],
    types: &[&str],
    conditions: &[&str],
) -> String {
    let columns = list(dialect, std::iter::once("migrate_n").chain(names.iter().copied()));
    let cells = |n: usize, tuple: &[Value]| {
        let cast = |(value, data_type): (&Value, &&str)| match dialect {
            Dialect::Postgres => format!("CAST({} AS {data_type})", value.literal(dialect)),
            _ => value.literal(dialect),
        };
        let cells: Vec<String> = tuple.iter().zip(types).map(cast).collect();
        format!("{n}, {}", cells.join(", "))
    };
    let tuples = column_group.tuples.iter().enumerate();
    // MySQL and MariaDB do not agree about VALUES.
    let rows: Vec<String> = match dialect {
        Dialect::Mysql => tuples.map(|(n, tuple)| format!("SELECT {}", cells(n, tuple))).collect(),
        _ => tuples.map(|(n, tuple)| format!("({})", cells(n, tuple))).collect(),
    };
    let rows = match dialect {
        Dialect::Mysql => rows.join(" UNION ALL "),
        _ => format!("VALUES {}", rows.join(", ")),
    };
    let conditions: Vec<String> =
        conditions.iter().map(|check| format!("({check}) IS NOT FALSE")).collect();
    let number = match dialect {
        Dialect::Mysql => "CAST(t.migrate_n AS CHAR)",
        _ => "CAST(t.migrate_n AS text)",
    };
    format!(
        "WITH t ({columns}) AS ({rows}) SELECT {number} FROM t WHERE {} ORDER BY t.migrate_n",
        conditions.join(" AND ")
    )
}

/// Joins slots until each of some sets of columns lies in one slot.
pub(super) fn tie(column_groups: Vec<ColumnGroup>, sets: &[BTreeSet<usize>]) -> Vec<ColumnGroup> {
    let mut column_groups = column_groups;
    for set in sets {
        let (tied, others): (Vec<ColumnGroup>, Vec<ColumnGroup>) =
            column_groups.into_iter().partition(|column_group| {
                column_group.columns.iter().any(|column| set.contains(column))
            });
        column_groups = others;
        let share = match tied.len() {
            0 | 1 => usize::MAX,
            2 => 24,
            3 => 8,
            4 => 5,
            _ => 3,
        };
        column_groups.extend(
            tied.into_iter()
                .map(|mut column_group| {
                    column_group.thin(share);
                    column_group
                })
                .reduce(|a, b| a.join(&b)),
        );
    }
    column_groups
}

/// Sets that have a column in common become one.
pub(super) fn unite(sets: Vec<BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    let mut united: Vec<BTreeSet<usize>> = Vec::new();
    for set in sets {
        let (near, far): (Vec<_>, Vec<_>) =
            united.into_iter().partition(|other| !other.is_disjoint(&set));
        united = far;
        united.push(near.into_iter().fold(set, |all, other| &all | &other));
    }
    united
}

/// The tuples that are left of a slot, by the numbers that [`satisfying_query`] gave.
pub(super) fn keep(column_group: &mut ColumnGroup, numbers: &BTreeSet<usize>) {
    let mut n = 0;
    column_group.tuples.retain(|_| {
        n += 1;
        numbers.contains(&(n - 1))
    });
}

/// Values by column name, as rows of a parent are told.
pub(super) type Key = BTreeMap<String, Value>;

#[cfg(test)]
mod tests {
    use super::*;

    fn int(column: usize, values: &[i128]) -> ColumnGroup {
        ColumnGroup::of(column, values.iter().map(|n| Value::Int(*n)).collect(), None)
    }

    #[test]
    fn slots_agree_where_they_share_a_column() {
        let a = int(0, &[1, 2]).join(&int(1, &[5, 6]));
        let b = int(0, &[2, 3]).join(&int(2, &[7]));
        let joined = a.join(&b);
        assert_eq!(joined.columns, [0, 1, 2]);
        assert_eq!(joined.tuples.len(), 2);
        assert!(joined.tuples.iter().all(|tuple| tuple[0] == Value::Int(2)));
    }

    #[test]
    fn null_and_value_come_early() {
        let values = vec![Value::Int(1), Value::Int(2), Value::Int(3), Value::Null, Value::Int(4)];
        let mut column_group = ColumnGroup::of(0, values, None);
        column_group.arrange(1);
        assert_eq!(column_group.tuples[0], [Value::Int(1)]);
        assert_eq!(column_group.tuples[1], [Value::Null]);
        assert_eq!(column_group.tuples[4], [Value::Int(4)]);
    }

    #[test]
    fn a_condition_names_columns_and_literals() {
        let found = references(
            Dialect::Postgres,
            "((value_kind = ANY ('{a,\"b c\"}'::text[])) AND \"Size\" > 3)",
            &["id", "value_kind", "Size"],
        );
        assert_eq!(found.columns, BTreeSet::from([1, 2]));
        assert_eq!(found.literals, ["a", "b c", "{a,\"b c\"}", "3"]);
    }

    #[test]
    fn sets_with_a_column_in_common_are_one() {
        let set = |columns: &[usize]| columns.iter().copied().collect::<BTreeSet<_>>();
        let united = unite(vec![set(&[0, 1]), set(&[3]), set(&[1, 2])]);
        assert_eq!(united, [set(&[3]), set(&[0, 1, 2])]);
    }
}
