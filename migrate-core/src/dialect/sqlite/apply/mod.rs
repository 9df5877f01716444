//! What SQLite does with operations on a schema, where it differs from the general rules.
//!
//! A schema of another file (`ATTACH`) is not followed, and a temporary trigger is none of the
//! database's. `table` has what SQLite refuses in a table, `drop` what keeps a column, `rename`
//! what a new name changes in texts, `present` the form in which the catalog's reader gives a
//! schema.

mod ambiguous;
mod drop;
mod present;
mod rename;
mod table;
mod text;

use std::borrow::Cow;

use super::{affinity, written};

use crate::apply::{
    Fault, Found, Part, PartScope, Rules, Sameness, State, add_column, apply_generally,
    create_index, drop_column, mark_users, rename_in_children, rename_in_table, rename_table_alone,
};
use crate::op::{Op, Position, TableChange};
use crate::schema::{
    Attribute, Change, Column, Difference, Index, IndexPart, Kind, Name, Schema, Table,
};

/// The rules of SQLite.
#[derive(Debug)]
pub(super) struct Sqlite;

const TEMP: &str = "temp";

impl Rules for Sqlite {
    fn fold<'n>(&self, _kind: Kind, name: &'n str) -> Cow<'n, str> {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }

    fn same_text(&self, _: &State, difference: &Difference) -> Sameness {
        let Change::Altered {
            attribute: Attribute::ParentColumns | Attribute::Columns,
            before,
            after,
        } = &difference.change
        else {
            return Sameness::Different;
        };
        // The catalog spells them as the table does that has them, which may be another one by now.
        match before.as_ref().zip(after.as_ref()) {
            Some((before, after)) if before.eq_ignore_ascii_case(after) => Sameness::Equal,
            _ => Sameness::Different,
        }
    }

    fn candidates(&self, _: &State, _: &[Kind], name: &Name) -> Option<Vec<Name>> {
        // Temporary objects hide those of the database.
        if name.namespace.is_some() {
            return Some(vec![name.clone()]);
        }
        let temporary = Name { namespace: Some(TEMP.to_owned()), ..name.clone() };
        Some(vec![temporary, name.clone()])
    }

    fn is_system(&self, name: &Name) -> bool {
        is_reserved(name)
    }

    fn may_exist(&self, state: &State, name: &Name) -> bool {
        // A virtual table `docs` keeps its rows in `docs_data` and others.
        let ends = name.name.match_indices('_').map(|(end, _)| end);
        ends.into_iter().any(|end| {
            let owner =
                Name { namespace: name.namespace.clone(), name: name.name[..end].to_owned() };
            matches!(state.find_spelled(Kind::Table, &owner), Some(owner)
                if state.table(&owner).is_some_and(is_virtual))
        })
    }

    fn present(&self, state: &State, part: &mut Schema) {
        present::present(state, part);
    }

    fn written(&self, _: &State, part: &mut Schema) {
        part.tables.retain(|name, _| name.namespace.is_none());
        part.views.retain(|name, _| name.namespace.is_none());
    }

    fn shares_names(&self, kind: Kind) -> &'static [Kind] {
        match kind {
            Kind::Table | Kind::View | Kind::Index => &[Kind::Table, Kind::View, Kind::Index],
            _ => &[],
        }
    }

    fn part_scope(&self, _kind: Kind) -> PartScope {
        PartScope::Namespace
    }

    fn take(&self, state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
        if object_of(op).is_some_and(is_of_another_file) {
            return Some(Ok(()));
        }
        match op {
            Op::CreateTable { name, table, .. } if is_virtual(table) => {
                Some(apply_generally(state, op).map(|()| {
                    if let Some(key) = state.find_spelled(Kind::Table, name) {
                        const WHY: &str = "its module has the columns";
                        state.mark(Kind::Table, &key, Part::Columns, WHY);
                    }
                }))
            }
            Op::CreateTrigger { name, table, .. }
                if name.namespace.is_some() || is_temporary(state, table) =>
            {
                let name = Name::new(name.name.clone());
                state.mark_name(&name, "a temporary trigger is not followed");
                Some(Ok(()))
            }
            Op::RenameTable { name: table, .. } | Op::RenameColumn { table, .. }
                if is_temporary(state, table) =>
            {
                // Views and triggers of the file never mean it, whatever they mention.
                state.mark_everything("a temporary table was renamed");
                Some(Ok(()))
            }
            Op::CreateTable { name, .. }
            | Op::CreateTableAs { name, .. }
            | Op::CreateView { name, .. }
                if ambiguous::has_temporary(state, name) =>
            {
                Some(apply_generally(state, op).map(|()| ambiguous::mark_hidden(state, name)))
            }
            Op::Set { name, value: Some(_) } if name == "writable_schema" => {
                state.mark_everything("the catalog may be written to");
                Some(Ok(()))
            }
            _ => None,
        }
    }

    fn copied_column(&self, _: &Table, column: &Column, _: &Table) -> Option<Column> {
        Some(Column {
            name: column.name.clone(),
            data_type: affinity::copied(&column.data_type)?.into(),
            nullable: true,
            ..Column::default()
        })
    }

    fn complete_table(&self, _: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
        table::check(name, table)
    }

    fn alter_table(&self, _: &mut State, _: &Name, _: &TableChange) -> Result<(), Fault> {
        Ok(())
    }

    fn add_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        not_virtual(state, table)?;
        let kind = match constraints {
            Table { primary_key: Some(_), .. } => Some("PRIMARY KEY"),
            Table { uniques, .. } if !uniques.is_empty() => Some("UNIQUE"),
            _ => None,
        };
        if let Some(kind) = kind {
            let help = "create the table with the column under another name, copy the rows, drop \
                        the old table and rename the new one";
            let message = format!("SQLite cannot add a {kind} column");
            return Err(Fault::refused(message).help(help));
        }
        let Some(mut columns) = state.table(table).map(|table| table.columns.clone()) else {
            return Ok(());
        };
        columns.push(column.clone());
        ambiguous::mark_strings(state, table, &column.name);
        ambiguous::mark_new_texts(state, table, column, constraints);
        let (mut column, mut constraints) = (column.clone(), constraints.clone());
        // The expressions may see all columns.
        if let Some(generated) = &mut column.generated {
            generated.expression = text::normal(&generated.expression, &columns);
        }
        for check in &mut constraints.checks {
            check.expression = text::normal(&check.expression, &columns);
        }
        add_column(state, table, &column, &constraints, position)?;
        let definition = constraints.written.text();
        state.edit_table(table, |table| {
            table.written.change(|text| written::add_column(text, definition?));
        });
        Ok(())
    }

    fn drop_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        _cascade: bool,
    ) -> Result<(), Fault> {
        not_virtual(state, table)?;
        drop::check(state, table, column)?;
        let users = drop::users(state, table, column);
        for (kind, user, part, _) in &users {
            const WHY: &str = "a name in it may be a string since the column is gone";
            state.mark(*kind, user, part.clone(), WHY);
        }
        if users.iter().any(|(.., needed)| *needed) {
            let part = Part::Column(self.fold(Kind::Column, column).into_owned());
            state.mark(Kind::Table, table, part, "a view or trigger may need the column");
            return Ok(());
        }
        state.edit_table(table, |table| {
            let here = |at: &Option<String>| at.as_deref() == Some(column);
            table.checks.retain(|check| !here(&check.written_at));
            table.foreign_keys.retain(|key| !here(&key.written_at));
            table.written.change(|text| written::drop_column(text, column));
        });
        drop_column(state, table, column)
    }

    fn rename_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        to: &str,
    ) -> Result<(), Fault> {
        not_virtual(state, table)?;
        ambiguous::mark_strings(state, table, to);
        rename::column_in_statements(state, table, column, to);
        rename_in_table(state, table, column, to);
        rename_in_children(state, table, column, to);
        rename::column_in_texts(state, table, column, to);
        Ok(())
    }

    fn rename_in_expression(&self, text: &str, column: &str, to: &str) -> Option<String> {
        text::rename_column(text, column, to)
    }

    fn rename_table(&self, state: &mut State, from: &Name, to: &Name) -> Result<(), Fault> {
        if state.same_name(from, to) {
            return Err(Fault::exists(format!("table {from}")));
        }
        if is_reserved(to) {
            return Err(Fault::refused(format!("{to} is a name of SQLite's own")));
        }
        if state.setting("legacy_alter_table").is_some_and(is_on) {
            // Which references follow depends on further settings.
            const WHY: &str = "a table was renamed with legacy_alter_table";
            for child in state.children_of(from) {
                state.mark(Kind::Table, &child, Part::Constraints, WHY);
            }
            mark_users(state, &from.name, WHY);
        }
        rename::table_in_texts(state, from, to);
        rename::table_in_statements(state, from, to);
        rename_table_alone(state, from, to);
        ambiguous::mark_hidden(state, to);
        Ok(())
    }

    fn create_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: Option<&str>,
        index: &Index,
    ) -> Result<(), Fault> {
        let Some(table) = state.table(owner) else {
            return Err(Fault::refused("SQLite cannot index a view"));
        };
        not_virtual(state, owner)?;
        let index = table::index(state, owner, table, index)?;
        create_index(state, owner, name, &index)?;
        let folded = state.fold(owner);
        let depends = |part: &IndexPart| part.column.is_none() || part.collation.is_some();
        let has_text = index.predicate.is_some() || index.parts.iter().any(depends);
        if has_text && state.unknown().part(Kind::Table, &folded, &Part::Columns).is_some() {
            let part = Part::Index(self.fold(Kind::Index, name.unwrap_or_default()).into_owned());
            state.mark(Kind::Table, owner, part, "how the names in it are spelled");
        }
        Ok(())
    }
}

