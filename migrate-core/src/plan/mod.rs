//! Which steps lead from what is applied to where a person wants to be.
//!
//! A target is resolved once, to a [`Goal`] of nodes; the plan follows from the goal and from what
//! is applied, so that a runner who finds the database moved plans again without counting steps
//! anew. Nothing here knows SQL or which database it is for.
//!
//! What is applied is a [`Set`]; it should hold everything that its members need. Where it has
//! holes, an upgrade fills those below its target.

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

/// Which way a step goes.
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

/// A target resolved: what shall be applied, or what shall not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// These revisions and all that they need are applied.
    Applied(Vec<Node>),
    /// These revisions and all that needs them are not.
    Undone(Vec<Node>),
}

/// Steps in the order in which they run, and what is applied after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the plan is for.
    pub goal: Goal,
    /// The steps; none when the goal is reached already.
    pub steps: Vec<Step>,
    /// What is applied after the last step.
    pub applied_after: Set,
}

/// Plans the way up to a target. A target that is applied already, and `base`, need no step.
///
/// # Errors
/// [`TargetError`] when the target names no place above, or is ambiguous.
pub fn upgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Plan, TargetError> {
    Ok(Goal::upgrade(graph, applied, target)?.plan(graph, applied))
}

/// Plans the way down to a target, which stays applied. Everything that needs an undone revision is
/// undone too, on other branches also; what the undone ones needed stays.
///
/// # Errors
/// [`TargetError`] when the target names no place below what is applied, or is ambiguous.
pub fn downgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Plan, TargetError> {
    Ok(Goal::downgrade(graph, applied, target)?.plan(graph, applied))
}

/// What is applied where a database stands at a target: the `a` of an offline run `a:b`.
///
/// # Errors
/// [`TargetError`] when the target names no place, or depends on what is applied.
pub fn applied_at(graph: &Graph, target: &Target) -> Result<Set, TargetError> {
    Ok(graph.dependency_closure(graph.resolve_target(target, None)?))
}

impl Goal {
    /// The steps from what is applied to the goal, and what is applied then.
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
    /// The applied revisions that no other applied one needs, after the last step: what Alembic
    /// would have as rows.
    #[must_use]
    pub fn heads_after(&self, graph: &Graph) -> Vec<Node> {
        graph.maximal(self.applied_after.iter())
    }
}

fn misplaced(target: &Target, why: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Misplaced, format!("`{target}` {why}"))
}
