//! An SQLite database as a file with its companions: made, removed, never opened.
//!
//! Only a regular file is removed, and only when it is an SQLite database. An empty file counts as
//! one when its name ends as those of databases do: SQLite writes the first bytes of a new database
//! with its first table. Where the path is a link, the file that it leads to is meant; the link
//! itself stays.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::sqlite::SqliteConnectOptions;

use crate::error::Error;

/// How the first page of every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The files that SQLite keeps beside a database while it is used.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How the names of databases end.
const EXTENSIONS: [&str; 7] = ["db", "db3", "sqlite", "sqlite3", "sqlitedb", "s3db", "sl3"];

/// Creates the file; whether it was missing.
pub(super) fn create(url: &str) -> Result<bool, Error> {
    let path = real(&path(url)?);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::connect(url, with_path(&path, &error))),
    }
}

/// Removes the file and what SQLite keeps beside it; whether it was there.
pub(super) fn drop(url: &str) -> Result<bool, Error> {
    let path = real(&path(url)?);
    let failed = |path: &Path, error: &io::Error| Error::connect(url, with_path(path, error));
    if !is_database(&path).map_err(|error| failed(&path, &error))? {
        return Err(Error::Unsafe {
            message: format!("{} is not an SQLite database", path.display()),
            help: vec![
                "only a regular file that is an SQLite database is removed, or an empty one whose name ends in .db, .sqlite or the like".into(),
            ],
        });
    }
    let mut existed = false;
    // The companions go first: a database without them is whole, they without it are not.
    for file in COMPANIONS.map(|suffix| companion(&path, suffix)).iter().chain([&path]) {
        match fs::remove_file(file) {
            Ok(()) => existed |= *file == path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(file, &error)),
        }
    }
    Ok(existed)
}

/// Puts a file in the place of the database. It gets the permissions of the one that it replaces.
pub(super) fn replace(url: &str, with: &Path) -> Result<(), Error> {
    let path = real(&path(url)?);
    let failed = |error: &io::Error| Error::connect(url, with_path(&path, error));
    if let Ok(old) = fs::metadata(&path) {
        fs::set_permissions(with, old.permissions()).map_err(|error| failed(&error))?;
    }
    drop(url)?;
    fs::rename(with, &path).map_err(|error| failed(&error))
}

/// Whether a path holds an SQLite database, or nothing at all.
fn is_database(path: &Path) -> io::Result<bool> {
    let file = match fs::metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    // Opening anything else than a regular file may wait for ever.
    if !file.is_file() {
        return Ok(false);
    }
    let mut front = Vec::with_capacity(MAGIC.len());
    fs::File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut front)?;
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    Ok(front == MAGIC || front.is_empty() && EXTENSIONS.contains(&extension.as_str()))
}

/// Whether the file is there and is an SQLite database.
pub(super) fn holds_database(url: &str) -> bool {
    path(url).is_ok_and(|path| {
        let path = real(&path);
        path.exists() && is_database(&path).unwrap_or(false)
    })
}

/// The other processes that have the database open, in words. Only Linux lists open files.
pub(super) fn users(url: &str) -> Result<Vec<String>, Error> {
    let path = real(&path(url)?);
    let files: Vec<PathBuf> =
        COMPANIONS.map(|suffix| companion(&path, suffix)).into_iter().chain([path]).collect();
    Ok(processes(&files))
}

#[cfg(target_os = "linux")]
fn processes(files: &[PathBuf]) -> Vec<String> {
    use std::os::unix::fs::MetadataExt as _;

    let ids: Vec<(u64, u64)> = files
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|f| (f.dev(), f.ino()))
        .collect();
    let own = std::process::id().to_string();
    let mut users = Vec::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = process.file_name().to_string_lossy().into_owned();
        if id == own || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // Those of other users cannot be looked at.
        let opened = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        let is_ours = |file: fs::Metadata| ids.contains(&(file.dev(), file.ino()));
        if opened.filter_map(|fd| fs::metadata(fd.path()).ok()).any(is_ours) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            users.push(format!("process {id} ({})", name.trim()));
        }
    }
    users
}

