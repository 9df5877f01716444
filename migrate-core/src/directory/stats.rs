//! File metadata that shows whether files were changed, without reading them.

#[cfg(unix)]
use std::io;

use super::Directory;

/// The minimum age of the last change in seconds. Some file systems store timestamps in steps of
/// two seconds, and a later change must have another timestamp.
#[cfg(unix)]
const REST: i64 = 2;

/// The size of [`FileStat::numbers`].
pub(crate) const NUMBERS: usize = 7 * 8;

/// The metadata of a directory's files: the revision files by name, then the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    files: Vec<FileStat>,
}

/// The metadata of a file: name, size, timestamps, device and inode.
///
/// If two values that were taken at rest are equal, the contents are equal: a writer cannot choose
/// the timestamp of the last change. Git uses the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// The name in the directory.
    pub name: String,
    /// Device, inode, size, timestamps of the last write and of the last change.
    pub(crate) numbers: [u8; NUMBERS],
    /// Whether the file was unchanged for the minimum age, so that every later change has other
    /// numbers.
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
    /// Returns the metadata of the revision files and the lock file if there are at least so many
    /// revision files; `None` also where the system does not provide enough metadata.
    ///
    /// # Errors
    /// The metadata of the directory or a file cannot be read.
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

    /// Returns `None`: this system does not provide enough metadata.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn stats(&self, _least: usize) -> std::io::Result<Option<Stats>> {
        Ok(None)
    }
}
