//! `foreign-key-without-index`: a foreign key whose rows are searched one by one.

use std::collections::BTreeSet;

use super::SQLITE_AND_POSTGRES;
use crate::apply::Part;
use crate::diagnostic::Code;
use crate::lint::{Example, Findings, Input, Level, Rule};
use crate::op::{Op, TableConstraint};
use crate::schema::{ForeignKey, Kind, Name, Table};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::ForeignKeyWithoutIndex,
    level: Level::Warning,
    dialects: SQLITE_AND_POSTGRES,
    reads_downs: false,
    why: "A DELETE or UPDATE of the parent searches the rows that refer to it. Without an index that begins with the \
          columns of the key it reads the whole table for each row. MySQL creates the index by itself.",
    fix: "Create an index on the columns of the foreign key.",
    fires: Example {
        before: "CREATE TABLE users (id INTEGER PRIMARY KEY);",
        revision: "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES users (id));",
    },
    silent: Example {
        before: "CREATE TABLE users (id INTEGER PRIMARY KEY);",
        revision: "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES users (id));\n\
                   CREATE INDEX orders_customer ON orders (customer);",
    },
    check,
};

fn check(input: &Input<'_>, found: &mut Findings) {
    let mut seen: BTreeSet<(Name, Vec<String>)> = BTreeSet::new();
    for (at, change) in input.changes.iter().enumerate() {
        let keys: Vec<&ForeignKey> = match &change.op {
            Op::CreateTable { table, .. } => table.foreign_keys.iter().collect(),
            Op::AddColumn { constraints, .. } => constraints.foreign_keys.iter().collect(),
            Op::AddConstraint { constraint, .. } => match &**constraint {
                TableConstraint::ForeignKey(key) => vec![key],
                _ => continue,
            },
            _ => continue,
        };
        let Some(target) = change.target.as_ref().filter(|_| !keys.is_empty()) else { continue };
        let Some(name) = input.final_name(at + 1, &target.name) else { continue };
        let Some(table) = input.after.table(&name) else { continue };
        let folded = input.after.fold(&name);
        if input.after.unknown().part(Kind::Table, &folded, &Part::Indexes).is_some() {
            continue;
        }
        for key in keys {
            // The key may be dropped again, or its columns renamed.
            let exists = table.foreign_keys.iter().any(|other| other.columns == key.columns);
            // A table that is built again had the key before.
            let before = target.origin.as_ref().or(Some(&name));
            let before = before.and_then(|origin| input.table_before(origin));
            let was_there = before.is_some_and(|before| {
                before.foreign_keys.iter().any(|other| other.columns == key.columns)
            });
            if exists
                && !was_there
                && !has_index(table, &key.columns)
                && seen.insert((name.clone(), key.columns.clone()))
            {
                let columns = key.columns.join(", ");
                found.push_with_help(
                    change.span,
                    format!(
                        "no index of table {name} begins with {columns}, which refer to {}",
                        key.parent
                    )
                    .replace(
                        "refer to",
                        if key.columns.len() == 1 { "refers to" } else { "refer to" },
                    ),
                    format!("CREATE INDEX ON {name} ({columns})"),
                );
            }
        }
    }
}

/// Returns `true` if an index or a key begins with the columns, in any order.
fn has_index(table: &Table, columns: &[String]) -> bool {
    let begins = |of: &[String]| {
        of.len() >= columns.len()
            && columns.iter().all(|column| {
                of[..columns.len()].iter().any(|other| other.eq_ignore_ascii_case(column))
            })
    };
    let keys = table.primary_key.iter().chain(&table.uniques);
    if keys.into_iter().any(|key| begins(&key.columns)) {
        return true;
    }
    table.indexes.values().any(|index| {
        let serves =
            index.method.as_deref().is_none_or(|method| matches!(method, "btree" | "hash"));
        let parts = index.parts.iter().map_while(|part| part.column.clone());
        let of: Vec<String> = parts.collect();
        // A partial index serves if it leaves out only NULL.
        let is_whole = index.predicate.as_deref().is_none_or(|text| {
            let words: Vec<String> = text
                .split_whitespace()
                .map(|word| word.trim_matches(['(', ')', '"']).to_ascii_lowercase())
                .collect();
            matches!(&words[..], [column, is, not, null]
                if is == "is" && not == "not" && null == "null"
                    && columns.iter().any(|one| one.eq_ignore_ascii_case(column)))
        });
        serves && is_whole && begins(&of)
    })
}
