//! Version rows of revisions that another one replaces.
//!
//! A database that has recorded all of them has the replacing revision applied; the next run records
//! that in their place. A database that has recorded a part of them needs the old files to go on.

use migrate_core::graph::{Graph, Node};
use migrate_core::history::History;
use migrate_core::script::{Record, Script};

use super::DatabaseState;
use crate::error::Error;

/// The rows of revisions that one replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// The replacing revision.
    pub(crate) node: Node,
    /// The replaced revisions with a row, by their numbers in
    /// [`Revision::replaced_ids`](migrate_core::revision::Revision::replaced_ids).
    pub(crate) recorded: Vec<u32>,
    /// The extent.
    pub(crate) extent: Extent,
}

/// How much of the replaced revisions a database has recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A part of them.
    Part,
    /// All of them: the replacing revision is applied, and has no row yet.
    All,
    /// The replacing revision has a row as well, so theirs have no meaning.
    Superseded,
}

impl Replacement {
    /// Returns `true` if only a part of the replaced revisions is recorded.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only `current` asks"))]
    pub(crate) fn is_part(&self) -> bool {
        self.extent == Extent::Part
    }

    /// The ids of the replaced revisions with a row.
    pub(crate) fn ids(&self, graph: &Graph) -> Vec<String> {
        let all = graph.revision(self.node).replaced_ids();
        let id = |n: &u32| all.get(*n as usize).map(ToString::to_string);
        self.recorded.iter().filter_map(id).collect()
    }
}

/// Collects the rows of replaced revisions.
#[derive(Default)]
pub(super) struct Rows(Vec<Replacement>);

impl Rows {
    /// Adds the row of a revision that is no node; `false` if no other revision replaces it.
    pub(super) fn add(&mut self, graph: &Graph, id: &str) -> bool {
        let Some(node) = graph.replacing(id) else { return false };
        let ids = graph.revision(node).replaced_ids();
        let place = ids.iter().position(|replaced| replaced.as_str() == id);
        let Some(number) = place.and_then(|place| u32::try_from(place).ok()) else { return false };
        match self.0.iter_mut().find(|replacement| replacement.node == node) {
            Some(replacement) => replacement.recorded.push(number),
            None => {
                let extent = Extent::Part;
                self.0.push(Replacement { node, recorded: vec![number], extent });
            }
        }
        true
    }
}

impl Replacement {
    /// Returns `true` if all revisions of one alternative are recorded.
    fn is_whole(&self, graph: &Graph) -> bool {
        let ids = self.ids(graph);
        let mut lists = graph.revision(self.node).header.replaces.iter();
        lists.any(|list| list.iter().all(|named| ids.iter().any(|id| *id == named.name.as_str())))
    }
}

/// Returns the ids of applied revisions with the replacing ones in place of those that they replace, and one
/// of which only a part is applied.
pub(crate) fn with_replacing(
    graph: &Graph,
    applied: &[String],
) -> (Vec<String>, Option<Replacement>) {
    let mut rows = Rows::default();
    let mut ids: Vec<String> = applied
        .iter()
        .filter(|id| graph.node(id).is_some() || !rows.add(graph, id))
        .cloned()
        .collect();
    let (whole, part): (Vec<_>, Vec<_>) = rows.0.into_iter().partition(|one| one.is_whole(graph));
    let replacing = whole.iter().map(|one| graph.id(one.node).to_string());
    let replacing: Vec<String> = replacing.filter(|id| !ids.contains(id)).collect();
    ids.extend(replacing);
    (ids, part.into_iter().next())
}

impl DatabaseState {
    /// Takes replacing revisions for applied whose replaced ones are.
    pub(super) fn take_replacements(&mut self, rows: Rows, history: &History) {
        let graph = &history.graph;
        self.replacements = rows.0;
        self.replacements.sort_by_key(|replacement| replacement.node);
        for replacement in &mut self.replacements {
            replacement.recorded.sort_unstable();
            let ids = replacement.ids(graph);
            let is_unfinished = self.unfinished.iter().any(|step| ids.contains(&step.revision));
            if self.applied.contains(replacement.node) {
                replacement.extent = Extent::Superseded;
            } else if replacement.is_whole(graph) && !is_unfinished {
                replacement.extent = Extent::All;
                self.applied.insert(replacement.node);
            }
        }
    }

    /// The replaced revisions of which a part is recorded.
    pub(crate) fn partly_replaced(&self) -> impl Iterator<Item = &Replacement> {
        self.replacements.iter().filter(|replacement| replacement.extent == Extent::Part)
    }

    /// Returns an error if a part of replaced revisions is recorded.
    pub(crate) fn check_replaced(&self, graph: &Graph) -> Result<(), Error> {
        match self.partly_replaced().next() {
            None => Ok(()),
            Some(replacement) => Err(partly_replaced(graph, replacement)),
        }
    }

    /// Returns the history in whose graph the database has its place: where it has recorded a part of
    /// replaced revisions, they stand in the graph. `None` where the history itself will do.
    ///
    /// # Errors
    /// [`Error::PartlyReplaced`] if their files do not exist.
    pub(crate) fn expanded(&self, history: &History) -> Result<Option<History>, Error> {
        let nodes: Vec<Node> = self.partly_replaced().map(|replacement| replacement.node).collect();
        if nodes.is_empty() {
            return Ok(None);
        }
        match history.graph.expanded(&nodes) {
            Ok(graph) => Ok(Some(History {
                graph,
                lock: history.lock.clone(),
                dialects: history.dialects.clone(),
            })),
            Err(_) => self.check_replaced(&history.graph).map(|()| None),
        }
    }

    /// Returns the script that records replacing revisions in place of those that they replace; `None` if
    /// there are none.
    pub(crate) fn replacement_script(
        &self,
        script: impl Fn(Vec<Record>) -> Script,
    ) -> Option<Script> {
        let whole = self.replacements.iter().filter(|one| one.extent != Extent::Part);
        let records: Vec<Record> = whole.flat_map(records).collect();
        (!records.is_empty()).then(|| script(records))
    }
}

/// Returns the records that put the row of the replacing revision in place of the others.
fn records(replacement: &Replacement) -> Vec<Record> {
    let mut records = forgotten(replacement);
    if replacement.extent == Extent::All {
        records.push(Record::Replace(replacement.node));
    }
    records
}

/// Returns the records that delete the rows of replaced revisions.
pub(crate) fn forgotten(replacement: &Replacement) -> Vec<Record> {
    let forget = |number: &u32| Record::Forget(replacement.node, *number);
    replacement.recorded.iter().map(forget).collect()
}

/// Returns the error for a database that has run a part of what a revision replaces.
pub(crate) fn partly_replaced(graph: &Graph, replacement: &Replacement) -> Error {
    let revision = graph.revision(replacement.node);
    let recorded = replacement.ids(graph);
    let alternatives = revision.header.replaces.iter().map(|list| {
        let missing = list.iter().map(|named| named.name.to_string());
        missing.filter(|id| !recorded.contains(id)).collect::<Vec<_>>()
    });
    let missing = alternatives.min_by_key(Vec::len).unwrap_or_default();
    Error::PartlyReplaced { revision: revision.id().to_string(), recorded, missing }
}
