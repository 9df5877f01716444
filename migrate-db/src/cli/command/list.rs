//! Revisions one under the other.

use migrate_core::graph::{Graph, Node};

use crate::cli::describe::{Entry, Line};
use crate::cli::ui::Format;
use crate::cli::{Context, report};

/// Prints a list of revisions: lines, all fields with `-v`, or JSON.
pub(super) async fn print(context: &Context<'_>, graph: &Graph, nodes: &[Node]) {
    let ui = context.ui;
    let wanted = ui.format() == Format::Json || ui.is_verbose();
    let status = if wanted { context.status_if_known().await } else { None };
    if ui.format() == Format::Json {
        return ui.json(&report::Revision::all(graph, nodes, status.as_ref()));
    }
    for node in nodes.iter().copied() {
        if ui.is_verbose() {
            let applied = status.as_ref().map(|s| (s.applied.contains(node), false));
            ui.line(Entry { graph, node, applied });
        } else {
            ui.line(Line::of(graph, node));
        }
    }
}
