//! Builds a [`Graph`] from revisions and reports all mistakes at once.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::replaced::{Divided, StandIns};
use super::{Graph, Node};
use crate::command::Command;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ident::{BranchLabel, RevisionId};
use crate::revision::{Named, Revision};
use crate::suggest::nearest;

impl Graph {
    /// Builds a graph. It contains every revision with a unique id and every edge whose end exists.
    /// Plans require that the diagnostics contain no error.
    ///
    /// Several heads are not an error here: [`Graph::check_heads`] checks them.
    #[must_use]
    pub fn build(revisions: Vec<Revision>) -> (Self, Diagnostics) {
        Self::build_with(revisions, &StandIns::new())
    }

    /// Builds a graph of other revisions of the same project; see [`Graph::build`].
    #[must_use]
    pub fn rebuilt(&self, revisions: Vec<Revision>) -> (Self, Diagnostics) {
        let (graph, found) = Self::build(revisions);
        (graph.with_session(&self.session), found)
    }

    /// Like [`Graph::build`]; `names` are further names of revisions.
    pub(super) fn build_with(revisions: Vec<Revision>, names: &StandIns) -> (Self, Diagnostics) {
        let mut found = Diagnostics::new();
        let mut revisions = revisions;
        revisions.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut seen: HashMap<RevisionId, usize> = HashMap::with_capacity(revisions.len());
        let mut twins = Vec::new();
        for (n, revision) in revisions.iter().enumerate() {
            if let Some(twin) = seen.get(revision.id()) {
                found.push(two_files(revision, &revisions[*twin]));
                twins.push(n);
            } else {
                seen.insert(revision.id().clone(), n);
            }
        }
        let mut places = 0..revisions.len();
        revisions.retain(|_| places.next().is_some_and(|n| twins.binary_search(&n).is_err()));
        let mut graph = Self::with_edges(revisions, names, &mut found);
        graph.sort(&mut found);
        (graph, found)
    }

    /// Numbers revisions in their order, and reads their labels and edges.
    fn with_edges(revisions: Vec<Revision>, names: &StandIns, found: &mut Diagnostics) -> Self {
        let Divided { nodes, replaced, mut stand_ins } = Divided::of(revisions, found);
        stand_ins.extend(names.iter().map(|(name, id)| (name.clone(), id.clone())));
        let ids = nodes.iter().zip(0..).map(|(revision, n)| (revision.id().clone(), Node(n)));
        let ids = ids.collect();
        let mut graph = Self { revisions: nodes, ids, replaced, stand_ins, ..Self::default() };
        graph.read_labels(found);
        graph.read_edges(found);
        graph
    }

    /// Builds a graph from revisions in topological order, the replaced ones anywhere; `None` if the
    /// order is wrong or [`Graph::build`] would report an error.
    pub(crate) fn in_order(revisions: Vec<Revision>) -> Option<Self> {
        let mut found = Diagnostics::new();
        let graph = Self::with_edges(revisions, &StandIns::new(), &mut found);
        let sound = found.is_empty()
            && graph.ids.len() == graph.len()
            && graph.replaced.windows(2).all(|two| two[0].id() != two[1].id())
            && graph.order().all(|node| graph.needs(node).all(|needed| needed < node));
        sound.then_some(graph)
    }

    /// Replaces a partially read revision by the complete one with the same header and fingerprint.
    /// Returns `false` if they differ.
    pub(crate) fn complete(&mut self, node: Node, revision: Revision) -> bool {
        let Some(partial) = self.revisions.get_mut(node.index()) else { return false };
        let same = partial.header == revision.header && partial.fingerprint == revision.fingerprint;
        if same {
            *partial = revision;
        }
        same
    }

    fn read_labels(&mut self, found: &mut Diagnostics) {
        for (n, revision) in self.revisions.iter().enumerate() {
            for Named { name, span } in &revision.header.labels {
                if let Some(owner) = self.ids.get(name.as_str()) {
                    let owner = &self.revisions[owner.index()];
                    found.push(
                        Diagnostic::new(
                            Code::LabelClash,
                            format!("the label {name} is also a revision id"),
                        )
                        .labelled(&revision.file, *span, "the label")
                        .labelled(&owner.file, owner.header.id.span, "the revision")
                        .help("choose another label"),
                    );
                    continue;
                }
                let node = Node(u32::try_from(n).unwrap_or(u32::MAX));
                match self.labels.get(name.as_str()) {
                    Some(other) if *other != node => {
                        let other = &self.revisions[other.index()];
                        let place = other
                            .header
                            .labels
                            .iter()
                            .find(|l| l.name == *name)
                            .map_or(*span, |l| l.span);
                        found.push(
                            Diagnostic::new(Code::DuplicateLabel, format!("two revisions have the label {name}"))
                                .labelled(&revision.file, *span, "here")
                                .labelled(&other.file, place, "and here")
                                .help("a label belongs to one revision and applies to all its descendants; remove it from the later one"),
                        );
                    }
                    Some(_) => {}
                    None => {
                        self.labels.insert(name.clone(), node);
                    }
                }
            }
        }
    }

