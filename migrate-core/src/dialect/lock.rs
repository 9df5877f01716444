//! The session lock that excludes other runners.

/// The statements of a session lock. No statement waits inside the database: a waiting
/// `pg_advisory_lock` deadlocks the holder's CREATE INDEX CONCURRENTLY (reproduced on
/// PostgreSQL 15).
#[derive(Debug, Clone, Copy)]
pub struct LockTemplates {
    /// Prepares the session, so that the server does not end it while it is idle.
    pub prepare: Option<&'static str>,
    /// Returns a row where the lock excludes only the sessions of one server of a cluster in which all
    /// accept writes.
    pub is_local: Option<&'static str>,
    /// Tries to take the lock of a name. The first cell of the last row is `yes` on success.
    pub try_lock: fn(&str) -> String,
    /// As `try_lock`, for the session that also does the work: the lock outlives its transactions.
    pub try_own_session: fn(&str) -> String,
    /// Releases the lock that [`LockTemplates::try_own_session`] took.
    pub release_own_session: fn(&str) -> String,
    /// The statement to send before another attempt of `try_lock`.
    pub before_retry: Option<&'static str>,
    /// Returns a description of the session that holds the lock of a name.
    pub holder: fn(&str) -> String,
}
