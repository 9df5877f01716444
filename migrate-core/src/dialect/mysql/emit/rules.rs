//! The answers of MySQL and MariaDB for `diff`.

use crate::dialect::DiffRules;
use crate::op::{Op, Position};
use crate::schema::{Check, Column, Name};

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

    fn table_holds_parts(&self) -> bool {
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
