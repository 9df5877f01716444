//! The state files and locks that test processes share, in a directory of the user.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use migrate_core::dialect::Dialect;
use migrate_core::directory;
use migrate_core::sql::Hasher;

use super::Server;
use crate::error::Error;

/// How long a server stays that nobody asks for.
const IDLE: Duration = Duration::from_secs(24 * 60 * 60);

const EXTENSION: &str = "server";

/// A variable of the environment; an empty one is none.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The folder: `MIGRATE_TEST_DIR`, else one in the user's cache, else one for temporary files. It
/// is there when this returns.
pub(crate) fn folder() -> Result<PathBuf, Error> {
    let named = variable("MIGRATE_TEST_DIR").map(PathBuf::from);
    let temporary = std::env::temp_dir().join("cargo-migrate/test");
    let candidates =
        named.into_iter().chain(directory::caches("test", variable)).chain([temporary]);
    let mut refused = None;
    for path in candidates {
        match fs::create_dir_all(&path) {
            Ok(()) => return Ok(path),
            Err(source) => refused = Some(Error::File { path, source }),
        }
    }
    Err(refused.unwrap_or_else(|| Error::File {
        path: std::env::temp_dir(),
        source: io::ErrorKind::NotFound.into(),
    }))
}

/// Waits until no other process or task of this machine holds the lock of a name; it is held until
/// the file is dropped.
pub(crate) async fn lock(name: &str) -> Result<File, Error> {
    let path = folder()?.join(format!("{name}.lock"));
    let failed = |source| Error::File { path: path.clone(), source };
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    // On a thread of its own: who holds it may be a task of this one.
    let waiting = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    waiting.unwrap_or_else(|e| Err(io::Error::other(e))).map_err(failed)
}

/// The name of a server: one per image, kind and folder of notes.
pub(super) fn name(folder: &Path, image: &str, dialect: Dialect) -> String {
    let mut hasher = Hasher::new();
    hasher.field("folder", &folder.to_string_lossy());
    hasher.field("image", image);
    let hash = hasher.finish().to_string();
    format!("migrate-test-{}-{dialect}", &hash[..8])
}

/// What is known of a server: its URL and its description, a line each. The moment of the file is
/// the last time that it was asked for.
pub(super) struct Note {
    path: PathBuf,
}

impl Note {
    pub(super) fn at(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(format!("{name}.{EXTENSION}")) }
    }

    pub(super) fn read(&self) -> Option<Server> {
        let text = fs::read_to_string(&self.path).ok()?;
        let (url, description) = text.trim_end().split_once('\n')?;
        Some(Server { url: url.to_owned(), description: description.to_owned() })
    }

    /// Writes it whole: others read it without a lock.
    pub(super) fn write(&self, server: &Server) -> Result<(), Error> {
        let failed = |source| Error::File { path: self.path.clone(), source };
        let part = self.path.with_extension("part");
        fs::write(&part, format!("{}\n{}\n", server.url, server.description)).map_err(failed)?;
        fs::rename(&part, &self.path).map_err(failed)
    }

    /// Notes that it was asked for. A failure only means that it ends sooner.
    pub(super) fn touch(&self) {
        if let Ok(file) = File::options().append(true).open(&self.path) {
            let _ = file.set_modified(SystemTime::now());
        }
    }
}

/// Ends the servers that nobody asked for in a day.
pub(super) async fn reap(folder: &Path, end: impl AsyncFn(&str)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let asked = entry.metadata().and_then(|data| data.modified()).ok();
        let idle = asked.and_then(|at| at.elapsed().ok()).unwrap_or_default();
        let is_note = path.extension().is_some_and(|extension| extension == EXTENSION);
        if let (true, true, Some(name)) = (is_note, idle > IDLE, path.file_stem()) {
            end(&name.to_string_lossy()).await;
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_nobody_asked_for_in_a_day_ends() {
        let folder = tempfile::tempdir().unwrap();
        let server = |url: &str| Server { url: url.to_owned(), description: "here".to_owned() };
        for (name, age) in [("old", IDLE * 2), ("new", IDLE / 2), ("used", IDLE * 2)] {
            let note = Note::at(folder.path(), name);
            note.write(&server(name)).unwrap();
            let file = File::options().append(true).open(&note.path).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        Note::at(folder.path(), "used").touch();
        let ended = std::cell::RefCell::new(Vec::new());
        reap(folder.path(), async |name| ended.borrow_mut().push(name.to_owned())).await;
        assert_eq!(ended.into_inner(), ["old"]);
        let read = |name| Note::at(folder.path(), name).read().map(|s| s.url);
        assert_eq!(
            (read("old"), read("new"), read("used")),
            (None, Some("new".into()), Some("used".into()))
        );
    }

    #[test]
    fn images_and_folders_have_servers_of_their_own() {
        let of = |folder: &str, image| name(Path::new(folder), image, Dialect::Postgres);
        let one = of("/a", "postgres:18");
        assert_eq!(one, of("/a", "postgres:18"));
        assert_ne!(one, of("/a", "postgres:17"));
        assert_ne!(one, of("/b", "postgres:18"));
        assert!(one.starts_with("migrate-test-") && one.ends_with("-postgres"), "{one}");
    }
}
