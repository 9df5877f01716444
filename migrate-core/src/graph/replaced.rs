//! Revisions that another one replaces, as `squash` writes it.
//!
//! A replaced revision is not a node: the replacing one stands in its place, and every name of a
//! replaced revision in `revises:` or `depends-on:` leads there. The files of replaced revisions, while
//! they exist, are kept beside the graph. They are for databases that have run a part of them:
//! [`Graph::expanded`] is the graph with the replaced revisions in place of the replacing one.

use std::collections::{HashMap, HashSet};

use super::{Graph, Node, Place, Target};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ident::RevisionId;
use crate::revision::{Named, Revision};

/// The names under which nodes are known besides their own ids.
pub(super) type StandIns = HashMap<RevisionId, RevisionId>;

/// Revisions, divided into nodes and replaced ones, and the names that lead to another revision.
pub(super) struct Divided {
    pub(super) nodes: Vec<Revision>,
    pub(super) replaced: Vec<Revision>,
    /// The replacing revision of each replaced id.
    pub(super) stand_ins: StandIns,
}

impl Divided {
    /// Divides revisions with unique ids. The nodes keep their order, and the others are sorted by id.
    pub(super) fn of(revisions: Vec<Revision>, found: &mut Diagnostics) -> Self {
        let mut replacing: HashMap<RevisionId, usize> = HashMap::new();
        for (n, revision) in revisions.iter().enumerate() {
            let is_replaced = |other: usize| is_listed(revision, &revisions[other]);
            for id in revision.replaced_ids() {
                match replacing.get(id) {
                    // A squash of a squashed revision lists what both replace.
                    Some(other) if is_replaced(*other) => {}
                    Some(other) if !is_listed(&revisions[*other], revision) => {
                        found.push(replaced_twice(revision, &revisions[*other], id));
                    }
                    _ => {
                        replacing.insert(id.clone(), n);
                    }
                }
            }
        }
        if replacing.is_empty() {
            return Self { nodes: revisions, replaced: Vec::new(), stand_ins: StandIns::new() };
        }
        let outermost = |id: &RevisionId| {
            let (mut at, mut seen) = (*replacing.get(id)?, HashSet::new());
            while let Some(next) = replacing.get(revisions[at].id()) {
                if !seen.insert(at) {
                    return None;
                }
                at = *next;
            }
            Some(revisions[at].id().clone())
        };
        let mut stand_ins = StandIns::new();
        let mut circular = HashSet::new();
        for (id, n) in &replacing {
            match outermost(id) {
                Some(outer) => {
                    stand_ins.insert(id.clone(), outer);
                }
                None => {
                    circular.insert(*n);
                }
            }
        }
        let mut circular: Vec<usize> = circular.into_iter().collect();
        circular.sort_unstable();
        for n in circular {
            found.push(replaces_itself(&revisions[n]));
        }
        let is_replaced = |revision: &Revision| stand_ins.contains_key(revision.id());
        let (mut replaced, nodes): (Vec<_>, _) = revisions.into_iter().partition(is_replaced);
        replaced.sort_by(|a, b| a.id().cmp(b.id()));
        Self { nodes, replaced, stand_ins }
    }
}

fn is_listed(listed: &Revision, by: &Revision) -> bool {
    by.header.replaces.iter().flatten().any(|named| named.name == *listed.id())
}

/// Returns the place of an id in the `replaces:` line.
fn place(revision: &Revision, id: &RevisionId) -> crate::source::Span {
    let mut named = revision.header.replaces.iter().flatten();
    named.find(|named| named.name == *id).map_or(revision.header.id.span, |named| named.span)
}

fn replaced_twice(one: &Revision, other: &Revision, id: &RevisionId) -> Diagnostic {
    Diagnostic::new(Code::ReplacedTwice, format!("two revisions replace {id}"))
        .labelled(&one.file, place(one, id), "here")
        .labelled(&other.file, place(other, id), "and here")
        .help("keep one of the two, and delete the file of the other")
}

