//! The texts of revision files for tests.

use std::fmt::Write as _;

use migrate_core::source::SourceFile;

/// Builds the text of a revision file.
#[derive(Debug, Clone)]
pub(crate) struct RevisionFile {
    id: String,
    message: String,
    /// The lines of the header between the message and the sections.
    header: String,
    sections: String,
}

impl RevisionFile {
    /// A file with the header of a revision and no section yet.
    pub(crate) fn new(id: &str, revises: &str) -> Self {
        Self {
            id: id.to_owned(),
            message: format!("Message of {id}"),
            header: format!("-- revision: {id}\n-- revises: {revises}\n"),
            sections: String::new(),
        }
    }

    pub(crate) fn message(self, message: &str) -> Self {
        Self { message: message.to_owned(), ..self }
    }

    /// Adds a line to the header, without its `--`.
    pub(crate) fn line(mut self, line: &str) -> Self {
        let _ = writeln!(self.header, "-- {line}");
        self
    }

    /// Adds a creation time, the same for all.
    pub(crate) fn created(self) -> Self {
        self.line("created: 2026-01-02T03:04:05Z")
    }

    pub(crate) fn up(self, sql: &str) -> Self {
        self.section("up", sql)
    }

    pub(crate) fn down(self, sql: &str) -> Self {
        self.section("down", sql)
    }

    /// Adds a section by its marker, with options behind it.
    pub(crate) fn section(mut self, marker: &str, sql: &str) -> Self {
        let _ = write!(self.sections, "\n-- migrate:{}\n{sql}\n", marker.trim_end());
        self
    }

    /// Adds a marker with a reason, in place of a down.
    pub(crate) fn noop(mut self, reason: &str) -> Self {
        let _ = write!(self.sections, "\n-- migrate:noop {reason}\n");
        self
    }

    /// As [`RevisionFile::noop`], for a revision that cannot be reverted.
    pub(crate) fn irreversible(mut self, reason: &str) -> Self {
        let _ = write!(self.sections, "\n-- migrate:irreversible {reason}\n");
        self
    }

    /// Adds sections as they are.
    pub(crate) fn sections(mut self, text: &str) -> Self {
        let _ = write!(self.sections, "\n{text}\n");
        self
    }

    pub(crate) fn text(&self) -> String {
        format!("-- {}\n--\n{}{}", self.message, self.header, self.sections)
    }

    /// The name and the text.
    pub(crate) fn named(&self) -> (String, String) {
        (format!("{}.sql", self.id), self.text())
    }

    pub(crate) fn source(&self) -> SourceFile {
        let (name, text) = self.named();
        SourceFile::new(name, text)
    }
}
