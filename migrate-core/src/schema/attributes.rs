//! The attributes of each value, as words and texts.
//!
//! Two values of a type are compared attribute by attribute. Every value is destructured without
//! `..`, so a new field does not compile until it has an attribute or is excluded by name.

use super::change::{Attribute, Item};
use super::model::{
    Check, Column, Constraint, Domain, Enum, ForeignKey, Index, Key, Other, Sequence, Table,
    Trigger, View,
};
use super::render;

/// An attribute and its text; `None` if the value has none. The order is the same for every value
/// of a type.
pub(super) type AttributeText = (Attribute, Option<String>);

/// A value with attributes.
pub(super) trait Attributes {
    /// Returns the attributes, without the name and without parts that have names.
    fn attributes(&self) -> Vec<AttributeText>;

    /// Returns the value.
    fn item(&self) -> Item;
}

impl<T: Attributes> Attributes for &T {
    fn attributes(&self) -> Vec<AttributeText> {
        (*self).attributes()
    }

    fn item(&self) -> Item {
        (*self).item()
    }
}

/// A constraint, which may have no name.
pub(super) trait Constrains: Attributes {
    /// The name, where it has one.
    fn name(&self) -> Option<&str>;

    /// Returns `true` if the database chose the name.
    fn has_generated_name(&self) -> bool {
        false
    }

    /// Returns the text after name and kind, as SQL.
    fn text(&self) -> String;

