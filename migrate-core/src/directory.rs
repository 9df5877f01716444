//! The migrations directory: the only module of this crate that accesses the file system.
//!
//! The module lists and reads the directory, and writes changes so that after a crash each file has
//! its old or its new text. It recognises revision files by name (`*.sql`, not hidden) and does not
//! parse them.

mod file;
mod guard;
mod stats;

use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::dialect::Dialect;
use crate::history::History;
use crate::lock::FILE_NAME;
use crate::parallel::map_chunks;
use crate::revision::Revision;
use crate::source::{SourceFile, Span};

pub use file::{MAX_FILE_SIZE, read_file, read_sql};
pub use guard::WriterLock;
pub(crate) use stats::NUMBERS;
pub use stats::{FileStat, Stats};

/// A migrations directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    path: PathBuf,
    shown: String,
    max_file_size: u64,
    session: Vec<String>,
}

/// A directory entry with the name of a revision file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The name, with replacement characters for invalid UTF-8.
    name: String,
    /// Whether the name is UTF-8.
    has_text_name: bool,
    /// Whether the entry is a regular file; a link may still lead to one.
    is_regular: bool,
}

impl Entry {
    /// Creates an entry of which only the name is known.
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), has_text_name: true, is_regular: false }
    }
}

/// The contents of the directory.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// The revision files, sorted by name.
    pub files: Vec<SourceFile>,
    /// The lock file, if there is one.
    pub lock: Option<SourceFile>,
    /// Files that could not be read as text.
    pub unreadable: Diagnostics,
}

/// One change to the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Creates or replaces a file, by its name in the directory.
    Write {
        /// The name in the directory.
        name: String,
        /// The new text.
        text: String,
    },
    /// Removes a file, by its name in the directory.
    Remove {
        /// The name in the folder.
        name: String,
    },
}

