//! The values that a run works with: its context, the step in progress, outcomes.

use std::time::{Duration, Instant};

use migrate_core::graph::Graph;
use migrate_core::plan::Step;
use migrate_core::script::Transactions;
use migrate_core::version_table::VersionTable;

use crate::database::ConnectionSource;
use crate::error::Error;
use crate::event::Reporting;
use crate::interrupt::Interrupt;
use crate::steps::BoundStep;

/// The inputs of a run.
pub(crate) struct RunContext<'r> {
    pub(crate) graph: &'r Graph,
    pub(crate) table: &'r VersionTable,
    /// The user recorded in the version table and the log.
    pub(crate) by: &'r str,
    /// How long to wait for other connections.
    pub(crate) wait: Duration,
    /// Which steps share a transaction.
    pub(crate) transactions: Transactions,
    /// How precisely events name the statement that is executing.
    pub(crate) reporting: Reporting,
    /// Whether the steps belong to a redo.
    pub(crate) redo: bool,
    /// Whether a lock excludes other runners. A locked run that is overtaken has lost its lock.
    pub(crate) locked: bool,
    /// Where to open a second connection; `None` forbids one.
    pub(crate) source: Option<&'r ConnectionSource>,
    /// Statements that each new session executes first.
    pub(crate) session: &'r [String],
    /// The functions that revisions may call.
    pub(crate) steps: &'r [BoundStep],
    /// Requests the run to stop.
    pub(crate) interrupt: Option<&'r Interrupt>,
    /// How long to wait for replicas after each commit of a step or a batch.
    pub(crate) replica_wait: Option<Duration>,
}

/// A step that was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompletedStep {
    pub(crate) step: Step,
    /// The time its statements took.
    pub(crate) duration: Duration,
}

/// How a script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it ran.
    Complete,
    /// Another runner changed the version table; the current transaction was rolled back.
    Overtaken,
}

/// The step in progress.
#[derive(Clone, Copy)]
pub(super) struct CurrentStep {
    pub(super) step: Step,
    pub(super) since: Instant,
    /// The number of statements journalled as done; `None` where statements are not journalled.
    pub(super) journalled: Option<usize>,
    /// The number of statements after those that are journalled as begun.
    pub(super) attempted: usize,
    /// Whether an earlier run began the step.
    pub(super) resumed: bool,
    /// Whether its statements may change more of the session than plain settings.
    pub(super) may_leave_objects: bool,
    /// Whether only a new connection is free of what its statements change in the session.
    pub(super) needs_new_session: bool,
}

/// A step whose version row is still to be written.
#[derive(Clone, Copy)]
pub(super) struct PendingRecord {
    pub(super) step: Step,
    pub(super) since: Instant,
    /// The number of statements in the batch up to the end of this step.
    pub(super) end: usize,
}

/// The result of sending a batch.
pub(super) enum Delivery {
    /// All statements ran. Holds the time of each result.
    Complete(Vec<Instant>),
    /// Some statements did not run.
    Stopped(ActionOutcome),
}

/// How an action of a script ended.
pub(super) enum ActionOutcome {
    /// It ran, or waits in the batch.
    Done,
    /// Another runner changed the version table.
    Overtaken,
    /// The transaction lost a conflict with another one and may be tried again.
    Conflict(Error),
}
