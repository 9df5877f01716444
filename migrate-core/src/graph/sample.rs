//! Small histories for tests, written as lines: `id < parents ~ depends-on # labels = message`.

use super::{Graph, Node};
use crate::dialect::Dialect;
use crate::revision::Revision;
use crate::source::SourceFile;

/// Builds a graph without mistakes.
pub(crate) fn graph(lines: &str) -> Graph {
    let revisions = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(revision);
    let (graph, found) = Graph::build(revisions.collect());
    assert!(!found.has_errors(), "{found:?}");
    graph
}

fn revision(line: &str) -> Revision {
    let (line, message) = line.split_once('=').unwrap_or((line, ""));
    let (line, labels) = line.split_once('#').unwrap_or((line, ""));
    let (line, needs) = line.split_once('~').unwrap_or((line, ""));
    let (id, parents) = line.split_once('<').unwrap_or((line, ""));
    let list = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(", ");
    let mut text = format!("-- {}\n--\n-- revision: {}\n", message.trim(), id.trim());
    for (key, words) in [("revises", parents), ("depends-on", needs), ("branch-labels", labels)] {
        if key == "revises" || !list(words).is_empty() {
            text.push_str(&format!("-- {key}: {}\n", list(words)));
        }
    }
    text.push_str("\n-- migrate:up\nSELECT 1;\n\n-- migrate:noop nothing to undo\n");
    let file = SourceFile::new(format!("{}.sql", id.trim()), text);
    let (revision, found) = Revision::parse(file, &[Dialect::Sqlite]);
    revision.unwrap_or_else(|| panic!("{found:?}"))
}

impl Graph {
    /// The nodes of ids.
    pub(crate) fn nodes(&self, ids: &str) -> Vec<Node> {
        ids.split_whitespace()
            .map(|id| self.node(id).unwrap_or_else(|| panic!("no revision {id}")))
            .collect()
    }

    /// The ids of nodes, sorted.
    pub(crate) fn names(&self, nodes: impl IntoIterator<Item = Node>) -> String {
        let mut ids: Vec<&str> = nodes.into_iter().map(|node| self.id(node).as_str()).collect();
        ids.sort_unstable();
        ids.join(" ")
    }
}
