//! The schema at each revision, without a database.
//!
//! An [`Evolution`] moves along the graph. It applies the ups of revisions to a schema, and keeps
//! what each of them changed, so that it can go back to a branch point. A history without branches
//! is read once, and costs what its statements touch. Where branches meet, the ups of the other
//! branch are applied on top, in the order of the graph.
//!
//! A statement that cannot be applied makes what it mentions unknown.

mod refusal;
mod session;
mod statements;

pub use refusal::Refusal;
pub(crate) use session::{session_namespaces, state_in_session, statements_of};
pub(crate) use statements::{apply_statements, forget, is_opaque};

use crate::apply::State;
use crate::dialect::Dialect;
use crate::graph::{Graph, Node};
use crate::revision::{Revision, Section};
use crate::source::Span;

/// A schema that moves along the revisions of a graph.
#[derive(Debug)]
pub struct Evolution<'g> {
    graph: &'g Graph,
    dialect: Dialect,
    state: State,
    /// The revisions whose ups are applied, with a checkpoint before each.
    applied: Vec<Node>,
    /// The revision whose needs and itself are exactly what is applied.
    at: Option<Node>,
}

impl<'g> Evolution<'g> {
    /// The empty schema before all revisions, in the [session](Graph::session) of the project. `None` if
    /// there is no parser for the database.
    #[must_use]
    pub fn new(graph: &'g Graph, dialect: Dialect) -> Option<Self> {
        let _: Result<_, _> = dialect.parse("", Span::default())?;
        let texts = || {
            let revisions = graph.order().map(|node| graph.revision(node));
            revisions.filter_map(|revision| {
                let statements = revision.up(dialect)?.statements(&revision.file, dialect);
                Some((revision.file.text(), statements.to_vec()))
            })
        };
        let state = state_in_session(dialect, graph.session(), texts);
        Some(Self { graph, dialect, state, applied: Vec::new(), at: None })
    }

    /// The schema before all revisions in a database with objects that no revision creates: nothing is
    /// known of it.
    #[must_use]
    pub fn on_prelude(graph: &'g Graph, dialect: Dialect) -> Option<Self> {
        let mut evolution = Self::new(graph, dialect)?;
        evolution.state.mark_everything("the history builds on a prelude");
        Some(evolution)
    }

    /// The schema after some revisions and everything that they need; without revisions it is empty. `None`
    /// if there is no parser for the database.
    #[must_use]
    pub fn after(graph: &'g Graph, dialect: Dialect, nodes: &[Node]) -> Option<State> {
        let mut evolution = Self::new(graph, dialect)?;
        evolution.move_to(nodes);
        Some(evolution.into_state())
    }

    /// Returns `true` if a new session creates what a statement does not qualify where a session without
    /// settings creates it.
    #[must_use]
    pub fn begins_at_home(&self) -> bool {
        let state = self.state.in_new_session();
        state.rules().home_to_name(&state).is_none()
    }

