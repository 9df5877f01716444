//! `derive`: writes missing and empty downs, and revisions from the SQL of their ups.

mod sections;

use std::borrow::Cow;
use std::io;

use super::{Author, AuthorError, Body, Kind, NewRevision, Written};
use crate::command::{Command, Help};
use crate::derive::{Derived, Loss, derive_down};
use crate::dialect::Dialect;
use crate::directory::Change;
use crate::evolution::Evolution;
use crate::graph::{Graph, Node};
use crate::history::History;
use crate::ident::RevisionId;
use crate::revision::{Down, DraftSection, Revision, Section};
use crate::source::SourceFile;
use crate::variables::{VariableValues, bind, restore};

use sections::{head, replaced, rewritten, sections, with_semicolon};

/// A request to write downs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derive {
    /// The revisions as targets; empty for all that may change and whose down is missing or empty.
    pub revisions: Vec<String>,
    /// The database at hand, for a project that names none.
    pub database: Option<Dialect>,
}

/// The downs that were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DerivedDowns {
    /// The revisions in the order of the graph.
    pub downs: Vec<DerivedDown>,
    /// The changes to the directory.
    pub changes: Vec<Change>,
}

/// The derived down of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedDown {
    /// The revision.
    pub id: RevisionId,
    /// The name of its file in the directory.
    pub name: String,
    /// What the down does not bring back.
    pub losses: Vec<Loss>,
    /// What of the up it does not undo.
    pub missing: Vec<NotDerived>,
}

/// A statement of an up that the derived down does not undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDerived {
    /// The databases; none in a project with one.
    pub databases: Vec<Dialect>,
    /// The line of the statement in the file, counted from 1.
    pub line: usize,
    /// The first line of the statement, cut.
    pub statement: String,
    /// The reason.
    pub why: String,
}

/// Databases with the same derived down.
struct Group {
    dialects: Vec<Dialect>,
    derived: Derived,
}