    /// Returns the columns if they identify the constraint among others of its kind.
    fn columns(&self) -> Option<&[String]> {
        None
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn nullability(nullable: bool) -> AttributeText {
    (Attribute::Nullability, Some(if nullable { "NULL" } else { "NOT NULL" }.to_owned()))
}

fn comment(comment: Option<&String>) -> AttributeText {
    (Attribute::Comment, comment.map(|comment| render::literal(comment)))
}

impl Attributes for Table {
    fn item(&self) -> Item {
        Item::Table(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            columns: _,
            primary_key: _,
            uniques: _,
            checks: _,
            foreign_keys: _,
            constraints: _,
            indexes: _,
            triggers: _,
            without_rowid: _,
            strict: _,
            partition_by: _,
            partition_of: _,
            options: _,
            comment: words,
            written: _,
        } = self;
        vec![comment(words.as_ref())]
    }
}

impl Attributes for Column {
    fn item(&self) -> Item {
        Item::Column(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            name: _,
            data_type,
            user_type,
            nullable,
            default,
            generated,
            identity,
            collation,
            details,
            comment: words,
        } = self;
        vec![
            (Attribute::Type, Some(data_type.to_string())),
            (Attribute::UserType, user_type.as_ref().map(render::name)),
            nullability(*nullable),
            (Attribute::Default, default.clone()),
            (Attribute::Generation, generated.as_ref().map(render::generated)),
            (Attribute::Numbering, identity.as_ref().map(ToString::to_string)),
            (Attribute::Collation, collation.clone()),
            (Attribute::Details, non_empty(details)),
            comment(words.as_ref()),
        ]
    }
}

impl Attributes for Key {
    fn item(&self) -> Item {
        Item::Key(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            name: _,
            generated_name: _,
            has_renamed_column: _,
            columns,
            include: _,
            nulls_not_distinct: _,
            deferrable: _,
            details: _,
        } = self;
        vec![
            (Attribute::Columns, Some(render::list(columns))),
            (Attribute::Details, non_empty(&render::key_details(self))),
        ]
    }
}

impl Constrains for Key {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn has_generated_name(&self) -> bool {
        self.generated_name
    }

    fn text(&self) -> String {
        render::key(self)
    }

    fn columns(&self) -> Option<&[String]> {
        Some(&self.columns)
    }
}

impl Attributes for Check {
    fn item(&self) -> Item {
        Item::Check(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { name: _, generated_name: _, written_at: _, expression, details } = self;
        vec![
            (Attribute::Condition, Some(expression.clone())),
            (Attribute::Details, non_empty(details)),
        ]
    }
}

impl Constrains for Check {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn has_generated_name(&self) -> bool {
        self.generated_name
    }

    /// A check without a name belongs to a column, or cannot be told from others.
    fn columns(&self) -> Option<&[String]> {
        let of_column = self.name.is_none() && self.details.starts_with("of the column");
        of_column.then(|| std::slice::from_ref(&self.details))
    }

    fn text(&self) -> String {
        render::check(self)
    }
}

impl Attributes for ForeignKey {
    fn item(&self) -> Item {
        Item::ForeignKey(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            name: _,
            generated_name: _,
            written_at: _,
            columns,
            parent,
            parent_columns,
            on_update,
            on_delete,
            match_type: _,
            deferrable: _,
            details: _,
        } = self;
        let there = (!parent_columns.is_empty()).then(|| render::list(parent_columns));
        vec![
            (Attribute::Columns, Some(render::list(columns))),
            (Attribute::Parent, Some(render::name(parent))),
            (Attribute::ParentColumns, there),
            (Attribute::OnUpdate, Some(on_update.words().to_owned())),
            (Attribute::OnDelete, Some(on_delete.words().to_owned())),
            (Attribute::Details, non_empty(&render::foreign_key_details(self))),
        ]
    }
}

impl Constrains for ForeignKey {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn has_generated_name(&self) -> bool {
        self.generated_name
    }

    fn text(&self) -> String {
        render::foreign_key(self)
    }

    fn columns(&self) -> Option<&[String]> {
        Some(&self.columns)
    }
}

impl Attributes for Constraint {
    fn item(&self) -> Item {
        Item::Constraint(self.clone())
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { name: _, definition } = self;
        vec![(Attribute::Definition, Some(definition.clone()))]
    }
}

impl Constrains for Constraint {
    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn text(&self) -> String {
        self.definition.clone()
    }
}

impl Attributes for Index {
    fn item(&self) -> Item {
        Item::Index(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            unique,
            method,
            parts,
            include: _,
            nulls_not_distinct: _,
            predicate,
            details: _,
            implied: _,
            has_renamed_column: _,
            comment: words,
            written: _,
        } = self;
        vec![
            (Attribute::Uniqueness, unique.then(|| "UNIQUE".to_owned())),
            (Attribute::Method, method.clone()),
            (Attribute::Columns, Some(render::parts(parts))),
            (Attribute::Condition, predicate.clone()),
            (Attribute::Details, non_empty(&render::index_details(self))),
            comment(words.as_ref()),
        ]
    }
}

impl Attributes for Trigger {
    fn item(&self) -> Item {
        Item::Trigger(self.clone())
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { definition, written: _ } = self;
        vec![(Attribute::Definition, Some(definition.clone()))]
    }
}

impl Attributes for View {
    fn item(&self) -> Item {
        Item::View(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self {
            materialised: _,
            definition,
            details,
            indexes: _,
            triggers: _,
            comment: words,
            written: _,
        } = self;
        vec![
            (Attribute::Kind, Some(self.kind().word().to_owned())),
            (Attribute::Definition, Some(definition.clone())),
            (Attribute::Details, non_empty(details)),
            comment(words.as_ref()),
        ]
    }
}

impl Attributes for Enum {
    fn item(&self) -> Item {
        Item::Enum(self.clone())
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { labels, comment: words } = self;
        vec![(Attribute::Labels, Some(render::labels(labels))), comment(words.as_ref())]
    }
}

impl Attributes for Domain {
    fn item(&self) -> Item {
        Item::Domain(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { data_type, nullable, default, checks: _, collation, comment: words } = self;
        vec![
            (Attribute::Type, Some(data_type.to_string())),
            nullability(*nullable),
            (Attribute::Default, default.clone()),
            (Attribute::Collation, collation.clone()),
            comment(words.as_ref()),
        ]
    }
}

impl Attributes for Sequence {
    fn item(&self) -> Item {
        Item::Sequence(Box::new(self.clone()))
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { definition, owned_by, comment: words } = self;
        vec![
            (Attribute::Definition, non_empty(definition)),
            (Attribute::Owner, owned_by.as_ref().map(render::owner)),
            comment(words.as_ref()),
        ]
    }
}

impl Attributes for Other {
    fn item(&self) -> Item {
        Item::Other(self.clone())
    }

    fn attributes(&self) -> Vec<AttributeText> {
        let Self { definition, table } = self;
        vec![
            (Attribute::Definition, non_empty(definition)),
            (Attribute::Table, table.as_ref().map(render::name)),
        ]
    }
}