    fn read_edges(&mut self, found: &mut Diagnostics) {
        let count = self.revisions.len();
        let (mut parents, mut dependencies) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (n, revision) in self.revisions.iter().enumerate() {
            let node = Node(u32::try_from(n).unwrap_or(u32::MAX));
            for Named { name, span } in &revision.header.revises {
                match self.ids.get(name).copied().or_else(|| self.replacing(name.as_str())) {
                    None => found.push(self.unknown(revision, name, *span, Code::UnknownParent)),
                    Some(parent) if parent == node => found.push(own(revision, *span, "revises")),
                    // Two replaced parents have become one.
                    Some(parent) if parents[n].contains(&parent) && *self.id(parent) != *name => {}
                    Some(parent) if parents[n].contains(&parent) => found.push(
                        Diagnostic::new(
                            Code::RedundantParent,
                            format!("{} names its parent {name} twice", revision.id()),
                        )
                        .at(&revision.file, *span)
                        .help("name it once"),
                    ),
                    Some(parent) => parents[n].push(parent),
                }
            }
            for Named { name, span } in &revision.header.depends_on {
                match self.named_by(name) {
                    None => found.push(self.unknown_name(revision, name, *span)),
                    Some(other) if other == node => found.push(own(revision, *span, "depends on")),
                    Some(other) if dependencies[n].contains(&other) => {}
                    Some(other) => dependencies[n].push(other),
                }
            }
        }
        self.parents = parents;
        self.dependencies = dependencies;
        self.invert();
    }

    /// Resolves a name of `depends-on:`, an id or a label.
    fn named_by(&self, name: &BranchLabel) -> Option<Node> {
        let known = self.ids.get(name.as_str()).or_else(|| self.labels.get(name.as_str()));
        known.copied().or_else(|| self.replacing(name.as_str()))
    }

    fn invert(&mut self) {
        let invert = |edges: &[Vec<Node>]| {
            let mut inverse = vec![Vec::new(); edges.len()];
            for (n, ends) in edges.iter().enumerate() {
                for end in ends {
                    inverse[end.index()].push(Node(u32::try_from(n).unwrap_or(u32::MAX)));
                }
            }
            inverse
        };
        self.children = invert(&self.parents);
        self.dependents = invert(&self.dependencies);
    }

    fn unknown(
        &self,
        revision: &Revision,
        name: &RevisionId,
        span: crate::source::Span,
        code: Code,
    ) -> Diagnostic {
        let near = nearest(name.as_str(), self.ids.keys().map(RevisionId::as_str)).or_else(|| {
            let mut longer =
                self.ids.keys().map(RevisionId::as_str).filter(|id| id.starts_with(name.as_str()));
            longer.next().filter(|_| longer.next().is_none())
        });
        let diagnostic = Diagnostic::new(
            code,
            format!("{} revises {name}, which no file defines", revision.id()),
        )
        .at(&revision.file, span);
        match near {
            Some(near) => {
                diagnostic.help(format!("did you mean {near}? Ids are written out in full"))
            }
            None => diagnostic.help(
                "restore the missing file from git, or name the intended parent (empty for a base)",
            ),
        }
    }

    fn unknown_name(
        &self,
        revision: &Revision,
        name: &BranchLabel,
        span: crate::source::Span,
    ) -> Diagnostic {
        let known = self
            .ids
            .keys()
            .map(RevisionId::as_str)
            .chain(self.labels.keys().map(BranchLabel::as_str));
        let diagnostic = Diagnostic::new(
            Code::UnknownDependency,
            format!(
                "{} depends on {name}, which is neither a revision nor a label here",
                revision.id()
            ),
        )
        .at(&revision.file, span);
        match nearest(name.as_str(), known) {
            Some(near) => diagnostic.help(format!("did you mean {near}?")),
            None => diagnostic.help("name a full revision id or a branch label"),
        }
    }

    /// Numbers the nodes topologically and reports cycles.
    fn sort(&mut self, found: &mut Diagnostics) {
        let count = self.revisions.len();
        // The revisions are sorted by creation and id: the number is the rank among the candidates.
        let mut waiting: Vec<usize> =
            (0..count).map(|n| self.parents[n].len() + self.dependencies[n].len()).collect();
        let mut free: BinaryHeap<Reverse<u32>> = (0..count)
            .filter(|n| waiting[*n] == 0)
            .filter_map(|n| u32::try_from(n).ok())
            .map(Reverse)
            .collect();
        let mut sorted = Vec::with_capacity(count);
        while let Some(Reverse(n)) = free.pop() {
            sorted.push(n);
            for next in self.needed_by(Node(n)) {
                waiting[next.index()] -= 1;
                if waiting[next.index()] == 0 {
                    free.push(Reverse(next.0));
                }
            }
        }
        if sorted.len() < count {
            self.tell_cycles(&waiting, found);
            sorted.extend(
                (0..count).filter(|n| waiting[*n] > 0).filter_map(|n| u32::try_from(n).ok()),
            );
        }
        self.renumber(&sorted);
    }

