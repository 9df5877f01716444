//! The state of a directory when it was last read: metadata and header of each file.
//!
//! A [`Snapshot`] avoids reading unchanged files. It contains no SQL, so nothing in it can be
//! executed: the SQL of a [`Script`](crate::script::Script) is read from its file and must match
//! the snapshot. The bytes contain a digest, and bytes with a wrong digest are ignored.

use std::io;

use sha2::{Digest as _, Sha256};

use super::read::Reader;
use super::write::Writer;
use super::{DecodeError, FORM};
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::directory::{Directory, FileStat, NUMBERS, Stats};
use crate::graph::Node;
use crate::history::History;
use crate::revision::Revision;

/// The position of the digest of the following bytes.
const DIGEST: usize = 32;

/// The state of a directory when it was last read.
#[derive(Debug, Clone)]
pub struct Snapshot {
    bytes: &'static [u8],
    note: &'static str,
    /// The databases whose lexical rules were used for parsing.
    readers: Vec<Dialect>,
    /// The files, sorted as in [`Stats`].
    files: Vec<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    name: &'static str,
    numbers: &'static [u8],
    /// Empty for the lock file, which is read every time.
    record: &'static [u8],
}

impl Snapshot {
    /// Encodes a history without mistakes, which was read after the metadata was taken. The
    /// snapshot contains only files that had not changed recently; `None` if there are none. It
    /// keeps `note` if it contains all files.
    #[must_use]
    pub fn encode(
        history: &History,
        directory: &Directory,
        stats: &Stats,
        note: &str,
    ) -> Option<Vec<u8>> {
        if !stats.files().iter().any(|file| file.at_rest) {
            return None;
        }
        let all = stats.files().iter().all(|file| file.at_rest);
        let mut writer = Writer::default();
        writer.bytes.resize(DIGEST, 0);
        writer.number(FORM);
        writer.inline(if all { note } else { "" });
        writer.dialects(&history.dialects);
        let graph = &history.graph;
        let mut revisions: Vec<&Revision> = graph.all_revisions().collect();
        revisions.sort_unstable_by_key(|revision| revision.file.path());
        let record = |file: &FileStat| {
            let path = directory.shown_file(&file.name);
            let at = revisions.binary_search_by(|known| known.file.path().cmp(&path)).ok();
            let mut record = Writer::default();
            if let Some(at) = at {
                record.front(revisions[at]);
            }
            record.bytes
        };
        let resting: Vec<&FileStat> = stats.files().iter().filter(|file| file.at_rest).collect();
        let records: Vec<Vec<u8>> = resting.iter().map(|file| record(file)).collect();
        writer.size(resting.len());
        for (file, record) in resting.iter().zip(&records) {
            writer.inline(&file.name);
            writer.bytes.extend_from_slice(&file.numbers);
            writer.size(record.len());
        }
        for record in &records {
            writer.bytes.extend_from_slice(record);
        }
        let digest = Sha256::digest(&writer.bytes[DIGEST..]);
        writer.bytes[..DIGEST].copy_from_slice(&digest);
        Some(writer.bytes)
    }

    /// Decodes the bytes of [`Snapshot::encode`]; `None` for other bytes, as far as a partial check
    /// can detect them.
    #[must_use]
    pub fn decode(bytes: &'static [u8]) -> Option<Self> {
        Self::read(bytes).ok()
    }

    fn read(bytes: &'static [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes.get(DIGEST..).ok_or(DecodeError::Malformed)?);
        if reader.number()? != FORM {
            return Err(DecodeError::Malformed);
        }
        let note = reader.inline()?;
        let readers = reader.dialects()?;
        let mut files = Vec::with_capacity(reader.count()?);
        let mut lengths = Vec::with_capacity(files.capacity());
        for _ in 0..files.capacity() {
            let name = reader.inline()?;
            files.push(Known { name, numbers: reader.bytes(NUMBERS)?, record: &[] });
            lengths.push(reader.size()?);
        }
        for (file, length) in files.iter_mut().zip(lengths) {
            file.record = reader.bytes(length)?;
        }
        reader.end()?;
        Ok(Self { bytes, note, readers, files })
    }

    /// Returns the note if no file was changed, added or removed since; `None` otherwise.
    #[must_use]
    pub fn note(&self, stats: &Stats) -> Option<&str> {
        let same = |(known, file): (&Known, &FileStat)| {
            known.name == file.name && known.numbers == file.numbers
        };
        let untouched = self.files.len() == stats.files().len()
            && self.files.iter().zip(stats.files()).all(same);
        Some(self.note).filter(|note| untouched && !note.is_empty())
    }

    /// Returns `true` if a new snapshot of these files would contain no more than this one.
    #[must_use]
    pub fn is_complete(&self, stats: &Stats) -> bool {
        let mut files = stats.files().iter();
        files.all(|file| !file.at_rest || self.known(file).is_some())
            && self.files.len() <= stats.files().len()
            && (!self.note.is_empty() || stats.files().iter().any(|file| !file.at_rest))
    }

    /// Returns the history of the directory. Of unchanged files only the header is known; the
    /// others are read. `None` for malformed bytes.
    ///
    /// # Errors
    /// The lock file cannot be read.
    pub fn history(
        &self,
        directory: &Directory,
        stats: &Stats,
        dialects: &[Dialect],
    ) -> io::Result<Option<(History, Diagnostics)>> {
        let digest = Sha256::digest(&self.bytes[DIGEST..]);
        if self.bytes[..DIGEST] != digest[..] {
            return Ok(None);
        }
        let known = |file: &FileStat, readers: &[Dialect]| -> Option<Revision> {
            let known = self.known(file).filter(|_| readers == self.readers)?;
            Reader::new(known.record).front(directory.shown_file(&file.name)).ok()
        };
        directory.history_with(stats, dialects, known).map(Some)
    }

    /// Returns the entry of a file that is unchanged since the snapshot.
    fn known(&self, file: &FileStat) -> Option<&Known> {
        let at = self.files.binary_search_by(|known| {
            let is_lock = |name: &str| name == crate::lock::FILE_NAME;
            (is_lock(known.name), known.name).cmp(&(is_lock(&file.name), &file.name))
        });
        at.ok().map(|at| &self.files[at]).filter(|known| known.numbers == file.numbers)
    }
}

/// Reads the files of revisions of which only the header is known. Returns `false` if one of them
/// differs from the snapshot or has mistakes.
#[must_use]
pub fn complete(history: &mut History, directory: &Directory, nodes: &[Node]) -> bool {
    nodes.iter().all(|node| {
        let file = &history.graph.revision(*node).file;
        if file.is_whole() {
            return true;
        }
        let (revision, found) = directory.revision_shown_as(file.path(), &history.dialects);
        match revision {
            Some(revision) if found.is_empty() => history.graph.complete(*node, revision),
            _ => false,
        }
    })
}
