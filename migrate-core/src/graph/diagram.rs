//! Pictures of a graph as text for Mermaid and Graphviz: revisions, parents and dependencies, heads, and
//! what is applied. No id and no message can end its place in the language of the picture.

use std::fmt::Write as _;

use super::{Graph, Node, Set};

impl Graph {
    /// Returns a flowchart of some revisions in the language of Mermaid, the bases at the bottom. `applied` is `None`
    /// if it is not known.
    ///
    /// ```
    /// use migrate_core::history::History;
    /// use migrate_core::source::SourceFile;
    /// let text = "-- First\n-- revision: a1\n-- revises:\n\n-- migrate:up\n\n-- migrate:noop none\n";
    /// let (history, _) = History::read(vec![SourceFile::new("a1.sql", text)], None, &[]);
    /// let nodes: Vec<_> = history.graph.order().collect();
    /// let picture = history.graph.mermaid(&nodes, None);
    /// assert_eq!(picture, "flowchart BT\n    r0[\"a1<br/>First\"]\n    classDef head stroke-width:3px\n    class r0 head\n");
    /// ```
    #[must_use]
    pub fn mermaid(&self, nodes: &[Node], applied: Option<&Set>) -> String {
        let shown = self.set(nodes.iter().copied());
        let name = |node: Node| format!("r{}", node.index());
        let mut text = String::from("flowchart BT\n");
        for node in nodes.iter().copied() {
            let lines: Vec<String> = self.caption(node).iter().map(|line| entities(line)).collect();
            let _ = writeln!(text, "    {}[\"{}\"]", name(node), lines.join("<br/>"));
        }
        for (from, to, is_parent) in self.edges(nodes, &shown) {
            let arrow = if is_parent { "-->" } else { "-.->" };
            let _ = writeln!(text, "    {} {arrow} {}", name(from), name(to));
        }
        let classes = [
            ("applied", "fill:#cdeccd,stroke:#2e7d32,color:#000", applied.cloned()),
            ("head", "stroke-width:3px", Some(self.set(self.real_heads()))),
        ];
        for (class, style, members) in classes {
            let Some(members) = members else { continue };
            let members = nodes.iter().copied().filter(|node| members.contains(*node));
            let members: Vec<String> = members.map(name).collect();
            if !members.is_empty() {
                let _ = writeln!(text, "    classDef {class} {style}");
                let _ = writeln!(text, "    class {} {class}", members.join(","));
            }
        }
        text
    }

    /// Returns a graph of some revisions in the language of Graphviz, as [`Graph::mermaid`] does: heads have a
    /// double border, what is applied is filled.
    #[must_use]
    pub fn dot(&self, nodes: &[Node], applied: Option<&Set>) -> String {
        let shown = self.set(nodes.iter().copied());
        let heads = self.set(self.real_heads());
        let quoted = |text: &str| {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
        };
        let mut text = String::from(
            "digraph history {\n    rankdir=BT;\n    node [shape=box, style=rounded];\n",
        );
        for node in nodes.iter().copied() {
            let label = self.caption(node).join("\u{0}");
            let label = quoted(&label).replace('\u{0}', "\\n");
            let is_applied = applied.is_some_and(|set| set.contains(node));
            let fill = match is_applied {
                true => ", style=\"rounded,filled\", fillcolor=\"#cdeccd\"",
                false => "",
            };
            let border = if heads.contains(node) { ", peripheries=2" } else { "" };
            let id = quoted(self.id(node).as_str());
            let _ = writeln!(text, "    {id} [label={label}{fill}{border}];");
        }
        for (from, to, is_parent) in self.edges(nodes, &shown) {
            let style = if is_parent { "" } else { " [style=dashed]" };
            let (from, to) = (quoted(self.id(from).as_str()), quoted(self.id(to).as_str()));
            let _ = writeln!(text, "    {from} -> {to}{style};");
        }
        text.push_str("}\n");
        text
    }

    /// The lines of a box: the id with its labels, and the message.
    pub(super) fn caption(&self, node: Node) -> Vec<String> {
        let revision = self.revision(node);
        let labels = revision.header.labels.iter().map(|label| label.name.as_str());
        let labels = labels.collect::<Vec<_>>().join(", ");
        let id = self.id(node).as_str();
        let first = if labels.is_empty() { id.to_owned() } else { format!("{id} ({labels})") };
        let message = revision.message().trim();
        let message = (!message.is_empty()).then(|| message.to_owned());
        std::iter::once(first).chain(message).collect()
    }

    /// The edges between the revisions that are shown, from what is needed; `true` for a parent.
    fn edges(&self, nodes: &[Node], shown: &Set) -> Vec<(Node, Node, bool)> {
        let mut edges = Vec::new();
        for node in nodes.iter().copied() {
            let parents = self.parents(node).iter().map(|parent| (*parent, node, true));
            let dependencies = self.dependencies(node).iter().map(|other| (*other, node, false));
            edges.extend(parents.chain(dependencies).filter(|(from, ..)| shown.contains(*from)));
        }
        edges
    }
}

/// A text inside quotes of Mermaid.
fn entities(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' => escaped.push_str("#35;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::graph::Graph;
    use crate::history::History;
    use crate::source::SourceFile;

    fn graph() -> Graph {
        let file = |id: &str, header: &str| {
            let text = format!(
                "-- \"{id}\" <b>\n-- revision: {id}\n{header}\n\n-- migrate:up\n\n-- migrate:noop none\n"
            );
            SourceFile::new(format!("{id}.sql"), text)
        };
        let files = vec![
            file("a", "-- revises:"),
            file("b", "-- revises: a"),
            file("c", "-- revises: a\n-- depends-on: b"),
        ];
        History::read(files, None, &[]).0.graph
    }

    #[test]
    fn mermaid_shows_parents_dependencies_heads_and_what_is_applied() {
        let graph = graph();
        let nodes: Vec<_> = graph.order().collect();
        let applied = graph.set(graph.node("a"));
        insta::assert_snapshot!(graph.mermaid(&nodes, Some(&applied)), @r##"
        flowchart BT
            r0["a<br/>#quot;a#quot; #lt;b#gt;"]
            r1["b<br/>#quot;b#quot; #lt;b#gt;"]
            r2["c<br/>#quot;c#quot; #lt;b#gt;"]
            r0 --> r1
            r0 --> r2
            r1 -.-> r2
            classDef applied fill:#cdeccd,stroke:#2e7d32,color:#000
            class r0 applied
            classDef head stroke-width:3px
            class r2 head
        "##);
    }

    #[test]
    fn dot_escapes_quotes_and_leaves_out_what_is_not_shown() {
        let graph = graph();
        let nodes: Vec<_> = graph.node("b").into_iter().collect();
        insta::assert_snapshot!(graph.dot(&nodes, None), @r#"
        digraph history {
            rankdir=BT;
            node [shape=box, style=rounded];
            "b" [label="b\n\"b\" <b>"];
        }
        "#);
    }
}
