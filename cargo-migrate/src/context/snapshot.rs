//! What a large folder held when it was last read, for the question whether anything is to be done.
//!
//! Reading a thousand files to find that nothing is to be done costs more than all else. A snapshot
//! answers instead, as long as the stats of the files are those that it was taken with. It never
//! decides on a change: where anything is to be done, the files are read. Whatever is wrong with a
//! snapshot, the files are read too. What the sections say is left out: nobody asks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migrate_core::config::Settings;
use migrate_core::dialect::Dialect;
use migrate_core::directory::{self, Directory, Stats};
use migrate_core::embed;
use migrate_core::history::History;
use migrate_core::sql::Hasher;

use super::variables::of_process;

/// Fewer files are read as fast.
const LEAST_FILES: usize = 256;

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

    /// The history of the snapshot, if the files were not touched since.
    pub(crate) fn history(&self) -> Option<History> {
        // The process ends before long: what is read stays where it is.
        let mut rest: &'static [u8] = Vec::leak(fs::read(&self.path).ok()?);
        if part(&mut rest)? != self.stats.as_bytes() {
            return None;
        }
        let index = part(&mut rest)?;
        let mut texts = Vec::new();
        while !rest.is_empty() {
            texts.push(std::str::from_utf8(part(&mut rest)?).ok()?);
        }
        embed::decode(index, Vec::leak(texts)).ok().map(|(history, _)| history)
    }

    /// Takes a snapshot of a history without mistakes that was read after the stats were taken.
    /// Where it cannot be kept there is none.
    pub(crate) fn take(&self, history: &History) {
        let Some(folder) = self.path.parent().filter(|_| self.stats.at_rest()) else { return };
        let mut bytes = Vec::new();
        let mut add = |part: &[u8]| {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        };
        let Some(history) = history.without_sections() else { return };
        add(self.stats.as_bytes());
        add(&embed::encode(&history, &Settings::default()));
        for node in history.graph.order() {
            add(history.graph.revision(node).file.text().as_bytes());
        }
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

/// The next part: its length in eight bytes, then its bytes.
fn part(rest: &mut &'static [u8]) -> Option<&'static [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (part, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}
