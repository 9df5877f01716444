//! The operations of the commands that write revisions: new, amend, derive, merge, rebase, accept.
//!
//! Each act takes a history and a request and returns the changes to the directory, including the
//! new lock file. The caller writes the changes, draws ids and reads the clock. An act never hides
//! a mistake: an edited sealed revision remains an error of the new lock file, and a change that
//! would break the history is refused.
//!
//! ```
//! use migrate_core::author::{Author, Body, NewRevision};
//! use migrate_core::diagnostic::Diagnostics;
//! use migrate_core::history::History;
//! use migrate_core::ident::{Created, RevisionId};
//!
//! let history = History::default();
//! let author = Author::new(&history, &Diagnostics::new()).unwrap();
//! let written = author
//!     .new_revision(&NewRevision {
//!         id: RevisionId::new("615021cc5b23").unwrap(),
//!         created: Created::new("2026-11-21T01:23:45Z").unwrap(),
//!         message: "create users".into(),
//!         head: None,
//!         splice: false,
//!         labels: vec![],
//!         depends_on: vec![],
//!         body: Body::Template,
//!     })
//!     .unwrap();
//! assert_eq!(written.name, "20261121012345_615021cc5b23_create_users.sql");
//! assert_eq!(written.changes.len(), 2); // the file and migrate.lock
//! ```

mod accept;
mod amend;
mod derive;
mod error;
mod evidence;
mod merge;
mod new;
mod prune;
mod rebase;
mod starter;

pub use accept::{Accept, Accepted};
pub use derive::{Derive, DerivedDown, DerivedDowns, NotDerived};
pub use error::{AuthorError, AuthorErrorKind};
pub use evidence::Evidence;
pub use merge::Merge;
pub use new::{Body, NewRevision};
pub use prune::Pruned;
pub use rebase::{Rebase, Rebased};
pub use starter::starter_config;

use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::directory::Change;
use crate::graph::{Graph, Node};
use crate::history::History;
use crate::ident::RevisionId;
use crate::lock::{FILE_NAME, Lock, OpenReason};
use crate::revision::{Draft, FilePattern, Revision, Template};
use crate::source::SourceFile;
use crate::sql::Fingerprint;
use crate::variables::Variables;

use AuthorErrorKind as Kind;

/// A history that accepts new revisions.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    history: &'a History,
    evidence: Option<&'a Evidence>,
    form: Option<&'a Form>,
}

/// The form of new revision files in a project; see `migrate.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The pattern of their names; `None` for the default.
    pub file_name: Option<FilePattern>,
    /// Comments and sections that they have.
    pub template: Option<Template>,
    /// The variables in SQL.
    pub variables: Variables,
}

/// A revision to write, and the changes that write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its id.
    pub id: RevisionId,
    /// The name of its file in the directory.
    pub name: String,
    /// Its parents.
    pub revises: Vec<RevisionId>,
    /// The heads of the history after the revision is added.
    pub heads: Vec<RevisionId>,
    /// The changes to the directory.
    pub changes: Vec<Change>,
}

impl<'a> Author<'a> {
    /// Creates an author from a history and the findings of reading it.
    ///
    /// # Errors
    /// The findings that prevent any writing: the graph is unreliable, or the lock file is not
    /// understood. An unfinished newest revision and git's conflict markers in the lock file do not
    /// prevent writing.
    pub fn new(history: &'a History, found: &Diagnostics) -> Result<Self, Diagnostics> {
        let mut stops = Diagnostics::new();
        for diagnostic in found {
            let stop = diagnostic.code.is_structural() || diagnostic.code == Code::LockSyntax;
            if stop && diagnostic.severity == Severity::Error {
                stops.push(diagnostic.clone());
            }
        }
        if stops.is_empty() { Ok(Self { history, evidence: None, form: None }) } else { Err(stops) }
    }

    /// Gives new revision files the form of the project.
    #[must_use]
    pub fn with_form(self, form: &'a Form) -> Self {
        Self { form: Some(form), ..self }
    }