    fn renumber(&mut self, sorted: &[u32]) {
        if sorted.iter().enumerate().all(|(n, old)| n == *old as usize) {
            return;
        }
        let mut new = vec![Node(0); sorted.len()];
        for (n, old) in sorted.iter().enumerate() {
            new[*old as usize] = Node(u32::try_from(n).unwrap_or(u32::MAX));
        }
        let mut revisions: Vec<Option<Revision>> =
            std::mem::take(&mut self.revisions).into_iter().map(Some).collect();
        self.revisions = sorted.iter().filter_map(|old| revisions[*old as usize].take()).collect();
        let edges = |edges: &mut Vec<Vec<Node>>| {
            let mut old = std::mem::take(edges);
            *edges = sorted
                .iter()
                .map(|n| {
                    let mut ends = std::mem::take(&mut old[*n as usize]);
                    ends.iter_mut().for_each(|end| *end = new[end.index()]);
                    ends
                })
                .collect();
        };
        edges(&mut self.parents);
        edges(&mut self.dependencies);
        self.ids
            .values_mut()
            .chain(self.labels.values_mut())
            .for_each(|node| *node = new[node.index()]);
        self.invert();
    }

    /// Reports each cycle once: from a blocked revision, follows blocked needs until a revision
    /// repeats.
    fn tell_cycles(&self, waiting: &[usize], found: &mut Diagnostics) {
        let stuck = |node: &Node| waiting[node.index()] > 0;
        let mut seen: HashMap<Node, usize> = HashMap::new();
        for (start, _) in waiting.iter().enumerate().filter(|(_, w)| **w > 0) {
            let mut path = Vec::new();
            let mut next = Some(Node(u32::try_from(start).unwrap_or(u32::MAX)));
            while let Some(node) = next.filter(|node| !seen.contains_key(node)) {
                seen.insert(node, start);
                path.push(node);
                next = self.needs(node).find(stuck);
            }
            let Some(entry) = next.filter(|node| seen[node] == start) else { continue };
            let Some(from) = path.iter().position(|node| *node == entry) else { continue };
            let circle = &path[from..];
            let names: Vec<&str> =
                circle.iter().chain(circle.first()).map(|node| self.id(*node).as_str()).collect();
            let mut diagnostic = Diagnostic::new(
                Code::Cycle,
                format!("revisions depend on each other: {}", names.join(" -> ")),
            );
            for (n, node) in circle.iter().enumerate() {
                let needed = self.id(circle[(n + 1) % circle.len()]);
                let revision = self.revision(*node);
                let header = &revision.header;
                let parent = header.revises.iter().find(|n| n.name == *needed).map(|n| n.span);
                let span = parent
                    .or_else(|| {
                        let names = |n: &&Named<BranchLabel>| {
                            self.named_by(&n.name) == self.node(needed.as_str())
                        };
                        header.depends_on.iter().find(names).map(|n| n.span)
                    })
                    .unwrap_or(header.id.span);
                diagnostic = diagnostic.labelled(&revision.file, span, format!("needs {needed}"));
            }
            found.push(diagnostic.help("one of these lines names the wrong revision; git log of the files tells which came first"));
        }
    }

    /// Reports several heads as an error. The compiler, `check` and the round-trip tests call this
    /// unless the project allows branches; `upgrade` does not.
    #[must_use]
    pub fn check_heads(&self) -> Diagnostics {
        // A branch that another one depends on is not counted.
        let heads = self.real_heads();
        if heads.len() < 2 {
            return Diagnostics::new();
        }
        let names: Vec<&str> = heads.iter().map(|n| self.id(*n).as_str()).collect();
        let mut diagnostic = Diagnostic::new(
            Code::SeveralHeads,
            format!("the history has {} heads: {}", heads.len(), names.join(", ")),
        );
        for head in heads {
            let revision = self.revision(head);
            let label = if revision.message().is_empty() { "a head" } else { revision.message() };
            diagnostic = diagnostic.labelled(&revision.file, revision.header.id.span, label);
        }
        diagnostic
            .help(Command::Merge.with("-m \"merge\"").help("joins them with a merge revision"))
            .help(Command::Rebase.help("puts the newer branch on top of the other"))
            .help(
                "`heads = \"many\"` in migrate.toml allows several, if the project wants branches",
            )
            .into()
    }
}

/// The order of revisions that the graph does not order.
fn key(revision: &Revision) -> (Option<i64>, &RevisionId) {
    (revision.header.created.as_ref().map(crate::ident::Created::seconds), revision.id())
}

fn two_files(revision: &Revision, twin: &Revision) -> Diagnostic {
    Diagnostic::new(Code::DuplicateRevision, format!("two files define revision {}", revision.id()))
        .labelled(&revision.file, revision.header.id.span, "here")
        .labelled(&twin.file, twin.header.id.span, "and here")
        .help("give the later one another id, and change `revises:` in its children")
}

fn own(revision: &Revision, span: crate::source::Span, verb: &str) -> Diagnostic {
    Diagnostic::new(Code::OwnParent, format!("{} {verb} itself", revision.id()))
        .at(&revision.file, span)
        .help("name the revision that was the head before it, or leave the line empty")
}

#[cfg(test)]
mod tests;
