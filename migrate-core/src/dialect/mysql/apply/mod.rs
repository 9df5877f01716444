//! What MySQL and MariaDB do with operations on a schema, where they differ from the general rules.
//!
//! The rules are those of MariaDB 10.11 with InnoDB. `table` completes tables, `key` has indexes and
//! foreign keys, `change` changes of tables and columns, `program` follows code, and `text` tells whether two texts say the
//! same. Which database a qualified name means is not known, so such an object is unknown.

mod change;
mod key;
mod program;
mod table;
mod text;
mod value;

use std::borrow::Cow;

use crate::apply::{
    Fault, Found, PartScope, Rules, Sameness, State, create_index, drop_column, drop_table,
    rename_table_alone,
};
use crate::op::{ColumnChange, ConstraintKey, Like, Op, Position, TableChange, TableConstraint};
use crate::schema::{Column, Difference, Index, Kind, Name, Schema, Table};
pub(in crate::dialect::mysql) use table::is_text;

/// The rules of MySQL and MariaDB.
#[derive(Debug)]
pub(super) struct Mysql;

/// The namespace of temporary tables.
const TEMP: &str = "temp";

impl Rules for Mysql {
    fn fold<'n>(&self, kind: Kind, name: &'n str) -> Cow<'n, str> {
        // Tables, views and triggers are files.
        let is_exact = matches!(
            kind,
            Kind::Table | Kind::View | Kind::MaterialisedView | Kind::Trigger | Kind::Namespace
        );
        if !is_exact && name.chars().any(char::is_uppercase) {
            Cow::Owned(name.to_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }

    fn candidates(&self, _: &State, _: &[Kind], name: &Name) -> Option<Vec<Name>> {
        match name.namespace.as_deref() {
            None => {
                let temporary = Name { namespace: Some(TEMP.to_owned()), ..name.clone() };
                Some(vec![temporary, name.clone()])
            }
            Some(TEMP) => Some(vec![name.clone()]),
            Some(_) => None,
        }
    }

    fn place(&self, _: &State, _: Kind, name: &Name) -> Option<Name> {
        is_here(name).then(|| name.clone())
    }

    fn session_statement(&self, state: &State) -> Option<String> {
        let mode = state.setting("sql_mode")?;
        let is_list = mode.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_,".contains(&byte));
        (is_list && mode != "DEFAULT").then(|| format!("SET sql_mode = '{mode}'"))
    }

    fn is_system(&self, name: &Name) -> bool {
        name.namespace.as_deref().is_some_and(|namespace| {
            let system = ["information_schema", "performance_schema", "mysql", "sys"];
            system.iter().any(|system| namespace.eq_ignore_ascii_case(system))
        })
    }

    fn may_exist(&self, state: &State, name: &Name) -> bool {
        // Whether the case of a table's name counts depends on the server.
        let same = |other: &Name| {
            other.namespace == name.namespace
                && other.name != name.name
                && other.name.eq_ignore_ascii_case(&name.name)
        };
        let schema = state.schema();
        schema.tables.keys().any(same) || schema.views.keys().any(same)
    }

    fn shares_names(&self, kind: Kind) -> &'static [Kind] {
        match kind {
            Kind::Table | Kind::View | Kind::Sequence => &[Kind::Table, Kind::View, Kind::Sequence],
            _ => &[],
        }
    }

    fn part_scope(&self, kind: Kind) -> PartScope {
        if kind == Kind::Trigger { PartScope::Namespace } else { PartScope::Table }
    }

    fn take(&self, state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
        if let Some(name) = object_of(op).filter(|name| !is_here(name)) {
            if !self.is_system(name) {
                // It may be the session's own database.
                let name = Name::new(name.name.clone());
                state.mark_name(&name, "which database the name means is not known");
            }
            return Some(Ok(()));
        }
        change::take(state, op)
    }

    fn copied_column(&self, source: &Table, column: &Column, new: &Table) -> Option<Column> {
        table::copied_column(source, column, new)
    }

    fn is_in_star(&self, column: &Column) -> bool {
        !column.details.contains("INVISIBLE")
    }

    fn complete_table(&self, state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
        table::complete(state, name, table)
    }

    fn copy_tables(
        &self,
        state: &mut State,
        name: &Name,
        table: &mut Table,
        like: &[Like],
        _inherits: &[Name],
    ) -> Result<(), Fault> {
        table::copy(state, name, table, like)
    }

    fn drop_table(&self, state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
        key::check_no_children(state, name)?;
        drop_table(state, name, cascade)
    }

    fn rename_table(&self, state: &mut State, from: &Name, to: &Name) -> Result<(), Fault> {
        if from == to {
            return Ok(());
        }
        rename_table_alone(state, from, to);
        change::rename_parts(state, from, to);
        Ok(())
    }

    fn alter_table(
        &self,
        state: &mut State,
        table: &Name,
        change: &TableChange,
    ) -> Result<(), Fault> {
        change::alter_table(state, table, change)
    }

    fn add_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        if let Position::After(after) = position
            && state.find_column(table, after) == Found::Missing
        {
            return Err(Fault::missing(format!("column {table}.{after}")));
        }
        let constraints = key::with_free_names(state, table, constraints)?;
        crate::apply::add_column(state, table, column, &constraints, position)
    }

    fn replace_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        with: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        let of_column = table::of_column(column);
        state.edit_table(table, |table| {
            table.checks.retain(|check| check.details != of_column);
        });
        let constraints = key::with_free_names(state, table, constraints)?;
        crate::apply::replace_column(state, table, column, with, &constraints, position)
    }

    fn alter_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        change: &ColumnChange,
    ) -> Result<(), Fault> {
        let numbers_rows = |found: &Table| {
            found.columns.iter().any(|one| one.name == column && one.identity.is_some())
        };
        if let ColumnChange::Default(Some(value)) = change
            && !value.starts_with('(')
            && state.table(table).is_some_and(numbers_rows)
        {
            // The server takes the value and forgets it; it keeps an expression.
            return Ok(());
        }
        let change = match change {
            ColumnChange::Default(Some(text)) if text.eq_ignore_ascii_case("NULL") => {
                &ColumnChange::Default(None)
            }
            other => other,
        };
        crate::apply::alter_column(state, table, column, change)
    }

    fn drop_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        _cascade: bool,
    ) -> Result<(), Fault> {
        if key::drop_column(state, table, column)? {
            drop_column(state, table, column)?;
        }
        Ok(())
    }

    fn rename_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        to: &str,
    ) -> Result<(), Fault> {
        crate::apply::rename_column(state, table, column, to)?;
        let (from, to) = (table::of_column(column), table::of_column(to));
        state.edit_table(table, |table| {
            for check in table.checks.iter_mut().filter(|check| check.details == from) {
                check.details.clone_from(&to);
            }
        });
        Ok(())
    }

    fn rename_in_expression(&self, text: &str, column: &str, to: &str) -> Option<String> {
        Some(text::rename_column(text, column, to))
    }

    fn add_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &TableConstraint,
        using_index: Option<&str>,
    ) -> Result<(), Fault> {
        if let TableConstraint::PrimaryKey(key) = constraint {
            key::check_columns(state, table, &key.columns)?;
        }
        crate::apply::add_constraint(state, table, constraint, None)?;
        key::drop_served(state, table);
        if using_index.is_some() {
            key::mark_two_names(state, table);
        }
        Ok(())
    }

    fn drop_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &ConstraintKey,
        if_exists: bool,
        _cascade: bool,
    ) -> Result<(), Fault> {
        key::drop_constraint(state, table, constraint, if_exists)
    }

    fn create_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: Option<&str>,
        index: &Index,
    ) -> Result<(), Fault> {
        let (name, index) = key::new_index(state, owner, name, index)?;
        create_index(state, owner, Some(&name), &index)
    }

    fn drop_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: &str,
        _cascade: bool,
    ) -> Result<(), Fault> {
        key::drop_index(state, owner, name)
    }

    fn present(&self, _: &State, part: &mut Schema) {
        part.tables.retain(|name, _| name.namespace.is_none());
        part.sequences.retain(|name, _| name.namespace.is_none());
        for table in part.tables.values_mut() {
            table::present(table);
        }
    }

    fn same_text(&self, _: &State, difference: &Difference) -> Sameness {
        text::same(difference)
    }
}

/// Returns `true` if a name is that of an object of the session's own database.
fn is_here(name: &Name) -> bool {
    name.namespace.as_deref().is_none_or(|namespace| namespace == TEMP)
}

/// The object that an operation is about.
fn object_of(op: &Op) -> Option<&Name> {
    match op {
        Op::CreateTable { name, .. }
        | Op::CreateTableAs { name, .. }
        | Op::DropTable { name, .. }
        | Op::RenameTable { name, .. }
        | Op::CreateView { name, .. }
        | Op::DropView { name, .. }
        | Op::CreateTrigger { name, .. }
        | Op::DropTrigger { name, .. }
        | Op::CreateSequence { name, .. }
        | Op::AlterSequence { name, .. }
        | Op::Drop { name, .. } => Some(name),
        Op::CreateIndex { table, .. } => Some(table),
        Op::DropIndex { table, .. } => table.as_ref(),
        Op::Rename { subject, .. } | Op::Comment { subject, .. } => Some(&subject.name),
        _ => op.altered_table(),
    }
}
