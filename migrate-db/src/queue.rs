//! Statements on their way to the database.
//!
//! What may travel together is sent together: a step costs one trip, not one per statement. The
//! queue remembers what each statement is, so that a failure in the middle is still told of the
//! right one.

use std::borrow::Cow;

use migrate_core::graph::Node;
use migrate_core::script::Statement;

use crate::driver::{Remarks, Trip};

/// A statement waiting to be sent.
pub(crate) struct Queued<'g> {
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

/// The statements as one text.
pub(crate) fn text(queue: &[Queued<'_>]) -> String {
    let mut text = String::with_capacity(queue.iter().map(|q| q.sql.len() + 2).sum());
    for queued in queue {
        text.push_str(&queued.sql);
        text.push_str(";\n");
    }
    text
}

/// Which statement of the queue failed: the one behind those that have a result, or the one that
/// the database points into, which may refuse a text as a whole before it runs any of it.
pub(crate) fn failed(
    queue: &[Queued<'_>],
    trip: &Trip,
    remarks: &Remarks,
) -> (usize, Option<usize>) {
    let behind = trip.changed.len().min(queue.len().saturating_sub(1));
    let Some(position) = remarks.position else { return (behind, None) };
    let mut start = 0;
    for (n, queued) in queue.iter().enumerate() {
        let length = queued.sql.chars().count() + 2;
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

    fn queue(texts: &[&'static str]) -> Vec<Queued<'static>> {
        texts.iter().map(|sql| Queued { sql: Cow::Borrowed(*sql), what: What::Set }).collect()
    }

    #[test]
    fn the_statement_behind_the_results_failed_unless_the_database_points() {
        let queue = queue(&["é1", "second", "third"]);
        assert_eq!(text(&queue), "é1;\nsecond;\nthird;\n");
        let trip = Trip { changed: vec![1], ..Trip::default() };
        let at = |position| Remarks { position, ..Remarks::default() };
        assert_eq!(failed(&queue, &trip, &at(None)), (1, None));
        assert_eq!(failed(&queue, &trip, &at(Some(4 + 2))), (1, Some(2)));
        assert_eq!(failed(&queue, &Trip::default(), &at(Some(12 + 1))), (2, Some(1)));
    }
}
