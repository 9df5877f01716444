//! Reading the migration directories of other tools.
//!
//! The caller hands over the files of a directory; [`detect`] says which tool wrote them, [`read`]
//! returns the migrations in the order in which that tool runs them, and [`version_tables`] with
//! [`applied`] tell which of them a database already has. Nothing of a directory disappears in
//! silence: a file becomes part of a migration, a hole with a name, or a line in
//! [`Import::skipped`]. Pure: no file system, no database, no printing; how revisions are named and
//! written is the caller's matter.
//!
//! ```
//! use cargo_migrate::import::{ForeignFile, Format, detect, read};
//! use migrate_core::dialect::Dialect;
//!
//! let files = [ForeignFile {
//!     path: "20240101_add_users.sql".into(),
//!     text: Ok("CREATE TABLE users (id INTEGER);\n".into()),
//! }];
//! let format = detect(&files).unwrap();
//! assert_eq!(format, Format::Sqlx);
//! let import = read(format, Dialect::Sqlite, &files);
//! assert_eq!(import.migrations[0].message, "add users");
//! assert!(import.migrations[0].down.is_none());
//! ```
//!
//! # Markers in imported SQL
//!
//! A line that looks like a marker of ours (`-- migrate:` and whatever follows, in any case and
//! with any indentation) would end a section in the middle. Such a line gets a space before its
//! colon, `-- migrate :up`, which is no marker, and the migration a note. This is done to every
//! such line, also inside a string, because markers are found by line.

mod adopt;
mod collect;
mod detect;
mod diesel;
mod directive;
mod format;
mod names;
mod note;
mod pairs;
mod revisions;
mod section;
mod versioned;

#[cfg(test)]
mod tests;

pub use adopt::{AdoptError, VersionTable, applied, version_tables};
pub use detect::detect;
pub use format::{Format, UnknownFormat};
pub use note::{BlankDowns, NoDown, Note, Side};
pub use revisions::{ids, revisions};

use migrate_core::diagnostic::Diagnostic;
use migrate_core::dialect::Dialect;

use collect::Collector;

/// A file of the directory that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFile {
    /// The path relative to the directory, with `/` between its parts.
    pub path: String,
    /// The text, or why there is none: unreadable, not UTF-8.
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
    /// What stands here and is no SQL that could be read: a migration written in code.
    pub hole: Option<String>,
    /// For a hole: the side of its SQL file on which it ran, where its name says so.
    pub side: Option<Side>,
    /// The tool's own version tables that its up needs.
    pub tables: Vec<&'static str>,
    /// What was changed or is worth knowing, a sentence each.
    pub notes: Vec<Note>,
}

/// What a directory holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Whose directory it is.
    pub format: Format,
    /// The migrations in the order in which the tool runs them.
    pub migrations: Vec<Imported>,
    /// Files that are no migrations: the path and the reason.
    pub skipped: Vec<(String, String)>,
    /// Mistakes; those with the severity of an error leave the import incomplete.
    pub problems: Vec<Diagnostic>,
    /// What becomes of downs that hold no statement.
    pub blank_downs: BlankDowns,
    /// The version table that a first revision makes.
    pub make_table: Option<&'static str>,
}

impl Import {
    /// The version table of the tool that an up needs and a fresh database does not have.
    #[must_use]
    pub fn needed_table(&self) -> Option<&'static str> {
        self.migrations.iter().find_map(|migration| migration.tables.first().copied())
    }
}

/// Reads the files of a directory as the tool of `format` would, with the SQL of `dialect`.
///
/// The order of `files` does not matter. Mistakes are returned in [`Import::problems`].
#[must_use]
pub fn read(format: Format, dialect: Dialect, files: &[ForeignFile]) -> Import {
    let mut files: Vec<&ForeignFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut collector = Collector::new(format, dialect);
    match format {
        Format::Sqlx | Format::GolangMigrate => pairs::read(&files, &mut collector),
        Format::Diesel => diesel::read(&files, &mut collector),
        Format::Dbmate | Format::Goose => directive::read(&files, &mut collector),
        Format::Refinery | Format::Flyway => versioned::read(&files, &mut collector),
    }
    collector.finish()
}
