//! `new --amend`: the sections of the newest revision, written again.

use std::io;

use super::{Author, AuthorError, Kind, Written};
use crate::command::{Command, Help};
use crate::directory::Change;
use crate::graph::Node;
use crate::revision::{DraftSection, Revision, render_sections};
use crate::source::SourceFile;

impl Author<'_> {
    /// Replaces all sections of a head that may change. Its header stays as it is. `read` reads a file of the
    /// directory.
    ///
    /// # Errors
    /// The revision is not a head or is sealed, or its file changed meanwhile.
    pub fn amend(
        &self,
        node: Node,
        sections: &[DraftSection],
        read: impl Fn(&str) -> io::Result<String>,
    ) -> Result<Written, AuthorError> {
        let graph = &self.history.graph;
        let revision = graph.revision(node);
        let id = revision.id();
        if !graph.is_head(node) || !self.is_open(revision) {
            let message = format!("revision {id} is sealed: its text may have run elsewhere");
            return Err(AuthorError::new(Kind::Sealed, message).help(
                Help::new("without `--amend`, ")
                    .run(Command::New)
                    .then(" writes a revision on top of it"),
            ));
        }
        let text = revision.file.text();
        let header = revision.sections.first().map_or(text, |first| &text[..first.marker.start]);
        let text = format!("{}\n{}", header.trim_end(), render_sections(sections));
        let is_read_back = |new: &Revision| {
            let bodies = new.sections.iter().map(|own| own.body.of(new.file.text()).trim());
            bodies.eq(sections.iter().map(|section| section.body.trim()))
        };
        let (change, new) = self.with_text(revision, text, read, is_read_back)?;
        let graph = self.with(vec![new])?;
        let lock = Self::lock_change(&self.relock(&graph, std::slice::from_ref(id)));
        let path = revision.file.path();
        Ok(Written {
            id: id.clone(),
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            revises: Self::ids(
                &self.history.graph,
                self.history.graph.parents(node).iter().copied(),
            ),
            heads: Self::ids(&graph, graph.real_heads()),
            changes: vec![change, lock],
        })
    }

    /// The change that gives the file of a revision another text, with the line ends that it has, and the
    /// revision that is read from it.
    pub(super) fn with_text(
        &self,
        revision: &Revision,
        text: String,
        read: impl Fn(&str) -> io::Result<String>,
        is_read_back: impl Fn(&Revision) -> bool,
    ) -> Result<(Change, Revision), AuthorError> {
        let path = revision.file.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        let changed = |why: String| {
            AuthorError::new(Kind::FileChanged, format!("{path} cannot be rewritten: {why}"))
                .help("nothing was written; run the command again")
        };
        let raw = read(name).map_err(|error| changed(error.to_string()))?;
        if SourceFile::new(path.to_owned(), raw.clone()) != revision.file {
            return Err(changed("it changed in the meantime".to_owned()));
        }
        let (new, _) =
            Revision::parse(SourceFile::new(path.to_owned(), text.clone()), &self.history.dialects);
        let new = new.filter(|new| new.id() == revision.id() && is_read_back(new));
        let new = new.ok_or_else(|| {
            let id = revision.id();
            AuthorError::new(
                Kind::Misread,
                format!("the sections of {id} would not be read as they are written"),
            )
            .help("a line of its SQL that begins with `-- migrate:` would be read as a marker")
        })?;
        let mut text = text;
        if raw.contains("\r\n") {
            text = text.replace('\n', "\r\n");
        }
        if raw.starts_with('\u{feff}') {
            text.insert(0, '\u{feff}');
        }
        Ok((Change::Write { name: name.to_owned(), text }, new))
    }
}
