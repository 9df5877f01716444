//! Why a target cannot be gone to, with the choices that there are.
//!
//! An error knows the graph only through the names that it lists.

use std::fmt;

use super::{Graph, Node};

/// How many choices an error lists.
const LISTED: usize = 8;

/// A target that names nothing, too much, or a place that the command cannot go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    /// What kind of mistake it is.
    pub kind: TargetErrorKind,
    /// What is wrong, one sentence without a final full stop.
    pub message: String,
    /// The choices and what would work, a line each.
    pub help: Vec<String>,
}

/// The kinds of [`TargetError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetErrorKind {
    /// The text has no form that a target has.
    Syntax,
    /// The command cannot use this form of target: `-1` for `upgrade`, say.
    Misplaced,
    /// No revision and no label has this name or beginning.
    Unknown,
    /// Several revisions begin so.
    Ambiguous,
    /// `head`, where there are several.
    SeveralHeads,
    /// The revision does not lie on the branch before the `@`.
    NotOnBranch,
    /// Counting steps comes to a place where several ways go on, or has several starts.
    AmbiguousWalk,
    /// There are fewer revisions than steps to count.
    TooFar,
    /// What is applied does not lie above the place to go down to.
    NotBelow,
    /// The lower end of a range does not lie below its upper end.
    NotAncestor,
    /// Places to stamp that cannot hold together.
    Contradiction,
}

impl TargetError {
    pub(crate) fn new(kind: TargetErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: Vec::new() }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Lists revisions with their messages, the first of many.
    pub(crate) fn choices(mut self, graph: &Graph, nodes: &[Node]) -> Self {
        self.help.extend(nodes.iter().take(LISTED).map(|node| graph.title(*node)));
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
    /// A revision as errors list it: its id, its labels, its message.
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