impl Author<'_> {
    /// Writes the missing and empty downs of revisions that may change. `read` reads a file of the directory.
    ///
    /// # Errors
    /// A named revision is sealed or has a down, nothing names the databases, or a file changed meanwhile.
    pub fn derive(
        &self,
        request: &Derive,
        read: impl Fn(&str) -> io::Result<String>,
    ) -> Result<DerivedDowns, AuthorError> {
        let graph = &self.history.graph;
        let dialects = self.known_databases(request.database)?;
        let mut nodes = Vec::new();
        if request.revisions.is_empty() {
            let wants = |node: &Node| {
                let revision = graph.revision(*node);
                self.is_open(revision) && !without_down(revision, &dialects).is_empty()
            };
            nodes.extend(graph.order().filter(wants));
        }
        for word in &request.revisions {
            for node in self.nodes(word)? {
                self.must_want_down(graph.revision(node), &dialects)?;
                if !nodes.contains(&node) {
                    nodes.push(node);
                }
            }
        }
        let placed = self.with_placeholders(graph, &dialects);
        let mut evolutions = evolutions(&placed, &dialects);
        let mut result = DerivedDowns::default();
        let mut rewritten = Vec::new();
        for node in nodes {
            let revision = graph.revision(node);
            let wanted = without_down(revision, &dialects);
            let read_as = placed.revision(node);
            let groups = self.groups(&mut evolutions, node, read_as, &wanted);
            let sections = sections(read_as, &groups, &dialects);
            let (change, new) = self.with_sections(revision, &wanted, &sections, &read)?;
            let Change::Write { name, .. } = &change else { continue };
            result.downs.push(derived_down(read_as, name, &groups, &dialects));
            result.changes.push(change);
            rewritten.push(new);
        }
        if rewritten.is_empty() {
            return Ok(result);
        }
        let ids: Vec<RevisionId> = rewritten.iter().map(|new| new.id().clone()).collect();
        let graph = self.with(rewritten)?;
        result.changes.push(Self::lock_change(&self.relock(&graph, &ids)));
        Ok(result)
    }

    /// Writes a new revision whose up is `sql`, with the derived down. The body of the request is ignored.
    ///
    /// # Errors
    /// As [`Author::new_revision`], and SQL that the database certainly refuses.
    pub fn new_from_sql(
        &self,
        request: &NewRevision,
        sql: &str,
        database: Option<Dialect>,
    ) -> Result<(Written, DerivedDown), AuthorError> {
        let dialects = self.known_databases(database)?;
        let up = DraftSection::new("up", with_semicolon(sql, &dialects));
        let body = Body::Sections(vec![up.clone()]);
        let mut draft = self.draft(&NewRevision { body, ..request.clone() })?;
        self.must_be_free(&draft)?;
        let file = SourceFile::new(self.file_name(&draft), draft.render());
        let revision = self.read_back(&draft, file)?;
        if revision.is_blank() {
            return Err(AuthorError::new(Kind::EmptyUp, "the SQL contains no statement").help(
                Help::new("without `--sql`, ").run(Command::New).then(" writes an empty draft"),
            ));
        }
        let graph = self.with(vec![revision])?;
        let Some(node) = graph.node(draft.id.as_str()) else {
            return Err(AuthorError::new(Kind::UnknownRevision, "the revision was not read back"));
        };
        let placed = self.with_placeholders(&graph, &dialects);
        let revision = placed.revision(node);
        let mut evolutions = evolutions(&placed, &dialects);
        let groups = self.groups(&mut evolutions, node, revision, &dialects);
        must_run(revision, &groups, &dialects)?;
        draft.sections = vec![up];
        draft.sections.extend(sections(revision, &groups, &dialects));
        if let Some(template) = self.template() {
            draft.sections = template.around(draft.sections);
        }
        let down = derived_down(revision, &self.file_name(&draft), &groups, &dialects);
        Ok((self.written(draft)?, down))
    }

    /// The revisions with placeholders for variables, so that their statements can be followed.
    fn with_placeholders<'g>(&self, graph: &'g Graph, dialects: &[Dialect]) -> Cow<'g, Graph> {
        let Some(form) = self.form.filter(|form| !form.variables.is_empty()) else {
            return Cow::Borrowed(graph);
        };
        let mut history = History { graph: graph.clone(), lock: None, dialects: dialects.to_vec() };
        // What is wrong with a variable stays as it is, and is not understood.
        let _ = bind(&mut history, &form.variables, &VariableValues::default());
        Cow::Owned(history.graph)
    }

    /// Derives the down for each database, with variables in the place of placeholders.
    fn groups(
        &self,
        evolutions: &mut [Evolution<'_>],
        node: Node,
        revision: &Revision,
        wanted: &[Dialect],
    ) -> Vec<Group> {
        let mut groups = groups(evolutions, node, revision, wanted);
        for Group { dialects, derived } in &mut groups {
            if let (Some(form), [dialect, ..]) = (self.form, dialects.as_slice()) {
                derived.sql = restore(&derived.sql, &form.variables, *dialect);
            }
        }
        groups
    }

    fn known_databases(&self, at_hand: Option<Dialect>) -> Result<Vec<Dialect>, AuthorError> {
        let dialects = self.history.databases(at_hand);
        if dialects.is_empty() {
            let message = "it is not known which database the SQL is for";
            return Err(AuthorError::new(Kind::NoDatabase, message)
                .help("name it in migrate.toml: `dialects = [\"postgres\"]`")
                .help("or give its URL: `--database-url postgres://..`"));
        }
        Ok(dialects)
    }

    /// Returns `true` if the text of a revision may change.
    pub(super) fn is_open(&self, revision: &Revision) -> bool {
        let Some(lock) = &self.history.lock else { return true };
        let id = revision.id().as_str();
        let locked = lock.fingerprints.get(id).unwrap_or(&revision.fingerprint);
        self.may_change(lock, id, locked)
    }

    fn must_want_down(&self, revision: &Revision, dialects: &[Dialect]) -> Result<(), AuthorError> {
        let id = revision.id();
        if !self.is_open(revision) {
            let message = format!("revision {id} is sealed: other revisions are built on it");
            return Err(AuthorError::new(Kind::Sealed, message)
                .help("its text may have run on other databases, so its down stays as it is")
                .help(
                    Help::new("edit the file by hand, then ")
                        .run(Command::Accept.with(format!("{id} --reason \"..\""))),
                ));
        }
        if !without_down(revision, dialects).is_empty() {
            return Ok(());
        }
        let stated = dialects.iter().find_map(|dialect| match revision.down(*dialect) {
            Down::Noop(_) => Some("noop"),
            Down::Irreversible(_) => Some("irreversible"),
            _ => None,
        });
        let has_up =
            dialects.iter().any(|dialect| holds_sql(revision, revision.up(*dialect), *dialect));
        Err(match stated {
            _ if !has_up => {
                AuthorError::new(Kind::EmptyUp, format!("the up of revision {id} has no statement"))
                    .help("write its up first")
            }
            Some(word) => {
                AuthorError::new(Kind::HasDown, format!("revision {id} is marked as {word}"))
                    .help(format!("remove the line `-- migrate:{word} ..` to derive its down"))
            }
            None => AuthorError::new(Kind::HasDown, format!("revision {id} has a down already"))
                .help("remove its statements to derive the down again"),
        })
    }

    /// The file of a revision with new sections in place of its empty downs, else behind its up.
    fn with_sections(
        &self,
        revision: &Revision,
        wanted: &[Dialect],
        sections: &[DraftSection],
        read: impl Fn(&str) -> io::Result<String>,
    ) -> Result<(Change, Revision), AuthorError> {
        let text = rewritten(revision, wanted, sections);
        let kept = revision.sections.len() - replaced(revision, wanted).count();
        self.with_text(revision, text, read, |new| new.sections.len() == kept + sections.len())
    }
}

