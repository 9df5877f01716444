//! What differs between databases when an operation is applied.
//!
//! The walk resolves names and checks what exists; a method of [`Rules`] then makes the change. The
//! methods that change something have a default in [`effect`](super::effect), which an
//! implementation may call before or after its own work. Where that is not enough,
//! [`Rules::take`] does an operation whole. A method returns a [`Fault`] only where the server
//! certainly refuses; where it does not know, it marks what may have changed.

use std::borrow::Cow;
use std::fmt;

use super::effect;
use super::fault::Fault;
use super::state::State;
use crate::op::{ColumnChange, ConstraintKey, Like, Op, Position, TableChange, TableConstraint};
use crate::schema::{Column, Difference, Index, Kind, Name, Schema, Table};

/// Within what the names of indexes or triggers are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartScope {
    /// Within their table.
    Table,
    /// Within the namespace of their table.
    Namespace,
}

/// The answer to whether two texts say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// They say the same.
    Equal,
    /// They say different things.
    Different,
    /// Not known.
    Unknown,
}

/// The rules of one database. `State` arguments have all names resolved: a [`Name`] is the key in
/// the schema, a column is spelled as in its table.
pub trait Rules: fmt::Debug + Sync {
    /// A name of an object of a kind as the database compares it.
    fn fold<'n>(&self, kind: Kind, name: &'n str) -> Cow<'n, str> {
        let _ = kind;
        Cow::Borrowed(name)
    }

    /// The keys under which an object may be found that a statement names, in the order in which the
    /// server looks; `None` if that is not known (a search path that is not known).
    fn candidates(&self, state: &State, kinds: &[Kind], name: &Name) -> Option<Vec<Name>> {
        let _ = (state, kinds);
        Some(vec![name.clone()])
    }

    /// The key of an object that a statement creates; `None` if that is not known.
    fn place(&self, state: &State, kind: Kind, name: &Name) -> Option<Name> {
        let _ = (state, kind);
        Some(name.clone())
    }

    /// Returns `true` if a name is that of an object of the database itself, about which nothing is
    /// claimed.
    fn is_system(&self, name: &Name) -> bool {
        let _ = name;
        false
    }

    /// Returns `true` if the server may have created an object of a name beside another object, so that
    /// it is not known whether it exists.
    fn may_exist(&self, state: &State, name: &Name) -> bool {
        let _ = (state, name);
        false
    }

    /// The namespaces in which the session looks for unqualified names and that do not exist.
    fn missing_namespaces(&self, state: &State) -> Vec<String> {
        let _ = state;
        Vec::new()
    }

    /// The namespace that a statement must name to create an object that has none in the schema; `None`
    /// if this session creates unqualified names there.
    fn home_to_name(&self, state: &State) -> Option<&'static str> {
        let _ = state;
        None
    }

    /// The statement with which the texts of authors mean in another session what they mean in this one.
    /// `None` where they mean the same in any session.
    fn session_statement(&self, state: &State) -> Option<String> {
        let _ = state;
        None
    }

    /// Brings a part of the schema of `state` to the form in which the catalog's reader gives it.
    fn present(&self, state: &State, part: &mut Schema) {
        let _ = (state, part);
    }

    /// Brings a part of the schema of `state` to the form in which it is written as SQL: without the
    /// objects of a session, and with the texts of their authors.
    fn written(&self, state: &State, part: &mut Schema) {
        self.present(state, part);
    }

    /// Whether what differs between two schemas, texts for example, says the same to the database.
    fn same_text(&self, state: &State, difference: &Difference) -> Sameness {
        let _ = (state, difference);
        Sameness::Different
    }

    /// The names of the sequences that number columns of a table.
    fn sequences(&self, name: &Name, table: &Table) -> Vec<String> {
        let _ = (name, table);
        Vec::new()
    }

    /// The kinds of objects that cannot have the same name as one of this kind.
    fn shares_names(&self, kind: Kind) -> &'static [Kind] {
        match kind {
            Kind::Table | Kind::View => &[Kind::Table, Kind::View],
            Kind::Enum => &[Kind::Enum],
            Kind::Domain => &[Kind::Domain],
            Kind::Sequence => &[Kind::Sequence],
            _ => &[],
        }
    }

    /// Within what the names of indexes or triggers are unique.
    fn part_scope(&self, kind: Kind) -> PartScope {
        let _ = kind;
        PartScope::Table
    }

    /// Does an operation whole; `None` leaves it to the walk.
    fn take(&self, state: &mut State, op: &Op) -> Option<Result<(), Fault>> {
        let _ = (state, op);
        None
    }

    /// Completes a table that is created or has new parts: chooses names for constraints without
    /// one, adds what is implied, brings types and defaults to one form, checks keys and parents.
    ///
    /// # Errors
    /// The server refuses such a table.
    fn complete_table(&self, state: &State, name: &Name, table: &mut Table) -> Result<(), Fault> {
        let _ = (state, name, table);
        Ok(())
    }

    /// A column of a new table that a query takes from `source` as it is; `None` if it is not known what the
    /// server makes of it.
    fn copied_column(&self, source: &Table, column: &Column, new: &Table) -> Option<Column> {
        let _ = (source, column, new);
        None
    }

    /// Returns `true` if `*` in a query includes a column.
    fn is_in_star(&self, column: &Column) -> bool {
        let _ = column;
        true
    }

    /// Adds to a new table what it copies from others.
    ///
    /// # Errors
    /// The server refuses.
    fn copy_tables(
        &self,
        state: &mut State,
        name: &Name,
        table: &mut Table,
        like: &[Like],
        inherits: &[Name],
    ) -> Result<(), Fault> {
        effect::copy_tables(state, name, table, like, inherits)
    }

    /// Gives a new table the columns of the type that it is declared to be of.
    fn fill_typed_table(&self, state: &mut State, name: &Name, table: &mut Table) {
        let _ = (state, name, table);
    }

    /// Drops a table.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_table(&self, state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
        effect::drop_table(state, name, cascade)
    }

    /// Renames a table. The new name is free.
    ///
    /// # Errors
    /// The server refuses.
    fn rename_table(&self, state: &mut State, from: &Name, to: &Name) -> Result<(), Fault> {
        effect::rename_table(state, from, to)
    }

    /// Changes a property of a table.
    ///
    /// # Errors
    /// The server refuses.
    fn alter_table(
        &self,
        state: &mut State,
        table: &Name,
        change: &TableChange,
    ) -> Result<(), Fault> {
        effect::alter_table(state, table, change)
    }

    /// Adds a column, whose name is free, with the constraints at it.
    ///
    /// # Errors
    /// The server refuses.
    fn add_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        effect::add_column(state, table, column, constraints, position)
    }

    /// Replaces the definition of a column.
    ///
    /// # Errors
    /// The server refuses.
    fn replace_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        with: &Column,
        constraints: &Table,
        position: &Position,
    ) -> Result<(), Fault> {
        effect::replace_column(state, table, column, with, constraints, position)
    }

    /// Changes a property of a column.
    ///
    /// # Errors
    /// The server refuses.
    fn alter_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        change: &ColumnChange,
    ) -> Result<(), Fault> {
        effect::alter_column(state, table, column, change)
    }

    /// Drops a column.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        cascade: bool,
    ) -> Result<(), Fault> {
        let _ = cascade;
        effect::drop_column(state, table, column)
    }

    /// Renames a column of a table. The new name is free.
    ///
    /// # Errors
    /// The server refuses.
    fn rename_column(
        &self,
        state: &mut State,
        table: &Name,
        column: &str,
        to: &str,
    ) -> Result<(), Fault> {
        effect::rename_column(state, table, column, to)
    }

    /// Renames a column in an expression of its own table; `None` if the new text is not known.
    fn rename_in_expression(&self, text: &str, column: &str, to: &str) -> Option<String> {
        let _ = (text, column, to);
        None
    }

    /// Adds a constraint.
    ///
    /// # Errors
    /// The server refuses.
    fn add_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &TableConstraint,
        using_index: Option<&str>,
    ) -> Result<(), Fault> {
        effect::add_constraint(state, table, constraint, using_index)
    }

    /// Drops a constraint. Whether there is one is for this method.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_constraint(
        &self,
        state: &mut State,
        table: &Name,
        constraint: &ConstraintKey,
        if_exists: bool,
        cascade: bool,
    ) -> Result<(), Fault> {
        let _ = cascade;
        effect::drop_constraint(state, table, constraint, if_exists)
    }

    /// Creates an index on a table or view, and chooses its name where the statement gives none.
    ///
    /// # Errors
    /// The server refuses.
    fn create_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: Option<&str>,
        index: &Index,
    ) -> Result<(), Fault> {
        effect::create_index(state, owner, name, index)
    }

    /// Drops an index.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_index(
        &self,
        state: &mut State,
        owner: &Name,
        name: &str,
        cascade: bool,
    ) -> Result<(), Fault> {
        let _ = cascade;
        effect::drop_index(state, owner, name)
    }

    /// Drops a view.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_view(&self, state: &mut State, name: &Name, cascade: bool) -> Result<(), Fault> {
        let _ = cascade;
        effect::drop_view(state, name)
    }

    /// Drops an object that is neither table nor view, index or trigger.
    ///
    /// # Errors
    /// The server refuses.
    fn drop_other(
        &self,
        state: &mut State,
        kind: Kind,
        name: &Name,
        cascade: bool,
    ) -> Result<(), Fault> {
        let _ = cascade;
        effect::drop_other(state, kind, name)
    }
}
