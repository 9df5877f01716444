//! What is known of a large folder since it was last read, in the user's cache.
//!
//! Reading a thousand files costs more than all else that a command does. A snapshot spares it for
//! the files whose stats are those that it was taken with: of those it knows the header and the
//! fingerprint, and where all files are so, what a database says on which all is applied. It never
//! decides what runs: SQL is read from its file. Whatever is wrong with a snapshot, the files are
//! read.

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

/// Fewer files are read as fast.
const LEAST_FILES: usize = 32;

/// What was not taken anew for so long is of a folder that is no more, or needs it no more.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What stands for the digest of a history that has none.
const NO_DIGEST: &str = "-";

/// A folder's snapshot, its place, and the stats of the files as they are now.
pub(crate) struct Snapshot {
    path: PathBuf,
    stats: Stats,
    directory: Directory,
    dialects: Vec<Dialect>,
    taken: Option<embed::Snapshot>,
}

impl Snapshot {
    /// Looks at a folder; `None` where reading it is as fast, or there is no place for a snapshot.
    pub(crate) fn of(directory: &Directory, dialects: &[Dialect]) -> Option<Self> {
        let stats = directory.stats(LEAST_FILES).ok()??;
        let mut hash = Hasher::new();
        hash.field("tool", env!("CARGO_PKG_VERSION"));
        // Another build of the same version may read the files otherwise.
        let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
        hash.field("program", &format!("{} {:?}", program.len(), program.modified()));
        hash.field("folder", &fs::canonicalize(directory.path()).ok()?.to_string_lossy());
        for dialect in dialects {
            hash.field("dialect", dialect.name());
        }
        hash.field("max-file-size", &directory.file_size_limit().to_string());
        let name = format!("{}.snapshot", &hash.finish().to_string()[..24]);
        let path = directory::caches("folders", of_process).next()?.join(name);
        // The process ends before it would be worth while to free this.
        let bytes = fs::read(&path).ok().map(|bytes| &*bytes.leak());
        let taken = bytes.and_then(embed::Snapshot::decode);
        let (directory, dialects) = (directory.clone(), dialects.to_vec());
        Some(Self { path, stats, directory, dialects, taken })
    }

    /// How the version table shows that all is applied, if the files were not touched since the
    /// snapshot was taken.
    pub(crate) fn all_applied(&self) -> Option<AppliedDigest> {
        AppliedDigest::read(self.taken.as_ref()?.note(&self.stats)?)
    }

    /// The history, where only the files are read that were touched since the snapshot was taken;
    /// `None` where all must be read.
    pub(crate) fn history(&mut self) -> Option<History> {
        let taken = self.taken.as_ref()?;
        let history = taken.history(&self.directory, &self.stats, &self.dialects);
        // What has mistakes is told from the files.
        let flawless = history.ok().flatten().filter(|(_, found)| found.is_empty());
        if flawless.is_none() {
            self.taken = None;
        }
        flawless.map(|(history, _)| history)
    }

    /// Takes a snapshot of a history without mistakes that was read after the stats were taken.
    /// Where it cannot be kept there is none.
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

/// Makes a folder that only the user can look into, as perhaps that of the revisions is.
fn private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
