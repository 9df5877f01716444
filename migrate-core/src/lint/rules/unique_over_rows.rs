//! `unique-over-rows`: uniqueness that existing rows may not have.

use super::{ALL_DATABASES, POSTGRES, is_emptied_before};
use crate::diagnostic::Code;
use crate::lint::{Change, Example, Findings, Input, Level, Rule, Target};
use crate::op::{Op, TableConstraint};
use crate::schema::{Key, Table};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::UniqueOverRows,
    level: Level::Warning,
    dialects: ALL_DATABASES,
    reads_downs: false,
    why: "The statement fails if two rows have the same value, and the table is locked against writes while the index is \
          built. Columns that were unique before are not reported.",
    fix: "Look for duplicates first. On PostgreSQL: `CREATE UNIQUE INDEX CONCURRENTLY` in a revision of its own, \
          then `ADD CONSTRAINT .. USING INDEX`.",
    fires: Example {
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(100));",
        revision: "CREATE UNIQUE INDEX users_email ON users (email);",
    },
    silent: Example {
        before: "",
        revision: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(100));\n\
                   CREATE UNIQUE INDEX users_email ON users (email);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    for change in &input.changes {
        let Some(target) = input.filled(change) else { continue };
        let (columns, what) = match &change.op {
            Op::AddConstraint { constraint, using_index: None, .. } => match &**constraint {
                TableConstraint::Unique(key) => (key.columns.clone(), "a unique constraint"),
                TableConstraint::PrimaryKey(key) => (key.columns.clone(), "a primary key"),
                _ => continue,
            },
            Op::CreateIndex { index, concurrently: false, .. } if index.unique => {
                let columns = index.parts.iter().map(|part| part.column.clone());
                match columns.collect::<Option<Vec<_>>>() {
                    Some(columns) => (columns, "a unique index"),
                    None => (Vec::new(), "a unique index"),
                }
            }
            Op::AddColumn { column, constraints, .. } => {
                let has_key = constraints.uniques.first().or(constraints.primary_key.as_ref());
                match has_key {
                    // Every row gets the same default.
                    Some(_) if column.default.is_some() && column.identity.is_none() => {
                        (vec![column.name.clone()], "a unique column with a default")
                    }
                    Some(_) if input.locked(change).is_some() => {
                        index_of_new_column(input, change, target, &column.name, found);
                        continue;
                    }
                    _ => continue,
                }
            }
            _ => continue,
        };
        if was_unique(input, target, &columns) || is_emptied_before(input, change, target) {
            continue;
        }
        let of = if columns.is_empty() { "an expression".to_owned() } else { columns.join(", ") };
        found.push(
            change.span,
            format!(
                "{what} over {of} fails if rows of table {} have equal values",
                input.table_phrase(target)
            ),
        );
    }
}

/// A new column without values cannot have duplicates, but its index is built under a lock.
fn index_of_new_column(
    input: &Input<'_>,
    change: &Change,
    target: &Target,
    column: &str,
    found: &mut Findings,
) {
    if POSTGRES.contains(&input.dialect) {
        found.push(
            change.span,
            format!(
                "the unique index of column {column} is built while table {} is locked",
                input.table_phrase(target)
            ),
        );
    }
}

/// Returns `true` if some of the columns are unique already, before the section or now.
fn was_unique(input: &Input<'_>, target: &Target, columns: &[String]) -> bool {
    let before = target.origin.as_ref().and_then(|origin| input.table_before(origin));
    let is_unique = |table: &Table| {
        let keys = table.primary_key.iter().chain(&table.uniques);
        let of_keys = keys.map(|key: &Key| key.columns.clone());
        let of_indexes =
            table.indexes.values().filter(|index| index.unique && index.predicate.is_none());
        let of_indexes = of_indexes.filter_map(|index| {
            index.parts.iter().map(|part| part.column.clone()).collect::<Option<Vec<_>>>()
        });
        let mut sets = of_keys.chain(of_indexes);
        sets.any(|set| !set.is_empty() && set.iter().all(|column| columns.contains(column)))
    };
    before.is_some_and(is_unique) || is_unique(&target.table)
}
