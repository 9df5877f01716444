//! Resolves a [`Target`] to nodes.
//!
//! Names are ids or labels, steps follow parents, and a branch is the lineage of the revision
//! before the `@`. The applied revisions are a set argument. Whether a command may use the result
//! is decided in `plan`.

use super::error::{TargetError, TargetErrorKind as Kind};
use super::target::{Offset, Place, Target};
use super::{Graph, Node, Set};
use crate::command::{Command, Help};
use crate::ident::{BranchLabel, RevisionId};
use crate::suggest::nearest;

/// A shorter name is never a prefix, as in Alembic.
const SHORTEST_ABBREVIATED: usize = 4;

/// The branch that a target is limited to.
pub(crate) struct Branch<'a> {
    name: &'a str,
    /// The named revision.
    pub(crate) node: Node,
    lineage: Set,
}

impl Branch<'_> {
    pub(crate) fn has(&self, node: Node) -> bool {
        self.lineage.contains(node)
    }
}

/// The end of a walk, `None` for base, and the number of steps that were not possible.
pub(crate) struct Walk {
    pub(crate) end: Option<Node>,
    pub(crate) left: usize,
}

impl Walk {
    /// Returns the end of a complete walk, or an error.
    pub(crate) fn whole(
        self,
        target: &impl std::fmt::Display,
    ) -> Result<Option<Node>, TargetError> {
        match self.left {
            0 => Ok(self.end),
            1 => Err(too_far(format!("`{target}` goes one step too far"))),
            left => Err(too_far(format!("`{target}` goes {left} steps too far"))),
        }
    }
}

pub(crate) fn too_far(message: String) -> TargetError {
    TargetError::new(Kind::TooFar, message).help(Command::History.help("lists the revisions"))
}

impl Graph {
    /// Returns the one revision that a text names: an id, a label, a prefix, `head`, or any other
    /// target that does not depend on the applied revisions.
    ///
    /// # Errors
    /// [`TargetError`] if it names no revision or several.
    pub fn find(&self, text: &str) -> Result<Node, TargetError> {
        let target: Target = text.parse()?;
        let nodes = self.resolve_target(&target, None)?;
        match nodes.as_slice() {
            [node] => Ok(*node),
            [] => Err(TargetError::new(Kind::Unknown, format!("`{text}` names no revision"))
                .help("name one by its id, a label or `head`")),
            several => Err(self.several(&target, several)),
        }
    }

    /// Returns the revisions that a text names, for commands that only inspect: every form of
    /// target, with `current` and steps counted from the applied revisions. `base` names none.
    ///
    /// # Errors
    /// [`TargetError`] if a part of it is unknown or ambiguous.
    pub fn resolve_many(&self, text: &str, applied: &Set) -> Result<Vec<Node>, TargetError> {
        self.resolve_target(&text.parse()?, Some(applied))
    }

    /// Returns the nodes that a target names; none for base.
    pub(crate) fn resolve_target(
        &self,
        target: &Target,
        applied: Option<&Set>,
    ) -> Result<Vec<Node>, TargetError> {
        if let Target::At { branch, place, offset: None } = target {
            let branch = self.branch(branch.as_deref())?;
            return self.place(target, place, branch.as_ref(), applied);
        }
        let end = self.walk(target, applied)?.whole(target)?;
        Ok(end.into_iter().collect())
    }

    /// Walks the steps of a target; without steps, returns the named revision.
    pub(crate) fn walk(&self, target: &Target, applied: Option<&Set>) -> Result<Walk, TargetError> {
        let branch = self.branch(target.branch())?;
        let branch = branch.as_ref();
        match target {
            Target::Relative { offset, .. } => {
                let Some(applied) = applied else { return Err(needs_applied(target)) };
                match offset {
                    Offset::Up(count) => {
                        self.walk_up(self.start_up(applied, branch)?, *count, branch)
                    }
                    Offset::Down(count) => {
                        self.walk_down(Some(self.start_down(target, applied, branch)?), *count)
                    }
                }
            }
            Target::At { place, offset, .. } => {
                let up = matches!(offset, Some(Offset::Up(1..)));
                // Upwards, the branch selects the way; the start may be outside of it.
                let start = self.place(target, place, branch.filter(|_| !up), applied)?;
                let start = match start.as_slice() {
                    [] => None,
                    [start] => Some(*start),
                    several => return Err(self.several(target, several)),
                };
                match offset {
                    Some(Offset::Up(count)) => self.walk_up(start, *count, branch),
                    Some(Offset::Down(count)) => self.walk_down(start, *count),
                    None => Ok(Walk { end: start, left: 0 }),
                }
            }
        }
    }

