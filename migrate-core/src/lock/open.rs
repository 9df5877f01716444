//! Open revisions that are not heads, with the reason.

use crate::graph::{Graph, Node};

/// The reason why a revision with children is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenReason {
    /// Its sections contain no statements yet.
    Empty,
    /// It was imported without SQL, which is still to be written. Databases that ran it with the
    /// other tool need no change.
    Placeholder,
    /// No commit contained its text when the lock file was written.
    Uncommitted,
}

impl OpenReason {
    /// Every reason.
    pub(crate) const ALL: [Self; 3] = [Self::Empty, Self::Placeholder, Self::Uncommitted];

    /// The word in the lock file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Placeholder => "placeholder",
            Self::Uncommitted => "uncommitted",
        }
    }

    /// Returns the reason for a word in the lock file.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Returns the reason why a revision is open by its text alone. A head is open in any case, so
    /// only placeholders are recorded.
    pub(super) fn of(graph: &Graph, node: Node, before: Option<Self>) -> Option<Self> {
        if !graph.revision(node).is_blank() {
            return before.filter(|reason| *reason == Self::Uncommitted && !graph.is_head(node));
        }
        match before {
            Some(Self::Placeholder) => before,
            _ => Some(Self::Empty).filter(|_| !graph.is_head(node)),
        }
    }
}
