//! One writer at a time: a lock on the folder around reading, changing and writing it.
//!
//! The lock is the operating system's own lock on a hidden file in the folder, so it ends with the
//! process that holds it, however that ends. The file names its holder for those who wait, and is
//! removed with the lock; one that a killed process left is taken over. Readers take no lock: each
//! file is replaced whole. Where the file system has no locks, nothing is locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The hidden file that is locked, inside the folder.
const NAME: &str = ".migrate.lock.writer";

/// How long a writer sleeps between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// After how long the wait is reported.
const REPORT: Duration = Duration::from_secs(1);

/// Holds the folder of the revisions for one writer until it is dropped.
#[derive(Debug)]
#[must_use = "the folder is free again when this is dropped"]
pub struct WriterLock {
    /// The locked file; `None` where the file system has no locks.
    held: Option<(File, PathBuf)>,
}

impl WriterLock {
    /// Waits until no other process writes to the folder. `holder` describes this process to those
    /// that wait; `waiting` is called once, after a second, with the present holder.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when the folder is still held after `wait`, and what the file
    /// system refuses.
    pub(super) fn acquire(
        folder: &Path,
        holder: &str,
        wait: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> io::Result<Self> {
        let path = folder.join(NAME);
        let start = Instant::now();
        let mut reported = false;
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            match file.try_lock() {
                // The holder before may have removed the file after it was opened here.
                Ok(()) if is_at(&file, &path) => {
                    file.set_len(0)?;
                    file.write_all(holder.as_bytes())?;
                    return Ok(Self { held: Some((file, path)) });
                }
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    let _ = fs::remove_file(&path);
                    return Ok(Self { held: None });
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let waited = start.elapsed();
            if waited >= wait {
                let message = format!(
                    "{} writes to this folder and did not end within {} s",
                    name_of(&mut file),
                    wait.as_secs()
                );
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            if waited >= REPORT && !reported {
                reported = true;
                waiting(&name_of(&mut file));
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        if let Some((file, path)) = self.held.take() {
            // Elsewhere a waiting writer could not detect that the file was removed.
            if cfg!(unix) {
                let _ = fs::remove_file(path);
            }
            let _ = file.unlock();
        }
    }
}

/// Returns `true` if the open file is still the one at this path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(open), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// The holder that a locked file names.
fn name_of(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut text));
    // On Windows a locked file cannot be read.
    match text.lines().next().map(str::trim).filter(|name| read.is_ok() && !name.is_empty()) {
        Some(name) => name.chars().filter(|c| !c.is_control()).collect(),
        None => "another process".to_owned(),
    }
}
