//! The plan of `stamp`: version rows change, and no revision runs.

use crate::command::{Command, Help};
use crate::graph::{Graph, Node, Place, Set, Target, TargetError, TargetErrorKind as Kind};

use super::misplaced;

/// The rows that a stamp inserts and deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Revisions that become applied, parents and dependencies first.
    pub insert: Vec<Node>,
    /// Revisions that are no longer applied, in the opposite order.
    pub remove: Vec<Node>,
    /// The applied revisions after the stamp.
    pub applied_after: Set,
}

/// Plans a stamp: the targets become the applied heads. Applied revisions above or below a target
/// are replaced, and other branches stay. With `base` nothing is applied; `X@base` removes
/// everything above and below X. With `purge` the current rows are ignored.
///
/// # Errors
/// [`TargetError`] if a target names no revision, depends on the applied revisions, or contradicts
/// another.
pub fn stamp(
    graph: &Graph,
    applied: &Set,
    targets: &[Target],
    purge: bool,
) -> Result<Stamp, TargetError> {
    let mut wanted: Vec<(Node, &Target)> = Vec::new();
    let mut cleared: Vec<(Node, &Target)> = Vec::new();
    let mut base = None;
    for target in targets {
        let nodes = stamp_target(graph, target)?;
        match (nodes.is_empty(), graph.branch(target.branch())?) {
            (true, Some(branch)) => cleared.push((branch.node, target)),
            (true, None) => base = Some(target),
            (false, _) => wanted.extend(nodes.into_iter().map(|node| (node, target))),
        }
    }
    refuse_contradictions(graph, &wanted, &cleared, base)?;
    let goals: Vec<Node> = wanted.iter().map(|(node, _)| *node).collect();
    let touched = || goals.iter().copied().chain(cleared.iter().map(|(node, _)| *node));
    let (above, below) = (graph.dependent_closure(touched()), graph.dependency_closure(touched()));
    let untouched = |node: &Node| !above.contains(*node) && !below.contains(*node);
    let kept: Vec<Node> = match base {
        None if !purge => graph.heads_of(applied).into_iter().filter(untouched).collect(),
        _ => Vec::new(),
    };
    let applied_after = graph.dependency_closure(kept.into_iter().chain(goals.iter().copied()));
    Ok(Stamp {
        insert: applied_after.iter().filter(|node| !applied.contains(*node)).collect(),
        remove: applied.iter().rev().filter(|node| !applied_after.contains(*node)).collect(),
        applied_after,
    })
}

fn stamp_target(graph: &Graph, target: &Target) -> Result<Vec<Node>, TargetError> {
    match target {
        Target::At { place: Place::Current, .. } => {
            Err(misplaced(target, "is where the database stands").help("name another revision"))
        }
        Target::At { offset: None, .. } => graph.resolve_target(target, None),
        _ => Err(misplaced(target, "counts steps, and a stamp needs a revision").help(
            Help::new("name the revision; ").run(Command::Show).then(" tells which one it is"),
        )),
    }
}

/// Returns an error unless the targets are independent of each other.
fn refuse_contradictions(
    graph: &Graph,
    wanted: &[(Node, &Target)],
    cleared: &[(Node, &Target)],
    base: Option<&Target>,
) -> Result<(), TargetError> {
    if let (Some(base), Some((_, other))) = (base, wanted.first()) {
        return Err(contradiction(base, other).help("`--purge` forgets what was applied before"));
    }
    let nodes: Vec<Node> = wanted.iter().map(|(node, _)| *node).collect();
    let maximal = graph.set(graph.maximal(nodes.iter().copied()));
    if let Some((node, target)) = wanted.iter().find(|(node, _)| !maximal.contains(*node)) {
        let above = graph.dependent_closure([*node]);
        let other = wanted.iter().find(|(other, _)| other != node && above.contains(*other));
        let other = other.map_or(*target, |(_, other)| *other);
        return Err(contradiction(target, other).help(format!(
            "`{other}` needs `{target}`: name only the one where the database stands"
        )));
    }
    let reach = graph.dependent_closure(cleared.iter().map(|(node, _)| *node));
    let depth = graph.dependency_closure(cleared.iter().map(|(node, _)| *node));
    let clash = wanted.iter().find(|(node, _)| reach.contains(*node) || depth.contains(*node));
    match (clash, cleared.first()) {
        (Some((_, target)), Some((_, clear))) => {
            Err(contradiction(clear, target).help("stamp one of them"))
        }
        _ => Ok(()),
    }
}

fn contradiction(one: &Target, other: &Target) -> TargetError {
    let message = format!("`{one}` and `{other}` cannot both be where the database stands");
    TargetError::new(Kind::Contradiction, message)
}
