//! The values that a change of a schema loses.

use crate::dialect::Dialect;
use crate::diff::ancestors;
use crate::op::AttributeChange;
use crate::schema::{Attribute, Change, Column, Difference, Item, Kind, Schema};

/// Values that a revision loses, and that its down cannot bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The table or column: `users`, `users.email`.
    pub subject: String,
    /// Why they are lost, as in `the column is dropped`.
    pub why: String,
}

pub(super) fn losses(
    dialect: Dialect,
    before: &Schema,
    after: &Schema,
    differences: &[Difference],
) -> Vec<Loss> {
    let mut found: Vec<Loss> = Vec::new();
    let mut add = |subject: String, why: String| {
        if !found.iter().any(|own| own.subject == subject) {
            found.push(Loss { subject, why });
        }
    };
    for one in differences {
        let object = &one.object;
        match (object.kind, &object.table, &one.change) {
            (Kind::Table, None, Change::Removed) => {
                add(object.name.clone(), "the table is dropped".to_owned());
            }
            (Kind::Column, Some(table), Change::Removed) => {
                let is_plain =
                    matches!(&one.before, Some(Item::Column(own)) if own.generated.is_none());
                if is_plain {
                    add(format!("{table}.{}", object.name), "the column is dropped".to_owned());
                }
            }
            (Kind::Column, Some(table), Change::Altered { attribute, .. }) => {
                let (Some(Item::Column(old)), Some(Item::Column(new))) = (&one.before, &one.after)
                else {
                    continue;
                };
                let Some(why) = of_column(dialect, old, new, *attribute) else { continue };
                add(format!("{table}.{}", object.name), why.clone());
                for parent in ancestors(before, table) {
                    add(format!("{parent}.{}", object.name), why.clone());
                }
            }
            (Kind::Enum, None, Change::Altered { attribute: Attribute::Labels, .. }) => {
                let (Some(Item::Enum(old)), Some(Item::Enum(new))) = (&one.before, &one.after)
                else {
                    continue;
                };
                let gone: Vec<&str> = old
                    .labels
                    .iter()
                    .filter(|label| !new.labels.contains(label))
                    .map(String::as_str)
                    .collect();
                if gone.is_empty() {
                    continue;
                }
                for column in columns_of_type(before, after, &object.name) {
                    add(column, format!("the type loses the value {}", gone.join(", ")));
                }
            }
            (Kind::Domain, None, Change::Altered { attribute: Attribute::Type, .. }) => {
                let (Some(Item::Domain(old)), Some(Item::Domain(new))) = (&one.before, &one.after)
                else {
                    continue;
                };
                if !dialect.diff_rules().keeps_values(&old.data_type, &new.data_type) {
                    let why = format!("{} becomes {}", old.data_type, new.data_type);
                    for column in columns_of_type(before, after, &object.name) {
                        add(column, why.clone());
                    }
                }
            }
            (Kind::Type, None, Change::Altered { .. }) => {
                let (Some(Item::Other(old)), Some(Item::Other(new))) = (&one.before, &one.after)
                else {
                    continue;
                };
                let rules = dialect.diff_rules();
                let changes = rules.alter_type(&old.definition, &new.definition, false);
                let gone = changes.iter().flatten().find_map(|change| match change {
                    AttributeChange::Drop { name, .. } => Some(name),
                    _ => None,
                });
                let Some(gone) = gone else { continue };
                for column in columns_of_type(before, after, &object.name) {
                    add(column, format!("the type loses the attribute {gone}"));
                }
            }
            _ => {}
        }
    }
    found
}

/// The columns of a type, in tables that stay.
fn columns_of_type(before: &Schema, after: &Schema, name: &str) -> Vec<String> {
    let tables = before.tables.iter().filter(|(table, _)| after.tables.contains_key(*table));
    let columns = tables.flat_map(|(table, of)| of.columns.iter().map(move |own| (table, own)));
    let is_of =
        |column: &Column| column.user_type.as_ref().is_some_and(|of| of.to_string() == name);
    columns
        .filter(|(_, column)| is_of(column))
        .map(|(table, column)| format!("{table}.{}", column.name))
        .collect()
}

fn of_column(dialect: Dialect, old: &Column, new: &Column, attribute: Attribute) -> Option<String> {
    match attribute {
        Attribute::Type if old.generated.is_none() => {
            let keeps = dialect.diff_rules().keeps_values(&old.data_type, &new.data_type);
            (!keeps).then(|| format!("{} becomes {}", old.data_type, new.data_type))
        }
        Attribute::Generation if old.generated.is_none() => {
            Some("the values are computed from now on".to_owned())
        }
        Attribute::Nullability if !new.nullable && new.generated.is_none() => {
            Some("NULL is replaced".to_owned())
        }
        _ => None,
    }
}
