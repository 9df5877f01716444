//! What the log records: events, and how they are read back.

/// The detail by which the log marks the steps of a redo.
pub const REDO: &str = "redo";

/// One row of the log, oldest first when listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The revision, empty when the event has none.
    pub revision: String,
    /// What happened: see [`Event`].
    pub event: String,
    /// How long, in milliseconds.
    pub duration_ms: Option<u64>,
    /// By whom.
    pub by: String,
    /// The tool and its version.
    pub tool: String,
    /// More words, for example the message of a failure.
    pub detail: String,
}

/// What the log records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// An up ran.
    Upgrade,
    /// A down ran.
    Downgrade,
    /// A row was written without running anything.
    Stamp,
    /// A row was removed without running anything.
    Unstamp,
    /// A step that runs statement by statement began.
    Begin,
    /// A step failed.
    Failure,
    /// `repair` mended a row.
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
