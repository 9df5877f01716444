//! A history as bytes in a program: the macro parses the files, and the program does not parse them
//! again.
//!
//! [`encode`] writes everything but the texts of the files, which the program contains separately.
//! [`decode`] combines both without parsing SQL and without copying texts. Both sides always have
//! the same version, so the format has a version number and no further compatibility.
//!
//! ```
//! use migrate_core::{config::Settings, embed, history::History, source::SourceFile};
//! const FILE: &str = "-- revision: a1\n-- revises:\n-- migrate:up\nSELECT 1;\n-- migrate:noop a query\n";
//! let (history, found) = History::read(vec![SourceFile::new("a1.sql", FILE)], None, &[]);
//! assert!(found.is_empty());
//! let settings = Settings::default();
//! let index: &'static [u8] = embed::encode(&history, &settings).leak();
//! assert_eq!(embed::decode(index, &[FILE]), Ok((history, settings)));
//! ```

mod read;
mod snapshot;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::config::Settings;
use crate::graph::Graph;
use crate::history::History;
use crate::source::SourceFile;

use read::Reader;
pub use snapshot::{Snapshot, complete};
use write::Writer;

/// The version of the format; it changes with every change of the format.
const FORM: u64 = 8;

/// Bytes and texts that do not form a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes were written by another version, or are not an index.
    Malformed,
    /// The file with this number differs from the one at encoding.
    OtherText(usize),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the index is not one of this version"),
            Self::OtherText(number) => write!(f, "file {number} changed while it was embedded"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Encodes everything about a history that the texts of its files do not provide directly, and the
/// settings of its project without the database URL, which may contain a password.
///
/// The history must have no errors; [`decode`] rejects the bytes of another.
#[must_use]
pub fn encode(history: &History, settings: &Settings) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(FORM);
    writer.settings(settings);
    writer.dialects(&history.dialects);
    writer.size(history.graph.all_revisions().count());
    for revision in history.graph.all_revisions() {
        writer.revision(revision);
    }
    writer.lock(history.lock.as_ref(), &history.graph);
    writer.bytes
}

/// Decodes the history and settings of `index`. `files` are the texts of the revisions in the order
/// of [`Graph::all_revisions`], with or without the byte order marks and `\r\n` that parsing removes.
///
/// # Errors
/// The index and the files do not belong together.
pub fn decode(
    index: &'static [u8],
    files: &'static [&'static str],
) -> Result<(History, Settings), DecodeError> {
    let mut reader = Reader::new(index);
    if reader.number()? != FORM {
        return Err(DecodeError::Malformed);
    }
    let settings = reader.settings()?;
    let dialects = reader.dialects()?;
    if reader.size()? != files.len() {
        return Err(DecodeError::Malformed);
    }
    let mut revisions = Vec::with_capacity(files.len());
    for (n, text) in files.iter().enumerate() {
        let path = reader.inline()?;
        let length = reader.size()?;
        // Parsing can only make a text shorter.
        let file = if text.len() == length {
            SourceFile::normalised(path, text)
        } else {
            SourceFile::new(path, *text)
        };
        if file.text().len() != length {
            return Err(DecodeError::OtherText(n));
        }
        revisions.push(reader.revision(file).map_err(|_| DecodeError::OtherText(n))?);
    }
    let graph = Graph::in_order(revisions).ok_or(DecodeError::Malformed)?;
    let graph = graph.with_session(&settings.session);
    let lock = reader.lock(&graph)?;
    reader.end()?;
    Ok((History { graph, lock, dialects }, settings))
}
