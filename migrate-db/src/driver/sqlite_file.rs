//! An SQLite database as a file with its companions: made, removed, never opened.

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

/// Creates the file; whether it was missing.
pub(super) fn create(url: &str) -> Result<bool, Error> {
    let path = path(url)?;
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::connect(url, with_path(&path, &error))),
    }
}

/// Removes the file and what SQLite keeps beside it; whether it was there.
pub(super) fn drop(url: &str) -> Result<bool, Error> {
    let path = path(url)?;
    let failed = |path: &Path, error: &io::Error| Error::connect(url, with_path(path, error));
    let mut front = [0; MAGIC.len()];
    let read = match fs::File::open(&path) {
        Ok(mut file) => file.read(&mut front).map_err(|error| failed(&path, &error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(&path, &error)),
    };
    if read > 0 && front != *MAGIC {
        return Err(Error::Plan {
            message: format!("{} is no SQLite database", path.display()),
            help: vec!["only a file that is one, or is empty, is removed".to_owned()],
        });
    }
    let mut existed = false;
    let beside = COMPANIONS.map(|suffix| {
        let mut name = path.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    });
    // The companions go first: a database without them is whole, they without it are not.
    for (n, file) in beside.iter().chain([&path]).enumerate() {
        match fs::remove_file(file) {
            Ok(()) => existed |= n == COMPANIONS.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(file, &error)),
        }
    }
    Ok(existed)
}

/// The path as written.
pub(super) fn name(url: &str) -> Option<String> {
    path(url).ok().map(|path| path.to_string_lossy().into_owned())
}

/// Whether the file does not exist; `false` for a database in memory.
#[cfg(feature = "cli")]
pub(super) fn is_missing(url: &str) -> bool {
    path(url).is_ok_and(|path| !path.exists())
}

fn path(url: &str) -> Result<PathBuf, Error> {
    let options = SqliteConnectOptions::from_str(url).map_err(|e| Error::connect(url, e))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(Error::Plan {
            message: "a database in memory is no file".to_owned(),
            help: vec!["name a file: `sqlite:app.db`".to_owned()],
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
        assert!(drop(&url(&file)).unwrap_err().to_string().contains("is no SQLite database"));
        assert!(file.exists());
        assert!(drop("sqlite::memory:").is_err());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = create("sqlite:/nowhere/at/all/app.db").unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("/nowhere/at/all/app.db"), "{source}");
    }
}
