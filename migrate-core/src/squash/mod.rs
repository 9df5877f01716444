//! Replaces a range of revisions by one that makes the same schema.
//!
//! [`squash`] reads the statements of the range without a database. Statements about the schema are
//! replaced by those that lead from the schema before the range to the one after it. Statements that
//! change rows, and those whose effect is not known, are kept in their order, unless they certainly have
//! no effect on a database that runs the squashed revision. The result is read back and its schema is
//! compared with that of the range.
//!
//! Limits. Functions in Rust, batch sections and stated effects cannot be joined with other statements.
//! Fixtures and `verify` sections are not taken over.

mod range;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use range::Range;
use read::Part;
use write::Down;

use crate::command::Help;
use crate::dialect::Dialect;
use crate::evolution::Evolution;
use crate::graph::{Graph, TargetError};
use crate::history::History;
use crate::ident::{Created, RevisionId};
use crate::revision::{self, Draft, Revision};
use crate::source::SourceFile;

/// A request for a squash.
#[derive(Debug, Clone)]
pub struct SquashRequest {
    /// The range: `A:B` with the first and the last revision, or `base:B`.
    pub range: String,
    /// The id of the new revision.
    pub id: RevisionId,
    /// The time of its creation.
    pub created: Created,
    /// Its message.
    pub message: String,
    /// Revisions whose statements about rows and settings are left out.
    pub leave_out: Vec<String>,
}

/// A revision that replaces others, before it is written.
#[derive(Debug, Clone)]
pub struct Squash {
    /// The revision.
    pub draft: Draft,
    /// The revisions of the range, needs first.
    pub replaced: Vec<RevisionId>,
    /// The last of them.
    pub exit: RevisionId,
    /// The parents of the first.
    pub before: Vec<RevisionId>,
    /// Statements that are kept as they are, with the reason.
    pub kept: Vec<(Place, &'static str)>,
    /// Statements about rows and settings that are left out, with the reason.
    pub left_out: Vec<(Place, &'static str)>,
    /// Why it cannot be reverted, for each database on which it cannot.
    pub irreversible: Vec<(Dialect, String)>,
    /// Revisions with fixtures or `verify` sections, which are not taken over.
    pub test_sections: Vec<RevisionId>,
    /// The databases.
    pub dialects: Vec<Dialect>,
}

/// A statement of the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its revision.
    pub revision: RevisionId,
    /// The path of the file.
    pub path: String,
    /// The line in the file, from 1.
    pub line: usize,
    /// Its first line.
    pub statement: String,
    /// The database for which it was read.
    pub dialect: Dialect,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// A range that cannot be squashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SquashError {
    /// The problem in one sentence without a final full stop.
    pub message: String,
    /// The ways to continue, one per line.
    pub help: Vec<Help>,
}

impl SquashError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for SquashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SquashError {}

impl From<TargetError> for SquashError {
    fn from(error: TargetError) -> Self {
        Self { message: error.message, help: error.help }
    }
}

/// Joins a range of revisions. `at_hand` is the database that is used where nothing else names one.
///
/// # Errors
/// The range has several entries or exits, or holds something that cannot be joined.
pub fn squash(
    history: &History,
    request: &SquashRequest,
    at_hand: Option<Dialect>,
) -> Result<Squash, SquashError> {
    let graph = &history.graph;
    let range = Range::resolve(graph, &request.range)?;
    let replaces = range.alternatives(graph)?;
    let dialects = history.databases(at_hand);
    if dialects.is_empty() {
        return Err(SquashError::new("it is not known which database the SQL is for")
            .help("name it in migrate.toml: `dialects = [\"postgres\"]`"));
    }
    let mut request = request.clone();
    for word in &mut request.leave_out {
        *word = graph.id(graph.find(word)?).to_string();
    }
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    for dialect in &dialects {
        let before = Evolution::after(graph, *dialect, &range.needs(graph))
            .ok_or_else(|| SquashError::new(format!("there is no parser for {dialect}")))?;
        let statements = read::read(graph, *dialect, &range, before, &request)?;
        let written = write::write(*dialect, &statements, declared(graph, &range, *dialect))?;
        for item in statements.items {
            match item.part {
                Part::Schema => {}
                Part::LeftOut(why) => left_out.push((item.place, why)),
                part => kept.push((item.place, part.reason())),
            }
        }
        all.push(written);
    }
    let first = draft(graph, &range, &request, replaces, write::sections(&all));
    derive_downs(graph, &first, &mut all, &dialects);
    let irreversible = all.iter().filter_map(|written| match &written.down {
        Down::Irreversible(reason) => Some((written.dialect, reason.clone())),
        _ => None,
    });
    let ids = |nodes: &[crate::graph::Node]| nodes.iter().map(|n| graph.id(*n).clone()).collect();
    Ok(Squash {
        draft: Draft { sections: write::sections(&all), ..first },
        replaced: ids(&range.members),
        exit: graph.id(range.exit).clone(),
        before: ids(&range.needs(graph)),
        kept: once(kept),
        left_out: once(left_out),
        irreversible: irreversible.collect(),
        test_sections: test_sections(graph, &range),
        dialects,
    })
}

/// Derives the downs that the schemas do not give from the statements of the new revision.
fn derive_downs(graph: &Graph, draft: &Draft, all: &mut [write::Written], dialects: &[Dialect]) {
    let file = SourceFile::new(draft.file_name(), draft.render());
    let revisions = graph.all_revisions().cloned().chain(Revision::parse(file, dialects).0);
    let (graph, _) = graph.rebuilt(revisions.collect());
    let Some(node) = graph.node(draft.id.as_str()) else { return };
    for written in all.iter_mut() {
        if let Some(mut evolution) = Evolution::new(&graph, written.dialect) {
            written.derive(&mut evolution, node);
        }
    }
}

/// Removes what several databases have in common.
fn once(mut told: Vec<(Place, &'static str)>) -> Vec<(Place, &'static str)> {
    let mut seen = std::collections::HashSet::new();
    told.retain(|(place, _)| seen.insert((place.path.clone(), place.line)));
    told
}

fn draft(
    graph: &Graph,
    range: &Range,
    request: &SquashRequest,
    replaces: Vec<Vec<RevisionId>>,
    sections: Vec<crate::revision::DraftSection>,
) -> Draft {
    let header = range.entry.map(|entry| &graph.revision(entry).header);
    let labels = range.members.iter().flat_map(|node| &graph.revision(*node).header.labels);
    Draft {
        id: request.id.clone(),
        revises: header.iter().flat_map(|h| &h.revises).map(|n| n.name.clone()).collect(),
        depends_on: header.iter().flat_map(|h| &h.depends_on).map(|n| n.name.clone()).collect(),
        labels: labels.map(|named| named.name.clone()).collect(),
        replaces,
        created: Some(request.created.clone()),
        message: request.message.clone(),
        comments: String::new(),
        sections,
    }
}

/// The reason of the first revision of the range that is declared to be irreversible.
fn declared(graph: &Graph, range: &Range, dialect: Dialect) -> Option<String> {
    range.members.iter().find_map(|node| match graph.revision(*node).down(dialect) {
        revision::Down::Irreversible(reason) => Some(format!("{}: {reason}", graph.id(*node))),
        _ => None,
    })
}

fn test_sections(graph: &Graph, range: &Range) -> Vec<RevisionId> {
    let has_some = |revision: &&crate::revision::Revision| {
        revision.sections.iter().any(|section| section.kind.is_for_tests())
    };
    let revisions = range.members.iter().map(|node| graph.revision(*node));
    revisions.filter(has_some).map(|revision| revision.id().clone()).collect()
}
