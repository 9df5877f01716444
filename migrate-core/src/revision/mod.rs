//! One revision file: its header, its sections, and its fingerprint.
//!
//! `header` parses the leading comment block and `section` the markers; `parse` combines both and
//! reports every mistake at once; `draft` writes a new file, as `file_pattern` and `template` have it.
//! `batch` reads sections whose statement is repeated. Whether the named revisions exist is checked by
//! the graph.

mod batch;
mod draft;
mod file_pattern;
mod header;
mod parse;
mod section;
mod splits;
mod template;

pub use batch::{Batch, BatchKey, BatchStatement, BatchVerb, DEFAULT_SIZE, MAX_SIZE, fill_batch};
pub(crate) use draft::render_sections;
pub use draft::{Draft, DraftSection};
pub use file_pattern::FilePattern;
pub(crate) use header::revises_line;
pub use header::{Header, Named};
pub use section::{Section, SectionKind, duration, is_function_name};
pub(crate) use splits::Split;
pub use splits::Splits;
pub use template::Template;

use crate::dialect::Dialect;
use crate::ident::RevisionId;
use crate::source::{SourceFile, Span};
use crate::sql::{Fingerprint, Hasher, loses_rows};

/// One revision, as parsed from its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The leading comment block.
    pub header: Header,
    /// The sections in file order.
    pub sections: Vec<Section>,
    /// The file.
    pub file: SourceFile,
    /// The fingerprint of the file's meaning; see [`Revision::fingerprint_for`].
    pub fingerprint: Fingerprint,
    /// The variables of its steps that have no value; see [`crate::variables`].
    pub unset_variables: Vec<String>,
    /// The database for which values are quoted in its text: it must not run on another.
    pub quoted_for: Option<Dialect>,
}

