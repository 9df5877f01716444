//! The schema at the heads of a crate's history, read once per compilation.
//!
//! A macro runs for every struct in one process. The result is kept by the folder of the crate, and
//! read again when the metadata of the files has changed: under rust-analyzer one process lives for
//! days.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use migrate_core::apply::State;
use migrate_core::config::FILE_NAME;
use migrate_core::dialect::Dialect;
use migrate_core::directory::{Directory, Stats};
use migrate_core::evolution::Evolution;
use migrate_core::history::is_structural;
use migrate_core::lock;

use crate::args::Args;
use crate::fallback::Refusal;
use crate::settings::{Project, shown};

/// What the derives compare structs with.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// The schema on each database of the history; empty where structs are not compared.
    pub(crate) schemas: Vec<(Dialect, State)>,
    /// The files whose changes require a new build.
    pub(crate) watched: Vec<PathBuf>,
}

/// The time for which the metadata of the files is not read again.
const FRESH: Duration = Duration::from_millis(200);

/// What shows whether the files have changed: the metadata of migrate.toml and of the folder.
type Stamp = (Option<(u64, SystemTime)>, Option<Stats>);

struct Entry {
    heads: Arc<Heads>,
    stamp: Stamp,
    checked: Instant,
    dir: PathBuf,
}

static CACHE: Mutex<Option<HashMap<PathBuf, Entry>>> = Mutex::new(None);

/// The heads for the crate with its `Cargo.toml` in `root`, and whether they were read just now: then
/// the expansion names the files for the compiler.
///
/// # Errors
/// `migrate.toml` or the folder cannot be read. The next call returns nothing instead, so that there
/// is one message.
pub(crate) fn heads(root: &Path) -> Result<(Arc<Heads>, bool), Refusal> {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = cache.get_or_insert_default();
    if let Some(entry) = cache.get_mut(root) {
        if entry.checked.elapsed() < FRESH {
            return Ok((Arc::clone(&entry.heads), false));
        }
        if entry.stamp == stamp(root, &entry.dir) {
            entry.checked = Instant::now();
            return Ok((Arc::clone(&entry.heads), false));
        }
    }
    let mut insert = |heads: Heads, dir: PathBuf, stamp: Stamp| {
        let heads = Arc::new(heads);
        let kept = Arc::clone(&heads);
        let entry = Entry { heads: kept, stamp, checked: Instant::now(), dir };
        cache.insert(root.to_owned(), entry);
        heads
    };
    let project = match Project::of(root, &Args::default()) {
        Ok(project) => project,
        Err(refusal) => {
            let dir = root.join(migrate_core::config::DEFAULT_DIR);
            let stamp = stamp(root, &dir);
            insert(Heads::default(), dir, stamp);
            return Err(refusal);
        }
    };
    let dir = root.join(&project.settings.dir);
    // Taken before the files are read: a later change is seen.
    let stamp = stamp(root, &dir);
    let heads = read(root, &dir, project);
    let empty = heads
        .as_ref()
        .map(|_| ())
        .map_err(|refusal| Refusal { span: refusal.span, message: refusal.message.clone() });
    let heads = insert(heads.unwrap_or_default(), dir, stamp);
    empty.map(|()| (heads, true))
}

fn stamp(root: &Path, dir: &Path) -> Stamp {
    let config = fs::metadata(root.join(FILE_NAME)).ok();
    let config = config.and_then(|file| Some((file.len(), file.modified().ok()?)));
    (config, Directory::new(dir).stats(0).ok().flatten())
}

fn read(root: &Path, dir: &Path, project: Project) -> Result<Heads, Refusal> {
    let mut heads =
        Heads { schemas: Vec::new(), watched: project.config.iter().cloned().collect() };
    if !dir.is_dir() {
        // A crate of models alone has no folder. One that names a folder has it.
        return match project.config {
            None => Ok(heads),
            Some(_) => Err(Refusal::here(format!(
                "there is no folder `{}`\n  = help: `cargo migrate init` makes one; or name another as `dir` in migrate.toml",
                shown(dir, root)
            ))),
        };
    }
    if !project.settings.model_drift {
        return Ok(heads);
    }
    let directory = Directory::shown_as(dir, shown(dir, root))
        .max_file_size(project.settings.max_file_size)
        .session(&project.settings.session);
    let (history, found) = directory.history(&project.settings.dialects).map_err(|error| {
        Refusal::here(format!("the folder `{}` cannot be read: {error}", directory.shown()))
    })?;
    let file = |shown: &str| dir.join(shown.rsplit('/').next().unwrap_or(shown));
    let graph = &history.graph;
    heads.watched.extend(graph.all_revisions().map(|revision| file(revision.file.path())));
    heads.watched.extend(history.lock.as_ref().map(|_| dir.join(lock::FILE_NAME)));
    // What is wrong with a history is for `migrations!` to tell.
    if found.iter().any(is_structural) {
        return Ok(heads);
    }
    for dialect in history.dialects.iter().copied() {
        let state = Evolution::after(graph, dialect, &graph.heads());
        heads.schemas.extend(state.map(|state| (dialect, state)));
    }
    Ok(heads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_history_is_read_again_and_an_unchanged_one_is_not() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("migrations");
        fs::create_dir(&dir).unwrap();
        fs::write(root.path().join("migrate.toml"), "dialects = [\"sqlite\"]\n").unwrap();
        let write = |name: &str, parent: &str, up: &str| {
            let text = format!(
                "-- revision: {name}\n-- revises: {parent}\n-- migrate:up\n{up};\n-- migrate:noop test\n"
            );
            fs::write(dir.join(format!("{name}.sql")), text).unwrap();
        };
        let tables = || {
            let (heads, is_new) = heads(root.path()).unwrap();
            let tables = heads.schemas[0].1.schema().tables.keys().map(ToString::to_string);
            (tables.collect::<Vec<_>>().join(" "), is_new)
        };
        write("a", "", "CREATE TABLE one (x)");
        assert_eq!(tables(), ("one".to_owned(), true));
        assert_eq!(tables(), ("one".to_owned(), false));
        write("b", "a", "CREATE TABLE two (x)");
        std::thread::sleep(FRESH);
        assert_eq!(tables(), ("one two".to_owned(), true));
        fs::write(
            root.path().join("migrate.toml"),
            "dialects = [\"sqlite\"]\nmodel-drift = \"off\"\n",
        )
        .unwrap();
        std::thread::sleep(FRESH);
        assert!(heads(root.path()).unwrap().0.schemas.is_empty());
    }

    #[test]
    fn a_mistake_in_the_settings_is_told_once() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("migrate.toml"), "dir = 1\n").unwrap();
        assert!(heads(root.path()).is_err());
        assert!(heads(root.path()).unwrap().0.schemas.is_empty());
    }
}
