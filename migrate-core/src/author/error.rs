//! Why an act is refused.

use std::fmt;

use crate::diagnostic::Diagnostics;
use crate::graph::{Graph, Node, TargetError, TargetErrorKind};

/// An act that cannot be done as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorError {
    /// What kind of refusal it is.
    pub kind: AuthorErrorKind,
    /// What is wrong, one sentence without a final full stop.
    pub message: String,
    /// The choices and what would work, a line each.
    pub help: Vec<String>,
    /// What would be wrong with the history, for [`AuthorErrorKind::WouldBreak`].
    pub found: Diagnostics,
}

/// The kinds of [`AuthorError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorErrorKind {
    /// A word names nothing, or too much.
    Target(TargetErrorKind),
    /// The id is another revision's.
    IdTaken,
    /// The label is another revision's label or id.
    LabelTaken,
    /// The parent is no head and no branch was asked for.
    NotAHead,
    /// One revision was to have several parents without being a merge.
    SeveralParents,
    /// There are not two heads to join.
    NothingToMerge,
    /// One of the revisions to be merged descends from another.
    RelatedParents,
    /// There are not two heads of which one could go on top of the other.
    NothingToRebase,
    /// More than two heads, and no word on which is meant.
    ChooseBranch,
    /// The branch cannot be moved as a whole: a merge ties it to what stays.
    TiedBranch,
    /// A sealed revision was edited, and the act would hide that.
    SealedEdited,
    /// The file changed while the act was prepared, or cannot be read.
    FileChanged,
    /// A reason is needed.
    NoReason,
    /// Neither a file nor the lock file knows the revision.
    UnknownRevision,
    /// What would be written would be read as something else.
    Misread,
    /// The history would be broken.
    WouldBreak,
}

impl AuthorError {
    pub(super) fn new(kind: AuthorErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: Vec::new(), found: Diagnostics::new() }
    }

    pub(super) fn would_break(found: Diagnostics) -> Self {
        let message = "the history would be broken; nothing was written";
        Self { found, ..Self::new(AuthorErrorKind::WouldBreak, message) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Lists revisions on one line of help each, after an introduction.
    pub(super) fn list(self, what: &str, graph: &Graph, nodes: &[Node]) -> Self {
        let titles: Vec<String> = nodes.iter().take(8).map(|node| graph.title(*node)).collect();
        let more = nodes.len().saturating_sub(titles.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.help(format!("{what} {}{more}", titles.join("; ")))
    }
}

impl From<TargetError> for AuthorError {
    fn from(error: TargetError) -> Self {
        let help = error.help;
        Self { help, ..Self::new(AuthorErrorKind::Target(error.kind), error.message) }
    }
}

impl fmt::Display for AuthorError {
    /// The message, then the findings if there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.found.is_empty() { Ok(()) } else { write!(f, "\n\n{}", self.found) }
    }
}

impl std::error::Error for AuthorError {}
