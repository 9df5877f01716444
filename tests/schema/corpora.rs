//! Real histories. They are large and not part of the repository: `MIGRATE_CORPORA` names their
//! folder.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::dialect::Dialect;

use super::side_by_side::Pair;

/// A migration: its name, its up and its down.
pub(crate) struct Migration {
    pub(crate) name: String,
    pub(crate) up: String,
    pub(crate) down: Option<String>,
}

pub(crate) fn shared(variable: &str, folder: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    println!("{} is absent: set {variable} to the folder", path.display());
    None
}

/// The migrations of a history in order; `None`, and a message, where it is absent.
pub(crate) fn migrations(name: &str) -> Option<Vec<Migration>> {
    let folder = shared("MIGRATE_CORPORA", "corpora")?.join(name).join("migrations");
    let mut entries: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Tools compare versions without the dashes that some names have.
    entries
        .sort_by_key(|path| path.file_name().map(|name| name.to_string_lossy().replace('-', "")));
    let mut found = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let read = |path: &Path| fs::read_to_string(path).ok();
        if path.is_dir() {
            if let Some(up) = read(&path.join("up.sql")) {
                found.push(Migration { name, up, down: read(&path.join("down.sql")) });
            }
        } else if let Some((stem, separator)) = up_of(&name) {
            let down = read(&folder.join(format!("{stem}{separator}down.sql")));
            found.push(Migration { name: stem.to_owned(), up: read(&path).unwrap(), down });
        }
    }
    Some(found)
}

/// The stem of the file of an up, and what separates it from the word.
fn up_of(name: &str) -> Option<(&str, &'static str)> {
    [".", "_"].into_iter().find_map(|separator| {
        let stem = name.strip_suffix(&format!("{separator}up.sql"))?;
        Some((stem, separator))
    })
}

/// Every up and every down, with a comparison after each. Less than two percent may be unknown.
async fn walk(name: &str, dialect: Dialect) {
    let Some(migrations) = migrations(name) else { return };
    let Some(mut pair) = Pair::fresh(dialect).await else { return };
    for migration in &migrations {
        pair.run(&migration.name, &migration.up).await;
        pair.compare(&migration.name).await;
    }
    for migration in migrations.iter().rev() {
        let Some(down) = &migration.down else { continue };
        let place = format!("down of {}", migration.name);
        pair.run(&place, down).await;
        pair.compare(&place).await;
    }
    println!("{name}: {} migrations, {:?}", migrations.len(), pair.counts);
    assert!(pair.faults.is_empty(), "{name}: {}\n{}", pair.faults.len(), pair.faults.join("\n\n"));
    assert!(pair.counts.unknown * 50 < pair.counts.objects, "{:?}", pair.counts);
    pair.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gitness_sqlite_is_as_the_catalog_has_it() {
    walk("gitness_sqlite", Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_sqlite_is_as_the_catalog_has_it() {
    walk("authelia_sqlite", Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authelia_mysql_is_as_the_catalog_has_it() {
    walk("authelia_mysql", Dialect::Mysql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncstorage_mysql_is_as_the_catalog_has_it() {
    walk("syncstorage_tokenserver_mysql", Dialect::Mysql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_io_is_as_the_catalog_has_it() {
    walk("crates_io", Dialect::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graph_node_is_as_the_catalog_has_it() {
    walk("graph_node", Dialect::Postgres).await;
}
