//! `merge`: a revision that joins heads.

use super::{Author, AuthorError, Kind, Written};
use crate::graph::Node;
use crate::ident::{BranchLabel, Created, RevisionId};
use crate::revision::{Draft, DraftSection};

/// A request for a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The id of the merge revision.
    pub id: RevisionId,
    /// The time of creation.
    pub created: Created,
    /// The message; empty for a default that names the merged revisions.
    pub message: String,
    /// The revisions to join, as targets; empty for all heads.
    pub revisions: Vec<String>,
    /// Whether revisions that are not heads may be joined.
    pub splice: bool,
    /// Labels that it carries.
    pub labels: Vec<BranchLabel>,
}

impl Author<'_> {
    /// Writes a merge revision with empty sections. The lock file may contain git's conflict
    /// markers: it is rewritten.
    ///
    /// # Errors
    /// There are fewer than two revisions to join, one is not a head or descends from another, or a
    /// word names no revision.
    pub fn merge(&self, request: &Merge) -> Result<Written, AuthorError> {
        let graph = &self.history.graph;
        let mut nodes: Vec<Node> = Vec::new();
        for word in &request.revisions {
            nodes.extend(self.nodes(word)?);
        }
        if request.revisions.is_empty() {
            nodes = graph.real_heads();
        }
        nodes.sort_unstable();
        nodes.dedup();
        if nodes.len() < 2 {
            let error = match nodes.as_slice() {
                [] => AuthorError::new(Kind::NothingToMerge, "there is nothing to merge"),
                [node, ..] => AuthorError::new(
                    Kind::NothingToMerge,
                    format!("{} alone is nothing to merge", graph.title(*node)),
                ),
            };
            return Err(if graph.real_heads().len() < 2 {
                error.help("the history has one head; nothing needs to be joined")
            } else {
                error.help("name two heads or more, or none to merge all")
            });
        }
        for node in &nodes {
            if !request.splice {
                self.must_be_head(*node, "`--splice` merges it all the same")?;
            }
            let below = graph.ancestors([*node]);
            if let Some(other) = nodes.iter().find(|o| *o != node && below.contains(**o)) {
                return Err(AuthorError::new(
                    Kind::RelatedParents,
                    format!("{} descends from {}", graph.title(*node), graph.title(*other)),
                )
                .help(format!("leave {} out", graph.id(*other))));
            }
        }
        let revises = Self::ids(graph, nodes);
        let message = match request.message.trim() {
            "" => {
                let names: Vec<&str> = revises.iter().map(RevisionId::as_str).collect();
                format!("merge {}", names.join(", "))
            }
            message => message.to_owned(),
        };
        self.written(Draft {
            id: request.id.clone(),
            revises,
            depends_on: Vec::new(),
            labels: request.labels.clone(),
            replaces: Vec::new(),
            created: Some(request.created.clone()),
            message,
            comments: self.comments(),
            sections: vec![DraftSection::new("up", ""), DraftSection::new("down", "")],
        })
    }
}
