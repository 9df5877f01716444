//! The value itself. Everything that a database keeps under a name stands in a map by that name;
//! what may have no name (constraints on SQLite) stands in a list in the order of the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::types::{
    DataType, Deferrable, Identity, MatchType, NullsOrder, PartitionBy, PartitionOf,
};
use super::written::Written;

/// The name of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The namespace (PostgreSQL's schema), unless it is the session's own.
    pub namespace: Option<String>,
    /// The name, without quotes.
    pub name: String,
}

impl Name {
    /// A name in the session's own namespace.
    ///
    /// ```
    /// use migrate_core::schema::Name;
    /// assert_eq!(Name::new("users").to_string(), "users");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { namespace: None, name: name.into() }
    }
}

impl fmt::Display for Name {
    /// As people write it, without quotes: `users`, `ops.users`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What a database holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables, partitions and foreign tables among them.
    pub tables: BTreeMap<Name, Table>,
    /// Views, materialised ones among them.
    pub views: BTreeMap<Name, View>,
    /// Enumerated types.
    pub enums: BTreeMap<Name, Enum>,
    /// Domains: types with constraints of their own.
    pub domains: BTreeMap<Name, Domain>,
    /// Sequences that are no part of a column.
    pub sequences: BTreeMap<Name, Sequence>,
    /// Everything else that has a name, by its kind and by the name with which it is told apart
    /// from others of the kind (`total(integer)` for a function).
    pub others: BTreeMap<(Kind, String), Other>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints. A unique index that is no constraint is an index.
    pub uniques: Vec<Key>,
    /// Check constraints of the table and of its columns.
    pub checks: Vec<Check>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Constraints of other kinds, exclusion for example.
    pub constraints: Vec<Constraint>,
    /// Indexes but for those that only serve a constraint.
    pub indexes: BTreeMap<String, Index>,
    /// Triggers.
    pub triggers: BTreeMap<String, Trigger>,
    /// Whether rows have no number of their own (SQLite's `WITHOUT ROWID`).
    pub without_rowid: bool,
    /// Whether values must have the types of their columns (SQLite's `STRICT`).
    pub strict: bool,
    /// By what it is partitioned, where it is.
    pub partition_by: Option<PartitionBy>,
    /// The table that it is a partition of, where it is one.
    pub partition_of: Option<PartitionOf>,
    /// Further options of the whole table, a name and a value each: `engine`, `collation`,
    /// `unlogged`, `row security`, ...
    pub options: BTreeMap<String, String>,
    /// The comment.
    pub comment: Option<String>,
    /// The statement that creates it, where the database keeps it.
    pub written: Written,
}

impl Table {
    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The type with its arguments, as the database writes it: `character varying(20)`, `int(11)`.
    pub data_type: DataType,
    /// The enum, domain or composite type of the column, or of the elements of an array.
    pub user_type: Option<Name>,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The expression of the default.
    pub default: Option<String>,
    /// How it is computed, when it is.
    pub generated: Option<Generated>,
    /// How the database numbers rows in it, where it does.
    pub identity: Option<Identity>,
    /// The collation, where it is not what the column would have anyway.
    pub collation: Option<String>,
    /// What else is said of it, as `ON UPDATE current_timestamp()`, `INVISIBLE`, `STORAGE main`.
    pub details: String,
    /// The comment.
    pub comment: Option<String>,
}

/// How a generated column is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The expression.
    pub expression: String,
    /// Whether its value is kept in the row.
    pub stored: bool,
}

/// A primary key or a unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// The name, where it has one.
    pub name: Option<String>,
    /// Whether the database chose the name because the statement gave none. A catalog does not
    /// tell, so a name that was read there is never marked.
    pub generated_name: bool,
    /// The columns in the order of the key.
    pub columns: Vec<String>,
    /// Further columns in the index of the key.
    pub include: Vec<String>,
    /// Whether two NULLs count as the same value.
    pub nulls_not_distinct: bool,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// What else is said of it: `ON CONFLICT IGNORE`, `WITHOUT OVERLAPS`, the order or the prefixes
    /// of its columns, options of the index behind it.
    pub details: String,
    /// Whether a column in it had another name when it was created. The database may derive the names
    /// of copies from that one, and a catalog does not tell it.
    pub has_renamed_column: bool,
}

/// A check constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// The name, where it has one.
    pub name: Option<String>,
    /// Whether the database chose the name because the statement gave none. A catalog does not
    /// tell, so a name that was read there is never marked.
    pub generated_name: bool,
    /// The column that a statement writes it at. A catalog does not tell, and comparisons do not ask.
    pub written_at: Option<String>,
    /// The condition, without the parentheses around it.
    pub expression: String,
    /// What else is said of it: `NOT VALID`, `NO INHERIT`.
    pub details: String,
}

