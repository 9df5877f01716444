//! Events: what happens while a database is migrated. The library reports events and never prints.

use std::time::Duration;

use migrate_core::plan::Direction;

/// An event of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A plan was made.
    Planned {
        /// The number of steps.
        steps: usize,
    },
    /// Another runner or connection blocks this one. Reported about once a second.
    Waiting {
        /// The holder of the lock, as far as it is known.
        holder: String,
        /// The time waited so far.
        waited: Duration,
    },
    /// A step begins. Steps that are sent together begin together.
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
        /// The statement that runs, where it is known.
        sql: Option<String>,
        /// The time since the step began.
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
        /// The number of rows it changed, as the database counts them. A statement that changes no
        /// rows may repeat the number of the one before.
        rows: u64,
        /// The time until its result arrived.
        duration: Duration,
    },
    /// A batch of a batch section is done and committed.
    Batch {
        /// The revision.
        revision: String,
        /// Its message.
        message: String,
        /// The direction.
        direction: Direction,
        /// The number of the batch, from 1; batches of an interrupted run count.
        batch: usize,
        /// The number of rows that it changed.
        rows: u64,
        /// The number of rows that the batches of this run changed.
        total: u64,
        /// The number of rows that the run found in the table or in the rest of the key, and so the
        /// most that a section without `rounds` changes; `None` if several tables are concerned.
        expected: Option<u64>,
        /// How long the batch took.
        duration: Duration,
        /// The time since the first batch of this run.
        elapsed: Duration,
    },
    /// A step in Rust reported its progress.
    Progress {
        /// The revision.
        revision: String,
        /// Its message.
        message: String,
        /// The direction.
        direction: Direction,
        /// The number of parts that are done.
        done: u64,
        /// The number of all parts, if the function knows it.
        total: Option<u64>,
        /// The time since the function was called.
        elapsed: Duration,
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
    /// A transaction lost a conflict with another one and is tried again.
    Retried {
        /// The error of the conflict.
        because: String,
    },
    /// The catalog showed whether a statement in doubt has run.
    Resolved {
        /// The revision.
        revision: String,
        /// The number of the statement in its section, from 1.
        statement: usize,
        /// Whether it has run.
        ran: bool,
    },
    /// The server cannot be reached, as while it starts. The connection is tried again.
    Awaiting {
        /// The reason, from the server or the network.
        because: String,
        /// How long to try.
        limit: Duration,
    },
    /// Replicas have not applied yet what is committed. Reported about once a second.
    WaitingForReplicas {
        /// The replicas, and how far each is behind.
        behind: Vec<String>,
        /// The time waited so far.
        waited: Duration,
    },
    /// The connection was lost; a new one is being made.
    Reconnecting,
    /// A transaction was committed. The steps that ended in it are reported before.
    Committed,
    /// The version table or its log was missing and was created again.
    Recreated {
        /// Its quoted name.
        table: String,
    },
    /// Another runner changed the version table; the rest is planned again.
    Replanned,
}

/// How precisely events name the statement that runs.
///
/// PostgreSQL answers the statements of one message together. A finer report therefore takes more
/// round trips; it changes nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reporting {
    /// As few round trips as possible.
    #[default]
    Steps,
    /// At most a hundred round trips more, and none in a run of many steps: for a progress bar.
    Statements,
    /// A round trip per statement, so that the time of each is known.
    EachStatement,
}

/// The first words of statements that change rows.
const CHANGING_ROWS: [&str; 7] = ["insert", "update", "delete", "replace", "merge", "with", "copy"];

/// Returns `true` if a statement changes rows, judged by its first word.
pub(crate) fn changes_rows(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default();
    CHANGING_ROWS.iter().any(|changing| word.eq_ignore_ascii_case(changing))
}
