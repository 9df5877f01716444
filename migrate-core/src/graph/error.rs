//! Errors about targets, with the available choices.
//!
//! An error contains names of revisions, not the graph.

use crate::command::Help;

use std::fmt;

use super::{Graph, Node};

/// The greatest number of choices in an error.
const LISTED: usize = 8;

/// A target that names no revision or too many, or one that the command cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    /// The kind of the error.
    pub kind: TargetErrorKind,
    /// The problem in one sentence without a final full stop.
    pub message: String,
    /// The choices and ways to continue, one per line.
    pub help: Vec<Help>,
}

/// The kinds of [`TargetError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetErrorKind {
    /// The text does not have the form of a target.
    Syntax,
    /// The command cannot use this form of target: `-1` for `upgrade`, say.
    Misplaced,
    /// No revision or label has this name or prefix.
    Unknown,
    /// The prefix is ambiguous.
    Ambiguous,
    /// `head`, but there are several heads.
    SeveralHeads,
    /// The revision is not on the branch before the `@`.
    NotOnBranch,
    /// The steps reach a branch point, or have several starting points.
    AmbiguousWalk,
    /// There are fewer revisions than steps.
    TooFar,
    /// The applied revisions are not above the target.
    NotBelow,
    /// The lower end of a range is not below its upper end.
    NotAncestor,
    /// Targets of a stamp that exclude each other.
    Contradiction,
}

impl TargetError {
    pub(crate) fn new(kind: TargetErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: Vec::new() }
    }

    pub(crate) fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Lists revisions with their messages; of many, only the first.
    pub(crate) fn choices(mut self, graph: &Graph, nodes: &[Node]) -> Self {
        self.help.extend(nodes.iter().take(LISTED).map(|node| graph.title(*node).into()));
        match nodes.len().checked_sub(LISTED) {
            None | Some(0) => self,
            Some(rest) => self.help(format!("and {rest} more")),
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TargetError {}

impl Graph {
    /// Formats a revision for a list: its id, its labels, its message.
    #[must_use]
    pub fn title(&self, node: Node) -> String {
        let revision = self.revision(node);
        let mut title = revision.id().to_string();
        let labels: Vec<&str> = revision.header.labels.iter().map(|l| l.name.as_str()).collect();
        if !labels.is_empty() {
            title.push_str(&format!(" ({})", labels.join(", ")));
        }
        if !revision.message().is_empty() {
            title.push_str(": ");
            title.push_str(revision.message());
        }
        title
    }
}
