//! What is not known of a schema, and why.
//!
//! A mark is on the smallest thing that it is true of. It never says what the thing is instead: a
//! table that is unknown may exist with any content, or be absent. A mark is removed only where a
//! later statement makes the thing known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::schema::{Kind, Name, Schema};
use crate::source::Span;

/// A schema, and what is not known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaticSchema {
    /// What is known. An object that [`StaticSchema::unknown`] covers may be in it, or not.
    pub schema: Schema,
    /// What is not known.
    pub unknown: Unknown,
}

/// The place of a statement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// A number that the caller gives to the file; see
    /// [`State::set_source`](super::State::set_source).
    pub source: usize,
    /// The statement in that file.
    pub span: Span,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words, as in `the statement is not understood`.
    pub why: &'static str,
    /// The statement that is the cause.
    pub origin: Origin,
}

/// What a mark is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The kind of the object; `None` for every object of the name.
    pub kind: Option<Kind>,
    /// The object. Case is folded where the database folds it. For an object that is known by text
    /// alone, the key of [`Schema::others`].
    pub name: Name,
    /// What of it.
    pub part: Part,
}

impl fmt::Display for Target {
    /// As in a message: `table users`, `column users.email`, `the indexes of table users`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let Some(kind) = self.kind else { return write!(f, "what is named {name}") };
        let word = kind.word();
        match &self.part {
            Part::Whole => write!(f, "{word} {name}"),
            Part::Text if kind == Kind::Table => write!(f, "the options of table {name}"),
            Part::Text => write!(f, "the text of {word} {name}"),
            Part::Columns => write!(f, "the columns of {word} {name}"),
            Part::Column(column) => write!(f, "column {name}.{column}"),
            Part::Constraints => write!(f, "the constraints of {word} {name}"),
            Part::Constraint(own) => write!(f, "constraint {own} of {word} {name}"),
            Part::Indexes => write!(f, "the indexes of {word} {name}"),
            Part::Index(own) => write!(f, "index {own} of {word} {name}"),
            Part::Trigger(own) => write!(f, "trigger {own} of {word} {name}"),
        }
    }
}

/// What of an object is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Whether it exists, and everything in it.
    Whole,
    /// Its text, or its options. The object exists.
    Text,
    /// Which columns there are besides those that are known.
    Columns,
    /// A column: whether it exists, and everything about it.
    Column(String),
    /// Which constraints there are besides those that are known.
    Constraints,
    /// A constraint by its name: whether it exists, and everything about it.
    Constraint(String),
    /// Which indexes there are besides those that are known.
    Indexes,
    /// An index: whether it exists, and everything about it.
    Index(String),
    /// A trigger: whether it exists, and everything about it.
    Trigger(String),
}

/// Everything that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    pub(super) everything: Option<Reason>,
    /// What became known after everything was unknown, or every object of its name, in folded names.
    pub(super) known: BTreeSet<(Kind, Name)>,
    pub(super) marks: BTreeMap<Target, Reason>,
}

impl Unknown {
    /// Returns `true` if everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.everything.is_none() && self.marks.is_empty()
    }

    /// The reason why every object may exist or not, unless it became known later.
    #[must_use]
    pub const fn everything(&self) -> Option<&Reason> {
        self.everything.as_ref()
    }

    /// All marks, by object.
    pub fn marks(&self) -> impl Iterator<Item = (&Target, &Reason)> {
        self.marks.iter()
    }

    /// The marks that were not there before, or for another reason.
    pub fn marks_beyond<'a>(
        &'a self,
        before: &'a Self,
    ) -> impl Iterator<Item = (&'a Target, &'a Reason)> {
        self.marks.iter().filter(|(target, reason)| before.marks.get(target) != Some(reason))
    }

    /// Why it is not known whether an object exists; the name is folded.
    #[must_use]
    pub fn whole(&self, kind: Kind, name: &Name) -> Option<&Reason> {
        let at = |kind| self.marks.get(&Target { kind, name: name.clone(), part: Part::Whole });
        let mut of_any_kind = None;
        if !self.marks.is_empty() {
            if let Some(reason) = at(Some(kind)) {
                return Some(reason);
            }
            of_any_kind = at(None);
        }
        let reason = of_any_kind.or(self.everything.as_ref())?;
        (!self.known.contains(&(kind, name.clone()))).then_some(reason)
    }

    /// Why a part of an object, or the whole of it, is not known; the names are folded.
    #[must_use]
    pub fn part(&self, kind: Kind, name: &Name, part: &Part) -> Option<&Reason> {
        if let Some(reason) = self.whole(kind, name) {
            return Some(reason);
        }
        if self.marks.is_empty() {
            return None;
        }
        let at = |part| self.marks.get(&Target { kind: Some(kind), name: name.clone(), part });
        let others = match part {
            Part::Column(_) => Some(Part::Columns),
            Part::Constraint(_) => Some(Part::Constraints),
            Part::Index(_) => Some(Part::Indexes),
            _ => None,
        };
        at(part.clone()).or_else(|| at(others?))
    }

    /// The marks on an object and its parts; the name is folded.
    pub fn marks_of<'a>(
        &'a self,
        kind: Kind,
        name: &'a Name,
    ) -> impl Iterator<Item = (&'a Part, &'a Reason)> {
        let first = Target { kind: Some(kind), name: name.clone(), part: Part::Whole };
        self.marks
            .range(first..)
            .take_while(move |(at, _)| at.kind == Some(kind) && at.name == *name)
            .map(|(at, reason)| (&at.part, reason))
    }
}