    /// The schema where the evolution stands.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The database.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The graph along which the evolution moves.
    #[must_use]
    pub const fn graph(&self) -> &'g Graph {
        self.graph
    }

    pub(crate) const fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// The revisions in an order that follows each branch to its end: needs come first.
    #[must_use]
    pub fn order(graph: &Graph) -> Vec<Node> {
        let mut missing: Vec<usize> = graph.order().map(|node| graph.needs(node).count()).collect();
        let mut open: Vec<Node> =
            graph.order().rev().filter(|node| missing[node.index()] == 0).collect();
        let mut order = Vec::with_capacity(graph.len());
        while let Some(node) = open.pop() {
            order.push(node);
            for next in graph.needed_by(node) {
                missing[next.index()] = missing[next.index()].saturating_sub(1);
                if missing[next.index()] == 0 {
                    open.push(next);
                }
            }
        }
        order
    }

    /// Moves to the schema before a revision: the ups of all that it needs are applied.
    pub fn move_before(&mut self, node: Node) {
        let needs: Vec<Node> = self.graph.needs(node).collect();
        self.move_to(&needs);
    }

    /// Moves to the schema after revisions: their ups and those of all that they need are applied.
    /// Returns what the database refuses of the ups that had to be applied.
    pub fn move_to(&mut self, nodes: &[Node]) -> Vec<(Node, Refusal)> {
        let mut refused = Vec::new();
        if self.at.is_some() && nodes == self.at.as_slice() {
            return refused;
        }
        let wanted = self.graph.dependency_closure(nodes.iter().copied());
        let stays = self.applied.iter().take_while(|node| wanted.contains(**node)).count();
        while self.applied.len() > stays {
            self.applied.pop();
            self.state.roll_back();
        }
        let applied = self.graph.set(self.applied.iter().copied());
        for node in wanted.iter().filter(|node| !applied.contains(*node)) {
            refused.extend(self.up(node).into_iter().map(|refusal| (node, refusal)));
        }
        self.at = None;
        refused
    }

    /// Applies the up of a revision; returns what the database refuses of it. The schema must be
    /// that before the revision.
    pub fn up(&mut self, node: Node) -> Vec<Refusal> {
        let revision = self.graph.revision(node);
        self.state.checkpoint();
        self.applied.push(node);
        self.at = Some(node);
        self.state.set_source(node.index());
        self.state.reset_session();
        let effect = revision.effect(self.dialect);
        let mut refused = match revision.up(self.dialect) {
            Some(up) => self.section(revision, up, effect.is_some()),
            None => Vec::new(),
        };
        if let Some(effect) = effect {
            refused.extend(self.section(revision, effect, false));
        }
        refused
    }

    /// Applies a down, in a session of its own; returns what the database refuses of it.
    pub(crate) fn down(&mut self, revision: &Revision, down: &Section) -> Vec<Refusal> {
        self.state.reset_session();
        self.section(revision, down, false)
    }

    /// Applies the statements of a section. With an effect that is stated elsewhere, statements that
    /// are not understood have none.
    fn section(
        &mut self,
        revision: &Revision,
        section: &Section,
        effect_is_stated: bool,
    ) -> Vec<Refusal> {
        let statements = section.statements(&revision.file, self.dialect);
        let text = revision.file.text();
        apply_statements(&mut self.state, self.dialect, text, &statements, effect_is_stated)
    }

    /// The schema where the evolution stands, in a new session and without the way back.
    #[must_use]
    pub fn into_state(mut self) -> State {
        self.state.reset_session();
        self.state.release_all();
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::source::SourceFile;

    fn history(files: &[(&str, &str, &str)]) -> History {
        let file = |(id, parents, up): &(&str, &str, &str)| {
            let text = format!(
                "-- revision: {id}\n-- revises: {parents}\n\n-- migrate:up\n{up}\n\n\
                 -- migrate:irreversible test\n"
            );
            SourceFile::new(format!("{id}.sql"), text)
        };
        History::read(files.iter().map(file).collect(), None, &[Dialect::Sqlite]).0
    }

    fn tables(evolution: &Evolution<'_>) -> Vec<String> {
        evolution.state().schema().tables.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn each_revision_sees_what_it_needs_and_nothing_else() {
        let history = history(&[
            ("a", "", "CREATE TABLE a (x);"),
            ("b1", "a", "CREATE TABLE b1 (x);"),
            ("b2", "b1", "ALTER TABLE a ADD y;"),
            ("c1", "a", "CREATE TABLE c1 (x);"),
            ("c2", "c1", "DROP TABLE c1;"),
            ("m", "b2, c1", "CREATE TABLE m (x);"),
        ]);
        let graph = &history.graph;
        let mut evolution = Evolution::new(graph, Dialect::Sqlite).unwrap();
        let mut seen = Vec::new();
        for node in Evolution::order(graph) {
            evolution.move_before(node);
            seen.push(format!("{}: {}", graph.id(node), tables(&evolution).join(" ")));
            assert_eq!(evolution.up(node), []);
        }
        seen.sort();
        assert_eq!(seen, ["a: ", "b1: a", "b2: a b1", "c1: a", "c2: a c1", "m: a b1 c1"]);
        evolution.move_before(graph.node("a").unwrap());
        assert!(tables(&evolution).is_empty() && evolution.state().depth() == 0);
    }

    #[test]
    fn a_statement_that_is_refused_makes_what_it_mentions_unknown() {
        let history = history(&[
            ("a", "", "CREATE TABLE t (x); DROP TABLE t CASCADE; ALTER TABLE t ADD x;"),
            ("b", "a", "ALTER TABLE t ADD x; ALTER TABLE u ADD x;"),
        ]);
        let graph = &history.graph;
        let mut evolution = Evolution::new(graph, Dialect::Sqlite).unwrap();
        let nodes: Vec<Node> = graph.order().collect();
        assert!(matches!(&evolution.up(nodes[0])[..], [Refusal::Syntax(_)]));
        assert!(matches!(&evolution.up(nodes[1])[..], [Refusal::Fault(_)]));
    }
}
