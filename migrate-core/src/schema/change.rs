//! One difference between two schemas: which object, how it differs, and both values.

use super::model::{
    Check, Column, Constraint, Domain, Enum, ForeignKey, Index, Key, Kind, Name, Other, Sequence,
    Table, Trigger, View,
};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The object.
    pub object: Object,
    /// How it differs.
    pub change: Change,
    /// The whole object in the first schema; `None` where it was added.
    pub before: Option<Item>,
    /// The whole object in the second schema; `None` where it was removed.
    pub after: Option<Item>,
}

impl Difference {
    /// Whether the same object differs in the same way, whatever else is in the object.
    #[must_use]
    pub fn is_same_change(&self, other: &Self) -> bool {
        self.object == other.object && self.change == other.change
    }

    /// Whether it is only about the order of columns.
    #[must_use]
    pub const fn is_order(&self) -> bool {
        matches!(self.change, Change::Reordered { .. })
    }
}

/// An object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// The table, view or domain that it is a part of.
    pub table: Option<Name>,
    /// What `table` is: [`Kind::Table`] unless it says otherwise.
    pub part_of: Kind,
    /// Its name; for a constraint without one, or one of which only the name differs, what it says.
    pub name: String,
}

impl Object {
    pub(super) const fn whole(kind: Kind, name: String) -> Self {
        Self { kind, table: None, part_of: Kind::Table, name }
    }

    /// A part of this object.
    pub(super) fn part(&self, owner: &Name, kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, table: Some(owner.clone()), part_of: self.kind, name: name.into() }
    }
}

/// How an object differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is in the second schema only.
    Added,
    /// It is in the first schema only.
    Removed,
    /// It is in both, and one attribute differs.
    Altered {
        /// The attribute.
        attribute: Attribute,
        /// Its text in the first schema; `None` where there is none.
        before: Option<String>,
        /// Its text in the second schema.
        after: Option<String>,
    },
    /// The columns of a table are the same in another order, which `DROP COLUMN` and a later
    /// `ADD COLUMN` make inevitable.
    Reordered {
        /// In the first schema, those that are in both.
        before: Vec<String>,
        /// In the second.
        after: Vec<String>,
    },
}

/// The value of an object in one schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A table with everything in it.
    Table(Box<Table>),
    /// A column.
    Column(Box<Column>),
    /// A primary key or a unique constraint.
    Key(Box<Key>),
    /// A check.
    Check(Box<Check>),
    /// A foreign key.
    ForeignKey(Box<ForeignKey>),
    /// A constraint of another kind.
    Constraint(Constraint),
    /// An index.
    Index(Box<Index>),
    /// A trigger.
    Trigger(Trigger),
    /// A view with everything in it.
    View(Box<View>),
    /// An enumerated type.
    Enum(Enum),
    /// A domain.
    Domain(Box<Domain>),
    /// A sequence.
    Sequence(Box<Sequence>),
    /// An object that is known by name and text alone.
    Other(Other),
}

/// What of an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// The name of a constraint.
    Name,
    /// The data type.
    Type,
    /// The enum, domain or composite type behind the data type.
    UserType,
    /// Whether NULL may stand.
    Nullability,
    /// The default.
    Default,
    /// How a generated column is computed.
    Generation,
    /// How rows are numbered.
    Numbering,
    /// The collation.
    Collation,
    /// Everything that has no attribute of its own.
    Details,
    /// The comment.
    Comment,
    /// The columns of a constraint, or the parts of an index.
    Columns,
    /// The condition of a check or of a partial index.
    Condition,
    /// The table that a foreign key refers to.
    Parent,
    /// The columns that it refers to.
    ParentColumns,
    /// What an update of the parent does.
    OnUpdate,
    /// What a delete in the parent does.
    OnDelete,
    /// The text of an object that is known by its text.
    Definition,
    /// Whether an index is unique.
    Uniqueness,
    /// The method of an index.
    Method,
    /// Whether a view keeps its rows.
    Kind,
    /// The labels of an enum.
    Labels,
    /// The column that owns a sequence.
    Owner,
    /// The table that an object belongs to.
    Table,
    /// An option of a table.
    Option,
}

impl Attribute {
    /// The words, as in `the action on delete`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::UserType => "type behind it",
            Self::Nullability => "nullability",
            Self::Default => "default",
            Self::Generation => "generation",
            Self::Numbering => "numbering",
            Self::Collation => "collation",
            Self::Details => "details",
            Self::Comment => "comment",
            Self::Columns => "columns",
            Self::Condition => "condition",
            Self::Parent => "parent",
            Self::ParentColumns => "parent columns",
            Self::OnUpdate => "action on update",
            Self::OnDelete => "action on delete",
            Self::Definition => "definition",
            Self::Uniqueness => "uniqueness",
            Self::Method => "method",
            Self::Kind => "kind",
            Self::Labels => "labels",
            Self::Owner => "owner",
            Self::Table => "table",
            Self::Option => "option",
        }
    }
}
