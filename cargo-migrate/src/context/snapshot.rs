//! Snapshots of large folders, in the user's cache.
//!
//! Reading a thousand files costs more than the rest of a command. A snapshot holds the header and the
//! fingerprint of each file, which are used while the file's metadata is unchanged. If no file has
//! changed, it also holds the digest of a database on which everything is applied. A snapshot never
//! decides what runs, because SQL is read from its file. If a snapshot is damaged, all files are read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::directory::{self, Directory, Stats};
use migrate_core::embed;
use migrate_core::history::History;
use migrate_core::sql::Hasher;
use migrate_db::__private::AppliedDigest;

use super::variables::of_process;

/// The fewest files for which a snapshot saves time.
const LEAST_FILES: usize = 32;

/// The age at which an unused snapshot is removed.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Stands for a missing digest.
const NO_DIGEST: &str = "-";

/// The snapshot of a folder, its path, and the current metadata of the files.
pub(crate) struct Snapshot {
    path: PathBuf,
    stats: Stats,
    directory: Directory,
    dialects: Vec<Dialect>,
    taken: Option<embed::Snapshot>,
}

impl Snapshot {
    /// Reads the metadata of a folder and its snapshot. Returns `None` for small folders and without a
    /// cache directory.
    pub(crate) fn of(directory: &Directory, dialects: &[Dialect]) -> Option<Self> {
        let stats = directory.stats(LEAST_FILES).ok()??;
        let mut hash = Hasher::new();
        hash.field("tool", env!("CARGO_PKG_VERSION"));
        // Another build of the same version may parse files differently.
        let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
        hash.field("program", &format!("{} {:?}", program.len(), program.modified()));
        hash.field("folder", &fs::canonicalize(directory.path()).ok()?.to_string_lossy());
        for dialect in dialects {
            hash.field("dialect", dialect.name());
        }
        hash.field("max-file-size", &directory.file_size_limit().to_string());
        let name = format!("{}.snapshot", &hash.finish().to_string()[..24]);
        let path = directory::caches("folders", of_process).next()?.join(name);
        // The process ends before freeing this would matter.
        let bytes = fs::read(&path).ok().map(|bytes| &*bytes.leak());
        let taken = bytes.and_then(embed::Snapshot::decode);
        let (directory, dialects) = (directory.clone(), dialects.to_vec());
        Some(Self { path, stats, directory, dialects, taken })
    }

    /// Returns the digest of a version table on which everything is applied, if no file has changed
    /// since the snapshot was taken.
    pub(crate) fn all_applied(&self) -> Option<AppliedDigest> {
        AppliedDigest::read(self.taken.as_ref()?.note(&self.stats)?)
    }

    /// Returns the history, reading only files that have changed since the snapshot was taken. `None`
    /// means that all files must be read.
    pub(crate) fn history(&mut self) -> Option<History> {
        let taken = self.taken.as_ref()?;
        let history = taken.history(&self.directory, &self.stats, &self.dialects);
        // Diagnostics are reported from the files.
        let flawless = history.ok().flatten().filter(|(_, found)| found.is_empty());
        if flawless.is_none() {
            self.taken = None;
        }
        flawless.map(|(history, _)| history)
    }

    /// Stores a snapshot of a history without diagnostics that was read after the metadata. A failure to
    /// store it is ignored.
    pub(crate) fn take(&self, history: &History) {
        let Some(folder) = self.path.parent() else { return };
        if self.taken.as_ref().is_some_and(|taken| taken.is_complete(&self.stats)) {
            return;
        }
        let all =
            AppliedDigest::of(history).map_or_else(|| NO_DIGEST.to_owned(), |all| all.to_string());
        let bytes = embed::Snapshot::encode(history, &self.directory, &self.stats, &all);
        let Some(bytes) = bytes else { return };
        let _ = private(folder).and_then(|()| directory::replace(&self.path, bytes));
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let taken = entry.metadata().and_then(|file| file.modified());
            if taken.is_ok_and(|taken| taken.elapsed().is_ok_and(|age| age > KEPT)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Creates a folder that only the user can read.
fn private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
