//! The rules, one file each.

mod add_not_null_column;
mod algorithm_copy;
mod check_without_not_valid;
mod concurrently_in_transaction;
mod concurrently_not_alone;
mod data_loss;
mod drop_index_without_concurrently;
mod drop_table_order;
mod enum_value_in_transaction;
mod exclusion_over_rows;
mod foreign_key_without_index;
mod foreign_key_without_not_valid;
mod frozen_default;
mod hides_drift;
mod ignored_drop;
mod implicit_commit;
mod index_without_concurrently;
mod manual_transaction;
mod missing_lock_timeout;
mod name_too_long;
mod pragma_in_transaction;
mod prefer_bigint;
mod prefer_identity;
mod prefer_jsonb;
mod prefer_text;
mod prefer_timestamptz;
mod prefer_varchar;
mod rebuild_loses_object;
mod reindex_without_concurrently;
mod rename_in_use;
mod reserved_name;
mod set_not_null;
mod string_from_name;
mod table_without_primary_key;
mod type_change_rewrites;
mod unique_over_rows;
mod utf8mb3;
mod validate_in_same_transaction;
mod volatile_default_rewrites;

use super::Rule;
use super::input::{Change, Input, Target};
use crate::dialect::Dialect;
use crate::expr::Answer;
use crate::op::{ColumnChange, Op};
use crate::schema::{Column, DataType, Table};
use crate::source::Span;

/// Every rule, in the order of the documentation.
pub const ALL: &[&Rule] = &[
    &data_loss::RULE,
    &add_not_null_column::RULE,
    &set_not_null::RULE,
    &unique_over_rows::RULE,
    &exclusion_over_rows::RULE,
    &index_without_concurrently::RULE,
    &drop_index_without_concurrently::RULE,
    &reindex_without_concurrently::RULE,
    &concurrently_in_transaction::RULE,
    &concurrently_not_alone::RULE,
    &type_change_rewrites::RULE,
    &volatile_default_rewrites::RULE,
    &foreign_key_without_not_valid::RULE,
    &check_without_not_valid::RULE,
    &validate_in_same_transaction::RULE,
    &missing_lock_timeout::RULE,
    &rename_in_use::RULE,
    &drop_table_order::RULE,
    &enum_value_in_transaction::RULE,
    &frozen_default::RULE,
    &hides_drift::RULE,
    &manual_transaction::RULE,
    &implicit_commit::RULE,
    &ignored_drop::RULE,
    &algorithm_copy::RULE,
    &utf8mb3::RULE,
    &pragma_in_transaction::RULE,
    &rebuild_loses_object::RULE,
    &string_from_name::RULE,
    &foreign_key_without_index::RULE,
    &table_without_primary_key::RULE,
    &reserved_name::RULE,
    &name_too_long::RULE,
    &prefer_jsonb::RULE,
    &prefer_timestamptz::RULE,
    &prefer_varchar::RULE,
    &prefer_text::RULE,
    &prefer_identity::RULE,
    &prefer_bigint::RULE,
];

const ALL_DATABASES: &[Dialect] = &Dialect::ALL;
const SQLITE: &[Dialect] = &[Dialect::Sqlite];
const POSTGRES: &[Dialect] = &[Dialect::Postgres];
const MYSQL: &[Dialect] = &[Dialect::Mysql];
const SQLITE_AND_POSTGRES: &[Dialect] = &[Dialect::Sqlite, Dialect::Postgres];
const POSTGRES_AND_MYSQL: &[Dialect] = &[Dialect::Postgres, Dialect::Mysql];

/// Returns `true` if the section removed all rows of a table before a change.
fn is_emptied_before(input: &Input<'_>, change: &Change, target: &Target) -> bool {
    input.changes[..].iter().take_while(|other| !std::ptr::eq(*other, change)).any(|other| {
        let statement = input.statement(other);
        let cursor = statement.cursor();
        let empties =
            cursor.is("TRUNCATE") || cursor.is("DELETE FROM") && !statement.has_word("WHERE");
        empties && other.target.as_ref().is_some_and(|of| of.name == target.name)
    })
}

/// Returns `true` if a valid check of a table says that a column is not NULL.
fn has_valid_not_null_check(dialect: Dialect, table: &Table, column: &str) -> bool {
    let types = |name: &str| -> Option<DataType> {
        table.column(name).map(|column| column.data_type.clone())
    };
    let wanted = format!("\"{column}\" IS NOT NULL");
    table.checks.iter().any(|check| {
        !check.details.contains("NOT VALID")
            && !check.details.contains("NOT ENFORCED")
            && dialect.compare_expressions(
                crate::expr::Place::Condition,
                &check.expression,
                &wanted,
                &types,
            ) == Answer::Equal
    })
}

/// The columns that a section writes: of new tables, added ones, and those that get another type.
fn written_columns(input: &Input<'_>) -> Vec<(Span, Column)> {
    let mut columns = Vec::new();
    for change in &input.changes {
        match &change.op {
            Op::CreateTable { table, .. } => {
                columns.extend(table.columns.iter().map(|column| (change.span, column.clone())));
            }
            Op::AddColumn { column, .. } => columns.push((change.span, (**column).clone())),
            Op::ReplaceColumn { with, .. } => columns.push((change.span, (**with).clone())),
            Op::AlterColumn { column, change: ColumnChange::Type { data_type, .. }, .. } => {
                let (name, data_type) = (column.clone(), data_type.clone());
                columns.push((change.span, Column { name, data_type, ..Column::default() }));
            }
            _ => {}
        }
    }
    columns
}
