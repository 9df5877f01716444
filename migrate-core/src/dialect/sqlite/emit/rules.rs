//! The answers of SQLite for `diff`: which changes `ALTER TABLE` has, and the rebuild for all others.

use super::super::affinity::{Affinity, affinity};
use super::super::keywords::identifier as quoted;
use crate::dialect::DiffRules;
use crate::op::Op;
use crate::schema::{
    Change, Column, DataType, Difference, IdentityKind, Item, Kind, Name, Schema, Table,
};

/// SQLite's answers to what `diff` asks.
#[derive(Debug, Clone, Copy)]
pub struct Emitter;

impl DiffRules for Emitter {
    /// No property of a column can be changed.
    fn alter_column(&self, _: &Name, _: &Column, _: &Column) -> Option<Vec<Op>> {
        None
    }

    /// The names stand in the text of the table alone.
    fn keeps_case_of_constraints(&self) -> bool {
        false
    }

    fn parent_may_be_missing(&self) -> bool {
        true
    }

    fn needs_rebuild(&self, before: &Table, after: &Table, differences: &[&Difference]) -> bool {
        if before.options.contains_key("module") || after.options.contains_key("module") {
            return false;
        }
        for one in differences {
            match (one.object.kind, &one.change) {
                (Kind::Index | Kind::Trigger, _) | (Kind::Table, Change::Reordered { .. }) => {}
                (Kind::Column, Change::Added) => match &one.after {
                    Some(Item::Column(column)) if is_addable(column) => {}
                    _ => return true,
                },
                (Kind::Column, Change::Removed) => {
                    if !is_droppable(&one.object.name, before) {
                        return true;
                    }
                }
                _ => return true,
            }
        }
        false
    }

    /// A value is kept as it is, unless the affinity of the column converts it.
    fn keeps_values(&self, before: &DataType, after: &DataType) -> bool {
        match (affinity(before), affinity(after)) {
            (old, new) if old == new => true,
            (_, Affinity::Blob)
            | (Affinity::Integer, Affinity::Numeric | Affinity::Text)
            | (Affinity::Numeric, Affinity::Integer) => true,
            _ => false,
        }
    }

    fn placeholder(&self, column: &Column, _: &Schema) -> Option<String> {
        let name = column.data_type.to_ascii_uppercase();
        Some(match affinity(&column.data_type) {
            _ if name.contains("DATE") || name.contains("TIME") => "CURRENT_TIMESTAMP".to_owned(),
            Affinity::Integer | Affinity::Numeric | Affinity::Real => "0".to_owned(),
            Affinity::Text => "''".to_owned(),
            Affinity::Blob if name == "BLOB" => "X''".to_owned(),
            Affinity::Blob => "''".to_owned(),
        })
    }

    fn fill_rows(&self, table: &Name, column: &str, value: &str) -> String {
        let (table, column) = (super::name(table), quoted(column));
        format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
    }

    fn rebuild(&self, name: &Name, before: &Table, after: &Table) -> Vec<Op> {
        let new = Name { name: format!("new_{}", name.name), ..name.clone() };
        let mut bare = after.clone();
        bare.indexes.clear();
        bare.triggers.clear();
        let counts = |table: &Table| {
            let is_counter = |column: &Column| {
                column.identity.as_ref().is_some_and(|of| of.kind == IdentityKind::NeverReused)
            };
            table.columns.iter().any(is_counter)
        };
        let keeps_counter = counts(before) && counts(after);
        let legacy = |value: &str| Op::Set {
            name: "legacy_alter_table".to_owned(),
            value: Some(value.to_owned()),
        };
        vec![
            Op::CreateTable {
                name: new.clone(),
                table: Box::new(bare),
                if_not_exists: false,
                or_replace: false,
                like: Vec::new(),
                inherits: Vec::new(),
            },
            Op::CopyRows {
                from: name.clone(),
                to: new.clone(),
                columns: copied(before, after),
                keeps_counter,
            },
            Op::DropTable {
                name: name.clone(),
                if_exists: false,
                cascade: false,
                together: Vec::new(),
            },
            // Views and triggers that read the table are looked at otherwise, while it has no name.
            legacy("ON"),
            Op::RenameTable { name: new, to: name.clone(), if_exists: false },
            legacy("OFF"),
        ]
    }
}

/// The columns that are in both tables, as they are copied.
fn copied(before: &Table, after: &Table) -> Vec<(String, String)> {
    let column = |own: &Column| {
        let old = before.columns.iter().find(|column| {
            column.name.eq_ignore_ascii_case(&own.name) && own.generated.is_none()
        })?;
        let plain = quoted(&old.name);
        let is_filled = old.nullable && !own.nullable && own.default.is_some();
        let value = match &own.default {
            Some(default) if is_filled => format!("COALESCE({plain}, {default})"),
            _ if after.strict && old.data_type != own.data_type && own.data_type != "ANY" => {
                format!("CAST({plain} AS {})", own.data_type)
            }
            _ => plain,
        };
        Some((own.name.clone(), value))
    };
    after.columns.iter().filter_map(column).collect()
}

/// Returns `true` if `ADD COLUMN` takes a column: it fills the rows that are there.
fn is_addable(column: &Column) -> bool {
    let is_constant = column
        .default
        .as_deref()
        .is_none_or(|default| !default.contains('(') && !default.starts_with("CURRENT_"));
    let is_filled = column.nullable || column.default.is_some();
    let is_stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
    is_constant
        && (is_filled || column.generated.is_some())
        && !is_stored
        && column.identity.is_none()
}

/// Returns `true` if `DROP COLUMN` takes a column: nothing of the table uses it.
fn is_droppable(own: &str, table: &Table) -> bool {
    let has = |columns: &[String]| columns.iter().any(|column| column.eq_ignore_ascii_case(own));
    let mentions = |text: &str| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        text.split(|c| !is_part(c)).any(|word| word.eq_ignore_ascii_case(own))
    };
    let in_key = table.primary_key.iter().chain(&table.uniques).any(|key| has(&key.columns));
    let in_check = table.checks.iter().any(|check| mentions(&check.expression));
    let in_reference = table.foreign_keys.iter().any(|key| has(&key.columns));
    let generated = table.columns.iter().filter_map(|column| column.generated.as_ref());
    let in_generated = generated.into_iter().any(|generated| mentions(&generated.expression));
    let in_trigger = table.triggers.values().any(|trigger| mentions(&trigger.definition));
    !(in_key || in_check || in_reference || in_generated || in_trigger) && table.columns.len() > 1
}
