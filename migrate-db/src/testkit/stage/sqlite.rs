//! Creates, copies and removes SQLite files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::driver::Connection;
use crate::error::Error;

/// What SQLite keeps beside a file.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

pub(super) fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.db"))
}

/// The URL of a file, whatever is in its path.
pub(super) fn url(file: &Path) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite:{path}")
}

pub(super) fn create(file: &Path) -> Result<(), Error> {
    fs::File::create(file).map(drop).map_err(failed(file))
}

/// Removes a file and what is kept beside it; whoever has it open goes on without a name.
pub(super) fn remove(file: &Path) -> Result<(), Error> {
    // The companions go first: a database without them is whole, they without it are not.
    for path in COMPANIONS.iter().map(|end| beside(file, end)).chain([file.to_owned()]) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Copies a file under another name, which it gets when it is whole.
pub(super) async fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    // Who was killed leaves what belongs into the file beside it; SQLite brings it in.
    if beside(from, "-wal").exists() || beside(from, "-journal").exists() {
        settle(from).await?;
    }
    remove(to)?;
    let part = beside(to, "-part");
    fs::copy(from, &part).map_err(failed(from))?;
    fs::rename(&part, to).map_err(failed(to))
}

async fn settle(file: &Path) -> Result<(), Error> {
    let database = Database::from_url(&url(file))?;
    let Some(mut connection) = Connection::open(&database.source, false).await? else {
        return Ok(());
    };
    let settled = connection.rows("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let closed = connection.close().await;
    settled.and(closed).map_err(|e| Error::database("copying a database", e))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::File { path: path.to_owned(), source }
}
