//! What a rehearsal asks about the database that it runs in.

/// What a rehearsal asks about the database that it runs in. Every cell of an answer is text.
#[derive(Debug, Clone, Copy)]
pub struct RehearsalQueries {
    /// Returns the size of the connection's database, in bytes.
    pub size: &'static str,
    /// Returns for each table a key that stays when it is renamed, its name, and a value that is
    /// another one after it was written anew; `None` where that cannot be asked.
    pub tables: Option<&'static str>,
    /// Returns for each lock of another session on a table of the database: the table, the mode, and
    /// `yes` if it is held, not awaited; `None` where that cannot be asked.
    pub locks: Option<&'static str>,
    /// What to do if the query for locks fails.
    pub locks_help: &'static str,
    /// The modes of locks that block writes of others.
    pub blocking: &'static [&'static str],
    /// The lock that a transaction which writes has on the whole database, where it has one.
    pub database_lock: Option<&'static str>,
    /// Returns how many bytes the server has written to its log of changes.
    pub log: Option<&'static str>,
}
