//! Reading the migration directories of other tools.
//!
//! The caller passes the files of a directory. [`detect`] finds the tool that wrote them, [`read`]
//! returns the migrations in the order in which that tool runs them, and [`version_tables`] and
//! [`applied`] find those that a database has already applied. Every file becomes part of a migration,
//! a named hole, or an entry of [`Import::skipped`]. This module uses no file system and no database,
//! and prints nothing. The caller names and writes the revisions.
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
//! A line that looks like one of this tool's markers (`-- migrate:`, in any case and with any
//! indentation) would end a section. The import inserts a space before the colon of such a line,
//! `-- migrate :up`, and adds a note. It does so inside strings too, because markers are found by line.

mod adopt;
mod collect;
mod detect;
mod diesel;
mod directive;
mod format;
mod model;
mod names;
mod note;
mod pairs;
mod read;
mod revisions;
mod section;
mod versioned;

#[cfg(test)]
mod tests;

pub use adopt::{AdoptError, VersionTable, applied, version_tables};
pub use detect::detect;
pub use format::{Format, UnknownFormat};
pub use model::{ForeignFile, Import, Imported, Section};
pub use note::{BlankDowns, NoDown, Note, Side};
pub use read::read;
pub use revisions::{ids, revisions};
