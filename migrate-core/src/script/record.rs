//! A change of the version table as SQL.

use super::{Record, fingerprint_of};
use crate::graph::{Graph, Node};
use crate::plan::{Direction, Step};
use crate::version_table::{Event, Origin, Progress, RowState, VersionTable};

impl Record {
    /// The statements that make this change, the second of them the log's and sometimes empty: each
    /// changes exactly one row, but for [`Record::Purge`].
    #[must_use]
    pub fn sql(self, graph: &Graph, table: &VersionTable, origin: Origin<'_>) -> [String; 2] {
        use RowState::{Applied, Downgrading, Upgrading};
        let id = |node: Node| graph.id(node).as_str();
        let whole = |node: Node| graph.revision(node).fingerprint;
        let part = |step: Step, done| fingerprint_of(graph, step, done, table.dialect());
        let insert = |node: Node, fingerprint, state| {
            table.insert(graph.revision(node), fingerprint, state, origin)
        };
        let log = |node: Node, event, detail: &str| table.record(id(node), event, detail, origin);
        let moving = |direction| if direction == Direction::Up { Upgrading } else { Downgrading };
        // What was begun is told by the fingerprint too: a doubt is about that very statement.
        let progress = |step: Step, from, begun, done| {
            let state = moving(step.direction);
            let fingerprint = part(step, begun);
            let to = Progress { state, begun, done, fingerprint, elapsed: origin.elapsed };
            table.update(id(step.node), from, &to)
        };
        match self {
            Self::Done(Step { node, direction: Direction::Up }) => {
                [insert(node, whole(node), Applied), log(node, Event::Upgrade, "")]
            }
            Self::Done(Step { node, direction: Direction::Down }) => {
                [table.delete(id(node), Applied), log(node, Event::Downgrade, "")]
            }
            Self::Start(step @ Step { node, direction: Direction::Up }) => {
                [insert(node, part(step, 0), Upgrading), log(node, Event::Begin, "upgrade")]
            }
            Self::Start(step @ Step { node, direction: Direction::Down }) => {
                [progress(step, Applied, 0, 0), log(node, Event::Begin, "downgrade")]
            }
            Self::Attempt(step, number) => {
                [progress(step, moving(step.direction), number, number - 1), String::new()]
            }
            Self::Progress(step, number) => {
                [progress(step, moving(step.direction), number, number), String::new()]
            }
            Self::Finish(Step { node, direction: Direction::Up }) => {
                let (state, fingerprint) = (Applied, whole(node));
                let to =
                    Progress { state, begun: 0, done: 0, fingerprint, elapsed: origin.elapsed };
                [table.update(id(node), Upgrading, &to), log(node, Event::Upgrade, "")]
            }
            Self::Finish(Step { node, direction: Direction::Down }) => {
                [table.delete(id(node), Downgrading), log(node, Event::Downgrade, "")]
            }
            Self::Stamp(node) => [insert(node, whole(node), Applied), log(node, Event::Stamp, "")],
            Self::Purge => [table.clear(), table.record("", Event::Unstamp, "purge", origin)],
            Self::Unstamp(node) => [table.delete(id(node), Applied), log(node, Event::Unstamp, "")],
        }
    }
}
