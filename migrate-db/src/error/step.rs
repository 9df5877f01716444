//! Failures of steps that are no single statement: a Rust function, the batches of a section, and
//! replicas that are behind.

use std::fmt;
use std::time::Duration;

use migrate_core::command::Invocation;
use migrate_core::plan::Direction;
use migrate_core::source::Location;

/// The Rust function of a step that failed. Its step, or its batch, was rolled back.
#[derive(Debug)]
#[non_exhaustive]
pub struct StepFailure {
    /// The revision.
    pub revision: String,
    /// The direction.
    pub direction: Direction,
    /// The name of the function.
    pub function: &'static str,
    /// The marker that names it.
    pub place: Location,
    /// Revisions that this run committed before.
    pub committed: Vec<String>,
    /// The number of batches of the step that are done and stay, and the command that continues with the
    /// next one. `None` where the whole step was rolled back.
    pub batches: Option<(usize, Invocation)>,
    /// The error that the function returned.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl fmt::Display for StepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the Rust function `{}` of revision {} ({}) failed, called at {}:{}",
            self.function, self.revision, self.direction, self.place.path, self.place.line
        )
    }
}

impl std::error::Error for StepFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// The statement of a batch section that changes rows again and again.
#[derive(Debug)]
#[non_exhaustive]
pub struct EndlessBatches {
    /// The revision.
    pub revision: String,
    /// The direction.
    pub direction: Direction,
    /// Where the statement begins.
    pub place: Location,
    /// The number of batches that are done and stay.
    pub batches: usize,
    /// The number of rows that the batches of this run changed.
    pub rows: u64,
    /// The limit that they exceeded.
    pub limit: BatchLimit,
    /// The command that continues the step.
    pub resume: Invocation,
}

/// The limit of the batches of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchLimit {
    /// The number of rows of the table.
    Rows(u64),
    /// The number of batches that `rounds` allows.
    Rounds(u64),
}

impl fmt::Display for EndlessBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { revision, direction, place, batches, rows, .. } = self;
        write!(
            f,
            "the batches of revision {revision} ({direction}) do not end at {}:{}: ",
            place.path, place.line
        )?;
        match self.limit {
            BatchLimit::Rows(limit) => {
                write!(f, "{batches} of them changed {rows} rows, and the table has {limit}")
            }
            BatchLimit::Rounds(limit) => {
                write!(f, "the statement still changed rows in the last of {limit} batches")
            }
        }
    }
}

impl std::error::Error for EndlessBatches {}

/// Replicas that did not apply in time what is committed.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplicasBehind {
    /// The step that was committed last; `None` before the first step.
    pub step: Option<(String, Direction)>,
    /// Whether the step has batches that did not run yet.
    pub partway: bool,
    /// The replicas that are behind, and how far.
    pub replicas: Vec<String>,
    /// The time waited.
    pub waited: Duration,
    /// Revisions whose steps this run committed.
    pub committed: Vec<String>,
}

impl fmt::Display for ReplicasBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replicas = self.replicas.join("; ");
        let waited = self.waited.as_secs();
        match &self.step {
            Some((revision, direction)) => {
                let what = if self.partway { "a batch of revision" } else { "revision" };
                write!(
                    f,
                    "{what} {revision} ({direction}) is committed, but after {waited} s a standby has not applied it: {replicas}"
                )
            }
            None => write!(
                f,
                "before the first step: after {waited} s a standby has not applied what is committed: {replicas}"
            ),
        }
    }
}

impl std::error::Error for ReplicasBehind {}