/// The down of a revision on one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down<'a> {
    /// Statements to run; possibly none in a merge.
    Sql(&'a Section),
    /// There is nothing to revert, for this reason.
    Noop(&'a str),
    /// The revision cannot be reverted, for this reason.
    Irreversible(&'a str),
    /// A merge without a down section.
    Empty,
}

impl Revision {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &RevisionId {
        &self.header.id.name
    }

    /// The message: the first line of the header, possibly empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.header.message
    }

    /// Returns `true` if it has two or more parents.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        self.header.revises.len() > 1
    }

    /// The ids of all revisions that it replaces, each once, in the order of the header.
    #[must_use]
    pub fn replaced_ids(&self) -> Vec<&RevisionId> {
        let mut ids = Vec::new();
        for named in self.header.replaces.iter().flatten() {
            if !ids.contains(&&named.name) {
                ids.push(&named.name);
            }
        }
        ids
    }

    /// Returns `true` if it is a draft: neither an up nor a down contains a statement, and it is
    /// not a merge, whose sections may stay empty.
    ///
    /// ```
    /// use migrate_core::{revision::Revision, source::SourceFile};
    /// let text = "-- revision: a1\n-- revises:\n-- migrate:up\n-- to do\n-- migrate:down\n";
    /// let (revision, _) = Revision::parse(SourceFile::new("a1.sql", text), &[]);
    /// assert!(revision.unwrap().is_blank());
    /// ```
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let holds_sql = |kind| matches!(kind, SectionKind::Up | SectionKind::Down);
        let mut sections = self.sections.iter().filter(|section| holds_sql(section.kind));
        !self.is_merge() && sections.all(Section::is_empty)
    }

    /// The up section for a database: the one for this database, else the one for all.
    #[must_use]
    pub fn up(&self, dialect: Dialect) -> Option<&Section> {
        self.section(dialect, |kind| matches!(kind, SectionKind::Up))
    }

    /// The down for a database.
    #[must_use]
    pub fn down(&self, dialect: Dialect) -> Down<'_> {
        let section = self.section(dialect, SectionKind::is_down);
        match section {
            None => Down::Empty,
            Some(section) => match section.kind {
                SectionKind::Noop => Down::Noop(&section.reason),
                SectionKind::Irreversible => Down::Irreversible(&section.reason),
                _ => Down::Sql(section),
            },
        }
    }

    /// Returns `true` if its down loses rows or columns on a database, as far as the text shows:
    /// the revision declares it (`-- migrate:lossy`), or a statement drops or deletes.
    #[must_use]
    pub fn down_loses_rows(&self, dialect: Dialect) -> bool {
        let text = self.file.text();
        let says_so = self.sections.iter().any(|section| section.kind == SectionKind::Lossy);
        let down = self.section(dialect, |kind| kind == SectionKind::Down);
        says_so
            || down.is_some_and(|section| {
                let statements = section.statements(&self.file, dialect);
                statements.iter().any(|span| loses_rows(span.of(text), dialect.lex_rules()))
            })
    }

    /// The Rust functions that its steps call, each with the marker that names it.
    pub fn functions(&self) -> impl Iterator<Item = (&str, Span)> {
        self.sections.iter().filter_map(|section| {
            let function = section.function.as_deref()?;
            Some((function, section.marker))
        })
    }

    /// The Rust functions that are called for each batch of their sections.
    pub fn functions_of_batches(&self) -> impl Iterator<Item = &str> {
        let repeats = self.sections.iter().filter(|section| section.batch.is_some());
        repeats.filter_map(|section| section.function.as_deref())
    }

    /// The fixture sections for a database, in file order.
    pub fn fixture(&self, dialect: Dialect) -> impl Iterator<Item = &Section> {
        self.all_of(SectionKind::Fixture).filter(move |section| section.serves(dialect))
    }

    /// The verify sections for a database, in file order.
    pub fn verify(&self, dialect: Dialect) -> impl Iterator<Item = &Section> {
        self.all_of(SectionKind::Verify).filter(move |section| section.serves(dialect))
    }

    /// The tables and columns whose data a downgrade loses, as written, each with the reason.
    ///
    /// ```
    /// use migrate_core::{revision::Revision, source::SourceFile};
    /// let text = "-- revision: a1\n-- revises:\n-- migrate:lossy users.email it is unused\n";
    /// let (revision, _) = Revision::parse(SourceFile::new("a1.sql", text), &[]);
    /// let revision = revision.unwrap();
    /// assert_eq!(revision.lossy().collect::<Vec<_>>(), [("users.email", "it is unused")]);
    /// ```
    pub fn lossy(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all_of(SectionKind::Lossy).map(Section::subject)
    }

    /// What dynamic SQL of the up does to the schema of a database, stated in DDL.
    #[must_use]
    pub fn effect(&self, dialect: Dialect) -> Option<&Section> {
        self.section(dialect, |kind| kind == SectionKind::Effect)
    }

    /// Returns the codes of accepted findings, each with the reason.
    pub fn allowed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all_of(SectionKind::Allow).map(Section::subject)
    }

    fn all_of(&self, kind: SectionKind) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| section.kind == kind)
    }

    fn section(&self, dialect: Dialect, wanted: impl Fn(SectionKind) -> bool) -> Option<&Section> {
        let mut fitting = self.sections.iter().filter(|s| wanted(s.kind) && s.serves(dialect));
        let first = fitting.next()?;
        Some(
            fitting
                .find(|s| !s.dialects.is_empty())
                .filter(|_| first.dialects.is_empty())
                .unwrap_or(first),
        )
    }

    /// Returns the fingerprint of the file's meaning: id, relations, labels, and for each section
    /// its kind, options and SQL tokens. A section is read by the lexical rules of its own
    /// databases, else of `dialects`. A change counts if it changes the tokens by any of these
    /// rules; text that all of them read alike has one fingerprint whatever `dialects` is.
    #[must_use]
    pub fn fingerprint_for(
        header: &Header,
        sections: &[Section],
        file: &SourceFile,
        dialects: &[Dialect],
    ) -> Fingerprint {
        let mut hash = hash_of(header);
        for section in sections.iter().filter(|section| section.kind.counts()) {
            section.hash_into(&mut hash);
            if section.kind.has_body() {
                let mut readings = hash.readings();
                for dialect in section.readers(dialects) {
                    readings.read(file.text(), section.body, dialect.lex_rules());
                }
            }
        }
        hash.finish()
    }
}

/// Adds a header to the fingerprint; the sections that count follow in their order.
fn hash_of(header: &Header) -> Hasher {
    let mut hash = Hasher::new();
    hash.field("revision", header.id.name.as_str());
    let sorted = |names: &mut Vec<&str>| names.sort_unstable();
    let mut parents: Vec<&str> = header.revises.iter().map(|n| n.name.as_str()).collect();
    let mut needs: Vec<&str> = header.depends_on.iter().map(|n| n.name.as_str()).collect();
    let mut labels: Vec<&str> = header.labels.iter().map(|n| n.name.as_str()).collect();
    for (field, names) in
        [("revises", &mut parents), ("depends-on", &mut needs), ("branch-labels", &mut labels)]
    {
        sorted(names);
        for name in names {
            hash.field(field, name);
        }
    }
    for (number, replaced) in (1..).zip(&header.replaces) {
        for named in replaced {
            hash.field(&format!("replaces {number}"), named.name.as_str());
        }
    }
    hash
}

#[cfg(test)]
mod tests;
