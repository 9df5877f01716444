//! A difference between two schemas: the object, the kind of change, and both values.

use super::model::{
    Check, Column, Constraint, Domain, Enum, ForeignKey, Index, Key, Kind, Name, Other, Sequence,
    Table, Trigger, View,
};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The object.
    pub object: Object,
    /// The change.
    pub change: Change,
    /// The whole object in the first schema; `None` where it was added.
    pub before: Option<Item>,
    /// The whole object in the second schema; `None` where it was removed.
    pub after: Option<Item>,
}

impl Difference {
    /// Returns `true` if the same object has the same change, whatever else the object contains.
    #[must_use]
    pub fn is_same_change(&self, other: &Self) -> bool {
        self.object == other.object && self.change == other.change
    }

    /// Returns `true` if only the order of columns differs.
    #[must_use]
    pub const fn is_order(&self) -> bool {
        matches!(self.change, Change::Reordered { .. })
    }
}

/// An object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The kind.
    pub kind: Kind,
    /// The table, view or domain that it belongs to.
    pub table: Option<Name>,
    /// The kind of `table`; usually [`Kind::Table`].
    pub part_of: Kind,
    /// The name; for a constraint without one, or with only another name, its text.
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
    /// The columns of a table have another order. A `DROP COLUMN` with a later `ADD COLUMN` makes
    /// this inevitable.
    Reordered {
        /// The common columns in the order of the first schema.
        before: Vec<String>,
        /// The common columns in the order of the second schema.
        after: Vec<String>,
    },
}

/// The value of an object in one schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A table with its parts.
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
    /// A view with its parts.
    View(Box<View>),
    /// An enumerated type.
    Enum(Enum),
    /// A domain.
    Domain(Box<Domain>),
    /// A sequence.
    Sequence(Box<Sequence>),
    /// An object of which only name and text are known.
    Other(Other),
}

/// The attribute of an object that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// The name of a constraint.
    Name,
    /// The data type.
    Type,
    /// The enum, domain or composite type of the data type.
    UserType,
    /// Whether NULL is allowed.
    Nullability,
    /// The default.
    Default,
    /// How a generated column is computed.
    Generation,
    /// How rows are numbered.
    Numbering,
    /// The collation.
    Collation,
    /// All details without an attribute of their own.
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
    /// The definition of an object of which only the text is known.
    Definition,
    /// Whether an index is unique.
    Uniqueness,
    /// The method of an index.
    Method,
    /// Whether a view is materialised.
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
    /// The words for a message, as in `the action on delete`.
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
