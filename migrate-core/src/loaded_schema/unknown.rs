//! What is not known of a schema, with the statement that is the cause.

use crate::apply::{Reason, State, Target};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::schema::{Kind, Name};
use crate::source::{Location, SourceFile};

/// Something that is not known of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPart {
    /// What it is; `None` where everything may be otherwise. Names are folded as the database folds
    /// them.
    pub target: Option<Target>,
    /// Why, as in `the statement is not understood`.
    pub why: &'static str,
    /// The statement that is the cause.
    pub location: Option<Location>,
}

impl UnknownPart {
    /// Returns `true` if it is about an object or a part of it; the name is folded.
    #[must_use]
    pub fn concerns(&self, kind: Kind, folded: &Name) -> bool {
        self.target.as_ref().is_some_and(|target| {
            target.kind.is_none_or(|own| own == kind) && target.name == *folded
        })
    }

    /// As a warning at the statement.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(Code::NotKnown, self.to_string());
        if let Some(location) = self.location.clone() {
            diagnostic.places.push(Place { location, label: String::new() });
        }
        diagnostic
            .help("state what the statement does to the schema in a section `-- migrate:effect`")
    }
}

impl std::fmt::Display for UnknownPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&unknown_in_words(self.target.as_ref(), self.why))
    }
}

/// What is not known, and why: `not known: column users.email, as the statement is not understood`.
pub(crate) fn unknown_in_words(target: Option<&Target>, why: &str) -> String {
    match target {
        Some(target) => format!("not known: {target}, as {why}"),
        None => format!("not known: all that was created before, as {why}"),
    }
}

/// The marks of a state.
pub(super) fn parts<'f>(
    state: &State,
    file: impl Fn(usize) -> Option<&'f SourceFile>,
) -> Vec<UnknownPart> {
    let part = |target: Option<&Target>, reason: &Reason| UnknownPart {
        target: target.cloned(),
        why: reason.why,
        location: file(reason.origin.source).map(|file| file.locate(reason.origin.span)),
    };
    let unknown = state.unknown();
    let everything = unknown.everything().map(|reason| part(None, reason));
    let marks = unknown.marks().map(|(target, reason)| part(Some(target), reason));
    everything.into_iter().chain(marks).collect()
}
