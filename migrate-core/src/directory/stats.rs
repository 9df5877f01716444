//! What tells whether files of a folder were touched, without reading them.

#[cfg(unix)]
use std::io;

use super::Directory;

/// How long a file must have been left alone, in seconds: file systems that keep moments coarsely
/// keep them by two seconds, and a later change must have another moment.
#[cfg(unix)]
const REST: i64 = 2;

/// The size of [`FileStat::numbers`].
pub(crate) const NUMBERS: usize = 7 * 8;

/// What the files of a folder look like from outside: the revision files by name, then the lock
/// file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    files: Vec<FileStat>,
}

/// What a file looks like from outside: its name, its size, its moments, and which file it is.
///
/// Where two that were taken at rest are equal, so is what the file says: who writes to a file
/// cannot choose the moment of its last change. git goes by the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// The name in the folder.
    pub name: String,
    /// Device, inode, size, moments of the last write and of the last change.
    pub(crate) numbers: [u8; NUMBERS],
    /// Whether the file had been left alone for a while: every change since has other numbers.
    pub(crate) at_rest: bool,
}

impl Stats {
    /// All files.
    pub(crate) fn files(&self) -> &[FileStat] {
        &self.files
    }

    /// The revision files.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = &FileStat> {
        self.files.iter().filter(|file| file.name != super::FILE_NAME)
    }
}

impl Directory {
    /// The stats of the revision files and the lock file, if there are at least so many revision
    /// files; `None` also where the system does not tell enough of files.
    ///
    /// # Errors
    /// When the folder or a file cannot be looked at.
    #[cfg(unix)]
    pub fn stats(&self, least: usize) -> io::Result<Option<Stats>> {
        use std::os::unix::fs::MetadataExt as _;

        let entries = self.entries()?;
        if entries.len() < least || entries.iter().any(|entry| !entry.has_text_name) {
            return Ok(None);
        }
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or_default();
        let mut stats = Stats { files: Vec::with_capacity(entries.len() + 1) };
        let names = entries.into_iter().map(|entry| entry.name);
        let mut path = self.path.join("");
        for name in names.chain([super::FILE_NAME.to_owned()]) {
            path.push(&name);
            let file = match std::fs::metadata(&path) {
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound && name == super::FILE_NAME =>
                {
                    path.pop();
                    continue;
                }
                file => file?,
            };
            path.pop();
            if !file.is_file() {
                return Ok(None);
            }
            let moments = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()];
            let numbers = [file.dev(), file.ino(), file.size()].map(u64::to_le_bytes);
            let numbers = numbers.into_iter().chain(moments.map(i64::to_le_bytes)).flatten();
            let mut stat = FileStat {
                name,
                numbers: [0; NUMBERS],
                at_rest: file.ctime().saturating_add(REST) < now,
            };
            stat.numbers.iter_mut().zip(numbers).for_each(|(to, byte)| *to = byte);
            stats.files.push(stat);
        }
        Ok(Some(stats))
    }

    /// The stats of the revision files and the lock file, where the system tells enough of files:
    /// this one does not.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn stats(&self, _least: usize) -> std::io::Result<Option<Stats>> {
        Ok(None)
    }
}
