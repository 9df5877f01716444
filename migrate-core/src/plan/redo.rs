//! The plan of `redo`: the revision to revert and apply again.

use super::{Direction, Goal, Plan, Step};
use crate::command::Command;
use crate::graph::{Graph, Node, Set, TargetError, TargetErrorKind as Kind};

/// Returns the applied head of a redo: the named one, else the only one; `None` if nothing is
/// applied.
///
/// # Errors
/// [`TargetError`] if the name is not that of an applied head, or several heads are applied and
/// none is named.
pub fn redo_target(
    graph: &Graph,
    applied: &Set,
    revision: Option<&str>,
) -> Result<Option<Node>, TargetError> {
    let heads = graph.heads_of(applied);
    let names = || heads.iter().map(|node| graph.id(*node).as_str()).collect::<Vec<_>>().join(", ");
    if let Some(text) = revision {
        let node = graph.find(text)?;
        if heads.contains(&node) {
            return Ok(Some(node));
        }
        let message =
            format!("{} is not the newest applied revision of its branch", graph.id(node));
        return Err(TargetError::new(Kind::Misplaced, message)
            .help(format!("those are {}", names()))
            .help(Command::Downgrade.help("and `upgrade` go further")));
    }
    match heads.as_slice() {
        [] => Ok(None),
        [node] => Ok(Some(*node)),
        _ => Err(TargetError::new(Kind::SeveralHeads, "several branches are applied")
            .help(format!("name one: {}", names()))),
    }
}

/// Plans a redo: the applied revisions that are not in `reverted` are reverted, then all are
/// applied. The nodes are in the order of the graph.
#[must_use]
pub fn redo(graph: &Graph, applied: &Set, nodes: &[Node], reverted: impl Fn(Node) -> bool) -> Plan {
    let mut applied_after = applied.clone();
    let down = |node: &Node| applied.contains(*node) && !reverted(*node);
    let downs: Vec<Node> = nodes.iter().copied().filter(down).collect();
    let ups = nodes.iter().filter(|node| downs.contains(node) || !applied.contains(**node));
    let step = |direction| move |node: &Node| Step { node: *node, direction };
    let steps = downs.iter().rev().map(step(Direction::Down)).chain(ups.map(step(Direction::Up)));
    let steps: Vec<Step> = steps.collect();
    for node in graph.dependency_closure(nodes.iter().copied()).iter() {
        applied_after.insert(node);
    }
    Plan { goal: Goal::Applied(nodes.to_vec()), steps, applied_after }
}
