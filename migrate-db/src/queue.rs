//! Statements on their way to the database.
//!
//! What may travel together is sent together: a step costs one trip, not one per statement. The
//! queue remembers what each statement is, so that a failure in the middle is still told of the
//! right one.

use std::borrow::Cow;

use migrate_core::graph::Node;
use migrate_core::script::Statement;

use crate::driver::{BatchResult, ErrorDetails};

/// A statement waiting to be sent.
pub(crate) struct Batch<'g> {
    pub(crate) sql: Cow<'g, str>,
    pub(crate) what: What,
}

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Opens a transaction.
    Begin,
    /// Looks whether the version table is as it was; fails when not.
    Guard,
    /// Of a revision file.
    Statement(Statement),
    /// Writes the version table or the log: so many rows, the first of them for this revision; any
    /// number where there is none.
    Record(Option<(Node, u64)>),
    /// Asks for the newest log number.
    Generation,
    /// Sets something of the session.
    Set,
    /// Ends a transaction.
    Commit,
}

/// The statements waiting to be sent as one text, which stays within a limit.
pub(crate) struct Queue<'g> {
    waiting: Vec<Batch<'g>>,
    bytes: usize,
    /// How many of them are of revision files.
    statements: usize,
    limit: usize,
}

impl<'g> Queue<'g> {
    /// An empty queue for texts of `limit` bytes.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { waiting: Vec::new(), bytes: 0, statements: 0, limit }
    }

    /// Returns `true` if what waits must be sent before this statement can join it: a longer text
    /// costs the database more than its length.
    pub(crate) fn is_full_for(&self, sql: &str) -> bool {
        !self.waiting.is_empty() && self.bytes + sql.len() > self.limit
    }

    /// Returns `true` if what waits has reached the limit.
    pub(crate) const fn is_full(&self) -> bool {
        self.bytes >= self.limit
    }

    pub(crate) fn push(&mut self, sql: impl Into<Cow<'g, str>>, what: What) {
        let sql = sql.into();
        self.bytes += sql.len() + SEPARATOR.len();
        self.statements += usize::from(matches!(what, What::Statement(_)));
        self.waiting.push(Batch { sql, what });
    }

    /// The number of statements that wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The number of statements of revision files that wait.
    pub(crate) const fn statements(&self) -> usize {
        self.statements
    }

    /// Empties the queue.
    pub(crate) fn take(&mut self) -> Vec<Batch<'g>> {
        (self.bytes, self.statements) = (0, 0);
        std::mem::take(&mut self.waiting)
    }
}

/// What stands between two statements.
const SEPARATOR: &str = ";\n";

/// The statements as one text.
pub(crate) fn text(queue: &[Batch<'_>]) -> String {
    let mut text = String::with_capacity(queue.iter().map(|q| q.sql.len() + SEPARATOR.len()).sum());
    for queued in queue {
        text.push_str(&queued.sql);
        text.push_str(SEPARATOR);
    }
    text
}

/// Which statement of the queue failed: the one behind those that have a result, or the one that
/// the database points into, which may refuse a text as a whole before it runs any of it.
pub(crate) fn failed(
    queue: &[Batch<'_>],
    trip: &BatchResult,
    remarks: &ErrorDetails,
) -> (usize, Option<usize>) {
    let behind = trip.changed.len().min(queue.len().saturating_sub(1));
    let Some(position) = remarks.position else { return (behind, None) };
    let mut start = 0;
    for (n, queued) in queue.iter().enumerate() {
        let length = queued.sql.chars().count() + SEPARATOR.len();
        if position < start + length {
            return if n >= behind { (n, Some(position - start)) } else { (behind, None) };
        }
        start += length;
    }
    (behind, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(texts: &[&'static str]) -> Vec<Batch<'static>> {
        texts.iter().map(|sql| Batch { sql: Cow::Borrowed(*sql), what: What::Set }).collect()
    }

    #[test]
    fn a_text_has_a_limit_that_only_a_single_statement_exceeds() {
        const LIMIT: usize = 1000;
        let texts: Vec<String> = (0..5000).map(|n| "x".repeat(n * 7 % 90 + 1)).collect();
        let long = "x".repeat(3 * LIMIT);
        let mut queue = Queue::new(LIMIT);
        let mut sent: Vec<Vec<usize>> = Vec::new();
        for (n, sql) in texts.iter().enumerate() {
            for sql in [sql].into_iter().chain((n == 2500).then_some(&long)) {
                if queue.is_full_for(sql) {
                    sent.push(queue.take().iter().map(|q| q.sql.len()).collect());
                }
                queue.push(sql.as_str(), What::Set);
            }
        }
        sent.push(queue.take().iter().map(|q| q.sql.len()).collect());
        assert_eq!(queue.len(), 0);
        assert_eq!(sent.concat().len(), texts.len() + 1);
        let total: usize = sent.concat().iter().sum();
        // What SQLite copies: for each statement of a text all that follows it there.
        let mut copied = 0;
        for text in &sent {
            let bytes: usize = text.iter().sum();
            assert!(bytes <= LIMIT || text.len() == 1, "{text:?}");
            copied += bytes * text.len();
        }
        assert!(copied < total * LIMIT / 10, "{copied} of {total}");
        assert!(sent.len() < total / LIMIT * 2, "{} texts", sent.len());
    }

    #[test]
    fn the_statement_behind_the_results_failed_unless_the_database_points() {
        let queue = queue(&["é1", "second", "third"]);
        assert_eq!(text(&queue), "é1;\nsecond;\nthird;\n");
        let trip = BatchResult { changed: vec![1], ..BatchResult::default() };
        let at = |position| ErrorDetails { position, ..ErrorDetails::default() };
        assert_eq!(failed(&queue, &trip, &at(None)), (1, None));
        assert_eq!(failed(&queue, &trip, &at(Some(4 + 2))), (1, Some(2)));
        assert_eq!(failed(&queue, &BatchResult::default(), &at(Some(12 + 1))), (2, Some(1)));
    }
}