/// A foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// The name, where it has one.
    pub name: Option<String>,
    /// Whether the database chose the name because the statement gave none. A catalog does not
    /// tell, so a name that was read there is never marked.
    pub generated_name: bool,
    /// The column that a statement writes it at. A catalog does not tell, and comparisons do not ask.
    pub written_at: Option<String>,
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub parent: Name,
    /// The columns there, as many; empty where the catalog leaves it at the primary key.
    pub parent_columns: Vec<String>,
    /// What an update there does here.
    pub on_update: Action,
    /// What a delete there does here.
    pub on_delete: Action,
    /// How it treats NULL in some of its columns.
    pub match_type: MatchType,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// What else is said of it: `NOT VALID`, `PERIOD`.
    pub details: String,
}

/// What happens to rows that refer to a row that changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Action {
    /// Refused at the end of the statement, later where the constraint is deferred.
    #[default]
    NoAction,
    /// Refused at once.
    Restrict,
    /// They go along.
    Cascade,
    /// Their columns become NULL.
    SetNull,
    /// Their columns become the default.
    SetDefault,
}

impl Action {
    /// As SQL writes it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// The action of SQL's words, in any case; what is unknown is no action.
    ///
    /// ```
    /// use migrate_core::schema::Action;
    /// assert_eq!(Action::from_words("set null"), Action::SetNull);
    /// ```
    #[must_use]
    pub fn from_words(words: &str) -> Self {
        [Self::Restrict, Self::Cascade, Self::SetNull, Self::SetDefault]
            .into_iter()
            .find(|action| action.words().eq_ignore_ascii_case(words))
            .unwrap_or_default()
    }
}

/// A constraint of a kind that has no type of its own here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The name.
    pub name: String,
    /// The text after the name: `EXCLUDE USING gist (room WITH =)`.
    pub definition: String,
}

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Whether values are unique in it.
    pub unique: bool,
    /// The method where it is not the database's usual one: `gin`, `fulltext`, `spatial`, `hash`.
    pub method: Option<String>,
    /// What it orders by.
    pub parts: Vec<IndexPart>,
    /// Further columns that it holds.
    pub include: Vec<String>,
    /// Whether two NULLs count as the same value.
    pub nulls_not_distinct: bool,
    /// The condition of a partial index.
    pub predicate: Option<String>,
    /// What else is said of it: `WITH (fillfactor=70)`, `INVALID`, `CLUSTER`.
    pub details: String,
    /// Whether the database made it because a foreign key needs one. A catalog does not tell, so an
    /// index that was read there is never marked.
    pub implied: bool,
    /// Whether a column in it had another name when it was created. The database may derive the names
    /// of copies from that one, and a catalog does not tell it.
    pub has_renamed_column: bool,
    /// The comment.
    pub comment: Option<String>,
    /// The statement that creates it, where the database keeps it.
    pub written: Written,
}

/// One part of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexPart {
    /// The column, when it is one.
    pub column: Option<String>,
    /// The expression, when it is no column; else empty.
    pub expression: String,
    /// How many characters or bytes of the column it holds, where not all.
    pub prefix: Option<u64>,
    /// The collation, where it is not the column's.
    pub collation: Option<String>,
    /// The operator class, where it is not the type's usual one.
    pub operator_class: Option<String>,
    /// Whether it descends.
    pub descending: bool,
    /// Where NULL stands, where the order does not imply it.
    pub nulls: Option<NullsOrder>,
    /// What else is said of it: options of the operator class.
    pub details: String,
}

/// A trigger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trigger {
    /// The statement that makes it, as the database tells it.
    pub definition: String,
    /// The statement of its author, where the definition is another text.
    pub written: Written,
}

/// A view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Whether it keeps its rows.
    pub materialised: bool,
    /// The query, as the database tells it.
    pub definition: String,
    /// What else is said of it: `WITH (security_barrier=true)`, `WITH CASCADED CHECK OPTION`,
    /// `NOT POPULATED`.
    pub details: String,
    /// Indexes of a materialised view.
    pub indexes: BTreeMap<String, Index>,
    /// Triggers.
    pub triggers: BTreeMap<String, Trigger>,
    /// The comment.
    pub comment: Option<String>,
    /// The statement of its author, where the definition is another text.
    pub written: Written,
}

impl View {
    /// [`Kind::View`] or [`Kind::MaterialisedView`].
    #[must_use]
    pub const fn kind(&self) -> Kind {
        if self.materialised { Kind::MaterialisedView } else { Kind::View }
    }
}