fn evolutions<'g>(graph: &'g Graph, dialects: &[Dialect]) -> Vec<Evolution<'g>> {
    dialects.iter().filter_map(|dialect| Evolution::new(graph, *dialect)).collect()
}

/// The databases for which a revision has an up with statements and neither a down nor a reason.
fn without_down(revision: &Revision, dialects: &[Dialect]) -> Vec<Dialect> {
    let wants = |dialect: &Dialect| {
        holds_sql(revision, revision.up(*dialect), *dialect)
            && match revision.down(*dialect) {
                Down::Sql(down) => !holds_sql(revision, Some(down), *dialect),
                Down::Empty => true,
                Down::Noop(_) | Down::Irreversible(_) => false,
            }
    };
    dialects.iter().copied().filter(wants).collect()
}

fn holds_sql(revision: &Revision, section: Option<&Section>, dialect: Dialect) -> bool {
    section.is_some_and(|section| !section.statements(&revision.file, dialect).is_empty())
}

/// Derives the down for each database, and joins databases of one up section with the same down.
fn groups(
    evolutions: &mut [Evolution<'_>],
    node: Node,
    revision: &Revision,
    wanted: &[Dialect],
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let wanted = evolutions.iter_mut().filter(|one| wanted.contains(&one.dialect()));
    for evolution in wanted {
        let dialect = evolution.dialect();
        let derived = derive_down(evolution, node);
        let same = groups.iter_mut().find(|group| {
            group.derived == derived
                && group.dialects.iter().all(|other| revision.up(*other) == revision.up(dialect))
        });
        match same {
            Some(group) => group.dialects.push(dialect),
            None => groups.push(Group { dialects: vec![dialect], derived }),
        }
    }
    groups
}

fn derived_down(
    revision: &Revision,
    name: &str,
    groups: &[Group],
    dialects: &[Dialect],
) -> DerivedDown {
    let mut losses: Vec<Loss> =
        groups.iter().flat_map(|group| group.derived.losses.iter().cloned()).collect();
    losses.sort();
    losses.dedup_by(|one, other| (&one.table, &one.column) == (&other.table, &other.column));
    let mut missing = Vec::new();
    for Group { dialects: own, derived } in groups {
        for one in &derived.missing {
            missing.push(NotDerived {
                databases: if dialects.len() > 1 { own.clone() } else { Vec::new() },
                line: revision.file.line(one.span.start),
                statement: head(one.span.of(revision.file.text())),
                why: one.why.clone(),
            });
        }
    }
    DerivedDown { id: revision.id().clone(), name: name.to_owned(), losses, missing }
}

/// Returns an error if a statement certainly cannot run.
fn must_run(
    revision: &Revision,
    groups: &[Group],
    dialects: &[Dialect],
) -> Result<(), AuthorError> {
    for Group { dialects: own, derived } in groups {
        let Some(refused) = derived.missing.iter().find(|missing| missing.is_refused) else {
            continue;
        };
        let statement = head(refused.span.of(revision.file.text()));
        let on = match own.first() {
            Some(dialect) if dialects.len() > 1 => format!(" (on {dialect})"),
            _ => String::new(),
        };
        return Err(AuthorError::new(
            Kind::SqlRefused,
            format!("`{statement}` cannot run{on}: {}", refused.why),
        )
        .help("nothing was written"));
    }
    Ok(())
}
