//! The graph as a drawing: SVG, and a page with it.
//!
//! A revision is a line, the newest on top, as in `history --graph`. Its dot stands in a lane; a lane holds the
//! edges that wait for one revision. Fonts and colours are those of the reader, light or dark; nothing is loaded.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::{Graph, Node, Set};
use crate::markup::xml;

/// The height of a line and the width of a lane, in pixels.
const LINE: usize = 28;
const LANE: usize = 18;

const STYLE: &str = "svg{font:14px system-ui,sans-serif;color:#1b1b1b;background:#fff}\
text{fill:currentColor}.id{font-family:ui-monospace,monospace}\
path{fill:none;stroke:#6b7280;stroke-width:1.5}.dependency{stroke-dasharray:4 3}\
circle{stroke:#2563eb;stroke-width:2;fill:#fff}.applied{fill:#2563eb}.head{font-weight:700}\
@media(prefers-color-scheme:dark){svg{color:#e5e7eb;background:#111827}path{stroke:#9ca3af}\
circle{stroke:#60a5fa;fill:#111827}.applied{fill:#60a5fa}}\
@media print{svg{color:#000;background:#fff}}";

/// An edge: the lines of both ends, and the lane between them.
struct Edge {
    from: usize,
    to: usize,
    lane: usize,
    is_parent: bool,
}

/// The lane of each line, and the edges.
struct Layout {
    lanes: Vec<usize>,
    edges: Vec<Edge>,
    width: usize,
}

