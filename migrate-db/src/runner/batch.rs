//! Statements that wait to be sent as one text.
//!
//! A batch saves round trips: a step costs one and not one per statement. Each item keeps its kind,
//! so that a failure in the middle is reported for the right statement.

use std::borrow::Cow;

use migrate_core::graph::Node;
use migrate_core::script::Statement;

use crate::driver::{BatchResult, ErrorDetails};

/// A statement waiting to be sent.
pub(crate) struct BatchItem<'g> {
    pub(crate) sql: Cow<'g, str>,
    pub(crate) what: ItemKind,
}

/// The purpose of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    /// Opens a transaction.
    Begin,
    /// Fails if another runner changed the version table.
    Guard,
    /// A statement of a revision file.
    Statement(Statement),
    /// Writes rows of the version table or the log: the first revision and the expected number of
    /// rows. `None` accepts any number.
    Record(Option<(Node, u64)>),
    /// Queries the newest log number.
    Generation,
    /// Changes a setting of the session.
    Set,
    /// Ends a transaction.
    Commit,
}

/// Statements to send as one text of limited length.
pub(crate) struct Batch<'g> {
    items: Vec<BatchItem<'g>>,
    bytes: usize,
    /// The number of statements of revision files.
    statements: usize,
    limit: usize,
}

impl<'g> Batch<'g> {
    /// Creates an empty batch for a text of `limit` bytes.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { items: Vec::new(), bytes: 0, statements: 0, limit }
    }

    /// Returns `true` if the batch must be sent before this statement is added. The cost of a text
    /// grows faster than its length.
    pub(crate) fn is_full_for(&self, sql: &str) -> bool {
        !self.items.is_empty() && self.bytes + sql.len() > self.limit
    }

    /// Returns `true` if the batch has reached the limit.
    pub(crate) const fn is_full(&self) -> bool {
        self.bytes >= self.limit
    }

    pub(crate) fn push(&mut self, sql: impl Into<Cow<'g, str>>, what: ItemKind) {
        let sql = sql.into();
        self.bytes += sql.len() + SEPARATOR.len();
        self.statements += usize::from(matches!(what, ItemKind::Statement(_)));
        self.items.push(BatchItem { sql, what });
    }

    /// Returns the number of statements.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns the number of statements of revision files.
    pub(crate) const fn statements(&self) -> usize {
        self.statements
    }

    /// Removes and returns all statements.
    pub(crate) fn take(&mut self) -> Vec<BatchItem<'g>> {
        (self.bytes, self.statements) = (0, 0);
        std::mem::take(&mut self.items)
    }
}

/// The text between two statements.
const SEPARATOR: &str = ";\n";

/// Joins statements into one text.
pub(crate) fn text(batch: &[BatchItem<'_>]) -> String {
    let mut text = String::with_capacity(batch.iter().map(|q| q.sql.len() + SEPARATOR.len()).sum());
    for item in batch {
        text.push_str(&item.sql);
        text.push_str(SEPARATOR);
    }
    text
}

/// Returns the index of the statement that failed, and the position of the error in it. That is the
/// first statement without a result, or a later one that the database points to: PostgreSQL parses
/// the whole text before it runs any of it.
pub(crate) fn failed(
    batch: &[BatchItem<'_>],
    result: &BatchResult,
    details: &ErrorDetails,
) -> (usize, Option<usize>) {
    let next = result.changed.len().min(batch.len().saturating_sub(1));
    let Some(position) = details.position else { return (next, None) };
    let mut start = 0;
    for (n, item) in batch.iter().enumerate() {
        let length = item.sql.chars().count() + SEPARATOR.len();
        if position < start + length {
            return if n >= next { (n, Some(position - start)) } else { (next, None) };
        }
        start += length;
    }
    (next, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(texts: &[&'static str]) -> Vec<BatchItem<'static>> {
        texts
            .iter()
            .map(|sql| BatchItem { sql: Cow::Borrowed(*sql), what: ItemKind::Set })
            .collect()
    }

    #[test]
    fn a_text_has_a_limit_that_only_a_single_statement_exceeds() {
        const LIMIT: usize = 1000;
        let texts: Vec<String> = (0..5000).map(|n| "x".repeat(n * 7 % 90 + 1)).collect();
        let long = "x".repeat(3 * LIMIT);
        let mut batch = Batch::new(LIMIT);
        let mut sent: Vec<Vec<usize>> = Vec::new();
        for (n, sql) in texts.iter().enumerate() {
            for sql in [sql].into_iter().chain((n == 2500).then_some(&long)) {
                if batch.is_full_for(sql) {
                    sent.push(batch.take().iter().map(|q| q.sql.len()).collect());
                }
                batch.push(sql.as_str(), ItemKind::Set);
            }
        }
        sent.push(batch.take().iter().map(|q| q.sql.len()).collect());
        assert_eq!(batch.len(), 0);
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
    fn the_statement_after_the_results_failed_unless_the_database_points() {
        let batch = batch(&["é1", "second", "third"]);
        assert_eq!(text(&batch), "é1;\nsecond;\nthird;\n");
        let result = BatchResult { changed: vec![1], ..BatchResult::default() };
        let at = |position| ErrorDetails { position, ..ErrorDetails::default() };
        assert_eq!(failed(&batch, &result, &at(None)), (1, None));
        assert_eq!(failed(&batch, &result, &at(Some(4 + 2))), (1, Some(2)));
        assert_eq!(failed(&batch, &BatchResult::default(), &at(Some(12 + 1))), (2, Some(1)));
    }
}
