//! Reports of runs and previews of runs.

use std::borrow::Cow;
use std::time::Duration;

use migrate_core::graph::{Graph, Node};
use migrate_core::history::History;
use migrate_core::plan::{Direction, Plan, Step};

use crate::runner::CompletedStep;
use crate::state::DatabaseState;
use crate::status::{Status, ids};

/// What a run would do, and from where.
#[derive(Debug, Clone)]
pub struct Preview<'h> {
    /// The history; where the direction is down, with the unknown revisions of the database.
    pub(crate) history: Cow<'h, History>,
    /// The state of the database.
    pub(crate) status: DatabaseState,
    /// The steps.
    pub(crate) plan: Plan,
}

impl Preview<'_> {
    /// Returns the steps in their order.
    #[must_use]
    pub fn steps(&self) -> Vec<PlannedStep> {
        let graph = &self.history.graph;
        let step = |step: &Step| PlannedStep {
            revision: graph.id(step.node).to_string(),
            message: graph.revision(step.node).message().to_owned(),
            direction: step.direction,
        };
        self.plan.steps.iter().map(step).collect()
    }

    /// Returns the heads of the database after the run.
    #[must_use]
    pub fn heads_after(&self) -> Vec<String> {
        ids(&self.history.graph, self.plan.heads_after(&self.history.graph))
    }

    /// Returns the state of the database before the run.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::new(self.status.clone(), &self.history.graph)
    }

    /// Returns the ids of the revisions that the run would revert though the graph does not contain
    /// them.
    pub(crate) fn unknown_downs(&self, known: &Graph) -> Vec<String> {
        let ids = self.plan.steps.iter().map(|step| self.history.graph.id(step.node));
        ids.filter(|id| known.revision_with_id(id.as_str()).is_none())
            .map(ToString::to_string)
            .collect()
    }

    /// Returns the report of a run that has nothing to do; `None` where there is something.
    pub(crate) fn nothing_to_do(&self) -> Option<Report> {
        let graph = &self.history.graph;
        let idle = self.plan.steps.is_empty()
            && self.status.unfinished.is_empty()
            && self.status.replacements.is_empty();
        idle.then(|| Report::new(graph, &[], &self.plan.heads_after(graph)))
    }
}

/// A step of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedStep {
    /// The revision.
    pub revision: String,
    /// The message of the revision.
    pub message: String,
    /// Whether the revision would be applied or reverted.
    pub direction: Direction,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// The steps, all of them committed.
    pub steps: Vec<ReportedStep>,
    /// The heads of the database after the run.
    pub heads_after: Vec<String>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportedStep {
    /// The revision.
    pub revision: String,
    /// Its message.
    pub message: String,
    /// The direction.
    pub direction: Direction,
    /// The time it took.
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
            heads_after: ids(graph, heads.iter().copied()),
        }
    }
}
