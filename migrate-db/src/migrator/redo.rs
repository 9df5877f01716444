//! A redo: revisions are reverted and applied again as one act.
//!
//! Where one transaction can hold both halves, both happen or none. Elsewhere the log marks the
//! down as a part of a redo, so that a second redo finishes the first and never reverts an older
//! revision.

use std::borrow::Cow;

use migrate_core::graph::{Graph, Node};
use migrate_core::history::History;
use migrate_core::plan::{self, Plan};
use migrate_core::script::{Script, ScriptOptions, Transactions};
use migrate_core::version_table::LogRow;

use super::report::{Preview, Report};
use super::rounds::Objective;
use super::session::{Session, plan_error};
use crate::error::Error;
use crate::event::Event;
use crate::replay;
use crate::state::{self, DatabaseState};

/// The revisions of a redo.
pub(super) struct Redo {
    /// The revisions, in the graph's order.
    nodes: Vec<Node>,
    /// How often a redo had reverted each before.
    before: Vec<usize>,
}

impl Redo {
    /// Chooses the redo that stopped between its halves, else that of an applied head.
    fn choose(
        graph: &Graph,
        status: &DatabaseState,
        log: &[LogRow],
        revision: Option<&str>,
    ) -> Result<Self, Error> {
        let is_unfinished = |id: &str| status.unfinished.iter().any(|step| step.revision == id);
        let redone = replay::redone(log).into_iter().filter_map(|id| graph.node(id));
        let mut nodes: Vec<Node> = redone
            .filter(|node| {
                !status.applied.contains(*node) || is_unfinished(graph.id(*node).as_str())
            })
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        if nodes.is_empty() {
            let node = plan::redo_target(graph, &status.applied, revision)?;
            nodes.push(node.ok_or_else(nothing_applied)?);
        } else if let Some(text) = revision {
            let named = graph.find(text)?;
            if !nodes.contains(&named) {
                let ids = nodes.iter().map(|node| graph.id(*node).to_string()).collect();
                return Err(Error::RedoUnfinished(ids));
            }
        }
        let count = |node: &Node| replay::times_reverted(log, graph.id(*node).as_str());
        let before = nodes.iter().map(count).collect();
        Ok(Self { nodes, before })
    }

    pub(super) fn is_about(&self, node: Node) -> bool {
        self.nodes.contains(&node)
    }

    /// Returns the steps that are left.
    pub(super) fn plan(&self, graph: &Graph, status: &DatabaseState, log: &[LogRow]) -> Plan {
        let reverted = |node: Node| {
            let mut known =
                self.nodes.iter().zip(&self.before).filter(|(known, _)| **known == node);
            known.any(|(_, before)| replay::times_reverted(log, graph.id(node).as_str()) > *before)
        };
        plan::redo(graph, &status.applied, &self.nodes, reverted)
    }
}

pub(super) fn nothing_applied() -> Error {
    Error::NothingApplied
}

impl Session<'_> {
    /// Reverts an applied head and applies it again.
    pub(super) async fn redo(
        &mut self,
        history: &History,
        revision: Option<&str>,
    ) -> Result<Report, Error> {
        let (redo, preview) = self.choose_redo(history, revision).await?;
        (self.on_event)(&Event::Planned { steps: preview.plan.steps.len() });
        drop(preview);
        self.work_towards(history, &Objective::Redo(redo)).await
    }

    /// Returns what a redo would do now. Reads only.
    pub(super) async fn preview_redo<'h>(
        &mut self,
        history: &'h History,
        revision: Option<&str>,
    ) -> Result<Preview<'h>, Error> {
        Ok(self.choose_redo(history, revision).await?.1)
    }

    async fn choose_redo<'h>(
        &mut self,
        history: &'h History,
        revision: Option<&str>,
    ) -> Result<(Redo, Preview<'h>), Error> {
        let graph = &history.graph;
        let mut status = self.connected.status(&self.table, history).await?;
        status.check_version_table(&self.table)?;
        status.check_replaced(graph)?;
        let log = state::log(&mut self.connected.connection, &self.table).await?;
        let redo = Redo::choose(graph, &status, &log, revision)?;
        // The text of a revision that is applied again may have changed. All others must match.
        let edited = std::mem::take(&mut status.edited);
        status.edited = edited.iter().copied().filter(|node| !redo.is_about(*node)).collect();
        status.check_matches(history)?;
        status.edited = edited;
        let plan = redo.plan(graph, &status, &log);
        let dialect = self.database.dialect();
        let script_options = ScriptOptions {
            transactions: Transactions::All,
            ..self.options.script_options(dialect)
        };
        Script::of(graph, &plan.steps, dialect, script_options)
            .map_err(|e| plan_error(&e, graph))?;
        Ok((redo, Preview { history: Cow::Borrowed(history), status, plan }))
    }
}