impl Directory {
    /// Creates a directory at `path`, which is shown to the user as given. It need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let shown = path.to_string_lossy().replace('\\', "/");
        let shown = shown.strip_prefix("./").unwrap_or(&shown).trim_end_matches('/');
        let shown = match shown {
            "." => String::new(),
            shown => shown.to_owned(),
        };
        Self { path, shown, max_file_size: MAX_FILE_SIZE, session: Vec::new() }
    }

    /// Creates a directory at `path` that is shown to the user as `shown`.
    #[must_use]
    pub fn shown_as(path: impl Into<PathBuf>, shown: impl Into<String>) -> Self {
        let (path, shown) = (path.into(), shown.into());
        Self { path, shown, max_file_size: MAX_FILE_SIZE, session: Vec::new() }
    }

    /// Sets the size limit of a file in bytes; `None` means [`MAX_FILE_SIZE`].
    #[must_use]
    pub fn max_file_size(self, bytes: Option<u64>) -> Self {
        Self { max_file_size: bytes.unwrap_or(MAX_FILE_SIZE), ..self }
    }

    /// Sets the statements with which the session of each revision begins; see [`Graph::session`].
    ///
    /// [`Graph::session`]: crate::graph::Graph::session
    #[must_use]
    pub fn session(self, statements: &[String]) -> Self {
        Self { session: statements.to_owned(), ..self }
    }

    /// The size limit of a file in bytes.
    #[must_use]
    pub const fn file_size_limit(&self) -> u64 {
        self.max_file_size
    }

    /// The path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path as shown in messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns the path of a file in the directory, as shown in messages.
    #[must_use]
    pub fn shown_file(&self, name: &str) -> String {
        if self.shown.is_empty() { name.to_owned() } else { format!("{}/{name}", self.shown) }
    }

    /// Reads the directory. [`Contents::unreadable`] reports each file that is not regular, too
    /// large or not UTF-8.
    ///
    /// # Errors
    /// The directory or the lock file cannot be read.
    pub fn contents(&self) -> io::Result<Contents> {
        let mut contents = Contents { lock: self.lock_file()?, ..Contents::default() };
        let read = |scratch: &mut Vec<u8>, chunk: &mut [Entry]| {
            chunk.iter().map(|entry| self.read(entry, scratch)).collect::<Vec<_>>()
        };
        for file in map_chunks(&mut self.entries()?, read).into_iter().flatten() {
            match file {
                Ok(file) => contents.files.push(file),
                Err(diagnostic) => contents.unreadable.push(diagnostic),
            }
        }
        Ok(contents)
    }

    /// Returns the entries with the name of a revision file, sorted.
    fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let (name, has_text_name) = match entry.file_name().into_string() {
                Ok(name) => (name, true),
                Err(name) => (name.to_string_lossy().into_owned(), false),
            };
            if is_revision_name(&name) {
                let is_regular = entry.file_type().is_ok_and(|kind| kind.is_file());
                entries.push(Entry { name, has_text_name, is_regular });
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn lock_file(&self) -> io::Result<Option<SourceFile>> {
        let path = self.path.join(FILE_NAME);
        match read_file(&path, self.max_file_size) {
            Ok(text) => Ok(Some(SourceFile::new(self.shown_file(FILE_NAME), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(&self.shown_file(FILE_NAME), &error)),
        }
    }

    /// Returns the text of a file exactly as on disk, by its name in the directory.
    ///
    /// # Errors
    /// The file cannot be read or is not UTF-8.
    pub fn raw(&self, name: &str) -> io::Result<String> {
        let path = self.path.join(name);
        read_file(&path, self.max_file_size).map_err(|error| with_path(&path, &error))
    }

    /// Reads the directory into a history; see [`History::read`].
    ///
    /// # Errors
    /// When the folder itself, or the lock file, cannot be read.
    pub fn history(&self, dialects: &[Dialect]) -> io::Result<(History, Diagnostics)> {
        let lock = self.lock_file()?;
        let read = |entry: &mut Entry, scratch: &mut Vec<u8>, readers: &[Dialect]| {
            self.revision(entry, scratch, readers)
        };
        let read = History::read_from(&mut self.entries()?, read, lock.as_ref(), dialects);
        Ok(self.in_session(read))
    }

    /// Reads the directory as [`Directory::history`] does, except for the files that `known`
    /// returns. `known` receives the databases of the project.
    ///
    /// # Errors
    /// The lock file cannot be read.
    pub(crate) fn history_with(
        &self,
        stats: &Stats,
        dialects: &[Dialect],
        known: impl Fn(&FileStat, &[Dialect]) -> Option<Revision> + Sync,
    ) -> io::Result<(History, Diagnostics)> {
        let lock = self.lock_file()?;
        let mut files: Vec<&FileStat> = stats.revisions().collect();
        let read = |file: &mut &FileStat, scratch: &mut Vec<u8>, readers: &[Dialect]| match known(
            file, readers,
        ) {
            Some(revision) => (Some(revision), Diagnostics::new()),
            None => self.revision(&Entry::named(&file.name), scratch, readers),
        };
        Ok(self.in_session(History::read_from(&mut files, read, lock.as_ref(), dialects)))
    }

    fn in_session(&self, read: (History, Diagnostics)) -> (History, Diagnostics) {
        let (mut history, found) = read;
        history.graph = history.graph.with_session(&self.session);
        (history, found)
    }

    /// Reads and parses the revision file with this path in messages.
    pub(crate) fn revision_shown_as(
        &self,
        shown: &str,
        readers: &[Dialect],
    ) -> (Option<Revision>, Diagnostics) {
        let front = if self.shown.is_empty() { 0 } else { self.shown.len() + 1 };
        let name = shown.get(front..).unwrap_or_default();
        self.revision(&Entry::named(name), &mut Vec::new(), readers)
    }

    fn revision(
        &self,
        entry: &Entry,
        scratch: &mut Vec<u8>,
        readers: &[Dialect],
    ) -> (Option<Revision>, Diagnostics) {
        match self.read(entry, scratch) {
            Ok(file) => Revision::parse(file, readers),
            Err(unreadable) => (None, unreadable.into()),
        }
    }

    fn read(&self, entry: &Entry, scratch: &mut Vec<u8>) -> Result<SourceFile, Diagnostic> {
        let shown = self.shown_file(&entry.name.replace(char::is_control, "\u{fffd}"));
        let path = self.path.join(&entry.name);
        let text = if entry.name.contains(char::is_control) {
            Err(io::Error::new(
                io::ErrorKind::InvalidFilename,
                "its name holds a control character",
            ))
        } else if entry.has_text_name {
            let checked = if entry.is_regular { Ok(()) } else { file::regular(&path) };
            checked.and_then(|()| file::read_text(&path, self.max_file_size, scratch))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidFilename, "its name is not UTF-8"))
        };
        text.map(|text| SourceFile::new(shown.clone(), text)).map_err(|error| {
            let help = match error.kind() {
                io::ErrorKind::InvalidData => {
                    "save it as UTF-8, or move it out of the folder if it is no revision"
                }
                io::ErrorKind::InvalidFilename => {
                    "rename it, or move it out of the folder if it is no revision"
                }
                io::ErrorKind::FileTooLarge => {
                    "split it, or raise the limit in migrate.toml: `max-file-size = \"256MiB\"`"
                }
                _ => "move it out of the folder if it is no revision",
            };
            Diagnostic::new(Code::UnreadableFile, format!("{shown} cannot be read: {error}"))
                .at(&SourceFile::new(shown.clone(), ""), Span::default())
                .help(help)
        })
    }

    /// Locks the directory for one writer, from reading it to the last change. A missing directory
    /// is created. `holder` describes this process to waiting ones; `waiting` is called once with
    /// the current holder when the wait is long.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] if another process still holds the directory after `wait`, and
    /// errors of the file system.
    pub fn writer_lock(
        &self,
        holder: &str,
        wait: Duration,
        mut waiting: impl FnMut(&str),
    ) -> io::Result<WriterLock> {
        fs::create_dir_all(&self.path).map_err(|e| with_path(&self.path, &e))?;
        WriterLock::acquire(&self.path, holder, wait, &mut waiting).map_err(|e| {
            if e.kind() == io::ErrorKind::TimedOut { e } else { with_path(&self.path, &e) }
        })
    }

    /// Applies the changes: each file completely or not at all, removals last. A missing directory
    /// is created.
    ///
    /// # Errors
    /// The first failure with its path; earlier changes remain.
    pub fn apply(&self, changes: &[Change]) -> io::Result<()> {
        fs::create_dir_all(&self.path).map_err(|e| with_path(&self.path, &e))?;
        for change in changes {
            if let Change::Write { name, text } = change {
                let path = self.path.join(name);
                replace(&path, text).map_err(|e| with_path(&path, &e))?;
            }
        }
        for change in changes {
            if let Change::Remove { name } = change {
                let path = self.path.join(name);
                fs::remove_file(&path).map_err(|e| with_path(&path, &e))?;
            }
        }
        Ok(())
    }
}

