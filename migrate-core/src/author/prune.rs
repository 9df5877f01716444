//! `squash --prune`: removes the files of replaced revisions.

use super::{Author, AuthorError, Kind};
use crate::command::Command;
use crate::directory::Change;
use crate::graph::Node;
use crate::ident::RevisionId;

/// The result of a prune.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The replaced revisions whose files are removed, sorted by id.
    pub removed: Vec<RevisionId>,
    /// The changes to the directory.
    pub changes: Vec<Change>,
}

impl Author<'_> {
    /// Returns the revisions whose replaced ones still have files: the named ones, or all.
    ///
    /// # Errors
    /// A word names no revision, or one without such files.
    pub fn prunable(&self, words: &[String]) -> Result<Vec<Node>, AuthorError> {
        let graph = &self.history.graph;
        let has_files = |node: &Node| {
            let ids = graph.revision(*node).replaced_ids();
            ids.iter().any(|id| graph.revision_with_id(id.as_str()).is_some())
        };
        if words.is_empty() {
            return Ok(graph.order().filter(has_files).collect());
        }
        let mut nodes = Vec::new();
        for word in words {
            let node = graph.find(word)?;
            if !has_files(&node) {
                let message = format!("{} replaces no revision that has a file", graph.title(node));
                return Err(AuthorError::new(Kind::UnknownRevision, message)
                    .help(Command::Squash.with("--prune").help("finds those that do")));
            }
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Removes the files of the revisions that some nodes replace. The lock file keeps their fingerprints.
    ///
    /// # Errors
    /// The history would be broken.
    pub fn prune(&self, nodes: &[Node]) -> Result<Pruned, AuthorError> {
        let graph = &self.history.graph;
        let mut pruned = Pruned::default();
        for revision in graph.replaced() {
            let by = graph.replacing(revision.id().as_str());
            if by.is_some_and(|by| nodes.contains(&by)) {
                let path = revision.file.path();
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                pruned.removed.push(revision.id().clone());
                pruned.changes.push(Change::Remove { name });
            }
        }
        let kept = graph.all_revisions().filter(|revision| !pruned.removed.contains(revision.id()));
        let (result, found) = graph.rebuilt(kept.cloned().collect());
        if found.has_errors() {
            return Err(AuthorError::would_break(found));
        }
        if self.history.lock.is_some() {
            pruned.changes.push(Self::lock_change(&self.relock(&result, &[])));
        }
        Ok(pruned)
    }
}
