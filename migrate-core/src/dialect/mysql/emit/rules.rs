//! The answers of MySQL and MariaDB for `diff`.

use super::super::apply::is_text;
use super::super::parse::definition_changes;
use crate::dialect::DiffRules;
use crate::op::{Op, Position, Subject, TableChange};
use crate::schema::{Check, Column, DataType, Kind, Name, Schema, Table};

/// MySQL's and MariaDB's answers to what `diff` asks.
#[derive(Debug, Clone, Copy)]
pub struct Emitter;

impl DiffRules for Emitter {
    /// `MODIFY` gives the whole definition.
    fn alter_column(&self, table: &Name, before: &Column, after: &Column) -> Option<Vec<Op>> {
        let is_generated = |column: &Column| column.generated.as_ref().map(|of| of.stored);
        // A column that is not stored cannot become one that is, nor the other way round.
        if is_generated(before) != is_generated(after) {
            return None;
        }
        Some(vec![Op::ReplaceColumn {
            table: table.clone(),
            column: before.name.clone(),
            with: Box::new(after.clone()),
            constraints: Box::default(),
            position: Position::Kept,
            if_exists: false,
        }])
    }

    fn default_collation(
        &self,
        before: &Table,
        after: &Table,
    ) -> Option<(TableChange, Vec<Column>)> {
        let of =
            |table: &Table| ["charset", "collation"].map(|key| table.options.get(key).cloned());
        if of(before) == of(after) {
            return None;
        }
        let change = match of(after) {
            // A collation implies its character set.
            [_, Some(value)] => {
                TableChange::Option { name: "collation".to_owned(), value: Some(value) }
            }
            [value, None] => TableChange::Option { name: "charset".to_owned(), value },
        };
        let follows = |column: &&Column| {
            is_text(column)
                && column.collation.is_none()
                && before.column(&column.name) == Some(*column)
        };
        Some((change, after.columns.iter().filter(follows).cloned().collect()))
    }

    fn expands_stars(&self) -> bool {
        true
    }

    fn alter_sequence(&self, before: &str, after: &str) -> Option<Vec<(String, String)>> {
        definition_changes(before, after)
    }

    fn rename_index(&self, table: &Name, index: &str, to: &str) -> Option<Op> {
        let part = Some(index.to_owned());
        let subject = Subject { kind: Kind::Index, name: table.clone(), part };
        Some(Op::Rename { subject, to: to.to_owned(), if_exists: false })
    }

    fn keeps_values(&self, before: &DataType, after: &DataType) -> bool {
        super::values::are_kept(before, after)
    }

    fn placeholder(&self, column: &Column, _: &Schema) -> Option<String> {
        super::values::placeholder(&column.data_type)
    }

    fn fill_rows(&self, table: &Name, column: &str, value: &str) -> String {
        let (table, column) = (super::name(table), super::quoted(column));
        format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
    }

    fn rename_value(
        &self,
        table: &Name,
        of: &Table,
        column: &Column,
        from: &str,
        to: &str,
    ) -> Option<(Op, Op)> {
        let (old, new) = (super::string(from), super::string(to));
        let values = column.data_type.arguments();
        let at = values.iter().position(|value| *value == old)?;
        let mut later = values.to_vec();
        later[at].clone_from(&new);
        let mut both = values.to_vec();
        both.push(new.clone());
        let typed = |values: &[String]| DataType::from(format!("enum({})", values.join(",")));
        let wide = Column { data_type: typed(&both), ..column.clone() };
        let default = match &column.default {
            Some(default) if *default == old => Some(new),
            default => default.clone(),
        };
        let narrow = Column { data_type: typed(&later), default, ..column.clone() };
        let replaced = |with: Column| Op::ReplaceColumn {
            table: table.clone(),
            column: column.name.clone(),
            constraints: Box::new(Table {
                checks: of
                    .checks
                    .iter()
                    .filter(|check| super::table::is_of_column(check, &column.name))
                    .cloned()
                    .collect(),
                ..Table::default()
            }),
            with: Box::new(with),
            position: Position::Kept,
            if_exists: false,
        };
        Some((replaced(wide), replaced(narrow)))
    }

    fn replace_value(&self, table: &Name, column: &str, from: &str, to: &str) -> String {
        let (table, column) = (super::name(table), super::quoted(column));
        let (from, to) = (super::string(from), super::string(to));
        format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}")
    }

    fn table_holds_parts(&self) -> bool {
        true
    }

    fn foreign_keys_hold_types(&self, _: &DataType, _: &DataType) -> bool {
        true
    }

    fn foreign_keys_create_indexes(&self) -> bool {
        true
    }

    fn orders_columns(&self) -> bool {
        true
    }

    fn column_of_check<'c>(&self, columns: &'c [Column], check: &Check) -> Option<&'c Column> {
        columns.iter().find(|column| super::table::is_of_column(check, &column.name))
    }
}
