//! A step that stopped in the middle, as its row in the version table tells it. What to do about it
//! is not known here.

use migrate_core::plan::Direction;
use migrate_core::sql::Fingerprint;
use migrate_core::version_table::RowState;

/// A step that is not known to have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The revision.
    pub revision: String,
    /// What was being done.
    pub state: RowState,
    /// How many statements are known to have run.
    pub done: usize,
    /// How many were begun.
    pub begun: usize,
    /// The fingerprint of the statements that ran.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Unfinished {
    /// Whether nobody knows if the statement behind those done has run.
    #[must_use]
    pub const fn in_doubt(&self) -> bool {
        self.begun > self.done
    }

    /// The direction of the step.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        match self.state {
            RowState::Downgrading => Direction::Down,
            RowState::Upgrading | RowState::Applied => Direction::Up,
        }
    }
}

/// How to settle a step that stopped in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// The statement in doubt did run: go on behind it.
    Ran,
    /// The statement in doubt did not run: go on with it.
    NotRun,
    /// The revision is wholly applied.
    Applied,
    /// Nothing of the revision is applied.
    Reverted,
}
