//! The values of an import: files, sections, migrations.

use migrate_core::diagnostic::Diagnostic;

use super::format::Format;
use super::note::{BlankDowns, NoDown, Note, Side};

/// A file of the directory that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFile {
    /// The path relative to the directory, with `/` between its parts.
    pub path: String,
    /// The text, or the reason why it cannot be read.
    pub text: Result<String, String>,
}

/// One direction of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The file from which it comes.
    pub path: String,
    /// The SQL without byte order mark, with `\n` as line end, and safe to stand under a marker.
    pub text: String,
    /// Whether it runs in a transaction.
    pub transaction: bool,
    /// Whether the tool enforces foreign keys of SQLite while it runs.
    pub foreign_keys: bool,
}

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// How the tool's own version table names it: its version, or where versions are not unique its
    /// file name without direction and extension.
    pub key: String,
    /// The version as the file name has it.
    pub version: String,
    /// The words of the file name.
    pub message: String,
    /// The way up; a comment when there is a [`hole`](Self::hole).
    pub up: Section,
    /// The way down, unless there is none or one that holds no statement.
    pub down: Option<Section>,
    /// Why there is no `down`, where there is none.
    pub no_down: NoDown,
    /// A migration written in code, which cannot be imported.
    pub hole: Option<String>,
    /// For a hole: the side of its SQL file on which it ran, where its name says so.
    pub side: Option<Side>,
    /// The tool's own version tables that its up needs.
    pub tables: Vec<&'static str>,
    /// Notes about changes, one sentence each.
    pub notes: Vec<Note>,
}

/// The contents of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The tool of the directory.
    pub format: Format,
    /// The migrations in the order in which the tool runs them.
    pub migrations: Vec<Imported>,
    /// Files that are no migrations: the path and the reason.
    pub skipped: Vec<(String, String)>,
    /// Diagnostics. An error makes the import incomplete.
    pub problems: Vec<Diagnostic>,
    /// The marker for downs without statements.
    pub blank_downs: BlankDowns,
    /// The version table that a first revision creates.
    pub make_table: Option<&'static str>,
}

impl Import {
    /// The version table of the tool that an up needs and a fresh database does not have.
    #[must_use]
    pub fn needed_table(&self) -> Option<&'static str> {
        self.migrations.iter().find_map(|migration| migration.tables.first().copied())
    }
}
