//! A history as the bytes that a program carries: what a macro has read once is not read again.
//!
//! [`encode`] writes everything but the files' texts, which the program holds as they are;
//! [`decode`] puts both together without looking at SQL and without copying a text. Both sides are
//! always of one version, so the form has a number to refuse another and no other compatibility.
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

/// Changes with every change of the form.
const FORM: u64 = 5;

/// Why bytes and texts do not make a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes were written by another version, or are no index at all.
    Malformed,
    /// The file with this number is not the one that the bytes were written for.
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

/// Everything about a history that its files' texts do not hold as it is needed, and the settings
/// of its project but for the database's URL, which may hold a password.
///
/// The history must be free of errors; [`decode`] refuses the bytes of another.
#[must_use]
pub fn encode(history: &History, settings: &Settings) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(FORM);
    writer.settings(settings);
    writer.dialects(&history.dialects);
    writer.size(history.graph.len());
    for node in history.graph.order() {
        writer.revision(history.graph.revision(node));
    }
    writer.lock(history.lock.as_ref(), &history.graph);
    writer.bytes
}

/// The history and settings of which `index` was written. `files` are the texts of its revisions in the order
/// of its graph, with or without the byte order marks and `\r\n` that reading takes away.
///
/// # Errors
/// When index and files do not belong together.
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
        // Reading makes a text shorter, if it changes it at all.
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
    let lock = reader.lock(&graph)?;
    reader.end()?;
    Ok((History { graph, lock, dialects }, settings))
}
