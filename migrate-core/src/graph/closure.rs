//! Sets of nodes and the closures of a graph: below, above, lineage, tips. Each is linear in
//! revisions and edges.

use super::{Graph, Node};

/// A set of nodes of one graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Set {
    members: Vec<bool>,
    len: usize,
}

impl Set {
    /// The empty set over a graph.
    #[must_use]
    pub fn empty(graph: &Graph) -> Self {
        Self { members: vec![false; graph.len()], len: 0 }
    }

    /// Adds a node; whether it was new.
    pub fn insert(&mut self, node: Node) -> bool {
        let member = &mut self.members[node.index()];
        let new = !*member;
        *member = true;
        self.len += usize::from(new);
        new
    }

    /// Removes a node; whether it was there.
    pub fn remove(&mut self, node: Node) -> bool {
        let member = &mut self.members[node.index()];
        let was = *member;
        *member = false;
        self.len -= usize::from(was);
        was
    }

    /// Whether a node is in the set.
    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        self.members.get(node.index()).copied().unwrap_or(false)
    }

    /// How many nodes it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The nodes, parents and dependencies first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Node> + '_ {
        self.members
            .iter()
            .enumerate()
            .filter(|(_, m)| **m)
            .map(|(n, _)| Node(u32::try_from(n).unwrap_or(u32::MAX)))
    }
}

impl Graph {
    /// A set of the given nodes.
    #[must_use]
    pub fn set(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        let mut set = Set::empty(self);
        for node in nodes {
            set.insert(node);
        }
        set
    }

    /// The nodes and everything that they need, by parents and `depends-on`.
    #[must_use]
    pub fn dependency_closure(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.needs(node).for_each(visit))
    }

    /// The nodes and everything that needs them.
    #[must_use]
    pub fn dependent_closure(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.needed_by(node).for_each(visit))
    }

    /// The nodes and their ancestors, by parents only.
    #[must_use]
    pub fn ancestors(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.parents(node).iter().copied().for_each(visit))
    }

    /// The nodes and their descendants, by parents only.
    #[must_use]
    pub fn descendants(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.children(node).iter().copied().for_each(visit))
    }

    /// A node with its ancestors and descendants, by parents only: its branch.
    #[must_use]
    pub fn lineage(&self, node: Node) -> Set {
        let mut set = self.ancestors([node]);
        for other in self.descendants([node]).iter() {
            set.insert(other);
        }
        set
    }

    /// The members that no other member needs: what Alembic keeps as rows, when the set is closed.
    #[must_use]
    pub fn heads_of(&self, set: &Set) -> Vec<Node> {
        set.iter().filter(|n| !self.needed_by(*n).any(|other| set.contains(other))).collect()
    }

    /// Those of the nodes that no other of them needs, even by way of revisions between them.
    #[must_use]
    pub fn maximal(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<Node> {
        let nodes = self.set(nodes);
        let needed = self.dependency_closure(nodes.iter().flat_map(|node| self.needs(node)));
        nodes.iter().filter(|node| !needed.contains(*node)).collect()
    }

    fn reach(
        &self,
        from: impl IntoIterator<Item = Node>,
        next: impl Fn(Node, &mut dyn FnMut(Node)),
    ) -> Set {
        let mut set = Set::empty(self);
        let mut open: Vec<Node> = from.into_iter().filter(|n| set.insert(*n)).collect();
        while let Some(node) = open.pop() {
            next(node, &mut |other| {
                if set.insert(other) {
                    open.push(other);
                }
            });
        }
        set
    }
}
