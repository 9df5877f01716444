//! Sets of nodes and the closures of a graph: dependencies, dependents, lineage, heads. Each is
//! linear in the number of revisions and edges.

use super::{Graph, Node};

/// A set of nodes of one graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Set {
    members: Vec<bool>,
    len: usize,
}

impl Set {
    /// Creates an empty set for a graph.
    #[must_use]
    pub fn empty(graph: &Graph) -> Self {
        Self { members: vec![false; graph.len()], len: 0 }
    }

    /// Adds a node and returns `true` if it was not in the set.
    pub fn insert(&mut self, node: Node) -> bool {
        let member = &mut self.members[node.index()];
        let new = !*member;
        *member = true;
        self.len += usize::from(new);
        new
    }

    /// Removes a node and returns `true` if it was in the set.
    pub fn remove(&mut self, node: Node) -> bool {
        let member = &mut self.members[node.index()];
        let was = *member;
        *member = false;
        self.len -= usize::from(was);
        was
    }

    /// Returns `true` if a node is in the set.
    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        self.members.get(node.index()).copied().unwrap_or(false)
    }

    /// The number of nodes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns `true` if the set is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Iterates over the nodes, parents and dependencies first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Node> + '_ {
        self.members
            .iter()
            .enumerate()
            .filter(|(_, m)| **m)
            .map(|(n, _)| Node(u32::try_from(n).unwrap_or(u32::MAX)))
    }
}

impl Graph {
    /// Creates a set of nodes.
    #[must_use]
    pub fn set(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        let mut set = Set::empty(self);
        for node in nodes {
            set.insert(node);
        }
        set
    }

    /// Returns the nodes and all their needs, by parents and `depends-on`.
    #[must_use]
    pub fn dependency_closure(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.needs(node).for_each(visit))
    }

    /// Returns the nodes and all revisions that need them.
    #[must_use]
    pub fn dependent_closure(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.needed_by(node).for_each(visit))
    }

    /// Returns the nodes and their ancestors, by parents only.
    #[must_use]
    pub fn ancestors(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.parents(node).iter().copied().for_each(visit))
    }

    /// Returns the nodes and their descendants, by parents only.
    #[must_use]
    pub fn descendants(&self, nodes: impl IntoIterator<Item = Node>) -> Set {
        self.reach(nodes, |node, visit| self.children(node).iter().copied().for_each(visit))
    }

    /// Returns a node with its ancestors and descendants, by parents only: its branch.
    #[must_use]
    pub fn lineage(&self, node: Node) -> Set {
        let mut set = self.ancestors([node]);
        for other in self.descendants([node]).iter() {
            set.insert(other);
        }
        set
    }

    /// Returns the members that no other member needs. For a closed set, these are the rows that
    /// Alembic stores.
    #[must_use]
    pub fn heads_of(&self, set: &Set) -> Vec<Node> {
        set.iter().filter(|n| !self.needed_by(*n).any(|other| set.contains(other))).collect()
    }

    /// Returns the nodes that no other of them needs, directly or indirectly.
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
