//! What tells whether a folder was touched, without reading its files.

use std::io;

use super::Directory;

/// How long a file must have been left alone, in seconds: file systems that keep moments coarsely
/// keep them by two seconds, and a later change must have another moment.
const REST: i64 = 2;

/// What a folder's files look like from outside: names, sizes, moments, and which files they are.
///
/// Where two that were taken at rest are equal, so is what the files say: who writes to a file
/// cannot choose the moment of its last change. git goes by the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    bytes: Vec<u8>,
    at_rest: bool,
}

impl Stats {
    /// The stats, to be kept and compared.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the files had been left alone for a while: every change since has other stats.
    #[must_use]
    pub const fn at_rest(&self) -> bool {
        self.at_rest
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
        let mut stats = Stats { bytes: Vec::with_capacity(entries.len() * 96), at_rest: true };
        let names = entries.iter().map(|entry| entry.name.as_str());
        for name in names.chain([super::FILE_NAME]) {
            let file = match std::fs::metadata(self.path.join(name)) {
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound && name == super::FILE_NAME =>
                {
                    continue;
                }
                file => file?,
            };
            if !file.is_file() {
                return Ok(None);
            }
            stats.at_rest &= file.ctime().saturating_add(REST) < now;
            stats.bytes.extend_from_slice(name.as_bytes());
            stats.bytes.push(0);
            let moments = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()];
            let numbers = [file.dev(), file.ino(), file.size()].map(u64::to_le_bytes);
            for number in numbers.into_iter().chain(moments.map(i64::to_le_bytes)) {
                stats.bytes.extend_from_slice(&number);
            }
        }
        Ok(Some(stats))
    }

    /// The stats of the revision files and the lock file, where the system tells enough of files:
    /// this one does not.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn stats(&self, _least: usize) -> io::Result<Option<Stats>> {
        Ok(None)
    }
}
