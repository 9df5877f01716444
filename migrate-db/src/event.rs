//! What happens while a database is migrated, told as it happens: a library never prints.

use std::time::Duration;

use migrate_core::plan::Direction;

/// Something that happened. Callers match what they care for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many steps are about to run.
    Planned {
        /// How many.
        steps: usize,
    },
    /// Somebody else has the database; told about once a second.
    Waiting {
        /// Who, as far as known.
        holder: String,
        /// Since when.
        waited: Duration,
    },
    /// A step begins, or is sent together with others that do.
    Started {
        /// The revision.
        revision: String,
        /// Its message.
        message: String,
        /// The direction.
        direction: Direction,
    },
    /// A step is done; it counts only once its transaction is committed.
    Finished {
        /// The revision.
        revision: String,
        /// Its message.
        message: String,
        /// The direction.
        direction: Direction,
        /// How long it took.
        duration: Duration,
    },
    /// A transaction lost against another one and is tried again.
    Retried {
        /// What was in the way.
        because: String,
    },
    /// The catalog told whether a statement that was in doubt has run.
    Settled {
        /// The revision.
        revision: String,
        /// The number of the statement in its section, from 1.
        statement: usize,
        /// Whether it has run.
        ran: bool,
    },
    /// The server does not answer, as one that is starting: it is tried again.
    Awaiting {
        /// What it said, or the network.
        because: String,
        /// How long it is tried.
        limit: Duration,
    },
    /// The connection was lost and is made anew.
    Reconnecting,
    /// What was done so far is committed.
    Committed,
    /// Somebody else moved the database meanwhile: the rest is planned anew.
    Replanned,
}
