//! The revisions of a report: their SQL, and what they change in the schema.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::Report;
use super::json::{list, string, strings};
use crate::apply::{Unknown, certain_differences};
use crate::evolution::Evolution;
use crate::graph::Node;
use crate::loaded_schema::unknown_in_words;
use crate::plan::{Direction, Step};
use crate::revision::{Down, Revision};
use crate::schema::{changed_objects, difference};
use crate::script::statements_of;

/// What a revision changes.
#[derive(Default)]
struct Changes {
    /// In words.
    words: Vec<String>,
    /// The texts of objects that differ from the first revision that it needs.
    objects: Vec<(String, Option<String>)>,
}

/// Appends the list of revisions.
pub(super) fn write(report: &Report<'_>, nodes: &[Node], out: &mut String) {
    let graph = &report.history.graph;
    let numbers: HashMap<Node, usize> =
        nodes.iter().enumerate().map(|(n, node)| (*node, n)).collect();
    let mut changes = changes(report);
    list(nodes, out, |node, out| {
        let revision = graph.revision(*node);
        let changes = changes.remove(node).unwrap_or_default();
        out.push_str("{\"id\":");
        string(revision.id().as_str(), out);
        out.push_str(",\"message\":");
        string(revision.message(), out);
        out.push_str(",\"description\":");
        string(&revision.header.description, out);
        out.push_str(",\"file\":");
        string(revision.file.path(), out);
        out.push_str(",\"created\":");
        string(revision.header.created.as_ref().map_or("", |created| created.as_str()), out);
        out.push_str(",\"labels\":");
        strings(revision.header.labels.iter().map(|label| label.name.as_str()), out);
        let numbered = |all: &[Node], out: &mut String| {
            list(all.iter().filter_map(|node| numbers.get(node)), out, |n, out| {
                let _ = write!(out, "{n}");
            });
        };
        out.push_str(",\"parents\":");
        numbered(graph.parents(*node), out);
        out.push_str(",\"dependencies\":");
        numbered(graph.dependencies(*node), out);
        out.push_str(",\"base\":");
        match graph.needs(*node).next().and_then(|base| numbers.get(&base)) {
            Some(base) => drop(write!(out, "{base}")),
            None => out.push_str("null"),
        }
        out.push_str(",\"applied\":");
        out.push_str(match report.applied.map(|applied| applied.contains(*node)) {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        });
        out.push_str(",\"up\":");
        string(&sql(report, *node, Direction::Up), out);
        out.push_str(",\"down\":");
        string(&sql(report, *node, Direction::Down), out);
        out.push_str(",\"way_down\":");
        string(&way_down(report, revision), out);
        out.push_str(",\"words\":");
        strings(&changes.words, out);
        out.push_str(",\"objects\":");
        list(changes.objects, out, |(name, text), out| {
            out.push('[');
            string(&name, out);
            out.push(',');
            match text {
                Some(text) => string(&text, out),
                None => out.push_str("null"),
            }
            out.push(']');
        });
        out.push('}');
    });
}

/// The statements of a step, one below the other.
fn sql(report: &Report<'_>, node: Node, direction: Direction) -> String {
    let graph = &report.history.graph;
    let text = graph.revision(node).file.text();
    let spans = statements_of(graph, Step { node, direction }, report.dialect).unwrap_or_default();
    let mut sql = String::new();
    for span in spans {
        report.dialect.client_statement(span.of(text), &mut sql);
    }
    sql
}

/// Why there is nothing to revert, or the revision cannot be reverted.
fn way_down(report: &Report<'_>, revision: &Revision) -> String {
    match revision.down(report.dialect) {
        Down::Irreversible(reason) => format!("irreversible: {reason}"),
        Down::Noop(reason) => format!("nothing to undo: {reason}"),
        Down::Sql(_) | Down::Empty => String::new(),
    }
}

/// What each revision changes, for the cost of what it touches; nothing for a database without a
/// parser.
fn changes(report: &Report<'_>) -> HashMap<Node, Changes> {
    let graph = &report.history.graph;
    let mut all = HashMap::new();
    let Some(mut evolution) = Evolution::new(graph, report.dialect) else { return all };
    let rules = report.dialect.rules();
    for node in Evolution::order(graph) {
        // The objects are told against the first revision that it needs, so a merge has what the other
        // branches did.
        let base: Vec<Node> = graph.needs(node).take(1).collect();
        evolution.move_to(&base);
        let base = evolution.state().depth();
        evolution.move_before(node);
        let before = evolution.state().unknown().clone();
        let refused = evolution.up(node);
        let state = evolution.state();
        let mut words: Vec<String> =
            certain_differences(state, 1, &before).iter().map(difference).collect();
        words.extend(newly_unknown(state.unknown(), &before));
        words.extend(refused.iter().map(|refusal| format!("refused: {}", refusal.message())));
        let (mut earlier, mut now) = state.changed(state.depth().saturating_sub(base));
        rules.written(state, &mut earlier);
        rules.written(state, &mut now);
        let objects = changed_objects(&earlier, &now).into_iter().collect();
        all.insert(node, Changes { words, objects });
    }
    all
}

/// What is unknown now and was not before, in words.
fn newly_unknown(now: &Unknown, before: &Unknown) -> Vec<String> {
    let everything = now.everything().filter(|reason| before.everything() != Some(*reason));
    let everything = everything.map(|reason| unknown_in_words(None, reason.why));
    let marks =
        now.marks_beyond(before).map(|(target, reason)| unknown_in_words(Some(target), reason.why));
    everything.into_iter().chain(marks).collect()
}
