//! The goal of `downgrade TARGET`.
//!
//! The target stays applied. Its children are reverted, all of them or those of one branch, with
//! everything that needs them.

use super::{Goal, misplaced};
use crate::command::Command;
use crate::graph::{Graph, Node, Offset, Place, Set, Target, TargetError, TargetErrorKind as Kind};

impl Goal {
    /// Resolves the target of a downgrade.
    ///
    /// # Errors
    /// [`TargetError`] if the target is not below the applied revisions, or is ambiguous.
    pub fn downgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Self, TargetError> {
        match target {
            Target::Relative { offset: Offset::Up(_), .. } => {
                return Err(misplaced(target, "leads up").help(Command::Upgrade.help("goes up")));
            }
            Target::At { place: Place::Current, .. } => {
                return Err(misplaced(target, "is where the database stands")
                    .help("`-1` goes one revision back"));
            }
            _ => {}
        }
        let to = match graph.resolve_target(target, Some(applied))?.as_slice() {
            [] => None,
            [node] => Some(*node),
            several => {
                let message = format!(
                    "`{target}` is {} revisions, which have no common place below",
                    several.len()
                );
                return Err(TargetError::new(Kind::SeveralHeads, message)
                    .choices(graph, several)
                    .help("name one revision"));
            }
        };
        let all = to.map_or_else(|| graph.bases(), |node| graph.children(node).to_vec());
        let roots = match branch_of(graph, applied, target)? {
            Some(end) if all.len() > 1 => {
                let ancestors = graph.ancestors([end]);
                all.iter().copied().filter(|root| ancestors.contains(*root)).collect()
            }
            _ => all.clone(),
        };
        if roots.is_empty() && !all.is_empty() {
            return Err(no_way(graph, target, &all));
        }
        let counted = matches!(target, Target::At { branch: None, offset: Some(_), .. });
        if to.is_none() && counted {
            refuse_other_branches(graph, applied, target, &roots)?;
        }
        let goal = Self::Undone(roots);
        match to {
            Some(to) if goal.plan(graph, applied).steps.is_empty() => {
                refuse_unless_there(graph, applied, to)?;
            }
            _ => {}
        }
        Ok(goal)
    }
}

/// Returns the revision whose ancestors are reverted at a merge: the one before the `@`, or the one
/// that `-N` counts from.
fn branch_of(graph: &Graph, applied: &Set, target: &Target) -> Result<Option<Node>, TargetError> {
    if let Target::Relative { branch: None, .. } = target {
        return Ok(graph.heads_of(applied).first().copied());
    }
    Ok(graph.branch(target.branch())?.map(|branch| branch.node))
}

/// The target has several children, and none of them is on the target's branch.
fn no_way(graph: &Graph, target: &Target, children: &[Node]) -> TargetError {
    let message = format!("`{target}` does not say which of several branches to undo");
    TargetError::new(Kind::NotBelow, message)
        .choices(graph, children)
        .help("before the `@`, name a revision or label above the target: one of these or of their descendants")
}

/// Steps from a revision down to base would also revert the other branches.
fn refuse_other_branches(
    graph: &Graph,
    applied: &Set,
    target: &Target,
    bases: &[Node],
) -> Result<(), TargetError> {
    let Target::At { place, .. } = target else { return Ok(()) };
    let start = Target::place(place.clone());
    let ancestors = graph.ancestors(graph.resolve_target(&start, Some(applied))?);
    let (own, others): (Vec<Node>, Vec<Node>) =
        bases.iter().copied().partition(|base| ancestors.contains(*base));
    let own = graph.dependent_closure(own);
    let others: Vec<Node> = graph
        .dependent_closure(others)
        .iter()
        .filter(|node| applied.contains(*node) && !own.contains(*node))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let message = format!("`{target}` is base, below other branches too");
    Err(TargetError::new(Kind::AmbiguousWalk, message)
        .choices(graph, &graph.maximal(others))
        .help(format!("`{start}@base` undoes this branch alone, `base` undoes everything")))
}

/// Nothing would be reverted: an error unless the database is at the target.
fn refuse_unless_there(graph: &Graph, applied: &Set, to: Node) -> Result<(), TargetError> {
    let tips = graph.heads_of(applied);
    if tips.contains(&to) {
        return Ok(());
    }
    if !applied.contains(to) {
        let message =
            format!("{} is not applied, so nothing can be undone down to it", graph.id(to));
        return Err(TargetError::new(Kind::NotBelow, message)
            .help(Command::Current.help("shows what is applied"))
            .choices(graph, &tips));
    }
    let dependents: Vec<Node> =
        graph.dependents(to).iter().copied().filter(|node| applied.contains(*node)).collect();
    let message = format!(
        "{} is applied only below revisions that depend on it, which are no way down to it",
        graph.id(to)
    );
    Err(TargetError::new(Kind::NotBelow, message)
        .choices(graph, &dependents)
        .help("name a revision below one of these"))
}
