//! Fingerprints of the first statements of a step.
//!
//! A journalled step records the fingerprint of the completed statements after each statement. Each
//! fingerprint continues the previous one, so the cost is linear in the length of the text.

use super::{batch_of, function_of, statements_of};
use crate::dialect::Dialect;
use crate::graph::Graph;
use crate::plan::Step;
use crate::source::Span;
use crate::sql::{Fingerprint, PrefixHasher};

/// Computes the fingerprints of the first 0, 1, 2, .. statements of a step, for one graph and one
/// dialect. Any order is correct; an ascending one reads each statement once.
#[derive(Debug, Default)]
pub struct Prefixes {
    last: Option<Prefix>,
    /// The number of statements that were read.
    #[cfg(test)]
    reads: usize,
}

#[derive(Debug)]
struct Prefix {
    step: Step,
    spans: Vec<Span>,
    /// The number of statements in the hasher.
    taken: usize,
    hasher: PrefixHasher,
}

impl Prefixes {
    /// Returns the fingerprint of the first `done` statements of a step; see
    /// [`fingerprint_of`](super::fingerprint_of).
    pub fn fingerprint(
        &mut self,
        graph: &Graph,
        step: Step,
        done: usize,
        dialect: Dialect,
    ) -> Fingerprint {
        let last = self.last.take().filter(|last| last.step == step && last.taken <= done);
        let mut prefix = last.unwrap_or_else(|| {
            let mut hasher = PrefixHasher::default();
            hasher.field("direction", &step.direction.to_string());
            let mut spans = statements_of(graph, step, dialect).unwrap_or_default();
            let batch = batch_of(graph, step, dialect);
            // A function that visits a key has changed some of its ranges.
            if batch.is_some_and(|batch| batch.key.is_some())
                && let Some(function) = function_of(graph, step, dialect)
            {
                hasher.field("rust", function);
            }
            // A bound statement starts from the rows that are left, so it may be edited in between.
            if batch.is_some_and(|batch| batch.key.is_none()) {
                spans.clear();
            }
            Prefix { step, spans, taken: 0, hasher }
        });
        let text = graph.revision(step.node).file.text();
        for span in prefix.spans.iter().take(done).skip(prefix.taken) {
            prefix.hasher.sql(text, *span, dialect.lex_rules());
            #[cfg(test)]
            {
                self.reads += 1;
            }
        }
        prefix.taken = done;
        let fingerprint = prefix.hasher.fingerprint();
        self.last = Some(prefix);
        fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::plan::Direction;
    use crate::source::SourceFile;
    use crate::sql::Hasher;

    #[test]
    fn each_fingerprint_continues_the_one_before_it() {
        const COUNT: usize = 300;
        let up: String =
            (0..COUNT).map(|n| format!("INSERT INTO t VALUES ({n}, 'a;b'); -- {n}\n")).collect();
        let text = format!(
            "-- one\n--\n-- revision: a1\n-- revises:\n\n-- migrate:up\n{up}\n-- migrate:down\nDELETE FROM t;\n"
        );
        let dialect = Dialect::Mysql;
        let files = vec![SourceFile::new("a1.sql", text)];
        let (history, found) = History::read(files, None, &[dialect]);
        assert!(found.is_empty(), "{found:?}");
        let graph = &history.graph;
        let node = graph.node("a1").unwrap();
        let step = Step { node, direction: Direction::Up };
        let spans = statements_of(graph, step, dialect).unwrap();
        let text = graph.revision(node).file.text();
        let mut whole = Hasher::new();
        whole.field("direction", "up");
        let mut prefixes = Prefixes::default();
        for done in 0..=COUNT {
            if let Some(before) = done.checked_sub(1) {
                whole.sql(text, spans[before], dialect.lex_rules());
            }
            let expected = whole.clone().finish();
            // Once for the attempt, once for the statement that is done.
            for _ in 0..2 {
                assert_eq!(prefixes.fingerprint(graph, step, done, dialect), expected, "{done}");
            }
        }
        assert_eq!(prefixes.reads, COUNT, "each statement is read once");
        // A smaller number, and another step, begin again.
        let three = Prefixes::default().fingerprint(graph, step, 3, dialect);
        assert_eq!(prefixes.fingerprint(graph, step, 3, dialect), three);
        let down = Step { node, direction: Direction::Down };
        let none = Prefixes::default().fingerprint(graph, down, 0, dialect);
        assert_eq!(prefixes.fingerprint(graph, down, 0, dialect), none);
        assert_ne!(none, Prefixes::default().fingerprint(graph, step, 0, dialect));
    }
}
