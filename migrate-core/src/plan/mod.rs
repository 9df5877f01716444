//! Plans: the steps from the applied revisions to a target.
//!
//! A target is resolved once, to a [`Goal`] of nodes. The plan follows from the goal and the
//! applied revisions, so a runner that finds the database changed can plan again without counting
//! steps again. The module does not know SQL or databases.
//!
//! The applied revisions are a [`Set`], which should contain all needs of its members. If it has
//! gaps, an upgrade fills those below its target.

mod downgrade;
mod redo;
mod stamp;
#[cfg(test)]
mod tests;
mod upgrade;

use std::fmt;

use crate::graph::{Graph, Node, Set, Target, TargetError, TargetErrorKind};

pub use redo::{redo, redo_target};
pub use stamp::{Stamp, stamp};

/// The direction of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The up section runs.
    Up,
    /// The down section runs.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// One revision in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// The revision.
    pub node: Node,
    /// The direction.
    pub direction: Direction,
}

/// A resolved target: the revisions to be applied, or to be reverted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// These revisions and all their needs are applied.
    Applied(Vec<Node>),
    /// These revisions and all that need them are not applied.
    Undone(Vec<Node>),
}

/// Steps in order, and the set of applied revisions after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The goal.
    pub goal: Goal,
    /// The steps; empty if the goal is reached.
    pub steps: Vec<Step>,
    /// The applied revisions after the last step.
    pub applied_after: Set,
}

/// Plans an upgrade to a target. A target that is applied, and `base`, need no step.
///
/// # Errors
/// [`TargetError`] if the target is not above the applied revisions, or is ambiguous.
pub fn upgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Plan, TargetError> {
    Ok(Goal::upgrade(graph, applied, target)?.plan(graph, applied))
}

/// Plans a downgrade to a target, which stays applied. Revisions that need a reverted one are
/// reverted too, also on other branches; the needs of reverted revisions stay.
///
/// # Errors
/// [`TargetError`] if the target is not below the applied revisions, or is ambiguous.
pub fn downgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Plan, TargetError> {
    Ok(Goal::downgrade(graph, applied, target)?.plan(graph, applied))
}

/// Returns the applied revisions of a database at a target: the `a` of an offline run `a:b`.
///
/// # Errors
/// [`TargetError`] if the target names no revision, or depends on the applied revisions.
pub fn applied_at(graph: &Graph, target: &Target) -> Result<Set, TargetError> {
    Ok(graph.dependency_closure(graph.resolve_target(target, None)?))
}

impl Goal {
    /// Returns the steps from the applied revisions to the goal.
    #[must_use]
    pub fn plan(&self, graph: &Graph, applied: &Set) -> Plan {
        let mut after = applied.clone();
        let steps = match self {
            Self::Applied(targets) => {
                let wanted = graph.dependency_closure(targets.iter().copied());
                wanted
                    .iter()
                    .filter(|node| after.insert(*node))
                    .map(|node| Step { node, direction: Direction::Up })
                    .collect()
            }
            Self::Undone(roots) => {
                let unwanted = graph.dependent_closure(roots.iter().copied());
                unwanted
                    .iter()
                    .rev()
                    .filter(|node| after.remove(*node))
                    .map(|node| Step { node, direction: Direction::Down })
                    .collect()
            }
        };
        Plan { goal: self.clone(), steps, applied_after: after }
    }
}

impl Plan {
    /// Returns the heads after the last step: the rows that Alembic would store.
    #[must_use]
    pub fn heads_after(&self, graph: &Graph) -> Vec<Node> {
        graph.maximal(self.applied_after.iter())
    }
}

fn misplaced(target: &Target, why: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Misplaced, format!("`{target}` {why}"))
}