fn replaces_itself(revision: &Revision) -> Diagnostic {
    let message = format!("{} replaces itself", revision.id());
    Diagnostic::new(Code::ReplacesItself, message)
        .at(&revision.file, place(revision, revision.id()))
        .help("`replaces:` lists the revisions that this one was made from")
}

impl Graph {
    /// The replaced revisions whose files exist, sorted by id.
    #[must_use]
    pub fn replaced(&self) -> &[Revision] {
        &self.replaced
    }

    /// All revisions with a file: those of the nodes in order, then
    /// [`Graph::replaced`].
    pub fn all_revisions(&self) -> impl Iterator<Item = &Revision> {
        self.revisions.iter().chain(&self.replaced)
    }

    /// The revision of an exact id, of a node or a replaced one with a file.
    #[must_use]
    pub fn revision_with_id(&self, id: &str) -> Option<&Revision> {
        match self.node(id) {
            Some(node) => Some(self.revision(node)),
            None => {
                let at = self.replaced.binary_search_by(|old| old.id().as_str().cmp(id));
                at.ok().map(|at| &self.replaced[at])
            }
        }
    }

    /// The node that replaces a revision, whether or not the replaced one still has a file.
    #[must_use]
    pub fn replacing(&self, id: &str) -> Option<Node> {
        self.stand_ins.get(id).and_then(|stand_in| self.node(stand_in.as_str()))
    }

    /// The node that replaces a revision as the last of its range: it is the same place in the history.
    #[must_use]
    pub fn replacing_at_end(&self, id: &str) -> Option<Node> {
        let node = self.replacing(id)?;
        let lists = &self.revision(node).header.replaces;
        if !lists.iter().flatten().any(|named| named.name.as_str() == id) {
            // In an expanded graph, the last revision of the range stands for the one that replaces it.
            return Some(node);
        }
        let is_last = |list: &&Vec<_>| {
            list.last().is_some_and(|last: &Named<RevisionId>| last.name.as_str() == id)
        };
        lists.iter().find(is_last).map(|_| node)
    }

    /// Replaces a replaced revision's file that was read partially; see [`Graph::complete`].
    pub(crate) fn complete_replaced(&mut self, revision: Revision) {
        if let Some(partial) = self.replaced.iter_mut().find(|old| old.id() == revision.id()) {
            *partial = revision;
        }
    }

    /// Returns `true` if the replaced revisions of a node have files, all of them.
    pub(crate) fn expands(&self, node: Node) -> bool {
        !self.revision(node).header.replaces.is_empty() && self.expanded(&[node]).is_ok()
    }

    /// Returns the graph with the replaced revisions in the place of some nodes.
    ///
    /// # Errors
    /// The ids of replaced revisions that have no file any more.
    pub fn expanded(&self, nodes: &[Node]) -> Result<Self, Vec<RevisionId>> {
        let (mut names, mut moved) = (StandIns::new(), HashMap::new());
        for node in nodes {
            // An earlier squash in the range is expanded only where its own file is gone.
            let lists = &self.revision(*node).header.replaces;
            let has_files = |list: &&Vec<Named<RevisionId>>| {
                list.iter().all(|n| self.revision_with_id(n.name.as_str()).is_some())
            };
            let Some(list) = lists.iter().find(has_files) else {
                let names = lists.iter().flatten().map(|named| named.name.clone());
                let gone = names.filter(|id| self.revision_with_id(id.as_str()).is_none());
                return Err(gone.collect());
            };
            if let Some(last) = list.last() {
                names.insert(self.id(*node).clone(), last.name.clone());
            }
            self.move_along(*node, list, &mut moved);
        }
        let kept = self.all_revisions().filter(|revision| !names.contains_key(revision.id()));
        let kept = kept.map(|revision| moved.remove(revision.id()).unwrap_or(revision.clone()));
        let (graph, found) = Self::build_with(kept.collect(), &names);
        if found.has_errors() {
            return Err(nodes.iter().map(|node| self.id(*node).clone()).collect());
        }
        Ok(graph.with_session(self.session()))
    }

