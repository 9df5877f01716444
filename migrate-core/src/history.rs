//! A whole history: the graph, the lock file and all diagnostics.
//!
//! The command, the macro and the testkit build their histories here, from files that their callers
//! read. The module does not access the file system or a database.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::graph::{Graph, Node, Target};
use crate::lock::Lock;
use crate::parallel::map_chunks;
use crate::revision::{Revision, Section, SectionKind};
use crate::source::SourceFile;

/// The revisions of a project and their lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The revisions and their edges.
    pub graph: Graph,
    /// The contents of the lock file, if there is one.
    pub lock: Option<Lock>,
    /// The databases whose lexical rules were used for parsing.
    pub dialects: Vec<Dialect>,
}

/// The number of heads that a project allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heads {
    /// One: several are an error.
    #[default]
    One,
    /// Any number.
    Many,
}

/// Which revisions the compiler refuses for what static checks find in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StaticChecks {
    /// Those that are not sealed: they can still be changed.
    #[default]
    New,
    /// All.
    All,
    /// None: the checks are not made.
    Off,
}

/// How the static checks of a project are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StaticCheckOptions {
    /// What is refused.
    pub checks: StaticChecks,
    /// Whether the history builds on objects that no revision creates: nothing is known of the schema
    /// before it.
    pub has_prelude: bool,
}

impl From<StaticChecks> for StaticCheckOptions {
    fn from(checks: StaticChecks) -> Self {
        Self { checks, ..Self::default() }
    }
}

impl StaticChecks {
    /// Every choice, in the order in which they are always listed.
    pub const ALL: [Self; 3] = [Self::New, Self::All, Self::Off];

    /// The word in `migrate.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::All => "all",
            Self::Off => "off",
        }
    }
}

impl History {
    /// Parses files into a history. The lexical rules are those of the lock file's databases if it
    /// names some, else those of `dialects`, else those of all. [`History::check`] checks the
    /// number of heads.
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

    /// Like [`History::read`], from sources that are not opened yet: each one is opened and parsed
    /// on the same thread. `read` receives a scratch buffer and the databases whose rules apply.
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

    /// Returns the history with the replaced revisions whose files exist in place of the replacing ones, for
    /// their tests. `None` if there are none.
    #[must_use]
    pub fn with_replaced(&self) -> Option<Self> {
        let mut graph: Option<Graph> = None;
        loop {
            let now = graph.as_ref().unwrap_or(&self.graph);
            let nodes: Vec<Node> = match now.replaced() {
                [] => Vec::new(),
                _ => now.order().filter(|node| now.expands(*node)).collect(),
            };
            if nodes.is_empty() {
                break;
            }
            graph = Some(now.expanded(&nodes).ok()?);
        }
        let (lock, dialects) = (self.lock.clone(), self.dialects.clone());
        graph.map(|graph| Self { graph, lock, dialects })
    }

    /// Returns the history with replaced revisions in place of the replacing ones, where targets name one inside
    /// of such a range. `None` if none does, or files of the range are gone.
    #[must_use]
    pub fn divided_by(&self, targets: &[Target]) -> Option<Self> {
        let nodes = self.graph.divided_by(targets);
        if nodes.is_empty() {
            return None;
        }
        let graph = self.graph.expanded(&nodes).ok()?;
        let (lock, dialects) = (self.lock.clone(), self.dialects.clone());
        Some(Self { graph, lock, dialects })
    }

    /// The databases that the history is certainly written for: those that the lock file or the project
    /// names, else `at_hand`. Where nothing names them, the files are parsed by the rules of all.
    #[must_use]
    pub fn databases(&self, at_hand: Option<Dialect>) -> Vec<Dialect> {
        match &self.lock {
            Some(lock) if !lock.dialects.is_empty() => lock.dialects.clone(),
            _ if self.dialects != Dialect::ALL => self.dialects.clone(),
            _ => at_hand.into_iter().collect(),
        }
    }

    /// Checks for the compiler, `check` and the round-trip tests: several heads are an error unless
    /// the project allows them, and an up without statements is a warning.
    #[must_use]
    pub fn check(&self, heads: Heads) -> Diagnostics {
        let mut found = match heads {
            Heads::One => self.graph.check_heads(),
            Heads::Many => Diagnostics::new(),
        };
        found.append(self.empty_ups());
        found
    }

    /// Reports ups without statements. A merge has none, and an empty draft already has an error.
    fn empty_ups(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let revisions = self.graph.order().map(|node| self.graph.revision(node));
        for revision in revisions.filter(|revision| !revision.is_merge()) {
            let of_kind = |kind| revision.sections.iter().filter(move |s| s.kind == kind);
            let is_draft = of_kind(SectionKind::Down).any(Section::is_empty);
            let holds_some = of_kind(SectionKind::Up).any(|up| !up.is_empty());
            let up = of_kind(SectionKind::Up).next();
            if let Some(up) = up.filter(|_| !holds_some && !is_draft) {
                found.push(
                    Diagnostic::new(Code::EmptyUp, "the up section contains no statement")
                        .at(&revision.file, up.marker)
                        .help("write the statements, or keep the revision if it changes nothing on purpose"),
                );
            }
        }
        found
    }
}

/// Returns `true` if a finding makes the graph unreliable. Commands that only inspect continue
/// after other mistakes.
#[must_use]
pub fn is_structural(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.is_structural()
}