/// Returns `true` if a file name is that of a revision.
#[must_use]
pub fn is_revision_name(name: &str) -> bool {
    !name.starts_with('.')
        && name.len() > 4
        && name.as_bytes()[name.len() - 4..].eq_ignore_ascii_case(b".sql")
}

/// Writes a temporary file and renames it, so that a reader sees either the old text or the new
/// one. A symbolic link stays a link: its target is replaced.
///
/// # Errors
/// Errors of the file system.
pub fn replace(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let path = &link_target(path)?;
    let (mut file, beside) = create_beside(path)?;
    let mut write = || {
        // Keep the permissions of the file.
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content.as_ref())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Returns the file at the end of symbolic links, which need not exist.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    // The limit of Linux.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its symbolic links lead to no file"))
}

/// Creates a file with a unique name in the same directory.
fn create_beside(path: &Path) -> io::Result<(fs::File, PathBuf)> {
    loop {
        // The standard library seeds every hasher from the system's random numbers.
        let number = RandomState::new().build_hasher().finish();
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{number:016x}.tmp"));
        let beside = path.with_file_name(name);
        match fs::OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((file, beside)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the tool's cache directories, the preferred one first, by the variables of the
/// environment. Their contents may be deleted at any time.
///
/// ```
/// let home = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
/// let mut caches = migrate_core::directory::caches("test", home);
/// assert!(caches.next().is_some_and(|path| path.ends_with("cargo-migrate/test")));
/// ```
pub fn caches(
    name: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> impl Iterator<Item = PathBuf> {
    let path = Path::new("cargo-migrate").join(name);
    let places = [("XDG_CACHE_HOME", ""), ("LOCALAPPDATA", ""), ("HOME", ".cache")];
    places
        .into_iter()
        .filter_map(move |(name, below)| Some(Path::new(&variable(name)?).join(below).join(&path)))
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    named(&path.display().to_string(), error)
}

fn named(file: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{file}: {error}"))
}

#[cfg(test)]
mod tests;