    /// Gives the first of a node's replaced revisions the parents and dependencies of the node, which a rebase may
    /// have changed since.
    fn move_along(
        &self,
        node: Node,
        list: &[Named<RevisionId>],
        moved: &mut HashMap<RevisionId, Revision>,
    ) {
        let header = &self.revision(node).header;
        let is_inside =
            |name: &str| [self.replacing(name), self.labelled(name)].contains(&Some(node));
        let needs = |revision: &Revision| {
            let parents = revision.header.revises.iter().map(|named| named.name.to_string());
            let needs = revision.header.depends_on.iter().map(|named| named.name.to_string());
            parents.chain(needs).collect::<Vec<_>>()
        };
        let members = list.iter().filter_map(|named| self.revision_with_id(named.name.as_str()));
        let entries: Vec<&Revision> =
            members.filter(|member| !needs(member).iter().any(|name| is_inside(name))).collect();
        let has_entry = entries.iter().any(|entry| !needs(entry).is_empty());
        for entry in entries.iter().filter(|entry| !has_entry || !needs(entry).is_empty()) {
            let mut revision = (*entry).clone();
            revision.header.revises.clone_from(&header.revises);
            revision.header.depends_on.clone_from(&header.depends_on);
            moved.insert(revision.id().clone(), revision);
        }
    }

