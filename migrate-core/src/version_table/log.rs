//! The events of the log.

/// The detail that marks the steps of a redo.
pub const REDO: &str = "redo";

/// One row of the log, oldest first when listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The time, RFC 3339 in UTC.
    pub at: String,
    /// The revision; empty if the event has none.
    pub revision: String,
    /// The event: see [`Event`].
    pub event: String,
    /// The duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// The actor: a person or service.
    pub by: String,
    /// The tool and its version.
    pub tool: String,
    /// A detail, for example the message of a failure.
    pub detail: String,
}

/// An event of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// An up ran.
    Upgrade,
    /// A down ran.
    Downgrade,
    /// A row was inserted without running anything.
    Stamp,
    /// A row was deleted without running anything.
    Unstamp,
    /// A journalled step began.
    Begin,
    /// A step failed.
    Failure,
    /// `repair` changed a row.
    Repair,
}

impl Event {
    /// The word in the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
            Self::Unstamp => "unstamp",
            Self::Begin => "begin",
            Self::Failure => "failure",
            Self::Repair => "repair",
        }
    }
}
