//! Errors of the operations that write revisions.

use std::fmt;

use crate::command::Help;
use crate::diagnostic::Diagnostics;
use crate::graph::{Graph, Node, TargetError, TargetErrorKind};

/// An operation that cannot be performed as requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorError {
    /// The kind of the error.
    pub kind: AuthorErrorKind,
    /// The problem in one sentence without a final full stop.
    pub message: String,
    /// The choices and ways to continue, one per line.
    pub help: Vec<Help>,
    /// The findings about the resulting history, for [`AuthorErrorKind::WouldBreak`].
    pub found: Diagnostics,
}

/// The kinds of [`AuthorError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorErrorKind {
    /// A word names no revision, or several.
    Target(TargetErrorKind),
    /// The id belongs to another revision.
    IdTaken,
    /// The label is a label or id of another revision.
    LabelTaken,
    /// The parent is not a head and no branch was requested.
    NotAHead,
    /// A revision that is not a merge was given several parents.
    SeveralParents,
    /// There are fewer than two heads to merge.
    NothingToMerge,
    /// One of the revisions to be merged descends from another.
    RelatedParents,
    /// There are fewer than two heads, so there is nothing to rebase.
    NothingToRebase,
    /// There are more than two heads, and the request does not select one.
    ChooseBranch,
    /// The branch cannot be moved as a whole: a merge connects it with revisions that stay.
    TiedBranch,
    /// A sealed revision was edited, and the operation would hide that.
    SealedEdited,
    /// The revision is sealed, and the operation would change its meaning.
    Sealed,
    /// The revision has a down, or a reason for its absence.
    HasDown,
    /// The up contains no statement, so there is nothing to undo.
    EmptyUp,
    /// Nothing names the databases of the project.
    NoDatabase,
    /// The database refuses a statement.
    SqlRefused,
    /// The file changed during the operation, or cannot be read.
    FileChanged,
    /// A reason is needed.
    NoReason,
    /// The revision is neither in a file nor in the lock file.
    UnknownRevision,
    /// The new text would be read back differently.
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

    pub(super) fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a help line for each revision, after an introduction.
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
    /// The message, followed by the findings if there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.found.is_empty() { Ok(()) } else { write!(f, "\n\n{}", self.found) }
    }
}

impl std::error::Error for AuthorError {}
