//! What a database says on which all of a large folder is applied, as of when the folder was last
//! read.
//!
//! Reading a thousand files to find that nothing is to be done costs more than all else. A snapshot
//! answers instead, as long as the stats of the files are those that it was taken with. It never
//! decides on a change: where anything is to be done, the files are read. Whatever is wrong with a
//! snapshot, the files are read too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migrate_core::dialect::Dialect;
use migrate_core::directory::{self, Directory, Stats};
use migrate_core::history::History;
use migrate_core::sql::Hasher;
use migrate_db::AllApplied;

use super::variables::of_process;

/// Fewer files are read as fast.
const LEAST_FILES: usize = 32;

/// What was not taken anew for so long is of a folder that is no more, or needs it no more.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The place of a folder's snapshot, and the stats of the files as they are now.
pub(crate) struct Snapshot {
    path: PathBuf,
    stats: Stats,
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
        let name = format!("{}.snapshot", &hash.finish().to_string()[..24]);
        let folder = directory::caches("folders", of_process).next()?;
        Some(Self { path: folder.join(name), stats })
    }

    /// How the version table shows that all is applied, if the files were not touched since the
    /// snapshot was taken.
    pub(crate) fn all_applied(&self) -> Option<AllApplied> {
        let bytes = fs::read(&self.path).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (text, stats) = (&bytes[..end], &bytes[end + 1..]);
        if stats != self.stats.as_bytes() {
            return None;
        }
        AllApplied::read(std::str::from_utf8(text).ok()?)
    }

    /// Takes a snapshot of a history without mistakes that was read after the stats were taken.
    /// Where it cannot be kept there is none.
    pub(crate) fn take(&self, history: &History) {
        let Some(folder) = self.path.parent().filter(|_| self.stats.at_rest()) else { return };
        let Some(all) = AllApplied::of(history) else { return };
        let bytes = [format!("{all}\n").as_bytes(), self.stats.as_bytes()].concat();
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