    /// Returns the branch of a name before an `@`.
    pub(crate) fn branch<'a>(
        &self,
        name: Option<&'a str>,
    ) -> Result<Option<Branch<'a>>, TargetError> {
        let Some(name) = name else { return Ok(None) };
        let node = self.named(name, None)?;
        Ok(Some(Branch { name, node, lineage: self.lineage(node) }))
    }

    /// Returns the nodes of a named place, before any steps.
    fn place(
        &self,
        target: &Target,
        place: &Place,
        branch: Option<&Branch<'_>>,
        applied: Option<&Set>,
    ) -> Result<Vec<Node>, TargetError> {
        let within = |nodes: Vec<Node>| -> Vec<Node> {
            nodes.into_iter().filter(|node| branch.is_none_or(|b| b.has(*node))).collect()
        };
        match place {
            Place::Base => Ok(Vec::new()),
            // A head of the branch that another head needs is not an end of the branch.
            Place::Heads => Ok(self.maximal(within(self.heads()))),
            Place::Head => match self.maximal(within(self.heads())) {
                several if several.len() > 1 => Err(self.several(target, &several)),
                one => Ok(one),
            },
            Place::Current => match applied {
                Some(applied) => Ok(within(self.heads_of(applied))),
                None => Err(needs_applied(target)),
            },
            Place::Name(name) => Ok(vec![self.named(name, branch)?]),
        }
    }

    /// Finds a name: an id or a label, else a prefix that is unique (on the branch).
    fn named(&self, name: &str, branch: Option<&Branch<'_>>) -> Result<Node, TargetError> {
        let known = self.node(name).or_else(|| self.labelled(name));
        let mut hits = match known.or_else(|| self.replacing_at_end(name)) {
            Some(node) => vec![node],
            None => self.beginning(name),
        };
        if hits.is_empty() {
            return Err(self.unknown_target(name));
        }
        if let Some(branch) = branch {
            let everywhere = hits.clone();
            hits.retain(|node| branch.has(*node));
            if hits.is_empty() {
                let message = format!("`{name}` does not lie on the branch of `{}`", branch.name);
                return Err(TargetError::new(Kind::NotOnBranch, message)
                    .choices(self, &everywhere)
                    .help("a branch is a revision with its ancestors and descendants; depends-on does not count"));
            }
        }
        match hits.as_slice() {
            [node] => Ok(*node),
            several => {
                let message = format!("`{name}` is the beginning of several names");
                Err(TargetError::new(Kind::Ambiguous, message).choices(self, several))
            }
        }
    }

    fn beginning(&self, name: &str) -> Vec<Node> {
        let begins = |full: &str| {
            full.starts_with(name) && full.chars().nth(SHORTEST_ABBREVIATED - 1).is_some()
        };
        let ids = self.order().filter(|node| begins(self.id(*node).as_str()));
        let labels = self.labels.iter().filter(|(label, _)| begins(label.as_str()));
        self.set(ids.chain(labels.map(|(_, node)| *node))).iter().collect()
    }

    fn unknown_target(&self, name: &str) -> TargetError {
        let error = TargetError::new(Kind::Unknown, format!("no revision or branch is `{name}`"));
        if let Some(node) = self.replacing(name) {
            return TargetError::new(
                Kind::Unknown,
                format!("{name} is replaced by {}", self.id(node)),
            )
            .choices(self, &[node])
            .help(
                Help::new("a database that has run a part of what it replaces goes on with ")
                    .run(Command::Upgrade),
            );
        }
        let symbol = ["head", "heads", "base", "current"]
            .into_iter()
            .find(|symbol| name.eq_ignore_ascii_case(symbol));
        if let Some(symbol) = symbol {
            return error.help(format!("write `{symbol}` in lower case"));
        }
        let count = name.trim_start_matches('0');
        if count.len() < SHORTEST_ABBREVIATED
            && !count.is_empty()
            && count.bytes().all(|byte| byte.is_ascii_digit())
        {
            return error
                .help(format!("a count of revisions has a sign: `+{count}` or `-{count}`"));
        }
        let labels = self.labels.keys().map(BranchLabel::as_str);
        let near = nearest(name, self.ids.keys().map(RevisionId::as_str).chain(labels))
            .and_then(|near| Some((near, self.node(near).or_else(|| self.labelled(near))?)));
        match near {
            Some((near, node)) if near == self.id(node).as_str() => {
                error.help(format!("did you mean {}?", self.title(node)))
            }
            Some((near, node)) => {
                error.help(format!("did you mean the branch {near}, {}?", self.title(node)))
            }
            None => error.help(Command::History.help("lists the revisions")),
        }
    }

    /// Returns the error for several revisions where one is required.
    fn several(&self, target: &Target, nodes: &[Node]) -> TargetError {
        if matches!(target, Target::At { place: Place::Current, .. }) {
            let message =
                format!("`{target}` is ambiguous: the database stands at several revisions");
            return TargetError::new(Kind::AmbiguousWalk, message)
                .choices(self, nodes)
                .help("name one of them");
        }
        let message = format!("`{target}` is ambiguous: there are {} heads", nodes.len());
        TargetError::new(Kind::SeveralHeads, message)
            .choices(self, nodes)
            .help("name one of them, or its branch as in `BRANCH@head`; `heads` means all of them")
            .help(Command::Merge.help("joins them"))
    }

    /// Returns the start of `+N`: the one applied head (on the branch), else base.
    pub(crate) fn start_up(
        &self,
        applied: &Set,
        branch: Option<&Branch<'_>>,
    ) -> Result<Option<Node>, TargetError> {
        let mut starts = self.heads_of(applied);
        if let Some(branch) = branch {
            starts.retain(|node| branch.has(*node));
            if starts.is_empty() {
                // The branch may be applied below the head of another branch.
                starts = self.maximal(applied.iter().filter(|node| branch.has(*node)));
            }
        }
        match starts.as_slice() {
            [] => Ok(None),
            [start] => Ok(Some(*start)),
            several => Err(self.several_starts(several, "+")),
        }
    }

    /// Returns the start of `-N`: the one applied head (on the branch).
    fn start_down(
        &self,
        target: &Target,
        applied: &Set,
        branch: Option<&Branch<'_>>,
    ) -> Result<Node, TargetError> {
        let mut starts = self.heads_of(applied);
        if let Some(branch) = branch {
            starts.retain(|node| branch.has(*node));
            if starts.is_empty() {
                let ends = |node: &Node| !self.children(*node).iter().any(|c| applied.contains(*c));
                starts = applied.iter().filter(ends).filter(|node| branch.has(*node)).collect();
            }
        }
        match (starts.as_slice(), branch) {
            ([start], _) => Ok(*start),
            ([], None) => Err(too_far(format!("`{target}` goes too far: nothing is applied"))),
            ([], Some(branch)) => Err(too_far(format!(
                "`{target}` goes too far: the branch of `{}` has no end that is applied",
                branch.name
            ))),
            (several, _) => Err(self.several_starts(several, "-")),
        }
    }

    fn several_starts(&self, starts: &[Node], sign: &str) -> TargetError {
        let message = "steps are counted from one revision, but the database stands at several";
        let first = starts.first().map_or("REV", |node| self.id(*node).as_str());
        TargetError::new(Kind::AmbiguousWalk, message)
            .choices(self, starts)
            .help(format!("name the start: `{first}@{sign}1`, or name the revision to go to"))
    }

    /// Walks up by children, within the branch if one is given, as far as possible.
    pub(crate) fn walk_up(
        &self,
        from: Option<Node>,
        count: usize,
        branch: Option<&Branch<'_>>,
    ) -> Result<Walk, TargetError> {
        let mut walk = Walk { end: from, left: count };
        while walk.left > 0 {
            let mut next = match walk.end {
                None => self.bases(),
                Some(node) => self.children(node).to_vec(),
            };
            next.retain(|node| branch.is_none_or(|b| b.has(*node)));
            match next.as_slice() {
                [] => break,
                [node] => walk.end = Some(*node),
                several => return Err(self.fork(walk.end, several, "above")),
            }
            walk.left -= 1;
        }
        Ok(walk)
    }

    /// Walks down by parents, at most to base.
    pub(crate) fn walk_down(&self, from: Option<Node>, count: usize) -> Result<Walk, TargetError> {
        let mut walk = Walk { end: from, left: count };
        while let (Some(node), 1..) = (walk.end, walk.left) {
            walk.end = match self.parents(node) {
                [] => None,
                [parent] => Some(*parent),
                several => return Err(self.fork(walk.end, several, "below")),
            };
            walk.left -= 1;
        }
        Ok(walk)
    }

    fn fork(&self, at: Option<Node>, ways: &[Node], side: &str) -> TargetError {
        let at = at.map_or("base", |node| self.id(node).as_str());
        let message = format!("steps cannot be counted past {at}: several revisions are {side} it");
        let error = TargetError::new(Kind::AmbiguousWalk, message).choices(self, ways);
        match ways.first().filter(|_| side == "above") {
            Some(way) => error
                .help(format!("name the revision to go to, or the branch: `{}@+1`", self.id(*way))),
            None => error.help("name the revision to go to"),
        }
    }
}

fn needs_applied(target: &Target) -> TargetError {
    TargetError::new(
        Kind::Misplaced,
        format!("`{target}` depends on the applied revisions, which are not known here"),
    )
    .help("name a revision by its id, a label or `head`")
}

#[cfg(test)]
mod tests;
