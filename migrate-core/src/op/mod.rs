//! Operations: what the statements of DDL do to a schema.
//!
//! A dialect's parser turns a statement into operations, in the order in which the server performs
//! them. An [`Op`] is a value without a place; [`Located`] adds the span of the statement or of the
//! part that gives the operation, so that a diagnostic can point at it. The effect of a statement on
//! rows is recorded as the tables that it reads and writes, and no more. Names are as the statement
//! gives them: `apply` resolves them, and chooses the names that a database would choose.

mod parts;

pub use parts::{
    AccessChange, AttributeChange, ColumnChange, Condition, ConstraintKey, Like, Position,
    Projected, Projection, SequenceChange, Subject, TableChange, TableConstraint, ValuePosition,
};

use crate::schema::{
    Column, Domain, Enum, Index, Kind, Name, Other, Sequence, Table, Trigger, View,
};
use crate::source::Span;

/// A value and its place in a file.
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
        /// Whether an existing table is dropped first (MariaDB's `OR REPLACE`).
        or_replace: bool,
        /// Tables whose definitions are copied (`LIKE`), with the position among the columns.
        like: Vec<Like>,
        /// The parents of `INHERITS`.
        inherits: Vec<Name>,
    },
    /// Creates a table from a query. The parser knows at most where its columns come from.
    CreateTableAs {
        /// The table.
        name: Name,
        /// What the statement says of it: columns without types where only names are given.
        table: Box<Table>,
        /// Tables and views that the query reads.
        reads: Vec<Name>,
        /// The query, where it takes columns of one table as they are.
        projection: Option<Projection>,
        /// Whether an existing table is left as it is.
        if_not_exists: bool,
    },
    /// Drops a table.
    DropTable {
        /// The table.
        name: Name,
        /// Whether a missing table is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
        /// The other tables that the same statement drops, where the database drops all of them at once.
        together: Vec<Name>,
    },
    /// Renames a table.
    RenameTable {
        /// The table.
        name: Name,
        /// Its new name. Without a namespace it stays in its own.
        to: Name,
        /// Whether a missing table is no error.
        if_exists: bool,
    },
    /// Changes a property of a whole table.
    AlterTable {
        /// The table.
        table: Name,
        /// The change.
        change: TableChange,
    },
    /// Adds a column.
    AddColumn {
        /// The table.
        table: Name,
        /// The column.
        column: Box<Column>,
        /// A table of this column alone, with the constraints that are written at the column.
        constraints: Box<Table>,
        /// Its position.
        position: Position,
        /// Whether an existing column is left as it is.
        if_not_exists: bool,
    },
    /// Replaces a column's whole definition (MySQL's `MODIFY` and `CHANGE`).
    ReplaceColumn {
        /// The table.
        table: Name,
        /// The column's name before.
        column: String,
        /// The new definition, with the new name.
        with: Box<Column>,
        /// A table of this column alone, with the constraints that are written at the column.
        constraints: Box<Table>,
        /// Its position; [`Position::Kept`] where the statement gives none.
        position: Position,
        /// Whether a missing column is no error.
        if_exists: bool,
    },
    /// Changes one property of a column.
    AlterColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// The change.
        change: ColumnChange,
    },
    /// Drops a column.
    DropColumn {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// Whether a missing column is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
    },
    /// Renames a column.
    RenameColumn {
        /// The table or view.
        table: Name,
        /// The column.
        column: String,
        /// Its new name.
        to: String,
    },
    /// Adds a constraint to a table.
    AddConstraint {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: Box<TableConstraint>,
        /// An index that becomes the constraint's own (`USING INDEX`). On MariaDB, the name after
        /// `FOREIGN KEY` where another one stands after `CONSTRAINT`.
        using_index: Option<String>,
        /// Whether a constraint of that name is left as it is (MariaDB).
        if_not_exists: bool,
    },
    /// Drops a constraint.
    DropConstraint {
        /// The table.
        table: Name,
        /// Which one.
        constraint: ConstraintKey,
        /// Whether a missing constraint is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
    },
    /// Changes when a constraint is checked, or whether it is enforced; see [`TableConstraint`].
    AlterConstraint {
        /// The table.
        table: Name,
        /// The name of the constraint.
        name: String,
        /// The new time of the check, where the statement gives one.
        deferrable: Option<crate::schema::Deferrable>,
        /// What else the statement says of it, in capitals: `NOT ENFORCED`.
        details: String,
    },
    /// Checks the rows of a constraint that is `NOT VALID`.
    ValidateConstraint {
        /// The table.
        table: Name,
        /// The name of the constraint.
        name: String,
    },
    /// Creates an index.
    CreateIndex {
        /// The table or materialised view.
        table: Name,
        /// The name of the index, where the statement gives one.
        name: Option<String>,
        /// Its value. A part without parentheses is a column.
        index: Box<Index>,
        /// Whether an existing index is left as it is.
        if_not_exists: bool,
        /// Whether an existing index is dropped first (MariaDB).
        or_replace: bool,
        /// Whether writers go on while it is built.
        concurrently: bool,
    },
    /// Drops an index.
    DropIndex {
        /// The index. MySQL's are names of a table, and have no namespace of their own.
        name: Name,
        /// The table, where the statement names it.
        table: Option<Name>,
        /// Whether a missing index is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
        /// Whether readers and writers go on.
        concurrently: bool,
    },
    /// Creates a view.
    CreateView {
        /// The view.
        name: Name,
        /// Its value. The definition is the query as it is written.
        view: Box<View>,
        /// The names that the query mentions: tables and views that it may read.
        reads: Vec<Name>,
        /// Whether an existing view is left as it is.
        if_not_exists: bool,
        /// Whether an existing view is replaced.
        or_replace: bool,
    },
    /// Drops a view.
    DropView {
        /// The view.
        name: Name,
        /// [`Kind::View`] or [`Kind::MaterialisedView`].
        kind: Kind,
        /// Whether a missing view is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
    },
    /// Creates a trigger.
    CreateTrigger {
        /// The trigger.
        name: Name,
        /// The table or view that it belongs to.
        table: Name,
        /// Its value.
        trigger: Trigger,
        /// The names that it mentions: tables, views and functions that it may use.
        uses: Vec<Name>,
        /// Whether an existing trigger is left as it is.
        if_not_exists: bool,
        /// Whether an existing trigger is replaced.
        or_replace: bool,
    },
    /// Drops a trigger.
    DropTrigger {
        /// The trigger.
        name: Name,
        /// The table, where the statement names it.
        table: Option<Name>,
        /// Whether a missing trigger is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
    },
    /// Creates an enumerated type.
    CreateEnum {
        /// The type.
        name: Name,
        /// Its value.
        value: Box<Enum>,
    },
    /// Adds a value to an enumerated type.
    AddEnumValue {
        /// The type.
        name: Name,
        /// The value.
        value: String,
        /// Its position among the others.
        position: ValuePosition,
        /// Whether an existing value is left as it is.
        if_not_exists: bool,
    },
    /// Renames a value of an enumerated type.
    RenameEnumValue {
        /// The type.
        name: Name,
        /// The value.
        value: String,
        /// Its new text.
        to: String,
    },
    /// Changes the attributes of a composite type.
    AlterAttributes {
        /// The type.
        name: Name,
        /// The changes, in their order.
        changes: Vec<AttributeChange>,
    },
    /// Creates a domain.
    CreateDomain {
        /// The domain.
        name: Name,
        /// Its value.
        domain: Box<Domain>,
    },
    /// Changes a domain as a column is changed, or its constraints.
    AlterDomain {
        /// The domain.
        name: Name,
        /// The change: default, nullability, an added or a dropped check.
        change: ColumnChange,
    },
    /// Creates a sequence.
    CreateSequence {
        /// The sequence.
        name: Name,
        /// Its value.
        sequence: Box<Sequence>,
        /// Whether an existing sequence is left as it is.
        if_not_exists: bool,
        /// Whether an existing sequence is replaced (MariaDB).
        or_replace: bool,
    },
    /// Changes a sequence.
    AlterSequence {
        /// The sequence.
        name: Name,
        /// The change.
        change: SequenceChange,
        /// Whether a missing sequence is no error.
        if_exists: bool,
    },
    /// Creates an object that is known by name and text alone: function, policy, rule, extension,
    /// grant, ...
    CreateOther {
        /// Its kind.
        kind: Kind,
        /// The name with which it is told apart from others of its kind, as in
        /// [`Schema::others`](crate::schema::Schema::others).
        key: String,
        /// Its value.
        other: Box<Other>,
        /// The names that it mentions: objects that it may use.
        uses: Vec<Name>,
        /// Whether an existing object is left as it is.
        if_not_exists: bool,
        /// Whether an existing object is replaced.
        or_replace: bool,
    },
    /// Drops an object of a kind that has no operation of its own.
    Drop {
        /// Its kind: a type, domain, sequence, namespace, or one that is known by text alone.
        kind: Kind,
        /// The object, or the table that it belongs to where `key` is given.
        name: Name,
        /// The name with which it is told apart from others of its kind, where it is known by text alone.
        /// A function without arguments in the statement is named without parentheses.
        key: Option<String>,
        /// Whether a missing object is no error.
        if_exists: bool,
        /// Whether what depends on it is dropped too.
        cascade: bool,
    },
    /// Changes an object that is known by text alone, in a way that its text does not tell.
    AlterOther {
        /// Its kind.
        kind: Kind,
        /// As in [`Op::CreateOther`].
        key: String,
        /// Whether a missing object is no error.
        if_exists: bool,
    },
    /// Renames an object that is no table and no column.
    Rename {
        /// The object.
        subject: Subject,
        /// Its new name.
        to: String,
        /// Whether a missing object is no error.
        if_exists: bool,
    },
    /// Moves an object to another namespace.
    SetNamespace {
        /// The object.
        subject: Subject,
        /// The namespace.
        namespace: String,
        /// Whether a missing object is no error.
        if_exists: bool,
    },
    /// Sets or removes the comment of an object.
    Comment {
        /// The object.
        subject: Subject,
        /// The comment; `None` removes it.
        comment: Option<String>,
    },
    /// Changes the owner of an object, or the privileges on it (PostgreSQL).
    ChangeAccess {
        /// The object. A column, or a function, is the part; of a namespace the part is the word for the objects in it
        /// that change, `tables` or so.
        subject: Subject,
        /// The change.
        change: AccessChange,
    },
    /// Sets something for the session or the database: `PRAGMA foreign_keys = OFF`,
    /// `SET search_path TO app`.
    Set {
        /// The setting, in lower case.
        name: String,
        /// The value as it is written; `None` where the setting is only read, or reset.
        value: Option<String>,
    },
    /// Reads or changes rows.
    Rows {
        /// The tables and views that it may read, by the names that it mentions.
        reads: Vec<Name>,
        /// The table that it changes, where it changes one.
        writes: Option<Name>,
    },
    /// An operation that depends on what is there: `ALTER TABLE IF EXISTS`, `CREATE TYPE` in a `DO`
    /// block that catches `duplicate_object`.
    Conditional {
        /// When the operation is performed.
        condition: Condition,
        /// The operation.
        op: Box<Op>,
    },
    /// Copies the rows of a table into one that replaces it.
    CopyRows {
        /// The table that is read.
        from: Name,
        /// The table that takes the rows.
        to: Name,
        /// The columns of `to`, each with the expression over the columns of `from` that it gets.
        columns: Vec<(String, String)>,
        /// Whether the counter of `from` goes over to `to` (SQLite's `AUTOINCREMENT`).
        keeps_counter: bool,
    },
    /// Calls a procedure.
    Call {
        /// The procedure.
        name: Name,
        /// The values of its arguments; `None` where the statement gives no literal.
        arguments: Vec<Option<String>>,
    },
    /// Runs code, or a text that was prepared (MySQL): `EXECUTE`, `BEGIN NOT ATOMIC`, `IF`.
    Run {
        /// The statement.
        text: String,
    },
    /// A statement that is not understood.
    Opaque {
        /// The names that it mentions: what it may change. Empty means that it may change anything.
        names: Vec<Name>,
    },
}

impl Op {
    /// Returns `true` if the statement may change anything that it does not say: it is not understood,
    /// or runs other code.
    ///
    /// ```
    /// use migrate_core::op::Op;
    /// assert!(Op::Opaque { names: Vec::new() }.may_change_anything());
    /// ```
    #[must_use]
    pub const fn may_change_anything(&self) -> bool {
        matches!(self, Self::Opaque { .. } | Self::Call { .. } | Self::Run { .. })
    }

    /// The table whose definition an `ALTER TABLE` changes, as the statement names it; `None` for all
    /// other operations.
    ///
    /// ```
    /// use migrate_core::op::Op;
    /// use migrate_core::schema::Name;
    /// let op = Op::RenameColumn { table: Name::new("t"), column: "a".into(), to: "b".into() };
    /// assert_eq!(op.altered_table(), Some(&Name::new("t")));
    /// ```
    #[must_use]
    pub const fn altered_table(&self) -> Option<&Name> {
        match self {
            Self::AlterTable { table, .. }
            | Self::AddColumn { table, .. }
            | Self::ReplaceColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::AlterConstraint { table, .. }
            | Self::ValidateConstraint { table, .. } => Some(table),
            _ => None,
        }
    }
}
