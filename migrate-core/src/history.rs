//! A whole history: the graph, the lock, and everything that is wrong with them.
//!
//! The command, the macro and the testkit all make their history here, from files that somebody
//! else has read. Nothing here touches the file system or a database.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::graph::Graph;
use crate::lock::Lock;
use crate::parallel::map_chunks;
use crate::revision::{Revision, SectionKind};
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
        let nothing = SourceFile::normalised("", "");
        let parse = |file: &mut SourceFile, _: &mut _, readers: &[Dialect]| {
            Revision::parse(std::mem::replace(file, nothing.clone()), readers)
        };
        Self::read_from(&mut { files }, parse, lock, dialects)
    }

    /// As [`History::read`], from what is yet to be opened: each file is opened and parsed on the
    /// same thread. `read` gets a scratch buffer, and the databases by whose rules it parses.
    pub(crate) fn read_from<S: Send>(
        sources: &mut [S],
        read: impl Fn(&mut S, &mut Vec<u8>, &[Dialect]) -> (Option<Revision>, Diagnostics) + Sync,
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
        let parse = |scratch: &mut Vec<u8>, chunk: &mut [S]| {
            let (mut revisions, mut found) = (Vec::with_capacity(chunk.len()), Diagnostics::new());
            for source in chunk {
                let (revision, wrong) = read(source, scratch, &readers);
                found.append(wrong);
                revisions.extend(revision);
            }
            (revisions, found)
        };
        let mut revisions = Vec::with_capacity(sources.len());
        for (mut chunk, wrong) in map_chunks(sources, parse) {
            found.append(wrong);
            revisions.append(&mut chunk);
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

    /// Checks what the compiler, `check` and the round-trip tests ask besides: one head, unless the
    /// project wants more, and as warnings the ups without a statement.
    #[must_use]
    pub fn check(&self, heads: Heads) -> Diagnostics {
        let mut found = match heads {
            Heads::One => self.graph.check_heads(),
            Heads::Many => Diagnostics::new(),
        };
        found.append(self.empty_ups());
        found
    }

    /// Warns of ups without a statement. A merge has none, and an empty draft has an error already.
    fn empty_ups(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let revisions = self.graph.order().map(|node| self.graph.revision(node));
        for revision in revisions.filter(|revision| !revision.is_merge()) {
            let of_kind = |kind| revision.sections.iter().filter(move |s| s.kind == kind);
            let is_draft = of_kind(SectionKind::Down).any(|down| down.statements.hold_nothing());
            let holds_some = of_kind(SectionKind::Up).any(|up| !up.statements.hold_nothing());
            let up = of_kind(SectionKind::Up).next();
            if let Some(up) = up.filter(|_| !holds_some && !is_draft) {
                found.push(
                    Diagnostic::new(Code::EmptyUp, "the up section holds no statement")
                        .at(&revision.file, up.marker)
                        .help("write the statements, or keep the revision if it changes nothing on purpose"),
                );
            }
        }
        found
    }
}

/// Whether the graph cannot be trusted: commands that only ask may go on with other mistakes.
#[must_use]
pub fn is_structural(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.is_structural()
}
