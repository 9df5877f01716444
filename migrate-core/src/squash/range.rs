//! The revisions of a range with one entry and one exit.

use super::SquashError;
use crate::command::Command;
use crate::graph::{Graph, Node, Set};
use crate::ident::RevisionId;

/// The most alternatives of one revision's `replaces:` line.
const MAX_ALTERNATIVES: usize = 32;

/// The revisions of a range, needs first.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) members: Vec<Node>,
    /// The first revision; `None` if the range begins at base.
    pub(super) entry: Option<Node>,
    pub(super) exit: Node,
}

impl Range {
    /// Resolves `A:B`: A and B are the first and the last revision. A may be `base`, or missing, for
    /// everything that B needs, and B may be missing for the head.
    pub(super) fn resolve(graph: &Graph, text: &str) -> Result<Self, SquashError> {
        let (from, to) = text.split_once(':').ok_or_else(|| {
            SquashError::new(format!("`{text}` is not a range"))
                .help("write the first and the last revision: `A:B`, or `base:B` for all up to B")
        })?;
        let (from, to) = (from.trim(), to.trim());
        let exit = graph.find(if to.is_empty() { "head" } else { to })?;
        let below = graph.dependency_closure([exit]);
        let entry = match from {
            "" | "base" => None,
            from => Some(graph.find(from)?),
        };
        let members: Vec<Node> = match entry {
            None => below.iter().collect(),
            Some(entry) if !below.contains(entry) => {
                let message = format!("{} is not below {}", graph.title(entry), graph.title(exit));
                return Err(SquashError::new(message)
                    .help(Command::History.with("--graph").help("shows the graph")));
            }
            Some(entry) => {
                let above = graph.dependent_closure([entry]);
                below.iter().filter(|node| above.contains(*node)).collect()
            }
        };
        let range = Self { members, entry, exit };
        range.check(graph)?;
        Ok(range)
    }

    /// What the first revision needs.
    pub(super) fn needs(&self, graph: &Graph) -> Vec<Node> {
        self.entry.map(|entry| graph.needs(entry).collect()).unwrap_or_default()
    }

    fn check(&self, graph: &Graph) -> Result<(), SquashError> {
        if self.members.len() < 2 {
            let message = format!("the range has one revision: {}", graph.title(self.exit));
            return Err(SquashError::new(message).help("a squash joins several"));
        }
        let members = graph.set(self.members.iter().copied());
        let before = graph.dependency_closure(self.needs(graph));
        for node in &self.members {
            self.check_edges(graph, *node, &members, &before)?;
            let has_file = |id: &&RevisionId| graph.revision_with_id(id.as_str()).is_some();
            if graph.revision(*node).replaced_ids().iter().any(has_file) {
                let id = graph.id(*node);
                let message = format!("the files that {id} replaces are still in the folder");
                return Err(SquashError::new(message).help(
                    Command::Squash.with(format!("--prune {id}")).help("removes them first"),
                ));
            }
        }
        Ok(())
    }

    /// Checks that only the first revision needs others, and that others need only the last one.
    fn check_edges(
        &self,
        graph: &Graph,
        node: Node,
        members: &Set,
        before: &Set,
    ) -> Result<(), SquashError> {
        let outside = |other: &Node| !members.contains(*other) && !before.contains(*other);
        let way = match self.entry {
            Some(entry) => format!("{}:{}", graph.id(entry), graph.id(self.exit)),
            None => format!(":{}", graph.id(self.exit)),
        };
        let shown = Command::History.with(format!("--graph -r {way}")).help("shows the range");
        if Some(node) != self.entry
            && let Some(other) = graph.needs(node).find(outside)
        {
            let message = format!(
                "the range has a second entry: {} needs {}, which is outside",
                graph.title(node),
                graph.title(other)
            );
            return Err(SquashError::new(message).help(shown).help("begin the range below both"));
        }
        let leaves = |other: &Node| !members.contains(*other);
        if node != self.exit
            && let Some(other) = graph.needed_by(node).find(leaves)
        {
            let message = format!(
                "the range has a second exit: {} is built on {}",
                graph.title(other),
                graph.title(node)
            );
            return Err(SquashError::new(message).help(shown).help("end the range above both"));
        }
        Ok(())
    }

    /// Returns what a database may have recorded of the range: the revisions themselves, or those that an
    /// earlier squash replaced.
    pub(super) fn alternatives(&self, graph: &Graph) -> Result<Vec<Vec<RevisionId>>, SquashError> {
        let mut alternatives: Vec<Vec<RevisionId>> = vec![Vec::new()];
        for node in &self.members {
            let mut own = vec![vec![graph.id(*node).clone()]];
            let lists = graph.revision(*node).header.replaces.iter();
            own.extend(lists.map(|list| list.iter().map(|named| named.name.clone()).collect()));
            let joined = alternatives
                .iter()
                .flat_map(|before| own.iter().map(move |more| [before.as_slice(), more].concat()));
            alternatives = joined.collect();
            if alternatives.len() > MAX_ALTERNATIVES {
                return Err(SquashError::new("the range contains too many squashed revisions")
                    .help("remove `replaces:` lines that no database needs any more"));
            }
        }
        // The plain one first, then in the order of the lines.
        Ok(alternatives)
    }
}