    /// Returns the nodes that replace revisions which targets name, except for the last of a range: that is
    /// the same place as the node.
    #[must_use]
    pub fn divided_by(&self, targets: &[Target]) -> Vec<Node> {
        let name = |target: &Target| match target {
            Target::At { place: Place::Name(name), .. } => Some(name.clone()),
            _ => None,
        };
        let names = targets.iter().filter_map(name);
        let names = names.filter(|name| self.replacing_at_end(name).is_none());
        let mut nodes: Vec<Node> = names.filter_map(|name| self.replacing(&name)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::source::SourceFile;

    /// Revisions from lines `id: parents; needs; replaces`.
    fn build(lines: &[&str]) -> (Graph, Diagnostics) {
        let revisions = lines.iter().map(|line| {
            let (id, rest) = line.split_once(':').unwrap();
            let mut rest = rest.split(';').map(str::trim);
            let mut part = || rest.next().unwrap_or_default();
            let text = format!(
                "-- revision: {id}\n-- revises: {}\n-- depends-on: {}\n-- replaces: {}\n\n\
                 -- migrate:up\nSELECT 1;\n-- migrate:noop nothing\n",
                part(),
                part(),
                part()
            );
            let file = SourceFile::new(format!("{id}.sql"), text);
            let (revision, found) = Revision::parse(file, &[Dialect::Sqlite]);
            assert!(found.is_empty(), "{found}");
            revision.unwrap()
        });
        Graph::build(revisions.collect())
    }

    fn sound(lines: &[&str]) -> Graph {
        let (graph, found) = build(lines);
        assert!(found.is_empty(), "{found}");
        graph
    }

    /// Every node with its needs.
    fn edges(graph: &Graph) -> Vec<String> {
        let edge = |node| {
            let needs: Vec<&str> = graph.needs(node).map(|need| graph.id(need).as_str()).collect();
            format!("{}: {}", graph.id(node), needs.join(" "))
        };
        graph.order().map(edge).collect()
    }

    const OLD: [&str; 4] = ["a:", "b: a", "c: b", "d: c; b"];

    #[test]
    fn a_revision_stands_in_the_place_of_those_that_it_replaces() {
        let mut lines = OLD.to_vec();
        lines.push("s: a; ; b, c");
        let graph = sound(&lines);
        assert_eq!(edges(&graph), ["a: ", "s: a", "d: s s"]);
        let replaced: Vec<&str> = graph.replaced().iter().map(|r| r.id().as_str()).collect();
        assert_eq!(replaced, ["b", "c"]);
        let id = |node: Option<Node>| node.map(|node| graph.id(node).as_str());
        assert_eq!(id(graph.replacing("b")), Some("s"));
        assert_eq!(id(graph.replacing_at_end("c")), Some("s"));
        assert_eq!(id(graph.replacing_at_end("b")), None);
        assert_eq!(id(graph.replacing("d")), None);
        assert_eq!(graph.find("c").unwrap(), graph.node("s").unwrap());
        let error = graph.find("b").unwrap_err();
        assert_eq!(error.message, "b is replaced by s");
    }

    #[test]
    fn without_the_old_files_it_is_the_same_graph() {
        let pruned = sound(&["a:", "d: c; b", "s: a; ; b, c"]);
        assert_eq!(edges(&pruned), ["a: ", "s: a", "d: s s"]);
        let s = pruned.node("s").unwrap();
        let gone = pruned.expanded(&[s]).unwrap_err();
        assert_eq!(gone.iter().map(RevisionId::as_str).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn the_expanded_graph_has_the_old_revisions() {
        let mut lines = OLD.to_vec();
        lines.extend(["s: a; ; b, c", "e: s"]);
        let graph = sound(&lines);
        let expanded = graph.expanded(&[graph.node("s").unwrap()]).unwrap();
        assert_eq!(edges(&expanded), ["a: ", "b: a", "c: b", "d: c b", "e: c"]);
    }

    #[test]
    fn old_revisions_follow_a_rebase_of_the_one_that_replaces_them() {
        let graph = sound(&["a:", "b: a", "c: b", "x: a", "s: x; ; b, c"]);
        let expanded = graph.expanded(&[graph.node("s").unwrap()]).unwrap();
        assert_eq!(edges(&expanded), ["a: ", "x: a", "b: x", "c: b"]);
        // A range of several bases.
        let graph = sound(&["a:", "b:", "c: a, b", "x:", "s: x; ; a, b, c"]);
        let expanded = graph.expanded(&[graph.node("s").unwrap()]).unwrap();
        assert_eq!(edges(&expanded), ["x: ", "a: x", "b: x", "c: a b"]);
    }

    #[test]
    fn a_target_inside_of_a_range_divides_it() {
        let mut lines = OLD.to_vec();
        lines.push("s: a; ; b, c");
        let graph = sound(&lines);
        let divided = |text: &str| graph.divided_by(&[text.parse().unwrap()]).len();
        assert_eq!(["a", "b", "c", "s", "head", "nothing"].map(divided), [0, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn a_squash_of_a_squash_lists_what_a_database_may_have() {
        let lines = ["a:", "b: a", "c: b", "d: c", "s: a; ; b, c", "t: a; ; s, d | b, c, d"];
        let graph = sound(&lines);
        assert_eq!(edges(&graph), ["a: ", "t: a"]);
        let expanded = graph.expanded(&[graph.node("t").unwrap()]).unwrap();
        assert_eq!(edges(&expanded), ["a: ", "s: a", "d: s"]);
        let expanded = expanded.expanded(&[expanded.node("s").unwrap()]).unwrap();
        assert_eq!(edges(&expanded), ["a: ", "b: a", "c: b", "d: c"]);
    }

    #[test]
    fn a_revision_is_replaced_once_and_never_by_itself() {
        for (lines, code) in [
            (&["a:", "s: ; ; a", "t: ; ; a"][..], Code::ReplacedTwice),
            (&["a:", "s: ; ; a, s"], Code::ReplacesItself),
            (&["s: ; ; t", "t: ; ; s"], Code::ReplacesItself),
        ] {
            let (_, found) = build(lines);
            assert!(found.iter().any(|one| one.code == code), "{lines:?}: {found}");
        }
    }
}
