//! A step that stopped partway, from its row in the version table, and the command that
//! continues it.

use migrate_core::command::{Command, Invocation};
use migrate_core::graph::Graph;
use migrate_core::plan::Direction;
use migrate_core::sql::Fingerprint;
use migrate_core::version_table::RowState;

/// A step that is not known to have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The revision.
    pub revision: String,
    /// The state of the row.
    pub state: RowState,
    /// The number of statements that are known to have run, or of batches.
    pub done: usize,
    /// The number of statements that were begun.
    pub begun: usize,
    /// Whether the step repeats one statement in batches.
    pub in_batches: bool,
    /// The fingerprint of the statements that ran.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Unfinished {
    /// Returns what is counted: `statement` or `batch`.
    pub(crate) const fn unit(&self) -> &'static str {
        if self.in_batches { "batch" } else { "statement" }
    }

    /// Returns `true` if it is unknown whether the statement after those done has run.
    #[must_use]
    pub const fn in_doubt(&self) -> bool {
        self.begun > self.done
    }

    /// Returns the direction of the step.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        match self.state {
            RowState::Downgrading => Direction::Down,
            RowState::Upgrading | RowState::Applied => Direction::Up,
        }
    }
}

/// How a step that stopped partway ended, as a person has found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// The statement in doubt ran. The step continues after it.
    Ran,
    /// The statement in doubt did not run. The step continues with it.
    NotRun,
    /// The whole revision is applied.
    Applied,
    /// Nothing of the revision is applied.
    Reverted,
}

/// Returns the command that continues a step, or starts it again.
pub(crate) fn resume_command(graph: &Graph, revision: &str, direction: Direction) -> Invocation {
    if direction == Direction::Up {
        return Command::Upgrade.into();
    }
    let Some(node) = graph.node(revision) else { return Command::Downgrade.into() };
    let (place, siblings) = match graph.parents(node) {
        [] => ("base", graph.bases().len()),
        [parent, ..] => (graph.id(*parent).as_str(), graph.children(*parent).len()),
    };
    let branch = if siblings > 1 { format!("{revision}@") } else { String::new() };
    Command::Downgrade.with(format!("{branch}{place}"))
}
