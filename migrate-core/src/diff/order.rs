//! The order of operations: an operation runs behind those that create what its text mentions.
//!
//! The mention of a name is all that is known here, so an operation may wait for one that it does not need.
//! Where operations mention each other in a circle, the one with the lower rank comes first.

use std::collections::{BTreeMap, BTreeSet};

use crate::op::Op;

/// Operations that stay together, and what decides their place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The operations, in their order.
    pub(super) ops: Vec<Op>,
    /// Lower ranks come first where nothing else decides.
    pub(super) rank: Rank,
    /// The name of the object that they create or change, as [`key`] gives it.
    pub(super) name: String,
    /// The words that their text mentions.
    pub(super) mentions: BTreeSet<String>,
}

impl Node {
    /// Comes behind some others, which are called by words that no text mentions; `own` is its own.
    pub(super) fn follow(&mut self, own: String, others: Vec<String>) {
        self.name = own;
        self.mentions.extend(others);
    }
}

/// The order of kinds of operations where no mention decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Namespace,
    Extension,
    Type,
    Sequence,
    Function,
    Table,
    Column,
    Constraint,
    Index,
    ForeignKey,
    View,
    Trigger,
    Last,
}

/// The words of a text in lower case: everything that can be a name.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(move |c| !is_part(c)).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// The word by which a mention of a name is found: its longest one.
pub(super) fn key(name: &str) -> String {
    words(name).max_by_key(String::len).unwrap_or_default()
}

/// Returns the nodes in an order in which each comes behind those whose names it mentions.
pub(super) fn sorted(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort_by_key(|node| node.rank);
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        by_name.entry(&node.name).or_default().push(at);
    }
    let needs: Vec<Vec<usize>> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            let named = node.mentions.iter().filter_map(|word| by_name.get(word.as_str()));
            // What is of a higher rank uses this one, whatever the words are.
            let is_needed = |other: &usize| *other != at && nodes[*other].name != node.name;
            let mut needed: Vec<usize> = named.flatten().copied().filter(is_needed).collect();
            needed.sort_unstable();
            needed
        })
        .collect();
    let order = depth_first(&needs);
    let mut slots: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

/// All numbers, each behind those that it needs; a need that closes a circle is passed over.
fn depth_first(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(needs.len());
    let mut is_seen = vec![false; needs.len()];
    for root in 0..needs.len() {
        let mut path = vec![(root, 0)];
        if std::mem::replace(&mut is_seen[root], true) {
            continue;
        }
        while let Some((at, next)) = path.last_mut() {
            let Some(needed) = needs[*at].get(*next) else {
                order.push(*at);
                path.pop();
                continue;
            };
            *next += 1;
            if !std::mem::replace(&mut is_seen[*needed], true) {
                path.push((*needed, 0));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(rank: Rank, name: &str, text: &str) -> Node {
        Node { ops: Vec::new(), rank, name: key(name), mentions: words(text).collect() }
    }

    fn names(nodes: Vec<Node>) -> Vec<String> {
        sorted(nodes).into_iter().map(|node| node.name).collect()
    }

    #[test]
    fn a_mention_decides_before_the_rank() {
        let nodes = vec![
            node(Rank::View, "v", "SELECT * FROM \"W\""),
            node(Rank::View, "w", "SELECT f(a) FROM t"),
            node(Rank::Table, "t", "a integer"),
            node(Rank::Function, "f", "f(of t)"),
        ];
        assert_eq!(names(nodes), ["t", "f", "w", "v"]);
    }

    #[test]
    fn a_circle_ends_where_it_began() {
        let nodes = vec![
            node(Rank::Table, "a", "b"),
            node(Rank::Table, "b", "c"),
            node(Rank::Table, "c", "a"),
        ];
        assert_eq!(names(nodes), ["c", "b", "a"]);
    }
}