    fn template(&self) -> Option<&'a Template> {
        self.form.and_then(|form| form.template.as_ref())
    }

    /// The name of the file of a draft.
    fn file_name(&self, draft: &Draft) -> String {
        match self.form.and_then(|form| form.file_name.as_ref()) {
            Some(pattern) => pattern.file_name(draft),
            None => draft.file_name(),
        }
    }

    /// Writes revisions with the parents, ids and timestamps that the caller chose. A revision
    /// without statements is a placeholder for work of another tool, and stays open.
    ///
    /// # Errors
    /// An id or label is taken, a draft would be read back differently, or the revisions would
    /// break the history.
    pub fn write_all(&self, drafts: &[Draft]) -> Result<Vec<Change>, AuthorError> {
        let (mut changes, graph) = self.write(drafts)?;
        let mut lock = self.relock(&graph, &[]);
        let nodes = drafts.iter().filter_map(|draft| graph.node(draft.id.as_str()));
        for node in nodes.filter(|node| graph.revision(*node).is_blank()) {
            lock.open.insert(graph.id(node).to_string(), OpenReason::Placeholder);
        }
        changes.push(Self::lock_change(&lock));
        Ok(changes)
    }

    /// Returns the changes that write the files, without the lock file, and the resulting graph.
    fn write(&self, drafts: &[Draft]) -> Result<(Vec<Change>, Graph), AuthorError> {
        let mut changes = Vec::with_capacity(drafts.len() + 1);
        let mut revisions = Vec::with_capacity(drafts.len());
        for draft in drafts {
            self.must_be_free(draft)?;
            let (name, text) = (self.file_name(draft), draft.render());
            revisions.push(self.read_back(draft, SourceFile::new(name.clone(), text.clone()))?);
            changes.push(Change::Write { name, text });
        }
        let graph = self.with(revisions)?;
        Ok((changes, graph))
    }

    /// Returns an error if the id or a label of a draft is taken.
    fn must_be_free(&self, draft: &Draft) -> Result<(), AuthorError> {
        let graph = &self.history.graph;
        if let Some(node) = graph.node(draft.id.as_str()) {
            return Err(AuthorError::new(
                Kind::IdTaken,
                format!("there is a revision {} already", graph.title(node)),
            )
            .help(format!("it is in {}", graph.revision(node).file.path())));
        }
        if let Some(node) = graph.replacing(draft.id.as_str()) {
            let message = format!("{} was a revision, which {} replaces", draft.id, graph.id(node));
            return Err(AuthorError::new(Kind::IdTaken, message).help("choose another id"));
        }
        for label in &draft.labels {
            let taken = graph.labelled(label.as_str()).or_else(|| graph.node(label.as_str()));
            let is_replaced = |node: &Node| {
                let id = graph.id(*node);
                draft.replaces.iter().flatten().any(|replaced| replaced == id)
            };
            if let Some(node) = taken.filter(|node| !is_replaced(node)) {
                return Err(AuthorError::new(
                    Kind::LabelTaken,
                    format!("the label {label} is taken by revision {}", graph.title(node)),
                )
                .help("choose another label: a label applies to all descendants of its revision"));
            }
        }
        Ok(())
    }

    /// Parses the text of a draft and checks that it is read back unchanged.
    fn read_back(&self, draft: &Draft, file: SourceFile) -> Result<Revision, AuthorError> {
        let read = |file| Revision::parse(file, &self.history.dialects).0;
        if let Some(revision) = read(file).filter(|revision| draft.is_read_as(revision)) {
            return Ok(revision);
        }
        let silent = Draft { message: String::new(), ..draft.clone() };
        let file = SourceFile::new(String::new(), silent.render());
        Err(if read(file).is_some_and(|revision| silent.is_read_as(&revision)) {
            AuthorError::new(
                Kind::Misread,
                format!("the message `{}` would not be read back as a message", draft.message),
            )
            .help("a message cannot look like a line of the header, as in `revision: ..`")
        } else {
            AuthorError::new(
                Kind::Misread,
                format!("revision {} would not be read back as written", draft.id),
            )
            .help("a line of its SQL that begins with `-- migrate:` would be read as a marker")
        })
    }

    /// Returns the graph with revisions added, or replaced where the id exists.
    fn with(&self, added: Vec<Revision>) -> Result<Graph, AuthorError> {
        let graph = &self.history.graph;
        let is_added = |old: &&Revision| added.iter().any(|new| new.id() == old.id());
        let mut revisions: Vec<Revision> =
            graph.all_revisions().filter(|old| !is_added(old)).cloned().collect();
        revisions.extend(added);
        let (graph, found) = graph.rebuilt(revisions);
        if found.has_errors() {
            return Err(AuthorError::would_break(found));
        }
        Ok(graph)
    }

    /// Returns the lock file for a graph. A sealed revision keeps its fingerprint, so that an edit
    /// is reported. Revisions that this act rewrites get new fingerprints, and so do revisions
    /// whose earlier text is proven to have run on no other database. Missing revisions keep their
    /// entries.
    fn relock(&self, graph: &Graph, rewritten: &[RevisionId]) -> Lock {
        let before = self.history.lock.as_ref();
        let mut lock = Lock::of(graph, &self.history.dialects, before);
        let Some(before) = before else {
            self.mark_open(None, &mut lock);
            return lock;
        };
        for (id, fingerprint) in &before.fingerprints {
            let Some(revision) = graph.revision_with_id(id) else {
                if graph.replacing(id).is_none() && !self.may_forget(before, id, false) {
                    keep_gone(before, id, *fingerprint, &mut lock);
                }
                continue;
            };
            let edited = revision.fingerprint != *fingerprint;
            if !edited || rewritten.iter().any(|other| other.as_str() == id) {
                continue;
            }
            if !self.may_change(before, id, fingerprint) {
                lock.fingerprints.insert(id.clone(), *fingerprint);
            } else if let Some(reason) = self.stays_good(before, id) {
                lock.accept(id, *fingerprint, reason);
            }
        }
        self.mark_open(Some(before), &mut lock);
        lock
    }

    fn lock_change(lock: &Lock) -> Change {
        Change::Write { name: FILE_NAME.to_owned(), text: lock.render() }
    }

    /// Resolves a target that does not depend on the applied revisions.
    fn nodes(&self, word: &str) -> Result<Vec<Node>, AuthorError> {
        Ok(self.history.graph.resolve_target(&word.parse()?, None)?)
    }

    /// Returns ids in the order of the graph.
    fn ids(graph: &Graph, nodes: impl IntoIterator<Item = Node>) -> Vec<RevisionId> {
        nodes.into_iter().map(|node| graph.id(node).clone()).collect()
    }

    /// Returns an error if a parent is not a head, unless branches are requested.
    fn must_be_head(&self, node: Node, help: &str) -> Result<(), AuthorError> {
        let graph = &self.history.graph;
        if graph.is_head(node) {
            return Ok(());
        }
        Err(AuthorError::new(Kind::NotAHead, format!("{} is not a head", graph.title(node)))
            .help(help)
            .list("the heads are", graph, &graph.heads()))
    }
}

/// Keeps the lock file's entry of a revision whose file is missing.
fn keep_gone(before: &Lock, id: &str, fingerprint: Fingerprint, lock: &mut Lock) {
    lock.fingerprints.insert(id.to_owned(), fingerprint);
    if let Some(accepted) = before.accepted.get(id) {
        lock.accepted.insert(id.to_owned(), accepted.clone());
    }
    if !before.is_sealed(id) {
        let reason = before.open.get(id).copied().unwrap_or(OpenReason::Uncommitted);
        lock.open.insert(id.to_owned(), reason);
    }
}

#[cfg(test)]
mod tests;
