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
    /// A step has been running for longer than a second; reported about once a second.
    Running {
        /// The revision.
        revision: String,
        /// Its message.
        message: String,
        /// The direction.
        direction: Direction,
        /// The number of the statement that runs, in its section, from 1.
        first: usize,
        /// The last of the statements that it may be, where several were sent together.
        last: usize,
        /// How many statements the section has.
        statements: usize,
        /// What runs, where that is known.
        sql: Option<String>,
        /// Since when the step runs.
        elapsed: Duration,
    },
    /// The database has executed a statement of a revision.
    Executed {
        /// The revision.
        revision: String,
        /// The number of the statement in its section, from 1.
        statement: usize,
        /// The statement.
        sql: String,
        /// How many rows it changed, as the database counts them: a statement that changes no rows
        /// may repeat the number of the one before.
        rows: u64,
        /// How long its result took to arrive.
        duration: Duration,
    },
    /// A step is done and committed.
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
    Resolved {
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
    /// A transaction was committed: the steps that finished in it were told before.
    Committed,
    /// The version table or its log was missing while the other one exists, and was created again.
    Recreated {
        /// Its quoted name.
        table: String,
    },
    /// Somebody else moved the database meanwhile: the rest is planned anew.
    Replanned,
}

/// How exactly events name the statement that runs.
///
/// PostgreSQL answers the statements of one message together. A finer report therefore takes more
/// round trips; it changes nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reporting {
    /// As few round trips as possible.
    #[default]
    Steps,
    /// At most a hundred round trips more, and none in a run of many steps: for a progress bar.
    Statements,
    /// A round trip per statement, so that the time of each is known.
    EachStatement,
}
