//! What a run did, or would do.

use std::borrow::Cow;
use std::time::Duration;

use migrate_core::graph::{Graph, Node};
use migrate_core::history::History;
use migrate_core::plan::{Direction, Plan};

use crate::runner::CompletedStep;
use crate::state::Status;

/// What a run would do, and from where.
#[derive(Debug, Clone)]
pub struct Preview<'h> {
    /// The history; where the way leads down, with the revisions that only the database knows.
    pub history: Cow<'h, History>,
    /// Where the database stands.
    pub status: Status,
    /// The steps.
    pub plan: Plan,
}

impl Preview<'_> {
    /// The ids of revisions that it would undo though the graph of the files does not know them.
    #[must_use]
    pub fn unknown_downs(&self, known: &Graph) -> Vec<String> {
        let ids = self.plan.steps.iter().map(|step| self.history.graph.id(step.node));
        ids.filter(|id| known.node(id.as_str()).is_none()).map(ToString::to_string).collect()
    }

    /// What a run would report that has nothing to do; `None` where it has something.
    #[must_use]
    pub fn nothing_to_do(&self) -> Option<Report> {
        let graph = &self.history.graph;
        let idle = self.plan.steps.is_empty() && self.status.unfinished.is_empty();
        idle.then(|| Report::new(graph, &[], &self.plan.heads_after(graph)))
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The steps, all of them committed.
    pub steps: Vec<ReportedStep>,
    /// The ids that are heads of the database now.
    pub heads_after: Vec<String>,
}

/// One step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedStep {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// The direction.
    pub direction: Direction,
    /// How long it took.
    pub duration: Duration,
}

impl Report {
    pub(super) fn new(graph: &Graph, done: &[CompletedStep], heads: &[Node]) -> Self {
        let step = |CompletedStep { step, duration }: &CompletedStep| ReportedStep {
            revision: graph.id(step.node).to_string(),
            message: graph.revision(step.node).message().to_owned(),
            direction: step.direction,
            duration: *duration,
        };
        Self {
            steps: done.iter().map(step).collect(),
            heads_after: heads.iter().map(|node| graph.id(*node).to_string()).collect(),
        }
    }
}
