//! Changes of a schema: what the statements of DDL do.
//!
//! A dialect's parser turns a statement into operations. An [`Op`] is a value without a place;
//! [`Located`] adds the span of the statement, so that a finding can point at it. What a statement
//! does to rows is here only as the tables that it reads and writes.

use crate::schema::{Column, Index, Name, Table, Trigger, View};
use crate::source::Span;

/// A value and where it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The statement, or the part of it, that gives the value.
    pub span: Span,
}

/// A change of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Op {
    /// Creates a table with its constraints.
    CreateTable {
        /// The table.
        name: Name,
        /// Its value. Foreign keys have the names of parents and columns as they are written.
        table: Box<Table>,
        /// Whether an existing table is left as it is.
        if_not_exists: bool,
    },
    /// Drops a table.
    DropTable {
        /// The table.
        name: Name,
        /// Whether a missing table is no error.
        if_exists: bool,
    },
    /// Renames a table.
    RenameTable {
        /// The table.
        name: Name,
        /// Its new name, in the same namespace.
        to: String,
    },
    /// Adds a column behind the others.
    AddColumn {
        /// The table.
        table: Name,
        /// The column.
        column: Box<Column>,
        /// A table of this column alone, with the constraints that are written at the column.
        constraints: Box<Table>,
    },
    /// Drops a column.
    DropColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// Renames a column.
    RenameColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// Its new name.
        to: String,
    },
    /// Creates an index.
    CreateIndex {
        /// The index.
        name: Name,
        /// The table, in the namespace of the index.
        table: String,
        /// Its value. A part without parentheses is a column.
        index: Box<Index>,
        /// Whether an existing index is left as it is.
        if_not_exists: bool,
    },
    /// Drops an index.
    DropIndex {
        /// The index.
        name: Name,
        /// Whether a missing index is no error.
        if_exists: bool,
    },
    /// Creates a view.
    CreateView {
        /// The view.
        name: Name,
        /// Its value.
        view: Box<View>,
        /// Whether an existing view is left as it is.
        if_not_exists: bool,
    },
    /// Drops a view.
    DropView {
        /// The view.
        name: Name,
        /// Whether a missing view is no error.
        if_exists: bool,
    },
    /// Creates a trigger.
    CreateTrigger {
        /// The trigger.
        name: Name,
        /// The table or view that it belongs to.
        table: Name,
        /// Its value.
        trigger: Trigger,
        /// Whether an existing trigger is left as it is.
        if_not_exists: bool,
    },
    /// Drops a trigger.
    DropTrigger {
        /// The trigger.
        name: Name,
        /// Whether a missing trigger is no error.
        if_exists: bool,
    },
    /// Sets something for the session or the database: `PRAGMA foreign_keys = OFF`.
    Set {
        /// The setting, in lower case.
        name: String,
        /// The value as it is written; `None` where the setting is only read.
        value: Option<String>,
    },
    /// Reads or changes rows.
    Rows {
        /// The tables and views that it may read, by the names that it mentions.
        reads: Vec<Name>,
        /// The table that it changes, where it changes one.
        writes: Option<Name>,
    },
    /// A statement that is not understood.
    Opaque {
        /// The names that it mentions: what it may change.
        names: Vec<Name>,
    },
}
