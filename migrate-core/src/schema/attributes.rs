//! What each value says of itself, as words and texts.
//!
//! Two values of a type are compared fact by fact. Every value is taken apart without `..`, so that
//! a new field does not compile until it is said here, or named as something that is compared by
//! itself. Knows one value at a time.

use super::model::{
    Check, Column, Constraint, Domain, Enum, ForeignKey, Index, Key, Other, Sequence, Table,
    Trigger, View,
};
use super::render;

/// One thing that is said, in the same place for every value of the type: what it is, and its
/// text, or that nothing is said.
pub(super) type Fact = (&'static str, Option<String>);

/// A value that can be taken apart.
pub(super) trait Facts {
    /// Everything that is said of it, but for its name and for what has a name in it.
    fn facts(&self) -> Vec<Fact>;
}

/// A constraint, which may have no name.
pub(super) trait Constrains: Facts {
    /// The name, where it has one.
    fn name(&self) -> Option<&str>;

    /// Whether the database chose the name.
    fn has_generated_name(&self) -> bool {
        false
    }

    /// All of it behind name and kind, as SQL.
    fn text(&self) -> String;

    /// The columns that it is about, where these tell it from others of its kind.
    fn columns(&self) -> Option<&[String]> {
        None
    }
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn nullability(nullable: bool) -> Fact {
    ("nullability", Some(if nullable { "NULL" } else { "NOT NULL" }.to_owned()))
}

fn comment(comment: Option<&String>) -> Fact {
    ("comment", comment.map(|comment| render::literal(comment)))
}

impl Facts for Table {
    fn facts(&self) -> Vec<Fact> {
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
        } = self;
        vec![comment(words.as_ref())]
    }
}

impl Facts for Column {
    fn facts(&self) -> Vec<Fact> {
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
            ("type", Some(data_type.to_string())),
            ("type behind it", user_type.as_ref().map(render::name)),
            nullability(*nullable),
            ("default", default.clone()),
            ("generation", generated.as_ref().map(render::generated)),
            ("numbering", identity.as_ref().map(ToString::to_string)),
            ("collation", collation.clone()),
            ("details", said(details)),
            comment(words.as_ref()),
        ]
    }
}

impl Facts for Key {
    fn facts(&self) -> Vec<Fact> {
        let Self {
            name: _,
            generated_name: _,
            columns,
            include: _,
            nulls_not_distinct: _,
            deferrable: _,
            details: _,
        } = self;
        vec![
            ("columns", Some(render::list(columns))),
            ("details", said(&render::key_details(self))),
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

impl Facts for Check {
    fn facts(&self) -> Vec<Fact> {
        let Self { name: _, generated_name: _, expression, details } = self;
        vec![("condition", Some(expression.clone())), ("details", said(details))]
    }
}

impl Constrains for Check {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn has_generated_name(&self) -> bool {
        self.generated_name
    }

    fn text(&self) -> String {
        render::check(self)
    }
}

impl Facts for ForeignKey {
    fn facts(&self) -> Vec<Fact> {
        let Self {
            name: _,
            generated_name: _,
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
            ("columns", Some(render::list(columns))),
            ("parent", Some(render::name(parent))),
            ("parent columns", there),
            ("action on update", Some(on_update.words().to_owned())),
            ("action on delete", Some(on_delete.words().to_owned())),
            ("details", said(&render::foreign_key_details(self))),
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

impl Facts for Constraint {
    fn facts(&self) -> Vec<Fact> {
        let Self { name: _, definition } = self;
        vec![("definition", Some(definition.clone()))]
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

impl Facts for Index {
    fn facts(&self) -> Vec<Fact> {
        let Self {
            unique,
            method,
            parts,
            include: _,
            nulls_not_distinct: _,
            predicate,
            details: _,
            comment: words,
        } = self;
        vec![
            ("uniqueness", unique.then(|| "UNIQUE".to_owned())),
            ("method", method.clone()),
            ("columns", Some(render::parts(parts))),
            ("condition", predicate.clone()),
            ("details", said(&render::index_details(self))),
            comment(words.as_ref()),
        ]
    }
}

impl Facts for Trigger {
    fn facts(&self) -> Vec<Fact> {
        let Self { definition } = self;
        vec![("definition", Some(definition.clone()))]
    }
}

impl Facts for View {
    fn facts(&self) -> Vec<Fact> {
        let Self { materialised: _, definition, details, indexes: _, triggers: _, comment: words } =
            self;
        vec![
            ("kind", Some(self.kind().word().to_owned())),
            ("definition", Some(definition.clone())),
            ("details", said(details)),
            comment(words.as_ref()),
        ]
    }
}

impl Facts for Enum {
    fn facts(&self) -> Vec<Fact> {
        let Self { labels, comment: words } = self;
        vec![("labels", Some(render::labels(labels))), comment(words.as_ref())]
    }
}

impl Facts for Domain {
    fn facts(&self) -> Vec<Fact> {
        let Self { data_type, nullable, default, checks: _, collation, comment: words } = self;
        vec![
            ("type", Some(data_type.to_string())),
            nullability(*nullable),
            ("default", default.clone()),
            ("collation", collation.clone()),
            comment(words.as_ref()),
        ]
    }
}

impl Facts for Sequence {
    fn facts(&self) -> Vec<Fact> {
        let Self { definition, owned_by, comment: words } = self;
        vec![
            ("definition", said(definition)),
            ("owner", owned_by.as_ref().map(render::owner)),
            comment(words.as_ref()),
        ]
    }
}

impl Facts for Other {
    fn facts(&self) -> Vec<Fact> {
        let Self { definition, table } = self;
        vec![("definition", said(definition)), ("table", table.as_ref().map(render::name))]
    }
}