/// Returns `true` for the value of a PRAGMA that switches it on.
fn is_on(value: &str) -> bool {
    let value = value.trim_matches(['\'', '"']);
    ["on", "yes", "true"].iter().any(|word| value.eq_ignore_ascii_case(word))
        || value.parse::<i64>().is_ok_and(|number| number != 0)
}

fn is_reserved(name: &Name) -> bool {
    name.name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
}

fn is_virtual(table: &Table) -> bool {
    table.options.contains_key("module")
}

fn not_virtual(state: &State, table: &Name) -> Result<(), Fault> {
    match state.table(table) {
        Some(found) if is_virtual(found) => {
            Err(Fault::refused(format!("SQLite cannot alter the virtual table {table}")))
        }
        _ => Ok(()),
    }
}

/// Returns `true` if a table is a temporary one. Its triggers are temporary too, whatever their names are.
fn is_temporary(state: &State, table: &Name) -> bool {
    match state.find(&[Kind::Table, Kind::View], table) {
        Found::Known((_, owner)) => owner.namespace.is_some(),
        _ => false,
    }
}

/// The object in whose file a statement works.
fn object_of(op: &Op) -> Option<&Name> {
    match op {
        Op::CreateTable { name, .. }
        | Op::CreateTableAs { name, .. }
        | Op::DropTable { name, .. }
        | Op::RenameTable { name, .. }
        | Op::DropIndex { name, .. }
        | Op::CreateView { name, .. }
        | Op::DropView { name, .. }
        | Op::CreateTrigger { name, .. }
        | Op::DropTrigger { name, .. } => Some(name),
        Op::AlterTable { table, .. }
        | Op::AddColumn { table, .. }
        | Op::DropColumn { table, .. }
        | Op::RenameColumn { table, .. }
        | Op::CreateIndex { table, .. } => Some(table),
        Op::Rows { writes, .. } => writes.as_ref(),
        _ => None,
    }
}

fn is_of_another_file(name: &Name) -> bool {
    name.namespace.as_ref().is_some_and(|namespace| !namespace.eq_ignore_ascii_case(TEMP))
}
