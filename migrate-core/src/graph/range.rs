//! Ranges of a history: `A:B`.

use super::error::{TargetError, TargetErrorKind as Kind};
use super::target::{Offset, Place, Target};
use super::{Graph, Node, Set};

impl Graph {
    /// Returns the revisions from `A` to `B`, both included, parents and dependencies first.
    ///
    /// Without `A`, or from `base`, the range is everything that `B` needs, dependencies included;
    /// from a revision, the part that descends from it. Without `B` the range ends at the heads, or
    /// at those of the branch if `A` is `X@..`. `B` may be `+N`, counted from `A`; `A` may be `-N`,
    /// counted from `B`. Steps past the ends of the history stop there. `current` is the set of
    /// applied revisions.
    ///
    /// # Errors
    /// [`TargetError`] if an end names no revision, or `A` is not below `B`.
    pub fn range(&self, text: &str, applied: &Set) -> Result<Vec<Node>, TargetError> {
        let ends = text.split_once(':').filter(|(_, upper)| !upper.contains(':'));
        let Some((lower, upper)) = ends else {
            return Err(TargetError::new(
                Kind::Syntax,
                format!("`{}` is not a range", super::target::shown(text)),
            )
            .help("a range is `A:B`, `A:` (to the heads) or `:B` (from base)"));
        };
        let lower: Target = match lower {
            "" => Target::place(Place::Base),
            text => text.parse()?,
        };
        let upper = match upper {
            "" => Target::At {
                branch: lower.branch().map(str::to_owned),
                place: Place::Heads,
                offset: None,
            },
            text => text.parse()?,
        };
        let (lowers, uppers) = match (&lower, &upper) {
            (Target::Relative { offset: Offset::Up(_), .. }, _) => {
                return Err(misplaced(&lower, "`base+N` counts from the bottom"));
            }
            (_, Target::Relative { offset: Offset::Down(_), .. }) => {
                return Err(misplaced(&upper, "`head-N` counts from the top"));
            }
            (Target::Relative { .. }, Target::Relative { .. }) => {
                return Err(misplaced(&upper, "one end must be a place"));
            }
            (lower @ Target::Relative { offset: Offset::Down(count), .. }, _) => {
                let uppers = self.above_branch(lower, self.clipped(&upper, applied)?)?;
                let from = self.one(&upper, &uppers)?;
                (self.walk_down(from, *count)?.end.into_iter().collect(), uppers)
            }
            (_, Target::Relative { branch, offset: Offset::Up(count) }) => {
                let lowers = self.clipped(&lower, applied)?;
                let branch = self.branch(branch.as_deref())?;
                let start =
                    self.start_up(&self.dependency_closure(lowers.clone()), branch.as_ref())?;
                let end = self.walk_up(start, *count, branch.as_ref())?.end;
                (lowers, end.into_iter().collect())
            }
            _ => {
                let uppers = self.above_branch(&lower, self.clipped(&upper, applied)?)?;
                (self.clipped(&lower, applied)?, uppers)
            }
        };
        let mut members = self.dependency_closure(uppers);
        if let Some(outside) = lowers.iter().find(|node| !members.contains(**node)) {
            let message = format!("{} does not lie below `{upper}`", self.id(*outside));
            return Err(TargetError::new(Kind::NotAncestor, message)
                .help("the lower end of a range comes first, and the upper one needs it"));
        }
        if !lowers.is_empty() {
            let descendants = self.descendants(lowers.iter().copied());
            members = self.set(members.iter().filter(|node| descendants.contains(*node)));
        }
        Ok(members.iter().collect())
    }

    /// Resolves an end of a range. Steps past the end of the history stop there.
    fn clipped(&self, target: &Target, applied: &Set) -> Result<Vec<Node>, TargetError> {
        match target {
            Target::At { offset: None, .. } => self.resolve_target(target, Some(applied)),
            _ => Ok(self.walk(target, Some(applied))?.end.into_iter().collect()),
        }
    }

    /// Keeps the upper ends on the branch that the lower end names.
    fn above_branch(&self, lower: &Target, uppers: Vec<Node>) -> Result<Vec<Node>, TargetError> {
        let Some(branch) = self.branch(lower.branch())? else { return Ok(uppers) };
        let within: Vec<Node> = uppers.iter().copied().filter(|node| branch.has(*node)).collect();
        if within.is_empty() && !uppers.is_empty() {
            let message = format!("the upper end does not lie on the branch of `{lower}`");
            return Err(TargetError::new(Kind::NotAncestor, message).choices(self, &uppers));
        }
        Ok(within)
    }

    fn one(&self, target: &Target, nodes: &[Node]) -> Result<Option<Node>, TargetError> {
        match nodes {
            [] => Ok(None),
            [node] => Ok(Some(*node)),
            several => {
                let message =
                    format!("steps are counted from one revision, but `{target}` is several");
                Err(TargetError::new(Kind::AmbiguousWalk, message)
                    .choices(self, several)
                    .help("name one of them"))
            }
        }
    }
}

fn misplaced(target: &Target, help: &str) -> TargetError {
    TargetError::new(Kind::Misplaced, format!("`{target}` is not allowed at this end of a range"))
        .help(help)
}
