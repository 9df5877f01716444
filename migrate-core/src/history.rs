//! A whole history: the graph, the lock, and everything that is wrong with them.
//!
//! The command, the macro and the testkit all make their history here, from files that somebody
//! else has read. Nothing here touches the file system or a database.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::graph::Graph;
use crate::lock::Lock;
use crate::revision::Revision;
use crate::source::SourceFile;

/// Revisions put together, with their lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The revisions and their edges.
    pub graph: Graph,
    /// What the lock file says, when there is one.
    pub lock: Option<Lock>,
    /// The databases by whose rules the files were read.
    pub dialects: Vec<Dialect>,
}

/// How many heads a history may have where it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heads {
    /// One: several are an error.
    #[default]
    One,
    /// As many as there are: the project wants branches.
    Many,
}

impl History {
    /// Reads files into a history. Where the lock file names databases, their rules are used for
    /// reading, else those of `dialects`, else those of all. Several heads are not looked at here:
    /// see [`History::check`].
    #[must_use]
    pub fn read(
        files: Vec<SourceFile>,
        lock: Option<&SourceFile>,
        dialects: &[Dialect],
    ) -> (Self, Diagnostics) {
        let mut found = Diagnostics::new();
        let parsed_lock = lock.map(|file| {
            let (lock, wrong) = Lock::parse(file);
            found.append(wrong);
            (file, lock)
        });
        let locked =
            parsed_lock.as_ref().map(|(_, lock)| lock.dialects.as_slice()).unwrap_or_default();
        let readers = [locked, dialects, &Dialect::ALL]
            .into_iter()
            .find(|d| !d.is_empty())
            .unwrap_or_default()
            .to_vec();
        let mut revisions = Vec::with_capacity(files.len());
        for (revision, wrong) in parse_all(files, &readers) {
            found.append(wrong);
            revisions.extend(revision);
        }
        let (graph, wrong) = Graph::build(revisions);
        found.append(wrong);
        if let Some((file, lock)) = &parsed_lock {
            found.append(lock.check(file, &graph));
            found.append(lock.check_dialects(file, dialects));
        }
        let history = Self { graph, lock: parsed_lock.map(|(_, lock)| lock), dialects: readers };
        (history, found)
    }

    /// What the compiler, `check` and the round-trip tests ask besides: one head, unless the
    /// project wants more.
    #[must_use]
    pub fn check(&self, heads: Heads) -> Diagnostics {
        match heads {
            Heads::One => self.graph.check_heads(),
            Heads::Many => Diagnostics::new(),
        }
    }
}

/// Whether the graph cannot be trusted: commands that only ask may go on with other mistakes.
#[must_use]
pub fn is_structural(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.is_structural()
}

/// Parses the files, on several threads where there are many.
fn parse_all(files: Vec<SourceFile>, dialects: &[Dialect]) -> Vec<(Option<Revision>, Diagnostics)> {
    let parse = |file| Revision::parse(file, dialects);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if threads < 2 || files.len() < 128 {
        return files.into_iter().map(parse).collect();
    }
    let share = files.len().div_ceil(threads);
    let mut files = files;
    let mut shares = Vec::new();
    while !files.is_empty() {
        let rest = files.split_off(share.min(files.len()));
        shares.push(std::mem::replace(&mut files, rest));
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(parse).collect::<Vec<_>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
