//! The revision graph: parents, dependencies, labels and targets.
//!
//! `build` creates a [`Graph`] from revisions and reports all mistakes; `target` parses targets;
//! `resolve` and `range` find the revisions that they name. The module does not know databases: the
//! applied revisions are a [`Set`] argument.
//!
//! There are three sets of edges, as in Alembic: *parents* (`revises`), *needs* (parents and
//! `depends-on`), and their inverses. Lineage, bases, labels and steps follow parents; order,
//! closures and *real heads* follow needs.

mod build;
mod closure;
mod diagram;
mod drawing;
mod error;
mod range;
mod replaced;
mod resolve;
#[cfg(test)]
pub(crate) mod sample;
mod target;

use std::collections::HashMap;

use crate::ident::{BranchLabel, RevisionId};
use crate::revision::Revision;

pub use closure::Set;
pub use error::{TargetError, TargetErrorKind};
use replaced::StandIns;
pub(crate) use resolve::too_far;
pub use target::{Offset, Place, Target};

/// The number of a revision in its graph: an index in the range of [`Graph::order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub(crate) u32);

impl Node {
    /// The number, as an index of tables with an entry per revision.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Revisions with their edges. The nodes are numbered in topological order by needs: a parent or
/// dependency has a lower number than its dependents. Among candidates, the earlier created
/// revision comes first, then the smaller id. In a graph with cycles, which only diagnostics use,
/// the remaining revisions follow in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    revisions: Vec<Revision>,
    ids: HashMap<RevisionId, Node>,
    labels: HashMap<BranchLabel, Node>,
    parents: Vec<Vec<Node>>,
    children: Vec<Vec<Node>>,
    dependencies: Vec<Vec<Node>>,
    dependents: Vec<Vec<Node>>,
    /// Replaced revisions, which are no nodes.
    replaced: Vec<Revision>,
    /// The replacing revision of each replaced id.
    stand_ins: StandIns,
    session: Vec<String>,
}

impl Graph {
    /// The statements with which the session of each revision begins. What unqualified names and
    /// other SQL of the revisions mean depends on them.
    #[must_use]
    pub fn session(&self) -> &[String] {
        &self.session
    }

    /// Sets the statements of [`Graph::session`].
    #[must_use]
    pub fn with_session(mut self, statements: &[String]) -> Self {
        statements.clone_into(&mut self.session);
        self
    }

    /// The number of revisions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Returns `true` if there are no revisions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// All nodes, parents and dependencies first.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + use<> {
        (0..u32::try_from(self.revisions.len()).unwrap_or(u32::MAX)).map(Node)
    }

    /// The revision of a node.
    #[must_use]
    pub fn revision(&self, node: Node) -> &Revision {
        &self.revisions[node.index()]
    }

    /// The id of a node.
    #[must_use]
    pub fn id(&self, node: Node) -> &RevisionId {
        self.revision(node).id()
    }

    /// The node of an exact id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<Node> {
        self.ids.get(id).copied()
    }

    /// The node with a label.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Option<Node> {
        self.labels.get(label).copied()
    }

    /// All labels with their nodes, sorted.
    #[must_use]
    pub fn labels(&self) -> Vec<(&BranchLabel, Node)> {
        let mut labels: Vec<_> = self.labels.iter().map(|(label, node)| (label, *node)).collect();
        labels.sort();
        labels
    }

    /// The parents, as the file lists them.
    #[must_use]
    pub fn parents(&self, node: Node) -> &[Node] {
        &self.parents[node.index()]
    }

    /// The children: revisions that name it in `revises`.
    #[must_use]
    pub fn children(&self, node: Node) -> &[Node] {
        &self.children[node.index()]
    }

    /// The revisions that its `depends-on` names.
    #[must_use]
    pub fn dependencies(&self, node: Node) -> &[Node] {
        &self.dependencies[node.index()]
    }

    /// The revisions whose `depends-on` names it.
    #[must_use]
    pub fn dependents(&self, node: Node) -> &[Node] {
        &self.dependents[node.index()]
    }

    /// The needs: parents, then dependencies.
    pub fn needs(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.parents(node).iter().chain(self.dependencies(node)).copied()
    }

    /// The revisions that need it: children, then dependents.
    pub fn needed_by(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.children(node).iter().chain(self.dependents(node)).copied()
    }

    /// Returns `true` if it has no children.
    #[must_use]
    pub fn is_head(&self, node: Node) -> bool {
        self.children(node).is_empty()
    }

    /// Returns `true` if it has no children and no dependents.
    #[must_use]
    pub fn is_real_head(&self, node: Node) -> bool {
        self.is_head(node) && self.dependents(node).is_empty()
    }

    /// Returns `true` if it has no parents.
    #[must_use]
    pub fn is_base(&self, node: Node) -> bool {
        self.parents(node).is_empty()
    }

    /// Returns `true` if it has several children.
    #[must_use]
    pub fn is_branch_point(&self, node: Node) -> bool {
        self.children(node).len() > 1
    }

    /// Returns `true` if it has several parents.
    #[must_use]
    pub fn is_merge_point(&self, node: Node) -> bool {
        self.parents(node).len() > 1
    }

    /// The revisions without children, in order.
    #[must_use]
    pub fn heads(&self) -> Vec<Node> {
        self.order().filter(|n| self.is_head(*n)).collect()
    }

    /// The revisions that no other one needs, in order.
    #[must_use]
    pub fn real_heads(&self) -> Vec<Node> {
        self.order().filter(|n| self.is_real_head(*n)).collect()
    }

    /// The revisions without parents, in order.
    #[must_use]
    pub fn bases(&self) -> Vec<Node> {
        self.order().filter(|n| self.is_base(*n)).collect()
    }
}
