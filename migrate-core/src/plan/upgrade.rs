//! The goal of `upgrade TARGET`.

use super::{Goal, misplaced};
use crate::command::Command;
use crate::graph::{Graph, Offset, Place, Set, Target, TargetError, too_far};

impl Goal {
    /// Resolves the target of an upgrade.
    ///
    /// # Errors
    /// [`TargetError`] if the target is not above the applied revisions, or is ambiguous.
    pub fn upgrade(graph: &Graph, applied: &Set, target: &Target) -> Result<Self, TargetError> {
        let nodes = graph.resolve_target(target, Some(applied))?;
        match target {
            Target::Relative { offset: Offset::Down(_), .. } => {
                Err(misplaced(target, "leads down").help(Command::Downgrade.help("goes down")))
            }
            Target::At { place: Place::Current, .. } => {
                Err(misplaced(target, "is where the database stands")
                    .help("`+1` goes one revision further"))
            }
            Target::At { offset: Some(_), .. } if nodes.is_empty() => {
                Err(too_far(format!("`{target}` is base: there is nothing to upgrade to")))
            }
            _ => Ok(Self::Applied(nodes)),
        }
    }
}
