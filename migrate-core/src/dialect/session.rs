//! Statements that prepare, limit and reset a session.

use std::time::Duration;

use super::Dialect;

/// The statements that prepare, limit and reset a session.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Checks the deferred constraints of the open transaction before its commit.
    pub check_deferred: &'static [&'static str],
    /// Makes a session faster at the cost of durability, for databases of tests.
    pub fast_unsafe: &'static [&'static str],
    /// Limits how long a statement waits for a lock.
    pub lock_timeout: Option<TimeoutTemplates>,
    /// Limits how long a statement runs.
    pub statement_timeout: Option<TimeoutTemplates>,
    /// Cancels the statement of another session; `None` where there is no server.
    pub cancel: Option<CancelTemplates>,
    /// How far replicas are; `None` where the server that is written to cannot be asked.
    pub replicas: Option<ReplicaQueries>,
}

/// What a primary is asked about its replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaQueries {
    /// Returns one row if the role lacks the right to see replicas: the statement that grants it.
    pub missing_right: &'static str,
    /// Returns the end of what is written to the log; no row on a server that is a replica itself.
    pub position: &'static str,
    /// Returns the replicas that have not applied the log up to `{}` (a literal), one per row: the
    /// name, and in bytes how much is missing.
    pub behind: &'static str,
}

/// How a statement of another session is found and cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelTemplates {
    /// Returns the numbers of the sessions that execute the text `{sql}` (a string literal) for the
    /// session `{id}`, one per row. Where sessions are named by more than a number, because a server
    /// that restarts counts from 1, `{session}` is the name as a string literal.
    pub find: &'static str,
    /// Cancels the statement that the session `{id}` executes.
    pub cancel: &'static str,
}

/// How a time limit of a session is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeoutTemplates {
    /// The statement in two parts: `{}` is milliseconds in the first part and whole seconds in the
    /// second. One of the parts is empty.
    pub set: [&'static str; 2],
    /// The statement that removes the limit.
    pub reset: &'static str,
}

impl Dialect {
    /// Returns the statements that limit how long the session waits for locks, and how long a statement
    /// runs.
    #[must_use]
    pub fn set_timeouts(self, lock: Option<Duration>, statement: Option<Duration>) -> Vec<String> {
        let session = self.session();
        let set = |[millis, seconds]: [&str; 2], limit: Duration| {
            let whole = limit.as_millis().div_ceil(1000).max(1).to_string();
            millis.replace("{}", &limit.as_millis().to_string()) + &seconds.replace("{}", &whole)
        };
        let limits = [(session.lock_timeout, lock), (session.statement_timeout, statement)];
        limits
            .into_iter()
            .filter_map(|(templates, limit)| Some(set(templates?.set, limit?)))
            .collect()
    }

    /// Returns the statements that remove the limits of [`Dialect::set_timeouts`].
    #[must_use]
    pub fn reset_timeouts(self, lock: bool, statement: bool) -> Vec<String> {
        let session = self.session();
        let limits = [(session.lock_timeout, lock), (session.statement_timeout, statement)];
        limits
            .into_iter()
            .filter(|(_, was)| *was)
            .filter_map(|(templates, _)| Some(templates?.reset.to_owned()))
            .collect()
    }
}
