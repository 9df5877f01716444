//! The SQL of a change of the version table.

use super::{Prefixes, Record, Unit};
use crate::graph::{Graph, Node};
use crate::plan::{Direction, Step};
use crate::version_table::{Event, ExpectedRow, Origin, Progress, REDO, RowState, VersionTable};

impl Record {
    /// Returns the statements of this change, the second of them for the log and sometimes empty.
    /// Each changes exactly one row, except for [`Record::Purge`]. The records of one step share
    /// `prefixes`.
    #[must_use]
    pub fn sql(
        self,
        graph: &Graph,
        table: &VersionTable,
        origin: Origin<'_>,
        prefixes: &mut Prefixes,
    ) -> [String; 2] {
        use RowState::{Applied, Upgrading};
        let id = |node: Node| graph.id(node).as_str();
        let whole = |node: Node| graph.revision(node).fingerprint;
        let mut part = |step: Step, done| prefixes.fingerprint(graph, step, done, table.dialect());
        let from = self.from().map_or(ExpectedRow::from(Applied), |(_, from)| from);
        let insert = |node: Node, fingerprint, state| {
            table.insert([(graph.revision(node), fingerprint, state, origin)])
        };
        let log =
            |node: Node, event, detail: &str| table.record([(id(node), event, detail, origin)]);
        // The fingerprint includes the begun statements, because a doubt concerns the very
        // statement.
        let progress = |part: &mut dyn FnMut(_, _) -> _, step: Step, begun, done| {
            let state = moving(step.direction);
            let fingerprint = part(step, begun);
            let to = Progress { state, begun, done, fingerprint, elapsed: origin.elapsed };
            table.update(id(step.node), from, &to)
        };
        match self {
            Self::Done(step) => Self::done(&[(step, origin)], graph, table),
            Self::Start(step @ Step { node, direction: Direction::Up }) => {
                [insert(node, part(step, 0), Upgrading), log(node, Event::Begin, "upgrade")]
            }
            Self::Start(step @ Step { node, direction: Direction::Down }) => {
                let detail = if origin.redo { REDO } else { "downgrade" };
                [progress(&mut part, step, 0, 0), log(node, Event::Begin, detail)]
            }
            Self::Attempt(step, unit) => {
                [progress(&mut part, step, unit.last, unit.before()), String::new()]
            }
            Self::Progress(step, Unit { last: done, .. }) | Self::Retract(step, done) => {
                [progress(&mut part, step, done, done), String::new()]
            }
            Self::Finish(Step { node, direction: Direction::Up }) => {
                let (state, fingerprint) = (Applied, whole(node));
                let to =
                    Progress { state, begun: 0, done: 0, fingerprint, elapsed: origin.elapsed };
                [table.update(id(node), from, &to), log(node, Event::Upgrade, detail(origin))]
            }
            Self::Finish(Step { node, direction: Direction::Down }) => {
                [table.delete([id(node)], from), log(node, Event::Downgrade, detail(origin))]
            }
            Self::Stamp(node) => [insert(node, whole(node), Applied), log(node, Event::Stamp, "")],
            Self::Replace(node) => {
                let replaced = graph.revision(node).replaced_ids();
                let ids: Vec<&str> = replaced.iter().map(|id| id.as_str()).collect();
                let detail = format!("replaces {}", ids.join(", "));
                [insert(node, whole(node), Applied), log(node, Event::Stamp, &detail)]
            }
            Self::Forget(node, number) => {
                let (forgotten, detail) = (replaced_id(graph, node, number), replaced_by(id(node)));
                let log = table.record([(forgotten, Event::Unstamp, &*detail, origin)]);
                [table.delete([forgotten], Applied), log]
            }
            Self::Purge => [table.clear(), table.record([("", Event::Unstamp, "purge", origin)])],
            Self::Unstamp(node) => [table.delete([id(node)], from), log(node, Event::Unstamp, "")],
        }
    }

    /// Returns the statements of [`Record::Done`] for several steps of one direction: each changes
    /// as many rows as there are steps, in their order.
    #[must_use]
    pub fn done(steps: &[(Step, Origin<'_>)], graph: &Graph, table: &VersionTable) -> [String; 2] {
        let up = steps.first().is_some_and(|(step, _)| step.direction == Direction::Up);
        let id = |node| graph.id(node).as_str();
        let event = if up { Event::Upgrade } else { Event::Downgrade };
        let rows = if up {
            table.insert(steps.iter().map(|(step, origin)| {
                let revision = graph.revision(step.node);
                (revision, revision.fingerprint, RowState::Applied, *origin)
            }))
        } else {
            table.delete(steps.iter().map(|(step, _)| id(step.node)), RowState::Applied)
        };
        let log = steps.iter().map(|(step, by)| (id(step.node), event, detail(*by), *by));
        [rows, table.record(log)]
    }

    /// Returns a guard statement for databases that execute batches: it fails unless the row is in
    /// the expected state. Empty where the change itself fails then.
    #[must_use]
    pub fn guard(self, graph: &Graph, table: &VersionTable) -> Option<String> {
        if let Self::Forget(node, number) = self {
            return Some(table.guard_row(replaced_id(graph, node, number), RowState::Applied));
        }
        self.from().map(|(node, from)| table.guard_row(graph.id(node).as_str(), from))
    }

    /// Returns the row to change and its expected state.
    fn from(self) -> Option<(Node, ExpectedRow)> {
        let open = |step: Step| ExpectedRow::from(moving(step.direction));
        Some(match self {
            Self::Done(Step { node, direction: Direction::Down })
            | Self::Start(Step { node, direction: Direction::Down })
            | Self::Unstamp(node) => (node, RowState::Applied.into()),
            // A statement may begin only if all before it are done and none is begun.
            Self::Attempt(step, unit) => {
                let before = Some(unit.before());
                (step.node, ExpectedRow { done: before, begun: before, ..open(step) })
            }
            Self::Progress(step, unit) => {
                (step.node, ExpectedRow { done: Some(unit.before()), ..open(step) })
            }
            Self::Retract(step, done) => {
                (step.node, ExpectedRow { done: Some(done), ..open(step) })
            }
            Self::Finish(step) => (step.node, open(step)),
            Self::Done(_)
            | Self::Start(_)
            | Self::Stamp(_)
            | Self::Replace(_)
            | Self::Forget(..)
            | Self::Purge => return None,
        })
    }
}

/// Returns the id of a replaced revision.
fn replaced_id(graph: &Graph, node: Node, number: u32) -> &str {
    graph.revision(node).replaced_ids().get(number as usize).map_or("", |id| id.as_str())
}

/// Returns the log's detail of a replaced revision.
fn replaced_by(id: &str) -> String {
    format!("replaced by {id}")
}

/// Returns the log's event of a completed step.
const fn detail(origin: Origin<'_>) -> &'static str {
    if origin.redo { REDO } else { "" }
}

/// Returns the state of a row during a journalled step.
const fn moving(direction: Direction) -> RowState {
    match direction {
        Direction::Up => RowState::Upgrading,
        Direction::Down => RowState::Downgrading,
    }
}