impl Graph {
    /// Returns a drawing of some revisions, in the order of [`Graph::order`], as SVG. Filled dots are applied; `applied`
    /// is `None` if it is not known.
    #[must_use]
    pub fn svg(&self, nodes: &[Node], applied: Option<&Set>) -> String {
        let nodes: Vec<Node> = nodes.iter().rev().copied().collect();
        let layout = self.layout(&nodes);
        let heads = self.set(self.real_heads());
        let x = |lane: usize| LANE + lane * LANE;
        let y = |line: usize| LINE / 2 + line * LINE;
        let left = x(layout.width) + LANE / 2;
        let captions: Vec<Vec<String>> = nodes.iter().map(|node| self.caption(*node)).collect();
        let longest = captions.iter().map(|lines| lines.join("  ").chars().count()).max();
        let (width, height) = (left + longest.unwrap_or(0) * 9 + 2 * LANE, nodes.len() * LINE);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{} revisions\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>{STYLE}</style>\n",
            nodes.len()
        );
        for edge in &layout.edges {
            let (from, to) = (layout.lanes[edge.from], layout.lanes[edge.to]);
            let class = if edge.is_parent { "" } else { " class=\"dependency\"" };
            let (top, bottom) = (y(edge.from), y(edge.to));
            let (lane, half) = (x(edge.lane), LINE / 2);
            let _ = writeln!(
                text,
                "<path{class} d=\"M{0} {top}C{0} {1} {lane} {1} {lane} {2}V{3}C{lane} {4} {5} {4} {5} {bottom}\"/>",
                x(from),
                top + half,
                top + LINE,
                (bottom - LINE).max(top + LINE),
                bottom.saturating_sub(half),
                x(to),
            );
        }
        for (line, node) in nodes.iter().enumerate() {
            let is_applied = applied.is_some_and(|set| set.contains(*node));
            let class = if is_applied { " class=\"applied\"" } else { "" };
            let head = if heads.contains(*node) { " class=\"head\"" } else { "" };
            let state = match applied {
                Some(_) if is_applied => ", applied",
                Some(_) => ", pending",
                None => "",
            };
            let id = xml(self.id(*node).as_str());
            let mut caption = captions[line].iter().map(|part| xml(part));
            let first = caption.next().unwrap_or_default();
            let _ = writeln!(
                text,
                "<g{head}><title>{id}{state}</title><circle{class} cx=\"{}\" cy=\"{}\" r=\"5\"/>\
                 <text x=\"{left}\" y=\"{}\"><tspan class=\"id\">{first}</tspan> {}</text></g>",
                x(layout.lanes[line]),
                y(line),
                y(line) + 5,
                caption.next().unwrap_or_default(),
            );
        }
        text.push_str("</svg>\n");
        text
    }

    /// Returns a page with the drawing of [`Graph::svg`], in one file.
    #[must_use]
    pub fn html(&self, nodes: &[Node], applied: Option<&Set>) -> String {
        let legend = match applied {
            Some(_) => {
                "<p>A filled dot is an applied revision. A dashed line is a dependency. A head is bold.</p>"
            }
            None => "<p>A dashed line is a dependency. A head is bold.</p>",
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>History</title>\n\
             <style>body{{font:14px system-ui,sans-serif;margin:1.5rem}}main{{overflow-x:auto}}\
             @media(prefers-color-scheme:dark){{body{{background:#111827;color:#e5e7eb}}}}</style>\n</head>\n\
             <body>\n<h1>History</h1>\n{legend}\n<main tabindex=\"0\">\n{}</main>\n</body>\n</html>\n",
            self.svg(nodes, applied)
        )
    }

    /// Chooses the lanes; the newest revision comes first.
    fn layout(&self, nodes: &[Node]) -> Layout {
        let lines: HashMap<Node, usize> =
            nodes.iter().enumerate().map(|(line, node)| (*node, line)).collect();
        // What each lane waits for.
        let mut open: Vec<Option<Node>> = Vec::new();
        let mut layout = Layout { lanes: Vec::new(), edges: Vec::new(), width: 0 };
        for (line, node) in nodes.iter().enumerate() {
            let lane = lane_of(&mut open, Some(*node));
            for waiting in open.iter_mut().filter(|waiting| **waiting == Some(*node)) {
                *waiting = None;
            }
            layout.lanes.push(lane);
            let parents = self.parents(*node).iter().map(|parent| (*parent, true));
            let needs = parents.chain(self.dependencies(*node).iter().map(|other| (*other, false)));
            for (need, is_parent) in needs {
                let Some(to) = lines.get(&need).copied().filter(|to| *to > line) else { continue };
                let is_free = open.get(lane).is_none_or(Option::is_none);
                let is_awaited = open.contains(&Some(need));
                let between = match is_free && !is_awaited {
                    true => lane,
                    false => lane_of(&mut open, Some(need)),
                };
                if open.len() <= between {
                    open.resize(between + 1, None);
                }
                open[between] = Some(need);
                layout.edges.push(Edge { from: line, to, lane: between, is_parent });
            }
            layout.width = layout.width.max(open.len());
        }
        layout
    }
}

/// The first lane that waits for a revision, else the first free one.
fn lane_of(open: &mut Vec<Option<Node>>, node: Option<Node>) -> usize {
    let waiting = open.iter().position(|lane| *lane == node);
    waiting.or_else(|| open.iter().position(Option::is_none)).unwrap_or_else(|| {
        open.push(None);
        open.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use crate::graph::Graph;
    use crate::history::History;
    use crate::source::SourceFile;

    fn graph(files: &[(&str, &str)]) -> Graph {
        let file = |(id, revises): &(&str, &str)| {
            let text = format!(
                "-- <{id}> & co\n-- revision: {id}\n-- revises: {revises}\n\n-- migrate:up\n\n-- migrate:noop none\n"
            );
            SourceFile::new(format!("{id}.sql"), text)
        };
        History::read(files.iter().map(file).collect(), None, &[]).0.graph
    }

    #[test]
    fn branches_have_lanes_of_their_own_until_they_meet() {
        let graph = graph(&[("a", ""), ("b", "a"), ("c", "a"), ("d", "b, c"), ("e", "d")]);
        let mut nodes: Vec<_> = graph.order().collect();
        nodes.reverse();
        let layout = graph.layout(&nodes);
        assert_eq!(layout.lanes.iter().max(), Some(&1));
        assert_eq!(layout.edges.len(), 5);
        assert!(layout.edges.iter().all(|edge| edge.from < edge.to));
        // No other revision stands in the lane of an edge that passes it.
        for edge in &layout.edges {
            for line in edge.from + 1..edge.to {
                assert_ne!(layout.lanes[line], edge.lane);
            }
        }
    }

    #[test]
    fn a_drawing_marks_what_is_applied_and_escapes_names() {
        let graph = graph(&[("a", ""), ("b", "a")]);
        let nodes: Vec<_> = graph.order().collect();
        let applied = graph.set(graph.node("a"));
        let page = graph.html(&nodes, Some(&applied));
        assert_eq!(page.matches("<circle").count(), 2);
        assert_eq!(page.matches("<circle class=\"applied\"").count(), 1);
        assert!(page.contains("<title>b, pending</title>"), "{page}");
        assert!(page.contains("&lt;b&gt; &amp; co"), "{page}");
        assert!(!page.contains("http://") || page.matches("http://").count() == 1, "{page}");
    }
}
