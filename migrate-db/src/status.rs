//! The public view of a database's state: ids in place of nodes of a graph.

use migrate_core::graph::{Graph, Node};

use crate::state::DatabaseState;
use crate::unfinished::Unfinished;

/// The state of a database relative to a history.
///
/// ```no_run
/// # async fn example(migrations: &migrate_db::Migrations, pool: &sqlx::SqlitePool) -> Result<(), migrate_db::Error> {
/// let status = migrations.status(pool).await?;
/// println!("at {}, {} pending", status.heads.join(", "), status.pending.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Whether the version table exists.
    pub has_version_table: bool,
    /// The applied revisions of the history, parents before children.
    pub applied: Vec<String>,
    /// The applied revisions that no other applied revision needs.
    pub heads: Vec<String>,
    /// The revisions that are not applied, in the order in which they would run.
    pub pending: Vec<String>,
    /// Applied revisions that the history does not contain.
    pub unknown: Vec<String>,
    /// Applied revisions whose file has a different meaning now and was not accepted.
    pub edited: Vec<String>,
    /// The recorded revisions that another one replaces. If all of them are recorded, the replacing
    /// revision is applied, and the next run records it in their place.
    pub replaced: Vec<String>,
    /// Steps that began statement by statement and are not known to have ended.
    pub unfinished: Vec<Unfinished>,
}

impl Status {
    /// Returns `true` if everything is applied as it is in the files, and nothing else.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.pending.is_empty()
            && self.unknown.is_empty()
            && self.edited.is_empty()
            && self.unfinished.is_empty()
    }

    pub(crate) fn new(state: DatabaseState, graph: &Graph) -> Self {
        Self {
            has_version_table: state.has_version_table,
            applied: ids(graph, state.applied.iter()),
            heads: ids(graph, state.heads(graph)),
            pending: ids(graph, state.pending(graph)),
            edited: ids(graph, state.edited.iter().copied()),
            unknown: state.unknown,
            replaced: state.replacements.iter().flat_map(|one| one.ids(graph)).collect(),
            unfinished: state.unfinished,
        }
    }
}

/// Returns the ids of nodes.
pub(crate) fn ids(graph: &Graph, nodes: impl IntoIterator<Item = Node>) -> Vec<String> {
    nodes.into_iter().map(|node| graph.id(node).to_string()).collect()
}
