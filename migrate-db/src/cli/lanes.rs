//! Draws the edges of `history --graph` as text beside a list of revisions.
//!
//! Works for any directed acyclic graph whose nodes are listed children first. Each edge leaves its
//! child on the row of the child and goes down a lane to the row of its parent:
//!
//! ```text
//! *-.    merges: its parents are in both lanes
//! | *    its parent is further down in this lane
//! *-|-.  a lane that is crossed
//! +-|-*  `+` joins a lane that continues
//! ```

/// The lanes between two rows.
#[derive(Debug)]
pub(super) struct Lanes<N> {
    /// The node that each lane leads to.
    open: Vec<Option<N>>,
    /// The lane whose edges ended on the row before.
    ended: Option<usize>,
}

/// The text beside one node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// A row above, without a node. It separates a node from one in the same lane that is not its
    /// parent.
    pub(super) above: Option<String>,
    /// Beside the node itself.
    pub(super) beside: String,
    /// Beside what follows, until the next node.
    pub(super) below: String,
}

impl<N: Copy + PartialEq> Lanes<N> {
    pub(super) fn new() -> Self {
        Self { open: Vec::new(), ended: None }
    }

    /// Draws a node with those of its parents that are listed.
    pub(super) fn row(&mut self, node: N, parents: &[N]) -> Row {
        let own = self.open.iter().position(|lane| *lane == Some(node));
        let at = own.unwrap_or_else(|| self.free());
        let above = (own.is_none() && self.ended == Some(at)).then(|| self.lines());
        self.open[at] = None;
        let before: Vec<bool> = self.open.iter().map(Option::is_some).collect();
        let mut targets = Vec::new();
        let mut continues = false;
        for parent in parents {
            if let Some(lane) = self.open.iter().position(|lane| *lane == Some(*parent)) {
                // The same parent twice is one edge.
                if lane != at {
                    targets.push(lane);
                }
            } else if continues {
                let lane = self.free_except(at);
                self.open[lane] = Some(*parent);
                targets.push(lane);
            } else {
                self.open[at] = Some(*parent);
                continues = true;
            }
        }
        self.ended = (!continues).then_some(at);
        let beside = draw(at, &targets, &before);
        Row { above, beside, below: self.lines() }
    }

    /// The first unused lane.
    fn free(&mut self) -> usize {
        self.free_except(usize::MAX)
    }

    fn free_except(&mut self, taken: usize) -> usize {
        let free = (0..self.open.len()).find(|n| *n != taken && self.open[*n].is_none());
        free.unwrap_or_else(|| {
            self.open.push(None);
            self.open.len() - 1
        })
    }

    /// The lanes alone.
    fn lines(&self) -> String {
        let lane = |open: &Option<N>| if open.is_some() { "| " } else { "  " };
        self.open.iter().map(lane).collect::<String>().trim_end().to_owned()
    }
}

/// Draws the row of a node in the lane `at`, from which edges lead sideways to `targets`, across
/// the lanes of `open`.
fn draw(at: usize, targets: &[usize], open: &[bool]) -> String {
    let first = targets.iter().copied().min().map_or(at, |lane| lane.min(at));
    let last = targets.iter().copied().max().map_or(at, |lane| lane.max(at));
    let is_open = |lane: usize| open.get(lane).copied().unwrap_or(false);
    let width = open.len().max(last + 1);
    let mut row = String::new();
    for lane in 0..width {
        row.push(match lane {
            _ if lane == at => '*',
            _ if targets.contains(&lane) && is_open(lane) => '+',
            _ if targets.contains(&lane) => '.',
            _ if is_open(lane) => '|',
            _ if (first..=last).contains(&lane) => '-',
            _ => ' ',
        });
        row.push(if (first..last).contains(&lane) { '-' } else { ' ' });
    }
    row.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Draws nodes, children first, as `history --graph` does.
    fn drawn(nodes: &[(usize, Vec<usize>)]) -> Vec<(String, Option<usize>)> {
        let mut lanes = Lanes::new();
        let mut rows = Vec::new();
        for (node, parents) in nodes {
            let row = lanes.row(*node, parents);
            rows.extend(row.above.map(|above| (above, None)));
            rows.push((row.beside, Some(*node)));
        }
        rows
    }

    /// Reads the edges back from the text alone, by following the lines.
    fn followed(rows: &[(String, Option<usize>)]) -> BTreeSet<(usize, usize)> {
        let cell = |row: &str, at: usize| row.chars().nth(at).unwrap_or(' ');
        let mut edges = BTreeSet::new();
        // The children whose edges come down each lane.
        let mut coming: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); 200];
        for (text, node) in rows {
            for (lane, children) in coming.iter_mut().enumerate() {
                match cell(text, 2 * lane) {
                    '|' | '+' => assert!(!children.is_empty(), "a lane from nowhere: {rows:#?}"),
                    '*' => {}
                    _ => children.clear(),
                }
            }
            let Some(node) = node else { continue };
            let at = text.chars().position(|c| c == '*').unwrap() / 2;
            edges.extend(std::mem::take(&mut coming[at]).into_iter().map(|child| (child, *node)));
            // Down the own lane, if the next row has anything there.
            coming[at].insert(*node);
            for step in [-1_isize, 1] {
                let mut lane = at;
                loop {
                    let gap = 2 * lane as isize + step;
                    if gap < 0 || cell(text, gap as usize) != '-' {
                        break;
                    }
                    lane = lane.checked_add_signed(step).unwrap();
                    if matches!(cell(text, 2 * lane), '+' | '.') {
                        coming[lane].insert(*node);
                    }
                }
            }
        }
        edges
    }

    #[test]
    fn a_diamond_looks_like_one() {
        let nodes = [(3, vec![1, 2]), (2, vec![0]), (1, vec![0]), (0, vec![])];
        let text: Vec<String> = drawn(&nodes).into_iter().map(|(text, _)| text).collect();
        assert_eq!(text, ["*-.", "| *", "*-+", "  *"]);
    }

    #[test]
    fn trees_that_are_not_connected_are_separated() {
        let nodes = [(2, vec![1]), (1, vec![]), (0, vec![])];
        let text: Vec<String> = drawn(&nodes).into_iter().map(|(text, _)| text).collect();
        assert_eq!(text, ["*", "*", "", "*"]);
    }

    proptest! {
        #[test]
        fn every_edge_is_drawn_and_no_other(
            parents in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..5), 1..40)
        ) {
            // Node n has parents below n; the list goes from the last to the first.
            let mut nodes: Vec<(usize, Vec<usize>)> = Vec::new();
            for (n, picks) in parents.iter().enumerate() {
                let mut of_node: Vec<usize> = Vec::new();
                for pick in picks.iter().filter(|_| n > 0) {
                    let parent = pick.index(n);
                    if !of_node.contains(&parent) {
                        of_node.push(parent);
                    }
                }
                nodes.push((n, of_node));
            }
            nodes.reverse();
            let edges: BTreeSet<(usize, usize)> = nodes
                .iter()
                .flat_map(|(child, parents)| parents.iter().map(|parent| (*child, *parent)))
                .collect();
            prop_assert_eq!(followed(&drawn(&nodes)), edges);
        }
    }
}
