//! The parts of operations: positions, changes of columns, tables and sequences, and the ways in which
//! statements name an object.

use crate::schema::{
    Check, Constraint, ForeignKey, Generated, Identity, Key, Kind, Name, PartitionOf,
};

/// The position of a column among the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Position {
    /// Behind the others.
    #[default]
    Last,
    /// Before the others.
    First,
    /// Behind a column.
    After(String),
    /// Where the column is. Only for a column that exists.
    Kept,
}

/// The position of a value in an enumerated type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ValuePosition {
    /// Behind the others.
    #[default]
    Last,
    /// Before a value.
    Before(String),
    /// Behind a value.
    After(String),
}

/// A table whose definition another table copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Like {
    /// The table that is copied.
    pub source: Name,
    /// The number of columns of the new table that are written before.
    pub at: usize,
    /// What is copied besides names, types and NOT NULL, in lower case: `defaults`, `indexes`, `all`,
    /// ... MySQL copies everything but foreign keys.
    pub including: Vec<String>,
}

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableConstraint {
    /// A primary key.
    PrimaryKey(Key),
    /// A unique constraint.
    Unique(Key),
    /// A check.
    Check(Check),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A constraint of another kind.
    Other(Constraint),
}

/// When an operation is performed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// A table, view, index or sequence of this name exists.
    TableExists(Name),
    /// Always, on the table alone and not on its children (PostgreSQL's `ONLY`).
    Alone,
    /// What the operation creates does not exist yet.
    Absent,
    /// What the operation drops, renames or changes exists.
    Present,
}

/// How a statement names a constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKey {
    /// By its name, whatever its kind (`DROP CONSTRAINT`).
    Named(String),
    /// The primary key (MySQL's `DROP PRIMARY KEY`).
    PrimaryKey,
    /// A foreign key by its name (MySQL's `DROP FOREIGN KEY`).
    ForeignKey(String),
    /// A check by its name (MySQL's `DROP CHECK`).
    Check(String),
}

/// A change of one property of a column, or of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnChange {
    /// Another type.
    Type {
        /// The type, as the database writes it.
        data_type: crate::schema::DataType,
        /// The enum, domain or composite type, where the statement's name is none of the database's.
        user_type: Option<Name>,
        /// The collation, where the statement gives one.
        collation: Option<String>,
        /// The expression that converts the values, where the statement gives one.
        using: Option<String>,
    },
    /// Another default; `None` drops it.
    Default(Option<String>),
    /// NULL allowed or not.
    Nullable(bool),
    /// Adds a way of numbering rows.
    AddIdentity(Identity),
    /// Changes the way of numbering rows; the text is what the statement says.
    AlterIdentity(String),
    /// Drops the way of numbering rows.
    DropIdentity {
        /// Whether a column without one is no error.
        if_exists: bool,
    },
    /// Another expression of a generated column.
    SetExpression(String),
    /// Makes a generated column an ordinary one.
    DropExpression {
        /// Whether an ordinary column is no error.
        if_exists: bool,
    },
    /// Makes a column a generated one.
    Generated(Generated),
    /// A detail of the column, in the words of [`Column::details`](crate::schema::Column::details): a
    /// storage mode, a compression, a statistics target.
    Detail {
        /// The name of the detail in capitals: `STORAGE`.
        name: String,
        /// The value; `None` resets it.
        value: Option<String>,
    },
    /// Adds a check to a domain.
    AddCheck(Check),
    /// Drops a check of a domain.
    DropCheck {
        /// The name.
        name: String,
        /// Whether a missing check is no error.
        if_exists: bool,
    },
    /// Validates a check of a domain.
    ValidateCheck(String),
    /// Renames a check of a domain.
    RenameCheck {
        /// The name.
        name: String,
        /// The new name.
        to: String,
    },
}

/// A change of a property of a whole table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableChange {
    /// Sets an option, or resets it: a name and a value as in
    /// [`Table::options`](crate::schema::Table::options).
    Option {
        /// The name.
        name: String,
        /// The value; `None` resets it.
        value: Option<String>,
    },
    /// Makes another table a partition of this one.
    AttachPartition {
        /// The partition.
        partition: Name,
        /// The table that it becomes a part of, and its share of the rows.
        of: PartitionOf,
    },
    /// Makes a partition a table of its own.
    DetachPartition {
        /// The partition.
        partition: Name,
    },
    /// Adds a parent.
    Inherit(Name),
    /// Removes a parent.
    NoInherit(Name),
    /// Enables or disables triggers or rules: one by name, or all.
    Trigger {
        /// The trigger; `None` for all.
        name: Option<String>,
        /// As in the statement, in capitals: `DISABLE`, `ENABLE ALWAYS`.
        state: String,
    },
    /// Converts the columns to a character set (MySQL's `CONVERT TO`).
    ConvertCharset {
        /// The character set.
        charset: String,
        /// The collation, where the statement gives one.
        collation: Option<String>,
        /// Columns that the statement defines too: their types are not made larger.
        defined: Vec<String>,
    },
    /// Changes whether an index is used (MySQL's `ALTER INDEX`).
    Index {
        /// The index.
        name: String,
        /// As in the statement, in capitals: `INVISIBLE`, `NOT IGNORED`.
        state: String,
    },
    /// Partitions of MySQL: the statement's text behind the table's name.
    Partitions(String),
    /// A change without an effect on the schema: `FORCE`, ...
    None,
}

/// A change of one attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeChange {
    /// Adds an attribute behind the others: its name, and its type as the catalog writes it.
    Add(String, String),
    /// Drops an attribute.
    Drop {
        /// The name.
        name: String,
        /// Whether a missing attribute is no error.
        if_exists: bool,
    },
    /// Gives an attribute another type.
    Type(String, String),
    /// Renames an attribute.
    Rename(String, String),
}

/// A change of who owns an object, or of what others may do with it. Roles are as the catalog names them, `PUBLIC`
/// or `CURRENT_USER`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessChange {
    /// Grants privileges.
    Grant {
        /// The privileges in capitals; empty for all.
        privileges: Vec<String>,
        /// Who gets them.
        to: Vec<String>,
        /// Whether they may be passed on.
        grant_option: bool,
    },
    /// Takes privileges back.
    Revoke {
        /// The privileges in capitals; empty for all.
        privileges: Vec<String>,
        /// Who had them.
        from: Vec<String>,
        /// Whether only the right to pass them on is taken.
        option_only: bool,
    },
    /// Another owner.
    Owner(String),
}

/// A change of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceChange {
    /// Other options: an option in capitals and its value each, in the order of the statement.
    Options(Vec<(String, String)>),
    /// Another owner; `None` is `OWNED BY NONE`.
    OwnedBy(Option<(Name, String)>),
}

/// How a statement names an object of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its kind.
    pub kind: Kind,
    /// The object, or the table that it belongs to where `part` is given.
    pub name: Name,
    /// The column, constraint, trigger, policy, rule, or for objects that are known by text alone the
    /// key of [`Schema::others`](crate::schema::Schema::others).
    pub part: Option<String>,
}

/// A query that takes columns of one table as they are: `SELECT id, email AS mail FROM users WHERE ..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// The table.
    pub table: Name,
    /// What it selects, in order.
    pub columns: Vec<Projected>,
}

/// A part of what a [`Projection`] selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projected {
    /// Every column: `*`.
    All,
    /// One column.
    Column {
        /// Its name in the table.
        name: String,
        /// Its name in the result, where the query gives it another one.
        alias: Option<String>,
    },
}