/// An enumerated type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enum {
    /// The labels in their order.
    pub labels: Vec<String>,
    /// The comment.
    pub comment: Option<String>,
}

/// A domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domain {
    /// The type below it.
    pub data_type: DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The expression of the default.
    pub default: Option<String>,
    /// Its checks, about `VALUE`.
    pub checks: Vec<Check>,
    /// The collation, where it is not the type's.
    pub collation: Option<String>,
    /// The comment.
    pub comment: Option<String>,
}

/// A sequence that is no part of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sequence {
    /// The text after the name: `AS integer INCREMENT BY 2 CACHE 10`, without the current value.
    pub definition: String,
    /// The column with which it goes.
    pub owned_by: Option<(Name, String)>,
    /// The comment.
    pub comment: Option<String>,
}

/// The kinds of objects, as people and SQL call them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A namespace.
    Namespace,
    /// An extension.
    Extension,
    /// An enumerated type.
    Enum,
    /// A domain.
    Domain,
    /// A type of other sorts: composite, range, base.
    Type,
    /// A collation.
    Collation,
    /// A sequence.
    Sequence,
    /// A function, or an aggregate.
    Function,
    /// A procedure.
    Procedure,
    /// An operator, an operator class or a cast.
    Operator,
    /// A table.
    Table,
    /// A column.
    Column,
    /// A primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A check.
    Check,
    /// A foreign key.
    ForeignKey,
    /// A constraint of another kind.
    Constraint,
    /// An index.
    Index,
    /// A view.
    View,
    /// A materialised view.
    MaterialisedView,
    /// A rule.
    Rule,
    /// A trigger.
    Trigger,
    /// A trigger on events of the whole database.
    EventTrigger,
    /// A policy of row security.
    Policy,
    /// Extended statistics.
    Statistics,
    /// A scheduled event (MySQL).
    Event,
    /// A publication.
    Publication,
    /// A foreign server, a wrapper for foreign data, or a mapping of users.
    ForeignServer,
    /// A configuration, dictionary, parser or template of text search.
    TextSearch,
    /// Privileges that were granted.
    Grant,
    /// Default privileges.
    DefaultPrivileges,
    /// A comment on an object that has no place for it here.
    Comment,
}

impl Kind {
    /// Returns `true` for functions and procedures.
    #[must_use]
    pub const fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::Procedure)
    }

    /// Whether the name of such a thing says already what it is about: `on table users`.
    pub(super) const fn names_its_object(self) -> bool {
        matches!(self, Self::Grant | Self::Comment)
    }

    /// The word, as in `a materialised view`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Namespace => "schema",
            Self::Extension => "extension",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::Type => "type",
            Self::Collation => "collation",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Operator => "operator",
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::Check => "check",
            Self::ForeignKey => "foreign key",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::View => "view",
            Self::MaterialisedView => "materialised view",
            Self::Rule => "rule",
            Self::Trigger => "trigger",
            Self::EventTrigger => "event trigger",
            Self::Policy => "policy",
            Self::Statistics => "statistics",
            Self::Event => "event",
            Self::Publication => "publication",
            Self::ForeignServer => "foreign server",
            Self::TextSearch => "text search object",
            Self::Grant => "grant",
            Self::DefaultPrivileges => "default privileges",
            Self::Comment => "comment",
        }
    }
}

/// An object that is known by name and text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The statement that makes it, or as much of it as tells one from another.
    pub definition: String,
    /// The table that it belongs to (a policy's, a rule's), when it does.
    pub table: Option<Name>,
}

impl Schema {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Keeps the tables and views of some names with what belongs to them, and nothing else.
    pub fn retain_tables(&mut self, names: &[Name]) {
        self.tables.retain(|name, _| names.contains(name));
        self.views.retain(|name, _| names.contains(name));
        let is_kept = |name: &Name| self.tables.contains_key(name) || self.views.contains_key(name);
        self.sequences.retain(|_, one| one.owned_by.as_ref().is_some_and(|(of, _)| is_kept(of)));
        self.others.retain(|_, one| one.table.as_ref().is_some_and(is_kept));
        self.enums.clear();
        self.domains.clear();
    }

    /// The tables of some names, with those that they refer to through foreign keys, and so on.
    #[must_use]
    pub fn with_parents(&self, names: impl IntoIterator<Item = Name>) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Name> = names.into_iter().collect();
        while let Some(name) = open.pop() {
            let Some(table) = self.tables.get(&name) else { continue };
            if found.insert(name) {
                open.extend(table.foreign_keys.iter().map(|key| key.parent.clone()));
            }
        }
        found
    }
}
