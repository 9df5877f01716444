//! A lock on the directory for one writer, from reading to the last change.
//!
//! The lock is an operating system lock on a hidden file in the directory, so it ends with the
//! process. The file names its holder for waiting processes and is removed with the lock; a
//! leftover file of a killed process is reused. Readers take no lock, because each file is replaced
//! atomically. Where the file system has no locks, nothing is locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The name of the hidden lock file in the directory.
const NAME: &str = ".migrate.lock.writer";

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// The time after which the wait is reported.
const REPORT: Duration = Duration::from_secs(1);

/// Holds the directory for one writer until it is dropped.
#[derive(Debug)]
#[must_use = "the folder is free again when this is dropped"]
pub struct WriterLock {
    /// The locked file; `None` where the file system has no locks.
    held: Option<(File, PathBuf)>,
}

impl WriterLock {
    /// Waits until no other process writes to the directory. `holder` describes this process to
    /// waiting ones; `waiting` is called once, after a second, with the current holder.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] if the directory is still held after `wait`, and errors of the
    /// file system.
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
                // The previous holder may have removed the file after it was opened here.
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
            // On other systems a waiting writer could not detect that the file was removed.
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

/// Returns the holder named in a lock file.
fn name_of(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut text));
    // On Windows a locked file cannot be read.
    match text.lines().next().map(str::trim).filter(|name| read.is_ok() && !name.is_empty()) {
        Some(name) => name.chars().filter(|c| !c.is_control()).collect(),
        None => "another process".to_owned(),
    }
}