#[cfg(not(target_os = "linux"))]
fn processes(_files: &[PathBuf]) -> Vec<String> {
    Vec::new()
}

/// Whether the file does not exist; `false` for a database in memory.
#[cfg(feature = "cli")]
pub(super) fn is_missing(url: &str) -> bool {
    path(url).is_ok_and(|path| !path.exists())
}

/// The path as written.
pub(super) fn name(url: &str) -> Option<String> {
    path(url).ok().map(|path| path.to_string_lossy().into_owned())
}

/// The absolute path of the file, behind links.
pub(super) fn real_name(url: &str) -> Option<String> {
    path(url).ok().map(|path| real(&path).to_string_lossy().into_owned())
}

/// Where a path leads to: also when the file that a link names is yet to be made.
fn real(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // Links may go round in a circle.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    let absolute = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            folder.canonicalize().map(|folder| folder.join(name)).ok()
        }
        _ => None,
    };
    absolute.unwrap_or(path)
}

fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

fn path(url: &str) -> Result<PathBuf, Error> {
    let options = SqliteConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(Error::DatabaseName {
            message: "a database in memory is no file".to_owned(),
            help: vec!["name a file: `sqlite:app.db`".into()],
        });
    }
    Ok(options.get_filename().to_owned())
}

fn with_path(path: &Path, error: &io::Error) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &Path) -> String {
        format!("sqlite:{}", path.display())
    }

    #[test]
    fn a_database_goes_with_everything_that_lies_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.db");
        assert!(create(&url(&file)).unwrap());
        assert!(!create(&url(&file)).unwrap());
        fs::write(dir.path().join("app.db-wal"), "x").unwrap();
        fs::write(dir.path().join("other.db"), "x").unwrap();
        assert!(drop(&url(&file)).unwrap());
        assert!(!drop(&url(&file)).unwrap());
        let left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["other.db"]);
    }

    #[test]
    fn a_file_that_is_no_database_is_never_removed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("letter.txt");
        fs::write(&file, "Dear reader, this is a letter.").unwrap();
        let is_refused = |file: &Path| {
            let error = drop(&url(file)).unwrap_err().to_string();
            assert!(error.contains("is not an SQLite database"), "{error}");
            assert!(file.exists());
        };
        is_refused(&file);
        let empty = dir.path().join("notes");
        fs::write(&empty, "").unwrap();
        is_refused(&empty);
        is_refused(dir.path());
        is_refused(Path::new("/dev/null"));
        assert!(drop("sqlite::memory:").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_goes() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("real.db"), dir.path().join("app.db"));
        fs::write(&file, MAGIC).unwrap();
        fs::write(dir.path().join("real.db-wal"), "x").unwrap();
        std::os::unix::fs::symlink("real.db", &link).unwrap();
        assert!(real_name(&url(&link)).unwrap().ends_with("/real.db"));
        assert!(drop(&url(&link)).unwrap());
        assert!(!file.exists() && link.is_symlink());
        assert!(!dir.path().join("real.db-wal").exists());
        assert!(!drop(&url(&link)).unwrap());
        assert!(create(&url(&link)).unwrap());
        assert!(file.exists() && link.is_symlink());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_process_that_has_the_file_open_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.db");
        fs::write(&file, MAGIC).unwrap();
        assert!(users(&url(&file)).unwrap().is_empty());
        let opened = fs::File::open(&file).unwrap();
        assert!(users(&url(&file)).unwrap().is_empty(), "this process does not count");
        let mut other =
            std::process::Command::new("sleep").arg("60").stdin(opened).spawn().unwrap();
        let users = users(&url(&file)).unwrap();
        other.kill().unwrap();
        other.wait().unwrap();
        assert_eq!(users.len(), 1, "{users:?}");
        assert!(users[0].starts_with(&format!("process {} (", other.id())), "{users:?}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = create("sqlite:/nowhere/at/all/app.db").unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("/nowhere/at/all/app.db"), "{source}");
    }
}
